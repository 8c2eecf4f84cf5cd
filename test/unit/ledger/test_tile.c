/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against tessera's layout tests, a tessera log, a sunlight mirror and Go's tiles of 70,000
 * entries. */
#include "ledger/checkpoint.h"
#include "ledger/tile.h"
#include "vectors.h"

static void paths_are_those_of_tessera(void **state)
{
    (void)state;
    json_t *all = vectors("tile-paths"), *list = json_object_get(all, "encode");
    char path[TILE_PATH_MAX];
    tile t, back;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        unsigned partial = (unsigned)number_of(c, "partial");
        t = (tile){(int)number_of(c, "level"), number_of(c, "index"), partial ? partial : 256};
        tile_path(&t, path);
        assert_string_equal(path, text_of(c, "path"));
        assert_true(tile_path_parse(path, &back));
        assert_int_equal(back.index, t.index);
        assert_int_equal(back.width, t.width);
    }
    list = json_object_get(all, "entriesForIndex");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        uint64_t index = number_of(c, "index") / TILE_WIDTH;
        t = (tile){TILE_ENTRIES, index, tile_width(TILE_ENTRIES, index, number_of(c, "treeSize"))};
        tile_path(&t, path);
        assert_string_equal(path, text_of(c, "path"));
    }
    json_decref(all);
}

static void paths_have_one_spelling(void **state)
{
    (void)state;
    json_t *all = vectors("tile-paths"), *list = json_object_get(all, "parse");
    char path[128];
    tile t;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        unsigned partial = (unsigned)number_of(c, "partial");
        snprintf(path, sizeof path, "tile/%s/%s", text_of(c, "levelText"), text_of(c, "indexText"));
        assert_true(tile_path_parse(path, &t));
        assert_int_equal(t.index, number_of(c, "index"));
        assert_int_equal(t.width, partial ? partial : 256);
    }
    list = json_object_get(all, "parseReject");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        snprintf(path, sizeof path, "tile/%s/%s", text_of(c, "levelText"), text_of(c, "indexText"));
        if (tile_path_parse(path, &t))
            fail_msg("taken: %s", path);
    }
    static const char *const bad[] = {"tile/0/x000/001",
                                      "tile/00/001",
                                      "tile/0/001.p/0",
                                      "tile/0/001.p/01",
                                      "tile/0/1",
                                      "tile/entries",
                                      ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(tile_path_parse(bad[i], &t));
    json_decref(all);
}

static void a_subtree_has_its_place_in_a_tile(void **state)
{
    (void)state;
    json_t *all = vectors("tile-paths"), *list = json_object_get(all, "nodeToTile");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        tile_place p =
            tile_place_of((unsigned)number_of(c, "treeLevel"), number_of(c, "treeIndex"));
        assert_int_equal(p.level, number_of(c, "tileLevel"));
        assert_int_equal(p.index, number_of(c, "tileIndex"));
        assert_int_equal(p.rise, number_of(c, "levelInTile"));
        assert_int_equal(p.first >> p.rise, number_of(c, "indexInTile"));
    }
    json_decref(all);
}

static void bundles_end_where_their_lengths_say(void **state)
{
    (void)state;
    json_t *all = vectors("tile-paths"), *rules = json_object_get(all, "bundleReject");
    static const char *const kinds[] = {"accept", "reject"};
    for (int kind = 0; kind < 2; kind++) {
        const json_t *list = json_object_get(rules, kinds[kind]);
        for (size_t i = 0; i < json_array_size(list); i++) {
            uint8_t bytes[64];
            const uint8_t *entry;
            size_t n, at = 0, length;
            const char *hex = json_string_value(json_array_get(list, i));
            assert_int_equal(sodium_hex2bin(bytes, 64, hex, strlen(hex), NULL, &n, NULL), 0);
            bool is_there = true;
            assay_status status = ASSAY_OK;
            while (!status && is_there)
                status = bundle_next(bytes, n, &at, &entry, &length, &is_there, NULL);
            assert_int_equal(status == ASSAY_OK, kind == 0);
        }
    }
    buf out = BUF_INIT;
    static char large[ENTRY_MAX + 1];
    assert_int_equal(bundle_add(&out, large, ENTRY_MAX, NULL), ASSAY_OK);
    assert_int_equal(bundle_add(&out, large, ENTRY_MAX + 1, NULL), ASSAY_LIMIT);
    buf_done(&out);
    json_decref(all);
}

/* The root of a tree of `size` from tile files alone. */
typedef struct {
    const char *log;
    uint64_t size;
    hasher *h;
} tile_files;

static assay_status read_subtree(void *context, unsigned level, uint64_t index, sha256 *out,
                                 assay_err *err)
{
    const tile_files *f = context;
    tile_place p = tile_place_of(level, index);
    tile t = {p.level, p.index, tile_width(p.level, p.index, f->size)};
    char name[128], path[TILE_PATH_MAX];
    size_t length;
    tile_path(&t, path);
    snprintf(name, sizeof name, "ledger/%s/%s", f->log, path);
    char *bytes = file_of(name, &length);
    assert_int_equal(length, 32 * t.width);
    assay_status status =
        tile_root(f->h, (uint8_t *)bytes + 32 * p.first, (size_t)1 << p.rise, out, err);
    free(bytes);
    return status;
}

static void check_log(const char *log, const char *file, uint64_t size)
{
    tile_files f = {log, size, NULL};
    char name[128];
    size_t length;
    checkpoint cp;
    sha256 root;
    snprintf(name, sizeof name, "ledger/%s/%s", log, file);
    char *text = file_of(name, &length);
    char *end = strstr(text, "\n\n");
    assert_non_null(end);
    assert_int_equal(checkpoint_parse(text, (size_t)(end - text) + 1, &cp, NULL), ASSAY_OK);
    assert_int_equal(cp.size, size);
    assert_int_equal(hasher_new(&f.h, NULL), ASSAY_OK);
    assert_int_equal(merkle_root_of(f.h, size, read_subtree, &f, &root, NULL), ASSAY_OK);
    assert_memory_equal(&root, &cp.root, 32);
    hasher_free(f.h);
    free(text);
}

static void a_tessera_log_has_the_roots_its_checkpoints_say(void **state)
{
    (void)state;
    char name[32];
    for (uint64_t size = 0; size <= 10; size++) {
        snprintf(name, sizeof name, "checkpoint.%llu", (unsigned long long)size);
        check_log("tessera-log", name, size);
    }
}

static void a_sunlight_mirror_of_two_levels_has_its_root(void **state)
{
    (void)state;
    check_log("sunlight-mirror", "checkpoint", 300);
}

static void tiles_of_seventy_thousand_entries_exist_as_in_go(void **state)
{
    (void)state;
    json_t *all = vectors("generated-tree-pattern-A"), *list = json_object_get(all, "tiles");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        tile t;
        if (!tile_path_parse(text_of(c, "path"), &t))
            fail_msg("%s is no path", text_of(c, "path"));
        assert_int_equal(tile_width(t.level, t.index, 70000), t.width);
        if (t.level != TILE_ENTRIES)
            assert_int_equal(number_of(c, "bytes"), 32 * t.width);
    }
    const json_t *counts = json_object_get(all, "tileCounts");
    static const char *const levels[] = {"level0", "level1", "level2"};
    for (int level = 0; level < 3; level++) {
        const json_t *c = json_object_get(counts, levels[level]);
        uint64_t full = number_of(c, "full");
        if (full)
            assert_int_equal(tile_width(level, full - 1, 70000), 256);
        assert_int_equal(tile_width(level, full, 70000), number_of(c, "partialWidth"));
        assert_int_equal(tile_width(level, full + 1, 70000), 0);
    }
    json_decref(all);
}

static void paths_and_widths_have_bounds(void **state)
{
    (void)state;
    static const char *const bad[] = {"tile/entriez/000", "tile/entries", "tile/0/00", "tile/0/0a0", "tile/0/:00", "tile/0/x000x000", "tile/x/000", "tile/64/000",
                                      "tile/0/x001/x001/x001/x001/x001/x001/001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/x", "tile/0/000/", "file/0/000", "tile//000"};
    tile t;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (tile_path_parse(bad[i], &t))
            fail_msg("taken: %s", bad[i]);
    assert_int_equal(tile_width(8, 0, UINT64_MAX / 2), 0);
    assert_int_equal(tile_width(0, UINT64_MAX / 2, UINT64_MAX / 2), 0);
    assert_int_equal(tile_width(TILE_ENTRIES, 0, 300), TILE_WIDTH);
    assert_int_equal(tile_width(TILE_ENTRIES, 1, 300), 44);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_those_of_tessera),
        cmocka_unit_test(paths_have_one_spelling),
        cmocka_unit_test(a_subtree_has_its_place_in_a_tile),
        cmocka_unit_test(bundles_end_where_their_lengths_say),
        cmocka_unit_test(a_tessera_log_has_the_roots_its_checkpoints_say),
        cmocka_unit_test(a_sunlight_mirror_of_two_levels_has_its_root),
        cmocka_unit_test(tiles_of_seventy_thousand_entries_exist_as_in_go),
        cmocka_unit_test(paths_and_widths_have_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
