/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/vc_proof.h"

#include "base/hash.h"
#include "base/jcs.h"
#include "base/time.h"
#include "ledger/base58.h"
#include "ledger/multikey.h"

#include <jansson.h>
#include <string.h>

static const char suite[] = "eddsa-jcs-2022", proof_type[] = "DataIntegrityProof";

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a proof");
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* -- hashing ---------------------------------------------------------------------------- */

static assay_status hash_json(const json_t *value, uint8_t out[32], assay_err *err)
{
    buf text = BUF_INIT;
    sha256 digest;
    assay_status status = jcs_write(value, &text, err);
    if (!status)
        status = sha256_of(text.data, text.length, &digest, err);
    if (!status)
        memcpy(out, digest.bytes, sizeof digest.bytes);
    buf_done(&text);
    return status;
}

assay_status vc_proof_hashes(const json_t *document, const json_t *proof, uint8_t out[64],
                             assay_err *err)
{
    assay_status status = hash_json(proof, out, err);
    return status ? status : hash_json(document, out + 32, err);
}

/* A copy of the object without one member; the members themselves are shared. */
static json_t *without(const json_t *object, const char *key)
{
    json_t *copy = json_copy((json_t *)(uintptr_t)object);
    json_object_del(copy, key);
    return copy;
}

assay_status vc_digest(const json_t *document, char out[65], assay_err *err)
{
    sha256 digest;
    json_t *bare = without(document, "proof");
    assay_status status = bare ? hash_json(bare, digest.bytes, err) : no_memory(err);
    json_decref(bare);
    if (!status)
        sha256_to_hex(&digest, out);
    return status;
}

/* -- signing ---------------------------------------------------------------------------- */

static json_t *proof_options(const json_t *document, const char *method, int64_t created)
{
    char time[48];
    time_format(created - created % 1000000000, TIME_OFFSET_NONE, time, sizeof time);
    json_t *p =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", proof_type, "cryptosuite", suite, "created",
                  time, "verificationMethod", method, "proofPurpose", "assertionMethod");
    json_t *context = json_object_get(document, "@context");
    if (p && context && json_object_set(p, "@context", context) != 0) {
        json_decref(p);
        return NULL;
    }
    return p;
}

static bool set_value(json_t *proof, const uint8_t signature[64])
{
    char text[BASE58_TEXT_MAX + 2] = "z";
    base58_write(signature, 64, text + 1);
    return json_object_set_new(proof, "proofValue", json_string(text)) == 0;
}

/* One proof stands alone, more are an array. */
static bool attach(json_t *document, json_t *proof)
{
    json_t *old = json_object_get(document, "proof");
    if (!old)
        return json_object_set(document, "proof", proof) == 0;
    if (json_is_array(old))
        return json_array_append(old, proof) == 0;
    json_t *set = json_pack("[O, O]", old, proof);
    return set && json_object_set_new(document, "proof", set) == 0;
}

assay_status vc_proof_add(json_t *document, const vc_signer *signer, int64_t created,
                          assay_err *err)
{
    uint8_t hashes[64], signature[64];
    if (vc_proof_count(document) >= VC_PROOFS_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a credential has at most %d proofs", VC_PROOFS_MAX);
    json_t *bare = without(document, "proof");
    json_t *proof = proof_options(document, signer->method, created);
    assay_status status =
        bare && proof ? vc_proof_hashes(bare, proof, hashes, err) : no_memory(err);
    if (!status)
        status = signer->sign(signer->context, hashes, signature, err);
    if (!status && (!set_value(proof, signature) || !attach(document, proof)))
        status = no_memory(err);
    json_decref(bare);
    json_decref(proof);
    return status;
}

/* -- reading ---------------------------------------------------------------------------- */

size_t vc_proof_count(const json_t *document)
{
    const json_t *proof = json_object_get(document, "proof");
    return json_is_array(proof) ? json_array_size(proof) : proof ? 1 : 0;
}

const json_t *vc_proof_at(const json_t *document, size_t i)
{
    const json_t *proof = json_object_get(document, "proof");
    return json_is_array(proof) ? json_array_get(proof, i) : i == 0 ? proof : NULL;
}

/* -- verifying -------------------------------------------------------------------------- */

static assay_status check_kind(const json_t *proof, assay_err *err)
{
    if (!json_is_object(proof))
        return assay_fail(err, ASSAY_FORMAT, 0, "a proof is not an object");
    if (strcmp(text_of(proof, "type"), proof_type) != 0 ||
        strcmp(text_of(proof, "cryptosuite"), suite) != 0)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, "proofs of %.40s %.40s are not known here",
                          text_of(proof, "type"), text_of(proof, "cryptosuite"));
    if (json_object_get(proof, "previousProof"))
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, "chains of proofs are not known here");
    return ASSAY_OK;
}

static assay_status read_value(const json_t *proof, uint8_t out[64], assay_err *err)
{
    const char *text = text_of(proof, "proofValue");
    size_t used;
    if (text[0] != 'z' || !base58_read(text + 1, strlen(text + 1), out, 64, &used) || used != 64)
        return assay_fail(err, ASSAY_FORMAT, 0,
                          "proofValue is not \"z\" and 64 bytes in base58btc");
    return ASSAY_OK;
}

assay_status vc_proof_check(const json_t *proof, assay_err *err)
{
    uint8_t signature[64];
    assay_status status = check_kind(proof, err);
    return status ? status : read_value(proof, signature, err);
}

/* Does the list of contexts begin with that of the proof? A single text is a list of one. */
static bool is_prefix(const json_t *whole, const json_t *start)
{
    size_t n = json_is_array(start) ? json_array_size(start) : 1;
    size_t m = json_is_array(whole) ? json_array_size(whole) : whole ? 1 : 0;
    if (n > m)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *a = json_is_array(whole) ? json_array_get(whole, i) : whole;
        const json_t *b = json_is_array(start) ? json_array_get(start, i) : start;
        if (!json_equal(a, b))
            return false;
    }
    return true;
}

static assay_status take_context(json_t *bare, const json_t *proof, assay_err *err)
{
    json_t *context = json_object_get(proof, "@context");
    if (!context)
        return ASSAY_OK;
    if (!is_prefix(json_object_get(bare, "@context"), context))
        return assay_fail(err, ASSAY_CONFLICT, 0,
                          "the document's @context does not begin with that of its proof");
    return json_object_set(bare, "@context", context) ? no_memory(err) : ASSAY_OK;
}

assay_status vc_proof_verify(const json_t *document, const json_t *proof, const uint8_t key[32],
                             assay_err *err)
{
    uint8_t signature[64], hashes[64];
    assay_status status = check_kind(proof, err);
    if (!status)
        status = read_value(proof, signature, err);
    if (status)
        return status;
    json_t *bare = without(document, "proof"), *options = without(proof, "proofValue");
    status = bare && options ? take_context(bare, options, err) : no_memory(err);
    if (!status)
        status = vc_proof_hashes(bare, options, hashes, err);
    json_decref(bare);
    json_decref(options);
    if (!status && !ed25519_verify(key, hashes, sizeof hashes, signature))
        status = assay_fail(err, ASSAY_CONFLICT, 0, "the signature does not hold");
    return status;
}
