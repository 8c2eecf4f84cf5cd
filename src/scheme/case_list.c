/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of cases. The lists hold no names; here each row is dressed for who looks. */
#include "scheme/case_inner.h"

#include "base/i18n.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    desk *d;
    const viewer *who;
    const case_query *q;
    json_t *list;
    size_t n;
    bool is_official; /* the desk, auditors, who acts at the stage asked for */
    bool is_queue;
    char me[ID_TEXT];
    char mark[sizeof((store_entry){0}.mark)];
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

static bool fits(const case_query *q, const json_t *row)
{
    const char *const asked[] = {q->scheme, q->round, q->stage, q->state};
    const char *const names[] = {"scheme", "round", "stage", "phase"};
    for (int i = 0; i < 4; i++) {
        const char *is = text_of(row, names[i]);
        if (asked[i] && (!is || strcmp(asked[i], is) != 0))
            return false;
    }
    return true;
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
    memcpy(p->mark, e->mark, sizeof p->mark);
    p->n++;
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
    return assay_hint(err, "ask for your own, for your queue, or for a stage you act at");
}

/* -- which list --------------------------------------------------------------------------------------------- */

static void choose(const case_query *q, const char *me, char list[static 300],
                   char prefix[static 64])
{
    char id[ID_TEXT];
    prefix[0] = '\0';
    if (q->is_mine) {
        snprintf(list, 300, "queue");
        snprintf(prefix, 64, "%s/%s%s", me, q->state ? q->state : "", q->state ? "/" : "");
    } else if (q->party) {
        id_text(q->party, id);
        snprintf(list, 300, "case/party");
        snprintf(prefix, 64, "%s/", id);
    } else if (q->is_due)
        snprintf(list, 300, "case/due");
    else if (q->round && q->stage && q->state)
        snprintf(list, 300, "case/r/%.32s/%.80s/%.40s", q->round, q->stage, q->state);
    else if (q->round)
        snprintf(list, 300, "case/r/%.32s", q->round);
    else if (q->scheme && q->stage && q->state)
        snprintf(list, 300, "case/s/%.80s/%.80s/%.40s", q->scheme, q->stage, q->state);
    else if (q->scheme)
        snprintf(list, 300, "case/s/%.80s", q->scheme);
    else
        snprintf(list, 300, "case");
}

assay_status case_list(desk *d, const case_query *q, const viewer *who, buf *out, assay_err *err)
{
    char list[300], prefix[64];
    json_t *o = json_object();
    case_query asked = *q;
    case_page p = {.d = d, .who = who, .q = &asked, .list = list_in(o, "cases"),
                   .is_queue = q->is_mine};
    int64_t now = who->now ? who->now : time_now();
    uint64_t count = 0;
    viewer_is_named(who, p.me);
    choose(q, p.me, list, prefix);
    if (q->is_mine || q->party)
        asked.state = q->is_mine ? NULL : q->state; /* the prefix says it */
    store_page page = {.list = list, .prefix = prefix, .mark = q->mark,
                       .is_down = !q->is_due && !q->is_mine && !(q->stage && q->state),
                       .limit = q->limit ? q->limit : 100};
    assay_status status = may_ask(&p, q, now, err);
    if (!status)
        status = store_entries(d->s, &page, add_case, &p, err);
    if (!status && p.is_official && !(who->site && *who->site) && !*prefix)
        status = store_list_count(d->s, list, &count, err);
    if (status) {
        json_decref(o);
        return status;
    }
    json_object_set_new(o, "next", p.n == page.limit ? json_string(p.mark) : json_null());
    json_object_set_new(o, "count", count ? json_integer((json_int_t)count) : json_null());
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
