/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which columns hold dates or times of day, and in which form. */
#include "read/csv_layout.h"

#include "base/i18n.h"

#include <string.h>

static bool all_parse(const layout_maker *m, uint32_t column, csv_date form)
{
    size_t good = 0, bad = 0;
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = layout_cell(m, i, column);
        int64_t ns;
        int32_t offset;
        if (!f || f->length == 0)
            continue;
        if (csv_time_parse(form, f->text, f->length, &ns, &offset))
            good++;
        else
            bad++;
    }
    return good > 0 && bad * 2 <= good;
}

static bool all_parse_strictly(const layout_maker *m, uint32_t column, csv_date form)
{
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = layout_cell(m, i, column);
        int64_t ns;
        int32_t offset;
        if (f && f->length > 0 && !csv_time_parse(form, f->text, f->length, &ns, &offset))
            return false;
    }
    return true;
}

/* Ten digits are seconds, thirteen milliseconds, and so on: years 2001 to 2286. */
static csv_date epoch_guess(const layout_maker *m, uint32_t column)
{
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = layout_cell(m, i, column);
        if (!f || f->length == 0)
            continue;
        size_t digits = 0;
        while (digits < f->length && f->text[digits] >= '0' && f->text[digits] <= '9')
            digits++;
        bool is_whole = digits == f->length;
        csv_date form = digits == 10                ? CSV_DATE_S
                        : digits == 13 && is_whole ? CSV_DATE_MS
                        : digits == 16 && is_whole ? CSV_DATE_US
                        : digits == 19 && is_whole ? CSV_DATE_NS
                                                   : CSV_DATE_NONE;
        return form != CSV_DATE_NONE && all_parse(m, column, form) ? form : CSV_DATE_NONE;
    }
    return CSV_DATE_NONE;
}

/* Only of a column whose name says that it is a time: numbers of five digits are many things. */
static bool is_excel(const layout_maker *m, uint32_t column)
{
    int kind;
    size_t known = 0;
    const char *name = m->out->names ? m->out->names[column] : "";
    csv_role role = csv_name_role(name, strlen(name), &kind);
    if ((role != ROLE_TIME && role != ROLE_CLOCK) || !m->is_numeric[column])
        return false;
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = layout_cell(m, i, column);
        decimal d;
        double days;
        if (!f || csv_is_missing(f->text, f->length))
            continue;
        if (csv_number_parse(f->text, f->length, m->d->decimal, &d, &days) == DECIMAL_NONE ||
            days < 20000 || days > 80000)
            return false;
        known++;
    }
    return known > 0;
}

static char first_separator(const layout_maker *m, uint32_t column)
{
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = layout_cell(m, i, column);
        for (uint32_t k = 0; f && k < f->length; k++) {
            if (strchr("./-", f->text[k]))
                return f->text[k];
        }
    }
    return 0;
}

csv_date layout_date(const layout_maker *m, uint32_t column)
{
    if (is_excel(m, column))
        return CSV_DATE_EXCEL;
    if (all_parse(m, column, CSV_DATE_ISO))
        return CSV_DATE_ISO;
    if (all_parse(m, column, CSV_DATE_YMD))
        return CSV_DATE_YMD;
    if (all_parse_strictly(m, column, CSV_DATE_DIGITS) && all_parse(m, column, CSV_DATE_DIGITS))
        return CSV_DATE_DIGITS;
    csv_date first = first_separator(m, column) == '/' ? CSV_DATE_MDY : CSV_DATE_DMY;
    csv_date second = first == CSV_DATE_MDY ? CSV_DATE_DMY : CSV_DATE_MDY;
    bool first_fits = all_parse_strictly(m, column, first);
    if (!first_fits && all_parse(m, column, second))
        return second;
    if (all_parse(m, column, first)) {
        if (first == CSV_DATE_MDY && all_parse_strictly(m, column, second))
            reader_warn(m->r, _("the dates may be month/day or day/month; month/day was taken "
                                "(pin it with date=dmy)"));
        return first;
    }
    return epoch_guess(m, column);
}

bool layout_is_clock(const layout_maker *m, uint32_t column)
{
    size_t good = 0, bad = 0;
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = layout_cell(m, i, column);
        int64_t ns;
        if (!f || f->length == 0)
            continue;
        if (csv_clock_parse(f->text, f->length, &ns))
            good++;
        else
            bad++;
    }
    return good > 0 && bad * 2 <= good;
}
