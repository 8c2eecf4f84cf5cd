/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents: what people configure, one JSON object each, every change of it a record.
 *
 * The row of a deleted document stays without its text, so that its versions go on counting: who
 * holds an old version never takes a new document of the same name for it. Secrets stand in a table
 * of their own and in no record. */
#include "store/inner.h"

#include "base/jcs.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

enum { KIND_MAX = 48, ID_MAX = 255, JSON_MAX = 4 << 20, SECRET_MAX = 4096 };

/* -- checking names ------------------------------------------------------------------- */

static bool is_kind(const char *kind)
{
    size_t n = kind ? strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789.-") : 0;
    return n && n <= KIND_MAX && !kind[n];
}

static bool is_id(const char *id)
{
    size_t n = 0;
    while (id && (unsigned char)id[n] >= ' ' && id[n] != 127 && n <= ID_MAX)
        n++;
    return n && n <= ID_MAX && !id[n];
}

static assay_status check_names(const char *kind, const char *id, assay_err *err)
{
    if (!is_kind(kind))
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          "a kind of document has 1 to %d of a-z, 0-9, '.' and '-', found \"%s\"",
                          KIND_MAX, kind ? kind : "");
    if (!is_id(id))
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          "the id of a document has 1 to %d bytes and no control characters",
                          ID_MAX);
    return ASSAY_OK;
}

/* The canonical form of an object. */
static assay_status canonical_object(const char *json, buf *out, assay_err *err)
{
    size_t length = strlen(json);
    if (length > JSON_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a document has %zu bytes, at most %d are kept",
                          length, JSON_MAX);
    assay_status status = jcs_canonical(json, length, out, err);
    if (!status && out->data[0] != '{')
        status = assay_fail(err, ASSAY_FORMAT, 0, "a document is a JSON object, found \"%.20s\"",
                            out->data);
    return status;
}

/* -- reading -------------------------------------------------------------------------- */

/* The texts of a row, one behind the other in `texts`; offsets, since it may move. */
typedef struct {
    size_t id, json, secret;
    bool has_json, has_secret;
    uint64_t version;
    int64_t time;
} kept;

static size_t keep_text(buf *texts, sqlite3_stmt *q, int column, bool *is_there)
{
    size_t at = texts->length;
    const char *text = (const char *)sqlite3_column_text(q, column);
    *is_there = text != NULL;
    if (text)
        buf_add(texts, text, (size_t)sqlite3_column_bytes(q, column) + 1);
    return at;
}

static kept keep_row(buf *texts, sqlite3_stmt *q)
{
    bool has_id;
    kept k = {.version = (uint64_t)sqlite3_column_int64(q, 3), .time = sqlite3_column_int64(q, 4)};
    k.id = keep_text(texts, q, 0, &has_id);
    k.json = keep_text(texts, q, 1, &k.has_json);
    k.secret = keep_text(texts, q, 2, &k.has_secret);
    return k;
}

static store_document document_of(const char *kind, const buf *texts, const kept *k)
{
    return (store_document){.kind = kind,
                            .id = texts->data + k->id,
                            .json = k->has_json ? texts->data + k->json : NULL,
                            .secret = k->has_secret ? texts->data + k->secret : NULL,
                            .version = k->version,
                            .time = k->time};
}

/* Also a deleted one (json NULL); version 0: there never was one. */
static assay_status read_document(store *s, const char *kind, const char *id, buf *texts,
                                  store_document *out, assay_err *err)
{
    sqlite3_stmt *q = statement(s->db, SQL_DOCUMENT_GET);
    kept k = {0};
    sqlite3_bind_text(q, 1, kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, id, -1, SQLITE_STATIC);
    int step = statement_step(s->db, SQL_DOCUMENT_GET, err);
    if (step > 0)
        k = keep_row(texts, q);
    statement_reset(s->db, SQL_DOCUMENT_GET);
    if (step < 0)
        return ASSAY_DAMAGED;
    if (texts->failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a document");
    *out = step ? document_of(kind, texts, &k) : (store_document){.kind = kind, .id = id};
    return ASSAY_OK;
}

assay_status store_document_get(store *s, const char *kind, const char *id, store_document *out,
                                assay_err *err)
{
    store_document found;
    assay_status status = check_names(kind, id, err);
    buf_clear(&s->document);
    if (!status)
        status = read_document(s, kind, id, &s->document, &found, err);
    if (!status && !found.json)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no %s \"%s\"", kind, id);
    if (!status)
        *out = found;
    return status;
}

/* All are read before the first is shown: the visitor may change them. */
assay_status store_documents_after(store *s, const char *kind, const char *after, size_t limit,
                                   store_document_visitor *visit, void *context, assay_err *err)
{
    buf texts = BUF_INIT, list = BUF_INIT;
    sqlite3_stmt *q = statement(s->db, SQL_DOCUMENT_ALL);
    sqlite3_bind_text(q, 1, kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, after ? after : "", -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 3, limit ? (int64_t)limit : -1);
    int step;
    while ((step = statement_step(s->db, SQL_DOCUMENT_ALL, err)) > 0) {
        kept k = keep_row(&texts, q);
        buf_add(&list, &k, sizeof k);
    }
    statement_reset(s->db, SQL_DOCUMENT_ALL);
    assay_status status = step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
    if (!status && (texts.failed || list.failed))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for documents");
    for (size_t at = 0; !status && at < list.length; at += sizeof(kept)) {
        kept k;
        memcpy(&k, list.data + at, sizeof k);
        store_document d = document_of(kind, &texts, &k);
        if (!visit(&d, context))
            break;
    }
    buf_done(&texts);
    buf_done(&list);
    return status;
}

assay_status store_documents(store *s, const char *kind, store_document_visitor *visit,
                             void *context, assay_err *err)
{
    return store_documents_after(s, kind, NULL, 0, visit, context, err);
}

/* -- changing ------------------------------------------------------------------------- */

static assay_status write_document(store_tx *tx, const char *kind, const char *id, const char *json,
                                   uint64_t version, int64_t time, assay_err *err)
{
    sqlite3_stmt *q = statement(tx->s->db, SQL_DOCUMENT_SET);
    sqlite3_bind_text(q, 1, kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 3, json, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 4, (int64_t)version);
    sqlite3_bind_int64(q, 5, time);
    return statement_run(tx->s->db, SQL_DOCUMENT_SET, err);
}

/* "": none. */
static assay_status write_secret(store_tx *tx, const char *kind, const char *id, const char *secret,
                                 assay_err *err)
{
    sql which = *secret ? SQL_SECRET_SET : SQL_SECRET_DROP;
    sqlite3_stmt *q = statement(tx->s->db, which);
    if (strlen(secret) > SECRET_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a secret has at most %d bytes", SECRET_MAX);
    sqlite3_bind_text(q, 1, kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, id, -1, SQLITE_STATIC);
    if (*secret)
        sqlite3_bind_text(q, 3, secret, -1, SQLITE_STATIC);
    return statement_run(tx->s->db, which, err);
}

static json_t *json_of(const char *text)
{
    return text ? json_loads(text, 0, NULL) : json_null();
}

/* `secret` says in a word what became of it, NULL: nothing. */
static assay_status record_change(store_tx *tx, const store_document *before, const char *after,
                                  const char *secret, const char *actor, const char *why,
                                  assay_err *err)
{
    char type[KIND_MAX + 16];
    buf text = BUF_INIT;
    json_t *o = json_pack("{s:s, s:s, s:o, s:o, s:s, s:s*}", "kind", before->kind, "id", before->id,
                          "before", json_of(before->json), "after", json_of(after), "why",
                          why ? why : "", "secret", secret);
    snprintf(type, sizeof type, "%s.changed", before->kind);
    assay_status status = o ? jcs_write(o, &text, err)
                            : assay_fail(err, ASSAY_FORMAT, 0, "the reason or the id is not UTF-8");
    if (!status)
        status = record_append(tx, type, actor, NULL, text.data, NULL, err);
    json_decref(o);
    buf_done(&text);
    return status;
}

static assay_status check_version(const store_document *old, uint64_t expected, assay_err *err)
{
    uint64_t version = old->json ? old->version : 0;
    if (expected == DOCUMENT_ANY || expected == version)
        return ASSAY_OK;
    if (!version)
        return assay_fail(err, ASSAY_CONFLICT, 0, "there is no %s \"%s\" any more", old->kind,
                          old->id);
    if (!expected)
        return assay_fail(err, ASSAY_CONFLICT, 0, "there is a %s \"%s\" already", old->kind,
                          old->id);
    return assay_fail(err, ASSAY_CONFLICT, 0, "%s \"%s\" has version %llu by now, not %llu",
                      old->kind, old->id, (unsigned long long)version,
                      (unsigned long long)expected);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What is to be done about the secret: "" none, NULL nothing. */
static const char *new_secret(const store_document *old, const char *json, const char *secret)
{
    if (!json)
        secret = "";
    return secret && strcmp(secret, old->secret ? old->secret : "") != 0 ? secret : NULL;
}

static assay_status put_changed(store_tx *tx, const store_document *old, const char *json,
                                const char *secret, const char *actor, const char *why,
                                assay_err *err)
{
    const char *word = !secret || !json ? NULL : *secret ? "changed" : "removed";
    assay_status status =
        write_document(tx, old->kind, old->id, json, old->version + 1, tx->time, err);
    if (!status && secret)
        status = write_secret(tx, old->kind, old->id, secret, err);
    return status ? status : record_change(tx, old, json, word, actor, why, err);
}

assay_status store_document_put(store_tx *tx, const char *kind, const char *id, const char *json,
                                const char *secret, uint64_t expected, const char *actor,
                                const char *why, uint64_t *version, assay_err *err)
{
    buf canonical = BUF_INIT, texts = BUF_INIT;
    store_document old = {0};
    assay_status status = check_names(kind, id, err);
    if (!status && json)
        status = canonical_object(json, &canonical, err);
    if (!status)
        status = read_document(tx->s, kind, id, &texts, &old, err);
    if (!status)
        status = check_version(&old, expected, err);
    const char *after = json ? canonical.data : NULL;
    const char *changed = status ? NULL : new_secret(&old, after, secret);
    uint64_t now = old.version;
    if (!status && (changed || !same_text(old.json, after))) {
        status = put_changed(tx, &old, after, changed, actor, why, err);
        now++;
    }
    if (!status && version)
        *version = now;
    buf_done(&canonical);
    buf_done(&texts);
    return status;
}

assay_status store_document_touch(store_tx *tx, const char *kind, const char *id, const char *json,
                                  const char *secret, assay_err *err)
{
    buf canonical = BUF_INIT, texts = BUF_INIT;
    store_document old = {0};
    assay_status status = check_names(kind, id, err);
    if (!status && json)
        status = canonical_object(json, &canonical, err);
    if (!status)
        status = read_document(tx->s, kind, id, &texts, &old, err);
    if (!status && !old.json && !json)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no %s \"%s\"", kind, id);
    if (!status && json)
        status =
            write_document(tx, kind, id, canonical.data, old.json ? old.version : old.version + 1,
                           old.json ? old.time : tx->time, err);
    if (!status && secret)
        status = write_secret(tx, kind, id, secret, err);
    buf_done(&canonical);
    buf_done(&texts);
    return status;
}

assay_status store_document_drop(store_tx *tx, const char *kind, const char *id, assay_err *err)
{
    assay_status status = check_names(kind, id, err);
    if (!status)
        status = write_secret(tx, kind, id, "", err);
    if (status)
        return status;
    sqlite3_stmt *q = statement(tx->s->db, SQL_DOCUMENT_DROP);
    sqlite3_bind_text(q, 1, kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, id, -1, SQLITE_STATIC);
    return statement_run(tx->s->db, SQL_DOCUMENT_DROP, err);
}

/* -- checking ------------------------------------------------------------------------- */

static const char *fault_of(sqlite3_stmt *q)
{
    const char *json = (const char *)sqlite3_column_text(q, 2);
    if (sqlite3_column_int64(q, 3) < 1)
        return "has no valid version";
    if (!json)
        return NULL;
    buf canonical = BUF_INIT;
    bool is_whole =
        canonical_object(json, &canonical, NULL) == ASSAY_OK && strcmp(canonical.data, json) == 0;
    buf_done(&canonical);
    return is_whole ? NULL : "is not a JSON object in canonical form";
}

static int check_all(connection *c, sql which, store_finding *finding, void *context,
                     uint64_t *damaged, assay_err *err)
{
    sqlite3_stmt *q = statement(c, which);
    char text[KIND_MAX + ID_MAX + 100];
    int step;
    while ((step = statement_step(c, which, err)) > 0) {
        const char *fault =
            which == SQL_SECRET_STRAY ? "has a secret, but is not there" : fault_of(q);
        const char *kind = (const char *)sqlite3_column_text(q, 0);
        const char *id = (const char *)sqlite3_column_text(q, 1);
        if (!fault && (!is_kind(kind) || !is_id(id)))
            fault = "has no valid name";
        if (!fault)
            continue;
        snprintf(text, sizeof text, "document %s \"%s\" %s", kind ? kind : "", id ? id : "", fault);
        finding(text, context);
        ++*damaged;
    }
    statement_reset(c, which);
    return step;
}

assay_status documents_check(connection *c, store_finding *finding, void *context,
                             uint64_t *damaged, assay_err *err)
{
    int every = check_all(c, SQL_DOCUMENT_EVERY, finding, context, damaged, err);
    int stray = every < 0 ? 0 : check_all(c, SQL_SECRET_STRAY, finding, context, damaged, err);
    return every < 0 || stray < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}
