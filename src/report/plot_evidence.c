/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence as a picture: the points before and after, the change between them marked, the centre and
 * the limits of each period, and the claim beside what was computed. Its bytes are sealed, so it
 * speaks no language and shows no time of drawing; a change here needs a new EVIDENCE_METHOD. */
#include "report/evidence.h"

#include "report/frame.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { panel_width = 900, panel_height = 280, head = 46, foot = 26 };

static void widen(double *low, double *high, double x)
{
    if (!isfinite(x))
        return;
    *low = isnan(*low) || x < *low ? x : *low;
    *high = isnan(*high) || x > *high ? x : *high;
}

static void span_of(const evidence_item *item, bool is_single, double *low, double *high)
{
    const evidence_side *side[2] = {&item->before, &item->after};
    *low = *high = NAN;
    for (int k = is_single; k < 2; k++) {
        for (size_t i = 0; i < side[k]->points; i++)
            widen(low, high, side[k]->point[i]);
        widen(low, high, side[k]->lcl);
        widen(low, high, side[k]->ucl);
    }
    if (isnan(*low))
        *low = 0, *high = 1;
}

static const char *figure(assay_figure f, char *room, size_t size)
{
    if (f.why)
        return "-";
    snprintf(room, size, "%.6g", f.value);
    return room;
}

static void draw_head(canvas *c, const evidence *e, const evidence_item *item, double top)
{
    char line[400], effect[32], low[32], high[32], p[32];
    c->text(c, (spot){8, top + 20}, (text_style){INK_TEXT, 15, true, ANCHOR_START}, item->path);
    int used = snprintf(line, sizeof line, "%s · %s [%s, %s] · p %s · n ",
                        evidence_kind_name(e->claim.kind), figure(item->effect, effect, sizeof effect),
                        figure(item->low, low, sizeof low), figure(item->high, high, sizeof high),
                        figure(item->p, p, sizeof p));
    if (!e->claim.is_single)
        used += snprintf(line + used, sizeof line - (size_t)used, "%llu → ",
                         (unsigned long long)item->before.n);
    snprintf(line + used, sizeof line - (size_t)used, "%llu%s%s", (unsigned long long)item->after.n,
             e->claim.claimed ? " · ≟ " : "", e->claim.claimed ? e->claim.claimed : "");
    c->text(c, (spot){8, top + 37}, (text_style){INK_MUTED, 12, false, ANCHOR_START}, line);
}

static void draw_side(canvas *c, const frame *f, const evidence_side *s, double from, double to)
{
    const double line[3] = {s->center, s->lcl, s->ucl};
    double step = s->points ? (to - from) / (double)s->points : 0;
    spot *at = calloc(s->points + 1, sizeof *at);
    for (int k = 0; k < 3; k++)
        if (isfinite(line[k]))
            frame_line(c, from, frame_y(f, line[k]), to, frame_y(f, line[k]),
                       k ? (stroke){INK_LIMIT, 1, STROKE_DASHED}
                         : (stroke){INK_CENTER, 1.6, STROKE_SOLID});
    for (size_t i = 0; i < s->points && at; i++) {
        double y = isfinite(s->point[i]) ? frame_y(f, s->point[i]) : NAN;
        at[i] = (spot){from + step * ((double)i + 0.5), y};
    }
    if (at)
        c->polyline(c, at, s->points, (stroke){INK_DATA, 1.3, STROKE_SOLID});
    for (size_t i = 0; i < s->points && at && step >= 5; i++)
        if (!isnan(at[i].y))
            c->mark(c, MARK_DOT, at[i], 2.2, INK_DATA, NULL);
    free(at);
}

static void draw_dates(canvas *c, const evidence_claim *claim, const frame *f, double middle)
{
    const int64_t time[4] = {claim->before.from, claim->before.to, claim->after.from,
                             claim->after.to};
    const double x[4] = {f->x, middle - 6, middle + 6, f->x + f->width};
    for (int i = claim->is_single ? 2 : 0; i < 4; i++) {
        char text[40];
        double at = claim->is_single && i == 2 ? f->x : x[i];
        time_format(time[i], TIME_OFFSET_NONE, text, sizeof text);
        text[10] = 0;
        c->text(c, (spot){at, f->y + f->height + 17},
                (text_style){INK_MUTED, 11, false, i % 2 ? ANCHOR_END : ANCHOR_START}, text);
    }
}

static void draw_panel(canvas *c, const evidence *e, const evidence_item *item, double top)
{
    double low, high;
    span_of(item, e->claim.is_single, &low, &high);
    frame f = {.c = c, .x = 74, .y = top + head + 14, .width = panel_width - 74 - 20,
               .height = panel_height - head - foot - 18, .across = axis_make(0, 1, 2),
               .up = axis_make(low, high, 5)};
    double middle = f.x + f.width / 2;
    draw_head(c, e, item, top);
    frame_axes(&f, "", item->unit ? item->unit : "", false);
    if (e->claim.is_single) {
        draw_side(c, &f, &item->after, f.x, f.x + f.width);
        draw_dates(c, &e->claim, &f, middle);
        return;
    }
    draw_side(c, &f, &item->before, f.x, middle - 6);
    draw_side(c, &f, &item->after, middle + 6, f.x + f.width);
    frame_line(c, middle, f.y, middle, f.y + f.height, (stroke){INK_SIGNAL, 1.4, STROKE_DOTTED});
    draw_dates(c, &e->claim, &f, middle);
}

double report_evidence_width(const evidence *e)
{
    (void)e;
    return panel_width;
}

double report_evidence_height(const evidence *e)
{
    return (double)panel_height * (double)e->claim.count;
}

void report_evidence_on(const evidence *e, canvas *c)
{
    for (size_t i = 0; i < e->claim.count; i++)
        draw_panel(c, e, &e->item[i], (double)panel_height * (double)i);
}

void report_evidence_svg(const evidence *e, buf *svg)
{
    svg_canvas c;
    char summary[200];
    snprintf(summary, sizeof summary, "%s: %s", evidence_kind_name(e->claim.kind),
             evidence_outcome_name(e->outcome));
    svg_begin(&c, svg, report_evidence_width(e), report_evidence_height(e), e->item[0].path, summary,
              true);
    report_evidence_on(e, &c.base);
    svg_end(&c);
}
