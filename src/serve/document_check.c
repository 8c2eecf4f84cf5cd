/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/document_check.h"

#include "base/i18n.h"
#include "base/jcs.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS_MAX = 200, SCANS_MAX = 50, REASONS_MAX = 30, STUDIES_MAX = 200 };

static assay_status wrong(assay_err *err, const char *member, const char *expected)
{
    return assay_fail(err, ASSAY_DOMAIN, 0, _("\"%s\" must be %s"), member, expected);
}

static bool is_text(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text && *text;
}

static bool is_text_or_none(const json_t *o, const char *key)
{
    const json_t *x = json_object_get(o, key);
    return !x || json_is_null(x) || json_is_string(x);
}

static bool is_number_or_none(const json_t *o, const char *key)
{
    const json_t *x = json_object_get(o, key);
    return !x || json_is_null(x) || json_is_number(x);
}

static bool is_among(const json_t *o, const char *key, const char *const *words)
{
    const char *text = json_string_value(json_object_get(o, key));
    for (; text && *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

/* "2026-01-31" */
static bool is_date_or_none(const json_t *o, const char *key)
{
    const json_t *x = json_object_get(o, key);
    const char *text = json_string_value(x);
    int year, month, day, end = 0;
    if (!x || json_is_null(x) || (text && !*text))
        return true;
    return text && sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) == 3 && !text[end] &&
           month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* -- station ---------------------------------------------------------------------------------- */

static assay_status check_item(const json_t *s, assay_err *err)
{
    const json_t *low = json_object_get(s, "low"), *high = json_object_get(s, "high");
    if (!is_text(s, "characteristic"))
        return wrong(err, "items", _("objects with \"characteristic\", a path"));
    if (!is_text_or_none(s, "gauge") || !is_text_or_none(s, "instruction"))
        return wrong(err, "items", _("objects whose \"gauge\" and \"instruction\" are texts"));
    if (!is_number_or_none(s, "low") || !is_number_or_none(s, "high"))
        return wrong(err, "items", _("objects whose \"low\" and \"high\" are numbers"));
    if (json_is_number(low) && json_is_number(high) &&
        json_number_value(low) >= json_number_value(high))
        return wrong(err, "low", _("below \"high\""));
    return ASSAY_OK;
}

static assay_status check_station(const json_t *o, assay_err *err)
{
    static const char *const scanned[] = {"part", "lot", "serial", "gauge", "badge", "cause", NULL};
    size_t i;
    json_t *s;
    const json_t *items = json_object_get(o, "items"), *scans = json_object_get(o, "scans"),
                 *reasons = json_object_get(o, "reasons");
    if (!is_text(o, "name") || !is_text_or_none(o, "site"))
        return wrong(err, "name", "a text (so \"site\", where it is given)");
    if (!json_is_array(items) || json_array_size(items) > ITEMS_MAX)
        return wrong(err, "items", _("an array of at most 200 characteristics"));
    json_array_foreach(items, i, s) {
        assay_status status = check_item(s, err);
        if (status != ASSAY_OK)
            return status;
    }
    if (scans && (!json_is_array(scans) || json_array_size(scans) > SCANS_MAX))
        return wrong(err, "scans", "an array of at most 50 prefixes");
    json_array_foreach(scans, i, s)
        if (!is_text(s, "prefix") || !is_among(s, "kind", scanned))
            return wrong(err, "scans", "objects with \"prefix\" and \"kind\": part, lot, serial, "
                                       "gauge, badge or cause");
    if (reasons && (!json_is_array(reasons) || json_array_size(reasons) > REASONS_MAX))
        return wrong(err, "reasons", _("an array of at most 30 texts"));
    json_array_foreach(reasons, i, s)
        if (!json_is_string(s) || !*json_string_value(s))
            return wrong(err, "reasons", "an array of texts");
    return ASSAY_OK;
}

/* -- gauge ------------------------------------------------------------------------------------ */

static assay_status check_gauge(const json_t *o, assay_err *err)
{
    static const char *const states[] = {"in use", "blocked", "retired", NULL};
    static const char *const texts[] = {"site", "serial", "unit", "place", "resolution", NULL};
    size_t i;
    json_t *s;
    const json_t *studies = json_object_get(o, "studies");
    if (!is_text(o, "name"))
        return wrong(err, "name", _("a text"));
    for (const char *const *t = texts; *t; t++)
        if (!is_text_or_none(o, *t))
            return wrong(err, *t, _("a text"));
    if (json_object_get(o, "state") && !is_among(o, "state", states))
        return wrong(err, "state", "\"in use\", \"blocked\" or \"retired\"");
    if (!is_date_or_none(o, "calibrated") || !is_date_or_none(o, "due"))
        return wrong(err, "due", _("a date such as \"2026-12-31\" (so \"calibrated\")"));
    if (studies && (!json_is_array(studies) || json_array_size(studies) > STUDIES_MAX))
        return wrong(err, "studies", "an array of at most 200 studies");
    json_array_foreach(studies, i, s)
        if (!is_date_or_none(s, "date") || !is_text(s, "kind") ||
            !is_number_or_none(s, "grr_percent") || !is_number_or_none(s, "ndc"))
            return wrong(err, "studies", "objects with \"date\", \"kind\" and numbers "
                                         "\"grr_percent\", \"ndc\"");
    return ASSAY_OK;
}

/* -- the door --------------------------------------------------------------------------------- */

static assay_status check(const char *json, const char *kind,
                          assay_status (*own)(const json_t *o, assay_err *err), assay_err *err)
{
    json_t *o = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    assay_status status = json_is_object(o) ? own(o, err)
                                            : assay_fail(err, ASSAY_FORMAT, 0,
                                                         "a %s is one JSON object", kind);
    json_decref(o);
    return status;
}

assay_status station_check(const char *json, assay_err *err)
{
    return check(json, "station", check_station, err);
}

assay_status gauge_check(const char *json, assay_err *err)
{
    return check(json, "gauge", check_gauge, err);
}

bool document_text(const char *json, const char *key, char *out, size_t room)
{
    json_t *o = json_loads(json, 0, NULL);
    const char *text = json_string_value(json_object_get(o, key));
    bool is_there = text && strlen(text) < room;
    if (is_there)
        memcpy(out, text, strlen(text) + 1);
    json_decref(o);
    return is_there;
}

bool document_without(const char *json, const char *key, buf *out)
{
    json_t *o = json_loads(json, 0, NULL);
    json_object_del(o, key);
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    bool is_fine = text && jcs_canonical(text, strlen(text), out, NULL) == ASSAY_OK;
    free(text);
    json_decref(o);
    return is_fine;
}

void station_items(const char *json, const char *gauge, station_item_visitor *visit, void *context)
{
    size_t i;
    json_t *s, *o = json_loads(json, 0, NULL);
    json_array_foreach(json_object_get(o, "items"), i, s) {
        const char *own = json_string_value(json_object_get(s, "gauge"));
        const char *path = json_string_value(json_object_get(s, "characteristic"));
        if (own && path && strcmp(own, gauge) == 0)
            visit(path, context);
    }
    json_decref(o);
}
