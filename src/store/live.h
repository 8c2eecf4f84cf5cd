/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What live ingest committed and no batch holds yet: the table `live`, one row a group, and the same
 * in memory beside each connection.
 *
 * A small commit must dirty one page, not ten: a group's rows, accounts, refusals and remembered
 * keys are one blob, and are spread over the tables when many groups are folded into one batch
 * (fold.c). Until then readers take them from memory. Each connection reads every group once.
 */
#ifndef STORE_LIVE_H
#define STORE_LIVE_H

#include "store/inner.h"

typedef struct {
    int64_t time, mantissa;
    uint64_t origin;
    uint32_t characteristic;
    uint32_t before;  /* place + 1 of the row of this characteristic before it; 0: none */
    uint32_t context; /* place + 1 in `codes` of the bit set of its kinds; 0: none */
    uint32_t size;
    int32_t offset;
    int8_t exponent;
    uint8_t decimals, status;
} live_row;

typedef struct {
    uint32_t source;
    source_account more;
} live_account;

typedef struct {
    uint32_t source;
    size_t reason, remedy, example; /* places in `notes`, NUL-terminated */
    uint64_t count;
    int64_t first_time, last_time;
} live_refusal;

typedef struct {
    uint32_t source;
    size_t key, value; /* places in `notes`; the key is NUL-terminated */
    size_t length;     /* of the value; 0: forgotten */
} live_memory;

typedef struct {
    size_t rows, codes, accounts, refusals, memories, notes;
} live_mark;

typedef struct live {
    uint64_t first, last; /* commit numbers of the oldest and the newest group; 0: none */
    size_t groups, bytes;
    bool is_own; /* of the open ingest: it knows without reading */
    struct { /* what came from the journal, behind all else: read again each time */
        live_mark from;
        size_t groups;
    } fleeting;
    live_row *row;
    uint32_t *newest; /* by characteristic: place + 1 of its last row */
    uint32_t *codes;
    live_account *account;
    live_refusal *refusal;
    live_memory *memory;
    buf notes;
    dictionary *texts[CONTEXT_COUNT]; /* of local contexts */
    live_mark end;
    live_mark room; /* of rows ... memories */
    size_t newest_room;
} live;

enum { LIVE_CHARACTERISTICS_MAX = 1 << 22, LIVE_SOURCES_MAX = 1 << 22, LIVE_TEXT_MAX = 1024 };

ASSAY_MUST_USE assay_status live_new(live **out, assay_err *err);
void live_free(live *l);
void live_clear(live *l);
/* Back to a mark. */
void live_truncate(live *l, const live_mark *mark);

/* Appending; false: no memory. A row's context: bit set of kinds and their codes, ascending. */
bool live_row_add(live *l, const live_row *r, uint32_t kinds, const uint32_t *codes);
bool live_account_add(live *l, size_t from, uint32_t source, const source_account *more);
bool live_refusal_add(live *l, const live_refusal *r, const char *reason, const char *remedy,
                      const char *example);
bool live_memory_add(live *l, uint32_t source, const char *key, const void *value, size_t length);

/* What came after `from` as one group. */
ASSAY_MUST_USE assay_status live_pack(const live *l, const live_mark *from, int64_t time,
                                      buf *out, assay_err *err);
/* Append a group; on failure `l` is as before. */
ASSAY_MUST_USE assay_status live_unpack(live *l, uint64_t number, const void *bytes,
                                        size_t length, assay_err *err);

/* What is there now, or as of the transaction that is fixed: c->view. Outside one it is found anew
 * each time; a transaction that has only just begun may begin again for it. */
ASSAY_MUST_USE assay_status live_look(connection *c, assay_err *err);
/* SQLite's newest commit, without the journal. */
ASSAY_MUST_USE assay_status live_last(connection *c, uint64_t *out, assay_err *err);
/* Bring the memory of `c` up to that. */
ASSAY_MUST_USE assay_status live_refresh(connection *c, assay_err *err);
/* A group as a row of the table. */
ASSAY_MUST_USE assay_status live_add(connection *c, uint64_t number, const void *group,
                                     size_t length, assay_err *err);

/* The rows of a question in series order; codes of local contexts are those of `l`. */
ASSAY_MUST_USE assay_status live_gather(const live *l, const store *s, const piece_query *q,
                                        rows *out, assay_err *err);
/* The same as pieces of `out`, behind everything else. */
ASSAY_MUST_USE assay_status live_pieces(store *s, connection *c, const piece_query *q,
                                        piece_list *out, assay_err *err);
/* Part of `r` as merge wants it. */
ASSAY_MUST_USE assay_status live_read(const live *l, const rows *r, const piece *p,
                                      uint32_t wanted, dictionary *const texts[CONTEXT_COUNT],
                                      rows *out, assay_err *err);

/* -- source.c --------------------------------------------------------------------------- */

/* Did rows of this source ever come by live ingest? */
ASSAY_MUST_USE assay_status source_is_live(connection *c, uint32_t source, bool *out,
                                           assay_err *err);
/* Accounts, refusals and remembered keys of all groups into their tables. */
ASSAY_MUST_USE assay_status sources_fold(connection *c, const live *l, assay_err *err);
void account_merge(source_account *a, const source_account *b);
/* Every account adds up. */
ASSAY_MUST_USE assay_status accounts_check(store *s, connection *c, store_finding *finding,
                                          void *context, uint64_t *damaged, assay_err *err);

/* -- fold.c ----------------------------------------------------------------------------- */

/* All groups into one batch and the tables, inside a transaction. Once that is committed the caller
 * clears the memory. */
ASSAY_MUST_USE assay_status live_fold(store *s, assay_err *err);
/* The same as a transaction of its own, if there is anything. */
ASSAY_MUST_USE assay_status live_fold_now(store *s, assay_err *err);

#endif
