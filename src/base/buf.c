/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL = 120 }; /* bytes of a formatted text, tried at once */

void buf_done(buf *b)
{
    if (!b)
        return;
    free(b->data);
    *b = BUF_INIT;
}

void buf_clear(buf *b)
{
    b->length = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = 0;
}

bool buf_reserve(buf *b, size_t more)
{
    if (b->failed || more > SIZE_MAX / 4 - b->length) {
        b->failed = true;
        return false;
    }
    size_t need = b->length + more + 1;
    if (need <= b->room)
        return true;
    size_t room = b->room ? b->room : 64;
    while (room < need)
        room *= 2;
    char *data = realloc(b->data, room);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->room = room;
    return true;
}

void buf_add(buf *b, const void *bytes, size_t length)
{
    if (!buf_reserve(b, length))
        return;
    if (length)
        memcpy(b->data + b->length, bytes, length);
    b->length += length;
    b->data[b->length] = 0;
}

void buf_add_text(buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_add_char(buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_addv(buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    size_t room = buf_reserve(b, USUAL) ? b->room - b->length : 0;
    int length = vsnprintf(room ? b->data + b->length : NULL, room, format, args);
    bool is_cut = length >= 0 && (size_t)length >= room;
    if (length < 0)
        b->failed = true;
    else if (is_cut && buf_reserve(b, (size_t)length))
        vsnprintf(b->data + b->length, (size_t)length + 1, format, again);
    if (!b->failed)
        b->length += (size_t)length;
    va_end(again);
}

void buf_addf(buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_addv(b, format, args);
    va_end(args);
}

const char *buf_text(const buf *b)
{
    return b->data ? b->data : "";
}

void buf_add_xml(buf *b, const char *text)
{
    for (const char *p = text ? text : ""; *p; p++) {
        const char *name = *p == '<'   ? "&lt;"
                           : *p == '>' ? "&gt;"
                           : *p == '&' ? "&amp;"
                           : *p == '"' ? "&quot;"
                                       : NULL;
        if (name)
            buf_add_text(b, name);
        else if ((unsigned char)*p >= ' ' || *p == '\n' || *p == '\t')
            buf_add_char(b, *p);
    }
}
