/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence: what a change did, computed from the store, sealed, verified. */
#include "cli/verbs.h"

#include "cli/evidence_words.h"
#include "report/evidence.h"
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- compute, seal -------------------------------------------------------------------------------- */

static assay_status write_chart(cli *c, const evidence *e)
{
    return cli_has(c, OPT_OUTPUT)
               ? report_write(c->given[OPT_OUTPUT], e->chart.data, e->chart.length, &c->err)
               : ASSAY_OK;
}

static assay_status take_id(cli *c, object_id *out)
{
    const char *text = c->given[OPT_CASE], *hex = "0123456789abcdef";
    *out = (object_id){{0}};
    if (!text)
        return ASSAY_OK;
    for (size_t i = 0; strlen(text) == 32 && i < 32; i++) {
        const char *digit = strchr(hex, text[i]);
        if (!digit)
            break;
        out->bytes[i / 2] = (uint8_t)(out->bytes[i / 2] << 4 | (digit - hex));
        if (i == 31)
            return ASSAY_OK;
    }
    return cli_usage(c, _("--case is not 32 hexadecimal digits: \"%s\""), text);
}

static int tell_sealed(cli *c, const evidence *e, uint64_t sequence, uint64_t commit)
{
    buf text = BUF_INIT;
    assay_status status = evidence_text(e, &text, &c->err);
    if (status == ASSAY_OK && cli_has(c, OPT_JSON)) {
        json j;
        cli_json_begin(c, &j);
        json_flat_object(&j);
        if (sequence) {
            json_member_unsigned(&j, "record", sequence);
            json_member_unsigned(&j, "commit", commit);
        }
        json_key(&j, "evidence");
        json_raw(&j, buf_text(&text));
        json_end(&j);
        buf_done(&text);
        return cli_json_end(c, &j, EXIT_FINE);
    }
    buf_done(&text);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    evidence_tell(c, e);
    if (sequence)
        buf_addf(&c->out, _("sealed as record %llu\n"), (unsigned long long)sequence);
    return EXIT_FINE;
}

static assay_status seal(cli *c, const evidence *e, uint64_t *sequence, uint64_t *commit)
{
    store *db = NULL;
    store_tx *tx = NULL;
    object_id id;
    assay_status status = take_id(c, &id);
    if (status == ASSAY_OK)
        status = cli_open(c, c->operand[1], STORE_WRITE, &db);
    if (status == ASSAY_OK)
        status = store_tx_begin(db, &tx, &c->err);
    if (status == ASSAY_OK)
        status = evidence_seal(tx, e, &id, cli_actor(c), sequence, &c->err);
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, commit, &c->err);
    else
        store_tx_abort(tx);
    store_close(db);
    return status;
}

static int compute(cli *c, bool is_sealed)
{
    arena memory;
    evidence_claim claim;
    evidence e = {0};
    uint64_t sequence = 0, commit = 0;
    arena_init(&memory);
    assay_status status = evidence_words(c, 2, &memory, &claim);
    if (status == ASSAY_OK)
        status = evidence_compute(c->operand[1], &claim, report_evidence_svg, &e, &c->err);
    if (status == ASSAY_OK && is_sealed)
        status = seal(c, &e, &sequence, &commit);
    if (status == ASSAY_OK)
        status = write_chart(c, &e);
    int code = status == ASSAY_OK ? tell_sealed(c, &e, sequence, commit) : cli_fail(c, status);
    evidence_done(&e);
    arena_done(&memory);
    return code;
}

/* -- show, verify --------------------------------------------------------------------------------- */

static assay_status take_record(cli *c, uint64_t *out)
{
    char *end;
    const char *text = c->operand[2];
    unsigned long long n = strtoull(text + (*text == '#'), &end, 10);
    if (*end || n == 0 || c->operand_count > 3) {
        cli_usage(c, _("\"%s\" is not the number of a record"), text);
        return assay_hint(&c->err, "assay evidence show %s", c->operand[1]);
    }
    *out = n;
    return ASSAY_OK;
}

typedef struct {
    cli *c;
    json j;
    term_table table;
    size_t count;
    uint64_t *sequence;
    size_t room;
} listing;

static void list_row(listing *l, const evidence_record *r)
{
    char time[40];
    words_time(r->time, TIME_OFFSET_NONE, time, sizeof time);
    time[10] = 0;
    table_cellf(&l->table, "%llu", (unsigned long long)r->sequence);
    table_cell(&l->table, time);
    table_cell(&l->table, r->actor);
    table_cell(&l->table, r->text ? evidence_kind_name(r->claim.kind) : "-");
    table_cell(&l->table, r->text && r->claim.claimed ? r->claim.claimed : "-");
    table_cell(&l->table, r->text ? _(r->outcome) : _("erased"));
}

static void list_json(json *j, const evidence_record *r)
{
    json_flat_object(j);
    report_evidence_record(j, r);
    json_end(j);
}

static bool list_one(const evidence_record *r, void *context)
{
    listing *l = context;
    l->count++;
    if (cli_has(l->c, OPT_JSON))
        list_json(&l->j, r);
    else
        list_row(l, r);
    return true;
}

static int list(cli *c)
{
    static const bool is_right[6] = {true};
    listing l = {.c = c};
    store *db = NULL;
    object_id id;
    const char *head[6] = {"#", _("sealed"), _("by"), _("claim"), _("claimed"), _("outcome")};
    table_init(&l.table, 6, is_right, head);
    assay_status status = take_id(c, &id);
    if (status == ASSAY_OK)
        status = cli_open(c, c->operand[1], STORE_READ, &db);
    if (status == ASSAY_OK)
        cli_list_begin(c, &l.j, "evidence", NULL);
    if (status == ASSAY_OK)
        status = evidence_list(db, cli_has(c, OPT_CASE) ? &id : NULL, STORE_NOW, list_one, &l,
                               &c->err);
    store_close(db);
    if (status != ASSAY_OK)
        buf_clear(&c->out);
    int code = status == ASSAY_OK ? cli_list_end(c, &l.j, &l.table, l.count,
                                                 _("no evidence was sealed"))
                                  : cli_fail(c, status);
    table_done(&l.table);
    return code;
}

static int show(cli *c)
{
    uint64_t sequence = 0;
    evidence_check check = {0};
    if (c->operand_count < 3)
        return list(c);
    assay_status status = take_record(c, &sequence);
    if (status == ASSAY_OK)
        status = evidence_verify(c->operand[1], sequence, report_evidence_svg, &check, &c->err);
    if (status == ASSAY_OK && !check.is_erased)
        status = write_chart(c, &check.then);
    int code = EXIT_FINE;
    if (status != ASSAY_OK)
        code = cli_fail(c, status);
    else if (cli_has(c, OPT_JSON)) {
        json j;
        cli_json_begin(c, &j);
        list_json(&j, &check.record);
        code = cli_json_end(c, &j, EXIT_FINE);
    } else {
        if (!check.is_erased)
            evidence_tell(c, &check.then);
        evidence_tell_check(c, NULL, &check);
    }
    evidence_check_done(&check);
    return code;
}

static bool note_sequence(const evidence_record *r, void *context)
{
    listing *l = context;
    if (l->count == l->room) {
        size_t room = l->room ? 2 * l->room : 64;
        uint64_t *grown = realloc(l->sequence, room * sizeof *grown);
        if (!grown)
            return false;
        l->sequence = grown;
        l->room = room;
    }
    l->sequence[l->count++] = r->sequence;
    return true;
}

/* The record named, or all there are. */
static assay_status choose(cli *c, listing *l)
{
    evidence_record one = {0};
    store *db = NULL;
    if (c->operand_count > 2) {
        assay_status status = take_record(c, &one.sequence);
        return status == ASSAY_OK && !note_sequence(&one, l)
                   ? assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory")
                   : status;
    }
    assay_status status = cli_open(c, c->operand[1], STORE_READ, &db);
    if (status == ASSAY_OK)
        status = evidence_list(db, NULL, STORE_NOW, note_sequence, l, &c->err);
    store_close(db);
    return status;
}

static int verify(cli *c)
{
    listing l = {.c = c};
    int code = EXIT_FINE;
    bool is_json = cli_has(c, OPT_JSON);
    assay_status status = choose(c, &l);
    if (status == ASSAY_OK && is_json) {
        cli_json_begin(c, &l.j);
        json_object(&l.j);
        json_key(&l.j, "checked");
        json_array(&l.j);
    }
    for (size_t i = 0; i < l.count && status == ASSAY_OK; i++) {
        evidence_check check = {0};
        status = evidence_verify(c->operand[1], l.sequence[i], report_evidence_svg, &check, &c->err);
        if (status == ASSAY_OK && evidence_tell_check(c, is_json ? &l.j : NULL, &check) != EXIT_FINE)
            code = EXIT_FAILED;
        evidence_check_done(&check);
    }
    free(l.sequence);
    if (status != ASSAY_OK) {
        buf_clear(&c->out);
        return cli_fail(c, status);
    }
    if (is_json) {
        json_end(&l.j);
        json_end(&l.j);
        return cli_json_end(c, &l.j, code);
    }
    if (!l.count)
        buf_addf(&c->out, "%s\n", _("no evidence was sealed"));
    return code;
}

int cmd_evidence(cli *c)
{
    const char *action = c->operand[0];
    if (strcmp(action, "compute") == 0)
        return compute(c, false);
    if (strcmp(action, "seal") == 0)
        return compute(c, true);
    if (strcmp(action, "show") == 0)
        return show(c);
    if (strcmp(action, "verify") == 0)
        return verify(c);
    cli_usage(c, _("evidence has no action %s"), action);
    assay_hint(&c->err, "compute, seal, show, verify");
    return cli_fail(c, ASSAY_USAGE);
}
