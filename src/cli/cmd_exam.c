/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exams: the bank, sittings, marks; everything the screens do. */
#include "cli/programme.h"

#include "scheme/sitting.h"

/* -- the bank: SCHEME BANK are operands 2 and 3 -------------------------------------------------
 */

static assay_status items(programme *p)
{
    buf bytes = BUF_INIT;
    const char *path = p->c->operand[4];
    assay_status status = programme_file(p->c, path, &bytes);
    if (!status)
        status = bank_import(p->desk, p->tx, p->c->operand[2], p->c->operand[3], path,
                             buf_text(&bytes), bytes.length, &p->who, &p->answer, &p->c->err);
    buf_done(&bytes);
    return status;
}

static assay_status show(programme *p)
{
    return bank_show(p->desk, p->c->operand[2], p->c->operand[3], &p->who, &p->answer, &p->c->err);
}

static assay_status draw(programme *p)
{
    return bank_draw(p->desk, p->tx, p->c->operand[2], p->c->operand[3], &p->who, &p->answer,
                     &p->c->err);
}

static assay_status cut(programme *p)
{
    return bank_cut(p->desk, p->tx, p->c->operand[2], p->c->operand[3], &p->who, &p->answer,
                    &p->c->err);
}

static assay_status rating(programme *p)
{
    return bank_rating(p->desk, p->c->operand[2], p->c->operand[3], &p->who, &p->answer,
                       &p->c->err);
}

static assay_status rate(programme *p)
{
    return bank_rate(p->desk, p->tx, p->c->operand[2], p->c->operand[3], buf_text(&p->said),
                     &p->who, &p->c->err);
}

static assay_status marking(programme *p)
{
    return bank_marking(p->desk, p->c->operand[2], p->c->operand[3], &p->who, &p->answer,
                        &p->c->err);
}

static assay_status mark(programme *p)
{
    return bank_mark(p->desk, p->tx, p->c->operand[2], p->c->operand[3], buf_text(&p->said),
                     &p->who, &p->c->err);
}

/* -- a sitting: CASE is operand 2 -----------------------------------------------------------------
 */

static assay_status sitting(programme *p)
{
    object_id id;
    assay_status status = programme_case(p, 2, &id);
    return status ? status : sitting_view(p->desk, &id, &p->who, &p->answer, &p->c->err);
}

static assay_status start(programme *p)
{
    object_id id;
    assay_status status = programme_case(p, 2, &id);
    return status ? status : sitting_start(p->desk, p->tx, &id, &p->who, &p->answer, &p->c->err);
}

static assay_status answer(programme *p)
{
    object_id id;
    assay_status status = programme_case(p, 2, &id);
    return status ? status
                  : sitting_answer(p->desk, p->tx, &id, buf_text(&p->said), &p->who, &p->answer,
                                   &p->c->err);
}

static assay_status finish(programme *p)
{
    object_id id;
    assay_status status = programme_case(p, 2, &id);
    return status ? status : sitting_finish(p->desk, p->tx, &id, &p->who, &p->answer, &p->c->err);
}

int cmd_exam(cli *c)
{
    static const programme_action actions[] = {
        {"items", true, 3, items},      {"show", false, 2, show},
        {"draw", true, 2, draw},        {"cut", true, 2, cut},
        {"rating", false, 2, rating},   {"rate", true, 2, rate},
        {"marking", false, 2, marking}, {"mark", true, 2, mark},
        {"sitting", false, 1, sitting}, {"start", true, 1, start},
        {"answer", true, 1, answer},    {"finish", true, 1, finish},
    };
    return programme_run(c, actions, sizeof actions / sizeof *actions, NULL);
}
