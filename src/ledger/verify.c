/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/verify.h"

#include "base/base64.h"
#include "base/i18n.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* -- the extra line ------------------------------------------------------------------------------- */

/* *out NULL: none, or not one of ours. */
static assay_status read_extra(const receipt *r, json_t **out, assay_err *err)
{
    size_t used;
    json_error_t fault = {.text = "not base64"};
    uint8_t *bytes = malloc(r->extra_length + 1);
    json_t *o = NULL;
    *out = NULL;
    if (bytes && r->extra && base64_read(r->extra, r->extra_length, BASE64_STANDARD, bytes,
                                         r->extra_length, &used))
        o = json_loadb((const char *)bytes, used, JSON_REJECT_DUPLICATES, &fault);
    if (!bytes || (!o && json_error_code(&fault) == json_error_out_of_memory)) {
        free(bytes);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a receipt");
    }
    free(bytes);
    if (json_is_object(o))
        *out = o;
    else
        json_decref(o);
    return ASSAY_OK;
}

static const char *text_of(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

/* -- who signed --------------------------------------------------------------------------------------- */

static assay_status judge_by_hint(const note *n, const json_t *extra, receipt_verdict *v,
                                  assay_err *err)
{
    const char *vkey = text_of(extra, "log");
    if (!vkey) {
        assay_fail(err, ASSAY_MISSING, 0, "no key is known that could have signed it");
        return assay_hint(err, _("--policy FILE with a line: log VKEY"));
    }
    assay_status status = note_key_parse(vkey, &v->log, err);
    if (status == ASSAY_OK)
        status = note_verify(n, &v->log, NULL, err);
    v->by.log = -1;
    return status == ASSAY_NOT_FOUND
               ? assay_fail(err, ASSAY_CONFLICT, 0, "%s has not signed it", v->log.name)
               : status;
}

static assay_status judge(const note *n, const policy *p, const json_t *extra, receipt_verdict *v,
                          assay_err *err)
{
    if (!p)
        return judge_by_hint(n, extra, v, err);
    assay_status status = policy_judge(p, n, &v->by, err);
    if (status == ASSAY_NOT_FOUND)
        return assay_fail(err, ASSAY_CONFLICT, 0, "no log of the policy has signed it");
    if (status != ASSAY_OK)
        return status;
    v->is_trusted = true;
    v->log = p->logs[v->by.log].key;
    return ASSAY_OK;
}

static assay_status read_note(const receipt *r, const policy *p, const json_t *extra,
                              receipt_verdict *v, assay_err *err)
{
    note *n = malloc(sizeof *n);
    if (!n)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a note");
    assay_status status = note_parse(r->note, r->note_length, n, err);
    if (status == ASSAY_OK)
        status = checkpoint_parse(n->text, n->text_length, &v->tree, err);
    if (status == ASSAY_OK)
        status = judge(n, p, extra, v, err);
    if (status == ASSAY_OK && strcmp(v->tree.origin, v->log.name) != 0)
        status = assay_fail(err, ASSAY_CONFLICT, 0, "the checkpoint is of %s, the key of %s",
                            v->tree.origin, v->log.name);
    free(n);
    return status;
}

/* -- what is in the tree ---------------------------------------------------------------------------------- */

static assay_status is_included(const receipt_verdict *v, const void *entry, size_t length,
                                uint64_t index, const merkle_proof *proof, assay_err *err)
{
    hasher *h;
    sha256 leaf;
    assay_status status = hasher_new(&h, err);
    if (status != ASSAY_OK)
        return status;
    status = merkle_leaf(h, entry, length, &leaf, err);
    if (status == ASSAY_OK)
        status = merkle_verify_inclusion(h, &leaf, index, v->tree.size, proof->hash, proof->count,
                                         &v->tree.root, err);
    hasher_free(h);
    return status;
}

/* Of an older record: all or nothing. */
static assay_status open_whole(const json_t *extra, const json_t *payload, receipt_verdict *v,
                               assay_err *err)
{
    const char *salt = text_of(extra, "salt");
    uint8_t bytes[64];
    size_t used;
    if (!salt || !base64_read(salt, strlen(salt), BASE64_URL, bytes, sizeof bytes, &used))
        return assay_fail(err, ASSAY_FORMAT, 0, "the receipt's salt is not base64url");
    return entry_open(&v->entry, COMMIT_WHOLE, bytes, used, json_string_value(payload),
                      json_string_length(payload), err);
}

static assay_status open_parts(const json_t *extra, receipt_verdict *v, assay_err *err)
{
    sha256 digest;
    const char *name;
    json_t *value;
    assay_status status = commitment_of_parts(extra, &digest, err);
    if (status == ASSAY_OK)
        status = entry_commits(&v->entry, &digest, err);
    json_object_foreach(json_object_get(extra, "withheld"), name, value)
    {
        if (status == ASSAY_OK)
            buf_add(&v->withheld, name, strlen(name) + 1);
    }
    return status;
}

static assay_status open_payload(const json_t *extra, receipt_verdict *v, assay_err *err)
{
    const json_t *payload = json_object_get(extra, "payload");
    if (!json_is_string(payload))
        return ASSAY_OK;
    assay_status status = json_object_get(extra, "salts") ? open_parts(extra, v, err)
                                                          : open_whole(extra, payload, v, err);
    if (status != ASSAY_OK)
        return status;
    buf_add(&v->payload_text, json_string_value(payload), json_string_length(payload));
    v->payload = PAYLOAD_PROVEN;
    return v->payload_text.failed || v->withheld.failed
               ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a payload")
               : ASSAY_OK;
}

static bool read_proof(const json_t *list, merkle_proof *out)
{
    size_t used;
    out->count = json_array_size(list);
    if (!json_is_array(list) || out->count > MERKLE_PROOF_MAX)
        return false;
    for (size_t i = 0; i < out->count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !base64_read(text, strlen(text), BASE64_STANDARD, out->hash[i].bytes, 32, &used) ||
            used != 32)
            return false;
    }
    return true;
}

/* The log's own word that the payload is gone: an entry behind this one that names it. */
static assay_status check_erased(const json_t *o, receipt_verdict *v, assay_err *err)
{
    const char *text = text_of(o, "entry");
    const json_t *index = json_object_get(o, "index");
    ledger_entry e;
    merkle_proof proof;
    if (!o || !text || !json_is_integer(index) || json_integer_value(index) < 0 ||
        !read_proof(json_object_get(o, "proof"), &proof))
        return o ? assay_fail(err, ASSAY_FORMAT, 0, "the receipt's word of erasing is malformed")
                 : ASSAY_OK;
    v->erased_index = (uint64_t)json_integer_value(index);
    assay_status status = entry_parse(text, strlen(text), &e, err);
    if (status == ASSAY_OK)
        status = is_included(v, text, strlen(text), v->erased_index, &proof, err);
    if (status == ASSAY_OK && (strcmp(e.type, "payload.erased") != 0 || !e.has_prev || e.prev != v->index))
        status = assay_fail(err, ASSAY_CONFLICT, 0, "entry %llu does not erase this one",
                            (unsigned long long)v->erased_index);
    if (status != ASSAY_OK)
        return status;
    v->erased_time = e.time;
    v->payload = PAYLOAD_ERASED;
    return ASSAY_OK;
}

static assay_status check_entry(const receipt *r, const json_t *extra, const void *entry,
                                size_t length, receipt_verdict *v, assay_err *err)
{
    const char *own = text_of(extra, "entry");
    if (!entry && own) {
        entry = own;
        length = json_string_length(json_object_get(extra, "entry"));
    }
    if (!entry) {
        assay_fail(err, ASSAY_MISSING, 0, "the receipt does not hold the entry that it proves");
        return assay_hint(err, "--entry FILE");
    }
    assay_status status = is_included(v, entry, length, r->index, &r->proof, err);
    if (status != ASSAY_OK)
        return status;
    buf_add(&v->entry_text, entry, length);
    if (v->entry_text.failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an entry");
    status = entry_parse(entry, length, &v->entry, NULL);
    v->has_entry = status == ASSAY_OK;
    if (status == ASSAY_MEMORY)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an entry");
    if (!v->has_entry)
        return ASSAY_OK;
    status = open_payload(extra, v, err);
    return status == ASSAY_OK ? check_erased(json_object_get(extra, "erased"), v, err) : status;
}

assay_status receipt_verify(const char *bytes, size_t length, const policy *p, const void *entry,
                            size_t entry_length, receipt_verdict *out, assay_err *err)
{
    receipt r;
    *out = (receipt_verdict){.index = 0};
    assay_status status = receipt_parse(bytes, length, &r, err);
    if (status != ASSAY_OK)
        return status;
    json_t *extra;
    out->index = r.index;
    status = read_extra(&r, &extra, err);
    if (status != ASSAY_OK)
        return status;
    status = read_note(&r, p, extra, out, err);
    if (status == ASSAY_OK)
        status = check_entry(&r, extra, entry, entry_length, out, err);
    json_decref(extra);
    return status;
}

void receipt_verdict_done(receipt_verdict *v)
{
    buf_done(&v->entry_text);
    buf_done(&v->payload_text);
    buf_done(&v->withheld);
}
