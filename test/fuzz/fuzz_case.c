/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any records as the log of a case: it is folded or refused with its place, never half; what is folded
 * reads the same twice, and can be seen, listed, checked, acted on and taken through time.
 *
 * A line is a type and a JSON object; @S stands for the digest of the scheme, @C for the case. */
#include "scheme/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char rules[] =
    "scheme: x.fuzz\nrev: '1'\nname: {en: f, ko: f, zh: f}\ncase: team\ncycle: {every: open}\n"
    "party: {relations: [employs], fields: {members: int}}\n"
    "role: {team: {is: case}, judge: {trained: 2y}, board: {quorum: 0.5}, office: {signs: 1}}\n"
    "form:\n  report: {theme: text, effect: 'evidence?', cost: money(krw), pages: 'file*', leader: sign}\n"
    "  yearly: {hours: num}\n"
    "rule: {ready: cost > 0, kept: hours >= 2}\n"
    "rubric: {talk: {total: 100, way: 40, effect: 60}}\n"
    "bank: {exam: {items: 10, minutes: 20, blueprint: {spc: 10}, cut: 60}}\n"
    "assign: {five: {role: judge, per_case: 5, blind: double, hide: [leader], avoid: party.relations}}\n"
    "tally: {talk: {official: olympic, missing: needs4, round: 0.01}}\n"
    "gate:\n  in: {need: ready, else: return_with_reason}\n  known: {need: exam.exam >= 60}\n"
    "  good: {need: talk >= 60}\n  agreed: {vote: board, quorum: 0.5, majority: 1/2, else: reject}\n"
    "  heard: {objections: 15d, else: reopen}\n  keeps: {need: kept, else: suspend}\n"
    "stage:\n  - {id: apply, who: team, form: report, due: 30d, gate: in}\n"
    "  - {id: test, bank: exam, due: 9d, gate: known}\n"
    "  - {id: talk, assign: five, rubric: talk, tally: talk, due: 14d, gate: good}\n"
    "  - {id: vote, who: board, due: 9d, gate: agreed}\n"
    "  - {id: notice, publish: notice, due: 15d, gate: heard}\n"
    "  - {id: prize, who: office, money: prize, title: best}\n"
    "  - {id: again, every: 1y, who: team, form: yearly, due: 30d, gate: keeps, late: suspend}\n"
    "money:\n  prize: {of: team, krw: cost * 2, purpose: [a, b], milestones: [{id: one, share: 0.5}, "
    "{id: two, share: 0.5, need: ready}], clawback: {when: cost > 5, times: 2}}\n"
    "title:\n  best: {gives: [certificate], valid: 3y, check: 1y, revoke: {must: [false_record], may: [prison], "
    "hearing: yes, bar: 1y}}\n"
    "publish:\n  notice: {show: [name, theme], to: public}\n  roll: {show: [name, title], to: public}\n";

static store *s;
static desk *d;
static char digest[65];
static object_id id = {{0xCA, 0x5E, 1}};
static char id_word[33];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(assay_status status, const assay_err *err)
{
    if (status == ASSAY_OK)
        return;
    fprintf(stderr, "%s\n", err->message);
    abort();
}

static void prepare(void)
{
    char path[64];
    assay_err err = {.code = ASSAY_OK};
    scheme_faults faults;
    sha256 bytes;
    store_tx *tx;
    snprintf(path, sizeof path, "/dev/shm/assay-fuzz-case-%ld", (long)getpid());
    must(store_open(path, STORE_CREATE, &s, &err), &err);
    must(desk_open(s, &d, &err), &err);
    must(store_tx_begin(s, &tx, &err), &err);
    assay_status status = desk_publish(d, tx, "fuzz.yaml", rules, sizeof rules - 1, "fuzz", &bytes,
                                       &faults, &err);
    for (size_t i = 0; i < faults.count; i++)
        fprintf(stderr, "%u:%u %s\n", faults.fault[i].at.line, faults.fault[i].at.column,
                faults.fault[i].message);
    must(status, &err);
    scheme_faults_done(&faults);
    must(store_tx_commit(tx, NULL, &err), &err);
    sha256_to_hex(&bytes, digest);
    for (int i = 0; i < 16; i++)
        snprintf(id_word + 2 * i, 3, "%02x", id.bytes[i]);
    static const char *const ends[] = {"", "-wal", "-shm", "-writer"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, sizeof path, "/dev/shm/assay-fuzz-case-%ld%s", (long)getpid(), ends[i]);
        unlink(path); /* what is open stays */
    }
}

/* -- the log -------------------------------------------------------------------------------------- */

static void put(store_tx *tx, const char *type, const char *payload)
{
    assay_err err;
    buf text = BUF_INIT;
    for (; *payload; payload++) {
        if (strncmp(payload, "@S", 2) == 0 || strncmp(payload, "@C", 2) == 0)
            buf_add_text(&text, *++payload == 'S' ? digest : id_word);
        else
            buf_add_char(&text, *payload);
    }
    (void)!record_append(tx, type, "fuzz", &id, buf_text(&text), NULL, &err);
    buf_done(&text);
}

static void put_all(store_tx *tx, char *text)
{
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char type[40], *at = strchr(line, '{');
        size_t n = at ? (size_t)(at - line) : 0;
        if (!at || n >= sizeof type)
            continue;
        memcpy(type, line, n);
        type[n] = 0;
        put(tx, type, at);
    }
}

/* -- what is done with it ---------------------------------------------------------------------------- */

static void look(store_tx *tx)
{
    static const viewer_kind kinds[] = {VIEWER_PUBLIC, VIEWER_PARTY, VIEWER_DESK, VIEWER_AUDITOR};
    assay_err err;
    buf out = BUF_INIT;
    (void)tx;
    for (size_t i = 0; i < 4; i++) {
        viewer who = {.kind = kinds[i], .account = "fuzz", .now = INT64_C(1773000000000000000)};
        if (kinds[i] == VIEWER_PARTY)
            who.party = id;
        buf_clear(&out);
        (void)!case_view(d, &id, &who, &out, &err);
        buf_clear(&out);
        (void)!case_history(d, &id, &who, &out, &err);
    }
    buf_done(&out);
}

static void act(store_tx *tx)
{
    static const char *const acts[][2] = {
        {"close", "{}"}, {"answer", "{\"objection\":1,\"upheld\":true,\"why\":\"w\"}"},
        {"pay", "{\"money\":\"prize\",\"milestone\":\"one\",\"purpose\":\"a\"}"},
        {"claim_back", "{\"money\":\"prize\",\"why\":\"w\"}"},
        {"revoke", "{\"title\":\"best\",\"ground\":\"prison\",\"why\":\"w\"}"},
        {"vote", "{\"choice\":\"yes\"}"}, {"withdraw", "{\"why\":\"w\",\"key\":\"k\"}"}};
    viewer who = {.kind = VIEWER_DESK, .account = "fuzz", .now = INT64_C(1773000000000000000)};
    assay_err err;
    buf out = BUF_INIT;
    desk_tick_t ticked;
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        buf_clear(&out);
        (void)!case_act(d, tx, &id, acts[i][0], acts[i][1], &who, &out, &err);
    }
    who.now = INT64_C(1973000000000000000);
    (void)!desk_tick_these(d, tx, &who, &id, 1, &ticked, &err);
    buf_done(&out);
}

static assay_status replay(case_proof *out)
{
    assay_err err = {.code = ASSAY_OK};
    assay_status status = case_replay(d, &id, out, NULL, NULL, &err);
    if (status != ASSAY_OK && status != ASSAY_DAMAGED && status != ASSAY_NOT_FOUND) {
        fprintf(stderr, "%s: %s\n", assay_status_name(status), err.message);
        abort();
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    assay_err err;
    store_tx *tx;
    case_proof first, second;
    if (!s)
        prepare();
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    must(store_tx_begin(s, &tx, &err), &err);
    put_all(tx, text);
    assay_status status = replay(&first);
    if (replay(&second) != status ||
        (status == ASSAY_OK && memcmp(&first.state, &second.state, sizeof first.state) != 0))
        abort();
    look(tx);
    if (status == ASSAY_OK)
        act(tx);
    store_tx_abort(tx);
    free(text);
    return 0;
}
