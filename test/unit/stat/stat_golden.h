/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Golden files of decimals: {"exponent": e, "mantissas": [numbers or texts], "mean": "text", ...}.
 */
#ifndef TEST_STAT_GOLDEN_H
#define TEST_STAT_GOLDEN_H

#include "check.h"

#include <assay/values.h>

#include <jansson.h>

static inline json_t *golden_load(const char *name)
{
    json_error_t error;
    json_t *root = json_load_file(check_golden(name), 0, &error);
    if (!root)
        fail_msg("%s: line %d: %s", name, error.line, error.text);
    return root;
}

static inline json_t *golden_get(json_t *object, const char *key)
{
    json_t *item = json_object_get(object, key);
    if (!item)
        fail_msg("golden file has no \"%s\"", key);
    return item;
}

static inline const char *golden_text(json_t *object, const char *key)
{
    return json_string_value(golden_get(object, key));
}

static inline double golden_number(json_t *object, const char *key)
{
    json_t *item = golden_get(object, key);
    return json_is_string(item) ? strtod(json_string_value(item), NULL) : json_number_value(item);
}

static inline int64_t golden_integer(json_t *item)
{
    return json_is_string(item) ? strtoll(json_string_value(item), NULL, 10)
                                : (int64_t)json_integer_value(item);
}

/* The caller frees *mantissas. */
static inline assay_values golden_decimals(json_t *object, int64_t **mantissas)
{
    json_t *list = golden_get(object, "mantissas");
    size_t n = json_array_size(list);
    *mantissas = malloc((n + 1) * sizeof **mantissas);
    for (size_t i = 0; i < n; i++)
        (*mantissas)[i] = golden_integer(json_array_get(list, i));
    return assay_values_of_decimals(*mantissas, n,
                                    (int)json_integer_value(golden_get(object, "exponent")));
}

#endif
