/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts and their codes: each distinct text once, codes 1, 2, 3 ... in order of first sight.
 * Code 0 is the absent text. Owns its copies. */
#ifndef MODEL_DICTIONARY_H
#define MODEL_DICTIONARY_H

#include <assay/err.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct dictionary dictionary;

ASSAY_MUST_USE assay_status dictionary_new(dictionary **out, assay_err *err);
void dictionary_free(dictionary *d);
/* Forget all texts; codes begin at 1 again. Keeps some of the memory. */
void dictionary_clear(dictionary *d);

/* The code of text[0..length), added if new. 0 only when memory is short or length is 0. */
uint32_t dictionary_code(dictionary *d, const char *text, size_t length);
/* Another text for a code, its old one is found no more. Texts handed out stay readable. False: no
 * such code, or no memory. O(count). */
bool dictionary_replace(dictionary *d, uint32_t code, const char *text, size_t length);
/* The code, or 0 if it is not there. */
uint32_t dictionary_find(const dictionary *d, const char *text, size_t length);
/* The text of a code, NUL-terminated; "" for 0 and for codes not given out. */
const char *dictionary_text(const dictionary *d, uint32_t code, size_t *length);
uint32_t dictionary_count(const dictionary *d);

#endif
