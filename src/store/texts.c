/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dictionaries of the whole file: contexts that repeat, sources, persons.
 *
 * They live in memory and follow the tables. Names of persons (operators of measurements, actors
 * of records) stand in the table `person` alone: erasing a name there erases it everywhere.
 */
#include "store/inner.h"

#include "base/random.h"

#include <stdio.h>
#include <string.h>

static bool is_person(int kind)
{
    return kind == CONTEXT_OPERATOR;
}

/* An erased name keeps its code, so that rows of one person still belong together. */
static size_t erased_name(uint32_t code, char out[32])
{
    return (size_t)snprintf(out, 32, "(erased %u)", code);
}

static assay_status enter(dictionary *d, uint32_t code, const char *text, size_t length,
                          assay_err *err)
{
    char erased[32];
    if (!text || !length) {
        length = erased_name(code, erased);
        text = erased;
    }
    uint32_t got = dictionary_code(d, text, length);
    if (!got)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for texts");
    if (got != code)
        return assay_fail(err, ASSAY_DAMAGED, 0, "text %u is stored twice or out of order", code);
    return ASSAY_OK;
}

static assay_status load_kind(store *s, connection *c, int kind, assay_err *err)
{
    sql which = is_person(kind) ? SQL_PERSON_ALL : SQL_TEXT_ALL;
    sqlite3_stmt *q = statement(c, which);
    uint32_t have = dictionary_count(s->texts[kind]);
    sqlite3_bind_int64(q, 1, is_person(kind) ? (int64_t)have : kind);
    if (!is_person(kind))
        sqlite3_bind_int64(q, 2, have);
    assay_status status = ASSAY_OK;
    int step;
    while (!status && (step = statement_step(c, which, err)) != 0)
        status = step < 0 ? ASSAY_DAMAGED
                          : enter(s->texts[kind], (uint32_t)sqlite3_column_int64(q, 0),
                                  (const char *)sqlite3_column_text(q, 1),
                                  (size_t)sqlite3_column_bytes(q, 1), err);
    statement_reset(c, which);
    s->saved[kind] = dictionary_count(s->texts[kind]);
    return status;
}

assay_status persons_forget(store *s, connection *c, assay_err *err)
{
    dictionary *d = s->texts[CONTEXT_OPERATOR];
    sqlite3_stmt *q = statement(c, SQL_PERSON_GONE);
    assay_status status = ASSAY_OK;
    int step = 0;
    while (!status && (step = statement_step(c, SQL_PERSON_GONE, err)) > 0) {
        char erased[32];
        uint32_t code = (uint32_t)sqlite3_column_int64(q, 0);
        size_t length = erased_name(code, erased);
        if (code <= dictionary_count(d) && !dictionary_replace(d, code, erased, length))
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for texts");
    }
    statement_reset(c, SQL_PERSON_GONE);
    return step < 0 ? ASSAY_DAMAGED : status;
}

assay_status texts_load(store *s, connection *c, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (int kind = 0; kind < KINDS && !status; kind++) {
        if (kind < CONTEXT_COUNT && LOCAL_CONTEXTS >> kind & 1)
            continue;
        if (!s->texts[kind])
            status = dictionary_new(&s->texts[kind], err);
        /* Texts not saved yet would collide; only the writer has them, and it knows all. */
        if (!status && s->saved[kind] == dictionary_count(s->texts[kind]))
            status = load_kind(s, c, kind, err);
    }
    return status ? status : persons_forget(s, c, err);
}

/* What outsiders know a person by: random, so that it says nothing once the name is gone. */
static assay_status pseudonym_add(connection *c, uint32_t code, assay_err *err)
{
    object_id id;
    assay_status status = random_bytes(id.bytes, sizeof id.bytes, err);
    if (status)
        return status;
    sqlite3_stmt *q = statement(c, SQL_PSEUDONYM_ADD);
    sqlite3_bind_int64(q, 1, code);
    sqlite3_bind_blob(q, 2, id.bytes, sizeof id.bytes, SQLITE_STATIC);
    return statement_run(c, SQL_PSEUDONYM_ADD, err);
}

assay_status texts_save(store *s, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (int kind = 0; kind < KINDS && !status; kind++) {
        uint32_t count = s->texts[kind] ? dictionary_count(s->texts[kind]) : 0;
        sql which = is_person(kind) ? SQL_PERSON_ADD : SQL_TEXT_ADD;
        for (uint32_t code = s->saved[kind] + 1; code <= count && !status; code++) {
            size_t length;
            const char *text = dictionary_text(s->texts[kind], code, &length);
            sqlite3_stmt *q = statement(s->db, which);
            int i = 1;
            if (!is_person(kind))
                sqlite3_bind_int64(q, i++, kind);
            sqlite3_bind_int64(q, i++, code);
            sqlite3_bind_text(q, i, text, (int)length, SQLITE_STATIC);
            status = statement_run(s->db, which, err);
            if (!status && is_person(kind))
                status = pseudonym_add(s->db, code, err);
        }
        if (!status)
            s->saved[kind] = count;
    }
    return status;
}

void texts_forget(store *s)
{
    for (int kind = 0; kind < KINDS; kind++) {
        bool person = is_person(kind);
        char text[80];
        if (person)
            snprintf(text, sizeof text, "SELECT coalesce(max(code),0) FROM person");
        else
            snprintf(text, sizeof text, "SELECT coalesce(max(code),0) FROM text WHERE kind=%d",
                     kind);
        sqlite3_stmt *q = NULL;
        if (sqlite3_prepare_v2(s->db->db, text, -1, &q, NULL) == SQLITE_OK &&
            sqlite3_step(q) == SQLITE_ROW)
            s->saved[kind] = (uint32_t)sqlite3_column_int64(q, 0);
        sqlite3_finalize(q);
    }
}

uint32_t person_code(store *s, const char *name)
{
    return name && *name ? dictionary_code(s->texts[CONTEXT_OPERATOR], name, strlen(name)) : 0;
}
