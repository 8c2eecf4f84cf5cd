/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct {
    uint32_t first, last;
} range;

/* Signs that take no column of their own: combining marks, joiners, medial vowels of Hangul. */
static const range zero_width[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD},   {0x0610, 0x061A},
    {0x064B, 0x065F},   {0x06D6, 0x06DC},   {0x093C, 0x093C},   {0x0941, 0x0948},
    {0x094D, 0x094D},   {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E},
    {0x1160, 0x11FF},   {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF},   {0x200B, 0x200F},
    {0x202A, 0x202E},   {0x2060, 0x2064},   {0x20D0, 0x20FF},   {0x302A, 0x302D},
    {0x3099, 0x309A},   {0xD7B0, 0xD7FF},   {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF},   {0xE0100, 0xE01EF},
};

/* East Asian Wide and Fullwidth (Unicode Standard Annex 11). */
static const range double_width[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},
    {0x2614, 0x2615},   {0x26AA, 0x26AB},   {0x26D4, 0x26D4},   {0x2705, 0x2705},
    {0x274C, 0x274C},   {0x2E80, 0x303E},   {0x3041, 0x3247},   {0x3250, 0x4DBF},
    {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

static bool is_in(uint32_t c, const range *ranges, size_t count)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && c >= ranges[low].first;
}

int codepoint_width(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7F && c < 0xA0))
        return 0;
    if (c < 0x300)
        return 1;
    if (is_in(c, zero_width, sizeof zero_width / sizeof *zero_width))
        return 0;
    return is_in(c, double_width, sizeof double_width / sizeof *double_width) ? 2 : 1;
}

size_t text_width(const char *text, size_t n)
{
    size_t width = 0, used;
    for (size_t at = 0; at < n; at += used)
        width += (size_t)codepoint_width(utf8_decode(text + at, n - at, &used));
    return width;
}

size_t text_fit(const char *text, size_t n, size_t columns)
{
    size_t width = 0, used, at = 0;
    for (; at < n; at += used) {
        width += (size_t)codepoint_width(utf8_decode(text + at, n - at, &used));
        if (width > columns)
            break;
    }
    return at;
}

/* -- which encoding -- */

static const char *const names[] = {
#define X(code, name, iconv_name) name,
    ENCODING_LIST(X)
#undef X
};

const char *encoding_name(text_encoding e)
{
    return (unsigned)e < ENCODING_COUNT ? names[e] : "unknown";
}

bool encoding_from_name(const char *name, text_encoding *out)
{
    static const struct {
        const char *name;
        text_encoding encoding;
    } others[] = {
        {"utf8", ENCODING_UTF8},         {"ascii", ENCODING_UTF8},
        {"utf-16", ENCODING_UTF16LE},    {"utf16", ENCODING_UTF16LE},
        {"euc-kr", ENCODING_CP949},      {"uhc", ENCODING_CP949},
        {"gbk", ENCODING_GB18030},       {"gb2312", ENCODING_GB18030},
        {"latin1", ENCODING_CP1252},     {"iso-8859-1", ENCODING_CP1252},
        {"windows-1252", ENCODING_CP1252},
    };
    for (int e = 0; e < ENCODING_COUNT; e++) {
        if (strcasecmp(name, names[e]) == 0) {
            *out = (text_encoding)e;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcasecmp(name, others[i].name) == 0) {
            *out = others[i].encoding;
            return true;
        }
    }
    return false;
}

/* Text in UTF-16 has many zero bytes, nearly all on one side. */
static bool guess_utf16(const unsigned char *p, size_t n, text_encoding *out)
{
    size_t zeros[2] = {0, 0};
    for (size_t i = 0; i < n; i++)
        zeros[i & 1] += p[i] == 0;
    if (zeros[0] + zeros[1] == 0 || zeros[0] + zeros[1] < n / 8)
        return false;
    *out = zeros[1] > zeros[0] ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    return true;
}

/* Korean and Chinese letters come as two bytes above 0xA0; letters of code page 1252 stand alone
 * between ASCII. Hangul begins with 0xB0 .. 0xC8; Han of GB 2312 goes on to 0xF7. */
static text_encoding guess_bytes(const unsigned char *p, size_t n)
{
    size_t alone = 0, hangul = 0, han = 0, pairs = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < 0x80)
            continue;
        if (i + 1 >= n || p[i] < 0x81 || p[i] == 0xFF || p[i + 1] < 0x41) {
            alone++;
            continue;
        }
        if (p[i + 1] < 0xA1 || p[i] < 0xA1) {
            alone += p[i + 1] < 0x80; /* perhaps a letter before a letter */
            i += p[i + 1] >= 0x80;
            continue;
        }
        pairs++;
        hangul += p[i] >= 0xB0 && p[i] <= 0xC8;
        han += p[i] >= 0xC9 && p[i] <= 0xF7;
        i++;
    }
    if (alone > pairs)
        return ENCODING_CP1252;
    return hangul > 0 && han * 10 <= hangul ? ENCODING_CP949 : ENCODING_GB18030;
}

text_encoding encoding_guess(const char *bytes, size_t n, bool is_all, size_t *mark)
{
    const unsigned char *p = (const unsigned char *)bytes;
    text_encoding guess;
    *mark = 0;
    if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
        *mark = 3;
        return ENCODING_UTF8;
    }
    if (n >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF))) {
        *mark = 2;
        return p[0] == 0xFF ? ENCODING_UTF16LE : ENCODING_UTF16BE;
    }
    if (n >= 2 && guess_utf16(p, n, &guess))
        return guess;
    size_t valid = utf8_valid(bytes, n);
    if (valid == n || (!is_all && n - valid < 4))
        return ENCODING_UTF8;
    return guess_bytes(p, n);
}

bool text_is_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 5 && !text[digits] && strtol(text, NULL, 10) <= 65535;
}
