/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One group: every parcel's rows, account, refusals and memories in one commit. Nothing outside the
 * store changes before the commit has succeeded; numbers that an aborted group had given to new
 * characteristics are forgotten with it. */
#include "live/intake_inner.h"

#include <stdlib.h>
#include <string.h>

/* -- numbers of characteristics ------------------------------------------------------------ */

static bool defined_reserve(intake_groups *g, uint32_t place)
{
    if (place < g->defined_room)
        return true;
    uint32_t room = g->defined_room ? g->defined_room : 1024;
    while (room <= place)
        room *= 2;
    uint32_t *defined = realloc(g->defined, room * sizeof *defined);
    if (!defined)
        return false;
    memset(defined + g->defined_room, 0, (room - g->defined_room) * sizeof *defined);
    g->defined = defined;
    g->defined_room = room;
    return true;
}

static bool fresh_reserve(intake_groups *g)
{
    if (g->fresh_count < g->fresh_room)
        return true;
    uint32_t room = g->fresh_room ? g->fresh_room * 2 : 64;
    int32_t *fresh = realloc(g->fresh, room * sizeof *fresh);
    if (!fresh)
        return false;
    g->fresh = fresh;
    g->fresh_room = room;
    return true;
}

static assay_status define(intake_groups *g, int32_t place, const char *actor, uint32_t *number,
                           assay_err *err)
{
    const characteristic *definition = catalog_definition(g->catalog, place);
    if (!definition)
        return assay_fail(err, ASSAY_DOMAIN, 0, "place %d is not in the catalog", (int)place);
    if (!defined_reserve(g, (uint32_t)place) || !fresh_reserve(g))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for new characteristics");
    if (!g->defined[place]) {
        uint32_t given;
        assay_status status = ingest_define(g->ingest, definition, actor, &given, err);
        if (status != ASSAY_OK)
            return status;
        g->defined[place] = given;
        g->fresh[g->fresh_count++] = place;
    }
    *number = g->defined[place];
    return ASSAY_OK;
}

static assay_status number_places(intake_groups *g, const parcel *p, assay_err *err)
{
    const measurement_batch *b = p->rows;
    for (size_t k = 0; k < b->n; k++) {
        int32_t place = (int32_t)b->characteristic[k];
        bool is_repeated = k && b->characteristic[k] == b->characteristic[k - 1];
        g->numbers[k] = is_repeated ? g->numbers[k - 1] : catalog_number(g->catalog, place);
        assay_status status =
            g->numbers[k] ? ASSAY_OK : define(g, place, p->source, &g->numbers[k], err);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static void forget_fresh(intake_groups *g)
{
    for (uint32_t i = 0; i < g->fresh_count; i++)
        g->defined[g->fresh[i]] = 0;
    g->fresh_count = 0;
}

static void settle_fresh(intake_groups *g)
{
    for (uint32_t i = 0; i < g->fresh_count; i++)
        (void)catalog_settle(g->catalog, g->fresh[i], g->defined[g->fresh[i]]);
    forget_fresh(g);
}

/* -- one parcel ---------------------------------------------------------------------------- */

/* Rows without a time get that of their receipt, each one nanosecond later than the one before, so
 * that no two of a source are taken for the same measurement. It is done when the parcel is
 * offered for the first time; a second try finds the times there. */
static void date_rows(parcel *p, uint64_t *doubtful)
{
    intake_source *s = parcel_inside(p)->account;
    for (size_t k = 0; k < p->rows->n; k++) {
        if (p->rows->time[k] != TIME_NONE)
            continue;
        s->last_given = p->arrived > s->last_given ? p->arrived : s->last_given + 1;
        p->rows->time[k] = s->last_given;
        *doubtful += !p->is_recognised;
    }
}

static source_account account_of(const parcel *p)
{
    const parcel_whole *w = parcel_inside(p);
    source_account a = {.received = p->received,
                        .refused = w->refused,
                        .duplicates = p->duplicates,
                        .doubtful = w->doubtful,
                        .last_time = p->arrived};
    for (size_t k = 0; k < p->rows->n; k++) {
        uint8_t fate = p->fate[k];
        a.stored += fate == FATE_STORED || fate == FATE_LATE;
        a.late += fate == FATE_LATE;
        a.duplicates += fate == FATE_DUPLICATE;
        a.conflicts += fate == FATE_CONFLICT;
    }
    return a;
}

static assay_status store_rows(intake_groups *g, parcel *p, assay_err *err)
{
    uint32_t *places = p->rows->characteristic;
    parcel_whole *w = parcel_inside(p);
    if (!p->rows->n)
        return ASSAY_OK;
    date_rows(p, &w->doubtful);
    assay_status status = number_places(g, p, err);
    if (status != ASSAY_OK)
        return status;
    p->rows->characteristic = g->numbers;
    status = ingest_rows(g->ingest, p->source, p->rows, (const dictionary *const *)p->texts,
                         p->message, p->fate, err);
    p->rows->characteristic = places;
    return status;
}

static assay_status store_notes(intake_groups *g, const parcel *p, assay_err *err)
{
    const parcel_whole *w = parcel_inside(p);
    assay_status status = ASSAY_OK;
    for (const parcel_refusal *r = w->refusals; r && status == ASSAY_OK; r = r->next)
        status = ingest_refused(g->ingest, p->source, r->reason, r->remedy, r->count, r->example,
                                r->length, err);
    for (const parcel_memory *m = w->memories; m && status == ASSAY_OK; m = m->next)
        status = ingest_remember(g->ingest, p->source, m->key, m->bytes, m->length, err);
    return status;
}

/* It found no memory for an account when it was offered. */
static bool find_account(intake_groups *g, parcel *p)
{
    parcel_whole *w = parcel_inside(p);
    if (w->account)
        return true;
    w->account = accounts_find(g->accounts, p->source);
    accounts_wait(g->accounts, w->account, p->received);
    return w->account != NULL;
}

static assay_status store_parcel(intake_groups *g, parcel *p, assay_err *err)
{
    if (!find_account(g, p))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the account of %s", p->source);
    if (parcel_inside(p)->is_broken)
        return assay_fail(err, ASSAY_DOMAIN, 0, "memory was short while a message of %s was read",
                          p->source);
    assay_status status = store_rows(g, p, err);
    if (status == ASSAY_OK)
        status = store_notes(g, p, err);
    if (status != ASSAY_OK)
        return status;
    source_account more = account_of(p);
    return ingest_account(g->ingest, p->source, &more, err);
}

/* -- the group ----------------------------------------------------------------------------- */

assay_status groups_store(intake_groups *g, parcel *list, uint64_t *commit, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (parcel *p = list; p && status == ASSAY_OK; p = p->next)
        status = store_parcel(g, p, err);
    if (status != ASSAY_OK)
        ingest_abort(g->ingest);
    else
        status = ingest_commit(g->ingest, commit, err);
    if (status != ASSAY_OK) {
        forget_fresh(g);
        return status;
    }
    settle_fresh(g);
    for (parcel *p = list; p; p = p->next) {
        source_account more = account_of(p);
        accounts_settle(g->accounts, parcel_inside(p)->account, p->received, &more);
        p->commit = *commit;
    }
    return ASSAY_OK;
}

assay_status groups_open(intake_groups *g, assay_err *err)
{
    g->numbers = malloc(PARCEL_ROWS * sizeof *g->numbers);
    if (!g->numbers)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the intake");
    assay_status status = ingest_open(g->store, &g->ingest, err);
    return status == ASSAY_OK ? ingest_prepare(g->ingest, err) : status;
}

void groups_close(intake_groups *g)
{
    ingest_close(g->ingest);
    free(g->numbers);
    free(g->defined);
    free(g->fresh);
}
