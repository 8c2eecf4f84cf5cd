/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts of people, while no server holds the database. */
#include "cli/verbs.h"

#include "people/people.h"
#include "report/answer.h"

#include <string.h>

/* -- listing -------------------------------------------------------------------------- */

typedef struct {
    cli *c;
    json j;
    term_table table;
    const char *only; /* NULL: all */
    size_t count;
} listing;

static const char *state_of(const person *p)
{
    return p->is_disabled ? "disabled" : p->has_password ? "active" : "invited";
}

static const char *state_word(const person *p)
{
    return p->is_disabled ? _("disabled") : p->has_password ? _("active") : _("no password yet");
}

static void write_json(listing *l, const person *p)
{
    json_flat_object(&l->j);
    json_member_text(&l->j, "account", p->account);
    json_member_text(&l->j, "name", p->name);
    json_member_text(&l->j, "roles", p->grants);
    json_member_text(&l->j, "state", state_of(p));
    json_member_bool(&l->j, "one_time_codes", p->has_codes);
    json_end(&l->j);
}

static bool write_person(const person *p, void *context)
{
    listing *l = context;
    if (l->only && strcmp(l->only, p->account) != 0)
        return true;
    l->count++;
    if (cli_has(l->c, OPT_JSON))
        write_json(l, p);
    else if (cli_has(l->c, OPT_CSV)) {
        csv_text(&l->c->out, p->account, false);
        csv_text(&l->c->out, p->name, false);
        csv_text(&l->c->out, p->grants, false);
        csv_text(&l->c->out, state_of(p), false);
        csv_text(&l->c->out, p->has_codes ? "true" : "false", true);
    } else {
        table_cell(&l->table, p->account);
        table_cell(&l->table, p->name);
        table_cell(&l->table, p->grants);
        table_cell(&l->table, state_word(p));
        table_cell(&l->table, p->has_codes ? _("yes") : "");
    }
    return true;
}

static void begin(listing *l)
{
    static const bool is_right[5] = {false};
    const char *head[] = {_("account"), _("name"), _("roles"), _("state"), _("codes")};
    table_init(&l->table, 5, is_right, head);
    cli_list_begin(l->c, &l->j, "accounts", "account,name,roles,state,one_time_codes\n");
}

static int list(cli *c)
{
    listing l = {.c = c, .only = c->operand_count > 1 ? c->operand[1] : NULL};
    store *db = NULL;
    people *p = NULL;
    assay_status status = cli_open(c, c->operand[0], STORE_READ, &db);
    if (status == ASSAY_OK)
        status = people_open(db, &p, &c->err);
    begin(&l);
    if (status == ASSAY_OK)
        people_visit(p, write_person, &l);
    if (status == ASSAY_OK && l.only && !l.count)
        status = assay_fail(&c->err, ASSAY_NOT_FOUND, 0, _("there is no account %s"), l.only);
    if (status != ASSAY_OK)
        buf_clear(&c->out);
    int code = status == ASSAY_OK ? cli_list_end(c, &l.j, &l.table, l.count, _("no accounts"))
                                   : cli_fail(c, status);
    table_done(&l.table);
    people_close(p);
    store_close(db);
    return code;
}

/* -- changing ------------------------------------------------------------------------- */

static assay_status check(cli *c)
{
    if (c->operand_count < 2)
        return cli_usage(c, _("name the account that changes"));
    if (cli_has(c, OPT_ERASE) && (cli_has(c, OPT_ROLES) || cli_has(c, OPT_NAME) ||
                                  cli_has(c, OPT_INVITE) || cli_has(c, OPT_DISABLE)))
        return cli_usage(c, _("--erase stands alone"));
    if (cli_has(c, OPT_DISABLE) && cli_has(c, OPT_ENABLE))
        return cli_usage(c, _("--disable and --enable exclude each other"));
    return ASSAY_OK;
}

static bool is_known(const person *p, void *context)
{
    const char **wanted = context;
    bool is_it = strcmp(p->account, *wanted) == 0;
    if (is_it)
        *wanted = NULL;
    return !is_it;
}

static assay_status put(cli *c, people *p, store_tx *tx)
{
    const char *wanted = c->operand[1];
    person_change change = {.account = c->operand[1],
                            .name = cli_text(c, OPT_NAME, NULL),
                            .grants = cli_text(c, OPT_ROLES, NULL),
                            .state = cli_has(c, OPT_DISABLE)  ? ACCOUNT_DISABLE
                                     : cli_has(c, OPT_ENABLE) ? ACCOUNT_ENABLE
                                                              : ACCOUNT_AS_IS};
    people_visit(p, is_known, &wanted);
    if (wanted && !change.grants) {
        cli_usage(c, _("there is no account %s; a new one needs --roles"), wanted);
        return assay_hint(&c->err, "--roles engineer@plant-a");
    }
    if (wanted && !change.name)
        change.name = change.account;
    if (!change.name && !change.grants && !change.state)
        return ASSAY_OK; /* an invitation alone */
    return people_put(p, tx, &change, DOCUMENT_ANY, cli_actor(c), cli_text(c, OPT_WHY, ""),
                      &c->err);
}

static assay_status change_in(cli *c, people *p, store_tx *tx, char code[33])
{
    if (cli_has(c, OPT_ERASE))
        return people_erase(p, tx, c->operand[1], cli_actor(c), &c->err);
    assay_status status = put(c, p, tx);
    if (status == ASSAY_OK && cli_has(c, OPT_INVITE))
        status = people_invite(p, tx, c->operand[1], cli_actor(c), code, &c->err);
    return status;
}

static int tell(cli *c, uint64_t commit, const char *code)
{
    if (cli_has(c, OPT_JSON)) {
        json j;
        cli_json_begin(c, &j);
        json_object(&j);
        json_member_unsigned(&j, "commit", commit);
        if (*code)
            json_member_text(&j, "code", code);
        json_end(&j);
        return cli_json_end(c, &j, EXIT_FINE);
    }
    if (*code)
        buf_addf(&c->out, "%s\n", code);
    if (*code)
        cli_remark(c, _("with this code the password is set at /welcome, once and within an hour"));
    else
        cli_remark(c, _("done in commit %llu"), (unsigned long long)commit);
    return EXIT_FINE;
}

static int change(cli *c)
{
    store *db = NULL;
    people *p = NULL;
    store_tx *tx = NULL;
    uint64_t commit = 0;
    char code[33] = "";
    assay_status status = check(c);
    if (status == ASSAY_OK)
        status = cli_open(c, c->operand[0], STORE_WRITE, &db);
    if (status == ASSAY_OK)
        status = people_open(db, &p, &c->err);
    if (status == ASSAY_OK)
        status = store_tx_begin(db, &tx, &c->err);
    if (status == ASSAY_OK)
        status = change_in(c, p, tx, code);
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, &commit, &c->err);
    else
        store_tx_abort(tx);
    people_close(p);
    store_close(db);
    return status == ASSAY_OK ? tell(c, commit, code) : cli_fail(c, status);
}

int cmd_user(cli *c)
{
    bool changes = cli_has(c, OPT_ROLES) || cli_has(c, OPT_NAME) || cli_has(c, OPT_INVITE) ||
                   cli_has(c, OPT_DISABLE) || cli_has(c, OPT_ENABLE) || cli_has(c, OPT_ERASE);
    return changes ? change(c) : list(c);
}
