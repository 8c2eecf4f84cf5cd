/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of each row of a request. */
#ifndef SERVE_VERDICT_H
#define SERVE_VERDICT_H

#include "base/buf.h"
#include "base/json.h"
#include "live/intake.h"

enum { VERDICTS_MAX = 100000, VERDICT_REFUSALS = 1000 };

typedef struct {
    uint64_t received, stored, late, duplicates, conflicts, refused, commit;
    bool with_rows;
    uint32_t *line;   /* of rows that were judged, in the order they came back */
    uint8_t *fate;
    size_t rows, room;
    buf refusals;     /* JSON objects with commas, the first VERDICT_REFUSALS */
    uint64_t told;
    char first[200];  /* the first refusal in words */
    assay_err trouble; /* of a parcel that could not be stored; code ASSAY_OK: none */
} verdicts;

void verdicts_done(verdicts *v);
void verdicts_take(verdicts *v, const parcel *p);
void verdicts_refuse(verdicts *v, uint64_t line, const char *reason, const char *expected,
                     const char *found, size_t length);
void verdicts_write(const verdicts *v, json *j);

#endif
