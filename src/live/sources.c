/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each source is an entry with the settings it should have and the door it has. One function,
 * `agree`, brings the second to the first, one step at a time: close what is open with other
 * settings, open what is closed, free what shall go. It is called whenever either changes. */
#include "live/sources_inner.h"

#include "base/buf.h"
#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EACH_MS = 1000, PATIENCE_MAX_S = 60 };

static void agree(source_entry *e);

/* -- what a source is ---------------------------------------------------------------------- */

static bool is_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strlen(name);
    return length >= 1 && length <= 63 && strspn(name, allowed) == length;
}

bool source_is_enabled(const json_t *settings)
{
    const json_t *enabled = json_object_get(settings, "enabled");
    return !json_is_false(enabled);
}

static assay_status check_type(const json_t *settings, const door_type **out, assay_err *err)
{
    const char *name = json_string_value(json_object_get(settings, "door"));
    const door_type *type = name ? door_find(name) : NULL;
    if (!name)
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("\"door\" is missing, expected the type of the source"));
    if (!type) {
        assay_fail(err, ASSAY_USAGE, 0, _("\"door\" is \"%.40s\": no such type of source"), name);
        buf all = BUF_INIT;
        for (const door_type *const *t = door_types(); *t; t++)
            buf_addf(&all, "%s%s", all.length ? ", " : "", (*t)->name);
        assay_status status = assay_hint(err, "%s", buf_text(&all));
        buf_done(&all);
        return status;
    }
    *out = type;
    return ASSAY_OK;
}

static assay_status check_common(const json_t *settings, assay_err *err)
{
    const json_t *stale = json_object_get(settings, "stale_after_s");
    const json_t *enabled = json_object_get(settings, "enabled");
    const json_t *comment = json_object_get(settings, "comment");
    if (stale && !(json_is_integer(stale) && json_integer_value(stale) >= 0 &&
                   json_integer_value(stale) <= 366 * 86400))
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("\"stale_after_s\" must be whole seconds, 0 for never"));
    if (enabled && !json_is_boolean(enabled))
        return assay_fail(err, ASSAY_USAGE, 0, _("\"enabled\" must be true or false"));
    if (comment && !json_is_string(comment))
        return assay_fail(err, ASSAY_USAGE, 0, _("\"comment\" must be a text"));
    return ASSAY_OK;
}

assay_status source_settings_check(const char *name, const json_t *settings, assay_err *err)
{
    const door_type *type = NULL;
    if (!is_name(name))
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("\"%.80s\" is no name of a source: 1 to 63 letters, digits, . _ -"),
                          name);
    if (!json_is_object(settings))
        return assay_fail(err, ASSAY_USAGE, 0, _("the settings of a source are an object"));
    assay_status status = check_type(settings, &type, err);
    if (status == ASSAY_OK)
        status = check_common(settings, err);
    return status == ASSAY_OK ? type->check(settings, err) : status;
}

/* -- entries ------------------------------------------------------------------------------- */

static void say(const source_entry *e, const char *level, const char *text)
{
    e->owner->log(level, e->name, text);
}

static void try_again(void *context)
{
    agree(context);
}

static void entry_free(source_entry *e)
{
    source_entry **at = &e->owner->first;
    while (*at && *at != e)
        at = &(*at)->next;
    if (*at)
        *at = e->next;
    loop_timer_free(e->again);
    json_decref(e->wanted);
    json_decref(e->fixed);
    json_decref(e->open_with);
    free(e);
}

/* Where an entry of this name stands or belongs. */
static source_entry **place_of(sources *s, const char *name)
{
    source_entry **at = &s->first;
    while (*at && strcmp((*at)->name, name) < 0)
        at = &(*at)->next;
    return at;
}

static source_entry *entry_of(sources *s, const char *name, assay_err *err)
{
    source_entry **at = place_of(s, name);
    if (*at && strcmp((*at)->name, name) == 0)
        return *at;
    source_entry *e = calloc(1, sizeof *e);
    if (!e || loop_timer_new(s->loop, try_again, e, &e->again, err) != ASSAY_OK) {
        free(e);
        (void)assay_fail(err, ASSAY_MEMORY, 0, "no memory for a source");
        return NULL;
    }
    e->owner = s;
    snprintf(e->name, sizeof e->name, "%s", name);
    e->next = *at;
    return *at = e;
}

/* -- doors --------------------------------------------------------------------------------- */

static void end_if_empty(sources *s)
{
    if (!s->is_closing || s->first)
        return;
    loop_work *closed = s->closed;
    void *context = s->closed_context;
    loop_timer_free(s->each_second);
    free(s);
    closed(context);
}

static void door_is_closed(void *context)
{
    source_entry *e = context;
    e->door = NULL;
    e->is_closing = false;
    json_decref(e->open_with);
    e->open_with = NULL;
    agree(e);
}

static void close_door(source_entry *e)
{
    e->is_closing = true;
    e->type->close(e->door, door_is_closed, e);
}

static void expect(const source_entry *e)
{
    int64_t stale_s = json_integer_value(json_object_get(e->wanted, "stale_after_s"));
    intake_expect(e->owner->intake, e->name, stale_s * 1000000000);
}

static void be_patient(source_entry *e)
{
    unsigned wait_s = 1u << (e->failures < 6 ? e->failures : 6);
    e->failures++;
    say(e, "warning", e->trouble.message);
    loop_timer_set(e->again, (wait_s < PATIENCE_MAX_S ? wait_s : PATIENCE_MAX_S) * UINT64_C(1000));
}

static void open_door(source_entry *e)
{
    sources *s = e->owner;
    door_setup setup = {s->loop, s->intake, s->catalog, s->reader, e->name, e->wanted, s->log, s->people};
    assay_err err = {0};
    i18n_borrow("en"); /* who reads it has his own language: i18n_retell */
    assay_status status = source_settings_check(e->name, e->wanted, &err);
    if (status == ASSAY_OK)
        status = check_type(e->wanted, &e->type, &err);
    if (status == ASSAY_OK)
        status = e->type->open(&setup, &e->door, &err);
    i18n_return();
    if (status != ASSAY_OK) {
        e->trouble = err;
        be_patient(e);
        return;
    }
    e->open_with = json_incref(e->wanted);
    e->trouble = (assay_err){0};
    e->failures = 0;
    expect(e);
    say(e, "info", "open");
}

static void agree(source_entry *e)
{
    sources *s = e->owner;
    bool shall_be_open = e->wanted && !s->is_closing && source_is_enabled(e->wanted);
    loop_timer_clear(e->again);
    if (e->is_closing)
        return;
    if (e->door && !(shall_be_open && json_equal(e->wanted, e->open_with))) {
        close_door(e);
    } else if (!e->door && (!e->wanted || s->is_closing)) {
        entry_free(e);
        end_if_empty(s);
    } else if (!e->door && shall_be_open) {
        open_door(e);
    }
}

static void want(source_entry *e, json_t *settings)
{
    bool is_same = settings && e->wanted && json_equal(settings, e->wanted);
    json_decref(e->wanted);
    e->wanted = settings;
    if (!is_same)
        e->failures = 0;
    agree(e);
}

/* -- documents ----------------------------------------------------------------------------- */

static bool read_document(const store_document *d, void *context)
{
    sources *s = context;
    assay_err err;
    json_t *settings = source_whole(d);
    source_entry *e = settings ? entry_of(s, d->id, &err) : NULL;
    if (!e) {
        s->log("error", d->id, settings ? err.message : "its document is not JSON");
        json_decref(settings);
        return true;
    }
    e->is_documented = true;
    want(e, settings);
    return true;
}

static void apply(void *context)
{
    sources *s = context;
    assay_err err;
    if (s->is_closing)
        return;
    for (source_entry *e = s->first; e; e = e->next)
        e->is_documented = false;
    if (store_documents(s->reader, "source", read_document, s, &err) != ASSAY_OK) {
        s->log("error", "", err.message);
        return;
    }
    for (source_entry *e = s->first, *next; e; e = next) {
        next = e->next;
        if (!e->is_documented)
            want(e, e->fixed ? json_incref(e->fixed) : NULL);
    }
}

void sources_apply(sources *s)
{
    while (!loop_post(s->loop, apply, s))
        ;
}

/* -- configuration ------------------------------------------------------------------------- */

assay_status sources_add(sources *s, const char *name, const json_t *settings, assay_err *err)
{
    assay_status status = source_settings_check(name, settings, err);
    if (status != ASSAY_OK)
        return status;
    source_entry *e = entry_of(s, name, err);
    json_t *copy = e ? json_deep_copy(settings) : NULL;
    if (!copy)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a source");
    json_decref(e->fixed);
    e->fixed = copy;
    return ASSAY_OK;
}

assay_status sources_load(sources *s, const char *path, assay_err *err)
{
    json_error_t fault;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &fault);
    if (!file) {
        assay_fail(err, ASSAY_FORMAT, 0, _("cannot read %s: %s"), path, fault.text);
        if (err && fault.line > 0) {
            err->line = (uint64_t)fault.line;
            err->column = (uint32_t)fault.column;
        }
        return ASSAY_FORMAT;
    }
    const json_t *list = json_object_get(file, "sources"), *one;
    size_t i;
    assay_status status = ASSAY_OK;
    if (list && !json_is_array(list))
        status = assay_fail(err, ASSAY_FORMAT, 0, _("\"sources\" in %s is not a list"), path);
    json_array_foreach(list, i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        if (status == ASSAY_OK)
            status = sources_add(s, name ? name : "", one, err);
    }
    json_decref(file);
    return status;
}

/* -- life ---------------------------------------------------------------------------------- */

static void each_second(void *context)
{
    sources *s = context;
    sources_publish(s);
    loop_timer_set(s->each_second, EACH_MS);
}

assay_status sources_open(loop *l, intake *i, catalog *c, bus *b, store *reader, sources_log *log,
                          sources **out, assay_err *err)
{
    sources *s = calloc(1, sizeof *s);
    if (!s)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the sources");
    *s = (sources){.loop = l, .intake = i, .catalog = c, .bus = b, .reader = reader, .log = log};
    assay_status status = loop_timer_new(l, each_second, s, &s->each_second, err);
    if (status != ASSAY_OK) {
        free(s);
        return status;
    }
    loop_timer_set(s->each_second, EACH_MS);
    *out = s;
    return ASSAY_OK;
}

void sources_know(sources *s, struct people *people)
{
    s->people = people;
}

void sources_close(sources *s, loop_work *closed, void *context)
{
    s->is_closing = true;
    s->closed = closed;
    s->closed_context = context;
    if (!s->first) {
        end_if_empty(s);
        return;
    }
    for (source_entry *e = s->first, *next; e; e = next) {
        next = e->next; /* the last one's end frees s */
        agree(e);
    }
}
