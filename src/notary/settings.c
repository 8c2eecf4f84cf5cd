/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings stand in a document, so that each change of them (a new key, another witness) is a
 * record, hence an entry of the log itself. */
#include "notary/notary.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void to_hex(const object_id *id, char out[33])
{
    for (int i = 0; i < 16; i++)
        snprintf(out + 2 * i, 3, "%02x", id->bytes[i]);
}

static bool from_hex(const char *hex, object_id *out)
{
    unsigned byte;
    if (!hex || strlen(hex) != 32 || strspn(hex, "0123456789abcdef") != 32)
        return false;
    for (int i = 0; i < 16; i++) {
        sscanf(hex + 2 * i, "%2x", &byte);
        out->bytes[i] = (uint8_t)byte;
    }
    return true;
}

static bool take_text(const json_t *o, const char *name, char *out, size_t room)
{
    const json_t *v = json_object_get(o, name);
    if (!v) {
        *out = '\0';
        return true;
    }
    const char *text = json_string_value(v);
    if (!text || strlen(text) >= room)
        return false;
    strcpy(out, text);
    return true;
}

static bool take_long(const json_t *o, const char *name, buf *out)
{
    const json_t *v = json_object_get(o, name);
    buf_add_text(out, v ? json_string_value(v) ? json_string_value(v) : "" : "");
    return (!v || json_is_string(v)) && !out->failed;
}

assay_status notary_settings_read(store *s, notary_settings *out, assay_err *err)
{
    store_document d;
    notary_settings set = {.origin = ""};
    assay_status status = store_document_get(s, "ledger", "log", &d, err);
    if (status == ASSAY_NOT_FOUND) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, "the database has no ledger");
        return assay_hint(err, "assay ledger init DB --origin ledger.example.org/2026");
    }
    if (status != ASSAY_OK)
        return status;
    json_t *o = json_loads(d.json, 0, NULL);
    bool is_fine = take_text(o, "origin", set.origin, sizeof set.origin) && *set.origin &&
                   take_text(o, "directory", set.directory, sizeof set.directory) &&
                   take_text(o, "signer", set.signer, sizeof set.signer) &&
                   from_hex(json_string_value(json_object_get(o, "tenant")), &set.tenant) &&
                   take_long(o, "keys", &set.keys) && take_long(o, "policy", &set.policy);
    bool is_short = set.keys.failed || set.policy.failed;
    json_decref(o);
    if (!is_fine) {
        notary_settings_done(&set);
        return is_short ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for the ledger's settings")
                        : assay_fail(err, ASSAY_DAMAGED, 0, "the document of the ledger is not one");
    }
    *out = set;
    return ASSAY_OK;
}

assay_status notary_settings_write(store_tx *tx, const notary_settings *set, const char *actor,
                                   const char *why, assay_err *err)
{
    char tenant[33];
    uint64_t version;
    to_hex(&set->tenant, tenant);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "origin", set->origin, "tenant", tenant, "keys",
                          buf_text(&set->keys), "policy", buf_text(&set->policy));
    int failed = set->keys.failed || set->policy.failed;
    if (o && *set->directory)
        failed |= json_object_set_new(o, "directory", json_string(set->directory));
    if (o && *set->signer)
        failed |= json_object_set_new(o, "signer", json_string(set->signer));
    char *text = o && !failed ? json_dumps(o, JSON_COMPACT) : NULL;
    assay_status status =
        text ? store_document_put(tx, "ledger", "log", text, NULL, DOCUMENT_ANY, actor, why,
                                  &version, err)
             : assay_fail(err, ASSAY_FORMAT, 0, "the ledger's settings are not UTF-8, or no memory");
    free(text);
    json_decref(o);
    return status;
}

void notary_settings_done(notary_settings *set)
{
    buf_done(&set->keys);
    buf_done(&set->policy);
}

void notary_directory(const notary_settings *set, const char *path, char *out, size_t room)
{
    snprintf(out, room, "%s%s", *set->directory ? set->directory : path,
             *set->directory ? "" : "-ledger");
}

void notary_signer_place(const notary_settings *set, const char *path, char *out, size_t room)
{
    snprintf(out, room, "%s%s", *set->signer ? set->signer : path, *set->signer ? "" : "-keys");
}

/* -- the witness -------------------------------------------------------------------------------- */

assay_status notary_witness_set(store *s, const char *logs, const char *signer, const char *actor,
                                const char *why, assay_err *err)
{
    uint64_t version;
    store_tx *tx = NULL;
    policy *p = malloc(sizeof *p);
    json_t *o = json_pack("{s:s, s:s}", "logs", logs, "signer", signer ? signer : "");
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    assay_status status = p && text ? policy_parse(logs, strlen(logs), p, err)
                                    : assay_fail(err, ASSAY_FORMAT, 0, "the policy is not UTF-8 text");
    if (status == ASSAY_OK)
        status = store_tx_begin(s, &tx, err);
    if (status == ASSAY_OK)
        status = store_document_put(tx, "ledger", "witness", text, NULL, DOCUMENT_ANY, actor, why,
                                    &version, err);
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, NULL, err);
    else
        store_tx_abort(tx);
    free(text);
    json_decref(o);
    free(p);
    return status;
}

assay_status notary_witness_logs(store *s, const char *path, policy *logs, char *place,
                                 char *directory, size_t room, assay_err *err)
{
    store_document d;
    assay_status status = store_document_get(s, "ledger", "witness", &d, err);
    if (status != ASSAY_OK)
        return status;
    json_t *o = json_loads(d.json, 0, NULL);
    const char *text = json_string_value(json_object_get(o, "logs"));
    const char *signer = json_string_value(json_object_get(o, "signer"));
    status = text ? policy_parse(text, strlen(text), logs, err)
                  : assay_fail(err, ASSAY_DAMAGED, 0, "the document of the witness is not one");
    bool is_given = signer && *signer;
    snprintf(place, room, "%s%s", is_given ? signer : path, is_given ? "" : "-keys");
    snprintf(directory, room, "%s-witness", path);
    json_decref(o);
    return status;
}
