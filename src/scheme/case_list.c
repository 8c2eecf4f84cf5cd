/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of cases. The lists hold no names; here each row is dressed for who looks. */
#include "scheme/case_inner.h"

#include "base/i18n.h"
#include "base/time.h"
#include "scheme/page.h"
#include "scheme/title_inner.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    desk *d;
    const viewer *who;
    const case_query *q;
    json_t *list;
    bool is_official; /* the desk, auditors, who acts at the stage asked for */
    bool is_queue;
    char me[ID_TEXT];
} case_page;

/* Does the viewer judge this case blind at the stage it is at? Then the row tells no more than his
 * queue does, whatever else he is. */
static bool is_blind_for(case_page *p, const object_id *id, const json_t *row)
{
    const scheme *s;
    const char *stage = text_of(row, "stage"), *name = text_of(row, "scheme");
    char rev[200], text[ID_TEXT];
    buf key = BUF_INIT, found = BUF_INIT;
    object_id object;
    if (!*p->me || !stage || !name)
        return false;
    snprintf(rev, sizeof rev, "%.80s@%.60s", name, text_of(row, "rev"));
    if (desk_scheme(p->d, rev, &s, NULL) != ASSAY_OK)
        return true;
    const scheme_stage *st = scheme_find_stage(s, stage);
    if (!st || !st->assign || st->assign->blind != BLIND_DOUBLE)
        return false;
    id_text(id, text);
    buf_addf(&key, "sheet\n%s\n%s\n%s", text, stage, p->me);
    bool is_judge = id_of(key.data, key.length, &object, NULL) == ASSAY_OK &&
                    store_entry_get(p->d->s, "sheet", &object, &found, NULL) == ASSAY_OK;
    buf_done(&key);
    buf_done(&found);
    return is_judge;
}

static bool is_over(const char *phase)
{
    return phase && (strcmp(phase, "passed") == 0 || strcmp(phase, "rejected") == 0 ||
                     strcmp(phase, "withdrawn") == 0);
}

static bool fits(const case_query *q, const json_t *row)
{
    const char *const asked[] = {q->scheme, q->round, q->stage, q->state};
    const char *const names[] = {"scheme", "round", "stage", "phase"};
    for (int i = 0; i < 4; i++) {
        const char *is = text_of(row, names[i]);
        if (asked[i] && (!is || strcmp(asked[i], is) != 0))
            return false;
    }
    return !q->is_due || (text_of(row, "due") && !is_over(text_of(row, "phase")));
}

static bool is_elsewhere(const viewer *who, const json_t *row)
{
    const char *place = text_of(row, "place");
    return who->site && *who->site && (!place || strcmp(place, who->site) != 0);
}

static void set_words(json_t *row, const char *name, const scheme_item *item)
{
    json_t *o = json_object();
    set_text(o, "ko", item->words.ko);
    set_text(o, "en", item->words.en);
    set_text(o, "zh", item->words.zh);
    json_object_set_new(row, name, o);
}

/* Names of stage and band for people: a list is of many schemes. */
static void name_parts(case_page *p, json_t *row)
{
    const scheme *s;
    char rev[200];
    const char *band = text_of(row, "band"), *at = text_of(row, "stage");
    snprintf(rev, sizeof rev, "%.80s@%.60s", text_of(row, "scheme"), text_of(row, "rev"));
    if (desk_scheme(p->d, rev, &s, NULL) != ASSAY_OK)
        return;
    const scheme_stage *stage = at ? scheme_find_stage(s, at) : NULL;
    if (stage)
        set_words(row, "stage_name", &stage->item);
    for (size_t i = 0; band && i < s->gate_count; i++)
        for (size_t k = 0; k < s->gate[i].band_count; k++)
            if (strcmp(s->gate[i].band[k].item.id, band) == 0)
                set_words(row, "band_name", &s->gate[i].band[k].item);
}

static void dress(case_page *p, const object_id *id, json_t *row)
{
    static const char *const telling[] = {"party", "place", "title", "opened", "closed", "points",
                                          "band", "effect_verified"};
    object_id party;
    buf name = BUF_INIT;
    char text[ID_TEXT];
    id_text(id, text);
    set_text(row, "id", text);
    json_object_del(row, "known"); /* for formulas, not for eyes */
    json_object_del(row, "numbers");
    if (is_blind_for(p, id, row)) {
        for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
            json_object_del(row, telling[i]);
    } else if (id_read(text_of(row, "party"), &party) &&
               party_name(p->d->s, &party, &name, NULL) == ASSAY_OK)
        set_text(row, "name", buf_text(&name));
    buf_done(&name);
    if (text_of(row, "scheme") && text_of(row, "rev"))
        name_parts(p, row);
}

static bool add_case(const store_entry *e, void *context)
{
    case_page *p = context;
    json_t *row = json_tree(e->row);
    if (!row || !fits(p->q, row) || (p->is_official && is_elsewhere(p->who, row))) {
        json_decref(row);
        return true;
    }
    if (!p->is_queue)
        dress(p, &e->object, row);
    json_array_append_new(p->list, row);
    return true;
}

/* -- who may ask ----------------------------------------------------------------------------------------- */

typedef struct {
    const scheme *s;
    const scheme_stage *stage;
    bool holds;
} post_look;

static bool look_at_post(const party_post *p, void *context)
{
    post_look *l = context;
    if (strcmp(p->scheme, l->s->item.id) != 0)
        return true;
    for (size_t i = 0; i < l->stage->who_count; i++)
        l->holds |= strcmp(l->stage->who[i]->item.id, p->role) == 0;
    if (l->stage->gate && l->stage->gate->vote)
        l->holds |= strcmp(l->stage->gate->vote->item.id, p->role) == 0;
    return !l->holds;
}

static assay_status may_ask(case_page *p, const case_query *q, int64_t now, assay_err *err)
{
    bool is_own = false;
    const scheme *s;
    if (p->who->kind == VIEWER_DESK || p->who->kind == VIEWER_AUDITOR) {
        p->is_official = true;
        return ASSAY_OK;
    }
    if (p->is_queue && *p->me)
        return ASSAY_OK;
    if (q->party && !id_is_none(&p->who->party)) {
        assay_status status =
            party_acts_for(p->d->s, &p->who->party, q->party, now, &is_own, err);
        if (status || is_own)
            return status;
    } else if (q->scheme && q->stage && *p->me) {
        assay_status status = desk_scheme(p->d, q->scheme, &s, err);
        post_look l = {s, status ? NULL : scheme_find_stage(s, q->stage), false};
        if (!status && l.stage)
            status = party_posts(p->d->s, &p->who->party, now, look_at_post, &l, err);
        if (status)
            return status;
        p->is_official = l.holds;
        if (l.holds)
            return ASSAY_OK;
    }
    assay_fail(err, ASSAY_DOMAIN, 0, _("these cases are not yours to list"));
    return assay_hint(err, _("ask for your own, for your queue, or for a stage you act at"));
}

/* -- which lists
 * -------------------------------------------------------------------------------------------- */

/* Those of the lists under a name whose further parts are the wanted ones. */
enum {
    PARTS = 4,
    LIST_WORD = 60 /* long words are cut in names of lists: the rows are asked again */
};

typedef struct {
    span_list *l;
    size_t skip, n;
    const char *wanted[PARTS], *prefix; /* NULL: any; the last part may hold a slash */
    bool is_short;                      /* of memory */
} list_choice;

static bool is_wanted(const char *wanted, const char *part, size_t length)
{
    return !wanted ||
           (strncmp(wanted, part, length) == 0 && (!wanted[length] || length >= LIST_WORD));
}

static bool choose_list(const char *name, uint64_t n, void *context)
{
    list_choice *c = context;
    const char *at = name + c->skip;
    for (size_t i = 0; i < c->n; i++) {
        bool is_last = i == c->n - 1;
        size_t length = is_last ? strlen(at) : strcspn(at, "/");
        if (!length || (!is_last && !at[length]) || !is_wanted(c->wanted[i], at, length))
            return true;
        at += length + !is_last;
    }
    c->is_short = !span_add(c->l, name, c->prefix, n);
    return !c->is_short;
}

/* `base` ends with a slash; the first part is put behind it where it is known. */
static assay_status choose_under(desk *d, const char *base, list_choice *c, assay_err *err)
{
    char under[256];
    snprintf(under, sizeof under, "%s%.80s%s", base, c->wanted[0] ? c->wanted[0] : "",
             c->wanted[0] ? "/" : "");
    c->skip = strlen(base);
    assay_status status = store_lists(d->s, under, choose_list, c, err);
    return !status && c->is_short ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a page")
                                  : status;
}

/* Of one of these names, counted. */
static assay_status choose_one(case_page *p, span_list *l, const char *list, const char *prefix,
                               assay_err *err)
{
    uint64_t n = 0;
    assay_status status = store_list_count(p->d->s, list, &n, err);
    if (!status && !span_add(l, list, prefix, n))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a page");
    return status;
}

/* The newest first; those of a stage, in a state, with a deadline by it, those without behind them.
 */
static assay_status choose(case_page *p, span_list *l, bool *is_down, assay_err *err)
{
    char base[160], under[64] = "", id[ID_TEXT];
    const case_query *q = p->q;
    const char *place = p->is_official && p->who->site && *p->who->site ? p->who->site : NULL;
    const char *of = q->round ? q->round : q->scheme;
    *is_down = !q->is_due && !q->is_mine;
    if (q->is_mine) {
        snprintf(under, sizeof under, "%s/%s%s", p->me, q->state ? q->state : "",
                 q->state ? "/" : "");
        return choose_one(p, l, "queue", under, err);
    }
    if (q->party) {
        id_text(q->party, id);
        snprintf(under, sizeof under, "%s/", id);
        return choose_one(p, l, "case/party", under, err);
    }
    if (q->stage || q->state || (place && q->round) || (q->is_due && (of || place))) {
        list_choice c = {.l = l,
                         .n = 3,
                         .wanted = {of, q->stage, q->state},
                         .prefix = q->is_due ? CASE_BY_DUE : NULL};
        *is_down = is_over(q->state);
        snprintf(base, sizeof base, "case/%s%.60s%s%c/", place ? "p/" : "", place ? place : "",
                 place ? "/" : "", q->round ? 'r' : 's');
        return choose_under(p->d, base, &c, err);
    }
    if (place) { /* where they are counted by it */
        list_choice c = {.l = l, .n = 4, .wanted = {of, NULL, "place", place}};
        return choose_under(p->d, COUNTED_CASES "/", &c, err);
    }
    if (of && !q->is_due)
        snprintf(base, sizeof base, "case/%c/%.80s", q->round ? 'r' : 's', of);
    else
        snprintf(base, sizeof base, q->is_due ? "case/due" : "case");
    return choose_one(p, l, base, NULL, err);
}

assay_status case_list(desk *d, const case_query *q, const viewer *who, buf *out, assay_err *err)
{
    arena memory;
    json_t *o = json_object();
    case_query asked = *q;
    case_page p = {.d = d, .who = who, .q = q, .list = list_in(o, "cases"), .is_queue = q->is_mine};
    span_list l = {.memory = &memory};
    store_page page = {.mark = q->mark, .limit = q->limit ? q->limit : 100};
    viewer_is_named(who, p.me);
    arena_init(&memory);
    assay_status status = may_ask(&p, q, who->now ? who->now : time_now(), err);
    if (!status)
        status = choose(&p, &l, &page.is_down, err);
    if (q->is_mine) {
        asked.state = NULL; /* the prefix says it */
        p.q = &asked;
    }
    page.span = l.span;
    page.span_count = l.n;
    if (!status)
        status = page_fill(d->s, &page, add_case, &p, p.list, o, err);
    bool is_counted = p.is_official && l.count && !l.span[0].prefix;
    json_object_set_new(o, "count", is_counted ? json_integer((json_int_t)l.count) : json_null());
    arena_done(&memory);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}

/* -- the funnel ------------------------------------------------------------------------------------------------ */

typedef struct {
    json_t *list;
    size_t skip;
} funnel;

static bool add_count(const char *name, uint64_t n, void *context)
{
    funnel *f = context;
    char stage[128];
    const char *at = name + f->skip, *slash = strchr(at, '/');
    if (!slash)
        return true;
    snprintf(stage, sizeof stage, "%.*s", (int)(slash - at), at);
    json_t *o = json_object();
    set_text(o, "stage", stage);
    set_text(o, "state", slash + 1);
    json_object_set_new(o, "count", json_integer((json_int_t)n));
    json_array_append_new(f->list, o);
    return true;
}

assay_status case_funnel(desk *d, const case_query *q, const viewer *who, buf *out, assay_err *err)
{
    char prefix[300];
    json_t *o = json_object();
    funnel f = {.list = list_in(o, "stages")};
    const char *place = who->site && *who->site ? who->site : NULL;
    const char *id = q->round ? q->round : q->scheme;
    assay_status status = ASSAY_OK;
    if (who->kind != VIEWER_DESK && who->kind != VIEWER_AUDITOR)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "counts are for the desk and auditors");
    if (!status && !id)
        status = assay_fail(err, ASSAY_MISSING, 0, "name a scheme or a round");
    snprintf(prefix, sizeof prefix, "case/%s%.80s%s%c/%.80s/", place ? "p/" : "",
             place ? place : "", place ? "/" : "", q->round ? 'r' : 's', id ? id : "");
    f.skip = strlen(prefix);
    if (!status)
        status = store_lists(d->s, prefix, add_count, &f, err);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}
