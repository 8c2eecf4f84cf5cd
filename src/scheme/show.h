/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scheme as a rule book of one page, in Korean, Chinese or English. Pure: a scheme in, text out.
 */
#ifndef SCHEME_SHOW_H
#define SCHEME_SHOW_H

#include "scheme/scheme.h"

/* For a terminal of `width` columns, with the stages drawn in Unicode lines. */
void scheme_show_text(const scheme *s, const char *lang, int width, buf *out);
/* A whole HTML document: no script, nothing fetched. */
void scheme_show_html(const scheme *s, const char *lang, buf *out);
/* Its parts, to put into another page: the body, and the diagram of the stages as SVG. */
void scheme_show_body(const scheme *s, const char *lang, buf *out);
void scheme_show_svg(const scheme *s, const char *lang, buf *out);
/* The compiled scheme as JSON, for screens: roles, forms with their fields, rubrics, stages, ... */
void scheme_show_json(const scheme *s, buf *out);

#endif
