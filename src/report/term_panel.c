/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A control chart in characters. The line through the points is drawn in braille dots (2 x 4 in a
 * cell); points, limits and signs stand in whole cells above it. With more points than columns each
 * column shows its smallest and largest value, so that no extreme is lost. */
#include "report/term_panel.h"

#include "base/i18n.h"
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 400, ROWS_MAX = 16, LEFT = PANEL_LEFT, RIGHT = PANEL_RIGHT };

typedef struct {
    char glyph[4];
    unsigned char style, dots;
} cell;

typedef struct {
    int columns, rows;
    double low, high;
    cell at[ROWS_MAX][COLUMNS_MAX];
} sheet;

/* -- the sheet ---------------------------------------------------------------------------- */

static void put(sheet *s, int row, int column, const char *glyph, term_style style)
{
    if (row < 0 || row >= s->rows || column < 0 || column >= s->columns)
        return;
    cell *c = &s->at[row][column];
    snprintf(c->glyph, sizeof c->glyph, "%s", glyph);
    c->style = (unsigned char)style;
}

static bool is_free(const sheet *s, int row, int column)
{
    return row >= 0 && row < s->rows && column >= 0 && column < s->columns &&
           s->at[row][column].style != TERM_SIGNAL && s->at[row][column].style != TERM_DATA &&
           s->at[row][column].style != TERM_BOLD;
}

/* Position in dots: 4 to a row, from the top. */
static int dot_row(const sheet *s, double y)
{
    double share = (s->high - y) / (s->high - s->low);
    int row = (int)lround(share * (4 * s->rows - 1));
    return row < 0 ? 0 : row >= 4 * s->rows ? 4 * s->rows - 1 : row;
}

static int cell_row(const sheet *s, double y)
{
    return dot_row(s, y) / 4;
}

static void dot(sheet *s, int x, int y)
{
    static const unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    if (x >= 0 && x < 2 * s->columns && y >= 0 && y < 4 * s->rows)
        s->at[y / 4][x / 2].dots |= bits[y % 4][x % 2];
}

static void line(sheet *s, int x1, int y1, int x2, int y2)
{
    int steps = abs(x2 - x1) > abs(y2 - y1) ? abs(x2 - x1) : abs(y2 - y1);
    for (int i = 0; i <= steps; i++)
        dot(s, x1 + (steps ? (x2 - x1) * i / steps : 0), y1 + (steps ? (y2 - y1) * i / steps : 0));
}

static int column_of(const sheet *s, const term_panel *p, size_t i)
{
    return (int)(((double)i + 0.5) * s->columns / (double)p->k);
}

/* -- what is drawn --------------------------------------------------------------------------- */

static void widen(double *low, double *high, double x)
{
    if (!isfinite(x))
        return;
    *low = isnan(*low) || x < *low ? x : *low;
    *high = isnan(*high) || x > *high ? x : *high;
}

static void choose_range(sheet *s, const term_panel *p)
{
    double low = NAN, high = NAN;
    for (size_t i = 0; i < p->k; i++) {
        widen(&low, &high, p->point[i].value);
        widen(&low, &high, p->point[i].lcl);
        widen(&low, &high, p->point[i].ucl);
        widen(&low, &high, p->point[i].prob_lcl);
        widen(&low, &high, p->point[i].prob_ucl);
        widen(&low, &high, p->point[i].center);
    }
    if (p->has_zero)
        widen(&low, &high, 0);
    if (isnan(low))
        low = 0, high = 1;
    double room = high > low ? (high - low) * 0.04 : high != 0 ? fabs(high) * 0.01 : 1;
    s->low = p->has_zero && low == 0 ? 0 : low - room;
    s->high = high + room;
}

/* A limit at the zero of a range or a count says nothing. */
static double lower(const term_panel *p, double limit)
{
    return p->has_zero && limit <= 0 ? NAN : limit;
}

static void draw_limit(sheet *s, int column, double value, const char *sign, term_style style)
{
    if (!isnan(value))
        put(s, cell_row(s, value), column, sign, style);
}

static void draw_limits(sheet *s, const term_panel *p)
{
    for (int column = 0; column < s->columns; column++) {
        size_t i = (size_t)(((double)column + 0.5) * (double)p->k / s->columns);
        const assay_chart_point *at = &p->point[i < p->k ? i : p->k - 1];
        draw_limit(s, column, at->center, "─", TERM_GOOD);
        draw_limit(s, column, at->prob_ucl, "┈", TERM_LIMIT);
        draw_limit(s, column, lower(p, at->prob_lcl), "┈", TERM_LIMIT);
        draw_limit(s, column, at->ucl, "╌", TERM_LIMIT);
        draw_limit(s, column, lower(p, at->lcl), "╌", TERM_LIMIT);
    }
}

static void draw_stages(sheet *s, const term_panel *p)
{
    for (size_t i = 1; p->stage && i < p->k; i++) {
        if (p->stage[i] == p->stage[i - 1])
            continue;
        int column = (column_of(s, p, i - 1) + column_of(s, p, i)) / 2;
        for (int row = 0; row < s->rows; row++)
            put(s, row, column, "┊", TERM_DIM);
    }
}

static void draw_line(sheet *s, const term_panel *p)
{
    for (size_t i = 1; i < p->k; i++) {
        const assay_chart_point *a = &p->point[i - 1], *b = &p->point[i];
        bool is_broken = isnan(a->value) || isnan(b->value) ||
                         (p->stage && p->stage[i] != p->stage[i - 1]);
        if (!is_broken)
            line(s, 2 * column_of(s, p, i - 1) + 1, dot_row(s, a->value),
                 2 * column_of(s, p, i) + 1, dot_row(s, b->value));
    }
}

static void rule_names(const term_panel *p, uint32_t bits, char *out, size_t room)
{
    out[0] = 0;
    for (int r = 0; r < (p->rules ? p->rules->count : 1); r++)
        if (bits >> r & 1)
            snprintf(out + strlen(out), room - strlen(out), "%s%s", *out ? "," : "",
                     p->rules ? p->rules->rule[r].name : "1");
}

/* The names of the rules beside the point, where there is room for them. */
static void draw_rule(sheet *s, const term_panel *p, size_t i, int row, int column)
{
    char names[40];
    rule_names(p, p->point[i].rules, names, sizeof names);
    int length = (int)strlen(names), from = column + 1;
    for (int side = 0; side < 2; side++, from = column - length) {
        bool has_room = length > 0;
        for (int x = from; x < from + length; x++)
            has_room = has_room && is_free(s, row, x);
        for (int x = 0; has_room && x < length; x++)
            put(s, row, from + x, (char[2]){names[x], 0}, TERM_SIGNAL);
        if (has_room)
            return;
    }
}

static void draw_points(sheet *s, const term_panel *p)
{
    for (size_t i = 0; i < p->k; i++) {
        const assay_chart_point *at = &p->point[i];
        if (isnan(at->value))
            continue;
        bool is_out = at->flags & ASSAY_POINT_EXCLUDED, is_signal = at->rules && !is_out;
        put(s, cell_row(s, at->value), column_of(s, p, i),
            is_out ? "⊗" : is_signal ? "◆" : at->flags & ASSAY_POINT_PARTIAL ? "○" : "●",
            is_signal ? TERM_SIGNAL : is_out ? TERM_BOLD : TERM_DATA);
    }
    for (size_t i = 0; i < p->k; i++)
        if (p->point[i].rules && !isnan(p->point[i].value) &&
            !(p->point[i].flags & ASSAY_POINT_EXCLUDED))
            draw_rule(s, p, i, cell_row(s, p->point[i].value), column_of(s, p, i));
}

/* Smallest to largest of each column, and a sign where one of its points signals. */
static void draw_dense(sheet *s, const term_panel *p)
{
    for (size_t i = 0; i < p->k;) {
        int column = column_of(s, p, i);
        double low = NAN, high = NAN, signal = NAN;
        for (; i < p->k && column_of(s, p, i) == column; i++) {
            const assay_chart_point *at = &p->point[i];
            widen(&low, &high, at->value);
            bool is_signal = at->rules && !(at->flags & ASSAY_POINT_EXCLUDED) && !isnan(at->value);
            if (is_signal && !(fabs(at->value - at->center) <= fabs(signal - at->center)))
                signal = at->value;
        }
        if (isnan(low))
            continue;
        for (int y = dot_row(s, high); y <= dot_row(s, low); y++) {
            dot(s, 2 * column, y);
            dot(s, 2 * column + 1, y);
        }
        if (!isnan(signal))
            put(s, cell_row(s, signal), column, "◆", TERM_SIGNAL);
    }
}

/* -- writing it out ------------------------------------------------------------------------- */

static void write_cell(const term *t, const cell *c, buf *out)
{
    bool is_over = c->style == TERM_SIGNAL || c->style == TERM_DATA || c->style == TERM_BOLD;
    if (c->dots && !is_over) {
        unsigned code = 0x2800u + c->dots;
        char text[4] = {(char)(0xe0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3f)),
                        (char)(0x80 | (code & 0x3f)), 0};
        term_styled(t, TERM_DATA, text, out);
    } else if (c->glyph[0])
        term_styled(t, (term_style)c->style, c->glyph, out);
    else
        buf_add_char(out, ' ');
}

typedef struct {
    int row;
    char text[32];
    term_style style;
} label;

enum { LABELS = 5 };

typedef struct {
    const char *name;
    double value; /* NaN: none */
    term_style style;
} line_label;

/* From above; what is none comes last. */
static int by_height(const void *a, const void *b)
{
    const line_label *x = a, *y = b;
    if (isnan(x->value) || isnan(y->value))
        return isnan(x->value) - isnan(y->value);
    return (x->value < y->value) - (x->value > y->value);
}

/* Labels of the right margin; one that would cover another moves a row. */
static int right_labels(const sheet *s, const term_panel *p, label *out)
{
    const assay_chart_point *last = NULL;
    for (size_t i = p->k; i-- > 0 && !last;)
        if (!isnan(p->point[i].center))
            last = &p->point[i];
    if (!last)
        return 0;
    line_label lines[LABELS] = {{"UCL", last->ucl, TERM_LIMIT},
                                {"P UCL", last->prob_ucl, TERM_LIMIT},
                                {"CL", last->center, TERM_GOOD},
                                {"LCL", lower(p, last->lcl), TERM_LIMIT},
                                {"P LCL", lower(p, last->prob_lcl), TERM_LIMIT}};
    int n = 0;
    qsort(lines, LABELS, sizeof *lines, by_height);
    for (size_t i = 0; i < LABELS; i++) {
        if (isnan(lines[i].value))
            continue;
        int row = cell_row(s, lines[i].value);
        if (n > 0 && row <= out[n - 1].row)
            row = out[n - 1].row + 1;
        out[n] = (label){.row = row, .style = lines[i].style};
        snprintf(out[n++].text, sizeof out->text, "%s %s", lines[i].name,
                 text_real(lines[i].value, p->places));
    }
    for (int i = n - 1; i >= 0; i--)
        if (out[i].row > s->rows - (n - i))
            out[i].row = s->rows - (n - i);
    return n;
}

static void write_axis(const sheet *s, const term_panel *p, int row, buf *out)
{
    bool has_tick = row == 0 || row == s->rows - 1 || row == s->rows / 2;
    double y = s->high - (row * 4 + 1.5) / (4 * s->rows - 1) * (s->high - s->low);
    if (p->has_zero && row == s->rows - 1)
        y = 0;
    char tick[48] = "";
    if (has_tick)
        snprintf(tick, sizeof tick, "%s", text_real(y, p->places));
    text_right(out, tick, LEFT - 2);
    buf_add_text(out, has_tick ? " ┤" : " │");
}

static bool has_points(const term_panel *p)
{
    for (size_t i = 0; i < p->k; i++)
        if (!isnan(p->point[i].value))
            return true;
    return false;
}

void panel_write(const term *t, const term_panel *p, buf *out)
{
    label labels[LABELS];
    if (!has_points(p))
        return;
    sheet *s = calloc(1, sizeof *s);
    if (!s) {
        out->failed = true;
        return;
    }
    s->columns = t->width - LEFT - RIGHT > COLUMNS_MAX ? COLUMNS_MAX : t->width - LEFT - RIGHT;
    s->rows = p->rows;
    bool is_dense = p->k > (size_t)s->columns;
    choose_range(s, p);
    draw_limits(s, p);
    draw_stages(s, p);
    if (is_dense)
        draw_dense(s, p);
    else {
        draw_line(s, p);
        draw_points(s, p);
    }
    int n = right_labels(s, p, labels);
    text_right(out, "", LEFT - 1);
    term_styled(t, TERM_BOLD, p->name, out);
    buf_add_char(out, '\n');
    for (int row = 0; row < s->rows; row++) {
        write_axis(s, p, row, out);
        for (int column = 0; column < s->columns; column++)
            write_cell(t, &s->at[row][column], out);
        for (int i = 0; i < n; i++)
            if (labels[i].row == row) {
                buf_add_char(out, ' ');
                term_styled(t, labels[i].style, labels[i].text, out);
            }
        buf_add_char(out, '\n');
    }
    free(s);
}

void term_points(const term *t, const char *name, const assay_chart_point *points, size_t k,
                 const assay_rules *rules, bool has_zero, int places, int rows, buf *out)
{
    term_panel p = {name, points, k, NULL, rules, has_zero, places, rows > ROWS_MAX ? ROWS_MAX : rows};
    panel_write(t, &p, out);
}

void panel_write_across(const term *t, const analysis *a, buf *out)
{
    int columns = t->width - LEFT - RIGHT;
    size_t k = a->input.subgroups;
    char first[64], last[64];
    int64_t from = k ? analysis_time(a, 0) : TIME_NONE, to = k ? analysis_time(a, k - 1) : TIME_NONE;
    snprintf(first, sizeof first, "%d", 1);
    snprintf(last, sizeof last, "%zu", k);
    if (from != TIME_NONE && to != TIME_NONE) {
        char text[40];
        time_format(from, analysis_offset(a, 0), text, sizeof text);
        snprintf(first, sizeof first, "1  %.16s", text);
        time_format(to, analysis_offset(a, k - 1), text, sizeof text);
        snprintf(last, sizeof last, "%.16s  %zu", text, k);
    }
    text_right(out, "", LEFT);
    text_left(out, first, columns - term_width(last));
    buf_add_text(out, last);
    buf_add_char(out, '\n');
    if (k > (size_t)columns) {
        text_right(out, "", LEFT);
        buf_addf(out, _("%zu points, smallest and largest of each column shown"), k);
        buf_add_char(out, '\n');
    }
}
