/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a receipt shows when nobody asked for the texts.
 *
 * It is handed on, so nothing may be in it that names or describes a person: what is not known to
 * be harmless is withheld. Numbers, yes and no, ids, digests, times and decimals are harmless;
 * words are where the member is known to hold words of the program's or of a scheme's, and nothing
 * else. */
#include "notary/inner.h"

#include "base/time.h"

#include <jansson.h>
#include <string.h>

#define DIGITS "0123456789"

static const char *const word_members[] = {"act",    "action",    "chart",   "form",  "gate",
                                           "kind",   "method",    "outcome", "rev",   "role",
                                           "rules",  "scheme_id", "secret",  "stage", "state",
                                           "status", "subgroup",  "type",    "unit"};

static bool is_word(const char *member, const char *text)
{
    size_t length = strlen(text);
    if (length > 64 || strspn(text, "abcdefghijklmnopqrstuvwxyz" DIGITS "._:-") != length)
        return false;
    for (size_t i = 0; i < sizeof word_members / sizeof *word_members; i++)
        if (strcmp(word_members[i], member) == 0)
            return true;
    return false;
}

/* 128 or 256 bits. */
static bool is_id(const char *text)
{
    size_t length = strlen(text);
    return (length == 32 || length == 64) && strspn(text, DIGITS "abcdef") == length;
}

/* One spelling only: a telephone number begins with a zero or a plus. */
static bool is_decimal(const char *text)
{
    text += *text == '-';
    size_t whole = strspn(text, DIGITS);
    if (!whole || whole > 12 || (whole > 1 && *text == '0'))
        return false;
    text += whole;
    if (*text == '.') {
        size_t places = strspn(text + 1, DIGITS);
        text += places ? 1 + places : 0;
    }
    return !*text;
}

static bool is_time(const char *text)
{
    int64_t ns;
    int32_t offset;
    return text[0] && strspn(text, DIGITS) == 4 && time_parse_iso(text, strlen(text), &ns, &offset);
}

bool payload_member_is_plain(const char *name, const json_t *value)
{
    json_t *own = (json_t *)(uintptr_t)value, *part;
    const char *text = json_string_value(value), *inner;
    size_t i;
    json_object_foreach(own, inner, part)
    {
        if (!payload_member_is_plain(inner, part))
            return false;
    }
    json_array_foreach(own, i, part)
    {
        if (!payload_member_is_plain(name, part))
            return false;
    }
    return !text || is_id(text) || is_decimal(text) || is_time(text) || is_word(name, text);
}
