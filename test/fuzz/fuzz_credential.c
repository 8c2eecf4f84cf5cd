/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON and its canonical form, JWS and keys, base58 and multikeys, identifiers, status lists, whole
 * credentials. What has one spelling comes out again as it went in; canonical JSON is its own
 * canonical form; nothing made up here is ever called valid by a key nobody has. */
#include "base/jcs.h"
#include "ledger/base58.h"
#include "ledger/did.h"
#include "ledger/jwt.h"
#include "ledger/multikey.h"
#include "ledger/status_list.h"
#include "ledger/vc_verify.h"

#include <stdlib.h>
#include <string.h>

static void same(const buf *again, const char *text, size_t length)
{
    if (again->length != length || memcmp(buf_text(again), text, length) != 0)
        abort();
}

static void try_json(const char *text, size_t length)
{
    buf once = BUF_INIT, twice = BUF_INIT;
    if (jcs_canonical(text, length, &once, NULL) == ASSAY_OK) {
        if (jcs_canonical(once.data, once.length, &twice, NULL) != ASSAY_OK)
            abort();
        same(&twice, once.data, once.length);
    }
    buf_done(&once);
    buf_done(&twice);
}

static void try_base58(const char *text, size_t length)
{
    uint8_t bytes[BASE58_BYTES_MAX];
    char again[BASE58_TEXT_MAX + 1];
    size_t used;
    if (base58_read(text, length, bytes, sizeof bytes, &used))
        if (base58_write(bytes, used, again) != length || memcmp(again, text, length) != 0)
            abort();
    if (length <= BASE58_BYTES_MAX) {
        size_t n = base58_write(text, length, again);
        if (!base58_read(again, n, bytes, sizeof bytes, &used) || used != length ||
            memcmp(bytes, text, length) != 0)
            abort();
    }
}

static void try_keys(const char *text)
{
    uint8_t key[32];
    char again[MULTIKEY_TEXT];
    buf url = BUF_INIT, did = BUF_INIT;
    if (multikey_read(text, strlen(text), key, NULL) == ASSAY_OK) {
        multikey_write(key, again);
        if (strcmp(again, text) != 0)
            abort();
    }
    (void)!multikey_read_secret(text, strlen(text), key, NULL);
    (void)!did_key_read(text, key, NULL);
    if (did_web_url(text, &url, NULL) == ASSAY_OK && strncmp(url.data, "https://", 8) != 0)
        abort();
    if (did_web_of(text, &did, NULL) == ASSAY_OK && !is_did_web(did.data))
        abort();
    buf_done(&url);
    buf_done(&did);
}

static void try_jws(const char *text, size_t length)
{
    jws j;
    if (jws_read(text, length, true, &j, NULL) != ASSAY_OK)
        return;
    jwk *k = NULL;
    if (jwk_read(json_object_get(j.header, "jwk"), &k, NULL) == ASSAY_OK)
        (void)!jws_verify(&j, k, NULL);
    jwk_free(k);
    if (j.payload)
        (void)!jwt_claims_check(j.payload, NULL);
    jws_done(&j);
}

static void try_list(const char *text, size_t length)
{
    buf bits = BUF_INIT, again = BUF_INIT, back = BUF_INIT;
    if (status_list_decode(text, length, &bits, NULL) == ASSAY_OK) {
        if (status_list_encode((uint8_t *)bits.data, bits.length, &again, NULL) != ASSAY_OK ||
            status_list_decode(again.data, again.length, &back, NULL) != ASSAY_OK)
            abort();
        same(&back, bits.data, bits.length);
    }
    buf_done(&bits);
    buf_done(&again);
    buf_done(&back);
}

/* The input itself is the issuer's document and the list: everything comes from outside. */
typedef struct {
    const char *text;
    size_t length;
} input;

static assay_status find_issuer(void *context, const char *did, json_t **out, assay_err *err)
{
    const input *in = context;
    (void)did;
    return jcs_read(in->text, in->length, out, err);
}

static assay_status find_list(void *context, const char *url, buf *out, assay_err *err)
{
    const input *in = context;
    (void)url, (void)err;
    buf_add(out, in->text, in->length);
    return ASSAY_OK;
}

static void try_credential(const char *text, size_t length)
{
    input in = {text, length};
    vc_sources sources = {find_issuer, find_list, &in, 1767225600000000000};
    vc_report r;
    if (vc_verify(text, length, &sources, &r, NULL) != ASSAY_OK)
        return;
    if ((r.verdict == VC_VALID) != (r.reason == VC_FINE))
        abort();
    vc_report_done(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    char *copy = malloc(size + 1);
    memcpy(copy, data, size);
    copy[size] = 0;
    try_json(text, size);
    try_base58(text, size);
    try_keys(copy);
    try_jws(text, size);
    try_list(text, size);
    try_credential(text, size);
    free(copy);
    return 0;
}
