/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef READ_CSV_SPLIT_H
#define READ_CSV_SPLIT_H

#include "read/csv.h"

#define CSV_BROKEN SIZE_MAX

/* Take one row text[from..end) apart, which ends with '\n' and was found by csv_row_end. Field i is
 * text[starts[i] + 1 .. ends[i]); doubled quotes are undone in place. Returns the number of fields
 * (0: only blanks), or CSV_BROKEN for quotes out of place or more fields than room. `from` > 0
 * or a readable byte before text. */
size_t csv_split_row(char *text, size_t from, size_t end, char delimiter, uint32_t *starts,
                     uint32_t *ends, size_t room);

#endif
