/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of the store become entries of the ledger.
 *
 * The record table is the outbox: record number n is the log's entry n - 1, for good. What is
 * committed there is promised; the log is built from it in order and can be built again.
 */
#ifndef NOTARY_NOTARY_H
#define NOTARY_NOTARY_H

#include "ledger/entry.h"
#include "ledger/log_read.h"
#include "ledger/policy.h"
#include "store/store.h"

/* How the log of a database is set up: the document "log" of kind "ledger". */
typedef struct {
    char origin[256];    /* name of the log and of its key: "ledger.example.org/2026" */
    char directory[512]; /* of the log's files; "": beside the database, DB-ledger */
    char signer[512];    /* as signer_open takes it; "": the key file DB-keys */
    object_id tenant;    /* random: whom the entries belong to */
    buf keys;            /* verifier keys of the log, newest first, a line each */
    buf policy;          /* log, witnesses and quorum, see ledger/policy.h; "": no witnesses */
} notary_settings;

/* ASSAY_NOT_FOUND: the database has no ledger. */
ASSAY_MUST_USE assay_status notary_settings_read(store *s, notary_settings *out, assay_err *err);
/* A record; nothing when nothing changed. */
ASSAY_MUST_USE assay_status notary_settings_write(store_tx *tx, const notary_settings *set,
                                                  const char *actor, const char *why,
                                                  assay_err *err);
void notary_settings_done(notary_settings *set);

/* The log's directory and the signer's place for a database at `path`. */
void notary_directory(const notary_settings *set, const char *path, char *out, size_t room);
void notary_signer_place(const notary_settings *set, const char *path, char *out, size_t room);

/* The entry of a record, as ledger/entry.h writes it; the same for all time. */
ASSAY_MUST_USE assay_status notary_entry(const record *r, const object_id *tenant, buf *out,
                                         assay_err *err);

/* -- writing the log -------------------------------------------------------------------------- */

typedef struct notary notary;

/* The log of the database at `path`, ready to be added to: the signer is reached, the files are
 * checked against the last checkpoint, its last entries against the records. ASSAY_CONFLICT,
 * ASSAY_DAMAGED: they do not belong together (err says what to do). One thread's. */
ASSAY_MUST_USE assay_status notary_open(const char *path, notary **out, assay_err *err);
void notary_close(notary *n); /* accepts NULL */

/* Every record committed so far becomes an entry and a signed checkpoint covers them; *size: how
 * many. Before the first signature the witnesses are asked what they have seen: ASSAY_BUSY when
 * none of them answers, ASSAY_CONFLICT when one has seen what this log does not continue. A failure
 * changes nothing that was signed; later calls try again. */
ASSAY_MUST_USE assay_status notary_step(notary *n, uint64_t *size, assay_err *err);
/* The signer's present key first among the keys of the settings: a record when it is new. */
ASSAY_MUST_USE assay_status notary_keys_follow(store *s, const char *path, const char *actor,
                                               assay_err *err);
/* A new ledger: key file if there is none, settings, both in order. */
typedef struct {
    const char *origin;
    const char *directory, *signer; /* NULL: beside the database */
    const char *policy;             /* text; NULL: no witnesses */
    const char *actor;
} notary_wish;
ASSAY_MUST_USE assay_status notary_init(store *s, const char *path, const notary_wish *w,
                                        assay_err *err);

/* -- being a witness for others -------------------------------------------------------------- */

/* Whose checkpoints a witness beside this database cosigns: the log lines of a policy, kept in the
 * document "witness" of kind "ledger". */
ASSAY_MUST_USE assay_status notary_witness_set(store *s, const char *logs, const char *signer,
                                               const char *actor, const char *why, assay_err *err);
/* *place: of its signer; *directory: of what it has seen (DB-witness); both have `room` bytes.
 * ASSAY_NOT_FOUND: it is none. */
ASSAY_MUST_USE assay_status notary_witness_logs(store *s, const char *path, policy *logs,
                                                char *place, char *directory, size_t room,
                                                assay_err *err);

/* -- reading it ---------------------------------------------------------------------------------- */

/* What anybody may know, from files and settings. One thread's. */
typedef struct ledger_view ledger_view;
ASSAY_MUST_USE assay_status ledger_view_open(store *s, const char *path, ledger_view **out,
                                             assay_err *err);
void ledger_view_close(ledger_view *v); /* accepts NULL */
const notary_settings *ledger_view_settings(const ledger_view *v);
const char *ledger_view_directory(const ledger_view *v);
tlog_reader *ledger_view_reader(ledger_view *v);
/* The policy of the settings, with the log's own keys as its logs. */
const policy *ledger_view_policy(const ledger_view *v);
bool ledger_view_has_witnesses(const ledger_view *v); /* any with a URL */
/* Bring the newest checkpoint to the witnesses that have not cosigned it, over HTTP. *lacking: how
 * many were not reached or refused (err has the last reason). With the quorum it is kept in
 * DIR/witnessed, for receipts, and the writer adds the cosignatures to DIR/checkpoint. */
ASSAY_MUST_USE assay_status ledger_view_witness(ledger_view *v, size_t *lacking, assay_err *err);

/* A signed note of the log, checked, with the newest size: the one with the witnesses' quorum when
 * it covers `index`, else the newest. UINT64_MAX: the newest of all. */
typedef struct {
    uint64_t size;
    uint8_t root[32];
    buf note;
} ledger_tree;
ASSAY_MUST_USE assay_status ledger_view_tree(ledger_view *v, uint64_t index, ledger_tree *out,
                                             assay_err *err);

/* How much of what the record says a receipt shows. */
typedef enum {
    RECEIPT_BARE,  /* nothing */
    RECEIPT_PLAIN, /* what cannot name a person; the rest is withheld, as digests */
    RECEIPT_ALL,   /* free text too */
} receipt_scope;

/* The receipt of a record: entry, inclusion, signed checkpoint; of what the commitment hides as much
 * as `scope` says, if it was not erased; the entry that erased it, if it was. `s` is a handle of this
 * thread. ASSAY_NOT_FOUND: no such record. ASSAY_BUSY: it is not in a signed tree yet. */
ASSAY_MUST_USE assay_status notary_receipt(ledger_view *v, store *s, uint64_t sequence,
                                           receipt_scope scope, buf *out, assay_err *err);

/* Everything: each tile against those below it, each entry against its leaf and its record, the
 * root against the checkpoint. `tell` gets each fault in words. */
typedef void notary_fault(const char *what, void *context);
typedef struct {
    uint64_t entries, records, faults;
    uint64_t signed_size, witnessed_size;
} notary_check_t;
ASSAY_MUST_USE assay_status notary_check(ledger_view *v, store *s, notary_fault *tell,
                                         void *context, notary_check_t *out, assay_err *err);
/* Records that the log has and the database has not are entered again, without payload. */
ASSAY_MUST_USE assay_status notary_rebuild(ledger_view *v, store *s, uint64_t *count,
                                           assay_err *err);

#endif
