/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounds of programmes, and the schemes they follow. */
#include "cli/programme.h"

#include <stdio.h>
#include <string.h>

static void add_id(programme *p, const char *name, const object_id *id)
{
    buf_addf(&p->answer, "{\"%s\":\"", name);
    for (int i = 0; i < 16; i++)
        buf_addf(&p->answer, "%02x", id->bytes[i]);
    buf_add_text(&p->answer, "\"}");
}

/* A file becomes a revision of the desk; its faults are told with their places. */
static assay_status publish(programme *p)
{
    cli *c = p->c;
    scheme_faults faults;
    buf bytes = BUF_INIT, text = BUF_INIT;
    sha256 digest;
    char hex[65];
    assay_status status = programme_file(c, c->operand[2], &bytes);
    if (status) {
        buf_done(&bytes);
        return status;
    }
    status = desk_publish(p->desk, p->tx, c->operand[2], bytes.data, bytes.length, p->who.account,
                          &digest, &faults, &c->err);
    for (size_t i = 0; i < faults.count; i++) {
        buf_clear(&text);
        scheme_fault_text(&faults, i, &text);
        cli_remark(c, "%s", buf_text(&text));
    }
    scheme_faults_done(&faults);
    if (status == ASSAY_OK) {
        sha256_to_hex(&digest, hex);
        buf_addf(&p->answer, "{\"digest\":\"%s\"}", hex);
    }
    buf_done(&bytes);
    buf_done(&text);
    return status;
}

static assay_status schemes(programme *p)
{
    return desk_schemes(p->desk, &p->answer, &p->c->err);
}

/* As it was published: to read, or to edit into the next revision. */
static assay_status text(programme *p)
{
    return desk_scheme_bytes(p->desk, p->c->operand[2], &p->c->out, &p->c->err);
}

static assay_status open_round(programme *p)
{
    object_id id;
    assay_status status =
        round_open(p->desk, p->tx, buf_text(&p->said), &p->who, &id, &p->c->err);
    if (!status)
        add_id(p, "round", &id);
    return status;
}

static assay_status list(programme *p)
{
    char program[100], mark[600];
    tell_member(buf_text(&p->said), "scheme", program, sizeof program);
    tell_member(buf_text(&p->said), "after", mark, sizeof mark);
    return round_list(p->desk, *program ? program : NULL, *mark ? mark : NULL, 100, &p->who,
                      &p->answer, &p->c->err);
}

static assay_status find(programme *p, object_id *id)
{
    return round_find(p->desk, p->c->operand[2], id, &p->c->err);
}

static assay_status show(programme *p)
{
    object_id id;
    assay_status status = find(p, &id);
    return status ? status : round_show(p->desk, &id, &p->who, &p->answer, &p->c->err);
}

static assay_status seed(programme *p)
{
    object_id id;
    assay_status status = find(p, &id);
    return status ? status
                  : round_seed(p->desk, p->tx, &id, p->c->operand[3], &p->who, &p->c->err);
}

static assay_status assign(programme *p)
{
    object_id id;
    char why[300] = "";
    assay_status status = find(p, &id);
    if (!status)
        status = round_assign(p->desk, p->tx, &id, p->c->operand[3], &p->who, &p->answer,
                              &p->c->err);
    if (!status)
        tell_member(buf_text(&p->answer), "unbounded_because", why, sizeof why);
    if (*why)
        cli_remark(p->c, _("assigned without bounded chance: %s"), why);
    return status;
}

static assay_status decide(programme *p)
{
    object_id id;
    assay_status status = find(p, &id);
    return status ? status
                  : round_decide(p->desk, p->tx, &id, p->c->operand[3], buf_text(&p->said),
                                 &p->who, &p->answer, &p->c->err);
}

static assay_status close_round(programme *p)
{
    object_id id;
    assay_status status = find(p, &id);
    return status ? status : round_close(p->desk, p->tx, &id, &p->who, &p->c->err);
}

static assay_status statistics(programme *p)
{
    object_id id;
    assay_status status = find(p, &id);
    return status ? status
                  : round_statistics(p->desk, &id, p->c->operand[3], &p->who, &p->answer,
                                     &p->c->err);
}

static assay_status export(programme *p)
{
    object_id id;
    assay_status status = find(p, &id);
    return status ? status : round_export(p->desk, &id, &p->who, &p->c->out, &p->c->err);
}

int cmd_round(cli *c)
{
    static const programme_action actions[] = {
        {"publish", true, 1, publish}, {"schemes", false, 0, schemes},
        {"text", false, 1, text},
        {"open", true, 0, open_round}, {"list", false, 0, list},
        {"show", false, 1, show},      {"seed", true, 2, seed},
        {"assign", true, 2, assign},   {"decide", true, 2, decide},
        {"close", true, 1, close_round}, {"statistics", false, 2, statistics},
        {"export", false, 1, export},
    };
    return programme_run(c, actions, sizeof actions / sizeof *actions, NULL);
}
