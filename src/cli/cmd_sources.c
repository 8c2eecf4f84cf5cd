/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of everything the sources have sent: accounts that add up, and why something was
 * refused. As of the newest commit; what a running server has taken and not stored yet is its own
 * to tell. */
#include "cli/verbs.h"

#include "report/answer.h"

typedef struct {
    cli *c;
    store *db;
    json j;
    term_table table, reasons;
    size_t count, refusals;
    const char *source; /* whose refusals are told */
} listing;

static bool refusal_json(const source_refusal *r, void *context)
{
    listing *l = context;
    json_flat_object(&l->j);
    json_member_text(&l->j, "reason", r->reason);
    json_member_unsigned(&l->j, "count", r->count);
    json_member_text(&l->j, "example", r->example);
    json_member_text(&l->j, "remedy", r->remedy);
    answer_time(&l->j, "first_time", r->first_time, 0);
    answer_time(&l->j, "last_time", r->last_time, 0);
    json_end(&l->j);
    return true;
}

static bool refusal_row(const source_refusal *r, void *context)
{
    listing *l = context;
    l->refusals++;
    table_cell(&l->reasons, l->source);
    table_cell(&l->reasons, r->reason);
    table_cellf(&l->reasons, "%llu", (unsigned long long)r->count);
    table_cell(&l->reasons, r->example);
    table_cell(&l->reasons, r->remedy ? _(r->remedy) : NULL);
    return true;
}

static void account_json(listing *l, const char *source, const source_account *a)
{
    json_object(&l->j);
    json_member_text(&l->j, "source", source);
    json_member_unsigned(&l->j, "received", a->received);
    json_member_unsigned(&l->j, "stored", a->stored);
    json_member_unsigned(&l->j, "duplicates", a->duplicates);
    json_member_unsigned(&l->j, "conflicts", a->conflicts);
    json_member_unsigned(&l->j, "refused", a->refused);
    json_member_unsigned(&l->j, "late", a->late);
    json_member_unsigned(&l->j, "doubtful", a->doubtful);
    answer_time(&l->j, "last_time", a->last_time, 0);
    json_key(&l->j, "refusals");
    json_array(&l->j);
}

static void account_csv(buf *out, const char *source, const source_account *a)
{
    csv_text(out, source, false);
    csv_unsigned(out, a->received, false);
    csv_unsigned(out, a->stored, false);
    csv_unsigned(out, a->duplicates, false);
    csv_unsigned(out, a->conflicts, false);
    csv_unsigned(out, a->refused, false);
    csv_unsigned(out, a->late, false);
    csv_unsigned(out, a->doubtful, false);
    csv_time(out, a->last_time, 0, true);
}

static void account_row(listing *l, const char *source, const source_account *a)
{
    char time[48] = "";
    const uint64_t counts[] = {a->received, a->stored, a->duplicates, a->conflicts,
                               a->refused,  a->late,   a->doubtful};
    if (a->last_time != TIME_NONE)
        time_format(a->last_time - a->last_time % 1000000000, 0, time, sizeof time);
    table_cell(&l->table, source);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        table_cellf(&l->table, "%llu", (unsigned long long)counts[i]);
    table_cell(&l->table, time);
}

static bool write_account(const char *source, const source_account *a, void *context)
{
    listing *l = context;
    cli *c = l->c;
    l->count++;
    l->source = source;
    if (cli_has(c, OPT_CSV)) {
        account_csv(&c->out, source, a);
        return true;
    }
    if (!cli_has(c, OPT_JSON)) {
        account_row(l, source, a);
        return store_refusals(l->db, source, refusal_row, l, &c->err) == ASSAY_OK;
    }
    account_json(l, source, a);
    bool is_read = store_refusals(l->db, source, refusal_json, l, &c->err) == ASSAY_OK;
    json_end(&l->j);
    json_end(&l->j);
    return is_read;
}

static void begin(listing *l)
{
    static const bool right[] = {false, true, true, true, true, true, true, true, false};
    static const bool reason_right[] = {false, false, true, false, false};
    const char *head[] = {_("name"),     _("received"),  _("stored"),
                          _("duplicates"), _("conflicts"), _("refused"),
                          _("late"),       _("doubtful"),  _("last")};
    const char *reasons[] = {_("name"), _("refused because"), _("count"), _("example"),
                             _("remedy")};
    table_init(&l->table, 9, right, head);
    table_init(&l->reasons, 5, reason_right, reasons);
    cli_list_begin(l->c, &l->j, "sources",
                   "source,received,stored,duplicates,conflicts,refused,late,doubtful,last_time\n");
}

static int end(listing *l)
{
    cli *c = l->c;
    int code = cli_list_end(c, &l->j, &l->table, l->count, _("no source has sent anything yet"));
    if (l->refusals && !cli_has(c, OPT_JSON) && !cli_has(c, OPT_CSV)) {
        term t = cli_term(c);
        buf_add_char(&c->out, '\n');
        table_write(&t, &l->reasons, &c->out);
    }
    return code;
}

int cmd_sources(cli *c)
{
    listing l = {.c = c};
    assay_status status = cli_open(c, c->operand[0], STORE_READ, &l.db);
    begin(&l);
    if (status == ASSAY_OK)
        status = store_sources(l.db, write_account, &l, &c->err);
    if (status != ASSAY_OK)
        buf_clear(&c->out);
    int code = status == ASSAY_OK ? end(&l) : cli_fail(c, status);
    table_done(&l.table);
    table_done(&l.reasons);
    store_close(l.db);
    return code;
}
