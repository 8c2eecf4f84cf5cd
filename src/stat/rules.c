/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named rule sets, and the small language of own rules.
 *
 * Sources: Nelson, Journal of Quality Technology 16 (1984) 237; Western Electric, Statistical
 * Quality Control Handbook (1956) 25; AIAG, SPC, 2nd ed. (2005) 75; Westgard et al., Clinical
 * Chemistry 27 (1981) 493.
 */
#include <assay/rules.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const assay_rule nelson[8] = {
    {ASSAY_RULE_BEYOND, 1, 1, 3, "1"},     {ASSAY_RULE_SIDE, 9, 9, 0, "2"},
    {ASSAY_RULE_TREND, 6, 6, 0, "3"},      {ASSAY_RULE_ALTERNATE, 14, 14, 0, "4"},
    {ASSAY_RULE_BEYOND, 2, 3, 2, "5"},     {ASSAY_RULE_BEYOND, 4, 5, 1, "6"},
    {ASSAY_RULE_WITHIN, 15, 15, 1, "7"},   {ASSAY_RULE_OUTSIDE, 8, 8, 1, "8"},
};

static const assay_rule westgard[] = {
    {ASSAY_RULE_BEYOND, 1, 1, 3, "1-3s"}, {ASSAY_RULE_BEYOND, 2, 2, 2, "2-2s"},
    {ASSAY_RULE_RANGE, 2, 2, 2, "R-4s"},  {ASSAY_RULE_BEYOND, 4, 4, 1, "4-1s"},
    {ASSAY_RULE_SIDE, 10, 10, 0, "10-x"},
};

enum { nelson_count = 8, westgard_count = sizeof westgard / sizeof *westgard };

static const struct {
    const char *name, *items;
} named_sets[] = {
    {"nelson", "1,2,3,4,5,6,7,8"},
    {"nelson-1984", "1,2,3,4,5,6,7,8outside1both"},
    {"western-electric", "1,5,6,8side"},
    {"aiag", "1,7side,3,4,5,6,7,8"},
    {"westgard", "1-3s,2-2s,R-4s,4-1s,10-x"},
    {"none", ""},
};

static const struct {
    const char *word;
    assay_rule_kind kind;
    bool has_sigmas;
} words[] = {
    {"side", ASSAY_RULE_SIDE, false},
    {"trend", ASSAY_RULE_TREND, false},
    {"alternate", ASSAY_RULE_ALTERNATE, false},
    {"within", ASSAY_RULE_WITHIN, true},
    {"outside", ASSAY_RULE_OUTSIDE, true},
    {"range", ASSAY_RULE_RANGE, true},
    {"of", ASSAY_RULE_BEYOND, false},
};

enum { word_count = sizeof words / sizeof *words };

/* A count without sign; moves *at. -1 when there is none. */
static int read_count(const char **at)
{
    if (**at < '0' || **at > '9')
        return -1;
    long value = 0;
    for (; **at >= '0' && **at <= '9'; ++*at)
        value = value < 1000 ? value * 10 + (**at - '0') : value;
    return (int)value;
}

/* A decimal number such as 2 or 1.5, without the locale; NaN when there is none. */
static double read_sigmas(const char **at)
{
    double value = 0, scale = 1;
    const char *from = *at;
    for (; **at >= '0' && **at <= '9'; ++*at)
        value = value * 10 + (**at - '0');
    if (**at == '.')
        for (++*at; **at >= '0' && **at <= '9'; ++*at)
            value = value * 10 + (**at - '0'), scale *= 10;
    return *at == from ? NAN : value / scale;
}

/* "3>2" after "2of": the window and its limit. */
static bool read_of(const char **at, assay_rule *rule)
{
    rule->k = rule->m;
    rule->m = read_count(at);
    if (**at != '>')
        return false;
    ++*at;
    rule->sigmas = read_sigmas(at);
    return true;
}

static bool is_sound(const assay_rule *rule)
{
    int least = rule->kind == ASSAY_RULE_ALTERNATE ? 3
                : rule->kind == ASSAY_RULE_TREND || rule->kind == ASSAY_RULE_RANGE ||
                          rule->kind == ASSAY_RULE_OUTSIDE_BOTH
                    ? 2
                    : 1;
    return rule->m >= least && rule->m <= ASSAY_RULE_WINDOW_MAX && rule->k >= 1 &&
           rule->k <= rule->m && rule->sigmas >= 0 && rule->sigmas <= 100;
}

static bool is_same(const assay_rule *a, const assay_rule *b)
{
    return a->kind == b->kind && a->k == b->k && a->m == b->m && a->sigmas == b->sigmas;
}

/* An own rule such as 2of3>2 or 8outside1both. */
static bool read_own(const char *text, assay_rule *rule)
{
    const char *at = text;
    *rule = (assay_rule){.m = read_count(&at)};
    int i = 0;
    while (i < word_count && strncmp(at, words[i].word, strlen(words[i].word)) != 0)
        i++;
    if (i == word_count)
        return false;
    at += strlen(words[i].word);
    rule->kind = words[i].kind;
    rule->k = rule->m;
    if (rule->kind == ASSAY_RULE_BEYOND && !read_of(&at, rule))
        return false;
    if (words[i].has_sigmas)
        rule->sigmas = read_sigmas(&at);
    if (rule->kind == ASSAY_RULE_OUTSIDE && strcmp(at, "both") == 0) {
        rule->kind = ASSAY_RULE_OUTSIDE_BOTH;
        at += 4;
    }
    return *at == '\0' && is_sound(rule);
}

static bool read_item(const char *text, assay_rule *rule)
{
    for (int i = 0; i < nelson_count; i++)
        if (strcmp(text, nelson[i].name) == 0)
            return *rule = nelson[i], true;
    for (int i = 0; i < westgard_count; i++)
        if (strcmp(text, westgard[i].name) == 0)
            return *rule = westgard[i], true;
    if (!read_own(text, rule))
        return false;
    strcpy(rule->name, text);
    for (int i = 0; i < nelson_count; i++)
        if (is_same(rule, &nelson[i]))
            *rule = nelson[i];
    return true;
}

static assay_status read_list(const char *text, assay_rules *rules, assay_err *err)
{
    while (*text) {
        assay_rule rule;
        char item[sizeof rule.name] = "";
        size_t length = strcspn(text, ",");
        if (length < sizeof item)
            memcpy(item, text, length);
        if (!read_item(item, &rule)) {
            assay_fail(err, ASSAY_DOMAIN, (size_t)rules->count, "there is no rule \"%.*s\"",
                       (int)(length < 60 ? length : 60), text);
            assay_hint(err, "a set (nelson, western-electric, aiag, westgard, none), numbers 1-8, or "
                            "such as 2of3>2, 8side, 6trend, 14alternate, 15within1, 8outside1");
            return ASSAY_DOMAIN;
        }
        if (rules->count == ASSAY_RULES_MAX)
            return assay_fail(err, ASSAY_LIMIT, ASSAY_RULES_MAX, "more than %d rules",
                              ASSAY_RULES_MAX);
        rules->rule[rules->count++] = rule;
        text += length;
        text += *text == ',';
    }
    return ASSAY_OK;
}

assay_status assay_rules_parse(const char *text, assay_rules *out, assay_err *err)
{
    assay_rules rules = {.name = "own"};
    const char *items = text;
    for (size_t i = 0; i < sizeof named_sets / sizeof *named_sets; i++)
        if (strcmp(text, named_sets[i].name) == 0) {
            strcpy(rules.name, text);
            items = named_sets[i].items;
        }
    if (items == text && !*text)
        return assay_fail(err, ASSAY_DOMAIN, 0, "the rule list is empty");
    assay_status status = read_list(items, &rules, err);
    if (!status)
        *out = rules;
    return status;
}

const assay_rules *assay_rules_basic(void)
{
    static const assay_rules basic = {"1", 1, {{ASSAY_RULE_BEYOND, 1, 1, 3, "1"}}};
    return &basic;
}
