/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/term.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_ROOM = 48 };

int term_width(const char *text)
{
    return (int)text_width(text, strlen(text));
}

static void blanks(buf *out, int n)
{
    for (int i = 0; i < n; i++)
        buf_add_char(out, ' ');
}

static int cut(buf *out, const char *text, int width)
{
    size_t n = strlen(text), room = (size_t)(width > 0 ? width : 0);
    size_t length = text_fit(text, n, room);
    if (length < n && room > 1) {
        length = text_fit(text, n, room - 1);
        buf_add(out, text, length);
        buf_add_text(out, "…");
        return (int)text_width(text, length) + 1;
    }
    buf_add(out, text, length);
    return (int)text_width(text, length);
}

void text_left(buf *out, const char *text, int width)
{
    int used = cut(out, text, width);
    blanks(out, width - used);
}

void text_right(buf *out, const char *text, int width)
{
    int own = term_width(text);
    blanks(out, width - own);
    cut(out, text, width);
}

/* Lines break at blanks, and before or after a wide character, as Han and Kana are set. */
void text_wrap(buf *out, const char *text, int indent, int width)
{
    int left = width;
    const char *p = text;
    while (*p) {
        size_t word = strcspn(p, " \n"), used;
        uint32_t first = word ? utf8_decode(p, word, &used) : 0;
        bool is_hangul = first >= 0xac00 && first <= 0xd7a3; /* breaks at blanks */
        if (word && !is_hangul && codepoint_width(first) == 2)
            word = used;
        int columns = (int)text_width(p, word);
        if (columns > left && left < width) {
            while (out->length && out->data[out->length - 1] == ' ')
                out->length--;
            buf_add_char(out, '\n');
            blanks(out, indent);
            left = width;
        }
        buf_add(out, p, word);
        left -= columns;
        p += word;
        if (*p == ' ') {
            if (left > 0)
                buf_add_char(out, ' ');
            left--;
            p++;
        } else if (*p == '\n') {
            buf_add_char(out, '\n');
            blanks(out, indent);
            left = width;
            p++;
        }
    }
    buf_add_char(out, '\n');
}

static char *next_text(void)
{
    static _Thread_local char ring[8][TEXT_ROOM];
    static _Thread_local unsigned next;
    return ring[next++ % 8];
}

const char *text_p(double p)
{
    return p < 0.0001 ? "< 0.0001" : text_real(p, 4);
}

const char *text_ppm(double ppm)
{
    return ppm > 0 && ppm < 0.05 ? "< 0.1" : text_real(ppm, 1);
}

const char *text_real(double x, int places)
{
    char *out = next_text();
    if (isnan(x))
        return "–";
    double size = fabs(x);
    bool is_far = size != 0 && (size >= 1e15 || size < 1e-7);
    snprintf(out, TEXT_ROOM, is_far ? "%.*e" : "%.*f", is_far ? 5 : places, x);
    return out;
}

int text_places(int decimals)
{
    return decimals < 0 ? 4 : decimals > 8 ? 9 : decimals + 1;
}

/* -- styles --------------------------------------------------------------------------------- */

void term_on(const term *t, term_style style, buf *out)
{
    static const char *const codes[] = {"", "\033[1m", "\033[2m", "\033[38;5;75m", "\033[38;5;173m",
                                        "\033[1;31m", "\033[38;5;36m", "\033[38;5;173m"};
    if (t->has_color)
        buf_add_text(out, codes[style]);
}

void term_off(const term *t, buf *out)
{
    if (t->has_color)
        buf_add_text(out, "\033[0m");
}

void term_styled(const term *t, term_style style, const char *text, buf *out)
{
    term_on(t, style, out);
    buf_add_text(out, text);
    term_off(t, out);
}
