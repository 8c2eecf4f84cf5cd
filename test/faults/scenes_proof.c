/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read and judged without files: short of memory, it says so; it never judges wrongly. */
#include "faults.h"

#include "base/jcs.h"
#include "base/time.h"
#include "ledger/badge.h"
#include "ledger/did.h"
#include "ledger/jwt.h"
#include "ledger/multikey.h"
#include "ledger/signer_keys.h"
#include "ledger/status_list.h"
#include "ledger/vc_proof.h"
#include "ledger/vc_shelf.h"
#include "ledger/verify.h"
#include "ledger/witness.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char *wrong; /* what a run found wrong with an answer */

static void must(bool is_so, const char *what)
{
    if (!is_so && !wrong)
        wrong = what;
}

static void forget_wrong(void)
{
    wrong = NULL;
}

static const char *tell_wrong(assay_status said)
{
    (void)said;
    return wrong;
}

/* -- receipts, notes, policies ---------------------------------------------------------------------- */

static assay_status judge_receipt(const policy *p, assay_err *err)
{
    receipt_verdict v;
    assay_status status = receipt_verify(world.receipt, strlen(world.receipt), p, NULL, 0, &v, err);
    if (!status)
        must(v.index == 2 && v.payload == PAYLOAD_PROVEN && v.is_trusted == (p != NULL),
             "another verdict on the receipt");
    receipt_verdict_done(&v);
    return status;
}

static assay_status run_receipt(assay_err *err)
{
    static policy p;
    assay_status status = policy_parse(world.policy, strlen(world.policy), &p, err);
    return status ? status : judge_receipt(&p, err);
}

static assay_status run_receipt_alone(assay_err *err)
{
    return judge_receipt(NULL, err);
}

static assay_status run_note(assay_err *err)
{
    static policy p;
    policy_verdict by;
    note n;
    checkpoint c;
    buf out = BUF_INIT;
    assay_status status = policy_parse(world.policy, strlen(world.policy), &p, err);
    if (!status)
        status = note_parse(world.note, strlen(world.note), &n, err);
    if (!status)
        status = policy_judge(&p, &n, &by, err);
    if (!status)
        status = checkpoint_parse(n.text, n.text_length, &c, err);
    if (!status) {
        must(by.log == 0, "another log");
        checkpoint_write(&c, &out);
        note_key_write(&p.logs[0].key, &out);
        if (out.failed)
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory");
    }
    buf_done(&out);
    return status;
}

static assay_status run_sign(assay_err *err)
{
    static const uint8_t seed[32] = {1};
    note_signer s;
    buf line = BUF_INIT;
    assay_status status = note_signer_of("a.test", NOTE_ED25519, seed, &s, err);
    if (!status)
        status = note_sign(&s, "hello\n", 6, 0, &line, err);
    if (!status)
        must(line.length > 60 && line.data[line.length - 1] == '\n', "half a signature line");
    buf_done(&line);
    return status;
}

static assay_status run_request(assay_err *err)
{
    witness_request r = {.note = world.note, .note_length = strlen(world.note)}, back;
    buf out = BUF_INIT;
    witness_request_write(&r, &out);
    assay_status status = out.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory")
                                     : witness_request_parse(out.data, out.length, &back, err);
    if (!status)
        must(back.old == 0 && back.note_length == r.note_length, "another request");
    buf_done(&out);
    return status;
}

static assay_status run_entry(assay_err *err)
{
    ledger_entry e = {.type = "title.given", .time = 1767225600000000000}, back;
    buf out = BUF_INIT;
    assay_status status = entry_write(&e, &out, err);
    if (!status)
        status = entry_parse(out.data, out.length, &back, err);
    buf_done(&out);
    return status;
}

static assay_status run_keys(assay_err *err)
{
    key_ring k;
    assay_status status = keys_load(world.keys, &k, err);
    if (!status) {
        must(k.has_credential && k.rsa && k.log.public.type && k.witness.public.type, "a key is missing");
        keys_done(&k);
    }
    return status;
}

/* -- credentials ------------------------------------------------------------------------------------- */

static assay_status fill(vc_shelf *s, assay_err *err)
{
    const char *const texts[] = {world.document, world.list, world.beside};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < 3 && !status; i++)
        status = vc_shelf_add(s, texts[i], strlen(texts[i]), err);
    return status;
}

static assay_status judge(const char *text, vc_reason expected, assay_err *err)
{
    vc_shelf *s = NULL;
    vc_report r;
    assay_status status = vc_shelf_new(&s, err);
    if (!status)
        status = fill(s, err);
    if (!status) {
        vc_sources sources = vc_shelf_sources(s, time_now() + 5000000000);
        status = vc_verify(text, strlen(text), &sources, &r, err);
        if (!status) {
            must(r.reason == expected, vc_reason_name(r.reason));
            vc_report_done(&r);
        }
    }
    vc_shelf_free(s);
    return status;
}

static assay_status run_json(assay_err *err)
{
    return judge(world.json, VC_FINE, err);
}
static assay_status run_jwt(assay_err *err)
{
    return judge(world.jwt, VC_FINE, err);
}
static assay_status run_revoked(assay_err *err)
{
    return judge(world.revoked_json, VC_REVOKED, err);
}

static assay_status sign_nothing(void *context, const uint8_t hashes[64], uint8_t out[64],
                                 assay_err *err)
{
    (void)context, (void)err;
    memcpy(out, hashes, 64);
    return ASSAY_OK;
}

static assay_status run_badge(assay_err *err)
{
    const badge_result results[] = {{"score", "ScaledScore", "92.50"}, {"done", "Status", "Completed"}};
    const badge b = {.id = "urn:uuid:1",
                     .issuer = "did:web:q.example",
                     .issuer_name = "QA",
                     .issuer_url = "https://q.example",
                     .achievement = {.id = "https://q.example/a",
                                     .type = "Award",
                                     .name = "n",
                                     .description = "d",
                                     .criteria = "c",
                                     .version = "1"},
                     .subject = "urn:uuid:2",
                     .holder = "김민준",
                     .email = "kim@example.org",
                     .salt = "s",
                     .narrative = "n",
                     .results = results,
                     .result_count = 2,
                     .evidence = "https://q.example/e",
                     .evidence_name = "Decision",
                     .valid_from = 1767225600000000000,
                     .valid_until = 1867225600000000000,
                     .awarded = 1767225600000000000};
    const vc_signer by = {"did:web:q.example#k", sign_nothing, NULL};
    json_t *o = NULL;
    badge_view v;
    buf text = BUF_INIT;
    assay_status status = badge_write(&b, &o, err);
    if (!status)
        status = vc_proof_add(o, &by, 1767225600000000000, err);
    if (!status)
        status = badge_read(o, &v, err);
    if (!status)
        status = jcs_write(o, &text, err);
    if (!status) {
        must(strstr(text.data, "validUntil"), "it has lost its end");
        must(strstr(text.data, "awardedDate") && strstr(text.data, "\"proof\"") &&
                 strstr(text.data, "92.50") && strstr(text.data, "Completed"),
             "a member is missing");
    }
    json_decref(o);
    buf_done(&text);
    return status;
}

static const unsigned char png[] = {
    0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 1, 0, 0,
    0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};

static assay_status run_png(assay_err *err)
{
    buf baked = BUF_INIT, out = BUF_INIT;
    assay_status status =
        badge_bake_png(png, sizeof png, world.json, strlen(world.json), &baked, err);
    if (!status)
        status = badge_unbake_png(baked.data, baked.length, &out, err);
    if (!status)
        must(strcmp(out.data, world.json) == 0, "another credential");
    buf_done(&baked);
    buf_done(&out);
    return status;
}

static assay_status bake_svg(const char *text, assay_err *err)
{
    static const char svg[] = "<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>";
    buf baked = BUF_INIT, out = BUF_INIT;
    assay_status status = badge_bake_svg(svg, strlen(svg), text, strlen(text), &baked, err);
    if (!status)
        status = badge_unbake_svg(baked.data, baked.length, &out, err);
    if (!status)
        must(strcmp(out.data, text) == 0, "another credential");
    buf_done(&baked);
    buf_done(&out);
    return status;
}

static assay_status run_svg(assay_err *err)
{
    return bake_svg(world.json, err);
}
static assay_status run_svg_jwt(assay_err *err)
{
    return bake_svg(world.jwt, err);
}

static assay_status run_list(assay_err *err)
{
    static uint8_t bits[STATUS_LIST_BYTES];
    buf text = BUF_INIT, back = BUF_INIT;
    status_list_set(bits, 77, true);
    assay_status status = status_list_encode(bits, sizeof bits, &text, err);
    if (!status)
        status = status_list_decode(text.data, text.length, &back, err);
    if (!status)
        must(back.length == sizeof bits && memcmp(back.data, bits, sizeof bits) == 0, "other bits");
    buf_done(&text);
    buf_done(&back);
    return status;
}

static assay_status run_did(assay_err *err)
{
    json_t *document = NULL, *made = NULL;
    buf url = BUF_INIT, did = BUF_INIT;
    did_method m;
    assay_status status = jcs_read(world.document, strlen(world.document), &document, err);
    if (!status)
        status = did_document_check(document, "did:web:q.example", err);
    if (!status && did_document_at(document, 0, &m))
        status = did_document_write("did:web:q.example", &m, 1, &made, err);
    if (!status)
        status = did_web_url("did:web:q.example%3A8443:a:b", &url, err);
    if (!status)
        status = did_web_of("https://q.example:8443/a", &did, err);
    if (!status)
        must(strcmp(url.data, "https://q.example:8443/a/b/did.json") == 0 &&
                 strcmp(did.data, "did:web:q.example%3A8443:a") == 0,
             "another address");
    json_decref(document);
    json_decref(made);
    buf_done(&url);
    buf_done(&did);
    return status;
}

static assay_status run_did_key(assay_err *err)
{
    static const uint8_t key[32] = {7};
    char did[DID_KEY_TEXT];
    json_t *document = NULL;
    did_key_write(key, did);
    assay_status status = did_key_document(did, &document, err);
    json_decref(document);
    return status;
}

static assay_status run_jcs(assay_err *err)
{
    buf out = BUF_INIT;
    assay_status status = jcs_canonical(world.json, strlen(world.json), &out, err);
    if (!status)
        must(strcmp(out.data, world.json) == 0, "another text");
    buf_done(&out);
    return status;
}

#define PURE(name, run) {name, forget_wrong, run, tell_wrong, true, SCENE_ALONE}
const scene proof_scenes[] = {
    PURE("a receipt is judged by a policy", run_receipt),
    PURE("a receipt is judged by its own key", run_receipt_alone),
    PURE("a checkpoint is judged by a policy", run_note),
    PURE("a note is signed", run_sign),
    PURE("a request to a witness is written and read", run_request),
    PURE("an entry is written and read", run_entry),
    PURE("keys are loaded", run_keys),
    PURE("a credential is judged", run_json),
    PURE("a credential as JWT is judged", run_jwt),
    PURE("a revoked credential is judged", run_revoked),
    PURE("a badge is written, signed and read", run_badge),
    PURE("a PNG carries a credential", run_png),
    PURE("an SVG carries a credential", run_svg),
    PURE("an SVG carries a JWT", run_svg_jwt),
    PURE("a status list is packed and unpacked", run_list),
    PURE("a DID document is read and written", run_did),
    PURE("a did:key is its own document", run_did_key),
    PURE("JSON gets its canonical form", run_jcs),
    {0},
};
