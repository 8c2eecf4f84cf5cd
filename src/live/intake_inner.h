/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the intake: accounts (any thread), groups (its own thread), queue and life. */
#ifndef LIVE_INTAKE_INNER_H
#define LIVE_INTAKE_INNER_H

#include "live/parcel.h"

#include <pthread.h>

enum { GROUP_ROWS = 1 << 17, HEALTH_GROUPS = 1024 };

/* One source: its account as of the newest commit, and what waits. */
typedef struct intake_source {
    char name[64];
    source_account account;
    uint64_t pending;
    int64_t stale_after_ns, since;
    int64_t last_given; /* the intake's thread: newest time of receipt given to a row */
    struct intake_source *next;
} intake_source;

typedef struct {
    pthread_mutex_t lock;
    intake_source *first, **end; /* in order of appearance; entries stay until the end */
} intake_accounts;

assay_status accounts_open(intake_accounts *a, store *s, assay_err *err);
void accounts_close(intake_accounts *a);
intake_source *accounts_find(intake_accounts *a, const char *name); /* NULL: memory */
void accounts_wait(intake_accounts *a, intake_source *s, uint64_t values);
/* What waited is committed (`more`), or given back to its door (NULL). */
void accounts_settle(intake_accounts *a, intake_source *s, uint64_t values,
                     const source_account *more);
void accounts_visit(intake_accounts *a, intake_source_visitor *visit, void *context);
void accounts_expect(intake_accounts *a, const char *name, int64_t stale_after_ns);

/* -- groups -- */

typedef struct {
    store *store;
    catalog *catalog;
    evaluator evaluator;
    intake_accounts *accounts;
    ingest *ingest;
    uint32_t *numbers; /* [PARCEL_ROWS] scratch: numbers instead of places */
    uint32_t *defined; /* [place] numbers given in this group, 0: none */
    uint32_t defined_room;
    int32_t *fresh; /* places with an entry in `defined` */
    uint32_t fresh_count, fresh_room;
} intake_groups;

assay_status groups_open(intake_groups *g, assay_err *err);
void groups_close(intake_groups *g);
/* Stores a list of parcels in one commit. On success the accounts are settled, each parcel has its
 * fates and `commit`, and catalog_number of its places is known; `done` is not called. On failure
 * nothing has happened. */
assay_status groups_store(intake_groups *g, parcel *list, uint64_t *commit, assay_err *err);

#endif
