/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exams: the bank for staff, papers for who sits them, open answers for who marks them. */
#include "serve/programme.h"

#include "scheme/sitting.h"

#include <string.h>

/* -- the bank ------------------------------------------------------------------------------------
 */

static const char *scheme_part(const ask *a)
{
    return request_part(a->r, 0);
}

static const char *bank_part(const ask *a)
{
    return request_part(a->r, 1);
}

static assay_status show(ask *a, assay_err *err)
{
    return bank_show(a->desk, scheme_part(a), bank_part(a), &a->who, &a->out, err);
}

static assay_status rating(ask *a, assay_err *err)
{
    return bank_rating(a->desk, scheme_part(a), bank_part(a), &a->who, &a->out, err);
}

static assay_status marking(ask *a, assay_err *err)
{
    return bank_marking(a->desk, scheme_part(a), bank_part(a), &a->who, &a->out, err);
}

static assay_status take_items(ask *a, assay_err *err)
{
    return bank_import(a->desk, a->tx, scheme_part(a), bank_part(a), "items", buf_text(&a->said),
                       a->said.length, &a->who, &a->out, err);
}

static assay_status take_step(ask *a, assay_err *err)
{
    const char *step = request_part(a->r, 2), *said = buf_text(&a->said);
    if (strcmp(step, "draw") == 0)
        return bank_draw(a->desk, a->tx, scheme_part(a), bank_part(a), &a->who, &a->out, err);
    if (strcmp(step, "cut") == 0)
        return bank_cut(a->desk, a->tx, scheme_part(a), bank_part(a), &a->who, &a->out, err);
    if (strcmp(step, "rate") == 0)
        return bank_rate(a->desk, a->tx, scheme_part(a), bank_part(a), said, &a->who, err);
    if (strcmp(step, "mark") == 0)
        return bank_mark(a->desk, a->tx, scheme_part(a), bank_part(a), said, &a->who, err);
    return assay_fail(err, ASSAY_NOT_FOUND, 0, "\"%.40s\" is nothing done with an exam", step);
}

void api_exam(request *r)
{
    programme_read(r, show);
}

void api_exam_rating(request *r)
{
    programme_read(r, rating);
}

void api_exam_marking(request *r)
{
    programme_read(r, marking);
}

void api_exam_items(request *r)
{
    programme_write_bytes(r, 200, take_items);
}

void api_exam_step(request *r)
{
    programme_write(r, 200, take_step);
}

/* -- a sitting ------------------------------------------------------------------------------------
 */

static assay_status sitting(ask *a, assay_err *err)
{
    object_id id;
    assay_status status = ask_id(a, 0, &id, err);
    return status ? status : sitting_view(a->desk, &id, &a->who, &a->out, err);
}

static assay_status sit(ask *a, assay_err *err)
{
    object_id id;
    const char *step = request_part(a->r, 1);
    assay_status status = ask_id(a, 0, &id, err);
    if (status)
        return status;
    if (strcmp(step, "start") == 0)
        return sitting_start(a->desk, a->tx, &id, &a->who, &a->out, err);
    if (strcmp(step, "answers") == 0)
        return sitting_answer(a->desk, a->tx, &id, buf_text(&a->said), &a->who, &a->out, err);
    if (strcmp(step, "finish") == 0)
        return sitting_finish(a->desk, a->tx, &id, &a->who, &a->out, err);
    return assay_fail(err, ASSAY_NOT_FOUND, 0, "\"%.40s\" is nothing done with an exam", step);
}

void api_sitting(request *r)
{
    programme_read(r, sitting);
}

void api_sitting_step(request *r)
{
    programme_write(r, 200, sit);
}
