/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may judge what. A conflict is told by relations, not by names: of both identities of a merged
 * person, as far back as the scheme looks, one step through a firm or team that both belong to. */
#include "scheme/round_inner.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

enum { TIES_MOST = 200 };

/* -- candidates ----------------------------------------------------------------------------------- */

typedef struct {
    const scheme *s;
    store *store;
    int64_t now;
    object_id self;
    object_id *out;
    size_t n, most;
} tie_look;

/* A scheme that does not look back sees what holds now. */
static int64_t look_back(const scheme *s, int64_t now)
{
    int64_t seconds;
    value v = s->party.lookback;
    if (v.kind != VALUE_DURATION)
        return now;
    if (!date_add(now / 1000000000, -v.as.duration.months, -v.as.duration.seconds, &seconds))
        return INT64_MIN;
    return seconds * 1000000000;
}

static bool is_conflict(const scheme *s, const char *relation)
{
    for (size_t i = 0; i < s->party.relation_count; i++)
        if (strcmp(s->party.relation[i], relation) == 0)
            return true;
    /* belonging always counts; "employed" is "employs" told from the other side */
    return strcmp(relation, "member") == 0 || strcmp(relation, "represents") == 0 ||
           strcmp(relation, "employed") == 0;
}

bool tie_counts(const scheme *s, const party_tie *t, int64_t now)
{
    return is_conflict(s, t->relation) && (t->from == TIME_NONE || t->from <= now) &&
           (t->until == TIME_NONE || t->until > look_back(s, now));
}

static bool keep_tie(const party_tie *t, void *context)
{
    tie_look *l = context;
    object_id a, b;
    if (!tie_counts(l->s, t, l->now) || l->n == l->most ||
        party_kept(l->store, &t->a, &a, NULL) || party_kept(l->store, &t->b, &b, NULL))
        return true;
    l->out[l->n++] = id_same(&a, &l->self) ? b : a;
    return true;
}

static assay_status ties_of(store *db, const scheme *s, const object_id *id, int64_t now,
                            object_id *out, size_t most, size_t *n, assay_err *err)
{
    tie_look l = {s, db, now, *id, out, *n, most};
    assay_status status = party_ties(db, id, keep_tie, &l, err);
    *n = l.n;
    return status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
}

typedef struct {
    desk *d;
    const scheme *s;
    const scheme_assign *a;
    candidate_list *list;
    int64_t now;
    arena memory;
    bool failed;
} post_walk;

typedef struct {
    const json_t *known;
    const scheme_role *role;
    arena *memory;
} judge_scope;

static void get_judge(void *context, const expr_name *name, value *out)
{
    judge_scope *j = context;
    *out = VALUE_NONE;
    for (size_t i = 0; name->kind == NAME_JUDGE && i < j->role->field_count; i++) {
        const scheme_field *f = &j->role->field[i];
        if (strcmp(f->item.id, name->text) == 0 &&
            field_read(f, json_object_get(j->known, f->item.id), j->memory, out, NULL))
            *out = VALUE_NONE;
    }
}

/* Trained and calibrated as the role wants, and with the skill the assignment asks for. */
static bool is_fit(post_walk *w, const json_t *known)
{
    const scheme_role *r = w->a->role;
    if (r->trained.kind == VALUE_DURATION) {
        int64_t at = when_of(known, "trained");
        int64_t until = at == TIME_NONE ? TIME_NONE : time_after(at, r->trained);
        if (until == TIME_NONE || w->now > until)
            return false;
    }
    value done = number_read(json_object_get(known, "calibrated"));
    if (r->calibrated && (done.kind != VALUE_NUMBER ||
                          assay_rational_compare(done.as.number,
                                                 assay_rational_of(r->calibrated)) < 0))
        return false;
    judge_scope j = {known, r, &w->memory};
    expr_scope scope = {.scheme = w->s, .memory = &w->memory, .get = get_judge, .context = &j};
    return !w->a->skill || value_is_true(expr_eval(w->a->skill, &scope));
}

/* A day is written as a time once: what "trained" says is brought to it. */
static json_t *known_of(const char *row)
{
    json_t *o = json_tree(row);
    const char *trained = text_of(o, "trained");
    if (trained && strlen(trained) == 10) {
        char text[32];
        snprintf(text, sizeof text, "%sT00:00:00Z", trained);
        set_text(o, "trained", text);
    }
    return o;
}

static bool add_candidate(const party_post *p, void *context)
{
    post_walk *w = context;
    candidate_list *l = w->list;
    json_t *known = known_of(p->row);
    for (size_t i = 0; i < l->n; i++)
        if (id_same(&l->item[i].id, &p->party)) { /* in two places: one judge */
            json_decref(known);
            return true;
        }
    if (!known || !is_fit(w, known)) {
        json_decref(known);
        return true;
    }
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 64;
        candidate *more = realloc(l->item, room * sizeof *more);
        w->failed = !more;
        if (!more) {
            json_decref(known);
            return false;
        }
        l->item = more;
        l->room = room;
    }
    l->item[l->n++] = (candidate){.id = p->party, .known = known, .place = text_of(known, "place")};
    return true;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(object_id));
}

assay_status candidates(desk *d, const scheme *s, const scheme_assign *a, int64_t now,
                        candidate_list *out, assay_err *err)
{
    post_walk w = {.d = d, .s = s, .a = a, .list = out, .now = now};
    *out = (candidate_list){0};
    arena_init(&w.memory);
    assay_status status =
        party_holders(d->s, s->item.id, a->role->item.id, now, add_candidate, &w, err);
    arena_done(&w.memory);
    if (!status && w.failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for candidates");
    if (out->n)
        qsort(out->item, out->n, sizeof *out->item, by_id);
    for (size_t i = 0; !status && i < out->n; i++)
        status = ties_of(d->s, s, &out->item[i].id, now, out->item[i].tied, 64, &out->item[i].ties,
                         err);
    if (status)
        candidates_done(out);
    return status;
}

void candidates_done(candidate_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        json_decref(l->item[i].known);
    free(l->item);
    *l = (candidate_list){0};
}

/* -- conflicts ------------------------------------------------------------------------------------- */

static assay_status add_party(the_case *c, const char *text, conflict_set *out, assay_err *err)
{
    object_id id;
    assay_status status;
    if (!id_read(text, &id) || out->n >= TIES_MOST - 1)
        return ASSAY_OK;
    status = party_kept(c->d->s, &id, &id, err);
    if (status)
        return status;
    out->id[out->n++] = id;
    return ties_of(c->d->s, c->scheme, &id, c->now, out->id, TIES_MOST, &out->n, err);
}

assay_status conflicts_of(the_case *c, const scheme_assign *a, conflict_set *out, assay_err *err)
{
    const char *role;
    json_t *list;
    *out = (conflict_set){.id = arena_array(&c->memory, object_id, TIES_MOST),
                          .place = text_of(c->state, "place")};
    if (!out->id)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for conflicts");
    if (!a->avoids_relations && !a->avoid_count)
        return ASSAY_OK;
    assay_status status = add_party(c, text_of(c->state, "party"), out, err);
    const json_t *members = json_object_get(c->state, "members");
    for (size_t i = 0; !status && i < json_array_size(members); i++)
        status = add_party(c, json_string_value(json_array_get(members, i)), out, err);
    json_object_foreach(json_object_get(c->state, "named"), role, list)
        for (size_t i = 0; !status && i < json_array_size(list); i++)
            status = add_party(c, json_string_value(json_array_get(list, i)), out, err);
    qsort(out->id, out->n, sizeof *out->id, by_id);
    return status;
}

static bool is_in(const conflict_set *set, const object_id *id)
{
    return bsearch(id, set->id, set->n, sizeof *id, by_id) != NULL;
}

const char *conflict_between(const scheme_assign *a, const conflict_set *set, const candidate *j)
{
    if (is_in(set, &j->id))
        return "own case";
    for (size_t i = 0; i < j->ties; i++)
        if (is_in(set, &j->tied[i]))
            return "relation";
    for (size_t i = 0; i < a->avoid_count; i++)
        if (strcmp(a->avoid[i], "own_region") == 0 && set->place && j->place &&
            strcmp(set->place, j->place) == 0)
            return "own_region";
    return NULL;
}

/* -- writing ------------------------------------------------------------------------------------------ */

/* Each judge reads his cases in an order of his own. */
static json_int_t order_of(const char *seed, const object_id *id, const char *judge)
{
    buf text = BUF_INIT;
    char name[ID_TEXT];
    id_text(id, name);
    buf_addf(&text, "%s\n%s\n%s", seed, judge, name);
    json_int_t n = (json_int_t)(hash64(text.data, text.length) % 1000000);
    buf_done(&text);
    return n;
}

assay_status case_assign(the_case *c, const scheme_stage *s, const candidate *const *judge,
                         size_t n, const char *seed, assay_err *err)
{
    json_t *payload = json_object(), *list = list_in(payload, "judges");
    set_text(payload, "stage", s->item.id);
    for (size_t i = 0; i < n; i++) {
        json_t *o = json_object(), *known = json_object();
        char name[ID_TEXT];
        id_text(&judge[i]->id, name);
        set_text(o, "judge", name);
        json_object_set_new(o, "order", json_integer(order_of(seed, &c->id, name)));
        for (size_t k = 0; k < s->assign->role->field_count; k++) {
            const char *field = s->assign->role->field[k].item.id;
            if (json_object_get(judge[i]->known, field))
                json_object_set(known, field, json_object_get(judge[i]->known, field));
        }
        json_object_set_new(o, "known", known);
        set_text(o, "place", judge[i]->place);
        json_array_append_new(list, o);
    }
    return case_append(c, "case.assigned", payload, err);
}

/* -- by hand ---------------------------------------------------------------------------------------------- */

static const candidate *find_candidate(const candidate_list *l, const object_id *id)
{
    for (size_t i = 0; i < l->n; i++)
        if (id_same(&l->item[i].id, id))
            return &l->item[i];
    return NULL;
}

static assay_status choose_judges(the_case *c, const scheme_stage *s, const candidate_list *l,
                                  const candidate **out, size_t *n, assay_err *err)
{
    const json_t *names = json_object_get(c->said, "judges");
    conflict_set set;
    assay_status status = conflicts_of(c, s->assign, &set, err);
    for (size_t i = 0; !status && i < json_array_size(names); i++) {
        object_id id;
        const char *name = json_string_value(json_array_get(names, i)), *rule;
        status = name ? party_find(c->d->s, name, &id, err)
                      : assay_fail(err, ASSAY_FORMAT, 0, "a judge is named by a text");
        const candidate *j = status ? NULL : find_candidate(l, &id);
        if (!status && !j)
            status = assay_fail(err, ASSAY_DOMAIN, 0,
                                _("\"%.60s\" does not hold the role %s, or is "
                                  "not trained for it"),
                                name, s->assign->role->item.id);
        else if (!status && (rule = conflict_between(s->assign, &set, j)) != NULL)
            status = assay_fail(err, ASSAY_DOMAIN, 0, _("\"%.60s\" must not judge this case: %s"),
                                name, rule);
        for (size_t k = 0; !status && k < *n; k++)
            if (out[k] == j)
                status = assay_fail(err, ASSAY_DOMAIN, 0, _("\"%.60s\" is named twice"), name);
        if (!status)
            out[(*n)++] = j;
    }
    return status;
}

assay_status act_assign(the_case *c, assay_err *err)
{
    const scheme_stage *s = case_stage(c);
    candidate_list l = {0};
    const candidate *chosen[64];
    size_t n = 0, given = json_array_size(json_object_get(c->said, "judges"));
    char seed[ID_TEXT];
    assay_status status = said_only(c->said, "judges key", err);
    if (!status)
        status = case_need_desk(c, "assign", err);
    if (!status && (!s || !s->assign))
        status = assay_fail(err, ASSAY_DOMAIN, 0, "the case is not at a stage with judges");
    if (!status && (!given || given > 64))
        status = assay_fail(err, ASSAY_MISSING, 0, "\"judges\" must be a list of 1 to 64");
    if (!status && json_object_size(case_sheets(c, s->item.id)))
        status = assay_fail(err, ASSAY_CONFLICT, 0, _("scoring has begun: judges stay"));
    if (!status)
        status = candidates(c->d, c->scheme, s->assign, c->now, &l, err);
    if (!status)
        status = choose_judges(c, s, &l, chosen, &n, err);
    id_text(&c->id, seed);
    if (!status)
        status = case_assign(c, s, chosen, n, seed, err);
    candidates_done(&l);
    return status;
}
