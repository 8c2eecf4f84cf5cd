/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From characteristics to the header of an AQDEF file. */
#ifndef READ_AQDEF_WRITE_HEADER_H
#define READ_AQDEF_WRITE_HEADER_H

#include "base/buf.h"
#include "model/characteristic.h"

#include <assay/err.h>

/* The header lines of list[0..n) into `out`; number_of[i] becomes the number of list[i] in the
 * file: characteristics of one part follow each other. False when memory is short. */
bool aqdef_write_header(const characteristic *const *list, size_t n, uint32_t *number_of, buf *out);

/* One line "Kdddd/index text", CR LF; control characters in the text become blanks. */
void aqdef_write_line(buf *out, uint32_t key, uint32_t index, const char *text, size_t length);

#endif
