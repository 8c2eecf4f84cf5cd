/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the public sees: rolls of titles, notices with their time to object.
 *
 * A publication that no stage names is a roll; one at a stage is a notice. What is shown is made when it
 * is asked for, so that a person who was erased or took consent back is gone from it at once. */
#include "scheme/title_inner.h"

#include "base/time.h"
#include "scheme/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- what is shown ------------------------------------------------------------------------------------ */

static bool is_hidden(const scheme_publish *p, const char *name)
{
    for (size_t i = 0; i < p->hide_count; i++)
        if (strcmp(p->hide[i], name) == 0)
            return true;
    return false;
}

static bool refused_publication(const json_t *party)
{
    const json_t *list = json_object_get(party, "consents");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        if (strcmp(text_of(c, "to"), "publication") == 0 &&
            json_is_false(json_object_get(c, "given")))
            return true;
    }
    return false;
}

typedef struct {
    object_id *out;
    bool is_found;
    int64_t now;
} firm_look;

static bool keep_firm(const party_tie *t, void *context)
{
    firm_look *l = context;
    bool holds = (t->from == TIME_NONE || t->from <= l->now) &&
                 (t->until == TIME_NONE || l->now < t->until);
    bool fits = strncmp(t->relation, "employ", 6) == 0 || strcmp(t->relation, "represents") == 0;
    if (holds && fits)
        *l->out = strcmp(t->relation, "employs") == 0 ? t->a : t->b;
    l->is_found |= holds && fits;
    return !l->is_found;
}

bool case_firm(the_case *c, const object_id *party, object_id *out)
{
    json_t *o = NULL;
    firm_look l = {out, false, c->now};
    if (party_fold(c->d->s, party, &o, NULL) != ASSAY_OK)
        return false;
    const char *kind = text_of(o, "kind");
    bool is_firm = kind && strcmp(kind, "firm") == 0;
    json_decref(o);
    if (is_firm) {
        *out = *party;
        return true;
    }
    return party_ties(c->d->s, party, keep_firm, &l, NULL) == ASSAY_OK && l.is_found;
}

static json_t *employer_of(the_case *c, const object_id *party)
{
    object_id firm;
    buf name = BUF_INIT;
    json_t *text = NULL;
    if (case_firm(c, party, &firm) && party_name(c->d->s, &firm, &name, NULL) == ASSAY_OK)
        text = json_string(buf_text(&name));
    buf_done(&name);
    return text;
}

static json_t *form_field(the_case *c, const char *name)
{
    const char *dot = strchr(name, '.');
    for (size_t i = 0; i < c->scheme->form_count; i++) {
        const scheme_form *f = &c->scheme->form[i];
        if (dot && (strncmp(f->item.id, name, (size_t)(dot - name)) != 0 ||
                    f->item.id[dot - name]))
            continue;
        const scheme_field *field = scheme_find_field(f, dot ? dot + 1 : name);
        json_t *values = field ? case_values(c, f->item.id, true) : NULL;
        json_t *v = json_incref(json_object_get(values, field ? field->item.id : ""));
        json_decref(values);
        if (v)
            return v;
    }
    return NULL;
}

static json_t *year_of(const json_t *state)
{
    char year[5] = "";
    const char *opened = text_of(state, "opened");
    snprintf(year, sizeof year, "%.4s", opened ? opened : "");
    return json_string(year);
}

static json_t *newest_title(const json_t *state, const char *member)
{
    const json_t *list = json_object_get(state, "titles");
    const json_t *t = json_array_get(list, json_array_size(list) - 1);
    return json_incref(json_object_get(t, member));
}

static json_t *tally_number(const json_t *state, const char *name)
{
    const json_t *all = json_object_get(state, "decisions");
    for (size_t i = json_array_size(all); i-- > 0;) {
        const json_t *r = json_object_get(json_object_get(json_array_get(all, i), "results"), name);
        if (r)
            return json_incref(json_object_get(r, "number"));
    }
    return NULL;
}

static json_t *shown_value(the_case *c, const object_id *id, const json_t *party, const char *name)
{
    bool is_silent = refused_publication(party);
    json_t *v = NULL;
    if (strcmp(name, "name") == 0)
        return is_silent ? NULL : json_incref(json_object_get(json_object_get(party, "open"),
                                                              "name"));
    if (strcmp(name, "employer") == 0 || strcmp(name, "enterprise") == 0 ||
        strcmp(name, "firm") == 0)
        return is_silent ? NULL : employer_of(c, id);
    if (strcmp(name, "region") == 0 || strcmp(name, "place") == 0)
        return json_incref(json_object_get(c->state, "place"));
    if (strcmp(name, "year") == 0)
        return year_of(c->state);
    if (strcmp(name, "level") == 0 || strcmp(name, "title") == 0)
        return newest_title(c->state, "title");
    if (strcmp(name, "valid_to") == 0)
        return newest_title(c->state, "until");
    if (strcmp(name, "given") == 0)
        return newest_title(c->state, "at");
    if ((v = json_object_get(json_object_get(party, "open"), name)) && !is_silent)
        return json_incref(v);
    v = form_field(c, name);
    return v ? v : tally_number(c->state, name);
}

json_t *publish_shown(the_case *c, const scheme_publish *p)
{
    json_t *o = json_object(), *party = NULL;
    object_id id = {{0}};
    if (case_party(c->state, &id) && party_opened(c->d->s, &id, &party, NULL) != ASSAY_OK)
        party = NULL;
    for (size_t i = 0; i < p->show_count; i++) {
        json_t *v = is_hidden(p, p->show[i]) ? NULL : shown_value(c, &id, party, p->show[i]);
        if (v)
            json_object_set_new(o, p->show[i], v);
    }
    json_decref(party);
    return o;
}

bool publish_is_roll(const scheme *s, const scheme_publish *p)
{
    for (size_t i = 0; i < s->stage_count; i++)
        if (s->stage[i].publish == p)
            return false;
    return true;
}

static const scheme_publish *public_roll(const scheme *s)
{
    for (size_t i = 0; i < s->publish_count; i++)
        if (s->publish[i].is_public && publish_is_roll(s, &s->publish[i]))
            return &s->publish[i];
    return NULL;
}

/* -- notices ------------------------------------------------------------------------------------------- */

/* Out as long as the case stands there, whatever the clock says meanwhile. */
static bool is_out(const the_case *c, const scheme_publish *p, const json_t *told)
{
    const char *stage = text_of(c->state, "stage");
    return p && p->is_public &&
           (!text_of(told, "until") || (stage && strcmp(stage, text_of(told, "stage")) == 0));
}

static assay_status list_notice(the_case *c, const json_t *told, assay_err *err)
{
    buf key = BUF_INIT, text = BUF_INIT;
    object_id object;
    char list[120];
    const char *since = text_of(told, "since");
    const scheme_publish *p = scheme_find_publish(c->scheme, text_of(told, "publish"));
    json_t *row = json_copy((json_t *)told);
    set_id(row, "case", &c->id);
    set_text(row, "scheme", c->scheme->item.id);
    buf_addf(&key, "notice\n%s\n%s\n%lld", text_of(row, "case"), text_of(row, "publish"),
             (long long)json_integer_value(json_object_get(row, "visit")));
    snprintf(list, sizeof list, "notice/s/%.80s", c->scheme->item.id);
    assay_status status = json_take(row, &text, err);
    if (!status)
        status = id_of(key.data, key.length, &object, err);
    entry_place places[] = {{"notice", since}, {list, since}};
    if (!status)
        status = store_entry_put(c->tx, "notice", &object, text.data, places,
                                 is_out(c, p, told) ? 2 : 0, err);
    buf_done(&key);
    buf_done(&text);
    return status;
}

assay_status notices_list_again(the_case *c, assay_err *err)
{
    const json_t *list = json_object_get(c->state, "published");
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < json_array_size(list); i++)
        status = list_notice(c, json_array_get(list, i), err);
    return status;
}

assay_status case_publish(the_case *c, const scheme_stage *s, assay_err *err)
{
    const scheme_publish *p = s->publish;
    int64_t since = p->embargo.kind == VALUE_DURATION ? time_after(c->now, p->embargo) : c->now;
    int64_t until = s->gate ? time_after(c->now, s->gate->objections) : TIME_NONE;
    json_t *payload = json_object();
    set_text(payload, "publish", p->item.id);
    set_text(payload, "stage", s->item.id);
    json_object_set_new(payload, "visit", json_integer(case_visit(c->state, s->item.id)));
    set_time(payload, "since", since);
    set_time(payload, "until", until);
    return case_append(c, "case.published", payload, err);
}

typedef struct {
    desk *d;
    const viewer *who;
    json_t *list;
    int64_t now;
    assay_status status;
    assay_err *err;
    const scheme_publish *roll;
    const title_query *query;
} public_page;

static assay_status show_notice(public_page *p, const store_entry *e, const json_t *row)
{
    the_case c;
    object_id id;
    char name[ID_TEXT];
    int64_t since = when_of(row, "since"), until = when_of(row, "until");
    if (!id_read(text_of(row, "case"), &id) || (since != TIME_NONE && p->now < since))
        return ASSAY_OK;
    assay_status status = case_load(p->d, NULL, &id, p->who, &c, p->err);
    if (status)
        return status;
    const scheme_publish *rule = scheme_find_publish(c.scheme, text_of(row, "publish"));
    const char *stage = text_of(c.state, "stage");
    bool is_out = rule && (until == TIME_NONE || (p->now < until && stage &&
                                                  strcmp(stage, text_of(row, "stage")) == 0));
    if (is_out) {
        json_t *o = json_object();
        id_text(&e->object, name);
        set_text(o, "notice", name);
        set_text(o, "scheme", text_of(row, "scheme"));
        set_text(o, "since", text_of(row, "since"));
        set_text(o, "until", text_of(row, "until"));
        json_object_set_new(o, "shown", publish_shown(&c, rule));
        json_array_append_new(p->list, o);
    }
    case_done(&c);
    return ASSAY_OK;
}

static bool add_notice(const store_entry *e, void *context)
{
    public_page *p = context;
    json_t *row = json_tree(e->row);
    p->status = row ? show_notice(p, e, row) : ASSAY_OK;
    json_decref(row);
    return !p->status;
}

static assay_status end_page(assay_status status, json_t *o, public_page *p, buf *out,
                             assay_err *err)
{
    if (!status)
        status = p->status;
    if (!status)
        return json_take(o, out, err);
    json_decref(o);
    return status;
}

assay_status notice_list(desk *d, const char *program, const char *mark, size_t limit,
                         const viewer *who, buf *out, assay_err *err)
{
    char list[120] = "notice";
    json_t *o = json_object();
    public_page p = {.d = d, .who = who, .list = list_in(o, "notices"), .err = err};
    p.now = who->now ? who->now : time_now();
    if (program)
        snprintf(list, sizeof list, "notice/s/%.80s", program);
    store_page page = {.list = list, .mark = mark, .is_down = true,
                       .limit = limit && limit <= 200 ? limit : 50};
    assay_status status = page_fill(d->s, &page, add_notice, &p, p.list, o, err);
    return end_page(status, o, &p, out, err);
}

assay_status notice_object(desk *d, store_tx *tx, const object_id *notice, const char *said,
                           const viewer *who, buf *answer, assay_err *err)
{
    buf row = BUF_INIT;
    object_id id;
    assay_status status = store_entry_get(d->s, "notice", notice, &row, err);
    json_t *o = status ? NULL : json_tree(buf_text(&row));
    if (!status && !id_read(text_of(o, "case"), &id))
        status = assay_fail(err, ASSAY_DAMAGED, 0, "a notice names no case");
    if (!status)
        status = case_act(d, tx, &id, "object", said, who, answer, err);
    if (!status) { /* who objects learns that it was taken, not how the case stands */
        buf_clear(answer);
        buf_add_text(answer, "{\"taken\":true}");
    }
    json_decref(o);
    buf_done(&row);
    return status;
}

/* Titles are listed by their state and what the public does not see sorts first of all states. */
#define TITLE_BEHIND_EXPIRED "expired0"

/* -- rolls --------------------------------------------------------------------------------------------- */

static bool fits(const title_query *q, const json_t *row)
{
    const char *const asked[] = {q->title, q->state, q->place, q->scheme};
    const char *const names[] = {"title", "state", "region", "scheme"};
    for (int i = 0; i < 4; i++) {
        const char *is = text_of(row, names[i]);
        if (asked[i] && (!is || strcmp(is, asked[i]) != 0))
            return false;
    }
    return true;
}

/* Under "name", or as the firm that holds it. */
static bool shows_holder(const the_case *c, json_t *shown)
{
    object_id id;
    const char *key;
    json_t *v;
    bool is_shown = false;
    buf name = BUF_INIT;
    if (case_party(c->state, &id) && party_name(c->d->s, &id, &name, NULL) == ASSAY_OK)
        json_object_foreach(shown, key, v)
            is_shown |= json_is_string(v) && strcmp(json_string_value(v), buf_text(&name)) == 0;
    buf_done(&name);
    return is_shown;
}

static assay_status show_title(public_page *p, const json_t *row)
{
    the_case c;
    object_id id, party;
    json_t *o;
    buf name = BUF_INIT;
    if (!id_read(text_of(row, "case"), &id))
        return ASSAY_OK;
    if (p->who->kind != VIEWER_PUBLIC && !p->roll) {
        o = json_deep_copy(row);
        json_object_del(o, "known");
        if (id_read(text_of(row, "person"), &party) &&
            party_name(p->d->s, &party, &name, p->err) == ASSAY_OK)
            set_text(o, "name", buf_text(&name));
        buf_done(&name);
        title_add_credential(p->d->s, o);
        json_array_append_new(p->list, o);
        return ASSAY_OK;
    }
    assay_status status = case_load(p->d, NULL, &id, p->who, &c, p->err);
    if (status)
        return status;
    o = publish_shown(&c, p->roll);
    set_text(o, "title", text_of(row, "title"));
    set_text(o, "state", text_of(row, "state"));
    json_t *told = json_deep_copy(row); /* a credential shows its holder's name: it is told beside one */
    if (shows_holder(&c, o) && title_add_credential(p->d->s, told))
        json_object_set(o, "credential", json_object_get(told, "credential"));
    json_decref(told);
    json_array_append_new(p->list, o);
    case_done(&c);
    return ASSAY_OK;
}

static bool add_title(const store_entry *e, void *context)
{
    public_page *p = context;
    json_t *row = json_tree(e->row);
    bool is_shown = row && fits(p->query, row);
    /* the public sees what holds, and what was revoked with its state */
    const char *site = p->who->kind == VIEWER_PUBLIC ? NULL : p->who->site;
    if (is_shown && site && *site)
        is_shown = text_of(row, "region") && strcmp(text_of(row, "region"), site) == 0;
    if (is_shown && p->who->kind == VIEWER_PUBLIC && strcmp(text_of(row, "state"), "expired") == 0)
        is_shown = false;
    p->status = is_shown ? show_title(p, row) : ASSAY_OK;
    json_decref(row);
    return !p->status;
}

static assay_status choose_roll(desk *d, const title_query *q, const viewer *who, public_page *p,
                                assay_err *err)
{
    const scheme *s = NULL;
    bool is_own = q->party && !id_is_none(&who->party) && id_same(q->party, &who->party);
    if (who->kind == VIEWER_DESK || who->kind == VIEWER_AUDITOR || is_own)
        return q->scheme || q->party ? ASSAY_OK
                                     : assay_fail(err, ASSAY_MISSING, 0, "name the scheme");
    if (!q->scheme || q->party)
        return assay_fail(err, ASSAY_MISSING, 0, "a roll is of one scheme: name it");
    assay_status status = desk_scheme(d, q->scheme, &s, err);
    p->roll = status ? NULL : public_roll(s);
    if (!status && !p->roll)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "%s has no public roll", q->scheme);
    return status;
}

/* Of a place, of a level: where they are counted by it (title.c). */
static void choose_titles(const title_query *q, const char *site, char list[static 256])
{
    const char *place = site ? site : q->place;
    if (place || q->title)
        snprintf(list, 256, COUNTED_TITLES "/%.80s/" COUNTED_TITLES_WHAT "/%s/%.80s", q->scheme,
                 place ? "place" : "level", place ? place : q->title);
    else
        snprintf(list, 256, "title/s/%.80s", q->scheme);
}

assay_status title_list(desk *d, const title_query *q, const viewer *who, buf *out, assay_err *err)
{
    char list[256], prefix[200] = "", folded[200], word[33], id[ID_TEXT];
    json_t *o = json_object();
    uint64_t count = 0;
    public_page p = {.d = d, .who = who, .list = list_in(o, "titles"), .err = err, .query = q};
    bool is_public = who->kind == VIEWER_PUBLIC;
    p.now = who->now ? who->now : time_now();
    assay_status status = choose_roll(d, q, who, &p, err);
    if (status) {
        json_decref(o);
        return status;
    }
    store_page page = {.list = list,
                       .prefix = prefix,
                       .mark = q->mark,
                       .is_down = !q->search,
                       .limit = q->limit && q->limit <= 200 ? q->limit : 100};
    if (q->party) {
        id_text(q->party, id);
        snprintf(list, sizeof list, "title/party");
        snprintf(prefix, sizeof prefix, "%s/", id);
    } else if (q->search) {
        party_fold_case(q->search, folded, sizeof folded);
        snprintf(list, sizeof list, "title/name");
        status = secret_word(NULL, d->s, folded, word, err);
        snprintf(prefix, sizeof prefix, "%.80s/%s", q->scheme ? q->scheme : "", word);
    } else {
        choose_titles(q, !is_public && who->site && *who->site ? who->site : NULL, list);
        if (q->state)
            snprintf(prefix, sizeof prefix, "%.40s/", q->state);
        if (is_public)
            page.from = TITLE_BEHIND_EXPIRED;
        status = store_list_count(d->s, list, &count, err);
        json_object_set_new(o, "count", json_integer((json_int_t)count));
    }
    if (!status)
        status = page_fill(d->s, &page, add_title, &p, p.list, o, err);
    return end_page(status, o, &p, out, err);
}
