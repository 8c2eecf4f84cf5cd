/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

#include <string.h>

/* Lower and upper bound of the second byte by first byte (Unicode standard, table 3-7). */
static size_t sequence_length(const unsigned char *p, size_t n)
{
    unsigned char low = 0x80, high = 0xBF;
    size_t length;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    length = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (p[0] == 0xE0)
        low = 0xA0;
    else if (p[0] == 0xED)
        high = 0x9F;
    else if (p[0] == 0xF0)
        low = 0x90;
    else if (p[0] == 0xF4)
        high = 0x8F;
    if (n < length || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    }
    return length;
}

uint32_t utf8_decode(const char *text, size_t n, size_t *used)
{
    static const unsigned char first_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    const unsigned char *p = (const unsigned char *)text;
    size_t length = sequence_length(p, n);
    if (length == 0) {
        *used = 1;
        return 0xFFFD;
    }
    uint32_t c = p[0] & first_mask[length];
    for (size_t i = 1; i < length; i++)
        c = c << 6 | (p[i] & 0x3F);
    *used = length;
    return c;
}

size_t utf8_valid(const char *text, size_t n)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t at = 0;
    while (at < n) {
        uint64_t word;
        if (n - at >= 8 && (memcpy(&word, p + at, 8), (word & 0x8080808080808080u) == 0)) {
            at += 8;
            continue;
        }
        size_t length = sequence_length(p + at, n - at);
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

void utf8_tidy(char *text)
{
    size_t n = strlen(text), to = 0, used;
    bool marked = false;
    for (size_t at = 0; at < n; at += used) {
        uint32_t c = utf8_decode(text + at, n - at, &used);
        bool bad = (c == 0xFFFD && used == 1) || is_control(c);
        if (!bad)
            memmove(text + to, text + at, used), to += used;
        else if (!marked)
            text[to++] = '?';
        marked = bad;
    }
    text[to] = 0;
}
