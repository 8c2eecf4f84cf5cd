/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From answers and marks to the result, and from there into the case. */
#include "scheme/sitting_inner.h"

#include "base/i18n.h"

#include <string.h>

/* -- marks ---------------------------------------------------------------------------------------
 */

static assay_rational middle(assay_rational a, assay_rational b, assay_rational c)
{
    bool ab = assay_rational_compare(a, b) < 0, bc = assay_rational_compare(b, c) < 0,
         ac = assay_rational_compare(a, c) < 0;
    return ab == bc ? b : ab == ac ? c : a;
}

/* Two who are within a quarter of the points: their mean. Further apart: the median with a third.
 */
value sitting_settle(const assay_rational *mark, size_t n, assay_rational points)
{
    assay_rational apart, sum, mean;
    const assay_rational half = {.num = 1, .den = 2};
    if (n < 2)
        return VALUE_NONE;
    if (n >= 3)
        return value_number(middle(mark[0], mark[1], mark[2]));
    if (assay_rational_sub(mark[0], mark[1], &apart, NULL) ||
        assay_rational_mul(apart, assay_rational_of(4), &apart, NULL) ||
        assay_rational_add(mark[0], mark[1], &sum, NULL) ||
        assay_rational_mul(sum, half, &mean, NULL))
        return VALUE_NONE;
    if (assay_rational_sign(apart) < 0)
        apart = assay_rational_negate(apart);
    return assay_rational_compare(apart, points) <= 0 ? value_number(mean) : VALUE_NONE;
}

size_t sitting_marks(const the_sitting *s, const char *item, assay_rational mark[static MARKS_MOST])
{
    const json_t *all = json_object_get(s->state, "marks");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(all) && n < MARKS_MOST; i++) {
        value v =
            number_read(json_object_get(json_object_get(json_array_get(all, i), "marks"), item));
        if (v.kind == VALUE_NUMBER)
            mark[n++] = v.as.number;
    }
    return n;
}

/* -- scoring
 * --------------------------------------------------------------------------------------- */

typedef struct {
    size_t n;
    exam_item *item;
    exam_answer *answer;
    json_t *inner, *given; /* what the texts of both live in */
} answered_form;

static value answer_of(const the_sitting *s, const exam_item *item, const char *text)
{
    assay_rational mark[MARKS_MOST];
    if (item->kind != ITEM_HAND)
        return text && *text ? value_text(text) : VALUE_NONE;
    if (!text || !*text)
        return value_whole(0); /* nothing to mark */
    return sitting_settle(mark, sitting_marks(s, item->id, mark), item->points);
}

static assay_status read_form(the_sitting *s, arena *memory, answered_form *f, assay_err *err)
{
    const json_t *items = json_object_get(s->state, "items");
    f->n = json_array_size(items);
    f->item = arena_array(memory, exam_item, f->n + 1);
    f->answer = arena_array(memory, exam_answer, f->n + 1);
    if (!f->item || !f->answer)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    assay_status status = sitting_answers(s, &f->given, err);
    for (size_t i = 0; !status && i < f->n; i++) {
        json_t *inner;
        const char *id = json_string_value(json_array_get(items, i));
        status = bank_item(&s->bank, id, &inner, err);
        if (status)
            break;
        json_array_append_new(f->inner, inner);
        status = bank_item_read(&s->bank, id, inner, &f->item[i], err);
        f->answer[i].answer =
            status ? VALUE_NONE : answer_of(s, &f->item[i], text_of(f->given, id));
    }
    return status;
}

/* The bank's cut, or Angoff's for this form as it is in force now. */
static assay_status cut_now(the_sitting *s, value *out, assay_err *err)
{
    the_bank now;
    *out = s->bank.bank->cut;
    if (!s->bank.bank->is_angoff)
        return ASSAY_OK;
    assay_status status =
        bank_load(s->c.d, s->c.tx, s->c.scheme, s->bank.bank, s->c.who, 0, &now, err);
    if (status)
        return status;
    json_int_t form = json_integer_value(json_object_get(s->state, "form"));
    bool is_same =
        json_equal(json_object_get(now.state, "drawn"), json_object_get(s->state, "drawn"));
    const json_t *cut = json_array_get(json_object_get(now.state, "cuts"), (size_t)form - 1);
    *out = is_same ? number_read(json_object_get(cut, "cut")) : VALUE_NONE;
    bank_done(&now);
    return ASSAY_OK;
}

static json_t *result_json(const answered_form *f, const exam_result *r, value cut)
{
    json_t *o = json_object(), *points = object_in(o, "points");
    for (size_t i = 0; i < f->n; i++)
        json_object_set_new(points, f->item[i].id, number_text(r->item[i]));
    json_object_set_new(o, "percent", number_text(r->percent));
    for (size_t i = 0; i < r->topic_count; i++)
        json_object_set_new(object_in(o, "topics"), r->topic[i].topic,
                            number_text(r->topic[i].percent));
    json_object_set_new(o, "unanswered", json_integer((json_int_t)r->unanswered));
    if (cut.kind == VALUE_NUMBER) {
        json_object_set_new(o, "cut", number_text(cut));
        json_object_set_new(o, "passed", json_boolean(r->is_pass));
    }
    return o;
}

/* The case reads it if it still stands there; a result that was entered by hand stays. */
static assay_status into_case(the_sitting *s, const json_t *result, assay_err *err)
{
    static const char *const names[] = {"percent", "topics", "cut", "passed"};
    const scheme_stage *at = case_stage(&s->c);
    const char *stage = text_of(s->state, "stage");
    if (!at || !at->bank || strcmp(at->item.id, stage) != 0 ||
        case_visit(s->c.state, stage) != json_integer_value(json_object_get(s->state, "visit")))
        return ASSAY_OK;
    json_t *payload = json_object();
    for (size_t i = 0; i < 4; i++)
        if (json_object_get(result, names[i]))
            json_object_set(payload, names[i], json_object_get(result, names[i]));
    set_id(payload, "sitting", &s->id);
    json_object_set(payload, "form", json_object_get(s->state, "form"));
    s->c.act = "exam";
    assay_status status = case_exam_result(&s->c, at, payload, err);
    return status ? status : case_list_again(&s->c, err);
}

assay_status sitting_score(the_sitting *s, assay_err *err)
{
    exam_result r;
    arena memory;
    value cut;
    answered_form f = {.inner = json_array()};
    if (!json_object_get(s->state, "finished") || json_object_get(s->state, "scored")) {
        json_decref(f.inner);
        return ASSAY_OK;
    }
    arena_init(&memory);
    assay_status status = read_form(s, &memory, &f, err);
    if (!status)
        status = cut_now(s, &cut, err);
    if (!status)
        status = exam_score(s->bank.bank, f.item, f.answer, f.n, cut, &memory, &r, err);
    if (!status && !r.waiting) {
        json_t *result = result_json(&f, &r, cut);
        json_incref(result);
        status = sitting_append(s, "sitting.scored", result, err);
        if (!status)
            status = into_case(s, result, err);
        json_decref(result);
    }
    json_decref(f.inner);
    json_decref(f.given);
    arena_done(&memory);
    return status;
}
