/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing: a metric is put together on its own, so that its length stands before it. */
#include "read/spb.h"

#include <string.h>

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };

static void put_varint(buf *out, uint64_t x)
{
    char bytes[10];
    size_t n = 0;
    for (; x >= 0x80; x >>= 7)
        bytes[n++] = (char)(x | 0x80);
    bytes[n++] = (char)x;
    buf_add(out, bytes, n);
}

static void put_number(buf *out, unsigned number, uint64_t x)
{
    put_varint(out, number << 3 | VARINT);
    put_varint(out, x);
}

static void put_fixed(buf *out, unsigned number, unsigned wire, uint64_t x)
{
    put_varint(out, number << 3 | wire);
    for (int i = 0; i < (wire == FIXED64 ? 8 : 4); i++)
        buf_add_char(out, (char)(x >> (8 * i)));
}

static void put_bytes(buf *out, unsigned number, const void *bytes, size_t length)
{
    put_varint(out, number << 3 | BYTES);
    put_varint(out, length);
    buf_add(out, bytes, length);
}

static void put_property(buf *out, const buf *value)
{
    put_bytes(out, 2, value->data, value->length);
}

static void put_properties(const spb_metric *m, buf *out)
{
    buf set = BUF_INIT, value = BUF_INIT;
    if (m->unit)
        put_bytes(&set, 1, "engUnit", 7);
    if (m->has & SPB_HAS_QUALITY)
        put_bytes(&set, 1, "Quality", 7);
    if (m->unit) {
        put_number(&value, 1, SPB_STRING);
        put_bytes(&value, 8, m->unit, m->unit_length);
        put_property(&set, &value);
        buf_clear(&value);
    }
    if (m->has & SPB_HAS_QUALITY) {
        put_number(&value, 1, SPB_INT32);
        put_number(&value, 3, (uint32_t)m->quality);
        put_property(&set, &value);
    }
    put_bytes(out, 9, set.data, set.length);
    out->failed |= set.failed || value.failed;
    buf_done(&set);
    buf_done(&value);
}

static void put_value(const spb_metric *m, buf *out)
{
    switch (m->field) {
    case SPB_IN_NONE:
        break;
    case SPB_IN_FLOAT:
        put_fixed(out, m->field, FIXED32, m->value.bits);
        break;
    case SPB_IN_DOUBLE:
        put_fixed(out, m->field, FIXED64, m->value.bits);
        break;
    case SPB_IN_INT:
    case SPB_IN_LONG:
    case SPB_IN_BOOL:
        put_number(out, m->field, m->value.bits);
        break;
    default:
        put_bytes(out, m->field, m->value.bytes, m->value_length);
    }
}

static void put_metric(const spb_metric *m, buf *out)
{
    static const struct {
        int bit;
        unsigned number;
    } flags[] = {{SPB_IS_HISTORICAL, 5}, {SPB_IS_TRANSIENT, 6}, {SPB_IS_NULL, 7}};
    if (m->has & SPB_HAS_NAME)
        put_bytes(out, 1, m->name, m->name_length);
    if (m->has & SPB_HAS_ALIAS)
        put_number(out, 2, m->alias);
    if (m->has & SPB_HAS_TIMESTAMP)
        put_number(out, 3, m->timestamp);
    if (m->has & SPB_HAS_TYPE)
        put_number(out, 4, m->type);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (m->has & flags[i].bit)
            put_number(out, flags[i].number, 1);
    }
    if (m->unit || m->has & SPB_HAS_QUALITY)
        put_properties(m, out);
    put_value(m, out);
}

void spb_write(const spb_payload *p, buf *out)
{
    buf one = BUF_INIT;
    if (p->has_timestamp)
        put_number(out, 1, p->timestamp);
    for (size_t i = 0; i < p->n; i++) {
        buf_clear(&one);
        put_metric(&p->metrics[i], &one);
        put_bytes(out, 2, one.data, one.length);
    }
    if (p->has_seq)
        put_number(out, 3, p->seq);
    out->failed |= one.failed;
    buf_done(&one);
}
