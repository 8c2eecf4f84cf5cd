/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which few causes make most of the alarms. */
#include "report/answer.h"
#include "serve/pareto_count.h"
#include "serve/reply.h"

#include <assay/pareto.h>

#include <stdlib.h>
#include <string.h>

static bool take_kind(request *r, pareto_kind *kind)
{
    const char *text = request_query(r, "of");
    *kind = PARETO_CAUSE;
    for (int i = 0; text && i < PARETO_KINDS; i++)
        if (strcmp(pareto_kind_names[i], text) == 0) {
            *kind = (pareto_kind)i;
            return true;
        }
    if (text)
        reply_bad_query(r, "of", text, "cause, action, rule or characteristic");
    return !text;
}

static void write_ranking(request *r, pareto_kind kind, const pareto_count *c,
                          const assay_pareto_item *item, size_t k, const assay_pareto *result)
{
    json *j = reply_json(r, 200);
    json_object(j);
    json_member_text(j, "of", pareto_kind_names[kind]);
    json_member_real(j, "total", result->total, NULL);
    json_member_unsigned(j, "vital", result->vital);
    json_key(j, "categories");
    json_array(j);
    for (size_t i = 0; i < k; i++) {
        json_flat_object(j);
        json_member_text(j, "category", dictionary_text(c->names, (uint32_t)item[i].index + 1, NULL));
        json_member_real(j, "weight", item[i].weight, NULL);
        json_member_real(j, "share", item[i].share, result->why_undefined);
        json_member_real(j, "cumulative", item[i].cumulative, result->why_undefined);
        json_member_bool(j, "vital", item[i].is_vital);
        json_end(j);
    }
    json_end(j);
    json_end(j);
    reply_end(r, j);
}

static void answer(request *r, pareto_kind kind, const pareto_count *c)
{
    assay_err err;
    assay_pareto result = {0};
    size_t k = c->names ? dictionary_count(c->names) : 0;
    assay_pareto_item *item = calloc(k + 1, sizeof *item);
    assay_status status = item && !c->failed
                              ? ASSAY_OK
                              : assay_fail(&err, ASSAY_MEMORY, 0, "out of memory");
    if (status == ASSAY_OK && k)
        status = assay_pareto_sort(c->weight, k, 0, item, &result, &err);
    if (status == ASSAY_OK)
        write_ranking(r, kind, c, item, k, &result);
    else
        reply_error(r, &err);
    free(item);
}

void api_pareto(request *r)
{
    const char *under = request_query(r, "under");
    pareto_kind kind;
    int64_t from = INT64_MIN, to = INT64_MAX;
    pareto_count c = {0};
    if (!take_kind(r, &kind) || !request_time(r, "from", &from) || !request_time(r, "to", &to))
        return;
    pareto_gather(r, kind, from, to, under ? under : "", &c);
    answer(r, kind, &c);
    pareto_count_done(&c);
}
