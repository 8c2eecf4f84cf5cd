/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values that contradict stored ones, and the person's decision. */
#include "cli/verbs.h"

#include "report/answer.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    cli *c;
    store *db;
    json j;
    term_table table;
    size_t count;
} listing;

static const char *path_of(listing *l, uint32_t number)
{
    static stored_characteristic found;
    return store_characteristic_at(l->db, number, &found, &l->c->err) == ASSAY_OK
               ? found.definition.path : "";
}

static bool write_conflict(const store_conflict *k, void *context)
{
    listing *l = context;
    char value[64], time[40] = "";
    decimal_format(k->value.mantissa, k->value.exponent, k->value.decimals, value, sizeof value);
    if (k->time != TIME_NONE)
        time_format(k->time, TIME_OFFSET_NONE, time, sizeof time);
    l->count++;
    if (cli_has(l->c, OPT_JSON)) {
        json_flat_object(&l->j);
        json_member_unsigned(&l->j, "id", k->id);
        json_member_text(&l->j, "characteristic", path_of(l, k->characteristic));
        answer_time(&l->j, "time", k->time, TIME_OFFSET_NONE);
        json_member_text(&l->j, "serial", k->serial);
        json_key(&l->j, "value");
        json_decimal(&l->j, k->value.mantissa, k->value.exponent, k->value.decimals);
        json_end(&l->j);
        return true;
    }
    if (cli_has(l->c, OPT_CSV)) {
        buf *out = &l->c->out;
        csv_unsigned(out, k->id, false);
        csv_text(out, path_of(l, k->characteristic), false);
        csv_text(out, time, false);
        csv_text(out, k->serial, false);
        csv_text(out, value, true);
        return true;
    }
    table_cellf(&l->table, "%llu", (unsigned long long)k->id);
    table_cell(&l->table, path_of(l, k->characteristic));
    table_cell(&l->table, time);
    table_cell(&l->table, k->serial ? k->serial : "");
    table_cell(&l->table, value);
    return true;
}

static void begin(listing *l)
{
    static const bool is_right[] = {true, false, false, false, true};
    const char *head[] = {"id", _("characteristic"), _("time"), _("serial"), _("second value")};
    table_init(&l->table, 5, is_right, head);
    cli_list_begin(l->c, &l->j, "conflicts", "id,characteristic,time,serial,value\n");
}

int cmd_conflicts(cli *c)
{
    listing l = {.c = c};
    assay_status status = cli_open(c, c->operand[0], STORE_READ, &l.db);
    begin(&l);
    if (status == ASSAY_OK)
        status = store_conflicts(l.db, write_conflict, &l, &c->err);
    if (status != ASSAY_OK)
        buf_clear(&c->out);
    int code = status == ASSAY_OK ? cli_list_end(c, &l.j, &l.table, l.count, _("no conflicts"))
                                   : cli_fail(c, status);
    table_done(&l.table);
    store_close(l.db);
    return code;
}

static assay_status take_decision(cli *c, uint64_t *id)
{
    char *rest;
    *id = strtoull(c->operand[1], &rest, 10);
    if (*rest || !*c->operand[1]) {
        cli_usage(c, _("\"%s\" is not a number"), c->operand[1]);
        return assay_hint(&c->err, "assay conflicts %s", c->operand[0]);
    }
    if (!cli_has(c, OPT_KEEP)) {
        cli_usage(c, _("--keep is missing: which value counts?"));
        return assay_hint(&c->err, "--keep first, --keep second");
    }
    if (!*cli_text(c, OPT_WHY, "")) {
        cli_usage(c, _("--why is missing: a change needs its reason"));
        return assay_hint(&c->err, _("--why 'sent twice'"));
    }
    return ASSAY_OK;
}

int cmd_decide(cli *c)
{
    store *db = NULL;
    store_tx *tx = NULL;
    uint64_t id;
    assay_status status = take_decision(c, &id);
    if (status == ASSAY_OK)
        status = cli_open(c, c->operand[0], STORE_WRITE, &db);
    if (status == ASSAY_OK)
        status = store_tx_begin(db, &tx, &c->err);
    if (status == ASSAY_OK)
        status = store_conflict_decide(tx, id, strcmp(c->given[OPT_KEEP], "second") == 0,
                                       cli_actor(c), c->given[OPT_WHY], &c->err);
    return cli_finish(c, db, tx, status);
}

int cmd_forget(cli *c)
{
    store *db = NULL;
    store_tx *tx = NULL;
    assay_status status = cli_open(c, c->operand[0], STORE_WRITE, &db);
    if (status == ASSAY_OK)
        status = store_tx_begin(db, &tx, &c->err);
    if (status == ASSAY_OK)
        status = store_person_erase(tx, c->operand[1], cli_actor(c), &c->err);
    return cli_finish(c, db, tx, status);
}

int cmd_rename(cli *c)
{
    store *db = NULL;
    stored_characteristic found;
    assay_status status = cli_open(c, c->operand[0], STORE_WRITE, &db);
    if (status == ASSAY_OK)
        status = store_characteristic_find(db, c->operand[1], &found, &c->err);
    if (status == ASSAY_OK)
        status = store_characteristic_rename(db, found.number, c->operand[2], cli_actor(c), &c->err);
    store_close(db);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}
