/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of programmes: everything the screens do. */
#include "cli/programme.h"

#include "scheme/case_file.h"

#include <stdio.h>
#include <string.h>

static assay_status open_case(programme *p)
{
    return case_open(p->desk, p->tx, &p->who, buf_text(&p->said), &p->answer, &p->c->err);
}

static assay_status show(programme *p)
{
    object_id id;
    assay_status status = programme_case(p, 2, &id);
    return status ? status : case_view(p->desk, &id, &p->who, &p->answer, &p->c->err);
}

static assay_status history(programme *p)
{
    object_id id;
    assay_status status = programme_case(p, 2, &id);
    return status ? status : case_history(p->desk, &id, &p->who, &p->answer, &p->c->err);
}

/* -- lists ------------------------------------------------------------------------------------- */

typedef struct {
    char scheme[100], round[100], stage[100], state[40], party[200], mark[600];
    object_id id, of;
    char round_id[33];
} asked;

static assay_status read_query(programme *p, asked *a, case_query *q)
{
    const char *said = buf_text(&p->said);
    uint64_t limit = 100;
    assay_status status = cli_count(p->c, OPT_LIMIT_ROWS, &limit);
    tell_member(said, "scheme", a->scheme, sizeof a->scheme);
    tell_member(said, "round", a->round, sizeof a->round);
    tell_member(said, "stage", a->stage, sizeof a->stage);
    tell_member(said, "state", a->state, sizeof a->state);
    tell_member(said, "party", a->party, sizeof a->party);
    tell_member(said, "after", a->mark, sizeof a->mark);
    if (status == ASSAY_OK && *a->party)
        status = party_find(p->db, a->party, &a->of, &p->c->err);
    if (status == ASSAY_OK && *a->round)
        status = round_find(p->desk, a->round, &a->id, &p->c->err);
    for (int i = 0; i < 16; i++)
        snprintf(a->round_id + 2 * i, 3, "%02x", a->id.bytes[i]);
    *q = (case_query){.scheme = *a->scheme ? a->scheme : NULL,
                      .round = *a->round ? a->round_id : NULL,
                      .stage = *a->stage ? a->stage : NULL,
                      .state = *a->state ? a->state : NULL,
                      .party = *a->party ? &a->of : NULL,
                      .mark = *a->mark ? a->mark : NULL,
                      .limit = (size_t)limit};
    return status;
}

static assay_status list(programme *p)
{
    asked a = {.scheme = ""};
    case_query q;
    assay_status status = read_query(p, &a, &q);
    return status ? status : case_list(p->desk, &q, &p->who, &p->answer, &p->c->err);
}

static assay_status due(programme *p)
{
    asked a = {.scheme = ""};
    case_query q;
    assay_status status = read_query(p, &a, &q);
    q.is_due = true;
    return status ? status : case_list(p->desk, &q, &p->who, &p->answer, &p->c->err);
}

static assay_status queue(programme *p)
{
    asked a = {.scheme = ""};
    case_query q;
    assay_status status = read_query(p, &a, &q);
    q.is_mine = true;
    return status ? status : case_list(p->desk, &q, &p->who, &p->answer, &p->c->err);
}

static assay_status funnel(programme *p)
{
    asked a = {.scheme = ""};
    case_query q;
    assay_status status = read_query(p, &a, &q);
    return status ? status : case_funnel(p->desk, &q, &p->who, &p->answer, &p->c->err);
}

/* -- time, proof ---------------------------------------------------------------------------------- */

static assay_status tick(programme *p)
{
    desk_tick_t t;
    assay_status status = desk_tick(p->desk, p->tx, &p->who, 900, &t, &p->c->err);
    if (!status)
        buf_addf(&p->answer,
                 "{\"looked\":%llu,\"reminded\":%llu,\"moved\":%llu,\"more\":%s}",
                 (unsigned long long)t.looked, (unsigned long long)t.reminded,
                 (unsigned long long)t.moved, t.is_more ? "true" : "false");
    return status;
}

static void find(const char *what, void *context)
{
    cli_remark(((programme *)context)->c, "%s", what);
}

static assay_status replay(programme *p)
{
    object_id id;
    case_proof proof;
    char hex[65];
    assay_status status = programme_case(p, 2, &id);
    if (!status)
        status = case_replay(p->desk, &id, &proof, find, p, &p->c->err);
    if (status)
        return status;
    sha256_to_hex(&proof.state, hex);
    buf_addf(&p->answer, "{\"state\":\"%s\",\"records\":%llu,\"decisions\":%llu,\"differ\":%llu}",
             hex, (unsigned long long)proof.records, (unsigned long long)proof.decisions,
             (unsigned long long)proof.differ);
    return proof.differ ? assay_fail(&p->c->err, ASSAY_DAMAGED, 0,
                                     _("%llu decisions do not follow from what was known"),
                                     (unsigned long long)proof.differ)
                        : ASSAY_OK;
}

static assay_status check(programme *p)
{
    uint64_t cases, damaged;
    assay_status status = desk_check(p->desk, find, p, &cases, &damaged, &p->c->err);
    if (!status)
        buf_addf(&p->answer, "{\"cases\":%llu,\"damaged\":%llu}", (unsigned long long)cases,
                 (unsigned long long)damaged);
    if (!status && damaged)
        status = assay_fail(&p->c->err, ASSAY_DAMAGED, 0, _("%llu findings"),
                            (unsigned long long)damaged);
    return status;
}

static assay_status rebuild(programme *p)
{
    assay_status status = party_rebuild(p->tx, p->db, &p->c->err);
    return status ? status : desk_rebuild(p->desk, p->tx, &p->c->err);
}

/* -- files ---------------------------------------------------------------------------------------- */

static assay_status write_parts(programme *p, const case_file *f, FILE *to, const char *path)
{
    buf part = BUF_INIT;
    assay_status status = ASSAY_OK;
    for (uint32_t i = 0; !status && i < f->parts; i++) {
        status = case_file_read(p->db, f, i, &part, &p->c->err);
        if (!status && fwrite(part.data, 1, part.length, to) != part.length)
            status = assay_fail(&p->c->err, ASSAY_IO, 0, _("cannot write %s"), path);
    }
    buf_done(&part);
    return status;
}

/* The bytes of a file that the viewer may see, here or to a file that is not there yet. */
static assay_status file(programme *p)
{
    object_id id, wanted;
    case_file f;
    const char *path = cli_text(p->c, OPT_OUTPUT, NULL);
    assay_status status = programme_case(p, 2, &id);
    if (!status)
        status = programme_case(p, 3, &wanted);
    if (!status)
        status = case_file_find(p->desk, &id, &wanted, &p->who, &f, &p->c->err);
    if (status)
        return status;
    FILE *to = path ? fopen(path, "wbx") : stdout;
    if (!to)
        return assay_fail(&p->c->err, ASSAY_IO, 0, _("cannot write %s"), path);
    status = write_parts(p, &f, to, path ? path : "-");
    if (path && fclose(to) != 0 && !status)
        status = assay_fail(&p->c->err, ASSAY_IO, 0, _("cannot write %s"), path);
    if (status && path)
        remove(path);
    else if (!status && path)
        cli_remark(p->c, _("%s: %s, %llu bytes"), path, f.type.type, (unsigned long long)f.bytes);
    return status;
}

static assay_status act(programme *p)
{
    object_id id;
    assay_status status = programme_case(p, 2, &id);
    if (!status && strcmp(p->c->operand[0], "fill") == 0) /* values.photo=@here.png */
        status = case_files_attach(p->desk, p->tx, &id, &p->who, &p->said, &p->c->err);
    if (!status)
        status = programme_badge(p);
    return status ? status
                  : case_act(p->desk, p->tx, &id, p->c->operand[0], buf_text(&p->said), &p->who,
                             &p->answer, &p->c->err);
}

int cmd_case(cli *c)
{
    static const programme_action actions[] = {
        {"open", true, 0, open_case}, {"show", false, 1, show},
        {"history", false, 1, history}, {"list", false, 0, list},
        {"due", false, 0, due},       {"queue", false, 0, queue},
        {"funnel", false, 0, funnel}, {"tick", true, 0, tick},
        {"replay", false, 1, replay}, {"check", false, 0, check},
        {"rebuild", true, 0, rebuild}, {"file", false, 2, file},
    };
    return programme_run(c, actions, sizeof actions / sizeof *actions, act);
}
