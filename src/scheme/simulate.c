/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The designs that are compared, and what is asked of each: of the truly best, as many as passed,
 * how many did? */
#include "scheme/simulate_inner.h"

#include "base/i18n.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

simulate_options simulate_defaults(void)
{
    return (simulate_options){
        .centre = 75, .sd_case = 6, .sd_judge = 5, .sd_rest = 6, .runs = 100, .seed = 1};
}

static const scheme_stage *scored_stage(const scheme *s)
{
    for (size_t i = 0; i < s->stage_count; i++)
        if (s->stage[i].rubric_count)
            return &s->stage[i];
    return NULL;
}

/* Three cases a place, or forty; judges so that each scores about seventeen. */
static void choose_sizes(const scheme *s, simulate_options *o)
{
    const scheme_assign *a = scored_stage(s)->assign;
    size_t places = 0, per_case = a && a->per_case ? (size_t)a->per_case : 1;
    for (size_t i = 0; i < s->gate_count; i++) {
        size_t own =
            (size_t)(s->gate[i].quota > s->gate[i].top ? s->gate[i].quota : s->gate[i].top);
        places = own > places ? own : places;
    }
    if (!o->cases)
        o->cases = 2 * places > 40 ? (2 * places > 200 ? 200 : 2 * places) : 40;
    if (!o->judges)
        o->judges = o->cases * per_case / 17 + 1;
    if (o->judges < 2 * per_case + 2)
        o->judges = 2 * per_case + 2;
    if (o->judges < 14)
        o->judges = 14; /* enough for seven a case */
}

static assay_status check_options(const simulate_options *o, assay_err *err)
{
    bool is_fine = o->sd_case >= 0 && o->sd_judge >= 0 && o->sd_rest >= 0 && o->centre > 0 &&
                   o->centre < 100 && o->sd_case < 100 && o->sd_judge < 100 && o->sd_rest < 100;
    if (!is_fine)
        return assay_fail(err, ASSAY_DOMAIN, 0,
                          _("a standard deviation or centre outside 0 to 100"));
    if (o->cases > 2000 || o->judges > 500 || o->runs > 100000 || o->runs == 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("at most 2000 cases, 500 judges, 100000 runs"));
    return ASSAY_OK;
}

/* -- one design ------------------------------------------------------------------------------- */

typedef struct {
    double quality;
    bool is_alive;
} candidate;

static int by_quality(const void *a, const void *b)
{
    double x = ((const candidate *)a)->quality, y = ((const candidate *)b)->quality;
    return x > y ? -1 : x < y;
}

/* Of the truly best, as many as passed: the share that did. */
static double share_of_best(const trial *t, size_t passed)
{
    size_t hits = 0;
    candidate *list = calloc(t->cases, sizeof *list);
    if (!list)
        return NAN;
    for (size_t i = 0; i < t->cases; i++)
        list[i] = (candidate){t->quality[i], t->is_alive[i]};
    qsort(list, t->cases, sizeof *list, by_quality);
    for (size_t i = 0; i < passed; i++)
        hits += list[i].is_alive;
    free(list);
    return (double)hits / (double)passed;
}

/* -- runs, on all processors ------------------------------------------------------------------- */

enum { THREADS_MOST = 8 };

typedef struct {
    assay_status status;
    assay_err err;
    size_t passed;
    double share; /* NaN: nobody or everybody passed */
} one_run;

typedef struct {
    const scheme *scheme;
    const simulate_options *options;
    const simulate_design *design;
    one_run *run; /* [options->runs] */
    atomic_size_t next, done;
    atomic_bool is_stopped; /* somebody said so, or a run failed */
} run_pool;

static void run_once(run_pool *p, size_t number)
{
    trial t;
    one_run *r = &p->run[number];
    r->share = NAN;
    r->status = trial_open(&t, p->scheme, p->options, p->design, number, &r->err);
    if (r->status == ASSAY_OK)
        r->status = trial_run(&t, &r->err);
    if (r->status == ASSAY_OK) {
        r->passed = trial_alive(&t);
        if (r->passed && r->passed < t.cases)
            r->share = share_of_best(&t, r->passed);
    } else
        p->is_stopped = true;
    trial_close(&t);
    p->done++;
}

static void *work(void *context)
{
    run_pool *p = context;
    size_t number;
    while (!p->is_stopped && (number = p->next++) < p->options->runs)
        run_once(p, number);
    return NULL;
}

typedef struct {
    simulate_progress *tell;
    void *context;
    uint64_t before, of;
} telling;

/* The thread that asked works too, and tells between its runs. */
static void work_and_tell(run_pool *p, const telling *how)
{
    size_t number;
    while (!p->is_stopped && (number = p->next++) < p->options->runs) {
        run_once(p, number);
        if (how->tell && !how->tell(how->before + p->done, how->of, how->context))
            p->is_stopped = true;
    }
}

static void run_all(run_pool *p, const telling *how)
{
    pthread_t thread[THREADS_MOST];
    size_t n = 0;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    while (n + 1 < (size_t)(processors > 0 ? processors : 1) && n < THREADS_MOST &&
           pthread_create(&thread[n], NULL, work, p) == 0)
        n++;
    work_and_tell(p, how);
    for (size_t i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
}

/* In the order of their numbers, whoever made them. */
static assay_status add_up(const run_pool *p, simulate_result *r, assay_err *err)
{
    double sum = 0, squares = 0, passed = 0;
    size_t told = 0;
    for (size_t i = 0; i < p->options->runs; i++) {
        const one_run *one = &p->run[i];
        if (one->status == ASSAY_UNDEFINED || one->status == ASSAY_NO_CONVERGENCE) {
            r->is_possible = false;
            return ASSAY_OK;
        }
        if (one->status != ASSAY_OK) {
            if (err)
                *err = one->err;
            return one->status;
        }
        passed += (double)one->passed;
        if (isnan(one->share))
            continue;
        sum += one->share;
        squares += one->share * one->share;
        told++;
    }
    double n = (double)told;
    r->runs = told;
    r->passed = passed / (double)p->options->runs;
    r->share = told ? sum / n : NAN;
    r->se = told > 1 ? sqrt(fmax(0, squares / n - r->share * r->share) / (n - 1)) : NAN;
    return ASSAY_OK;
}

static assay_status run_design(const scheme *s, const simulate_options *o, const telling *how,
                               simulate_result *r, assay_err *err)
{
    run_pool p = {.scheme = s, .options = o, .design = &r->design};
    p.run = calloc(o->runs, sizeof *p.run);
    if (!p.run)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    r->is_possible = true;
    run_all(&p, how);
    bool was_stopped = p.is_stopped;
    for (size_t i = 0; i < o->runs; i++)
        was_stopped &= p.run[i].status == ASSAY_OK;
    assay_status status = was_stopped ? assay_fail(err, ASSAY_STOPPED, 0, _("stopped"))
                                      : add_up(&p, r, err);
    free(p.run);
    return status;
}

/* -- all designs --------------------------------------------------------------------------------
 */

assay_status simulate_run(const scheme *s, const simulate_options *options,
                          simulate_progress *progress, void *context, simulate_answer *out,
                          assay_err *err)
{
    static const simulate_design designs[] = {
        {.name = N_("as written")},
        {.name = N_("3 judges per case"), .per_case = 3},
        {.name = N_("5 judges per case"), .per_case = 5},
        {.name = N_("7 judges per case"), .per_case = 7},
        {.name = N_("the same panel for all"), .panels = 1},
        {.name = N_("two panels"), .panels = 2},
        {.name = N_("two panels, 3 anchor cases"), .panels = 2, .anchors = 3},
        {.name = N_("mean of the sheets"), .rule = RULE_MEAN},
        {.name = N_("olympic mean"), .rule = RULE_OLYMPIC},
        {.name = N_("median"), .rule = RULE_MEDIAN},
        {.name = N_("mixed model (advice)"), .rule = RULE_MIXED},
        {.name = N_("robust mixed model (advice)"), .rule = RULE_HUBER},
    };
    simulate_answer answer = {.options = *options};
    if (!scored_stage(s))
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, _("no stage of %s is scored by judges"),
                          s->item.id);
    choose_sizes(s, &answer.options);
    assay_status status = check_options(&answer.options, err);
    for (size_t i = 0; status == ASSAY_OK && i < sizeof designs / sizeof *designs; i++) {
        answer.result[i].design = designs[i];
        answer.count = i + 1;
        const telling how = {progress, context, i * answer.options.runs,
                             sizeof designs / sizeof *designs * answer.options.runs};
        status = run_design(s, &answer.options, &how, &answer.result[i], err);
    }
    if (status == ASSAY_OK)
        *out = answer;
    return status;
}
