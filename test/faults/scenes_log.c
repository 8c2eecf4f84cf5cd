/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What writes a log and its signatures: after any failure it opens again, and is an older state of
 * itself or the new one, never a third. */
#include "faults.h"

#include "ledger/durable.h"
#include "ledger/log.h"
#include "ledger/witness.h"
#include "notary/notary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[110], keys[120], directory[120];
static signer_public public;

static void paths(void)
{
    snprintf(path, sizeof path, "%s/p.assay", world.work);
    snprintf(keys, sizeof keys, "%s-keys", path);
    snprintf(directory, sizeof directory, "%s/log", world.work);
}

/* A copy of the plant as it was made. */
static void fresh(void)
{
    paths();
    fault_shell("rm -rf %s && mkdir %s && cp -r %s %s-* %s", world.work, world.work, world.database,
                world.database, world.work);
}

/* -- one file ----------------------------------------------------------------------------------------- */

static const char first[] = "the first text", second[] = "the second, longer text";

static void before_file(void)
{
    assay_err err = {0};
    paths();
    fault_shell("rm -rf %s && mkdir %s", world.work, world.work);
    if (durable_write(path, 0600, first, strlen(first), &err))
        fault_die("durable_write", &err);
}

static assay_status run_file(assay_err *err)
{
    return durable_write(path, 0600, second, strlen(second), err);
}

static const char *after_file(assay_status said)
{
    buf text = BUF_INIT;
    if (durable_read(path, 1000, &text, NULL))
        return "it is gone";
    bool is_first = strcmp(text.data, first) == 0, is_second = strcmp(text.data, second) == 0;
    buf_done(&text);
    return said ? is_first || is_second ? NULL : "half of it" : is_second ? NULL : "it was not written";
}

/* -- keys --------------------------------------------------------------------------------------------- */

static assay_status run_add_key(assay_err *err)
{
    return signer_file_add(keys, SIGNER_CREDENTIAL, "issuer", NULL, err);
}

static const char *after_add_key(assay_status said)
{
    signer *k;
    signer_public then;
    (void)said;
    if (signer_open(keys, &k, NULL))
        return "the keys cannot be opened";
    assay_status status = signer_keys(k, &then, NULL);
    signer_close(k);
    return status || !then.log.type || !then.has_credential || !then.modulus_length ? "keys are lost"
                                                                                    : NULL;
}

static assay_status run_export_key(assay_err *err)
{
    buf out = BUF_INIT;
    assay_status status = signer_file_export(keys, SIGNER_LOG, "secret", &out, err);
    buf_done(&out);
    return status;
}

/* -- the log alone ------------------------------------------------------------------------------------ */

enum { OLD = 250, NEW = 550 };

static assay_status grow(uint64_t to, uint64_t *was, assay_err *err)
{
    signer *k = NULL;
    tlog *t = NULL;
    char text[32];
    assay_status status = signer_open(keys, &k, err);
    if (!status)
        status = signer_keys(k, &public, err);
    if (!status)
        status = tlog_open(directory, public.log.name, &public.log, 1, &t, err);
    if (!status && was)
        *was = tlog_signed_size(t);
    for (uint64_t i = status ? to : tlog_size(t); i < to && !status; i++)
        status = tlog_add(t, text, (size_t)sprintf(text, "entry %llu", (unsigned long long)i), err);
    if (!status)
        status = tlog_write(t, err);
    if (!status)
        status = tlog_sign(t, k, err);
    tlog_close(t);
    signer_close(k);
    return status;
}

static void before_log(void)
{
    assay_err err = {0};
    paths();
    fault_shell("rm -rf %s && mkdir %s", world.work, world.work);
    if (access("/tmp", W_OK) != 0 || signer_file_add(keys, SIGNER_LOG, "log.test/f", NULL, &err) ||
        grow(OLD, NULL, &err))
        fault_die("a log", &err);
}

static assay_status run_log(assay_err *err)
{
    return grow(NEW, NULL, err);
}

static const char *after_log(assay_status said)
{
    static char why[300];
    assay_err err = {0};
    uint64_t was = 0;
    tlog_reader *r = NULL;
    buf entry = BUF_INIT;
    if (grow(NEW, &was, &err)) {
        snprintf(why, sizeof why, "it does not go on: %.200s", err.message);
        return why;
    }
    if (was != OLD && was != NEW)
        return "a tree that nobody asked for was signed";
    if (!said && was != NEW)
        return "what was said to be signed is not";
    assay_status status = tlog_reader_open(directory, 0, &r, &err);
    for (uint64_t i = 0; i < NEW && !status; i += 61)
        status = tlog_read_entry(r, i, NEW, &entry, &err);
    tlog_reader_close(r);
    buf_done(&entry);
    return status ? "an entry is lost" : NULL;
}

static assay_status run_read(assay_err *err)
{
    tlog_reader *r = NULL;
    merkle_proof proof;
    sha256 root;
    buf out = BUF_INIT;
    assay_status status = tlog_reader_open(directory, 0, &r, err);
    if (!status)
        status = tlog_read_checkpoint(r, &out, err);
    if (!status)
        status = tlog_root(r, OLD, &root, err);
    if (!status)
        status = tlog_prove_inclusion(r, 17, OLD, &proof, err);
    if (!status)
        status = tlog_prove_consistency(r, 100, OLD, &proof, err);
    if (!status)
        status = tlog_read_entry(r, 249, OLD, &out, err);
    if (!status)
        status = tlog_read_tile(r, 0, 0, OLD, &out, err);
    tlog_reader_close(r);
    buf_done(&out);
    return status;
}

/* -- the witness -------------------------------------------------------------------------------------- */

static assay_status ask_witness(int *answered, assay_err *err)
{
    static policy p;
    char seen[220];
    signer *k = NULL;
    witness *w = NULL;
    witness_answer a = {0};
    witness_request r = {.note = world.note, .note_length = strlen(world.note)};
    buf body = BUF_INIT;
    snprintf(seen, sizeof seen, "%s/seen", world.work);
    witness_request_write(&r, &body);
    assay_status status = body.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory")
                                      : policy_parse(world.policy, strlen(world.policy), &p, err);
    if (!status)
        status = signer_open(keys, &k, err);
    if (!status)
        status = witness_open(seen, &p, k, &w, err);
    if (!status) {
        witness_add_checkpoint(w, body.data, body.length, &a);
        *answered = a.status;
        buf_done(&a.body);
        if (a.status != 200)
            status = assay_fail(err, a.status == 500 ? ASSAY_MEMORY : ASSAY_CONFLICT, 0,
                                "the witness answers %d", a.status);
    }
    witness_close(w);
    signer_close(k);
    buf_done(&body);
    return status;
}

static assay_status run_witness(assay_err *err)
{
    int status = 0;
    return ask_witness(&status, err);
}

/* Asked again it cosigns, or says (409) that it has seen this tree and from where to go on. */
static const char *after_witness(assay_status said)
{
    static char why[300];
    assay_err err = {0};
    int answered = 0;
    (void)said;
    if (ask_witness(&answered, &err) && answered != 409) {
        snprintf(why, sizeof why, "it answers %d then: %.200s", answered, err.message);
        return why;
    }
    return NULL;
}

/* -- database and log --------------------------------------------------------------------------------- */

static assay_status step(assay_err *err)
{
    notary *n = NULL;
    uint64_t size;
    assay_status status = notary_open(path, &n, err);
    if (!status)
        status = notary_step(n, &size, err);
    notary_close(n);
    return status;
}

static void before_step(void)
{
    assay_err err = {0};
    store *s;
    store_tx *tx;
    uint64_t sequence;
    fresh();
    if (store_open(path, STORE_WRITE, &s, &err) || store_tx_begin(s, &tx, &err))
        fault_die("store", &err);
    for (int i = 0; i < 300; i++)
        if (record_append(tx, "decision.taken", "kim", NULL, "{\"score\":\"90\"}", &sequence, &err))
            fault_die("record", &err);
    if (store_tx_commit(tx, NULL, &err))
        fault_die("commit", &err);
    store_close(s);
}

static void pass_over(const char *what, void *context)
{
    (void)what, (void)context; /* they are counted */
}

static uint64_t erased; /* number of a record that was; 0: none */

static assay_status look(store *s, assay_err *err)
{
    ledger_view *v = NULL;
    notary_check_t found = {0};
    buf out = BUF_INIT;
    uint64_t count;
    assay_status status = ledger_view_open(s, path, &v, err);
    if (!status)
        status = notary_receipt(v, s, 3, RECEIPT_ALL, &out, err);
    if (!status && erased)
        status = notary_receipt(v, s, erased, RECEIPT_ALL, &out, err);
    if (!status)
        status = notary_check(v, s, pass_over, NULL, &found, err);
    if (!status && found.faults)
        status = assay_fail(err, ASSAY_DAMAGED, 0, "%llu faults", (unsigned long long)found.faults);
    if (!status)
        status = notary_rebuild(v, s, &count, err);
    ledger_view_close(v);
    buf_done(&out);
    return status;
}

static assay_status open_and_look(assay_err *err)
{
    store *s = NULL;
    assay_status status = store_open(path, STORE_WRITE, &s, err);
    if (!status)
        status = look(s, err);
    store_close(s);
    return status;
}

static const char *after_step(assay_status said)
{
    static char why[300];
    assay_err err = {0};
    (void)said;
    if (!step(&err) && !open_and_look(&err))
        return NULL;
    snprintf(why, sizeof why, "it does not go on: %.200s", err.message);
    return why;
}

static store *held;

static void before_look(void)
{
    assay_err err = {0};
    store_tx *tx;
    if (held)
        return;
    fresh();
    if (store_open(path, STORE_WRITE, &held, &err) || store_tx_begin(held, &tx, &err) ||
        record_append(tx, "decision.taken", "kim", NULL, "{\"score\":\"90\"}", &erased, &err) ||
        store_record_erase(tx, erased, "kim", "asked for", &err) || store_tx_commit(tx, NULL, &err) || step(&err))
        fault_die("a record that was erased", &err);
}

static assay_status run_look(assay_err *err)
{
    return look(held, err);
}

static const char *after_look(assay_status said)
{
    (void)said;
    return NULL;
}

/* -- a new ledger ------------------------------------------------------------------------------------- */

static void before_init(void)
{
    paths();
    store_close(held);
    held = NULL;
    erased = 0;
    fault_shell("rm -rf %s && mkdir %s", world.work, world.work);
}

static assay_status run_init(assay_err *err)
{
    const notary_wish w = {.origin = "log.test/new", .actor = "ann"};
    store *s = NULL;
    assay_status status = store_open(path, STORE_CREATE, &s, err);
    if (!status)
        status = notary_init(s, path, &w, err);
    store_close(s);
    return status;
}

/* Said again, it is there; what was done already is no hindrance. */
static const char *after_init(assay_status said)
{
    static char why[300];
    assay_err err = {0};
    store *s = NULL;
    notary_settings set = {0};
    const notary_wish w = {.origin = "log.test/new", .actor = "ann"};
    assay_status status = store_open(path, STORE_CREATE, &s, &err);
    bool is_there = !status && notary_settings_read(s, &set, NULL) == ASSAY_OK;
    notary_settings_done(&set);
    if (!status && !said && !is_there)
        return "it was said to be there";
    if (!status && !is_there)
        status = notary_init(s, path, &w, &err);
    store_close(s);
    if (!status && !step(&err))
        return NULL;
    snprintf(why, sizeof why, "it cannot be made then: %.200s", err.message);
    return why;
}

const scene log_scenes[] = {
    {"a file is written whole or not at all", before_file, run_file, after_file, false, SCENE_FILES},
    {"a key is added to the others", fresh, run_add_key, after_add_key, false, SCENE_FILES},
    {"a key is exported", fresh, run_export_key, after_add_key, true, SCENE_ALONE},
    {"a log grows and is signed", before_log, run_log, after_log, false, SCENE_FILES},
    {"a log is read and proves", before_log, run_read, NULL, false, SCENE_FILES},
    {"a witness cosigns", fresh, run_witness, after_witness, false, SCENE_FILES},
    {"records become entries of a signed tree", before_step, step, after_step, false, SCENE_FILES},
    {"a ledger is looked through", before_look, run_look, after_look, false, SCENE_FILES},
    {"a ledger begins", before_init, run_init, after_init, false, SCENE_FILES},
    {0},
};
