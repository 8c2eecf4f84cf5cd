/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include "report/answer.h"
#include "report/report.h"

#include <stdio.h>

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
    json_flat_object(&l->j);
    answer_characteristic(&l->j, a->series->definition);
    json_member_text(&l->j, "chart", assay_chart_type_name(a->chart.type));
    json_member_text(&l->j, "part", part);
    json_member_unsigned(&l->j, "index", i + 1);
    answer_time(&l->j, "time", analysis_time(a, i), a->series->offset);
    json_member_real(&l->j, "value", p->value, NULL);
    json_member_real(&l->j, "lcl", p->lcl, "none");
    json_member_real(&l->j, "ucl", p->ucl, "none");
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
    csv_time(out, analysis_time(a, i), a->series->offset, false);
    csv_real(out, p->value, false);
    csv_real(out, p->lcl, false);
    csv_real(out, p->ucl, false);
    char words[240];
    rule_words(rules, p->rules, words, sizeof words);
    csv_text(out, words, true);
}

static void write_line(listing *l, const analysis *a, size_t i, const char *part,
                       const assay_chart_point *p, const assay_rules *rules)
{
    char time[40] = "", words[240], place[32];
    int places = text_places(a->series->decimals);
    buf *out = &l->c->out;
    if (analysis_time(a, i) != TIME_NONE)
        time_format(analysis_time(a, i), a->series->offset ? a->series->offset : TIME_OFFSET_NONE,
                    time, sizeof time);
    rule_words(rules, p->rules, words, sizeof words);
    snprintf(place, sizeof place, "%zu", i + 1);
    buf_add_text(out, "  ");
    text_right(out, place, 6);
    buf_add_text(out, "  ");
    if (time[0])
        text_left(out, time, 27);
    text_left(out, part, 8);
    text_right(out, text_real(p->value, places), 10);
    buf_addf(out, "  %s\n", words);
}

static void tell(listing *l, const analysis *a, size_t i, bool is_spread,
                 const assay_chart_point *p, const assay_rules *rules)
{
    if (cli_has(l->c, OPT_JSON))
        write_json(l, a, i, is_spread ? "spread" : "location", p, rules);
    else if (cli_has(l->c, OPT_CSV))
        write_row(l, a, i, is_spread ? "spread" : "location", p, rules);
    else
        write_line(l, a, i, is_spread ? _("spread") : _("location"), p, rules);
    l->found++;
}

static bool signals_at(const analysis *a, const assay_chart_point *p, size_t i)
{
    (void)a;
    return p[i].rules && !(p[i].flags & ASSAY_POINT_EXCLUDED);
}

static void list_signals(const analysis *a, size_t index, void *context)
{
    listing *l = context;
    bool is_words = !cli_has(l->c, OPT_JSON) && !cli_has(l->c, OPT_CSV);
    (void)index;
    if (a->chart.signals == 0)
        return;
    if (is_words) {
        term t = cli_term(l->c);
        buf text = BUF_INIT;
        buf_addf(&text, "%s%s", l->found ? "\n" : "", words_path(a));
        term_styled(&t, TERM_BOLD, buf_text(&text), &l->c->out);
        buf_done(&text);
        buf_add_text(&l->c->out, "  ");
        words_subtitle(a, &l->c->out);
        buf_add_char(&l->c->out, '\n');
    }
    for (size_t i = 0; i < a->input.subgroups; i++) {
        if (signals_at(a, a->chart.location, i))
            tell(l, a, i, false, &a->chart.location[i], a->options.rules);
        if (a->chart.has_spread && signals_at(a, a->chart.spread, i))
            tell(l, a, i, true, &a->chart.spread[i], NULL);
    }
    l->characteristics++;
}

static int list_all(cli *c, const series_set *set, const analysis_plan *plan)
{
    listing l = {.c = c};
    bool is_json = cli_has(c, OPT_JSON);
    if (is_json) {
        cli_json_begin(c, &l.j);
        json_object(&l.j);
        json_key(&l.j, "signals");
        json_array(&l.j);
    } else if (cli_has(c, OPT_CSV))
        buf_add_text(&c->out, "characteristic,part,index,time,value,lcl,ucl,rule\n");
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
        buf_addf(&c->out, _("%zu signals, %zu of %zu characteristics out of control"), l.found,
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
