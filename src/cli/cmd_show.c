/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One characteristic: how it is defined, how much there is, the newest values; for a file also how
 * it is read. */
#include "cli/verbs.h"

#include "base/hash.h"
#include "report/answer.h"

#include <stdio.h>
#include <string.h>

static const char *status_name(unsigned status)
{
    static const char *const names[] = {N_("valid"), N_("marked"), N_("no value"), N_("bad"),
                                        N_("excluded"), N_("in conflict")};
    return status < sizeof names / sizeof *names ? names[status] : "";
}

static unsigned status_at(const series *s, size_t i)
{
    return s->status ? s->status[i] : STATUS_VALID;
}

static void value_text(const series *s, size_t i, char *out, size_t room)
{
    double x = series_value(s, i);
    out[0] = 0;
    if (isnan(x))
        return;
    if (s->real)
        double_format(x, out, room);
    else
        decimal_format(series_mantissa(s, i), s->exponent, s->decimals, out, room);
}

static const char *serial_at(const series_set *set, const series *s, size_t i)
{
    const uint32_t *serial = s->context[CONTEXT_SERIAL];
    return serial ? series_text(set, CONTEXT_SERIAL, serial[i]) : "";
}

/* -- JSON ---------------------------------------------------------------------------------------- */

static void json_quantity(json *j, const char *key, const quantity *q)
{
    answer_quantity(j, key, q, q->is_given ? BOUND_LIMIT : BOUND_NONE);
}

static void json_values(json *j, const series_set *set, const series *s, size_t from, size_t first)
{
    json_key(j, "values");
    json_array(j);
    for (size_t i = from; i < s->n; i++) {
        json_flat_object(j);
        json_member_unsigned(j, "place", first + i + 1);
        answer_time(j, "time", s->time ? s->time[i] : TIME_NONE, series_offset(s, i));
        if (isnan(series_value(s, i)))
            json_member_null(j, "value", "no value");
        else {
            char text[64];
            value_text(s, i, text, sizeof text);
            json_key(j, "value");
            json_real(j, series_value(s, i));
            json_member_text(j, "as_written", text);
        }
        if (*serial_at(set, s, i))
            json_member_text(j, "serial", serial_at(set, s, i));
        json_member_text(j, "status", status_name(status_at(s, i)));
        json_end(j);
    }
    json_end(j);
}

static void json_digest(json *j, const series_digest *digest)
{
    char hex[65];
    sha256 series_hash, values_hash;
    memcpy(series_hash.bytes, digest->series, 32);
    memcpy(values_hash.bytes, digest->values, 32);
    json_key(j, "digest");
    json_object(j);
    sha256_to_hex(&series_hash, hex);
    json_member_text(j, "series", hex);
    sha256_to_hex(&values_hash, hex);
    json_member_text(j, "values", hex);
    json_end(j);
}

typedef struct {
    const series_set *set;
    const series *s;
    const series_digest *digest; /* NULL: not from a database */
    uint64_t total;              /* measurements in all; s may hold the last ones only */
    size_t from;                 /* first row to show */
} showing;

static void write_json(json *j, const showing *v)
{
    const characteristic *c = v->s->definition;
    json_object(j);
    json_member_text(j, "path", c->path ? c->path : "");
    json_member_text(j, "unit", c->unit);
    json_member_text(j, "kind", answer_kind(c->kind));
    json_quantity(j, "target", &c->target);
    json_quantity(j, "nominal", &c->nominal);
    answer_quantity(j, "lsl", &c->lower, c->lower_kind);
    answer_quantity(j, "usl", &c->upper, c->upper_kind);
    json_member_unsigned(j, "subgroup_size", c->subgroup_size);
    json_member_unsigned(j, "n", v->total);
    answer_time(j, "first", v->s->first_time, v->s->first_offset);
    answer_time(j, "last", v->s->last_time, v->s->last_offset);
    if (v->digest)
        json_digest(j, v->digest);
    json_key(j, "fields");
    json_object(j);
    for (size_t i = 0; i < c->field_count; i++)
        json_member_text(j, c->fields[i].key, c->fields[i].text);
    json_end(j);
    json_values(j, v->set, v->s, v->from, (size_t)(v->total - v->s->n));
    json_end(j);
}

/* -- for people ------------------------------------------------------------------------------------ */

static void pair(buf *out, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    buf_add_text(out, "  ");
    text_left(out, name, 18);
    buf_addf(out, " %s\n", value);
}

static void quantity_pair(buf *out, const char *name, const quantity *q, const char *remark)
{
    char text[128];
    if (!q->is_given)
        return;
    decimal_format(q->value.mantissa, q->value.exponent, q->value.decimals, text, 64);
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s", remark);
    pair(out, name, text);
}

static void write_definition(const showing *v, buf *out)
{
    const characteristic *c = v->s->definition;
    char text[96];
    pair(out, _("unit"), c->unit);
    pair(out, _("number"), c->number);
    pair(out, _("part"), c->part_name && *c->part_name ? c->part_name : c->part_number);
    quantity_pair(out, _("nominal"), &c->nominal, "");
    quantity_pair(out, _("target"), &c->target, "");
    quantity_pair(out, "LSL", &c->lower, c->lower_kind == BOUND_NATURAL ? _(" (natural bound)") : "");
    quantity_pair(out, "USL", &c->upper, c->upper_kind == BOUND_NATURAL ? _(" (natural bound)") : "");
    if (c->subgroup_size) {
        snprintf(text, sizeof text, "%u", c->subgroup_size);
        pair(out, _("subgroup size"), text);
    }
    snprintf(text, sizeof text, "%llu", (unsigned long long)v->total);
    pair(out, _("measurements"), text);
    if (v->digest) {
        char hex[65];
        sha256 hash;
        memcpy(hash.bytes, v->digest->series, 32);
        sha256_to_hex(&hash, hex);
        pair(out, _("series digest"), hex);
        memcpy(hash.bytes, v->digest->values, 32);
        sha256_to_hex(&hash, hex);
        pair(out, _("values digest"), hex);
    }
}

static int32_t shown_offset(const series *s, size_t i)
{
    int32_t offset = series_offset(s, i);
    return offset ? offset : TIME_OFFSET_NONE;
}

static void write_values(const showing *v, const term *look, buf *out)
{
    static const bool is_right[] = {true, false, true, false, false};
    const char *head[] = {_("place"), _("time"), _("value"), _("serial"), _("status")};
    term_table table;
    table_init(&table, 5, is_right, head);
    for (size_t i = v->from; i < v->s->n; i++) {
        char value[64], time[40] = "";
        value_text(v->s, i, value, sizeof value);
        if (v->s->time && v->s->time[i] != TIME_NONE)
            time_format(v->s->time[i], shown_offset(v->s, i), time, sizeof time);
        table_cellf(&table, "%llu", (unsigned long long)(v->total - v->s->n + i + 1));
        table_cell(&table, time);
        table_cell(&table, value);
        table_cell(&table, serial_at(v->set, v->s, i));
        unsigned status = status_at(v->s, i);
        table_cell(&table, status == STATUS_VALID ? "" : _(status_name(status)));
    }
    buf_add_char(out, '\n');
    table_write(look, &table, out);
    table_done(&table);
}

static void write_words(cli *c, const showing *v)
{
    term t = cli_term(c);
    const char *path = v->s->definition->path;
    term_styled(&t, TERM_BOLD, path && *path ? path : c->operand[0], &c->out);
    buf_add_char(&c->out, '\n');
    write_definition(v, &c->out);
    if (v->from < v->s->n)
        write_values(v, &t, &c->out);
}

static void write_csv(const showing *v, buf *out)
{
    buf_add_text(out, "place,time,value,serial,status\n");
    for (size_t i = v->from; i < v->s->n; i++) {
        char value[64];
        value_text(v->s, i, value, sizeof value);
        csv_unsigned(out, v->total - v->s->n + i + 1, false);
        csv_time(out, v->s->time ? v->s->time[i] : TIME_NONE, series_offset(v->s, i), false);
        csv_text(out, value, false);
        csv_text(out, serial_at(v->set, v->s, i), false);
        csv_text(out, status_name(status_at(v->s, i)), true);
    }
}

static int show_one(cli *c, const series_set *set, const series_digest *digest, uint64_t total)
{
    const series *s = series_at(set, 0);
    size_t shown = cli_has(c, OPT_VALUES) ? s->n : s->n < 10 ? s->n : 10;
    showing v = {set, s, digest, total, s->n - shown};
    if (cli_has(c, OPT_CSV)) {
        write_csv(&v, &c->out);
        return EXIT_FINE;
    }
    if (cli_has(c, OPT_JSON)) {
        json j;
        cli_json_begin(c, &j);
        write_json(&j, &v);
        return cli_json_end(c, &j, EXIT_FINE);
    }
    write_words(c, &v);
    if (series_reader(set)) {
        buf_addf(&c->out, "\n%s\n", _("How the file is read"));
        reader_describe(series_reader(set), &c->out);
    }
    return EXIT_FINE;
}

static assay_status digest_of(cli *c, const series *s, series_digest *digest, uint64_t *total)
{
    store *db = NULL;
    store_summary summary;
    store_range all = STORE_ALL;
    uint64_t as_of = STORE_NOW;
    assay_status status = cli_count(c, OPT_AS_OF, &as_of);
    all.as_of = as_of;
    if (status == ASSAY_OK)
        status = cli_open(c, c->operand[0], STORE_READ, &db);
    if (status == ASSAY_OK)
        status = store_digest(db, s->number, &all, digest, &c->err);
    if (status == ASSAY_OK)
        status = store_summarise(db, s->number, &all, &summary, &c->err);
    if (status == ASSAY_OK)
        *total = summary.n + summary.marked + summary.no_value + summary.excluded + summary.conflicts;
    store_close(db);
    return status;
}

int cmd_show(cli *c)
{
    series_set *set = NULL;
    series_digest digest;
    assay_status status = input_open(c, 1u << CONTEXT_SERIAL, true, &set);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    status = input_need_one(c, set);
    bool is_stored = series_is_stored(set);
    uint64_t total = status == ASSAY_OK ? series_at(set, 0)->n : 0;
    if (status == ASSAY_OK && is_stored)
        status = digest_of(c, series_at(set, 0), &digest, &total);
    if (status == ASSAY_OK && (total < series_at(set, 0)->n || !cli_has(c, OPT_LAST)))
        total = series_at(set, 0)->n;
    int code = status == ASSAY_OK ? show_one(c, set, is_stored ? &digest : NULL, total)
                                  : cli_fail(c, status);
    series_close(set);
    return code;
}
