/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jansson reads byte by byte through a call, copies every text twice and looks at every character for
 * its length. Canonical text needs none of it: the end of a text is the next quotation mark. Whatever
 * looks otherwise (blanks, escapes, fractions, a fault) makes the short way give up. */
#include "base/json_tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { DEPTH = 64, DIGITS = 18 };

static json_t *read_value(const char **at, int depth);

/* The bytes between the quotation marks that *at stands on; `is_plain`: all of them ASCII. */
static const char *read_text(const char **at, size_t *length, bool *is_plain)
{
    const char *from = *at + 1, *p = from;
    unsigned char high = 0;
    for (; *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20; p++)
        high |= (unsigned char)*p;
    if (*p != '"')
        return NULL;
    *length = (size_t)(p - from);
    *is_plain = high < 0x80;
    *at = p + 1;
    return from;
}

static json_t *read_string(const char **at)
{
    size_t length;
    bool is_plain;
    const char *from = read_text(at, &length, &is_plain);
    return !from ? NULL : is_plain ? json_stringn_nocheck(from, length) : json_stringn(from, length);
}

static json_t *read_integer(const char **at)
{
    const char *p = *at, *from = p += *p == '-';
    json_int_t n = 0;
    for (; *p >= '0' && *p <= '9' && p - from < DIGITS; p++)
        n = 10 * n + (*p - '0');
    bool is_odd = p == from || (*from == '0' && p - from > 1) || (*p >= '0' && *p <= '9') ||
                  *p == '.' || *p == 'e' || *p == 'E';
    if (is_odd)
        return NULL;
    n = **at == '-' ? -n : n;
    *at = p;
    return json_integer(n);
}

static json_t *read_word(const char **at, const char *word, json_t *v)
{
    size_t n = strlen(word);
    if (strncmp(*at, word, n) != 0)
        return NULL;
    *at += n;
    return v;
}

static bool read_member(json_t *o, const char **at, int depth)
{
    size_t length;
    bool is_plain;
    const char *name = **at == '"' ? read_text(at, &length, &is_plain) : NULL;
    if (!name || !is_plain || **at != ':')
        return false;
    ++*at;
    return json_object_setn_new_nocheck(o, name, length, read_value(at, depth)) == 0;
}

static json_t *read_object(const char **at, int depth)
{
    json_t *o = json_object();
    bool is_fine = o != NULL;
    ++*at;
    if (is_fine && **at != '}')
        while ((is_fine = read_member(o, at, depth)) && **at == ',')
            ++*at;
    if (is_fine && **at == '}') {
        ++*at;
        return o;
    }
    json_decref(o);
    return NULL;
}

static json_t *read_array(const char **at, int depth)
{
    json_t *o = json_array();
    bool is_fine = o != NULL;
    ++*at;
    if (is_fine && **at != ']')
        while ((is_fine = json_array_append_new(o, read_value(at, depth)) == 0) && **at == ',')
            ++*at;
    if (is_fine && **at == ']') {
        ++*at;
        return o;
    }
    json_decref(o);
    return NULL;
}

static json_t *read_value(const char **at, int depth)
{
    switch (**at) {
    case '{':
        return depth ? read_object(at, depth - 1) : NULL;
    case '[':
        return depth ? read_array(at, depth - 1) : NULL;
    case '"':
        return read_string(at);
    case 't':
        return read_word(at, "true", json_true());
    case 'f':
        return read_word(at, "false", json_false());
    case 'n':
        return read_word(at, "null", json_null());
    default:
        return read_integer(at);
    }
}

json_t *json_tree(const char *text)
{
    const char *at = text;
    bool is_tree = text && (*text == '{' || *text == '[');
    json_t *o = is_tree ? read_value(&at, DEPTH) : NULL;
    if (o && !*at)
        return o;
    json_decref(o);
    return text ? json_loads(text, 0, NULL) : NULL;
}
