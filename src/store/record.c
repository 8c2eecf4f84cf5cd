/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transactions and records.
 *
 * The commitment is SHA-256 over salt and canonical payload. Erasing payload and salt leaves a
 * record that proves that something was said, when and about what, but not what.
 */
#include "store/inner.h"

#include "base/hash.h"
#include "base/jcs.h"
#include "base/random.h"
#include "base/time.h"

#include <string.h>

/* Records of the first versions have salts of 16 bytes and no prefix. */
enum { SALT_BYTES = 32, SALT_BYTES_OLD = 16 };
static const char commit_prefix[] = "assay/commit/v1\n";

/* -- transactions --------------------------------------------------------------------- */

assay_status store_tx_begin(store *s, store_tx **out, assay_err *err)
{
    uint64_t last;
    if (s->import || ingest_is_begun(s->ingest))
        return assay_fail(err, ASSAY_BUSY, 0, "%s: %s is open", s->path,
                          s->import ? "an import" : "a group of live rows");
    assay_status status = write_begin(s, err);
    if (!status)
        status = commit_last(s->db, &last, err);
    if (!status)
        status = commit_add(s, last + 1, 0, err);
    if (status) {
        if (s->in_tx)
            write_abort(s);
        return status;
    }
    s->tx = (store_tx){.s = s, .commit = last + 1, .time = time_now()};
    *out = &s->tx;
    return ASSAY_OK;
}

assay_status store_tx_commit(store_tx *tx, uint64_t *commit, assay_err *err)
{
    assay_status status = write_commit(tx->s, err);
    tx->is_done = true;
    if (!status && commit)
        *commit = tx->commit;
    if (!status && tx->has_erased)
        status = persons_forget(tx->s, tx->s->db, err);
    if (!status)
        checkpoint(tx->s, 256);
    return status;
}

void store_tx_abort(store_tx *tx)
{
    if (!tx || tx->is_done)
        return;
    write_abort(tx->s);
    tx->is_done = true;
}

/* -- appending ------------------------------------------------------------------------ */

static assay_status commitment(const uint8_t *salt, size_t salt_length, const char *payload,
                               size_t length, sha256 *out, assay_err *err)
{
    hasher *h;
    assay_status status = hasher_new(&h, err);
    if (status)
        return status;
    hasher_begin(h);
    if (salt_length == SALT_BYTES)
        hasher_add(h, commit_prefix, sizeof commit_prefix - 1);
    hasher_add(h, salt, salt_length);
    hasher_add(h, payload, length);
    status = hasher_end(h, out, err);
    hasher_free(h);
    return status;
}

static assay_status insert_record(store_tx *tx, int64_t sequence, const char *type,
                                  const char *actor, const object_id *object, const sha256 *digest,
                                  assay_err *err)
{
    object_id id;
    assay_status status = random_bytes(id.bytes, sizeof id.bytes, err);
    if (status)
        return status;
    connection *c = tx->s->db;
    sqlite3_stmt *q = statement(c, SQL_RECORD_ADD);
    uint32_t person = person_code(tx->s, actor);
    sqlite3_bind_int64(q, 1, sequence);
    sqlite3_bind_int64(q, 2, (int64_t)tx->commit);
    sqlite3_bind_int64(q, 3, tx->time);
    sqlite3_bind_blob(q, 4, id.bytes, sizeof id.bytes, SQLITE_STATIC);
    if (object)
        sqlite3_bind_blob(q, 5, object->bytes, sizeof object->bytes, SQLITE_STATIC);
    sqlite3_bind_text(q, 6, type, -1, SQLITE_STATIC);
    if (person)
        sqlite3_bind_int64(q, 7, person);
    sqlite3_bind_blob(q, 8, digest->bytes, sizeof digest->bytes, SQLITE_STATIC);
    return statement_run(c, SQL_RECORD_ADD, err);
}

static assay_status insert_payload(connection *c, int64_t sequence, const uint8_t *salt,
                                   const buf *payload, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_PAYLOAD_ADD);
    sqlite3_bind_int64(q, 1, sequence);
    sqlite3_bind_blob(q, 2, salt, SALT_BYTES, SQLITE_STATIC);
    sqlite3_bind_text(q, 3, payload->data, (int)payload->length, SQLITE_STATIC);
    return statement_run(c, SQL_PAYLOAD_ADD, err);
}

assay_status record_append(store_tx *tx, const char *type, const char *actor,
                           const object_id *object, const char *payload, uint64_t *sequence,
                           assay_err *err)
{
    uint8_t salt[SALT_BYTES];
    buf canonical = BUF_INIT;
    sha256 digest;
    int64_t last = 0;
    connection *c = tx->s->db;
    assay_status status = jcs_canonical(payload, strlen(payload), &canonical, err);
    if (!status)
        status = random_bytes(salt, sizeof salt, err);
    if (!status)
        status = commitment(salt, sizeof salt, canonical.data, canonical.length, &digest, err);
    statement(c, SQL_RECORD_LAST);
    if (!status)
        status = statement_number(c, SQL_RECORD_LAST, &last, err);
    if (!status)
        status = insert_record(tx, last + 1, type, actor, object, &digest, err);
    if (!status)
        status = insert_payload(c, last + 1, salt, &canonical, err);
    if (!status && sequence)
        *sequence = (uint64_t)last + 1;
    buf_done(&canonical);
    return status;
}

/* -- erasing -------------------------------------------------------------------------- */

assay_status store_record_erase(store_tx *tx, uint64_t sequence, const char *actor,
                                const char *reason, assay_err *err)
{
    connection *c = tx->s->db;
    sqlite3_stmt *q = statement(c, SQL_PAYLOAD_DROP);
    sqlite3_bind_int64(q, 1, (int64_t)sequence);
    assay_status status = statement_run(c, SQL_PAYLOAD_DROP, err);
    if (!status && sqlite3_changes(c->db) == 0)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "record %llu has no payload",
                          (unsigned long long)sequence);
    json_t *o = status ? NULL
                       : json_pack("{s:I, s:s}", "sequence", (json_int_t)sequence, "reason",
                                   reason ? reason : "");
    buf text = BUF_INIT;
    if (!status)
        status = o ? jcs_write(o, &text, err)
                   : assay_fail(err, ASSAY_FORMAT, 0, "the reason is not UTF-8 text");
    if (!status)
        status = record_append(tx, "payload.erased", actor, NULL, text.data, NULL, err);
    json_decref(o);
    buf_done(&text);
    return status;
}

assay_status store_person_erase(store_tx *tx, const char *name, const char *actor, assay_err *err)
{
    connection *c = tx->s->db;
    uint32_t code = dictionary_find(tx->s->texts[CONTEXT_OPERATOR], name, strlen(name));
    if (!code)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "no person is stored under that name");
    assay_status status = texts_save(tx->s, err);
    sqlite3_stmt *q = statement(c, SQL_PERSON_ERASE);
    sqlite3_bind_int64(q, 1, code);
    if (!status)
        status = statement_run(c, SQL_PERSON_ERASE, err);
    char text[64];
    snprintf(text, sizeof text, "{\"person\":%u}", code);
    if (!status)
        status = record_append(tx, "person.erased", actor, NULL, text, NULL, err);
    if (!status)
        tx->has_erased = true;
    return status;
}

/* -- reading -------------------------------------------------------------------------- */

static void copy_id(sqlite3_stmt *q, int column, object_id *out)
{
    if (sqlite3_column_bytes(q, column) == (int)sizeof out->bytes)
        memcpy(out->bytes, sqlite3_column_blob(q, column), sizeof out->bytes);
}

static record record_of(store *s, sqlite3_stmt *q)
{
    record r = {.sequence = (uint64_t)sqlite3_column_int64(q, 0),
                .commit = (uint64_t)sqlite3_column_int64(q, 1),
                .time = sqlite3_column_int64(q, 2),
                .type = (const char *)sqlite3_column_text(q, 5),
                .payload = (const char *)sqlite3_column_text(q, 9)};
    copy_id(q, 3, &r.id);
    if (sqlite3_column_bytes(q, 7) == sizeof r.commitment)
        memcpy(r.commitment, sqlite3_column_blob(q, 7), sizeof r.commitment);
    r.salt = sqlite3_column_blob(q, 8);
    r.salt_length = (size_t)sqlite3_column_bytes(q, 8);
    copy_id(q, 4, &r.object);
    r.actor =
        dictionary_text(s->texts[CONTEXT_OPERATOR], (uint32_t)sqlite3_column_int64(q, 6), NULL);
    return r;
}

assay_status store_records(store *s, const char *type, uint64_t from_sequence,
                           record_visitor *visit, void *context, assay_err *err)
{
    connection *c;
    uint64_t commit = 0;
    assay_status status = reader_take(s, &c, err);
    if (status)
        return status;
    status = commit_last(c, &commit, err);
    if (!status)
        status = origins_refresh(s, c, commit, err);
    sqlite3_stmt *q = statement(c, SQL_RECORD_FROM);
    sqlite3_bind_int64(q, 1, (int64_t)from_sequence);
    if (type)
        sqlite3_bind_text(q, 2, type, -1, SQLITE_STATIC);
    int step = 1;
    while (!status && (step = statement_step(c, SQL_RECORD_FROM, err)) > 0) {
        record r = record_of(s, q);
        if (!visit(&r, context))
            break;
    }
    reader_give(s, c);
    return status ? status : step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

/* Gap-free, and every payload that is there agrees with its commitment. */
assay_status records_check(store *s, connection *c, store_finding *finding, void *context,
                           uint64_t *count, uint64_t *damaged, assay_err *err)
{
    (void)s;
    uint64_t expected = 1;
    char text[120];
    int step;
    sqlite3_stmt *q = statement(c, SQL_RECORD_FROM);
    sqlite3_bind_int64(q, 1, 0);
    while ((step = statement_step(c, SQL_RECORD_FROM, err)) > 0) {
        uint64_t sequence = (uint64_t)sqlite3_column_int64(q, 0);
        sha256 digest;
        const char *fault = sequence != expected ? "does not follow the one before" : NULL;
        bool is_erased = sqlite3_column_type(q, 9) == SQLITE_NULL;
        if (!fault && !is_erased) {
            size_t salt = (size_t)sqlite3_column_bytes(q, 8);
            bool is_whole = (salt == SALT_BYTES || salt == SALT_BYTES_OLD) &&
                            sqlite3_column_bytes(q, 7) == 32 &&
                            !commitment(sqlite3_column_blob(q, 8), salt, sqlite3_column_blob(q, 9),
                                        (size_t)sqlite3_column_bytes(q, 9), &digest, err) &&
                            !memcmp(digest.bytes, sqlite3_column_blob(q, 7), 32);
            fault = is_whole ? NULL : "does not agree with its commitment";
        }
        if (fault) {
            snprintf(text, sizeof text, "record %llu %s", (unsigned long long)sequence, fault);
            finding(text, context);
            ++*damaged;
        }
        expected = sequence + 1;
        ++*count;
    }
    statement_reset(c, SQL_RECORD_FROM);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}
