/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A gate that ranks decides over all cases that wait at it, in one transaction.
 *
 * Each case gets the outcome as its own record, with the facts it rests on; the round gets one that
 * lists them all. Advice stands beside, and where people decide against it, their reason. */
#include "scheme/round_inner.h"

#include "base/hash.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const scheme_stage *stage;
    case_set set;
    case_scope *scope;
    gate_entry *entry;
    gate_outcome *out;
    gate_vote *vote;
    char (*name)[ID_TEXT];
    json_t *advice; /* {id: {...}} */
    arena memory;
} desk_round;

static void done(desk_round *w)
{
    for (size_t i = 0; i < w->set.n && w->scope; i++)
        case_scope_done(&w->scope[i]);
    case_set_done(&w->set);
    json_decref(w->advice);
    arena_done(&w->memory);
}

/* -- gathering ---------------------------------------------------------------------------------- */

static assay_status draw_of(const char *seed, const char *id, sha256 *out, assay_err *err)
{
    buf text = BUF_INIT;
    buf_addf(&text, "%s%s", seed ? seed : "", id);
    assay_status status = sha256_of(text.data, text.length, out, err);
    buf_done(&text);
    return status;
}

static assay_status gather_one(desk_round *w, size_t i, const char *seed, assay_err *err)
{
    the_case *c = &w->set.item[i];
    gate_entry *e = &w->entry[i];
    voter_list voters;
    id_text(&c->id, w->name[i]);
    assay_status status = case_scope_init(&w->scope[i], c, NULL, err);
    if (status)
        return status;
    *e = (gate_entry){.id = w->name[i], .scope = &w->scope[i].scope};
    e->facts = (gate_facts){.stage = w->stage, .objections_closed = true};
    if (w->stage->gate->vote && !w->stage->gate->ballots) {
        status = case_count_votes(c, w->stage, &voters, &w->vote[i], err);
        if (status)
            return status;
        w->vote[i].is_closed = true; /* the meeting decides now */
        e->facts.vote = &w->vote[i];
    }
    return draw_of(seed, w->name[i], &e->draw, err);
}

static assay_status gather(the_round *r, const char *stage, desk_round *w, assay_err *err)
{
    w->stage = scheme_find_stage(r->scheme, stage);
    if (!w->stage || !w->stage->gate || !w->stage->gate->is_round)
        return assay_fail(err, ASSAY_DOMAIN, 0, "%s is no stage that decides over a round", stage);
    assay_status status = round_cases(r, stage, "waiting", &w->set, err);
    size_t n = w->set.n;
    if (!status && !n)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, _("no case of the round waits at %s"), stage);
    if (status)
        return status;
    w->scope = arena_array(&w->memory, case_scope, n);
    w->entry = arena_array(&w->memory, gate_entry, n);
    w->out = arena_array(&w->memory, gate_outcome, n);
    w->vote = arena_array(&w->memory, gate_vote, n);
    w->name = arena_alloc(&w->memory, n, ID_TEXT);
    if (!w->scope || !w->entry || !w->out || !w->vote || !w->name)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to decide a round");
    for (size_t i = 0; !status && i < n; i++)
        status = gather_one(w, i, text_of(r->state, "seed"), err);
    return status;
}

/* Cases still on their way to this stage would be left out of the ranks for good. */
static bool count_open(const char *list, uint64_t n, void *context)
{
    if (strstr(list, "/open") || strstr(list, "/returned"))
        *(uint64_t *)context += n;
    return true;
}

static assay_status check_nobody_late(the_round *r, const char *stage, assay_err *err)
{
    char prefix[200], name[ID_TEXT];
    uint64_t n = 0;
    id_text(&r->id, name);
    snprintf(prefix, sizeof prefix, "case/r/%s/%.80s/", name, stage);
    assay_status status = store_lists(r->d->s, prefix, count_open, &n, err);
    if (!status && n) {
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("%llu cases of the round are still open at %s"),
                            (unsigned long long)n, stage);
        assay_hint(err, _("close them (act close) or wait: ranks are given once"));
    }
    return status;
}

/* -- advice --------------------------------------------------------------------------------------- */

/* The last scored stage before this one whose tally asks for advice. */
static const scheme_stage *advised(const scheme *s, const scheme_stage *until)
{
    const scheme_stage *found = NULL;
    for (const scheme_stage *st = s->stage; st <= until; st++)
        if (st->assign && st->rubric_count && st->tally && st->tally->advice)
            found = st;
    return found;
}

static assay_status advise(the_round *r, desk_round *w, assay_err *err)
{
    const scheme_stage *st = advised(r->scheme, w->stage);
    the_case **list = arena_array(&w->memory, the_case *, w->set.n);
    json_t *figures = NULL;
    if (!st)
        return ASSAY_OK;
    if (!list)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for advice");
    for (size_t i = 0; i < w->set.n; i++)
        list[i] = &w->set.item[i];
    assay_status status = stage_figures(list, w->set.n, st, &figures, err);
    if (status)
        return status;
    w->advice = json_incref(json_object_get(figures, "cases"));
    json_decref(figures);
    return ASSAY_OK;
}

static size_t count_passed(const desk_round *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->set.n; i++)
        n += w->out[i].result == OUTCOME_PASS;
    return n;
}

/* The whole band lies on the other side of the line. */
static bool is_against(const desk_round *w, size_t i, size_t passed)
{
    const json_t *a = json_object_get(w->advice, w->name[i]);
    json_int_t low = json_integer_value(json_object_get(a, "rank_low"));
    json_int_t high = json_integer_value(json_object_get(a, "rank_high"));
    bool is_pass = w->out[i].result == OUTCOME_PASS;
    return a && low && (is_pass ? low > (json_int_t)passed : high <= (json_int_t)passed);
}

static assay_status check_reasons(const desk_round *w, const json_t *against, assay_err *err)
{
    const scheme_gate *g = w->stage->gate;
    size_t passed = count_passed(w);
    if (!w->advice || (!g->vote && !g->reports_band))
        return ASSAY_OK;
    for (size_t i = 0; i < w->set.n; i++)
        if (is_against(w, i, passed) && !text_of(against, w->name[i])) {
            assay_fail(err, ASSAY_MISSING, 0, "case %s is %s against the whole rank band of the "
                       "advice, without a written reason", w->name[i],
                       w->out[i].result == OUTCOME_PASS ? "passed" : "not passed");
            return assay_hint(err, _("give the reason for each such case, by its id"));
        }
    return ASSAY_OK;
}

static assay_status check_draw(const desk_round *w, const char *seed, assay_err *err)
{
    for (size_t i = 0; !seed && i < w->set.n; i++)
        if (w->out[i].by_draw) {
            assay_fail(err, ASSAY_DOMAIN, 0,
                       _("a tie reaches the quota and is drawn: the round has no "
                         "seed yet"));
            return assay_hint(err,
                              _("give the public value that was fixed after the call: round seed"));
        }
    return ASSAY_OK;
}

/* -- writing --------------------------------------------------------------------------------------- */

static json_t *more_of(const desk_round *w, size_t i, const json_t *against)
{
    json_t *more = json_object();
    const json_t *advice = json_object_get(w->advice, w->name[i]);
    if (w->entry[i].facts.vote)
        json_object_set_new(more, "vote",
                            json_pack("{s:i,s:i,s:i,s:i}", "yes", (int)w->vote[i].yes, "no",
                                      (int)w->vote[i].no, "abstain", (int)w->vote[i].abstain,
                                      "eligible", (int)w->vote[i].eligible));
    if (advice)
        json_object_set(more, "advice", (json_t *)advice);
    set_text(more, "why", text_of(against, w->name[i]));
    return more;
}

static json_t *line_of(const desk_round *w, size_t i)
{
    const gate_outcome *o = &w->out[i];
    json_t *one = json_object(), *rank = number_text(o->rank);
    set_text(one, "case", w->name[i]);
    set_text(one, "outcome", gate_result_name(o->result));
    if (rank)
        json_object_set_new(one, "rank", rank);
    if (o->place)
        json_object_set_new(one, "place", json_integer((json_int_t)o->place));
    if (o->by_draw)
        json_object_set_new(one, "by_draw", json_true());
    set_text(one, "band", o->band ? o->band->item.id : NULL);
    return one;
}

static assay_status write(the_round *r, desk_round *w, const json_t *against, json_t *summary,
                          assay_err *err)
{
    json_t *list = list_in(summary, "cases");
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < w->set.n; i++) {
        the_case *c = &w->set.item[i];
        json_array_append_new(list, line_of(w, i));
        status = case_carry_out(c, w->stage->gate, &w->scope[i], &w->out[i], more_of(w, i, against),
                                err);
        if (!status)
            status = case_settle(c, err);
        if (!status)
            status = case_list_again(c, err);
    }
    set_text(summary, "stage", w->stage->item.id);
    set_text(summary, "gate", w->stage->gate->item.id);
    if (!status)
        status = round_append(r, "round.decided", json_deep_copy(summary), err);
    return status;
}

assay_status round_decide(desk *d, store_tx *tx, const object_id *round, const char *stage,
                          const char *against, const viewer *who, buf *answer, assay_err *err)
{
    the_round r;
    desk_round w = {.stage = NULL};
    json_t *reasons = NULL, *summary = json_object();
    arena_init(&w.memory);
    assay_status status = round_need_desk(who, err);
    if (!status)
        status = said_read(against, &reasons, err);
    if (!status)
        status = round_load(d, tx, round, who, &r, err);
    if (status) {
        json_decref(reasons);
        json_decref(summary);
        arena_done(&w.memory);
        return status;
    }
    status = check_nobody_late(&r, stage, err);
    if (!status)
        status = gather(&r, stage, &w, err);
    if (!status)
        status = gate_round(w.stage->gate, w.entry, w.set.n, &w.memory, w.out, err);
    if (!status)
        status = check_draw(&w, text_of(r.state, "seed"), err);
    if (!status)
        status = advise(&r, &w, err);
    if (!status)
        status = check_reasons(&w, reasons, err);
    if (!status)
        status = write(&r, &w, reasons, summary, err);
    if (!status)
        status = json_take(json_incref(summary), answer, err);
    json_decref(reasons);
    json_decref(summary);
    done(&w);
    round_done(&r);
    return status;
}
