/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges to the cases of a round: everybody who may, once, from the round's seed.
 *
 * Before the seed of the draw is known there is chance all the same: the digest of the commitment and the
 * stage, fixed since the round was opened. */
#include "scheme/round_inner.h"

#include "base/hash.h"
#include "base/i18n.h"

#include <assay/assign.h>

#include <stdlib.h>
#include <string.h>

enum { BAR_OWN = 1, BAR_RELATION, BAR_REGION, LOAD_ANY = 1000000 };

typedef struct {
    const scheme_stage *stage;
    case_set set;
    the_case **fresh; /* those without judges */
    size_t fresh_count;
    candidate_list who;
    uint8_t *bar;
    uint32_t *load, *chosen;
    sha256 seed;
    assay_err unbounded; /* why chance could not be bounded; ASSAY_OK: it was, or nobody asked */
} dealing;

static void done(dealing *w)
{
    candidates_done(&w->who);
    free(w->fresh);
    free(w->bar);
    free(w->load);
    free(w->chosen);
    case_set_done(&w->set);
}

static const char *rule_name(uint8_t bar)
{
    static const char *const names[] = {"nobody else", "own case", "relation", "own_region"};
    return bar < 4 ? names[bar] : "?";
}

static uint8_t bar_of(const char *rule)
{
    for (uint8_t i = 1; rule && i < 4; i++)
        if (strcmp(rule_name(i), rule) == 0)
            return i;
    return 0;
}

static assay_status make_seed(const the_round *r, const char *stage, sha256 *out, assay_err *err)
{
    buf text = BUF_INIT;
    const char *seed = text_of(r->state, "seed");
    buf_addf(&text, "assign\n%s\n%s", seed ? seed : text_of(r->state, "commitment"), stage);
    assay_status status = sha256_of(text.data, text.length, out, err);
    buf_done(&text);
    return status;
}

/* -- gathering --------------------------------------------------------------------------------------- */

static assay_status mark_bars(dealing *w, assay_err *err)
{
    const scheme_assign *a = w->stage->assign;
    size_t m = w->who.n;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < w->fresh_count; i++) {
        conflict_set set;
        status = conflicts_of(w->fresh[i], a, &set, err);
        for (size_t j = 0; !status && j < m; j++)
            w->bar[i * m + j] = bar_of(conflict_between(a, &set, &w->who.item[j]));
    }
    return status;
}

static assay_status keep_fresh(dealing *w, assay_err *err)
{
    w->fresh = malloc((w->set.n + 1) * sizeof *w->fresh);
    if (!w->fresh)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to assign");
    for (size_t i = 0; i < w->set.n; i++) {
        the_case *c = &w->set.item[i];
        if (!json_array_size(case_assigned(c, w->stage->item.id)))
            w->fresh[w->fresh_count++] = c;
    }
    return w->fresh_count ? ASSAY_OK
                          : assay_fail(err, ASSAY_NOT_FOUND, 0,
                                       _("no case at %s is without judges"), w->stage->item.id);
}

static assay_status gather(the_round *r, const char *stage, dealing *w, assay_err *err)
{
    w->stage = scheme_find_stage(r->scheme, stage);
    if (!w->stage || !w->stage->assign)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%s is no stage with judges", stage);
    assay_status status = round_cases(r, stage, "open", &w->set, err);
    if (!status)
        status = keep_fresh(w, err);
    if (!status)
        status = candidates(r->d, r->scheme, w->stage->assign, r->now, &w->who, err);
    if (!status)
        status = make_seed(r, stage, &w->seed, err);
    if (status)
        return status;
    size_t per = w->stage->assign->is_all ? w->who.n : (size_t)w->stage->assign->per_case;
    w->bar = calloc(w->fresh_count * w->who.n + 1, 1);
    w->load = malloc((w->who.n + 1) * sizeof *w->load);
    w->chosen = malloc((w->fresh_count * per + 1) * sizeof *w->chosen);
    if (!w->bar || !w->load || !w->chosen)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to assign");
    for (size_t j = 0; j < w->who.n; j++)
        w->load[j] = w->stage->assign->load ? (uint32_t)w->stage->assign->load : LOAD_ANY;
    return mark_bars(w, err);
}

/* -- dealing ------------------------------------------------------------------------------------------- */

static void explain(const dealing *w, const assay_assign_failure *f, assay_err *err)
{
    char name[ID_TEXT];
    switch (f->outcome) {
    case ASSAY_ASSIGN_TOO_FEW:
        id_text(&w->fresh[f->at]->id, name);
        assay_fail(err, ASSAY_UNDEFINED, f->at, "case %s needs %zu judges, %zu may; %s bars %zu", name,
                   f->needed, f->may, rule_name(f->rule), f->barred);
        assay_hint(err, _("appoint more %s"), w->stage->assign->role->item.id);
        break;
    case ASSAY_ASSIGN_NO_LOAD:
        assay_fail(err, ASSAY_UNDEFINED, 0, "%zu cases need %llu judgings of %zu judges whose loads "
                   "give %llu", f->cases, (unsigned long long)f->demand, f->judges,
                   (unsigned long long)f->supply);
        assay_hint(err, _("raise the load of %s or appoint more %s"), w->stage->assign->item.id,
                   w->stage->assign->role->item.id);
        break;
    default:
        assay_fail(err, ASSAY_UNDEFINED, 0, "judges and cases stay in %zu parts that nothing connects",
                   f->parts);
    }
}

static assay_status deal(dealing *w, assay_assign *out, assay_err *err)
{
    const scheme_assign *a = w->stage->assign;
    assay_assign_failure f = {.outcome = ASSAY_ASSIGN_DONE};
    assay_assign_task task = {.cases = w->fresh_count,
                              .judges = w->who.n,
                              .per_case = a->is_all ? w->who.n : (size_t)a->per_case,
                              .load = w->load,
                              .bar = w->bar,
                              .balance = 1,
                              .is_random = a->random.kind == VALUE_NUMBER,
                              .is_connected = a->is_connected,
                              .seed = w->seed.bytes};
    void *scratch = malloc(assay_assign_scratch_size(&task));
    if (!scratch)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to assign");
    assay_status status = assay_assign_judges(&task, scratch, w->chosen, out, &f, err);
    if (status == ASSAY_UNDEFINED && task.is_random && f.outcome != ASSAY_ASSIGN_DONE) {
        /* so few may judge that a pair would be surer than one half: done all the same, and said */
        explain(w, &f, &w->unbounded);
        task.is_random = false;
        f.outcome = ASSAY_ASSIGN_DONE;
        status = assay_assign_judges(&task, scratch, w->chosen, out, &f, err);
    }
    if (status == ASSAY_UNDEFINED && f.outcome != ASSAY_ASSIGN_DONE)
        explain(w, &f, err);
    free(scratch);
    return status;
}

static assay_status write(dealing *w, assay_err *err)
{
    const scheme_assign *a = w->stage->assign;
    size_t per = a->is_all ? w->who.n : (size_t)a->per_case;
    const candidate *judge[ASSAY_ASSIGN_PER_CASE_MAX];
    char seed[65];
    assay_status status = ASSAY_OK;
    sha256_to_hex(&w->seed, seed);
    for (size_t i = 0; !status && i < w->fresh_count; i++) {
        the_case *c = w->fresh[i];
        for (size_t k = 0; k < per; k++)
            judge[k] = &w->who.item[w->chosen[i * per + k]];
        status = case_assign(c, w->stage, judge, per, seed, err);
        if (!status)
            status = case_list_again(c, err);
    }
    return status;
}

static json_t *summary_of(const dealing *w, const assay_assign *got)
{
    json_t *o = json_object();
    char seed[65];
    sha256_to_hex(&w->seed, seed);
    set_text(o, "stage", w->stage->item.id);
    set_text(o, "seed", seed);
    json_object_set_new(o, "cases", json_integer((json_int_t)w->fresh_count));
    json_object_set_new(o, "judges", json_integer((json_int_t)w->who.n));
    json_object_set_new(o, "parts", json_integer((json_int_t)got->parts));
    json_object_set_new(o, "least_load", json_integer((json_int_t)got->least_load));
    json_object_set_new(o, "most_load", json_integer((json_int_t)got->most_load));
    if (w->stage->assign->random.kind == VALUE_NUMBER)
        json_object_set_new(o, "is_bounded", json_boolean(!w->unbounded.code));
    if (w->unbounded.code)
        set_text(o, "unbounded_because", w->unbounded.message);
    return o;
}

assay_status round_assign(desk *d, store_tx *tx, const object_id *round, const char *stage,
                          const viewer *who, buf *answer, assay_err *err)
{
    the_round r;
    dealing w = {.stage = NULL};
    assay_assign got;
    assay_status status = round_need_desk(who, err);
    if (!status)
        status = round_load(d, tx, round, who, &r, err);
    if (status)
        return status;
    status = gather(&r, stage, &w, err);
    if (!status)
        status = deal(&w, &got, err);
    if (!status)
        status = write(&w, err);
    if (!status)
        status = round_append(&r, "round.assigned", summary_of(&w, &got), err);
    if (!status)
        status = json_take(summary_of(&w, &got), answer, err);
    done(&w);
    round_done(&r);
    return status;
}
