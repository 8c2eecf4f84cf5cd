/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/ndjson_member.h"

#include <string.h>

bool ndjson_refuse(spoken *w, const ndjson_reader *r, int role, const json_piece *v,
                   const char *reason, const char *expected)
{
    w->reason = reason;
    w->expected = expected;
    w->column = role < ROLE_NONE ? r->names[role] : NULL;
    w->found = v->text;
    w->found_length = v->length;
    return false;
}

static bool set_value(ndjson_reader *r, spoken *w, const json_piece *v)
{
    if (v->kind == JSON_NULL)
        return true;
    decimal_kind kind = v->kind == JSON_NUMBER || v->kind == JSON_STRING
                            ? decimal_parse(v->text, v->length, '.', &w->number, NULL)
                            : DECIMAL_NONE;
    if (kind == DECIMAL_NONE)
        return ndjson_refuse(w, r, ROLE_VALUE, v, "not-a-number", "a number, or null for none");
    w->has_value = true;
    w->is_raw = kind == DECIMAL_RAW || w->number.exponent < -30 || w->number.exponent > 30;
    if (w->is_raw)
        decimal_parse(v->text, v->length, '.', &w->number, &w->raw);
    return true;
}

/* Nanoseconds have 19 digits, one more than a decimal holds. */
static bool parse_nanoseconds(const json_piece *v, int64_t *ns)
{
    *ns = 0;
    for (size_t i = 0; i < v->length; i++) {
        int digit = v->text[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(*ns, 10, ns) ||
            __builtin_add_overflow(*ns, digit, ns))
            return false;
    }
    return true;
}

/* Seconds, or milli-, micro-, nanoseconds by their size: 1e11 s is the year 5138. */
static bool epoch_to_ns(const json_piece *v, int64_t *ns)
{
    decimal d;
    if (decimal_parse(v->text, v->length, '.', &d, NULL) != DECIMAL_OK)
        return v->length == 19 && parse_nanoseconds(v, ns);
    double x = decimal_to_double(d.mantissa < 0 ? -d.mantissa : d.mantissa, d.exponent);
    int unit = x < 1e11 ? 9 : x < 1e14 ? 6 : x < 1e17 ? 3 : 0, exponent = d.exponent + unit;
    while (exponent < 0) { /* finer than a nanosecond */
        d.mantissa /= 10;
        exponent++;
    }
    return decimal_rescale(d.mantissa, exponent, 0, ns);
}

static bool set_time(ndjson_reader *r, spoken *w, const json_piece *v)
{
    w->offset = TIME_OFFSET_NONE;
    if (v->kind == JSON_NULL)
        return true;
    w->has_time = v->kind == JSON_STRING ? time_parse_iso(v->text, v->length, &w->time, &w->offset)
                  : v->kind == JSON_NUMBER ? epoch_to_ns(v, &w->time)
                                           : false;
    if (!w->has_time)
        return ndjson_refuse(w, r, ROLE_TIME, v, "not-a-date", "RFC 3339, or a number since 1970");
    if (v->kind == JSON_NUMBER)
        w->offset = 0;
    return true;
}

static bool set_size(ndjson_reader *r, spoken *w, const json_piece *v)
{
    decimal d;
    int64_t n;
    if (v->kind != JSON_NUMBER || decimal_parse(v->text, v->length, '.', &d, NULL) != DECIMAL_OK ||
        !decimal_rescale(d.mantissa, d.exponent, 0, &n) || n < 1 || n > UINT32_MAX)
        return ndjson_refuse(w, r, ROLE_SIZE, v, "not-a-size", "a whole number from 1 on");
    w->size = (uint32_t)n;
    w->has_size = true;
    return true;
}

static bool is_word(const json_piece *v, const char *word)
{
    return v->kind == JSON_STRING && strlen(word) == v->length &&
           memcmp(v->text, word, v->length) == 0;
}

static bool set_status(ndjson_reader *r, spoken *w, const json_piece *v)
{
    static const struct {
        const char *word;
        uint8_t status;
    } words[] = {{"valid", STATUS_VALID},   {"good", STATUS_VALID},       {"ok", STATUS_VALID},
                 {"bad", STATUS_BAD},       {"marked", STATUS_MARKED},    {"late", STATUS_LATE},
                 {"none", STATUS_NO_VALUE}, {"no-value", STATUS_NO_VALUE}};
    if (v->kind == JSON_NULL)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(v, words[i].word)) {
            w->status = words[i].status;
            return true;
        }
    return ndjson_refuse(w, r, ROLE_STATUS, v, "not-a-status", "valid, bad, marked, late or no-value");
}

static bool set_kind(ndjson_reader *r, spoken *w, const json_piece *v)
{
    static const char *const words[] = {"variable", "defectives", "defects"};
    for (uint8_t i = 0; i < 3; i++)
        if (is_word(v, words[i])) {
            w->kind = (uint8_t)(i + 1);
            return true;
        }
    return ndjson_refuse(w, r, ROLE_KIND, v, "not-a-kind", "variable, defectives or defects");
}

static uint32_t code_of(ndjson_reader *r, int role, dictionary *texts, const json_piece *v)
{
    recent *last = &r->recents[role];
    if (v->length == last->length && memcmp(v->text, last->text, v->length) == 0)
        return last->code;
    uint32_t code = dictionary_code(texts, v->text, v->length);
    if (v->length <= sizeof last->text) {
        memcpy(last->text, v->text, v->length);
        last->length = v->length;
        last->code = code;
    }
    return code;
}

static bool set_path(ndjson_reader *r, spoken *w, const json_piece *v)
{
    if (v->kind != JSON_STRING || !v->length)
        return ndjson_refuse(w, r, ROLE_CHARACTERISTIC, v, "not-a-name", "a text");
    w->path = code_of(r, ROLE_CHARACTERISTIC, r->paths, v);
    return true;
}

static void set_context(ndjson_reader *r, spoken *w, context_kind kind, const json_piece *v)
{
    if (v->kind == JSON_NESTED)
        r->nested++;
    else if (v->kind != JSON_NULL && v->length)
        w->context[kind] = code_of(r, ROLE_CONTEXT + (int)kind, r->base.dictionaries[kind], v);
}

static void set_unit(spoken *w, const json_piece *v)
{
    if (v->kind != JSON_STRING || v->length >= sizeof w->unit)
        return;
    memcpy(w->unit, v->text, v->length);
    w->unit_length = (uint32_t)v->length;
}

bool ndjson_set_role(ndjson_reader *r, spoken *w, int role, const json_piece *v)
{
    if (w->seen >> role & 1)
        return ndjson_refuse(w, r, role, v, "duplicate-member", "each member once");
    w->seen |= 1u << role;
    switch (role) {
    case ROLE_VALUE: return set_value(r, w, v);
    case ROLE_CHARACTERISTIC: return set_path(r, w, v);
    case ROLE_TIME: return set_time(r, w, v);
    case ROLE_SIZE: return set_size(r, w, v);
    case ROLE_STATUS: return set_status(r, w, v);
    case ROLE_KIND: return set_kind(r, w, v);
    case ROLE_UNIT: set_unit(w, v); return true;
    default: set_context(r, w, (context_kind)(role - ROLE_CONTEXT), v); return true;
    }
}
