/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Examiners: what they rate before an exam, and what they mark after it. Neither tells them whose
 * it is, nor what another has given. */
#include "scheme/sitting_inner.h"

#include "base/hash.h"
#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPTS_SHOWN = 20 };

/* -- who ------------------------------------------------------------------------------------------
 */

typedef struct {
    const the_bank *b;
    bool is_held;
} post_look;

static bool look_at_post(const party_post *p, void *context)
{
    post_look *l = context;
    l->is_held |= strcmp(p->scheme, l->b->scheme->item.id) == 0 &&
                  strcmp(p->role, l->b->bank->examiner->item.id) == 0;
    return !l->is_held;
}

assay_status examiner_of(const the_bank *b, char out[static 80], assay_err *err)
{
    char me[ID_TEXT];
    post_look l = {b, false};
    bool is_named = viewer_is_named(b->who, me);
    if (!b->bank->examiner && bank_need_desk(b->who, err) == ASSAY_OK) {
        snprintf(out, 80, "%.79s", is_named ? me : b->who->account ? b->who->account : "desk");
        return ASSAY_OK;
    }
    if (b->bank->examiner && is_named &&
        party_posts(b->d->s, &b->who->party, b->now, look_at_post, &l, err) == ASSAY_OK &&
        l.is_held) {
        snprintf(out, 80, "%s", me);
        return ASSAY_OK;
    }
    return assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is nothing here for you"));
}

/* Nobody marks his own, nor one of whom he is tied to. */
static bool may_mark(the_sitting *s, const scheme_bank *bank)
{
    bool is_own = true, may = false;
    conflict_set set;
    candidate_list l = {0};
    scheme_assign a = {.role = bank->examiner, .avoids_relations = true};
    if (case_is_party(&s->c, &is_own, NULL) || is_own)
        return false;
    if (!bank->examiner)
        return true;
    if (conflicts_of(&s->c, &a, &set, NULL) == ASSAY_OK &&
        candidates(s->c.d, s->c.scheme, &a, s->c.now, &l, NULL) == ASSAY_OK)
        for (size_t i = 0; i < l.n; i++)
            if (id_same(&l.item[i].id, &s->c.who->party))
                may = !conflict_between(&a, &set, &l.item[i]);
    candidates_done(&l);
    return may;
}

/* -- rating
 * ---------------------------------------------------------------------------------------- */

typedef struct {
    char id[64];
    uint64_t order;
} rated;

static int by_order(const void *a, const void *b)
{
    const rated *x = a, *y = b;
    return x->order < y->order ? -1 : x->order > y->order;
}

static size_t items_to_rate(const the_bank *b, const char *me, rated *out, size_t room)
{
    const json_t *forms = json_object_get(b->state, "forms");
    size_t n = 0;
    for (size_t f = 0; f < json_array_size(forms); f++)
        for (size_t i = 0; i < json_array_size(json_array_get(forms, f)) && n < room; i++) {
            char text[160];
            const char *id = json_string_value(json_array_get(json_array_get(forms, f), i));
            int length = snprintf(text, sizeof text, "%s %s", me, id);
            snprintf(out[n].id, sizeof out[n].id, "%s", id);
            out[n++].order = hash64(text, (size_t)length);
        }
    qsort(out, n, sizeof *out, by_order);
    return n;
}

static assay_status show_item(const the_bank *b, const char *id, const json_t *mine, json_t *list,
                              assay_err *err)
{
    json_t *inner, *o = json_object(),
                   *head = json_object_get(json_object_get(b->state, "items"), id);
    assay_status status = bank_item(b, id, &inner, err);
    if (status) {
        json_decref(o);
        return status;
    }
    set_text(o, "id", id);
    set_text(o, "topic", text_of(head, "topic"));
    set_text(o, "kind", text_of(head, "kind"));
    set_text(o, "points", text_of(head, "points"));
    set_text(o, "text", text_of(inner, "text"));
    if (json_object_get(inner, "options"))
        json_object_set(o, "options", json_object_get(inner, "options"));
    set_text(o, "mine", text_of(mine, id));
    json_array_append_new(list, o);
    json_decref(inner);
    return ASSAY_OK;
}

assay_status bank_rating(desk *d, const char *scheme_name, const char *bank, const viewer *who,
                         buf *out, assay_err *err)
{
    the_bank b;
    char me[80];
    assay_status status = bank_find(d, NULL, scheme_name, bank, who, &b, err);
    if (status)
        return status;
    rated *item = calloc(BANK_ITEMS_MOST, sizeof *item);
    json_t *o = json_object(), *list = list_in(o, "items");
    status = item ? examiner_of(&b, me, err) : assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    const json_t *mine = status ? NULL : json_object_get(json_object_get(b.state, "ratings"), me);
    size_t n = status ? 0 : items_to_rate(&b, me, item, BANK_ITEMS_MOST);
    for (size_t i = 0; !status && i < n; i++)
        status = show_item(&b, item[i].id, mine, list, err);
    free(item);
    bank_done(&b);
    if (!status)
        return json_take(o, out, err);
    json_decref(o);
    return status;
}

static assay_status check_ratings(const the_bank *b, json_t *given, assay_err *err)
{
    const char *id;
    json_t *share;
    if (!json_object_size(given))
        return assay_fail(err, ASSAY_MISSING, 0, _("\"ratings\" must name items"));
    json_object_foreach(given, id, share)
    {
        value v = number_read(share);
        if (!json_object_get(json_object_get(b->state, "items"), id))
            return assay_fail(err, ASSAY_NOT_FOUND, 0, _("the bank has no item %.60s"), id);
        if (v.kind != VALUE_NUMBER || assay_rational_sign(v.as.number) < 0 ||
            assay_rational_compare(v.as.number, assay_rational_of(1)) > 0)
            return assay_fail(err, ASSAY_FORMAT, 0,
                              _("%.60s: a share from 0 to 1 as text is expected"), id);
    }
    return ASSAY_OK;
}

assay_status bank_rate(desk *d, store_tx *tx, const char *scheme_name, const char *bank,
                       const char *said, const viewer *who, assay_err *err)
{
    the_bank b;
    json_t *o;
    char me[80];
    assay_status status = said_read(said, &o, err);
    if (status)
        return status;
    status = bank_find(d, tx, scheme_name, bank, who, &b, err);
    if (status) {
        json_decref(o);
        return status;
    }
    status = said_only(o, "ratings key", err);
    if (!status)
        status = examiner_of(&b, me, err);
    if (!status)
        status = check_ratings(&b, json_object_get(o, "ratings"), err);
    if (!status)
        status = bank_append(
            &b, "exam.rated",
            json_pack("{s:s,s:O}", "by", me, "ratings", json_object_get(o, "ratings")), err);
    bank_done(&b);
    json_decref(o);
    return status;
}

/* -- marking
 * ---------------------------------------------------------------------------------------- */

/* A name for a script that leads back to nobody. */
static assay_status script_of(const the_bank *b, const object_id *sitting, char out[static 33],
                              assay_err *err)
{
    char id[ID_TEXT], text[60];
    id_text(sitting, id);
    snprintf(text, sizeof text, "script %s", id);
    return secret_word(NULL, b->d->s, text, out, err);
}

static bool has_marked(const the_sitting *s, const char *me, const char *item)
{
    const json_t *all = json_object_get(s->state, "marks");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *m = json_array_get(all, i);
        if (strcmp(text_of(m, "by"), me) == 0 && json_object_get(json_object_get(m, "marks"), item))
            return true;
    }
    return false;
}

/* Does this item of a script wait for a mark of this examiner? */
static bool waits_for(const the_sitting *s, const char *item, const char *answer, const char *me)
{
    assay_rational mark[MARKS_MOST];
    const json_t *head = json_object_get(json_object_get(s->bank.state, "items"), item);
    value points = number_read(json_object_get(head, "points"));
    return answer && *answer && text_of(head, "kind") &&
           strcmp(text_of(head, "kind"), "hand") == 0 && points.kind == VALUE_NUMBER &&
           !has_marked(s, me, item) &&
           sitting_settle(mark, sitting_marks(s, item, mark), points.as.number).kind !=
               VALUE_NUMBER;
}

typedef struct {
    the_bank *b;
    const char *me, *wanted; /* script; NULL: all */
    json_t *list;
    object_id found;
    size_t waiting;
    assay_status status;
    assay_err *err;
} script_look;

static assay_status show_script(script_look *l, the_sitting *s, const char *script)
{
    json_t *answers, *o = json_object(), *list = list_in(o, "answers");
    const json_t *items = json_object_get(s->state, "items");
    set_text(o, "script", script);
    assay_status status = sitting_answers(s, &answers, l->err);
    for (size_t i = 0; !status && i < json_array_size(items); i++) {
        json_t *inner, *one;
        const char *id = json_string_value(json_array_get(items, i)), *given = text_of(answers, id);
        if (!waits_for(s, id, given, l->me))
            continue;
        status = bank_item(&s->bank, id, &inner, l->err);
        if (status)
            break;
        one = json_object();
        set_text(one, "item", id);
        set_text(one, "text", text_of(inner, "text"));
        set_text(one, "guide", text_of(inner, "guide"));
        set_text(one, "points",
                 text_of(json_object_get(json_object_get(s->bank.state, "items"), id), "points"));
        set_text(one, "answer", given);
        json_array_append_new(list, one);
        json_decref(inner);
    }
    if (!status) {
        json_decref(answers);
        l->waiting += json_array_size(list) > 0;
        if (json_array_size(list) && json_array_size(l->list) < SCRIPTS_SHOWN)
            json_array_append(l->list, o);
    }
    json_decref(o);
    return status;
}

static bool look_at_script(const object_id *id, const json_t *row, void *context)
{
    script_look *l = context;
    the_sitting s;
    char script[33];
    if (!json_is_true(json_object_get(row, "finished")) ||
        json_is_true(json_object_get(row, "scored")))
        return true;
    l->status = script_of(l->b, id, script, l->err);
    if (!l->status && l->wanted && strcmp(script, l->wanted) != 0)
        return true;
    if (!l->status)
        l->status = sitting_load(l->b->d, l->b->tx, id, l->b->who, &s, l->err);
    if (l->status)
        return false;
    if (may_mark(&s, l->b->bank)) {
        l->found = *id;
        if (!l->wanted)
            l->status = show_script(l, &s, script);
    }
    sitting_done(&s);
    return !l->status && !l->wanted;
}

static int by_script(const void *a, const void *b)
{
    const json_t *const *x = a, *const *y = b;
    return strcmp(text_of(*x, "script"), text_of(*y, "script"));
}

/* By their names, not by the time they were sat. */
static json_t *in_order(const json_t *list)
{
    const json_t *item[SCRIPTS_SHOWN];
    size_t n = json_array_size(list);
    json_t *sorted = json_array();
    for (size_t i = 0; i < n; i++)
        item[i] = json_array_get(list, i);
    qsort(item, n, sizeof *item, by_script);
    for (size_t i = 0; i < n; i++)
        json_array_append(sorted, (json_t *)item[i]);
    return sorted;
}

assay_status bank_marking(desk *d, const char *scheme_name, const char *bank, const viewer *who,
                          buf *out, assay_err *err)
{
    the_bank b;
    char me[80];
    assay_status status = bank_find(d, NULL, scheme_name, bank, who, &b, err);
    if (status)
        return status;
    script_look l = {.b = &b, .me = me, .list = json_array(), .err = err};
    status = examiner_of(&b, me, err);
    if (!status)
        status = sitting_each(d, &b.id, look_at_script, &l, err);
    if (!status)
        status = l.status;
    if (!status)
        status = json_take(
            json_pack("{s:o,s:I}", "scripts", in_order(l.list), "waiting", (json_int_t)l.waiting),
            out, err);
    json_decref(l.list);
    bank_done(&b);
    return status;
}

static assay_status check_marks(the_sitting *s, json_t *marks, const char *me, assay_err *err)
{
    const char *id;
    json_t *given, *answers;
    assay_status status = sitting_answers(s, &answers, err);
    if (status)
        return status;
    if (!json_object_size(marks))
        status = assay_fail(err, ASSAY_MISSING, 0, _("\"marks\" must name items"));
    json_object_foreach(marks, id, given)
    {
        value v = number_read(given);
        value most = number_read(json_object_get(
            json_object_get(json_object_get(s->bank.state, "items"), id), "points"));
        if (!status && !waits_for(s, id, text_of(answers, id), me))
            status = assay_fail(err, ASSAY_CONFLICT, 0, _("%.60s waits for no mark of yours"), id);
        else if (!status && (v.kind != VALUE_NUMBER || assay_rational_sign(v.as.number) < 0 ||
                             assay_rational_compare(v.as.number, most.as.number) > 0))
            status = assay_fail(
                err, ASSAY_FORMAT, 0, _("%.60s: points from 0 to %s are expected"), id,
                text_of(json_object_get(json_object_get(s->bank.state, "items"), id), "points"));
    }
    json_decref(answers);
    return status;
}

static assay_status keep_marks(the_bank *b, const object_id *id, json_t *marks, const char *me,
                               assay_err *err)
{
    the_sitting s;
    assay_status status = sitting_load(b->d, b->tx, id, b->who, &s, err);
    if (status)
        return status;
    status = check_marks(&s, marks, me, err);
    if (!status)
        status = sitting_append(&s, "sitting.marked",
                                json_pack("{s:s,s:O}", "by", me, "marks", marks), err);
    if (!status)
        status = sitting_score(&s, err);
    sitting_done(&s);
    return status;
}

assay_status bank_mark(desk *d, store_tx *tx, const char *scheme_name, const char *bank,
                       const char *said, const viewer *who, assay_err *err)
{
    the_bank b;
    json_t *o;
    char me[80];
    const char *script = NULL;
    assay_status status = said_read(said, &o, err);
    if (status)
        return status;
    status = bank_find(d, tx, scheme_name, bank, who, &b, err);
    if (status) {
        json_decref(o);
        return status;
    }
    script_look l = {.b = &b, .me = me, .err = err};
    status = said_only(o, "script marks key", err);
    if (!status)
        status = examiner_of(&b, me, err);
    if (!status)
        status = said_text(o, "script", true, 40, &script, err);
    l.wanted = script;
    if (!status)
        status = sitting_each(d, &b.id, look_at_script, &l, err);
    if (!status)
        status = l.status;
    if (!status && id_is_none(&l.found))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("no script %.40s waits for you"), script);
    if (!status)
        status = keep_marks(&b, &l.found, json_object_get(o, "marks"), me, err);
    bank_done(&b);
    json_decref(o);
    return status;
}
