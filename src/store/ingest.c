/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live ingest: groups of rows of many sources, each group one commit.
 *
 * A group is gathered in the memory of the writing connection (live.h), which is what its readers
 * have too once they read the group's one row of `live`. Nearly every row is later than all of its
 * series, and that is all that need be known of it; the others are looked up (ingest_match.c).
 * Only definitions and conflicts open the transaction before the commit.
 *
 * Where one group follows the other at once, those that touch no other table wait for the next
 * transaction in the journal (journal.h), durable and seen by all who read. */
#include "store/ingest.h"

#include "base/i18n.h"
#include "base/text.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const ingest_bounds usual = {.rows = 1 << 16,
                                    .groups = 4096,
                                    .bytes = 16 << 20,
                                    .batches = 32,
                                    .slice_ns = 4000000};

enum {
    EXAMPLE_MAX = 200,
    KEY_MAX = 255,
    VALUE_MAX = 1 << 20,
    LOG_PAGES = 256, /* of the write-ahead log; idle time keeps it shorter */
    LOG_PAGES_IDLE = 64,
    LOG_PAGES_OVER = 64, /* that the last commit before a checkpoint may add */
    BRING_NS = 100000000, /* so long groups wait in the journal, so many rows each at the most */
    WAITING_ROWS = 1 << 12,
};

typedef struct ingest_undo {
    uint32_t number;
    int64_t latest;
} ingest_undo;

/* -- opening -------------------------------------------------------------------------- */

assay_status ingest_open(store *s, ingest **out, assay_err *err)
{
    assay_status status = need_writer(s, err);
    if (status)
        return status;
    if (s->import || s->ingest || s->in_tx)
        return assay_fail(err, ASSAY_BUSY, 0, "%s: %s is already open", s->path,
                          s->import   ? "an import"
                          : s->ingest ? "live ingest"
                                      : "a transaction");
    status = live_refresh(s->db, err);
    ingest *g = status ? NULL : calloc(1, sizeof *g);
    if (status || !g)
        return status ? status : assay_fail(err, ASSAY_MEMORY, 0, "no memory for live ingest");
    g->s = s;
    g->l = s->db->live;
    g->bounds = usual;
    g->l->is_own = true;
    s->ingest = g;
    *out = g;
    return ASSAY_OK;
}

assay_status ingest_prepare(ingest *g, assay_err *err)
{
    lineage of = g->s->of;
    memcpy(of.id, g->s->db->of.id, sizeof of.id);
    connection_stretch_log(g->s->db, LOG_PAGES + LOG_PAGES_OVER);
    return g->journal ? ASSAY_OK : journal_open(g->s->path, &of, &g->journal, err);
}

/* -- the journal ------------------------------------------------------------------------ */

static int64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

assay_status ingest_bring(ingest *g, assay_err *err)
{
    const char *group;
    uint64_t number;
    size_t length, at = 0;
    assay_status status = ASSAY_OK;
    while (!status && journal_next(&g->later, &at, &number, &group, &length))
        status = live_add(g->s->db, number, group, length, err);
    return status;
}

void ingest_brought(ingest *g)
{
    buf_clear(&g->later);
    journal_restart(g->journal);
    g->brought = clock_ns();
}

static assay_status bring_now(ingest *g, assay_err *err)
{
    assay_status status = g->later.length ? write_begin(g->s, err) : ASSAY_OK;
    return status || !g->later.length ? status : write_commit(g->s, err);
}

void ingest_close(ingest *g)
{
    if (!g)
        return;
    ingest_abort(g);
    bool is_whole = bring_now(g, NULL) == ASSAY_OK; /* else it is found there again */
    journal_close(g->journal);
    if (g->journal && is_whole)
        journal_remove(g->s->path);
    buf_done(&g->later);
    g->l->is_own = false;
    g->s->ingest = NULL;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        free(g->codes[kind]);
    free(g->series);
    free(g->undo);
    free(g->slow);
    buf_done(&g->bytes);
    free(g);
}

bool ingest_is_begun(const ingest *g)
{
    return g && g->is_begun;
}

/* -- a group -------------------------------------------------------------------------- */

static assay_status begin(ingest *g, assay_err *err)
{
    uint64_t last;
    if (g->is_broken)
        return assay_fail(err, ASSAY_USAGE, 0, "this group has failed: abort it");
    if (g->is_begun)
        return ASSAY_OK;
    if (g->s->in_tx)
        return assay_fail(err, ASSAY_BUSY, 0, "%s: a transaction is open", g->s->path);
    assay_status status = commit_last(g->s->db, &last, err);
    if (!status && last >= ORIGIN_COMMIT_MAX)
        status = assay_fail(err, ASSAY_LIMIT, 0, "%s has no commit numbers left", g->s->path);
    if (status)
        return status;
    g->commit = last + 1;
    g->mark = g->l->end;
    g->is_begun = true;
    g->group++;
    return ASSAY_OK;
}

assay_status ingest_tx(ingest *g, assay_err *err)
{
    if (g->s->in_tx)
        return ASSAY_OK;
    assay_status status = write_begin(g->s, err);
    if (!status)
        g->s->tx = (store_tx){.s = g->s, .commit = g->commit, .time = time_now()};
    return status;
}

static assay_status broken(ingest *g, assay_status status)
{
    g->is_broken |= status != ASSAY_OK;
    return status;
}

void ingest_abort(ingest *g)
{
    if (!g->is_begun)
        return;
    if (g->s->in_tx)
        write_abort(g->s);
    else
        texts_forget(g->s);
    live_truncate(g->l, &g->mark);
    for (size_t i = g->undo_count; i-- > 0;)
        g->series[g->undo[i].number].latest = g->undo[i].latest;
    g->undo_count = 0;
    g->known = 0;
    g->is_begun = g->is_broken = g->must_log = false;
}

/* -- definitions ---------------------------------------------------------------------- */

assay_status ingest_define(ingest *g, const characteristic *c, const char *actor,
                           uint32_t *number, assay_err *err)
{
    if (!c->path || !*c->path)
        return assay_fail(err, ASSAY_MISSING, 0, "a characteristic needs a path");
    assay_status status = begin(g, err);
    if (status)
        return status;
    status = characteristic_number(g->s, c->path, number, err);
    if (status != ASSAY_NOT_FOUND)
        return status;
    status = ingest_tx(g, err);
    if (!status)
        status = characteristic_define_new(&g->s->tx, c, actor, number, err);
    g->must_log = true;
    return broken(g, status);
}

/* -- series --------------------------------------------------------------------------- */

static assay_status series_room(ingest *g, uint32_t number, assay_err *err)
{
    size_t room = g->series_room ? g->series_room : 256;
    while (room <= number)
        room *= 2;
    ingest_series *grown = realloc(g->series, room * sizeof *grown);
    if (!grown)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu characteristics", room);
    memset(grown + g->series_room, 0, (room - g->series_room) * sizeof *grown);
    g->series = grown;
    g->series_room = room;
    return ASSAY_OK;
}

static assay_status undo_add(ingest *g, uint32_t number, int64_t latest, assay_err *err)
{
    if (g->undo_count == g->undo_room) {
        size_t room = g->undo_room ? 2 * g->undo_room : 256;
        ingest_undo *grown = realloc(g->undo, room * sizeof *grown);
        if (!grown)
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu characteristics", room);
        g->undo = grown;
        g->undo_room = room;
    }
    g->undo[g->undo_count++] = (ingest_undo){number, latest};
    return ASSAY_OK;
}

/* The first touch of a call, of a group, and ever. */
static assay_status touch(ingest *g, uint32_t number, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (number >= g->series_room)
        status = series_room(g, number, err);
    ingest_series *e = status ? NULL : &g->series[number];
    if (!status && !e->is_known) {
        status = latest_time(g->s, g->s->db, number, &e->latest, err);
        e->is_known = !status;
    }
    if (!status && e->group != g->group)
        status = undo_add(g, number, e->latest, err);
    if (status)
        return status;
    e->group = g->group;
    e->call = g->call;
    e->before = e->latest;
    e->is_slow = false;
    return ASSAY_OK;
}

/* Which series have rows that are not later than all before them? */
static assay_status classify(ingest *g, const measurement_batch *b, assay_err *err)
{
    for (size_t k = 0; k < b->n; k++) {
        uint32_t number = b->characteristic[k];
        if (number >= g->series_room || g->series[number].call != g->call) {
            assay_status status = touch(g, number, err);
            if (status)
                return status;
        }
        ingest_series *e = &g->series[number];
        if (b->time[k] > e->latest)
            e->latest = b->time[k];
        else
            e->is_slow = true;
    }
    return ASSAY_OK;
}

/* -- rows ----------------------------------------------------------------------------- */

static assay_status check_rows(ingest *g, const measurement_batch *b, assay_err *err)
{
    if (!b->characteristic || !b->time)
        return assay_fail(err, ASSAY_USAGE, 0, "live rows need characteristics and times");
    uint32_t most = 0;
    for (size_t k = 0; k < b->n; k++) {
        if (b->time[k] == TIME_NONE)
            return assay_fail(err, ASSAY_MISSING, k, "row %zu has no time", k);
        if (b->exponent[k] < -30 || b->exponent[k] > 30)
            return assay_fail(err, ASSAY_DOMAIN, k, "row %zu has the exponent %d", k,
                              b->exponent[k]);
        if (!b->characteristic[k])
            return assay_fail(err, ASSAY_NOT_FOUND, k, "row %zu has no characteristic", k);
        most = b->characteristic[k] > most ? b->characteristic[k] : most;
    }
    if (most > g->known)
        g->known = store_characteristic_count(g->s);
    if (most >= LIVE_CHARACTERISTICS_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "live rows name at most %d characteristics",
                          LIVE_CHARACTERISTICS_MAX);
    return most <= g->known ? ASSAY_OK
                            : assay_fail(err, ASSAY_NOT_FOUND, 0,
                                         _("there is no characteristic #%u"), most);
}

static uint32_t our_code(ingest *g, int kind, const dictionary *from, uint32_t code)
{
    ingest_code *slot = &g->codes[kind][code % INGEST_CODES];
    if (slot->call == g->call && slot->key == code)
        return slot->code;
    size_t length;
    const char *text = dictionary_text(from, code, &length);
    dictionary *to = LOCAL_CONTEXTS >> kind & 1 ? g->l->texts[kind] : g->s->texts[kind];
    *slot = (ingest_code){g->call, code, length ? dictionary_code(to, text, length) : 0};
    return slot->code;
}

static uint32_t contexts_of(ingest *g, const ingest_call *c, size_t k,
                            uint32_t codes[CONTEXT_COUNT])
{
    uint32_t given = 0, n = 0;
    for (uint32_t kinds = c->kinds; kinds; kinds &= kinds - 1) {
        int kind = __builtin_ctz(kinds);
        uint32_t code = c->b->context[kind][k];
        if (code && (code = our_code(g, kind, c->texts[kind], code))) {
            codes[n++] = code;
            given |= 1u << kind;
        }
    }
    return given;
}

assay_status ingest_put(ingest *g, const ingest_call *c, size_t k, bool is_late, assay_err *err)
{
    const measurement_batch *b = c->b;
    uint32_t codes[CONTEXT_COUNT];
    uint32_t kinds = c->kinds ? contexts_of(g, c, k, codes) : 0;
    uint8_t status = b->status ? b->status[k] & (uint8_t)~STATUS_LATE : STATUS_VALID;
    bool has_value = (status & STATUS_MASK) != STATUS_NO_VALUE;
    live_row r = {.time = b->time[k],
                  .mantissa = has_value ? b->mantissa[k] : 0,
                  .origin = origin_live(c->source, g->commit),
                  .characteristic = b->characteristic[k],
                  .size = b->size ? b->size[k] : 1,
                  .offset = b->offset ? b->offset[k] : TIME_OFFSET_NONE,
                  .exponent = has_value ? b->exponent[k] : 0,
                  .decimals = has_value && b->decimals ? b->decimals[k] : 0,
                  .status = status | (is_late ? STATUS_LATE : 0)};
    c->fate[k] = is_late ? FATE_LATE : FATE_STORED;
    return live_row_add(g->l, &r, kinds, codes)
               ? ASSAY_OK
               : assay_fail(err, ASSAY_MEMORY, 0, "no memory for live rows");
}

static assay_status slow_room(ingest *g, size_t n, assay_err *err)
{
    if (n <= g->slow_room)
        return ASSAY_OK;
    free(g->slow);
    g->slow_room = 0;
    if (!(g->slow = malloc(2 * n * sizeof *g->slow)))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %zu rows", n);
    g->slow_room = 2 * n;
    return ASSAY_OK;
}

static assay_status put_rows(ingest *g, const ingest_call *c, assay_err *err)
{
    const measurement_batch *b = c->b;
    g->slow_count = 0;
    assay_status status = slow_room(g, b->n, err);
    if (!status)
        status = classify(g, b, err);
    for (size_t k = 0; k < b->n && !status; k++) {
        if (g->series[b->characteristic[k]].is_slow)
            g->slow[g->slow_count++] = (uint32_t)k;
        else
            status = ingest_put(g, c, k, false, err);
    }
    return status || !g->slow_count ? status : ingest_match(g, c, err);
}

static assay_status code_rooms(ingest *g, uint32_t kinds, assay_err *err)
{
    for (; kinds; kinds &= kinds - 1) {
        ingest_code **codes = &g->codes[__builtin_ctz(kinds)];
        if (!*codes && !(*codes = calloc(INGEST_CODES, sizeof **codes)))
            return assay_fail(err, ASSAY_MEMORY, 0, "no memory for texts");
    }
    return ASSAY_OK;
}

/* 0: too many, or no memory. */
static uint32_t source_code(ingest *g, const char *source)
{
    uint32_t code = dictionary_code(g->s->texts[KIND_SOURCE], source, strlen(source));
    return code < LIVE_SOURCES_MAX ? code : 0;
}

static assay_status no_source(assay_err *err)
{
    return assay_fail(err, ASSAY_LIMIT, 0, "a source without a name, or too many sources");
}

assay_status ingest_rows(ingest *g, const char *source, const measurement_batch *b,
                         const dictionary *const texts[CONTEXT_COUNT], const uint32_t *message,
                         uint8_t *fate, assay_err *err)
{
    assay_status status = begin(g, err);
    if (!status)
        status = check_rows(g, b, err);
    if (status || !b->n)
        return status;
    ingest_call c = {.b = b, .texts = texts, .message = message, .fate = fate};
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        c.kinds |= b->context[kind] && texts && texts[kind] ? 1u << kind : 0;
    if (!(c.source = source_code(g, source)))
        return no_source(err);
    g->call++;
    status = code_rooms(g, c.kinds, err);
    /* an account, though empty, says that the source has live rows */
    source_account none = {.last_time = TIME_NONE};
    if (!status && !live_account_add(g->l, g->mark.accounts, c.source, &none))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for accounts");
    return broken(g, status ? status : put_rows(g, &c, err));
}

/* -- accounts, refusals, memories ----------------------------------------------------- */

assay_status ingest_account(ingest *g, const char *source, const source_account *more,
                            assay_err *err)
{
    assay_status status = begin(g, err);
    uint32_t code = status ? 0 : source_code(g, source);
    if (!status && !code)
        return no_source(err);
    if (!status && !live_account_add(g->l, g->mark.accounts, code, more))
        status = broken(g, assay_fail(err, ASSAY_MEMORY, 0, "no memory for accounts"));
    return status;
}

/* Printable UTF-8 of at most `room` - 1 bytes. */
static void make_printable(const char *text, size_t length, char *out, size_t room)
{
    size_t n = 0;
    for (size_t at = 0, used; at < length; at += used) {
        uint32_t c = utf8_decode(text + at, length - at, &used);
        bool is_plain = c >= ' ' && c != 127 && !(c == 0xFFFD && used == 1);
        if (n + (is_plain ? used : 1) >= room)
            break;
        if (is_plain)
            memcpy(out + n, text + at, used);
        else
            out[n] = '.';
        n += is_plain ? used : 1;
    }
    out[n] = '\0';
}

assay_status ingest_refused(ingest *g, const char *source, const char *reason, const char *remedy,
                            uint64_t count, const char *example, size_t length, assay_err *err)
{
    char word[64], advice[LIVE_TEXT_MAX], shown[EXAMPLE_MAX];
    live_refusal r = {.count = count, .first_time = time_now()};
    assay_status status = begin(g, err);
    if (!status && !(r.source = source_code(g, source)))
        return no_source(err);
    if (status)
        return status;
    r.last_time = r.first_time;
    make_printable(reason, strlen(reason), word, sizeof word);
    make_printable(remedy ? remedy : "", remedy ? strlen(remedy) : 0, advice, sizeof advice);
    make_printable(example ? example : "", example ? length : 0, shown, sizeof shown);
    if (!live_refusal_add(g->l, &r, word, advice, shown))
        status = broken(g, assay_fail(err, ASSAY_MEMORY, 0, "no memory for refusals"));
    return status;
}

assay_status ingest_remember(ingest *g, const char *source, const char *key, const void *bytes,
                             size_t length, assay_err *err)
{
    assay_status status = begin(g, err);
    uint32_t code = status ? 0 : source_code(g, source);
    if (!status && !code)
        return no_source(err);
    if (!status && (!*key || strlen(key) > KEY_MAX || length > VALUE_MAX))
        return assay_fail(err, ASSAY_LIMIT, 0,
                          "a key has 1 to %d bytes and a value at most %d, found %zu and %zu",
                          KEY_MAX, VALUE_MAX, strlen(key), length);
    if (!status && !live_memory_add(g->l, code, key, bytes, length))
        status = broken(g, assay_fail(err, ASSAY_MEMORY, 0, "no memory to remember"));
    return status;
}

/* -- committing ----------------------------------------------------------------------- */

static bool has_texts_to_save(const store *s)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (s->texts[kind] && dictionary_count(s->texts[kind]) > s->saved[kind])
            return true;
    return false;
}

static bool is_empty(const ingest *g)
{
    return memcmp(&g->mark, &g->l->end, sizeof g->mark) == 0;
}

static assay_status write_group(ingest *g, assay_err *err)
{
    assay_status status = live_pack(g->l, &g->mark, time_now(), &g->bytes, err);
    if (status)
        return status;
    return live_add(g->s->db, g->commit, g->bytes.data, g->bytes.length, err);
}

static bool is_much(const ingest *g, unsigned share)
{
    const live *l = g->l;
    return l->end.rows >= g->bounds.rows / share || l->groups >= g->bounds.groups / share ||
           l->bytes + l->end.notes >= g->bounds.bytes / share;
}

static assay_status commit_steps(ingest *g, bool folds, assay_err *err)
{
    assay_status status = ingest_tx(g, err);
    if (!status && (g->must_log || folds || is_empty(g) || has_texts_to_save(g->s)))
        status = commit_add(g->s, g->commit, 0, err);
    if (!status)
        status = folds         ? live_fold(g->s, err)
                 : is_empty(g) ? ASSAY_OK
                               : write_group(g, err);
    return status ? status : write_commit(g->s, err);
}

/* Nothing but a row of `live`, and not long after the last transaction. */
static bool may_wait(const ingest *g)
{
    return g->journal && g->s->has_lineage && !g->must_log && !g->s->in_tx && !is_empty(g) &&
           g->l->end.rows - g->mark.rows <= WAITING_ROWS && !has_texts_to_save(g->s) &&
           clock_ns() - g->brought < BRING_NS;
}

/* False: it does not fit in, or did not come to stand there. */
static assay_status commit_to_journal(ingest *g, bool *is_done, assay_err *err)
{
    assay_status status = live_pack(g->l, &g->mark, time_now(), &g->bytes, err);
    *is_done = !status && journal_takes(g->journal, g->bytes.length) &&
               buf_reserve(&g->later, g->bytes.length + 64);
    if (!*is_done)
        return status;
    status = journal_add(g->journal, g->commit, g->bytes.data, g->bytes.length, err);
    if (!status)
        journal_put(&g->later, g->commit, g->bytes.data, g->bytes.length);
    return status;
}

static void note_group(ingest *g, bool folds)
{
    live *l = g->l;
    if (folds) {
        live_clear(l);
    } else if (!is_empty(g)) {
        l->first = l->first ? l->first : g->commit;
        l->last = g->commit;
        l->groups++;
        l->bytes += g->bytes.length;
    }
    g->undo_count = 0;
    g->is_begun = g->must_log = false;
}

/* Who is never idle compacts in between: the longer, the more batches wait. */
static void keep_up(ingest *g)
{
    unsigned due = compact_due(g->s, g->bounds.batches);
    assay_err fault;
    if (due >= 2 && compact_a_little(g->s, (due < 8 ? due : 8) * g->bounds.slice_ns, &fault) != ASSAY_OK)
        return; /* the group is durable; the next one tries again */
}

assay_status ingest_commit(ingest *g, uint64_t *commit, assay_err *err)
{
    assay_status status = g->is_broken ? begin(g, err) : ASSAY_OK;
    if (status)
        return status;
    if (!g->is_begun || (is_empty(g) && !g->must_log && !g->s->in_tx)) {
        ingest_abort(g);
        return commit ? commit_last(g->s->db, commit, err) : ASSAY_OK;
    }
    bool folds = is_much(g, 1), waits = false;
    if (!folds && may_wait(g))
        status = commit_to_journal(g, &waits, err);
    if (!status && !waits)
        status = commit_steps(g, folds, err);
    if (status) {
        ingest_abort(g);
        return status;
    }
    note_group(g, folds);
    if (commit)
        *commit = g->commit;
    if (!waits)
        checkpoint(g->s, LOG_PAGES);
    if (folds)
        keep_up(g);
    return ASSAY_OK;
}

/* -- idle ----------------------------------------------------------------------------- */

bool ingest_idle(ingest *g)
{
    if (g->is_begun || g->s->in_tx)
        return false;
    if (is_much(g, 2))
        return live_fold_now(g->s, NULL) == ASSAY_OK;
    if (g->later.length)
        return bring_now(g, NULL) == ASSAY_OK;
    if (compact_due(g->s, g->bounds.batches))
        return compact_a_little(g->s, g->bounds.slice_ns, NULL) == ASSAY_OK;
    checkpoint(g->s, LOG_PAGES_IDLE);
    return false;
}
