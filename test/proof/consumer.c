/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program of somebody else: an X-bar-R chart of the readings on standard input, in tenths.
 * Valid C and valid C++; built by libassay.py against an installed libassay through pkg-config. */
#include <assay/assay.h>

#include <stdio.h>
#include <stdlib.h>

enum { N = 5, MOST = 1000 };

static int64_t reading[MOST];
static assay_chart_point location[MOST], spread[MOST];
static assay_chart_stage stage[1];
static assay_chart_input in; /* static: all zero in both languages */
static assay_chart chart;
static assay_err err;

int main(void)
{
    size_t n = 0;
    long long tenths;
    while (n < MOST && scanf("%lld", &tenths) == 1)
        reading[n++] = tenths;

    in.x = assay_values_of_decimals(reading, n, -1);
    in.subgroups = n / N;
    in.n = N;
    chart.location = location;
    chart.spread = spread;
    chart.stages = stage;
    chart.stages_room = 1;

    assay_chart_options options = assay_chart_defaults();
    void *scratch = malloc(assay_chart_scratch_size(&in));
    if (!scratch || assay_chart_make(&in, &options, scratch, &chart, &err) != ASSAY_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("%.17g %.17g %.17g %.17g %zu\n", stage[0].center, stage[0].lcl, stage[0].ucl,
           stage[0].spread_ucl, chart.signals);
    free(scratch);
    return 0;
}
