/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sparkplug B payloads (protobuf): bytes -> a flat array of metrics, and the few messages a host
 * writes.
 *
 * The scanner is written by hand for this one schema. Names, texts and bytes point into the
 * message; nothing is copied, and once the array of metrics has grown to the messages that come,
 * nothing is allocated. A message is taken as a whole or not at all: a cut or forged length, a
 * varint without end, wire types 3, 4, 6 and 7, a text that is no UTF-8, nesting deeper than
 * SPB_DEPTH and every limit below reject it, with a stable word in `fault`. Unknown fields are
 * skipped; of a field given twice the last one counts.
 *
 * DataSets and Templates are checked for their form and kept as bytes.
 * Source: Eclipse Sparkplug 3.0 (ISO/IEC 20237), chapter 6. */
#ifndef READ_SPB_H
#define READ_SPB_H

#include "base/buf.h"
#include "base/decimal.h"

#include <assay/err.h>

enum {
    SPB_BYTES_MAX = 16 << 20, /* of a message, before and after decompression */
    SPB_METRICS_MAX = 1 << 16,
    SPB_NAME_MAX = 1024,
    SPB_DEPTH = 8,
};

typedef enum {
    SPB_UNKNOWN,
    SPB_INT8,
    SPB_INT16,
    SPB_INT32,
    SPB_INT64,
    SPB_UINT8,
    SPB_UINT16,
    SPB_UINT32,
    SPB_UINT64,
    SPB_FLOAT,
    SPB_DOUBLE,
    SPB_BOOLEAN,
    SPB_STRING,
    SPB_DATETIME,
    SPB_TEXT,
    SPB_UUID,
    SPB_DATASET,
    SPB_BYTES,
    SPB_FILE,
    SPB_TEMPLATE,
    SPB_PROPERTYSET,
    SPB_PROPERTYSETLIST,
    SPB_INT8_ARRAY,
    SPB_INT16_ARRAY,
    SPB_INT32_ARRAY,
    SPB_INT64_ARRAY,
    SPB_UINT8_ARRAY,
    SPB_UINT16_ARRAY,
    SPB_UINT32_ARRAY,
    SPB_UINT64_ARRAY,
    SPB_FLOAT_ARRAY,
    SPB_DOUBLE_ARRAY,
    SPB_BOOLEAN_ARRAY,
    SPB_STRING_ARRAY,
    SPB_DATETIME_ARRAY,
    SPB_TYPE_COUNT
} spb_type;
const char *spb_type_name(uint32_t type); /* "Int8"; "unknown" */

/* The field of the schema that carried the value. */
typedef enum {
    SPB_IN_NONE, /* null, said or not */
    SPB_IN_INT = 10,
    SPB_IN_LONG,
    SPB_IN_FLOAT,
    SPB_IN_DOUBLE,
    SPB_IN_BOOL,
    SPB_IN_STRING,
    SPB_IN_BYTES,
    SPB_IN_DATASET,
    SPB_IN_TEMPLATE,
    SPB_IN_EXTENSION
} spb_field;

enum { /* bits of `has` */
       SPB_HAS_NAME = 1,
       SPB_HAS_ALIAS = 2,
       SPB_HAS_TIMESTAMP = 4,
       SPB_HAS_TYPE = 8,
       SPB_HAS_QUALITY = 16,
       SPB_IS_HISTORICAL = 32,
       SPB_IS_TRANSIENT = 64,
       SPB_IS_NULL = 128
};

typedef struct {
    const char *name; /* not NUL-terminated */
    const char *unit; /* property engUnit; NULL: none */
    union {
        uint64_t bits; /* of int, long, float, double, bool as they travelled */
        const uint8_t *bytes;
    } value;
    uint64_t alias, timestamp; /* ms UTC */
    uint32_t name_length, unit_length, value_length;
    uint32_t type; /* as given; 0 without SPB_HAS_TYPE */
    int32_t quality;
    uint8_t has;
    uint8_t field; /* spb_field */
} spb_metric;

/* Starts zeroed; spb_done gives its memory back. */
typedef struct {
    uint64_t timestamp, seq;
    bool has_timestamp, has_seq, was_compressed;
    spb_metric *metrics;
    size_t n, room;
    const char *fault; /* after a failure: "cut-short", "endless-varint", "wire-type", "not-utf-8",
                          "too-deep", "too-large", "bad-properties", "bad-compression", "memory" */
    buf plain;         /* private: a decompressed message */
} spb_payload;

/* The metrics of a message, in its order; live until the next call and while `bytes` do. On failure
 * n is 0 and err->at the offset of what is wrong. ASSAY_FORMAT, ASSAY_LIMIT, ASSAY_MEMORY. */
ASSAY_MUST_USE assay_status spb_read(const void *bytes, size_t length, spb_payload *p,
                                     assay_err *err);
void spb_done(spb_payload *p);

typedef enum {
    SPB_VALUE_DECIMAL,    /* exact */
    SPB_VALUE_RAW,        /* a number that is no decimal of 18 digits */
    SPB_VALUE_NOT_FINITE, /* NaN or infinite: bad, never a number in a statistic */
    SPB_VALUE_NULL,
    SPB_VALUE_OUT_OF_RANGE, /* does not fit its type, or is not exact in it */
    SPB_VALUE_OTHER,        /* not a number: text, bytes, a field its type cannot have */
} spb_value_kind;
typedef struct {
    spb_value_kind kind;
    decimal value; /* doubles and floats: the shortest decimal that reads back to them */
    double raw;    /* for RAW and NOT_FINITE */
} spb_number;
/* The value of m read as `type` (from the birth). Booleans are 0 and 1. */
spb_number spb_number_of(const spb_metric *m, uint32_t type);
/* The text of a String, Text or UUID; NULL: not a text. Not NUL-terminated. */
const char *spb_text_of(const spb_metric *m, uint32_t type, size_t *length);
/* Number types and arrays of numbers. */
bool spb_type_is_number(uint32_t type);
bool spb_type_is_array(uint32_t type);
/* Elements of an array metric; SIZE_MAX: the bytes do not make whole elements of that type. */
size_t spb_array_count(const spb_metric *m, uint32_t type);
/* Element i < count; OTHER for arrays of strings. */
spb_number spb_array_at(const spb_metric *m, uint32_t type, size_t i);

/* Write a message: timestamp, metrics, seq where they are given. Of a metric what `has` and `field`
 * say; properties only engUnit and Quality. */
void spb_write(const spb_payload *p, buf *out);

#endif
