/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identifiers of issuers and the document that says which keys speak for one.
 *
 *     did:web:HOST[%3APORT][:A:B]   https://HOST[:PORT]/.well-known/did.json, or /A/B/did.json
 *     did:key:z6Mk...               the key itself; its document is made up, nothing is fetched
 *
 * Methods of a document: Multikey (Ed25519) and JsonWebKey (RSA, or Ed25519 as OKP).
 */
#ifndef LEDGER_DID_H
#define LEDGER_DID_H

#include "base/buf.h"

#include <assay/err.h>
#include <stdint.h>

typedef struct json_t json_t; /* of jansson, whose header is not for all */

enum { DID_MAX = 512, DID_METHODS_MAX = 64 };

/* Is it spelt as a did:web must be: host in lower case, no empty part, no dot-dot? */
bool is_did_web(const char *did);
/* Where its document lies; always https. */
ASSAY_MUST_USE assay_status did_web_url(const char *did, buf *out, assay_err *err);
/* The did of "host", "host:8443" or "host/a/b" (with https:// before it or not). */
ASSAY_MUST_USE assay_status did_web_of(const char *place, buf *out, assay_err *err);

/* One key of a document. */
typedef struct {
    const char *id; /* full: "did:...#..." */
    const char *controller;
    const char *multibase; /* of a Multikey, else NULL */
    const json_t *jwk;     /* of a JsonWebKey, else NULL */
    int64_t revoked;       /* instant it was withdrawn; TIME_NONE: it holds */
    bool is_assertion;     /* listed under assertionMethod */
} did_method;

/* A document is an object whose `id` is `did`. The made-up one of a did:key if it is that. */
ASSAY_MUST_USE assay_status did_document_check(const json_t *document, const char *did,
                                               assay_err *err);
ASSAY_MUST_USE assay_status did_key_document(const char *did, json_t **out, assay_err *err);
/* The method of this id (full, or "#fragment"). ASSAY_NOT_FOUND. Views into the document. */
ASSAY_MUST_USE assay_status did_document_method(const json_t *document, const char *id,
                                                did_method *out, assay_err *err);
/* Number `at` of the methods; false behind the last. What is embedded under assertionMethod comes
 * after those of verificationMethod. */
bool did_document_at(const json_t *document, size_t at, did_method *out);

/* The document of these methods; ids must begin with `did`. Keys withdrawn stay listed, with
 * `revoked`, and out of assertionMethod only when is_assertion is false. */
ASSAY_MUST_USE assay_status did_document_write(const char *did, const did_method *methods,
                                               size_t count, json_t **out, assay_err *err);

#endif
