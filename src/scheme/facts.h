/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as JSON: what a form may hold, and what a decision seals of the world outside its case. */
#ifndef SCHEME_FACTS_H
#define SCHEME_FACTS_H

#include "scheme/ident.h"
#include "scheme/scheme.h"

/* The value of a field from JSON as a form holds it; null and "" are missing, {"na": true} is not
 * applicable. Faults name the field. Texts live as long as `given`, lists in `memory`. */
ASSAY_MUST_USE assay_status field_read(const scheme_field *f, const json_t *given, arena *memory,
                                       value *out, assay_err *err);

/* Any value with its kind, and back: {"number": "87.5"}, {"date": "2026-04-01"}, {"text": ..}, true,
 * null, {"na": true}, [..], {"record": {..}}, {"duration": [months, seconds, start]}. */
json_t *fact_write(value v);
value fact_read(const json_t *fact, arena *memory);

/* "87.5": exact; NULL for what is no number. */
json_t *number_text(value v);
value number_read(const json_t *text);

#endif
