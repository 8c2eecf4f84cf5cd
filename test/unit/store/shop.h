/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a folder of its own, and rows to put into it. */
#ifndef TEST_STORE_SHOP_H
#define TEST_STORE_SHOP_H

#include "check.h"
#include "store/store.h"

#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char folder[64], path[128];
    store *s;
    assay_err err;
} shop;

static inline void shop_open(shop *h)
{
    assert_ok(store_open(h->path, STORE_CREATE, &h->s, &h->err), h->err);
}

static inline shop *shop_new_in(const char *root)
{
    shop *h = calloc(1, sizeof *h);
    snprintf(h->folder, sizeof h->folder, "%s/assay-test-XXXXXX", root);
    assert_non_null(mkdtemp(h->folder));
    snprintf(h->path, sizeof h->path, "%s/t.assay", h->folder);
    shop_open(h);
    return h;
}

static inline shop *shop_new(void)
{
    return shop_new_in("/tmp");
}

/* In memory where there is such a place: for tests of very many commits. */
static inline shop *shop_new_quick(void)
{
    return shop_new_in(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

static inline void shop_reopen(shop *h)
{
    store_close(h->s);
    shop_open(h);
}

static inline void shop_free(shop *h)
{
    char command[128];
    store_close(h->s);
    snprintf(command, sizeof command, "rm -rf %s", h->folder);
    assert_int_equal(system(command), 0);
    free(h);
}

typedef struct {
    const char *path; /* of the characteristic */
    int64_t time;
    int64_t mantissa;
    const char *serial;
    uint8_t status;
} row;

/* A batch as a reader makes it. */
typedef struct {
    measurement_batch *b;
    const characteristic *list[64];
    characteristic definitions[64];
    size_t count;
    dictionary *texts[CONTEXT_COUNT];
    uint64_t record;
} tray;

static inline void tray_init(tray *t, uint32_t contexts)
{
    assay_err err = {0};
    memset(t, 0, sizeof *t);
    assert_ok(batch_new(5000, contexts, &t->b, &err), err);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        assert_ok(dictionary_new(&t->texts[k], &err), err);
}

static inline void tray_done(tray *t)
{
    batch_free(t->b);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        dictionary_free(t->texts[k]);
}

static inline uint32_t tray_characteristic(tray *t, const char *path)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->definitions[i].path, path) == 0)
            return (uint32_t)i;
    t->definitions[t->count] = (characteristic){.path = path, .decimals = -1};
    t->list[t->count] = &t->definitions[t->count];
    return (uint32_t)t->count++;
}

static inline void tray_put(tray *t, const row *r)
{
    measurement_batch *b = t->b;
    size_t i = b->n++;
    b->characteristic[i] = tray_characteristic(t, r->path ? r->path : "bore");
    b->time[i] = r->time;
    if (b->offset)
        b->offset[i] = TIME_OFFSET_NONE;
    b->mantissa[i] = r->mantissa;
    b->exponent[i] = -2;
    b->decimals[i] = 2;
    b->status[i] = r->status;
    b->record[i] = ++t->record;
    if (b->size)
        b->size[i] = 1;
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (b->context[k])
            b->context[k][i] = 0;
    if (b->context[CONTEXT_SERIAL] && r->serial)
        b->context[CONTEXT_SERIAL][i] =
            dictionary_code(t->texts[CONTEXT_SERIAL], r->serial, strlen(r->serial));
}

static inline void tray_send(tray *t, import *i)
{
    assay_err err = {0};
    assert_ok(import_append(i, t->b, t->list, (const dictionary *const *)t->texts, t->record * 10,
                            t->record, &err), err);
    t->b->n = 0;
}

static inline import_tally shop_import(shop *h, const char *source, const char *content,
                                       const row *rows, size_t n)
{
    tray t;
    import *i;
    import_tally tally = {0};
    import_options o = {source, content, "test", "tester", 0};
    tray_init(&t, 1u << CONTEXT_SERIAL);
    assert_ok(import_begin(h->s, &o, &i, NULL, &h->err), h->err);
    for (size_t k = 0; k < n; k++) {
        tray_put(&t, &rows[k]);
        if (t.b->n == t.b->room)
            tray_send(&t, i);
    }
    tray_send(&t, i);
    assert_ok(import_commit(i, &tally, &h->err), h->err);
    import_close(i, false);
    tray_done(&t);
    return tally;
}

/* All mantissas of a range as "1 2 3". */
static inline const char *shop_values(shop *h, uint32_t number, const store_range *range)
{
    static char text[1 << 20];
    size_t at = 0;
    cursor *c;
    measurement_batch b;
    text[0] = '\0';
    assert_ok(cursor_open(h->s, number, range, &c, &h->err), h->err);
    for (;;) {
        assert_ok(cursor_next(c, &b, &h->err), h->err);
        if (!b.n)
            break;
        for (size_t i = 0; i < b.n; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, at ? " %lld" : "%lld",
                                   (long long)b.mantissa[i]);
    }
    cursor_close(c);
    return text;
}

static inline series_digest shop_digest(shop *h, uint32_t number)
{
    series_digest d;
    store_range all = STORE_ALL;
    assert_ok(store_digest(h->s, number, &all, &d, &h->err), h->err);
    return d;
}

#endif
