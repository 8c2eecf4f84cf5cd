/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help for people. It opens with examples, because they are what is looked for. */
#include "cli/cli.h"

#include "report/term.h"

#include <stdio.h>
#include <string.h>

enum { HELP_WIDTH = 80 };

static void title(buf *out, const char *text)
{
    buf_addf(out, "\n%s\n", text);
}

static void blanks(buf *out, int n)
{
    buf_addf(out, "%*s", n > 0 ? n : 0, "");
}

/* A left column of at most `column` columns and wrapped text beside it. */
static void pair(buf *out, const char *left, const char *text, int column)
{
    int own = term_width(left);
    blanks(out, 2);
    buf_add_text(out, left);
    if (own + 4 > column) {
        buf_add_char(out, '\n');
        blanks(out, column);
    } else
        blanks(out, column - 2 - own);
    text_wrap(out, text, column, HELP_WIDTH - column);
}

static void write_examples(const verb *v, buf *out)
{
    const char *p = _(v->examples);
    char command[256], text[256];
    while (*p) {
        size_t tab = strcspn(p, "\t"), line = strcspn(p, "\n");
        if (tab > line)
            tab = line;
        snprintf(command, sizeof command, "%.*s", (int)tab, p);
        snprintf(text, sizeof text, "%.*s", (int)(line > tab ? line - tab - 1 : 0), p + tab + 1);
        buf_addf(out, "  %s\n      ", command);
        text_wrap(out, text, 6, HELP_WIDTH - 6);
        p += line;
        p += *p == '\n';
    }
}

static void write_option(const option *o, buf *out)
{
    char left[80], text[400];
    bool is_short = o->letter && strlen(o->name) == 1;
    if (is_short)
        snprintf(left, sizeof left, "-%c, --%s %s", o->letter, o->name, o->value ? o->value : "");
    else if (o->letter)
        snprintf(left, sizeof left, "-%c, --%s%s%s", o->letter, o->name, o->value ? " " : "",
                 o->value ? o->value : "");
    else
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "",
                 o->value ? o->value : "");
    if (o->choices && strcmp(o->choices, o->value) != 0) {
        char list[160];
        size_t n = 0;
        for (const char *p = o->choices; *p && n + 3 < sizeof list; p++) {
            list[n++] = *p == '|' ? ',' : *p;
            if (*p == '|')
                list[n++] = ' ';
        }
        list[n] = 0;
        snprintf(text, sizeof text, "%s: %s", _(o->text), list);
    } else
        snprintf(text, sizeof text, "%s", _(o->text));
    pair(out, left, text, 26);
}

void help_verb(const verb *v, buf *out)
{
    buf_addf(out, "assay %s: %s\n", v->name, _(v->summary));
    title(out, _("Examples"));
    write_examples(v, out);
    title(out, _("Usage"));
    buf_addf(out, "  assay %s%s%s%s\n\n  ", v->name, *v->operands ? " " : "", v->operands,
             _(" [options]"));
    text_wrap(out, _(v->text), 2, HELP_WIDTH - 2);
    title(out, _("Options"));
    for (const unsigned char *o = v->options; *o != OPT_NONE; o++)
        write_option(&option_table[*o], out);
}

void help_overview(buf *out)
{
    buf_addf(out, "assay: %s\n", _("quality statistics from the gauge file to the verdict"));
    title(out, _("Examples"));
    buf_addf(out, "  assay chart parts.csv -n 5\n      %s\n", _("a control chart, no database needed"));
    buf_addf(out, "  assay import plant.assay parts.csv\n      %s\n",
             _("put measurements into a database"));
    buf_addf(out, "  assay signals plant.assay\n      %s\n", _("what is out of control, and since when"));
    title(out, _("Verbs"));
    for (size_t i = 0; i < verb_count; i++)
        pair(out, verb_table[i].name, _(verb_table[i].summary), 16);
    title(out, _("Exit codes"));
    buf_addf(out, "  %s\n", _("0 fine, 1 failed, 2 usage, 3 out of control, 4 not capable"));
    buf_addf(out, "\n%s\n", _("assay help VERB shows examples and options of a verb."));
}
