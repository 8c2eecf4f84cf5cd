/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever the reader understands, the writer writes, and the reader reads the same again. */
#include "fuzz_reader.h"
#include "read/write.h"

#include <stdio.h>
#include <unistd.h>

enum { ROWS_MAX = 4096 };

typedef struct {
    reader *r;
    measurement_batch *rows;
} held;

static bool hold(held *h, source *in)
{
    read_options options = {.zone = "UTC"};
    if (aqdef_open(in, &options, &h->r, NULL) != ASSAY_OK)
        return false;
    if (reader_next(h->r, h->rows, NULL) != ASSAY_OK) {
        reader_close(h->r);
        return false;
    }
    return true;
}

static const char *text_of(const held *h, size_t i, context_kind kind)
{
    const dictionary *texts = reader_dictionary(h->r, kind);
    return texts ? dictionary_text(texts, h->rows->context[kind][i], NULL) : "";
}

static void compare_row(const held *a, size_t i, const held *b, size_t j)
{
    double x = batch_value(a->rows, i), y = batch_value(b->rows, j);
    HOLDS((a->rows->status[i] & STATUS_MASK) == (b->rows->status[j] & STATUS_MASK));
    HOLDS(x == y || (x != x && y != y));
    HOLDS(a->rows->size[i] == b->rows->size[j]);
    HOLDS(a->rows->time[i] / 1000000000 == b->rows->time[j] / 1000000000);
    for (context_kind k = 0; k < CONTEXT_COUNT; k++)
        if (k != CONTEXT_NOTE) /* its keys come back in their order */
            HOLDS(strcmp(text_of(a, i, k), text_of(b, j, k)) == 0);
}

static size_t next_of(const measurement_batch *b, uint32_t c, size_t at)
{
    while (at < b->n && b->characteristic[at] != c)
        at++;
    return at;
}

/* Rows of one characteristic keep their order; characteristics keep theirs within a part, so
 * they are found again by path, unless equal paths were told apart by number. */
static void compare(const held *a, const held *b)
{
    size_t n, m;
    const characteristic *const *list = reader_characteristics(a->r, &n);
    const characteristic *const *again = reader_characteristics(b->r, &m);
    HOLDS(n == m && a->rows->n == b->rows->n);
    for (uint32_t c = 0; c < n; c++)
        if (strchr(list[c]->path, '#'))
            return;
    for (uint32_t c = 0; c < n; c++) {
        uint32_t d = 0;
        while (d < m && strcmp(list[c]->path, again[d]->path) != 0)
            d++;
        if (d == m)
            continue; /* a number within its path changed */
        size_t i = next_of(a->rows, c, 0), j = next_of(b->rows, d, 0);
        for (; i < a->rows->n && j < b->rows->n;
             i = next_of(a->rows, c, i + 1), j = next_of(b->rows, d, j + 1))
            compare_row(a, i, b, j);
        HOLDS((i < a->rows->n) == (j < b->rows->n));
    }
}

static void write_to(const held *h, const char *path, aqdef_mode mode)
{
    size_t n;
    const characteristic *const *list = reader_characteristics(h->r, &n);
    const dictionary *texts[CONTEXT_COUNT];
    aqdef_writer *w;
    for (int k = 0; k < CONTEXT_COUNT; k++)
        texts[k] = reader_dictionary(h->r, (context_kind)k);
    aqdef_write_options options = {.mode = mode};
    HOLDS(aqdef_write_begin(path, list, n, &options, &w, NULL) == ASSAY_OK);
    HOLDS(aqdef_write_rows(w, h->rows, texts, NULL) == ASSAY_OK);
    HOLDS(aqdef_write_end(w, NULL) == ASSAY_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static held a, b;
    static char path[64];
    if (!path[0]) {
        snprintf(path, sizeof path, "/dev/shm/assay-fuzz-%ld.dfq", (long)getpid());
        HOLDS(batch_new(ROWS_MAX, (1u << CONTEXT_COUNT) - 1, &a.rows, NULL) == ASSAY_OK);
        HOLDS(batch_new(ROWS_MAX, (1u << CONTEXT_COUNT) - 1, &b.rows, NULL) == ASSAY_OK);
    }
    if (!size)
        return 0;
    source in = fuzz_source("x.dfq", data + 1, size - 1), back;
    if (!hold(&a, &in))
        return 0;
    size_t n;
    reader_characteristics(a.r, &n);
    if (n && a.rows->n < ROWS_MAX) {
        write_to(&a, path, data[0] & 1 ? AQDEF_FIELDS : AQDEF_RECORDS);
        HOLDS(source_open(&back, path, NULL) == ASSAY_OK);
        HOLDS(source_head(&back, NULL) == ASSAY_OK);
        unlink(path);
        HOLDS(hold(&b, &back));
        compare(&a, &b);
        reader_close(b.r);
    }
    reader_close(a.r);
    return 0;
}
