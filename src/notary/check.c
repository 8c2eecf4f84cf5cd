/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole log against itself, its signature and the records; and the way back from it. */
#include "notary/inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    ledger_view *v;
    tlog_reader *reader;
    hasher *hasher;
    uint64_t size;
    notary_fault *tell;
    void *context;
    notary_check_t *found;
    merkle_tree tree;    /* of the entries as they are in the bundles */
    buf bundle;
    uint64_t bundle_of;  /* which bundle that is; UINT64_MAX: none */
    size_t at;
    const uint8_t *entry; /* the next one */
    size_t length;
    uint64_t next;
    assay_err *err;
} checking;

static void fault(checking *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void fault(checking *c, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->found->faults++;
    c->tell(text, c->context);
}

/* -- entry by entry ---------------------------------------------------------------------------------- */

static bool load_bundle(checking *c, uint64_t number)
{
    assay_err err;
    buf_clear(&c->bundle);
    c->bundle_of = number;
    c->at = 0;
    if (tlog_read_bundle(c->reader, number, c->size, &c->bundle, &err) == ASSAY_OK)
        return true;
    fault(c, "%s", err.message);
    return false;
}

/* The entry number c->next into c->entry; its leaf is held against the tile. */
static bool next_entry(checking *c)
{
    bool is_there;
    assay_err err;
    sha256 leaf, told;
    if (c->bundle_of != c->next / TILE_WIDTH && !load_bundle(c, c->next / TILE_WIDTH))
        return false;
    if (bundle_next((const uint8_t *)buf_text(&c->bundle), c->bundle.length, &c->at, &c->entry,
                    &c->length, &is_there, &err) != ASSAY_OK || !is_there) {
        fault(c, "bundle %llu ends before entry %llu", (unsigned long long)c->bundle_of,
              (unsigned long long)c->next);
        return false;
    }
    if (merkle_leaf(c->hasher, c->entry, c->length, &leaf, &err) != ASSAY_OK ||
        tlog_leaf(c->reader, c->next, c->size, &told, &err) != ASSAY_OK)
        fault(c, "%s", err.message);
    else if (!sha256_equal(&leaf, &told))
        fault(c, "entry %llu is not what its tile says", (unsigned long long)c->next);
    if (merkle_append(c->hasher, &c->tree, &leaf, &err) != ASSAY_OK)
        fault(c, "%s", err.message);
    c->next++;
    c->found->entries++;
    return true;
}

static bool check_record(const record *r, void *context)
{
    checking *c = context;
    buf entry = BUF_INIT;
    c->found->records++;
    if (c->next >= c->size || !next_entry(c))
        return c->next >= c->size;
    if (notary_entry(r, &ledger_view_settings(c->v)->tenant, &entry, c->err) != ASSAY_OK ||
        entry.length != c->length || memcmp(entry.data, c->entry, entry.length) != 0)
        fault(c, "record %llu is not entry %llu", (unsigned long long)r->sequence,
              (unsigned long long)c->next - 1);
    buf_done(&entry);
    return true;
}

/* -- upper tiles --------------------------------------------------------------------------------------- */

/* Each hash of a tile above level 0 is the root of a full tile below. */
static void check_level(checking *c, int level)
{
    buf above = BUF_INIT, below = BUF_INIT;
    uint64_t hashes = c->size >> (8 * level);
    bool is_there = false;
    assay_err err;
    sha256 root;
    for (uint64_t i = 0; i < hashes; i++) {
        assay_status status = ASSAY_OK;
        if (i % TILE_WIDTH == 0) {
            buf_clear(&above);
            status = tlog_read_tile(c->reader, level, i / TILE_WIDTH, c->size, &above, &err);
            is_there = status == ASSAY_OK; /* else it is told once */
        }
        buf_clear(&below);
        if (is_there)
            status = tlog_read_tile(c->reader, level - 1, i, c->size, &below, &err);
        if (is_there && status == ASSAY_OK)
            status = tile_root(c->hasher, (const uint8_t *)below.data, TILE_WIDTH, &root, &err);
        if (status != ASSAY_OK)
            fault(c, "%s", err.message);
        else if (is_there && memcmp(root.bytes, above.data + i % TILE_WIDTH * 32, 32) != 0)
            fault(c, "tile %d/%llu does not stand over tile %d/%llu", level,
                  (unsigned long long)(i / TILE_WIDTH), level - 1, (unsigned long long)i);
    }
    buf_done(&above);
    buf_done(&below);
}

static void check_root(checking *c, const ledger_tree *t)
{
    sha256 root;
    assay_err err;
    if (c->next == c->size && (merkle_root(c->hasher, &c->tree, &root, &err) != ASSAY_OK ||
                               memcmp(root.bytes, t->root, 32) != 0))
        fault(c, "the entries give another root than was signed for size %llu",
              (unsigned long long)t->size);
    if (tlog_root(c->reader, c->size, &root, &err) != ASSAY_OK)
        fault(c, "%s", err.message);
    else if (memcmp(root.bytes, t->root, 32) != 0)
        fault(c, "the tiles give another root than was signed for size %llu",
              (unsigned long long)t->size);
}

static void check_witnessed(checking *c)
{
    ledger_tree t;
    sha256 root;
    assay_err err;
    if (!ledger_view_has_witnesses(c->v) || ledger_view_tree(c->v, 0, &t, &err) != ASSAY_OK)
        return;
    if (t.size <= c->size && (tlog_root_within(c->reader, t.size, c->size, &root, &err) != ASSAY_OK ||
                              memcmp(root.bytes, t.root, 32) != 0))
        fault(c, "the tree that the witnesses saw at size %llu is not in the log",
              (unsigned long long)t.size);
    c->found->witnessed_size = t.size;
    buf_done(&t.note);
}

assay_status notary_check(ledger_view *v, store *s, notary_fault *tell, void *context,
                          notary_check_t *out, assay_err *err)
{
    ledger_tree t;
    *out = (notary_check_t){0};
    checking c = {.v = v, .reader = ledger_view_reader(v), .tell = tell, .context = context,
                  .found = out, .bundle_of = UINT64_MAX, .err = err};
    assay_status status = ledger_view_tree(v, UINT64_MAX, &t, err);
    if (status != ASSAY_OK)
        return status;
    c.size = out->signed_size = t.size;
    status = hasher_new(&c.hasher, err);
    if (status == ASSAY_OK && s)
        status = store_record_heads(s, NULL, 1, check_record, &c, err);
    while (status == ASSAY_OK && c.next < c.size && next_entry(&c))
        ;
    for (int level = 1; status == ASSAY_OK && level < 8 && c.size >> (8 * level); level++)
        check_level(&c, level);
    if (status == ASSAY_OK) {
        check_root(&c, &t);
        check_witnessed(&c);
        if (s && out->records < t.size)
            fault(&c, "the log has %llu entries, the database only %llu records",
                  (unsigned long long)t.size, (unsigned long long)out->records);
    }
    hasher_free(c.hasher);
    buf_done(&c.bundle);
    buf_done(&t.note);
    return status;
}

/* -- rebuilding ------------------------------------------------------------------------------------------- */

typedef struct {
    const object_id *tenant;
    uint64_t count;
    buf entry; /* of the last one */
    assay_err *err;
    assay_status status;
} last_record;

static bool keep_last(const record *r, void *context)
{
    last_record *l = context;
    l->count = r->sequence;
    buf_clear(&l->entry);
    l->status = notary_entry(r, l->tenant, &l->entry, l->err);
    return l->status == ASSAY_OK;
}

/* The last record there is must be the log's entry: else the two do not belong together. */
static assay_status compare_last(ledger_view *v, store *s, uint64_t size, uint64_t *count,
                                 assay_err *err)
{
    last_record l = {.tenant = &ledger_view_settings(v)->tenant, .err = err};
    buf text = BUF_INIT;
    assay_status status = store_record_heads(s, NULL, 1, keep_last, &l, err);
    if (status == ASSAY_OK)
        status = l.status;
    if (status == ASSAY_OK && l.count && l.count <= size)
        status = tlog_read_entry(ledger_view_reader(v), l.count - 1, size, &text, err);
    if (status == ASSAY_OK && text.length &&
        (text.length != l.entry.length || memcmp(text.data, l.entry.data, text.length) != 0))
        status = assay_fail(err, ASSAY_CONFLICT, 0, "record %llu is not entry %llu of the log",
                            (unsigned long long)l.count, (unsigned long long)l.count - 1);
    *count = l.count;
    buf_done(&l.entry);
    buf_done(&text);
    return status;
}

static assay_status restore(store_tx *tx, const ledger_view *v, const buf *text, uint64_t index,
                            assay_err *err)
{
    ledger_entry e;
    assay_status status = entry_parse(buf_text(text), text->length, &e, err);
    if (status != ASSAY_OK)
        return status;
    if (memcmp(e.tenant, ledger_view_settings(v)->tenant.bytes, sizeof e.tenant) != 0)
        return assay_fail(err, ASSAY_CONFLICT, 0, "entry %llu is of another tenant",
                          (unsigned long long)index);
    record r = {.sequence = index + 1, .time = e.time, .type = e.type, .has_object = e.has_object,
                .has_actor = e.has_actor, .earlier = e.has_prev ? e.prev + 1 : 0};
    memcpy(r.id.bytes, e.id, sizeof e.id);
    memcpy(r.object.bytes, e.object, sizeof e.object);
    memcpy(r.pseudonym.bytes, e.actor, sizeof e.actor);
    memcpy(r.commitment, e.commit.bytes, 32);
    return store_record_restore(tx, &r, err);
}

assay_status notary_rebuild(ledger_view *v, store *s, uint64_t *count, assay_err *err)
{
    uint64_t have = 0;
    ledger_tree t;
    store_tx *tx = NULL;
    buf text = BUF_INIT;
    assay_status status = ledger_view_tree(v, UINT64_MAX, &t, err);
    if (status != ASSAY_OK)
        return status;
    status = compare_last(v, s, t.size, &have, err);
    *count = 0;
    if (status == ASSAY_OK && have < t.size)
        status = store_tx_begin(s, &tx, err);
    for (uint64_t i = have; i < t.size && status == ASSAY_OK; i++) {
        buf_clear(&text);
        status = tlog_read_entry(ledger_view_reader(v), i, t.size, &text, err);
        if (status == ASSAY_OK)
            status = restore(tx, v, &text, i, err);
    }
    if (status == ASSAY_OK && tx)
        status = store_tx_commit(tx, NULL, err);
    else
        store_tx_abort(tx);
    if (status == ASSAY_OK && have < t.size)
        *count = t.size - have;
    buf_done(&text);
    buf_done(&t.note);
    return status;
}
