/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bars in eighths of a column, sparklines, histograms on their side. */
#include "report/term.h"

#include <math.h>
#include <stdio.h>

static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};

void term_bar(const term *t, term_style style, double share, int width, buf *out)
{
    int units = isfinite(share) && share > 0 ? (int)lround(share * width * 8) : 0;
    if (units == 0 && share > 0)
        units = 1; /* something is not nothing */
    term_on(t, style, out);
    for (; units >= 8; units -= 8)
        buf_add_text(out, eighths[8]);
    buf_add_text(out, eighths[units]);
    term_off(t, out);
}

void term_spark(const double *x, size_t n, int width, buf *out)
{
    static const char *const levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double low = NAN, high = NAN;
    size_t from = n > (size_t)width ? n - (size_t)width : 0;
    for (size_t i = from; i < n; i++) {
        low = isnan(low) || x[i] < low ? x[i] : low;
        high = isnan(high) || x[i] > high ? x[i] : high;
    }
    for (size_t i = from; i < n; i++) {
        double share = high > low ? (x[i] - low) / (high - low) : 0.5;
        buf_add_text(out, isnan(x[i]) ? " " : levels[(int)fmin(7, floor(share * 8))]);
    }
}

/* The bin a limit falls into, marked at its edge; -1: outside of what is drawn. */
static void write_limit(const term *t, const char *name, double limit, int places, buf *out)
{
    buf_add_text(out, "  ");
    text_right(out, text_real(limit, places), 12);
    buf_add_char(out, ' ');
    char text[64];
    snprintf(text, sizeof text, "╌╌╌╌╌╌╌╌╌╌ %s", name);
    term_styled(t, TERM_LIMIT, text, out);
    buf_add_char(out, '\n');
}

void term_histogram(const term *t, const assay_bins *bins, const uint64_t *counts, double lsl,
                    double usl, int decimals, buf *out)
{
    uint64_t most = 1;
    int places = text_places(decimals), room = t->width - 28;
    bool has_lower = isnan(lsl), has_upper = isnan(usl);
    for (size_t i = 0; i < bins->count; i++)
        most = counts[i] > most ? counts[i] : most;
    for (size_t i = 0; i < bins->count; i++) {
        double edge = assay_bins_edge(bins, i);
        if (!has_lower && lsl <= edge) {
            write_limit(t, "LSL", lsl, places, out);
            has_lower = true;
        }
        if (!has_upper && usl <= edge) {
            write_limit(t, "USL", usl, places, out);
            has_upper = true;
        }
        buf_add_text(out, "  ");
        text_right(out, text_real(edge, places), 12);
        buf_add_char(out, ' ');
        term_bar(t, TERM_DATA, (double)counts[i] / (double)most, room, out);
        buf_addf(out, " %llu\n", (unsigned long long)counts[i]);
    }
    if (!has_lower)
        write_limit(t, "LSL", lsl, places, out);
    if (!has_upper)
        write_limit(t, "USL", usl, places, out);
}
