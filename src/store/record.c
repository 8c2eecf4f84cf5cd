/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transactions and records. What a record says stands apart, sealed (payloads.c). */
#include "store/inner.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/jcs.h"
#include "base/random.h"
#include "base/time.h"

#include <string.h>

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
    tx->s->db->has_secrets |= tx->has_erased;
    if (!status)
        checkpoint(tx->s, tx->has_erased ? 1 : 256);
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

static assay_status insert_correction(store_tx *tx, int64_t sequence, uint64_t earlier,
                                      assay_err *err)
{
    if (earlier >= (uint64_t)sequence)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no record %llu before this one",
                          (unsigned long long)earlier);
    sqlite3_stmt *q = statement(tx->s->db, SQL_CORRECTION_ADD);
    sqlite3_bind_int64(q, 1, sequence);
    sqlite3_bind_int64(q, 2, (int64_t)earlier);
    return statement_run(tx->s->db, SQL_CORRECTION_ADD, err);
}

assay_status record_append_after(store_tx *tx, const char *type, const char *actor,
                                 const object_id *object, const char *payload, uint64_t earlier,
                                 uint64_t *sequence, assay_err *err)
{
    payload_secrets own;
    buf canonical = BUF_INIT;
    sha256 digest;
    int64_t last = 0;
    connection *c = tx->s->db;
    assay_status status = jcs_canonical(payload, strlen(payload), &canonical, err);
    if (!status)
        status = payload_commit(&canonical, &own, &digest, err);
    statement(c, SQL_RECORD_LAST);
    if (!status)
        status = statement_number(c, SQL_RECORD_LAST, &last, err);
    if (!status)
        status = insert_record(tx, last + 1, type, actor, object, &digest, err);
    if (!status)
        status = payload_add(c, last + 1, &own, &canonical, err);
    if (!status && earlier)
        status = insert_correction(tx, last + 1, earlier, err);
    if (!status && sequence)
        *sequence = (uint64_t)last + 1;
    buf_done(&canonical);
    return status;
}

assay_status record_append(store_tx *tx, const char *type, const char *actor,
                           const object_id *object, const char *payload, uint64_t *sequence,
                           assay_err *err)
{
    return record_append_after(tx, type, actor, object, payload, 0, sequence, err);
}

/* -- erasing -------------------------------------------------------------------------- */

assay_status store_record_erase(store_tx *tx, uint64_t sequence, const char *actor,
                                const char *reason, assay_err *err)
{
    connection *c = tx->s->db;
    assay_status status = payload_drop(c, sequence, err);
    sqlite3_bind_int64(statement(c, SQL_STATE_FORGET), 1, (int64_t)sequence);
    if (!status)
        status = statement_run(c, SQL_STATE_FORGET, err);
    json_t *o = status ? NULL
                       : json_pack("{s:I, s:s}", "sequence", (json_int_t)sequence, "reason",
                                   reason ? reason : "");
    buf text = BUF_INIT;
    if (!status)
        status = o ? jcs_write(o, &text, err)
                   : assay_fail(err, ASSAY_FORMAT, 0, "the reason is not UTF-8 text");
    if (!status)
        status = record_append_after(tx, "payload.erased", actor, NULL, text.data, sequence, NULL, err);
    tx->has_erased |= !status;
    json_decref(o);
    buf_done(&text);
    return status;
}

assay_status store_person_erase(store_tx *tx, const char *name, const char *actor, assay_err *err)
{
    connection *c = tx->s->db;
    uint32_t code = dictionary_find(tx->s->texts[CONTEXT_OPERATOR], name, strlen(name));
    if (!code)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, _("no person is stored under that name"));
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

/* -- restoring ------------------------------------------------------------------------ */

/* The code of a pseudonym; an unknown one becomes a person whose name is not known any more. */
static assay_status person_of(store_tx *tx, const object_id *id, int64_t *code, assay_err *err)
{
    connection *c = tx->s->db;
    dictionary *people = tx->s->texts[CONTEXT_OPERATOR];
    char name[48];
    *code = 0;
    sqlite3_stmt *q = statement(c, SQL_PSEUDONYM_FIND);
    sqlite3_bind_blob(q, 1, id->bytes, sizeof id->bytes, SQLITE_STATIC);
    assay_status status = statement_number(c, SQL_PSEUDONYM_FIND, code, err);
    if (status || *code)
        return status;
    snprintf(name, sizeof name, "(erased %u)", dictionary_count(people) + 1);
    *code = dictionary_code(people, name, strlen(name));
    status = *code ? texts_save(tx->s, err) : assay_fail(err, ASSAY_MEMORY, 0, "no memory for texts");
    q = statement(c, SQL_PSEUDONYM_SET);
    sqlite3_bind_blob(q, 1, id->bytes, sizeof id->bytes, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, *code);
    if (!status)
        status = statement_run(c, SQL_PSEUDONYM_SET, err);
    q = statement(c, SQL_PERSON_ERASE);
    sqlite3_bind_int64(q, 1, *code);
    return status ? status : statement_run(c, SQL_PERSON_ERASE, err);
}

assay_status store_record_restore(store_tx *tx, const record *r, assay_err *err)
{
    connection *c = tx->s->db;
    int64_t last = 0, person = 0;
    statement(c, SQL_RECORD_LAST);
    assay_status status = statement_number(c, SQL_RECORD_LAST, &last, err);
    if (!status && r->sequence != (uint64_t)last + 1)
        return assay_fail(err, ASSAY_CONFLICT, 0, "record %llu does not follow record %lld",
                          (unsigned long long)r->sequence, (long long)last);
    if (!status && r->has_actor)
        status = person_of(tx, &r->pseudonym, &person, err);
    if (status)
        return status;
    sqlite3_stmt *q = statement(c, SQL_RECORD_RESTORE);
    sqlite3_bind_int64(q, 1, last + 1);
    sqlite3_bind_int64(q, 2, (int64_t)tx->commit);
    sqlite3_bind_int64(q, 3, r->time);
    sqlite3_bind_blob(q, 4, r->id.bytes, sizeof r->id.bytes, SQLITE_STATIC);
    if (r->has_object)
        sqlite3_bind_blob(q, 5, r->object.bytes, sizeof r->object.bytes, SQLITE_STATIC);
    sqlite3_bind_text(q, 6, r->type, -1, SQLITE_STATIC);
    if (person)
        sqlite3_bind_int64(q, 7, person);
    sqlite3_bind_blob(q, 8, r->commitment, sizeof r->commitment, SQLITE_STATIC);
    status = statement_run(c, SQL_RECORD_RESTORE, err);
    return status || !r->earlier ? status : insert_correction(tx, last + 1, r->earlier, err);
}

/* -- reading -------------------------------------------------------------------------- */

static void copy_id(sqlite3_stmt *q, int column, object_id *out)
{
    if (sqlite3_column_bytes(q, column) == (int)sizeof out->bytes)
        memcpy(out->bytes, sqlite3_column_blob(q, column), sizeof out->bytes);
}

static assay_status record_of(store *s, sqlite3_stmt *q, buf *plain, record *out, assay_err *err)
{
    record r = {.sequence = (uint64_t)sqlite3_column_int64(q, 0),
                .commit = (uint64_t)sqlite3_column_int64(q, 1),
                .time = sqlite3_column_int64(q, 2),
                .type = (const char *)sqlite3_column_text(q, 5)};
    assay_status status = payload_read(q, plain, &r.payload, err);
    if (status)
        return status;
    copy_id(q, 3, &r.id);
    if (sqlite3_column_bytes(q, 7) == sizeof r.commitment)
        memcpy(r.commitment, sqlite3_column_blob(q, 7), sizeof r.commitment);
    r.salt = r.payload ? sqlite3_column_blob(q, 8) : NULL;
    r.salt_length = r.payload ? (size_t)sqlite3_column_bytes(q, 8) : 0;
    r.form = sqlite3_column_int(q, 11);
    copy_id(q, 4, &r.object);
    r.has_object = sqlite3_column_type(q, 4) != SQLITE_NULL;
    r.has_actor = sqlite3_column_type(q, 6) != SQLITE_NULL;
    copy_id(q, 12, &r.pseudonym);
    r.earlier = (uint64_t)sqlite3_column_int64(q, 13);
    r.actor =
        dictionary_text(s->texts[CONTEXT_OPERATOR], (uint32_t)sqlite3_column_int64(q, 6), NULL);
    *out = r;
    return ASSAY_OK;
}

static assay_status read_all(store *s, sql which, const char *type, uint64_t from_sequence,
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
    sqlite3_stmt *q = statement(c, which);
    sqlite3_bind_int64(q, 1, (int64_t)from_sequence);
    if (type)
        sqlite3_bind_text(q, 2, type, -1, SQLITE_STATIC);
    int step = 1;
    buf plain = BUF_INIT;
    while (!status && (step = statement_step(c, which, err)) > 0) {
        record r;
        status = record_of(s, q, &plain, &r, err);
        if (status || !visit(&r, context))
            break;
    }
    reader_give(s, c);
    buf_done(&plain);
    return status ? status : step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

assay_status store_records(store *s, const char *type, uint64_t from_sequence,
                           record_visitor *visit, void *context, assay_err *err)
{
    return read_all(s, type ? SQL_RECORD_FROM_TYPE : SQL_RECORD_FROM, type, from_sequence, visit,
                    context, err);
}

assay_status store_record_heads(store *s, const char *type, uint64_t from_sequence,
                                record_visitor *visit, void *context, assay_err *err)
{
    return read_all(s, type ? SQL_RECORD_HEADS_TYPE : SQL_RECORD_HEADS, type, from_sequence, visit,
                    context, err);
}

assay_status store_record_before(store *s, const char *type, uint64_t before, uint64_t n,
                                 uint64_t *out, assay_err *err)
{
    connection *c;
    int64_t found;
    assay_status status = reader_take(s, &c, err);
    if (status)
        return status;
    sqlite3_stmt *q = statement(c, SQL_RECORD_BEFORE);
    sqlite3_bind_text(q, 1, type, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, before > INT64_MAX ? INT64_MAX : (int64_t)before);
    sqlite3_bind_int64(q, 3, (int64_t)n - 1);
    status = statement_number(c, SQL_RECORD_BEFORE, &found, err);
    reader_give(s, c);
    if (!status)
        *out = (uint64_t)found;
    return status;
}

/* What a visitor sees of one row; it may read and write itself. */
typedef struct {
    record r;
    size_t type, actor, payload, salt; /* offsets of the texts; SIZE_MAX: none */
} kept_record;

static size_t keep(buf *texts, const void *bytes, size_t length)
{
    size_t at = texts->length;
    if (!bytes)
        return SIZE_MAX;
    buf_add(texts, bytes, length);
    buf_add_char(texts, '\0');
    return at;
}

static assay_status keep_record(buf *list, buf *texts, store *s, sqlite3_stmt *q, assay_err *err)
{
    kept_record k;
    buf plain = BUF_INIT;
    const record *r = &k.r;
    assay_status status = record_of(s, q, &plain, &k.r, err);
    if (status) {
        buf_done(&plain);
        return status;
    }
    k.type = keep(texts, r->type, strlen(r->type));
    k.actor = keep(texts, r->actor, r->actor ? strlen(r->actor) : 0);
    k.payload = keep(texts, r->payload, r->payload ? strlen(r->payload) : 0);
    k.salt = keep(texts, r->salt, r->salt_length);
    buf_add(list, &k, sizeof k);
    buf_done(&plain);
    return ASSAY_OK;
}

static assay_status collect(store *s, connection *c, const object_id *object, uint64_t from,
                            buf *list, buf *texts, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_RECORD_OF);
    sqlite3_bind_blob(q, 1, object->bytes, sizeof object->bytes, SQLITE_STATIC);
    sqlite3_bind_int64(q, 2, (int64_t)from);
    int step;
    assay_status status = ASSAY_OK;
    while (!status && (step = statement_step(c, SQL_RECORD_OF, err)) != 0)
        status = step < 0 ? ASSAY_DAMAGED : keep_record(list, texts, s, q, err);
    statement_reset(c, SQL_RECORD_OF);
    if (status)
        return status;
    return list->failed || texts->failed
               ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for the records of an object")
               : ASSAY_OK;
}

static bool show(const buf *list, const buf *texts, record_visitor *visit, void *context)
{
    for (size_t at = 0; at < list->length; at += sizeof(kept_record)) {
        kept_record k;
        memcpy(&k, list->data + at, sizeof k);
        k.r.type = texts->data + k.type;
        k.r.actor = k.actor == SIZE_MAX ? NULL : texts->data + k.actor;
        k.r.payload = k.payload == SIZE_MAX ? NULL : texts->data + k.payload;
        k.r.salt = k.salt == SIZE_MAX ? NULL : (const uint8_t *)texts->data + k.salt;
        if (!visit(&k.r, context))
            return false;
    }
    return true;
}

assay_status store_object_records(store *s, const object_id *object, uint64_t from_sequence,
                                  record_visitor *visit, void *context, assay_err *err)
{
    buf list = BUF_INIT, texts = BUF_INIT;
    connection *c = s->db;
    uint64_t commit = 0;
    bool is_own = s->in_tx; /* what was appended but not committed is seen through the writer */
    assay_status status = is_own ? ASSAY_OK : reader_take(s, &c, err);
    if (status)
        return status;
    if (!is_own)
        status = commit_last(c, &commit, err);
    if (!status && !is_own)
        status = origins_refresh(s, c, commit, err);
    if (!status)
        status = collect(s, c, object, from_sequence, &list, &texts, err);
    if (!is_own)
        reader_give(s, c);
    if (!status)
        show(&list, &texts, visit, context);
    buf_done(&list);
    buf_done(&texts);
    return status;
}
