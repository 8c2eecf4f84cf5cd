/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An item of a QIF document -> a characteristic.
 *
 * Limits come in three forms: as limits (DefinedAsLimit true), as deviations from the nominal
 * (false), and as the width of a zone (geometric tolerances). Measured deviations of a zone begin
 * at 0, which is no limit but a natural bound; only point profiles are measured with a sign, the
 * zone lying on both sides of the nominal surface. */
#include "read/qif.h"

#include <string.h>

static const char *starts_with(const char *text, const char *start)
{
    size_t n = strlen(start);
    return strncmp(text, start, n) == 0 ? text + n : NULL;
}

/* Which of the file's units a kind is measured in. */
static const char *quantity_of(const char *kind)
{
    static const char *const named[] = {"Area", "Force", "Mass", "Pressure", "Speed",
                                        "Temperature", "Time"};
    const char *own = starts_with(kind, "UserDefined");
    if (own && (strcmp(own, "Unit") == 0 || strcmp(own, "Attribute") == 0))
        return NULL;
    kind = own ? own : kind;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (starts_with(kind, named[i]))
            return named[i];
    if (starts_with(kind, "FlatTaper") || starts_with(kind, "ConicalTaper"))
        return NULL;
    bool is_angle = starts_with(kind, "Angle") || starts_with(kind, "AngularCoordinate") ||
                    strcmp(kind, "Angular") == 0;
    return is_angle ? "Angular" : "Linear";
}

const char *qif_unit(const qif_file *f, const char *kind)
{
    const char *of = kind ? quantity_of(kind) : NULL;
    for (size_t i = 0; of && i < f->unit_count; i++)
        if (f->units[i].of && strcmp(f->units[i].of, of) == 0)
            return f->units[i].name;
    return NULL;
}

/* -- limits ----------------------------------------------------------------------------------- */

static int sign_of(const quantity *q)
{
    return (q->value.mantissa > 0) - (q->value.mantissa < 0);
}

static bool add(const quantity *a, const quantity *b, quantity *out)
{
    out->is_given = decimal_add(&a->value, &b->value, &out->value);
    return out->is_given;
}

static bool is_within(const quantity *low, const quantity *x, const quantity *high)
{
    return quantity_value(low) <= quantity_value(x) && quantity_value(x) <= quantity_value(high);
}

/* Deviations that both lie on one side of zero, while the nominal lies between the two numbers:
 * that is how limits look when somebody forgot to say that they are limits. */
static bool looks_absolute(const qif_numbers *n, const quantity *target)
{
    return n->min.is_given && n->max.is_given && target->is_given &&
           (sign_of(&n->min) > 0 || sign_of(&n->max) < 0) &&
           is_within(&n->min, target, &n->max);
}

typedef struct {
    reader *r;
    const char *path;
    characteristic *out;
} defining;

static void set_limit(bool is_lower, const quantity *q, bound_kind kind, characteristic *out)
{
    if (is_lower) {
        out->lower = *q;
        out->lower_kind = kind;
    } else {
        out->upper = *q;
        out->upper_kind = kind;
    }
}

static void set_deviation(const defining *d, bool is_lower, const quantity *deviation)
{
    quantity limit;
    if (!deviation->is_given)
        return;
    if (!d->out->nominal.is_given)
        reader_warn(d->r, "%s: limits are deviations from a nominal that is not given; none is set",
                    d->path);
    else if (!add(&d->out->nominal, deviation, &limit))
        reader_warn(d->r, "%s: a limit has too many digits; it is not set", d->path);
    else
        set_limit(is_lower, &limit, BOUND_LIMIT, d->out);
}

static bool take_as_absolute(const defining *d, const qif_numbers *n, qif_limits how)
{
    if (n->is_limit || how == QIF_LIMITS_ABSOLUTE)
        return true;
    if (how == QIF_LIMITS_AS_SAID || !looks_absolute(n, &d->out->nominal))
        return false;
    char low[64], high[64];
    decimal_format(n->min.value.mantissa, n->min.value.exponent, n->min.value.decimals, low,
                   sizeof low);
    decimal_format(n->max.value.mantissa, n->max.value.exponent, n->max.value.decimals, high,
                   sizeof high);
    reader_warn(d->r, "%s: limits %s and %s are called deviations from the nominal but lie around "
                "it: taken as limits. Are they? Say --dialect limits=absolute, or limits=deviation",
                d->path, low, high);
    return true;
}

static void set_limits(const defining *d, const qif_numbers *n, qif_limits how)
{
    if (take_as_absolute(d, n, how)) {
        if (n->min.is_given)
            set_limit(true, &n->min, BOUND_LIMIT, d->out);
        if (n->max.is_given)
            set_limit(false, &n->max, BOUND_LIMIT, d->out);
        return;
    }
    set_deviation(d, true, &n->min);
    set_deviation(d, false, &n->max);
}

static quantity half_of(const quantity *q)
{
    quantity half = *q;
    half.value.mantissa *= 5; /* at most 18 digits came in: 9e18 / 5 is more than 1e18 */
    half.value.exponent--;
    half.value.decimals++;
    return half;
}

/* The part of the zone outside the nominal surface is `outer`, half of it when not given. */
static void set_profile(const qif_numbers *n, characteristic *out)
{
    quantity upper = n->outer.is_given ? n->outer : half_of(&n->zone);
    quantity inner = n->zone, lower;
    inner.value.mantissa = -inner.value.mantissa;
    set_limit(false, &upper, BOUND_LIMIT, out);
    if (add(&upper, &inner, &lower))
        set_limit(true, &lower, BOUND_LIMIT, out);
}

static void set_zone(const qif_numbers *n, const char *kind, characteristic *out)
{
    if (starts_with(kind, "PointProfile") && n->zone.value.mantissa < INT64_MAX / 5) {
        set_profile(n, out);
        return;
    }
    set_limit(false, &n->zone, BOUND_LIMIT, out);
    set_limit(true, &(quantity){true, {0, 0, 0}}, BOUND_NATURAL, out);
}

static void set_bounds(const defining *d, const qif_thing *definition, qif_limits how)
{
    const qif_numbers *n = definition ? definition->numbers : NULL;
    if (!n)
        return;
    if (n->has_other_unit)
        reader_warn(d->r, "%s: its limits are in another unit than the file's; none is set",
                    d->path);
    else if (n->min.is_given || n->max.is_given)
        set_limits(d, n, how);
    else if (n->zone.is_given)
        set_zone(n, definition->kind ? definition->kind : "", d->out);
}

/* -- names ------------------------------------------------------------------------------------ */

/* A slash inside a name would be a level of the path; control characters have no place there. */
static void add_level(buf *path, const char *text)
{
    for (; *text; text++) {
        bool is_other = *text == '/' || (unsigned char)*text < 0x20 || *text == 0x7f;
        buf_add_char(path, is_other ? '-' : *text);
    }
}

static const char *path_of(const qif_file *f, const qif_thing *item, arena *memory)
{
    buf path = BUF_INIT;
    const char *part = f->part_label  ? f->part_label
                       : f->part_name ? f->part_name
                                      : f->part_model;
    if (part) {
        add_level(&path, part);
        buf_add_char(&path, '/');
    }
    add_level(&path, item->name ? item->name : item->other ? item->other : item->kind);
    const char *kept = path.failed ? NULL : arena_text(memory, path.data, path.length);
    buf_done(&path);
    return kept;
}

/* What kind of characteristic QIF calls it is kept as a field. */
static bool keep_kind(const qif_thing *item, arena *memory, characteristic *out)
{
    free_field *field = arena_new(memory, free_field);
    if (!field)
        return false;
    *field = (free_field){"qif:kind", item->kind};
    out->fields = field;
    out->field_count = 1;
    return true;
}

assay_status qif_define(const qif_file *f, const qif_thing *item, qif_limits how, reader *r,
                        arena *memory, characteristic *out, assay_err *err)
{
    const qif_thing *nominal = qif_find(f, item->link, QIF_NOMINAL);
    const qif_thing *definition = nominal ? qif_find(f, nominal->link, QIF_DEFINITION) : NULL;
    characteristic made = {
        .path = path_of(f, item, memory),
        .part_name = f->part_label ? f->part_label : f->part_name,
        .part_number = f->part_model,
        .number = item->other,
        .name = item->name,
        .unit = qif_unit(f, item->kind),
        .decimals = -1,
    };
    if (!made.path || !item->kind || !keep_kind(item, memory, &made))
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a characteristic");
    if (nominal && !nominal->numbers->has_other_unit)
        made.nominal = nominal->numbers->target;
    set_bounds(&(defining){r, made.path, &made}, definition, how);
    *out = made;
    return ASSAY_OK;
}
