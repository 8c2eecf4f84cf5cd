/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Amendments: what was stored stays; what counts is said anew, with who and why.
 *
 * A row is named by what never changes: its time and serial number (untimed: its record number),
 * the import it came with, and its place among rows of that key and import.
 */
#include "store/cursor.h"

#include "base/i18n.h"
#include "base/time.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static assay_status read_row(sqlite3_stmt *q, dictionary *serials, amendment *a, assay_err *err)
{
    const char *serial = (const char *)sqlite3_column_text(q, 1);
    size_t length = (size_t)sqlite3_column_bytes(q, 1);
    *a = (amendment){.time = sqlite3_column_int64(q, 0),
                     .origin = (uint64_t)sqlite3_column_int64(q, 2),
                     .occurrence = (uint32_t)sqlite3_column_int64(q, 3),
                     .action = sqlite3_column_int(q, 4)};
    a->value.mantissa = sqlite3_column_int64(q, 5);
    a->value.exponent = (int16_t)sqlite3_column_int(q, 6);
    a->value.decimals = (uint8_t)sqlite3_column_int(q, 7);
    if (a->time == TIME_NONE)
        a->record = serial ? strtoull(serial, NULL, 10) : 0;
    else if (length && serials && !(a->serial = dictionary_code(serials, serial, length)))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for amendments");
    return ASSAY_OK;
}

assay_status amendments_load(connection *c, uint32_t number, uint64_t as_of,
                             dictionary *serials, amendment **out, size_t *n, assay_err *err)
{
    amendment *list = NULL;
    size_t count = 0, room = 0;
    sqlite3_stmt *q = statement(c, SQL_AMENDMENT_OF);
    sqlite3_bind_int64(q, 1, number);
    sqlite3_bind_int64(q, 2, (int64_t)as_of);
    assay_status status = ASSAY_OK;
    int step;
    while (!status && (step = statement_step(c, SQL_AMENDMENT_OF, err)) != 0) {
        if (step < 0) {
            status = ASSAY_DAMAGED;
            break;
        }
        if (count == room) {
            room = room ? 2 * room : 16;
            amendment *grown = realloc(list, room * sizeof *grown);
            if (!grown) {
                status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for amendments");
                break;
            }
            list = grown;
        }
        status = read_row(q, serials, &list[count], err);
        list[count].order = (uint32_t)count;
        count++;
    }
    statement_reset(c, SQL_AMENDMENT_OF);
    if (status) {
        free(list);
        return status;
    }
    *out = list;
    *n = count;
    return ASSAY_OK;
}

/* -- naming a row --------------------------------------------------------------------- */

typedef struct {
    int64_t time;
    uint64_t record_number;
    uint64_t origin;
    uint32_t occurrence;
    char serial[256];
    size_t length;
} row_name;

static void name_row(row_name *n, const cursor *c, const rows *r, size_t i)
{
    size_t length;
    int64_t time = r->time[i];
    uint64_t place = time == TIME_NONE ? r->record[i] : 0;
    const dictionary *d = cursor_dictionary((cursor *)(uintptr_t)c, CONTEXT_SERIAL);
    const char *serial = dictionary_text(d, r->context[CONTEXT_SERIAL][i], &length);
    length = length < sizeof n->serial ? length : sizeof n->serial - 1;
    bool continues = n->occurrence && n->time == time && n->record_number == place &&
                     n->origin == r->origin[i] && n->length == length &&
                     memcmp(n->serial, serial, length) == 0;
    n->occurrence = continues ? n->occurrence + 1 : 1;
    n->time = time;
    n->record_number = place;
    n->origin = r->origin[i];
    n->length = length;
    memcpy(n->serial, serial, length);
    n->serial[length] = '\0';
}

static assay_status find_row(store *s, uint32_t number, uint64_t place, row_name *out,
                             assay_err *err)
{
    store_range all = STORE_ALL;
    all.all_status = true;
    cursor *c;
    rows r;
    uint64_t at = 0;
    assay_status status =
        cursor_open_raw(s, number, &all, WANT_TIME | 1u << CONTEXT_SERIAL, true, &c, err);
    if (status)
        return status;
    while (!(status = cursor_rows(c, &r, err)) && r.n && at <= place)
        for (size_t i = 0; i < r.n && at <= place; i++, at++)
            name_row(out, c, &r, i);
    cursor_close(c);
    if (!status && at <= place)
        status = assay_fail(err, ASSAY_NOT_FOUND, (size_t)place,
                            "characteristic #%u has %llu measurements, not %llu", number,
                            (unsigned long long)at, (unsigned long long)place + 1);
    return status;
}

/* -- amending ------------------------------------------------------------------------- */

static const char *const action_names[] = {"measurement.excluded", "measurement.included",
                                           "measurement.corrected"};

/* What the row came with: an import, or a source's group of live ingest. */
static void name_origin(json_t *o, const store *s, uint64_t from)
{
    if (!(from & ORIGIN_LIVE)) {
        json_object_set_new(o, "import", json_integer((json_int_t)from));
        return;
    }
    const char *source = dictionary_text(s->texts[KIND_SOURCE], origin_source(from), NULL);
    json_object_set_new(o, "source", json_string(source));
    json_object_set_new(o, "commit", json_integer((json_int_t)origin_commit(from)));
}

static json_t *payload_of(const store *s, const row_name *n, const decimal *value,
                          const char *reason)
{
    char text[64];
    json_t *o = json_object();
    if (n->time != TIME_NONE) {
        time_format(n->time, TIME_OFFSET_NONE, text, sizeof text);
        json_object_set_new(o, "time", json_string(text));
    } else {
        json_object_set_new(o, "record", json_integer((json_int_t)n->record_number));
    }
    if (n->length)
        json_object_set_new(o, "serial", json_string_nocheck(n->serial));
    name_origin(o, s, n->origin);
    json_object_set_new(o, "occurrence", json_integer(n->occurrence));
    if (value) {
        decimal_format(value->mantissa, value->exponent, value->decimals, text, sizeof text);
        json_object_set_new(o, "value", json_string(text));
    }
    json_object_set_new(o, "reason", json_string(reason ? reason : ""));
    return o;
}

static assay_status append_payload(store_tx *tx, const char *type, const char *actor,
                                   const object_id *object, json_t *payload, uint64_t *sequence,
                                   assay_err *err)
{
    char *text = payload ? json_dumps(payload, JSON_COMPACT) : NULL;
    json_decref(payload);
    if (!text)
        return assay_fail(err, ASSAY_FORMAT, 0, "the text of a record is not UTF-8");
    assay_status status = record_append(tx, type, actor, object, text, sequence, err);
    free(text);
    return status;
}

static assay_status insert_amendment(store_tx *tx, uint32_t number, const row_name *n, int action,
                                     const decimal *value, uint64_t sequence, assay_err *err)
{
    char text[32];
    sqlite3_stmt *q = statement(tx->s->db, SQL_AMENDMENT_ADD);
    snprintf(text, sizeof text, "%llu", (unsigned long long)n->record_number);
    sqlite3_bind_int64(q, 1, number);
    sqlite3_bind_int64(q, 2, n->time);
    sqlite3_bind_text(q, 3, n->time == TIME_NONE ? text : n->serial, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 4, (int64_t)n->origin);
    sqlite3_bind_int64(q, 5, n->occurrence);
    sqlite3_bind_int64(q, 6, action);
    if (value) {
        sqlite3_bind_int64(q, 7, value->mantissa);
        sqlite3_bind_int64(q, 8, value->exponent);
        sqlite3_bind_int64(q, 9, value->decimals);
    }
    sqlite3_bind_int64(q, 10, (int64_t)tx->commit);
    sqlite3_bind_int64(q, 11, (int64_t)sequence);
    return statement_run(tx->s->db, SQL_AMENDMENT_ADD, err);
}

assay_status store_amend(store_tx *tx, uint32_t number, uint64_t place, amend_action action,
                         const decimal *value, const char *actor, const char *reason,
                         assay_err *err)
{
    stored_characteristic known;
    row_name name = {0};
    uint64_t sequence;
    if ((action == AMEND_VALUE) != (value != NULL))
        return assay_fail(err, ASSAY_USAGE, 0, "a correction needs a value, nothing else has one");
    if (value && (value->exponent < -30 || value->exponent > 30))
        return assay_fail(err, ASSAY_DOMAIN, 0, "the exponent of a correction is out of range");
    assay_status status = store_characteristic_at(tx->s, number, &known, err);
    if (!status)
        status = find_row(tx->s, number, place, &name, err);
    if (!status)
        status = append_payload(tx, action_names[action], actor, &known.id,
                                payload_of(tx->s, &name, value, reason), &sequence, err);
    return status ? status
                  : insert_amendment(tx, number, &name, (int)action, value, sequence, err);
}

/* -- conflicts ------------------------------------------------------------------------ */

static store_conflict conflict_of(sqlite3_stmt *q)
{
    store_conflict c = {.id = (uint64_t)sqlite3_column_int64(q, 0),
                        .characteristic = (uint32_t)sqlite3_column_int64(q, 1),
                        .time = sqlite3_column_int64(q, 2),
                        .serial = (const char *)sqlite3_column_text(q, 3),
                        .value = {.mantissa = sqlite3_column_int64(q, 7),
                                  .exponent = (int16_t)sqlite3_column_int(q, 8),
                                  .decimals = (uint8_t)sqlite3_column_int(q, 9)},
                        .status = (uint8_t)sqlite3_column_int(q, 10)};
    return c;
}

assay_status store_conflicts(store *s, store_conflict_visitor *visit, void *context,
                             assay_err *err)
{
    connection *c;
    assay_status status = reader_take(s, &c, err);
    if (status)
        return status;
    sqlite3_stmt *q = statement(c, SQL_CONFLICT_OPEN);
    sqlite3_bind_int64(q, 1, 0);
    int step;
    while ((step = statement_step(c, SQL_CONFLICT_OPEN, err)) > 0) {
        store_conflict found = conflict_of(q);
        if (!visit(&found, context))
            break;
    }
    reader_give(s, c);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

static assay_status mark_decided(connection *c, uint64_t id, int how, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_CONFLICT_DECIDE);
    sqlite3_bind_int64(q, 1, (int64_t)id);
    sqlite3_bind_int64(q, 2, how);
    return statement_run(c, SQL_CONFLICT_DECIDE, err);
}

static bool read_conflict(connection *c, uint64_t id, store_conflict *out, row_name *name,
                          assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_CONFLICT_OPEN);
    sqlite3_bind_int64(q, 1, (int64_t)id);
    bool found = statement_step(c, SQL_CONFLICT_OPEN, err) > 0 &&
                 (uint64_t)sqlite3_column_int64(q, 0) == id;
    if (found) {
        *out = conflict_of(q);
        name->time = out->time;
        name->origin = (uint64_t)sqlite3_column_int64(q, 4);
        name->occurrence = (uint32_t)sqlite3_column_int64(q, 5);
        snprintf(name->serial, sizeof name->serial, "%s", out->serial ? out->serial : "");
        name->length = strlen(name->serial);
        if (name->time == TIME_NONE)
            name->record_number = strtoull(name->serial, NULL, 10);
        out->serial = NULL;
    }
    statement_reset(c, SQL_CONFLICT_OPEN);
    return found;
}

assay_status store_conflict_decide(store_tx *tx, uint64_t id, bool take_new, const char *actor,
                                   const char *reason, assay_err *err)
{
    store_conflict c;
    row_name name = {0};
    stored_characteristic known;
    uint64_t sequence;
    if (!read_conflict(tx->s->db, id, &c, &name, err))
        return assay_fail(err, ASSAY_NOT_FOUND, 0, _("conflict %llu is not open"),
                          (unsigned long long)id);
    bool has_value = (c.status & STATUS_MASK) != STATUS_NO_VALUE;
    const decimal *value = take_new && has_value ? &c.value : NULL;
    int action = !take_new ? AMEND_KEEP : has_value ? AMEND_TAKE : (int)AMEND_EXCLUDE;
    assay_status status = store_characteristic_at(tx->s, c.characteristic, &known, err);
    if (!status)
        status = append_payload(tx, take_new ? "conflict.taken" : "conflict.kept", actor,
                                &known.id, payload_of(tx->s, &name, value, reason), &sequence, err);
    if (!status)
        status = insert_amendment(tx, c.characteristic, &name, action, value, sequence, err);
    return status ? status : mark_decided(tx->s->db, id, take_new ? 2 : 1, err);
}
