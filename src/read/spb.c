/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scanner. One step reads one field of any number (tag, then a varint, 4 or 8 bytes, or a
 * length and bytes) and a switch over number and wire type picks what is wanted; a known field with
 * another wire type is an unknown field, as protobuf has it. Data messages are tags of one byte and
 * values of fixed size, so that the step is a handful of instructions. */
#include "read/spb.h"

#include "base/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };
#define FIELD(number, wire) ((number) << 3 | (wire))

typedef struct {
    const uint8_t *p, *end;
} span;

typedef struct {
    uint64_t tag;   /* FIELD(number, wire) */
    uint64_t value; /* of VARINT, FIXED32, FIXED64 */
    span bytes;     /* of BYTES */
} field;

/* What went wrong first: a stable word and where. */
typedef struct {
    const uint8_t *start;
    const char *fault;
    const uint8_t *at;
    int depth;
} scan;

static bool fail(scan *s, const char *fault, const uint8_t *at)
{
    if (!s->fault) {
        s->fault = fault;
        s->at = at;
    }
    return false;
}

static inline bool varint(scan *s, span *in, uint64_t *out)
{
    const uint8_t *p = in->p, *end = in->end;
    uint64_t x = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (p == end)
            return fail(s, "cut-short", p);
        uint8_t byte = *p++;
        x |= (uint64_t)(byte & 0x7F) << (shift & 63);
        if (byte < 0x80) {
            in->p = p;
            *out = x;
            return true;
        }
    }
    return fail(s, "endless-varint", in->p);
}

static inline bool fixed(scan *s, span *in, size_t bytes, uint64_t *out)
{
    if ((size_t)(in->end - in->p) < bytes)
        return fail(s, "cut-short", in->p);
    *out = 0;
    memcpy(out, in->p, bytes);
    in->p += bytes;
    return true;
}

static inline bool length_of(scan *s, span *in, span *out)
{
    uint64_t length;
    if (!varint(s, in, &length))
        return false;
    if (length > (uint64_t)(in->end - in->p))
        return fail(s, "cut-short", in->p);
    *out = (span){in->p, in->p + length};
    in->p += length;
    return true;
}

/* Reads the next field of a span that is not at its end. */
static inline bool next(scan *s, span *in, field *f)
{
    const uint8_t *start = in->p;
    if (*start < 0x80) {
        f->tag = *start;
        in->p++;
    } else if (!varint(s, in, &f->tag)) {
        return false;
    }
    if (f->tag < 8 || f->tag > UINT32_MAX)
        return fail(s, "wire-type", start);
    switch (f->tag & 7) {
    case VARINT:
        return varint(s, in, &f->value);
    case FIXED64:
        return fixed(s, in, 8, &f->value);
    case BYTES:
        return length_of(s, in, &f->bytes);
    case FIXED32:
        return fixed(s, in, 4, &f->value);
    default:
        return fail(s, "wire-type", start);
    }
}

static inline uint32_t length_in(span x)
{
    return (uint32_t)(x.end - x.p);
}

static inline bool text(scan *s, span x)
{
    size_t length = length_in(x);
    return utf8_valid((const char *)x.p, length) == length || fail(s, "not-utf-8", x.p);
}

static bool deeper(scan *s, span x)
{
    return ++s->depth <= SPB_DEPTH || fail(s, "too-deep", x.p);
}

/* -- properties ------------------------------------------------------------------------- */

typedef struct {
    int quality_at, unit_at; /* place of the key; -1: none */
    int keys, values;
    int32_t quality;
    bool has_quality;
    span unit;
} properties;

static bool properties_scan(scan *s, span in, properties *found);

static bool property_list_scan(scan *s, span in)
{
    field f = {0};
    if (!deeper(s, in))
        return false;
    while (in.p < in.end) {
        properties inner = {0};
        if (!next(s, &in, &f) || (f.tag == FIELD(1, BYTES) && !properties_scan(s, f.bytes, &inner)))
            return false;
    }
    s->depth--;
    return true;
}

static void property_keep(properties *found, bool is_null, const field *f, span unit)
{
    if (found->values == found->quality_at && !is_null && f) {
        found->quality = (int32_t)(uint32_t)f->value;
        found->has_quality = true;
    }
    if (found->values == found->unit_at && !is_null)
        found->unit = unit;
    found->values++;
}

static bool property_value_scan(scan *s, span in, properties *found)
{
    field f = {0}, number = {0};
    bool is_null = false, has_number = false;
    span unit = {0};
    properties inner = {0};
    while (in.p < in.end) {
        if (!next(s, &in, &f))
            return false;
        switch (f.tag) {
        case FIELD(2, VARINT):
            is_null = f.value != 0;
            break;
        case FIELD(3, VARINT):
        case FIELD(4, VARINT):
            number = f;
            has_number = true;
            break;
        case FIELD(8, BYTES):
            if (!text(s, f.bytes))
                return false;
            unit = f.bytes;
            break;
        case FIELD(9, BYTES):
            if (!properties_scan(s, f.bytes, &inner))
                return false;
            break;
        case FIELD(10, BYTES):
            if (!property_list_scan(s, f.bytes))
                return false;
            break;
        }
    }
    property_keep(found, is_null, has_number ? &number : NULL, unit);
    return true;
}

static bool is_word(span x, const char *word)
{
    size_t length = strlen(word);
    return length_in(x) == length && memcmp(x.p, word, length) == 0;
}

/* Keys and values are two lists of one length; the keys are read first, wherever they stand. */
static bool property_keys_scan(scan *s, span in, properties *found)
{
    field f = {0};
    found->quality_at = found->unit_at = -1;
    while (in.p < in.end) {
        if (!next(s, &in, &f))
            return false;
        if (f.tag != FIELD(1, BYTES))
            continue;
        if (!text(s, f.bytes))
            return false;
        if (is_word(f.bytes, "Quality") || is_word(f.bytes, "quality"))
            found->quality_at = found->keys;
        else if (is_word(f.bytes, "engUnit"))
            found->unit_at = found->keys;
        found->keys++;
    }
    return true;
}

static bool properties_scan(scan *s, span in, properties *found)
{
    field f = {0};
    span all = in;
    if (!deeper(s, in) || !property_keys_scan(s, in, found))
        return false;
    while (in.p < in.end) {
        if (!next(s, &in, &f))
            return false;
        if (f.tag == FIELD(2, BYTES) && !property_value_scan(s, f.bytes, found))
            return false;
    }
    s->depth--;
    return found->keys == found->values || fail(s, "bad-properties", all.p);
}

static bool metric_properties(scan *s, span in, spb_metric *m)
{
    properties found = {0};
    if (!properties_scan(s, in, &found))
        return false;
    if (found.has_quality) {
        m->quality = found.quality;
        m->has |= SPB_HAS_QUALITY;
    }
    if (found.unit.p) {
        m->unit = (const char *)found.unit.p;
        m->unit_length = length_in(found.unit);
    }
    return true;
}

/* -- what is checked for its form and kept as bytes ---------------------------------------- */

/* Every field of the message; those in `texts` (bit set of numbers) are text, and `inner` looks
 * into the others. */
typedef bool inner_scan(scan *s, uint64_t tag, span in);

static bool form_scan(scan *s, span in, uint32_t texts, inner_scan *inner)
{
    field f = {0};
    if (!deeper(s, in))
        return false;
    while (in.p < in.end) {
        if (!next(s, &in, &f))
            return false;
        if ((f.tag & 7) != BYTES || f.tag >= FIELD(32, 0))
            continue;
        if (texts >> (f.tag >> 3) & 1 && !text(s, f.bytes))
            return false;
        if (inner && !inner(s, f.tag, f.bytes))
            return false;
    }
    s->depth--;
    return true;
}

static bool row_inner(scan *s, uint64_t tag, span in)
{
    return tag != FIELD(1, BYTES) || form_scan(s, in, 1u << 6, NULL);
}

static bool dataset_inner(scan *s, uint64_t tag, span in)
{
    return tag != FIELD(4, BYTES) || form_scan(s, in, 0, row_inner);
}

static bool metric_scan(scan *s, span in, spb_metric *m);

static bool template_inner(scan *s, uint64_t tag, span in)
{
    spb_metric unused = {0};
    if (tag == FIELD(2, BYTES))
        return metric_scan(s, in, &unused);
    return tag != FIELD(3, BYTES) || form_scan(s, in, 1u << 1 | 1u << 8, NULL);
}

/* -- metrics ------------------------------------------------------------------------------ */

static inline void set_bit(spb_metric *m, int bit, bool on)
{
    m->has = (uint8_t)(on ? m->has | bit : m->has & ~bit);
}

static inline void set_bits(spb_metric *m, spb_field in, uint64_t bits)
{
    m->field = (uint8_t)in;
    m->value.bits = bits;
}

static inline void set_bytes(spb_metric *m, spb_field in, span x)
{
    m->field = (uint8_t)in;
    m->value.bytes = x.p;
    m->value_length = length_in(x);
}

static inline bool set_name(scan *s, spb_metric *m, span x)
{
    if (length_in(x) > SPB_NAME_MAX)
        return fail(s, "too-large", x.p);
    m->name = (const char *)x.p;
    m->name_length = length_in(x);
    m->has |= SPB_HAS_NAME;
    return text(s, x);
}

/* The fields of bytes behind the name: rare, and out of the way of the hot loop. */
static bool metric_bytes(scan *s, const field *f, spb_metric *m)
{
    switch (f->tag) {
    case FIELD(8, BYTES):
        return form_scan(s, f->bytes, 1u << 2 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8, NULL);
    case FIELD(9, BYTES):
        return metric_properties(s, f->bytes, m);
    case FIELD(15, BYTES):
        set_bytes(m, SPB_IN_STRING, f->bytes);
        return text(s, f->bytes);
    case FIELD(16, BYTES):
        set_bytes(m, SPB_IN_BYTES, f->bytes);
        return true;
    case FIELD(17, BYTES):
        set_bytes(m, SPB_IN_DATASET, f->bytes);
        return form_scan(s, f->bytes, 1u << 2, dataset_inner);
    case FIELD(18, BYTES):
        set_bytes(m, SPB_IN_TEMPLATE, f->bytes);
        return form_scan(s, f->bytes, 1u << 1 | 1u << 4, template_inner);
    case FIELD(19, BYTES):
        set_bytes(m, SPB_IN_EXTENSION, f->bytes);
        return true;
    default:
        return true;
    }
}

static inline void metric_flags(const field *f, spb_metric *m)
{
    switch (f->tag) {
    case FIELD(5, VARINT):
        set_bit(m, SPB_IS_HISTORICAL, f->value != 0);
        break;
    case FIELD(6, VARINT):
        set_bit(m, SPB_IS_TRANSIENT, f->value != 0);
        break;
    case FIELD(7, VARINT):
        set_bit(m, SPB_IS_NULL, f->value != 0);
        break;
    case FIELD(14, VARINT):
        set_bits(m, SPB_IN_BOOL, f->value != 0);
        break;
    }
}

static bool metric_scan(scan *s, span in, spb_metric *m)
{
    field f = {0};
    while (in.p < in.end) {
        if (!next(s, &in, &f))
            return false;
        switch (f.tag) {
        case FIELD(1, BYTES):
            if (!set_name(s, m, f.bytes))
                return false;
            break;
        case FIELD(2, VARINT):
            m->alias = f.value;
            m->has |= SPB_HAS_ALIAS;
            break;
        case FIELD(3, VARINT):
            m->timestamp = f.value;
            m->has |= SPB_HAS_TIMESTAMP;
            break;
        case FIELD(4, VARINT):
            m->type = (uint32_t)f.value;
            m->has |= SPB_HAS_TYPE;
            break;
        case FIELD(10, VARINT):
            set_bits(m, SPB_IN_INT, (uint32_t)f.value);
            break;
        case FIELD(11, VARINT):
            set_bits(m, SPB_IN_LONG, f.value);
            break;
        case FIELD(12, FIXED32):
            set_bits(m, SPB_IN_FLOAT, f.value);
            break;
        case FIELD(13, FIXED64):
            set_bits(m, SPB_IN_DOUBLE, f.value);
            break;
        default:
            if ((f.tag & 7) == BYTES && !metric_bytes(s, &f, m))
                return false;
            metric_flags(&f, m);
        }
    }
    return true;
}

/* -- the message -------------------------------------------------------------------------- */

/* uuid and body, which only compressed messages use. */
typedef struct {
    span uuid, body;
} envelope;

static bool room_for_one(scan *s, spb_payload *p, const uint8_t *at)
{
    if (p->n < p->room)
        return true;
    if (p->n >= SPB_METRICS_MAX)
        return fail(s, "too-large", at);
    size_t room = p->room ? p->room * 2 : 64;
    spb_metric *grown = realloc(p->metrics, room * sizeof *grown);
    if (!grown)
        return fail(s, "memory", at);
    p->metrics = grown;
    p->room = room;
    return true;
}

static bool payload_metric(scan *s, span in, spb_payload *p)
{
    if (p->n == p->room && !room_for_one(s, p, in.p))
        return false;
    spb_metric *m = &p->metrics[p->n];
    *m = (spb_metric){0};
    if (!metric_scan(s, in, m))
        return false;
    if (m->has & SPB_IS_NULL)
        m->field = SPB_IN_NONE;
    p->n++;
    return true;
}

static bool payload_scan(scan *s, span in, spb_payload *p, envelope *e)
{
    field f = {0};
    while (in.p < in.end) {
        if (!next(s, &in, &f))
            return false;
        switch (f.tag) {
        case FIELD(1, VARINT):
            p->timestamp = f.value;
            p->has_timestamp = true;
            break;
        case FIELD(2, BYTES):
            if (!payload_metric(s, f.bytes, p))
                return false;
            break;
        case FIELD(3, VARINT):
            p->seq = f.value;
            p->has_seq = true;
            break;
        case FIELD(4, BYTES):
            if (!text(s, f.bytes))
                return false;
            e->uuid = f.bytes;
            break;
        case FIELD(5, BYTES):
            e->body = f.bytes;
            break;
        }
    }
    return true;
}

/* Room grows by doubling and ends at SPB_BYTES_MAX, so that a bomb costs no more than that. */
static bool inflate_body(scan *s, span body, buf *out)
{
    z_stream z = {.next_in = (Bytef *)body.p, .avail_in = length_in(body)};
    if (inflateInit2(&z, 32 + MAX_WBITS) != Z_OK) /* zlib or gzip, whichever it is */
        return fail(s, "memory", body.p);
    int code = Z_OK;
    buf_clear(out);
    while (code == Z_OK && out->length < SPB_BYTES_MAX) {
        size_t more = out->length ? out->length : 4096;
        if (!buf_reserve(out, more))
            break;
        z.next_out = (Bytef *)out->data + out->length;
        z.avail_out = (uInt)more;
        code = inflate(&z, Z_NO_FLUSH);
        out->length += more - z.avail_out;
    }
    inflateEnd(&z);
    if (out->failed) {
        buf_done(out);
        return fail(s, "memory", body.p);
    }
    if (code == Z_OK)
        return fail(s, "too-large", body.p);
    return code == Z_STREAM_END || fail(s, "bad-compression", body.p);
}

static void payload_clear(spb_payload *p)
{
    p->n = 0;
    p->timestamp = p->seq = 0;
    p->has_timestamp = p->has_seq = p->was_compressed = false;
    p->fault = NULL;
}

static bool payload_inflate(scan *s, spb_payload *p, const envelope *outer)
{
    envelope inner = {0};
    if (!inflate_body(s, outer->body, &p->plain))
        return false;
    payload_clear(p);
    p->was_compressed = true;
    s->start = (const uint8_t *)buf_text(&p->plain);
    if (!payload_scan(s, (span){s->start, s->start + p->plain.length}, p, &inner))
        return false;
    return !is_word(inner.uuid, "SPBV1.0_COMPRESSED") || fail(s, "bad-compression", inner.uuid.p);
}

static assay_status explain(const scan *s, spb_payload *p, assay_err *err)
{
    size_t at = s->at && s->at >= s->start ? (size_t)(s->at - s->start) : 0;
    assay_status code = strcmp(s->fault, "memory") == 0      ? ASSAY_MEMORY
                        : strcmp(s->fault, "too-large") == 0 ? ASSAY_LIMIT
                                                             : ASSAY_FORMAT;
    p->n = 0;
    p->fault = s->fault;
    return assay_fail(err, code, at, "no Sparkplug payload: %s at byte %zu%s", s->fault, at,
                      p->was_compressed ? " of the decompressed message" : "");
}

assay_status spb_read(const void *bytes, size_t length, spb_payload *p, assay_err *err)
{
    static const uint8_t none[1];
    scan s = {.start = bytes ? bytes : none};
    envelope outer = {0};
    payload_clear(p);
    if (length > SPB_BYTES_MAX)
        fail(&s, "too-large", s.start);
    else if (payload_scan(&s, (span){s.start, s.start + length}, p, &outer) && outer.uuid.p &&
             is_word(outer.uuid, "SPBV1.0_COMPRESSED"))
        payload_inflate(&s, p, &outer);
    return s.fault ? explain(&s, p, err) : ASSAY_OK;
}

void spb_done(spb_payload *p)
{
    free(p->metrics);
    buf_done(&p->plain);
    *p = (spb_payload){0};
}
