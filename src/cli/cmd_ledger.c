/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger of a database: begin, sign, show, prove, verify, copy, rebuild. */
#include "cli/verbs.h"

#include "base/time.h"
#include "ledger/checkpoint.h"
#include "ledger/durable.h"
#include "notary/notary.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char *name_of(const cli *c)
{
    return c->operand[1];
}

static assay_status read_file(cli *c, option_id id, buf *out)
{
    const char *path = cli_text(c, id, NULL);
    return path ? durable_read(path, POLICY_MAX, out, &c->err) : ASSAY_OK;
}

/* A server keeps what these verbs change from its start on. */
static assay_status open_to_change(cli *c, store **db)
{
    assay_status status = cli_open(c, name_of(c), STORE_WRITE, db);
    return status == ASSAY_BUSY
               ? assay_hint(&c->err, "%s", _("assay serve reads this when it starts: stop it, do this, start it again"))
               : status;
}

/* -- init, sign ---------------------------------------------------------------------------------------- */

static int init(cli *c)
{
    store *db = NULL;
    buf text = BUF_INIT;
    notary_wish w = {.origin = cli_text(c, OPT_ORIGIN, NULL),
                     .directory = cli_text(c, OPT_DIRECTORY, NULL),
                     .signer = cli_text(c, OPT_SIGNER, NULL),
                     .actor = cli_actor(c)};
    if (!w.origin) {
        cli_usage(c, _("a ledger needs a name: --origin"));
        return cli_fail(c, assay_hint(&c->err, "--origin ledger.example.org/2026"));
    }
    assay_status status = read_file(c, OPT_POLICY, &text);
    w.policy = text.length ? text.data : NULL;
    if (status == ASSAY_OK)
        status = open_to_change(c, &db);
    if (status == ASSAY_OK)
        status = notary_init(db, name_of(c), &w, &c->err);
    store_close(db);
    buf_done(&text);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    cli_remark(c, _("%s has the ledger %s; assay serve signs what comes, assay ledger sign what is there"),
               name_of(c), w.origin);
    return EXIT_FINE;
}

static int sign(cli *c)
{
    notary *n = NULL;
    uint64_t size = 0;
    assay_status status = notary_open(name_of(c), &n, &c->err);
    if (status == ASSAY_OK)
        status = notary_step(n, &size, &c->err);
    notary_close(n);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    cli_remark(c, _("%llu entries are signed"), (unsigned long long)size);
    return EXIT_FINE;
}

static int set_policy(cli *c)
{
    store *db = NULL;
    store_tx *tx = NULL;
    notary_settings set = {.origin = ""};
    buf text = BUF_INIT;
    policy p;
    assay_status status = durable_read(c->operand[2], POLICY_MAX, &text, &c->err);
    if (status == ASSAY_OK)
        status = policy_parse(buf_text(&text), text.length, &p, &c->err);
    if (status == ASSAY_OK)
        status = open_to_change(c, &db);
    if (status == ASSAY_OK)
        status = notary_settings_read(db, &set, &c->err);
    if (status == ASSAY_OK)
        status = store_tx_begin(db, &tx, &c->err);
    buf_clear(&set.policy);
    buf_add(&set.policy, text.data, text.length);
    if (status == ASSAY_OK)
        status = notary_settings_write(tx, &set, cli_actor(c), cli_text(c, OPT_WHY, ""), &c->err);
    notary_settings_done(&set);
    buf_done(&text);
    return cli_finish(c, db, tx, status);
}

static int set_cosign(cli *c)
{
    store *db = NULL;
    buf text = BUF_INIT;
    assay_status status = durable_read(c->operand[2], POLICY_MAX, &text, &c->err);
    if (status == ASSAY_OK)
        status = open_to_change(c, &db);
    if (status == ASSAY_OK)
        status = notary_witness_set(db, buf_text(&text), cli_text(c, OPT_SIGNER, NULL), cli_actor(c),
                                    cli_text(c, OPT_WHY, ""), &c->err);
    store_close(db);
    buf_done(&text);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    cli_remark(c, _("assay serve %s cosigns their checkpoints at /witness/add-checkpoint"), name_of(c));
    return EXIT_FINE;
}

/* -- reading ------------------------------------------------------------------------------------------------ */

typedef struct {
    store *db;
    ledger_view *view;
} opened;

static assay_status open_both(cli *c, opened *o)
{
    assay_status status = cli_open(c, name_of(c), STORE_READ, &o->db);
    return status == ASSAY_OK ? ledger_view_open(o->db, name_of(c), &o->view, &c->err) : status;
}

static int close_both(cli *c, opened *o, assay_status status, int code)
{
    ledger_view_close(o->view);
    store_close(o->db);
    return status == ASSAY_OK ? code : cli_fail(c, status);
}

static bool count_record(const record *r, void *context)
{
    *(uint64_t *)context = r->sequence;
    return true;
}

typedef struct {
    const notary_settings *set;
    const policy *policy;
    const char *directory;
    uint64_t records, size;
    bool is_signed;
    char root[65];
    policy_verdict by;
} ledger_state;

static void status_words(cli *c, const ledger_state *s)
{
    buf_addf(&c->out, "%-10s %s\n", _("ledger"), s->set->origin);
    buf_addf(&c->out, "%-10s %s\n", _("files"), s->directory);
    buf_addf(&c->out, "%-10s %.*s\n", _("key"), (int)strcspn(buf_text(&s->set->keys), "\n"),
             buf_text(&s->set->keys));
    buf_addf(&c->out, "%-10s %llu\n", _("records"), (unsigned long long)s->records);
    if (s->is_signed)
        buf_addf(&c->out, _("%-10s %llu entries, root %s\n"), _("signed"), (unsigned long long)s->size, s->root);
    else
        buf_addf(&c->out, "%-10s %s\n", _("signed"), _("nothing yet"));
    for (size_t i = 0; i < s->policy->witness_count; i++)
        buf_addf(&c->out, "%-10s %s: %s\n", _("witness"), s->policy->witnesses[i].name,
                 s->by.seen[i] ? _("has cosigned this tree") : _("has not cosigned this tree"));
}

static int status_json(cli *c, const ledger_state *s)
{
    json j;
    buf key = BUF_INIT;
    buf_add(&key, s->set->keys.data, strcspn(buf_text(&s->set->keys), "\n"));
    cli_json_begin(c, &j);
    json_object(&j);
    json_member_text(&j, "origin", s->set->origin);
    json_member_text(&j, "directory", s->directory);
    json_member_text(&j, "key", buf_text(&key));
    json_member_unsigned(&j, "records", s->records);
    if (s->is_signed) {
        json_member_unsigned(&j, "signed", s->size);
        json_member_text(&j, "root", s->root);
    } else
        json_member_null(&j, "signed", "nothing yet");
    json_key(&j, "witnesses");
    json_array(&j);
    for (size_t i = 0; i < s->policy->witness_count; i++) {
        json_flat_object(&j);
        json_member_text(&j, "name", s->policy->witnesses[i].name);
        json_member_bool(&j, "cosigned", s->by.seen[i] != 0);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    buf_done(&key);
    return cli_json_end(c, &j, EXIT_FINE);
}

static int state(cli *c)
{
    opened o = {0};
    ledger_state s = {.is_signed = false};
    ledger_tree t = {.size = 0};
    note n;
    int code = EXIT_FINE;
    assay_status status = open_both(c, &o);
    if (status == ASSAY_OK)
        status = store_record_heads(o.db, NULL, 1, count_record, &s.records, &c->err);
    if (status == ASSAY_OK) {
        s.set = ledger_view_settings(o.view);
        s.policy = ledger_view_policy(o.view);
        s.directory = ledger_view_directory(o.view);
        status = ledger_view_tree(o.view, UINT64_MAX, &t, &c->err);
        s.is_signed = status == ASSAY_OK;
        if (status == ASSAY_NOT_FOUND)
            status = ASSAY_OK;
    }
    if (status == ASSAY_OK && s.is_signed) {
        s.size = t.size;
        sha256_to_hex((const sha256 *)(const void *)t.root, s.root);
        status = note_parse(t.note.data, t.note.length, &n, &c->err);
        if (status == ASSAY_OK)
            status = policy_judge(s.policy, &n, &s.by, &c->err);
    }
    if (status == ASSAY_OK && cli_has(c, OPT_JSON))
        code = status_json(c, &s);
    else if (status == ASSAY_OK) {
        status_words(c, &s);
        code = cli_flush(c) ? EXIT_FINE : EXIT_FAILED;
    }
    buf_done(&t.note);
    return close_both(c, &o, status, code);
}

static int write_out(cli *c, const buf *text)
{
    const char *path = cli_text(c, OPT_OUTPUT, NULL);
    if (!path)
        return fwrite(text->data, 1, text->length, stdout) == text->length ? EXIT_FINE : EXIT_FAILED;
    assay_status status = durable_write(path, 0644, text->data, text->length, &c->err);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}

static int prove(cli *c)
{
    opened o = {0};
    buf text = BUF_INIT;
    uint64_t sequence;
    if (!ledger_number(c->operand[2], strlen(c->operand[2]), &sequence) || !sequence)
        return cli_fail(c, cli_usage(c, _("\"%s\" is not the number of a record (assay log tells them)"),
                                     c->operand[2]));
    receipt_scope scope = cli_has(c, OPT_WITHOUT_PAYLOAD) ? RECEIPT_BARE
                          : cli_has(c, OPT_WITH_TEXTS)    ? RECEIPT_ALL
                                                          : RECEIPT_PLAIN;
    assay_status status = open_both(c, &o);
    if (status == ASSAY_OK)
        status = notary_receipt(o.view, o.db, sequence, scope, &text, &c->err);
    int code = status == ASSAY_OK ? write_out(c, &text) : EXIT_FAILED;
    buf_done(&text);
    return close_both(c, &o, status, code);
}

/* -- verify ----------------------------------------------------------------------------------------------------- */

typedef struct {
    cli *c;
    buf faults; /* each with its NUL */
} telling;

static void tell_fault(const char *what, void *context)
{
    telling *t = context;
    buf_add(&t->faults, what, strlen(what) + 1);
    if (!cli_has(t->c, OPT_JSON))
        fprintf(stderr, "assay: %s: %s\n", name_of(t->c), what);
}

static int verify_json(telling *t, const notary_check_t *f, int code)
{
    json j;
    cli_json_begin(t->c, &j);
    json_object(&j);
    json_member_bool(&j, "clean", code == EXIT_FINE);
    json_member_unsigned(&j, "entries", f->entries);
    json_member_unsigned(&j, "records", f->records);
    json_member_unsigned(&j, "signed", f->signed_size);
    json_key(&j, "findings");
    json_array(&j);
    const char *end = t->faults.data + t->faults.length;
    for (const char *p = t->faults.data; p && p < end; p += strlen(p) + 1)
        json_text(&j, p);
    json_end(&j);
    json_end(&j);
    return cli_json_end(t->c, &j, code);
}

static int verify(cli *c)
{
    opened o = {0};
    telling t = {.c = c};
    notary_check_t found = {0};
    assay_status status = open_both(c, &o);
    if (status == ASSAY_OK)
        status = notary_check(o.view, o.db, tell_fault, &t, &found, &c->err);
    int code = found.faults ? EXIT_FAILED : EXIT_FINE;
    if (status == ASSAY_OK && cli_has(c, OPT_JSON))
        code = verify_json(&t, &found, code);
    else if (status == ASSAY_OK) {
        buf_addf(&c->out, _("%s: %s, %llu entries signed, %llu records\n"), name_of(c),
                 found.faults ? _("damaged") : _("clean"), (unsigned long long)found.signed_size,
                 (unsigned long long)found.records);
        code = cli_flush(c) ? code : EXIT_FAILED;
    }
    buf_done(&t.faults);
    return close_both(c, &o, status, code);
}

/* -- export: what a static host serves -------------------------------------------------------------------------- */

static assay_status copy_tile(cli *c, ledger_view *v, const tile *t, uint64_t size, const char *to,
                              buf *bytes)
{
    char relative[TILE_PATH_MAX], path[PATH_MAX], directory[PATH_MAX];
    tile_path(t, relative);
    if ((size_t)snprintf(path, sizeof path, "%s/%s", to, relative) >= sizeof path)
        return assay_fail(&c->err, ASSAY_LIMIT, 0, "the path %.80s... is too long", to);
    snprintf(directory, sizeof directory, "%.*s", (int)(strrchr(path, '/') - path), path);
    buf_clear(bytes);
    assay_status status =
        t->level == TILE_ENTRIES
            ? tlog_read_bundle(ledger_view_reader(v), t->index, size, bytes, &c->err)
            : tlog_read_tile(ledger_view_reader(v), t->level, t->index, size, bytes, &c->err);
    if (status == ASSAY_OK && t->level == TILE_ENTRIES && t->width < TILE_WIDTH) {
        size_t at = 0, length; /* a wider bundle serves as well: only the first entries of it */
        const uint8_t *entry;
        bool is_there = true;
        for (unsigned i = 0; i < t->width && status == ASSAY_OK && is_there; i++)
            status = bundle_next((const uint8_t *)bytes->data, bytes->length, &at, &entry, &length,
                                 &is_there, &c->err);
        bytes->length = at;
    }
    if (status == ASSAY_OK)
        status = durable_make_directory(directory, 0755, &c->err);
    if (status == ASSAY_OK)
        status = durable_put(path, 0644, bytes->data, bytes->length, &c->err);
    return status == ASSAY_OK ? durable_place(path, &c->err) : status;
}

static assay_status copy_all(cli *c, ledger_view *v, const ledger_tree *t, const char *to)
{
    buf bytes = BUF_INIT;
    assay_status status = ASSAY_OK;
    for (int level = TILE_ENTRIES; level < 8 && status == ASSAY_OK; level++)
        for (uint64_t i = 0; status == ASSAY_OK; i++) {
            tile one = {level, i, tile_width(level, i, t->size)};
            if (!one.width)
                break;
            status = copy_tile(c, v, &one, t->size, to, &bytes);
        }
    buf_done(&bytes);
    return status;
}

static int export(cli *c)
{
    opened o = {0};
    ledger_tree t = {.size = 0};
    char path[PATH_MAX];
    const char *to = c->operand[2];
    assay_status status = open_both(c, &o);
    if (status == ASSAY_OK)
        status = ledger_view_tree(o.view, UINT64_MAX, &t, &c->err);
    if (status == ASSAY_OK)
        status = copy_all(c, o.view, &t, to);
    if (status == ASSAY_OK) {
        const buf *keys = &ledger_view_settings(o.view)->keys;
        snprintf(path, sizeof path, "%s/keys", to);
        status = durable_write(path, 0644, keys->data, keys->length, &c->err);
    }
    if (status == ASSAY_OK) { /* last: who reads it finds the rest */
        snprintf(path, sizeof path, "%s/checkpoint", to);
        status = durable_write(path, 0644, t.note.data, t.note.length, &c->err);
    }
    if (status == ASSAY_OK)
        cli_remark(c, _("%llu entries are in %s"), (unsigned long long)t.size, to);
    buf_done(&t.note);
    return close_both(c, &o, status, EXIT_FINE);
}

/* -- rebuild, witness --------------------------------------------------------------------------------------------- */

static int rebuild(cli *c)
{
    opened o = {0};
    telling t = {.c = c};
    notary_check_t found = {0};
    uint64_t count = 0;
    assay_status status = cli_open(c, name_of(c), STORE_WRITE, &o.db);
    if (status == ASSAY_OK)
        status = ledger_view_open(o.db, name_of(c), &o.view, &c->err);
    if (status == ASSAY_OK)
        status = notary_check(o.view, NULL, tell_fault, &t, &found, &c->err);
    if (status == ASSAY_OK && found.faults)
        status = assay_fail(&c->err, ASSAY_DAMAGED, 0, "the log is damaged: nothing is taken from it");
    if (status == ASSAY_OK)
        status = notary_rebuild(o.view, o.db, &count, &c->err);
    if (status == ASSAY_OK)
        cli_remark(c, _("%llu records are there again, without what they said"), (unsigned long long)count);
    buf_done(&t.faults);
    return close_both(c, &o, status, EXIT_FINE);
}

static int ask_witnesses(cli *c)
{
    opened o = {0};
    size_t lacking = 0;
    assay_status status = open_both(c, &o);
    if (status == ASSAY_OK && !ledger_view_has_witnesses(o.view)) {
        assay_fail(&c->err, ASSAY_NOT_FOUND, 0, "the ledger has no witnesses");
        status = assay_hint(&c->err, "assay ledger policy %s FILE", name_of(c));
    }
    if (status == ASSAY_OK)
        status = ledger_view_witness(o.view, &lacking, &c->err);
    if (status == ASSAY_OK && lacking)
        status = c->err.code ? c->err.code : ASSAY_IO;
    if (status == ASSAY_OK)
        cli_remark(c, _("every witness has cosigned"));
    return close_both(c, &o, status, EXIT_FINE);
}

/* -- the verb ------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *word, *takes;
    int count;
    int (*act)(cli *c);
} actions[] = {
    {"init", "DB --origin NAME", 2, init},
    {"status", "DB", 2, state},
    {"sign", "DB", 2, sign},
    {"prove", "DB RECORD", 3, prove},
    {"verify", "DB", 2, verify},
    {"export", "DB DIRECTORY", 3, export},
    {"rebuild", "DB", 2, rebuild},
    {"policy", "DB FILE", 3, set_policy},
    {"witness", "DB", 2, ask_witnesses},
    {"cosign", "DB FILE", 3, set_cosign},
};

int cmd_ledger(cli *c)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].word, c->operand[0]) != 0)
            continue;
        if (c->operand_count != actions[i].count)
            return cli_fail(c, cli_usage(c, _("assay ledger %s takes %s"), actions[i].word,
                                         actions[i].takes));
        return actions[i].act(c);
    }
    cli_usage(c, _("\"%s\" is nothing to do with a ledger"), c->operand[0]);
    return cli_fail(c, assay_hint(&c->err, "init, status, sign, prove, verify, export, rebuild, policy, witness, cosign"));
}
