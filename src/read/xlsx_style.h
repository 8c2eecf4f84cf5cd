/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a workbook shows the numbers of its cells: which of them are dates. */
#ifndef READ_XLSX_STYLE_H
#define READ_XLSX_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    bool has_date, has_clock;
    uint8_t decimals; /* that are always shown */
} xlsx_style;

enum { XLSX_TEXT = 64 };

/* Of a number format's code, as "yyyy\-mm\-dd hh:mm" or "0.000" (ECMA-376-1 18.8.31); of one that
 * stands in no file, by its number (18.8.30, with the dates of Korean, Chinese and Japanese). */
xlsx_style xlsx_style_of_code(const char *code);
xlsx_style xlsx_style_of_number(uint32_t number);

/* A number as people read it, into `room` or as it stands. `is_1904`: days count from 1904-01-01.
 */
const char *xlsx_number_text(const char *value, xlsx_style style, bool is_1904,
                             char room[static XLSX_TEXT]);

#endif
