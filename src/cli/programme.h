/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs of programmes share: a database with its desk, who acts, and how answers are told. */
#ifndef CLI_PROGRAMME_H
#define CLI_PROGRAMME_H

#include "cli/verbs.h"

#include "scheme/case.h"
#include "scheme/party.h"
#include "scheme/round.h"
#include "scheme/tell.h"
#include "scheme/title.h"

typedef struct {
    cli *c;
    store *db;
    store_tx *tx; /* NULL: reading */
    desk *desk;
    viewer who;
    buf said, answer;
} programme;

/* Opens the database of operand 1, says who acts, reads operands from `words` on as what is said. */
ASSAY_MUST_USE assay_status programme_open(programme *p, cli *c, bool is_writing, int words);
/* Commit or drop, tell answer or error, close. */
int programme_end(programme *p, assay_status status);
/* Operand i as the id of a party, a round or a case. */
ASSAY_MUST_USE assay_status programme_case(programme *p, int operand, object_id *out);
ASSAY_MUST_USE assay_status programme_file(cli *c, const char *path, buf *out);

/* --badge FIELD=FILE as a value of the form that is filled (case_badge.c); nothing without it. */
ASSAY_MUST_USE assay_status programme_badge(programme *p);

typedef struct {
    const char *name;
    bool is_writing;
    int least; /* operands after DB */
    assay_status (*run)(programme *p);
} programme_action;
/* The verb's exit code. `otherwise`: for names that are not in the list; NULL: refused. */
int programme_run(cli *c, const programme_action *list, size_t n,
                  assay_status (*otherwise)(programme *p));

#endif
