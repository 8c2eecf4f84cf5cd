/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Characteristics: found by name, defined and redefined by records. */
#include "store/inner.h"

#include "base/i18n.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

/* -- the cache ------------------------------------------------------------------------ */

static assay_status cache_room(store *s, uint32_t number, assay_err *err)
{
    if (number < s->characteristic_room)
        return ASSAY_OK;
    size_t room = s->characteristic_room ? s->characteristic_room : 64;
    while (room <= number)
        room *= 2;
    stored_characteristic **grown = realloc(s->characteristics, room * sizeof *grown);
    if (!grown)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu characteristics", room);
    memset(grown + s->characteristic_room, 0, (room - s->characteristic_room) * sizeof *grown);
    s->characteristics = grown;
    s->characteristic_room = room;
    return ASSAY_OK;
}

void characteristic_forget(store *s, uint32_t number)
{
    if (number < s->characteristic_room)
        s->characteristics[number] = NULL;
}

static assay_status row_to_cache(store *s, sqlite3_stmt *q, uint32_t number, assay_err *err)
{
    characteristic *definition;
    assay_status status = characteristic_from_json((const char *)sqlite3_column_text(q, 3),
                                                   &s->names, &definition, err);
    if (!status)
        status = cache_room(s, number, err);
    if (status)
        return status;
    stored_characteristic *c = arena_new(&s->names, stored_characteristic);
    const char *path = (const char *)sqlite3_column_text(q, 2);
    if (c)
        definition->path = arena_text(&s->names, path, strlen(path));
    if (!c || !definition->path)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a characteristic");
    c->number = number;
    c->definition = *definition;
    if (sqlite3_column_bytes(q, 1) == (int)sizeof c->id.bytes)
        memcpy(c->id.bytes, sqlite3_column_blob(q, 1), sizeof c->id.bytes);
    s->characteristics[number] = c;
    return ASSAY_OK;
}

static assay_status not_there(uint32_t number, assay_err *err)
{
    return assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no characteristic #%u"), number);
}

assay_status characteristic_seen(connection *c, uint32_t number, assay_err *err)
{
    sqlite3_bind_int64(statement(c, SQL_CHARACTERISTIC_SEEN), 1, number);
    int step = statement_step(c, SQL_CHARACTERISTIC_SEEN, err);
    statement_reset(c, SQL_CHARACTERISTIC_SEEN);
    return step < 0 ? ASSAY_DAMAGED : step ? ASSAY_OK : not_there(number, err);
}

/* Also one of an import that is not committed. */
static assay_status at(store *s, uint32_t number, bool *is_pending, stored_characteristic *out,
                       assay_err *err)
{
    sqlite3_stmt *q = statement(s->db, SQL_CHARACTERISTIC_AT);
    sqlite3_bind_int64(q, 1, number);
    int step = statement_step(s->db, SQL_CHARACTERISTIC_AT, err);
    assay_status status = ASSAY_OK;
    if (step < 0)
        status = ASSAY_DAMAGED;
    else if (step == 0)
        status = not_there(number, err);
    else
        status = row_to_cache(s, q, number, err);
    if (!status)
        *is_pending = sqlite3_column_type(q, 4) != SQLITE_NULL;
    statement_reset(s->db, SQL_CHARACTERISTIC_AT);
    if (!status)
        *out = *s->characteristics[number];
    if (!status && *is_pending)
        s->characteristics[number] = NULL;
    return status;
}

/* A reader's cache is good until another process commits. */
static void watch_commits(store *s)
{
    uint64_t commit = 0;
    if (s->mode & STORE_WRITE || commit_logged(s->db, &commit, NULL) != ASSAY_OK ||
        commit == s->characteristics_at)
        return;
    for (size_t i = 0; i < s->characteristic_room; i++)
        s->characteristics[i] = NULL;
    s->characteristics_at = commit;
}

assay_status store_characteristic_at(store *s, uint32_t number, stored_characteristic *out,
                                     assay_err *err)
{
    watch_commits(s);
    if (number < s->characteristic_room && s->characteristics[number]) {
        *out = *s->characteristics[number];
        return ASSAY_OK;
    }
    bool is_pending = false;
    stored_characteristic found;
    assay_status status = at(s, number, &is_pending, &found, err);
    if (!status && is_pending)
        status = not_there(number, err);
    if (!status)
        *out = found;
    return status;
}

uint32_t store_characteristic_count(store *s)
{
    int64_t count = 0;
    statement(s->db, SQL_CHARACTERISTIC_COUNT);
    if (statement_number(s->db, SQL_CHARACTERISTIC_COUNT, &count, NULL) != ASSAY_OK)
        return 0;
    return (uint32_t)count;
}

/* -- finding -------------------------------------------------------------------------- */

static bool parse_id(const char *name, object_id *out)
{
    size_t digits = 0;
    for (; *name; name++) {
        if (*name == '-')
            continue;
        const char *hex = "0123456789abcdef", *place = strchr(hex, *name | 32);
        if (!place || digits == 32)
            return false;
        uint8_t *byte = &out->bytes[digits / 2];
        *byte = (uint8_t)(digits % 2 ? *byte | (place - hex) : (place - hex) << 4);
        digits++;
    }
    return digits == 32;
}

static assay_status number_by_path(store *s, const char *path, uint32_t origin_id, uint32_t *out,
                                   assay_err *err)
{
    sqlite3_stmt *q = statement(s->db, SQL_CHARACTERISTIC_BY_PATH);
    sqlite3_bind_text(q, 1, path, -1, SQLITE_STATIC);
    if (origin_id)
        sqlite3_bind_int64(q, 2, origin_id);
    int64_t number = 0;
    assay_status status = statement_number(s->db, SQL_CHARACTERISTIC_BY_PATH, &number, err);
    if (!status)
        *out = (uint32_t)number;
    return status;
}

assay_status characteristic_number(store *s, const char *path, uint32_t *out, assay_err *err)
{
    return number_by_path(s, path, 0, out, err);
}

static assay_status number_by_leaf(store *s, const char *leaf, uint32_t *out, assay_err *err)
{
    sqlite3_stmt *q = statement(s->db, SQL_CHARACTERISTIC_BY_LEAF);
    sqlite3_bind_text(q, 1, leaf, -1, SQLITE_STATIC);
    int found = 0;
    while (statement_step(s->db, SQL_CHARACTERISTIC_BY_LEAF, err) > 0) {
        *out = (uint32_t)sqlite3_column_int64(q, 0);
        found++;
    }
    statement_reset(s->db, SQL_CHARACTERISTIC_BY_LEAF);
    if (found == 1)
        return ASSAY_OK;
    if (found == 0) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no characteristic \"%s\""), leaf);
        return assay_hint(err, _("assay list shows what there is; large and small letters differ"));
    }
    assay_fail(err, ASSAY_NOT_FOUND, 0, _("more than one characteristic is called \"%s\""), leaf);
    return assay_hint(err, _("give more of its path, or its number as #12"));
}

static assay_status number_by_id(store *s, const object_id *id, uint32_t *out, assay_err *err)
{
    sqlite3_stmt *q = statement(s->db, SQL_CHARACTERISTIC_BY_ID);
    sqlite3_bind_blob(q, 1, id->bytes, sizeof id->bytes, SQLITE_STATIC);
    int64_t number = 0;
    assay_status status = statement_number(s->db, SQL_CHARACTERISTIC_BY_ID, &number, err);
    if (!status)
        *out = (uint32_t)number;
    return status;
}

assay_status store_characteristic_find(store *s, const char *name, stored_characteristic *out,
                                       assay_err *err)
{
    uint32_t number = 0;
    object_id id = {{0}};
    char *end = NULL;
    assay_status status = number_by_path(s, name, 0, &number, err);
    if (status == ASSAY_NOT_FOUND && name[0] == '#' && name[1]) {
        unsigned long parsed = strtoul(name + 1, &end, 10);
        if (!*end && parsed && parsed < UINT32_MAX)
            return store_characteristic_at(s, (uint32_t)parsed, out, err);
    }
    if (status == ASSAY_NOT_FOUND && parse_id(name, &id))
        status = number_by_id(s, &id, &number, err);
    if (status == ASSAY_NOT_FOUND)
        status = number_by_leaf(s, name, &number, err);
    return status ? status : store_characteristic_at(s, number, out, err);
}

/* -- defining ------------------------------------------------------------------------- */

static assay_status insert_row(store *s, uint32_t number, const object_id *id,
                               const characteristic *c, const char *definition, uint32_t origin_id,
                               assay_err *err)
{
    sqlite3_stmt *q = statement(s->db, SQL_CHARACTERISTIC_ADD);
    sqlite3_bind_int64(q, 1, number);
    sqlite3_bind_blob(q, 2, id->bytes, sizeof id->bytes, SQLITE_STATIC);
    sqlite3_bind_text(q, 3, c->path, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 4, path_leaf(c->path), -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 5, definition, -1, SQLITE_STATIC);
    if (origin_id)
        sqlite3_bind_int64(q, 6, origin_id);
    return statement_run(s->db, SQL_CHARACTERISTIC_ADD, err);
}

assay_status characteristic_insert(store *s, const characteristic *c, uint32_t origin_id,
                                   uint32_t *number, object_id *id, assay_err *err)
{
    int64_t last = 0;
    buf definition = BUF_INIT;
    assay_status status = random_bytes(id->bytes, sizeof id->bytes, err);
    statement(s->db, SQL_CHARACTERISTIC_MAX);
    if (!status)
        status = statement_number(s->db, SQL_CHARACTERISTIC_MAX, &last, err);
    if (!status)
        status = characteristic_to_json(c, &definition, err);
    if (!status)
        status = insert_row(s, (uint32_t)last + 1, id, c, definition.data, origin_id, err);
    if (!status)
        *number = (uint32_t)last + 1;
    buf_done(&definition);
    return status;
}

static assay_status update_row(store *s, uint32_t number, const characteristic *c,
                               const char *definition, assay_err *err)
{
    sqlite3_stmt *q = statement(s->db, SQL_CHARACTERISTIC_SET);
    sqlite3_bind_int64(q, 1, number);
    sqlite3_bind_text(q, 2, c->path, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 3, path_leaf(c->path), -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 4, definition, -1, SQLITE_STATIC);
    assay_status status = statement_run(s->db, SQL_CHARACTERISTIC_SET, err);
    if (!status)
        characteristic_forget(s, number);
    return status;
}

assay_status characteristic_redefine(store_tx *tx, const stored_characteristic *old,
                                     const characteristic *c, const char *type, const char *actor,
                                     assay_err *err)
{
    buf definition = BUF_INIT;
    uint64_t sequence;
    assay_status status = characteristic_to_json(c, &definition, err);
    if (!status)
        status = update_row(tx->s, old->number, c, definition.data, err);
    if (!status)
        status = record_append(tx, type, actor, &old->id, definition.data, &sequence, err);
    buf_done(&definition);
    return status;
}

/* One that an unfinished import brought: it is there from now on, whatever becomes of the import. */
static assay_status show_hidden(store *s, uint32_t number, object_id *id, buf *definition,
                                assay_err *err)
{
    stored_characteristic found;
    bool is_pending;
    assay_status status = at(s, number, &is_pending, &found, err);
    if (!status)
        status = characteristic_to_json(&found.definition, definition, err);
    sqlite3_bind_int64(statement(s->db, SQL_CHARACTERISTIC_SHOW_ONE), 1, number);
    if (!status)
        status = statement_run(s->db, SQL_CHARACTERISTIC_SHOW_ONE, err);
    if (!status)
        *id = found.id;
    return status;
}

static assay_status insert_or_show(store *s, const characteristic *c, uint32_t *number,
                                   object_id *id, buf *definition, assay_err *err)
{
    int64_t hidden = 0;
    sqlite3_stmt *q = statement(s->db, SQL_CHARACTERISTIC_HIDDEN);
    sqlite3_bind_text(q, 1, c->path, -1, SQLITE_STATIC);
    assay_status status = statement_number(s->db, SQL_CHARACTERISTIC_HIDDEN, &hidden, NULL);
    if (!status) {
        *number = (uint32_t)hidden;
        return show_hidden(s, *number, id, definition, err);
    }
    status = characteristic_insert(s, c, 0, number, id, err);
    return status ? status : characteristic_to_json(c, definition, err);
}

assay_status characteristic_define_new(store_tx *tx, const characteristic *c,
                                       const char *actor, uint32_t *number, assay_err *err)
{
    object_id id;
    buf definition = BUF_INIT;
    uint64_t sequence;
    assay_status status = insert_or_show(tx->s, c, number, &id, &definition, err);
    if (!status)
        status = record_append(tx, "characteristic.defined", actor, &id, definition.data,
                               &sequence, err);
    buf_done(&definition);
    return status;
}

static assay_status is_same(const characteristic *a, const characteristic *b, bool *out,
                            assay_err *err)
{
    buf x = BUF_INIT, y = BUF_INIT;
    assay_status status = characteristic_to_json(a, &x, err);
    if (!status)
        status = characteristic_to_json(b, &y, err);
    *out = !status && x.length == y.length && memcmp(x.data, y.data, x.length) == 0;
    buf_done(&x);
    buf_done(&y);
    return status;
}

assay_status store_characteristic_define(store *s, const characteristic *c, const char *actor,
                                         uint32_t *number, assay_err *err)
{
    if (!c->path || !*c->path)
        return assay_fail(err, ASSAY_MISSING, 0, _("a characteristic needs a path"));
    stored_characteristic old = {0};
    uint32_t known = 0;
    bool same = false;
    store_tx *tx = NULL;
    assay_status status = need_writer(s, err);
    if (status)
        return status;
    bool is_new = number_by_path(s, c->path, 0, &known, NULL) == ASSAY_NOT_FOUND;
    if (!is_new)
        status = store_characteristic_at(s, known, &old, err);
    if (!status && !is_new)
        status = is_same(&old.definition, c, &same, err);
    if (!status && same) {
        *number = known;
        return ASSAY_OK;
    }
    if (!status)
        status = store_tx_begin(s, &tx, err);
    if (!status)
        status = is_new ? characteristic_define_new(tx, c, actor, &known, err)
                        : characteristic_redefine(tx, &old, c, "characteristic.changed", actor,
                                                  err);
    if (!status)
        status = store_tx_commit(tx, NULL, err);
    if (status)
        store_tx_abort(tx);
    else
        *number = known;
    return status;
}

assay_status store_characteristic_rename(store *s, uint32_t number, const char *path,
                                         const char *actor, assay_err *err)
{
    stored_characteristic old;
    store_tx *tx = NULL;
    uint32_t taken;
    if (!path || !*path)
        return assay_fail(err, ASSAY_MISSING, 0, _("a characteristic needs a path"));
    assay_status status = store_characteristic_at(s, number, &old, err);
    if (!status && number_by_path(s, path, 0, &taken, NULL) == ASSAY_OK)
        status = assay_fail(err, ASSAY_EXISTS, 0, _("there is already a characteristic \"%s\""),
                            path);
    if (!status)
        status = store_tx_begin(s, &tx, err);
    if (!status) {
        characteristic renamed = old.definition;
        renamed.path = path;
        status = characteristic_redefine(tx, &old, &renamed, "characteristic.renamed", actor, err);
    }
    if (!status)
        status = store_tx_commit(tx, NULL, err);
    if (status)
        store_tx_abort(tx);
    return status;
}

/* What an import makes of a stored definition, by its commit. */
static assay_status change_add(store *s, uint32_t number, const characteristic *c, uint32_t origin_id,
                               assay_err *err)
{
    buf definition = BUF_INIT;
    assay_status status = characteristic_to_json(c, &definition, err);
    sqlite3_stmt *q = statement(s->db, SQL_CHANGE_ADD);
    sqlite3_bind_int64(q, 1, origin_id);
    sqlite3_bind_int64(q, 2, number);
    sqlite3_bind_text(q, 3, buf_text(&definition), -1, SQLITE_STATIC);
    if (!status)
        status = statement_run(s->db, SQL_CHANGE_ADD, err);
    buf_done(&definition);
    return status;
}

/* For an import: the characteristic of this path, new ones under its id. */
assay_status characteristic_for_import(store *s, const characteristic *c, uint32_t origin_id,
                                       uint32_t *number, assay_err *err)
{
    characteristic named = *c;
    if (!named.path || !*named.path)
        named.path = "value";
    assay_status status = number_by_path(s, named.path, origin_id, number, NULL);
    if (status == ASSAY_NOT_FOUND) {
        object_id id;
        return characteristic_insert(s, &named, origin_id, number, &id, err);
    }
    if (status)
        return assay_fail(err, status, 0, "cannot look up \"%s\"", named.path);
    stored_characteristic old;
    bool is_pending;
    status = at(s, *number, &is_pending, &old, err);
    characteristic merged;
    if (status || is_pending || !characteristic_overlay(&old.definition, &named, &merged))
        return status;
    return change_add(s, *number, &merged, origin_id, err);
}

/* As the import has changed it so far; `out` stays as it is when it has not. */
static assay_status changed_so_far(store *s, uint32_t number, uint32_t origin_id, characteristic *out,
                                   assay_err *err)
{
    characteristic *changed;
    sqlite3_stmt *q = statement(s->db, SQL_CHANGE_OF);
    sqlite3_bind_int64(q, 1, origin_id);
    sqlite3_bind_int64(q, 2, number);
    int step = statement_step(s->db, SQL_CHANGE_OF, err);
    assay_status status = step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
    if (step > 0)
        status = characteristic_from_json((const char *)sqlite3_column_text(q, 0), &s->names, &changed,
                                          err);
    statement_reset(s->db, SQL_CHANGE_OF);
    if (step > 0 && !status)
        *out = *changed;
    return status;
}

assay_status characteristic_specify(store *s, uint32_t number, const characteristic *said,
                                    uint32_t origin_id, property_differs *differs, void *context,
                                    assay_err *err)
{
    stored_characteristic old;
    bool is_pending;
    assay_status status = at(s, number, &is_pending, &old, err);
    characteristic *own = &old.definition;
    const char *path = own->path;
    if (!status)
        status = changed_so_far(s, number, origin_id, own, err);
    if (status)
        return status;
    if (differs)
        characteristic_compare(own, said, differs, context);
    if (!characteristic_complete(own, said))
        return ASSAY_OK;
    own->path = path;
    if (!is_pending)
        return change_add(s, number, own, origin_id, err);
    buf definition = BUF_INIT;
    status = characteristic_to_json(own, &definition, err);
    if (!status)
        status = update_row(s, number, own, buf_text(&definition), err);
    buf_done(&definition);
    return status;
}
