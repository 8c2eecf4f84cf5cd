/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials: who gives them, for what, to whom, and what becomes of them. */
#include "cli/credential.h"
#include "cli/table.h"
#include "cli/verbs.h"

#include "notary/notary.h"
#include "report/credential_answer.h"

#include <stdio.h>
#include <string.h>

/* -- the signer --------------------------------------------------------------------------- */

assay_status credential_signer(cli *c, store *db, signer **out)
{
    char place[1200];
    notary_settings set = {0};
    const char *given = cli_text(c, OPT_SIGNER, NULL);
    if (given) {
        snprintf(place, sizeof place, "%s", given);
    } else {
        if (notary_settings_read(db, &set, NULL) != ASSAY_OK)
            set = (notary_settings){0};
        notary_signer_place(&set, c->operand[1], place, sizeof place);
        notary_settings_done(&set);
    }
    assay_status status = signer_open(place, out, &c->err);
    if (status == ASSAY_NOT_FOUND) {
        assay_fail(&c->err, ASSAY_NOT_FOUND, 0, _("there is no signer at %s"), place);
        assay_hint(&c->err,
                   "assay signer add %s credential issuer && assay signer add %s rsa issuer", place,
                   place);
    }
    return status;
}

/* What was decided stands; a signature can be made up for later. */
void credential_sign_after(cli *c, store *db)
{
    signer *k = NULL;
    size_t n = credential_waiting(db);
    assay_err kept = c->err;
    assay_status status = n ? credential_signer(c, db, &k) : ASSAY_OK;
    if (n && status == ASSAY_OK)
        status = credential_sign(db, k, 0, NULL, &c->err);
    if (status != ASSAY_OK)
        cli_remark(c, _("not signed yet: %s; assay credential sign %s does it later"),
                   c->err.message, c->operand[1]);
    c->err = kept;
    signer_close(k);
}

/* -- changes in one transaction ------------------------------------------------------------- */

typedef assay_status work(cli *c, store *db, store_tx *tx);

static int change(cli *c, work *run)
{
    store *db = NULL;
    store_tx *tx = NULL;
    uint64_t commit = 0;
    assay_status status = cli_open(c, c->operand[1], STORE_WRITE, &db);
    if (status == ASSAY_BUSY)
        status = assay_hint(&c->err, "%s",
                            _("ask the server that holds it: POST /api/v1/credentials, and .../ID/steps"));
    if (status == ASSAY_OK)
        status = store_tx_begin(db, &tx, &c->err);
    if (status == ASSAY_OK)
        status = run(c, db, tx);
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, &commit, &c->err);
    else
        store_tx_abort(tx);
    if (status == ASSAY_OK)
        credential_sign_after(c, db);
    store_close(db);
    if (status != ASSAY_OK) {
        buf_clear(&c->out);
        return cli_fail(c, status);
    }
    cli_remark(c, _("done in commit %llu"), (unsigned long long)commit);
    return EXIT_FINE;
}

static assay_status set_issuer(cli *c, store *db, store_tx *tx)
{
    credential_issuer old = {0};
    signer_public keys;
    signer *k = NULL;
    (void)!credential_issuer_read(db, &old, NULL);
    assay_status status = credential_signer(c, db, &k);
    if (status == ASSAY_OK)
        status = signer_keys(k, &keys, &c->err);
    if (status == ASSAY_OK)
        status = credential_issuer_write(
            tx, db, cli_text(c, OPT_HOST, old.base), cli_text(c, OPT_NAME, old.name),
            cli_text(c, OPT_URL, old.url), &keys, cli_actor(c), cli_text(c, OPT_WHY, ""), &c->err);
    signer_close(k);
    return status;
}

static assay_status withdraw_key(cli *c, store *db, store_tx *tx)
{
    return credential_key_withdraw(tx, db, c->operand[2], cli_actor(c), cli_text(c, OPT_WHY, ""),
                                   &c->err);
}

static assay_status set_achievement(cli *c, store *db, store_tx *tx)
{
    const credential_achievement a = {.id = c->operand[2],
                                      .name = cli_text(c, OPT_NAME, NULL),
                                      .description = cli_text(c, OPT_DESCRIPTION, NULL),
                                      .criteria = cli_text(c, OPT_CRITERIA, NULL),
                                      .criteria_url = cli_text(c, OPT_URL, NULL),
                                      .type = cli_text(c, OPT_KIND, NULL),
                                      .purpose = cli_text(c, OPT_STATUS, NULL)};
    (void)db;
    return credential_achievement_put(tx, &a, cli_actor(c), cli_text(c, OPT_WHY, ""), &c->err);
}

/* -- issuing ---------------------------------------------------------------------------------- */

static assay_status issue_one(cli *c, store *db, store_tx *tx, const credential_wish *w)
{
    char id[CREDENTIAL_ID];
    assay_status status =
        credential_issue(tx, db, w, cli_actor(c), cli_text(c, OPT_WHY, ""), id, &c->err);
    if (status == ASSAY_OK)
        buf_addf(&c->out, cli_has(c, OPT_JSON) ? "{\"id\": \"%s\"}\n" : "%s\n", id);
    return status;
}

/* A cell of this column; NULL: none, or empty. */
static const char *cell_of(const text_table *t, char **cell, size_t n, const char *name)
{
    for (size_t i = 0; i < t->columns && i < n; i++)
        if (strcmp(t->head[i], name) == 0)
            return *cell[i] ? cell[i] : NULL;
    return NULL;
}

static assay_status time_cell(cli *c, const text_table *t, char **cell, size_t n, const char *name,
                              int64_t *out)
{
    const char *text = cell_of(t, cell, n, name);
    if (!text)
        return ASSAY_OK;
    c->given[OPT_VALID_FROM] = text;
    return cli_time(c, OPT_VALID_FROM, out);
}

static assay_status issue_row(cli *c, store *db, store_tx *tx, const credential_wish *same,
                              const text_table *t, char **cell, size_t n)
{
    credential_wish w = *same;
    const char *given = c->given[OPT_VALID_FROM];
    const char *name = cell_of(t, cell, n, "name"), *email = cell_of(t, cell, n, "email");
    w.holder = name ? name : w.holder;
    w.email = email ? email : w.email;
    w.subject = cell_of(t, cell, n, "subject");
    w.title = cell_of(t, cell, n, "title");
    w.license_number = cell_of(t, cell, n, "license");
    assay_status status = time_cell(c, t, cell, n, "from", &w.from);
    if (status == ASSAY_OK)
        status = time_cell(c, t, cell, n, "until", &w.until);
    c->given[OPT_VALID_FROM] = given;
    if (status == ASSAY_OK)
        status = issue_one(c, db, tx, &w);
    if (status != ASSAY_OK) {
        char why[sizeof c->err.message];
        memcpy(why, c->err.message, sizeof why);
        assay_fail(&c->err, status, t->line, _("row %zu: %.300s; nothing was issued"), t->line,
                   why);
    }
    return status;
}

static assay_status issue_rows(cli *c, store *db, store_tx *tx, const credential_wish *same)
{
    arena memory;
    text_table t;
    char *cell[TABLE_COLUMNS_MAX];
    size_t n;
    arena_init(&memory);
    assay_status status = table_open(cli_text(c, OPT_BATCH, ""), &memory, &t, &c->err);
    while (status == ASSAY_OK && table_row_next(&t, cell, &n))
        status = issue_row(c, db, tx, same, &t, cell, n);
    arena_done(&memory);
    return status;
}

static assay_status issue(cli *c, store *db, store_tx *tx)
{
    credential_wish w = {.achievement = c->operand[2],
                         .holder = cli_text(c, OPT_NAME, NULL),
                         .email = cli_text(c, OPT_EMAIL, NULL),
                         .subject = cli_text(c, OPT_SUBJECT, NULL),
                         .title = cli_text(c, OPT_FOR, NULL),
                         .from = TIME_NONE,
                         .until = TIME_NONE,
                         .awarded = TIME_NONE};
    assay_status status = cli_time(c, OPT_VALID_FROM, &w.from);
    if (status == ASSAY_OK)
        status = cli_time(c, OPT_VALID_UNTIL, &w.until);
    if (status != ASSAY_OK)
        return status;
    return cli_has(c, OPT_BATCH) ? issue_rows(c, db, tx, &w) : issue_one(c, db, tx, &w);
}

static assay_status renew(cli *c, store *db, store_tx *tx)
{
    int64_t from = TIME_NONE, until = TIME_NONE;
    assay_status status = cli_time(c, OPT_VALID_FROM, &from);
    if (status == ASSAY_OK)
        status = cli_time(c, OPT_VALID_UNTIL, &until);
    return status == ASSAY_OK ? credential_renew(tx, db, c->operand[2], from, until, 0,
                                                 cli_actor(c), cli_text(c, OPT_WHY, ""), &c->err)
                              : status;
}

static assay_status act(cli *c, store *db, store_tx *tx, credential_act what)
{
    if (!*cli_text(c, OPT_WHY, ""))
        return cli_usage(c, _("--why is missing: a change needs its reason"));
    return credential_change(tx, db, c->operand[2], what, cli_actor(c), cli_text(c, OPT_WHY, ""),
                             &c->err);
}

static assay_status suspend(cli *c, store *db, store_tx *tx)
{
    return act(c, db, tx, CREDENTIAL_SUSPEND);
}

static assay_status reinstate(cli *c, store *db, store_tx *tx)
{
    return act(c, db, tx, CREDENTIAL_REINSTATE);
}

static assay_status revoke(cli *c, store *db, store_tx *tx)
{
    return act(c, db, tx, CREDENTIAL_REVOKE);
}

static assay_status forget(cli *c, store *db, store_tx *tx)
{
    if (!*cli_text(c, OPT_WHY, ""))
        return cli_usage(c, _("--why is missing: a change needs its reason"));
    return credential_forget(tx, db, c->operand[2], cli_actor(c), cli_text(c, OPT_WHY, ""),
                             &c->err);
}

/* -- looking ------------------------------------------------------------------------------------
 */

static int look(cli *c, store_mode mode, assay_status (*at)(cli *c, store *db))
{
    store *db = NULL;
    assay_status status = cli_open(c, c->operand[1], mode, &db);
    if (status == ASSAY_OK)
        status = at(c, db);
    store_close(db);
    if (status == ASSAY_OK)
        return EXIT_FINE;
    buf_clear(&c->out);
    return cli_fail(c, status);
}

static const char *state_word(const char *state)
{
    return strcmp(state, "valid") == 0       ? _("valid")
           : strcmp(state, "suspended") == 0 ? _("suspended")
           : strcmp(state, "revoked") == 0   ? _("revoked")
                                             : state;
}

static void day_of(int64_t ns, char out[40])
{
    *out = '\0';
    if (ns != TIME_NONE)
        time_format(ns, TIME_OFFSET_NONE, out, 40);
    out[10] = '\0';
}

typedef struct {
    cli *c;
    json j;
    term_table table;
    size_t count;
} listing;

static void csv_state(buf *out, const credential_state *s)
{
    csv_text(out, s->id, false);
    csv_text(out, s->achievement, false);
    csv_text(out, s->state, false);
    csv_text(out, s->title, false);
    csv_time(out, s->from, TIME_OFFSET_NONE, false);
    csv_time(out, s->until, TIME_OFFSET_NONE, true);
}

static bool list_one(const credential_state *s, void *context)
{
    listing *l = context;
    char until[40];
    l->count++;
    if (cli_has(l->c, OPT_JSON)) {
        json_flat_object(&l->j);
        credential_state_write(&l->j, s);
        json_end(&l->j);
        return true;
    }
    if (cli_has(l->c, OPT_CSV)) {
        csv_state(&l->c->out, s);
        return true;
    }
    day_of(s->until, until);
    const char *cells[] = {s->id, s->is_signed ? state_word(s->state) : _("not signed yet"), until,
                           s->achievement};
    for (size_t i = 0; i < 4; i++)
        table_cell(&l->table, cells[i]);
    return true;
}

static void list_begin(listing *l)
{
    static const bool is_right[4] = {false};
    const char *head[] = {_("credential"), _("state"), _("valid until"), _("achievement")};
    table_init(&l->table, 4, is_right, head);
    cli_list_begin(l->c, &l->j, "credentials", "id,achievement,state,title,from,until\n");
}

static assay_status list(cli *c, store *db)
{
    listing l = {.c = c};
    list_begin(&l);
    assay_status status = credential_visit(db, NULL, 0, list_one, &l, &c->err);
    if (cli_list_end(c, &l.j, &l.table, l.count, _("no credentials")) != EXIT_FINE)
        status = ASSAY_IO;
    table_done(&l.table);
    return status;
}

static assay_status show(cli *c, store *db)
{
    credential_state s;
    char from[40], until[40];
    assay_status status = credential_find(db, c->operand[2], &s, &c->err);
    if (status == ASSAY_NOT_FOUND)
        return assay_fail(&c->err, status, 0, _("there is no credential %s"), c->operand[2]);
    if (status != ASSAY_OK)
        return status;
    if (cli_has(c, OPT_JSON)) {
        json j;
        cli_json_begin(c, &j);
        json_object(&j);
        credential_state_write(&j, &s);
        json_end(&j);
        return cli_json_end(c, &j, EXIT_FINE) == EXIT_FINE ? ASSAY_OK : ASSAY_IO;
    }
    day_of(s.from, from);
    day_of(s.until, until);
    buf_addf(&c->out, "%s  %s  %s\n", s.id, s.achievement, state_word(s.state));
    buf_addf(&c->out, "%s %s", _("valid from"), from);
    if (*until)
        buf_addf(&c->out, " %s %s", _("valid until"), until);
    buf_addf(&c->out, "\n%s %s, %s %llu%s%s\n", _("status list"), s.list, _("record"),
             (unsigned long long)s.record, *s.title ? ", " : "", s.title);
    if (s.is_forgotten)
        buf_addf(&c->out, "%s\n", _("its text was erased"));
    else if (!s.is_signed)
        buf_addf(&c->out, "%s\n", _("not signed yet"));
    return ASSAY_OK;
}

static assay_status show_issuer(cli *c, store *db)
{
    assay_status status = credential_issuer_text(db, NULL, &c->out, &c->err);
    buf_add_char(&c->out, '\n');
    return status;
}

static assay_status sign(cli *c, store *db)
{
    signer *k = NULL;
    size_t count = 0;
    assay_status status = credential_signer(c, db, &k);
    if (status == ASSAY_OK)
        status = credential_sign(db, k, 0, &count, &c->err);
    signer_close(k);
    if (status == ASSAY_OK)
        cli_remark(c, _("%zu signed"), count);
    return status;
}

/* -- which ----------------------------------------------------------------------------------------
 */

static const struct {
    const char *name;
    int operands; /* with action and database */
    work *change;
    assay_status (*look)(cli *c, store *db);
} actions[] = {
    {"issuer", 2, set_issuer, NULL},
    {"document", 2, NULL, show_issuer},
    {"withdraw", 3, withdraw_key, NULL},
    {"achievement", 3, set_achievement, NULL},
    {"issue", 3, issue, NULL},
    {"renew", 3, renew, NULL},
    {"suspend", 3, suspend, NULL},
    {"reinstate", 3, reinstate, NULL},
    {"revoke", 3, revoke, NULL},
    {"forget", 3, forget, NULL},
    {"list", 2, NULL, list},
    {"show", 3, NULL, show},
    {"export", 3, NULL, credential_export},
    {"sign", 2, NULL, sign},
};

int cmd_credential(cli *c)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].name, c->operand[0]) != 0)
            continue;
        if (c->operand_count != actions[i].operands)
            return cli_fail(c, cli_usage(c, _("assay credential %s takes %s"), actions[i].name,
                                         actions[i].operands == 2 ? "DB" : "DB NAME"));
        if (actions[i].change)
            return change(c, actions[i].change);
        return look(c, actions[i].look == sign ? STORE_WRITE : STORE_READ, actions[i].look);
    }
    cli_usage(c, _("assay credential has no action %s"), c->operand[0]);
    assay_hint(&c->err,
               "issuer, document, withdraw, achievement, issue, renew, suspend, reinstate, "
               "revoke, forget, list, show, export, sign");
    return cli_fail(c, ASSAY_USAGE);
}
