/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where every live measurement enters, whatever door it came through:
 *
 *     receive -> account -> identify -> order -> store (fsync) -> acknowledge -> evaluate ->
 * publish
 *
 * A door fills a parcel with rows of one source and offers it. The intake's thread takes all
 * parcels that wait, stores them in one group commit, then evaluates each and calls its `done` (the
 * door acknowledges now, not before), then publishes. A parcel belongs to the intake from
 * intake_offer until `done`; a door keeps two or three per source and stops reading while none is
 * free: that is the back-pressure, and it bounds the memory of a source.
 *
 * The intake's thread owns the one writing handle of the store; everybody else who wants to write
 * hands it a piece of work (intake_do).
 */
#ifndef LIVE_INTAKE_H
#define LIVE_INTAKE_H

#include "live/bus.h"
#include "live/catalog.h"
#include "model/measurement.h"

typedef struct intake intake;
typedef struct parcel parcel;
typedef void parcel_done(parcel *p, void *context); /* in the intake's thread: hand it to a loop */

enum { PARCEL_ROWS = 1 << 16, PARCEL_BYTES = 8 << 20 }; /* a parcel is full at either */

struct parcel {
    char source[64];         /* name, as in `assay source` */
    measurement_batch *rows; /* characteristic: places of the catalog; time: TIME_NONE becomes the
                                time of receipt and the row counts as doubtful */
    uint32_t *message;       /* [room] number of the message of each row within the parcel */
    dictionary *texts[CONTEXT_COUNT]; /* of the context codes of rows */
    uint64_t duplicates;              /* values the door itself knows to be stored: not in rows */
    int64_t arrived;                  /* UTC ns of the first message's receipt; 0: when offered */
    parcel_done *done;
    void *context;
    bool is_recognised;  /* the door itself recognises what comes again: rows without a time are
                            not doubtful */
    bool is_historical; /* never raises a live alarm without the mark "late" */
    /* set before `done` */
    /* Not ASSAY_OK: nothing of it is stored, nothing may be acknowledged. A full disk is no reason:
     * the parcel is kept and tried again until there is room, or the intake closes. See
     * parcel_set_aside. */
    assay_status status;
    assay_err err;
    uint8_t *fate; /* [rows->n] ingest_fate */
    uint64_t commit;
    uint64_t received; /* rows + refused + duplicates; set when it is offered */
    parcel *next;      /* private */
};

/* Rows grow as needed up to PARCEL_ROWS; contexts: bit set, more come with their first text. */
ASSAY_MUST_USE assay_status parcel_new(const char *source, uint32_t contexts, parcel **out,
                                       assay_err *err);
void parcel_free(parcel *p);  /* accepts NULL; not while it is with the intake */
void parcel_clear(parcel *p); /* for the next filling */
bool parcel_is_full(const parcel *p);
bool parcel_is_empty(const parcel *p); /* nothing to tell the intake */

/* One row; context codes come from parcel_text. */
typedef struct {
    int32_t place;  /* of the catalog */
    int64_t time;   /* TIME_NONE: none was given */
    int32_t offset; /* TIME_OFFSET_NONE: not known */
    decimal value;
    double raw; /* instead of value, when status has STATUS_RAW */
    uint8_t status;
    uint32_t size;   /* 0 stands for 1 */
    uint64_t record; /* line or message, for people */
    uint32_t message;
    uint32_t context[CONTEXT_COUNT];
} parcel_row;
/* False: the parcel is full (offer it, take another), or memory is short. A value whose exponent
 * a row cannot hold becomes STATUS_RAW. */
bool parcel_add(parcel *p, const parcel_row *row);
struct reader; /* read/read.h */
/* Row i of what a reader gave, for a place of the catalog; false as above. */
bool parcel_add_read(parcel *p, int32_t place, const struct reader *r, const measurement_batch *b, size_t i);
/* For doors that write columns themselves: room for `more` rows behind rows->n, in all columns, in
 * `message` too; false as above. Columns may move. */
bool parcel_reserve(parcel *p, size_t more);
/* The code of a context text; 0 for an empty one, and where memory is short. */
uint32_t parcel_text(parcel *p, context_kind kind, const char *text, size_t length);
/* A value or message that cannot be taken: counts as received and refused. `reason` is a stable
 * word
 * ("not-a-number"), `remedy` says in words what its sender should do; static texts both. */
void parcel_refuse(parcel *p, const char *reason, const char *remedy, uint64_t count,
                   const char *example, size_t length);
/* What came back and is at fault itself can never be stored as it is. Set aside, its rows count as
 * refused, with what the store said for an example, or, if it has none, it forgets what it was to
 * remember; then it is offered again. False: there is nothing left that could be at fault. */
bool parcel_is_at_fault(const parcel *p);
bool parcel_set_aside(parcel *p);
/* Durable with the parcel's rows, see store_recall. */
void parcel_remember(parcel *p, const char *key, const void *bytes, size_t length);

typedef struct evaluator {
    /* In the intake's thread, after the commit: rows of p that were stored (fate STORED or LATE);
     * catalog_number of each is known. */
    void (*take)(void *context, const parcel *p);
    /* After all parcels of a group: publish. */
    void (*settle)(void *context, uint64_t commit);
    void *context;
} evaluator;

typedef struct {
    store *store; /* STORE_CREATE or STORE_WRITE; the intake's from now on */
    catalog *catalog;
    evaluator evaluator;
    bus *bus; /* notices of trouble and recovery; may be NULL */
    /* Longest wait for company before a commit. 0: none; what arrives during one commit makes the
     * next group in any case. */
    uint32_t group_us;
    /* Something was committed, or may have been; the intake's thread. NULL: nobody wants to know. */
    void (*committed)(void *context);
    void *committed_context;
} intake_options;

ASSAY_MUST_USE assay_status intake_open(const intake_options *o, intake **out, assay_err *err);
/* Commits what was offered, then ends the thread. */
void intake_close(intake *i);
void intake_offer(intake *i, parcel *p); /* any thread */

/* Run `work` in the intake's thread between two groups, wait for it, return what it returns. In it
 * the handle may be written through store_tx_begin .. store_tx_commit. Any thread but the intake's.
 */
typedef assay_status intake_work(store *s, void *context, assay_err *err);
ASSAY_MUST_USE assay_status intake_do(intake *i, intake_work *work, void *context, assay_err *err);
/* The same without waiting; `work` frees its context. For the evaluator (records of alarms). Is kept
 * back while the disk is full. False: memory. */
bool intake_later(intake *i, intake_work *work, void *context);

/* Accounts with what waits, for screens and metrics: received = stored + duplicates + conflicts +
 * refused + pending, exact at any moment. Any thread. */
typedef struct {
    char source[64];
    source_account account;
    uint64_t pending;
    bool is_stale;          /* silent for longer than its own stated time */
    int64_t stale_after_ns; /* 0: never */
} source_state;
typedef bool intake_source_visitor(const source_state *s, void *context); /* false stops */
void intake_sources(intake *i, intake_source_visitor *visit, void *context);
/* A source is there, though it may not have spoken yet; silent for longer than `stale_after_ns` it
 * is stale (0: never). Any thread. */
void intake_expect(intake *i, const char *source, int64_t stale_after_ns);

typedef struct {
    uint64_t groups, rows, commit;         /* since start */
    uint64_t commit_ns_p50, commit_ns_p99; /* of the last 1024 groups */
    uint64_t waiting_parcels;
    bool is_full;      /* the disk: nothing is acknowledged, tries again each second */
    char trouble[200]; /* the last failure in words; "" none */
} intake_health;
intake_health intake_state(intake *i); /* any thread */

#endif
