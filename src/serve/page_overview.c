/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first page: every characteristic with its state by word, sign and colour, what needs somebody
 * on top. It reloads itself and needs no script. */
#include "base/decimal.h"
#include "base/time.h"
#include "serve/gate.h"
#include "serve/glance.h"
#include "serve/page.h"
#include "serve/reply.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_SHOWN = 200, REFRESH_S = 5, ALARMS_SHOWN = 20 };

static const struct {
    const char *class, *shape; /* octagon, triangle, hollow dashes, hollow diamond, circle */
    word_id word;
} looks[] = {
    [GLANCE_STOP] = {"stop", "M7 1h6l6 6v6l-6 6H7l-6-6V7z", WORD_STOP},
    [GLANCE_CHECK] = {"check", "M10 2 19 18H1z", WORD_CHECK},
    [GLANCE_NO_DATA] = {"none", "M10 2a8 8 0 1 0 0 16 8 8 0 1 0 0-16z", WORD_NO_DATA},
    [GLANCE_NO_LIMITS] = {"open", "M10 2 18 10 10 18 2 10z", WORD_NO_LIMITS},
    [GLANCE_OK] = {"ok", "M10 2a8 8 0 1 0 0 16 8 8 0 1 0 0-16z", WORD_OK},
};

static void add_state(buf *out, language l, glance_state s)
{
    buf_addf(out,
             "<span class=\"state %s\"><svg viewBox=\"0 0 20 20\" aria-hidden=\"true\"><path "
             "d=\"%s\"/></svg>%s</span>",
             looks[s].class, looks[s].shape, page_word(l, looks[s].word));
}

/* -- a row ------------------------------------------------------------------------------------------ */

static void add_real(buf *out, double x)
{
    buf_addf(out, isnan(x) ? "–" : "%.6g", x);
}

/* Points between the limits that judge them; a signal is a square. */
static void add_spark(buf *out, const engine_row *e)
{
    double low = isnan(e->lcl) ? INFINITY : e->lcl, high = isnan(e->ucl) ? -INFINITY : e->ucl;
    for (int i = 0; i < e->spark_count; i++) {
        low = fmin(low, e->spark[i]);
        high = fmax(high, e->spark[i]);
    }
    if (!(high > low) || e->spark_count < 2)
        return;
    double step = 100.0 / (ENGINE_SPARK - 1), scale = 20 / (high - low);
    buf_add_text(out, "<svg class=\"spark\" viewBox=\"-3 -3 106 26\" aria-hidden=\"true\">");
    const double lines[] = {e->lcl, e->center, e->ucl};
    for (int i = 0; i < 3; i++)
        if (!isnan(lines[i]))
            buf_addf(out, "<path class=\"%s\" d=\"M0 %.1fH100\"/>", i == 1 ? "center" : "limit",
                     (high - lines[i]) * scale);
    buf_add_text(out, "<polyline points=\"");
    for (int i = 0; i < e->spark_count; i++)
        buf_addf(out, "%.1f,%.1f ", i * step, (high - e->spark[i]) * scale);
    buf_add_text(out, "\"/>");
    for (int i = 0; i < e->spark_count; i++)
        if (e->spark_rules >> i & 1)
            buf_addf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"5\" height=\"5\"/>", i * step - 2.5,
                     (high - e->spark[i]) * scale - 2.5);
    buf_add_text(out, "</svg>");
}

static void add_path(buf *out, const char *path)
{
    const char *last = strrchr(path, '/');
    last = last ? last + 1 : path;
    buf_add_text(out, "<th scope=\"row\"><b>");
    html_text(out, last);
    buf_add_text(out, "</b><small>");
    for (const char *p = path; p < last - 1;) {
        char level[512];
        size_t n = strcspn(p, "/");
        snprintf(level, sizeof level, "%.*s", (int)n, p);
        html_text(out, level);
        p += n + 1;
        buf_add_text(out, p < last - 1 ? " / " : "");
    }
    buf_add_text(out, "</small></th>");
}

static void add_time(buf *out, int64_t time)
{
    char text[40];
    if (time == TIME_NONE) {
        buf_add_text(out, "–");
        return;
    }
    time_format(time / 1000000000 * 1000000000, TIME_OFFSET_NONE, text, sizeof text);
    text[10] = ' ';
    buf_addf(out, "<time datetime=\"%.10sT%s\">%.19s</time>", text, text + 11, text);
}

static word_id chart_word(chart_state s)
{
    static const word_id words[] = {[CHART_ANALYSIS] = WORD_ANALYSIS,
                                    [CHART_PROPOSED] = WORD_PROPOSED,
                                    [CHART_IN_FORCE] = WORD_IN_FORCE,
                                    [CHART_ALERTING] = WORD_ALERTING};
    return words[s];
}

static void add_row(buf *out, language l, const glance *g)
{
    const engine_row *e = &g->row;
    buf_add_text(out, "<tr>");
    add_path(out, g->path);
    buf_add_text(out, "<td>");
    add_state(out, l, g->state);
    buf_add_text(out, "</td><td class=\"number\">");
    add_real(out, e->last_value);
    buf_add_char(out, ' ');
    html_text(out, isnan(e->last_value) ? "" : g->unit);
    buf_add_text(out, "</td><td class=\"wide\">");
    add_spark(out, e);
    buf_add_text(out, "</td><td class=\"number wide\">");
    if (!isnan(e->lcl) || !isnan(e->ucl)) {
        add_real(out, e->lcl);
        buf_add_text(out, " … ");
        add_real(out, e->ucl);
        buf_addf(out, "<small>%s</small>", page_word(l, chart_word(e->state)));
    }
    buf_add_text(out, "</td><td class=\"wide\">");
    add_time(out, e->last_time);
    buf_add_text(out, "</td></tr>");
}

/* -- alarms ----------------------------------------------------------------------------------------- */

typedef struct {
    request *request;
    language language;
    buf *out;
    unsigned count;
} alarm_list;

static bool add_alarm(const alarm_view *a, void *context)
{
    alarm_list *l = context;
    static const word_id steps[] = {
        [ALARM_RAISED] = WORD_RAISED,   [ALARM_ACKNOWLEDGED] = WORD_ACKNOWLEDGED,
        [ALARM_CONTAINED] = WORD_CONTAINED, [ALARM_CAUSE] = WORD_CAUSE,
        [ALARM_ACTION] = WORD_ACTION,   [ALARM_VERIFIED] = WORD_VERIFIED};
    const catalog *c = l->request->server->catalog;
    const char *path = catalog_path(c, catalog_of_number(c, a->characteristic));
    if (!identity_may(&l->request->who, SCOPE_READ, path))
        return true;
    buf *out = l->out;
    buf_add_text(out, "<li>");
    add_state(out, l->language, GLANCE_STOP);
    buf_add_text(out, "<b>");
    html_text(out, path);
    buf_addf(out, "</b><span>%s ", page_word(l->language, WORD_RULE));
    html_text(out, a->hit_count ? a->hits[0].rule : "");
    buf_addf(out, "</span><span>%s ", page_word(l->language, WORD_SINCE));
    add_time(out, a->happened);
    buf_addf(out, "</span><span>%s</span></li>", page_word(l->language, steps[a->state]));
    return ++l->count < ALARMS_SHOWN;
}

static void add_alarms(request *r, language l, buf *out)
{
    alarm_list list = {r, l, out, 0};
    buf_addf(out, "<section><h2>%s</h2><ul class=\"alarms\">", page_word(l, WORD_ALARMS));
    alarm_visit(engine_alarms(r->server->engine), 0, true, add_alarm, &list);
    buf_add_text(out, "</ul>");
    if (list.count == 0)
        buf_addf(out, "<p>%s</p>", page_word(l, WORD_NO_ALARMS));
    buf_add_text(out, "</section>");
}

/* -- the page --------------------------------------------------------------------------------------- */

static void add_counts(buf *out, language l, const glance_list *all)
{
    static const glance_state order[] = {GLANCE_STOP, GLANCE_CHECK, GLANCE_OK, GLANCE_NO_LIMITS,
                                         GLANCE_NO_DATA};
    buf_add_text(out, "<p class=\"counts\">");
    for (size_t i = 0; i < GLANCE_STATES; i++) {
        add_state(out, l, order[i]);
        buf_addf(out, "<b>%zu</b>", all->of_state[order[i]]);
    }
    buf_add_text(out, "</p>");
}

static void add_table(buf *out, language l, const glance_list *all)
{
    static const struct {
        word_id word;
        const char *class;
    } heads[] = {{WORD_CHARACTERISTIC, ""}, {WORD_STATE, ""},     {WORD_LAST_VALUE, "number"},
                 {WORD_RECENT, "wide"},     {WORD_LIMITS, "number wide"}, {WORD_LAST_TIME, "wide"}};
    if (all->count == 0) {
        buf_addf(out, "<p>%s</p>", page_word(l, WORD_NOTHING_YET));
        return;
    }
    buf_add_text(out, "<table><thead><tr>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        buf_addf(out, "<th scope=\"col\" class=\"%s\">%s</th>", heads[i].class,
                 page_word(l, heads[i].word));
    buf_add_text(out, "</tr></thead><tbody>");
    for (size_t i = 0; i < all->count && i < ROWS_SHOWN; i++)
        add_row(out, l, &all->item[i]);
    buf_add_text(out, "</tbody></table>");
    if (all->count > ROWS_SHOWN)
        buf_addf(out, "<p>+ %zu</p>", all->count - ROWS_SHOWN);
}

void api_page_overview(request *r)
{
    buf out = BUF_INIT;
    glance_list all;
    language l = page_language(r);
    gate_recognise(r);
    if (!r->is_known) {
        page_go(r, "/login");
        return;
    }
    if (!glance_all(r, request_query(r, "search"), GLANCE_BY_URGENCY, &all)) {
        reply_problem(r, 503, NULL, "out of memory", NULL);
        return;
    }
    page_begin(&out, r, l, WORD_OVERVIEW, REFRESH_S);
    if (intake_state(r->server->intake).is_full)
        buf_addf(&out, "<p class=\"wrong\" role=\"alert\">%s</p>", page_word(l, WORD_DISK_FULL));
    add_counts(&out, l, &all);
    add_alarms(r, l, &out);
    add_table(&out, l, &all);
    glance_done(&all);
    page_end(r, 200, &out);
}
