/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slot keeps one tile as the pyramid over its hashes: 256 of them, 128 nodes above, 64 ... 1.
 * Where a tile is not full, nodes whose subtree is not complete do not exist and are never asked
 * for. A tile of a wider width serves a narrower one as well: its beginning is the same. */
#include "ledger/log_read.h"

#include "base/i18n.h"

#include "ledger/durable.h"
#include "ledger/checkpoint.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PYRAMID = 2 * TILE_WIDTH - 1, SLOTS = 256 };

typedef struct {
    uint64_t index, turn; /* of another turn than the reader's: empty */
    int level;
    unsigned width;
    sha256 node[PYRAMID];
} slot;

struct tlog_reader {
    char *directory;
    hasher *hasher;
    slot *slots;
    size_t slot_count;
    uint64_t turn; /* begins anew when all is forgotten */
    uint64_t size; /* of the tree a question is about */
    buf bytes;
};

/* -- files ------------------------------------------------------------------------------------- */

/* The file of a tile at this size, or the full one where the log has grown since. */
static assay_status read_tile_file(tlog_reader *r, int level, uint64_t index, unsigned width,
                                   size_t most, buf *out, unsigned *got, assay_err *err)
{
    char relative[TILE_PATH_MAX], path[PATH_MAX];
    assay_status status = ASSAY_NOT_FOUND;
    for (int try = 0; try < 2 && status == ASSAY_NOT_FOUND; try++) {
        tile t = {level, index, try ? TILE_WIDTH : width};
        tile_path(&t, relative);
        if ((size_t)snprintf(path, sizeof path, "%s/%s", r->directory, relative) >= sizeof path)
            return assay_fail(err, ASSAY_LIMIT, 0, "the path %.80s... is too long", r->directory);
        status = durable_read(path, most, out, err);
        *got = t.width;
        if (width == TILE_WIDTH)
            break;
    }
    if (status == ASSAY_NOT_FOUND) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, "the log has no %s", relative);
        assay_hint(err,
                   _("assay ledger verify tells what is missing; a copy of the files mends it"));
    }
    return status;
}

assay_status tlog_read_tile(tlog_reader *r, int level, uint64_t index, uint64_t size, buf *out,
                            assay_err *err)
{
    unsigned width = tile_width(level, index, size), got = 0;
    size_t begin = out->length;
    if (!width)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the tree of size %llu has no tile %d/%llu",
                          (unsigned long long)size, level, (unsigned long long)index);
    assay_status status = read_tile_file(r, level, index, width, TILE_WIDTH * sizeof(sha256), out,
                                         &got, err);
    if (status == ASSAY_OK && out->length - begin != got * sizeof(sha256))
        status = assay_fail(err, ASSAY_DAMAGED, 0, "tile %d/%llu has %zu bytes, not %zu", level,
                            (unsigned long long)index, out->length - begin, got * sizeof(sha256));
    if (status == ASSAY_OK)
        out->length = begin + width * sizeof(sha256);
    return status;
}

assay_status tlog_read_bundle(tlog_reader *r, uint64_t bundle, uint64_t size, buf *out,
                              assay_err *err)
{
    unsigned width = tile_width(TILE_ENTRIES, bundle, size), got;
    if (!width)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the tree of size %llu has no bundle %llu",
                          (unsigned long long)size, (unsigned long long)bundle);
    return read_tile_file(r, TILE_ENTRIES, bundle, width, LOG_BUNDLE_MAX, out, &got, err);
}

assay_status tlog_read_checkpoint(tlog_reader *r, buf *out, assay_err *err)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/checkpoint", r->directory) >= sizeof path)
        return assay_fail(err, ASSAY_LIMIT, 0, "the path %.80s... is too long", r->directory);
    assay_status status = durable_read(path, LOG_CHECKPOINT_MAX, out, err);
    if (status == ASSAY_NOT_FOUND)
        assay_fail(err, ASSAY_NOT_FOUND, 0, "%s has no checkpoint yet", r->directory);
    return status;
}

/* -- tiles in memory --------------------------------------------------------------------------- */

/* Where row `rise` of the pyramid begins: 0, 256, 384 ... */
static unsigned row_of(unsigned rise)
{
    return 2 * TILE_WIDTH - (2 * TILE_WIDTH >> rise);
}

static assay_status build(tlog_reader *r, slot *s, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (unsigned rise = 1; rise <= 8; rise++) {
        const sha256 *below = s->node + row_of(rise - 1);
        sha256 *row = s->node + row_of(rise);
        for (unsigned i = 0; i < s->width >> rise && status == ASSAY_OK; i++)
            status = merkle_node(r->hasher, &below[2 * i], &below[2 * i + 1], &row[i], err);
    }
    return status;
}

static slot *slot_of(tlog_reader *r, int level, uint64_t index)
{
    /* Neighbours of a level keep out of each other's way, levels too. */
    return &r->slots[(index + (uint64_t)level * 37) % r->slot_count];
}

static assay_status load(tlog_reader *r, int level, uint64_t index, const slot **out, assay_err *err)
{
    slot *s = slot_of(r, level, index);
    unsigned width = tile_width(level, index, r->size);
    *out = s;
    if (s->turn == r->turn && s->level == level && s->index == index && s->width >= width)
        return ASSAY_OK;
    buf_clear(&r->bytes);
    assay_status status = tlog_read_tile(r, level, index, r->size, &r->bytes, err);
    if (status != ASSAY_OK)
        return status;
    memcpy(s->node, r->bytes.data, r->bytes.length);
    s->index = index;
    s->level = level;
    s->width = width;
    s->turn = 0;
    status = build(r, s, err);
    if (status == ASSAY_OK)
        s->turn = r->turn;
    return status;
}

static assay_status node(void *context, unsigned level, uint64_t index, sha256 *out, assay_err *err)
{
    tlog_reader *r = context;
    tile_place at = tile_place_of(level, index);
    const slot *s;
    assay_status status = load(r, at.level, at.index, &s, err);
    if (status != ASSAY_OK)
        return status;
    if (at.first + (1u << at.rise) > s->width)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the subtree is not complete");
    *out = s->node[row_of(at.rise) + (at.first >> at.rise)];
    return ASSAY_OK;
}

/* -- answers ------------------------------------------------------------------------------------- */

assay_status tlog_root(tlog_reader *r, uint64_t size, sha256 *out, assay_err *err)
{
    r->size = size;
    return merkle_root_of(r->hasher, size, node, r, out, err);
}

assay_status tlog_root_within(tlog_reader *r, uint64_t old, uint64_t size, sha256 *out,
                              assay_err *err)
{
    r->size = size;
    return merkle_root_of(r->hasher, old, node, r, out, err);
}

assay_status tlog_leaf(tlog_reader *r, uint64_t index, uint64_t size, sha256 *out, assay_err *err)
{
    r->size = size;
    return node(r, 0, index, out, err);
}

assay_status tlog_prove_inclusion(tlog_reader *r, uint64_t index, uint64_t size, merkle_proof *out,
                                  assay_err *err)
{
    r->size = size;
    return merkle_prove_inclusion(r->hasher, index, size, node, r, out, err);
}

assay_status tlog_prove_consistency(tlog_reader *r, uint64_t old, uint64_t size, merkle_proof *out,
                                    assay_err *err)
{
    r->size = size;
    return merkle_prove_consistency(r->hasher, old, size, node, r, out, err);
}

assay_status tlog_edge(tlog_reader *r, uint64_t size, merkle_tree *out, assay_err *err)
{
    merkle_tree t = {.size = size};
    uint64_t from = 0;
    int n = 0;
    assay_status status = ASSAY_OK;
    r->size = size;
    for (int level = 62; level >= 0 && status == ASSAY_OK; level--)
        if (size >> level & 1) {
            status = node(r, (unsigned)level, from >> level, &t.edge[n++], err);
            from += (uint64_t)1 << level;
        }
    if (status == ASSAY_OK)
        *out = t;
    return status;
}

assay_status tlog_read_entry(tlog_reader *r, uint64_t index, uint64_t size, buf *out,
                             assay_err *err)
{
    const uint8_t *entry = NULL;
    size_t length = 0, at = 0;
    bool is_there = true;
    buf_clear(&r->bytes);
    assay_status status = tlog_read_bundle(r, index / TILE_WIDTH, size, &r->bytes, err);
    for (uint64_t i = 0; i <= index % TILE_WIDTH && status == ASSAY_OK; i++) {
        status = bundle_next((const uint8_t *)r->bytes.data, r->bytes.length, &at, &entry, &length,
                             &is_there, err);
        if (status == ASSAY_OK && !is_there)
            status = assay_fail(err, ASSAY_DAMAGED, 0, "bundle %llu ends before entry %llu",
                                (unsigned long long)(index / TILE_WIDTH), (unsigned long long)index);
    }
    if (status == ASSAY_OK)
        buf_add(out, entry, length);
    return status == ASSAY_OK && out->failed
               ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for an entry")
               : status;
}

/* -- life ------------------------------------------------------------------------------------------- */

void tlog_reader_forget(tlog_reader *r)
{
    r->turn++;
}

assay_status tlog_reader_open(const char *directory, size_t slots, tlog_reader **out,
                              assay_err *err)
{
    tlog_reader *r = calloc(1, sizeof *r);
    assay_status status = r ? hasher_new(&r->hasher, err) : ASSAY_MEMORY;
    if (r) {
        r->slot_count = slots ? slots : SLOTS;
        r->turn = 1;
        r->directory = strdup(directory);
        r->slots = calloc(r->slot_count, sizeof *r->slots);
    }
    if (status != ASSAY_OK || !r->directory || !r->slots) {
        tlog_reader_close(r);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to read a log");
    }
    *out = r;
    return ASSAY_OK;
}

void tlog_reader_close(tlog_reader *r)
{
    if (!r)
        return;
    hasher_free(r->hasher);
    buf_done(&r->bytes);
    free(r->directory);
    free(r->slots);
    free(r);
}
