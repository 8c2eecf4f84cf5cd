/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases: what passes the stages of a scheme (docs/format/case.md).
 *
 * A case is its log: records about one object, folded with the compiled scheme into a state. The same
 * log gives the same state, byte for byte, on any machine; nothing else is asked. An act appends what
 * was said and everything that follows from it (tally, decision, next stage, title, money) in one
 * transaction, so that a case is never found between two stages.
 *
 * What goes in and comes out is JSON text in UTF-8, numbers as decimal or fraction texts, times as
 * RFC 3339 in UTC. case_view is the only way for people to see a case: it leaves out what the viewer
 * must not see, wherever it stands.
 */
#ifndef SCHEME_CASE_H
#define SCHEME_CASE_H

#include "scheme/scheme.h"
#include "store/store.h"

/* -- the desk: a database and the schemes it knows ------------------------------------------ */

typedef struct desk desk;
/* `s` outlives the desk; one thread's, like it. Schemes are compiled on first use and kept. */
ASSAY_MUST_USE assay_status desk_open(store *s, desk **out, assay_err *err);
void desk_close(desk *d);

/* Put a revision of a scheme on the desk: its bytes become a record (scheme.published) and can be
 * found by digest, "id@rev", or id (its newest). The same bytes again change nothing. Faults as
 * scheme_read tells them. `digest` may be NULL. */
ASSAY_MUST_USE assay_status desk_publish(desk *d, store_tx *tx, const char *path, const char *bytes,
                                         size_t length, const char *actor, sha256 *digest,
                                         scheme_faults *faults, assay_err *err);
ASSAY_MUST_USE assay_status desk_scheme(desk *d, const char *name, const scheme **out,
                                        assay_err *err); /* lives as long as the desk */
/* {"schemes": [{id, rev, digest, name, published, case_of, is_open}]} */
ASSAY_MUST_USE assay_status desk_schemes(desk *d, buf *out, assay_err *err);
/* The bytes of a published revision. */
ASSAY_MUST_USE assay_status desk_scheme_bytes(desk *d, const char *name, buf *out, assay_err *err);

/* -- who acts, who looks -------------------------------------------------------------------- */

typedef enum {
    VIEWER_PUBLIC,  /* nobody known: only what is published */
    VIEWER_PARTY,   /* a person with an account or named on the command line */
    VIEWER_DESK,    /* runs the programme: opens rounds, assigns, closes; sees all but open sheets'
                       scores of blind stages before they are final */
    VIEWER_AUDITOR, /* reads everything that is decided */
} viewer_kind;

typedef struct {
    viewer_kind kind;
    const char *account; /* the actor of records; NULL: nobody */
    object_id party;     /* all zero: none */
    const char *site;    /* tier's place the desk is bound to; NULL or "": all */
    int64_t now;         /* when it happens, ns; 0: now */
} viewer;

/* -- cases ---------------------------------------------------------------------------------- */

/* {scheme | round, party, members?: [party], title?, place?, named?: {role: [party]}, from?: {...},
 * key?}. `from` is what the case was made of: {alarm, characteristic, chart}. The answer is
 * {"case": id, "state": ...}. */
ASSAY_MUST_USE assay_status case_open(desk *d, store_tx *tx, const viewer *who, const char *said,
                                      buf *answer, assay_err *err);

/* What may be done, and what is said with it. A `key` in what is said makes the act happen once: the
 * same key again gives the same answer.
 *   fill     {form, values, seal?}   final    {stage?}          withdraw {why}
 *   seal     {form}                  vote     {choice, why?}     note     {text}
 *   score    {scores, na?, notes?, final?}   sign {}             name     {role, party}
 *   exam     {bank, points | answers}        done {why?}         decide   {outcome, why}
 *   object   {text, ground?}         answer   {objection, upheld, why}
 *   hearing  {title, held, why}      appeal   {text, ground?, title?}: against what closed the case, or
 *                                             what became of a title; upheld, it is undone
 *   observe  {stage, entries: [{id, item, kind, value, at?, settles?}]}: what was seen on site (visit.h)
 *   pay      {money, amount, line?, purpose?, evidence?}         claim_back {money, why}
 *   assign   {judges: [party]}       close    {}: the desk ends the waiting for missing sheets, votes
 *   evidence {field, sealed}: by the evidence part alone
 * ASSAY_DOMAIN: the case, the stage or the actor does not allow it; the message names the rule. */
ASSAY_MUST_USE assay_status case_act(desk *d, store_tx *tx, const object_id *id, const char *act,
                                     const char *said, const viewer *who, buf *answer,
                                     assay_err *err);

/* ASSAY_NOT_FOUND also for a case the viewer may know nothing of. */
ASSAY_MUST_USE assay_status case_view(desk *d, const object_id *id, const viewer *who, buf *out,
                                      assay_err *err);
/* Its log as the viewer may see it. */
ASSAY_MUST_USE assay_status case_history(desk *d, const object_id *id, const viewer *who, buf *out,
                                         assay_err *err);

/* Everything kept about a party: {party, records, cases: [{.., view}], judged: [{.., view}]}, the views as
 * `who` may see them. */
ASSAY_MUST_USE assay_status case_export_party(desk *d, const object_id *id, const viewer *who,
                                              buf *out, assay_err *err);

/* A page of cases as the viewer may see them: {"cases": [...], "next": mark | null, "count": n | null}. */
typedef struct {
    const char *scheme, *round, *stage; /* ids; NULL: any. stage needs scheme or round */
    const char *state;                  /* open returned waiting passed rejected withdrawn ...; NULL: any */
    const object_id *party;             /* cases of this party */
    bool is_due;                        /* by deadline, those with one */
    bool is_mine;                       /* assigned to the viewer: the review queue */
    const char *mark;
    size_t limit;                       /* 1 .. 1000; 0: 100 */
} case_query;
ASSAY_MUST_USE assay_status case_list(desk *d, const case_query *q, const viewer *who, buf *out,
                                      assay_err *err);
/* {"stages": [{stage, state, count}]} of a scheme or round: the funnel. */
ASSAY_MUST_USE assay_status case_funnel(desk *d, const case_query *q, const viewer *who, buf *out,
                                        assay_err *err);

/* -- replay --------------------------------------------------------------------------------- */

typedef struct {
    sha256 state;       /* of the folded state in canonical JSON */
    uint64_t records;
    uint64_t decisions; /* computed again from what was known then */
    uint64_t differ;    /* of these with another outcome or number than the record says */
} case_proof;
ASSAY_MUST_USE assay_status case_replay(desk *d, const object_id *id, case_proof *out,
                                        store_finding *finding, void *context, assay_err *err);

/* Time goes on: reminders (each once), clocks that ran out, windows that closed, titles that end, yearly
 * stages that come again. At most `limit` cases; *left says whether more are due. */
typedef struct {
    uint64_t looked, reminded, moved;
    bool is_more;
} desk_tick_t;
ASSAY_MUST_USE assay_status desk_tick(desk *d, store_tx *tx, const viewer *who, size_t limit,
                                      desk_tick_t *out, assay_err *err);
/* The same in two steps, for who does not want one case to hold up all others: the cases that are due at
 * `now`, those due longest first (limit 1 .. 1000), and the clock of some of them. */
ASSAY_MUST_USE assay_status desk_due(desk *d, int64_t now, size_t limit, object_id *out, size_t *n,
                                     assay_err *err);
ASSAY_MUST_USE assay_status desk_tick_these(desk *d, store_tx *tx, const viewer *who,
                                            const object_id *ids, size_t n, desk_tick_t *out,
                                            assay_err *err);

/* Did an older version make the lists of this database, and of how many cases? They know less than today's.
 * To bring them up is to make them anew, once: before the first act of whoever opens it to write. */
ASSAY_MUST_USE assay_status desk_lists_old(desk *d, bool *is_old, uint64_t *cases, assay_err *err);
ASSAY_MUST_USE assay_status desk_bring_up(desk *d, store_tx *tx, uint64_t *cases, assay_err *err);
/* Lists made anew from the records; or compared with them. */
ASSAY_MUST_USE assay_status desk_rebuild(desk *d, store_tx *tx, assay_err *err);
ASSAY_MUST_USE assay_status desk_check(desk *d, store_finding *finding, void *context,
                                       uint64_t *cases, uint64_t *damaged, assay_err *err);

#endif
