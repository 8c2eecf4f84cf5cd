/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing. The right edge (roots of complete subtrees, the hashes of the last tile of each level,
 * the last bundle) lives in memory and is read back from the files when the log is opened. */
#include "ledger/log_inner.h"

#include "base/i18n.h"

#include "ledger/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* -- adding --------------------------------------------------------------------------------------- */

/* The hash enters the tile of its level; a full tile's root enters the level above. */
static assay_status enter(tlog *t, const sha256 *leaf, assay_err *err)
{
    sha256 hash = *leaf;
    for (int level = 0; level < LOG_LEVELS; level++) {
        edge_tile *e = &t->edge[level];
        e->hash[e->width++] = hash;
        e->is_dirty = true;
        if (e->width < TILE_WIDTH)
            return ASSAY_OK;
        assay_status status = stage_tile(t, level, err);
        if (status == ASSAY_OK)
            status = tile_root(t->hasher, e->hash[0].bytes, TILE_WIDTH, &hash, err);
        if (status != ASSAY_OK)
            return status;
        e->index++;
        e->width = 0;
        e->is_dirty = false;
    }
    return assay_fail(err, ASSAY_LIMIT, 0, "the log is full");
}

assay_status tlog_add(tlog *t, const void *entry, size_t length, assay_err *err)
{
    sha256 leaf;
    assay_status status = t->is_broken ? assay_fail(err, ASSAY_IO, 0, "the log could not be written")
                                       : bundle_add(&t->bundle, entry, length, err);
    if (status == ASSAY_OK)
        status = merkle_leaf(t->hasher, entry, length, &leaf, err);
    if (status == ASSAY_OK)
        status = merkle_append(t->hasher, &t->tree, &leaf, err);
    if (status == ASSAY_OK && t->tree.size % TILE_WIDTH == 0)
        status = stage_bundle(t, err);
    if (status == ASSAY_OK)
        status = enter(t, &leaf, err);
    t->is_broken |= status != ASSAY_OK;
    return status;
}

/* -- signing --------------------------------------------------------------------------------------- */

static assay_status behind(const tlog *t, const signer_seen *last, assay_err *err)
{
    assay_fail(err, ASSAY_CONFLICT, 0,
               "%s: size %llu was signed before, the log has only %llu entries", t->origin,
               (unsigned long long)last->size, (unsigned long long)t->tree.size);
    return assay_hint(err,
                      _("an older state was restored: bring the newer files and records back"));
}

/* Does our tree go on from what was signed last? */
static assay_status continue_from(tlog *t, signer *s, signer_seen *last, merkle_proof *proof,
                                  assay_err *err)
{
    sha256 root;
    *last = (signer_seen){0};
    proof->count = 0;
    assay_status status = signer_last(s, SIGNER_LOG, t->origin, last, err);
    if (status == ASSAY_NOT_FOUND)
        return ASSAY_OK;
    if (status == ASSAY_OK && last->size > t->tree.size)
        return behind(t, last, err);
    if (status == ASSAY_OK)
        status = tlog_root_within(t->reader, last->size, t->tree.size, &root, err);
    if (status == ASSAY_OK && !sha256_equal(&root, &last->root)) {
        assay_fail(err, ASSAY_CONFLICT, 0, "%s: at size %llu another root was signed than this log has",
                   t->origin, (unsigned long long)last->size);
        return assay_hint(err, _("the log was forked: an older state was restored and went on"));
    }
    if (status == ASSAY_OK && last->size && last->size < t->tree.size)
        status = tlog_prove_consistency(t->reader, last->size, t->tree.size, proof, err);
    return status;
}

static assay_status sign(tlog *t, signer *s, buf *made, assay_err *err)
{
    checkpoint c = {.size = t->tree.size};
    signer_seen last;
    merkle_proof proof;
    buf line = BUF_INIT;
    memcpy(c.origin, t->origin, sizeof c.origin);
    assay_status status = merkle_root(t->hasher, &t->tree, &c.root, err);
    if (status == ASSAY_OK)
        status = continue_from(t, s, &last, &proof, err);
    checkpoint_write(&c, made);
    if (status == ASSAY_OK)
        status = signer_sign_tree(s, SIGNER_LOG, buf_text(made), made->length, last.size, &proof,
                                  &line, err);
    buf_add_char(made, '\n');
    buf_add(made, line.data, line.length);
    buf_done(&line);
    return status == ASSAY_OK && made->failed
               ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a checkpoint")
               : status;
}

static assay_status publish(tlog *t, buf *new, assay_err *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.*s/checkpoint", PATH_MAX - 16, t->directory);
    assay_status status = durable_write(path, 0644, new->data, new->length, err);
    if (status == ASSAY_OK) {
        buf old = t->note;
        t->note = *new;
        *new = old;
    }
    return status;
}

assay_status tlog_sign(tlog *t, signer *s, assay_err *err)
{
    buf made = BUF_INIT;
    if (tlog_is_signed(t) && t->signed_size == t->tree.size)
        return ASSAY_OK;
    assay_status status = tlog_write(t, err);
    if (status == ASSAY_OK)
        status = sign(t, s, &made, err);
    if (status == ASSAY_OK)
        status = publish(t, &made, err);
    buf_done(&made);
    if (status != ASSAY_OK)
        return status;
    t->signed_size = t->tree.size;
    drop_partial(t);
    return ASSAY_OK;
}

assay_status tlog_cosigned(tlog *t, const char *lines, size_t length, assay_err *err)
{
    buf made = BUF_INIT;
    buf_add(&made, t->note.data, t->note.length);
    buf_add(&made, lines, length);
    assay_status status = made.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a checkpoint")
                                      : publish(t, &made, err);
    buf_done(&made);
    return status;
}

/* -- opening ---------------------------------------------------------------------------------------- */

static assay_status lock(tlog *t, assay_err *err)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%.*s/.lock", PATH_MAX - 16, t->directory);
    t->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (t->lock_fd < 0)
        return assay_fail(err, ASSAY_IO, 0, "cannot lock %s: %s", path, strerror(errno));
    if (flock(t->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return assay_fail(err, ASSAY_BUSY, 0, "the log %s is being written by another process",
                          t->directory);
    return ASSAY_OK;
}

static assay_status check_note(tlog *t, const note_key *keys, size_t count, checkpoint *out,
                               assay_err *err)
{
    note n;
    bool is_ours = false;
    assay_status status = note_parse(t->note.data, t->note.length, &n, err);
    for (size_t i = 0; i < count && status == ASSAY_OK && !is_ours; i++) {
        status = note_verify(&n, &keys[i], NULL, err);
        is_ours = status == ASSAY_OK;
        if (status == ASSAY_NOT_FOUND)
            status = ASSAY_OK;
    }
    if (status == ASSAY_OK && !is_ours)
        return assay_fail(err, ASSAY_CONFLICT, 0, "%s/checkpoint is not signed by a key of %s",
                          t->directory, t->origin);
    if (status == ASSAY_OK)
        status = checkpoint_parse(n.text, n.text_length, out, err);
    if (status == ASSAY_OK && strcmp(out->origin, t->origin) != 0)
        status = assay_fail(err, ASSAY_CONFLICT, 0, "%s is the log of %s, not of %s", t->directory,
                            out->origin, t->origin);
    return status;
}

static assay_status load_tiles(tlog *t, assay_err *err)
{
    buf bytes = BUF_INIT;
    assay_status status = ASSAY_OK;
    for (int level = 0; level < LOG_LEVELS && status == ASSAY_OK; level++) {
        edge_tile *e = &t->edge[level];
        uint64_t hashes = t->tree.size >> (8 * level);
        e->index = hashes / TILE_WIDTH;
        e->width = (unsigned)(hashes % TILE_WIDTH);
        buf_clear(&bytes);
        if (e->width)
            status = tlog_read_tile(t->reader, level, e->index, t->tree.size, &bytes, err);
        if (e->width && status == ASSAY_OK)
            memcpy(e->hash, bytes.data, bytes.length);
    }
    buf_done(&bytes);
    return status;
}

/* The entries of the last bundle, as far as they are signed; each must be what its leaf says. */
static assay_status load_bundle(tlog *t, assay_err *err)
{
    buf bytes = BUF_INIT;
    size_t at = 0, length;
    const uint8_t *entry;
    bool is_there = true;
    sha256 leaf;
    const edge_tile *e = &t->edge[0];
    if (!e->width)
        return ASSAY_OK;
    assay_status status = tlog_read_bundle(t->reader, e->index, t->tree.size, &bytes, err);
    for (unsigned i = 0; i < e->width && status == ASSAY_OK; i++) {
        status = bundle_next((const uint8_t *)bytes.data, bytes.length, &at, &entry, &length,
                             &is_there, err);
        if (status == ASSAY_OK && is_there)
            status = merkle_leaf(t->hasher, entry, length, &leaf, err);
        if (status == ASSAY_OK && (!is_there || !sha256_equal(&leaf, &e->hash[i])))
            status = assay_fail(err, ASSAY_DAMAGED, 0, "entry %llu is not what its tile says",
                                (unsigned long long)(e->index * TILE_WIDTH + i));
        if (status == ASSAY_OK)
            status = bundle_add(&t->bundle, entry, length, err);
    }
    buf_done(&bytes);
    return status;
}

static assay_status load(tlog *t, const note_key *keys, size_t count, assay_err *err)
{
    checkpoint c;
    sha256 root;
    assay_status status = tlog_read_checkpoint(t->reader, &t->note, err);
    if (status == ASSAY_NOT_FOUND)
        return ASSAY_OK;
    if (status == ASSAY_OK)
        status = check_note(t, keys, count, &c, err);
    if (status == ASSAY_OK)
        status = tlog_root(t->reader, c.size, &root, err);
    if (status == ASSAY_OK && !sha256_equal(&root, &c.root)) {
        assay_fail(err, ASSAY_DAMAGED, 0,
                   "%s: the tiles give another root than was signed for size %llu", t->directory,
                   (unsigned long long)c.size);
        return assay_hint(err, _("assay ledger verify names the file; bring it back from a copy"));
    }
    if (status == ASSAY_OK)
        status = tlog_edge(t->reader, c.size, &t->tree, err);
    if (status == ASSAY_OK)
        status = load_tiles(t, err);
    if (status == ASSAY_OK)
        status = load_bundle(t, err);
    t->signed_size = t->tree.size;
    return status;
}

assay_status tlog_open(const char *directory, const char *origin, const note_key *keys,
                       size_t key_count, tlog **out, assay_err *err)
{
    if (strlen(directory) > PATH_MAX - 128 || strlen(origin) >= sizeof((tlog *)0)->origin)
        return assay_fail(err, ASSAY_LIMIT, 0, "the log's directory or origin is too long");
    tlog *t = calloc(1, sizeof *t);
    if (!t)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a log");
    t->lock_fd = -1;
    strcpy(t->directory, directory);
    strcpy(t->origin, origin);
    assay_status status = durable_make_directory(directory, 0755, err);
    if (status == ASSAY_OK)
        status = lock(t, err);
    if (status == ASSAY_OK)
        status = hasher_new(&t->hasher, err);
    if (status == ASSAY_OK)
        status = tlog_reader_open(directory, 0, &t->reader, err);
    if (status == ASSAY_OK)
        status = load(t, keys, key_count, err);
    if (status != ASSAY_OK) {
        tlog_close(t);
        return status;
    }
    drop_leftovers(t);
    *out = t;
    return ASSAY_OK;
}

void tlog_close(tlog *t)
{
    if (!t)
        return;
    staged_done(t);
    tlog_reader_close(t->reader);
    hasher_free(t->hasher);
    buf_done(&t->bundle);
    buf_done(&t->note);
    if (t->lock_fd >= 0)
        close(t->lock_fd);
    free(t);
}

uint64_t tlog_size(const tlog *t)
{
    return t->tree.size;
}

uint64_t tlog_signed_size(const tlog *t)
{
    return t->signed_size;
}

bool tlog_is_signed(const tlog *t)
{
    return t->note.length > 0;
}

tlog_reader *tlog_reading(tlog *t)
{
    return t->reader;
}

const buf *tlog_note(const tlog *t)
{
    return &t->note;
}
