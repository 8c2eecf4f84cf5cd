/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an owner takes home: one file that proves its entry without us. It is checked as its reader
 * will check it before it is given out. */
#include "notary/inner.h"

#include "base/base64.h"
#include "base/i18n.h"
#include "ledger/receipt.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const object_id *tenant;
    uint64_t sequence;
    receipt_scope scope;
    json_t *extra;
    buf entry;
    bool is_found, is_erased, is_short; /* is_short: memory ended, something is missing in extra */
    assay_status status;
    assay_err *err;
} gathering;

static void set_member(gathering *g, const char *name, json_t *value)
{
    g->is_short |= json_object_set_new(g->extra, name, value) != 0;
}

static void set_base64(gathering *g, const char *name, const void *bytes, size_t length,
                       base64_form form)
{
    buf text = BUF_INIT;
    base64_add(&text, bytes, length, form);
    g->is_short |= text.failed;
    set_member(g, name, json_stringn(buf_text(&text), text.length));
    buf_done(&text);
}

static bool show_all(const char *name, const json_t *value)
{
    (void)name, (void)value;
    return true;
}

/* An older commitment opens as a whole or not at all. */
static assay_status add_whole(gathering *g, const record *r)
{
    json_error_t fault;
    json_t *all = json_loads(r->payload, 0, &fault);
    g->is_short |= !all && json_error_code(&fault) == json_error_out_of_memory;
    bool is_plain = payload_member_is_plain("", all);
    json_decref(all);
    if (g->scope == RECEIPT_ALL || is_plain) {
        set_base64(g, "salt", r->salt, r->salt_length, BASE64_URL);
        set_member(g, "payload", json_string(r->payload));
    }
    return ASSAY_OK;
}

static assay_status add_payload(gathering *g, const record *r)
{
    if (r->form != COMMIT_MEMBERS)
        return add_whole(g, r);
    return commitment_show(r->salt, r->payload, strlen(r->payload),
                           g->scope == RECEIPT_ALL ? show_all : payload_member_is_plain, g->extra,
                           g->err);
}

static bool gather(const record *r, void *context)
{
    gathering *g = context;
    g->is_found = r->sequence == g->sequence;
    if (!g->is_found)
        return false;
    g->is_erased = !r->payload;
    g->status = notary_entry(r, g->tenant, &g->entry, g->err);
    if (g->status == ASSAY_OK)
        set_member(g, "entry", json_stringn(g->entry.data, g->entry.length));
    if (g->status == ASSAY_OK && g->scope != RECEIPT_BARE && r->payload)
        g->status = add_payload(g, r);
    return false;
}

/* -- the entry that erased it ------------------------------------------------------------------------- */

typedef struct {
    uint64_t earlier, sequence;
    const object_id *tenant;
    buf entry;
    assay_status status;
    assay_err *err;
} eraser;

static bool find_eraser(const record *r, void *context)
{
    eraser *e = context;
    if (r->earlier != e->earlier)
        return true;
    e->sequence = r->sequence;
    e->status = notary_entry(r, e->tenant, &e->entry, e->err);
    return false;
}

static json_t *proof_list(gathering *g, const merkle_proof *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->count; i++) {
        buf text = BUF_INIT;
        base64_add(&text, p->hash[i].bytes, 32, BASE64_STANDARD);
        g->is_short |= text.failed ||
                       json_array_append_new(list, json_stringn(buf_text(&text), text.length)) != 0;
        buf_done(&text);
    }
    return list;
}

/* The tree may be one in which the erasing is not yet: then nothing is said of it. */
static assay_status add_eraser(ledger_view *v, store *s, gathering *g, uint64_t size,
                               assay_err *err)
{
    eraser e = {.earlier = g->sequence, .tenant = g->tenant, .err = err};
    merkle_proof proof;
    assay_status status =
        store_record_heads(s, "payload.erased", g->sequence + 1, find_eraser, &e, err);
    if (status == ASSAY_OK)
        status = e.status;
    if (status == ASSAY_OK && e.sequence && e.sequence <= size) {
        status = tlog_prove_inclusion(ledger_view_reader(v), e.sequence - 1, size, &proof, err);
        if (status == ASSAY_OK)
            set_member(g, "erased",
                       json_pack("{s:I, s:o, s:o}", "index", (json_int_t)(e.sequence - 1), "entry",
                                 json_stringn(buf_text(&e.entry), e.entry.length), "proof",
                                 proof_list(g, &proof)));
    }
    buf_done(&e.entry);
    return status;
}

/* -- writing ---------------------------------------------------------------------------------------------- */

static assay_status check_leaf(const gathering *g, const receipt *r, const ledger_tree *t,
                               assay_err *err)
{
    hasher *h;
    sha256 leaf, root;
    assay_status status = hasher_new(&h, err);
    if (status != ASSAY_OK)
        return status;
    memcpy(root.bytes, t->root, 32);
    status = merkle_leaf(h, g->entry.data, g->entry.length, &leaf, err);
    if (status == ASSAY_OK)
        status = merkle_verify_inclusion(h, &leaf, r->index, t->size, r->proof.hash, r->proof.count,
                                         &root, err);
    hasher_free(h);
    if (status == ASSAY_CONFLICT) {
        assay_fail(err, ASSAY_DAMAGED, 0, "record %llu is not what the log has as entry %llu",
                   (unsigned long long)r->index + 1, (unsigned long long)r->index);
        status = assay_hint(err, _("assay ledger verify tells which of them is damaged"));
    }
    return status;
}

static assay_status write(const gathering *g, receipt *r, const ledger_tree *t, buf *out,
                          assay_err *err)
{
    char *text = json_dumps(g->extra, JSON_COMPACT | JSON_SORT_KEYS);
    buf extra = BUF_INIT;
    assay_status status = ASSAY_OK;
    if (text)
        base64_add(&extra, text, strlen(text), BASE64_STANDARD);
    if (extra.length <= RECEIPT_EXTRA_MAX) { /* a larger payload travels beside its receipt */
        r->extra = extra.data;
        r->extra_length = extra.length;
    } else {
        static const char *const parts[] = {"payload", "salt", "salts", "withheld"};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            json_object_del(g->extra, parts[i]);
        buf_clear(&extra);
        free(text);
        text = json_dumps(g->extra, JSON_COMPACT | JSON_SORT_KEYS);
        if (text)
            base64_add(&extra, text, strlen(text), BASE64_STANDARD);
        r->extra = extra.data;
        r->extra_length = extra.length;
    }
    r->note = t->note.data;
    r->note_length = t->note.length;
    if (text && !g->is_short && !extra.failed)
        receipt_write(r, out);
    if (!text || g->is_short || out->failed || extra.failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a receipt");
    buf_done(&extra);
    free(text);
    return status;
}

static assay_status prove(ledger_view *v, store *s, gathering *g, buf *out, assay_err *err)
{
    ledger_tree t;
    receipt r = {.index = g->sequence - 1};
    assay_status status = ledger_view_tree(v, r.index, &t, err);
    if (status == ASSAY_NOT_FOUND)
        return assay_fail(err, ASSAY_BUSY, 0, "record %llu is not in a signed tree yet",
                          (unsigned long long)g->sequence);
    if (status != ASSAY_OK)
        return status;
    if (r.index >= t.size)
        status = assay_fail(err, ASSAY_BUSY, 0, "record %llu is not in a signed tree yet",
                            (unsigned long long)g->sequence);
    if (status == ASSAY_OK)
        status = tlog_prove_inclusion(ledger_view_reader(v), r.index, t.size, &r.proof, err);
    if (status == ASSAY_OK)
        status = check_leaf(g, &r, &t, err);
    if (status == ASSAY_OK && g->is_erased)
        status = add_eraser(v, s, g, t.size, err);
    if (status == ASSAY_OK)
        status = write(g, &r, &t, out, err);
    buf_done(&t.note);
    return status;
}

static void set_key(const ledger_view *v, gathering *g)
{
    const char *keys = buf_text(&ledger_view_settings(v)->keys);
    set_member(g, "log", json_stringn(keys, strcspn(keys, "\n")));
}

assay_status notary_receipt(ledger_view *v, store *s, uint64_t sequence,
                            receipt_scope scope, buf *out, assay_err *err)
{
    gathering g = {.tenant = &ledger_view_settings(v)->tenant, .sequence = sequence,
                   .scope = scope, .extra = json_object(), .err = err};
    if (!g.extra)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a receipt");
    set_key(v, &g);
    assay_status status = sequence ? store_records(s, NULL, sequence, gather, &g, err) : ASSAY_OK;
    if (status == ASSAY_OK)
        status = g.status;
    if (status == ASSAY_OK && !g.is_found)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no record %llu",
                            (unsigned long long)sequence);
    if (status == ASSAY_OK)
        status = prove(v, s, &g, out, err);
    json_decref(g.extra);
    buf_done(&g.entry);
    return status;
}
