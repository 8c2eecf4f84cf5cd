/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources of live data: their accounts, what was refused of them, what their doors remember. The
 * tables hold what was folded; groups not folded yet are added on the way out. */
#include "store/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- folding -------------------------------------------------------------------------- */

void account_merge(source_account *a, const source_account *b)
{
    a->received += b->received;
    a->stored += b->stored;
    a->duplicates += b->duplicates;
    a->conflicts += b->conflicts;
    a->refused += b->refused;
    a->late += b->late;
    a->doubtful += b->doubtful;
    a->last_time = b->last_time > a->last_time ? b->last_time : a->last_time;
}

static assay_status fold_account(connection *c, const live_account *l, assay_err *err)
{
    const source_account *a = &l->more;
    const uint64_t numbers[] = {l->source,     a->received, a->stored, a->duplicates,
                                a->conflicts, a->refused,  a->late,   a->doubtful};
    sqlite3_stmt *q = statement(c, SQL_ACCOUNT_ADD);
    for (int i = 0; i < 8; i++)
        sqlite3_bind_int64(q, i + 1, (int64_t)numbers[i]);
    sqlite3_bind_int64(q, 9, a->last_time);
    return statement_run(c, SQL_ACCOUNT_ADD, err);
}

/* One row a source, however many groups. */
static assay_status fold_accounts(connection *c, const live *l, assay_err *err)
{
    live_account *sum = calloc(l->end.accounts ? l->end.accounts : 1, sizeof *sum);
    size_t n = 0;
    if (!sum)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for accounts");
    for (size_t i = 0; i < l->end.accounts; i++) {
        size_t k = 0;
        while (k < n && sum[k].source != l->account[i].source)
            k++;
        if (k == n)
            sum[n++] = (live_account){l->account[i].source, {.last_time = TIME_NONE}};
        account_merge(&sum[k].more, &l->account[i].more);
    }
    assay_status status = ASSAY_OK;
    for (size_t k = 0; k < n && !status; k++)
        status = fold_account(c, &sum[k], err);
    free(sum);
    return status;
}

static assay_status fold_refusal(connection *c, const live *l, const live_refusal *r,
                                 assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_REFUSAL_ADD);
    sqlite3_bind_int64(q, 1, r->source);
    sqlite3_bind_text(q, 2, l->notes.data + r->reason, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 3, l->notes.data + r->remedy, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 4, l->notes.data + r->example, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 5, (int64_t)r->count);
    sqlite3_bind_int64(q, 6, r->first_time);
    sqlite3_bind_int64(q, 7, r->last_time);
    return statement_run(c, SQL_REFUSAL_ADD, err);
}

static assay_status fold_memory(connection *c, const live *l, const live_memory *m,
                                assay_err *err)
{
    sql which = m->length ? SQL_MEMORY_SET : SQL_MEMORY_DROP;
    sqlite3_stmt *q = statement(c, which);
    sqlite3_bind_int64(q, 1, m->source);
    sqlite3_bind_text(q, 2, l->notes.data + m->key, -1, SQLITE_STATIC);
    if (m->length)
        sqlite3_bind_blob64(q, 3, l->notes.data + m->value, m->length, SQLITE_STATIC);
    return statement_run(c, which, err);
}

assay_status sources_fold(connection *c, const live *l, assay_err *err)
{
    assay_status status = fold_accounts(c, l, err);
    for (size_t i = 0; i < l->end.refusals && !status; i++)
        status = fold_refusal(c, l, &l->refusal[i], err);
    for (size_t i = 0; i < l->end.memories && !status; i++)
        status = fold_memory(c, l, &l->memory[i], err);
    return status;
}

assay_status source_is_live(connection *c, uint32_t source, bool *out, assay_err *err)
{
    int64_t count = 0;
    sqlite3_stmt *q = statement(c, SQL_ACCOUNT_OF);
    sqlite3_bind_int64(q, 1, source);
    assay_status status = statement_number(c, SQL_ACCOUNT_OF, &count, err);
    if (!status)
        status = live_refresh(c, err);
    for (size_t i = 0; !status && !count && i < c->live->end.accounts; i++)
        count = c->live->account[i].source == source;
    if (!status)
        *out = count > 0;
    return status;
}

/* -- reading -------------------------------------------------------------------------- */

/* A snapshot with its groups read and its texts known. */
static assay_status snapshot(store *s, connection **out, assay_err *err)
{
    uint64_t commit = 0;
    assay_status status = reader_take(s, out, err);
    if (status)
        return status;
    status = commit_last(*out, &commit, err);
    if (!status)
        status = origins_refresh(s, *out, commit, err);
    if (!status)
        status = live_refresh(*out, err);
    if (status)
        reader_give(s, *out);
    return status;
}

/* A list of things of one size, found by `is`. */
typedef struct {
    live_account *at;
    size_t n, room;
} account_list;

static bool account_put(account_list *l, uint32_t source, const source_account *more)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->at[i].source == source) {
            account_merge(&l->at[i].more, more);
            return true;
        }
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 16;
        live_account *grown = realloc(l->at, room * sizeof *grown);
        if (!grown)
            return false;
        l->at = grown;
        l->room = room;
    }
    l->at[l->n++] = (live_account){source, *more};
    return true;
}

static source_account account_of(sqlite3_stmt *q)
{
    uint64_t x[7];
    for (int i = 0; i < 7; i++)
        x[i] = (uint64_t)sqlite3_column_int64(q, i + 1);
    return (source_account){x[0], x[1], x[2], x[3], x[4], x[5], x[6],
                            sqlite3_column_int64(q, 8)};
}

static assay_status collect_accounts(connection *c, account_list *out, assay_err *err)
{
    bool fits = true;
    int step = 1;
    sqlite3_stmt *q = statement(c, SQL_ACCOUNT_ALL);
    while (fits && (step = statement_step(c, SQL_ACCOUNT_ALL, err)) > 0) {
        source_account a = account_of(q);
        fits = account_put(out, (uint32_t)sqlite3_column_int64(q, 0), &a);
    }
    statement_reset(c, SQL_ACCOUNT_ALL);
    const live *l = c->live;
    for (size_t i = 0; i < l->end.accounts && fits; i++)
        fits = account_put(out, l->account[i].source, &l->account[i].more);
    if (!fits)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for accounts");
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

static int by_name(const void *a, const void *b, void *context)
{
    const live_account *x = a, *y = b;
    const dictionary *names = context;
    return strcmp(dictionary_text(names, x->source, NULL),
                  dictionary_text(names, y->source, NULL));
}

assay_status store_sources(store *s, store_source_visitor *visit, void *context, assay_err *err)
{
    connection *c;
    account_list list = {0};
    assay_status status = snapshot(s, &c, err);
    if (status)
        return status;
    status = collect_accounts(c, &list, err);
    reader_give(s, c);
    dictionary *names = s->texts[KIND_SOURCE];
    if (!status && list.n)
        qsort_r(list.at, list.n, sizeof *list.at, by_name, names);
    for (size_t i = 0; i < list.n && !status; i++)
        if (!visit(dictionary_text(names, list.at[i].source, NULL), &list.at[i].more, context))
            break;
    free(list.at);
    return status;
}

assay_status accounts_check(store *s, connection *c, store_finding *finding, void *context,
                           uint64_t *damaged, assay_err *err)
{
    account_list list = {0};
    char text[400];
    assay_status status = collect_accounts(c, &list, err);
    for (size_t i = 0; i < list.n && !status; i++) {
        const source_account *a = &list.at[i].more;
        const char *name = dictionary_text(s->texts[KIND_SOURCE], list.at[i].source, NULL);
        const char *fault =
            !*name ? "is not stored"
            : a->received != a->stored + a->duplicates + a->conflicts + a->refused
                ? "has an account that does not add up"
            : a->late > a->stored || a->doubtful > a->received ? "has an account that cannot be"
                                                             : NULL;
        if (!fault)
            continue;
        snprintf(text, sizeof text, "source %u \"%.200s\" %s", list.at[i].source, name, fault);
        finding(text, context);
        ++*damaged;
    }
    free(list.at);
    return status;
}

/* -- refusals ------------------------------------------------------------------------- */

typedef struct {
    source_refusal *at;
    size_t n, room;
} refusal_list;

static char *copy(const char *text)
{
    return strdup(text ? text : "");
}

static void refusal_free(source_refusal *r)
{
    free((char *)(uintptr_t)r->reason);
    free((char *)(uintptr_t)r->remedy);
    free((char *)(uintptr_t)r->example);
}

static bool refusal_room(refusal_list *l)
{
    if (l->n < l->room)
        return true;
    size_t room = l->room ? 2 * l->room : 16;
    source_refusal *grown = realloc(l->at, room * sizeof *grown);
    if (!grown)
        return false;
    l->at = grown;
    l->room = room;
    return true;
}

/* Copies the texts of r; the newest remedy and example stay. */
static bool refusal_put(refusal_list *l, const source_refusal *r)
{
    size_t i = 0;
    while (i < l->n && strcmp(l->at[i].reason, r->reason) != 0)
        i++;
    if (i == l->n && !refusal_room(l))
        return false;
    source_refusal one = *r;
    one.reason = copy(r->reason);
    one.remedy = copy(r->remedy);
    one.example = copy(r->example);
    if (!one.reason || !one.remedy || !one.example) {
        refusal_free(&one);
        return false;
    }
    if (i == l->n) {
        l->at[l->n++] = one;
        return true;
    }
    one.count += l->at[i].count;
    one.first_time = l->at[i].first_time;
    one.last_time = one.last_time > l->at[i].last_time ? one.last_time : l->at[i].last_time;
    refusal_free(&l->at[i]);
    l->at[i] = one;
    return true;
}

static bool put_live_refusals(const live *l, uint32_t source, refusal_list *out)
{
    for (size_t i = 0; i < l->end.refusals; i++) {
        const live_refusal *r = &l->refusal[i];
        const char *notes = l->notes.data;
        source_refusal one = {notes + r->reason, notes + r->remedy, notes + r->example, r->count,
                              r->first_time,     r->last_time};
        if (r->source == source && !refusal_put(out, &one))
            return false;
    }
    return true;
}

static assay_status collect_refusals(connection *c, uint32_t source, refusal_list *out,
                                     assay_err *err)
{
    bool fits = true;
    int step = 1;
    sqlite3_stmt *q = statement(c, SQL_REFUSAL_OF);
    sqlite3_bind_int64(q, 1, source);
    while (fits && (step = statement_step(c, SQL_REFUSAL_OF, err)) > 0) {
        source_refusal r = {.reason = (const char *)sqlite3_column_text(q, 0),
                            .remedy = (const char *)sqlite3_column_text(q, 1),
                            .example = (const char *)sqlite3_column_text(q, 2),
                            .count = (uint64_t)sqlite3_column_int64(q, 3),
                            .first_time = sqlite3_column_int64(q, 4),
                            .last_time = sqlite3_column_int64(q, 5)};
        fits = r.reason && refusal_put(out, &r);
    }
    statement_reset(c, SQL_REFUSAL_OF);
    if (!fits || !put_live_refusals(c->live, source, out))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for refusals");
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

static uint32_t source_find(const store *s, const char *source)
{
    return dictionary_find(s->texts[KIND_SOURCE], source, strlen(source));
}

assay_status store_refusals(store *s, const char *source, store_refusal_visitor *visit,
                            void *context, assay_err *err)
{
    connection *c;
    refusal_list list = {0};
    assay_status status = snapshot(s, &c, err);
    if (status)
        return status;
    uint32_t code = source_find(s, source);
    if (code)
        status = collect_refusals(c, code, &list, err);
    reader_give(s, c);
    for (size_t i = 0; i < list.n && !status; i++)
        if (!visit(&list.at[i], context))
            break;
    for (size_t i = 0; i < list.n; i++)
        refusal_free(&list.at[i]);
    free(list.at);
    return status;
}

/* -- what doors remember -------------------------------------------------------------- */

/* The newest live entry of a key; NULL: the table knows. */
static const live_memory *find_memory(const live *l, uint32_t source, const char *key)
{
    for (size_t i = l->end.memories; i-- > 0;) {
        const live_memory *m = &l->memory[i];
        if (m->source == source && strcmp(l->notes.data + m->key, key) == 0)
            return m;
    }
    return NULL;
}

static assay_status read_memory(connection *c, uint32_t source, const char *key, buf *out,
                                assay_err *err)
{
    sqlite3_stmt *q = statement(c, SQL_MEMORY_GET);
    sqlite3_bind_int64(q, 1, source);
    sqlite3_bind_text(q, 2, key, -1, SQLITE_STATIC);
    int step = statement_step(c, SQL_MEMORY_GET, err);
    if (step > 0)
        buf_add(out, sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0));
    statement_reset(c, SQL_MEMORY_GET);
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

assay_status store_recall(store *s, const char *source, const char *key, buf *out, assay_err *err)
{
    connection *c;
    assay_status status = snapshot(s, &c, err);
    if (status)
        return status;
    buf_clear(out);
    uint32_t code = source_find(s, source);
    const live_memory *m = code ? find_memory(c->live, code, key) : NULL;
    if (m)
        buf_add(out, c->live->notes.data + m->value, m->length);
    else if (code)
        status = read_memory(c, code, key, out, err);
    reader_give(s, c);
    if (!status && out->failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for what a source remembers");
    return status;
}

/* Places in a buffer that holds keys and values. */
typedef struct {
    size_t key, value, length, order;
} memory_entry;

static void keep_memory(buf *texts, buf *list, const char *key, const void *value, size_t length)
{
    memory_entry e = {.length = length, .order = list->length};
    e.key = texts->length;
    buf_add(texts, key, strlen(key) + 1);
    e.value = texts->length;
    buf_add(texts, value, length);
    buf_add(list, &e, sizeof e);
}

static assay_status collect_memories(connection *c, uint32_t source, const char *prefix,
                                     buf *texts, buf *list, assay_err *err)
{
    size_t n = strlen(prefix);
    int step;
    sqlite3_stmt *q = statement(c, SQL_MEMORY_ALL);
    sqlite3_bind_int64(q, 1, source);
    while ((step = statement_step(c, SQL_MEMORY_ALL, err)) > 0) {
        const char *key = (const char *)sqlite3_column_text(q, 0);
        if (key && strncmp(key, prefix, n) == 0)
            keep_memory(texts, list, key, sqlite3_column_blob(q, 1),
                        (size_t)sqlite3_column_bytes(q, 1));
    }
    statement_reset(c, SQL_MEMORY_ALL);
    const live *l = c->live;
    for (size_t i = 0; i < l->end.memories; i++) {
        const live_memory *m = &l->memory[i];
        const char *key = l->notes.data + m->key;
        if (m->source == source && strncmp(key, prefix, n) == 0)
            keep_memory(texts, list, key, l->notes.data + m->value, m->length);
    }
    if (texts->failed || list->failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for what a source remembers");
    return step < 0 ? ASSAY_DAMAGED : ASSAY_OK;
}

static int by_key(const void *a, const void *b, void *context)
{
    const memory_entry *x = a, *y = b;
    const char *texts = context;
    int order = strcmp(texts + x->key, texts + y->key);
    return order ? order : x->order < y->order ? -1 : 1;
}

static void show_memories(const char *texts, memory_entry *e, size_t n,
                          store_recall_visitor *visit, void *context)
{
    qsort_r(e, n, sizeof *e, by_key, (void *)(uintptr_t)texts);
    for (size_t i = 0; i < n; i++) {
        bool is_last = i + 1 == n || strcmp(texts + e[i].key, texts + e[i + 1].key) != 0;
        if (is_last && e[i].length &&
            !visit(texts + e[i].key, texts + e[i].value, e[i].length, context))
            return;
    }
}

assay_status store_recall_all(store *s, const char *source, const char *prefix,
                              store_recall_visitor *visit, void *context, assay_err *err)
{
    connection *c;
    buf texts = BUF_INIT, list = BUF_INIT;
    assay_status status = snapshot(s, &c, err);
    if (status)
        return status;
    uint32_t code = source_find(s, source);
    if (code)
        status = collect_memories(c, code, prefix ? prefix : "", &texts, &list, err);
    reader_give(s, c);
    if (!status && list.length)
        show_memories(texts.data, (memory_entry *)(void *)list.data,
                      list.length / sizeof(memory_entry), visit, context);
    buf_done(&texts);
    buf_done(&list);
    return status;
}
