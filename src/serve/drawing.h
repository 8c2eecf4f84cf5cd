/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One of the seven tools, as a field of a form names it, drawn from what is stored: alarms, measurements, and
 * what the case itself was told. The same for the board (SVG), for paper (any canvas) and, row by row, for who
 * cannot see a picture. Words are in the language in force. */
#ifndef SERVE_DRAWING_H
#define SERVE_DRAWING_H

#include "report/canvas.h"
#include "scheme/scheme.h"
#include "serve/request.h"

typedef struct drawing drawing;

/* `view`: a case as the asker sees it (case_view). ASSAY_NOT_FOUND: the form holds nothing that can be drawn,
 * or, while it is a draft, of measurements that the asker may not read. */
ASSAY_MUST_USE assay_status drawing_make(request *r, const scheme *s, const char *view,
                                         const char *form, const char *field, drawing **out,
                                         assay_err *err);
/* What is handed in is drawn for all who see the case: so `said` of a filling may name only measurements that its
 * writer may read. */
ASSAY_MUST_USE assay_status drawing_may_hand_in(request *r, store *s, const scheme *rules,
                                                const char *said, assay_err *err);
/* The same of no case: `link` is the address of the screen that shows it. */
ASSAY_MUST_USE assay_status drawing_of_link(request *r, const char *tool, const char *link,
                                            drawing **out, assay_err *err);
void drawing_free(drawing *d); /* accepts NULL */

/* {of, title, words, link, picture, columns: [texts], rows: [[texts]], left_out} */
void drawing_table(const drawing *d, buf *out);
void drawing_svg(const drawing *d, buf *out);
bool drawing_has_picture(const drawing *d);
double drawing_width(const drawing *d);
double drawing_height(const drawing *d);
void drawing_on(const drawing *d, canvas *c);

#endif
