/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a value means. Signed integers travel as two's complement in an unsigned field, any integer
 * type in either field, and clients mix the number fields; the type of the birth decides, and what
 * is not exact in it is refused rather than rounded. */
#include "read/spb.h"

#include <math.h>
#include <string.h>

static const char *const names[SPB_TYPE_COUNT] = {
    "Unknown",       "Int8",
    "Int16",         "Int32",
    "Int64",         "UInt8",
    "UInt16",        "UInt32",
    "UInt64",        "Float",
    "Double",        "Boolean",
    "String",        "DateTime",
    "Text",          "UUID",
    "DataSet",       "Bytes",
    "File",          "Template",
    "PropertySet",   "PropertySetList",
    "Int8Array",     "Int16Array",
    "Int32Array",    "Int64Array",
    "UInt8Array",    "UInt16Array",
    "UInt32Array",   "UInt64Array",
    "FloatArray",    "DoubleArray",
    "BooleanArray",  "StringArray",
    "DateTimeArray",
};

const char *spb_type_name(uint32_t type)
{
    return type > 0 && type < SPB_TYPE_COUNT ? names[type] : "unknown";
}

bool spb_type_is_array(uint32_t type)
{
    return type >= SPB_INT8_ARRAY && type <= SPB_DATETIME_ARRAY;
}

bool spb_type_is_number(uint32_t type)
{
    return (type >= SPB_INT8 && type <= SPB_BOOLEAN) || type == SPB_DATETIME ||
           (spb_type_is_array(type) && type != SPB_STRING_ARRAY);
}

static const uint64_t largest_integer = UINT64_C(999999999999999999); /* 18 digits */

static spb_number of_kind(spb_value_kind kind)
{
    return (spb_number){.kind = kind};
}

static spb_number of_magnitude(bool is_negative, uint64_t magnitude)
{
    double raw = is_negative ? -(double)magnitude : (double)magnitude;
    if (magnitude > largest_integer)
        return (spb_number){.kind = SPB_VALUE_RAW, .raw = raw};
    int64_t mantissa = is_negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return (spb_number){.kind = SPB_VALUE_DECIMAL, .value = {mantissa, 0, 0}, .raw = raw};
}

static spb_number of_signed(int64_t x, int bits)
{
    int64_t low = bits == 64 ? INT64_MIN : -(INT64_C(1) << (bits - 1));
    int64_t high = bits == 64 ? INT64_MAX : (INT64_C(1) << (bits - 1)) - 1;
    if (x < low || x > high)
        return of_kind(SPB_VALUE_OUT_OF_RANGE);
    return of_magnitude(x < 0, x < 0 ? 0 - (uint64_t)x : (uint64_t)x);
}

static spb_number of_unsigned(uint64_t x, int bits)
{
    if (bits < 64 && x >> bits)
        return of_kind(SPB_VALUE_OUT_OF_RANGE);
    return of_magnitude(false, x);
}

static spb_number of_real(decimal_kind kind, decimal value, double x)
{
    if (kind == DECIMAL_NONE)
        return (spb_number){.kind = SPB_VALUE_NOT_FINITE, .raw = x};
    return (spb_number){.kind = SPB_VALUE_DECIMAL, .value = value, .raw = x};
}

static spb_number of_double(double x)
{
    decimal value = {0};
    decimal_kind kind = decimal_from_double(x, &value);
    return of_real(kind, value, x);
}

static spb_number of_float(float x)
{
    decimal value = {0};
    decimal_kind kind = decimal_from_float(x, &value);
    return of_real(kind, value, (double)x);
}

static float float_of(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float x;
    memcpy(&x, &low, sizeof x);
    return x;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A whole number that came in a float or double field. */
static spb_number whole_of(double x, int bits, bool is_signed)
{
    if (!isfinite(x))
        return (spb_number){.kind = SPB_VALUE_NOT_FINITE, .raw = x};
    if (x != rint(x) || !(fabs(x) <= 9007199254740992.0) || (!is_signed && x < 0))
        return of_kind(SPB_VALUE_OUT_OF_RANGE);
    return is_signed ? of_signed((int64_t)x, bits) : of_unsigned((uint64_t)x, bits);
}

static int64_t signed_of(const spb_metric *m)
{
    return m->field == SPB_IN_INT ? (int64_t)(int32_t)(uint32_t)m->value.bits
                                  : (int64_t)m->value.bits;
}

static spb_number integer_of(const spb_metric *m, int bits, bool is_signed)
{
    switch (m->field) {
    case SPB_IN_INT:
    case SPB_IN_LONG:
        return is_signed ? of_signed(signed_of(m), bits) : of_unsigned(m->value.bits, bits);
    case SPB_IN_FLOAT:
        return whole_of((double)float_of(m->value.bits), bits, is_signed);
    case SPB_IN_DOUBLE:
        return whole_of(double_of(m->value.bits), bits, is_signed);
    default:
        return of_kind(SPB_VALUE_OTHER);
    }
}

/* `exact`: the largest integer up to which all are exact in the type. */
static spb_number real_of(const spb_metric *m, int64_t exact)
{
    switch (m->field) {
    case SPB_IN_FLOAT:
        return of_float(float_of(m->value.bits));
    case SPB_IN_DOUBLE:
        return of_double(double_of(m->value.bits));
    case SPB_IN_INT:
    case SPB_IN_LONG:
        if (signed_of(m) < -exact || signed_of(m) > exact)
            return of_kind(SPB_VALUE_OUT_OF_RANGE);
        return of_signed(signed_of(m), 64);
    default:
        return of_kind(SPB_VALUE_OTHER);
    }
}

static spb_number boolean_of(const spb_metric *m)
{
    if (m->field == SPB_IN_BOOL)
        return of_unsigned(m->value.bits, 1);
    return m->field <= SPB_IN_LONG ? of_unsigned(m->value.bits, 1) : of_kind(SPB_VALUE_OTHER);
}

spb_number spb_number_of(const spb_metric *m, uint32_t type)
{
    if (m->field == SPB_IN_NONE)
        return of_kind(SPB_VALUE_NULL);
    switch (type) {
    case SPB_INT8:
    case SPB_INT16:
    case SPB_INT32:
    case SPB_INT64:
        return integer_of(m, 8 << (type - SPB_INT8), true);
    case SPB_UINT8:
    case SPB_UINT16:
    case SPB_UINT32:
    case SPB_UINT64:
        return integer_of(m, 8 << (type - SPB_UINT8), false);
    case SPB_DATETIME:
        return integer_of(m, 64, false);
    case SPB_FLOAT:
        return real_of(m, INT64_C(1) << 24);
    case SPB_DOUBLE:
        return real_of(m, INT64_C(1) << 53);
    case SPB_BOOLEAN:
        return boolean_of(m);
    default:
        return of_kind(SPB_VALUE_OTHER);
    }
}

const char *spb_text_of(const spb_metric *m, uint32_t type, size_t *length)
{
    if (m->field != SPB_IN_STRING ||
        !(type == SPB_STRING || type == SPB_TEXT || type == SPB_UUID || type == SPB_UNKNOWN))
        return NULL;
    *length = m->value_length;
    return (const char *)m->value.bytes;
}

/* -- arrays: packed, little-endian ------------------------------------------------------------ */

/* Bytes of an element; 0: not of a fixed size. */
static size_t element_size(uint32_t type)
{
    switch (type) {
    case SPB_INT8_ARRAY:
    case SPB_UINT8_ARRAY:
        return 1;
    case SPB_INT16_ARRAY:
    case SPB_UINT16_ARRAY:
        return 2;
    case SPB_INT32_ARRAY:
    case SPB_UINT32_ARRAY:
    case SPB_FLOAT_ARRAY:
        return 4;
    case SPB_INT64_ARRAY:
    case SPB_UINT64_ARRAY:
    case SPB_DOUBLE_ARRAY:
    case SPB_DATETIME_ARRAY:
        return 8;
    default:
        return 0;
    }
}

static uint64_t little_endian(const uint8_t *p, size_t bytes)
{
    uint64_t x = 0;
    for (size_t i = 0; i < bytes; i++)
        x |= (uint64_t)p[i] << (8 * i);
    return x;
}

/* A count of 4 bytes, then bits, high bit first. */
static size_t boolean_count(const spb_metric *m)
{
    if (m->value_length < 4)
        return SIZE_MAX;
    uint64_t count = little_endian(m->value.bytes, 4);
    return (count + 7) / 8 == m->value_length - 4 ? count : SIZE_MAX;
}

static size_t string_count(const spb_metric *m)
{
    size_t count = 0;
    for (uint32_t i = 0; i < m->value_length; i++)
        count += m->value.bytes[i] == 0;
    return m->value_length && m->value.bytes[m->value_length - 1] ? SIZE_MAX : count;
}

size_t spb_array_count(const spb_metric *m, uint32_t type)
{
    if (m->field != SPB_IN_BYTES || !spb_type_is_array(type))
        return SIZE_MAX;
    if (type == SPB_BOOLEAN_ARRAY)
        return boolean_count(m);
    if (type == SPB_STRING_ARRAY)
        return string_count(m);
    size_t size = element_size(type);
    return m->value_length % size ? SIZE_MAX : m->value_length / size;
}

spb_number spb_array_at(const spb_metric *m, uint32_t type, size_t i)
{
    const uint8_t *p = m->value.bytes;
    if (type == SPB_BOOLEAN_ARRAY)
        return of_unsigned(p[4 + i / 8] >> (7 - i % 8) & 1, 1);
    size_t size = element_size(type);
    if (!size)
        return of_kind(SPB_VALUE_OTHER);
    uint64_t x = little_endian(p + i * size, size);
    unsigned unused = (unsigned)(64 - 8 * size);
    switch (type) {
    case SPB_FLOAT_ARRAY:
        return of_float(float_of(x));
    case SPB_DOUBLE_ARRAY:
        return of_double(double_of(x));
    case SPB_INT8_ARRAY:
    case SPB_INT16_ARRAY:
    case SPB_INT32_ARRAY:
    case SPB_INT64_ARRAY:
        return of_signed((int64_t)(x << unused) >> unused, 64);
    default:
        return of_unsigned(x, 64);
    }
}
