/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two values for one measurement, whoever brings the second: an import or live ingest. */
#ifndef STORE_CONFLICT_H
#define STORE_CONFLICT_H

#include "store/inner.h"

typedef struct {
    int64_t mantissa;
    int8_t exponent;
    uint8_t decimals, status;
    uint32_t size;
} given_value;

/* The name of a stored row; `occurrence` counts rows of its key and origin, from 1. */
typedef struct {
    uint32_t characteristic;
    int64_t time;
    uint64_t record; /* of an untimed one */
    const char *serial;
    size_t length;
    uint64_t origin;
    uint32_t occurrence;
} row_key;

/* The same number, written as it may be, and as good. */
bool value_same(const given_value *a, const given_value *b);
/* Did this value conflict with the row before? */
ASSAY_MUST_USE assay_status conflict_known(connection *c, const row_key *stored,
                                           const given_value *other, bool *out, assay_err *err);
/* Inside a transaction. `from` is the origin of the value, `commit` from when on neither counts. */
ASSAY_MUST_USE assay_status conflict_add(connection *c, const row_key *stored,
                                         const given_value *other, uint64_t from, uint64_t commit,
                                         assay_err *err);

#endif
