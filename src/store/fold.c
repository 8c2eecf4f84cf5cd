/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many groups -> one batch, in the transaction of a commit or between two. Rows keep their origins,
 * so that no answer at any as_of changes. */
#include "store/live.h"

#include <string.h>

typedef struct {
    store *s;
    live *l;
    rows r;
    piece_list pieces;
    piece_bytes bytes;
    buf data;
} folder;

static assay_status fold_piece(folder *f, uint32_t number, size_t from, size_t n, assay_err *err)
{
    piece p;
    rows part = rows_slice(&f->r, from, n);
    assay_status status = piece_pack(f->s->db->codec, &part, f->l->texts, CHUNK_FINEST_NONE,
                                     &f->bytes, &p, err);
    if (status)
        return status;
    p.characteristic = number;
    p.offset = (uint32_t)f->data.length;
    for (int e = 0; e < EXTENT_COUNT; e++)
        buf_add(&f->data, f->bytes.part[e].data, f->bytes.part[e].length);
    return piece_list_add(&f->pieces, &p, err);
}

/* Late rows stand in pieces of their own: else one of them would make a piece reach over all that
 * came since, and compaction write all that anew. */
static size_t piece_length(const rows *r, size_t from)
{
    size_t n = 1;
    while (from + n < r->n && n < CHUNK_ROWS &&
           !((r->status[from] ^ r->status[from + n]) & STATUS_LATE))
        n++;
    return n;
}

static assay_status fold_characteristic(folder *f, uint32_t number, assay_err *err)
{
    piece_query all = {.characteristic = number, .from = INT64_MIN, .to = INT64_MAX,
                       .as_of = UINT64_MAX};
    assay_status status = live_gather(f->l, f->s, &all, &f->r, err);
    for (size_t n, from = 0; from < f->r.n && !status; from += n) {
        n = piece_length(&f->r, from);
        status = fold_piece(f, number, from, n, err);
    }
    return status;
}

static assay_status fold_rows(folder *f, assay_err *err)
{
    assay_status status = ASSAY_OK;
    chunk_codec_quick(f->s->db->codec, true);
    for (size_t number = 1; number < f->l->newest_room && !status; number++)
        if (f->l->newest[number])
            status = fold_characteristic(f, (uint32_t)number, err);
    chunk_codec_quick(f->s->db->codec, false);
    uint64_t oldest = f->l->end.rows ? origin_commit(f->l->row[0].origin) : 0;
    if (!status && f->pieces.n)
        status = batch_write(f->s, origin_live(0, oldest), f->pieces.piece, f->pieces.n, &f->data,
                             err);
    return status;
}

assay_status live_fold(store *s, assay_err *err)
{
    folder f = {.s = s, .l = s->db->live};
    assay_status status = fold_rows(&f, err);
    if (!status)
        status = sources_fold(s->db, f.l, err);
    if (!status && f.l->last) { /* numbers go on behind the last group */
        sqlite3_stmt *q = statement(s->db, SQL_COMMIT_KEEP);
        sqlite3_bind_int64(q, 1, (int64_t)f.l->last);
        sqlite3_bind_int64(q, 2, time_now());
        status = statement_run(s->db, SQL_COMMIT_KEEP, err);
    }
    if (!status)
        status = statement_simple(s->db, SQL_LIVE_DROP, err);
    rows_done(&f.r);
    piece_list_done(&f.pieces);
    piece_bytes_done(&f.bytes);
    buf_done(&f.data);
    return status;
}

assay_status live_fold_now(store *s, assay_err *err)
{
    assay_status status = live_refresh(s->db, err);
    if (status || !s->db->live->last)
        return status;
    status = write_begin(s, err);
    if (!status)
        status = live_fold(s, err);
    if (!status)
        status = write_commit(s, err);
    if (!status)
        live_clear(s->db->live);
    else if (s->in_tx)
        write_abort(s);
    return status;
}
