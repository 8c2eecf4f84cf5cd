/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A piece: up to CHUNK_ROWS rows of one characteristic in series order, all timed or all untimed,
 * packed as four byte strings. Sealed chunks and the parts of a batch are both pieces.
 *
 *   values    mantissa, exponent, decimals
 *   times     time and offset; of untimed rows the record number
 *   columns   status, size, origin, context codes; absent when all are plain
 *   texts     the distinct texts of contexts that are local to the piece (serial numbers and the
 *             like: a global dictionary of a hundred million of them would be ruinous)
 */
#ifndef STORE_PIECE_H
#define STORE_PIECE_H

#include "store/connection.h"
#include "store/rows.h"

/* Contexts whose texts stand in the piece itself. */
#define LOCAL_CONTEXTS                                                                             \
    (1u << CONTEXT_SERIAL | 1u << CONTEXT_SUBGROUP | 1u << CONTEXT_NOTE | 1u << CONTEXT_ORDER)

typedef enum { EXTENT_VALUES, EXTENT_TIMES, EXTENT_COLUMNS, EXTENT_TEXTS, EXTENT_COUNT } extent;

enum {
    PIECE_UNTIMED = 1,
    PIECE_NOT_ALL_VALID = 2, /* some row has a status other than STATUS_VALID */
    PIECE_ATTRIBUTE = 4,     /* some row has a size other than 1 */
    PIECE_PLAIN = 8,         /* no columns: status 0, size 1, one origin, no contexts */
    PIECE_NO_CONTEXT = 32, /* no row has any; columns there may be nonetheless */
    PIECE_SEALED = 16, /* of a batch: its extents stand in the tables of chunks already, as `chunk`;
                          in the batch's data at `offset` lies its summary, length[EXTENT_TEXTS] */
};

typedef struct {
    uint32_t characteristic;
    int64_t first_time, last_time; /* TIME_NONE when untimed */
    int64_t tie;                   /* order among chunks of one first time */
    uint64_t id;                   /* of the chunk or the batch */
    uint64_t chunk;                /* of a sealed piece of a batch, else 0 */
    uint32_t n, flags;
    uint64_t first_origin, last_origin;
    bool is_batch;
    uint32_t offset, length[EXTENT_COUNT]; /* inside the batch's data */
    uint32_t summary_length; /* 0: none */
    size_t summary_at;       /* in the summaries of its list */
} piece;

typedef struct {
    buf part[EXTENT_COUNT];
} piece_bytes;
void piece_bytes_done(piece_bytes *b);

/* Pack rows (all timed or all untimed, n <= CHUNK_ROWS). `texts` gives the dictionaries of local
 * contexts. Fills `out` except place and summary. `finest`: see chunk_rows. */
ASSAY_MUST_USE assay_status piece_pack(chunk_codec *codec, const rows *r,
                                       dictionary *const texts[CONTEXT_COUNT], int finest,
                                       piece_bytes *bytes, piece *out, assay_err *err);

/* Unpack what `wanted` asks for into `out` (room is made). Local texts are entered into `texts`
 * and the codes are theirs. `read` fetches one extent. */
typedef assay_status extent_reader(void *context, const piece *p, extent which,
                                   const uint8_t **bytes, size_t *length, assay_err *err);
ASSAY_MUST_USE assay_status piece_unpack(chunk_codec *codec, const piece *p, uint32_t wanted,
                                         dictionary *const texts[CONTEXT_COUNT],
                                         extent_reader *read, void *context, rows *out,
                                         assay_err *err);

/* Directory of a batch: its pieces in order, with a checksum. */
/* is_live: of rows of live ingest, each piece with its own origins. */
ASSAY_MUST_USE assay_status directory_pack(const piece *pieces, size_t n, bool is_live, buf *out,
                                           assay_err *err);
ASSAY_MUST_USE assay_status directory_unpack(const void *bytes, size_t length, uint64_t batch,
                                             uint64_t origin, piece **out, size_t *n,
                                             assay_err *err);

#endif
