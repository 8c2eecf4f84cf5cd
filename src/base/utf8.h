/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8, which all text inside is. Needs nothing but bytes. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The code point at text[0], its length in *used (1 .. 4). Broken UTF-8 gives U+FFFD and 1. n > 0. */
uint32_t utf8_decode(const char *text, size_t n, size_t *used);
/* Length of the longest valid start; n when all is valid. A sequence cut off by the end is not
 * valid. */
size_t utf8_valid(const char *text, size_t n);
/* One line for people to read: each run of bytes that are no UTF-8 (a quotation cut within a
 * character) or control signs (what moves a terminal) becomes one '?', in place. */
void utf8_tidy(char *text);

#endif
