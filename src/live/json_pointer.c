/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/json_pointer.h"

#include <string.h>

static bool decode(const char **from, char *out)
{
    if (**from != '~') {
        *out = *(*from)++;
        return true;
    }
    char which = (*from)[1];
    *out = which == '0' ? '~' : '/';
    *from += 2;
    return which == '0' || which == '1';
}

bool json_pointer_parse(const char *text, json_pointer *out)
{
    json_pointer p = {.is_given = true};
    uint16_t n = 0;
    while (*text == '/') {
        if (p.count == POINTER_TOKENS)
            return false;
        p.from[p.count++] = n;
        for (text++; *text && *text != '/'; n++)
            if (n == MAPPING_POINTER || !decode(&text, &p.text[n]))
                return false;
        p.from[p.count] = n;
    }
    if (*text)
        return false;
    *out = p;
    return true;
}

static bool is_name(json_piece name, const char *token, size_t length)
{
    return name.length == length && memcmp(name.text, token, length) == 0;
}

static bool find_member(json_scan *s, json_piece in, const char *token, size_t length,
                        json_piece *out)
{
    json_piece name, value;
    if (!json_scan_begin(s, in.text, in.length))
        return false;
    while (json_scan_member(s, &name, &value))
        if (is_name(name, token, length)) {
            *out = value;
            return true;
        }
    return false;
}

static bool find_element(json_scan *s, json_piece in, const char *token, size_t length,
                         json_piece *out)
{
    size_t wanted = 0;
    if (length == 0 || length > 6 || (length > 1 && token[0] == '0'))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (token[i] < '0' || token[i] > '9')
            return false;
        wanted = wanted * 10 + (size_t)(token[i] - '0');
    }
    if (!json_scan_begin_array(s, in.text, in.length))
        return false;
    for (size_t i = 0; json_scan_element(s, out); i++)
        if (i == wanted)
            return true;
    return false;
}

bool json_pointer_find(json_scan *s, const json_pointer *p, json_piece document, json_piece *out)
{
    json_piece at = document;
    for (size_t i = 0; i < p->count; i++) {
        const char *token = p->text + p->from[i];
        size_t length = (size_t)(p->from[i + 1] - p->from[i]);
        json_piece next;
        if (at.kind != JSON_NESTED ||
            !(at.text[0] == '{' ? find_member(s, at, token, length, &next)
                                : find_element(s, at, token, length, &next)))
            return false;
        at = next;
    }
    *out = at;
    return true;
}
