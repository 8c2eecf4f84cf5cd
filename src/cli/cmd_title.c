/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Titles, notices, money and measures of programmes. */
#include "cli/credential.h"
#include "cli/programme.h"

#include <string.h>

static void say_whether_issued(programme *p)
{
    credential_issuer issuer;
    if (credential_issuer_read(p->db, &issuer, NULL) == ASSAY_NOT_FOUND)
        cli_remark(p->c,
                   _("no issuer: titles become no credentials; assay credential issuer %s --name "
                     "NAME"),
                   p->c->operand[1]);
}

static assay_status list(programme *p)
{
    char title[100], state[40], place[100], search[200], mark[600], party[200];
    const char *said = buf_text(&p->said);
    object_id of;
    assay_status status = ASSAY_OK;
    tell_member(said, "title", title, sizeof title);
    tell_member(said, "state", state, sizeof state);
    tell_member(said, "place", place, sizeof place);
    tell_member(said, "search", search, sizeof search);
    tell_member(said, "party", party, sizeof party);
    tell_member(said, "after", mark, sizeof mark);
    if (*party)
        status = party_find(p->db, party, &of, &p->c->err);
    title_query q = {.scheme = p->c->operand[2],
                     .title = *title ? title : NULL,
                     .state = *state ? state : NULL,
                     .place = *place ? place : NULL,
                     .search = *search ? search : NULL,
                     .party = *party ? &of : NULL,
                     .mark = *mark ? mark : NULL};
    if (p->who.kind == VIEWER_DESK)
        say_whether_issued(p);
    return status ? status : title_list(p->desk, &q, &p->who, &p->answer, &p->c->err);
}

static assay_status notices(programme *p)
{
    char program[100], mark[600];
    tell_member(buf_text(&p->said), "scheme", program, sizeof program);
    tell_member(buf_text(&p->said), "after", mark, sizeof mark);
    return notice_list(p->desk, *program ? program : NULL, *mark ? mark : NULL, 50, &p->who,
                       &p->answer, &p->c->err);
}

static assay_status object(programme *p)
{
    object_id id;
    assay_status status = programme_case(p, 2, &id);
    return status ? status
                  : notice_object(p->desk, p->tx, &id, buf_text(&p->said), &p->who, &p->answer,
                                  &p->c->err);
}

static assay_status issue(programme *p)
{
    assay_status status = tell_add(&p->said, "scheme", p->c->operand[2], &p->c->err);
    return status ? status
                  : title_issue(p->desk, p->tx, buf_text(&p->said), &p->who, &p->answer, &p->c->err);
}

static assay_status statistics(programme *p)
{
    return title_statistics(p->desk, p->c->operand[2], &p->answer, &p->c->err);
}

static assay_status money(programme *p)
{
    char mark[600];
    tell_member(buf_text(&p->said), "after", mark, sizeof mark);
    return money_list(p->desk, p->c->operand[2], *mark ? mark : NULL, 100, &p->who, &p->answer,
                      &p->c->err);
}

static assay_status measures(programme *p)
{
    return measure_tree(p->desk, p->c->operand[2], &p->who, &p->answer, &p->c->err);
}

static assay_status measure(programme *p)
{
    return measure_put(p->desk, p->tx, p->c->operand[2], buf_text(&p->said), &p->who, &p->c->err);
}

int cmd_title(cli *c)
{
    static const programme_action actions[] = {
        {"list", false, 1, list},     {"notices", false, 0, notices},
        {"object", true, 1, object},  {"issue", true, 1, issue},  {"statistics", false, 1, statistics},
        {"money", false, 1, money},   {"measures", false, 1, measures},
        {"measure", true, 1, measure},
    };
    return programme_run(c, actions, sizeof actions / sizeof *actions, NULL);
}
