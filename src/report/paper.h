/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text that flows over pages of A4, with pictures in it: minutes, the story of a case. In the language in
 * force; the pages are numbered. */
#ifndef REPORT_PAPER_H
#define REPORT_PAPER_H

#include "base/buf.h"
#include "report/canvas.h"

typedef struct paper {
    void *cr; /* cairo_t */
    const char *id, *title; /* stand at the foot of each page */
    double y;
    int page, pages; /* pages 0: not known yet */
} paper;

typedef struct {
    double size, indent, above;
    bool is_bold, is_soft;
} paper_style;
extern const paper_style paper_head, paper_part, paper_item, paper_body, paper_under, paper_soft;

void paper_put(paper *p, const paper_style *style, const char *text); /* nothing for "" */
void paper_pair(paper *p, const char *name, const char *value);       /* "Name: value" */
void paper_need(paper *p, double height); /* else a new page begins */
/* Room to sign for so many (at most two), side by side. */
void paper_signatures(paper *p, size_t n, const char *const *who);
double paper_picture_room(double width, double height); /* what it takes of a page */
/* A picture of width x height as wide as the page allows, never enlarged. */
void paper_picture(paper *p, double width, double height, void (*draw)(void *context, canvas *c),
                   void *context);
/* "2026-11-22 17:05 +0900" as the clock on the wall had it; "" for no time. */
const char *paper_clock(const char *iso, char out[static 40]);

/* `write` is called twice: once to count the pages. False when memory is short. */
typedef void paper_writer(paper *p, void *context);
bool paper_pdf(const char *id, const char *title, paper_writer *write, void *context, buf *out);

#endif
