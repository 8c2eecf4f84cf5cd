/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealed evidence and its check as JSON, the same on the command line and from a server. */
#include "report/evidence.h"

#include <stdio.h>

void report_evidence_record(json *j, const evidence_record *r)
{
    char time[40], id[33];
    time_format(r->time, TIME_OFFSET_NONE, time, sizeof time);
    for (size_t i = 0; i < sizeof r->case_id.bytes; i++)
        snprintf(id + 2 * i, 3, "%02x", r->case_id.bytes[i]);
    json_member_unsigned(j, "record", r->sequence);
    json_member_unsigned(j, "commit", r->commit);
    json_member_text(j, "time", time);
    json_member_text(j, "case", id);
    json_member_text(j, "by", r->actor);
    json_key(j, "evidence");
    json_raw(j, r->text ? r->text : "null");
}

static void write_change(json *j, const evidence_change *x, bool is_single)
{
    char time[40];
    json_flat_object(j);
    json_member_text(j, "kind", evidence_change_name(x->kind));
    json_member_text(j, "path", x->path);
    json_member_text(j, "period", x->kind == CHANGE_LIMIT ? NULL
                                  : is_single             ? "only"
                                  : x->is_after           ? "after"
                                                          : "before");
    if (x->time != TIME_NONE)
        time_format(x->time, TIME_OFFSET_NONE, time, sizeof time);
    json_member_text(j, "time", x->time != TIME_NONE ? time : NULL);
    json_member_text(j, "serial", x->serial);
    json_member_text(j, "was", x->was);
    json_member_text(j, "is", x->is);
    json_member_text(j, "by", x->by);
    json_member_text(j, "reason", x->why);
    json_member_unsigned(j, "record", x->sequence);
    json_end(j);
}

static void write_counts(json *j, const evidence_check *check)
{
    json_key(j, "counts");
    json_flat_object(j);
    for (int k = 0; k < CHANGE_COUNT; k++)
        json_member_unsigned(j, evidence_change_name((evidence_change_kind)k), check->count[k]);
    json_end(j);
}

void report_evidence_check(json *j, const evidence_check *check)
{
    json_object(j);
    json_member_unsigned(j, "record", check->record.sequence);
    json_member_bool(j, "erased", check->is_erased);
    json_member_bool(j, "same", check->is_same);
    json_member_bool(j, "data_same", check->is_data_same);
    json_member_bool(j, "method_same", check->is_method_same);
    json_member_text(j, "differs", check->differs);
    json_member_text(j, "sealed", check->record.outcome);
    json_member_text(j, "today", check->is_erased ? NULL : evidence_outcome_name(check->now.outcome));
    write_counts(j, check);
    json_key(j, "changes");
    json_array(j);
    for (size_t i = 0; i < check->changes; i++)
        write_change(j, &check->change[i], check->then.claim.is_single);
    json_end(j);
    json_end(j);
}
