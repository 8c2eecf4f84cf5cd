/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a characteristic is: read it, change it. */
#include "base/hash.h"
#include "live/engine.h"
#include "report/answer.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/figures.h"
#include "serve/reply.h"
#include "serve/row.h"

#include <math.h>
#include <string.h>

static void write_quantity(json *j, const char *key, const quantity *q)
{
    json_key(j, key);
    if (q->is_given)
        json_decimal(j, q->value.mantissa, q->value.exponent, q->value.decimals);
    else
        json_null(j);
}

static void write_definition(json *j, const stored_characteristic *s)
{
    const characteristic *c = &s->definition;
    char hex[33];
    object_hex(&s->id, hex);
    json_object(j);
    json_member_unsigned(j, "number", s->number);
    json_member_text(j, "id", hex);
    json_member_text(j, "path", c->path);
    json_member_text(j, "name", c->name);
    json_member_text(j, "part_number", c->part_number);
    json_member_text(j, "part_name", c->part_name);
    json_member_text(j, "unit", c->unit);
    json_member_text(j, "kind", answer_kind(c->kind));
    json_member_unsigned(j, "subgroup_size", c->subgroup_size);
    write_quantity(j, "nominal", &c->nominal);
    write_quantity(j, "target", &c->target);
    write_quantity(j, "lower", &c->lower);
    write_quantity(j, "upper", &c->upper);
    json_member_bool(j, "lower_is_natural", c->lower_kind == BOUND_NATURAL);
    json_member_bool(j, "upper_is_natural", c->upper_kind == BOUND_NATURAL);
    json_end(j);
}

/* A definition has no number of its own: its text stands for it. */
static uint64_t version_of(const stored_characteristic *s)
{
    json j;
    buf text = BUF_INIT;
    json_init(&j, &text, NULL, NULL);
    write_definition(&j, s);
    json_done(&j);
    uint64_t version = hash64(buf_text(&text), text.length) >> 1;
    buf_done(&text);
    return version;
}

void api_definition(request *r)
{
    store *s;
    stored_characteristic found;
    if (!characteristic_find(r, request_part(r, 0), &s, &found) ||
        reply_is_known(r, version_of(&found)))
        return;
    json *j = reply_json(r, 200);
    write_definition(j, &found);
    reply_end(r, j);
}

/* -- changing ------------------------------------------------------------------------------------- */

typedef struct {
    uint32_t number;
    uint64_t expected;
    characteristic own;
    const char *actor;
    bool is_stale;
} redefinition;

static assay_status redefine(store *s, void *context, assay_err *err)
{
    redefinition *d = context;
    stored_characteristic now;
    uint32_t number;
    assay_status status = store_characteristic_at(s, d->number, &now, err);
    if (status != ASSAY_OK)
        return status;
    d->is_stale = d->expected != DOCUMENT_ANY && version_of(&now) != d->expected;
    if (d->is_stale)
        return assay_fail(err, ASSAY_CONFLICT, 0, "%s has changed meanwhile", now.definition.path);
    return store_characteristic_define(s, &d->own, d->actor, &number, err);
}

static void take_text(request *r, const char *name, const char **place)
{
    const char *text = body_text(r, name, false);
    if (text)
        *place = text;
}

static void take_limit(request *r, const char *name, quantity *q, bound_kind *kind)
{
    bool is_null;
    decimal value = q->value;
    bool is_given = false;
    body_decimal(r, name, &value, &is_given, &is_null);
    if (is_null)
        *q = (quantity){0};
    else if (is_given)
        *q = (quantity){true, value};
    if (kind && is_null)
        *kind = BOUND_NONE;
    else if (kind && is_given)
        *kind = BOUND_LIMIT;
}

static void take_natural(request *r, const char *name, bound_kind *kind)
{
    bool is_natural = *kind == BOUND_NATURAL;
    body_flag(r, name, &is_natural);
    if (is_natural)
        *kind = BOUND_NATURAL;
    else if (*kind == BOUND_NATURAL)
        *kind = BOUND_LIMIT;
}

static void take_changes(request *r, characteristic *own)
{
    uint64_t n = own->subgroup_size;
    take_text(r, "name", &own->name);
    take_text(r, "part_number", &own->part_number);
    take_text(r, "part_name", &own->part_name);
    take_text(r, "unit", &own->unit);
    body_count(r, "subgroup_size", 0, 1000000, &n);
    own->subgroup_size = (uint32_t)n;
    take_limit(r, "nominal", &own->nominal, NULL);
    take_limit(r, "target", &own->target, NULL);
    take_limit(r, "lower", &own->lower, &own->lower_kind);
    take_limit(r, "upper", &own->upper, &own->upper_kind);
    take_natural(r, "lower_is_natural", &own->lower_kind);
    take_natural(r, "upper_is_natural", &own->upper_kind);
    if (quantity_value(&own->lower) >= quantity_value(&own->upper))
        body_fault(r, "lower", "lower must be below upper");
}

void api_definition_change(request *r)
{
    assay_err err;
    store *s;
    stored_characteristic found;
    redefinition d = {.actor = r->who.account};
    if (!characteristic_find(r, request_part(r, 0), &s, &found) ||
        !request_expected(r, &d.expected) ||
        !body_read(r, "name part_number part_name unit subgroup_size nominal target lower upper "
                      "lower_is_natural upper_is_natural"))
        return;
    d.number = found.number;
    d.own = found.definition;
    take_changes(r, &d.own);
    if (!body_is_fine(r))
        return;
    if (change(r->server, redefine, &d, &err) == ASSAY_OK) {
        engine_reload(r->server->engine, d.number);
        reply_none(r, 204);
    } else if (d.is_stale)
        reply_problem(r, 412, NULL, err.message, "read it again, then change that");
    else
        reply_error(r, &err);
}
