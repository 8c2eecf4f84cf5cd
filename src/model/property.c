/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/property.h"

#include "base/i18n.h"

#include <string.h>

static const char *const names[] = {
#define X(code, name) name,
    PROPERTY_LIST(X)
#undef X
};

const char *property_name(property p)
{
    return names[p];
}

const char *property_words(property p)
{
    static const char *const words[] = {N_("lower limit"), N_("upper limit"), N_("target"),
                                        N_("nominal"),     N_("unit"),        N_("part number"),
                                        N_("part name")};
    return _(words[p]);
}

bool property_from_name(const char *name, property *out)
{
    for (int p = 0; p < PROPERTY_COUNT; p++) {
        if (strcmp(names[p], name) == 0) {
            *out = (property)p;
            return true;
        }
    }
    return false;
}

quantity *property_quantity(characteristic *c, property p)
{
    return p == PROPERTY_LOWER    ? &c->lower
           : p == PROPERTY_UPPER  ? &c->upper
           : p == PROPERTY_TARGET ? &c->target
                                  : &c->nominal;
}

const char **property_text(characteristic *c, property p)
{
    return p == PROPERTY_UNIT          ? &c->unit
           : p == PROPERTY_PART_NUMBER ? &c->part_number
                                       : &c->part_name;
}

bool quantity_equal(const quantity *a, const quantity *b)
{
    const decimal *x = &a->value, *y = &b->value;
    const decimal *fine = x->exponent < y->exponent ? x : y, *coarse = fine == x ? y : x;
    int64_t scaled;
    if (!a->is_given || !b->is_given)
        return a->is_given == b->is_given;
    return decimal_rescale(coarse->mantissa, coarse->exponent, fine->exponent, &scaled) &&
           scaled == fine->mantissa;
}

static bool complete_limit(quantity *to, bound_kind *kind, const quantity *from)
{
    if (to->is_given || !from->is_given)
        return false;
    *to = *from;
    if (*kind == BOUND_NONE)
        *kind = BOUND_LIMIT;
    return true;
}

static bool complete_limits(characteristic *c, const characteristic *said)
{
    characteristic own = *c;
    bool is_taken = complete_limit(&own.lower, &own.lower_kind, &said->lower);
    is_taken |= complete_limit(&own.upper, &own.upper_kind, &said->upper);
    if (!is_taken || quantity_value(&own.lower) >= quantity_value(&own.upper))
        return false;
    *c = own;
    return true;
}

bool characteristic_complete(characteristic *c, const characteristic *said)
{
    characteristic from = *said;
    bool is_taken = complete_limits(c, said);
    for (property p = PROPERTY_TARGET; p < PROPERTY_COUNT; p++) {
        if (property_is_number(p) && !property_quantity(c, p)->is_given &&
            property_quantity(&from, p)->is_given) {
            *property_quantity(c, p) = *property_quantity(&from, p);
            is_taken = true;
        } else if (!property_is_number(p)) {
            const char **own = property_text(c, p), *text = *property_text(&from, p);
            bool is_free = (!*own || !**own) && text && *text;
            *own = is_free ? text : *own;
            is_taken |= is_free;
        }
    }
    return is_taken;
}

static void compare_quantity(characteristic *c, characteristic *said, property p,
                             property_differs *differs, void *context)
{
    char here[64], there[64];
    const quantity *a = property_quantity(said, p), *b = property_quantity(c, p);
    if (!a->is_given || !b->is_given || quantity_equal(a, b))
        return;
    decimal_format(a->value.mantissa, a->value.exponent, a->value.decimals, here, sizeof here);
    decimal_format(b->value.mantissa, b->value.exponent, b->value.decimals, there, sizeof there);
    differs(context, p, here, there);
}

void characteristic_compare(const characteristic *c, const characteristic *said,
                            property_differs *differs, void *context)
{
    characteristic own = *c, other = *said;
    for (property p = 0; p < PROPERTY_COUNT; p++) {
        if (property_is_number(p)) {
            compare_quantity(&own, &other, p, differs, context);
            continue;
        }
        const char *a = *property_text(&other, p), *b = *property_text(&own, p);
        if (a && *a && b && *b && strcmp(a, b) != 0)
            differs(context, p, a, b);
    }
}
