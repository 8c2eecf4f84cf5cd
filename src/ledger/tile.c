/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/tile.h"

#include "ledger/checkpoint.h"

#include <stdio.h>
#include <string.h>

/* -- paths ---------------------------------------------------------------------------- */

static size_t write_index(uint64_t index, char *out, size_t room)
{
    unsigned group[7];
    int count = 0;
    do {
        group[count++] = (unsigned)(index % 1000);
        index /= 1000;
    } while (index);
    size_t at = 0;
    while (count--)
        at += (size_t)snprintf(out + at, room - at, count ? "x%03u/" : "%03u", group[count]);
    return at;
}

void tile_path(const tile *t, char out[TILE_PATH_MAX])
{
    size_t at = t->level == TILE_ENTRIES
                    ? (size_t)snprintf(out, TILE_PATH_MAX, "tile/entries/")
                    : (size_t)snprintf(out, TILE_PATH_MAX, "tile/%d/", t->level);
    at += write_index(t->index, out + at, TILE_PATH_MAX - at);
    if (t->width < TILE_WIDTH)
        snprintf(out + at, TILE_PATH_MAX - at, ".p/%u", t->width);
}

static bool parse_level(const char **at, int *level)
{
    uint64_t number;
    size_t length = strcspn(*at, "/");
    if (length == 7 && memcmp(*at, "entries", 7) == 0)
        *level = TILE_ENTRIES;
    else if (ledger_number(*at, length, &number) && number < 64)
        *level = (int)number;
    else
        return false;
    *at += length;
    return *(*at)++ == '/';
}

static bool parse_group(const char **at, uint64_t *index)
{
    unsigned value = 0;
    for (int i = 0; i < 3; i++, ++*at) {
        if (**at < '0' || **at > '9')
            return false;
        value = 10 * value + (unsigned)(**at - '0');
    }
    *index = *index * 1000 + value;
    return true;
}

static bool parse_index(const char **at, uint64_t *index)
{
    *index = 0;
    for (int groups = 0; groups < 6; groups++) { /* 10^18 is more than any tree has */
        bool is_last = **at != 'x';
        *at += !is_last;
        if (!parse_group(at, index))
            return false;
        if (is_last)
            return true;
        if (*(*at)++ != '/')
            return false;
    }
    return false;
}

/* One spelling for each tile: what was read must be what would be written. */
bool tile_path_parse(const char *path, tile *out)
{
    tile t = {.width = TILE_WIDTH};
    const char *at = path;
    uint64_t width;
    char again[TILE_PATH_MAX];
    if (strncmp(at, "tile/", 5) != 0)
        return false;
    at += 5;
    if (!parse_level(&at, &t.level) || !parse_index(&at, &t.index))
        return false;
    if (strncmp(at, ".p/", 3) == 0) {
        at += 3;
        if (!ledger_number(at, strlen(at), &width) || !width || width >= TILE_WIDTH)
            return false;
        t.width = (unsigned)width;
    } else if (*at) {
        return false;
    }
    tile_path(&t, again);
    if (strcmp(again, path) != 0)
        return false;
    *out = t;
    return true;
}

/* -- places --------------------------------------------------------------------------- */

unsigned tile_width(int level, uint64_t index, uint64_t size)
{
    uint64_t hashes = level == TILE_ENTRIES ? size : level >= 8 ? 0 : size >> (8 * level);
    uint64_t before = index * TILE_WIDTH;
    if (index > MERKLE_SIZE_MAX / TILE_WIDTH || before >= hashes)
        return 0;
    return hashes - before < TILE_WIDTH ? (unsigned)(hashes - before) : TILE_WIDTH;
}

tile_place tile_place_of(unsigned level, uint64_t index)
{
    unsigned rise = level % 8;
    uint64_t first = index << rise; /* of the hashes of the tile's own level */
    return (tile_place){.level = (int)(level / 8),
                        .index = first / TILE_WIDTH,
                        .first = (unsigned)(first % TILE_WIDTH),
                        .rise = rise};
}

assay_status tile_root(hasher *h, const uint8_t *hashes, size_t count, sha256 *out, assay_err *err)
{
    sha256 row[TILE_WIDTH];
    assay_status status = ASSAY_OK;
    memcpy(row, hashes, count * sizeof *row);
    for (; count > 1 && !status; count /= 2)
        for (size_t i = 0; i < count / 2 && !status; i++)
            status = merkle_node(h, &row[2 * i], &row[2 * i + 1], &row[i], err);
    if (!status)
        *out = row[0];
    return status;
}

/* -- entry bundles -------------------------------------------------------------------- */

assay_status bundle_add(buf *out, const void *entry, size_t length, assay_err *err)
{
    if (length > ENTRY_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "an entry of %zu bytes: at most %d", length,
                          ENTRY_MAX);
    buf_add_char(out, (char)(length >> 8));
    buf_add_char(out, (char)(length & 255));
    buf_add(out, entry, length);
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for entries") : ASSAY_OK;
}

assay_status bundle_next(const uint8_t *bytes, size_t length, size_t *at, const uint8_t **entry,
                         size_t *entry_length, bool *is_there, assay_err *err)
{
    *is_there = *at < length;
    if (!*is_there)
        return ASSAY_OK;
    if (length - *at < 2)
        return assay_fail(err, ASSAY_FORMAT, *at, "the bundle ends within a length");
    size_t n = (size_t)bytes[*at] << 8 | bytes[*at + 1];
    if (length - *at - 2 < n)
        return assay_fail(err, ASSAY_FORMAT, *at, "the bundle ends within an entry");
    *entry = bytes + *at + 2;
    *entry_length = n;
    *at += 2 + n;
    return ASSAY_OK;
}
