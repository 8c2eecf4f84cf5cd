/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the makers of drawings share. */
#ifndef SERVE_DRAWING_INNER_H
#define SERVE_DRAWING_INNER_H

#include "report/plot.h"
#include "serve/drawing.h"

struct json_t; /* jansson's: base/json.h has the same names, so no file sees both */

enum { DRAWING_ROWS_MOST = 500, DRAWING_BRANCHES = 12, DRAWING_TWIGS = 12 };

/* "/scatter/3,4?from=2026-01-01&to=2026-02-01": the address of a screen that shows the same. */
typedef struct {
    const char *screen;    /* "chart" ...; NULL: it is none */
    uint32_t number[2];    /* of characteristics */
    size_t count;
    const char *of, *compare, *under; /* "" for none */
    int64_t from, to;
} drawing_address;

struct drawing {
    const char *of; /* the tool */
    const char *link; /* NULL: none */
    arena memory;
    buf title, words;
    struct json_t *columns, *rows;
    size_t left_out; /* rows beyond DRAWING_ROWS_MOST */
    double height;
    void (*draw)(const drawing *d, canvas *c); /* NULL: a table says it all */
    void *own; /* what it is drawn from, given back by `done` */
    void (*done)(void *own);
    union {
        pareto_plot pareto;
        cause_plot cause;
        scatter_plot scatter;
        strata_plot strata;
    } plot;
};

typedef struct {
    drawing *d;
    request *r;
    store *s;
    const scheme_form *form; /* NULL: of no case */
    const struct json_t *values;    /* of the whole form */
    const char *text;     /* of the field; "" when it is none */
    const char *effect;   /* what a cause leads to: the case's title */
    bool is_sealed;       /* handed in by who could read it: shown with the case to all who see that */
    drawing_address at;
} drawing_wish;

void drawing_columns(drawing *d, size_t n, const char *const *names);
void drawing_row(drawing *d, size_t n, const char *const *cells);
char *drawing_keep(drawing *d, const char *text); /* "" for no memory */

/* ASSAY_NOT_FOUND: nothing to draw from. */
typedef assay_status drawing_maker(const drawing_wish *w, assay_err *err);
drawing_maker drawing_control, drawing_histogram, drawing_check_sheet, drawing_scatter,
    drawing_stratified; /* drawing_measured.c */
drawing_maker drawing_pareto, drawing_cause_effect; /* drawing_told.c */

#endif
