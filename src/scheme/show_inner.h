/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the parts of a rule book. */
#ifndef SCHEME_SHOW_INNER_H
#define SCHEME_SHOW_INNER_H

#include "scheme/expr_inner.h"
#include "scheme/show.h"

typedef enum {
#define WORD(id, en, ko, zh) SAY_##id,
#include "scheme/show_words.def"
#undef WORD
    SAY_COUNT
} say;

typedef struct {
    const scheme *s;
    const char *lang;
    buf *out;
    bool is_html;
    int width; /* columns of a terminal */
} book;

const char *said(const book *b, say word);
/* The name of an item for people. */
const char *name_of(const book *b, const scheme_item *item);

/* Texts, built into `out`. */
void say_duration(const book *b, value v, buf *out);
void say_value(const book *b, value v, buf *out);
void say_expr(const book *b, const expr *e, buf *out);
void say_gate(const book *b, const scheme_gate *g, const char *between, buf *out);
void say_otherwise(const book *b, const scheme_gate *g, buf *out);
void say_who(const book *b, const scheme_stage *s, buf *out);

/* A chapter is a heading and rows: a label and a text whose lines end with \n. */
void book_heading(const book *b, say word);
void book_row(const book *b, const scheme_item *item, int depth, const char *text);
void book_end(const book *b);

void show_stages(const book *b);
void show_rules(const book *b);
void show_rubrics(const book *b);
void show_tallies(const book *b);
void show_assigns(const book *b);
void show_roles(const book *b);
void show_forms(const book *b);
void show_banks(const book *b);
void show_titles(const book *b);
void show_money(const book *b);
void show_measures(const book *b);
void show_publications(const book *b);
void show_diagram_text(const book *b);

#endif
