/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence of cases: computed in the worker, from a reader's handle; only the sealing of what came out
 * waits for the writer. Who has something computed must be allowed to read those measurements; what is
 * sealed belongs to the case and is seen with it. */
#include "serve/programme.h"

#include "report/evidence.h"
#include "scheme/case_evidence.h"

#include <stdlib.h>
#include <string.h>

/* -- computing, sealing ------------------------------------------------------------------------------- */

typedef struct {
    object_id id;
    evidence e;
    uint64_t sequence;
} making;

static assay_status seal(ask *a, assay_err *err)
{
    making *m = a->more;
    return case_evidence_seal(a->desk, a->tx, &m->id, &a->who, &m->e, &m->sequence, err);
}

/* Measurements that the asker may not read are not there. */
static assay_status may_read(ask *a, const evidence_claim *claim, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < claim->count; i++) {
        stored_characteristic c;
        status = store_characteristic_find(a->s, claim->characteristic[i], &c, err);
        if (!status && !identity_may(&a->r->who, SCOPE_READ, c.definition.path))
            status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no characteristic \"%.80s\"",
                                claim->characteristic[i]);
    }
    return status;
}

static assay_status tell_made(ask *a, const making *m, bool is_sealed, assay_err *err)
{
    json j;
    buf text = BUF_INIT;
    assay_status status = evidence_text(&m->e, &text, err);
    json_init(&j, &a->out, NULL, NULL);
    json_object(&j);
    if (is_sealed)
        json_member_unsigned(&j, "record", m->sequence);
    else
        json_member_null(&j, "record", NULL);
    json_key(&j, "evidence");
    json_raw(&j, buf_text(&text));
    json_member_text(&j, "chart", buf_text(&m->e.chart));
    json_end(&j);
    if (!json_done(&j) && !status)
        status = assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    buf_done(&text);
    return status;
}

static assay_status compute(ask *a, const evidence_claim *claim, making *m, assay_err *err)
{
    bool is_sealing = request_flag(a->r, "seal");
    assay_status status = case_evidence_asked(a->desk, &m->id, &a->who, claim->field, is_sealing, err);
    if (!status)
        status = may_read(a, claim, err);
    if (!status)
        status = evidence_compute(a->r->server->database, claim, report_evidence_svg, &m->e, err);
    if (!status && is_sealing) {
        ask writing = {.r = a->r, .work = seal, .more = m};
        status = programme_step(&writing, err);
    }
    return status ? status : tell_made(a, m, is_sealing, err);
}

static assay_status make(ask *a, assay_err *err)
{
    making m = {.sequence = 0};
    arena memory;
    evidence_claim claim;
    arena_init(&memory);
    arena_init(&m.e.memory);
    assay_status status = ask_id(a, 0, &m.id, err);
    if (!status)
        status = evidence_claim_read(buf_text(&a->r->body), a->r->body.length, &memory, &claim, err);
    if (!status)
        status = compute(a, &claim, &m, err);
    evidence_done(&m.e);
    arena_done(&memory);
    return status;
}

void api_case_evidence_make(request *r)
{
    if (!request_flag(r, "seal") || programme_may_act(r))
        programme_read(r, make);
}

/* -- what was sealed ------------------------------------------------------------------------------------ */

static bool write_one(const evidence_record *r, void *context)
{
    json_object(context);
    report_evidence_record(context, r);
    json_end(context);
    return true;
}

static assay_status list(ask *a, assay_err *err)
{
    json j;
    object_id id;
    assay_status status = ask_id(a, 0, &id, err);
    if (!status)
        status = case_evidence_seen(a->desk, &id, &a->who, err);
    if (status)
        return status;
    json_init(&j, &a->out, NULL, NULL);
    json_object(&j);
    json_key(&j, "evidence");
    json_array(&j);
    status = evidence_list(a->s, &id, STORE_NOW, write_one, &j, err);
    json_end(&j);
    json_end(&j);
    if (!json_done(&j) && !status)
        status = assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    return status;
}

/* The record of this case that the path names, computed again. */
static assay_status verify(ask *a, evidence_check *check, assay_err *err)
{
    object_id id;
    char *end;
    const char *text = request_part(a->r, 1);
    unsigned long long sequence = strtoull(text, &end, 10);
    assay_status status = ask_id(a, 0, &id, err);
    if (!status)
        status = case_evidence_seen(a->desk, &id, &a->who, err);
    if (!status && (*end || end == text))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no evidence \"%.40s\"", text);
    if (!status) {
        evidence_record found;
        arena memory;
        arena_init(&memory); /* is it of this case, before anything is read for it? */
        status = evidence_find(a->s, sequence, &memory, &found, err);
        if (!status && memcmp(&found.case_id, &id, sizeof id) != 0)
            status = assay_fail(err, ASSAY_NOT_FOUND, 0, "record %llu is no evidence", sequence);
        arena_done(&memory);
    }
    return status ? status
                  : evidence_verify(a->r->server->database, sequence, report_evidence_svg, check, err);
}

/* Who changed what, and why, is of the plant, not of the case: whoever may not read those measurements
 * is told how many changed. */
static void withhold_changes(ask *a, evidence_check *check)
{
    assay_err unread;
    if (may_read(a, &check->record.claim, &unread) != ASSAY_OK)
        check->changes = 0;
}

static assay_status show(ask *a, assay_err *err)
{
    json j;
    evidence_check check = {0};
    assay_status status = verify(a, &check, err);
    if (!status) {
        withhold_changes(a, &check);
        json_init(&j, &a->out, NULL, NULL);
        report_evidence_check(&j, &check);
        if (!json_done(&j))
            status = assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    evidence_check_done(&check);
    return status;
}

static assay_status chart(ask *a, assay_err *err)
{
    evidence_check check = {0};
    assay_status status = verify(a, &check, err);
    if (!status && (check.is_erased || !check.is_same))
        status = assay_fail(err, ASSAY_CONFLICT, 0, "the chart that was sealed does not come out again");
    if (!status) {
        reply_header(a->r, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
        reply_bytes(a->r, 200, "image/svg+xml", &check.then.chart);
    }
    evidence_check_done(&check);
    return status;
}

void api_case_evidence_list(request *r)
{
    programme_read(r, list);
}

void api_case_evidence(request *r)
{
    programme_read(r, show);
}

void api_case_evidence_chart(request *r)
{
    programme_read(r, chart);
}
