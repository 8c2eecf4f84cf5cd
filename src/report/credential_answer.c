/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/credential_answer.h"

#include "report/answer.h"

#include <stdio.h>
#include <string.h>

static bool is_worse(vc_verdict a, vc_verdict b)
{
    static const int rank[] = {[VC_VALID] = 0, [VC_OPEN] = 1, [VC_INVALID] = 2};
    return rank[a] > rank[b];
}

credential_answer credential_answer_of(const vc_report *reports, size_t count)
{
    assay_err odd = {0};
    credential_answer a = {.reports = reports, .count = count};
    for (size_t i = 0; i < count; i++)
        if (i == 0 || is_worse(reports[i].verdict, a.verdict)) {
            a.verdict = reports[i].verdict;
            a.reason = reports[i].reason;
        }
    a.is_badge = badge_read(reports[0].credential, &a.view, &odd) == ASSAY_OK;
    snprintf(a.odd, sizeof a.odd, "%.199s", odd.message);
    return a;
}

bool credential_is_signed(const credential_answer *a)
{
    for (size_t k = 0; k < a->count; k++)
        for (size_t i = 0; i < a->reports[k].proof_count; i++)
            if (a->reports[k].proofs[i].reason == VC_FINE)
                return true;
    return false;
}

static void text_member(json *j, const char *key, const char *text)
{
    if (*text)
        json_member_text(j, key, text);
}

static void write_proof(json *j, const vc_proof_report *p)
{
    json_flat_object(j);
    json_member_text(j, "kind", p->kind);
    json_member_text(j, "result", vc_reason_name(p->reason));
    json_member_text(j, "key", p->method);
    text_member(j, "created", p->created);
    if (p->reason != VC_FINE)
        text_member(j, "detail", p->detail);
    json_end(j);
}

static void write_proofs(json *j, const credential_answer *a)
{
    json_key(j, "proofs");
    json_array(j);
    for (size_t k = 0; k < a->count; k++)
        for (size_t i = 0; i < a->reports[k].proof_count; i++)
            write_proof(j, &a->reports[k].proofs[i]);
    json_end(j);
}

static void write_badge(json *j, const credential_answer *a)
{
    const badge_view *v = &a->view;
    const vc_report *r = &a->reports[0];
    json_key(j, "credential");
    json_object(j);
    text_member(j, "id", v->id);
    text_member(j, "name", v->name);
    text_member(j, "type", v->type);
    text_member(j, "description", v->description);
    text_member(j, "criteria", v->criteria);
    text_member(j, "issuer", v->issuer);
    text_member(j, "issuer_name", v->issuer_name);
    text_member(j, "subject", v->subject);
    text_member(j, "holder", v->holder);
    text_member(j, "evidence", v->evidence);
    text_member(j, "endorsement", v->endorsement);
    if (r->valid_from != TIME_NONE)
        answer_time(j, "from", r->valid_from, TIME_OFFSET_NONE);
    if (r->valid_until != TIME_NONE)
        answer_time(j, "until", r->valid_until, TIME_OFFSET_NONE);
    json_member_bool(j, "open_badge", a->is_badge);
    if (!a->is_badge)
        text_member(j, "form", a->odd);
    json_end(j);
}

void credential_answer_write(json *j, const credential_answer *a)
{
    const vc_report *r = &a->reports[0];
    json_member_text(j, "verdict", vc_verdict_name(a->verdict));
    json_member_text(j, "reason", vc_reason_name(a->reason));
    write_badge(j, a);
    write_proofs(j, a);
    json_member_text(j, "time", vc_reason_name(r->time));
    json_member_text(j, "status", vc_reason_name(r->status));
    if (r->status_from != TIME_NONE)
        answer_time(j, "status_from", r->status_from, TIME_OFFSET_NONE);
}

void credential_state_write(json *j, const credential_state *c)
{
    json_member_text(j, "id", c->id);
    json_member_text(j, "achievement", c->achievement);
    json_member_text(j, "state", c->state);
    if (*c->title)
        json_member_text(j, "title", c->title);
    json_member_text(j, "subject", c->subject);
    answer_time(j, "from", c->from, TIME_OFFSET_NONE);
    if (c->until != TIME_NONE)
        answer_time(j, "until", c->until, TIME_OFFSET_NONE);
    answer_time(j, "changed", c->changed, TIME_OFFSET_NONE);
    json_member_unsigned(j, "record", c->record);
    json_member_unsigned(j, "version", c->version);
    json_member_bool(j, "signed", c->is_signed);
    json_member_bool(j, "forgotten", c->is_forgotten);
}
