/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Status lists of this issuer: "s1", "s2" ... of suspension, "r1" ... of revocation.
 *
 * Beside "s1" stands "s1r", of revocation and with the same places. Open Badges 3.0 allows a credential
 * one status entry; it is of suspension, and its statusReference names the list beside it. Who revokes
 * sets both bits: whoever knows suspension alone refuses, and whoever follows the reference can tell
 * for now from for good.
 *
 * The places of a list are a permutation chosen by a secret key beside its document; a counter goes
 * through it, so no place is used twice and none tells when it was given. */
#include "notary/credential_inner.h"

#include "ledger/status_list.h"
#include "ledger/vc.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Full well before the end, so that nobody can conclude from the clear bits alone. */
enum { LIST_FULL = STATUS_LIST_BITS - STATUS_LIST_BITS / 8, LISTS_MAX = 10000 };

void list_url(const credential_issuer *issuer, const char *list, char *out, size_t room)
{
    if (*issuer->base)
        snprintf(out, room, "%s/credentials/status/%s", issuer->base, list);
    else
        snprintf(out, room, "urn:assay:status:%s:%s", issuer->did + strlen("did:key:"), list);
}

/* -- versions -----------------------------------------------------------------------------------
 */

/* Every version is a record, and waits for its signature. Takes `bits` alone. */
static assay_status put_version(store_tx *tx, const char *list, const char *purpose,
                                const uint8_t *bits, size_t length, const char *secret,
                                const char *actor, const char *why, assay_err *err)
{
    char waiting[32];
    buf text = BUF_INIT;
    assay_status status = status_list_encode(bits, length, &text, err);
    if (!status)
        status = document_change(tx, KIND_LIST, list,
                                 json_pack("{s:s, s:s, s:o}", "purpose", purpose, "encoded",
                                           text.data, "from", time_json(time_now())),
                                 secret, actor, why, err);
    snprintf(waiting, sizeof waiting, "list:%s", list);
    if (!status)
        status = document_keep(tx, KIND_WAITING, waiting, json_object(), err);
    buf_done(&text);
    return status;
}

static assay_status new_list(store_tx *tx, const char *list, const char *purpose, const char *actor,
                             assay_err *err)
{
    static const uint8_t zero[STATUS_LIST_BYTES];
    uint8_t key[STATUS_KEY];
    char secret[2 * STATUS_KEY + 1];
    randombytes_buf(key, sizeof key); /* whoever issues has begun libsodium */
    sodium_bin2hex(secret, sizeof secret, key, sizeof key);
    assay_status status =
        put_version(tx, list, purpose, zero, sizeof zero, secret, actor, "a new list", err);
    sodium_memzero(key, sizeof key);
    sodium_memzero(secret, sizeof secret);
    return status;
}

assay_status list_set(store_tx *tx, store *s, const char *list, uint32_t index, bool is_set,
                      const char *actor, const char *why, assay_err *err)
{
    json_t *o;
    buf bits = BUF_INIT;
    assay_status status = document_read(s, KIND_LIST, list, &o, err);
    if (status)
        return status;
    const char *encoded = vc_text(o, "encoded");
    status = status_list_decode(encoded, strlen(encoded), &bits, err);
    if (!status) {
        status_list_set((uint8_t *)bits.data, index, is_set);
        status = put_version(tx, list, vc_text(o, "purpose"), (uint8_t *)bits.data, bits.length,
                             NULL, actor, why, err);
    }
    json_decref(o);
    buf_done(&bits);
    return status;
}

/* -- pairs -------------------------------------------------------------------------------------- */

bool credential_list_beside(const char *list, char out[16])
{
    bool has_one = list[0] == 's' && !strchr(list, 'r');
    snprintf(out, 16, "%.14s%s", list, has_one ? "r" : "");
    return has_one;
}

assay_status list_pair(store_tx *tx, store *s, const char *list, const char *actor, assay_err *err)
{
    static const uint8_t zero[STATUS_LIST_BYTES];
    char beside[16];
    store_document d;
    if (!credential_list_beside(list, beside))
        return ASSAY_OK;
    assay_status status = store_document_get(s, KIND_LIST, beside, &d, err);
    if (status != ASSAY_NOT_FOUND)
        return status;
    return put_version(tx, beside, "revocation", zero, sizeof zero, NULL, actor, "a new list", err);
}

assay_status list_revoke(store_tx *tx, store *s, const char *list, uint32_t index, const char *actor,
                         const char *why, assay_err *err)
{
    char beside[16];
    if (!credential_list_beside(list, beside))
        return ASSAY_OK;
    assay_status status = list_pair(tx, s, list, actor, err);
    return status ? status : list_set(tx, s, beside, index, true, actor, why, err);
}

assay_status list_entry(const credential_issuer *issuer, const char *list, uint32_t index,
                        json_t **out, assay_err *err)
{
    char url[512], reference[512], beside[16];
    bool is_paired = credential_list_beside(list, beside);
    list_url(issuer, list, url, sizeof url);
    list_url(issuer, beside, reference, sizeof reference);
    return status_entry_write(url, index, is_paired ? "suspension" : "revocation",
                              is_paired ? reference : NULL, out, err);
}

/* -- places -------------------------------------------------------------------------------------
 */

static assay_status read_key(store *s, const char *list, uint8_t out[STATUS_KEY], assay_err *err)
{
    store_document d;
    size_t used = 0;
    assay_status status = store_document_get(s, KIND_LIST, list, &d, err);
    if (!status &&
        (!d.secret ||
         sodium_hex2bin(out, STATUS_KEY, d.secret, strlen(d.secret), NULL, &used, NULL) != 0 ||
         used != STATUS_KEY))
        status = assay_fail(err, ASSAY_DAMAGED, 0, "the status list %s has no key", list);
    return status;
}

/* Which list of this purpose is being filled, and how far. count 0 and list 1: there is none yet.
 */
static assay_status read_count(store *s, const char *purpose, uint32_t *list, uint32_t *count,
                               assay_err *err)
{
    json_t *o;
    assay_status status = document_read(s, KIND_LIST_COUNT, purpose, &o, err);
    *list = *count = 0;
    if (status == ASSAY_NOT_FOUND)
        return ASSAY_OK;
    if (status)
        return status;
    *list = (uint32_t)json_integer_value(json_object_get(o, "list"));
    *count = (uint32_t)json_integer_value(json_object_get(o, "count"));
    json_decref(o);
    return ASSAY_OK;
}

assay_status list_reserve(store_tx *tx, store *s, const char *purpose, const char *actor,
                          char list[16], uint32_t *index, assay_err *err)
{
    uint8_t key[STATUS_KEY];
    uint32_t number, count;
    assay_status status = read_count(s, purpose, &number, &count, err);
    bool is_new = !status && (!number || count >= LIST_FULL);
    if (is_new) {
        number++;
        count = 0;
    }
    if (!status && number > LISTS_MAX)
        status = assay_fail(err, ASSAY_LIMIT, 0, "more than %d status lists", LISTS_MAX);
    snprintf(list, 16, "%c%u", purpose[0], number);
    if (is_new && !status)
        status = new_list(tx, list, purpose, actor, err);
    if (!status)
        status = list_pair(tx, s, list, actor, err);
    if (!status)
        status = read_key(s, list, key, err);
    if (!status)
        status = document_keep(tx, KIND_LIST_COUNT, purpose,
                               json_pack("{s:i, s:i}", "list", number, "count", count + 1), err);
    if (!status)
        *index = status_list_place(key, count);
    sodium_memzero(key, sizeof key);
    return status;
}

/* -- as a credential ----------------------------------------------------------------------------
 */

assay_status list_unsigned(store *s, const credential_issuer *issuer, const char *list,
                           json_t **out, assay_err *err)
{
    char url[512];
    json_t *o;
    assay_status status = document_read(s, KIND_LIST, list, &o, err);
    if (status)
        return status;
    list_url(issuer, list, url, sizeof url);
    status = status_list_write(url, issuer->did, vc_text(o, "purpose"), vc_text(o, "encoded"),
                               time_of(o, "from"), out, err);
    json_decref(o);
    return status;
}
