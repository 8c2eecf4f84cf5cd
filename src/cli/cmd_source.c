/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sources of a plant, while no server holds the database. */
#include "cli/verbs.h"

#include "cli/source_capture.h"
#include "cli/source_words.h"
#include "cli/watch.h"

#include <stdlib.h>
#include <string.h>

static source_words words_of(cli *c)
{
    int given = c->operand_count > 3 ? c->operand_count - 3 : 0;
    return (source_words){.name = c->operand_count > 2 ? c->operand[2] : "",
                          .words = c->operand + 3,
                          .count = given,
                          .actor = cli_actor(c),
                          .why = cli_text(c, OPT_WHY, "")};
}

/* -- looking ------------------------------------------------------------------------------- */

typedef struct {
    cli *c;
    json j;
    term_table table;
    size_t count;
} listing;

static bool write_type(const char *name, const char *summary, const char *example, void *context)
{
    listing *l = context;
    l->count++;
    if (cli_has(l->c, OPT_JSON)) {
        json_flat_object(&l->j);
        json_member_text(&l->j, "door", name);
        json_member_text(&l->j, "summary", summary);
        json_key(&l->j, "example");
        json_raw(&l->j, example);
        json_end(&l->j);
        return true;
    }
    buf_addf(&l->c->out, "%s%s: %s\n  %s\n", l->count > 1 ? "\n" : "", name, _(summary), example);
    return true;
}

static int list_types(cli *c)
{
    listing l = {.c = c};
    cli_list_begin(c, &l.j, "doors", NULL);
    source_words_types(write_type, &l);
    return cli_has(c, OPT_JSON) ? cli_list_end(c, &l.j, NULL, l.count, "") : EXIT_FINE;
}

static bool write_source(const store_document *d, void *context)
{
    listing *l = context;
    char door[40] = "";
    bool is_enabled = false;
    (void)source_words_door(d, door, sizeof door, &is_enabled);
    l->count++;
    if (cli_has(l->c, OPT_JSON)) {
        json_flat_object(&l->j);
        json_member_text(&l->j, "name", d->id);
        json_member_text(&l->j, "door", door);
        json_member_bool(&l->j, "enabled", is_enabled);
        json_member_unsigned(&l->j, "version", d->version);
        json_end(&l->j);
        return true;
    }
    table_cell(&l->table, d->id);
    table_cell(&l->table, door);
    table_cell(&l->table, is_enabled ? _("yes") : _("no"));
    return true;
}

static assay_status list(cli *c, store *db)
{
    listing l = {.c = c};
    static const bool is_right[3] = {false};
    const char *head[] = {_("name"), _("door"), _("enabled")};
    table_init(&l.table, 3, is_right, head);
    cli_list_begin(c, &l.j, "sources", NULL);
    assay_status status = store_documents(db, "source", write_source, &l, &c->err);
    if (status == ASSAY_OK)
        cli_list_end(c, &l.j, &l.table, l.count, _("no sources"));
    else
        buf_clear(&c->out);
    table_done(&l.table);
    return status;
}

static assay_status show(cli *c, store *db)
{
    store_document d;
    assay_status status = store_document_get(db, "source", c->operand[2], &d, &c->err);
    if (status == ASSAY_NOT_FOUND)
        return assay_fail(&c->err, status, 0, _("there is no source %s"), c->operand[2]);
    return status == ASSAY_OK ? source_words_show(&d, &c->out, &c->err) : status;
}

/* Would they do? Nothing is stored, no door is opened. */
static assay_status test(cli *c, store *db)
{
    source_words w = words_of(c);
    store_document d;
    w.is_new = store_document_get(db, "source", w.name, &d, NULL) == ASSAY_NOT_FOUND;
    const char *capture = cli_text(c, OPT_CAPTURE, NULL);
    if (capture)
        return source_capture(db, &w, capture, cli_has(c, OPT_JSON), &c->out, &c->err);
    assay_status status = source_words_check(db, &w, &c->err);
    if (status == ASSAY_OK)
        cli_remark(c, _("the settings of %s are right"), w.name);
    return status;
}

static int look(cli *c, assay_status (*at)(cli *c, store *db))
{
    store *db = NULL;
    assay_status status = cli_open(c, c->operand[1], STORE_READ, &db);
    if (status == ASSAY_OK)
        status = at(c, db);
    store_close(db);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}

/* -- changing ------------------------------------------------------------------------------ */

static assay_status add(cli *c, store *db, store_tx *tx)
{
    source_words w = words_of(c);
    w.is_new = true;
    return source_words_put(db, tx, &w, &c->err);
}

static assay_status change(cli *c, store *db, store_tx *tx)
{
    source_words w = words_of(c);
    return source_words_put(db, tx, &w, &c->err);
}

static assay_status take_away(cli *c, store *db, store_tx *tx)
{
    uint64_t version;
    store_document d;
    source_words w = words_of(c);
    assay_status status = store_document_get(db, "source", w.name, &d, &c->err);
    if (status == ASSAY_NOT_FOUND)
        return assay_fail(&c->err, status, 0, _("there is no source %s"), w.name);
    return status == ASSAY_OK ? store_document_put(tx, "source", w.name, NULL, NULL, DOCUMENT_ANY,
                                                   w.actor, w.why, &version, &c->err)
                              : status;
}

static int alter(cli *c, assay_status (*in)(cli *c, store *db, store_tx *tx))
{
    store *db = NULL;
    store_tx *tx = NULL;
    assay_status status = cli_open(c, c->operand[1], STORE_WRITE, &db);
    if (status == ASSAY_BUSY)
        status =
            assay_hint(&c->err, "%s", _("change its sources through the server that holds it"));
    if (status == ASSAY_OK)
        status = store_tx_begin(db, &tx, &c->err);
    if (status == ASSAY_OK)
        status = in(c, db, tx);
    return cli_finish(c, db, tx, status);
}

/* -- ordering ------------------------------------------------------------------------------ */

/* Only a running server is connected to what stands behind a source. */
static int command(cli *c)
{
    source_words w = words_of(c);
    client *server = NULL;
    buf order = BUF_INIT;
    assay_status status = source_words_order(&w, &order, &c->err);
    if (status == ASSAY_OK)
        status = client_open(c->operand[1], cli_text(c, OPT_TOKEN, getenv("ASSAY_TOKEN")), &server,
                             &c->err);
    if (status == ASSAY_OK)
        status = client_order(server, w.name, buf_text(&order), w.why, &c->err);
    if (status == ASSAY_OK)
        cli_remark(c, _("the order is on its way to %s"), w.name);
    client_close(server);
    buf_done(&order);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}

/* -- the verb ------------------------------------------------------------------------------ */

static const struct {
    const char *word;
    int least;       /* operands with the word */
    bool is_settled; /* no settings behind the name */
    assay_status (*look)(cli *c, store *db);
    assay_status (*alter)(cli *c, store *db, store_tx *tx);
} actions[] = {
    {"add", 4, false, NULL, add},         {"list", 2, true, list, NULL},
    {"show", 3, true, show, NULL},        {"change", 4, false, NULL, change},
    {"remove", 3, true, NULL, take_away}, {"test", 3, false, test, NULL},
};

int cmd_source(cli *c)
{
    if (strcmp(c->operand[0], "types") == 0)
        return list_types(c);
    if (strcmp(c->operand[0], "command") == 0 && c->operand_count > 3)
        return command(c);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].word, c->operand[0]) != 0)
            continue;
        if (c->operand_count < actions[i].least ||
            (actions[i].is_settled && c->operand_count > actions[i].least))
            return cli_fail(c, cli_usage(c, _("assay source %s takes %s"), c->operand[0],
                                         actions[i].least == 2   ? "DB"
                                         : actions[i].is_settled ? "DB NAME"
                                                                 : "DB NAME SETTING=VALUE..."));
        return actions[i].look ? look(c, actions[i].look) : alter(c, actions[i].alter);
    }
    cli_usage(c, _("\"%s\" is nothing to do with a source"), c->operand[0]);
    return cli_fail(c, assay_hint(&c->err, "add, change, remove, list, show, test, command, types"));
}
