/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a table of measurements may say of a characteristic in columns beside its values. */
#ifndef MODEL_PROPERTY_H
#define MODEL_PROPERTY_H

#include "model/characteristic.h"

#define PROPERTY_LIST(X)                                                                           \
    X(LOWER, "lower")                                                                              \
    X(UPPER, "upper")                                                                              \
    X(TARGET, "target")                                                                            \
    X(NOMINAL, "nominal")                                                                          \
    X(UNIT, "unit")                                                                                \
    X(PART_NUMBER, "part_number")                                                                  \
    X(PART_NAME, "part_name")

typedef enum {
#define X(code, name) PROPERTY_##code,
    PROPERTY_LIST(X)
#undef X
        PROPERTY_COUNT
} property;

const char *property_name(property p);  /* "part_number" */
const char *property_words(property p); /* "part number", in the language in force */
bool property_from_name(const char *name, property *out);
static inline bool property_is_number(property p)
{
    return p < PROPERTY_UNIT;
}

/* The places of a property; a limit that is set is one of specification. */
quantity *property_quantity(characteristic *c, property p); /* p is a number */
const char **property_text(characteristic *c, property p);  /* p is a text */
bool quantity_equal(const quantity *a, const quantity *b);  /* 24.5 is 24.50 */

/* What `c` does not say is taken from `said`, texts shared. A lower limit that would not be below
 * the upper one is not taken. True: something was. */
bool characteristic_complete(characteristic *c, const characteristic *said);

/* Each property that both say and that differs, as it stands in `said` and in `c`. */
typedef void property_differs(void *context, property p, const char *said, const char *own);
void characteristic_compare(const characteristic *c, const characteristic *said,
                            property_differs *differs, void *context);

#endif
