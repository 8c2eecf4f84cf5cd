/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is there: from summaries for a database, by reading for a file. */
#include "cli/verbs.h"

#include "report/answer.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const characteristic *definition;
    uint64_t n;
    int64_t first, last;
    int32_t first_offset, offset; /* of the last */
    object_id id;
    bool is_stored;
    const chart_limits *limits; /* in force, the newest; NULL: none */
} entry;

typedef struct {
    cli *c;
    json j;
    term_table table;
} listing;

enum { COLUMNS = 9 };
static const bool is_right[COLUMNS] = {false, false, false, true, false, false, true, true, false};
static const unsigned char drop[COLUMNS] = {0, 0, 4, 0, 3, 2, 0, 0, 1}; /* in a narrow place */

static void begin(listing *l)
{
    const char *head[COLUMNS] = {_("characteristic"), _("unit"), _("kind"), "n",
                                 _("first"), _("last"), "LSL", "USL", _("limits")};
    table_init(&l->table, COLUMNS, is_right, head);
    l->table.drop = drop;
    cli_list_begin(l->c, &l->j, "characteristics", "path,unit,kind,n,first,last,lsl,usl,limits\n");
}

static void write_json(json *j, const entry *e)
{
    const characteristic *c = e->definition;
    json_flat_object(j);
    json_member_text(j, "path", c->path ? c->path : "");
    if (c->unit && *c->unit)
        json_member_text(j, "unit", c->unit);
    else
        json_member_null(j, "unit", "not given");
    json_member_text(j, "kind", answer_kind(c->kind));
    json_member_unsigned(j, "n", e->n);
    answer_time(j, "first", e->first, e->first_offset);
    answer_time(j, "last", e->last, e->offset);
    answer_quantity(j, "lsl", &c->lower, c->lower_kind);
    answer_quantity(j, "usl", &c->upper, c->upper_kind);
    if (e->is_stored) {
        char hex[33];
        for (int i = 0; i < 16; i++)
            snprintf(hex + 2 * i, 3, "%02x", e->id.bytes[i]);
        json_member_text(j, "id", hex);
        answer_limits(j, e->limits);
    }
    json_end(j);
}

static void quantity_text(const quantity *q, bound_kind kind, char *out)
{
    out[0] = 0;
    if (q->is_given && kind == BOUND_LIMIT)
        decimal_format(q->value.mantissa, q->value.exponent, q->value.decimals, out, 64);
}

/* To the minute, or the day alone where there is little room. */
static void time_text(const cli *c, int64_t time, int32_t offset, char *out)
{
    out[0] = 0;
    if (time == TIME_NONE)
        return;
    time_format(time, offset, out, 40);
    out[c->width < 100 ? 10 : 16] = 0;
    if (out[10])
        out[10] = ' ';
}

/* "v2 2026-01-05": version and day. */
static void limits_text(const chart_limits *l, char *out, size_t room)
{
    char since[40];
    out[0] = 0;
    if (!l)
        return;
    time_format(l->since, TIME_OFFSET_NONE, since, sizeof since);
    snprintf(out, room, "v%llu %.10s", (unsigned long long)l->version, since);
}

static const chart_limits *newest_in_force(const limits_history *h, uint32_t number)
{
    for (size_t i = h->count; i-- > 0;)
        if (h->item[i].characteristic == number && h->item[i].state == LIMITS_IN_FORCE)
            return &h->item[i];
    return NULL;
}

static void add(listing *l, const entry *e)
{
    const characteristic *c = e->definition;
    char lower[64], upper[64], first[40], last[40], limits[64];
    if (cli_has(l->c, OPT_JSON)) {
        write_json(&l->j, e);
        return;
    }
    quantity_text(&c->lower, c->lower_kind, lower);
    quantity_text(&c->upper, c->upper_kind, upper);
    limits_text(e->limits, limits, sizeof limits);
    if (cli_has(l->c, OPT_CSV)) {
        buf *out = &l->c->out;
        csv_text(out, c->path, false);
        csv_text(out, c->unit, false);
        csv_text(out, answer_kind(c->kind), false);
        csv_unsigned(out, e->n, false);
        csv_time(out, e->first, e->first_offset, false);
        csv_time(out, e->last, e->offset, false);
        csv_text(out, lower, false);
        csv_text(out, upper, false);
        csv_text(out, limits, true);
        return;
    }
    static const char *const kinds[] = {N_("variable"), N_("defectives"), N_("defects")};
    time_text(l->c, e->first, e->first_offset, first);
    time_text(l->c, e->last, e->offset, last);
    table_cell(&l->table, c->path ? c->path : "");
    table_cell(&l->table, c->unit ? c->unit : "");
    table_cell(&l->table, _(kinds[c->kind]));
    table_cellf(&l->table, "%llu", (unsigned long long)e->n);
    table_cell(&l->table, first);
    table_cell(&l->table, last);
    table_cell(&l->table, lower);
    table_cell(&l->table, upper);
    table_cell(&l->table, limits);
}

static int end(listing *l)
{
    int code = EXIT_FINE;
    if (cli_has(l->c, OPT_JSON)) {
        json_end(&l->j);
        json_end(&l->j);
        code = cli_json_end(l->c, &l->j, EXIT_FINE);
    } else if (!cli_has(l->c, OPT_CSV)) {
        term t = cli_term(l->c);
        table_write(&t, &l->table, &l->c->out);
    }
    table_done(&l->table);
    return code;
}

static assay_status list_each(listing *l, store *s, const store_range *range,
                              const limits_history *limits)
{
    uint32_t count = store_characteristic_count(s);
    for (uint32_t number = 1; number <= count; number++) {
        stored_characteristic found;
        store_summary summary;
        assay_status status = store_characteristic_at(s, number, &found, &l->c->err);
        if (status == ASSAY_OK)
            status = store_summarise(s, number, range, &summary, &l->c->err);
        if (status != ASSAY_OK)
            return status;
        entry e = {.definition = &found.definition, .n = summary.n + summary.raw, .first = summary.first_time,
                   .last = summary.last_time, .offset = TIME_OFFSET_NONE,
                   .first_offset = TIME_OFFSET_NONE, .id = found.id,
                   .is_stored = true, .limits = newest_in_force(limits, number)};
        add(l, &e);
    }
    return ASSAY_OK;
}

static assay_status list_stored(listing *l, store *s, const store_range *range)
{
    limits_history limits;
    store_range whole = *range; /* all lines as of one commit */
    uint64_t newest = store_commit_number(s);
    if (newest && newest < whole.as_of)
        whole.as_of = newest;
    assay_status status = limits_read(s, 0, whole.as_of, &limits, &l->c->err);
    if (status == ASSAY_OK)
        status = list_each(l, s, &whole, &limits);
    limits_done(&limits);
    return status;
}

static int list_database(cli *c, const series_request *request)
{
    store *s = NULL;
    listing l = {.c = c};
    assay_status status = cli_open(c, request->source, STORE_READ, &s);
    begin(&l);
    if (status == ASSAY_OK)
        status = list_stored(&l, s, &request->range);
    int code = end(&l);
    store_close(s);
    if (status == ASSAY_OK)
        return code;
    buf_clear(&c->out);
    return cli_fail(c, status);
}

static int list_file(cli *c)
{
    series_set *set = NULL;
    listing l = {.c = c};
    assay_status status = input_open(c, 0, false, &set);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    begin(&l);
    for (size_t i = 0; i < series_count(set); i++) {
        const series *s = series_at(set, i);
        entry e = {.definition = s->definition, .n = s->n, .first = s->first_time,
                   .last = s->last_time, .offset = s->last_offset,
                   .first_offset = s->first_offset};
        add(&l, &e);
    }
    series_close(set);
    return end(&l);
}

int cmd_list(cli *c)
{
    series_request request;
    assay_status status = input_request(c, 0, &request);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    bool is_stored = strcmp(c->operand[0], "-") != 0 && source_is_database(c->operand[0]);
    return is_stored ? list_database(c, &request) : list_file(c);
}
