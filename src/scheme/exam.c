/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scoring an exam. */
#include "scheme/exam.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

/* -- items ------------------------------------------------------------------------------------- */

/* "a, c" and "c,a" are one set. */
static bool has_option(const char *set, const char *option, size_t n)
{
    while (*set) {
        set += strspn(set, ", ");
        size_t length = strcspn(set, ", ");
        if (length == n && memcmp(set, option, n) == 0)
            return true;
        set += length;
    }
    return false;
}

static bool is_subset(const char *a, const char *b)
{
    while (*a) {
        a += strspn(a, ", ");
        size_t n = strcspn(a, ", ");
        if (n && !has_option(b, a, n))
            return false;
        a += n;
    }
    return true;
}

static bool is_near(const exam_item *item, value answer)
{
    assay_rational key, given, off;
    if (assay_rational_parse(item->key, strlen(item->key), &key, NULL) != ASSAY_OK)
        return false;
    if (answer.kind == VALUE_NUMBER)
        given = answer.as.number;
    else if (assay_rational_parse(answer.as.text, strlen(answer.as.text), &given, NULL) != ASSAY_OK)
        return false;
    if (assay_rational_sub(given, key, &off, NULL) != ASSAY_OK)
        return false;
    if (assay_rational_sign(off) < 0)
        off = assay_rational_negate(off);
    return assay_rational_compare(off, item->tolerance) <= 0;
}

static bool is_right(const exam_item *item, value answer)
{
    if (item->kind == ITEM_NUMBER)
        return (answer.kind == VALUE_NUMBER || answer.kind == VALUE_TEXT) && is_near(item, answer);
    if (answer.kind != VALUE_TEXT || !item->key)
        return false;
    if (item->kind == ITEM_SINGLE)
        return strcmp(answer.as.text, item->key) == 0;
    return is_subset(answer.as.text, item->key) && is_subset(item->key, answer.as.text);
}

/* Points of an answer; missing while its marker is awaited. */
static value points_of(const exam_item *item, value answer)
{
    if (item->kind != ITEM_HAND)
        return value_number(is_right(item, answer) ? item->points : assay_rational_of(0));
    bool is_within = answer.kind == VALUE_NUMBER && assay_rational_sign(answer.as.number) >= 0 &&
                     assay_rational_compare(answer.as.number, item->points) <= 0;
    return is_within ? answer : VALUE_NONE;
}

/* -- scores ------------------------------------------------------------------------------------ */

typedef struct {
    assay_rational got, most;
    bool is_open;
} sum;

static assay_status add_item(sum *s, const exam_item *item, value points, assay_err *err)
{
    assay_status status = assay_rational_add(s->most, item->points, &s->most, err);
    if (points.kind != VALUE_NUMBER)
        s->is_open = true;
    else if (status == ASSAY_OK)
        status = assay_rational_add(s->got, points.as.number, &s->got, err);
    return status;
}

static value percent_of(const sum *s)
{
    assay_rational r;
    if (s->is_open || assay_rational_sign(s->most) == 0 ||
        assay_rational_div(s->got, s->most, &r, NULL) != ASSAY_OK ||
        assay_rational_mul(r, assay_rational_of(100), &r, NULL) != ASSAY_OK)
        return VALUE_NONE;
    return value_number(r);
}

static assay_status score_topic(const char *topic, const exam_item *item, const value *points,
                                size_t n, value *percent, assay_err *err)
{
    sum s = {assay_rational_of(0), assay_rational_of(0), false};
    for (size_t i = 0; i < n; i++) {
        if (topic && (!item[i].topic || strcmp(item[i].topic, topic) != 0))
            continue;
        assay_status status = add_item(&s, &item[i], points[i], err);
        if (status != ASSAY_OK)
            return status;
    }
    *percent = percent_of(&s);
    return ASSAY_OK;
}

static bool is_below(value v, value bar)
{
    return bar.kind == VALUE_NUMBER && v.kind == VALUE_NUMBER &&
           assay_rational_compare(v.as.number, bar.as.number) < 0;
}

static void judge(const scheme_bank *bank, value cut, exam_result *r)
{
    r->reason = r->percent.kind != VALUE_NUMBER     ? "an item waits for its marker"
                : cut.kind != VALUE_NUMBER          ? "the cut is not set yet"
                : is_below(r->percent, cut)         ? "below the cut"
                : is_below(r->percent, bank->floor) ? "below the floor"
                                                    : NULL;
    for (size_t i = 0; !r->reason && i < r->topic_count; i++)
        if (is_below(r->topic[i].percent, bank->topic_floor))
            r->reason = "below the floor of a topic";
    r->is_pass = !r->reason;
}

assay_status exam_score(const scheme_bank *bank, const exam_item *item, const exam_answer *answer,
                        size_t n, value cut, arena *memory, exam_result *out, assay_err *err)
{
    exam_result r = {.topic_count = bank->topic_count};
    value *points = arena_array(memory, value, n + 1);
    r.topic = arena_array(memory, exam_topic, bank->topic_count + 1);
    if (!points || !r.topic)
        return assay_fail(err, ASSAY_MEMORY, 0, _("out of memory"));
    for (size_t i = 0; i < n; i++) {
        points[i] = points_of(&item[i], answer[i].answer);
        r.unanswered += answer[i].answer.kind == VALUE_MISSING && item[i].kind != ITEM_HAND;
        r.waiting += points[i].kind == VALUE_MISSING;
    }
    assay_status status = score_topic(NULL, item, points, n, &r.percent, err);
    for (size_t i = 0; status == ASSAY_OK && i < bank->topic_count; i++) {
        r.topic[i].topic = bank->topic[i].id;
        status = score_topic(bank->topic[i].id, item, points, n, &r.topic[i].percent, err);
    }
    if (status != ASSAY_OK)
        return status;
    r.item = points;
    judge(bank, cut, &r);
    *out = r;
    return ASSAY_OK;
}
