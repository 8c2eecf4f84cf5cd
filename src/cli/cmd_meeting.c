/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meetings that decide cases: everything the screen does. */
#include "cli/programme.h"

#include "report/minutes.h"
#include "report/report.h"

static assay_status open_meeting(programme *p)
{
    return meeting_open(p->desk, p->tx, buf_text(&p->said), &p->who, &p->answer, &p->c->err);
}

static assay_status list(programme *p)
{
    char mark[600];
    tell_member(buf_text(&p->said), "after", mark, sizeof mark);
    return meeting_list(p->desk, *mark ? mark : NULL, 100, &p->who, &p->answer, &p->c->err);
}

static assay_status show(programme *p)
{
    object_id id;
    assay_status status = programme_case(p, 2, &id);
    return status ? status : meeting_show(p->desk, &id, &p->who, &p->answer, &p->c->err);
}

static assay_status minutes(programme *p)
{
    object_id id;
    buf pdf = BUF_INIT;
    cli *c = p->c;
    const char *path = cli_text(c, OPT_OUTPUT, NULL);
    assay_status status = programme_case(p, 2, &id);
    if (!status)
        status = minutes_of(p->desk, &id, &p->who, cli_language(c), &pdf, &c->err);
    if (!status && path)
        status = report_write(path, pdf.data, pdf.length, &c->err);
    else if (!status)
        buf_add(&c->out, pdf.data, pdf.length);
    buf_done(&pdf);
    return status;
}

static assay_status step(programme *p)
{
    object_id id;
    assay_status status = programme_case(p, 2, &id);
    return status ? status
                  : meeting_step(p->desk, p->tx, &id, p->c->operand[0], buf_text(&p->said), &p->who,
                                 &p->answer, &p->c->err);
}

int cmd_meeting(cli *c)
{
    static const programme_action actions[] = {
        {"open", true, 0, open_meeting}, {"list", false, 0, list},
        {"show", false, 1, show},        {"minutes", false, 1, minutes}};
    return programme_run(c, actions, sizeof actions / sizeof *actions, step);
}
