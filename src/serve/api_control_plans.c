/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A control plan from CSV or XLSX: each row beside what is stored, what is wrong in which cell; then
 * definitions, and how often each is measured, all rows but the wrong ones. */
#include "live/engine.h"
#include "read/control_plan.h"
#include "report/answer.h"
#include "serve/change.h"
#include "serve/gate.h"
#include "serve/reply.h"
#include "serve/staged.h"

#include "base/i18n.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PORTION = 16 };

typedef enum { ROW_NEW, ROW_CHANGED, ROW_SAME, ROW_WRONG } row_state;
static const char *const state_names[] = {"new", "changed", "same", "wrong"};

typedef struct {
    request *request;
    control_plan plan;
    const char *under;
    size_t count[4], samplings;
    size_t from, to; /* rows of this portion */
} taking;

static assay_status read_file(const staged *f, control_plan *out, assay_err *err)
{
    buf bytes = BUF_INIT;
    char piece[65536];
    int fd = open(f->path, O_RDONLY | O_CLOEXEC);
    for (ssize_t n; fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0 && bytes.length <= SHEET_BYTES;)
        buf_add(&bytes, piece, (size_t)n);
    if (fd >= 0)
        close(fd);
    assay_status status = fd < 0 || bytes.failed
                              ? assay_fail(err, ASSAY_IO, 0, "%s cannot be read any more", f->name)
                              : control_plan_read(buf_text(&bytes), bytes.length, f->name, out, err);
    buf_done(&bytes);
    return status;
}

/* -- a row beside what is stored ------------------------------------------------------------------------ */

static void full_path(const taking *t, const plan_row *row, char out[static 1001])
{
    bool has_under = t->under && *t->under && *row->definition.path;
    snprintf(out, 1001, "%s%s%s", has_under ? t->under : "", has_under ? "/" : "", row->definition.path);
}

static bool same_quantity(const quantity *a, const quantity *b)
{
    return a->is_given == b->is_given &&
           (!a->is_given || (a->value.mantissa == b->value.mantissa && a->value.exponent == b->value.exponent));
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* What the row says over what is stored; what it does not say stays. */
static void merge(characteristic *to, const characteristic *row)
{
    to->name = row->name ? row->name : to->name;
    to->number = row->number ? row->number : to->number;
    to->part_number = row->part_number ? row->part_number : to->part_number;
    to->part_name = row->part_name ? row->part_name : to->part_name;
    to->unit = row->unit ? row->unit : to->unit;
    to->subgroup_size = row->subgroup_size ? row->subgroup_size : to->subgroup_size;
    if (row->nominal.is_given)
        to->nominal = row->nominal;
    if (row->lower.is_given && to->lower_kind != BOUND_NATURAL)
        to->lower_kind = BOUND_LIMIT;
    if (row->lower.is_given)
        to->lower = row->lower;
    if (row->upper.is_given && to->upper_kind != BOUND_NATURAL)
        to->upper_kind = BOUND_LIMIT;
    if (row->upper.is_given)
        to->upper = row->upper;
}

static bool same_definition(const characteristic *a, const characteristic *b)
{
    return same_text(a->name, b->name) && same_text(a->number, b->number) &&
           same_text(a->part_number, b->part_number) && same_text(a->part_name, b->part_name) &&
           same_text(a->unit, b->unit) && a->subgroup_size == b->subgroup_size &&
           same_quantity(&a->nominal, &b->nominal) && same_quantity(&a->lower, &b->lower) &&
           same_quantity(&a->upper, &b->upper) && a->lower_kind == b->lower_kind &&
           a->upper_kind == b->upper_kind;
}

/* The definition that the row makes; `path` is the caller's room. */
static row_state compare(taking *t, store *s, plan_row *row, char path[static 1001], characteristic *out)
{
    stored_characteristic now;
    full_path(t, row, path);
    if (!row->faults && !identity_may(&t->request->who, SCOPE_ENGINEER, path))
        row->fault[row->faults++] = (plan_fault){PLAN_PATH, row->definition.path, "a path at a site that is yours"};
    if (row->faults)
        return ROW_WRONG;
    bool is_there = store_characteristic_find(s, path, &now, NULL) == ASSAY_OK &&
                    strcmp(now.definition.path, path) == 0;
    *out = is_there ? now.definition : row->definition;
    out->path = path;
    if (!is_there)
        return ROW_NEW;
    merge(out, &row->definition);
    return same_definition(out, &now.definition) ? ROW_SAME : ROW_CHANGED;
}

/* -- the preview ------------------------------------------------------------------------------------------ */

static void write_faults(json *j, const plan_row *row)
{
    json_key(j, "faults");
    json_flat_array(j);
    for (size_t i = 0; i < row->faults; i++) {
        json_flat_object(j);
        json_member_text(j, "column", plan_column_name(row->fault[i].column));
        json_member_text(j, "found", row->fault[i].found);
        json_member_text(j, "expected", _(row->fault[i].expected));
        json_end(j);
    }
    json_end(j);
}

static void write_row(taking *t, json *j, store *s, plan_row *row)
{
    char path[1001];
    characteristic c = {0};
    row_state state = compare(t, s, row, path, &c);
    const characteristic *shown = state == ROW_WRONG ? &row->definition : &c;
    t->count[state]++;
    json_flat_object(j);
    json_member_unsigned(j, "row", row->row);
    json_member_text(j, "state", state_names[state]);
    json_member_text(j, "path", path);
    json_member_text(j, "name", shown->name);
    json_member_text(j, "unit", shown->unit);
    answer_quantity(j, "nominal", &shown->nominal, BOUND_LIMIT);
    answer_quantity(j, "lower", &shown->lower, shown->lower_kind);
    answer_quantity(j, "upper", &shown->upper, shown->upper_kind);
    json_member_unsigned(j, "subgroup_size", shown->subgroup_size);
    json_member_unsigned(j, "every_s", row->every_s);
    json_member_text(j, "gauge", *row->gauge ? row->gauge : NULL);
    write_faults(j, row);
    json_end(j);
}

static void write_columns(json *j, const control_plan *p)
{
    json_key(j, "columns");
    json_array(j);
    for (size_t i = 0; i < p->table.columns; i++) {
        const char *taken = NULL;
        for (int c = 0; c < PLAN_COLUMN_COUNT; c++)
            if (p->at[c] == (int)i)
                taken = plan_column_name((plan_column)c);
        json_flat_object(j);
        json_member_text(j, "name", sheet_cell(&p->table, p->header - 1, i));
        json_member_text(j, "role", taken);
        json_end(j);
    }
    json_end(j);
}

static void write_counts(json *j, const taking *t)
{
    for (int i = 0; i < 4; i++)
        json_member_unsigned(j, state_names[i], t->count[i]);
}

static void answer(request *r, unsigned status, staged *f)
{
    assay_err err = {0};
    taking t = {.request = r, .under = request_query(r, "under")};
    store *s = reader_here(r->server, &err);
    assay_status found = s ? read_file(f, &t.plan, &err) : err.code;
    if (found != ASSAY_OK) {
        reply_problem(r, found == ASSAY_IO ? 503 : 422, NULL, err.message, err.hint);
        return;
    }
    json *j = reply_json(r, status);
    json_object(j);
    json_member_text(j, "id", f->id);
    json_member_text(j, "name", f->name);
    json_member_unsigned(j, "header", t.plan.header);
    write_columns(j, &t.plan);
    json_key(j, "rows");
    json_array(j);
    for (size_t i = 0; i < t.plan.rows; i++)
        write_row(&t, j, s, &t.plan.row[i]);
    json_end(j);
    write_counts(j, &t);
    json_end(j);
    reply_end(r, j);
    control_plan_done(&t.plan);
}

void api_control_plan_make(request *r)
{
    staged *f = staged_keep(r);
    if (!f)
        return;
    answer(r, 201, f);
    if (r->reply.status != 201)
        (void)staged_drop(r->server->staging, f);
    staged_release(r->server->staging, f);
}

void api_control_plan_show(request *r)
{
    staged *f = staged_find(r);
    if (f)
        answer(r, 200, f);
    staged_release(r->server->staging, f);
}

void api_control_plan_drop(request *r)
{
    staged *f = staged_find(r);
    if (f && staged_drop(r->server->staging, f))
        reply_none(r, 204);
    staged_release(r->server->staging, f);
}

/* -- taking it over ----------------------------------------------------------------------------------------- */

static void write_sampling(buf *out, const char *path, const plan_row *row)
{
    json j;
    json_init(&j, out, NULL, NULL);
    json_flat_object(&j);
    json_member_text(&j, "characteristic", path);
    json_member_unsigned(&j, "every_s", row->every_s);
    if (*row->gauge)
        json_member_text(&j, "gauge", row->gauge);
    if (*row->method)
        json_member_text(&j, "method", row->method);
    if (*row->reaction)
        json_member_text(&j, "reaction", row->reaction);
    json_end(&j);
    json_done(&j);
}

static assay_status put_sampling(taking *t, store *s, uint32_t number, const char *path,
                                 const plan_row *row, assay_err *err)
{
    char id[24];
    buf text = BUF_INIT;
    store_tx *tx = NULL;
    if (!row->every_s)
        return ASSAY_OK;
    snprintf(id, sizeof id, "plan-%u", number);
    write_sampling(&text, path, row);
    assay_status status = store_tx_begin(s, &tx, err);
    if (status == ASSAY_OK)
        status = store_document_put(tx, "sampling", id, buf_text(&text), NULL, DOCUMENT_ANY,
                                    t->request->who.account, "control plan", NULL, err);
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, NULL, err);
    else
        store_tx_abort(tx);
    t->samplings += status == ASSAY_OK;
    buf_done(&text);
    return status;
}

static assay_status take_row(taking *t, store *s, plan_row *row, assay_err *err)
{
    char path[1001];
    characteristic c;
    stored_characteristic now;
    uint32_t number = 0;
    catalog *known = t->request->server->catalog;
    row_state state = compare(t, s, row, path, &c);
    assay_status status = ASSAY_OK;
    t->count[state]++;
    if (state == ROW_WRONG)
        return ASSAY_OK;
    if (state == ROW_SAME) {
        status = store_characteristic_find(s, path, &now, err);
        number = status == ASSAY_OK ? now.number : 0;
    } else {
        int32_t place = catalog_place(known, &c);
        if (place == CATALOG_NONE) {
            t->count[state]--;
            t->count[ROW_WRONG]++;
            return ASSAY_OK;
        }
        status = store_characteristic_define(s, &c, t->request->who.account, &number, err);
        if (status == ASSAY_OK && !catalog_settle(known, place, number))
            status = assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    return status == ASSAY_OK ? put_sampling(t, s, number, path, row, err) : status;
}

/* In the writer's thread, a few rows at a time, so that live measurements wait little. */
static assay_status take_portion(store *s, void *context, assay_err *err)
{
    taking *t = context;
    assay_status status = ASSAY_OK;
    for (size_t i = t->from; i < t->to && status == ASSAY_OK; i++)
        status = take_row(t, s, &t->plan.row[i], err);
    return status;
}

static assay_status take_all(taking *t, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (t->from = 0; t->from < t->plan.rows && status == ASSAY_OK; t->from = t->to) {
        t->to = t->from + PORTION < t->plan.rows ? t->from + PORTION : t->plan.rows;
        status = change(t->request->server, take_portion, t, err);
    }
    engine_reload(t->request->server->engine, 0);
    return status;
}

void api_control_plan_commit(request *r)
{
    assay_err err = {0};
    taking t = {.request = r, .under = request_query(r, "under")};
    staged *f = staged_find(r);
    if (!f)
        return;
    assay_status status = read_file(f, &t.plan, &err);
    if (status == ASSAY_OK)
        status = take_all(&t, &err);
    if (status == ASSAY_OK) {
        json *j = reply_json(r, 200);
        json_flat_object(j);
        write_counts(j, &t);
        json_member_unsigned(j, "samplings", t.samplings);
        json_end(j);
        reply_end(r, j);
        (void)staged_drop(r->server->staging, f);
    } else
        reply_error(r, &err);
    control_plan_done(&t.plan);
    staged_release(r->server->staging, f);
}
