/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder that is watched (docs/how-to/folder.md). */
#include "live/door_folder.h"

#include "base/i18n.h"

#include "live/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* -- settings --------------------------------------------------------------------------------- */

static const setting_rule rules[] = {
    {.name = "path", .kind = SETTING_TEXT, .is_needed = true},
    {.name = "archive", .kind = SETTING_TEXT},
    {.name = "refused", .kind = SETTING_TEXT},
    {.name = "under", .kind = SETTING_TEXT},
    {.name = "format", .kind = SETTING_TEXT, .words = read_format_names},
    {.name = "dialect", .kind = SETTING_TEXT},
    {.name = "zone", .kind = SETTING_TEXT},
    {.name = "value", .kind = SETTING_TEXT},
    {.name = "characteristic", .kind = SETTING_TEXT},
    {.name = "time", .kind = SETTING_TEXT},
    {.name = "serial", .kind = SETTING_TEXT},
    {.name = "subgroup", .kind = SETTING_TEXT},
    {.name = "wide", .kind = SETTING_BOOL},
    {.name = "keep", .kind = SETTING_BOOL},
    {.name = "idle_s", .kind = SETTING_INTEGER, .least = 1, .most = 86400 * 7},
    {.name = "settle_ms", .kind = SETTING_INTEGER, .least = 1, .most = 60000},
    {0},
};

static assay_status check_path(const json_t *settings, const char *name, assay_err *err)
{
    const char *path = setting_text(settings, name, NULL);
    if (path && *path != '/')
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("\"%s\" is \"%.100s\", expected a path from the root "
                            "on"),
                          name, path);
    if (path && strlen(path) > 2000)
        return assay_fail(err, ASSAY_USAGE, 0, _("\"%s\" has more than 2000 bytes"), name);
    return ASSAY_OK;
}

static assay_status folder_check(const json_t *settings, assay_err *err)
{
    zone *z = NULL;
    const char *in_zone = setting_text(settings, "zone", NULL);
    assay_status status = settings_check(settings, rules, err);
    if (status == ASSAY_OK)
        status = check_path(settings, "path", err);
    if (status == ASSAY_OK)
        status = check_path(settings, "archive", err);
    if (status == ASSAY_OK)
        status = check_path(settings, "refused", err);
    if (status == ASSAY_OK && in_zone)
        status = zone_open(in_zone, &z, err);
    zone_close(z);
    return status;
}

/* -- what it says ----------------------------------------------------------------------------- */

void folder_say(folder *f, const char *state, const char *format, ...)
{
    va_list args;
    pthread_mutex_lock(&f->lock);
    snprintf(f->state, sizeof f->state, "%s", state);
    va_start(args, format);
    vsnprintf(f->detail, sizeof f->detail, format, args);
    va_end(args);
    pthread_mutex_unlock(&f->lock);
}

typedef struct {
    folder *f;
    char level[12], text[400];
} said;

static void say_in_loop(void *context)
{
    said *s = context;
    s->f->setup.log(s->level, s->f->setup.source, s->text);
    free(s);
}

/* The log is the loop's thread's. */
void folder_log(folder *f, const char *level, const char *format, ...)
{
    said *s = malloc(sizeof *s);
    va_list args;
    if (!s)
        return;
    s->f = f;
    snprintf(s->level, sizeof s->level, "%s", level);
    va_start(args, format);
    vsnprintf(s->text, sizeof s->text, format, args);
    va_end(args);
    if (!loop_post(f->setup.loop, say_in_loop, s))
        free(s);
}

static void folder_describe(void *door, json_t *into)
{
    folder *f = door;
    pthread_mutex_lock(&f->lock);
    json_object_set_new(into, "state", json_string(f->state));
    json_object_set_new(into, "detail", json_string(f->detail));
    if (*f->guessed)
        json_object_set_new(into, "guessed", json_string(f->guessed));
    if (*f->notes)
        json_object_set_new(into, "notes", json_string(f->notes));
    json_object_set_new(into, "files", json_integer((json_int_t)f->files));
    json_object_set_new(into, "files_refused", json_integer((json_int_t)f->refused_files));
    json_object_set_new(into, "files_seen_before", json_integer((json_int_t)f->seen_before));
    json_object_set_new(into, "files_waiting", json_integer((json_int_t)f->waiting));
    pthread_mutex_unlock(&f->lock);
}

/* -- life ------------------------------------------------------------------------------------- */

static void folder_free(folder *f)
{
    folder_parcels_free(f->parcels);
    known_free(f->known);
    if (f->wake >= 0)
        close(f->wake);
    pthread_mutex_destroy(&f->lock);
    arena_done(&f->memory);
    free(f);
}

static const char *path_or(folder *f, const char *name, const char *below)
{
    const char *given = setting_text(f->setup.settings, name, NULL);
    char path[2100];
    if (given)
        return given;
    int n = snprintf(path, sizeof path, "%s/%s", f->path, below);
    return arena_text(&f->memory, path, (size_t)n);
}

static assay_status take_settings(folder *f, assay_err *err)
{
    const json_t *s = f->setup.settings;
    f->path = setting_text(s, "path", "");
    f->archive = path_or(f, "archive", "archive");
    f->refused = path_or(f, "refused", "refused");
    f->under = setting_text(s, "under", NULL);
    f->keeps_files = setting_bool(s, "keep", false);
    f->idle_ms = (uint64_t)setting_integer(s, "idle_s", 30) * 1000;
    f->settle_ms = (uint64_t)setting_integer(s, "settle_ms", 250);
    f->read = (read_options){.format = read_format_from_name(setting_text(s, "format", "auto")),
                             .dialect = setting_text(s, "dialect", NULL),
                             .zone = setting_text(s, "zone", NULL),
                             .follow_pairs = true,
                             .threads = 1};
    f->read.mapping.value = setting_text(s, "value", NULL);
    f->read.mapping.characteristic = setting_text(s, "characteristic", NULL);
    f->read.mapping.time = setting_text(s, "time", NULL);
    f->read.mapping.context[CONTEXT_SERIAL] = setting_text(s, "serial", NULL);
    f->read.mapping.context[CONTEXT_SUBGROUP] = setting_text(s, "subgroup", NULL);
    f->read.mapping.wide = setting_bool(s, "wide", false);
    return f->archive && f->refused ? ASSAY_OK
                                    : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a door");
}

static void ended(void *context)
{
    folder *f = context;
    loop_work *closed = f->closed;
    void *closed_context = f->closed_context;
    pthread_join(f->thread, NULL);
    folder_free(f);
    closed(closed_context);
}

static void *run(void *door)
{
    folder *f = door;
    folder_thread(f);
    (void)loop_post(f->setup.loop, ended, f);
    return NULL;
}

static assay_status folder_open(const door_setup *setup, void **out, assay_err *err)
{
    folder *f = calloc(1, sizeof *f);
    if (!f)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a door");
    f->setup = *setup;
    arena_init(&f->memory);
    pthread_mutex_init(&f->lock, NULL);
    f->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assay_status status = take_settings(f, err);
    if (status == ASSAY_OK)
        status = known_load(setup->reader, setup->source, &f->known, err);
    if (status == ASSAY_OK)
        status = folder_parcels_new(f, &f->parcels, err);
    folder_say(f, "waiting", "%s", f->path ? f->path : "");
    if (status == ASSAY_OK && (f->wake < 0 || pthread_create(&f->thread, NULL, run, f) != 0))
        status = assay_fail(err, ASSAY_MEMORY, 0, "cannot start a thread: %s", strerror(errno));
    if (status != ASSAY_OK) {
        folder_free(f);
        return status;
    }
    *out = f;
    return ASSAY_OK;
}

static void folder_close(void *door, loop_work *closed, void *context)
{
    folder *f = door;
    uint64_t one = 1;
    f->closed = closed;
    f->closed_context = context;
    atomic_store(&f->is_stopping, true);
    ssize_t n = write(f->wake, &one, sizeof one);
    (void)n; /* without it the thread looks after a few seconds */
}

const door_type door_folder = {
    .name = "folder",
    .summary = "files that appear or grow in a folder: CSV, AQDEF, NDJSON, QIF",
    .example = "{\"door\": \"folder\", \"path\": \"/srv/measurements\", \"under\": \"Line 1\", "
               "\"zone\": \"Europe/Berlin\"}",
    .check = folder_check,
    .open = folder_open,
    .close = folder_close,
    .describe = folder_describe,
};
