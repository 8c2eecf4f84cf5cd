/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements on their way from a reader to the store or to a statistic.
 *
 * They travel in batches, column by column. A column that a source does not have is NULL.
 * Texts (serial number, operator ...) are codes into the batch owner's dictionaries; code 0 is
 * "not given". Nothing here says where a measurement came from or where it will stand.
 */
#ifndef MODEL_MEASUREMENT_H
#define MODEL_MEASUREMENT_H

#include "base/decimal.h"
#include "base/time.h"
#include "model/dictionary.h"

/* What a value is good for. Only VALID enters a statistic unless asked otherwise. */
typedef enum {
    STATUS_VALID = 0,
    STATUS_MARKED = 1,   /* a value, but flagged by its source (AQDEF K0002 other than 0, 255, 256) */
    STATUS_NO_VALUE = 2, /* a place without a value (K0002 = 255, 256; UNAVAILABLE; empty field) */
    STATUS_BAD = 3,      /* the source says its quality is bad */
    STATUS_EXCLUDED = 4, /* excluded by a person's record */
    STATUS_CONFLICT = 5, /* same identity, other value: waits for a decision */
    STATUS_MASK = 7,
    STATUS_LATE = 8,    /* flag: arrived after a later one of its characteristic */
    STATUS_FOLDED = 16, /* flag: its wall time happened twice that night */
    STATUS_RAW = 32,    /* flag: `mantissa` holds the bits of a binary64 (no exact decimal) */
} measurement_status;

/* The kinds of context text a measurement can carry. */
#define CONTEXT_LIST(X)                                                                            \
    X(SERIAL, "serial")     /* part identification */                                              \
    X(SUBGROUP, "subgroup") /* key of the sampling act, as the source wrote it */                  \
    X(BATCH, "batch")                                                                              \
    X(OPERATOR, "operator") /* a person: stands in the deletable table only */                     \
    X(MACHINE, "machine")                                                                          \
    X(GAUGE, "gauge")                                                                              \
    X(EVENT, "event")                                                                              \
    X(STATION, "station")                                                                          \
    X(CAVITY, "cavity")                                                                            \
    X(STAGE, "stage") /* phase label: limits restart where it changes */                           \
    X(PART, "part")   /* the part measured, in a gauge study */                                    \
    X(GROUP, "group") /* factor of a one-way comparison */                                         \
    X(ORDER, "order")                                                                              \
    X(NOTE, "note")

typedef enum {
#define X(code, name) CONTEXT_##code,
    CONTEXT_LIST(X)
#undef X
    CONTEXT_COUNT
} context_kind;

const char *context_name(context_kind kind);            /* "serial" */
bool context_from_name(const char *name, context_kind *out);

typedef struct {
    size_t n, room;
    uint32_t *characteristic; /* index into the owner's list of characteristics */
    int64_t *time;            /* UTC ns or TIME_NONE; with offset TIME_OFFSET_NONE assumed UTC */
    int32_t *offset;          /* seconds east of UTC, or TIME_OFFSET_NONE; may be NULL */
    int64_t *mantissa;
    int8_t *exponent;  /* clamped to -30 .. 30, else STATUS_RAW */
    uint8_t *decimals; /* digits after the decimal sign as written; may be NULL */
    uint8_t *status;   /* measurement_status */
    uint32_t *size;    /* sample size of an attribute value; NULL: all 1 */
    uint64_t *record;  /* number of the record in its source, from 1: line, row or message. NULL: */
    uint64_t first_record; /* that of row 0, the others follow one by one; 0: not known */
    uint32_t *context[CONTEXT_COUNT];
    bool is_even; /* known of all rows: timed, none before the one above it, at one offset; valid, of
                     size 1; exponent and decimals those of row 0, mantissa -INT32_MAX .. INT32_MAX */
} measurement_batch;

/* All columns of `room` rows; `contexts` is a bit set of 1u << context_kind. */
ASSAY_MUST_USE assay_status batch_new(size_t room, uint32_t contexts, measurement_batch **out,
                                      assay_err *err);
void batch_free(measurement_batch *b);

/* The rows from `from` on, as a view. */
measurement_batch batch_rest(const measurement_batch *b, size_t from);

/* The value of row i as binary64 (NaN for NO_VALUE). */
double batch_value(const measurement_batch *b, size_t i);

#endif
