/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers keep their digits: the text of the token goes to the decimal parser, never through a
 * binary64. Lines of one source mostly name their members in the same order, so the role of a
 * name is first guessed from its place in the line before.
 */
#include "read/ndjson_line.h"

#include "base/i18n.h"

#include <string.h>

bool ndjson_refuse(spoken *w, const ndjson_lines *l, int role, const char *found, size_t length,
                   const char *reason, const char *expected)
{
    w->reason = reason;
    w->expected = expected;
    w->column = role < ROLE_NONE ? l->names[role] : NULL;
    w->found = found;
    w->found_length = length;
    return false;
}

static bool refuse(spoken *w, const ndjson_lines *l, int role, const json_piece *v,
                   const char *reason, const char *expected)
{
    return ndjson_refuse(w, l, role, v->text, v->length, reason, expected);
}

/* -- values ------------------------------------------------------------------------------------ */

static bool set_value(const ndjson_lines *l, spoken *w, const json_piece *v)
{
    if (v->kind == JSON_NULL)
        return true;
    decimal_kind kind = v->kind == JSON_NUMBER || v->kind == JSON_STRING
                            ? decimal_parse(v->text, v->length, '.', &w->number, NULL)
                            : DECIMAL_NONE;
    if (kind == DECIMAL_NONE)
        return refuse(w, l, ROLE_VALUE, v, "not-a-number", N_("a number, or null for none"));
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

static bool set_time(const ndjson_lines *l, spoken *w, const json_piece *v)
{
    w->offset = TIME_OFFSET_NONE;
    if (v->kind == JSON_NULL)
        return true;
    w->has_time = v->kind == JSON_STRING ? time_parse_iso(v->text, v->length, &w->time, &w->offset)
                  : v->kind == JSON_NUMBER ? epoch_to_ns(v, &w->time)
                                           : false;
    if (!w->has_time)
        return refuse(w, l, ROLE_TIME, v, "not-a-date", N_("RFC 3339, or a number since 1970"));
    if (v->kind == JSON_NUMBER)
        w->offset = 0;
    return true;
}

static bool set_size(const ndjson_lines *l, spoken *w, const json_piece *v)
{
    decimal d;
    int64_t n;
    if (v->kind != JSON_NUMBER || decimal_parse(v->text, v->length, '.', &d, NULL) != DECIMAL_OK ||
        !decimal_rescale(d.mantissa, d.exponent, 0, &n) || n < 1 || n > UINT32_MAX)
        return refuse(w, l, ROLE_SIZE, v, "not-a-size", N_("a whole number from 1 on"));
    w->size = (uint32_t)n;
    w->has_size = true;
    return true;
}

static bool is_word(const json_piece *v, const char *word)
{
    return v->kind == JSON_STRING && strlen(word) == v->length &&
           memcmp(v->text, word, v->length) == 0;
}

static bool set_status(const ndjson_lines *l, spoken *w, const json_piece *v)
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
    return refuse(w, l, ROLE_STATUS, v, "not-a-status", N_("valid, bad, marked, late or no-value"));
}

static bool set_kind(const ndjson_lines *l, spoken *w, const json_piece *v)
{
    static const char *const words[] = {"variable", "defectives", "defects"};
    for (uint8_t i = 0; i < 3; i++)
        if (is_word(v, words[i])) {
            w->kind = (uint8_t)(i + 1);
            return true;
        }
    return refuse(w, l, ROLE_KIND, v, "not-a-kind", N_("variable, defectives or defects"));
}

/* -- texts ------------------------------------------------------------------------------------- */

/* A decoded string stands in the scanner until its next one; here until the next line. There is
 * room for the whole line, so that nothing moves. */
static said keep(ndjson_lines *l, const json_piece *v)
{
    if (v->text != l->scan.value.data)
        return (said){v->text, v->length};
    said kept = {l->decoded.data + l->decoded.length, v->length};
    buf_add(&l->decoded, v->text, v->length);
    return kept;
}

static bool set_path(ndjson_lines *l, spoken *w, const json_piece *v)
{
    if (v->kind != JSON_STRING || !v->length)
        return refuse(w, l, ROLE_CHARACTERISTIC, v, "not-a-name", N_("a text"));
    w->path = keep(l, v);
    return true;
}

static void set_context(ndjson_lines *l, spoken *w, context_kind kind, const json_piece *v)
{
    l->nested += v->kind == JSON_NESTED;
    w->context[kind] =
        v->kind == JSON_NESTED || v->kind == JSON_NULL ? (said){"", 0} : keep(l, v);
}

static void set_unit(ndjson_lines *l, spoken *w, const json_piece *v)
{
    if (v->kind == JSON_STRING && v->length <= UNIT_MAX)
        w->unit = keep(l, v);
}

static bool set_role(ndjson_lines *l, spoken *w, int role, const json_piece *v)
{
    if (w->seen >> role & 1)
        return refuse(w, l, role, v, "duplicate-member", N_("each member once"));
    w->seen |= 1u << role;
    switch (role) {
    case ROLE_VALUE: return set_value(l, w, v);
    case ROLE_CHARACTERISTIC: return set_path(l, w, v);
    case ROLE_TIME: return set_time(l, w, v);
    case ROLE_SIZE: return set_size(l, w, v);
    case ROLE_STATUS: return set_status(l, w, v);
    case ROLE_KIND: return set_kind(l, w, v);
    case ROLE_UNIT: set_unit(l, w, v); return true;
    default: set_context(l, w, (context_kind)(role - ROLE_CONTEXT), v); return true;
    }
}

/* -- members ----------------------------------------------------------------------------------- */

static int role_of(const ndjson_lines *l, const json_piece *name)
{
    for (int role = 0; role < ROLE_NONE; role++)
        if (l->name_lengths[role] == name->length && name->length &&
            memcmp(l->names[role], name->text, name->length) == 0)
            return role;
    return ROLE_NONE;
}

static int role_at(ndjson_lines *l, size_t place, const json_piece *name)
{
    remembered *m = &l->places[place];
    if (m->length == name->length && name->length &&
        memcmp(m->name, name->text, name->length) == 0)
        return m->role;
    int role = role_of(l, name);
    if (name->length < sizeof m->name) {
        memcpy(m->name, name->text, name->length);
        m->length = name->length;
        m->role = role;
    }
    return role;
}

/* Members without a role must not come twice either: their names are remembered by hash. */
typedef struct {
    uint64_t hashes[MEMBERS_MAX];
    size_t n;
} others;

static bool is_repeated(others *o, const json_piece *name)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < name->length; i++)
        hash = (hash ^ (unsigned char)name->text[i]) * 1099511628211u;
    for (size_t i = 0; i < o->n; i++)
        if (o->hashes[i] == hash)
            return true;
    o->hashes[o->n++] = hash;
    return false;
}

static bool read_members(ndjson_lines *l, spoken *w, const json_piece *line)
{
    json_piece name, value;
    others o;
    o.n = 0;
    if (!json_scan_begin(&l->scan, line->text, line->length))
        return refuse(w, l, ROLE_NONE, line, "not-an-object", "{...}");
    for (size_t place = 0; json_scan_member(&l->scan, &name, &value); place++) {
        if (place == MEMBERS_MAX)
            return refuse(w, l, ROLE_NONE, line, "too-many-members", N_("at most 64 members"));
        int role = role_at(l, place, &name);
        if (role < ROLE_NONE) {
            if (!set_role(l, w, role, &value))
                return false;
        } else if (is_repeated(&o, &name)) {
            return refuse(w, l, ROLE_NONE, &name, "duplicate-member", N_("each member once"));
        } else {
            l->unknown++;
        }
    }
    if (!l->scan.fault)
        return true;
    json_piece rest = {JSON_STRING, l->scan.p, (size_t)(l->scan.end - l->scan.p)};
    return refuse(w, l, ROLE_NONE, &rest, "not-json", l->scan.fault);
}

bool ndjson_line_read(ndjson_lines *l, const char *text, size_t length, spoken *w)
{
    json_piece line = {JSON_STRING, text, length};
    memset(w, 0, offsetof(spoken, context));
    w->size = 1;
    w->offset = TIME_OFFSET_NONE;
    buf_clear(&l->decoded);
    if (memchr(text, '\\', length) && !buf_reserve(&l->decoded, length + 1))
        return refuse(w, l, ROLE_NONE, &line, "no-memory", N_("less text at once"));
    if (!read_members(l, w, &line))
        return false;
    return w->seen >> ROLE_VALUE & 1 ||
           refuse(w, l, ROLE_VALUE, &line, "no-value", N_("a member with the value, or null"));
}

bool ndjson_is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    return true;
}

characteristic_kind ndjson_kind(const spoken *w)
{
    return w->kind       ? (characteristic_kind)(w->kind - 1)
           : w->has_size ? KIND_DEFECTIVES
                         : KIND_VARIABLE;
}

uint8_t ndjson_status(const spoken *w)
{
    bool is_number = w->has_value && (w->status & STATUS_MASK) != STATUS_NO_VALUE;
    if (!is_number)
        return (uint8_t)((w->status & ~STATUS_MASK) | STATUS_NO_VALUE);
    return (uint8_t)(w->status | (w->is_raw ? STATUS_RAW : 0));
}

/* -- life -------------------------------------------------------------------------------------- */

void ndjson_lines_name(ndjson_lines *l, int role, const char *name)
{
    l->names[role] = name;
    l->name_lengths[role] = strlen(name);
}

void ndjson_lines_init(ndjson_lines *l)
{
    static const char *const usual[ROLE_CONTEXT] = {"value", "characteristic", "time", "size",
                                                    "unit",  "status",         "kind"};
    for (int role = 0; role < ROLE_NONE; role++)
        ndjson_lines_name(l, role, role < ROLE_CONTEXT
                                       ? usual[role]
                                       : context_name((context_kind)(role - ROLE_CONTEXT)));
}

void ndjson_lines_done(ndjson_lines *l)
{
    json_scan_done(&l->scan);
    buf_done(&l->decoded);
}
