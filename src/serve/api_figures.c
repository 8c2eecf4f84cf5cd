/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chart, capability and description: the answers of the command line. */
#include "report/answer.h"
#include "serve/figures.h"
#include "serve/reply.h"



void api_chart(request *r)
{
    figures f;
    if (figures_open(r, 0, &f)) {
        run_lengths arl = analysis_run_lengths(&f.analysis);
        json *j = reply_json(r, 200);
        answer_chart(j, &f.analysis, &arl);
        reply_end(r, j);
    }
    figures_close(&f);
}

void api_capability(request *r)
{
    figures f;
    if (figures_open(r, FIGURES_CAPABILITY, &f)) {
        json *j = reply_json(r, 200);
        answer_capability(j, &f.analysis);
        reply_end(r, j);
    }
    figures_close(&f);
}
