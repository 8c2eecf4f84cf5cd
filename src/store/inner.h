/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the store share: the handle, its caches, transactions. */
#ifndef STORE_INNER_H
#define STORE_INNER_H

#include "store/payload.h"
#include "store/piece.h"
#include "store/store.h"

#include "base/commitment.h"

#include <pthread.h>

/* What an import contributes to the identity and visibility of its rows. */
typedef struct {
    uint64_t commit; /* 0: not committed */
    uint32_t source; /* code in store.sources */
    uint64_t content; /* hash of the content key */
} origin;

typedef struct {
    uint64_t id, origin;
    bool is_gone; /* compacted; snapshots may still read it */
    uint64_t rows;
    piece *piece; /* in order of characteristic, then series */
    size_t n;
} batch_directory;

/* What store_summarise told of a whole series as of a commit: no later change can alter it. */
typedef struct {
    uint64_t commit; /* 0: nothing */
    store_summary told;
} summary_memo;

enum { KIND_SOURCE = CONTEXT_COUNT, KINDS };

struct store_tx {
    store *s;
    uint64_t commit; /* the number it will have */
    int64_t time;
    bool is_done, has_erased; /* a name, or what a record said */
};

struct store {
    char *path, *lock_path;
    store_mode mode;
    int lock_fd;
    lineage of;      /* of this writer: what its first transaction writes */
    bool has_lineage; /* it has */
    buf told;
    connection *db; /* the writer, or in a read-only store the first reader */
    connection *idle; /* readers not in use */
    pthread_mutex_t mutex; /* guards everything below that readers touch */
    dictionary *texts[KINDS];
    uint32_t saved[KINDS]; /* how many of each stand in the file */
    origin *origins; /* by import id, [0] unused */
    size_t origin_count, origin_room;
    uint64_t origins_at; /* commit number when they were read */
    uint64_t logged_at;  /* of the last commit then that was more than a live group */
    batch_directory *batches;
    size_t batch_count, batch_room;
    size_t open_cursors;
    arena names;
    stored_characteristic **characteristics; /* by number */
    size_t characteristic_room;
    uint64_t characteristics_at; /* commit of a reader's cache */
    summary_memo *memos; /* by number */
    size_t memo_room;
    struct {
        uint32_t next, run; /* series asked for in turn: how many were told of, and who is behind them */
    } ahead;
    store_tx tx;
    bool in_tx;
    struct import *import; /* the one open */
    struct ingest *ingest; /* the same */
    struct compaction *compaction; /* in the middle of a window */
    buf document; /* texts handed out by store_document_get */
};

/* -- open.c: connections, transactions, visibility -------------------------------------- */

/* The writer's lock, of s->path through s->lock_path. */
ASSAY_MUST_USE assay_status lock_take(store *s, assay_err *err);
void lock_give(store *s);
/* A reader in a snapshot of its own. */
ASSAY_MUST_USE assay_status reader_take(store *s, connection **out, assay_err *err);
void reader_give(store *s, connection *c);

ASSAY_MUST_USE assay_status write_begin(store *s, assay_err *err);
ASSAY_MUST_USE assay_status write_commit(store *s, assay_err *err);
void write_abort(store *s);
ASSAY_MUST_USE assay_status need_writer(store *s, assay_err *err);
/* Move the write-ahead log into the file when it is longer than `pages`. */
void checkpoint(store *s, int pages);

/* The next commit number; `import` 0 for none. */
ASSAY_MUST_USE assay_status commit_add(store *s, uint64_t number, uint32_t import, assay_err *err);
ASSAY_MUST_USE assay_status commit_last(connection *c, uint64_t *out, assay_err *err);
/* Read what is new of origins and batch directories, as `c` sees them. */
ASSAY_MUST_USE assay_status origins_refresh(store *s, connection *c, uint64_t commit,
                                            assay_err *err);
origin origin_of(const store *s, uint64_t id);
/* Order of rows of one key: by name of the source, then by commit. */
int origin_compare(const store *s, uint64_t a, uint64_t b);
/* The last commit that was more than a group of live rows: definitions and texts come with such. */
ASSAY_MUST_USE assay_status commit_logged(connection *c, uint64_t *out, assay_err *err);

/* -- journal_take.c: groups beside the file ------------------------------------------------ */

/* By who opens for writing: into the file, or aside; s->told says what was wrong. */
ASSAY_MUST_USE assay_status journal_take(store *s, assay_err *err);
/* What such a one would tell, into `out`; nothing while somebody writes. */
ASSAY_MUST_USE assay_status journal_judge(store *s, buf *out, assay_err *err);
/* Those kept aside, a finding each. */
void journals_kept(const store *s, store_finding *finding, void *context, uint64_t *damaged);

/* -- texts.c ---------------------------------------------------------------------------- */

ASSAY_MUST_USE assay_status texts_load(store *s, connection *c, assay_err *err);
ASSAY_MUST_USE assay_status texts_save(store *s, assay_err *err); /* inside a write */
void texts_forget(store *s); /* after a rollback: what was not saved is saved next time */
/* Names that were erased leave the memory too. */
ASSAY_MUST_USE assay_status persons_forget(store *s, connection *c, assay_err *err);
uint32_t person_code(store *s, const char *name); /* 0 for NULL or "" */

/* -- pieces.c: which pieces a question needs --------------------------------------------- */

typedef struct {
    piece *piece;
    size_t n, room;
    buf summaries;
    rows live; /* what pieces of LIVE_ID are of */
} piece_list;
#define LIVE_ID UINT64_MAX

void piece_list_done(piece_list *l);
ASSAY_MUST_USE assay_status piece_list_add(piece_list *l, const piece *p, assay_err *err);

typedef struct {
    uint32_t characteristic;
    int64_t from, to;  /* half open; INT64_MIN, INT64_MAX: untimed rows too */
    uint64_t as_of;    /* commit number, not STORE_NOW */
    uint64_t only_origin; /* of batches, pending or not; 0: all committed ones, and chunks */
    bool batches_only;
    bool sealed_only; /* chunks and batches, no live groups */
    bool no_chunks;   /* batches and live groups */
} piece_query;

/* Sealed chunks in order, then the pieces of each batch. */
ASSAY_MUST_USE assay_status pieces_find(store *s, connection *c, const piece_query *q,
                                        piece_list *out, assay_err *err);
/* A row of SQL_CHUNK_ALL. */
ASSAY_MUST_USE assay_status piece_from_row(sqlite3_stmt *q, piece_list *out, assay_err *err);
/* Read directories of batches not known yet. The mutex is the caller's, or he is the writer. */
ASSAY_MUST_USE assay_status batches_refresh(store *s, connection *c, assay_err *err);
/* Of how many characteristics of the batch the rows are void. */
ASSAY_MUST_USE assay_status void_count(connection *c, const batch_directory *b, size_t *out,
                                       assay_err *err);
ASSAY_MUST_USE assay_status is_void(connection *c, uint64_t batch, uint32_t number, bool *out,
                                    assay_err *err);
ASSAY_MUST_USE assay_status extents_drop(connection *c, uint64_t chunk, bool is_plain,
                                         assay_err *err);
/* The extents of the void sealed pieces of a batch that goes; the others are chunks now, or dropped
 * when they were merged. */
ASSAY_MUST_USE assay_status sealed_drop(connection *c, const batch_directory *b, assay_err *err);
/* The same of all sealed pieces, of a batch that never became visible. */
ASSAY_MUST_USE assay_status sealed_discard(connection *c, const batch_directory *b,
                                           assay_err *err);
/* A snapshot that still needs one reads it again. */
void batches_forget(store *s, bool gone_only);

/* The window that is being compacted: rows of its batches up to a characteristic stand in chunks. */
enum { MOVING_MAX = 256 };
typedef struct {
    size_t count;
    uint64_t batch[MOVING_MAX];
    uint32_t characteristic[MOVING_MAX];
} moving_list;
ASSAY_MUST_USE assay_status moving_read(connection *c, moving_list *out, assay_err *err);
bool moving_has(const moving_list *m, uint64_t batch, uint32_t number);
ASSAY_MUST_USE assay_status sealed_summary(connection *c, const piece *p,
                                           uint8_t out[CHUNK_SUMMARY_MAX], size_t *length,
                                           assay_err *err);
/* Fetch an extent through a connection. `context` is the connection. The bytes live until the next
 * fetch of the same extent. */
extent_reader extent_from_file;

/* -- merge.c: pieces -> rows in series order ---------------------------------------------- */

typedef struct merge merge;
/* Takes over the pieces of `l`. */
ASSAY_MUST_USE assay_status merge_open(store *s, connection *c, piece_list *l, uint32_t wanted,
                                       int64_t from, int64_t to, merge **out, assay_err *err);
/* Rows in series order; n == 0 at the end. `out->wanted` says which columns are there: never fewer
 * than asked for; the time also of pieces that reach over from or to. After ASSAY_DAMAGED the next
 * call goes on behind the damaged piece. */
ASSAY_MUST_USE assay_status merge_next(merge *m, rows *out, assay_err *err);
void merge_close(merge *m);
dictionary *const *merge_texts(const merge *m); /* of local contexts; else NULL */
/* Drop the texts of rows that are gone, once they are many. `held`: rows handed out before that are
 * still needed; their codes are brought along. */
ASSAY_MUST_USE assay_status merge_forget(merge *m, rows *held, assay_err *err);
void merge_want(merge *m, uint32_t wanted);      /* before the first merge_next */
/* Before the first merge_next: how many rows there will be, and piece by piece in order. False: that
 * is seen only when they are read. */
bool merge_count(const merge *m, bool all_status, uint64_t *out);
/* Then: leave out the pieces that lie wholly in the first n rows. Returns how many of them are left,
 * in the next piece. */
uint64_t merge_skip(merge *m, uint64_t n);

/* -- the rest ------------------------------------------------------------------------------ */

ASSAY_MUST_USE assay_status characteristic_to_json(const characteristic *c, buf *out,
                                                   assay_err *err);
ASSAY_MUST_USE assay_status characteristic_from_json(const char *text, arena *a,
                                                     characteristic **out, assay_err *err);
const char *path_leaf(const char *path);
/* The number of this path; ASSAY_NOT_FOUND. */
ASSAY_MUST_USE assay_status characteristic_number(store *s, const char *path, uint32_t *out,
                                                  assay_err *err);
ASSAY_MUST_USE assay_status characteristic_define_new(store_tx *tx, const characteristic *c,
                                                      const char *actor, uint32_t *number,
                                                      assay_err *err);
bool ingest_is_begun(const struct ingest *g);
/* How many times `batches` wait to be compacted, or half as many where series have many rows in
 * each; 0: nothing need be done. */
unsigned compact_due(store *s, size_t batches);
/* About so long; at least one characteristic. */
ASSAY_MUST_USE assay_status compact_a_little(store *s, int64_t ns, assay_err *err);
void compaction_free(struct compaction *w);
/* The latest time stored and committed; INT64_MIN for none. */
ASSAY_MUST_USE assay_status latest_time(store *s, connection *c, uint32_t number, int64_t *out,
                                        assay_err *err);
void characteristic_forget(store *s, uint32_t number);
ASSAY_MUST_USE assay_status characteristic_redefine(store_tx *tx, const stored_characteristic *old,
                                                    const characteristic *c, const char *type,
                                                    const char *actor, assay_err *err);
/* import_specify, of a number. */
ASSAY_MUST_USE assay_status characteristic_specify(store *s, uint32_t number, const characteristic *said,
                                                   uint32_t import, property_differs *differs,
                                                   void *context, assay_err *err);
/* The characteristic of this path; a new one is hidden until the import is committed. */
ASSAY_MUST_USE assay_status characteristic_for_import(store *s, const characteristic *c,
                                                      uint32_t import, uint32_t *number,
                                                      assay_err *err);
/* -- payloads.c: what records say -------------------------------------------------------- */

/* Drawn for each payload, and gone with it. */
typedef struct {
    uint8_t salt[COMMIT_SALT], key[PAYLOAD_KEY];
} payload_secrets;

/* Draws what the payload needs; the commitment stays when all else is erased. */
ASSAY_MUST_USE assay_status payload_commit(const buf *payload, payload_secrets *own, sha256 *out,
                                           assay_err *err);
ASSAY_MUST_USE assay_status payload_add(connection *c, int64_t sequence, const payload_secrets *own,
                                        const buf *payload, assay_err *err);
/* With salt and key. ASSAY_NOT_FOUND: there is none. */
ASSAY_MUST_USE assay_status payload_drop(connection *c, uint64_t sequence, assay_err *err);
/* Of a row of SQL_RECORD_FROM or SQL_RECORD_OF, opened into `plain`; *out NULL: erased. */
ASSAY_MUST_USE assay_status payload_read(sqlite3_stmt *q, buf *plain, const char **out,
                                       assay_err *err);
ASSAY_MUST_USE assay_status records_check(store *s, connection *c, store_finding *finding,
                                          void *context, uint64_t *count, uint64_t *damaged,
                                          assay_err *err);
/* A place of an entry as its bytes say; `sort` points into them. */
typedef struct {
    int64_t list;
    const char *sort;
    size_t length;
} entry_spot;
bool place_next(const char **at, const char *end, entry_spot *out); /* false: damaged */
ASSAY_MUST_USE assay_status entries_check(connection *c, store_finding *finding, void *context,
                                          uint64_t *damaged, assay_err *err);
ASSAY_MUST_USE assay_status files_check(connection *c, store_finding *finding, void *context,
                                        uint64_t *damaged, assay_err *err);
ASSAY_MUST_USE assay_status documents_check(connection *c, store_finding *finding, void *context,
                                            uint64_t *damaged, assay_err *err);
/* ASSAY_NOT_FOUND unless it is there and visible, as `c` sees it. Its definition is not read. */
ASSAY_MUST_USE assay_status characteristic_seen(connection *c, uint32_t number, assay_err *err);
ASSAY_MUST_USE assay_status characteristic_insert(store *s, const characteristic *c,
                                                  uint32_t import, uint32_t *number,
                                                  object_id *id, assay_err *err);
/* `base` with what `over` gives. False when that changes nothing. */
bool characteristic_overlay(const characteristic *base, const characteristic *over,
                            characteristic *out);

/* Write one batch from pieces and their bytes (offsets filled). */
ASSAY_MUST_USE assay_status batch_write(store *s, uint64_t origin, const piece *pieces, size_t n,
                                        const buf *data, assay_err *err);
ASSAY_MUST_USE assay_status tx_ready(store *s, uint64_t *commit, assay_err *err);

/* An amendment as stored; `occurrence` counts rows of one origin with the same key from 1. */
typedef struct {
    int64_t time;
    uint32_t serial; /* code in the cursor's dictionary */
    uint64_t record; /* of an untimed row, else 0 */
    uint64_t origin;
    uint32_t occurrence;
    int action;
    uint32_t order; /* of amendments of one row, the later one holds */
    decimal value;
} amendment;
enum { AMEND_CONFLICT = 100, AMEND_KEEP = 101, AMEND_TAKE = 102 };
ASSAY_MUST_USE assay_status amendments_load(connection *c, uint32_t characteristic, uint64_t as_of,
                                            dictionary *serials, amendment **out, size_t *n,
                                            assay_err *err);

#endif
