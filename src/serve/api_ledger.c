/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log for everybody: its plain files, entries with their proofs, receipts, and a receipt read in
 * words; and the witness for other logs. Nothing here says more than the files do, but for a
 * receipt with its payload, which needs the auditor's scope. */
#include "ledger/checkpoint.h"
#include "ledger/durable.h"
#include "ledger/verify.h"
#include "ledger/witness.h"
#include "base/base64.h"
#include "report/answer.h"
#include "serve/ledger.h"
#include "serve/reply.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT "text/plain; charset=utf-8"

/* The view; NULL after answering that there is none. */
static ledger_view *take(request *r)
{
    ledger_view *v = ledger_take(r->server->ledger);
    if (!v)
        reply_problem(r, 404, NULL, "this plant keeps no ledger",
                      "assay ledger init DB --origin NAME, while the server stands still");
    return v;
}

static void give(request *r)
{
    ledger_give(r->server->ledger);
}

static bool number_part(request *r, uint64_t *out)
{
    const char *text = request_part(r, 0);
    if (ledger_number(text, strlen(text), out))
        return true;
    reply_problemf(r, 404, NULL, "\"%.40s\" is not a number", text);
    return false;
}

/* -- files (C2SP tlog-tiles) ---------------------------------------------------------------------------- */

void api_ledger_checkpoint(request *r)
{
    assay_err err;
    ledger_tree t;
    ledger_view *v = take(r);
    if (!v)
        return;
    assay_status status = ledger_view_tree(v, UINT64_MAX, &t, &err);
    give(r);
    if (status != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    reply_header(r, "Cache-Control", "public, max-age=2");
    reply_header(r, "Access-Control-Allow-Origin", "*");
    reply_bytes(r, 200, TEXT, &t.note);
    buf_done(&t.note);
}

/* "/ledger/tile/..." as it stands on the disk. */
void api_ledger_tile(request *r)
{
    char path[PATH_MAX];
    tile t;
    buf bytes = BUF_INIT;
    assay_err err;
    const char *relative = r->path + strlen("/ledger/");
    if (!tile_path_parse(relative, &t)) {
        reply_problemf(r, 404, NULL, "%.100s is not the path of a tile", r->path);
        return;
    }
    const ledger_view *v = take(r);
    if (!v)
        return;
    snprintf(path, sizeof path, "%.*s/%s", PATH_MAX - 128, ledger_view_directory(v), relative);
    give(r);
    assay_status status = durable_read(path, LOG_BUNDLE_MAX, &bytes, &err);
    if (status == ASSAY_NOT_FOUND)
        reply_problemf(r, 404, NULL, "the log has no %.100s", relative);
    else if (status != ASSAY_OK)
        reply_error(r, &err);
    else {
        reply_header(r, "Cache-Control", "public, max-age=31536000, immutable");
        reply_header(r, "Access-Control-Allow-Origin", "*");
        reply_bytes(r, 200, "application/octet-stream", &bytes);
    }
    buf_done(&bytes);
}

/* -- what it is ------------------------------------------------------------------------------------------- */

static void write_hash(json *j, const char *name, const uint8_t *bytes)
{
    buf text = BUF_INIT;
    base64_add(&text, bytes, 32, BASE64_STANDARD);
    if (name)
        json_member_text(j, name, buf_text(&text));
    else
        json_text(j, buf_text(&text));
    buf_done(&text);
}

static void write_time(json *j, uint64_t seconds)
{
    answer_time(j, "time", (int64_t)seconds * 1000000000, TIME_OFFSET_NONE);
}

static void write_witnesses(json *j, const policy *p, const policy_verdict *by)
{
    json_key(j, "witnesses");
    json_array(j);
    for (size_t i = 0; i < p->witness_count; i++) {
        json_flat_object(j);
        json_member_text(j, "name", p->witnesses[i].name);
        json_member_bool(j, "cosigned", by->seen[i] != 0);
        if (by->seen[i])
            write_time(j, by->seen[i]);
        json_end(j);
    }
    json_end(j);
    json_member_bool(j, "quorum", by->has_quorum);
}

static void write_tree(json *j, ledger_view *v, const ledger_tree *t)
{
    policy_verdict by = {.log = -1};
    note *n = malloc(sizeof *n);
    json_key(j, "checkpoint");
    json_object(j);
    json_member_unsigned(j, "size", t->size);
    write_hash(j, "root", t->root);
    json_member_text(j, "note", buf_text(&t->note));
    if (n && note_parse(t->note.data, t->note.length, n, NULL) == ASSAY_OK &&
        policy_judge(ledger_view_policy(v), n, &by, NULL) == ASSAY_OK)
        write_witnesses(j, ledger_view_policy(v), &by);
    json_end(j);
    free(n);
}

/* When the tree was last added to, as far as the tree itself tells. */
static void write_newest(json *j, ledger_view *v, const ledger_tree *t)
{
    buf text = BUF_INIT;
    ledger_entry e;
    if (t->size &&
        tlog_read_entry(ledger_view_reader(v), t->size - 1, t->size, &text, NULL) == ASSAY_OK &&
        entry_parse(buf_text(&text), text.length, &e, NULL) == ASSAY_OK) {
        json_key(j, "newest");
        json_flat_object(j);
        json_member_text(j, "type", e.type);
        answer_time(j, "time", e.time, TIME_OFFSET_NONE);
        json_end(j);
    }
    buf_done(&text);
}

static void write_keys(json *j, const notary_settings *set)
{
    const char *at = buf_text(&set->keys);
    json_key(j, "keys");
    json_array(j);
    while (*at) {
        char key[NOTE_NAME_MAX + 64];
        size_t length = strcspn(at, "\n");
        snprintf(key, sizeof key, "%.*s", (int)length, at);
        json_text(j, key);
        at += length + (at[length] == '\n');
    }
    json_end(j);
}

void api_ledger_show(request *r)
{
    assay_err err;
    ledger_tree t = {.size = 0};
    buf whom = BUF_INIT;
    ledger_view *v = take(r);
    if (!v)
        return;
    ledger_health h = ledger_state(r->server->ledger);
    assay_status status = ledger_view_tree(v, UINT64_MAX, &t, &err);
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_text(j, "origin", ledger_view_settings(v)->origin);
    write_keys(j, ledger_view_settings(v));
    policy_write(ledger_view_policy(v), &whom);
    json_member_text(j, "policy", buf_text(&whom));
    json_member_text(j, "trouble", h.trouble);
    if (status == ASSAY_OK) {
        write_tree(j, v, &t);
        write_newest(j, v, &t);
    }
    json_end(j);
    give(r);
    reply_end(r, j);
    buf_done(&whom);
    buf_done(&t.note);
}

/* -- one entry and its proof ---------------------------------------------------------------------------------- */

static assay_status read_proof(ledger_view *v, uint64_t index, ledger_tree *t, buf *entry,
                               merkle_proof *proof, assay_err *err)
{
    assay_status status = ledger_view_tree(v, index, t, err);
    if (status == ASSAY_OK && index >= t->size)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "the signed tree has %llu entries, none is %llu",
                            (unsigned long long)t->size, (unsigned long long)index);
    if (status == ASSAY_OK)
        status = tlog_read_entry(ledger_view_reader(v), index, t->size, entry, err);
    if (status == ASSAY_OK)
        status = tlog_prove_inclusion(ledger_view_reader(v), index, t->size, proof, err);
    return status;
}

void api_ledger_entry(request *r)
{
    assay_err err;
    uint64_t index;
    ledger_tree t = {.size = 0};
    buf entry = BUF_INIT;
    merkle_proof proof;
    ledger_view *v = number_part(r, &index) ? take(r) : NULL;
    if (!v)
        return;
    assay_status status = read_proof(v, index, &t, &entry, &proof, &err);
    if (status == ASSAY_OK) {
        json *j = reply_json(r, 200);
        json_object(j);
        json_member_unsigned(j, "index", index);
        json_member_text(j, "entry", buf_text(&entry));
        json_key(j, "proof");
        json_flat_array(j);
        for (size_t i = 0; i < proof.count; i++)
            write_hash(j, NULL, proof.hash[i].bytes);
        json_end(j);
        write_tree(j, v, &t);
        json_end(j);
        reply_end(r, j);
    } else
        reply_error(r, &err);
    give(r);
    buf_done(&entry);
    buf_done(&t.note);
}

/* -- receipts ----------------------------------------------------------------------------------------------------- */

static void answer_receipt(request *r, uint64_t sequence, receipt_scope shows)
{
    assay_err err;
    char name[80];
    buf text = BUF_INIT;
    store *s = reader_here(r->server, &err);
    ledger_view *v = s ? take(r) : NULL;
    if (!s)
        reply_error(r, &err);
    if (!v)
        return;
    assay_status status = notary_receipt(v, s, sequence, shows, &text, &err);
    give(r);
    if (status == ASSAY_BUSY) {
        reply_problem(r, 409, NULL, err.message, "ask again in a moment");
        reply_header(r, "Retry-After", "1");
    } else if (status != ASSAY_OK)
        reply_error(r, &err);
    else {
        snprintf(name, sizeof name, "attachment; filename=\"record-%llu.tlog-proof\"",
                 (unsigned long long)sequence);
        reply_header(r, "Content-Disposition", name);
        reply_bytes(r, 200, TEXT, &text);
    }
    buf_done(&text);
}

void api_ledger_record_receipt(request *r)
{
    uint64_t sequence;
    if (number_part(r, &sequence))
        answer_receipt(r, sequence, request_flag(r, "texts") ? RECEIPT_ALL : RECEIPT_PLAIN);
}

void api_ledger_entry_receipt(request *r)
{
    uint64_t index;
    if (number_part(r, &index))
        answer_receipt(r, index + 1, RECEIPT_BARE);
}

/* -- a receipt in words --------------------------------------------------------------------------------------------- */

static void write_id(json *j, const char *name, const uint8_t *id, bool is_there)
{
    char hex[33];
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", id[i]);
    json_member_text(j, name, is_there ? hex : NULL);
}

static void write_verdict(json *j, const receipt_verdict *v, const policy *p)
{
    static const char *const states[] = {"absent", "proven", "erased"};
    json_member_text(j, "verdict", v->by.has_quorum ? "proven" : "too-few-witnesses");
    json_member_text(j, "log", v->tree.origin);
    json_member_unsigned(j, "index", v->index);
    json_member_unsigned(j, "size", v->tree.size);
    write_hash(j, "root", v->tree.root.bytes);
    json_member_text(j, "entry", buf_text(&v->entry_text));
    if (v->has_entry) {
        json_member_text(j, "type", v->entry.type);
        answer_time(j, "time", v->entry.time, TIME_OFFSET_NONE);
        write_id(j, "actor", v->entry.actor, v->entry.has_actor);
        write_id(j, "object", v->entry.object, v->entry.has_object);
    }
    json_member_text(j, "payload_state", states[v->payload]);
    if (v->payload == PAYLOAD_PROVEN) {
        json_member_text(j, "payload", buf_text(&v->payload_text));
        answer_names(j, "withheld", &v->withheld);
    }
    if (v->payload == PAYLOAD_ERASED) {
        json_member_unsigned(j, "erased_by", v->erased_index);
        answer_time(j, "erased_time", v->erased_time, TIME_OFFSET_NONE);
    }
    write_witnesses(j, p, &v->by);
}

void api_ledger_verify(request *r)
{
    assay_err err;
    receipt_verdict verdict;
    policy *p = malloc(sizeof *p);
    ledger_view *v = p ? take(r) : NULL;
    if (!v) {
        free(p);
        return;
    }
    *p = *ledger_view_policy(v);
    give(r);
    assay_status status =
        receipt_verify(buf_text(&r->body), r->body.length, p, NULL, 0, &verdict, &err);
    json *j = reply_json(r, 200);
    json_object(j);
    if (status == ASSAY_OK)
        write_verdict(j, &verdict, p);
    else {
        json_member_text(j, "verdict", "refused");
        json_member_text(j, "why", err.message);
    }
    json_end(j);
    reply_end(r, j);
    receipt_verdict_done(&verdict);
    free(p);
}

/* -- the witness (C2SP tlog-witness) ------------------------------------------------------------------------------------ */

static void send_answer(request *r, witness_answer *a)
{
    reply_bytes(r, (unsigned)a->status, a->type, &a->body);
    buf_done(&a->body);
}

static struct witness *its_witness(request *r)
{
    struct witness *w = ledger_witness(r->server->ledger);
    if (!w)
        reply_problem(r, 404, NULL, "this server is not a witness", NULL);
    return w;
}

void api_witness_add(request *r)
{
    witness_answer a;
    struct witness *w = its_witness(r);
    if (!w)
        return;
    witness_add_checkpoint(w, buf_text(&r->body), r->body.length, &a);
    send_answer(r, &a);
}

void api_witness_seen(request *r)
{
    witness_answer a;
    struct witness *w = its_witness(r);
    if (!w)
        return;
    witness_checkpoint(w, request_part(r, 0), &a);
    send_answer(r, &a);
}
