/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each column is: first what the caller says, then usual names, then what the values look
 * like. */
#include "read/csv.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    reader *r;
    const read_options *options;
    csv_dialect *d;
    const csv_sample *sample;
    size_t row_count;      /* of the sample, without the sums and means below it */
    csv_layout *out;
    csv_role *roles;       /* [columns] */
    int *kinds;            /* [columns] property or context_kind */
    bool *is_numeric;      /* [columns] most sampled values are numbers */
    uint32_t *owner;       /* [columns] whose limit it is; CSV_NO_FIELD */
    csv_field *bare, *whole; /* [columns] plain names, without their unit and with it */
    assay_err *err;
} maker;

static const csv_field *cell(const maker *m, size_t row, uint32_t column)
{
    const csv_line *line = &m->sample->rows[row];
    return line->count == m->out->columns ? &line->fields[column] : NULL;
}

static void sums_leave_out(maker *m)
{
    size_t n = m->sample->row_count;
    for (; n > 0; n--) {
        const csv_line *line = &m->sample->rows[n - 1];
        uint32_t j = 0;
        while (j < line->count && line->fields[j].length == 0)
            j++;
        if (j < line->count && !csv_is_summary(line->fields[j].text, line->fields[j].length))
            break;
    }
    m->row_count = n > 0 ? n : m->sample->row_count;
}

static void types_find(maker *m)
{
    for (uint32_t j = 0; j < m->out->columns; j++) {
        size_t numbers = 0, others = 0;
        for (size_t i = 0; i < m->row_count; i++) {
            const csv_field *f = cell(m, i, j);
            decimal value;
            if (!f || csv_is_missing(f->text, f->length) ||
                csv_is_not_finite(f->text, f->length))
                continue;
            if (csv_number_parse(f->text, f->length, m->d->decimal, &value, NULL) != DECIMAL_NONE)
                numbers++;
            else
                others++;
        }
        m->is_numeric[j] = numbers > others || (m->row_count == 0);
    }
}

/* -- columns by name -- */

static bool position_parse(const char *name, uint32_t columns, uint32_t *out)
{
    char *end;
    if (name[0] != '#' || name[1] < '0' || name[1] > '9')
        return false;
    unsigned long position = strtoul(name + 1, &end, 10);
    if (*end || position < 1 || position > columns)
        return false;
    *out = (uint32_t)position - 1;
    return true;
}

static bool column_find(const maker *m, const char *name, uint32_t *out)
{
    if (position_parse(name, m->out->columns, out))
        return true;
    if (!m->out->names)
        return false;
    for (uint32_t j = 0; j < m->out->columns; j++) {
        if (strcmp(m->out->names[j], name) == 0) {
            *out = j;
            return true;
        }
    }
    for (uint32_t j = 0; j < m->out->columns; j++) {
        const char *bare, *unit;
        csv_name_split(&m->r->texts, m->out->names[j], &bare, &unit);
        if (csv_name_equal(m->out->names[j], name) || (bare && csv_name_equal(bare, name))) {
            *out = j;
            return true;
        }
    }
    return false;
}

static assay_status no_column(const maker *m, const char *name)
{
    buf list = BUF_INIT;
    for (uint32_t j = 0; j < m->out->columns && list.length < 140; j++) {
        buf_add_text(&list, j ? ", " : "");
        if (m->out->names)
            buf_add_text(&list, m->out->names[j]);
        else
            buf_addf(&list, "#%u", j + 1);
    }
    assay_fail(m->err, ASSAY_NOT_FOUND, 0, _("%s has no column \"%s\""), m->r->in.name, name);
    assay_hint(m->err, _("columns: %.150s"), buf_text(&list));
    buf_done(&list);
    return ASSAY_NOT_FOUND;
}

/* Give the named column its role. A NULL name leaves it to guessing, "" forbids the role. */
static assay_status role_assign(maker *m, const char *name, csv_role role, int kind)
{
    uint32_t j;
    if (!name || !*name)
        return ASSAY_OK;
    if (!column_find(m, name, &j))
        return no_column(m, name);
    /* One column may be both a context and the value's characteristic; the first role stays. */
    if (m->roles[j] == ROLE_NONE) {
        m->roles[j] = role;
        m->kinds[j] = kind;
    } else if (role == ROLE_CONTEXT && m->out->context_count < CONTEXT_COUNT) {
        m->out->contexts[m->out->context_count++] = (csv_context){j, (context_kind)kind};
    }
    return ASSAY_OK;
}

/* What the caller or the dialect names; "": none. */
static const char *property_wish(const maker *m, property p)
{
    const char *pinned = m->d->property[p];
    if (m->options->mapping.property[p])
        return m->options->mapping.property[p];
    return strcmp(pinned, "none") == 0 ? "" : *pinned ? pinned : NULL;
}

static assay_status roles_from_mapping(maker *m)
{
    const read_mapping *map = &m->options->mapping;
    const struct {
        const char *name;
        csv_role role;
    } plain[] = {{map->value, ROLE_VALUE},
                 {map->characteristic, ROLE_CHARACTERISTIC},
                 {map->time, ROLE_TIME},
                 {map->size, ROLE_SIZE}};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        assay_status status = role_assign(m, plain[i].name, plain[i].role, 0);
        if (status != ASSAY_OK)
            return status;
    }
    for (property p = 0; p < PROPERTY_COUNT; p++) {
        assay_status status = role_assign(m, property_wish(m, p), ROLE_PROPERTY, (int)p);
        if (status != ASSAY_OK)
            return status;
    }
    for (int kind = 0; kind < CONTEXT_COUNT; kind++) {
        assay_status status = role_assign(m, map->context[kind], ROLE_CONTEXT, kind);
        if (status != ASSAY_OK)
            return status;
    }
    return ASSAY_OK;
}

static bool has_role(const maker *m, csv_role role, int kind)
{
    for (uint32_t j = 0; j < m->out->columns; j++) {
        bool has_kinds = role == ROLE_CONTEXT || role == ROLE_PROPERTY;
        if (m->roles[j] == role && (!has_kinds || m->kinds[j] == kind))
            return true;
    }
    for (uint32_t i = 0; role == ROLE_CONTEXT && i < m->out->context_count; i++) {
        if ((int)m->out->contexts[i].kind == kind)
            return true;
    }
    return false;
}

/* The caller said something, be it "none". */
static bool is_decided(const maker *m, csv_role role, int kind)
{
    const read_mapping *map = &m->options->mapping;
    switch (role) {
    case ROLE_VALUE:
        return map->value || map->wide;
    case ROLE_CHARACTERISTIC:
        return map->characteristic || map->wide || m->d->shape == CSV_LAYOUT_WIDE;
    case ROLE_TIME:
    case ROLE_CLOCK:
        return map->time != NULL;
    case ROLE_SIZE:
        return map->size != NULL;
    case ROLE_PROPERTY:
        return property_wish(m, (property)kind) != NULL;
    case ROLE_CONTEXT:
        return map->context[kind] != NULL;
    case ROLE_NONE:
        break;
    }
    return true;
}

/* -- dates -- */

static bool all_parse(const maker *m, uint32_t column, csv_date form)
{
    size_t good = 0, bad = 0;
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = cell(m, i, column);
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

static bool all_parse_strictly(const maker *m, uint32_t column, csv_date form)
{
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = cell(m, i, column);
        int64_t ns;
        int32_t offset;
        if (f && f->length > 0 && !csv_time_parse(form, f->text, f->length, &ns, &offset))
            return false;
    }
    return true;
}

/* Ten digits are seconds, thirteen milliseconds, and so on: years 2001 to 2286. */
static csv_date epoch_guess(const maker *m, uint32_t column)
{
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = cell(m, i, column);
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
static bool is_excel(const maker *m, uint32_t column)
{
    int kind;
    size_t known = 0;
    const char *name = m->out->names ? m->out->names[column] : "";
    csv_role role = csv_name_role(name, strlen(name), &kind);
    if ((role != ROLE_TIME && role != ROLE_CLOCK) || !m->is_numeric[column])
        return false;
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = cell(m, i, column);
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

static char first_separator(const maker *m, uint32_t column)
{
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = cell(m, i, column);
        for (uint32_t k = 0; f && k < f->length; k++) {
            if (strchr("./-", f->text[k]))
                return f->text[k];
        }
    }
    return 0;
}

static csv_date date_guess(const maker *m, uint32_t column)
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

static bool is_clock_column(const maker *m, uint32_t column)
{
    size_t good = 0, bad = 0;
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = cell(m, i, column);
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

/* -- roles by name and by look -- */

static bool fits_its_name(const maker *m, uint32_t j, csv_role role, int kind)
{
    if (m->row_count == 0)
        return true;
    switch (role) {
    case ROLE_VALUE:
    case ROLE_SIZE:
        return m->is_numeric[j];
    case ROLE_TIME:
        return date_guess(m, j) != CSV_DATE_NONE;
    case ROLE_CLOCK:
        return is_clock_column(m, j);
    case ROLE_PROPERTY:
        return m->is_numeric[j] || !property_is_number((property)kind);
    case ROLE_NONE:
    case ROLE_CHARACTERISTIC:
    case ROLE_CONTEXT:
        break;
    }
    return true;
}

/* What a column is named for and is not read as would be lost without a word. */
static void warn_unread(const maker *m, uint32_t column, csv_role role)
{
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = cell(m, i, column);
        if (!f || csv_is_missing(f->text, f->length))
            continue;
        if (role == ROLE_VALUE && !memchr("0123456789+-<>", f->text[0], 14))
            return; /* "OK" */
        reader_warn(m->r, role == ROLE_TIME
                              ? _("column %u, \"%.80s\", is named as a time, but \"%.*s\" is in no known form: "
                                  "it is not taken as such (pin its form with date=)")
                              : _("column %u, \"%.80s\", is named as a value, but \"%.*s\" is in no known form: "
                                  "it is not taken as such"),
                    column + 1, m->out->names[column], f->length < 40 ? (int)f->length : 40, f->text);
        return;
    }
}

static void roles_from_names(maker *m)
{
    for (uint32_t j = 0; m->out->names && j < m->out->columns; j++) {
        int kind = 0;
        if (m->roles[j] != ROLE_NONE)
            continue;
        csv_role role = csv_name_role(m->out->names[j], strlen(m->out->names[j]), &kind);
        if ((role == ROLE_TIME || role == ROLE_CLOCK) && is_clock_column(m, j))
            role = ROLE_CLOCK;
        if (role == ROLE_PROPERTY && has_role(m, role, kind))
            m->is_numeric[j] = false; /* a second column of limits is no measured value */
        if (role == ROLE_NONE || is_decided(m, role, kind) || has_role(m, role, kind))
            continue;
        if (fits_its_name(m, j, role, kind)) {
            m->roles[j] = role;
            m->kinds[j] = kind;
        } else if (role == ROLE_VALUE || (role == ROLE_TIME && m->d->date == CSV_DATE_NONE)) {
            warn_unread(m, j, role);
        }
    }
}

/* Without a name for it, a column of dates is the time. Plain integers only when nothing has
 * names: they might be part numbers. */
static void time_from_look(maker *m)
{
    if (has_role(m, ROLE_TIME, 0) || is_decided(m, ROLE_TIME, 0))
        return;
    for (uint32_t j = 0; j < m->out->columns; j++) {
        if (m->roles[j] != ROLE_NONE || (m->is_numeric[j] && m->out->names))
            continue;
        if (date_guess(m, j) != CSV_DATE_NONE) {
            m->roles[j] = ROLE_TIME;
            return;
        }
    }
}

static bool says_of(const maker *m, uint32_t j, uint32_t k, property *p)
{
    return csv_name_says_of(m->bare[j], m->bare[k], p) || csv_name_says_of(m->bare[j], m->whole[k], p);
}

/* Columns that say a limit or a unit of the one column whose name they bear: "width_LSL". */
static void owners_find(maker *m)
{
    property p;
    uint32_t n = m->out->names ? m->out->columns : 0;
    for (uint32_t j = 0; j < n; j++) {
        m->owner[j] = CSV_NO_FIELD;
        m->bare[j] = csv_name_plain(&m->r->texts, m->out->names[j], true);
        m->whole[j] = csv_name_plain(&m->r->texts, m->out->names[j], false);
    }
    for (uint32_t j = 0; j < n; j++) {
        for (uint32_t k = 0; m->roles[j] == ROLE_NONE && k < n; k++) {
            bool is_value = m->roles[k] == ROLE_VALUE || (m->roles[k] == ROLE_NONE && m->is_numeric[k]);
            if (!is_value || !says_of(m, j, k, &p) || p > PROPERTY_UNIT || property_wish(m, p) ||
                m->is_numeric[j] != property_is_number(p))
                continue;
            m->roles[j] = ROLE_PROPERTY;
            m->kinds[j] = (int)p;
            m->owner[j] = k;
        }
    }
}

static bool has_owners(const maker *m)
{
    for (uint32_t j = 0; m->out->names && j < m->out->columns; j++) {
        if (m->owner[j] != CSV_NO_FIELD)
            return true;
    }
    return false;
}

static assay_status owned_take(maker *m)
{
    csv_layout *out = m->out;
    for (uint32_t j = 0; out->names && j < out->columns; j++) {
        for (uint32_t v = 0; m->owner[j] != CSV_NO_FIELD && v < out->value_count; v++) {
            if (out->values[v] != m->owner[j])
                continue;
            if (!out->own) {
                size_t bytes = out->value_count * sizeof *out->own;
                out->own = arena_alloc(&m->r->texts, bytes, sizeof(uint32_t));
                if (!out->own)
                    return assay_fail(m->err, ASSAY_MEMORY, 0, "no memory for columns of limits");
                memset(out->own, 0xFF, bytes); /* CSV_NO_FIELD */
            }
            out->own[v][m->kinds[j]] = j;
        }
    }
    return ASSAY_OK;
}

static uint32_t free_numeric(const maker *m, uint32_t *last)
{
    uint32_t n = 0;
    for (uint32_t j = 0; j < m->out->columns; j++) {
        if (m->roles[j] == ROLE_NONE && m->is_numeric[j]) {
            *last = j;
            n++;
        }
    }
    return n;
}

/* "x1", "x2", "x3": one word and consecutive numbers. Gives the word's length, or 0. */
static size_t numbered_stem(const maker *m)
{
    size_t stem = 0;
    long expected = -1;
    const char *first = NULL;
    for (uint32_t j = 0; m->out->names && j < m->out->columns; j++) {
        if (m->roles[j] != ROLE_NONE || !m->is_numeric[j])
            continue;
        const char *name = m->out->names[j];
        size_t length = strlen(name), at = length;
        while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9')
            at--;
        if (at == length || at == 0 || length - at > 6)
            return 0;
        long number = strtol(name + at, NULL, 10);
        if (first && (at != stem || memcmp(first, name, at) != 0 || number != expected))
            return 0;
        first = name;
        stem = at;
        expected = number + 1;
    }
    return stem;
}

/* Most of what the column says is "OK", "NG" or another verdict; an "x" alone is none. */
static bool has_verdicts(const maker *m, uint32_t column)
{
    size_t good = 0, bad = 0, others = 0;
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = cell(m, i, column);
        if (!f || csv_is_missing(f->text, f->length))
            continue;
        int verdict = csv_verdict(f->text, f->length);
        good += verdict == 0;
        bad += verdict == 1;
        others += verdict < 0;
    }
    return good > 0 && good + bad > others;
}

/* Without numbers, verdicts are what was measured. How many such columns there are. */
static uint32_t take_verdicts(maker *m)
{
    uint32_t n = 0;
    for (uint32_t j = 0; j < m->out->columns; j++) {
        if (m->roles[j] == ROLE_NONE && has_verdicts(m, j)) {
            m->is_numeric[j] = true;
            n++;
        }
    }
    return n;
}

/* Whole numbers of a column that is named for defects are such; a column alone beside a number inspected, which it never
 * exceeds, counts items nonconforming; so does one of 0 and 1 named "NG", whose rows are one item each. */
static characteristic_kind kind_of(const maker *m, uint32_t column, bool is_alone)
{
    size_t known = 0;
    const char *name = m->out->names ? m->out->names[column] : "";
    bool has_size = is_alone && m->out->size != CSV_NO_FIELD, is_defects = csv_name_is_defects(name);
    bool is_one_each = m->out->size == CSV_NO_FIELD && csv_name_is_nonconforming(name);
    for (size_t i = 0; (has_size || is_defects || is_one_each) && i < m->row_count; i++) {
        const csv_field *f = cell(m, i, column), *g = has_size ? cell(m, i, m->out->size) : NULL;
        decimal d;
        double inspected = 1;
        int64_t count;
        if (!f || csv_is_missing(f->text, f->length))
            continue;
        if (csv_number_parse(f->text, f->length, m->d->decimal, &d, NULL) != DECIMAL_OK ||
            !decimal_rescale(d.mantissa, d.exponent, 0, &count) || count < 0)
            return KIND_VARIABLE;
        if (has_size && !is_defects &&
            (!g || csv_number_parse(g->text, g->length, m->d->decimal, &d, &inspected) == DECIMAL_NONE))
            return KIND_VARIABLE;
        if (!is_defects && (double)count > inspected)
            return KIND_VARIABLE;
        known++;
    }
    return !known ? KIND_VARIABLE : is_defects ? KIND_DEFECTS : KIND_DEFECTIVES;
}

static assay_status characteristic_add(maker *m, const char *name, uint32_t subgroup,
                                       characteristic_kind kind, uint32_t *code)
{
    characteristic c = {.path = name, .name = name, .decimals = -1, .subgroup_size = subgroup};
    const char *bare, *unit;
    csv_name_split(&m->r->texts, name, &bare, &unit);
    if (bare && *bare)
        c.path = bare;
    if (unit && *unit)
        c.unit = unit;
    c.size_decimals = m->out->size_decimals;
    c.kind = kind;
    return reader_characteristic_add(m->r, &c, code, m->err);
}

static const char *column_name(const maker *m, uint32_t j)
{
    if (m->out->names && m->out->names[j][0])
        return m->out->names[j];
    char text[16];
    int length = snprintf(text, sizeof text, "#%u", j + 1);
    return arena_text(&m->r->texts, text, (size_t)length);
}

static assay_status values_make(maker *m, size_t stem, bool is_subgroup)
{
    csv_layout *out = m->out;
    uint32_t code = 0, count = 0;
    for (uint32_t j = 0; j < out->columns; j++)
        count += m->roles[j] == ROLE_VALUE;
    for (uint32_t j = 0; j < out->columns; j++) {
        if (m->roles[j] != ROLE_VALUE)
            continue;
        bool are_verdicts = !is_subgroup && has_verdicts(m, j);
        out->are_verdicts |= are_verdicts;
        characteristic_kind kind = is_subgroup    ? KIND_VARIABLE
                                   : are_verdicts ? KIND_DEFECTIVES
                                                  : kind_of(m, j, count == 1);
        out->kind = out->value_count ? out->kind : kind;
        const char *name = column_name(m, j);
        if (!name)
            return assay_fail(m->err, ASSAY_MEMORY, 0, "no memory for a column");
        bool is_shared = is_subgroup && out->value_count > 0;
        if (!is_shared && out->characteristic == CSV_NO_FIELD) {
            if (is_subgroup && stem)
                name = arena_text(&m->r->texts, name, stem);
            if (!m->out->names && !is_subgroup && out->columns == 1)
                name = "value";
            assay_status status = characteristic_add(m, name ? name : "", is_subgroup ? count : 0, kind, &code);
            if (status != ASSAY_OK)
                return status;
        }
        out->values[out->value_count] = j;
        out->value_code[out->value_count++] = code;
    }
    return ASSAY_OK;
}

/* "12.5 mm": a unit behind each number is why there are none. */
static bool has_units_behind(const csv_field *f)
{
    const char *blank = f ? memchr(f->text, ' ', f->length) : NULL;
    decimal d;
    return blank && decimal_parse(f->text, (size_t)(blank - f->text), '.', &d, NULL) == DECIMAL_OK &&
           f->text + f->length - blank < 8;
}

static assay_status no_values(const maker *m)
{
    for (uint32_t j = 0; j < m->out->columns && m->row_count; j++) {
        const csv_field *f = cell(m, 0, j);
        if (m->roles[j] != ROLE_NONE || !has_units_behind(f))
            continue;
        assay_fail(m->err, ASSAY_FORMAT, 0, _("%s has no column of numbers: line %llu, column %u has \"%.*s\""),
                   m->r->in.name, (unsigned long long)m->sample->rows[0].line + 1, j + 1, (int)f->length, f->text);
        assay_hint(m->err, _("write the unit into the column's name, as in \"length [mm]\", and numbers below it"));
        return ASSAY_FORMAT;
    }
    assay_fail(m->err, ASSAY_FORMAT, 0, _("%s has no column of numbers"), m->r->in.name);
    assay_hint(m->err, _("name it with --value, or say how the file is written with --dialect"));
    return ASSAY_FORMAT;
}

/* -- one name over several columns -- */

static bool has_name_of(const maker *m, uint32_t j, uint32_t k)
{
    return m->out->names[j][0] && strcmp(m->out->names[j], m->out->names[k]) == 0;
}

static uint32_t value_column(const maker *m)
{
    for (uint32_t j = 0; j < m->out->columns; j++) {
        if (m->roles[j] == ROLE_VALUE)
            return j;
    }
    return CSV_NO_FIELD;
}

/* "value", "value", "value" and no other numbers: a row is one subgroup, as with x1, x2, x3. */
static bool take_namesakes(maker *m)
{
    uint32_t first = value_column(m), found = 0, last = 0;
    if (!m->out->names || m->options->mapping.value || m->out->characteristic != CSV_NO_FIELD ||
        m->d->shape == CSV_LAYOUT_LONG || m->d->shape == CSV_LAYOUT_WIDE ||
        m->options->mapping.wide)
        return false;
    for (uint32_t j = 0; j < m->out->columns; j++) {
        if (m->roles[j] != ROLE_NONE || !m->is_numeric[j])
            continue;
        first = first == CSV_NO_FIELD ? j : first;
        if (!has_name_of(m, j, first))
            return false;
        found += j != first;
    }
    if (found == 0)
        return false;
    for (uint32_t j = first; j < m->out->columns; j++) {
        if ((m->roles[j] == ROLE_NONE && m->is_numeric[j]) || j == first)
            m->roles[last = j] = ROLE_VALUE;
    }
    reader_warn(m->r, _("%u columns of numbers, %u to %u, have the one name \"%.80s\": each row is "
                        "read as one subgroup (pin layout=long to read column %u alone)"),
                found + 1, first + 1, last + 1, m->out->names[first], first + 1);
    return true;
}

/* A column of numbers that is left out, though its name is that of one that is read. */
static void warn_of_namesakes(const maker *m)
{
    for (uint32_t j = 0; m->out->names && j < m->out->columns; j++) {
        if (m->roles[j] != ROLE_VALUE)
            continue;
        for (uint32_t k = 0; k < m->out->columns; k++) {
            bool is_left_out = m->roles[k] == ROLE_NONE && m->is_numeric[k];
            if (k != j && is_left_out && has_name_of(m, j, k))
                reader_warn(m->r, _("columns %u and %u are both named \"%.80s\": only column %u is "
                                    "read (--value '#%u' reads the other)"),
                            j + 1, k + 1, m->out->names[j], j + 1, k + 1);
            else if (k > j && m->roles[k] == ROLE_VALUE && has_name_of(m, j, k) &&
                     m->d->shape == CSV_LAYOUT_WIDE)
                reader_warn(m->r, _("columns %u and %u are both named \"%.80s\" and become one "
                                    "characteristic when stored"), j + 1, k + 1, m->out->names[j]);
        }
    }
}

/* Which free numeric columns are values, and whether a row is one subgroup of them. */
static assay_status values_choose(maker *m)
{
    uint32_t last = 0;
    size_t stem = 0;
    bool is_wide = m->options->mapping.wide || m->d->shape == CSV_LAYOUT_WIDE ||
                   (m->d->shape != CSV_LAYOUT_SUBGROUP && has_owners(m));
    bool is_subgroup = take_namesakes(m);
    if (!is_subgroup && !has_role(m, ROLE_VALUE, 0)) {
        uint32_t count = free_numeric(m, &last);
        if (count == 0) {
            is_wide |= take_verdicts(m) > 0;
            count = free_numeric(m, &last);
        }
        if (count == 0)
            return no_values(m);
        stem = is_wide || count < 2 ? 0 : numbered_stem(m);
        is_subgroup = !is_wide && count > 1 && (stem > 0 || m->d->shape == CSV_LAYOUT_SUBGROUP);
        bool is_long = count == 1 || m->d->shape == CSV_LAYOUT_LONG ||
                       (m->out->characteristic != CSV_NO_FIELD && !is_subgroup);
        for (uint32_t j = 0; j < m->out->columns; j++) {
            if (m->roles[j] == ROLE_NONE && m->is_numeric[j] && (!is_long || j == last))
                m->roles[j] = ROLE_VALUE;
        }
        is_wide = !is_long && !is_subgroup;
    }
    m->d->shape = is_subgroup ? CSV_LAYOUT_SUBGROUP : is_wide ? CSV_LAYOUT_WIDE : CSV_LAYOUT_LONG;
    warn_of_namesakes(m);
    return values_make(m, stem, is_subgroup);
}

/* Three columns without names, one of them text or small integers before the value. */
static void characteristic_from_look(maker *m)
{
    uint32_t text = CSV_NO_FIELD, texts = 0, last;
    if (m->out->names || is_decided(m, ROLE_CHARACTERISTIC, 0) || m->options->mapping.value)
        return;
    for (uint32_t j = 0; j < m->out->columns; j++) {
        if (m->roles[j] == ROLE_NONE && !m->is_numeric[j]) {
            text = j;
            texts++;
        }
    }
    if (texts == 1 && free_numeric(m, &last) == 1)
        m->roles[text] = ROLE_CHARACTERISTIC;
}

static uint8_t decimals_of(const maker *m, uint32_t column)
{
    uint8_t most = 0;
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = cell(m, i, column);
        decimal d;
        int64_t whole;
        if (!f || csv_number_parse(f->text, f->length, m->d->decimal, &d, NULL) != DECIMAL_OK)
            continue;
        for (uint8_t places = most; places < 6; places++) {
            if (decimal_rescale(d.mantissa, d.exponent, -(int)places, &whole)) {
                most = places;
                break;
            }
        }
    }
    return most;
}

static void fields_fill(maker *m)
{
    csv_layout *out = m->out;
    for (uint32_t j = 0; j < out->columns; j++) {
        if (m->roles[j] == ROLE_TIME)
            out->time = j;
        else if (m->roles[j] == ROLE_CLOCK)
            out->clock = j;
        else if (m->roles[j] == ROLE_CHARACTERISTIC)
            out->characteristic = j;
        else if (m->roles[j] == ROLE_SIZE)
            out->size = j;
        else if (m->roles[j] == ROLE_PROPERTY)
            out->property[m->kinds[j]] = j;
        else if (m->roles[j] == ROLE_CONTEXT && out->context_count < CONTEXT_COUNT)
            out->contexts[out->context_count++] = (csv_context){j, (context_kind)m->kinds[j]};
    }
    if (out->time == CSV_NO_FIELD)
        out->clock = CSV_NO_FIELD;
    if (out->size != CSV_NO_FIELD)
        out->size_decimals = decimals_of(m, out->size);
}

/* Items judged one by one are charted by lot where nothing else groups them. */
static void items_settle(maker *m)
{
    csv_layout *out = m->out;
    if (out->are_verdicts)
        reader_warn(m->r, _("column %u, \"%.80s\", is read as verdicts: each row is one item, "
                            "0 conforming or 1 nonconforming"),
                    out->values[0] + 1, column_name(m, out->values[0]));
    if (out->kind != KIND_DEFECTIVES || out->size != CSV_NO_FIELD || out->context_count == CONTEXT_COUNT ||
        has_role(m, ROLE_CONTEXT, CONTEXT_SUBGROUP) || is_decided(m, ROLE_CONTEXT, CONTEXT_SUBGROUP))
        return;
    for (uint32_t i = 0; i < out->context_count; i++) {
        if (out->contexts[i].kind == CONTEXT_BATCH) {
            out->contexts[out->context_count++] = (csv_context){out->contexts[i].field, CONTEXT_SUBGROUP};
            return;
        }
    }
    if (out->time == CSV_NO_FIELD)
        reader_warn(m->r, _("no lot, subgroup or time groups the items: -n 50 charts the share of each 50"));
}

/* Columns of several characteristics: a limit or a unit beside them may be of any. */
static void properties_settle(maker *m)
{
    csv_layout *out = m->out;
    bool is_of_many = m->d->shape == CSV_LAYOUT_WIDE && out->value_count > 1 &&
                      out->characteristic == CSV_NO_FIELD;
    for (property p = 0; p < PROPERTY_COUNT; p++) {
        if (out->property[p] == CSV_NO_FIELD)
            continue;
        if (is_of_many && p <= PROPERTY_UNIT) {
            reader_warn(m->r, _("column %u says a %s, but not of which of the %u characteristics in "
                                "columns: it is not taken"),
                        out->property[p] + 1, property_words(p), out->value_count);
            out->property[p] = CSV_NO_FIELD;
        }
        out->has_properties |= out->property[p] != CSV_NO_FIELD;
    }
    out->has_properties |= out->own != NULL;
}

static bool names_copy(maker *m)
{
    if (!m->d->has_header)
        return true;
    csv_layout *out = m->out;
    out->names = arena_array(&m->r->texts, const char *, out->columns);
    for (uint32_t j = 0; out->names && j < out->columns; j++) {
        bool is_there = j < m->sample->header.count;
        out->names[j] = is_there ? arena_text(&m->r->texts, m->sample->header.fields[j].text,
                                              m->sample->header.fields[j].length)
                                 : "";
        if (!out->names[j])
            return false;
    }
    return out->names != NULL;
}

assay_status csv_layout_make(reader *r, const read_options *options, csv_dialect *d,
                             const csv_sample *sample, csv_layout *out, assay_err *err)
{
    uint32_t n = sample->columns;
    *out = (csv_layout){.columns = n, .time = CSV_NO_FIELD, .clock = CSV_NO_FIELD,
                        .characteristic = CSV_NO_FIELD, .size = CSV_NO_FIELD};
    for (property p = 0; p < PROPERTY_COUNT; p++)
        out->property[p] = CSV_NO_FIELD;
    maker m = {.r = r, .options = options, .d = d, .sample = sample, .out = out, .err = err};
    m.roles = arena_array(&r->texts, csv_role, n);
    m.kinds = arena_array(&r->texts, int, n);
    m.is_numeric = arena_array(&r->texts, bool, n);
    m.owner = arena_array(&r->texts, uint32_t, n);
    m.bare = arena_array(&r->texts, csv_field, n);
    m.whole = arena_array(&r->texts, csv_field, n);
    out->values = arena_array(&r->texts, uint32_t, n);
    out->value_code = arena_array(&r->texts, uint32_t, n);
    if (!m.roles || !m.kinds || !m.is_numeric || !m.owner || !m.bare || !m.whole || !out->values || !out->value_code || !names_copy(&m))
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for %u columns", n);
    sums_leave_out(&m);
    types_find(&m);
    assay_status status = roles_from_mapping(&m);
    if (status != ASSAY_OK)
        return status;
    roles_from_names(&m);
    time_from_look(&m);
    characteristic_from_look(&m);
    fields_fill(&m);
    if (out->time != CSV_NO_FIELD && d->date == CSV_DATE_NONE)
        d->date = date_guess(&m, out->time);
    if (out->time != CSV_NO_FIELD && d->date == CSV_DATE_NONE)
        d->date = CSV_DATE_ISO;
    owners_find(&m);
    status = values_choose(&m);
    if (status == ASSAY_OK)
        status = owned_take(&m);
    if (status == ASSAY_OK)
        items_settle(&m);
    properties_settle(&m);
    return status;
}
