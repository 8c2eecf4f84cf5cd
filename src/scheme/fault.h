/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collecting the faults of a scheme: all of them, in order of place. */
#ifndef SCHEME_FAULT_H
#define SCHEME_FAULT_H

#include "scheme/scheme.h"

void faults_init(scheme_faults *f, const char *path);
/* Add one; further ones at the same place with the same code are dropped. `format` is a translated
 * sentence without a final stop. Never fails: when memory is short, is_cut is set. */
scheme_fault *fault_add(scheme_faults *f, const char *code, scheme_place at, const char *format,
                        ...) __attribute__((format(printf, 4, 5)));
/* What would be right, and how to mend it. `fault` may be NULL. */
scheme_fault *fault_expected(scheme_faults *f, scheme_fault *fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
scheme_fault *fault_hint(scheme_faults *f, scheme_fault *fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void faults_sort(scheme_faults *f);

/* Of `n` names the nearest to `word` by edits, when it is near enough for a typing error; else
 * NULL. */
const char *nearest_of(const char *word, const char *const *name, size_t n);

#endif
