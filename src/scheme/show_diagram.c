/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stages as a diagram: rows of boxes read like text, a gate as a diamond on the way out of its
 * stage, and under it where those go who do not pass. Ways that are not to the next box are named.
 */
#include "scheme/show_inner.h"

#include "base/text.h"

#include <string.h>

enum { ACROSS = 4, BOX_W = 176, BOX_H = 74, GAP_X = 52, GAP_Y = 78, EDGE = 12 };

/* -- SVG ------------------------------------------------------------------------------------------
 */

/* At most so many columns. */
static void cut_html(buf *out, const char *text, size_t columns)
{
    size_t n = strlen(text), fits = text_fit(text, n, columns);
    buf line = BUF_INIT;
    buf_add(&line, text, fits == n ? n : text_fit(text, n, columns - 1));
    if (fits < n)
        buf_add_text(&line, "…");
    buf_add_xml(out, buf_text(&line));
    buf_done(&line);
}

static void svg_text(buf *out, int x, int y, const char *class, const char *text, size_t columns)
{
    buf_addf(out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
    cut_html(out, text, columns);
    buf_add_text(out, "</text>");
}

/* Two lines, broken at a blank where that is possible. */
static void svg_name(buf *out, int x, int y, const char *text)
{
    enum { COLUMNS = 20 };
    size_t n = strlen(text), fits = text_fit(text, n, COLUMNS), cut = fits;
    if (fits == n) {
        svg_text(out, x, y + 8, "name", text, COLUMNS);
        return;
    }
    while (cut > 0 && text[cut] != ' ')
        cut--;
    cut = cut ? cut : fits;
    buf first = BUF_INIT;
    buf_add(&first, text, cut);
    svg_text(out, x, y, "name", buf_text(&first), COLUMNS);
    svg_text(out, x, y + 17, "name", text + cut + (text[cut] == ' '), COLUMNS - 1);
    buf_done(&first);
}

static int box_x(size_t i)
{
    return EDGE + (int)(i % ACROSS) * (BOX_W + GAP_X);
}

static int box_y(size_t i)
{
    return EDGE + (int)(i / ACROSS) * (BOX_H + GAP_Y);
}

static void svg_box(const book *b, size_t i)
{
    const scheme_stage *s = &b->s->stage[i];
    buf who = BUF_INIT;
    int x = box_x(i), y = box_y(i);
    buf_addf(b->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" class=\"box\"/>",
             x, y, BOX_W, BOX_H);
    buf_addf(b->out, "<text x=\"%d\" y=\"%d\" class=\"number\">%zu</text>", x + BOX_W - 10, y + 18,
             i + 1);
    svg_name(b->out, x + 10, y + 22, name_of(b, &s->item));
    say_who(b, s, &who);
    if (s->due.kind == VALUE_DURATION || s->every.kind == VALUE_DURATION) {
        buf_add_text(&who, who.length ? " · " : "");
        if (s->every.kind == VALUE_DURATION)
            buf_add_text(&who, "↻ ");
        say_duration(b, s->every.kind == VALUE_DURATION ? s->every : s->due, &who);
    }
    svg_text(b->out, x + 10, y + BOX_H - 11, "quiet", buf_text(&who), 24);
    buf_done(&who);
}

/* To the next box: to the right, or down and back to the left. */
static void svg_arrow(const book *b, size_t i)
{
    int x = box_x(i) + BOX_W, y = box_y(i) + BOX_H / 2, to_x = box_x(i + 1);
    if ((i + 1) % ACROSS) {
        buf_addf(b->out, "<path d=\"M%d %dH%d\" class=\"way\" marker-end=\"url(#tip)\"/>", x, y,
                 to_x - 2);
        return;
    }
    int turn = box_y(i + 1) - 14;
    buf_addf(b->out, "<path d=\"M%d %dh%dV%dH%dV%d\" class=\"way\" marker-end=\"url(#tip)\"/>", x,
             y, GAP_X / 2 + 18, turn, to_x + BOX_W / 2, turn + 12);
}

/* Does a way lead to the stage written below it: for all, or for a band? */
static bool leads_on(const scheme_stage *s)
{
    bool does = s->next == s + 1;
    for (size_t i = 0; s->gate && i < s->gate->band_count; i++)
        does |= s->gate->band[i].next == s + 1;
    return does || (s->gate && s->gate->else_stage == s + 1);
}

/* Where those go who do not pass; where the way is not to the box behind it. */
static void svg_branch(const book *b, size_t i)
{
    const scheme_stage *s = &b->s->stage[i];
    int x = box_x(i), y = box_y(i) + BOX_H;
    buf text = BUF_INIT;
    if (s->gate) {
        int gx = x + BOX_W + GAP_X / 2, gy = box_y(i) + BOX_H / 2;
        if (!leads_on(s))
            buf_addf(b->out, "<path d=\"M%d %dH%d\" class=\"way\"/>", x + BOX_W, gy, gx - 11);
        buf_addf(b->out, "<path d=\"M%d %dl11 -11 11 11 -11 11z\" class=\"gate\"/>", gx - 11, gy);
        buf_addf(b->out, "<path d=\"M%d %dV%d\" class=\"way no\"/>", gx, gy + 11, y + 6);
        buf_add_text(&text, "✕ ");
        say_otherwise(b, s->gate, &text);
        buf_addf(b->out, "<path d=\"M%d %dH%d\" class=\"way no\"/>", gx, y + 6, x + BOX_W - 8);
        buf_addf(b->out, "<text x=\"%d\" y=\"%d\" class=\"quiet end\">", x + BOX_W - 12, y + 18);
        cut_html(b->out, buf_text(&text), 29);
        buf_add_text(b->out, "</text>");
    }
    buf_clear(&text);
    if (s->next && s->next != s + 1) {
        buf_addf(&text, "→ %s", name_of(b, &s->next->item));
        svg_text(b->out, x + 10, y + 34, "quiet", buf_text(&text), 26);
    }
    buf_done(&text);
}

static const char svg_style[] =
    "<style>.box{fill:var(--box,#f2f5f8);stroke:var(--line,#9aa3ab)}.name{font-weight:600;font-"
    "size:14px}"
    ".quiet,.number{font-size:12px;fill:var(--quiet,#5b6166)}.number,.end{text-anchor:end}"
    ".way{fill:none;stroke:var(--quiet,#5b6166);stroke-width:1.5}.no{stroke-dasharray:3 3}"
    ".gate{fill:var(--gate,#fff6dc);stroke:var(--gate-line,#b98900);stroke-width:1.5}"
    ".tip{fill:var(--quiet,#5b6166)}text{fill:var(--ink,#1a1c1e)}</style>"
    "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" "
    "markerHeight=\"7\" "
    "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" class=\"tip\"/></marker></defs>";

void scheme_show_svg(const scheme *s, const char *lang, buf *out)
{
    bool is_ko = lang && strncmp(lang, "ko", 2) == 0, is_zh = lang && strncmp(lang, "zh", 2) == 0;
    book b = {.s = s, .lang = is_ko ? "ko" : is_zh ? "zh" : "en", .out = out, .is_html = true};
    size_t n = s->stage_count, across = n < ACROSS ? n : ACROSS;
    int width = 2 * EDGE + (int)across * (BOX_W + GAP_X);
    int height = box_y(n - 1) + BOX_H + 44;
    buf_addf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
        "font-family=\"system-ui,'Noto Sans','Noto Sans CJK KR','Noto Sans CJK SC',sans-serif\" "
        "aria-label=\"",
        width, width, height);
    buf_add_xml(out, said(&b, SAY_STAGES));
    buf_addf(out, "\">%s", svg_style);
    for (size_t i = 0; i < n; i++)
        if (i + 1 < n && leads_on(&s->stage[i]))
            svg_arrow(&b, i);
    for (size_t i = 0; i < n; i++) {
        svg_branch(&b, i);
        svg_box(&b, i);
    }
    buf_add_text(out, "</svg>");
}

/* -- terminal -------------------------------------------------------------------------------------
 */

void show_diagram_text(const book *b)
{
    const scheme *s = b->s;
    for (size_t i = 0; i < s->stage_count; i++) {
        const scheme_stage *stage = &s->stage[i];
        buf who = BUF_INIT;
        say_who(b, stage, &who);
        if (stage->due.kind == VALUE_DURATION) {
            buf_add_text(&who, who.length ? " · " : "");
            say_duration(b, stage->due, &who);
        }
        buf_addf(b->out, "  %s %zu %s",
                 i == 0                    ? "┌"
                 : i + 1 == s->stage_count ? "└"
                                           : "├",
                 i + 1, name_of(b, &stage->item));
        buf_addf(b->out, "%s%s%s\n", who.length ? " (" : "", buf_text(&who), who.length ? ")" : "");
        buf_done(&who);
        const char *rail = i + 1 == s->stage_count ? " " : "│";
        if (stage->gate) {
            buf_addf(b->out, "  %s   ◇ %s ╌╌ ✕ ", rail, name_of(b, &stage->gate->item));
            say_otherwise(b, stage->gate, b->out);
            buf_add_char(b->out, '\n');
        }
        if (stage->next && stage->next != stage + 1)
            buf_addf(b->out, "  %s   → %s\n", rail, name_of(b, &stage->next->item));
    }
}
