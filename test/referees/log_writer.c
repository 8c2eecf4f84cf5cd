/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes what the referee of the log judges: a database of N records, in commits of changing sizes,
 * its log, the checkpoints on the way and some receipts.
 *   log_writer DIR N */
#include "ledger/durable.h"
#include "notary/notary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *directory;
static char path[4096];
static assay_err err;

static void must(assay_status status)
{
    if (status == ASSAY_OK)
        return;
    fprintf(stderr, "log_writer: %s\n", err.message);
    exit(1);
}

static const char *in(const char *name)
{
    static char text[4200];
    snprintf(text, sizeof text, "%s/%s", directory, name);
    return text;
}

static void append(store *s, uint64_t from, uint64_t to)
{
    store_tx *tx;
    char payload[64];
    must(store_tx_begin(s, &tx, &err));
    for (uint64_t i = from; i < to; i++) {
        snprintf(payload, sizeof payload, "{\"n\":%llu}", (unsigned long long)i);
        must(record_append(tx, i % 3 ? "decision.taken" : "chart.limits", i % 5 ? "kim" : "lee", NULL,
                           payload, NULL, &err));
    }
    must(store_tx_commit(tx, NULL, &err));
}

static void keep_checkpoint(ledger_view *v, uint64_t size)
{
    char name[64];
    ledger_tree t;
    must(ledger_view_tree(v, UINT64_MAX, &t, &err));
    snprintf(name, sizeof name, "older/%012llu", (unsigned long long)size);
    must(durable_write(in(name), 0644, t.note.data, t.note.length, &err));
    buf_done(&t.note);
}

static void write_receipts(ledger_view *v, store *s, uint64_t size)
{
    char name[64];
    for (uint64_t i = 0; i < 50; i++) {
        uint64_t sequence = 1 + i * (size - 1) / 49;
        buf text = BUF_INIT;
        must(notary_receipt(v, s, sequence, i % 2 ? RECEIPT_PLAIN : RECEIPT_BARE, &text, &err));
        snprintf(name, sizeof name, "receipts/%llu", (unsigned long long)sequence);
        must(durable_write(in(name), 0644, text.data, text.length, &err));
        buf_done(&text);
    }
}

int main(int count, char **arg)
{
    uint64_t n = count > 2 ? strtoull(arg[2], NULL, 10) : 0, size = 0, step = 1;
    const notary_wish wish = {.origin = "referee.test/log", .actor = "kim"};
    store *s;
    notary *builder;
    ledger_view *v;
    if (n < 100)
        return 2;
    directory = arg[1];
    snprintf(path, sizeof path, "%s/plant.assay", directory);
    must(durable_make_directory(in("older"), 0755, &err));
    must(durable_make_directory(in("receipts"), 0755, &err));
    must(store_open(path, STORE_CREATE, &s, &err));
    must(notary_init(s, path, &wish, &err)); /* the first record */
    must(notary_open(path, &builder, &err));
    must(ledger_view_open(s, path, &v, &err));
    for (uint64_t have = 1; have < n; step = step * 7 % 9973 + 1) {
        uint64_t to = have + step < n ? have + step : n;
        append(s, have, to);
        have = to;
        must(notary_step(builder, &size, &err));
        keep_checkpoint(v, size);
    }
    const buf *keys = &ledger_view_settings(v)->keys;
    must(durable_write(in("vkey"), 0644, keys->data, keys->length, &err));
    write_receipts(v, s, size);
    ledger_view_close(v);
    notary_close(builder);
    store_close(s);
    if (rename(strcat(path, "-ledger"), in("log")) != 0)
        return 1;
    printf("%llu\n", (unsigned long long)size);
    return 0;
}
