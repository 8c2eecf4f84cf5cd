/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the log as anybody could, and asking for cosignatures, which needs no key either. */
#include "notary/inner.h"

#include "base/i18n.h"

#include "ledger/durable.h"
#include "ledger/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ledger_view {
    notary_settings set;
    char directory[1024];
    note_key keys[NOTARY_KEYS];
    size_t key_count;
    policy policy;
    tlog_reader *reader;
    uint64_t old[POLICY_WITNESSES]; /* what each witness has, as far as it said */
};

assay_status ledger_view_open(store *s, const char *path, ledger_view **out, assay_err *err)
{
    ledger_view *v = calloc(1, sizeof *v);
    if (!v)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the ledger");
    assay_status status = notary_settings_read(s, &v->set, err);
    notary_directory(&v->set, path, v->directory, sizeof v->directory);
    if (status == ASSAY_OK)
        status = settings_keys(&v->set, v->keys, NOTARY_KEYS, &v->key_count, err);
    if (status == ASSAY_OK)
        status = settings_policy(&v->set, v->keys, v->key_count, &v->policy, err);
    if (status == ASSAY_OK)
        status = tlog_reader_open(v->directory, 0, &v->reader, err);
    if (status != ASSAY_OK) {
        ledger_view_close(v);
        return status;
    }
    *out = v;
    return ASSAY_OK;
}

void ledger_view_close(ledger_view *v)
{
    if (!v)
        return;
    notary_settings_done(&v->set);
    tlog_reader_close(v->reader);
    free(v);
}

const notary_settings *ledger_view_settings(const ledger_view *v)
{
    return &v->set;
}

const char *ledger_view_directory(const ledger_view *v)
{
    return v->directory;
}

tlog_reader *ledger_view_reader(ledger_view *v)
{
    return v->reader;
}

const policy *ledger_view_policy(const ledger_view *v)
{
    return &v->policy;
}

bool ledger_view_has_witnesses(const ledger_view *v)
{
    for (size_t i = 0; i < v->policy.witness_count; i++)
        if (*v->policy.witnesses[i].url)
            return true;
    return false;
}

/* -- signed trees ------------------------------------------------------------------------------------ */

static assay_status read_tree(ledger_view *v, const char *name, ledger_tree *out,
                              policy_verdict *by, assay_err *err)
{
    char path[1200];
    note n;
    checkpoint c;
    buf text = BUF_INIT;
    snprintf(path, sizeof path, "%s/%s", v->directory, name);
    assay_status status = durable_read(path, LOG_CHECKPOINT_MAX, &text, err);
    if (status == ASSAY_OK)
        status = note_parse(buf_text(&text), text.length, &n, err);
    if (status == ASSAY_OK)
        status = policy_judge(&v->policy, &n, by, err);
    if (status == ASSAY_OK)
        status = checkpoint_parse(n.text, n.text_length, &c, err);
    if (status == ASSAY_OK && strcmp(c.origin, v->set.origin) != 0)
        status = assay_fail(err, ASSAY_CONFLICT, 0, "%s is of %s", path, c.origin);
    if (status != ASSAY_OK) {
        buf_done(&text);
        return status;
    }
    *out = (ledger_tree){.size = c.size, .note = text};
    memcpy(out->root, c.root.bytes, 32);
    return ASSAY_OK;
}

assay_status ledger_view_tree(ledger_view *v, uint64_t index, ledger_tree *out, assay_err *err)
{
    ledger_tree newest, seen;
    policy_verdict by;
    assay_status status = read_tree(v, "checkpoint", &newest, &by, err);
    if (status == ASSAY_NOT_FOUND) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, "nothing is signed yet");
        return assay_hint(err, _("assay serve signs what comes, assay ledger sign what is there"));
    }
    if (status != ASSAY_OK)
        return status;
    if (by.has_quorum && (index == UINT64_MAX || v->policy.quorum >= 0)) {
        *out = newest;
        return ASSAY_OK;
    }
    bool has_seen = v->policy.quorum >= 0 && read_tree(v, "witnessed", &seen, &by, NULL) == ASSAY_OK;
    bool is_better = has_seen && by.has_quorum && (index == UINT64_MAX ? seen.size == newest.size
                                                                       : seen.size > index);
    if (has_seen)
        buf_done(is_better ? &newest.note : &seen.note);
    *out = is_better ? seen : newest;
    return ASSAY_OK;
}

/* -- asking witnesses ----------------------------------------------------------------------------------- */

/* One question. ASSAY_BUSY: the witness has another size, v->old is it now. */
static assay_status ask(ledger_view *v, size_t i, const ledger_tree *t, buf *lines, assay_err *err)
{
    const policy_witness *w = &v->policy.witnesses[i];
    char url[POLICY_URL + 32];
    long answered;
    buf body = BUF_INIT, answer = BUF_INIT;
    witness_request r = {.old = v->old[i], .note = t->note.data, .note_length = t->note.length};
    assay_status status = ASSAY_OK;
    if (r.old && r.old < t->size)
        status = tlog_prove_consistency(v->reader, r.old, t->size, &r.proof, err);
    witness_request_write(&r, &body);
    snprintf(url, sizeof url, "%s/add-checkpoint", w->url);
    if (status == ASSAY_OK)
        web_ask(url, &body, &answered, &answer, err);
    uint64_t size;
    size_t length = answer.length ? answer.length - 1 : 0;
    if (status != ASSAY_OK)
        ;
    else if (answered == 200) {
        buf_add(lines, answer.data, answer.length);
        v->old[i] = t->size;
    } else if (answered == 409 && ledger_number(buf_text(&answer), length, &size) && size != v->old[i]) {
        v->old[i] = size;
        status = ASSAY_BUSY;
    } else if (answered)
        status = assay_fail(err, answered == 422 ? ASSAY_CONFLICT : ASSAY_IO, 0,
                            "witness %s answers %ld: %.120s", w->name, answered, buf_text(&answer));
    else
        status = ASSAY_IO;
    buf_done(&body);
    buf_done(&answer);
    return status;
}

/* The line must be the witness's own, right, and nothing else. */
static assay_status check_line(const ledger_view *v, size_t i, const ledger_tree *t,
                               const buf *lines, assay_err *err)
{
    buf text = BUF_INIT;
    note n;
    buf_add(&text, t->note.data, t->note.length);
    buf_add(&text, lines->data, lines->length);
    assay_status status = note_parse(buf_text(&text), text.length, &n, err);
    if (status == ASSAY_OK)
        status = note_verify(&n, &v->policy.witnesses[i].key, NULL, err);
    buf_done(&text);
    return status == ASSAY_OK ? ASSAY_OK
                              : assay_fail(err, ASSAY_CONFLICT, 0,
                                           "the cosignature of witness %s is not one",
                                           v->policy.witnesses[i].name);
}

static assay_status cosign(ledger_view *v, size_t i, ledger_tree *t, assay_err *err)
{
    buf lines = BUF_INIT;
    assay_status status = ask(v, i, t, &lines, err);
    if (status == ASSAY_BUSY && v->old[i] <= t->size)
        status = ask(v, i, t, &lines, err);
    if (status == ASSAY_BUSY)
        status = assay_fail(err, ASSAY_CONFLICT, 0, "witness %s has seen %llu entries, this tree has %llu",
                            v->policy.witnesses[i].name, (unsigned long long)v->old[i],
                            (unsigned long long)t->size);
    if (status == ASSAY_OK)
        status = check_line(v, i, t, &lines, err);
    if (status == ASSAY_OK)
        buf_add(&t->note, lines.data, lines.length);
    buf_done(&lines);
    return status;
}

static assay_status keep(const ledger_view *v, const ledger_tree *t, assay_err *err)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/witnessed", v->directory);
    return durable_write(path, 0644, t->note.data, t->note.length, err);
}

assay_status ledger_view_witness(ledger_view *v, size_t *lacking, assay_err *err)
{
    ledger_tree t;
    policy_verdict by;
    note n;
    bool is_more = false;
    *lacking = 0;
    assay_status status = ledger_view_tree(v, UINT64_MAX, &t, err);
    if (status != ASSAY_OK)
        return status;
    status = note_parse(t.note.data, t.note.length, &n, err);
    if (status == ASSAY_OK)
        status = policy_judge(&v->policy, &n, &by, err);
    for (size_t i = 0; i < v->policy.witness_count && status == ASSAY_OK; i++) {
        if (by.seen[i] || !*v->policy.witnesses[i].url)
            continue;
        bool is_given = cosign(v, i, &t, err) == ASSAY_OK;
        is_more |= is_given;
        *lacking += !is_given;
    }
    if (status == ASSAY_OK && is_more)
        status = note_parse(t.note.data, t.note.length, &n, err);
    if (status == ASSAY_OK && is_more)
        status = policy_judge(&v->policy, &n, &by, err);
    if (status == ASSAY_OK && is_more && by.has_quorum)
        status = keep(v, &t, err);
    buf_done(&t.note);
    return status;
}
