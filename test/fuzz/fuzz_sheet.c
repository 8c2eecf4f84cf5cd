/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A control plan from a stranger's CSV or XLSX. */
#include "read/control_plan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    control_plan p;
    assay_err err;
    if (control_plan_read((const char *)data, size, "plan", &p, &err) != ASSAY_OK) {
        if (!*err.message)
            abort();
        return 0;
    }
    for (size_t i = 0; i < p.rows; i++) {
        const plan_row *r = &p.row[i];
        if (r->faults > PLAN_FAULTS || r->row <= p.header || r->row > p.table.rows)
            abort();
        if (!r->faults && !*r->definition.path)
            abort();
    }
    control_plan_done(&p);
    return 0;
}
