/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SCHEME_TITLE_INNER_H
#define SCHEME_TITLE_INNER_H

#include "notary/credential.h"
#include "scheme/case_inner.h"
#include "scheme/title.h"

/* When a title of the case ends or is to be checked; TIME_NONE: never. */
int64_t titles_wake(const json_t *state);
ASSAY_MUST_USE assay_status titles_list_again(the_case *c, assay_err *err);
/* What ended until c->now. */
ASSAY_MUST_USE assay_status titles_tick(the_case *c, bool *moved, assay_err *err);
/* The record `act` ("title.given" ...) said so: its credential follows (title_credential.c). `title`:
 * {n, title, until?, why?}. Nothing where the database issues none. */
ASSAY_MUST_USE assay_status title_credential(the_case *c, const char *act, const json_t *title,
                                             assay_err *err);
/* Adds {credential: {id, state, signed}} to {case, n}; false: it has none. */
bool title_add_credential(store *s, json_t *row);
/* What statistics group by, of what is known of the party and is not personal: choices, yes and no. */
json_t *party_known(the_case *c);
/* The lists a row is counted in (title_counts.c), KIND/SCHEME/WHAT/BY/OF: BY is year (of `when`), place, level and
 * every choice that is known of it. */
#define COUNTED_CASES "case/n"
#define COUNTED_TITLES "title/n"
#define COUNTED_PASSED "passed"
#define COUNTED_OTHER "other"
#define COUNTED_TITLES_WHAT "titles"
typedef void count_visitor(const char *list, const char *by, void *context);
void counts_of(const scheme *s, const char *kind, const char *what, const char *when,
               const json_t *row, count_visitor *visit, void *context);
/* The firm the party is, works for or stands for now. */
bool case_firm(the_case *c, const object_id *party, object_id *out);
/* The case did not do at a stage what its titles ask for: they are suspended; done after all: those
 * that were suspended for this stage are valid again. */
ASSAY_MUST_USE assay_status titles_pause(the_case *c, const scheme_stage *s, const char *why,
                                         assay_err *err);
ASSAY_MUST_USE assay_status titles_resume(the_case *c, const scheme_stage *s, assay_err *err);
/* What a publication shows of a case. */
json_t *publish_shown(the_case *c, const scheme_publish *p);
bool publish_is_roll(const scheme *s, const scheme_publish *p);
ASSAY_MUST_USE assay_status money_list_again(the_case *c, assay_err *err);
ASSAY_MUST_USE assay_status notices_list_again(the_case *c, assay_err *err);

#endif
