/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rectangle of data with two axes: what the simple plots share. */
#ifndef REPORT_FRAME_H
#define REPORT_FRAME_H

#include "report/plot.h"

typedef struct {
    canvas *c;
    double x, y, width, height;
    axis_ticks across, up;
} frame;

double frame_x(const frame *f, double value);
double frame_y(const frame *f, double value);
void frame_head(canvas *c, const char *title, const char *subtitle);
void frame_across(const frame *f); /* ticks below it */
void frame_axes(const frame *f, const char *across_name, const char *up_name,
                bool with_across_ticks);
/* Shortened to the room there is, at the boundary of a character. */
void frame_fit(canvas *c, text_style style, const char *text, double room, char *out, size_t size);
void frame_line(canvas *c, double x1, double y1, double x2, double y2, stroke s);

#endif
