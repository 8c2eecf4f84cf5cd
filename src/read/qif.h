/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the QIF reader and how they meet.
 *
 *   qif_walk    elements of one document -> what they say, in the order of the document
 *   qif_file    keeps of a document what measurements refer to: definitions, nominals, items,
 *               components, devices, units, subgroups
 *   qif_define  an item of a document -> a characteristic with its limits
 *   qif_join    documents that another one refers to, found beside it
 *   qif_rows    a measurement -> a row or a refusal
 *   qif         the reader: once through for what is referred to, once more for the measurements
 *
 * A document names serial numbers and subgroups behind the measurements they belong to, so it is
 * read twice; memory holds the names, never the measurements. */
#ifndef READ_QIF_H
#define READ_QIF_H

#include "read/reader_priv.h"
#include "read/xml.h"

enum { QIF_IDS_MAX = 1 << 21, QIF_UNITS_MAX = 16, QIF_REFERENCES_MAX = 64 };

/* -- a document ----------------------------------------------------------------------------- */

typedef enum {
    QIF_DEFINITION = 1, QIF_NOMINAL, QIF_ITEM, QIF_COMPONENT, QIF_DEVICE, QIF_REFERENCE
} qif_type;

typedef struct {
    quantity target, min, max, zone, outer;
    bool is_limit;        /* DefinedAsLimit is true: min and max are limits, else deviations */
    bool has_limit_word;  /* DefinedAsLimit was given */
    bool has_other_unit;  /* a number in another unit than that of the file */
} qif_numbers;

typedef struct {
    qif_type type;
    uint32_t link;         /* code of an id: nominal of an item, definition of a nominal */
    uint32_t device;       /* of an item, code of an id; 0: none */
    const char *kind;      /* "Diameter" */
    const char *name;      /* name; serial number of a component; URI of a reference */
    const char *other;     /* designator of an item; QPId of a reference */
    qif_numbers *numbers;  /* of a definition or nominal */
} qif_thing;

/* What holds for all measurements of one MeasurementResults. */
typedef struct {
    int64_t time;
    int32_t offset;
    uint32_t component;    /* code of an id */
    uint32_t operator;     /* code in `words` */
    uint32_t measurements;
} qif_results;

/* One characteristic measurement. Texts live during the call. */
typedef struct {
    uint64_t line;
    char id[40], item[40], reference[40]; /* reference "": the item is of this document */
    char status[40];
    char unit[40];  /* the value's own; "": that of the file */
    const char *value;
    size_t value_length;
    bool has_value;
} qif_measurement;

typedef struct {
    arena memory;
    dictionary *ids;     /* ids of the document, as text */
    dictionary *words;   /* operators */
    qif_thing **things;  /* by code of the id; NULL: nothing of interest */
    uint32_t *subgroup;  /* of a measurement, by code of its id: code of the subgroup's id; or 0 */
    size_t room;
    uint32_t *items;     /* codes, in the order of the document */
    size_t item_count, item_room;
    qif_results *results;
    size_t result_count, result_room;
    struct {
        const char *of, *name; /* "Linear", "mm" */
    } units[QIF_UNITS_MAX];
    size_t unit_count;
    uint32_t references[QIF_REFERENCES_MAX];
    size_t reference_count;
    const char *qpid, *part_label, *part_name, *part_model;
    const char *name;    /* of the source, for messages */
    uint64_t verdicts_only, passed; /* parts with a verdict and without measurements */
    bool is_qif, is_version_2;
} qif_file;

void qif_file_init(qif_file *f, const char *name);
void qif_file_done(qif_file *f);
qif_thing *qif_find(const qif_file *f, uint32_t code, qif_type type); /* NULL */
qif_thing *qif_find_id(const qif_file *f, const char *id, qif_type type);
/* Code of an id, 0 when there are too many or memory is short. */
uint32_t qif_code(qif_file *f, const char *id);

/* -- reading it ----------------------------------------------------------------------------- */

typedef struct {
    /* Collecting: each measurement is told too. `results` is the place in f->results. */
    bool (*measured)(void *context, const qif_measurement *m, size_t results, xml *x);
    void *context;
} qif_listener;

typedef struct qif_walk qif_walk;
/* `is_first`: fill f; else f is complete and only the measurements are told. */
ASSAY_MUST_USE assay_status qif_walk_open(qif_file *f, bool is_first, const qif_listener *listener,
                                          qif_walk **out, assay_err *err);
ASSAY_MUST_USE assay_status qif_walk_feed(qif_walk *w, const char *bytes, size_t length,
                                          bool is_last, assay_err *err);
void qif_walk_close(qif_walk *w);
/* All of `in`, from where it stands. */
ASSAY_MUST_USE assay_status qif_file_read(qif_file *f, source *in, const qif_listener *listener,
                                          assay_err *err);

/* -- meaning -------------------------------------------------------------------------------- */

typedef enum { QIF_LIMITS_GUESS, QIF_LIMITS_AS_SAID, QIF_LIMITS_ABSOLUTE } qif_limits;
/* Texts of `out` are in `memory` or in f; its path is not yet unique. */
ASSAY_MUST_USE assay_status qif_define(const qif_file *f, const qif_thing *item, qif_limits how,
                                       reader *r, arena *memory, characteristic *out,
                                       assay_err *err);
const char *qif_unit(const qif_file *f, const char *kind); /* NULL: none is known */

/* The document with this QPId, or of this name: among `with` (NULL-terminated, may be NULL), then in
 * the folder of `path`. ASSAY_NOT_FOUND. */
ASSAY_MUST_USE assay_status qif_join(const char *path, const char *const *with,
                                     const qif_thing *reference, qif_file *out, assay_err *err);

/* -- the reader ----------------------------------------------------------------------------- */

enum { QIF_FOUND_ROOM = 64 };

/* An item that is measured, under the name measurements have for it: "reference:item". */
typedef struct {
    const qif_file *file;
    const qif_thing *item;
    uint64_t values, verdicts;
    uint32_t index; /* of the reader's characteristic, from 1; 0: unknown item */
} qif_use;

/* A measurement or a refusal on its way from the parser to a batch. */
typedef struct {
    uint64_t record, offset, line;
    const char *reason, *expected; /* reason NULL: a measurement */
    char found[QIF_FOUND_ROOM];
    uint32_t index;
    int64_t time, mantissa;
    int32_t offset_s;
    int8_t exponent;
    uint8_t decimals, status;
    uint32_t serial, subgroup, operator, gauge;
} qif_entry;

typedef struct {
    reader base;
    qif_file file, joined[QIF_REFERENCES_MAX];
    bool is_joined[QIF_REFERENCES_MAX];
    dictionary *use_names, *paths;
    qif_use *uses;
    size_t use_room;
    qif_limits limits;
    zone *zone;
    qif_walk *walk; /* the second time through */
    char *piece;
    qif_entry *entries;
    size_t begin, end, room;
    uint64_t seen, skip; /* measurements met; those before a resumed place */
    bool is_all_read, out_of_memory;
} qif_reader;

/* NULL: no memory. */
qif_use *qif_use_of(qif_reader *r, const char *reference, const char *item);
/* A listener (context: the reader) that puts what it is told behind the entries that wait. */
bool qif_take(void *context, const qif_measurement *m, size_t results, xml *x);
/* Waiting entries into a batch, until it is full. */
ASSAY_MUST_USE assay_status qif_hand_out(qif_reader *r, measurement_batch *out, assay_err *err);

#endif
