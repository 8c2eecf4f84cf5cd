/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the guess of columns share (csv_layout.c): what is known of the table so far. */
#ifndef READ_CSV_LAYOUT_H
#define READ_CSV_LAYOUT_H

#include "read/csv.h"

typedef struct {
    reader *r;
    const read_options *options;
    csv_dialect *d;
    const csv_sample *sample;
    size_t row_count;      /* of the sample, without the sums and means below it */
    csv_layout *out;
    csv_role *roles;       /* [columns] */
    int *kinds;            /* [columns] property or context_kind */
    bool *is_numeric;      /* [columns] most sampled values are numbers */
    uint32_t *owner;       /* [columns] whose limit it is; CSV_NO_FIELD */
    csv_field *bare, *whole; /* [columns] plain names, without their unit and with it */
    assay_err *err;
} layout_maker;

/* NULL: this row has another number of fields. */
static inline const csv_field *layout_cell(const layout_maker *m, size_t row, uint32_t column)
{
    const csv_line *line = &m->sample->rows[row];
    return line->count == m->out->columns ? &line->fields[column] : NULL;
}

bool layout_has_role(const layout_maker *m, csv_role role, int kind);
bool layout_is_decided(const layout_maker *m, csv_role role, int kind); /* the caller said something, be it "none" */
const char *layout_wish(const layout_maker *m, property p); /* which column the caller takes for it; NULL: not said */
uint32_t layout_free_numeric(const layout_maker *m, uint32_t *last); /* columns of numbers without a role; the last */

/* csv_dates.c. CSV_DATE_NONE: it holds no dates. */
csv_date layout_date(const layout_maker *m, uint32_t column);
bool layout_is_clock(const layout_maker *m, uint32_t column);

/* csv_values.c: which columns are values, of which characteristics, and what says something of those. */
ASSAY_MUST_USE assay_status layout_values(layout_maker *m);

#endif
