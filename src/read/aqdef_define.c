/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the header of an AQDEF file to the definition of a characteristic.
 *
 * What the definition has a place for goes there; every other key of the characteristic, of its
 * part and of the file travels along as a free field, so that a writer can give it back.
 */
#include "read/aqdef.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>

bool aqdef_is_attribute(const aqdef_file *f, uint32_t c)
{
    long type = aqdef_integer(f, 2004, c, 0);
    return type == 1 || ((type == 5 || type == 6) && !f->characteristics[c].by_variable_records);
}

static characteristic_kind kind_of(const aqdef_file *f, uint32_t c)
{
    if (!aqdef_is_attribute(f, c))
        return KIND_VARIABLE;
    return aqdef_integer(f, 2004, c, 0) == 1 ? KIND_DEFECTIVES : KIND_DEFECTS;
}

/* -- limits ----------------------------------------------------------------------------- */

typedef struct {
    const aqdef_file *file;
    uint32_t c;
    aqdef_warn *warn;
    void *context;
} defining;

static quantity quantity_of(const defining *d, uint32_t key)
{
    quantity q = {0};
    const char *text = aqdef_text(d->file, key, d->c);
    if (text && !aqdef_quantity_parse(text, &q))
        d->warn(d->context, "K%04u/%u is not a number (\"%.40s\")", key, d->c, text);
    return q;
}

static bool add_decimals(const decimal *a, const decimal *b, decimal *out)
{
    int exponent = a->exponent < b->exponent ? a->exponent : b->exponent;
    int64_t x, y, sum;
    if (!decimal_rescale(a->mantissa, a->exponent, exponent, &x) ||
        !decimal_rescale(b->mantissa, b->exponent, exponent, &y) ||
        __builtin_add_overflow(x, y, &sum))
        return false;
    *out = (decimal){sum, (int16_t)exponent, exponent < 0 ? (uint8_t)-exponent : 0};
    return true;
}

/* nominal + allowance. Some writers give the size of the lower allowance: with two allowances
 * above zero, or one lower allowance above zero on its own, it is taken downwards. */
static quantity limit_from_allowance(const defining *d, const quantity *nominal, bool is_lower)
{
    quantity own = quantity_of(d, is_lower ? 2112 : 2113), out = {0};
    if (!nominal->is_given || !own.is_given)
        return out;
    quantity other = quantity_of(d, is_lower ? 2113 : 2112);
    if (is_lower && own.value.mantissa > 0 && (!other.is_given || other.value.mantissa >= 0)) {
        own.value.mantissa = -own.value.mantissa;
        d->warn(d->context, "K2112/%u has no sign: taken as below the nominal", d->c);
    }
    if (!is_lower && own.value.mantissa < 0 && (!other.is_given || other.value.mantissa > 0)) {
        own.value.mantissa = -own.value.mantissa;
        d->warn(d->context, "K2113/%u is negative: taken as above the nominal", d->c);
    }
    out.is_given = add_decimals(&nominal->value, &own.value, &out.value);
    return out;
}

static void set_limit(const defining *d, bool is_lower, const quantity *nominal, quantity *limit,
                      bound_kind *kind)
{
    quantity q = quantity_of(d, is_lower ? 2110 : 2111);
    if (!q.is_given)
        q = limit_from_allowance(d, nominal, is_lower);
    uint32_t key = is_lower ? 2120 : 2121;
    long told = aqdef_integer(d->file, key, d->c, q.is_given ? 1 : 0);
    if (q.is_given && told == 0)
        d->warn(d->context, "K%04u/%u says no limit, yet one is given: it is not used", key, d->c);
    if (q.is_given && (told < 0 || told > 2))
        d->warn(d->context, "K%04u/%u is %ld: taken as a limit", key, d->c, told);
    *kind = !q.is_given || told == 0 ? BOUND_NONE : told == 2 ? BOUND_NATURAL : BOUND_LIMIT;
    *limit = q;
}

/* -- free fields ------------------------------------------------------------------------ */

static bool has_a_place(uint32_t key)
{
    static const uint32_t known[] = {1001, 1002, 2001, 2002, 2022, 2100, 2101,
                                     2110, 2111, 2120, 2121, 2142, 8500};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i] == key)
            return true;
    return false;
}

static bool is_of_file(uint32_t key)
{
    uint32_t class = key / 1000;
    return key != 100 && class != 1 && class != 2 && class != 8;
}

static uint32_t first_characteristic(const aqdef_file *f)
{
    uint32_t c = 1;
    while (c <= f->characteristic_count && !f->characteristics[c].exists)
        c++;
    return c;
}

/* The text of a free key for characteristic c, or NULL. */
static const char *free_text(const aqdef_file *f, uint32_t key, uint32_t c)
{
    uint32_t class = key / 1000;
    if (has_a_place(key) || (class != 1 && class != 2 && class != 8))
        return NULL;
    return aqdef_text(f, key, class == 1 ? f->characteristics[c].part : c);
}

static bool add_field(arena *memory, characteristic *out, const char *text, const char *format, ...)
    ASSAY_PRINTF(4, 5);

static bool add_field(arena *memory, characteristic *out, const char *text, const char *format, ...)
{
    char key[32];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(key, sizeof key, format, args);
    va_end(args);
    const char *kept = arena_text(memory, key, (size_t)n);
    if (!kept || !text)
        return false;
    ((free_field *)out->fields)[out->field_count++] = (free_field){kept, text};
    return true;
}

static bool add_numbers_in_file(const aqdef_file *f, uint32_t c, arena *memory,
                                characteristic *out)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%u/%u", f->characteristics[c].part, c);
    return add_field(memory, out, arena_text(memory, text, (size_t)n), "@");
}

static bool add_fields_of_file(const aqdef_file *f, arena *memory, characteristic *out)
{
    for (size_t i = 0; i < f->field_count; i++) {
        const aqdef_field *x = &f->fields[i];
        if (is_of_file(x->key) && !add_field(memory, out, x->text, "K%04u/%u", x->key, x->index))
            return false;
    }
    return true;
}

static bool collect_fields(const aqdef_file *f, uint32_t c, arena *memory, characteristic *out)
{
    bool is_first = c == first_characteristic(f), has_structure = f->node_count != 0;
    size_t count = has_structure;
    for (size_t i = 0; i < f->key_count; i++)
        count += free_text(f, f->keys[i], c) != NULL;
    for (size_t i = 0; is_first && i < f->field_count; i++)
        count += is_of_file(f->fields[i].key);
    if (!count)
        return true;
    out->fields = arena_array(memory, free_field, count);
    if (!out->fields)
        return false;
    for (size_t i = 0; i < f->key_count; i++) {
        const char *text = free_text(f, f->keys[i], c);
        if (text && !add_field(memory, out, text, "K%04u", f->keys[i]))
            return false;
    }
    return (!is_first || add_fields_of_file(f, memory, out)) &&
           (!has_structure || add_numbers_in_file(f, c, memory, out));
}

/* -- path ------------------------------------------------------------------------------- */

/* A slash inside a name would be a level of the path. */
static void add_level(buf *path, const char *text)
{
    for (; *text; text++)
        buf_add_char(path, *text == '/' ? '-' : *text);
}

static const char *path_of(const aqdef_file *f, uint32_t c, arena *memory)
{
    uint32_t part = f->characteristics[c].part;
    const char *of_part = aqdef_text(f, 1001, part), *name = aqdef_text(f, 2002, c);
    if (!of_part)
        of_part = aqdef_text(f, 1002, part);
    if (!name)
        name = aqdef_text(f, 2001, c);
    buf path = BUF_INIT;
    if (of_part)
        add_level(&path, of_part);
    else
        buf_addf(&path, "part %u", part);
    buf_add_char(&path, '/');
    if (name)
        add_level(&path, name);
    else
        buf_addf(&path, "characteristic %u", c);
    const char *kept = path.failed ? NULL : arena_text(memory, path.data, path.length);
    buf_done(&path);
    return kept;
}

assay_status aqdef_define(const aqdef_file *f, uint32_t c, arena *memory, aqdef_warn *warn,
                          void *context, characteristic *out, assay_err *err)
{
    defining d = {f, c, warn, context};
    uint32_t part = f->characteristics[c].part;
    long decimals = aqdef_integer(f, 2022, c, -1), size = aqdef_integer(f, 8500, c, 0);
    characteristic made = {
        .path = path_of(f, c, memory),
        .part_number = aqdef_text(f, 1001, part),
        .part_name = aqdef_text(f, 1002, part),
        .number = aqdef_text(f, 2001, c),
        .name = aqdef_text(f, 2002, c),
        .unit = aqdef_text(f, 2142, c),
        .kind = kind_of(f, c),
        .decimals = decimals >= 0 && decimals <= 18 ? (int)decimals : -1,
        .target = quantity_of(&d, 2100),
        .nominal = quantity_of(&d, 2101),
        .subgroup_size = size > 0 && size <= 1000000 ? (uint32_t)size : 0,
    };
    set_limit(&d, true, &made.nominal, &made.lower, &made.lower_kind);
    set_limit(&d, false, &made.nominal, &made.upper, &made.upper_kind);
    if (!made.path || !collect_fields(f, c, memory, &made))
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for characteristic %u", c);
    *out = made;
    return ASSAY_OK;
}
