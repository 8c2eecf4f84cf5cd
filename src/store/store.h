/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measurement store: the only door to the database file.
 *
 * One file (plus its write-ahead log while it is open). One connection of one process writes;
 * any number read. Nothing above this header knows what stands behind it.
 *
 * Series order. The measurements of a characteristic stand in one order whatever order they
 * arrived in: those without time first, as they came; then by time, serial number (shorter
 * first, then bytes), occurrence.
 *
 * Commit numbers count the commits from 1. Every read takes `as_of`: it sees exactly what was
 * there after that commit. STORE_NOW is the newest.
 *
 * Identity = source + characteristic + time + serial + occurrence among equal keys in one file or
 * message; without time, the digest of the content + record number. Same identity, same value:
 * a duplicate, not stored again. Other value: a conflict; neither counts until decided.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/buf.h"
#include "model/characteristic.h"
#include "model/measurement.h"
#include "model/property.h"

#define STORE_NOW UINT64_MAX

typedef struct store store;
typedef struct {
    uint8_t bytes[16];
} object_id; /* stable, random, 128 bits */

typedef enum { STORE_READ = 0, STORE_WRITE = 1, STORE_CREATE = 3 } store_mode;

/* STORE_CREATE: made if it is not there. A second writer is refused with ASSAY_BUSY, the process
 * named. A handle is one thread's; cursors opened from it may each run in a thread of their own. */
ASSAY_MUST_USE assay_status store_open(const char *path, store_mode mode, store **out,
                                       assay_err *err);
void store_close(store *s);
/* What was found beside the file at opening and is not all in it: live rows that cannot be read, or of
 * another database. Words for people; "" for nothing. */
const char *store_told(const store *s);
uint64_t store_commit_number(store *s); /* the newest */

/* -- characteristics ------------------------------------------------------------------ */

typedef struct {
    uint32_t number; /* dense, from 1, local to this file */
    object_id id;
    characteristic definition; /* texts live until store_close or the next redefinition */
} stored_characteristic;

/* Find by path, by the last part of the path if unique, by number ("#12") or by id. */
ASSAY_MUST_USE assay_status store_characteristic_find(store *s, const char *name,
                                                      stored_characteristic *out, assay_err *err);
ASSAY_MUST_USE assay_status store_characteristic_at(store *s, uint32_t number,
                                                    stored_characteristic *out, assay_err *err);
/* As it was defined after commit `as_of`; texts live in `a`. */
ASSAY_MUST_USE assay_status store_characteristic_as_of(store *s, uint32_t number, uint64_t as_of,
                                                       arena *a, stored_characteristic *out,
                                                       assay_err *err);
uint32_t store_characteristic_count(store *s);
/* Define or, when a definition changed, append a new version (a record each time). */
ASSAY_MUST_USE assay_status store_characteristic_define(store *s, const characteristic *c,
                                                        const char *actor, uint32_t *number,
                                                        assay_err *err);
ASSAY_MUST_USE assay_status store_characteristic_rename(store *s, uint32_t number,
                                                        const char *path, const char *actor,
                                                        assay_err *err);

/* -- import --------------------------------------------------------------------------- */

/* An import is many short durable transactions, invisible until import_commit; what a crash left
 * is taken up again by import_begin with the same source and content key, from offset/record on. */
typedef struct import import;
typedef struct {
    const char *source;  /* name of the source, part of the identity */
    const char *content; /* key of this file's content (digest of its head and size), for resume */
    const char *label;   /* file name shown to people */
    const char *actor;
    uint32_t step_rows;  /* rows of one durable step; 0: as many as are fast */
} import_options;

typedef struct {
    uint64_t received, stored, duplicates, conflicts;
    uint64_t offset, record; /* where a resumed import goes on */
    uint64_t commit;         /* after import_commit */
} import_tally;

ASSAY_MUST_USE assay_status import_begin(store *s, const import_options *options, import **out,
                                         import_tally *resumed, assay_err *err);
/* `characteristics` and `dictionaries` are the reader's: codes are mapped on first sight.
 * `offset` and `record` say how far the source is consumed once this batch is durable. */
ASSAY_MUST_USE assay_status import_append(import *i, const measurement_batch *batch,
                                          const characteristic *const *characteristics,
                                          const dictionary *const dictionaries[CONTEXT_COUNT],
                                          uint64_t offset, uint64_t record, assay_err *err);
/* What rows say of a characteristic (its index as in import_append) beside their values: its definition is
 * completed by it, by the import's commit; nothing that is stored is changed, `differs` (may be NULL) is
 * told of it. Of one without rows: nothing. */
ASSAY_MUST_USE assay_status import_specify(import *i, uint32_t index, const characteristic *said,
                                           property_differs *differs, void *context, assay_err *err);
/* What the source's reader has to say up to the end of the next batch, in the caller's own words:
 * durable together with it. NULL: nothing. */
ASSAY_MUST_USE assay_status import_note(import *i, const char *note, assay_err *err);
/* The note that was durable when the import was taken up again, or NULL; lives as long as `i`. */
const char *import_noted(const import *i);
ASSAY_MUST_USE assay_status import_commit(import *i, import_tally *out, assay_err *err);
/* Leave it to be resumed (is_kept) or drop what it wrote. Frees the handle. */
void import_close(import *i, bool is_kept);
ASSAY_MUST_USE assay_status store_import_discard(store *s, assay_err *err); /* all unfinished */
/* At most one import waits unfinished: beginning another one drops it. */

/* -- reading -------------------------------------------------------------------------- */

typedef struct {
    int64_t from, to; /* time, half open; INT64_MIN, INT64_MAX: all, then untimed ones too */
    uint64_t last;    /* only the last so many; 0: all */
    uint64_t as_of;   /* commit number or STORE_NOW */
    uint32_t contexts; /* bit set of wanted context columns */
    bool with_time;    /* times cost nothing when not asked for */
    bool all_status;   /* false: only what enters a statistic */
    const char *filter[CONTEXT_COUNT]; /* only rows with this text */
} store_range;

#define STORE_ALL ((store_range){.from = INT64_MIN, .to = INT64_MAX, .as_of = STORE_NOW, .with_time = true})

typedef struct cursor cursor;
ASSAY_MUST_USE assay_status cursor_open(store *s, uint32_t characteristic,
                                        const store_range *range, cursor **out, assay_err *err);
/* Rows in series order; out->n == 0 at the end. The columns live until the next call. A damaged chunk is an error that names it; the
 * next call goes on behind it. */
ASSAY_MUST_USE assay_status cursor_next(cursor *c, measurement_batch *out, assay_err *err);
void cursor_close(cursor *c);
/* The text of a code in a batch of this cursor. Codes are the same over all its batches. Serial
 * numbers, subgroup keys, orders and notes have codes of the cursor, other contexts of the store. */
const char *cursor_text(cursor *c, context_kind kind, uint32_t code);
const dictionary *cursor_dictionary(cursor *c, context_kind kind);
const dictionary *store_dictionary(store *s, context_kind kind); /* NULL for those of cursors */

typedef struct {
    uint64_t word[4];
} store_wide; /* 256 bits, two's complement, least significant word first */

/* Exact power sums of the values about `reference`: sum (x - reference)^p in mantissa units. */
typedef struct {
    uint64_t n;
    int exponent;        /* unit of everything below: 10^exponent */
    int64_t reference;
    __int128 sum, sum2;  /* exact */
    int64_t min, max;
    int64_t first_time, last_time;
    store_wide sum3, sum4;
    uint64_t marked, no_value, bad, excluded, conflicts; /* seen but out of the sums */
    uint64_t raw; /* valid, but no exact decimal or too wide: out of the sums, see the cursor */
    uint64_t defectives, inspected; /* attribute kinds: sum of values and of sizes */
} store_summary;

/* Answered from chunk summaries; only chunks at the edges of the range are decoded. */
ASSAY_MUST_USE assay_status store_summarise(store *s, uint32_t characteristic,
                                            const store_range *range, store_summary *out,
                                            assay_err *err);

/* Series digest (SHA-256): the canonical records (time in UTC, value, status, size, serial number,
 * which rows form a subgroup), and values and order alone. */
typedef struct {
    uint8_t series[32], values[32];
    uint64_t n;
} series_digest;
ASSAY_MUST_USE assay_status store_digest(store *s, uint32_t characteristic,
                                         const store_range *range, series_digest *out,
                                         assay_err *err);

/* -- records: every change but raw measurements ---------------------------------------- */

typedef struct store_tx store_tx;
ASSAY_MUST_USE assay_status store_tx_begin(store *s, store_tx **out, assay_err *err);
ASSAY_MUST_USE assay_status store_tx_commit(store_tx *tx, uint64_t *commit, assay_err *err);
void store_tx_abort(store_tx *tx); /* accepts NULL and a committed one */

/* Append a record: gap-free sequence, random id, salted commitment to the payload, which stands in
 * a table of its own, sealed; its key and the salt in another. `payload` is one JSON object, brought
 * into the canonical form of RFC 8785. */
ASSAY_MUST_USE assay_status record_append(store_tx *tx, const char *type, const char *actor,
                                          const object_id *object, const char *payload,
                                          uint64_t *sequence, assay_err *err);

/* The same for a record that corrects, withdraws or erases an earlier one. */
ASSAY_MUST_USE assay_status record_append_after(store_tx *tx, const char *type, const char *actor,
                                                const object_id *object, const char *payload,
                                                uint64_t earlier, uint64_t *sequence,
                                                assay_err *err);

typedef struct {
    uint64_t sequence, commit;
    int64_t time;
    object_id id, object;
    object_id pseudonym; /* random, of the actor: what outsiders know the person by */
    bool has_object, has_actor;
    uint64_t earlier;    /* sequence of the record this one corrects; 0: none */
    const char *type, *actor, *payload; /* payload NULL: erased */
    uint8_t commitment[32];             /* base/commitment.h */
    const uint8_t *salt;                /* NULL: erased */
    size_t salt_length;
    int form;                           /* of the commitment */
} record;
typedef bool record_visitor(const record *r, void *context); /* false stops */
ASSAY_MUST_USE assay_status store_records(store *s, const char *type, uint64_t from_sequence,
                                          record_visitor *visit, void *context, assay_err *err);

/* The sequence of the n-th record of a type backwards from `before`; 1: there are fewer. */
ASSAY_MUST_USE assay_status store_record_before(store *s, const char *type, uint64_t before,
                                                uint64_t n, uint64_t *out, assay_err *err);

/* The same without what they say: no payload, no salt. */
ASSAY_MUST_USE assay_status store_record_heads(store *s, const char *type, uint64_t from_sequence,
                                               record_visitor *visit, void *context,
                                               assay_err *err);

/* The records about one object, in order; within a transaction of this handle its own too. The
 * texts live until the visitor returns. */
ASSAY_MUST_USE assay_status store_object_records(store *s, const object_id *object,
                                                 uint64_t from_sequence, record_visitor *visit,
                                                 void *context, assay_err *err);

/* A record that the ledger has and this file has lost: without payload, of a person without a name.
 * Its sequence is the next one. */
ASSAY_MUST_USE assay_status store_record_restore(store_tx *tx, const record *r, assay_err *err);

/* Payload, salt and key go for good; that they did is a record. */
ASSAY_MUST_USE assay_status store_record_erase(store_tx *tx, uint64_t sequence, const char *actor,
                                               const char *reason, assay_err *err);
/* The name of an operator or actor goes for good, everywhere; rows keep who belonged together. */
ASSAY_MUST_USE assay_status store_person_erase(store_tx *tx, const char *name, const char *actor,
                                               assay_err *err);

/* Corrections append. Rows are named by characteristic and place in series order as of now, from
 * 0, rows of every status counted. */
typedef enum { AMEND_EXCLUDE, AMEND_INCLUDE, AMEND_VALUE } amend_action;
ASSAY_MUST_USE assay_status store_amend(store_tx *tx, uint32_t characteristic, uint64_t place,
                                        amend_action action, const decimal *value,
                                        const char *actor, const char *reason, assay_err *err);

/* A value that came for a measurement already stored with another. Neither counts until a person
 * decides; deciding is a record. */
typedef struct {
    uint64_t id;
    uint32_t characteristic;
    int64_t time;       /* of the measurement; TIME_NONE: untimed */
    const char *serial; /* its serial number; of an untimed one the number of its record */
    decimal value;      /* the one that came later */
    uint8_t status;
} store_conflict;
typedef bool store_conflict_visitor(const store_conflict *c, void *context); /* false stops */
ASSAY_MUST_USE assay_status store_conflicts(store *s, store_conflict_visitor *visit, void *context,
                                            assay_err *err);
ASSAY_MUST_USE assay_status store_conflict_decide(store_tx *tx, uint64_t id, bool take_new,
                                                  const char *actor, const char *reason,
                                                  assay_err *err);

/* -- charts ---------------------------------------------------------------------------- */

/* A stored chart: characteristic x filter x subgroup rule x type x rule set, as JSON, and the
 * limits in force. Every version is a record of type chart.defined, .changed or .limits. */
typedef struct {
    object_id id;
    uint32_t characteristic;
    const char *name;       /* unique for its characteristic */
    const char *definition; /* JSON */
    const char *limits;     /* JSON, NULL: none set yet */
} store_chart;

/* New, or a new version. The id stays. */
ASSAY_MUST_USE assay_status store_chart_define(store_tx *tx, uint32_t characteristic,
                                               const char *name, const char *definition,
                                               const char *actor, object_id *id, assay_err *err);
ASSAY_MUST_USE assay_status store_chart_limits(store_tx *tx, const object_id *chart,
                                               const char *limits, const char *actor,
                                               assay_err *err);
/* Texts live until store_close. */
ASSAY_MUST_USE assay_status store_chart_find(store *s, uint32_t characteristic, const char *name,
                                             store_chart *out, assay_err *err);
typedef bool store_chart_visitor(const store_chart *c, void *context); /* false stops */
/* characteristic 0: all charts */
ASSAY_MUST_USE assay_status store_charts(store *s, uint32_t characteristic,
                                         store_chart_visitor *visit, void *context,
                                         assay_err *err);

/* -- live ingest ------------------------------------------------------------------------ */

/* Rows of any number of sources become durable and visible together: one commit and one fsync for
 * a group of messages. Batches go on being compacted while it is open. At most one ingest or import
 * is open. All calls from the thread of the store handle. */
typedef struct ingest ingest;

typedef enum {
    FATE_STORED,
    FATE_LATE,      /* stored, but not as the last of its series: what follows it was known before */
    FATE_DUPLICATE, /* same identity, same value: not stored again */
    FATE_CONFLICT,  /* same identity, other value: kept apart until a person decides */
} ingest_fate;

ASSAY_MUST_USE assay_status ingest_open(store *s, ingest **out, assay_err *err);
/* For a plant that runs for long: what makes the first commits slower is done now (20 MB of log), and
 * groups that follow one another at once go through the journal (journal.h). */
ASSAY_MUST_USE assay_status ingest_prepare(ingest *g, assay_err *err);
void ingest_close(ingest *g); /* aborts what is begun; accepts NULL */

/* A group begins with the first of the calls below and ends with ingest_commit or ingest_abort. */

/* The characteristic of this path, defined if it is new (recorded with the group's commit). */
ASSAY_MUST_USE assay_status ingest_define(ingest *g, const characteristic *c, const char *actor,
                                          uint32_t *number, assay_err *err);
/* b->characteristic[k] is a number of the store; context codes are of `texts`. message[k] (may be
 * NULL: all one message) never decreases: equal keys within one message are told apart by their
 * occurrence, equal keys in two messages are the same measurement. Every row has a time. What
 * became of row k goes to fate[k] (ingest_fate). Cost: no lookup for rows behind all stored ones. */
ASSAY_MUST_USE assay_status ingest_rows(ingest *g, const char *source, const measurement_batch *b,
                                        const dictionary *const texts[CONTEXT_COUNT],
                                        const uint32_t *message, uint8_t *fate, assay_err *err);
/* What a door must know after a crash, durable with the group: packet ids, cursors, offsets.
 * length 0: forget the key. */
ASSAY_MUST_USE assay_status ingest_remember(ingest *g, const char *source, const char *key,
                                            const void *bytes, size_t length, assay_err *err);

/* The account of a source. At every commit: received = stored + duplicates + conflicts + refused
 * (`late` of the stored ones came late; `doubtful` of them had no identity and may be doubled). */
typedef struct {
    uint64_t received, stored, duplicates, conflicts, refused, late, doubtful;
    int64_t last_time; /* receipt of the newest, TIME_NONE: none */
} source_account;
/* Adds to the account; ingest_rows does not count by itself. */
ASSAY_MUST_USE assay_status ingest_account(ingest *g, const char *source,
                                           const source_account *more, assay_err *err);
/* `count` values refused for a reason (a stable word), with an example and what to do about it; the
 * newest example is kept. Not counted into the account by itself. */
ASSAY_MUST_USE assay_status ingest_refused(ingest *g, const char *source, const char *reason,
                                           const char *remedy, uint64_t count, const char *example,
                                           size_t length, assay_err *err);

/* Durable when it returns ASSAY_OK. On failure (disk full) the group is gone as a whole, nothing of
 * it is visible, and the next group may begin. */
ASSAY_MUST_USE assay_status ingest_commit(ingest *g, uint64_t *commit, assay_err *err);
void ingest_abort(ingest *g);
/* Some milliseconds of compaction and checkpointing, when nothing is begun; false: all is done. */
bool ingest_idle(ingest *g);

ASSAY_MUST_USE assay_status store_recall(store *s, const char *source, const char *key, buf *out,
                                         assay_err *err); /* empty: never remembered */
typedef bool store_recall_visitor(const char *key, const void *bytes, size_t length,
                                  void *context); /* false stops */
ASSAY_MUST_USE assay_status store_recall_all(store *s, const char *source, const char *prefix,
                                             store_recall_visitor *visit, void *context,
                                             assay_err *err);
typedef bool store_source_visitor(const char *source, const source_account *account,
                                  void *context); /* false stops */
ASSAY_MUST_USE assay_status store_sources(store *s, store_source_visitor *visit, void *context,
                                          assay_err *err);
typedef struct {
    const char *reason, *remedy, *example; /* printable, shortened */
    uint64_t count;
    int64_t first_time, last_time;
} source_refusal;
typedef bool store_refusal_visitor(const source_refusal *r, void *context); /* false stops */
ASSAY_MUST_USE assay_status store_refusals(store *s, const char *source,
                                           store_refusal_visitor *visit, void *context,
                                           assay_err *err);

/* -- documents: what people configure -------------------------------------------------- */

/* One JSON object each, of a kind ("source", "account", "plan" ...) and with an id unique in it.
 * Every change appends one record: type KIND ".changed", payload {kind, id, before, after, why}. The
 * secret (password hash, token hash) stands beside the document, never in a record. */
typedef struct {
    const char *kind, *id;
    const char *json, *secret; /* secret NULL: none */
    uint64_t version;          /* from 1; counts changes of this document */
    int64_t time;              /* of the last change */
} store_document;
#define DOCUMENT_ANY UINT64_MAX

/* json NULL: delete. secret NULL: keep the one there is; "": none. `expected`: the version it must
 * have (0: must not exist; DOCUMENT_ANY: whatever), else ASSAY_CONFLICT. A call that changes
 * nothing appends nothing. */
ASSAY_MUST_USE assay_status store_document_put(store_tx *tx, const char *kind, const char *id,
                                               const char *json, const char *secret,
                                               uint64_t expected, const char *actor,
                                               const char *why, uint64_t *version, assay_err *err);
/* What nobody needs to see in the records (a session): no record. A new one is made; the version of
 * an old one stays. json NULL: keep the one there is. */
ASSAY_MUST_USE assay_status store_document_touch(store_tx *tx, const char *kind, const char *id,
                                                 const char *json, const char *secret,
                                                 assay_err *err);
/* Gone without a trace or a record: what only stood for a while, and what must be forgotten. */
ASSAY_MUST_USE assay_status store_document_drop(store_tx *tx, const char *kind, const char *id,
                                                assay_err *err);
/* Texts live until the next call on this handle. ASSAY_NOT_FOUND. */
ASSAY_MUST_USE assay_status store_document_get(store *s, const char *kind, const char *id,
                                               store_document *out, assay_err *err);
typedef bool store_document_visitor(const store_document *d, void *context); /* false stops */
ASSAY_MUST_USE assay_status store_documents(store *s, const char *kind,
                                            store_document_visitor *visit, void *context,
                                            assay_err *err); /* in order of id */
/* Those behind this id (NULL: from the first), at most `limit` (0: all). */
ASSAY_MUST_USE assay_status store_documents_after(store *s, const char *kind, const char *after,
                                                  size_t limit, store_document_visitor *visit,
                                                  void *context, assay_err *err);

/* -- lists: what screens show in pages --------------------------------------------------- */

/* An entry stands for an object of some kind: a row of JSON (what a list shows of it) and its places
 * in lists that have names. A list is sorted by bytes, then by age of the entry. Lists are made from
 * the records, in the same transaction, and can be made anew from them: nothing is told here alone.
 * Cost of a page and of a count: independent of how long the list is. */
typedef struct {
    const char *list; /* 1 .. 255 bytes */
    const char *sort; /* at most 255 bytes; NULL: "" */
} entry_place;
enum { ENTRY_PLACES = 128 };
/* The kind of an entry that says what the records about its object come to: it goes with any payload of
 * them that is erased. */
#define STORE_STATE "state"

/* New, or in place of what there was. row NULL: the entry goes. */
ASSAY_MUST_USE assay_status store_entry_put(store_tx *tx, const char *kind,
                                            const object_id *object, const char *row,
                                            const entry_place *places, size_t n, assay_err *err);
/* The row of an entry; ASSAY_NOT_FOUND. */
ASSAY_MUST_USE assay_status store_entry_get(store *s, const char *kind, const object_id *object,
                                            buf *row, assay_err *err);

typedef struct {
    object_id object;
    const char *kind, *row, *sort;
    char mark[2 * 255 + 20]; /* where a next page goes on behind this entry */
} store_entry;
typedef bool store_entry_visitor(const store_entry *e, void *context); /* false stops */
typedef struct {
    const char *list;
    const char *prefix;  /* only what sorts under it; NULL: all */
} store_span;
typedef struct {
    const char *list, *prefix; /* the one span of the page */
    const store_span *span;    /* list NULL: several, as if they were one list; an entry at the same place of */
    size_t span_count;         /* two is shown once. Cost: so many times a short walk */
    const char *from;    /* only what sorts at or behind it; NULL: all */
    const char *mark;    /* behind (before, when is_down) this entry; NULL: from the start */
    bool is_down;
    size_t limit;        /* 1 .. 1000 */
} store_page;
/* All are read before the first is shown. ASSAY_FORMAT: not a mark. */
ASSAY_MUST_USE assay_status store_entries(store *s, const store_page *page,
                                          store_entry_visitor *visit, void *context,
                                          assay_err *err);
ASSAY_MUST_USE assay_status store_list_count(store *s, const char *list, uint64_t *out,
                                             assay_err *err); /* 0 for a list that is not there */
typedef bool store_list_visitor(const char *list, uint64_t n, void *context); /* false stops */
/* Lists that are not empty and whose names begin so, in order. */
ASSAY_MUST_USE assay_status store_lists(store *s, const char *prefix, store_list_visitor *visit,
                                        void *context, assay_err *err);
/* How much memory the writer keeps pages in; 0: as usual. For a time in which very much is written
 * in no order. */
ASSAY_MUST_USE assay_status store_cache(store *s, unsigned mebibytes, assay_err *err);
/* All entries of a kind go, to be made anew. */
ASSAY_MUST_USE assay_status store_entries_drop(store_tx *tx, const char *kind, assay_err *err);

/* -- files: bytes that stand beside the records of an object ------------------------------ */

/* A file comes in parts, one transaction after the other, is ended, and then kept by the transaction
 * whose record names it. One that nobody kept is loose and is swept away some day. `owner` is whose
 * erasure takes the bytes with it; the row stays, so that a missing file is told from a lost one. */
enum { STORE_FILE_PART = (1 << 20) + 64, STORE_FILE_PARTS = 512, STORE_FILE_ABOUT = 16 << 10 };

typedef enum { FILE_COMING, FILE_LOOSE, FILE_KEPT, FILE_ERASED } store_file_state;

typedef struct {
    object_id id, object, owner;
    store_file_state state;
    uint32_t parts;
    uint64_t bytes;    /* as stored */
    int64_t time;      /* when it began */
    const char *about; /* the caller's text; lives until the next call on this handle */
} store_file;

ASSAY_MUST_USE assay_status store_file_begin(store_tx *tx, const object_id *id,
                                             const object_id *object, const object_id *owner,
                                             assay_err *err);
/* 1 .. STORE_FILE_PART bytes behind those before. ASSAY_CONFLICT: it was ended, or swept away. */
ASSAY_MUST_USE assay_status store_file_add(store_tx *tx, const object_id *id, const void *bytes,
                                           size_t length, assay_err *err);
ASSAY_MUST_USE assay_status store_file_end(store_tx *tx, const object_id *id, const char *about,
                                           assay_err *err);
ASSAY_MUST_USE assay_status store_file_keep(store_tx *tx, const object_id *id, assay_err *err);
ASSAY_MUST_USE assay_status store_file_drop(store_tx *tx, const object_id *id, assay_err *err);
/* The bytes of all files of an owner go for good. */
ASSAY_MUST_USE assay_status store_files_erase(store_tx *tx, const object_id *owner,
                                              assay_err *err);
/* Some loose ones that began before `before` go: *n of them, 0 when all are gone. */
ASSAY_MUST_USE assay_status store_files_sweep(store_tx *tx, int64_t before, uint64_t *n,
                                              assay_err *err);

ASSAY_MUST_USE assay_status store_file_get(store *s, const object_id *id, store_file *out,
                                           assay_err *err); /* ASSAY_NOT_FOUND */
/* Part i, from 0, in place of what `out` held. ASSAY_DAMAGED: it is not what was written. */
ASSAY_MUST_USE assay_status store_file_read(store *s, const object_id *id, uint32_t i, buf *out,
                                            assay_err *err);
typedef struct {
    uint64_t files, bytes, loose;
} store_file_tally;
ASSAY_MUST_USE assay_status store_files_of(store *s, const object_id *object,
                                           store_file_tally *out, assay_err *err);

/* -- care ------------------------------------------------------------------------------ */

typedef bool store_progress(uint64_t done, uint64_t total, void *context); /* false: stop */
ASSAY_MUST_USE assay_status store_compact(store *s, store_progress *progress, void *context,
                                          assay_err *err);

typedef struct {
    uint64_t chunks, measurements, records, damaged;
    uint64_t unfinished; /* rows of an import that waits to be taken up again; not measurements */
    uint64_t file_bytes, value_bytes, time_bytes, context_bytes;
} store_check_t;
typedef void store_finding(const char *what, void *context);
ASSAY_MUST_USE assay_status store_check(store *s, store_finding *finding, void *context,
                                        store_check_t *out, assay_err *err);
/* The part of it about files that stand beside: a journal that is not all in the database while nobody
 * writes, journals kept aside. */
ASSAY_MUST_USE assay_status store_check_beside(store *s, store_finding *finding, void *context,
                                               uint64_t *damaged, assay_err *err);
/* Everything acknowledged, or nothing: ASSAY_DAMAGED where a journal beside it cannot all be read. */
ASSAY_MUST_USE assay_status store_backup(store *s, const char *path, assay_err *err);
/* A journal that stands beside `path` already is left to who opens it (store_told). */
ASSAY_MUST_USE assay_status store_restore(const char *backup, const char *path, assay_err *err);

#endif
