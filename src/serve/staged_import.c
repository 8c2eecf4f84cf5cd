/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A staged file becomes measurements: read in a thread of its own, row by row into parcels, which
 * the intake stores between those of the live sources. The next parcel goes out when the one before
 * is durable; with each goes the count of rows given out so far under the digest of the content, so
 * that the same file sent again, after a crash or by mistake, goes on behind them and doubles none.
 *
 * Rows of one time and serial number are told apart by their order within a parcel, so that a parcel
 * ends where the time changes. */
#include "live/engine.h"
#include "live/intake.h"
#include "serve/change.h"
#include "serve/staged.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH_ROWS = 8192, ENOUGH_ROWS = PARCEL_ROWS / 2, NUMBERS_MAX = 10000, PATIENCE_S = 3 };

typedef struct {
    int32_t place; /* of the catalog */
    bool is_new, is_specified;
} known_place;

typedef struct {
    server *server;
    staged *file;
    reader *reader;
    measurement_batch *batch;
    parcel *both[2];
    int filling;
    bool is_out;
    known_place *places; /* by the reader's characteristic */
    size_t place_count, place_room;
    uint64_t given, skip; /* rows given out; rows that an earlier try has stored */
    char key[64];
    pthread_mutex_t lock;
    pthread_cond_t came;
    bool is_back;
    bool is_orphan; /* nobody waits for the parcel any more */
    bool is_left;   /* and the thread is through: whoever holds the parcel frees this */
} importing;

/* -- parcels --------------------------------------------------------------------------------------- */

static void let_go(importing *w)
{
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->came);
    free(w);
}

/* In the intake's thread. */
static void on_back(parcel *p, void *context)
{
    importing *w = context;
    pthread_mutex_lock(&w->lock);
    w->is_back = true;
    bool is_orphan = w->is_orphan, is_left = w->is_left;
    pthread_cond_signal(&w->came);
    pthread_mutex_unlock(&w->lock);
    if (is_orphan)
        parcel_free(p);
    if (is_left)
        let_go(w);
}

/* A full disk keeps a parcel until there is room; a server that stops does not wait so long. False: it
 * did not come; who comes last frees it. */
static bool wait_back(importing *w)
{
    int patience = PATIENCE_S;
    pthread_mutex_lock(&w->lock);
    while (!w->is_back && patience) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        if (pthread_cond_timedwait(&w->came, &w->lock, &until) != 0 &&
            staging_is_stopping(w->server->staging))
            patience--;
    }
    bool is_back = w->is_back;
    w->is_orphan = !is_back;
    pthread_mutex_unlock(&w->lock);
    return is_back;
}

static void count(importing *w, const parcel *p)
{
    staging_lock(w->server->staging);
    for (size_t i = 0; i < p->rows->n; i++) {
        w->file->stored += p->fate[i] == FATE_STORED || p->fate[i] == FATE_LATE;
        w->file->duplicates += p->fate[i] == FATE_DUPLICATE;
        w->file->conflicts += p->fate[i] == FATE_CONFLICT;
    }
    w->file->rows = w->given;
    uint64_t of = reader_size(w->reader); /* a workbook's text has another size than its file */
    w->file->at = of ? (uint64_t)((double)reader_offset(w->reader) / (double)of * (double)w->file->bytes) : 0;
    staging_unlock(w->server->staging);
}

static assay_status bring_home(importing *w, assay_err *err)
{
    parcel *other = w->both[!w->filling];
    if (!w->is_out)
        return ASSAY_OK;
    w->is_out = false;
    if (!wait_back(w)) {
        w->both[!w->filling] = NULL;
        return assay_fail(err, ASSAY_STOPPED, 0, _("the server is stopping; send the file again later"));
    }
    if (other->status != ASSAY_OK) {
        *err = other->err;
        return other->status;
    }
    count(w, other);
    return ASSAY_OK;
}

static assay_status offer(importing *w, assay_err *err)
{
    parcel *p = w->both[w->filling];
    assay_status status = bring_home(w, err);
    if (status != ASSAY_OK || parcel_is_empty(p))
        return status;
    parcel_remember(p, w->key, &w->given, sizeof w->given);
    w->is_out = true;
    w->is_back = false;
    intake_offer(w->server->intake, p);
    w->filling = !w->filling;
    parcel_clear(w->both[w->filling]);
    return ASSAY_OK;
}

/* -- rows ------------------------------------------------------------------------------------------ */

static assay_status know_places(importing *w, assay_err *err)
{
    size_t n;
    const characteristic *const *list = reader_characteristics(w->reader, &n);
    const char *under = w->file->settings.under;
    if (n > w->place_room) {
        known_place *grown = realloc(w->places, 2 * n * sizeof *grown);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
        w->places = grown;
        w->place_room = 2 * n;
    }
    for (; w->place_count < n; w->place_count++) {
        characteristic c = *list[w->place_count];
        buf path = BUF_INIT;
        buf_addf(&path, "%s%s%s", under, *under ? "/" : "", c.path);
        c.path = buf_text(&path);
        bool is_mine = identity_may(&w->file->who, SCOPE_MEASURE, c.path);
        int32_t place = is_mine ? catalog_place(w->server->catalog, &c) : CATALOG_NONE;
        w->places[w->place_count] = (known_place){place, !catalog_number(w->server->catalog, place), false};
        buf_done(&path);
    }
    return ASSAY_OK;
}

static void refuse(importing *w, const char *reason, const char *remedy, uint64_t n,
                   const char *example)
{
    parcel_refuse(w->both[w->filling], reason, remedy, n, example, strlen(example));
    staging_lock(w->server->staging);
    w->file->refused += n;
    staging_unlock(w->server->staging);
}

static assay_status put(importing *w, size_t i, assay_err *err)
{
    size_t n;
    const measurement_batch *b = w->batch;
    int32_t place = w->places[b->characteristic[i]].place;
    if (place == CATALOG_NONE) {
        refuse(w, "not-a-path", N_("a path of 1 to 1000 bytes, at a site that is yours"), 1,
               reader_characteristics(w->reader, &n)[b->characteristic[i]]->path);
        return ASSAY_OK;
    }
    if (parcel_add_read(w->both[w->filling], place, w->reader, b, i))
        return ASSAY_OK;
    assay_status status = offer(w, err); /* one time fills a parcel */
    if (status != ASSAY_OK)
        return status;
    return parcel_add_read(w->both[w->filling], place, w->reader, b, i)
               ? ASSAY_OK
               : assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
}

static bool ends_here(const importing *w, size_t i)
{
    const measurement_batch *b = w->batch;
    return w->both[w->filling]->rows->n >= ENOUGH_ROWS && i > 0 &&
           (b->time[i] != b->time[i - 1] || b->time[i] == TIME_NONE);
}

static assay_status take_batch(importing *w, assay_err *err)
{
    assay_status status = know_places(w, err);
    for (size_t i = 0; i < w->batch->n && status == ASSAY_OK; i++) {
        if (staging_is_stopping(w->server->staging))
            return assay_fail(err, ASSAY_STOPPED, 0, _("the server is stopping; send the file again later"));
        if (ends_here(w, i))
            status = offer(w, err);
        if (status != ASSAY_OK)
            return status;
        w->given++;
        if (w->given > w->skip)
            status = put(w, i, err);
    }
    return status;
}

static void take_refusals(importing *w)
{
    reader_tally_t t;
    char example[STAGED_TEXT + 120];
    reader_tally(w->reader, &t);
    for (size_t i = 0; i < t.refusal_count; i++) {
        const refusal *x = &t.refusals[i];
        snprintf(example, sizeof example, "%s line %llu: %.80s", w->file->name,
                 (unsigned long long)x->line, x->found ? x->found : "");
        refuse(w, x->reason, x->expected, x->count, example);
    }
}

/* -- what rows say of their characteristics --------------------------------------------------------- */

/* Of one that was there before only for who may define. */
static assay_status specify_one(importing *w, store *s, size_t i, assay_err *err)
{
    known_place *at = &w->places[i];
    const characteristic *said = reader_said(w->reader, i);
    uint32_t number = catalog_number(w->server->catalog, at->place);
    stored_characteristic now;
    if (!said || !number)
        return ASSAY_OK;
    assay_status status = store_characteristic_at(s, number, &now, err);
    bool is_mine = at->is_new ||
                   (status == ASSAY_OK && identity_may(&w->file->who, SCOPE_ENGINEER, now.definition.path));
    if (status != ASSAY_OK || !is_mine || !characteristic_complete(&now.definition, said))
        return status;
    at->is_specified = true;
    return store_characteristic_define(s, &now.definition, w->file->account, &number, err);
}

static assay_status specify_all(store *s, void *context, assay_err *err)
{
    importing *w = context;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < w->place_count && status == ASSAY_OK; i++)
        status = specify_one(w, s, i, err);
    return status;
}

static assay_status specify(importing *w, assay_err *err)
{
    if (!reader_says(w->reader))
        return ASSAY_OK;
    assay_status status = change(w->server, specify_all, w, err);
    for (size_t i = 0; i < w->place_count; i++)
        if (w->places[i].is_specified)
            engine_reload(w->server->engine, catalog_number(w->server->catalog, w->places[i].place));
    return status;
}

/* -- the whole ------------------------------------------------------------------------------------- */

/* One file gives other measurements by another sheet, another column of values, under another path. */
static assay_status make_key(importing *w, assay_err *err)
{
    const staged_settings *s = &w->file->settings;
    char content[65];
    buf all = BUF_INIT;
    sha256 digest;
    assay_status status = ASSAY_OK;
    snprintf(content, sizeof content, "%s", w->file->content);
    if (reader_content(w->reader) >= 0)
        status = sha256_of_file(reader_content(w->reader), reader_size(w->reader), content, err);
    if (status == ASSAY_OK && (s->wide || *s->under || *s->column_value || *s->column_characteristic)) {
        buf_addf(&all, "%s\n%d\n%s\n%s\n%s\n", content, s->wide, s->under, s->column_value, s->column_characteristic);
        status = sha256_of(buf_text(&all), all.length, &digest, err);
        sha256_to_hex(&digest, content);
    }
    buf_done(&all);
    snprintf(w->key, sizeof w->key, "file/%.40s", content);
    return status;
}

static assay_status recall(importing *w, assay_err *err)
{
    buf known = BUF_INIT;
    store *s = NULL;
    assay_status status = make_key(w, err);
    if (status == ASSAY_OK)
        status = store_open(w->server->database, STORE_READ, &s, err);
    if (status == ASSAY_OK)
        status = store_recall(s, w->file->settings.source, w->key, &known, err);
    if (status == ASSAY_OK && known.length == sizeof w->skip)
        memcpy(&w->skip, known.data, sizeof w->skip);
    buf_done(&known);
    store_close(s);
    return status;
}

static assay_status begin(importing *w, assay_err *err)
{
    read_options options;
    staged_options(&w->file->settings, &options);
    assay_status status = reader_open(w->file->path, &options, &w->reader, err);
    if (status == ASSAY_OK)
        status = recall(w, err);
    if (status == ASSAY_OK)
        status = batch_new(BATCH_ROWS, reader_contexts(w->reader), &w->batch, err);
    for (int i = 0; i < 2 && status == ASSAY_OK; i++) {
        status = parcel_new(w->file->settings.source, reader_contexts(w->reader), &w->both[i], err);
        if (status != ASSAY_OK)
            break;
        w->both[i]->done = on_back;
        w->both[i]->context = w;
        w->both[i]->is_recognised = true;
        w->both[i]->is_historical = true;
    }
    return status;
}

static assay_status read_all(importing *w, assay_err *err)
{
    assay_status status = begin(w, err);
    while (status == ASSAY_OK) {
        status = reader_next(w->reader, w->batch, err);
        if (status != ASSAY_OK || w->batch->n == 0)
            break;
        status = take_batch(w, err);
    }
    if (status != ASSAY_OK)
        return status;
    take_refusals(w);
    status = offer(w, err);
    if (status == ASSAY_OK)
        status = bring_home(w, err);
    return status == ASSAY_OK ? specify(w, err) : status;
}

/* Which characteristics it brought, for those who want to see them now. */
static void keep_numbers(importing *w)
{
    size_t n = w->place_count < NUMBERS_MAX ? w->place_count : NUMBERS_MAX;
    uint32_t *numbers = n ? calloc(n, sizeof *numbers) : NULL;
    size_t kept = 0;
    for (size_t i = 0; i < n && numbers; i++) {
        uint32_t number = catalog_number(w->server->catalog, w->places[i].place);
        if (number)
            numbers[kept++] = number;
    }
    staging_lock(w->server->staging);
    free(w->file->numbers);
    w->file->numbers = numbers;
    w->file->number_count = kept;
    staging_unlock(w->server->staging);
}

static void finish(importing *w, assay_status status, const assay_err *err)
{
    staging *g = w->server->staging;
    keep_numbers(w);
    staging_lock(g);
    staged *f = w->file;
    f->state = status == ASSAY_OK ? STAGED_DONE : STAGED_FAILED;
    snprintf(f->trouble, sizeof f->trouble, "%.299s", status == ASSAY_OK ? "" : err->message);
    if (status == ASSAY_OK)
        f->duplicates += w->skip < w->given ? w->skip : w->given;
    f->rows = w->given;
    f->at = f->bytes;
    f->touched = time_now();
    staging_unlock(g);
}

static void *run(void *context)
{
    importing *w = context;
    assay_err err = {0};
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->came, NULL);
    assay_status status = read_all(w, &err);
    if (w->is_out && bring_home(w, &(assay_err){0}) != ASSAY_OK && status == ASSAY_OK)
        status = ASSAY_IO;
    finish(w, status, &err);
    reader_close(w->reader);
    batch_free(w->batch);
    parcel_free(w->both[0]);
    parcel_free(w->both[1]);
    free(w->places);
    pthread_mutex_lock(&w->lock);
    w->is_left = w->is_orphan && !w->is_back;
    bool is_last = !w->is_left;
    pthread_mutex_unlock(&w->lock);
    if (is_last)
        let_go(w);
    return NULL;
}

static assay_status claim(staging *g, staged *f, assay_err *err)
{
    staging_lock(g);
    bool is_free = f->state == STAGED_WAITING || f->state == STAGED_FAILED;
    if (is_free) {
        f->state = STAGED_RUNNING;
        f->at = f->rows = f->stored = f->duplicates = f->conflicts = f->refused = 0;
        f->trouble[0] = 0;
    }
    staging_unlock(g);
    return is_free ? ASSAY_OK
                   : assay_fail(err, ASSAY_CONFLICT, 0, _("%s is imported already"), f->name);
}

assay_status staged_import(server *s, staged *f, assay_err *err)
{
    assay_status status = claim(s->staging, f, err);
    if (status != ASSAY_OK)
        return status;
    if (f->has_thread)
        pthread_join(f->thread, NULL); /* of a try that failed */
    importing *w = calloc(1, sizeof *w);
    if (w)
        *w = (importing){.server = s, .file = f};
    f->has_thread = w && pthread_create(&f->thread, NULL, run, w) == 0;
    if (f->has_thread)
        return ASSAY_OK;
    free(w);
    staging_lock(s->staging);
    f->state = STAGED_FAILED;
    staging_unlock(s->staging);
    return assay_fail(err, ASSAY_MEMORY, 0, "cannot start a thread");
}
