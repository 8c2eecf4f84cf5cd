/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line against the table: --name value, --name=value, -n value, -n5, -- ends options.
 * What does not fit is answered with the nearest thing that would. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 40 };

/* Changes, omissions, additions and swaps of neighbours from a to b, up to WORD_MAX bytes. */
static int edit_distance(const char *a, const char *b)
{
    int row[3][WORD_MAX + 1];
    int n = (int)strnlen(a, WORD_MAX), m = (int)strnlen(b, WORD_MAX);
    for (int j = 0; j <= m; j++)
        row[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            int best = last[j - 1] + (a[i - 1] != b[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *nearest_name(const char *word, const char *(*name_at)(size_t i, const void *context),
                         const void *context)
{
    const char *nearest = NULL, *name;
    int best = (int)strlen(word) / 3 + 2;
    for (size_t i = 0; (name = name_at(i, context)) != NULL; i++) {
        bool is_start = strlen(word) >= 3 && strncmp(word, name, strlen(word)) == 0;
        int distance = is_start ? 1 : edit_distance(word, name);
        if (distance < best) {
            best = distance;
            nearest = name;
        }
    }
    return nearest;
}

static const char *verb_name_at(size_t i, const void *context)
{
    (void)context;
    return i < verb_count ? verb_table[i].name : NULL;
}

static const char *option_name_at(size_t i, const void *context)
{
    const verb *v = context;
    return v->options[i] == OPT_NONE ? NULL : option_table[v->options[i]].name;
}

static assay_status unknown_verb(cli *c, const char *name)
{
    assay_status status = cli_usage(c, _("there is no verb %s"), name);
    const char *nearest = nearest_name(name, verb_name_at, NULL);
    if (nearest)
        assay_hint(&c->err, _("did you mean %s? assay help lists all"), nearest);
    else
        assay_hint(&c->err, _("assay help lists all verbs"));
    return status;
}

static assay_status unknown_option(cli *c, const char *name)
{
    const char *plain = name;
    while (*plain == '-')
        plain++;
    char word[WORD_MAX];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(plain, "="), plain);
    assay_status status = cli_usage(c, _("assay %s has no option %s"), c->verb->name, name);
    const char *nearest = nearest_name(word, option_name_at, c->verb);
    if (nearest)
        assay_hint(&c->err, _("did you mean --%s? assay help %s lists all"), nearest, c->verb->name);
    else
        assay_hint(&c->err, _("assay help %s lists all"), c->verb->name);
    return status;
}

static option_id find_long(const verb *v, const char *name, size_t length)
{
    for (const unsigned char *o = v->options; *o != OPT_NONE; o++)
        if (strlen(option_table[*o].name) == length &&
            memcmp(option_table[*o].name, name, length) == 0)
            return (option_id)*o;
    bool is_by = length == 2 && memcmp(name, "by", 2) == 0; /* where no groups are compared */
    return is_by && verb_takes(v, OPT_ACTOR) ? OPT_ACTOR : OPT_NONE;
}

static option_id find_letter(const verb *v, char letter)
{
    for (const unsigned char *o = v->options; *o != OPT_NONE; o++)
        if (option_table[*o].letter == letter)
            return (option_id)*o;
    return OPT_NONE;
}

static bool is_choice(const char *choices, const char *word)
{
    size_t length = strlen(word);
    for (const char *p = choices; *p; p += strcspn(p, "|"), p += *p == '|')
        if (strcspn(p, "|") == length && memcmp(p, word, length) == 0)
            return true;
    return false;
}

static void hint_choices(cli *c, const char *choices)
{
    char list[160];
    size_t n = 0;
    for (const char *p = choices; *p && n + 3 < sizeof list; p++) {
        list[n++] = *p == '|' ? ',' : *p;
        if (*p == '|')
            list[n++] = ' ';
    }
    list[n] = 0;
    assay_hint(&c->err, _("one of: %s"), list);
}

static assay_status put(cli *c, option_id id, const char *value)
{
    const option *o = &option_table[id];
    if (o->choices && value && !is_choice(o->choices, value)) {
        assay_status status = cli_usage(c, _("--%s does not take %s"), o->name, value);
        hint_choices(c, o->choices);
        return status;
    }
    c->given[id] = value ? value : "";
    return ASSAY_OK;
}

/* --name or --name=value; *used says whether the next argument was taken as the value. */
static assay_status parse_long(cli *c, const char *argument, const char *next, bool *used)
{
    const char *name = argument + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    option_id id = find_long(c->verb, name, length);
    if (id == OPT_NONE)
        return unknown_option(c, argument);
    const option *o = &option_table[id];
    if (!o->value)
        return equals ? cli_usage(c, _("--%s takes no value"), o->name) : put(c, id, NULL);
    *used = !equals;
    if (!equals && !next) {
        assay_status status = cli_usage(c, _("--%s needs a value"), o->name);
        assay_hint(&c->err, "--%s %s: %s", o->name, o->value, _(o->text));
        return status;
    }
    return put(c, id, equals ? equals + 1 : next);
}

static assay_status parse_letter(cli *c, const char *argument, const char *next, bool *used)
{
    option_id id = find_letter(c->verb, argument[1]);
    if (id == OPT_NONE)
        return unknown_option(c, argument);
    const option *o = &option_table[id];
    if (!o->value)
        return argument[2] ? unknown_option(c, argument) : put(c, id, NULL);
    *used = argument[2] == 0;
    if (*used && !next)
        return cli_usage(c, _("-%c needs a value"), o->letter);
    return put(c, id, *used ? next : argument + 2);
}

static assay_status check_operands(cli *c)
{
    if (cli_has(c, OPT_HELP))
        return ASSAY_OK;
    if (c->operand_count < c->verb->least)
        cli_usage(c, _("assay %s needs %s"), c->verb->name, c->verb->operands);
    else if (c->operand_count > c->verb->most)
        cli_usage(c, _("assay %s does not take %s"), c->verb->name, c->operand[c->verb->most]);
    else
        return ASSAY_OK;
    assay_hint(&c->err, _("usage: assay %s %s [options]; assay help %s shows examples"),
               c->verb->name, c->verb->operands, c->verb->name);
    return ASSAY_USAGE;
}

static assay_status parse_rest(cli *c, int argc, char **argv)
{
    bool is_ended = false;
    for (int i = 0; i < argc; i++) {
        bool is_used = false;
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        assay_status status = ASSAY_OK;
        if (!is_ended && strcmp(argv[i], "--") == 0)
            is_ended = true;
        else if (!is_ended && strncmp(argv[i], "--", 2) == 0)
            status = parse_long(c, argv[i], next, &is_used);
        else if (!is_ended && argv[i][0] == '-' && argv[i][1])
            status = parse_letter(c, argv[i], next, &is_used);
        else
            c->operand[c->operand_count++] = argv[i];
        if (status != ASSAY_OK)
            return status;
        i += is_used;
    }
    return check_operands(c);
}

/* `assay --help`, `assay --version`, `assay --lang ko chart ...` */
static int skip_global(cli *c, int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            c->given[OPT_LANG] = argv[i] + 7;
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            c->given[OPT_LANG] = argv[++i];
        else
            break;
    }
    return i;
}

assay_status cli_parse(cli *c, int argc, char **argv)
{
    int i = skip_global(c, argc, argv);
    const char *name = i < argc ? argv[i] : "help";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    c->verb = verb_find(name);
    if (!c->verb)
        return unknown_verb(c, name);
    c->operand = argv; /* operands move to the front: never past what was read */
    return i + 1 < argc ? parse_rest(c, argc - i - 1, argv + i + 1) : check_operands(c);
}
