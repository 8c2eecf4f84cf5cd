/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Manual pages and shell completion from the verb table, written at build time. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

/* roff: a leading dot or quote and backslashes mean something. */
static void roff(buf *out, const char *text)
{
    bool is_start = true;
    for (const char *p = text; *p; p++) {
        if (is_start && (*p == '.' || *p == '\''))
            buf_add_text(out, "\\&");
        if (*p == '\\')
            buf_add_text(out, "\\e");
        else if (*p == '-')
            buf_add_text(out, "\\-");
        else
            buf_add_char(out, *p);
        is_start = *p == '\n';
    }
}

static void head(buf *out, const char *name, const char *summary)
{
    char upper[64];
    snprintf(upper, sizeof upper, "%s", name);
    for (char *p = upper; *p; p++)
        *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p);
    buf_addf(out, ".\\\" Generated from the verb table.\n.TH %s 1 \"\" \"assay %s\" \"Assay\"\n",
             upper, ASSAY_VERSION);
    buf_add_text(out, ".SH NAME\n");
    roff(out, name);
    buf_add_text(out, " \\- ");
    roff(out, summary);
    buf_add_char(out, '\n');
}

static void examples(buf *out, const char *text)
{
    buf_add_text(out, ".SH EXAMPLES\n");
    for (const char *p = text; *p;) {
        size_t tab = strcspn(p, "\t"), line = strcspn(p, "\n");
        char command[256], what[256];
        snprintf(command, sizeof command, "%.*s", (int)tab, p);
        snprintf(what, sizeof what, "%.*s", (int)(line - tab - 1), p + tab + 1);
        buf_add_text(out, ".TP\n.B ");
        roff(out, command);
        buf_add_char(out, '\n');
        roff(out, what);
        buf_add_char(out, '\n');
        p += line + (p[line] == '\n');
    }
}

static void options(buf *out, const verb *v)
{
    buf_add_text(out, ".SH OPTIONS\n");
    for (const unsigned char *id = v->options; *id != OPT_NONE; id++) {
        const option *o = &option_table[*id];
        buf_add_text(out, ".TP\n");
        if (o->letter)
            buf_addf(out, "\\fB\\-%c\\fR, ", o->letter);
        buf_add_text(out, "\\fB\\-\\-");
        roff(out, o->name);
        buf_add_text(out, "\\fR");
        if (o->value) {
            buf_add_text(out, " \\fI");
            roff(out, o->value);
            buf_add_text(out, "\\fR");
        }
        buf_add_char(out, '\n');
        roff(out, o->text);
        if (o->choices) {
            buf_add_text(out, ":\n");
            roff(out, o->choices);
        }
        buf_add_char(out, '\n');
    }
}

static void exit_codes(buf *out)
{
    buf_add_text(out, ".SH EXIT STATUS\n0 fine, 1 failed, 2 usage, 3 out of control, 4 not capable.\n");
}

static void verb_page(const verb *v, buf *out)
{
    char name[64];
    snprintf(name, sizeof name, "assay-%s", v->name);
    head(out, name, v->summary);
    buf_addf(out, ".SH SYNOPSIS\n.B assay %s\n", v->name);
    roff(out, v->operands);
    buf_add_text(out, " [options]\n.SH DESCRIPTION\n");
    roff(out, v->text);
    buf_add_char(out, '\n');
    examples(out, v->examples);
    options(out, v);
    exit_codes(out);
    buf_add_text(out, ".SH SEE ALSO\n.BR assay (1)\n");
}

static void main_page(buf *out)
{
    head(out, "assay", "quality statistics from the gauge file to the verdict");
    buf_add_text(out, ".SH SYNOPSIS\n.B assay\nVERB [operands] [options]\n.SH DESCRIPTION\n"
                      "Reads measurements from files or keeps them in a database of one file, and "
                      "answers whether the process is stable, whether it is capable, and what "
                      "happened when. Every verb takes a database, a file, or \\- for standard "
                      "input where its page says SOURCE.\n.SH VERBS\n");
    for (size_t i = 0; i < verb_count; i++) {
        buf_addf(out, ".TP\n.BR assay\\-%s (1)\n", verb_table[i].name);
        roff(out, verb_table[i].summary);
        buf_add_char(out, '\n');
    }
    exit_codes(out);
    buf_add_text(out, ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nno colour when set.\n.TP\n"
                      ".B LANGUAGE, LC_ALL, LC_MESSAGES, LANG\nlanguage of words: ko, zh, else "
                      "English.\n");
}

void help_man(const verb *v, buf *out)
{
    if (v)
        verb_page(v, out);
    else
        main_page(out);
}

/* -- completion --------------------------------------------------------------------------- */

static void bash(buf *out)
{
    buf_add_text(out, "# bash completion for assay, generated from the verb table\n"
                      "_assay()\n{\n    local word=${COMP_WORDS[COMP_CWORD]} "
                      "last=${COMP_WORDS[COMP_CWORD-1]} verbs options=\n    verbs=\"");
    for (size_t i = 0; i < verb_count; i++)
        buf_addf(out, "%s%s", i ? " " : "", verb_table[i].name);
    buf_add_text(out, "\"\n    if [[ $COMP_CWORD -eq 1 ]]; then\n"
                      "        COMPREPLY=($(compgen -W \"$verbs\" -- \"$word\"))\n        return\n"
                      "    fi\n    case $last in\n");
    for (int id = 1; id < OPT_COUNT; id++)
        if (option_table[id].choices) {
            buf_addf(out, "    --%s) COMPREPLY=($(compgen -W \"", option_table[id].name);
            for (const char *p = option_table[id].choices; *p; p++)
                buf_add_char(out, *p == '|' ? ' ' : *p);
            buf_add_text(out, "\" -- \"$word\")); return ;;\n");
        }
    buf_add_text(out, "    esac\n    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; i < verb_count; i++) {
        buf_addf(out, "    %s) options=\"", verb_table[i].name);
        for (const unsigned char *o = verb_table[i].options; *o != OPT_NONE; o++)
            buf_addf(out, "--%s ", option_table[*o].name);
        buf_add_text(out, "\" ;;\n");
    }
    buf_add_text(out, "    esac\n    if [[ $word == -* ]]; then\n"
                      "        COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n    else\n"
                      "        COMPREPLY=($(compgen -f -- \"$word\"))\n    fi\n}\n"
                      "complete -o filenames -F _assay assay\n");
}

/* zsh: quotes and brackets inside a description are escaped. */
static void zsh_text(buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\'')
            buf_add_text(out, "'\\'");
        if (strchr("[]:", *p))
            buf_add_char(out, '\\');
        buf_add_char(out, *p);
    }
}

static void zsh(buf *out)
{
    buf_add_text(out, "#compdef assay\n# generated from the verb table\n_assay() {\n"
                      "  local -a verbs\n  verbs=(\n");
    for (size_t i = 0; i < verb_count; i++) {
        buf_addf(out, "    '%s:", verb_table[i].name);
        zsh_text(out, verb_table[i].summary);
        buf_add_text(out, "'\n");
    }
    buf_add_text(out, "  )\n  if (( CURRENT == 2 )); then\n    _describe verb verbs\n    return\n"
                      "  fi\n  case $words[2] in\n");
    for (size_t i = 0; i < verb_count; i++) {
        buf_addf(out, "  %s) _arguments \\\n", verb_table[i].name);
        for (const unsigned char *id = verb_table[i].options; *id != OPT_NONE; id++) {
            const option *o = &option_table[*id];
            buf_addf(out, "    '--%s%s[", o->name, o->value ? "=" : "");
            zsh_text(out, o->text);
            buf_add_char(out, ']');
            if (o->value) {
                buf_addf(out, ":%s:", o->value);
                if (o->choices) {
                    buf_add_char(out, '(');
                    for (const char *p = o->choices; *p; p++)
                        buf_add_char(out, *p == '|' ? ' ' : *p);
                    buf_add_char(out, ')');
                }
            }
            buf_add_text(out, "' \\\n");
        }
        buf_add_text(out, "    '*:file:_files' ;;\n");
    }
    buf_add_text(out, "  esac\n}\n_assay \"$@\"\n");
}

void help_completion(const char *shell, buf *out)
{
    if (strcmp(shell, "zsh") == 0)
        zsh(out);
    else
        bash(out);
}
