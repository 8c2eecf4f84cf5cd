/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/json_cut.h"

#include <string.h>

static json_cut_found find_line(const char *text, size_t length, size_t *end)
{
    const char *at = memchr(text, '\n', length);
    *end = at ? (size_t)(at - text) : length;
    return at ? CUT_RECORD : CUT_MORE;
}

static json_cut_found find_beginning(json_cut *c, const char *text, size_t length, size_t *end)
{
    static const char mark[] = "\xef\xbb\xbf";
    for (size_t i = 0; i < length; i++) {
        if (!c->is_begun && c->mark < 3 && text[i] == mark[c->mark]) {
            c->mark++;
            continue;
        }
        c->is_begun = true;
        *end = i;
        if (text[i] == '\n')
            return CUT_RECORD;
        if (text[i] == ' ' || text[i] == '\t' || text[i] == '\r')
            continue;
        bool is_array = text[i] == '[' && c->mark % 3 == 0;
        c->form = is_array ? CUT_ARRAY : CUT_LINES;
        return is_array ? CUT_OPENS : find_line(text, length, end);
    }
    return CUT_MORE;
}

static void look_in_text(json_cut *c, char byte)
{
    c->is_in_text = byte != '"' || c->is_escaped;
    c->is_escaped = byte == '\\' && !c->is_escaped;
}

static json_cut_found find_element(json_cut *c, const char *text, size_t length, size_t *end)
{
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];
        bool is_close = byte == '}' || byte == ']';
        *end = i;
        if (c->is_in_text && byte == '\n') {
            /* No text of JSON goes over a line end: what is behind a quote left open is read on. */
            c->is_in_text = false;
            c->depth = 0;
            return CUT_RECORD;
        }
        if (c->is_in_text) {
            look_in_text(c, byte);
        } else if (byte == '"') {
            c->is_in_text = true;
            c->is_escaped = false;
        } else if (byte == '{' || byte == '[') {
            c->depth++;
        } else if (c->depth == 0 && (byte == ',' || byte == ']')) {
            c->form = byte == ']' ? CUT_NOT_KNOWN : CUT_ARRAY;
            return CUT_RECORD;
        } else if (is_close && c->depth > 0) {
            c->depth--;
        }
    }
    return CUT_MORE;
}

json_cut_found json_cut_find(json_cut *c, const char *text, size_t length, size_t *end)
{
    return c->form == CUT_LINES   ? find_line(text, length, end)
           : c->form == CUT_ARRAY ? find_element(c, text, length, end)
                                  : find_beginning(c, text, length, end);
}

bool json_cut_is_open(const json_cut *c)
{
    return c->form == CUT_ARRAY && c->depth == 0 && !c->is_in_text;
}
