/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live rows for a store in a folder of its own. */
#ifndef TEST_STORE_FEEDER_H
#define TEST_STORE_FEEDER_H

#include "shop.h"
#include "store/ingest.h"

/* Rows of one call of ingest_rows. */
typedef struct {
    tray t;
    uint32_t message[5000];
    uint8_t fate[5000];
    ingest *g;
} feeder;

static inline void feeder_open(feeder *f, shop *h)
{
    tray_init(&f->t, 1u << CONTEXT_SERIAL | 1u << CONTEXT_MACHINE);
    assert_ok(ingest_open(h->s, &f->g, &h->err), h->err);
}

static inline void feeder_close(feeder *f)
{
    ingest_close(f->g);
    tray_done(&f->t);
}

static inline void put(feeder *f, const row *r, uint32_t message)
{
    size_t k = f->t.b->n;
    assay_err err = {0};
    tray_put(&f->t, r);
    characteristic c = {.path = r->path ? r->path : "bore", .decimals = -1};
    assert_ok(ingest_define(f->g, &c, "line", &f->t.b->characteristic[k], &err), err);
    f->message[k] = message;
}

static inline void give(feeder *f, const char *source)
{
    assay_err err = {0};
    assert_ok(ingest_rows(f->g, source, f->t.b, (const dictionary *const *)f->t.texts, f->message,
                          f->fate, &err), err);
    f->t.b->n = 0;
}

static inline uint64_t commit(feeder *f)
{
    uint64_t number = 0;
    assay_err err = {0};
    assert_ok(ingest_commit(f->g, &number, &err), err);
    return number;
}

/* One row, one message, one group. */
static inline ingest_fate send(feeder *f, int64_t time, int64_t mantissa, const char *serial)
{
    row r = {.time = time, .mantissa = mantissa, .serial = serial};
    put(f, &r, 1);
    give(f, "gauge");
    commit(f);
    return (ingest_fate)f->fate[0];
}

static inline void settle(feeder *f)
{
    while (ingest_idle(f->g))
        ;
}

static inline void assert_clean(shop *h)
{
    store_check_t found;
    assert_ok(store_check(h->s, NULL, NULL, &found, &h->err), h->err);
    assert_int_equal(found.damaged, 0);
}

static inline const char *values_of(shop *h, store *s, uint64_t as_of)
{
    shop other = *h;
    store_range range = STORE_ALL;
    range.as_of = as_of;
    other.s = s;
    return shop_values(&other, 1, &range);
}

static inline void copy_files(const shop *h, char *path, size_t room)
{
    static const char *const tails[] = {"", "-wal", "-live"};
    char command[600];
    snprintf(path, room, "%s/copy.assay", h->folder);
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(command, sizeof command, "if [ -e %s%s ]; then cp %s%s %s%s; else rm -f %s%s; fi",
                 h->path, tails[i], h->path, tails[i], path, tails[i], path, tails[i]);
        assert_int_equal(system(command), 0);
    }
}

/* From now on every group that may waits for the next transaction. */
static inline void wait_for_ever(feeder *f)
{
    f->g->brought = INT64_MAX;
}

static inline void flip_byte(const char *path, long at)
{
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    fseek(file, at, SEEK_SET);
    int c = fgetc(file);
    fseek(file, at, SEEK_SET);
    fputc(c ^ 1, file);
    fclose(file);
}

#endif
