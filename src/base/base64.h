/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 (RFC 4648): one line, one spelling for each value. What is not exactly what the encoder
 * would write is refused: other alphabets, white space, missing padding, bits after the last byte.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

#include <stdint.h>

typedef enum { BASE64_STANDARD, BASE64_URL /* - and _ for + and /, no padding */ } base64_form;

void base64_add(buf *out, const void *bytes, size_t length, base64_form form);
/* Into out[room]; false: not base64, or longer than room. */
bool base64_read(const char *text, size_t length, base64_form form, void *out, size_t room,
                 size_t *used);

#endif
