/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Money: granted by a stage, paid against milestones and evidence, claimed back; cancelled and dropped
 * where a decision is opened again. Sums are exact. */
#include "scheme/title_inner.h"

#include "base/i18n.h"
#include "scheme/page.h"

#include <stdio.h>
#include <string.h>

/* -- sums -------------------------------------------------------------------------------------------- */

static value sum_of(const json_t *state, const char *money, const char *kind)
{
    const json_t *list = json_object_get(state, "money");
    assay_rational sum = assay_rational_of(0);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *m = json_array_get(list, i);
        value v = number_read(json_object_get(m, "amount"));
        if (strcmp(text_of(m, "money"), money) == 0 && strcmp(text_of(m, "kind"), kind) == 0 &&
            v.kind == VALUE_NUMBER && assay_rational_add(sum, v.as.number, &sum, NULL))
            return VALUE_NONE;
    }
    return value_number(sum);
}

static void add_to(assay_rational *sum, value v, int sign, bool *is_exact)
{
    *is_exact &= v.kind == VALUE_NUMBER &&
                 (sign > 0 ? assay_rational_add(*sum, v.as.number, sum, NULL)
                           : assay_rational_sub(*sum, v.as.number, sum, NULL)) == ASSAY_OK;
}

/* Granted and neither paid nor cancelled. */
static value left_of(const json_t *state, const char *money)
{
    assay_rational sum = assay_rational_of(0);
    bool is_exact = true;
    add_to(&sum, sum_of(state, money, "granted"), 1, &is_exact);
    add_to(&sum, sum_of(state, money, "cancelled"), -1, &is_exact);
    add_to(&sum, sum_of(state, money, "paid"), -1, &is_exact);
    return is_exact ? value_number(sum) : VALUE_NONE;
}

static const json_t *grant_of(const json_t *state, const char *money)
{
    const json_t *list = json_object_get(state, "money");
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *m = json_array_get(list, i);
        if (strcmp(text_of(m, "money"), money) == 0 && strcmp(text_of(m, "kind"), "granted") == 0)
            return m;
    }
    return NULL;
}

/* -- granting ---------------------------------------------------------------------------------------- */

static json_t *milestones_json(the_case *c, const scheme_money *m)
{
    json_t *list = json_array();
    for (size_t i = 0; i < m->milestone_count; i++) {
        json_t *one = json_object();
        set_text(one, "id", m->milestone[i].item.id);
        json_object_set_new(one, "share", number_text(value_number(m->milestone[i].share)));
        set_time(one, "due", time_after(c->now, m->milestone[i].due));
        json_array_append_new(list, one);
    }
    return list;
}

/* Still claimed back: what an appeal has not undone. */
static value claimed_of(const json_t *state, const char *money)
{
    assay_rational sum = assay_rational_of(0);
    bool is_exact = true;
    add_to(&sum, sum_of(state, money, "claimed"), 1, &is_exact);
    add_to(&sum, sum_of(state, money, "dropped"), -1, &is_exact);
    return is_exact ? value_number(sum) : VALUE_NONE;
}

/* A line that takes back an amount above zero. */
static assay_status undo(the_case *c, const scheme_money *m, const char *kind, value amount,
                         const char *why, assay_err *err)
{
    if (amount.kind != VALUE_NUMBER || assay_rational_sign(amount.as.number) <= 0)
        return ASSAY_OK;
    json_t *payload = json_object();
    set_text(payload, "money", m->item.id);
    set_text(payload, "kind", kind);
    json_object_set_new(payload, "amount", number_text(amount));
    set_text(payload, "currency", m->currency);
    set_text(payload, "line", m->line);
    set_text(payload, "why", why);
    return case_append(c, "case.money", payload, err);
}

/* What an earlier visit of the stage granted and nobody has paid falls when the stage grants anew; a
 * stage that comes again by itself adds to it. */
static assay_status cancel_earlier(the_case *c, const scheme_stage *s, const scheme_money *m,
                                   assay_err *err)
{
    if (s->every.kind == VALUE_DURATION || case_visit(c->state, s->item.id) < 2)
        return ASSAY_OK;
    return undo(c, m, "cancelled", left_of(c->state, m->item.id), "decided anew", err);
}

/* A stage that was passed after this one, at this visit of it. */
static bool came_after(const the_case *c, const scheme_stage *s, const char *since,
                       const scheme_stage *later)
{
    const char *opened =
        text_of(json_object_get(json_object_get(c->state, "stages"), later->item.id), "opened");
    return later > s && since && opened && strcmp(opened, since) >= 0;
}

assay_status money_fall(the_case *c, const scheme_stage *s, const char *since, const char *why,
                        assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < c->scheme->stage_count; i++) {
        const scheme_stage *later = &c->scheme->stage[i];
        for (size_t k = 0; !status && k < later->money_count && came_after(c, s, since, later); k++)
            status = undo(c, later->money[k], "cancelled",
                          left_of(c->state, later->money[k]->item.id), why, err);
    }
    for (size_t i = 0; !status && i < c->scheme->money_count; i++) {
        const scheme_money *m = &c->scheme->money[i];
        if (m->claw_when) /* what the decision had found is open again */
            status = undo(c, m, "dropped", claimed_of(c->state, m->item.id), why, err);
    }
    return status;
}

static assay_status grant(the_case *c, const scheme_money *m, case_scope *scope, assay_err *err)
{
    value v = m->amount ? expr_eval(m->amount, &scope->scope) : VALUE_NONE;
    json_t *payload = json_object();
    if (v.kind == VALUE_NUMBER && m->most.kind == VALUE_NUMBER &&
        assay_rational_compare(v.as.number, m->most.as.number) > 0)
        v = m->most;
    if (v.kind != VALUE_NUMBER || assay_rational_sign(v.as.number) <= 0) {
        json_decref(payload); /* a programme that gives nothing leaves no line */
        return ASSAY_OK;
    }
    set_text(payload, "money", m->item.id);
    set_text(payload, "kind", "granted");
    json_object_set_new(payload, "amount", number_text(v));
    set_text(payload, "currency", m->currency);
    set_text(payload, "line", m->line);
    if (m->milestone_count)
        json_object_set_new(payload, "milestones", milestones_json(c, m));
    json_object_set(payload, "facts", scope->facts);
    return case_append(c, "case.money", payload, err);
}

assay_status case_grant_money(the_case *c, const scheme_stage *s, assay_err *err)
{
    case_scope scope;
    assay_status status = case_scope_init(&scope, c, NULL, err);
    for (size_t i = 0; !status && i < s->money_count; i++) {
        status = cancel_earlier(c, s, s->money[i], err);
        if (!status)
            status = grant(c, s->money[i], &scope, err);
    }
    case_scope_done(&scope);
    return status;
}

/* -- paying --------------------------------------------------------------------------------------------- */

static const scheme_milestone *find_milestone(const scheme_money *m, const char *id)
{
    for (size_t i = 0; id && i < m->milestone_count; i++)
        if (strcmp(m->milestone[i].item.id, id) == 0)
            return &m->milestone[i];
    return NULL;
}

static assay_status check_evidence(the_case *c, const scheme_money *m, assay_err *err)
{
    const json_t *given = json_object_get(c->said, "evidence");
    const scheme_form *f = m->evidence;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; f && !status && i < f->field_count; i++) {
        value v;
        status = field_read(&f->field[i], json_object_get(given, f->field[i].item.id), &c->memory,
                            &v, err);
        if (!status && f->field[i].is_needed && v.kind == VALUE_MISSING) {
            status = assay_fail(err, ASSAY_MISSING, 0, "no payment of %s without evidence: %s is "
                                "missing", m->item.id, f->field[i].item.id);
            assay_hint(err, _("the scheme demands the form %s"), f->item.id);
        }
    }
    return status;
}

static assay_status check_purpose(const scheme_money *m, const char *purpose, assay_err *err)
{
    if (!m->purpose_count)
        return ASSAY_OK;
    for (size_t i = 0; purpose && i < m->purpose_count; i++)
        if (strcmp(m->purpose[i], purpose) == 0)
            return ASSAY_OK;
    return assay_fail(err, ASSAY_DOMAIN, 0, "purpose \"%.60s\" is none of the codes of %s",
                      purpose ? purpose : "", m->item.id);
}

static assay_status check_milestone(the_case *c, const scheme_money *m, const char *id,
                                    const json_t *granted, value *amount, assay_err *err)
{
    case_scope scope;
    const scheme_milestone *stone = find_milestone(m, id);
    value whole = number_read(json_object_get(granted, "amount"));
    if (!m->milestone_count)
        return ASSAY_OK;
    if (!stone)
        return assay_fail(err, ASSAY_MISSING, 0, "%s is paid by milestones: name one", m->item.id);
    const json_t *list = json_object_get(c->state, "money");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *other = text_of(json_array_get(list, i), "milestone");
        if (other && strcmp(other, id) == 0)
            return assay_fail(err, ASSAY_CONFLICT, 0, "the milestone %s is paid already", id);
    }
    if (amount->kind == VALUE_MISSING && whole.kind == VALUE_NUMBER) {
        *amount = whole;
        if (assay_rational_mul(whole.as.number, stone->share, &amount->as.number, err))
            return ASSAY_LIMIT;
    }
    assay_status status = case_scope_init(&scope, c, NULL, err);
    if (!status && stone->need && !value_is_true(expr_eval(stone->need, &scope.scope)))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "the milestone %s is not reached: %s", id,
                            expr_text(stone->need));
    case_scope_done(&scope);
    return status;
}

static assay_status check_left(const json_t *state, const char *money, value amount,
                               assay_err *err)
{
    value left = left_of(state, money);
    char text[ASSAY_RATIONAL_TEXT];
    if (amount.kind != VALUE_NUMBER || assay_rational_sign(amount.as.number) <= 0)
        return assay_fail(err, ASSAY_FORMAT, 0, "\"amount\" must be a positive number as text");
    if (left.kind != VALUE_NUMBER)
        return assay_fail(err, ASSAY_LIMIT, 0, "the sums of %s are beyond what is exact", money);
    if (assay_rational_compare(amount.as.number, left.as.number) <= 0)
        return ASSAY_OK;
    if (assay_rational_sign(left.as.number) < 0)
        left = value_whole(0);
    assay_rational_format(left.as.number, 0, text, sizeof text);
    return assay_fail(err, ASSAY_DOMAIN, 0, "only %s of %s is left to pay", text, money);
}

assay_status act_pay(the_case *c, assay_err *err)
{
    const char *money, *purpose, *stone;
    value amount = number_read(json_object_get(c->said, "amount"));
    assay_status status = said_only(c->said, "money amount milestone purpose evidence key", err);
    if (!status)
        status = case_need_desk(c, "pay", err);
    if (!status)
        status = said_text(c->said, "money", true, 100, &money, err);
    if (!status)
        status = said_text(c->said, "purpose", false, 100, &purpose, err);
    if (!status)
        status = said_text(c->said, "milestone", false, 100, &stone, err);
    const scheme_money *m = status ? NULL : scheme_find_money(c->scheme, money);
    const json_t *granted = status ? NULL : grant_of(c->state, money);
    if (!status && (!m || !granted))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "the case was granted no \"%.60s\"", money);
    if (!status)
        status = check_milestone(c, m, stone, granted, &amount, err);
    if (!status)
        status = check_left(c->state, money, amount, err);
    if (!status)
        status = check_purpose(m, purpose, err);
    if (!status)
        status = check_evidence(c, m, err);
    if (status)
        return status;
    json_t *payload = json_object();
    set_text(payload, "money", money);
    set_text(payload, "kind", "paid");
    json_object_set_new(payload, "amount", number_text(amount));
    set_text(payload, "currency", m->currency);
    set_text(payload, "line", m->line);
    set_text(payload, "milestone", stone);
    set_text(payload, "purpose", purpose);
    if (json_object_get(c->said, "evidence"))
        json_object_set(payload, "evidence", json_object_get(c->said, "evidence"));
    return case_append(c, "case.money", payload, err);
}

assay_status act_claim_back(the_case *c, assay_err *err)
{
    const char *money, *why;
    case_scope scope;
    bool is_due = true;
    assay_status status = said_only(c->said, "money why key", err);
    if (!status)
        status = case_need_desk(c, "claim_back", err);
    if (!status)
        status = said_text(c->said, "money", true, 100, &money, err);
    if (!status)
        status = said_text(c->said, "why", true, 8000, &why, err);
    const scheme_money *m = status ? NULL : scheme_find_money(c->scheme, money);
    value paid = status || !m ? VALUE_NONE : sum_of(c->state, money, "paid");
    if (!status && (paid.kind != VALUE_NUMBER || !assay_rational_sign(paid.as.number)))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "nothing of \"%.60s\" was paid here", money);
    if (!status)
        status = case_scope_init(&scope, c, NULL, err);
    if (status)
        return status;
    if (m->claw_when)
        is_due = value_is_true(expr_eval(m->claw_when, &scope.scope));
    if (!is_due)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "nothing is claimed back: %s is not true",
                            expr_text(m->claw_when));
    assay_rational times = assay_rational_sign(m->claw_times) > 0 ? m->claw_times
                                                                  : assay_rational_of(1);
    value claimed = claimed_of(c->state, money);
    if (!status)
        status = assay_rational_mul(paid.as.number, times, &paid.as.number, err);
    if (!status && claimed.kind == VALUE_NUMBER) /* what was paid since */
        status = assay_rational_sub(paid.as.number, claimed.as.number, &paid.as.number, err);
    if (!status && assay_rational_sign(paid.as.number) <= 0)
        status = assay_fail(err, ASSAY_CONFLICT, 0, "all that was paid of %s is claimed back already",
                            money);
    if (!status) {
        json_t *payload = json_object();
        set_text(payload, "money", money);
        set_text(payload, "kind", "claimed");
        json_object_set_new(payload, "amount", number_text(paid));
        set_text(payload, "currency", m->currency);
        set_text(payload, "line", m->line);
        set_text(payload, "why", why);
        json_object_set(payload, "facts", scope.facts);
        status = case_append(c, "case.money", payload, err);
    }
    case_scope_done(&scope);
    return status;
}

/* -- lists ------------------------------------------------------------------------------------------------ */

assay_status money_list_again(the_case *c, assay_err *err)
{
    const json_t *list = json_object_get(c->state, "money");
    char name[120], sort[200], id[ID_TEXT];
    assay_status status = ASSAY_OK;
    id_text(&c->id, id);
    snprintf(name, sizeof name, "money/s/%.80s", c->scheme->item.id);
    for (size_t i = 0; !status && i < json_array_size(list); i++) {
        json_t *row = json_deep_copy(json_array_get(list, i));
        buf key = BUF_INIT, text = BUF_INIT;
        object_id object;
        const char *line = text_of(row, "line");
        json_object_del(row, "facts");
        json_object_del(row, "evidence");
        set_id(row, "case", &c->id);
        snprintf(sort, sizeof sort, "%.60s/%s", line ? line : "", text_of(row, "at"));
        buf_addf(&key, "money\n%s\n%zu", id, i);
        status = json_take(row, &text, err);
        if (!status)
            status = id_of(key.data, key.length, &object, err);
        entry_place p = {name, sort};
        if (!status)
            status = store_entry_put(c->tx, "money", &object, text.data, &p, 1, err);
        buf_done(&key);
        buf_done(&text);
    }
    return status;
}

static bool add_line(const store_entry *e, void *context)
{
    json_t *row = json_tree(e->row);
    if (row)
        json_array_append_new(context, row);
    return true;
}

static assay_status check_viewer(const viewer *who, assay_err *err)
{
    bool is_bound = who->site && *who->site;
    if (!is_bound && (who->kind == VIEWER_DESK || who->kind == VIEWER_AUDITOR))
        return ASSAY_OK;
    return assay_fail(err, ASSAY_DOMAIN, 0,
                      _("the money of a programme is for its desk and its auditors"));
}

assay_status money_list(desk *d, const char *program, const char *mark, size_t limit,
                        const viewer *who, buf *out, assay_err *err)
{
    char name[120];
    json_t *o = json_object(), *list = list_in(o, "money");
    snprintf(name, sizeof name, "money/s/%.80s", program);
    store_page page = {.list = name, .mark = mark, .limit = limit ? limit : 100};
    assay_status status = check_viewer(who, err);
    if (!status)
        status = page_fill(d->s, &page, add_line, list, list, o, err);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}

/* -- sums of all cases ------------------------------------------------------------------------ */

typedef struct {
    char *name, *currency, *kind; /* currency NULL: none */
    bool is_line, is_exact;
    int64_t count;
    assay_rational amount;
} money_sum;

typedef struct {
    money_sum *sum;
    size_t count, newest; /* the one added to last: lines of one sum stand together */
    size_t n;             /* lines of this page */
    bool is_short;        /* of memory */
    char mark[sizeof((store_entry){0}.mark)];
} sum_walk;

static bool is_same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The sum a row belongs to; NULL: no memory. */
static money_sum *sum_for(sum_walk *w, const json_t *row)
{
    const char *line = text_of(row, "line"), *currency = text_of(row, "currency"), *kind = text_of(row, "kind");
    const char *name = line ? line : text_of(row, "money");
    for (size_t i = 0; i < w->count; i++) {
        size_t at = (w->newest + i) % w->count;
        const money_sum *s = &w->sum[at];
        if (s->is_line == (line != NULL) && is_same(s->name, name) && is_same(s->currency, currency) &&
            is_same(s->kind, kind)) {
            w->newest = at;
            return &w->sum[at];
        }
    }
    money_sum *grown = realloc(w->sum, (w->count + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    w->sum = grown;
    w->newest = w->count;
    grown[w->count] = (money_sum){.name = name ? strdup(name) : NULL, .currency = currency ? strdup(currency) : NULL,
                                  .kind = kind ? strdup(kind) : NULL, .is_line = line != NULL, .is_exact = true,
                                  .amount = assay_rational_of(0)};
    return &grown[w->count++];
}

static bool sum_line(const store_entry *e, void *context)
{
    sum_walk *w = context;
    json_t *row = json_tree(e->row);
    money_sum *sum = row ? sum_for(w, row) : NULL;
    w->is_short |= row && !sum;
    if (sum) {
        value more = number_read(json_object_get(row, "amount"));
        sum->is_exact = sum->is_exact && more.kind == VALUE_NUMBER &&
                        !assay_rational_add(sum->amount, more.as.number, &sum->amount, NULL);
        sum->count++;
    }
    json_decref(row);
    memcpy(w->mark, e->mark, sizeof w->mark);
    w->n++;
    return true;
}

static json_t *sum_told(const money_sum *s)
{
    json_t *one = json_object();
    set_text(one, s->is_line ? "line" : "money", s->name);
    set_text(one, "currency", s->currency);
    set_text(one, "kind", s->kind);
    json_object_set_new(one, "count", json_integer(s->count));
    json_object_set_new(one, "amount", s->is_exact ? number_text(value_number(s->amount)) : json_null());
    return one;
}

static void sums_done(sum_walk *w)
{
    for (size_t i = 0; i < w->count; i++) {
        free(w->sum[i].name);
        free(w->sum[i].currency);
        free(w->sum[i].kind);
    }
    free(w->sum);
}

assay_status money_sums(desk *d, const char *program, const viewer *who, buf *out, assay_err *err)
{
    char name[120];
    json_t *o = json_object(), *list = list_in(o, "sums");
    sum_walk w = {0};
    store_page page = {.list = name, .limit = 1000};
    snprintf(name, sizeof name, "money/s/%.80s", program);
    assay_status status = check_viewer(who, err);
    do {
        w.n = 0;
        if (!status)
            status = store_entries(d->s, &page, sum_line, &w, err);
        page.mark = w.mark;
    } while (!status && w.n == page.limit);
    if (!status && w.is_short)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for the sums of %s", program);
    for (size_t i = 0; i < w.count; i++)
        json_array_append_new(list, sum_told(&w.sum[i]));
    sums_done(&w);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}
