/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gauge studies, computed here from stored measurements or from a file that was sent, never typed
 * in. What is kept is a document that nobody can write but this file: the figures, the readings
 * they come from, and where these came from (a commit, or a file's SHA-256), so that anybody can do
 * it again. */
#include "base/random.h"
#include "base/time.h"
#include "report/answer.h"
#include "report/gauge_answer.h"
#include "serve/body.h"
#include "serve/change.h"
#include "serve/document_check.h"
#include "serve/figures.h"
#include "serve/gate.h"
#include "serve/reply.h"
#include "serve/staged.h"
#include "signal/factor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND "gauge-study"
#define MEMBERS                                                                                    \
    "gauge kind characteristic file value part operator from to last reference tolerance keep why"
enum { READINGS_MAX = 10000 };

typedef struct {
    const char *gauge, *kind, *characteristic, *part, *operator, * why;
    bool is_type1, is_kept, has_reference, has_tolerance;
    decimal reference, tolerance;
    staged *file; /* NULL: stored measurements */
    series_request request;
    series_set *set;
    const series *series;
    uint32_t number; /* 0: from a file */
    factor parts, operators;
    assay_gauge_type1 type1;
    assay_gauge_study crossed;
    buf text; /* the document */
    char id[40];
} study;

/* -- what is wished -----------------------------------------------------------------------------
 */

static void take_time(request *r, const char *name, int64_t *out)
{
    const char *text = body_text(r, name, false);
    int32_t offset;
    if (text && *text && !time_parse_iso(text, strlen(text), out, &offset))
        body_fault(r, name, "%s must be a time as 2026-01-05T07:21:00Z", name);
}

static bool take_wish(request *r, study *s)
{
    bool is_null;
    s->request.range = STORE_ALL;
    if (!body_read(r, MEMBERS))
        return false;
    s->gauge = body_text(r, "gauge", true);
    s->kind = body_text(r, "kind", true);
    s->characteristic = body_text(r, "characteristic", false);
    s->part = body_text(r, "part", false);
    s->operator= body_text(r, "operator", false);
    s->why = body_text(r, "why", false);
    take_time(r, "from", &s->request.range.from);
    take_time(r, "to", &s->request.range.to);
    body_count(r, "last", 2, READINGS_MAX, &s->request.range.last);
    body_decimal(r, "reference", &s->reference, &s->has_reference, &is_null);
    body_decimal(r, "tolerance", &s->tolerance, &s->has_tolerance, &is_null);
    body_flag(r, "keep", &s->is_kept);
    if (!body_is_fine(r))
        return false;
    s->is_type1 = strcmp(s->kind, "type-1") == 0;
    if (!s->is_type1 && strcmp(s->kind, "crossed") != 0)
        body_fault(r, "kind", "kind must be \"type-1\" or \"crossed\"");
    else if (s->is_type1 && !s->has_reference)
        body_fault(r, "reference", "a type 1 study needs the known value of its part");
    else if (s->has_tolerance && s->tolerance.mantissa <= 0)
        body_fault(r, "tolerance", "a tolerance is above 0");
    return body_is_fine(r);
}

/* The gauge is there and this person's to work on. */
static bool may_study(request *r, const study *s)
{
    assay_err err;
    char site[64];
    store_document d;
    store *here = reader_here(r->server, &err);
    if (!here || store_document_get(here, "gauge", s->gauge, &d, &err) != ASSAY_OK) {
        reply_problemf(r, 404, "/gauge", "there is no gauge \"%.63s\"", s->gauge);
        return false;
    }
    if (gate_may(r, document_text(d.json, "site", site, sizeof site) && *site ? site : NULL))
        return true;
    reply_problemf(r, 404, "/gauge", "there is no gauge \"%.63s\"", s->gauge);
    return false;
}

/* -- the readings
 * ---------------------------------------------------------------------------------- */

/* A column of the file, by its name or as "#3"; the roles as the file was taken for where none is
 * named. */
static void ask_file(request *r, study *s)
{
    const char *value = body_text(r, "value", false);
    s->request.source = s->file->path;
    s->request.name = s->characteristic && *s->characteristic ? s->characteristic : NULL;
    staged_options(&s->file->settings, &s->request.read);
    if (value && *value)
        s->request.read.mapping.value = value;
    if (s->part && *s->part)
        s->request.read.mapping.context[CONTEXT_PART] = s->part;
    if (s->operator&& * s->operator)
        s->request.read.mapping.context[CONTEXT_OPERATOR] = s->operator;
}

static bool ask_store(request *r, study *s)
{
    stored_characteristic found;
    char *name = request_room(r, 16);
    store *here;
    if (!s->characteristic || !*s->characteristic) {
        reply_problem(r, 422, "/characteristic", "which characteristic was measured?", NULL);
        return false;
    }
    if (!characteristic_find(r, s->characteristic, &here, &found))
        return false;
    snprintf(name, 16, "#%u", found.number);
    s->number = found.number;
    s->request.source = r->server->database;
    s->request.opened = here;
    s->request.name = name;
    s->request.range.as_of = store_commit_number(here);
    s->request.role[CONTEXT_PART] = s->part && *s->part ? s->part : NULL;
    s->request.role[CONTEXT_OPERATOR] = s->operator&& * s->operator? s->operator: NULL;
    return true;
}

static bool open_readings(request *r, study *s)
{
    assay_err err;
    const char *file = body_text(r, "file", false);
    if (file && *file) {
        s->file = staged_named(r, file);
        if (!s->file)
            return false;
        ask_file(r, s);
    } else if (!ask_store(r, s))
        return false;
    s->request.contexts = s->is_type1 ? 0 : 1u << CONTEXT_PART | 1u << CONTEXT_OPERATOR;
    s->request.with_time = true;
    if (series_open(&s->request, &s->set, &err) != ASSAY_OK) {
        reply_problem(r, 422, "/characteristic", err.message, err.hint);
        return false;
    }
    s->series = series_count(s->set) == 1 ? series_at(s->set, 0) : NULL;
    if (s->series && s->series->n <= READINGS_MAX)
        return true;
    if (s->series)
        reply_problemf(r, 422, "/from", "a study has at most %d readings, these are %zu",
                       READINGS_MAX, s->series->n);
    else
        reply_problemf(r, 422, "/characteristic",
                       series_count(s->set) ? "there are %zu characteristics: name one"
                                            : "there are %zu readings",
                       series_count(s->set));
    return false;
}

/* -- computing
 * ---------------------------------------------------------------------------------------- */

/* Upper minus lower limit: as given, else of the specification. NaN: none. */
static double tolerance_of(const study *s)
{
    return s->has_tolerance ? decimal_to_double(s->tolerance.mantissa, s->tolerance.exponent)
                            : characteristic_tolerance(s->series->definition);
}

static assay_status compute_type1(study *s, const assay_values *x, assay_err *err)
{
    assay_gauge_type1_options o = {
        .reference = assay_dd_of_decimal(s->reference.mantissa, s->reference.exponent),
        .tolerance = tolerance_of(s)};
    if (isnan(o.tolerance))
        return assay_fail(err, ASSAY_MISSING, 0, "it has no two limits: give the tolerance");
    return assay_gauge_type1_study(x, &o, &s->type1, err);
}

static assay_status compute_crossed(study *s, const assay_values *x, assay_err *err)
{
    assay_gauge_options o = assay_gauge_defaults();
    o.tolerance = tolerance_of(s);
    assay_status status = factor_levels(s->set, s->series, CONTEXT_PART, "–", &s->parts, err);
    if (status == ASSAY_OK)
        status = factor_levels(s->set, s->series, CONTEXT_OPERATOR, "–", &s->operators, err);
    if (status != ASSAY_OK)
        return status;
    void *scratch = malloc(assay_gauge_scratch_size(s->parts.levels, s->operators.levels) + 1);
    status = scratch ? assay_gauge_crossed(x, s->parts.level, s->parts.levels, s->operators.level,
                                           s->operators.levels, &o, scratch, &s->crossed, err)
                     : assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    free(scratch);
    return status ? factor_name_cell(&s->parts, &s->operators, err) : ASSAY_OK;
}

static bool compute(request *r, study *s)
{
    assay_err err;
    int64_t *room = malloc(s->series->n * sizeof *room + 1);
    assay_status status = room ? ASSAY_OK : assay_fail(&err, ASSAY_MEMORY, 0, "out of memory");
    if (status == ASSAY_OK) {
        assay_values x = factor_values(s->series, room);
        status = s->is_type1 ? compute_type1(s, &x, &err) : compute_crossed(s, &x, &err);
    }
    free(room);
    if (status != ASSAY_OK)
        reply_problem(r, 422, "", err.message, err.hint);
    return status == ASSAY_OK;
}

/* -- the document
 * --------------------------------------------------------------------------------------- */

/* As it was written; a text, so that 0.290 stays 0.290. */
static void write_reading(json *j, const series *s, size_t i)
{
    char text[64];
    if (s->real)
        double_format(s->real[i], text, sizeof text);
    else
        decimal_format(series_mantissa(s, i), s->exponent, s->decimals, text, sizeof text);
    json_text(j, text);
}

/* Rows: part, operator, reading; of a type 1 study the readings alone. */
static void write_readings(json *j, const study *s)
{
    json_key(j, "readings");
    json_flat_array(j);
    for (size_t i = 0; i < s->series->n; i++) {
        json_flat_array(j);
        if (!s->is_type1) {
            json_text(j, s->parts.name[s->parts.level[i]]);
            json_text(j, s->operators.name[s->operators.level[i]]);
        }
        write_reading(j, s->series, i);
        json_end(j);
    }
    json_end(j);
}

static void write_origin(json *j, const study *s)
{
    char text[64];
    json_member_text(j, "gauge", s->gauge);
    json_member_text(j, "kind", s->kind);
    answer_characteristic(j, s->series->definition);
    if (s->file) {
        json_member_text(j, "file", s->file->name);
        json_member_text(j, "sha256", s->file->content);
    } else {
        json_member_unsigned(j, "number", s->number);
        json_member_unsigned(j, "commit", s->request.range.as_of);
    }
    answer_time(j, "from", s->series->first_time, TIME_OFFSET_NONE);
    answer_time(j, "to", s->series->last_time, TIME_OFFSET_NONE);
    json_member_unsigned(j, "readings_count", s->series->n);
    json_member_real(j, "tolerance", tolerance_of(s), "no limits");
    if (s->has_reference) {
        decimal_format(s->reference.mantissa, s->reference.exponent, s->reference.decimals, text,
                       sizeof text);
        json_member_text(j, "reference", text);
    }
}

static void write_study(study *s)
{
    json j;
    json_init(&j, &s->text, NULL, NULL);
    json_object(&j);
    write_origin(&j, s);
    json_key(&j, "result");
    json_object(&j);
    if (s->is_type1)
        gauge_answer_type1(&j, &s->type1);
    else
        gauge_answer_study(&j, &s->crossed);
    json_end(&j);
    json_member_text(&j, "verdict",
                     s->is_type1 ? gauge_verdict_type1(&s->type1)
                                 : gauge_verdict_study(&s->crossed));
    write_readings(&j, s);
    json_end(&j);
    json_done(&j);
}

typedef struct {
    const study *s;
    const char *actor;
} keeping;

static assay_status put(store_tx *tx, void *context, assay_err *err)
{
    const keeping *k = context;
    return store_document_put(tx, KIND, k->s->id, buf_text(&k->s->text), NULL, 0, k->actor,
                              k->s->why ? k->s->why : "", NULL, err);
}

/* Newer ids sort behind older ones. */
static bool keep(request *r, study *s)
{
    assay_err err;
    uint32_t chance;
    keeping k = {s, r->who.account};
    assay_status status = random_bytes(&chance, sizeof chance, &err);
    if (status == ASSAY_OK) {
        snprintf(s->id, sizeof s->id, "%016llx%08x", (unsigned long long)time_now(),
                 (unsigned)chance);
        status = change_in_tx(r->server, put, &k, NULL, &err);
    }
    if (status != ASSAY_OK)
        reply_error(r, &err);
    return status == ASSAY_OK;
}

static void answer(request *r, const char *id, int64_t time, const char *document)
{
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_text(j, "id", id);
    if (time != TIME_NONE)
        answer_time(j, "time", time, TIME_OFFSET_NONE);
    json_key(j, "study");
    json_raw(j, document);
    json_end(j);
    reply_end(r, j);
}

void api_gauge_study_make(request *r)
{
    study s = {.kind = ""};
    if (take_wish(r, &s) && may_study(r, &s) && open_readings(r, &s) && compute(r, &s)) {
        write_study(&s);
        if (!s.is_kept)
            answer(r, NULL, TIME_NONE, buf_text(&s.text));
        else if (keep(r, &s))
            answer(r, s.id, time_now(), buf_text(&s.text));
    }
    factor_done(&s.parts);
    factor_done(&s.operators);
    series_close(s.set);
    staged_release(r->server->staging, s.file);
    buf_done(&s.text);
}

/* -- those that are kept
 * ----------------------------------------------------------------------------------- */

/* Seen where what was measured is seen; of a file where its gauge is (everybody's who reads). */
static bool may_see(const request *r, const char *text)
{
    char path[1001], file[STAGED_TEXT];
    return document_text(text, "file", file, sizeof file) ||
           (document_text(text, "characteristic", path, sizeof path) && gate_may(r, path));
}

typedef struct {
    const request *request;
    json *j;
    const char *gauge; /* NULL: of all */
    buf text;
} listing;

static bool add_study(const store_document *d, void *context)
{
    listing *l = context;
    char gauge[64];
    if (!may_see(l->request, d->json) ||
        (l->gauge &&
         !(document_text(d->json, "gauge", gauge, sizeof gauge) && strcmp(gauge, l->gauge) == 0)))
        return true;
    buf_clear(&l->text);
    if (!document_without(d->json, "readings", &l->text))
        return true;
    json_object(l->j);
    json_member_text(l->j, "id", d->id);
    answer_time(l->j, "time", d->time, TIME_OFFSET_NONE);
    json_key(l->j, "study");
    json_raw(l->j, buf_text(&l->text));
    json_end(l->j);
    return true;
}

void api_gauge_studies(request *r)
{
    assay_err err;
    store *s = reader_here(r->server, &err);
    json *j = reply_json(r, 200);
    listing l = {.request = r, .j = j, .gauge = request_query(r, "gauge")};
    json_object(j);
    json_key(j, "studies");
    json_array(j);
    assay_status status = s ? store_documents(s, KIND, add_study, &l, &err) : err.code;
    json_end(j);
    json_end(j);
    reply_end(r, j);
    buf_done(&l.text);
    if (status != ASSAY_OK)
        reply_error(r, &err);
}

void api_gauge_study(request *r)
{
    assay_err err;
    store_document d;
    store *s = reader_here(r->server, &err);
    if (!s || store_document_get(s, KIND, request_part(r, 0), &d, &err) != ASSAY_OK)
        reply_error(r, &err);
    else if (!may_see(r, d.json))
        reply_problemf(r, 404, NULL, "there is no study \"%.63s\"", request_part(r, 0));
    else
        answer(r, d.id, d.time, d.json);
}
