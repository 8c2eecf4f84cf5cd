/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ISO/TR 11462-5 (AQDEF): lines, dates and the header of a file.
 *
 * A file is a header of K-fields, "Kdddd[/c[/v]] content", and values. The header is small and
 * is kept whole, every key with its index whether known or not; values stream past it
 * (aqdef_values.h). docs/format/aqdef.md tells the rules for users.
 */
#ifndef READ_AQDEF_H
#define READ_AQDEF_H

#include "base/arena.h"
#include "base/time.h"
#include "model/characteristic.h"

#define AQDEF_INDEX_MAX   65535u      /* parts, characteristics, groups, nodes: each at most */
#define AQDEF_HEADER_MAX  (256u << 20) /* bytes of header texts */
#define AQDEF_LINE_MAX    (16u << 20)

#define AQDEF_FIELD_MARK  '\x14' /* DC4, between the fields of one characteristic */
#define AQDEF_RECORD_MARK '\x0f' /* SI, between characteristics */

/* -- one line ------------------------------------------------------------------------- */

typedef enum {
    AQDEF_BLANK,
    AQDEF_FIELD,     /* a K-field */
    AQDEF_RECORD,    /* anything else */
    AQDEF_BAD_INDEX, /* a key with an index that is none ("K2001/1-1"), or a mangled key */
} aqdef_line_kind;

typedef struct {
    uint32_t key;          /* 2001 for K2001 */
    uint32_t index, value; /* of "/c/v"; 0 is "all" */
    bool has_index, has_value;
    const char *text; /* content without blanks at its ends; not terminated */
    size_t length;
} aqdef_line;

/* Blanks at the ends of line[0..length) are no content. `out` is filled for AQDEF_FIELD; for
 * AQDEF_RECORD its text is the trimmed line. */
aqdef_line_kind aqdef_line_parse(const char *line, size_t length, aqdef_line *out);

/* Blanks and tabs off both ends. */
void aqdef_trim(const char **text, size_t *length);

/* True for the keys of values: K0001 .. K0099. */
static inline bool aqdef_is_value_key(uint32_t key)
{
    return key < 100;
}

/* -- dates ------------------------------------------------------------------------------ */

/* Wall time, or with an offset where the text has one (ISO 8601). The separator decides the
 * order: 31.12.2026 day first, 12/31/2026 month first, 2026-12-31 year first; then '/', blank or
 * '.', then h:m or h:m:s. A year of two digits from 70 is 19xx, below it 20xx. False for
 * anything else: nothing is guessed. *has_clock is false for a bare date (midnight). */
bool aqdef_date_parse(const char *text, size_t length, int64_t *ns, int32_t *offset_s,
                      bool *has_clock);

/* "05.01.2026/08:21:00" of a wall time; room >= 32. Returns the length. */
size_t aqdef_date_format(int64_t wall_ns, char *out, size_t room);

/* -- numbers ------------------------------------------------------------------------------ */

/* A decimal with '.' or ','. The exponent form of the vendor's export is brought to the fewest
 * places that keep its value, but no fewer than `places` (-1: none asked for). */
decimal_kind aqdef_number_parse(const char *text, size_t length, int places, decimal *out,
                                double *raw);
/* The same for a limit: false unless it is an exact decimal. */
bool aqdef_quantity_parse(const char *text, quantity *out);

/* -- the header ------------------------------------------------------------------------- */

typedef struct {
    uint32_t key, index; /* index 0: applies to all of its class */
    const char *text;    /* UTF-8, NUL-terminated */
    uint64_t line;
} aqdef_field;

typedef enum { AQDEF_NODE_NONE, AQDEF_NODE_PART, AQDEF_NODE_CHARACTERISTIC, AQDEF_NODE_GROUP } aqdef_node_kind;

typedef struct {
    uint32_t parent; /* number of the node it stands under */
    uint32_t key;    /* 5101 a part, 5102 a characteristic, 5103 a node */
    uint32_t target;
} aqdef_child;

typedef struct {
    aqdef_node_kind kind;
    uint32_t target; /* number of the part, characteristic or group */
    size_t first_child, child_count;
} aqdef_node;

typedef struct {
    bool exists, by_variable_records;
    uint32_t part;
} aqdef_element;

typedef struct aqdef_file {
    arena memory;
    aqdef_field *fields; /* in file order */
    size_t field_count, field_room, text_bytes;
    uint32_t *keys;      /* the keys that occur, each once; after aqdef_file_seal */
    size_t key_count;
    uint32_t *sorted; /* places in `fields` by key, index, order; after aqdef_file_seal */

    uint32_t announced; /* K0100; 0: not given */
    uint32_t part_count, characteristic_count, node_count; /* highest numbers */
    aqdef_element *characteristics;                        /* [characteristic_count + 1] */
    aqdef_node *nodes;                                     /* [node_count + 1] */
    aqdef_child *children;                                 /* by parent, then in file order */
    size_t child_count;
    bool is_simply_grouped; /* K2030, K2031 say something */

    uint32_t current_part, element_room;
    bool has_memory_error;
} aqdef_file;

void aqdef_file_init(aqdef_file *f);
void aqdef_file_done(aqdef_file *f);

/* Take a header line (key >= 100). `text` must be UTF-8. An empty content adds nothing.
 * ASSAY_LIMIT for an index or a header beyond the bounds above, ASSAY_MEMORY. */
ASSAY_MUST_USE assay_status aqdef_file_add(aqdef_file *f, const aqdef_line *line, const char *text,
                                           size_t length, uint64_t number, assay_err *err);

/* All header lines are there: makes aqdef_text and the structure work. */
ASSAY_MUST_USE assay_status aqdef_file_seal(aqdef_file *f, assay_err *err);

/* Content of a key for one element: its own entry, else that of index 0, else NULL. The last of
 * equal entries counts. */
const char *aqdef_text(const aqdef_file *f, uint32_t key, uint32_t index);
long aqdef_integer(const aqdef_file *f, uint32_t key, uint32_t index, long otherwise);

/* What is doubtful in a sealed header, each told once. ASSAY_FORMAT with `strict` for what makes
 * a file contradictory. */
typedef void aqdef_warn(void *context, const char *format, ...) ASSAY_PRINTF(2, 3);
ASSAY_MUST_USE assay_status aqdef_file_check(const aqdef_file *f, bool strict, aqdef_warn *warn,
                                             void *context, assay_err *err);

/* -- header <-> characteristic ---------------------------------------------------------- */

/* Attribute of the record form: type 1, and 5 and 6 unless their records are variable ones. */
bool aqdef_is_attribute(const aqdef_file *f, uint32_t c);

/* Definition of characteristic c, its texts in `memory` or in the file. The path is
 * part/characteristic; the caller makes it unique. Keys that the definition has no place for are
 * its `fields`: those of its part and its own as "K1082" and "K2900"; those of the file as a
 * whole (catalogues, structure, unknown classes) stand with their index, "K4092/1", at the first
 * characteristic of the file. Where a file has a structure, the field "@" holds the numbers
 * of the part and the characteristic in it, "1/3". */
ASSAY_MUST_USE assay_status aqdef_define(const aqdef_file *f, uint32_t c, arena *memory,
                                         aqdef_warn *warn, void *context, characteristic *out,
                                         assay_err *err);

#endif
