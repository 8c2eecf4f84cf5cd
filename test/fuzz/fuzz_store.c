/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole database file with bytes changed: opening, checking and reading it must return.
 *
 * The first byte chooses: 0 to 127, the rest are patches of a sound file, 6 bytes each (place,
 * how, value), taken back afterwards; else the rest is a file of its own.
 */
#include "store/store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 900, PATCHES = 64 };

static char folder[] = "/tmp/assay-fuzz-XXXXXX", sound[64], alien[64];
static uint8_t *original;
static size_t original_size;
static int file;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void give_up(void)
{
    abort();
}

static void fill(store *s, const char *content, int from, int n)
{
    characteristic c = {.path = "part/bore", .decimals = 3, .subgroup_size = 5};
    const characteristic *list[1] = {&c};
    dictionary *serials = NULL, *machines = NULL;
    const dictionary *texts[CONTEXT_COUNT] = {NULL};
    import_options o = {"fuzz", content, "f", "someone", 0};
    measurement_batch *b = NULL;
    import *i = NULL;
    if (dictionary_new(&serials, NULL) || dictionary_new(&machines, NULL) ||
        batch_new((size_t)n, 1u << CONTEXT_SERIAL | 1u << CONTEXT_MACHINE, &b, NULL) ||
        import_begin(s, &o, &i, NULL, NULL))
        give_up();
    texts[CONTEXT_SERIAL] = serials;
    texts[CONTEXT_MACHINE] = machines;
    for (int k = 0; k < n; k++) {
        char text[16];
        int length = snprintf(text, sizeof text, "S%d", k / 2);
        b->characteristic[k] = 0;
        b->time[k] = k % 50 == 7 ? TIME_NONE : (int64_t)(from + k) * 1000000000;
        b->offset[k] = 3600;
        b->mantissa[k] = 20000 + (from + k) * 37 % 501;
        b->exponent[k] = -3;
        b->decimals[k] = 3;
        b->status[k] = k % 40 == 3 ? STATUS_NO_VALUE : STATUS_VALID;
        b->size[k] = 1;
        b->record[k] = (uint64_t)k + 1;
        b->context[CONTEXT_SERIAL][k] = dictionary_code(serials, text, (size_t)length);
        b->context[CONTEXT_MACHINE][k] = dictionary_code(machines, k % 3 ? "M1" : "M2", 2);
    }
    b->n = (size_t)n;
    if (import_append(i, b, list, texts, 1, (uint64_t)n, NULL) || import_commit(i, NULL, NULL))
        give_up();
    import_close(i, true);
    batch_free(b);
    dictionary_free(serials);
    dictionary_free(machines);
}

/* Pages of 4 KiB instead of 64: a run reads a sixteenth, and a patch more often meets what is read. */
static void shrink(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA page_size=4096; VACUUM", NULL, NULL, NULL) != SQLITE_OK)
        give_up();
    sqlite3_close(db);
}

static void make_sound(void)
{
    store *s = NULL;
    store_tx *tx = NULL;
    struct stat st;
    char made[80];
    if (!mkdtemp(folder)) /* not in memory: tmpfs looks anew for each name that is not there */
        give_up();
    snprintf(made, sizeof made, "%s/made", folder);
    snprintf(sound, sizeof sound, "%s/sound", folder);
    snprintf(alien, sizeof alien, "%s/alien", folder);
    if (store_open(made, STORE_CREATE, &s, NULL))
        give_up();
    fill(s, "one", 0, ROWS);
    if (store_compact(s, NULL, NULL, NULL))
        give_up();
    fill(s, "two", ROWS / 2, 70);
    if (store_tx_begin(s, &tx, NULL) || store_amend(tx, 1, 400, AMEND_EXCLUDE, NULL, "x", "y", NULL) ||
        store_tx_commit(tx, NULL, NULL) || store_backup(s, sound, NULL))
        give_up();
    store_close(s);
    unlink(made);
    shrink(sound);
    file = open(sound, O_RDWR);
    if (file < 0 || fstat(file, &st) != 0)
        give_up();
    original_size = (size_t)st.st_size;
    original = malloc(original_size);
    if (!original || pread(file, original, original_size, 0) != (ssize_t)original_size)
        give_up();
}

static void clean_up(void)
{
    unlink(sound);
    unlink(alien);
    rmdir(folder);
}

/* -- reading whatever is there -------------------------------------------------------- */

static void read_series(store *s, uint32_t number, uint64_t last, bool with_serial)
{
    store_range range = STORE_ALL;
    range.last = last;
    range.contexts = with_serial ? 1u << CONTEXT_SERIAL | 1u << CONTEXT_MACHINE : 0;
    cursor *c = NULL;
    if (cursor_open(s, number, &range, &c, NULL))
        return;
    int faults = 0;
    for (measurement_batch b; faults < 100;) {
        assay_status status = cursor_next(c, &b, NULL);
        faults += status != ASSAY_OK;
        if (!status && !b.n)
            break;
    }
    cursor_close(c);
}

static bool next_record(const record *r, void *context)
{
    (void)r;
    return ++*(int *)context < 1000;
}

static void use(const char *path)
{
    store *s = NULL;
    store_check_t found;
    store_summary sum;
    stored_characteristic c;
    store_range all = STORE_ALL;
    int records = 0;
    if (store_open(path, STORE_READ, &s, NULL))
        return;
    assay_status status = store_check(s, NULL, NULL, &found, NULL);
    uint32_t count = store_characteristic_count(s);
    for (uint32_t number = 1; number <= count && number < 4; number++) {
        status = store_characteristic_at(s, number, &c, NULL);
        read_series(s, number, 0, true);
        read_series(s, number, 100, false);
        status = store_summarise(s, number, &all, &sum, NULL);
    }
    status = store_records(s, NULL, 0, next_record, &records, NULL);
    (void)status;
    store_close(s);
}

static void patch(const uint8_t *data, size_t size)
{
    size_t place[PATCHES], n = 0;
    for (; size >= 6 && n < PATCHES; data += 6, size -= 6, n++) {
        uint32_t at = data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
                      (uint32_t)data[3] << 24;
        place[n] = at % original_size;
        uint8_t old, byte;
        if (pread(file, &old, 1, (off_t)place[n]) != 1)
            give_up();
        byte = data[4] % 3 == 0 ? data[5] : data[4] % 3 == 1 ? old ^ data[5] : (uint8_t)(old + data[5]);
        if (pwrite(file, &byte, 1, (off_t)place[n]) != 1)
            give_up();
    }
    use(sound);
    while (n--)
        if (pwrite(file, original + place[n], 1, (off_t)place[n]) != 1)
            give_up();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!original) {
        make_sound();
        atexit(clean_up);
    }
    if (!size)
        return 0;
    if (data[0] < 128) {
        patch(data + 1, size - 1);
        return 0;
    }
    int fd = open(alien, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)(size - 1))
        give_up();
    close(fd);
    use(alien);
    return 0;
}
