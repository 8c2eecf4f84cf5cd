/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is measured: a characteristic of a part, with its limits.
 *
 * A number that may be absent is a `quantity`: decimal as written plus a flag. Limits are
 * specification limits only when their kind says so; a natural bound (0 for roundness) gives no
 * capability index of its side (ISO/TR 11462-5 keys K2120, K2121).
 */
#ifndef MODEL_CHARACTERISTIC_H
#define MODEL_CHARACTERISTIC_H

#include "base/arena.h"
#include "base/decimal.h"

#include <stdbool.h>

typedef struct {
    bool is_given;
    decimal value;
} quantity;

double quantity_value(const quantity *q); /* NaN if not given */

typedef enum { KIND_VARIABLE, KIND_DEFECTIVES, KIND_DEFECTS } characteristic_kind;
typedef enum { BOUND_NONE, BOUND_LIMIT, BOUND_NATURAL } bound_kind;

/* A field of the source that Assay does not interpret but keeps: AQDEF keys and the like. */
typedef struct {
    const char *key; /* "K2900" */
    const char *text;
} free_field;

typedef struct {
    /* label: site/line/part/characteristic, any number of levels, renameable. Readers give the
     * last two ("part/characteristic"), or the characteristic alone. Unique in a database. */
    const char *path;
    const char *part_number, *part_name;
    const char *number, *name; /* K2001, K2002 */
    const char *unit;
    characteristic_kind kind;
    int decimals; /* places of the resolution (K2022), -1: not given */
    quantity target, nominal;
    quantity lower, upper;
    bound_kind lower_kind, upper_kind;
    uint32_t subgroup_size; /* 0: not given */
    /* Sample sizes of its measurements are in units of 10^-size_decimals: 0 for counts, 1 for
     * lengths or areas such as 2.5 m. */
    uint8_t size_decimals;
    const free_field *fields;
    size_t field_count;
} characteristic;

/* Upper minus lower limit, natural bounds too; NaN where one is not given. */
double characteristic_tolerance(const characteristic *c);

/* Deep copy into an arena. NULL when memory is short. */
characteristic *characteristic_copy(arena *a, const characteristic *c);

#endif
