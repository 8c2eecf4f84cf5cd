/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making, comparing and writing values. */
#include "scheme/value.h"

#include "base/json.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

value value_na(void)
{
    return (value){.kind = VALUE_NA};
}

value value_bool(bool truth)
{
    return (value){.kind = VALUE_BOOL, .as.truth = truth};
}

value value_number(assay_rational number)
{
    return (value){.kind = VALUE_NUMBER, .as.number = number};
}

value value_whole(int64_t whole)
{
    return value_number(assay_rational_of(whole));
}

value value_text(const char *text)
{
    return text ? (value){.kind = VALUE_TEXT, .as.text = text} : VALUE_NONE;
}

#define DAY 86400

value value_day(int64_t seconds)
{
    int64_t into = seconds % DAY;
    return (value){.kind = VALUE_DATE, .as.date = seconds - (into < 0 ? into + DAY : into)};
}

value value_instant(int64_t seconds)
{
    return (value){.kind = VALUE_DATE, .has_time = true, .as.date = seconds};
}

value value_period(int32_t months, int64_t seconds)
{
    return (value){.kind = VALUE_DURATION, .as.duration = {months, seconds, DURATION_LOOSE}};
}

bool value_is_true(value v)
{
    return v.kind == VALUE_BOOL && v.as.truth;
}

bool value_is_given(value v)
{
    return v.kind != VALUE_MISSING && v.kind != VALUE_NA;
}

value value_member_of(value v, const char *name)
{
    if (v.kind == VALUE_RECORD)
        for (size_t i = 0; i < v.as.record.count; i++)
            if (strcmp(v.as.record.member[i].name, name) == 0)
                return v.as.record.member[i].value;
    return VALUE_NONE;
}

/* -- order --------------------------------------------------------------------------------- */

static int order(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* A difference of dates has a start: months are counted from there. */
static bool compare_months(const value_duration *span, const value_duration *other, int *out)
{
    int64_t end;
    if (span->start == DURATION_LOOSE || span->months != 0 ||
        !date_add(span->start, other->months, other->seconds, &end))
        return false;
    *out = order(span->start + span->seconds, end);
    return true;
}

static bool compare_durations(const value_duration *a, const value_duration *b, int *out)
{
    if (a->months == 0 && b->months == 0) {
        *out = order(a->seconds, b->seconds);
        return true;
    }
    if (a->seconds == 0 && b->seconds == 0 && a->start == DURATION_LOOSE &&
        b->start == DURATION_LOOSE) {
        *out = order(a->months, b->months);
        return true;
    }
    if (compare_months(a, b, out))
        return true;
    bool is_known = compare_months(b, a, out);
    if (is_known)
        *out = -*out;
    return is_known;
}

bool value_compare(value a, value b, int *out)
{
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case VALUE_BOOL:
        *out = order(a.as.truth, b.as.truth);
        return true;
    case VALUE_NUMBER:
        *out = assay_rational_compare(a.as.number, b.as.number);
        return true;
    case VALUE_TEXT: {
        int difference = strcmp(a.as.text, b.as.text);
        *out = order(difference, 0);
        return true;
    }
    case VALUE_DATE:
        *out = order(a.as.date, b.as.date);
        return true;
    case VALUE_DURATION:
        return compare_durations(&a.as.duration, &b.as.duration, out);
    case VALUE_MISSING:
    case VALUE_NA:
    case VALUE_LIST:
    case VALUE_RECORD:
        return false;
    }
    return false;
}

/* -- writing ------------------------------------------------------------------------------- */

static void format_date(value v, buf *out)
{
    char text[48];
    time_format(v.as.date * 1000000000, TIME_OFFSET_NONE, text, sizeof text);
    if (!v.has_time)
        text[10] = '\0';
    buf_add_text(out, text);
}

static void format_duration(const value_duration *d, buf *out)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{DAY, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    if (d->months && d->months % 12 == 0)
        buf_addf(out, "%dy", d->months / 12);
    else if (d->months)
        buf_addf(out, "%dmo", d->months);
    if (d->seconds == 0) {
        buf_add_text(out, d->months ? "" : "0d");
        return;
    }
    buf_add_text(out, d->months ? " " : "");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (d->seconds % units[i].seconds == 0) {
            buf_addf(out, "%lld%s", (long long)(d->seconds / units[i].seconds), units[i].unit);
            return;
        }
}

static void format_list(value v, buf *out)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < v.as.list.count; i++) {
        buf_add_text(out, i ? ", " : "");
        value_format(v.as.list.item[i], out);
    }
    buf_add_char(out, ']');
}

static void format_record(value v, buf *out)
{
    buf_add_char(out, '{');
    for (size_t i = 0; i < v.as.record.count; i++) {
        buf_addf(out, "%s%s: ", i ? ", " : "", v.as.record.member[i].name);
        value_format(v.as.record.member[i].value, out);
    }
    buf_add_char(out, '}');
}

void value_format(value v, buf *out)
{
    char text[ASSAY_RATIONAL_TEXT];
    switch (v.kind) {
    case VALUE_MISSING:
        buf_add_text(out, "missing");
        break;
    case VALUE_NA:
        buf_add_text(out, "n/a");
        break;
    case VALUE_BOOL:
        buf_add_text(out, v.as.truth ? "yes" : "no");
        break;
    case VALUE_NUMBER:
        assay_rational_format(v.as.number, 0, text, sizeof text);
        buf_add_text(out, text);
        break;
    case VALUE_TEXT:
        buf_add_text(out, v.as.text);
        break;
    case VALUE_DATE:
        format_date(v, out);
        break;
    case VALUE_DURATION:
        format_duration(&v.as.duration, out);
        break;
    case VALUE_LIST:
        format_list(v, out);
        break;
    case VALUE_RECORD:
        format_record(v, out);
        break;
    }
}

static void json_items(value v, buf *out)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < v.as.list.count; i++) {
        buf_add_text(out, i ? "," : "");
        value_json(v.as.list.item[i], out);
    }
    buf_add_char(out, ']');
}

static void json_members(value v, buf *out)
{
    buf_add_char(out, '{');
    for (size_t i = 0; i < v.as.record.count; i++) {
        const value_member *m = &v.as.record.member[i];
        buf_add_text(out, i ? "," : "");
        json_quote(out, m->name, strlen(m->name));
        buf_add_char(out, ':');
        value_json(m->value, out);
    }
    buf_add_char(out, '}');
}

void value_json(value v, buf *out)
{
    switch (v.kind) {
    case VALUE_MISSING:
        buf_add_text(out, "null");
        break;
    case VALUE_NA:
        buf_add_text(out, "{\"na\":true}");
        break;
    case VALUE_BOOL:
        buf_add_text(out, v.as.truth ? "true" : "false");
        break;
    case VALUE_LIST:
        json_items(v, out);
        break;
    case VALUE_RECORD:
        json_members(v, out);
        break;
    case VALUE_NUMBER:
    case VALUE_TEXT:
    case VALUE_DATE:
    case VALUE_DURATION: {
        buf text = BUF_INIT;
        value_format(v, &text);
        json_quote(out, buf_text(&text), text.length);
        out->failed |= text.failed;
        buf_done(&text);
        break;
    }
    }
}

/* -- copying ------------------------------------------------------------------------------- */

static bool copy_list(arena *a, value v, value *out)
{
    size_t n = v.as.list.count;
    value *item = arena_array(a, value, n ? n : 1);
    if (!item)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!value_copy(a, v.as.list.item[i], &item[i]))
            return false;
    out->as.list.item = item;
    return true;
}

static bool copy_record(arena *a, value v, value *out)
{
    size_t n = v.as.record.count;
    value_member *member = arena_array(a, value_member, n ? n : 1);
    if (!member)
        return false;
    for (size_t i = 0; i < n; i++) {
        const value_member *from = &v.as.record.member[i];
        member[i].name = arena_text(a, from->name, strlen(from->name));
        if (!member[i].name || !value_copy(a, from->value, &member[i].value))
            return false;
    }
    out->as.record.member = member;
    return true;
}

bool value_copy(arena *a, value v, value *out)
{
    value copy = v;
    bool is_done = true;
    if (v.kind == VALUE_TEXT)
        is_done = (copy.as.text = arena_text(a, v.as.text, strlen(v.as.text))) != NULL;
    else if (v.kind == VALUE_LIST)
        is_done = copy_list(a, v, &copy);
    else if (v.kind == VALUE_RECORD)
        is_done = copy_record(a, v, &copy);
    *out = is_done ? copy : VALUE_NONE;
    return is_done;
}
