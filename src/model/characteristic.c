/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/characteristic.h"

#include <math.h>
#include <string.h>

double quantity_value(const quantity *q)
{
    return q->is_given ? decimal_to_double(q->value.mantissa, q->value.exponent) : NAN;
}

double characteristic_tolerance(const characteristic *c)
{
    return quantity_value(&c->upper) - quantity_value(&c->lower);
}

/* NULL stays NULL: it says "not given". False when memory is short. */
static bool text_copy(arena *a, const char **text)
{
    if (!*text)
        return true;
    *text = arena_text(a, *text, strlen(*text));
    return *text != NULL;
}

static bool texts_copy(arena *a, characteristic *c)
{
    return text_copy(a, &c->path) && text_copy(a, &c->part_number) &&
           text_copy(a, &c->part_name) && text_copy(a, &c->number) && text_copy(a, &c->name) &&
           text_copy(a, &c->unit);
}

static bool fields_copy(arena *a, characteristic *to, const characteristic *from)
{
    to->fields = NULL;
    if (from->field_count == 0)
        return true;
    free_field *fields = arena_array(a, free_field, from->field_count);
    if (!fields)
        return false;
    for (size_t i = 0; i < from->field_count; i++) {
        fields[i] = from->fields[i];
        if (!text_copy(a, &fields[i].key) || !text_copy(a, &fields[i].text))
            return false;
    }
    to->fields = fields;
    return true;
}

characteristic *characteristic_copy(arena *a, const characteristic *c)
{
    characteristic *copy = arena_new(a, characteristic);
    if (!copy)
        return NULL;
    *copy = *c;
    return texts_copy(a, copy) && fields_copy(a, copy, c) ? copy : NULL;
}
