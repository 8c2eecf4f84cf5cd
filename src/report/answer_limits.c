/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A version of the limits of a stored chart. */
#include "report/answer.h"

#include "base/i18n.h"

#include <stdio.h>

const char *answer_limits_state(limits_state state)
{
    static const char *const names[] = {N_("in force"), N_("replaced"), N_("retired")};
    return names[state];
}

static void write_filter(json *j, const chart_definition *d)
{
    json_key(j, "where");
    json_flat_object(j);
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (d->filter[k])
            json_member_text(j, context_name((context_kind)k), d->filter[k]);
    json_end(j);
}

static void write_end(json *j, const chart_limits *l)
{
    const char *why = l->state == LIMITS_IN_FORCE ? "still in force" : "replaced by a version";
    if (l->until != TIME_NONE)
        answer_time(j, "until", l->until, TIME_OFFSET_NONE);
    else
        json_member_null(j, "until", why);
    if (l->ended_by)
        json_member_text(j, "retired_by", l->ended_by);
    else
        json_member_null(j, "retired_by", why);
    if (l->ended_why)
        json_member_text(j, "retired_why", l->ended_why);
    else
        json_member_null(j, "retired_why", why);
}

/* Of the stored chart: what its state and its alarms are kept under. */
static void write_id(json *j, const object_id *id)
{
    char hex[2 * sizeof id->bytes + 1];
    for (size_t i = 0; i < sizeof id->bytes; i++)
        snprintf(hex + 2 * i, 3, "%02x", id->bytes[i]);
    json_member_text(j, "id", hex);
}

void answer_limits_version(json *j, const chart_limits *l, const char *path)
{
    const chart_definition *d = &l->definition;
    json_object(j);
    json_member_text(j, "characteristic", path);
    json_member_text(j, "name", l->name);
    write_id(j, &l->chart);
    json_member_text(j, "chart", assay_chart_type_name(d->chart.type));
    json_member_text(j, "rules", d->rules);
    write_filter(j, d);
    json_member_unsigned(j, "version", l->version);
    json_member_text(j, "state", answer_limits_state(l->state));
    answer_time(j, "since", l->since, TIME_OFFSET_NONE);
    json_member_text(j, "by", l->by);
    json_member_text(j, "reason", l->why);
    json_member_unsigned(j, "commit", l->commit);
    json_member_real(j, "center", l->center, NULL);
    json_member_real(j, "sigma", l->sigma, "this chart has no sigma of readings");
    json_member_text(j, "method", assay_sigma_method_name(l->method));
    json_member_unsigned(j, "n", l->n);
    json_member_unsigned(j, "used", l->used);
    json_member_unsigned(j, "subgroups", l->subgroups);
    json_member_unsigned(j, "data_commit", l->data_commit);
    json_member_text(j, "data", l->data);
    write_end(j, l);
    json_end(j);
}
