/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a case stands in lists: of its scheme, round, stage and party, by its deadline, in the queue of
 * each of its judges. The rows hold no names: who may see them is asked when a list is shown. */
#include "scheme/case_inner.h"

#include "base/time.h"
#include "scheme/places.h"
#include "scheme/title_inner.h"

#include <stdio.h>
#include <string.h>

/* -- the row ---------------------------------------------------------------------------------------- */

static bool has_verified_effect(const json_t *state)
{
    const json_t *list = json_object_get(state, "evidence");
    bool is_shown = false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *outcome = text_of(json_array_get(list, i), "outcome");
        is_shown |= outcome && strcmp(outcome, "shown") == 0;
    }
    return is_shown;
}

/* The last number a decision rested on, and its band. */
static void add_outcome(const json_t *state, json_t *row)
{
    const json_t *all = json_object_get(state, "decisions");
    for (size_t i = json_array_size(all); i-- > 0;) {
        const json_t *d = json_array_get(all, i);
        if (!json_object_get(row, "band"))
            set_text(row, "band", text_of(d, "band"));
        if (!json_object_get(row, "points") && json_object_get(d, "rank"))
            json_object_set(row, "points", json_object_get(d, "rank"));
    }
}

/* What formulas over all cases ask of this one. */
static void add_listed(the_case *c, json_t *row)
{
    const scheme *s = c->scheme;
    json_t *known = NULL;
    for (size_t i = 0; i < s->party.field_count && !known; i++)
        known = s->party.field[i].is_listed ? party_known(c) : NULL;
    for (size_t i = 0; i < s->form_count; i++) {
        json_t *values = NULL;
        for (size_t k = 0; k < s->form[i].field_count; k++) {
            const char *id = s->form[i].field[k].item.id;
            if (!s->form[i].field[k].is_listed)
                continue;
            values = values ? values : case_values(c, s->form[i].item.id, true);
            known = known ? known : json_object();
            if (json_object_get(values, id))
                json_object_set(known, id, json_object_get(values, id));
        }
        json_decref(values);
    }
    if (known)
        json_object_set_new(row, "known", known);
}

static void add_numbers(const the_case *c, json_t *row)
{
    const json_t *all = json_object_get(c->state, "decisions");
    for (size_t i = 0; i < c->scheme->tally_count; i++) {
        const char *id = c->scheme->tally[i].item.id;
        const json_t *told = NULL;
        for (size_t k = json_array_size(all); c->scheme->tally[i].is_listed && !told && k-- > 0;)
            told = json_object_get(json_object_get(json_array_get(all, k), "results"), id);
        if (json_object_get(told, "number"))
            json_object_set(object_in(row, "numbers"), id, json_object_get(told, "number"));
    }
}

/* When it was reminded of the deadline it has now. */
static const char *reminded_at(const the_case *c)
{
    const char *stage = text_of(c->state, "stage");
    const json_t *list = json_object_get(c->state, "reminded");
    for (size_t i = json_array_size(list); stage && i-- > 0;) {
        const json_t *r = json_array_get(list, i);
        if (strcmp(text_of(r, "stage"), stage) == 0 && strcmp(text_of(r, "kind"), "soon") == 0 &&
            json_integer_value(json_object_get(r, "visit")) == case_visit(c->state, stage))
            return text_of(r, "at");
    }
    return NULL;
}

static json_t *row_of(the_case *c)
{
    static const char *const names[] = {"scheme_id", "rev",   "round", "stage",   "party",
                                        "place",     "title", "due",   "opened",  "closed",
                                        "outcome",   "state", "late",  "entered"};
    json_t *row = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(c->state, names[i]))
            json_object_set(row, names[i], json_object_get(c->state, names[i]));
    set_text(row, "phase", case_phase(c->state));
    json_object_del(row, "scheme_id");
    set_text(row, "scheme", c->scheme->item.id);
    json_object_set_new(row, "effect_verified", json_boolean(has_verified_effect(c->state)));
    set_text(row, "reminded", reminded_at(c));
    add_outcome(c->state, row);
    add_listed(c, row);
    add_numbers(c, row);
    return row;
}

/* -- when it wants attention --------------------------------------------------------------------------- */

static void sooner(int64_t *best, int64_t at)
{
    if (at != TIME_NONE && (*best == TIME_NONE || at < *best))
        *best = at;
}

/* A reminder goes out when three quarters of the time are over. */
int64_t case_reminder(const the_case *c)
{
    int64_t due = when_of(c->state, "due"), from = when_of(c->state, "entered");
    int64_t opens = when_of(c->state, "opens");
    from = opens != TIME_NONE ? opens : from;
    return due == TIME_NONE || from == TIME_NONE ? TIME_NONE : due - (due - from) / 4;
}

/* What is asked for again and again of who holds a title is asked of nobody when it was revoked. */
bool case_rests(const the_case *c, const scheme_stage *s)
{
    return s->every.kind == VALUE_DURATION && titles_are_revoked(c->state);
}

bool case_was_reminded(const the_case *c, const char *kind)
{
    const json_t *list = json_object_get(c->state, "reminded");
    const char *stage = text_of(c->state, "stage");
    for (size_t i = 0; stage && i < json_array_size(list); i++) {
        const json_t *r = json_array_get(list, i);
        if (strcmp(text_of(r, "kind"), kind) == 0 && strcmp(text_of(r, "stage"), stage) == 0 &&
            json_integer_value(json_object_get(r, "visit")) == case_visit(c->state, stage))
            return true;
    }
    return false;
}

int64_t case_wake(const the_case *c)
{
    int64_t best = TIME_NONE;
    const scheme_stage *s = case_stage(c);
    if (s && case_is_open(c->state) && !json_is_true(json_object_get(c->state, "waits")) &&
        !case_rests(c, s)) {
        int64_t due = when_of(c->state, "due"), opens = when_of(c->state, "opens");
        if (!case_was_reminded(c, "soon"))
            sooner(&best, case_reminder(c));
        if (!json_is_true(json_object_get(c->state, "late")))
            sooner(&best, due);
        if (s->gate && s->gate->objections.kind == VALUE_DURATION)
            sooner(&best, time_after(when_of(c->state, "entered"), s->gate->objections));
        if (!case_was_reminded(c, "opens"))
            sooner(&best, opens);
    }
    sooner(&best, titles_wake(c->state));
    return best;
}

/* -- places -------------------------------------------------------------------------------------------- */

const char *const case_kind_parts[CASE_KIND_PARTS + 1] = {"state", "stage", "outcome", "band", NULL};

/* Counted by what formulas ask most, so that they need not look at each case. */
static void add_kind(const the_case *c, const json_t *row, place_list *l)
{
    char list[256];
    int at = snprintf(list, sizeof list, "case/c/%.80s", c->scheme->item.id);
    for (size_t i = 0; i < CASE_KIND_PARTS; i++) {
        const char *word = text_of(row, case_kind_parts[i]);
        at += snprintf(list + at, sizeof list - (size_t)at, "/%.*s", CASE_KIND_WORD,
                       word ? word : "-");
    }
    place_add(l, list, "");
}

static void add_case_places(const the_case *c, place_list *l)
{
    char list[256], sort[200], wake[40], turn[80];
    const char *phase = case_phase(c->state), *stage = text_of(c->state, "stage");
    const char *opened = text_of(c->state, "opened"), *due = text_of(c->state, "due");
    const char *round = text_of(c->state, "round");
    bool has_due = due && case_is_open(c->state);
    snprintf(turn, sizeof turn, "%s%.60s", has_due ? CASE_BY_DUE : CASE_BY_OPENED,
             has_due ? due : opened);
    place_add(l, "case", opened);
    snprintf(list, sizeof list, "case/s/%.80s", c->scheme->item.id);
    place_add(l, list, opened);
    snprintf(list, sizeof list, "case/s/%.80s/%.80s/%s", c->scheme->item.id, stage ? stage : "-",
             phase);
    place_add(l, list, turn);
    if (text_of(c->state, "place")) { /* of a desk that is bound to a place */
        const char *place = text_of(c->state, "place");
        snprintf(list, sizeof list, "case/p/%.60s/s/%.60s/%.60s/%s", place, c->scheme->item.id,
                 stage ? stage : "-", phase);
        place_add(l, list, turn);
        if (round)
            snprintf(list, sizeof list, "case/p/%.60s/r/%.32s/%.60s/%s", place, round,
                     stage ? stage : "-", phase);
        if (round)
            place_add(l, list, turn);
    }
    if (round) {
        snprintf(list, sizeof list, "case/r/%.32s", round);
        place_add(l, list, opened);
        snprintf(list, sizeof list, "case/r/%.32s/%.80s/%s", round, stage ? stage : "-", phase);
        place_add(l, list, turn);
    }
    if (has_due)
        place_add(l, "case/due", due);
    if (text_of(c->state, "party")) {
        snprintf(sort, sizeof sort, "%.32s/%s", text_of(c->state, "party"), opened);
        place_add(l, "case/party", sort);
    }
    if (text_of(c->state, "key_word"))
        place_add(l, "case/key", text_of(c->state, "key_word"));
    int64_t at = case_wake(c);
    if (at != TIME_NONE) {
        time_format(at, TIME_OFFSET_NONE, wake, sizeof wake);
        place_add(l, "case/wake", wake);
    }
}

/* What is counted at a place is the list of that place too: by when it was opened. */
typedef struct {
    place_list *l;
    const char *opened;
} counted_case;

static void add_counted(const char *list, const char *by, void *context)
{
    counted_case *c = context;
    place_add(c->l, list, strcmp(by, "place") == 0 ? c->opened : "");
}

/* For statistics, of the party too what no formula asks. */
static void add_counts(the_case *c, const json_t *row, place_list *l)
{
    bool has_passed = strcmp(text_of(row, "phase"), "passed") == 0;
    json_t *all = json_copy((json_t *)row), *known = party_known(c);
    counted_case counted = {l, text_of(row, "opened")};
    json_object_update(known, json_object_get(row, "known"));
    json_object_set_new(all, "known", known);
    counts_of(c->scheme, COUNTED_CASES, has_passed ? COUNTED_PASSED : COUNTED_OTHER, counted.opened,
              all, add_counted, &counted);
    json_decref(all);
}

static void add_members(const the_case *c, place_list *l)
{
    char sort[200];
    const json_t *members = json_object_get(c->state, "members");
    for (size_t i = 0; i < json_array_size(members); i++) {
        snprintf(sort, sizeof sort, "%.32s/%s", json_string_value(json_array_get(members, i)),
                 text_of(c->state, "opened"));
        place_add(l, "case/party", sort);
    }
}

/* -- the queue of judges --------------------------------------------------------------------------------- */

/* A stage without a rubric asks its judges for a form: a ballot, a report. */
static bool is_handed_in(const the_case *c, const char *stage, const char *judge, const json_t *sheet)
{
    const scheme_stage *s = scheme_find_stage(c->scheme, stage);
    if (s && s->form && !s->rubric_count)
        return case_filling_by(c, s, s->form->item.id, judge, true);
    return sheet && sheet_is_final(sheet) && sheet_is_of(sheet, c, stage);
}

static assay_status list_judge(the_case *c, const char *stage, const char *judge, assay_err *err)
{
    char sort[200];
    const json_t *sheet = json_object_get(case_sheets(c, stage), judge);
    const char *at = text_of(c->state, "stage"), *due = text_of(c->state, "due");
    bool is_now = at && strcmp(at, stage) == 0 && case_is_open(c->state);
    bool is_done = is_handed_in(c, stage, judge, sheet);
    const char *state = is_done ? "done" : is_now && !json_is_true(json_object_get(
                                                        c->state, "waits")) ? "todo" : "over";
    const json_t *a = case_assignment(c->state, stage, judge);
    buf key = BUF_INIT, row = BUF_INIT;
    object_id object;
    json_t *o = json_object();
    set_id(o, "case", &c->id);
    set_text(o, "scheme", c->scheme->item.id);
    set_text(o, "stage", stage);
    set_text(o, "state", state);
    set_text(o, "round", text_of(c->state, "round"));
    set_text(o, "due", is_now ? due : NULL);
    json_object_set_new(o, "begun", json_boolean(sheet != NULL));
    buf_addf(&key, "sheet\n%s\n%s\n%s", text_of(o, "case"), stage, judge);
    /* by deadline, then in an order of his own for each judge */
    snprintf(sort, sizeof sort, "%.32s/%s/%s/%06lld", judge, state, is_now && due ? due : "",
             (long long)json_integer_value(json_object_get(a, "order")));
    assay_status status = id_of(key.data, key.length, &object, err);
    if (status)
        json_decref(o);
    else
        status = json_take(o, &row, err);
    entry_place p = {"queue", sort};
    if (!status)
        status = store_entry_put(c->tx, "sheet", &object, buf_text(&row), &p, 1, err);
    buf_done(&key);
    buf_done(&row);
    return status;
}

static assay_status list_judges(the_case *c, assay_err *err)
{
    const char *stage;
    json_t *list;
    assay_status status = ASSAY_OK;
    json_object_foreach(json_object_get(c->state, "assigned"), stage, list)
        for (size_t i = 0; !status && i < json_array_size(list); i++)
            status = list_judge(c, stage, text_of(json_array_get(list, i), "judge"), err);
    return status;
}

assay_status case_list_again(the_case *c, assay_err *err)
{
    place_list *l = arena_new(&c->memory, place_list);
    buf row = BUF_INIT;
    if (!l)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the lists of a case");
    json_t *told = row_of(c);
    add_case_places(c, l);
    add_kind(c, told, l);
    add_counts(c, told, l);
    add_members(c, l);
    assay_status status = json_take(told, &row, err);
    if (!status)
        status = store_entry_put(c->tx, "case", &c->id, buf_text(&row), l->place, l->n, err);
    if (!status)
        status = list_judges(c, err);
    if (!status)
        status = titles_list_again(c, err);
    if (!status)
        status = case_kept_write(c, err);
    buf_done(&row);
    return status;
}
