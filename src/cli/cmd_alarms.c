/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The book of alarms as it is stored: who did what, and what is open. Reading alone. */
#include "cli/verbs.h"

#include "report/answer.h"
#include "signal/alarm.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    cli *c;
    store *db;
    json j;
    term_table table;
    size_t count, open;
} listing;

enum { COLUMNS = 7 };

static const char *const state_words[] = {N_("raised"),   N_("acknowledged"), N_("contained"),
                                          N_("cause"),    N_("action"),       N_("verified"),
                                          N_("closed"),   N_("withdrawn")};

static const char *path_of(listing *l, uint32_t number)
{
    static stored_characteristic found;
    return store_characteristic_at(l->db, number, &found, &l->c->err) == ASSAY_OK
               ? found.definition.path : "";
}

static void begin(listing *l)
{
    static const bool is_right[COLUMNS] = {false, false, false, false, true, true, false};
    const char *head[COLUMNS] = {_("happened"), _("characteristic"), _("rule"), _("state"),
                                 _("value"), _("hits"), "id"};
    table_init(&l->table, COLUMNS, is_right, head);
    cli_list_begin(l->c, &l->j, "alarms",
                   "id,characteristic,state,rule,happened,known,value,hits,stop\n");
}

static size_t hits_of(const alarm_view *a)
{
    size_t n = (size_t)a->more;
    for (size_t i = 0; i < a->hit_count; i++)
        n += !a->hits[i].is_withdrawn;
    return n;
}

static void write_row(listing *l, const alarm_view *a)
{
    buf *out = &l->c->out;
    char id[33];
    alarm_id_text(&a->id, id);
    csv_text(out, id, false);
    csv_text(out, path_of(l, a->characteristic), false);
    csv_text(out, alarm_state_name(a->state), false);
    csv_text(out, a->hit_count ? a->hits[0].rule : "", false);
    csv_time(out, a->happened, TIME_OFFSET_NONE, false);
    csv_time(out, a->known, TIME_OFFSET_NONE, false);
    csv_text(out, a->hit_count ? a->hits[0].value : "", false);
    csv_unsigned(out, hits_of(a), false);
    csv_text(out, a->is_stop ? "true" : "false", true);
}

static void add_cells(listing *l, const alarm_view *a)
{
    enum { TO_THE_SECOND = 19 };
    char time[40] = "", id[33];
    if (a->happened != TIME_NONE)
        time_format(a->happened, TIME_OFFSET_NONE, time, sizeof time);
    time[TO_THE_SECOND] = 0;
    alarm_id_text(&a->id, id);
    table_cell(&l->table, time);
    table_cell(&l->table, path_of(l, a->characteristic));
    table_cell(&l->table, a->hit_count ? a->hits[0].rule : "");
    table_cellf(&l->table, "%s%s", a->is_stop ? _("STOP, ") : "", _(state_words[a->state]));
    table_cell(&l->table, a->hit_count ? a->hits[0].value : "");
    table_cellf(&l->table, "%zu", hits_of(a));
    table_cellf(&l->table, "%.8s", id);
}

static bool add(const alarm_view *a, void *context)
{
    listing *l = context;
    l->count++;
    l->open += alarm_is_open(a);
    if (cli_has(l->c, OPT_JSON)) {
        buf text = BUF_INIT;
        alarm_write(a, path_of(l, a->characteristic), &text);
        json_raw(&l->j, buf_text(&text));
        buf_done(&text);
    } else if (cli_has(l->c, OPT_CSV))
        write_row(l, a);
    else
        add_cells(l, a);
    return true;
}

static int end(listing *l)
{
    cli *c = l->c;
    if (cli_has(c, OPT_JSON)) {
        json_end(&l->j);
        json_member_unsigned(&l->j, "open", l->open);
        json_end(&l->j);
        return cli_json_end(c, &l->j, EXIT_FINE);
    }
    if (cli_has(c, OPT_CSV))
        return EXIT_FINE;
    term t = cli_term(c);
    if (l->count)
        table_write(&t, &l->table, &c->out);
    buf_addf(&c->out, _("alarms: %zu; open: %zu"), l->count, l->open);
    buf_add_char(&c->out, '\n');
    return EXIT_FINE;
}

int cmd_alarms(cli *c)
{
    listing l = {.c = c};
    alarm_book *book = NULL;
    uint32_t number = 0;
    stored_characteristic found;
    assay_status status = cli_open(c, c->operand[0], STORE_READ, &l.db);
    if (status == ASSAY_OK && c->operand_count > 1) {
        status = store_characteristic_find(l.db, c->operand[1], &found, &c->err);
        number = status == ASSAY_OK ? found.number : 0;
    }
    if (status == ASSAY_OK)
        status = alarm_book_open(l.db, &book, &c->err);
    if (status == ASSAY_OK) {
        begin(&l);
        alarm_visit(book, number, cli_has(c, OPT_OPEN), add, &l);
    }
    int code = status == ASSAY_OK ? end(&l) : cli_fail(c, status);
    table_done(&l.table);
    alarm_book_close(book);
    store_close(l.db);
    return code;
}
