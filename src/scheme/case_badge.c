/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A badge that somebody else gave, as an answer of a form.
 *
 * What is sent is the file's text, and with it documents of issuers and status lists:
 *
 *     {"name": "b.json", "credential": TEXT, "documents": [TEXT ...]}
 *
 * It is judged here and now, without asking anybody, and what was found takes its place:
 *
 *     {"name", "sha256", "issuer", "issuer_name", "achievement", "verdict", "reason", "from", "until",
 *      "checked"}
 *
 * The badge itself, which names its holder, is not kept. A finding sent back is taken only if it is
 * one that stands in this form already: nobody vouches for a badge but who has judged it. */
#include "scheme/case_inner.h"

#include "base/hash.h"
#include "base/time.h"
#include "ledger/badge.h"
#include "ledger/vc_shelf.h"

#include <string.h>

enum { DOCUMENTS_MOST = 16, NAME_MOST = 200 };

/* -- judging --------------------------------------------------------------------------------------- */

static assay_status fill_shelf(const json_t *documents, vc_shelf *shelf, assay_err *err)
{
    size_t n = json_array_size(documents);
    assay_status status = ASSAY_OK;
    if (n > DOCUMENTS_MOST)
        return assay_fail(err, ASSAY_LIMIT, 0, "%zu documents come with a badge; at most %d are read",
                          n, DOCUMENTS_MOST);
    for (size_t i = 0; i < n && !status; i++) {
        const json_t *one = json_array_get(documents, i);
        const char *text = json_string_value(one);
        status = text ? vc_shelf_add(shelf, text, json_string_length(one), err)
                      : assay_fail(err, ASSAY_FORMAT, i, "document %zu of a badge is no text", i + 1);
    }
    return status;
}

/* A badge counts when a proof of its issuer holds and nothing speaks against it; that a status list
 * is not at hand is told with it. */
static assay_status refuse(const vc_report *r, const badge_view *v, assay_err *err)
{
    if (r->verdict == VC_VALID || (r->verdict == VC_OPEN && r->reason == VC_LIST_MISSING))
        return ASSAY_OK;
    return assay_fail(err, ASSAY_DOMAIN, 0, "the badge \"%.80s\" of %.120s is refused: %s", v->name,
                      *v->issuer_name ? v->issuer_name : v->issuer, vc_reason_text(r->reason));
}

static void set_time_text(json_t *o, const char *name, int64_t ns)
{
    char text[48];
    if (ns == TIME_NONE)
        return;
    time_format(ns, TIME_OFFSET_NONE, text, sizeof text);
    set_text(o, name, text);
}

static json_t *finding_of(const vc_report *r, const badge_view *v, const char *name,
                          const char *digest, int64_t now)
{
    json_t *o = json_object();
    set_text(o, "name", name);
    set_text(o, "sha256", digest);
    set_text(o, "issuer", v->issuer);
    set_text(o, "issuer_name", *v->issuer_name ? v->issuer_name : NULL);
    set_text(o, "achievement", v->name);
    set_text(o, "verdict", vc_verdict_name(r->verdict));
    set_text(o, "reason", vc_reason_name(r->reason));
    set_time_text(o, "from", r->valid_from);
    set_time_text(o, "until", r->valid_until);
    set_time_text(o, "checked", now - now % 1000000000);
    return o;
}

static assay_status judge(const json_t *given, const char *text, size_t length, vc_shelf *shelf,
                          int64_t now, json_t **out, assay_err *err)
{
    vc_report r;
    badge_view v;
    sha256 digest;
    char hex[65], name[NAME_MOST];
    const char *called = text_of(given, "name");
    vc_sources sources = vc_shelf_sources(shelf, now);
    assay_status status = vc_verify(text, length, &sources, &r, err);
    if (status)
        return status;
    status = badge_read(r.credential, &v, err);
    if (!status)
        status = refuse(&r, &v, err);
    if (!status)
        status = sha256_of(text, length, &digest, err);
    if (!status) {
        sha256_to_hex(&digest, hex);
        snprintf(name, sizeof name, "%.199s", called ? called : v.name);
        *out = finding_of(&r, &v, name, hex, now);
    }
    vc_report_done(&r);
    return status;
}

/* Whoever sends it takes it out of its picture. */
static assay_status judge_text(const json_t *given, int64_t now, json_t **out, assay_err *err)
{
    const json_t *credential = json_object_get(given, "credential");
    const char *text = json_string_value(credential);
    size_t length = json_string_length(credential);
    vc_shelf *shelf = NULL;
    assay_status status = vc_shelf_new(&shelf, err);
    if (!status)
        status = fill_shelf(json_object_get(given, "documents"), shelf, err);
    if (!status)
        status = judge(given, text, length, shelf, now, out, err);
    vc_shelf_free(shelf);
    return status;
}

/* -- in the form ------------------------------------------------------------------------------------ */

static bool is_known(const json_t *finding, const json_t *before)
{
    for (size_t i = 0; i < json_array_size(before); i++)
        if (json_equal(json_array_get(before, i), finding))
            return true;
    return json_equal(before, finding);
}

static assay_status take_one(const scheme_field *f, const json_t *given, const json_t *before,
                             int64_t now, json_t **out, assay_err *err)
{
    assay_err why = {0};
    *out = json_incref((json_t *)(uintptr_t)given);
    if (!given || json_is_null(given) || json_object_get(given, "na") || is_known(given, before))
        return ASSAY_OK;
    json_decref(*out);
    *out = NULL;
    if (!json_is_string(json_object_get(given, "credential")))
        return assay_fail(err, ASSAY_FORMAT, 0,
                          "%s: a badge was expected: {\"name\", \"credential\": its text}", f->item.id);
    assay_status status = judge_text(given, now, out, &why);
    if (status)
        assay_fail(err, status, 0, "%s: %.300s", f->item.id, why.message);
    return status;
}

static assay_status take_list(const scheme_field *f, const json_t *given, const json_t *before,
                              int64_t now, json_t **out, assay_err *err)
{
    json_t *list = json_array(), *one = NULL;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < json_array_size(given) && !status; i++) {
        status = take_one(f, json_array_get(given, i), before, now, &one, err);
        if (!status)
            json_array_append_new(list, one);
    }
    if (status)
        json_decref(list);
    else
        *out = list;
    return status;
}

assay_status badges_take(the_case *c, const scheme_form *form, const json_t *values, json_t **out,
                         assay_err *err)
{
    json_t *taken = json_copy((json_t *)(uintptr_t)values), *known = NULL;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < form->field_count && !status; i++) {
        const scheme_field *f = &form->field[i];
        const json_t *given = json_object_get(values, f->item.id);
        json_t *found = NULL;
        if (f->kind != FIELD_BADGE || !given)
            continue;
        if (!known)
            known = case_values(c, form->item.id, false);
        const json_t *before = json_object_get(known, f->item.id);
        status = json_is_array(given) ? take_list(f, given, before, c->now, &found, err)
                                      : take_one(f, given, before, c->now, &found, err);
        if (!status)
            json_object_set_new(taken, f->item.id, found);
    }
    json_decref(known);
    if (status)
        json_decref(taken);
    else
        *out = taken;
    return status;
}
