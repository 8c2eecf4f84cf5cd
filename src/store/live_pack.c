/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A group of live ingest as bytes. XXH3 of the rest (8 bytes), then: version (1), time of the commit
 * (8), and varints:
 *
 *   rows       count; each: flags, step to its characteristic, step of time, mantissa; where it
 *              differs from the row before: source, shape (exponent, decimals, status, offset,
 *              size); bit set of contexts and their codes, local ones as text (0: as the row before
 *              had it, else length + 1 and bytes)
 *   accounts   count; each: source, seven numbers, time of the newest
 *   refusals   count; each: source, reason, remedy, example, count, first and last time
 *   memories   count; each: source, key, value
 *
 * Steps and mantissas are zigzag. docs/format/database.md */
#include "store/chunk_codec.h"
#include "store/live.h"

#include "base/hash.h"

#include <string.h>

enum { GROUP_VERSION = 1, HEADER = 17, HAS_SOURCE = 1, HAS_SHAPE = 2, HAS_CONTEXT = 4 };
enum { ROW_BYTES = 160 }; /* of one row without its texts, at the most */

/* -- packing -------------------------------------------------------------------------- */

static uint8_t *varint(uint8_t *p, uint64_t x)
{
    for (; x >= 128; x >>= 7)
        *p++ = (uint8_t)(x | 128);
    *p++ = (uint8_t)x;
    return p;
}

static bool same_shape(const live_row *a, const live_row *b)
{
    return a->exponent == b->exponent && a->decimals == b->decimals && a->status == b->status &&
           a->offset == b->offset && a->size == b->size;
}

static uint8_t *put_shape(uint8_t *p, const live_row *r)
{
    *p++ = (uint8_t)r->exponent;
    *p++ = r->decimals;
    *p++ = r->status;
    p = varint(p, zigzag((uint64_t)(int64_t)r->offset));
    return varint(p, r->size);
}

/* The memory before `p` may move. */
static uint8_t *put_text(buf *out, uint8_t *p, const char *text, size_t length)
{
    p = varint(p, length + 1);
    out->length = (size_t)(p - (uint8_t *)out->data);
    if (!buf_reserve(out, length + ROW_BYTES))
        return NULL;
    memcpy(out->data + out->length, text, length);
    return (uint8_t *)out->data + out->length + length;
}

static uint8_t *put_contexts(const live *l, const live_row *r, uint32_t last[CONTEXT_COUNT],
                             buf *out, uint8_t *p)
{
    const uint32_t *code = &l->codes[r->context - 1];
    uint32_t kinds = *code++;
    p = varint(p, kinds);
    for (; kinds && p; kinds &= kinds - 1, code++) {
        int kind = __builtin_ctz(kinds);
        if (!(LOCAL_CONTEXTS >> kind & 1)) {
            p = varint(p, *code);
        } else if (*code == last[kind]) {
            p = varint(p, 0);
        } else {
            size_t length;
            const char *text = dictionary_text(l->texts[kind], *code, &length);
            p = put_text(out, p, text, length);
            last[kind] = *code;
        }
    }
    return p;
}

static bool pack_rows(const live *l, size_t from, buf *out)
{
    const live_row zero = {.size = 1}, *before = &zero;
    uint32_t last[CONTEXT_COUNT] = {0}, source = 0;
    put_varint(out, l->end.rows - from);
    for (size_t i = from; i < l->end.rows; i++) {
        const live_row *r = &l->row[i];
        if (!buf_reserve(out, ROW_BYTES))
            return false;
        uint8_t *p = (uint8_t *)out->data + out->length, *flags = p++;
        *flags = 0;
        p = varint(p, zigzag((uint64_t)r->characteristic - before->characteristic));
        p = varint(p, zigzag((uint64_t)r->time - (uint64_t)before->time));
        p = varint(p, zigzag((uint64_t)r->mantissa));
        if (origin_source(r->origin) != source) {
            *flags |= HAS_SOURCE;
            source = origin_source(r->origin);
            p = varint(p, source);
        }
        if (!same_shape(r, before)) {
            *flags |= HAS_SHAPE;
            p = put_shape(p, r);
        }
        *flags |= r->context ? HAS_CONTEXT : 0;
        if (r->context && !(p = put_contexts(l, r, last, out, p)))
            return false;
        out->length = (size_t)(p - (uint8_t *)out->data);
        before = r;
    }
    return true;
}

static void put_bytes(buf *out, const char *bytes, size_t length)
{
    put_varint(out, length);
    buf_add(out, bytes, length);
}

static void put_time(buf *out, int64_t time)
{
    put_le(out, (uint64_t)time, 8);
}

static void pack_notes(const live *l, const live_mark *from, buf *out)
{
    put_varint(out, l->end.accounts - from->accounts);
    for (size_t i = from->accounts; i < l->end.accounts; i++) {
        const source_account *a = &l->account[i].more;
        const uint64_t numbers[] = {a->received, a->stored,  a->duplicates, a->conflicts,
                                    a->refused,  a->late, a->doubtful};
        put_varint(out, l->account[i].source);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            put_varint(out, numbers[k]);
        put_time(out, a->last_time);
    }
    put_varint(out, l->end.refusals - from->refusals);
    for (size_t i = from->refusals; i < l->end.refusals; i++) {
        const live_refusal *r = &l->refusal[i];
        const size_t texts[] = {r->reason, r->remedy, r->example};
        put_varint(out, r->source);
        for (size_t k = 0; k < 3; k++)
            put_bytes(out, l->notes.data + texts[k], strlen(l->notes.data + texts[k]));
        put_varint(out, r->count);
        put_time(out, r->first_time);
        put_time(out, r->last_time);
    }
    put_varint(out, l->end.memories - from->memories);
    for (size_t i = from->memories; i < l->end.memories; i++) {
        const live_memory *m = &l->memory[i];
        put_varint(out, m->source);
        put_bytes(out, l->notes.data + m->key, strlen(l->notes.data + m->key));
        put_bytes(out, l->notes.data + m->value, m->length);
    }
}

assay_status live_pack(const live *l, const live_mark *from, int64_t time, buf *out,
                       assay_err *err)
{
    buf_clear(out);
    put_le(out, 0, 8);
    put_le(out, GROUP_VERSION, 1);
    put_time(out, time);
    if (!pack_rows(l, from->rows, out))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a group of rows");
    pack_notes(l, from, out);
    if (out->failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a group of rows");
    store_le((uint8_t *)out->data, hash64(out->data + 8, out->length - 8), 8);
    return ASSAY_OK;
}

/* -- unpacking ------------------------------------------------------------------------ */

static bool take_number(bytes_in *in, uint64_t most, uint64_t *out)
{
    return take_varint(in, out) && *out <= most;
}

static bool take_source(bytes_in *in, uint32_t *out)
{
    uint64_t x;
    if (!take_number(in, LIVE_SOURCES_MAX - 1, &x) || !x)
        return false;
    *out = (uint32_t)x;
    return true;
}

static bool take_time(bytes_in *in, int64_t *out)
{
    const uint8_t *p = bytes_take(in, 8);
    *out = p ? (int64_t)load_le(p, 8) : 0;
    return p != NULL;
}

static bool take_shape(bytes_in *in, live_row *r)
{
    const uint8_t *p = bytes_take(in, 3);
    uint64_t offset, size;
    if (!p || !take_varint(in, &offset) || !take_number(in, UINT32_MAX, &size))
        return false;
    r->exponent = (int8_t)p[0];
    r->decimals = p[1];
    r->status = p[2];
    r->offset = (int32_t)(int64_t)unzigzag(offset);
    r->size = (uint32_t)size;
    return r->exponent >= -30 && r->exponent <= 30;
}

static bool take_contexts(bytes_in *in, live *l, uint32_t last[CONTEXT_COUNT], uint32_t *kinds,
                          uint32_t codes[CONTEXT_COUNT])
{
    uint64_t x;
    size_t n = 0;
    if (!take_number(in, WANT_CONTEXTS, &x))
        return false;
    *kinds = (uint32_t)x;
    for (uint32_t left = *kinds; left; left &= left - 1) {
        int kind = __builtin_ctz(left);
        if (!take_number(in, UINT32_MAX, &x))
            return false;
        if (LOCAL_CONTEXTS >> kind & 1 && x) {
            const uint8_t *text = bytes_take(in, x - 1);
            if (!text || !(x = dictionary_code(l->texts[kind], (const char *)text, x - 1)))
                return false;
            last[kind] = (uint32_t)x;
        }
        codes[n++] = LOCAL_CONTEXTS >> kind & 1 ? last[kind] : (uint32_t)x;
    }
    return true;
}

static bool unpack_rows(bytes_in *in, live *l, uint64_t number)
{
    live_row r = {.size = 1};
    uint32_t last[CONTEXT_COUNT] = {0}, codes[CONTEXT_COUNT], source = 0;
    uint64_t count, step, time, mantissa;
    if (!take_number(in, (uint64_t)(in->end - in->at), &count))
        return false;
    for (; count; count--) {
        uint32_t kinds = 0;
        const uint8_t *flags = bytes_take(in, 1);
        if (!flags || !take_varint(in, &step) || !take_varint(in, &time) ||
            !take_varint(in, &mantissa))
            return false;
        uint64_t of = r.characteristic + unzigzag(step);
        r.characteristic = (uint32_t)of;
        r.time = (int64_t)((uint64_t)r.time + unzigzag(time));
        r.mantissa = (int64_t)unzigzag(mantissa);
        if ((*flags & HAS_SOURCE && !take_source(in, &source)) ||
            (*flags & HAS_SHAPE && !take_shape(in, &r)) ||
            (*flags & HAS_CONTEXT && !take_contexts(in, l, last, &kinds, codes)))
            return false;
        if (!of || of >= LIVE_CHARACTERISTICS_MAX || !source ||
            r.time == TIME_NONE)
            return false;
        r.origin = origin_live(source, number);
        if (!live_row_add(l, &r, kinds, codes))
            return false;
    }
    return true;
}

static bool unpack_accounts(bytes_in *in, live *l)
{
    uint64_t count;
    if (!take_number(in, (uint64_t)(in->end - in->at), &count))
        return false;
    for (size_t from = l->end.accounts; count; count--) {
        uint32_t source;
        uint64_t x[7];
        source_account a = {0};
        if (!take_source(in, &source))
            return false;
        for (int k = 0; k < 7; k++)
            if (!take_varint(in, &x[k]))
                return false;
        if (!take_time(in, &a.last_time))
            return false;
        a = (source_account){x[0], x[1], x[2], x[3], x[4], x[5], x[6], a.last_time};
        if (!live_account_add(l, from, source, &a))
            return false;
    }
    return true;
}

/* A text without a NUL in it. */
static bool take_text(bytes_in *in, char *out, size_t room)
{
    uint64_t length;
    const uint8_t *p = take_number(in, room - 1, &length) ? bytes_take(in, length) : NULL;
    if (!p || memchr(p, 0, length))
        return false;
    memcpy(out, p, length);
    out[length] = '\0';
    return true;
}

static bool unpack_refusals(bytes_in *in, live *l)
{
    uint64_t count;
    char reason[LIVE_TEXT_MAX + 1], remedy[LIVE_TEXT_MAX + 1], example[LIVE_TEXT_MAX + 1];
    if (!take_number(in, (uint64_t)(in->end - in->at), &count))
        return false;
    for (; count; count--) {
        live_refusal r = {0};
        if (!take_source(in, &r.source) || !take_text(in, reason, sizeof reason) ||
            !take_text(in, remedy, sizeof remedy) || !take_text(in, example, sizeof example) ||
            !take_varint(in, &r.count) || !take_time(in, &r.first_time) ||
            !take_time(in, &r.last_time) || !live_refusal_add(l, &r, reason, remedy, example))
            return false;
    }
    return true;
}

static bool unpack_memories(bytes_in *in, live *l)
{
    uint64_t count, length;
    char key[LIVE_TEXT_MAX + 1];
    if (!take_number(in, (uint64_t)(in->end - in->at), &count))
        return false;
    for (; count; count--) {
        uint32_t source;
        const uint8_t *value;
        if (!take_source(in, &source) || !take_text(in, key, sizeof key) ||
            !take_varint(in, &length) || !(value = bytes_take(in, length)) ||
            !live_memory_add(l, source, key, value, length))
            return false;
    }
    return true;
}

assay_status live_unpack(live *l, uint64_t number, const void *bytes, size_t length,
                         assay_err *err)
{
    live_mark mark = l->end;
    const uint8_t *b = bytes;
    if (length < HEADER || hash64(b + 8, length - 8) != load_le(b, 8))
        return assay_fail(err, ASSAY_DAMAGED, 0, "group %llu fails its checksum",
                          (unsigned long long)number);
    if (b[8] != GROUP_VERSION)
        return assay_fail(err, ASSAY_NEWER, 0, "group %llu has format %u, this program knows %d",
                          (unsigned long long)number, b[8], GROUP_VERSION);
    bytes_in in = {b + HEADER, b + length};
    if (unpack_rows(&in, l, number) && unpack_accounts(&in, l) && unpack_refusals(&in, l) &&
        unpack_memories(&in, l) && in.at == in.end && !l->notes.failed)
        return ASSAY_OK;
    bool is_short = l->notes.failed;
    live_truncate(l, &mark);
    return is_short ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a group of rows")
                    : assay_fail(err, ASSAY_DAMAGED, 0, "group %llu is not whole",
                                 (unsigned long long)number);
}
