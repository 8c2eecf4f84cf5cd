/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One HTML file that needs nothing else: pictures, style and the few lines of script that show
 * the point under the pointer and stretch the x axis. Works without script, too. */
#include "report/document.h"

#include "base/i18n.h"
#include "report_css.h"
#include "report_js.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { table_rows_max = 5000, signal_rows_open = 12, signal_rows_max = 2000 };

typedef struct {
    buf sections;
} html;

static buf *sections(document *d)
{
    return &((html *)d->own)->sections;
}

static assay_status html_begin(document *d, const char *path, assay_err *err)
{
    (void)path;
    d->own = calloc(1, sizeof(html));
    return d->own ? ASSAY_OK : assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
}

static void add_cell(buf *out, const char *tag, const char *text)
{
    buf_addf(out, "<%s>", tag);
    buf_add_xml(out, text);
    buf_addf(out, "</%.2s>", tag);
}

static void add_number_cell(buf *out, double x, int decimals)
{
    char text[64];
    format_figure(text, sizeof text, x, decimals);
    add_cell(out, "td class=n", text);
}

static void add_figures(buf *out, const analysis *a)
{
    figure_row rows[figure_rows_max];
    size_t n = view_figures(a, rows);
    buf_addf(out, "<table class=figures><caption>%s</caption><tbody>\n", _("Figures"));
    for (size_t i = 0; i < n; i++) {
        buf_add_text(out, "<tr>");
        add_cell(out, "th scope=row", rows[i].name);
        add_number_cell(out, rows[i].value, rows[i].decimals);
        char interval[96] = "";
        if (!isnan(rows[i].low))
            snprintf(interval, sizeof interval, "%.*f … %.*f", rows[i].decimals, rows[i].low,
                     rows[i].decimals, rows[i].high);
        add_cell(out, "td", isnan(rows[i].value) && rows[i].why ? words_why(rows[i].why) : interval);
        buf_add_text(out, "</tr>\n");
    }
    buf_add_text(out, "</tbody></table>\n");
}

/* What the rules that fired say, once each. */
static void add_rule_legend(buf *out, const analysis *a, uint32_t fired)
{
    buf_add_text(out, "<ul class=rules>");
    for (int j = 0; j < a->rules.count; j++)
        if (fired >> j & 1) {
            char words[120];
            words_rule(&a->rules.rule[j], words, sizeof words);
            buf_addf(out, "<li><b>%s</b> ", a->rules.rule[j].name);
            buf_add_xml(out, words);
            buf_add_text(out, "</li>");
        }
    buf_add_text(out, "</ul>\n");
}

static void add_time_cell(buf *out, const view *v, size_t i)
{
    char time[48] = "";
    if (v->chart.time && v->chart.time[i] != TIME_NONE)
        words_time(v->chart.time[i], plot_offset(&v->chart, i), time, sizeof time);
    add_cell(out, "td class=t", time);
}

static void add_signal_row(buf *out, const analysis *a, const view *v, size_t i)
{
    char names[64];
    words_rule_names(&a->rules, a->chart.location[i].rules, names, sizeof names);
    buf_addf(out, "<tr><td class=n>%zu</td>", i + 1);
    add_time_cell(out, v, i);
    add_number_cell(out, a->chart.location[i].value, v->chart.decimals + 1);
    add_cell(out, "td", names);
    buf_add_text(out, "</tr>\n");
}

static void open_signals(buf *out, const char *caption)
{
    buf_addf(out,
             "<table><caption>%s</caption><thead><tr><th>#</th><th>%s</th><th>%s</th><th>%s</th></"
             "tr></thead><tbody>\n",
             caption, _("time"), _("value"), _("rule"));
}

static void add_signals(buf *out, const analysis *a, const view *v)
{
    if (!a->has_chart || !a->chart.location)
        return;
    size_t shown = 0;
    uint32_t fired = 0;
    for (size_t i = 0; i < a->input.subgroups && shown < signal_rows_max; i++) {
        if (!a->chart.location[i].rules || a->chart.location[i].flags)
            continue;
        if (!shown)
            open_signals(out, _("Signals"));
        else if (shown == signal_rows_open) {
            buf_addf(out, "</tbody></table>\n<details><summary>%s</summary>", _("more signals"));
            open_signals(out, "");
        }
        shown++;
        fired |= a->chart.location[i].rules;
        add_signal_row(out, a, v, i);
    }
    if (!shown)
        return;
    buf_addf(out, "</tbody></table>%s\n", shown > signal_rows_open ? "</details>" : "");
    add_rule_legend(out, a, fired);
}

static void add_notes(buf *out, const view *v)
{
    if (!v->note_count)
        return;
    buf_addf(out, "<table class=notes><caption>%s</caption><thead><tr><th></th><th>#</th><th>%s</th><th>%s</th><th>%s</th>"
             "</tr></thead><tbody>\n", _("Notes"), _("time"), _("by"), _("note"));
    for (size_t i = 0; i < v->note_count; i++) {
        buf_addf(out, "<tr><th scope=row>%s</th><td class=n>%zu</td>", v->notes[i].letter, v->notes[i].point + 1);
        add_time_cell(out, v, v->notes[i].point);
        add_cell(out, "td", v->notes[i].said->by);
        add_cell(out, "td", v->notes[i].said->text);
        buf_add_text(out, "</tr>\n");
    }
    buf_add_text(out, "</tbody></table>\n");
    if (v->notes_left_out) {
        buf_add_text(out, "<p>");
        buf_addf(out, P_("%zu earlier note is not shown", "%zu earlier notes are not shown", v->notes_left_out),
                 v->notes_left_out);
        buf_add_text(out, "</p>\n");
    }
}

static void add_data(buf *out, const analysis *a, const view *v)
{
    size_t k = a->input.subgroups;
    if (!a->has_chart || !a->chart.location)
        return;
    buf_addf(out, "<details><summary>%s</summary>", _("Data of this chart"));
    if (k > table_rows_max) {
        buf_addf(out, "<p>");
        buf_addf(out, _("%zu points, the last %d are listed; assay export gives all."), k,
                 (int)table_rows_max);
        buf_addf(out, "</p>");
    }
    buf_addf(out,
             "<table><thead><tr><th>#</th><th>%s</th><th>%s</th><th>LCL</th><th>CL</th><th>UCL</"
             "th><th>%s</th></tr></thead><tbody>\n",
             _("time"), _("value"), _("rule"));
    for (size_t i = k > table_rows_max ? k - table_rows_max : 0; i < k; i++) {
        const assay_chart_point *p = &a->chart.location[i];
        int places = v->chart.decimals + 1;
        char names[64];
        words_rule_names(&a->rules, p->rules, names, sizeof names);
        buf_addf(out, "<tr><td class=n>%zu</td>", i + 1);
        add_time_cell(out, v, i);
        add_number_cell(out, p->value, places);
        add_number_cell(out, p->lcl, places);
        add_number_cell(out, p->center, places);
        add_number_cell(out, p->ucl, places);
        add_cell(out, "td", names);
        buf_add_text(out, "</tr>\n");
    }
    buf_add_text(out, "</tbody></table></details>\n");
}

static void add_chart(buf *out, const view *v)
{
    svg_canvas c;
    buf summary = BUF_INIT;
    plot_chart_summary(&v->chart, &summary);
    buf_addf(out, "<figure class=zoomable tabindex=0 aria-label=\"");
    buf_add_xml(out, buf_text(&summary));
    buf_add_text(out, "\">\n");
    svg_begin(&c, out, 1000, v->chart.chart->has_spread ? 520 : 400, v->chart.title,
              buf_text(&summary), false);
    chart_plot plot = v->chart; /* the heading above has the title already */
    plot.title = plot.subtitle;
    plot.subtitle = NULL;
    plot_chart(&c.base, &plot);
    svg_end(&c);
    buf_add_text(out, "</figure>\n");
    buf_done(&summary);
}

static void add_distribution(buf *out, const view *v)
{
    svg_canvas c;
    buf_add_text(out, "<div class=pair><figure>\n");
    svg_begin(&c, out, 520, 330, v->histogram.title, v->histogram.title, false);
    plot_histogram(&c.base, &v->histogram);
    svg_end(&c);
    buf_add_text(out, "</figure>\n");
    if (v->probability.n) {
        buf_add_text(out, "<figure>\n");
        svg_begin(&c, out, 520, 330, v->probability.title, v->probability.title, false);
        plot_probability(&c.base, &v->probability);
        svg_end(&c);
        buf_add_text(out, "</figure>\n");
    }
    buf_add_text(out, "</div>\n");
}

static assay_status html_add(document *d, const analysis *a, const view *v, assay_err *err)
{
    buf *out = sections(d);
    const overview_row *row = &d->rows[d->row_count - 1];
    buf_addf(out, "<section id=\"c%zu\"><h2>", d->row_count);
    buf_add_xml(out, row->path);
    buf_addf(out, "</h2>\n<p class=\"verdict %s\">",
             !row->is_known   ? "unknown"
             : row->is_stable ? "stable"
                              : "unstable");
    buf_add_xml(out, row->verdict);
    buf_add_text(out, "</p>\n");
    if (a->has_chart)
        add_chart(out, v);
    add_notes(out, v);
    add_signals(out, a, v);
    if (v->chart.readings && v->sorted_count >= 3)
        add_distribution(out, v);
    if (a->has_capability && !row->is_stable)
        buf_addf(out, "<p class=caution>%s</p>\n",
                 _("The process is not shown to be stable: read the indices as performance of the "
                   "past, not as a promise."));
    add_figures(out, a);
    add_data(out, a, v);
    buf_add_text(out, "</section>\n");
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "out of memory") : ASSAY_OK;
}

static void add_overview(buf *out, const document *d)
{
    buf_addf(out,
             "<table "
             "class=overview><caption>%s</caption><thead><tr><th>%s</th><th>%s</th><th>%s</"
             "th><th>n</th><th>Ppk</th><th>Cpk</th><th>%s</th></tr></thead><tbody>\n",
             _("Overview"), _("characteristic"), _("course"), _("stability"), _("last data"));
    for (size_t i = 0; i < d->row_count; i++) {
        const overview_row *row = &d->rows[i];
        char text[128];
        buf_addf(out, "<tr><th scope=row><a href=\"#c%zu\">", i + 1);
        buf_add_xml(out, row->path);
        buf_addf(out, "</a></th><td>%s</td><td class=\"%s\">", row->sparkline,
                 !row->is_known   ? "unknown"
                 : row->is_stable ? "stable"
                                  : "unstable");
        buf_add_xml(out, row->verdict);
        buf_addf(out, "</td><td class=n>%zu</td>", row->n);
        index_text(&row->ppk, text, sizeof text);
        add_cell(out, "td class=n", text);
        index_text(&row->cpk, text, sizeof text);
        add_cell(out, "td class=n", text);
        text[0] = 0;
        if (row->last != TIME_NONE)
            words_second(row->last, row->offset, text, sizeof text);
        add_cell(out, "td class=t", text);
        buf_add_text(out, "</tr>\n");
    }
    buf_add_text(out, "</tbody></table>\n");
}

static void add_alarms(buf *out, const document *d)
{
    if (!d->has_alarms)
        return;
    if (!d->alarm_count) {
        buf_addf(out, "<p>%s</p>\n", _("No alarm in this time."));
        return;
    }
    buf_addf(out,
             "<table class=alarms><caption>%s</caption><thead><tr><th>%s</th><th>%s</th><th>%s</th><th>%s</"
             "th><th>%s</th><th>%s</th></tr></thead><tbody>\n",
             _("Alarms"), _("time"), _("characteristic"), _("rule"), _("state"), _("cause"), _("action"));
    for (size_t i = 0; i < d->alarm_count; i++) {
        const report_alarm *a = &d->alarms[i];
        char time[48];
        words_second(a->happened, a->offset, time, sizeof time);
        buf_add_text(out, "<tr>");
        add_cell(out, "td class=t", time);
        add_cell(out, "th scope=row", a->path);
        add_cell(out, "td", a->rule);
        add_cell(out, "td", _(a->state));
        add_cell(out, "td", *a->cause ? a->cause : "–");
        add_cell(out, "td", *a->action ? a->action : "–");
        buf_add_text(out, "</tr>\n");
    }
    buf_add_text(out, "</tbody></table>\n");
}

static assay_status html_end(document *d, const char *path, assay_err *err)
{
    buf out = BUF_INIT;
    char span[128];
    document_span(d, span, sizeof span);
    buf_addf(&out,
             "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=utf-8><meta name=viewport "
             "content=\"width=device-width\"><title>",
             _("en"));
    buf_add_xml(&out, d->title);
    buf_add_text(&out, "</title>\n<style>:root{");
    svg_colors(&out, false);
    buf_add_text(&out, "}\n@media screen and (prefers-color-scheme:dark){:root{");
    svg_colors(&out, true);
    buf_add_text(&out, "}}\n");
    buf_add(&out, report_css, report_css_size);
    buf_add_text(&out, "</style></head><body><header><h1>");
    buf_add_xml(&out, d->title);
    buf_addf(&out, "</h1><p>%s</p></header><main>\n", span);
    add_alarms(&out, d);
    add_overview(&out, d);
    buf_add(&out, buf_text(sections(d)), sections(d)->length);
    buf_addf(&out, "</main><footer><p>assay %s</p></footer><script>", ASSAY_VERSION);
    buf_add(&out, report_js, report_js_size);
    buf_add_text(&out, "</script></body></html>\n");
    assay_status status = out.failed ? assay_fail(err, ASSAY_MEMORY, 0, "out of memory")
                                     : report_write(path, out.data, out.length, err);
    buf_done(&out);
    return status;
}

static void html_done(document *d)
{
    if (d->own)
        buf_done(sections(d));
    free(d->own);
}

const document_format document_html = {html_begin, html_add, html_end, html_done};
