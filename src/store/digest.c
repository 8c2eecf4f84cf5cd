/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The series digest: one number for what a series says, however it came and however it lies.
 *
 * A canonical record is, little-endian: time (8 bytes), status (1), exponent (2) and mantissa (8)
 * of the value without trailing zeros, size (4), serial (length (4), bytes), subgroup (8). A value
 * that is no decimal has exponent 32767 and the bits of its binary64. The second digest takes
 * status, exponent, mantissa and size alone, for doors without time and serial numbers.
 *
 * One door names subgroups with a key on each row, another states their size once (K8500). Both
 * say which rows belong together, and that alone is digested: the ordinal of the subgroup in the
 * series, from 1. A new one begins where the key changes, or, among rows without a key, when the
 * size that the definition states (as of the commit asked for) is full. 0: nothing was said.
 */
#include "store/cursor.h"

#include "base/hash.h"

#include <jansson.h>
#include <string.h>

enum { EXPONENT_RAW = 32767 };

/* Where the walk over the subgroups stands. */
typedef struct {
    uint32_t size;  /* stated by the definition; 0 or 1: none */
    uint32_t key;   /* of the row before; 0: it had none */
    uint32_t count; /* rows of the current subgroup without a key */
    uint64_t ordinal;
} grouping;

static void put(uint8_t **p, uint64_t x, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *(*p)++ = (uint8_t)(x >> (8 * i));
}

static size_t value_bytes(const rows *r, size_t i, uint8_t *out)
{
    uint8_t *p = out, status = r->status[i] & STATUS_MASK;
    bool has_value = status != STATUS_NO_VALUE && status != STATUS_CONFLICT;
    int64_t mantissa = has_value ? r->mantissa[i] : 0;
    int exponent = mantissa ? r->exponent[i] : 0;
    if (r->status[i] & STATUS_RAW && has_value) {
        exponent = EXPONENT_RAW;
    } else {
        while (mantissa && mantissa % 10 == 0) {
            mantissa /= 10;
            exponent++;
        }
    }
    put(&p, status, 1);
    put(&p, (uint64_t)(int64_t)exponent, 2);
    put(&p, (uint64_t)mantissa, 8);
    put(&p, status == STATUS_CONFLICT ? 1 : r->size[i], 4);
    return (size_t)(p - out);
}

static void add_text(hasher *h, const dictionary *d, const uint32_t *codes, size_t i)
{
    uint8_t length_bytes[4], *p = length_bytes;
    size_t length = 0;
    const char *text = codes ? dictionary_text(d, codes[i], &length) : "";
    put(&p, length, 4);
    hasher_add(h, length_bytes, 4);
    hasher_add(h, text, length);
}

static uint64_t subgroup_next(grouping *g, uint32_t key)
{
    bool is_keyed = key != 0, was_keyed = g->key != 0;
    if (!is_keyed && g->size < 2) {
        g->key = 0;
        return 0;
    }
    if (is_keyed ? key != g->key : was_keyed || g->count == 0 || g->count == g->size) {
        g->ordinal++;
        g->count = 0;
    }
    g->count = is_keyed ? 0 : g->count + 1;
    g->key = key;
    return g->ordinal;
}

static void add_rows(cursor *c, const rows *r, grouping *g, hasher *series, hasher *values)
{
    const dictionary *serials = cursor_dictionary(c, CONTEXT_SERIAL);
    const uint32_t *keys = r->context[CONTEXT_SUBGROUP];
    for (size_t i = 0; i < r->n; i++) {
        uint8_t bytes[32], *p = bytes;
        put(&p, (uint64_t)r->time[i], 8);
        size_t length = value_bytes(r, i, p);
        hasher_add(series, bytes, 8 + length);
        hasher_add(values, p, length);
        add_text(series, serials, r->context[CONTEXT_SERIAL], i);
        p = bytes;
        put(&p, subgroup_next(g, keys ? keys[i] : 0), 8);
        hasher_add(series, bytes, 8);
    }
}

static assay_status digest_cursor(cursor *c, grouping *g, hasher *series, hasher *values,
                                  series_digest *out, assay_err *err)
{
    series_digest d = {.n = 0};
    assay_status status;
    rows r;
    hasher_begin(series);
    hasher_begin(values);
    while (!(status = cursor_rows(c, &r, err)) && r.n) {
        add_rows(c, &r, g, series, values);
        d.n += r.n;
    }
    sha256 digest;
    if (!status)
        status = hasher_end(series, &digest, err);
    if (status)
        return status;
    memcpy(d.series, digest.bytes, sizeof d.series);
    status = hasher_end(values, &digest, err);
    if (status)
        return status;
    memcpy(d.values, digest.bytes, sizeof d.values);
    *out = d;
    return ASSAY_OK;
}

typedef struct {
    const object_id *id;
    uint64_t as_of;
    uint32_t size;
} stated_size;

static bool note_size(const record *r, void *context)
{
    stated_size *s = context;
    if (r->commit > s->as_of)
        return false;
    if (!r->payload || strncmp(r->type, "characteristic.", 15) != 0 ||
        memcmp(r->object.bytes, s->id->bytes, sizeof s->id->bytes) != 0)
        return true;
    json_t *o = json_loads(r->payload, 0, NULL);
    s->size = (uint32_t)json_integer_value(json_object_get(o, "subgroupSize"));
    json_decref(o);
    return true;
}

static assay_status size_as_of(store *s, uint32_t number, uint64_t as_of, uint32_t *out,
                               assay_err *err)
{
    stored_characteristic c;
    assay_status status = store_characteristic_at(s, number, &c, err);
    if (status)
        return status;
    stated_size stated = {&c.id, as_of, 0};
    *out = c.definition.subgroup_size;
    if (as_of >= store_commit_number(s))
        return ASSAY_OK;
    status = store_records(s, NULL, 0, note_size, &stated, err);
    *out = stated.size;
    return status;
}

assay_status store_digest(store *s, uint32_t number, const store_range *range,
                          series_digest *out, assay_err *err)
{
    store_range all = *range;
    all.all_status = true;
    hasher *series = NULL, *values = NULL;
    cursor *c = NULL;
    uint32_t wanted = WANT_TIME | 1u << CONTEXT_SERIAL | 1u << CONTEXT_SUBGROUP;
    grouping g = {0};
    assay_status status = cursor_open_raw(s, number, &all, wanted, false, &c, err);
    if (!status)
        status = size_as_of(s, number, range->as_of, &g.size, err);
    if (!status)
        status = hasher_new(&series, err);
    if (!status)
        status = hasher_new(&values, err);
    if (!status)
        status = digest_cursor(c, &g, series, values, out, err);
    hasher_free(series);
    hasher_free(values);
    cursor_close(c);
    return status;
}
