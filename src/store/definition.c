/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Definitions of characteristics as JSON: the payload of their records and of their table. */
#include "store/inner.h"

#include "base/jcs.h"

#include <string.h>

/* -- writing -------------------------------------------------------------------------- */

static void set_text(json_t *o, const char *key, const char *text)
{
    if (!text || !*text)
        return;
    json_t *value = json_string(text);
    if (!value) /* not UTF-8: kept byte for byte as Latin-1 would be worse than refusing */
        value = json_string_nocheck(text);
    json_object_set_new(o, key, value);
}

/* Numbers as text: no digit is lost, none is added. */
static void set_quantity(json_t *o, const char *key, const quantity *q)
{
    char text[64];
    if (!q->is_given)
        return;
    decimal_format(q->value.mantissa, q->value.exponent, q->value.decimals, text, sizeof text);
    json_object_set_new(o, key, json_string(text));
}

static const char *const kind_names[] = {"variable", "defectives", "defects"};
static const char *const bound_names[] = {"none", "limit", "natural"};

static json_t *fields_to_json(const characteristic *c)
{
    json_t *fields = json_array();
    for (size_t i = 0; i < c->field_count; i++) {
        json_t *pair = json_array();
        json_array_append_new(pair, json_string_nocheck(c->fields[i].key));
        json_array_append_new(pair, json_string_nocheck(c->fields[i].text));
        json_array_append_new(fields, pair);
    }
    return fields;
}

assay_status characteristic_to_json(const characteristic *c, buf *out, assay_err *err)
{
    json_t *o = json_object();
    if (!o)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a definition");
    set_text(o, "path", c->path);
    set_text(o, "partNumber", c->part_number);
    set_text(o, "partName", c->part_name);
    set_text(o, "number", c->number);
    set_text(o, "name", c->name);
    set_text(o, "unit", c->unit);
    set_text(o, "kind", kind_names[c->kind]);
    if (c->decimals >= 0)
        json_object_set_new(o, "decimals", json_integer(c->decimals));
    set_quantity(o, "target", &c->target);
    set_quantity(o, "nominal", &c->nominal);
    set_quantity(o, "lower", &c->lower);
    set_quantity(o, "upper", &c->upper);
    set_text(o, "lowerKind", bound_names[c->lower_kind]);
    set_text(o, "upperKind", bound_names[c->upper_kind]);
    if (c->subgroup_size)
        json_object_set_new(o, "subgroupSize", json_integer(c->subgroup_size));
    if (c->field_count)
        json_object_set_new(o, "fields", fields_to_json(c));
    assay_status status = jcs_write(o, out, err);
    json_decref(o);
    return status;
}

/* -- reading -------------------------------------------------------------------------- */

static const char *get_text(const json_t *o, const char *key, arena *a)
{
    const json_t *value = json_object_get(o, key);
    return json_is_string(value)
               ? arena_text(a, json_string_value(value), json_string_length(value))
               : NULL;
}

static quantity get_quantity(const json_t *o, const char *key)
{
    quantity q = {0};
    const json_t *value = json_object_get(o, key);
    if (json_is_string(value))
        q.is_given = decimal_parse(json_string_value(value), json_string_length(value), '.',
                                   &q.value, NULL) == DECIMAL_OK;
    return q;
}

static int get_name(const json_t *o, const char *key, const char *const *names, int n)
{
    const char *text = json_string_value(json_object_get(o, key));
    for (int i = 0; text && i < n; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    return 0;
}

static bool get_fields(const json_t *o, arena *a, characteristic *c)
{
    const json_t *list = json_object_get(o, "fields");
    size_t n = json_array_size(list);
    free_field *fields = n ? arena_array(a, free_field, n) : NULL;
    if (n && !fields)
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *key = json_string_value(json_array_get(json_array_get(list, i), 0));
        const char *text = json_string_value(json_array_get(json_array_get(list, i), 1));
        fields[i].key = arena_text(a, key ? key : "", key ? strlen(key) : 0);
        fields[i].text = arena_text(a, text ? text : "", text ? strlen(text) : 0);
        if (!fields[i].key || !fields[i].text)
            return false;
    }
    c->fields = fields;
    c->field_count = n;
    return true;
}

assay_status characteristic_from_json(const char *text, arena *a, characteristic **out,
                                      assay_err *err)
{
    json_t *o = json_loads(text ? text : "", 0, NULL);
    if (!json_is_object(o)) {
        json_decref(o);
        return assay_fail(err, ASSAY_DAMAGED, 0, "a definition is not JSON");
    }
    characteristic *c = arena_new(a, characteristic);
    bool has_memory = c != NULL;
    if (c) {
        const json_t *decimals = json_object_get(o, "decimals");
        const json_t *size = json_object_get(o, "subgroupSize");
        *c = (characteristic){
            .path = get_text(o, "path", a),
            .part_number = get_text(o, "partNumber", a),
            .part_name = get_text(o, "partName", a),
            .number = get_text(o, "number", a),
            .name = get_text(o, "name", a),
            .unit = get_text(o, "unit", a),
            .kind = (characteristic_kind)get_name(o, "kind", kind_names, 3),
            .decimals = json_is_integer(decimals) ? (int)json_integer_value(decimals) : -1,
            .target = get_quantity(o, "target"),
            .nominal = get_quantity(o, "nominal"),
            .lower = get_quantity(o, "lower"),
            .upper = get_quantity(o, "upper"),
            .lower_kind = (bound_kind)get_name(o, "lowerKind", bound_names, 3),
            .upper_kind = (bound_kind)get_name(o, "upperKind", bound_names, 3),
            .subgroup_size = (uint32_t)json_integer_value(size),
        };
        has_memory = get_fields(o, a, c);
    }
    json_decref(o);
    if (!has_memory)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a definition");
    *out = c;
    return ASSAY_OK;
}

/* -- what a file adds ----------------------------------------------------------------- */

static bool take_text(const char **to, const char *from)
{
    if (!from || !*from || (*to && strcmp(*to, from) == 0))
        return false;
    *to = from;
    return true;
}

static bool take_quantity(quantity *to, const quantity *from)
{
    if (!from->is_given)
        return false;
    bool is_same = to->is_given && to->value.mantissa == from->value.mantissa &&
                   to->value.exponent == from->value.exponent;
    *to = *from;
    return !is_same;
}

static bool take_bound(quantity *to, bound_kind *kind, const quantity *from, bound_kind from_kind)
{
    bool changed = take_quantity(to, from);
    if (from_kind == BOUND_NONE || from_kind == *kind)
        return changed;
    *kind = from_kind;
    return true;
}

bool characteristic_overlay(const characteristic *base, const characteristic *over,
                            characteristic *out)
{
    *out = *base;
    bool changed = take_text(&out->part_number, over->part_number);
    changed |= take_text(&out->part_name, over->part_name);
    changed |= take_text(&out->number, over->number);
    changed |= take_text(&out->name, over->name);
    changed |= take_text(&out->unit, over->unit);
    changed |= take_quantity(&out->target, &over->target);
    changed |= take_quantity(&out->nominal, &over->nominal);
    changed |= take_bound(&out->lower, &out->lower_kind, &over->lower, over->lower_kind);
    changed |= take_bound(&out->upper, &out->upper_kind, &over->upper, over->upper_kind);
    if (over->decimals >= 0 && over->decimals != base->decimals) {
        out->decimals = over->decimals;
        changed = true;
    }
    if (over->subgroup_size && over->subgroup_size != base->subgroup_size) {
        out->subgroup_size = over->subgroup_size;
        changed = true;
    }
    if (over->field_count) {
        bool same = over->field_count == base->field_count;
        for (size_t i = 0; same && i < over->field_count; i++)
            same = !strcmp(over->fields[i].key, base->fields[i].key) &&
                   !strcmp(over->fields[i].text, base->fields[i].text);
        out->fields = over->fields;
        out->field_count = over->field_count;
        changed |= !same;
    }
    return changed;
}

const char *path_leaf(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
