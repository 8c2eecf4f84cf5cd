/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kinds of values there are, and which kind each name has. */
#include "scheme/expr_inner.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

const type type_unknown = {.kind = TYPE_UNKNOWN}, type_bool = {.kind = TYPE_BOOL},
           type_number = {.kind = TYPE_NUMBER}, type_text = {.kind = TYPE_TEXT},
           type_date = {.kind = TYPE_DATE}, type_days = {.kind = TYPE_DURATION},
           type_months = {.kind = TYPE_DURATION, .is_calendar = true},
           type_span = {.kind = TYPE_SPAN};

static void describe_choices(const type *t, char *out, size_t room)
{
    size_t length = (size_t)snprintf(out, room, "%s", _("one of "));
    for (size_t i = 0; i < t->choice_count && length < room; i++) {
        if (i == 6) {
            snprintf(out + length, room - length, ", …");
            return;
        }
        length +=
            (size_t)snprintf(out + length, room - length, "%s%s", i ? ", " : "", t->choice[i].id);
    }
}

const char *type_describe(const type *t)
{
    static _Thread_local char text[2][200];
    static _Thread_local int turn;
    switch (t->kind) {
    case TYPE_UNKNOWN:
        return "?";
    case TYPE_BOOL:
        return _("a yes or no");
    case TYPE_NUMBER:
        return _("a number");
    case TYPE_TEXT:
        return _("a text");
    case TYPE_DATE:
        return _("a date");
    case TYPE_DURATION:
        return t->is_calendar ? _("months or years") : _("days or hours");
    case TYPE_SPAN:
        return _("the time between two dates");
    case TYPE_LIST:
        return _("a list");
    case TYPE_RECORD:
        return _("a record");
    case TYPE_TABLE:
        return _("a table");
    case TYPE_ENUM:
        turn = !turn;
        describe_choices(t, text[turn], sizeof text[turn]);
        return text[turn];
    }
    return "?";
}

/* -- making ---------------------------------------------------------------------------------- */

static const type *make(arena *memory, type t)
{
    type *copy = arena_new(memory, type);
    if (!copy)
        return &type_unknown;
    *copy = t;
    return copy;
}

const type *type_list_of(const type *item, arena *memory)
{
    return make(memory, (type){.kind = TYPE_LIST, .item = item});
}

static const type *record(const type_member *member, size_t n, arena *memory)
{
    type_member *copy = arena_array(memory, type_member, n ? n : 1);
    if (!copy)
        return &type_unknown;
    if (n)
        memcpy(copy, member, n * sizeof *member);
    return make(memory, (type){.kind = TYPE_RECORD, .member = copy, .member_count = n});
}

static const type *choices(const scheme_item *choice, size_t n, arena *memory)
{
    if (n == 0)
        return &type_unknown; /* a fault was told where they should be */
    return make(memory, (type){.kind = TYPE_ENUM, .choice = choice, .choice_count = n});
}

const type *type_of_items(const scheme_item *first, size_t stride, size_t n, arena *memory)
{
    scheme_item *item = arena_array(memory, scheme_item, n ? n : 1);
    if (!item)
        return &type_unknown;
    for (size_t i = 0; i < n; i++)
        item[i] = *(const scheme_item *)(const void *)((const char *)first + i * stride);
    return choices(item, n, memory);
}

static const type *words_type(const char *const *word, size_t n, arena *memory)
{
    scheme_item *item = arena_array(memory, scheme_item, n);
    if (!item)
        return &type_unknown;
    for (size_t i = 0; i < n; i++)
        item[i].id = word[i];
    return choices(item, n, memory);
}

/* -- fields ---------------------------------------------------------------------------------- */

static const type *rows(const scheme_field *f, arena *memory)
{
    type_member *member = arena_array(memory, type_member, f->row_count ? f->row_count : 1);
    if (!member)
        return &type_unknown;
    for (size_t i = 0; i < f->row_count; i++)
        member[i] = (type_member){f->row[i].item.id, type_of_field(&f->row[i], memory)};
    return type_list_of(
        make(memory, (type){.kind = TYPE_RECORD, .member = member, .member_count = f->row_count}),
        memory);
}

/* What is known of a case that a field refers to. */
static const type *reference(arena *memory)
{
    static const type_member member[] = {
        {"id", &type_text},        {"scheme", &type_text},  {"stage", &type_text},
        {"outcome", &type_text},   {"closed", &type_bool},  {"opened_on", &type_date},
        {"closed_on", &type_date}, {"band", &type_text},    {"effect_verified", &type_bool},
        {"saving", &type_number},  {"points", &type_number}};
    return record(member, sizeof member / sizeof *member, memory);
}

static const type *evidence(arena *memory)
{
    static const type_member member[] = {
        {"verified", &type_bool}, {"significant", &type_bool}, {"stable", &type_bool},
        {"effect", &type_number}, {"low", &type_number},       {"high", &type_number},
        {"p", &type_number},      {"claimed", &type_number},   {"before", &type_number},
        {"after", &type_number},  {"money", &type_number},     {"characteristic", &type_text},
        {"cpk", &type_number},    {"ppk", &type_number},       {"grr_percent", &type_number},
        {"ndc", &type_number},    {"n", &type_number}};
    return record(member, sizeof member / sizeof *member, memory);
}

static const type *single(const scheme_field *f, arena *memory)
{
    static const type_member period[] = {{"from", &type_date}, {"to", &type_date}};
    switch (f->kind) {
    case FIELD_INT:
    case FIELD_NUM:
    case FIELD_MONEY:
    case FIELD_PERCENT:
    case FIELD_SCALE:
        return &type_number;
    case FIELD_BOOL:
        return &type_bool;
    case FIELD_DATE:
    case FIELD_TIME:
        return &type_date;
    case FIELD_DURATION:
        return &type_days;
    case FIELD_PERIOD:
        return record(period, 2, memory);
    case FIELD_ENUM:
        return choices(f->choice, f->choice_count, memory);
    case FIELD_SET:
        return type_list_of(choices(f->choice, f->choice_count, memory), memory);
    case FIELD_REF:
        return reference(memory);
    case FIELD_EVIDENCE:
        return evidence(memory);
    case FIELD_ROWS:
        return rows(f, memory);
    case FIELD_TEXT:
    case FIELD_FILE:
    case FIELD_PHOTO:
    case FIELD_SIGN:
    case FIELD_PERSON:
    case FIELD_FIRM:
    case FIELD_TEAM:
    case FIELD_CHART:
    case FIELD_CHARACTERISTIC:
    case FIELD_POINT:
    case FIELD_CONTACT:
    case FIELD_BADGE:
        return &type_text;
    }
    return &type_unknown;
}

const type *type_of_field(const scheme_field *f, arena *memory)
{
    const type *t = single(f, memory);
    return f->is_list && f->kind != FIELD_ROWS && f->kind != FIELD_SET ? type_list_of(t, memory)
                                                                       : t;
}

/* -- what can be counted --------------------------------------------------------------------- */

static size_t add_party(const scheme *s, type_member *member, size_t n, arena *memory)
{
    for (size_t i = 0; i < s->party.field_count; i++)
        member[n++] =
            (type_member){s->party.field[i].item.id, type_of_field(&s->party.field[i], memory)};
    return n;
}

const type *type_of_holders(scheme *s, arena *memory)
{
    static const char *const states[] = {"valid", "suspended", "expired", "revoked"};
    type_member *member = arena_array(memory, type_member, 8 + s->party.field_count);
    if (!member)
        return &type_unknown;
    size_t n = 0;
    member[n++] = (type_member){"title", type_of_items(s->title_count ? &s->title[0].item : NULL,
                                                       sizeof *s->title, s->title_count, memory)};
    member[n++] = (type_member){"state", words_type(states, 4, memory)};
    member[n++] = (type_member){"person", &type_text};
    member[n++] = (type_member){"firm", &type_text};
    member[n++] = (type_member){"region", &type_text};
    member[n++] = (type_member){"given", &type_date};
    member[n++] = (type_member){"valid_to", &type_date};
    n = add_party(s, member, n, memory);
    return type_list_of(
        make(memory, (type){.kind = TYPE_RECORD, .member = member, .member_count = n}), memory);
}

static bool is_known(const type_member *member, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(member[i].name, name) == 0)
            return true;
    return false;
}

/* Fields of forms that one look at a list can answer; a name of two forms is left out. */
static size_t add_fields(const scheme *s, type_member *member, size_t n, arena *memory)
{
    for (size_t i = 0; i < s->form_count; i++)
        for (size_t k = 0; k < s->form[i].field_count; k++) {
            const scheme_field *f = &s->form[i].field[k];
            if (scheme_case_field(s, f->item.id) == f && !is_known(member, n, f->item.id))
                member[n++] = (type_member){f->item.id, type_of_field(f, memory)};
        }
    return n;
}

static size_t count_fields(const scheme *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->form_count; i++)
        n += s->form[i].field_count;
    return n;
}

const type *type_of_cases(scheme *s, arena *memory)
{
    static const char *const states[] = {"open", "closed", "withdrawn"};
    static const char *const outcomes[] = {"pass",    "return", "reject",
                                           "suspend", "reopen", "stage"};
    type_member *member =
        arena_array(memory, type_member,
                    8 + s->party.field_count + s->tally_count + count_fields(s));
    if (!member)
        return &type_unknown;
    size_t n = 0;
    member[n++] = (type_member){"id", &type_text};
    member[n++] = (type_member){"state", words_type(states, 3, memory)};
    member[n++] = (type_member){"stage", type_of_items(s->stage_count ? &s->stage[0].item : NULL,
                                                       sizeof *s->stage, s->stage_count, memory)};
    member[n++] = (type_member){"outcome", words_type(outcomes, 6, memory)};
    member[n++] = (type_member){"band", &type_text};
    member[n++] = (type_member){"opened", &type_date};
    member[n++] = (type_member){"closed", &type_date};
    for (size_t i = 0; i < s->tally_count; i++)
        member[n++] = (type_member){s->tally[i].item.id, &type_number};
    n = add_party(s, member, n, memory);
    n = add_fields(s, member, n, memory);
    return type_list_of(
        make(memory, (type){.kind = TYPE_RECORD, .member = member, .member_count = n}), memory);
}

const type *type_of_answers(arena *memory)
{
    static const type_member member[] = {{"id", &type_text},         {"points", &type_number},
                                         {"possible", &type_number}, {"share", &type_number},
                                         {"star", &type_bool},       {"na", &type_bool},
                                         {"answered", &type_bool},   {"least", &type_number}};
    return type_list_of(record(member, 8, memory), memory);
}
