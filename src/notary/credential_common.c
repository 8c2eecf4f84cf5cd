/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "notary/credential_inner.h"

#include "base/hash.h"
#include "base/jcs.h"
#include "ledger/vc.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

assay_status document_read(store *s, const char *kind, const char *id, json_t **out, assay_err *err)
{
    store_document d;
    assay_status status = store_document_get(s, kind, id, &d, err);
    if (status)
        return status;
    json_t *o = json_loads(d.json, JSON_REJECT_DUPLICATES, NULL);
    if (!o)
        return assay_fail(err, ASSAY_DAMAGED, 0, "the %s \"%s\" cannot be read", kind, id);
    *out = o;
    return ASSAY_OK;
}

assay_status copy_read(store *s, const char *id, json_t **copy, json_t **credential, assay_err *err)
{
    json_t *o;
    assay_status status = document_read(s, KIND_COPY, id, &o, err);
    if (status)
        return status;
    *credential = json_object_get(o, "credential");
    if (!json_is_object(*credential)) {
        json_decref(o);
        return assay_fail(err, ASSAY_DAMAGED, 0, "the text of the credential %.40s cannot be read", id);
    }
    *copy = o;
    return ASSAY_OK;
}

/* Canonical text of an object that is taken over. */
static assay_status text_of(json_t *o, buf *out, assay_err *err)
{
    assay_status status = o ? jcs_write(o, out, err)
                            : assay_fail(err, ASSAY_FORMAT, 0, "a text is not UTF-8, or no memory");
    json_decref(o);
    return status;
}

assay_status document_keep(store_tx *tx, const char *kind, const char *id, json_t *o,
                           assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = text_of(o, &text, err);
    if (!status)
        status = store_document_touch(tx, kind, id, text.data, NULL, err);
    buf_done(&text);
    return status;
}

assay_status document_change(store_tx *tx, const char *kind, const char *id, json_t *o,
                             const char *secret, const char *actor, const char *why, assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = text_of(o, &text, err);
    if (!status)
        status = store_document_put(tx, kind, id, text.data, secret, DOCUMENT_ANY, actor, why, NULL,
                                    err);
    buf_done(&text);
    return status;
}

assay_status record_say(store_tx *tx, const char *type, const char *actor, const object_id *object,
                        json_t *payload, uint64_t *sequence, assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = text_of(payload, &text, err);
    if (!status)
        status = record_append(tx, type, actor, object, text.data, sequence, err);
    buf_done(&text);
    return status;
}

void copy_text(char *out, size_t room, const json_t *o, const char *key)
{
    snprintf(out, room, "%s", vc_text(o, key));
}

assay_status digest_of(const json_t *value, char out[65], assay_err *err)
{
    buf text = BUF_INIT;
    sha256 digest;
    assay_status status = jcs_write(value, &text, err);
    if (!status)
        status = sha256_of(text.data, text.length, &digest, err);
    if (!status)
        sha256_to_hex(&digest, out);
    buf_done(&text);
    return status;
}

json_t *time_json(int64_t ns)
{
    char text[48];
    if (ns == TIME_NONE)
        return NULL;
    time_format(ns - ns % 1000000000, TIME_OFFSET_NONE, text, sizeof text);
    return json_string(text);
}

static json_t *with(json_t *o, const char *key, json_t *value)
{
    if (json_object_set_new(o, key, value) == 0)
        return o;
    json_decref(o);
    return NULL;
}

json_t *with_time(json_t *o, const char *key, int64_t ns)
{
    return ns == TIME_NONE ? o : with(o, key, time_json(ns));
}

json_t *with_number(json_t *o, const char *key, uint64_t n)
{
    return n ? with(o, key, json_integer((json_int_t)n)) : o;
}

int64_t time_of(const json_t *o, const char *key)
{
    int64_t ns;
    return vc_time(vc_text(o, key), &ns) ? ns : TIME_NONE;
}
