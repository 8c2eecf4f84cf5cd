/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The overview: what needs somebody stands first. A state is told by a sign and a word, its colour
 * only helps. Above the characteristics stands how old the news are; open alarms are never pushed
 * off the screen by anything else. */
#include "cli/watch.h"

#include "base/i18n.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)

enum { STATE_WIDTH = 11, AGE_WIDTH = 6, VALUE_WIDTH = 11, LIMITS_WIDTH = 23 };
enum { WIDE = 100, NARROW = 72, TINY = 52, NARROW_SPARK = 10 }; /* columns of the terminal */
enum { RULE_WIDTH = 12, ALARM_STATE_WIDTH = 14 };

static const struct {
    const char *sign, *word;
    term_style style;
} states[WATCH_STATES] = {
    [WATCH_STOP] = {"◆", "STOP", TERM_SIGNAL},
    [WATCH_CHECK] = {"▲", "CHECK", TERM_WARN},
    [WATCH_NO_DATA] = {"○", "NO DATA", TERM_DIM},
    [WATCH_NO_LIMITS] = {"◇", "NO LIMITS", TERM_DIM},
    [WATCH_OK] = {"●", "OK", TERM_GOOD},
};

/* Where there is little room the sign says it alone. */
static int state_width(const watch_view *v)
{
    return v->look.width < TINY ? 1 : STATE_WIDTH;
}

static void write_state(const watch_view *v, watch_state s, buf *out)
{
    char text[40];
    snprintf(text, sizeof text, "%s %s", states[s].sign, states[s].word);
    term_on(&v->look, states[s].style, out);
    text_left(out, v->look.width < TINY ? states[s].sign : text, state_width(v));
    term_off(&v->look, out);
}

/* "42 s", "7 min", "3 h", "12 d". */
static const char *age_text(int64_t now, int64_t then, char room[static 24])
{
    int64_t s = (now - then) / NS_PER_S;
    if (then == TIME_NONE)
        return "–";
    if (s < 0)
        s = 0;
    if (s < 120)
        snprintf(room, 24, "%lld s", (long long)s);
    else if (s < 2 * 3600)
        snprintf(room, 24, "%lld min", (long long)(s / 60));
    else if (s < 48 * 3600)
        snprintf(room, 24, "%lld h", (long long)(s / 3600));
    else
        snprintf(room, 24, "%lld d", (long long)(s / 86400));
    return room;
}

/* So many places that the distance of the limits, or of the points, shows in three digits. */
static int places_of(const watch_row *r)
{
    double width = r->ucl - r->lcl, low = r->value, high = r->value;
    for (int i = 0; i < r->spark_count; i++) {
        low = fmin(low, r->spark[i]);
        high = fmax(high, r->spark[i]);
    }
    if (!(width > 0))
        width = high > low ? high - low : fabs(r->value);
    int places = width > 0 ? 2 - (int)floor(log10(width)) : 3;
    return places < 0 ? 0 : places > 9 ? 9 : places;
}

void watch_keys(const watch_view *v, buf *out)
{
    if (!v->note)
        return;
    buf_add_char(out, '\n');
    term_on(&v->look, TERM_DIM, out);
    text_left(out, v->note, v->look.width - 1);
    term_off(&v->look, out);
    buf_add_char(out, '\n');
}

/* -- head ---------------------------------------------------------------------------------------- */

static void write_head(const watch_model *m, const watch_view *v, buf *out)
{
    char clock[40], title[400];
    size_t count[WATCH_STATES] = {0};
    for (size_t i = 0; i < m->rows; i++)
        count[watch_state_of(&m->row[i])]++;
    time_format(v->now / NS_PER_S * NS_PER_S, TIME_OFFSET_NONE, clock, sizeof clock);
    term_on(&v->look, TERM_BOLD, out);
    snprintf(title, sizeof title, "Assay  %s  %.300s", clock, v->address);
    text_left(out, title, v->look.width - 1);
    term_off(&v->look, out);
    buf_add_char(out, '\n');
    for (int s = 0; s < WATCH_STATES; s++) {
        char text[40];
        bool has_word = v->look.width >= NARROW;
        snprintf(text, sizeof text, "%s%s%s %zu", states[s].sign, has_word ? " " : "",
                 has_word ? states[s].word : "", count[s]);
        term_styled(&v->look, count[s] ? states[s].style : TERM_DIM, text, out);
        buf_add_text(out, "   ");
    }
    if (m->is_cut)
        buf_addf(out, _("the first %d characteristics"), WATCH_ROWS);
    buf_add_char(out, '\n');
    if (v->trouble) {
        term_on(&v->look, TERM_WARN, out);
        text_left(out, v->trouble, v->look.width - 1);
        term_off(&v->look, out);
    }
    buf_add_char(out, '\n');
}

/* -- characteristics ----------------------------------------------------------------------------- */

static bool is_wide(const watch_view *v)
{
    return v->look.width >= WIDE;
}

static int spark_width(const watch_view *v)
{
    int width = v->look.width;
    return width < TINY ? 0 : width < NARROW ? NARROW_SPARK : WATCH_SPARK;
}

static int path_width(const watch_view *v)
{
    int others = 2 + state_width(v) + 1 + spark_width(v) + 1 + VALUE_WIDTH + 1 + AGE_WIDTH;
    if (is_wide(v))
        others += LIMITS_WIDTH + 1;
    int left = v->look.width - 2 - others; /* a blank before the picture, one at the edge */
    return left < 6 ? 6 : left;
}

static void write_spark(const term *look, const watch_row *r, int width, buf *out)
{
    buf line = BUF_INIT;
    int from = r->spark_count > width ? r->spark_count - width : 0;
    term_spark(r->spark + from, (size_t)(r->spark_count - from), width, &line);
    text_right(out, "", width - (r->spark_count - from));
    const char *p = buf_text(&line);
    for (int i = from; i < r->spark_count && *p; i++) {
        size_t length = *p == ' ' ? 1 : 3;
        bool is_signal = r->spark_signals >> i & 1;
        term_on(look, is_signal ? TERM_SIGNAL : TERM_DATA, out);
        buf_add(out, p, length);
        term_off(look, out);
        p += length;
    }
    buf_done(&line);
}

static void write_limits(const watch_row *r, int places, buf *out)
{
    char text[64] = "";
    if (!isnan(r->lcl) || !isnan(r->ucl))
        snprintf(text, sizeof text, "%s … %s", text_real(r->lcl, places), text_real(r->ucl, places));
    text_left(out, text, LIMITS_WIDTH);
}

static void write_row(const watch_row *r, const watch_view *v, bool is_selected, buf *out)
{
    char age[24];
    int places = places_of(r);
    buf_add_text(out, is_selected ? "▸ " : "  ");
    write_state(v, watch_state_of(r), out);
    buf_add_char(out, ' ');
    text_left(out, r->path, path_width(v));
    buf_add_char(out, ' ');
    write_spark(&v->look, r, spark_width(v), out);
    buf_add_char(out, ' ');
    text_right(out, text_real(r->value, places), VALUE_WIDTH);
    buf_add_char(out, ' ');
    if (is_wide(v)) {
        write_limits(r, places, out);
        buf_add_char(out, ' ');
    }
    text_right(out, age_text(v->now, r->time, age), AGE_WIDTH);
    buf_add_char(out, '\n');
}

static void write_rows(const watch_model *m, const watch_view *v, int room, buf *out)
{
    term_on(&v->look, TERM_DIM, out);
    buf_add_text(out, "  ");
    text_left(out, v->look.width < TINY ? "" : _("state"), state_width(v) + 1);
    text_left(out, _("characteristic"), path_width(v));
    buf_add_char(out, ' ');
    text_left(out, _("last points"), spark_width(v));
    buf_add_char(out, ' ');
    text_right(out, _("last"), VALUE_WIDTH);
    buf_add_char(out, ' ');
    if (is_wide(v))
        text_left(out, _("limits"), LIMITS_WIDTH + 1);
    text_right(out, _("age"), AGE_WIDTH);
    term_off(&v->look, out);
    buf_add_char(out, '\n');
    for (int i = v->first; i < (int)m->rows && i < v->first + room; i++)
        write_row(&m->row[i], v, i == v->selected, out);
    if (m->rows == 0)
        buf_addf(out, "  %s\n", _("no characteristic yet"));
}

/* -- alarms -------------------------------------------------------------------------------------- */

static void write_title(const watch_view *v, const char *text, size_t n, buf *out)
{
    buf_add_char(out, '\n');
    term_on(&v->look, TERM_BOLD, out);
    buf_addf(out, "%s (%zu)", text, n);
    term_off(&v->look, out);
    buf_add_char(out, '\n');
}

static void write_alarm(const watch_alarm *a, const watch_view *v, buf *out)
{
    char age[24], rule[64];
    bool has_state = v->look.width >= NARROW;
    int others = 2 + 2 + AGE_WIDTH + 2 + 1 + RULE_WIDTH + (has_state ? 1 + ALARM_STATE_WIDTH : 0);
    int path = v->look.width - 1 - others;
    bool has_number = a->rule[0] >= '0' && a->rule[0] <= '9';
    snprintf(rule, sizeof rule, has_number ? _("rule %s") : "%s", a->rule);
    buf_add_text(out, "  ");
    term_styled(&v->look, states[a->sign].style, states[a->sign].sign, out);
    buf_add_char(out, ' ');
    text_right(out, age_text(v->now, a->time, age), AGE_WIDTH);
    buf_add_text(out, "  ");
    text_left(out, a->path, path < 6 ? 6 : path > path_width(v) ? path_width(v) : path);
    buf_add_char(out, ' ');
    text_left(out, rule, RULE_WIDTH);
    if (has_state) {
        buf_add_char(out, ' ');
        text_left(out, a->state, ALARM_STATE_WIDTH);
    }
    buf_add_char(out, '\n');
}

static void write_alarms(const watch_model *m, const watch_view *v, int room, buf *out)
{
    write_title(v, _("open alarms"), m->open_alarms, out);
    for (int i = 0; i < (int)m->alarms && i < room; i++)
        write_alarm(&m->alarm[i], v, out);
    if ((int)m->open_alarms > room)
        buf_addf(out, _("  and %d more\n"), (int)m->open_alarms - room);
}

/* -- sources ------------------------------------------------------------------------------------- */

static void add_count(buf *out, uint64_t n, int width)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)n);
    text_right(out, text, width);
}

static void write_source(const watch_source *s, const watch_view *v, buf *out)
{
    buf_add_text(out, "  ");
    term_styled(&v->look, s->is_stale ? TERM_WARN : TERM_GOOD, s->is_stale ? "○ " : "● ", out);
    text_left(out, s->name, 14);
    add_count(out, s->received, 11);
    buf_add_text(out, watch_is_conserved(s) ? " = " : " ≠ ");
    add_count(out, s->stored, 10);
    add_count(out, s->duplicates, 9);
    add_count(out, s->conflicts, 9);
    add_count(out, s->refused, 9);
    add_count(out, s->pending, 9);
    if (s->is_stale)
        buf_addf(out, "  %s", _("silent"));
    buf_add_char(out, '\n');
}

static void write_sources(const watch_model *m, const watch_view *v, int room, buf *out)
{
    write_title(v, _("sources"), m->sources, out);
    term_on(&v->look, TERM_DIM, out);
    buf_add_text(out, "    ");
    text_left(out, "", 14);
    text_right(out, _("received"), 11);
    buf_add_text(out, "   ");
    text_right(out, _("stored"), 10);
    text_right(out, _("doubled"), 9);
    text_right(out, _("conflict"), 9);
    text_right(out, _("refused"), 9);
    text_right(out, _("pending"), 9);
    term_off(&v->look, out);
    buf_add_char(out, '\n');
    for (int i = 0; i < (int)m->sources && i < room; i++)
        write_source(&m->source[i], v, out);
}

/* -- all of it ----------------------------------------------------------------------------------- */

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* The selected row stays in sight. */
static void scroll(const watch_model *m, watch_view *v, int room)
{
    if (v->selected >= (int)m->rows)
        v->selected = (int)m->rows - 1;
    if (v->selected >= 0 && v->selected < v->first)
        v->first = v->selected;
    if (v->selected >= v->first + room)
        v->first = v->selected - room + 1;
    if (v->first > (int)m->rows - room)
        v->first = (int)m->rows - room;
    if (v->first < 0)
        v->first = 0;
}

void watch_overview(const watch_model *m, watch_view *v, buf *out)
{
    int alarms = (int)m->alarms, sources = (int)m->sources, rows = (int)m->rows;
    bool has_alarms = m->open_alarms > 0, has_sources = sources > 0;
    if (v->rows) { /* head 3, names of columns 1, keys 2; a title takes two lines */
        int left = v->rows - 6;
        alarms = has_alarms ? least(alarms, left / 3) : 0;
        left -= has_alarms ? alarms + 2 + ((int)m->open_alarms > alarms) : 0;
        for (; left < 1 && alarms > 0; alarms--)
            left++;
        has_sources = has_sources && left >= 8 && v->look.width >= 75; /* its columns */
        sources = has_sources ? least(sources, left / 3) : 0;
        left -= has_sources ? sources + 3 : 0;
        rows = left < 1 ? 1 : left;
    }
    scroll(m, v, rows);
    write_head(m, v, out);
    write_rows(m, v, rows, out);
    if (has_alarms)
        write_alarms(m, v, alarms, out);
    if (has_sources)
        write_sources(m, v, sources, out);
    watch_keys(v, out);
}
