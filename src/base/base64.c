/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/base64.h"

#include <string.h>

static const char letters[2][65] = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};

void base64_add(buf *out, const void *bytes, size_t length, base64_form form)
{
    const uint8_t *in = bytes;
    if (!buf_reserve(out, (length + 2) / 3 * 4))
        return;
    char *to = out->data + out->length;
    for (size_t i = 0; i < length; i += 3) {
        size_t n = length - i < 3 ? length - i : 3;
        uint32_t group = (uint32_t)in[i] << 16 | (n > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
                         (n > 2 ? in[i + 2] : 0);
        for (size_t k = 0; k < 4; k++)
            if (k <= n)
                *to++ = letters[form][group >> (18 - 6 * k) & 63];
            else if (form == BASE64_STANDARD)
                *to++ = '=';
    }
    *to = '\0';
    out->length = (size_t)(to - out->data);
}

/* 0 .. 63, or -1. */
static int value_of(char c, base64_form form)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == letters[form][62] ? 62 : c == letters[form][63] ? 63 : -1;
}

static size_t without_padding(const char *text, size_t length)
{
    if (length >= 4 && text[length - 1] == '=')
        length--;
    return length % 4 == 3 && text[length - 1] == '=' ? length - 1 : length;
}

bool base64_read(const char *text, size_t length, base64_form form, void *out, size_t room,
                 size_t *used)
{
    if (form == BASE64_STANDARD && length % 4)
        return false;
    size_t count = form == BASE64_STANDARD ? without_padding(text, length) : length;
    size_t n = count * 3 / 4;
    if (count % 4 == 1 || n > room)
        return false;
    uint8_t *to = out;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < count; i++) {
        int value = value_of(text[i], form);
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            *to++ = (uint8_t)(bits >> held);
        }
    }
    if (bits & ((1u << held) - 1))
        return false;
    *used = n;
    return true;
}
