/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "report/answer.h"
#include "report/report.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    cli *c;
    json j;
    size_t found, characteristics;
} listing;

/* The first rule that signals, in words, and how many more there are. */
static void rule_words(const assay_rules *rules, uint32_t bits, char *out, size_t room)
{
    char words[200] = "";
    int more = -1;
    for (int r = 0; r < (rules ? rules->count : 1); r++) {
        if (!(bits >> r & 1))
            continue;
        if (++more > 0)
            continue;
        if (rules)
            words_rule(&rules->rule[r], words, sizeof words);
        else
            snprintf(words, sizeof words, "%s", _("beyond the control limits"));
    }
    snprintf(out, room, more > 0 ? "%s (+%d)" : "%s", words, more);
}

static void write_json(listing *l, const analysis *a, size_t i, const char *part,
                       const assay_chart_point *p, const assay_rules *rules)
{
    const char *why = answer_why_no_limit(a, p->center, strcmp(part, "spread") == 0);
    json_flat_object(&l->j);
    answer_characteristic(&l->j, a->series->definition);
    json_member_text(&l->j, "chart", assay_chart_type_name(a->chart.type));
    json_member_text(&l->j, "part", part);
    json_member_unsigned(&l->j, "index", i + 1);
    answer_time(&l->j, "time", analysis_time(a, i), analysis_offset(a, i));
    json_member_real(&l->j, "value", p->value, NULL);
    json_member_real(&l->j, "lcl", p->lcl, why);
    json_member_real(&l->j, "ucl", p->ucl, why);
    answer_rules(&l->j, rules, p->rules);
    json_end(&l->j);
}

static void write_row(listing *l, const analysis *a, size_t i, const char *part,
                      const assay_chart_point *p, const assay_rules *rules)
{
    buf *out = &l->c->out;
    csv_text(out, a->series->definition->path, false);
    csv_text(out, part, false);
    csv_unsigned(out, i + 1, false);
    csv_time(out, analysis_time(a, i), analysis_offset(a, i), false);
    csv_real(out, p->value, false);
    csv_real(out, p->lcl, false);
    csv_real(out, p->ucl, false);
    char words[240];
    rule_words(rules, p->rules, words, sizeof words);
    csv_text(out, words, true);
}

static void tell(listing *l, const analysis *a, size_t i, bool is_spread,
                 const assay_chart_point *p, const assay_rules *rules)
{
    if (cli_has(l->c, OPT_JSON))
        write_json(l, a, i, is_spread ? "spread" : "location", p, rules);
    else
        write_row(l, a, i, is_spread ? "spread" : "location", p, rules);
}

static bool signals_at(const assay_chart_point *p, size_t i)
{
    return p[i].rules && !(p[i].flags & ASSAY_POINT_EXCLUDED);
}

static void list_points(listing *l, const analysis *a)
{
    for (size_t i = 0; i < a->input.subgroups; i++) {
        if (signals_at(a->chart.location, i))
            tell(l, a, i, false, &a->chart.location[i], a->options.rules);
        if (a->chart.has_spread && signals_at(a->chart.spread, i))
            tell(l, a, i, true, &a->chart.spread[i], NULL);
    }
}

/* -- for people: neighbours that signal are one line ------------------------------------------- */

typedef struct {
    size_t from, to; /* both included */
    double low, high;
    uint32_t rules;
} signal_run;

static signal_run run_at(const assay_chart_point *p, size_t k, size_t i)
{
    signal_run r = {.from = i, .to = i, .low = p[i].value, .high = p[i].value, .rules = p[i].rules};
    for (; r.to + 1 < k && signals_at(p, r.to + 1); r.to++) {
        const assay_chart_point *next = &p[r.to + 1];
        r.low = fmin(r.low, next->value);
        r.high = fmax(r.high, next->value);
        r.rules |= next->rules;
    }
    return r;
}

static void add_time(const analysis *a, size_t i, buf *out)
{
    enum { TO_THE_SECOND = 19 };
    char time[40];
    if (analysis_time(a, i) == TIME_NONE)
        return;
    words_time(analysis_time(a, i), analysis_offset(a, i), time, sizeof time);
    time[TO_THE_SECOND] = 0;
    text_left(out, time, TO_THE_SECOND + 2);
}

/* Words go to a line of their own where there is no room beside the figures. */
static void add_words(const listing *l, const char *words, int used, buf *out)
{
    enum { LEAST = 24, INDENT = 12 };
    int room = l->c->width - used;
    if (room < LEAST && term_width(words) > room) {
        buf_addf(out, "\n%*s", INDENT, "");
        used = INDENT;
    } else
        buf_add_text(out, "  ");
    text_wrap(out, words, used, l->c->width - used);
}

static void write_run(listing *l, const analysis *a, const signal_run *r, const char *part,
                      const assay_rules *rules)
{
    enum { VALUES = 10 };
    char words[240], place[48], values[64];
    int places = text_places(a->series->decimals);
    buf line = BUF_INIT, *out = &l->c->out;
    bool is_one = r->from == r->to;
    rule_words(rules, r->rules, words, sizeof words);
    snprintf(place, sizeof place, is_one ? "%zu" : "%zu–%zu", r->from + 1, r->to + 1);
    snprintf(values, sizeof values, is_one ? "%s" : "%s … %s", text_real(r->low, places),
             text_real(r->high, places));
    buf_add_text(&line, "  ");
    text_right(&line, place, 8);
    buf_add_text(&line, "  ");
    add_time(a, r->from, &line);
    text_left(&line, part, 9);
    text_right(&line, values, term_width(values) > VALUES ? term_width(values) : VALUES);
    buf_add(out, line.data, line.length);
    add_words(l, words, term_width(buf_text(&line)) + 2, out);
    buf_done(&line);
}

static void list_runs(listing *l, const analysis *a, bool is_spread)
{
    const assay_chart_point *p = is_spread ? a->chart.spread : a->chart.location;
    for (size_t i = 0; i < a->input.subgroups; i++) {
        if (!signals_at(p, i))
            continue;
        signal_run r = run_at(p, a->input.subgroups, i);
        write_run(l, a, &r, is_spread ? _("spread") : _("location"),
                  is_spread ? NULL : a->options.rules);
        i = r.to;
    }
}

static void write_head(const listing *l, const analysis *a)
{
    term t = cli_term(l->c);
    buf subtitle = BUF_INIT, *out = &l->c->out;
    buf_add_text(out, l->found ? "\n" : "");
    term_styled(&t, TERM_BOLD, words_path(a), out);
    buf_add_text(out, "\n  ");
    words_subtitle(a, &subtitle);
    text_wrap(out, buf_text(&subtitle), 2, t.width - 2);
    buf_done(&subtitle);
}

static void list_signals(const analysis *a, size_t index, void *context)
{
    listing *l = context;
    (void)index;
    if (a->chart.signals == 0)
        return;
    if (cli_has(l->c, OPT_JSON) || cli_has(l->c, OPT_CSV)) {
        list_points(l, a);
    } else {
        write_head(l, a);
        list_runs(l, a, false);
        if (a->chart.has_spread)
            list_runs(l, a, true);
    }
    l->found += a->chart.signals;
    l->characteristics++;
}

static int list_all(cli *c, const series_set *set, const analysis_plan *plan)
{
    listing l = {.c = c};
    bool is_json = cli_has(c, OPT_JSON);
    cli_list_begin(c, &l.j, "signals", "characteristic,part,index,time,value,lcl,ucl,rule\n");
    assay_status status =
        analysis_make_all(set, plan->of_series, cli_threads(c), list_signals, &l, &c->err);
    if (status != ASSAY_OK) {
        buf_clear(&c->out);
        return cli_fail(c, status);
    }
    int code = l.found ? EXIT_UNSTABLE : EXIT_FINE;
    if (is_json) {
        json_end(&l.j);
        json_member_unsigned(&l.j, "characteristics", series_count(set));
        json_member_unsigned(&l.j, "out_of_control", l.characteristics);
        json_member_bool(&l.j, "stable", l.found == 0);
        json_end(&l.j);
        return cli_json_end(c, &l.j, code);
    }
    if (!cli_has(c, OPT_CSV)) {
        buf_addf(&c->out, l.found ? "\n" : "");
        buf_addf(&c->out, _("signals: %zu; characteristics out of control: %zu of %zu"), l.found,
                 l.characteristics, series_count(set));
        buf_add_char(&c->out, '\n');
    }
    return code;
}

int cmd_signals(cli *c)
{
    series_set *set = NULL;
    analysis_plan plan = {0};
    assay_status status = plan_check(c);
    if (status == ASSAY_OK)
        status = input_open(c, input_chart_contexts(c), true, &set);
    if (status == ASSAY_OK && series_count(set) == 0)
        status = input_need_one(c, set);
    if (status == ASSAY_OK)
        status = plan_make(c, set, false, &plan);
    int code = status == ASSAY_OK ? list_all(c, set, &plan) : cli_fail(c, status);
    plan_done(&plan);
    series_close(set);
    return code;
}
