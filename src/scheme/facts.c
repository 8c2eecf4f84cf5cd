/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scheme/facts.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MOST = 20000, ITEMS_MOST = 200, FILE_TEXT_MOST = 400 };

/* -- numbers -------------------------------------------------------------------------------- */

json_t *number_text(value v)
{
    char text[ASSAY_RATIONAL_TEXT];
    if (v.kind != VALUE_NUMBER)
        return NULL;
    assay_rational_format(v.as.number, 0, text, sizeof text);
    return json_string(text);
}

value number_read(const json_t *given)
{
    assay_rational r;
    const char *text = json_string_value(given);
    if (text && assay_rational_parse(text, strlen(text), &r, NULL) == ASSAY_OK)
        return value_number(r);
    return json_is_integer(given) ? value_whole(json_integer_value(given)) : VALUE_NONE;
}

/* -- fields --------------------------------------------------------------------------------- */

enum { FOUND_MOST = 80 };

/* So many bytes of a text that no character is cut. */
static int found_length(const char *text)
{
    size_t n = strlen(text);
    if (n > FOUND_MOST)
        for (n = FOUND_MOST; n && (text[n] & 0xc0) == 0x80;)
            n--;
    return (int)n;
}

static assay_status wrong(const scheme_field *f, const json_t *given, const char *expected,
                          assay_err *err)
{
    char *found = json_dumps(given, JSON_ENCODE_ANY | JSON_COMPACT);
    assay_fail(err, ASSAY_FORMAT, 0, "%s: found %.*s, expected %s", f->item.id,
               found ? found_length(found) : 1, found ? found : "?", expected);
    free(found);
    return ASSAY_FORMAT;
}

static assay_status check_range(const scheme_field *f, assay_rational r, const json_t *given,
                                assay_err *err)
{
    char least[ASSAY_RATIONAL_TEXT] = "", most[ASSAY_RATIONAL_TEXT] = "", text[240];
    bool is_scale = f->kind == FIELD_SCALE;
    assay_rational low = is_scale ? assay_rational_of(f->low) : f->least;
    assay_rational high = is_scale ? assay_rational_of(f->high) : f->most;
    bool has_low = is_scale || f->has_least, has_high = is_scale || f->has_most;
    if ((!has_low || assay_rational_compare(r, low) >= 0) &&
        (!has_high || assay_rational_compare(r, high) <= 0))
        return ASSAY_OK;
    if (has_low)
        assay_rational_format(low, 0, least, sizeof least);
    if (has_high)
        assay_rational_format(high, 0, most, sizeof most);
    snprintf(text, sizeof text, "a number%s%s%s%s", has_low ? " from " : "", least,
             has_high ? " to " : "", most);
    return wrong(f, given, text, err);
}

static assay_status read_number(const scheme_field *f, const json_t *given, value *out,
                                assay_err *err)
{
    value v = number_read(given);
    if (json_is_real(given)) {
        wrong(f, given, "a number", err);
        return assay_hint(err, _("write numbers as text, \"0.10\": nothing is lost then"));
    }
    if (v.kind != VALUE_NUMBER)
        return wrong(f, given, "a number such as \"12.5\"", err);
    bool is_whole = f->kind == FIELD_INT || f->kind == FIELD_SCALE;
    if (is_whole && !assay_rational_is_whole(v.as.number))
        return wrong(f, given, "a whole number", err);
    assay_status status = check_range(f, v.as.number, given, err);
    if (!status)
        *out = v;
    return status;
}

static assay_status read_date(const scheme_field *f, const json_t *given, value *out,
                              assay_err *err)
{
    int64_t seconds;
    bool has_time;
    const char *text = json_string_value(given);
    if (!text || !date_parse(text, strlen(text), &seconds, &has_time))
        return wrong(f, given, "a date such as \"2026-04-01\"", err);
    *out = f->kind == FIELD_DATE ? value_day(seconds) : value_instant(seconds);
    return ASSAY_OK;
}

static bool has_choice(const scheme_field *f, const char *text)
{
    for (size_t i = 0; text && i < f->choice_count; i++)
        if (strcmp(f->choice[i].id, text) == 0)
            return true;
    return f->choice_count == 0 && text != NULL;
}

static assay_status read_choice(const scheme_field *f, const json_t *given, value *out,
                                assay_err *err)
{
    char text[240] = "one of";
    const char *word = json_string_value(given);
    if (has_choice(f, word)) {
        *out = value_text(word);
        return ASSAY_OK;
    }
    for (size_t i = 0; i < f->choice_count && strlen(text) < 160; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), " %.40s", f->choice[i].id);
    return wrong(f, given, text, err);
}

/* {"from": date, "to": date}, or what else is told by members. */
static value read_record(const json_t *given, arena *memory)
{
    size_t n = json_object_size(given), i = 0;
    value_member *member = arena_array(memory, value_member, n ? n : 1);
    const char *name;
    json_t *item;
    if (!member)
        return VALUE_NONE;
    json_object_foreach((json_t *)given, name, item) {
        const char *text = json_string_value(item);
        int64_t seconds;
        bool has_time;
        value v = json_is_boolean(item) ? value_bool(json_is_true(item)) : number_read(item);
        if (v.kind == VALUE_MISSING && text && date_parse(text, strlen(text), &seconds, &has_time))
            v = has_time ? value_instant(seconds) : value_day(seconds);
        else if (v.kind == VALUE_MISSING && text)
            v = value_text(text);
        member[i++] = (value_member){name, v};
    }
    return (value){.kind = VALUE_RECORD, .as.record = {member, i}};
}

static assay_status read_rows(const scheme_field *f, const json_t *given, arena *memory, value *out,
                              assay_err *err)
{
    size_t n = json_array_size(given);
    value *item = arena_array(memory, value, n ? n : 1);
    assay_status status = ASSAY_OK;
    if (!json_is_array(given) || n > ITEMS_MOST)
        return wrong(f, given, "a list of at most 200 rows", err);
    for (size_t i = 0; item && !status && i < n; i++) {
        const json_t *row = json_array_get(given, i);
        value_member *member = arena_array(memory, value_member, f->row_count + 1);
        if (!json_is_object(row))
            return wrong(f, row, "a row: an object", err);
        for (size_t k = 0; member && !status && k < f->row_count; k++) {
            member[k].name = f->row[k].item.id;
            status = field_read(&f->row[k], json_object_get(row, member[k].name), memory,
                                &member[k].value, err);
        }
        item[i] = (value){.kind = VALUE_RECORD, .as.record = {member, member ? f->row_count : 0}};
    }
    if (!status)
        *out = (value){.kind = VALUE_LIST, .as.list = {item, item ? n : 0}};
    return status;
}

static assay_status read_period(const scheme_field *f, const json_t *given, arena *memory,
                                value *out, assay_err *err)
{
    value v = json_is_object(given) ? read_record(given, memory) : VALUE_NONE;
    value from = value_member_of(v, "from"), to = value_member_of(v, "to");
    if (from.kind != VALUE_DATE || (value_is_given(to) && to.kind != VALUE_DATE))
        return wrong(f, given, "{\"from\": date, \"to\": date}", err);
    int order;
    if (value_compare(from, to, &order) && order > 0)
        return wrong(f, given, "an end after the start", err);
    *out = v;
    return ASSAY_OK;
}

static assay_status read_duration(const scheme_field *f, const json_t *given, value *out,
                                  assay_err *err)
{
    value_duration d;
    const char *text = json_string_value(given);
    if (!text || !duration_parse(text, strlen(text), &d))
        return wrong(f, given, "a duration such as \"40h\" or \"30d\"", err);
    *out = (value){.kind = VALUE_DURATION, .as.duration = d};
    return ASSAY_OK;
}

/* Characters, not bytes: a limit is the same in every script. */
static int64_t characters(const json_t *given)
{
    int64_t n = 0;
    for (const char *p = json_string_value(given); *p; p++)
        n += (*p & 0xc0) != 0x80;
    return n;
}

static assay_status read_plain(const scheme_field *f, const json_t *given, arena *memory,
                               value *out, assay_err *err)
{
    bool is_told = f->kind == FIELD_FILE || f->kind == FIELD_PHOTO || f->kind == FIELD_EVIDENCE ||
                   f->kind == FIELD_CHART || f->kind == FIELD_POINT || f->kind == FIELD_SIGN ||
                   f->kind == FIELD_REF || f->kind == FIELD_BADGE;
    if (is_told && json_is_object(given)) {
        *out = read_record(given, memory);
        return ASSAY_OK;
    }
    if (!json_is_string(given) || json_string_length(given) > TEXT_MOST)
        return wrong(f, given, "a text", err);
    if (f->kind == FIELD_TEXT && f->has_most &&
        assay_rational_compare(assay_rational_of(characters(given)), f->most) > 0)
        return wrong(f, given, "a shorter text", err);
    *out = value_text(json_string_value(given));
    return ASSAY_OK;
}

static assay_status read_one(const scheme_field *f, const json_t *given, arena *memory, value *out,
                             assay_err *err)
{
    switch (f->kind) {
    case FIELD_INT:
    case FIELD_NUM:
    case FIELD_MONEY:
    case FIELD_PERCENT:
    case FIELD_SCALE:
        return read_number(f, given, out, err);
    case FIELD_BOOL:
        if (!json_is_boolean(given))
            return wrong(f, given, "true or false", err);
        *out = value_bool(json_is_true(given));
        return ASSAY_OK;
    case FIELD_DATE:
    case FIELD_TIME:
        return read_date(f, given, out, err);
    case FIELD_DURATION:
        return read_duration(f, given, out, err);
    case FIELD_PERIOD:
        return read_period(f, given, memory, out, err);
    case FIELD_ENUM:
    case FIELD_SET:
        return read_choice(f, given, out, err);
    default:
        return read_plain(f, given, memory, out, err);
    }
}

assay_status field_read(const scheme_field *f, const json_t *given, arena *memory, value *out,
                        assay_err *err)
{
    bool is_empty = !given || json_is_null(given) ||
                    (json_is_string(given) && !json_string_length(given));
    if (is_empty) {
        *out = VALUE_NONE;
        return ASSAY_OK;
    }
    if (json_is_true(json_object_get(given, "na"))) {
        *out = value_na();
        return ASSAY_OK;
    }
    if (f->kind == FIELD_ROWS)
        return read_rows(f, given, memory, out, err);
    if (!f->is_list && f->kind != FIELD_SET)
        return read_one(f, given, memory, out, err);
    size_t n = json_array_size(given);
    value *item = arena_array(memory, value, n ? n : 1);
    assay_status status = ASSAY_OK;
    if (!json_is_array(given) || n > ITEMS_MOST)
        return wrong(f, given, "a list of at most 200", err);
    for (size_t i = 0; item && !status && i < n; i++)
        status = read_one(f, json_array_get(given, i), memory, &item[i], err);
    if (!status)
        *out = (value){.kind = VALUE_LIST, .as.list = {item, item ? n : 0}};
    return status;
}

/* -- facts ---------------------------------------------------------------------------------- */

static json_t *write_text(const char *kind, value v)
{
    buf text = BUF_INIT;
    value_format(v, &text);
    json_t *o = json_pack("{s:s}", kind, buf_text(&text));
    buf_done(&text);
    return o;
}

json_t *fact_write(value v)
{
    json_t *o;
    switch (v.kind) {
    case VALUE_NA:
        return json_pack("{s:b}", "na", 1);
    case VALUE_BOOL:
        return json_boolean(v.as.truth);
    case VALUE_NUMBER:
        return json_pack("{s:o}", "number", number_text(v));
    case VALUE_TEXT:
        return json_pack("{s:s}", "text", v.as.text);
    case VALUE_DATE:
        return write_text("date", v);
    case VALUE_DURATION: /* a loose start does not fit a JSON number: left out */
        if (v.as.duration.start == DURATION_LOOSE)
            return json_pack("{s:[i,I]}", "duration", v.as.duration.months,
                             (json_int_t)v.as.duration.seconds);
        return json_pack("{s:[i,I,I]}", "duration", v.as.duration.months,
                         (json_int_t)v.as.duration.seconds, (json_int_t)v.as.duration.start);
    case VALUE_LIST:
        o = json_array();
        for (size_t i = 0; i < v.as.list.count; i++)
            json_array_append_new(o, fact_write(v.as.list.item[i]));
        return o;
    case VALUE_RECORD:
        o = json_object();
        for (size_t i = 0; i < v.as.record.count; i++)
            json_object_set_new(o, v.as.record.member[i].name,
                                fact_write(v.as.record.member[i].value));
        return json_pack("{s:o}", "record", o);
    case VALUE_MISSING:
        break;
    }
    return json_null();
}

static value read_list(const json_t *fact, arena *memory)
{
    size_t n = json_array_size(fact);
    value *item = arena_array(memory, value, n ? n : 1);
    for (size_t i = 0; item && i < n; i++)
        item[i] = fact_read(json_array_get(fact, i), memory);
    return (value){.kind = VALUE_LIST, .as.list = {item, item ? n : 0}};
}

static value read_members(const json_t *fact, arena *memory)
{
    size_t n = json_object_size(fact), i = 0;
    value_member *member = arena_array(memory, value_member, n ? n : 1);
    const char *name;
    json_t *item;
    if (!member)
        return VALUE_NONE;
    json_object_foreach((json_t *)fact, name, item)
        member[i++] = (value_member){name, fact_read(item, memory)};
    return (value){.kind = VALUE_RECORD, .as.record = {member, i}};
}

value fact_read(const json_t *fact, arena *memory)
{
    const json_t *inner;
    int64_t seconds;
    bool has_time;
    if (json_is_boolean(fact))
        return value_bool(json_is_true(fact));
    if (json_is_array(fact))
        return read_list(fact, memory);
    if ((inner = json_object_get(fact, "number")))
        return number_read(inner);
    if ((inner = json_object_get(fact, "text")))
        return value_text(json_string_value(inner));
    if ((inner = json_object_get(fact, "record")))
        return read_members(inner, memory);
    if ((inner = json_object_get(fact, "date")) && json_is_string(inner) &&
        date_parse(json_string_value(inner), json_string_length(inner), &seconds, &has_time))
        return has_time ? value_instant(seconds) : value_day(seconds);
    if ((inner = json_object_get(fact, "duration"))) {
        value v = value_period((int32_t)json_integer_value(json_array_get(inner, 0)),
                               json_integer_value(json_array_get(inner, 1)));
        if (json_array_size(inner) == 3)
            v.as.duration.start = json_integer_value(json_array_get(inner, 2));
        return v;
    }
    return json_is_true(json_object_get(fact, "na")) ? value_na() : VALUE_NONE;
}
