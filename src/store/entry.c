/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries and the lists they stand in.
 *
 * One row for each place: (list, sort, entry) in that order is the order of the pages, so a page is
 * one walk along the tree from where the last one ended, and a count is kept beside the list. An
 * entry knows its places, so that what changes is only what differs.
 */
#include "store/inner.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 255, ROW_MAX = 64 << 10, LIMIT_MAX = 1000 };

/* -- places as bytes: list, length of sort, sort -------------------------------------- */

static void add_varint(buf *b, uint64_t value)
{
    for (; value >= 128; value >>= 7)
        buf_add_char(b, (char)(value | 128));
    buf_add_char(b, (char)value);
}

static bool read_varint(const char **at, const char *end, uint64_t *out)
{
    uint64_t value = 0;
    for (int shift = 0; *at < end && shift < 63; shift += 7) {
        uint8_t byte = (uint8_t) * (*at)++;
        value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *out = value;
            return true;
        }
    }
    return false;
}

bool place_next(const char **at, const char *end, entry_spot *out)
{
    uint64_t list, length;
    if (!read_varint(at, end, &list) || !read_varint(at, end, &length) ||
        length > (uint64_t)(end - *at))
        return false;
    *out = (entry_spot){(int64_t)list, *at, (size_t)length};
    *at += length;
    return true;
}

/* Of what may hold nothing at all. */
static const char *end_of(const char *data, size_t length)
{
    return length ? data + length : data;
}

static bool has_place(const char *places, size_t length, const entry_spot *wanted)
{
    const char *at = places, *end = end_of(places, length);
    entry_spot s;
    while (at < end && place_next(&at, end, &s))
        if (s.list == wanted->list && s.length == wanted->length &&
            memcmp(s.sort, wanted->sort, s.length) == 0)
            return true;
    return false;
}

/* -- lists ---------------------------------------------------------------------------- */

static assay_status list_find(connection *c, const char *name, int64_t *id, uint64_t *n,
                              assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_LIST_FIND);
    sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    int step = statement_step(c, SQL_LIST_FIND, err);
    *id = step > 0 ? sqlite3_column_int64(q, 0) : 0;
    *n = step > 0 ? (uint64_t)sqlite3_column_int64(q, 1) : 0;
    statement_reset(c, SQL_LIST_FIND);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

static assay_status list_id(connection *c, const char *name, int64_t *id, assay_err *err)
{
    uint64_t n;
    assay_status status = list_find(c, name, id, &n, err);
    if (status || *id)
        return status;
    sqlite3_stmt *q = statement(c, SQL_LIST_ADD);
    sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    status = statement_run(c, SQL_LIST_ADD, err);
    *id = sqlite3_last_insert_rowid(c->db);
    return status;
}

static assay_status change_place(connection *c, sql which, const entry_spot *s, int64_t entry,
                                 assay_err *err)
{
    sqlite3_stmt *q = statement(c, which);
    sqlite3_bind_int64(q, 1, s->list);
    sqlite3_bind_blob(q, 2, s->sort, (int)s->length, SQLITE_STATIC);
    sqlite3_bind_int64(q, 3, entry);
    assay_status status = statement_run(c, which, err);
    if (status)
        return status;
    q = statement(c, SQL_LIST_COUNT);
    sqlite3_bind_int64(q, 1, s->list);
    sqlite3_bind_int64(q, 2, which == SQL_PLACE_ADD ? 1 : -1);
    return statement_run(c, SQL_LIST_COUNT, err);
}

/* Those of `some` that are not among `others`. */
static assay_status change_places(connection *c, sql which, const buf *some, const buf *others,
                                  int64_t entry, assay_err *err)
{
    const char *at = some->data, *end = end_of(some->data, some->length);
    entry_spot s;
    assay_status status = ASSAY_OK;
    while (!status && some->length && at < end) {
        if (!place_next(&at, end, &s))
            return assay_fail(err, ASSAY_DAMAGED, 0, "the places of entry %lld are damaged",
                              (long long)entry);
        if (!has_place(others->data, others->length, &s))
            status = change_place(c, which, &s, entry, err);
    }
    return status;
}

/* -- putting -------------------------------------------------------------------------- */

static assay_status encode(connection *c, const entry_place *places, size_t n, buf *out,
                           assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (n > ENTRY_PLACES)
        return assay_fail(err, ASSAY_LIMIT, 0, "an entry has %zu places, at most %d are kept", n,
                          ENTRY_PLACES);
    for (size_t i = 0; !status && i < n; i++) {
        const char *sort = places[i].sort ? places[i].sort : "";
        size_t name = strlen(places[i].list), length = strlen(sort);
        if (!name || name > NAME_MAX_BYTES || length > NAME_MAX_BYTES)
            return assay_fail(err, ASSAY_LIMIT, i, "the place of an entry needs a list of 1 to 255"
                              " bytes and sorts by at most 255, found %zu and %zu", name, length);
        entry_spot s = {.sort = sort, .length = length};
        status = list_id(c, places[i].list, &s.list, err);
        if (status || has_place(out->data, out->length, &s))
            continue;
        add_varint(out, (uint64_t)s.list);
        add_varint(out, length);
        buf_add(out, sort, length);
    }
    return status ? status
           : out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for an entry")
                         : ASSAY_OK;
}

/* number 0: there is none. */
static assay_status find(connection *c, const char *kind, const object_id *object, int64_t *number,
                         buf *row, buf *places, assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_ENTRY_FIND);
    sqlite3_bind_text(q, 1, kind, -1, SQLITE_STATIC);
    sqlite3_bind_blob(q, 2, object->bytes, sizeof object->bytes, SQLITE_STATIC);
    int step = statement_step(c, SQL_ENTRY_FIND, err);
    *number = step > 0 ? sqlite3_column_int64(q, 0) : 0;
    if (step > 0)
        buf_add(row, sqlite3_column_text(q, 1), (size_t)sqlite3_column_bytes(q, 1));
    if (step > 0)
        buf_add(places, sqlite3_column_blob(q, 2), (size_t)sqlite3_column_bytes(q, 2));
    statement_reset(c, SQL_ENTRY_FIND);
    if (step < 0)
        return ASSAY_DAMAGED;
    return row->failed || places->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory")
                                         : ASSAY_OK;
}

static assay_status write_row(connection *c, const char *kind, const object_id *object,
                              int64_t *number, const char *row, const buf *places, assay_err *err)
{
    sql which = *number ? SQL_ENTRY_SET : SQL_ENTRY_ADD;
    sqlite3_stmt *q = statement(c, which);
    int at = 1;
    if (*number)
        sqlite3_bind_int64(q, at++, *number);
    else {
        sqlite3_bind_text(q, at++, kind, -1, SQLITE_STATIC);
        sqlite3_bind_blob(q, at++, object->bytes, sizeof object->bytes, SQLITE_STATIC);
    }
    sqlite3_bind_text(q, at++, row, -1, SQLITE_STATIC);
    sqlite3_bind_blob(q, at, buf_text(places), (int)places->length, SQLITE_STATIC);
    assay_status status = statement_run(c, which, err);
    if (!status && !*number)
        *number = sqlite3_last_insert_rowid(c->db);
    return status;
}

static assay_status drop(connection *c, int64_t number, const buf *places, assay_err *err)
{
    buf none = BUF_INIT;
    assay_status status = change_places(c, SQL_PLACE_DROP, places, &none, number, err);
    sqlite3_stmt *q = statement(c, SQL_ENTRY_DROP);
    sqlite3_bind_int64(q, 1, number);
    return status ? status : statement_run(c, SQL_ENTRY_DROP, err);
}

assay_status store_entry_put(store_tx *tx, const char *kind, const object_id *object,
                             const char *row, const entry_place *places, size_t n, assay_err *err)
{
    connection *c = tx->s->db;
    buf old_row = BUF_INIT, old = BUF_INIT, now = BUF_INIT;
    int64_t number = 0;
    assay_status status =
        row && strlen(row) > ROW_MAX
            ? assay_fail(err, ASSAY_LIMIT, 0, "the row of an entry has at most %d bytes", ROW_MAX)
            : find(c, kind, object, &number, &old_row, &old, err);
    if (!status && row)
        status = encode(c, places, n, &now, err);
    if (!status && !row && number)
        status = drop(c, number, &old, err);
    else if (!status && row) {
        bool is_same = number && old.length == now.length &&
                       (!now.length || memcmp(old.data, now.data, now.length) == 0);
        if (!is_same || strcmp(buf_text(&old_row), row) != 0)
            status = write_row(c, kind, object, &number, row, &now, err);
        if (!status && !is_same)
            status = change_places(c, SQL_PLACE_DROP, &old, &now, number, err);
        if (!status && !is_same)
            status = change_places(c, SQL_PLACE_ADD, &now, &old, number, err);
    }
    buf_done(&old_row);
    buf_done(&old);
    buf_done(&now);
    return status;
}

assay_status store_entries_drop(store_tx *tx, const char *kind, assay_err *err)
{
    connection *c = tx->s->db;
    buf list = BUF_INIT;
    assay_status status = ASSAY_OK;
    do { /* a thousand at a time: what is read is not what is changed */
        sqlite3_stmt *q = statement(c, SQL_ENTRY_FROM);
        sqlite3_bind_text(q, 1, kind, -1, SQLITE_STATIC);
        sqlite3_bind_blob(q, 2, "", 0, SQLITE_STATIC);
        int step;
        buf_clear(&list);
        while ((step = statement_step(c, SQL_ENTRY_FROM, err)) > 0) {
            int64_t number = sqlite3_column_int64(q, 0);
            size_t length = (size_t)sqlite3_column_bytes(q, 2);
            buf_add(&list, &number, sizeof number);
            buf_add(&list, &length, sizeof length);
            buf_add(&list, sqlite3_column_blob(q, 2), length);
        }
        statement_reset(c, SQL_ENTRY_FROM);
        status = step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
        for (size_t at = 0; !status && at < list.length;) {
            int64_t number;
            buf places = BUF_INIT;
            memcpy(&number, list.data + at, sizeof number);
            memcpy(&places.length, list.data + at + sizeof number, sizeof places.length);
            at += sizeof number + sizeof places.length;
            places.data = list.data + at;
            status = drop(c, number, &places, err);
            at += places.length;
        }
    } while (!status && list.length);
    buf_done(&list);
    return status;
}

assay_status store_cache(store *s, unsigned mebibytes, assay_err *err)
{
    char text[64];
    snprintf(text, sizeof text, "PRAGMA cache_size=-%u", (mebibytes ? mebibytes : 16) * 1024);
    return connection_exec(s->db, text, err);
}

/* -- reading -------------------------------------------------------------------------- */

assay_status store_entry_get(store *s, const char *kind, const object_id *object, buf *row,
                             assay_err *err)
{
    buf places = BUF_INIT;
    int64_t number = 0;
    assay_status status = find(s->db, kind, object, &number, row, &places, err);
    buf_done(&places);
    if (!status && !number)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no such %s", kind);
    return status;
}

assay_status store_list_count(store *s, const char *list, uint64_t *out, assay_err *err)
{
    int64_t id;
    return list_find(s->db, list, &id, out, err);
}

assay_status store_lists(store *s, const char *prefix, store_list_visitor *visit, void *context,
                         assay_err *err)
{
    buf names = BUF_INIT, end = BUF_INIT;
    sqlite3_stmt *q = statement(s->db, SQL_LIST_UNDER);
    buf_addf(&end, "%s\xff", prefix);
    sqlite3_bind_text(q, 1, prefix, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, buf_text(&end), -1, SQLITE_STATIC);
    int step;
    while ((step = statement_step(s->db, SQL_LIST_UNDER, err)) > 0) {
        uint64_t n = (uint64_t)sqlite3_column_int64(q, 1);
        buf_add(&names, &n, sizeof n);
        buf_add(&names, sqlite3_column_text(q, 0), (size_t)sqlite3_column_bytes(q, 0) + 1);
    }
    statement_reset(s->db, SQL_LIST_UNDER);
    assay_status status = step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
    if (!status && (names.failed || end.failed))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for the names of lists");
    for (size_t at = 0; !status && at < names.length;) {
        uint64_t n;
        memcpy(&n, names.data + at, sizeof n);
        const char *name = names.data + at + sizeof n;
        if (!visit(name, n, context))
            break;
        at += sizeof n + strlen(name) + 1;
    }
    buf_done(&names);
    buf_done(&end);
    return status;
}

/* -- pages ---------------------------------------------------------------------------- */

static void write_mark(char *out, const char *sort, size_t length, int64_t number)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        *out++ = digits[(uint8_t)sort[i] >> 4];
        *out++ = digits[sort[i] & 15];
    }
    snprintf(out, 20, "-%lld", (long long)number);
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_mark(const char *text, buf *sort, int64_t *number)
{
    for (; digit(text[0]) >= 0 && digit(text[1]) >= 0 && sort->length <= NAME_MAX_BYTES; text += 2)
        buf_add_char(sort, (char)(digit(text[0]) << 4 | digit(text[1])));
    char *end;
    if (*text != '-' || text[1] < '0' || text[1] > '9')
        return false;
    *number = strtoll(text + 1, &end, 10);
    return !*end && !sort->failed;
}

/* What a row found begins with; sort, row and kind follow, each with a zero behind it. */
typedef struct {
    size_t sort, row;
    int64_t number;
    object_id object;
} row_head;

/* The rows of a page in their order, from one list or from several: where each begins in `bytes`.
 */
typedef struct {
    buf bytes;
    size_t at[LIMIT_MAX], n, limit;
    bool is_down;
} page_rows;

static row_head head_of(const page_rows *p, size_t i)
{
    row_head h;
    memcpy(&h, p->bytes.data + p->at[i], sizeof h);
    return h;
}

/* The row a statement stands at beside row i of the page: before it below zero, the same 0. */
static int compare(const page_rows *p, sqlite3_stmt *q, size_t i)
{
    row_head h = head_of(p, i);
    size_t length = (size_t)sqlite3_column_bytes(q, 0), least = length < h.sort ? length : h.sort;
    int64_t number = sqlite3_column_int64(q, 1);
    int order =
        least ? memcmp(sqlite3_column_blob(q, 0), p->bytes.data + p->at[i] + sizeof h, least) : 0;
    if (!order)
        order = length != h.sort ? (length < h.sort ? -1 : 1)
                                 : (number > h.number) - (number < h.number);
    return p->is_down ? -order : order;
}

static size_t keep_row(buf *out, sqlite3_stmt *q)
{
    size_t at = out->length;
    row_head h = {(size_t)sqlite3_column_bytes(q, 0),
                  (size_t)sqlite3_column_bytes(q, 4),
                  sqlite3_column_int64(q, 1),
                  {{0}}};
    if (sqlite3_column_bytes(q, 3) == sizeof h.object.bytes)
        memcpy(h.object.bytes, sqlite3_column_blob(q, 3), sizeof h.object.bytes);
    buf_add(out, &h, sizeof h);
    buf_add(out, sqlite3_column_blob(q, 0), h.sort);
    buf_add_char(out, '\0');
    buf_add(out, sqlite3_column_text(q, 4), h.row);
    buf_add_char(out, '\0');
    const char *kind = (const char *)sqlite3_column_text(q, 2);
    buf_add(out, kind, strlen(kind) + 1);
    return at;
}

/* False: what comes behind it in this list is no part of the page either. */
static bool take_row(page_rows *p, sqlite3_stmt *q)
{
    size_t low = 0, high = p->n; /* mostly behind all others */
    int order = p->n ? compare(p, q, p->n - 1) : 1;
    if (order >= 0)
        low = p->n;
    while (order < 0 && low < high) {
        size_t middle = (low + high) / 2;
        int to = compare(p, q, middle);
        if (to == 0)
            return true;
        if (to > 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == p->limit)
        return false;
    if (p->n && order == 0) /* it stands in two of the lists */
        return true;
    p->n += p->n < p->limit;
    memmove(p->at + low + 1, p->at + low, (p->n - low - 1) * sizeof *p->at);
    p->at[low] = keep_row(&p->bytes, q);
    return !p->bytes.failed;
}

static void show_rows(const page_rows *p, store_entry_visitor *visit, void *context)
{
    for (size_t i = 0; i < p->n; i++) {
        row_head h = head_of(p, i);
        store_entry e = {.object = h.object, .sort = p->bytes.data + p->at[i] + sizeof h};
        e.row = e.sort + h.sort + 1;
        e.kind = e.row + h.row + 1;
        if (h.sort > NAME_MAX_BYTES)
            return;
        write_mark(e.mark, e.sort, h.sort, h.number);
        if (!visit(&e, context))
            return;
    }
}

static int compare_sorts(const buf *a, const buf *b)
{
    size_t least = a->length < b->length ? a->length : b->length;
    int order = least ? memcmp(a->data, b->data, least) : 0;
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

static assay_status read_span(connection *c, const store_span *span, const store_page *p,
                              const buf *mark, int64_t number, page_rows *found, assay_err *err)
{
    sql which = p->is_down ? SQL_PAGE_DOWN : SQL_PAGE_UP;
    int64_t list;
    uint64_t n;
    assay_status status = list_find(c, span->list, &list, &n, err);
    if (status || !list)
        return status;
    buf end = BUF_INIT;
    const char *prefix = span->prefix ? span->prefix : "";
    const char *from = p->from && strcmp(p->from, prefix) > 0 ? p->from : prefix;
    buf_addf(&end, "%s\xff", prefix);
    const buf least = {.data = (char *)from, .length = strlen(from)};
    const buf *first = p->is_down ? &end : &least, *last = p->is_down ? &least : &end;
    /* one bound at each end, so that the tree is entered there and nothing is passed over */
    bool is_behind = p->mark && (compare_sorts(mark, first) < 0) == p->is_down;
    const buf *start = is_behind ? mark : first;
    sqlite3_stmt *q = statement(c, which);
    sqlite3_bind_int64(q, 1, list);
    sqlite3_bind_blob(q, 2, buf_text(start), (int)start->length, SQLITE_STATIC);
    sqlite3_bind_int64(q, 3, is_behind ? number : -1);
    sqlite3_bind_blob(q, 4, buf_text(last), (int)last->length, SQLITE_STATIC);
    sqlite3_bind_int64(q, 5, (int64_t)p->limit);
    int step;
    while ((step = statement_step(c, which, err)) > 0 && take_row(found, q))
        ;
    statement_reset(c, which);
    buf_done(&end);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

assay_status store_entries(store *s, const store_page *page, store_entry_visitor *visit,
                           void *context, assay_err *err)
{
    buf mark = BUF_INIT;
    store_page p = *page;
    const store_span one = {p.list, p.prefix}, *span = p.list ? &one : p.span;
    size_t n = p.list ? 1 : p.span_count;
    int64_t number = 0;
    p.limit = !p.limit || p.limit > LIMIT_MAX ? LIMIT_MAX : p.limit;
    page_rows found = {.bytes = BUF_INIT, .limit = p.limit, .is_down = p.is_down};
    assay_status status = ASSAY_OK;
    if (p.mark && !read_mark(p.mark, &mark, &number)) {
        status = assay_fail(err, ASSAY_FORMAT, 0, "\"%.60s\" is not the mark of a page", p.mark);
        assay_hint(err, _("use the one that came with the page before"));
    }
    for (size_t i = 0; !status && i < n; i++)
        status = read_span(s->db, &span[i], &p, &mark, number, &found, err);
    if (!status && found.bytes.failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a page");
    if (!status)
        show_rows(&found, visit, context);
    buf_done(&mark);
    buf_done(&found.bytes);
    return status;
}
