/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base58, multikeys, the identifiers did:key and did:web, documents of issuers. Bytes come out as
 * they went in; what has one spelling comes out again as it was spelt. */
#include "base/jcs.h"
#include "base/time.h"
#include "fuzz_check.h"
#include "ledger/base58.h"
#include "ledger/did.h"
#include "ledger/multikey.h"

static void try_base58(const char *text, size_t length)
{
    uint8_t bytes[BASE58_BYTES_MAX];
    char again[BASE58_TEXT_MAX + 1];
    size_t used;
    if (base58_read(text, length, bytes, sizeof bytes, &used))
        check(base58_write(bytes, used, again) == length && memcmp(again, text, length) == 0);
    if (length <= BASE58_BYTES_MAX) {
        size_t n = base58_write(text, length, again);
        check(base58_read(again, n, bytes, sizeof bytes, &used) && used == length &&
              memcmp(bytes, text, length) == 0);
    }
}

static void try_key_written(const uint8_t key[32])
{
    char text[MULTIKEY_TEXT], did[DID_KEY_TEXT], method[DID_KEY_METHOD];
    uint8_t back[32];
    multikey_write(key, text);
    check(multikey_read(text, strlen(text), back, NULL) == ASSAY_OK && memcmp(back, key, 32) == 0);
    did_key_write(key, did);
    check(did_key_read(did, back, NULL) == ASSAY_OK && memcmp(back, key, 32) == 0);
    did_key_method(key, method);
    check(did_key_read(method, back, NULL) == ASSAY_OK && memcmp(back, key, 32) == 0);
}

static void try_multikey(const char *text)
{
    uint8_t key[32];
    char again[MULTIKEY_TEXT];
    assay_err err = {0};
    if (taken(multikey_read(text, strlen(text), key, &err), &err)) {
        multikey_write(key, again);
        check(strcmp(again, text) == 0);
        check(multikey_read_secret(text, strlen(text), key, NULL) == ASSAY_UNSUPPORTED);
    } else {
        (void)taken(multikey_read_secret(text, strlen(text), key, &err), &err);
    }
}

static void try_did_key(const char *text)
{
    uint8_t key[32];
    char did[DID_KEY_TEXT], method[DID_KEY_METHOD];
    json_t *document = NULL;
    did_method m;
    assay_err err = {0};
    if (!taken(did_key_read(text, key, &err), &err))
        return;
    did_key_write(key, did);
    did_key_method(key, method);
    check(is_did_key(text) && (strcmp(text, did) == 0 || strcmp(text, method) == 0));
    check(did_key_document(text, &document, NULL) == ASSAY_OK &&
          did_document_check(document, did, NULL) == ASSAY_OK);
    check(did_document_method(document, method, &m, NULL) == ASSAY_OK && m.is_assertion &&
          m.revoked == TIME_NONE && strcmp(m.multibase, strchr(method, '#') + 1) == 0);
    json_decref(document);
}

/* The place of a did:web leads back to it. */
static void try_did_web(const char *did)
{
    static const char own[] = "/did.json", first[] = "/.well-known/did.json";
    buf url = BUF_INIT, again = BUF_INIT;
    assay_err err = {0};
    bool is_it = taken(did_web_url(did, &url, &err), &err);
    check(is_it == is_did_web(did));
    if (is_it) {
        const char *end = strchr(did + strlen("did:web:"), ':') ? own : first;
        check(url.length > strlen(end) && strncmp(url.data, "https://", 8) == 0);
        url.length -= strlen(end);
        check(strcmp(url.data + url.length, end) == 0);
        url.data[url.length] = '\0';
        check(did_web_of(url.data, &again, NULL) == ASSAY_OK && strcmp(buf_text(&again), did) == 0);
    }
    buf_done(&url);
    buf_done(&again);
}

static void try_place(const char *place)
{
    buf did = BUF_INIT;
    assay_err err = {0};
    if (taken(did_web_of(place, &did, &err), &err))
        check(is_did_web(buf_text(&did)));
    buf_done(&did);
}

/* Methods in one document, as they were read in another: the same, unless one that stands twice is
 * listed once. */
static void same_methods(const did_method *methods, size_t count, const char *did)
{
    json_t *document = NULL;
    did_method m;
    check(did_document_write(did, methods, count, &document, NULL) == ASSAY_OK);
    for (size_t i = 0; i < count && i < DID_METHODS_MAX; i++)
        check(did_document_at(document, i, &m) && strcmp(m.id, methods[i].id) == 0 &&
              strcmp(m.controller, did) == 0 && m.revoked == methods[i].revoked &&
              m.is_assertion >= methods[i].is_assertion &&
              (methods[i].jwk ? json_equal(m.jwk, methods[i].jwk)
                              : strcmp(m.multibase, methods[i].multibase) == 0));
    json_decref(document);
}

static void try_document(const char *text, size_t length)
{
    json_t *document = NULL;
    did_method methods[2 * DID_METHODS_MAX], m;
    size_t count = 0;
    assay_err err = {0};
    if (jcs_read(text, length, &document, NULL) != ASSAY_OK)
        return;
    (void)taken(did_document_check(document, "did:web:quality.example", &err), &err);
    for (size_t i = 0; did_document_at(document, i, &m); i++)
        if (m.jwk || m.multibase)
            methods[count++] = m;
    const char *did = json_string_value(json_object_get(document, "id"));
    if (did && (is_did_web(did) || is_did_key(did))) {
        check(did_document_check(document, did, NULL) == ASSAY_OK);
        check(!count || did_document_method(document, methods[count - 1].id, &m, NULL) == ASSAY_OK);
        same_methods(methods, count, did);
    }
    json_decref(document);
}

static void try_bytes(const char *text, size_t length)
{
    try_base58(text, length);
    try_multikey(text);
    try_place(text);
    if (length == 32)
        try_key_written((const uint8_t *)text);
}

/* The first letter says which of them it may be: each run asks few. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    check(text);
    memcpy(text, data, size);
    text[size] = '\0';
    if (*text == '{')
        try_document(text, size);
    else if (*text == 'd')
        try_did_key(text), try_did_web(text);
    else
        try_bytes(text, size);
    free(text);
    return 0;
}
