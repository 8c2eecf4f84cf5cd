/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One characteristic: the chart the server judges by, drawn as `assay chart` draws it. */
#include "cli/watch.h"

#include "base/i18n.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)

enum { POINTS_MAX = 1024, LOCATION_LEAST = 5, LOCATION_MOST = 16, SPREAD_MOST = 7 };

static double real_of(const json_t *o, const char *key)
{
    const json_t *x = json_object_get(o, key);
    return json_is_number(x) ? json_number_value(x) : NAN;
}

/* Names of rules as they come; the set of a chart has at most ASSAY_RULES_MAX. */
static uint32_t rule_bits(assay_rules *known, const json_t *names)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const json_t *x = json_array_get(names, i);
        char name[20];
        if (json_is_string(x))
            snprintf(name, sizeof name, "%s", json_string_value(x));
        else
            snprintf(name, sizeof name, "%d", (int)json_integer_value(x));
        int at = 0;
        while (at < known->count && strcmp(known->rule[at].name, name) != 0)
            at++;
        if (at == ASSAY_RULES_MAX)
            continue;
        if (at == known->count)
            memcpy(known->rule[known->count++].name, name, sizeof name);
        bits |= 1u << at;
    }
    return bits;
}

static size_t take_points(const json_t *panel, size_t most, assay_rules *rules,
                          assay_chart_point *out)
{
    const json_t *list = json_object_get(panel, "points");
    size_t n = json_array_size(list), from = n > most ? n - most : 0;
    for (size_t i = from; i < n; i++) {
        const json_t *p = json_array_get(list, i);
        out[i - from] = (assay_chart_point){.value = real_of(p, "value"),
                                            .center = real_of(p, "center"),
                                            .lcl = real_of(p, "lcl"),
                                            .ucl = real_of(p, "ucl"),
                                            .rules = rule_bits(rules, json_object_get(p, "rules"))};
        if (isnan(out[i - from].center))
            out[i - from].center = real_of(panel, "center");
        if (json_is_true(json_object_get(p, "excluded")))
            out[i - from].flags = ASSAY_POINT_EXCLUDED;
        if (json_is_true(json_object_get(p, "partial")))
            out[i - from].flags |= ASSAY_POINT_PARTIAL;
    }
    return n - from;
}

static int places_of(const assay_chart_point *p, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        double width = p[i].ucl - p[i].lcl;
        if (width > 0) {
            int places = 2 - (int)floor(log10(width));
            return places < 0 ? 0 : places > 9 ? 9 : places;
        }
    }
    return 3;
}

static bool is_counting(const char *type)
{
    return strlen(type) <= 2; /* p, np, c, u */
}

static void write_panel(const json_t *chart, const char *part, int most, bool has_zero, int rows,
                        const watch_view *v, buf *out)
{
    const json_t *panel = json_object_get(chart, part);
    assay_rules rules = {.count = 0};
    assay_chart_point *points = calloc(POINTS_MAX, sizeof *points);
    if (!points) {
        out->failed = true;
        return;
    }
    size_t n = take_points(panel, most < POINTS_MAX ? (size_t)most : POINTS_MAX, &rules, points);
    const char *name = json_string_value(json_object_get(panel, "statistic"));
    term_points(&v->look, name ? _(name) : "", points, n, &rules, has_zero, places_of(points, n), rows,
                out);
    free(points);
}

static void write_head(const watch_row *r, const json_t *chart, const watch_view *v, buf *out)
{
    const char *type = json_string_value(json_object_get(chart, "chart"));
    const char *state = json_string_value(json_object_get(json_object_get(chart, "limits"), "state"));
    const char *set = json_string_value(json_object_get(json_object_get(chart, "rules"), "set"));
    char line[400];
    snprintf(line, sizeof line, "%s%s%s%s", r->path, r->unit[0] ? " [" : "", r->unit,
             r->unit[0] ? "]" : "");
    term_on(&v->look, TERM_BOLD, out);
    text_left(out, line, v->look.width - 1);
    term_off(&v->look, out);
    snprintf(line, sizeof line, "%s · n %lld · %lld %s · %s · %s", type ? type : "–",
             (long long)json_integer_value(json_object_get(chart, "n")),
             (long long)json_integer_value(json_object_get(chart, "subgroups")), _("subgroups"),
             set ? set : "–", state ? state : "–");
    buf_add_char(out, '\n');
    text_left(out, line, v->look.width - 1);
    buf_add_char(out, '\n');
    if (v->trouble) {
        term_on(&v->look, TERM_WARN, out);
        text_left(out, v->trouble, v->look.width - 1);
        term_off(&v->look, out);
    }
    buf_add_char(out, '\n');
}

static void write_last(const watch_row *r, const watch_view *v, buf *out)
{
    char clock[40] = "–";
    if (r->time != TIME_NONE)
        time_format(r->time - r->time % NS_PER_S, TIME_OFFSET_NONE, clock, sizeof clock);
    buf_add_char(out, '\n');
    bool is_signal = r->rules[0] != 0;
    term_on(&v->look, is_signal ? TERM_SIGNAL : TERM_GOOD, out);
    buf_add_text(out, is_signal ? "◆ " : "● ");
    buf_addf(out, _("last point %s at %s"), text_real(r->value, 4), clock);
    if (is_signal)
        buf_addf(out, _(": rule %s"), r->rules);
    term_off(&v->look, out);
    buf_add_char(out, '\n');
}

void watch_chart(const watch_row *r, const json_t *chart, int points, const watch_view *v, buf *out)
{
    const char *type = json_string_value(json_object_get(chart, "chart"));
    bool has_spread = json_is_object(json_object_get(chart, "spread"));
    int room = v->rows ? v->rows - 9 : LOCATION_MOST; /* head 3, two names, last 2, keys 2 */
    int spread = has_spread && room >= 2 * LOCATION_LEAST ? room / 3 : 0;
    spread = spread > SPREAD_MOST ? SPREAD_MOST : spread;
    int location = room - spread;
    location = location > LOCATION_MOST ? LOCATION_MOST : location < LOCATION_LEAST ? LOCATION_LEAST : location;
    write_head(r, chart, v, out);
    write_panel(chart, "location", points, type && is_counting(type), location, v, out);
    if (spread)
        write_panel(chart, "spread", points, true, spread, v, out);
    write_last(r, v, out);
    watch_keys(v, out);
}
