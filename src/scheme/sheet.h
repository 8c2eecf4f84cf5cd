/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sheets: the answers of a judge to the leaves of a rubric. */
#ifndef SCHEME_SHEET_H
#define SCHEME_SHEET_H

#include "scheme/case_inner.h"

enum { REPEATS_MOST = 200 };

/* How answers name a leaf: its id, with its parent's in front where that is not unique. */
void leaf_key(const scheme_rubric *r, size_t leaf, char *out, size_t room);
/* How often each leaf is answered in this case. */
uint32_t *leaf_repeats(case_scope *s, const scheme_rubric *r);
/* {key: "8" | ["8", "6"]} -> points in the order of the leaves; a wrong one is named. */
ASSAY_MUST_USE assay_status sheet_values(const scheme_rubric *r, const uint32_t *repeats,
                                         const json_t *answers, arena *memory, value **out,
                                         assay_err *err);

#endif
