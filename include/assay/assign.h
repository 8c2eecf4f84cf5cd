/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who judges what (docs/method/assign.md).
 *
 * Each case gets its number of judges, none above a load, none across a bar (conflict, missing
 * skill, own region), at least cost, with chance bounded so that nobody can count on a judge, and
 * in one connected design so that severity can be told from quality. The same seed gives the same
 * answer on every machine. Memory is the caller's, nothing is allocated.
 */
#ifndef ASSAY_ASSIGN_H
#define ASSAY_ASSIGN_H

#include <assay/draw.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASSAY_ASSIGN_PER_CASE_MAX 64
#define ASSAY_ASSIGN_COST_MAX     1000000

typedef struct {
    size_t cases, judges;
    size_t per_case;      /* judges a case, 1 .. ASSAY_ASSIGN_PER_CASE_MAX */
    const uint32_t *load; /* [judges] most cases of a judge */
    const uint8_t *bar;   /* [cases*judges] 0: may judge, else the caller's code of the rule that
                             forbids it; NULL: all may */
    const int32_t *cost;  /* [cases*judges] 0 .. ASSAY_ASSIGN_COST_MAX, or NULL: all alike */
    uint32_t balance;     /* cost of a judge's second case, twice that of the third, ... */
    bool is_random;       /* no pair has a chance above one half, whatever the costs say */
    bool is_connected;    /* the graph of judges and cases must be one piece */
    const uint8_t *seed;  /* [32] of all chance */
} assay_assign_task;

typedef enum {
    ASSAY_ASSIGN_DONE,
    ASSAY_ASSIGN_TOO_FEW,    /* a case has too few judges who may */
    ASSAY_ASSIGN_NO_LOAD,    /* some cases compete for judges whose loads do not suffice */
    ASSAY_ASSIGN_UNCONNECTED /* no exchange of judges makes the design one piece */
} assay_assign_outcome;

/* What bites, when it is not done. */
typedef struct {
    assay_assign_outcome outcome;
    size_t at;               /* case where it was found */
    size_t may, needed;      /* TOO_FEW: judges who may judge it, and judges needed */
    uint8_t rule;            /* TOO_FEW: the bar that forbids most; 0: there are no more judges */
    size_t barred;           /* by that rule */
    size_t cases, judges;    /* NO_LOAD: cases that compete, judges they all depend on */
    uint64_t demand, supply; /* NO_LOAD: judgings these cases need of them, and their loads */
    uint64_t missing;        /* NO_LOAD: judgings that cannot be given, all cases together */
    size_t parts;            /* UNCONNECTED: pieces that are left */
} assay_assign_failure;

typedef struct {
    int64_t cost;         /* of the assignment, with balance */
    double expected_cost; /* over the chance: the least possible under the bound on chance */
    double gap;           /* what exchanges, luck and tie breaking cost above that, at most */
    size_t parts;         /* of the graph of judges and cases; 1 is connected */
    size_t exchanges;     /* pairs exchanged, or judges put in another's place, to connect it */
    uint32_t least_load, most_load; /* of judges, those without a case included */
} assay_assign;

ASSAY_PUBLIC size_t assay_assign_scratch_size(const assay_assign_task *task);

/* Assign.
 *
 *   chosen   [cases*per_case] judges of case i at i*per_case .., upward
 *   failure  filled when the status is ASSAY_UNDEFINED; or NULL
 *
 * With is_random every pair is given its chance, 0 or 1/2, at least expected cost, and one fair
 * draw keeps these chances and every load. A case then needs twice its judges who may.
 * Ties of cost are broken at random.
 * Errors  ASSAY_DOMAIN     per_case, a cost outside its range (err->at)
 *         ASSAY_UNDEFINED  it cannot be done: err and failure say which rule bites and how far
 * Cost    a minimum cost flow: 911 cases, 2,435 judges, 5 a case: see bench/README.md
 * Source  Jecmen et al. 2020, arXiv 2006.16437 (bounded chance); successive shortest paths */
ASSAY_PUBLIC ASSAY_MUST_USE assay_status assay_assign_judges(const assay_assign_task *task,
                                                             void *scratch, uint32_t *chosen,
                                                             assay_assign *out,
                                                             assay_assign_failure *failure,
                                                             assay_err *err);

#ifdef __cplusplus
}
#endif
#endif
