/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rule book: head, chapters, and the page around them. */
#include "scheme/show_inner.h"

#include "base/text.h"

#include <string.h>

/* -- chapters and rows --------------------------------------------------------------------------
 */

void book_heading(const book *b, say word)
{
    if (b->is_html) {
        buf_add_text(b->out, "<section><h2>");
        buf_add_xml(b->out, said(b, word));
        buf_add_text(b->out, "</h2><table>\n");
    } else {
        buf_addf(b->out, "\n%s\n", said(b, word));
    }
}

void book_end(const book *b)
{
    if (b->is_html)
        buf_add_text(b->out, "</table></section>\n");
}

static void html_lines(buf *out, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        buf line = BUF_INIT;
        buf_add(&line, text, n);
        buf_add_text(out, "<div>");
        buf_add_xml(out, buf_text(&line));
        buf_add_text(out, "</div>");
        buf_done(&line);
        text += n + (text[n] == '\n');
    }
}

static void html_row(const book *b, const scheme_item *item, int depth, const char *text)
{
    buf_addf(b->out, "<tr%s><th scope=\"row\" class=\"d%d\">",
             item->is_assumed ? " class=\"assumed\"" : "", depth > 3 ? 3 : depth);
    buf_add_xml(b->out, name_of(b, item));
    if (item->is_assumed) {
        buf_add_text(b->out, " <abbr title=\"");
        buf_add_xml(b->out, said(b, SAY_ASSUMED));
        buf_add_text(b->out, "\">◊</abbr>");
    }
    buf_add_text(b->out, "</th><td>");
    html_lines(b->out, text);
    buf_add_text(b->out, "</td></tr>\n");
}

static void blanks(buf *out, int n)
{
    while (n-- > 0)
        buf_add_char(out, ' ');
}

/* Break at blanks where there are some, else between characters: Chinese has none. */
static void wrapped(buf *out, const char *text, size_t n, int indent, int width)
{
    size_t room = width - indent < 20 ? 20 : (size_t)(width - indent);
    while (text_width(text, n) > room) {
        size_t fits = text_fit(text, n, room), cut = fits;
        while (cut > fits / 2 && text[cut] != ' ')
            cut--;
        if (cut <= fits / 2)
            cut = fits;
        buf_add(out, text, cut);
        while (cut < n && text[cut] == ' ')
            cut++;
        text += cut;
        n -= cut;
        buf_add_char(out, '\n');
        blanks(out, indent);
    }
    buf_add(out, text, n);
    buf_add_char(out, '\n');
}

#define LABEL_COLUMNS 26

static void text_row(const book *b, const scheme_item *item, int depth, const char *text)
{
    const char *name = name_of(b, item);
    int used = 2 + 2 * depth + (int)text_width(name, strlen(name)) + (item->is_assumed ? 2 : 0);
    blanks(b->out, 2 + 2 * depth);
    buf_addf(b->out, "%s%s", name, item->is_assumed ? " ◊" : "");
    if (used >= LABEL_COLUMNS && *text) {
        buf_add_char(b->out, '\n');
        used = 0;
    }
    if (!*text)
        buf_add_char(b->out, '\n');
    while (*text) {
        size_t n = strcspn(text, "\n");
        blanks(b->out, LABEL_COLUMNS - used);
        wrapped(b->out, text, n, LABEL_COLUMNS, b->width);
        used = 0;
        text += n + (text[n] == '\n');
    }
}

void book_row(const book *b, const scheme_item *item, int depth, const char *text)
{
    if (b->is_html)
        html_row(b, item, depth, text);
    else
        text_row(b, item, depth, text);
}

/* -- the head -------------------------------------------------------------------------------------
 */

static void fact(const book *b, say word, const char *text)
{
    scheme_item item = {.words = {.en = said(b, word), .ko = said(b, word), .zh = said(b, word)}};
    book_row(b, &item, 0, text);
}

static void say_cycle(const book *b, buf *out)
{
    const scheme_cycle *c = &b->s->cycle;
    if (c->is_open)
        buf_add_text(out, said(b, SAY_ALWAYS_OPEN));
    if (c->every.kind == VALUE_DURATION) {
        buf_addf(out, "%s ", said(b, SAY_EVERY));
        say_duration(b, c->every, out);
    }
    if (c->open_month)
        buf_addf(out, "%s%s %02d-%02d", out->length ? ", " : "", said(b, SAY_OPENS), c->open_month,
                 c->open_day);
}

static void show_facts(const book *b)
{
    const scheme *s = b->s;
    buf text = BUF_INIT;
    if (b->is_html)
        buf_add_text(b->out, "<table class=\"facts\">\n");
    buf_addf(&text, "%s · %s", s->item.id, s->rev);
    fact(b, SAY_REVISION, buf_text(&text));
    buf_clear(&text);
    for (size_t i = 0; i < s->basis_count; i++)
        buf_addf(&text, "%s%s", i ? " · " : "", s->basis[i]);
    if (text.length)
        fact(b, SAY_BASIS, buf_text(&text));
    buf_clear(&text);
    say_cycle(b, &text);
    if (text.length)
        fact(b, SAY_CYCLE, buf_text(&text));
    if (b->is_html)
        buf_add_text(b->out, "</table>\n");
    buf_done(&text);
}

static void show_chapters(const book *b)
{
    const scheme *s = b->s;
    const struct {
        size_t count;
        void (*show)(const book *b);
    } chapters[] = {{s->stage_count, show_stages},     {s->rule_count, show_rules},
                    {s->rubric_count, show_rubrics},   {s->tally_count, show_tallies},
                    {s->bank_count, show_banks},       {s->assign_count, show_assigns},
                    {s->role_count, show_roles},       {s->form_count, show_forms},
                    {s->title_count, show_titles},     {s->money_count, show_money},
                    {s->measure_count, show_measures}, {s->publish_count, show_publications}};
    for (size_t i = 0; i < sizeof chapters / sizeof *chapters; i++)
        if (chapters[i].count)
            chapters[i].show(b);
}

static const char *language(const char *lang)
{
    return lang && strncmp(lang, "ko", 2) == 0   ? "ko"
           : lang && strncmp(lang, "zh", 2) == 0 ? "zh"
                                                 : "en";
}

/* -- as text --------------------------------------------------------------------------------------
 */

void scheme_show_text(const scheme *s, const char *lang, int width, buf *out)
{
    book b = {.s = s, .lang = language(lang), .out = out, .width = width > 40 ? width : 80};
    buf_addf(out, "%s\n", name_of(&b, &s->item));
    show_facts(&b);
    if (s->assumed_count)
        buf_addf(out, "  %s\n", said(&b, SAY_HAS_ASSUMED));
    buf_add_char(out, '\n');
    show_diagram_text(&b);
    show_chapters(&b);
}

/* -- as HTML --------------------------------------------------------------------------------------
 */

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1a1c1e;--paper:#fff;--quiet:#5b6166;--line:#d5d9dd;"
    "--box:#f2f5f8;--mark:#0b57a4;--gate:#fff6dc;--gate-line:#b98900}"
    "@media (prefers-color-scheme:dark){:root{--ink:#e6e8ea;--paper:#16181a;--quiet:#a3abb2;"
    "--line:#3a4046;--box:#22272c;--mark:#7db8f5;--gate:#3a3115;--gate-line:#d3a93a}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);"
    "font:15px/1.55 system-ui,'Noto Sans','Noto Sans CJK KR','Noto Sans CJK SC',sans-serif}"
    ":lang(zh){font-family:system-ui,'Noto Sans CJK SC','Noto Sans',sans-serif}"
    ":lang(ko){font-family:system-ui,'Noto Sans CJK KR','Noto Sans',sans-serif;word-break:keep-all}"
    "main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 3rem}"
    "h1{font-size:1.75rem;line-height:1.25;margin:0 0 .25rem}"
    ".kind{color:var(--quiet);margin:0 0 1rem}"
    "h2{font-size:1.05rem;margin:2rem 0 .5rem;padding-bottom:.3rem;border-bottom:2px solid "
    "var(--ink)}"
    "table{width:100%;border-collapse:collapse}"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;"
    "border-bottom:1px solid var(--line);overflow-wrap:anywhere}"
    "th{font-weight:600;width:16rem}td div+div{margin-top:.1rem}"
    ".facts th,.facts td{border:0;padding-top:.1rem;padding-bottom:.1rem}.facts th{width:9rem;"
    "font-weight:400;color:var(--quiet)}"
    "th.d1{padding-left:1.25rem;font-weight:400}th.d2{padding-left:2.5rem;font-weight:400}"
    "th.d3{padding-left:3.75rem;font-weight:400}"
    "abbr{color:var(--mark);text-decoration:none;cursor:help}"
    ".note{border-left:3px solid var(--mark);padding:.3rem .8rem;margin:1rem 0;color:var(--quiet)}"
    "figure{margin:1.5rem "
    "0;overflow-x:auto}svg{display:block;max-width:100%;height:auto}"
    "@media screen and (max-width:50rem){svg{max-width:none}}"
    "footer{margin-top:2.5rem;color:var(--quiet);font-size:.8rem;overflow-wrap:anywhere}"
    "@media (max-width:40rem){th,td{display:block;width:auto;padding-right:0}"
    "th{border:0;padding-bottom:0}td{padding-top:0}}"
    "@media print{main{padding:0;max-width:none}tr{break-inside:avoid}h2{break-after:avoid}}";

void scheme_show_body(const scheme *s, const char *lang, buf *out)
{
    book b = {.s = s, .lang = language(lang), .out = out, .is_html = true};
    char digest[65];
    buf_add_text(out, "<h1>");
    buf_add_xml(out, name_of(&b, &s->item));
    buf_addf(out, "</h1><p class=\"kind\">%s</p>\n", said(&b, SAY_RULE_BOOK));
    show_facts(&b);
    if (s->assumed_count)
        buf_addf(out, "<p class=\"note\">%s</p>\n", said(&b, SAY_HAS_ASSUMED));
    buf_add_text(out, "<figure tabindex=\"0\">");
    scheme_show_svg(s, lang, out);
    buf_add_text(out, "</figure>\n");
    show_chapters(&b);
    sha256_to_hex(&s->digest, digest);
    buf_addf(out, "<footer>%s: SHA-256 %s</footer>\n", said(&b, SAY_DIGEST), digest);
}

void scheme_show_html(const scheme *s, const char *lang, buf *out)
{
    book b = {.s = s, .lang = language(lang), .out = out, .is_html = true};
    buf_addf(out,
             "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>",
             b.lang);
    buf_add_xml(out, name_of(&b, &s->item));
    buf_addf(out, "</title><style>%s</style></head>\n<body><main>\n", style);
    scheme_show_body(s, lang, out);
    buf_add_text(out, "</main></body></html>\n");
}
