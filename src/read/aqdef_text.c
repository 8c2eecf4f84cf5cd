/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of AQDEF files to UTF-8.
 *
 * No file says its encoding. A text that is valid UTF-8 is taken as such, any other as code page
 * 1252 unless a code page is pinned. Nothing fails: what a code page does not define becomes the
 * control character of that number, as browsers do it.
 */
#include "read/aqdef_values.h"

#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

assay_status aqdef_decoder_init(aqdef_decoder *d, const char *code_page, assay_err *err)
{
    *d = (aqdef_decoder){.converter = (void *)(iconv_t)-1};
    if (!code_page || !*code_page)
        return ASSAY_OK;
    snprintf(d->code_page, sizeof d->code_page, "%s", code_page);
    d->is_pinned = strcasecmp(code_page, "utf-8") != 0;
    if (!d->is_pinned || strcasecmp(code_page, "cp1252") == 0)
        return ASSAY_OK;
    d->converter = iconv_open("UTF-8", code_page);
    if (d->converter == (void *)(iconv_t)-1)
        return assay_fail(err, ASSAY_USAGE, 0, "no such encoding: \"%.30s\"", code_page);
    return ASSAY_OK;
}

void aqdef_decoder_done(aqdef_decoder *d)
{
    if (d->converter && d->converter != (void *)(iconv_t)-1)
        iconv_close(d->converter);
    buf_done(&d->text);
    buf_done(&d->plain);
    *d = (aqdef_decoder){0};
}

static bool is_ascii(const char *text, size_t length)
{
    uint64_t high = 0, word;
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        memcpy(&word, text + i, 8);
        high |= word;
    }
    for (; i < length; i++)
        high |= (uint64_t)(unsigned char)text[i];
    return !(high & 0x8080808080808080u);
}

/* Length of the UTF-8 character at p, 0 if there is none. */
static size_t utf8_step(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool is_overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool is_outside = (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf4 && p[1] > 0x8f);
    return is_overlong || is_outside ? 0 : n;
}

static bool is_utf8(const char *text, size_t length)
{
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0, step; i < length; i += step)
        if (!(step = utf8_step(p + i, length - i)))
            return false;
    return true;
}

static void add_character(buf *b, uint32_t c)
{
    if (c < 0x80) {
        buf_add_char(b, (char)c);
        return;
    }
    if (c < 0x800) {
        buf_add_char(b, (char)(0xc0 | c >> 6));
    } else {
        buf_add_char(b, (char)(0xe0 | c >> 12));
        buf_add_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    buf_add_char(b, (char)(0x80 | (c & 0x3f)));
}

static void from_cp1252(buf *b, const char *text, size_t length)
{
    static const uint16_t upper[32] = {
        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
        0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        add_character(b, c >= 0x80 && c < 0xa0 ? upper[c - 0x80] : c);
    }
}

/* Bytes that the code page does not know are shown as U+FFFD. */
static void from_pinned(aqdef_decoder *d, const char *text, size_t length)
{
    char piece[256], *in = (char *)text; /* iconv does not write to it */
    iconv(d->converter, NULL, NULL, NULL, NULL);
    while (length) {
        char *out = piece;
        size_t room = sizeof piece, before = length;
        size_t done = iconv(d->converter, &in, &length, &out, &room);
        buf_add(&d->text, piece, sizeof piece - room);
        if (done == (size_t)-1 && length == before && room == sizeof piece) {
            buf_add(&d->text, "\xef\xbf\xbd", 3);
            in++, length--;
        }
    }
}

/* A NUL would end the text for everybody else. */
static const char *without_nul(aqdef_decoder *d, const char *text, size_t length)
{
    if (!memchr(text, 0, length))
        return text;
    buf_clear(&d->plain);
    buf_add(&d->plain, text, length);
    for (size_t i = 0; i < d->plain.length; i++)
        if (!d->plain.data[i])
            d->plain.data[i] = '?';
    return d->plain.failed ? NULL : d->plain.data;
}

static const char *decoded(aqdef_decoder *d, const char *text, size_t *length)
{
    text = without_nul(d, text, *length);
    if (!text)
        return NULL;
    if (is_ascii(text, *length) || (!d->is_pinned && is_utf8(text, *length)))
        return text;
    d->converted++;
    buf_clear(&d->text);
    if (d->converter != (void *)(iconv_t)-1)
        from_pinned(d, text, *length);
    else
        from_cp1252(&d->text, text, *length);
    *length = d->text.length;
    return d->text.failed ? NULL : buf_text(&d->text);
}

static bool has_controls(const char *text, size_t length)
{
    bool is_any = false;
    for (size_t i = 0; i < length; i++)
        is_any |= (unsigned char)text[i] < 0x20;
    return is_any;
}

/* Control characters divide fields and lines, so none of them can be written into one: they are
 * blanks, and blanks at the edges of a text are no part of it. */
const char *aqdef_decode(aqdef_decoder *d, const char *text, size_t *length)
{
    text = decoded(d, text, length);
    if (!text || !has_controls(text, *length))
        return text;
    if (text != d->plain.data) {
        buf_clear(&d->plain);
        buf_add(&d->plain, text, *length);
    }
    if (d->plain.failed)
        return NULL;
    for (size_t i = 0; i < *length; i++)
        if ((unsigned char)d->plain.data[i] < 0x20)
            d->plain.data[i] = ' ';
    text = d->plain.data;
    aqdef_trim(&text, length);
    return text;
}
