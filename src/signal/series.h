/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series: loaded measurements, one per characteristic, in series order.
 *
 * Only the columns asked for are kept. A value takes four bytes while its mantissa fits, two in a long
 * series that stays near its first value, and times are dropped while rows come in order unless they
 * are wanted: ten million rows of a file need 20 to 40 MB, which a system must find and clear first. When rows turn out not to be in order, a file is read a second time with times.
 *
 * Series order is the store's: untimed rows first, as they came; then by time, serial number
 * (shorter first, then bytes), place in the source.
 */
#ifndef SIGNAL_SERIES_H
#define SIGNAL_SERIES_H

#include "base/arena.h"
#include "model/characteristic.h"
#include "model/measurement.h"
#include "read/read.h"
#include "store/store.h"

#include <assay/values.h>

typedef struct {
    const char *source;      /* path of a database or a file, or "-" for standard input */
    store *opened;           /* an open handle of this database, this thread's, that outlives the set;
                                NULL: one is opened for it */
    const char *name;        /* characteristic: path, last part, "#number"; NULL: all of them */
    read_options read;       /* for files */
    store_range range;       /* for databases (as_of, from, to, last, filter); STORE_ALL */
    const char *role[CONTEXT_COUNT]; /* databases: the stored kind that plays this role, by name */
    uint32_t contexts;       /* bit set of context columns wanted */
    bool with_time;
    const volatile bool *stop; /* may be NULL; true: give up with ASSAY_STOPPED */
} series_request;

typedef struct {
    const characteristic *definition;
    uint32_t number;         /* in the database; 0: from a file */
    object_id id;            /* of the database; zeros: from a file */
    size_t n;
    int exponent;            /* of the mantissas */
    int decimals;            /* most digits after the decimal sign as written */
    int16_t *close;          /* one of the four holds the values; mantissas less `base`, none missing */
    int32_t base;
    int32_t *narrow;         /* INT32_MIN, */
    int64_t *wide;           /* ASSAY_MANTISSA_MISSING */
    double *real;            /* or NaN: a place without a value */
    int64_t *time;           /* NULL: not asked for, or the source has none */
    uint8_t *status;         /* NULL: all valid; flags are cut off */
    uint32_t *size;          /* NULL: all 1 */
    uint32_t *context[CONTEXT_COUNT]; /* NULL: not asked for, or none */
    int64_t first_time, last_time; /* TIME_NONE: none */
    int32_t first_offset, last_offset; /* of these two */
    int32_t *offsets;        /* seconds east of UTC row by row; NULL: all that of `offset` */
    int32_t offset;          /* of the last timed row; TIME_OFFSET_NONE: not known */
    size_t room;
    uint32_t form;           /* of the rows it took last, while it is loaded */
    bool has_value;          /* exponent is settled */
    bool is_in_slab;         /* close or narrow is the set's memory */
} series;

typedef struct series_set series_set;

/* Read what is asked for. Errors: those of the reader and the store; ASSAY_NOT_FOUND names the
 * characteristics that are there. */
ASSAY_MUST_USE assay_status series_open(const series_request *request, series_set **out,
                                        assay_err *err);
void series_close(series_set *set);

size_t series_count(const series_set *set);
const series *series_at(const series_set *set, size_t i);
const dictionary *series_dictionary(const series_set *set, context_kind kind); /* may be NULL */
const char *series_text(const series_set *set, context_kind kind, uint32_t code);
/* The reader behind the set, for its dialect and tally; NULL for a database. */
const reader *series_reader(const series_set *set);
bool series_is_stored(const series_set *set);
store *series_store(const series_set *set); /* NULL: from a file */

/* The values of a series in the form statistics take. `room` has place for s->n mantissas; it is
 * not used for real ones. */
assay_values series_values(const series *s, int64_t *room);
double series_value(const series *s, size_t i);
/* Of one that is not real; ASSAY_MANTISSA_MISSING: a place without a value. */
int64_t series_mantissa(const series *s, size_t i);
/* Seconds east of UTC that row i was written in; TIME_OFFSET_NONE: not known. */
int32_t series_offset(const series *s, size_t i);

/* Is this the path of a database? False for files that are none, or not there. */
bool source_is_database(const char *path);

#endif
