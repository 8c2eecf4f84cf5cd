/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A case as a document: what was handed in, stage by stage, the tools drawn, what was computed and decided. */
#ifndef REPORT_STORY_H
#define REPORT_STORY_H

#include "base/buf.h"
#include "report/canvas.h"
#include "scheme/scheme.h"

typedef struct {
    bool has_picture;
    double width, height;
    buf table; /* {words, columns, rows, left_out}; the caller frees it */
} story_drawing;

/* Where drawings come from. `begin` false: nothing can be drawn of that field. `begin_sealed`: the chart of the
 * case's evidence number `at`, from 0; false: it does not come out as it was sealed. `draw` puts the one that was
 * begun last. */
typedef struct {
    bool (*begin)(void *context, const char *form, const char *field, story_drawing *out);
    bool (*begin_sealed)(void *context, size_t at, story_drawing *out);
    void (*draw)(void *context, canvas *c);
    void *context;
} story_pictures;

/* `view`: the case as its reader may see it (case_view). A4 upright, in the language in force, names of the
 * scheme in `lang`. */
ASSAY_MUST_USE assay_status story_pdf(const char *view, const scheme *s, const char *lang,
                                      const story_pictures *pictures, buf *out, assay_err *err);

#endif
