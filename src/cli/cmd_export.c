/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measurements out again, as they were written. */
#include "cli/verbs.h"

#include "read/write.h"
#include "report/answer.h"
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLUSH_AT = 1 << 16 };
#define HAS_SIZE (1u << 31) /* among the columns used, beside the kinds of context */
#define HAS_UNIT (1u << 30)

typedef struct {
    cli *c;
    buf *out;
    const series_set *set;
    bool is_json;
} exporting;

static const context_kind kinds[] = {CONTEXT_SERIAL, CONTEXT_SUBGROUP, CONTEXT_BATCH, CONTEXT_OPERATOR,
                                     CONTEXT_MACHINE, CONTEXT_GAUGE, CONTEXT_STATION, CONTEXT_CAVITY,
                                     CONTEXT_STAGE, CONTEXT_ORDER, CONTEXT_EVENT, CONTEXT_NOTE};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void add_value(buf *out, const series *s, size_t i)
{
    char text[64];
    if (isnan(series_value(s, i)))
        return;
    if (s->real)
        buf_add(out, text, double_format(s->real[i], text, sizeof text));
    else
        buf_add(out, text, decimal_format(series_mantissa(s, i), s->exponent, s->decimals, text,
                                          sizeof text));
}

static const char *status_word(const series *s, size_t i)
{
    static const char *const words[] = {"", "marked", "no value", "bad", "excluded", "conflict"};
    return s->status && s->status[i] < 6 ? words[s->status[i]] : "";
}

/* A definition states the size of subgroups once; a text without definitions says it row by row. */
static bool is_grouped_by_size(const series *s)
{
    return !s->context[CONTEXT_SUBGROUP] && s->definition->subgroup_size > 1;
}

/* What row i says of a kind; "" when nothing. room: of an ordinal. */
static const char *entry_at(const exporting *e, const series *s, size_t i, context_kind kind,
                            char room[static 24])
{
    if (kind == CONTEXT_SUBGROUP && is_grouped_by_size(s)) {
        snprintf(room, 24, "%zu", i / s->definition->subgroup_size + 1);
        return room;
    }
    return s->context[kind] ? series_text(e->set, kind, s->context[kind][i]) : "";
}

static void csv_line(const exporting *e, const series *s, size_t i, uint32_t used)
{
    buf *out = e->out;
    char room[24];
    csv_text(out, s->definition->path, false);
    csv_time(out, s->time ? s->time[i] : TIME_NONE, 0, false);
    add_value(out, s, i);
    buf_add_char(out, ',');
    if (used & HAS_UNIT)
        csv_text(out, s->definition->unit, false);
    if (used & HAS_SIZE)
        csv_unsigned(out, s->size ? s->size[i] : 1, false);
    for (int k = 0; k < KINDS; k++)
        if (used >> kinds[k] & 1)
            csv_text(out, entry_at(e, s, i, kinds[k], room), false);
    csv_text(out, status_word(s, i), true);
}

static void json_line(const exporting *e, const series *s, size_t i)
{
    buf *out = e->out;
    const char *path = s->definition->path ? s->definition->path : "";
    char text[40], room[24];
    buf_add_text(out, "{\"characteristic\": ");
    json_quote(out, path, strlen(path));
    if (s->time && s->time[i] != TIME_NONE) {
        time_format(s->time[i], TIME_OFFSET_NONE, text, sizeof text);
        buf_addf(out, ", \"time\": \"%s\"", text);
    }
    if (!isnan(series_value(s, i))) {
        buf_add_text(out, ", \"value\": ");
        add_value(out, s, i);
    } else
        buf_add_text(out, ", \"value\": null");
    const char *unit = s->definition->unit;
    if (unit && *unit) {
        buf_add_text(out, ", \"unit\": ");
        json_quote(out, unit, strlen(unit));
    }
    if (s->size)
        buf_addf(out, ", \"size\": %u, \"kind\": \"%s\"", s->size[i], answer_kind(s->definition->kind));
    for (int k = 0; k < KINDS; k++) {
        const char *entry = entry_at(e, s, i, kinds[k], room);
        if (!*entry)
            continue;
        buf_addf(out, ", \"%s\": ", context_name(kinds[k]));
        json_quote(out, entry, strlen(entry));
    }
    if (*status_word(s, i))
        buf_addf(out, ", \"status\": \"%s\"", status_word(s, i));
    buf_add_text(out, "}\n");
}

static uint32_t used_kinds(const series_set *set)
{
    uint32_t used = 0;
    for (size_t i = 0; i < series_count(set); i++) {
        used |= series_at(set, i)->size ? HAS_SIZE : 0;
        const char *unit = series_at(set, i)->definition->unit;
        used |= unit && *unit ? HAS_UNIT : 0;
        if (is_grouped_by_size(series_at(set, i)))
            used |= 1u << CONTEXT_SUBGROUP;
        for (int k = 0; k < CONTEXT_COUNT; k++)
            if (series_at(set, i)->context[k])
                used |= 1u << k;
    }
    return used;
}

static bool write_rows(exporting *e, const series *s, uint32_t used)
{
    for (size_t i = 0; i < s->n; i++) {
        if (e->is_json)
            json_line(e, s, i);
        else
            csv_line(e, s, i, used);
        if (e->out == &e->c->out && e->out->length > FLUSH_AT && !cli_flush(e->c))
            return false;
    }
    return true;
}

static assay_status export_text(exporting *e)
{
    uint32_t used = used_kinds(e->set);
    if (!e->is_json) {
        buf_addf(e->out, "characteristic,time,value,%s%s", used & HAS_UNIT ? "unit," : "",
                 used & HAS_SIZE ? "size," : "");
        for (int k = 0; k < KINDS; k++)
            if (used >> kinds[k] & 1)
                buf_addf(e->out, "%s,", context_name(kinds[k]));
        buf_add_text(e->out, "status\n");
    }
    for (size_t i = 0; i < series_count(e->set); i++)
        if (!write_rows(e, series_at(e->set, i), used))
            return e->c->err.code ? e->c->err.code : ASSAY_MEMORY;
    return e->out->failed ? assay_fail(&e->c->err, ASSAY_MEMORY, 0, "out of memory") : ASSAY_OK;
}

/* -- AQDEF ---------------------------------------------------------------------------------- */

static void fill_row(const series *s, size_t i, uint32_t number, measurement_batch *b)
{
    size_t to = b->n++;
    unsigned status = s->status ? s->status[i] : STATUS_VALID;
    b->characteristic[to] = number;
    b->time[to] = s->time ? s->time[i] : TIME_NONE;
    b->offset[to] = series_offset(s, i);
    b->decimals[to] = (uint8_t)s->decimals;
    b->size[to] = s->size ? s->size[i] : 1;
    b->record[to] = i + 1;
    if (s->real && !isnan(s->real[i])) {
        memcpy(&b->mantissa[to], &s->real[i], sizeof b->mantissa[to]);
        status |= STATUS_RAW;
    } else if (!isnan(series_value(s, i))) {
        b->mantissa[to] = series_mantissa(s, i);
        b->exponent[to] = (int8_t)s->exponent;
    } else
        status = STATUS_NO_VALUE;
    b->status[to] = (uint8_t)status;
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (b->context[k])
            b->context[k][to] = s->context[k] ? s->context[k][i] : 0;
}

static assay_status write_series(cli *c, aqdef_writer *w, const series_set *set, uint32_t number,
                                 measurement_batch *batch)
{
    const dictionary *texts[CONTEXT_COUNT];
    const series *s = series_at(set, number);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        texts[k] = series_dictionary(set, (context_kind)k);
    for (size_t i = 0; i < s->n;) {
        for (batch->n = 0; i < s->n && batch->n < batch->room; i++)
            fill_row(s, i, number, batch);
        assay_status status = aqdef_write_rows(w, batch, texts, &c->err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static assay_status write_all(cli *c, const series_set *set, const characteristic **list)
{
    aqdef_writer *w = NULL;
    measurement_batch *batch = NULL;
    aqdef_write_options options = {.mode = AQDEF_RECORDS, .zone = c->given[OPT_ZONE]};
    size_t n = series_count(set);
    for (size_t i = 0; i < n; i++)
        list[i] = series_at(set, i)->definition;
    assay_status status = batch_new(4096, (1u << CONTEXT_COUNT) - 1, &batch, &c->err);
    if (status == ASSAY_OK)
        status = aqdef_write_begin(cli_text(c, OPT_OUTPUT, "-"), list, n, &options, &w, &c->err);
    for (uint32_t i = 0; i < n && status == ASSAY_OK; i++)
        status = write_series(c, w, set, i, batch);
    batch_free(batch);
    if (status == ASSAY_OK)
        return aqdef_write_end(w, &c->err);
    aqdef_write_abort(w);
    return status;
}

static assay_status export_dfq(cli *c, const series_set *set)
{
    const characteristic **list = malloc(series_count(set) * sizeof *list + 1);
    assay_status status = list ? write_all(c, set, list)
                               : assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory");
    free(list);
    return status;
}

static const char *form_of(const cli *c)
{
    const char *path = cli_text(c, OPT_OUTPUT, ""), *dot = strrchr(path, '.');
    const char *guess = dot && strcmp(dot, ".ndjson") == 0 ? "ndjson"
                        : dot && strncmp(dot, ".df", 3) == 0 ? "dfq"
                                                           : "csv";
    return cli_text(c, OPT_TO_FORMAT, guess);
}

int cmd_export(cli *c)
{
    series_set *set = NULL;
    buf whole = BUF_INIT;
    bool has_file = cli_has(c, OPT_OUTPUT) && strcmp(c->given[OPT_OUTPUT], "-") != 0;
    assay_status status = input_open(c, (1u << CONTEXT_COUNT) - 1, true, &set);
    exporting e = {.c = c, .out = has_file ? &whole : &c->out, .set = set,
                   .is_json = strcmp(form_of(c), "ndjson") == 0};
    bool is_dfq = strcmp(form_of(c), "dfq") == 0;
    if (status == ASSAY_OK)
        status = is_dfq ? export_dfq(c, set) : export_text(&e);
    if (status == ASSAY_OK && has_file && !is_dfq)
        status = report_write(c->given[OPT_OUTPUT], buf_text(&whole), whole.length, &c->err);
    series_close(set);
    buf_done(&whole);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}
