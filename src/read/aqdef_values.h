/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of an AQDEF file, line by line: records and K-fields become rows.
 *
 * A value stays open until its characteristic's next one begins, because lines behind it may
 * still belong to it; one open value per characteristic is all that is held. The rows of a
 * characteristic come in file order; rows of different characteristics may overtake each other.
 * Lines that name a value by number ("K0014/3/17") are collected before values are read.
 */
#ifndef READ_AQDEF_VALUES_H
#define READ_AQDEF_VALUES_H

#include "base/buf.h"
#include "read/aqdef.h"
#include "read/reader_priv.h"

#define AQDEF_NAMED_MAX (4u << 20) /* lines that name their value */

#define AQDEF_CONTEXTS                                                                             \
    (1u << CONTEXT_SERIAL | 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_BATCH | 1u << CONTEXT_OPERATOR | \
     1u << CONTEXT_MACHINE | 1u << CONTEXT_GAUGE | 1u << CONTEXT_EVENT | 1u << CONTEXT_CAVITY |    \
     1u << CONTEXT_ORDER | 1u << CONTEXT_NOTE)

/* Text of the source to UTF-8. */
typedef struct {
    char code_page[32]; /* "" or "utf-8": UTF-8, and cp1252 where a text is none */
    bool is_pinned;
    void *converter; /* iconv_t, for a pinned code page */
    uint64_t converted;
    buf text, plain;
} aqdef_decoder;

ASSAY_MUST_USE assay_status aqdef_decoder_init(aqdef_decoder *d, const char *code_page,
                                               assay_err *err);
void aqdef_decoder_done(aqdef_decoder *d);
/* Valid until the next call, or `text` itself where nothing had to change. Control characters come
 * out as blanks, none of them at an edge: *length may become 0. NULL when memory is short. */
const char *aqdef_decode(aqdef_decoder *d, const char *text, size_t *length);

typedef struct {
    uint32_t characteristic; /* place in the reader's list */
    int64_t time;
    int32_t offset;
    int64_t mantissa;
    int8_t exponent;
    uint8_t decimals, status;
    uint32_t size;
    uint64_t record;
    uint32_t context[CONTEXT_COUNT];
} aqdef_row;

/* The text a context had last: most values repeat it. */
typedef struct {
    char text[24];
    size_t length;
    uint32_t code;
} aqdef_recent;

typedef struct aqdef_open_value aqdef_open_value;
typedef struct {
    uint32_t characteristic, value, key;
    uint32_t order;
    const char *text;
    size_t length;
    uint64_t line;
    bool is_used;
} aqdef_named;

typedef struct {
    reader *reader;
    const aqdef_file *file;
    const uint32_t *place_of; /* [characteristic number]: place in the reader's list */
    aqdef_decoder *decoder;
    zone *zone;          /* NULL: wall times are taken as UTC */
    bool is_values_file; /* .dfx, .dfb: a value line without index means the whole record */

    aqdef_open_value *open; /* [characteristic_count + 1] */
    uint32_t *open_list;    /* numbers of those that may be open, in the order they began */
    uint32_t open_count;
    uint64_t records;
    aqdef_row *ready;
    size_t ready_first, ready_count, ready_room;

    arena named_texts;
    aqdef_named *named;
    size_t named_count, named_room;

    char date_text[40]; /* the last date read, and what it meant */
    size_t date_length;
    int64_t date_ns;
    int32_t date_offset;
    int64_t zone_wall, zone_utc; /* the last wall time placed in the zone */
    int32_t zone_offset;
    bool is_zone_known;
    aqdef_recent recent[CONTEXT_COUNT];
    buf scratch;
} aqdef_values;

/* First pass: keep a line that names its value. */
ASSAY_MUST_USE assay_status aqdef_values_name(aqdef_values *v, const aqdef_line *line,
                                              uint64_t number, assay_err *err);

/* After the header is sealed. */
ASSAY_MUST_USE assay_status aqdef_values_begin(aqdef_values *v, assay_err *err);
/* A value line (key below 100) and a record. Finished rows are in `ready`. */
ASSAY_MUST_USE assay_status aqdef_values_field(aqdef_values *v, const aqdef_line *line,
                                               uint64_t number, assay_err *err);
ASSAY_MUST_USE assay_status aqdef_values_record(aqdef_values *v, const char *text, size_t length,
                                                uint64_t number, assay_err *err);
/* The end: every open value becomes a row. */
ASSAY_MUST_USE assay_status aqdef_values_end(aqdef_values *v, assay_err *err);
void aqdef_values_done(aqdef_values *v);

/* The keys whose text is a context of the measurement; false for others. */
bool aqdef_context_of(uint32_t key, context_kind *out);

#endif
