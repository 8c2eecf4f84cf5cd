/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports of a stretch of time: what rang in it, and every characteristic that was measured in it, by
 * its limits in force, in the reader's language. What is shown on the screen is the HTML of the same document
 * that is printed. */
#include "base/i18n.h"
#include "base/time.h"
#include "live/engine.h"
#include "report/report.h"
#include "serve/gate.h"
#include "serve/page.h"
#include "serve/pareto_count.h"
#include "serve/reply.h"
#include "serve/staged.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHARACTERISTICS_MAX = 500, ALARMS_MAX = 2000, REPORT_BYTES = 64 << 20 };

static const struct {
    const char *name, *type;
    report_format format;
} forms[] = {
    {"html", "text/html; charset=utf-8", REPORT_HTML},
    {"pdf", "application/pdf", REPORT_PDF},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", REPORT_XLSX},
};

typedef struct {
    request *request;
    store *store;
    store_range range;
    const char *under;
    size_t form;
    report *out;
    size_t count;
    arena texts;
    report_alarm *alarms; /* [ALARMS_MAX] */
    size_t alarm_count;
    int32_t offset; /* of the reader, for the times of alarms */
} writing;

static assay_status add_series(writing *w, const stored_characteristic *c, const series_set *set,
                               assay_err *err)
{
    analysis a = {0};
    limits_history history = {0};
    point_notes notes = {0};
    analysis_options options = analysis_defaults();
    options.with_capability = true;
    const limits_wanted wanted = {.characteristic = c->number,
                                  .definition = &(chart_definition){.chart = options.chart}};
    assay_status status = limits_read(w->store, c->number, STORE_NOW, &history, err);
    const chart_limits *l = status == ASSAY_OK ? limits_find(&history, &wanted, NULL) : NULL;
    if (l)
        status = limits_apply(l, &options, err);
    if (status == ASSAY_OK)
        status = notes_read(w->store, &c->id, STORE_NOW, &notes, err);
    if (status == ASSAY_OK)
        status = analysis_make(set, series_at(set, 0), &options, &a, err);
    a.notes = &notes;
    if (status == ASSAY_OK)
        status = report_add(w->out, &a, err);
    w->count += status == ASSAY_OK;
    analysis_done(&a);
    limits_done(&history);
    notes_done(&notes);
    return status;
}

static bool is_wanted(const writing *w, const characteristic *c)
{
    size_t length = w->under ? strlen(w->under) : 0;
    return gate_may(w->request, c->path) && (!length || strncmp(c->path, w->under, length) == 0);
}

static assay_status add_one(writing *w, uint32_t number, assay_err *err)
{
    char name[16];
    stored_characteristic c;
    store_summary s;
    series_set *set = NULL;
    snprintf(name, sizeof name, "#%u", number);
    if (store_characteristic_at(w->store, number, &c, err) != ASSAY_OK)
        return err->code;
    if (!is_wanted(w, &c.definition))
        return ASSAY_OK;
    assay_status status = store_summarise(w->store, number, &w->range, &s, err);
    if (status != ASSAY_OK || s.n + s.raw == 0)
        return status;
    if (w->count == CHARACTERISTICS_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "more than %d characteristics were measured in that time",
                          CHARACTERISTICS_MAX);
    const series_request wish = {.source = w->request->server->database, .name = name,
                                 .range = w->range, .with_time = true,
                                 .contexts = 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_SERIAL};
    status = series_open(&wish, &set, err);
    if (status == ASSAY_OK && series_count(set) == 1)
        status = add_series(w, &c, set, err);
    series_close(set);
    return status;
}

/* -- alarms ----------------------------------------------------------------------------------------- */

static const char *said(writing *w, const alarm_view *a, alarm_state step, const char *key)
{
    char text[ALARM_SAID_MAX];
    alarm_said(a, step, key, text, sizeof text);
    const char *words = strcmp(text, "false") == 0 ? _("false alarm") : text;
    return arena_text(&w->texts, words, strlen(words));
}

/* Raised in that time, or raised before and still open in it. */
static bool rang(const writing *w, const alarm_view *a)
{
    bool is_before = w->range.to == STORE_ALL.to || a->happened < w->range.to;
    return is_before && (w->range.from == STORE_ALL.from || a->happened >= w->range.from ||
                         alarm_is_open(a) || a->changed >= w->range.from);
}

static bool take_alarm(const alarm_view *a, void *context)
{
    writing *w = context;
    stored_characteristic c;
    if (!rang(w, a) || store_characteristic_at(w->store, a->characteristic, &c, NULL) != ASSAY_OK ||
        !is_wanted(w, &c.definition))
        return true;
    w->alarms[w->alarm_count++] = (report_alarm){
        .path = arena_text(&w->texts, c.definition.path, strlen(c.definition.path)),
        .state = alarm_state_name(a->state),
        .rule = arena_text(&w->texts, a->hit_count ? a->hits[0].rule : "–", a->hit_count ? strlen(a->hits[0].rule) : 3),
        .cause = said(w, a, ALARM_CAUSE, "cause"),
        .action = said(w, a, ALARM_ACTION, "action"),
        .happened = a->happened,
        .offset = w->offset};
    return w->alarm_count < ALARMS_MAX;
}

static assay_status add_alarms(writing *w, assay_err *err)
{
    w->alarms = malloc(ALARMS_MAX * sizeof *w->alarms);
    if (!w->alarms)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    alarm_visit(engine_alarms(w->request->server->engine), 0, false, take_alarm, w);
    for (size_t i = 0; i < w->alarm_count; i++)
        if (!w->alarms[i].path || !w->alarms[i].rule || !w->alarms[i].cause || !w->alarms[i].action)
            return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    return report_alarms(w->out, w->alarms, w->alarm_count, err);
}

static assay_status write_file(writing *w, const char *path, const char *title, assay_err *err)
{
    uint32_t count = store_characteristic_count(w->store);
    assay_status status = report_begin(forms[w->form].format, path, title, &w->out, err);
    if (status != ASSAY_OK)
        return status;
    for (uint32_t number = 1; number <= count && status == ASSAY_OK; number++)
        status = add_one(w, number, err);
    if (status == ASSAY_OK)
        status = add_alarms(w, err);
    if (status == ASSAY_OK && w->count + w->alarm_count == 0)
        status = assay_fail(err, ASSAY_MISSING, 0, "nothing was measured in that time");
    assay_err late;
    assay_status ended = report_end(w->out, status == ASSAY_OK, status == ASSAY_OK ? err : &late);
    return status == ASSAY_OK ? ended : status;
}

static void answer(request *r, size_t form, const char *path)
{
    buf out = BUF_INIT;
    struct stat s;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_fine = fd >= 0 && fstat(fd, &s) == 0 && s.st_size <= REPORT_BYTES;
    char piece[65536];
    for (ssize_t n; is_fine && (n = read(fd, piece, sizeof piece)) != 0;) {
        is_fine = n > 0 && !out.failed;
        if (n > 0)
            buf_add(&out, piece, (size_t)n);
    }
    if (fd >= 0)
        close(fd);
    if (!is_fine || out.failed) {
        buf_done(&out);
        reply_problem(r, 503, NULL, "the report is too large for the browser", "assay report");
        return;
    }
    reply_bytes(r, 200, forms[form].type, &out);
    /* It may hold names from files: it runs in a sandbox of its own, without this server's cookie. */
    reply_header(r, "Content-Security-Policy",
                 "sandbox allow-scripts allow-modals; default-src 'none'; style-src 'unsafe-inline'; "
                 "script-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'");
}

static bool take_form(request *r, size_t *form)
{
    const char *text = request_query(r, "form");
    *form = 0;
    if (!text)
        return true;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(text, forms[i].name) == 0) {
            *form = i;
            return true;
        }
    reply_bad_query(r, "form", text, "html, pdf or xlsx");
    return false;
}

void api_report(request *r)
{
    assay_err err = {0};
    char path[4200];
    writing w = {.request = r, .store = reader_here(r->server, &err), .range = STORE_ALL,
                 .under = request_query(r, "under")};
    const char *title = request_query(r, "title");
    if (!w.store) {
        reply_error(r, &err);
        return;
    }
    if (!take_form(r, &w.form) || !request_time(r, "from", &w.range.from) ||
        !request_time(r, "to", &w.range.to))
        return;
    if (request_query(r, "from")) /* times of alarms in the zone that was asked in */
        (void)time_parse_iso(request_query(r, "from"), strlen(request_query(r, "from")), &w.range.from, &w.offset);
    arena_init(&w.texts);
    staging_room(r->server->staging, path, sizeof path);
    i18n_borrow(page_language_name(r));
    assay_status status = write_file(&w, path, title && *title ? title : "Assay", &err);
    i18n_return();
    arena_done(&w.texts);
    free(w.alarms);
    if (status == ASSAY_MISSING || status == ASSAY_LIMIT)
        reply_problem(r, 422, NULL, err.message, "another time, or fewer characteristics (under)");
    else if (status != ASSAY_OK)
        reply_error(r, &err);
    else
        answer(r, w.form, path);
    unlink(path);
}
