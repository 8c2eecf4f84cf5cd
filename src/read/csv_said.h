/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What columns of limits, units and parts say of each characteristic: taken while its rows agree,
 * warned of and dropped once they do not. */
#ifndef READ_CSV_SAID_H
#define READ_CSV_SAID_H

#include "read/csv.h"

typedef struct {
    characteristic said; /* properties alone */
    csv_text text[PROPERTY_COUNT];
    uint64_t line[PROPERTY_COUNT]; /* 0: said nowhere so far */
    bool is_dropped[PROPERTY_COUNT],
        has_bad[PROPERTY_COUNT]; /* has_bad: what is no number was told */
} csv_said_of;

typedef struct {
    csv_said_of *of; /* [n] by characteristic */
    size_t n;
} csv_said;

void csv_said_done(csv_said *s);
/* Notes come in the order of the file. `sign`: of decimals. False: no memory. */
bool csv_said_take(csv_said *s, reader *r, uint32_t index, const csv_note *note, uint64_t line,
                   char sign);
const characteristic *csv_said_at(const csv_said *s, size_t index); /* NULL: nothing */

#endif
