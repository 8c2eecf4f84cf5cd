/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which columns are values and of which characteristics: by their names, by what beside them bears such a
 * name, by what they look like. Without numbers, the verdicts of an inspection are. */
#include "read/csv_layout.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool says_of(const layout_maker *m, uint32_t j, uint32_t k, property *p)
{
    return csv_name_says_of(m->bare[j], m->bare[k], p) || csv_name_says_of(m->bare[j], m->whole[k], p);
}

/* Columns that say a limit or a unit of the one column whose name they bear: "width_LSL". */
static void owners_find(layout_maker *m)
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
            if (!is_value || !says_of(m, j, k, &p) || p > PROPERTY_UNIT || layout_wish(m, p) ||
                m->is_numeric[j] != property_is_number(p))
                continue;
            m->roles[j] = ROLE_PROPERTY;
            m->kinds[j] = (int)p;
            m->owner[j] = k;
        }
    }
}

static bool has_owners(const layout_maker *m)
{
    for (uint32_t j = 0; m->out->names && j < m->out->columns; j++) {
        if (m->owner[j] != CSV_NO_FIELD)
            return true;
    }
    return false;
}

static assay_status owned_take(layout_maker *m)
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

/* "x1", "x2", "x3": one word and consecutive numbers. Gives the word's length, or 0. */
static size_t numbered_stem(const layout_maker *m)
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
static bool has_verdicts(const layout_maker *m, uint32_t column)
{
    size_t good = 0, bad = 0, others = 0;
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = layout_cell(m, i, column);
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
static uint32_t take_verdicts(layout_maker *m)
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
static characteristic_kind kind_of(const layout_maker *m, uint32_t column, bool is_alone)
{
    size_t known = 0;
    const char *name = m->out->names ? m->out->names[column] : "";
    bool has_size = is_alone && m->out->size != CSV_NO_FIELD, is_defects = csv_name_is_defects(name);
    bool is_one_each = m->out->size == CSV_NO_FIELD && csv_name_is_nonconforming(name);
    for (size_t i = 0; (has_size || is_defects || is_one_each) && i < m->row_count; i++) {
        const csv_field *f = layout_cell(m, i, column), *g = has_size ? layout_cell(m, i, m->out->size) : NULL;
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

static assay_status characteristic_add(layout_maker *m, const char *name, uint32_t subgroup,
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

static const char *column_name(const layout_maker *m, uint32_t j)
{
    if (m->out->names && m->out->names[j][0])
        return m->out->names[j];
    char text[16];
    int length = snprintf(text, sizeof text, "#%u", j + 1);
    return arena_text(&m->r->texts, text, (size_t)length);
}

static assay_status values_make(layout_maker *m, size_t stem, bool is_subgroup)
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

static assay_status no_values(const layout_maker *m)
{
    for (uint32_t j = 0; j < m->out->columns && m->row_count; j++) {
        const csv_field *f = layout_cell(m, 0, j);
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

static bool has_name_of(const layout_maker *m, uint32_t j, uint32_t k)
{
    return m->out->names[j][0] && strcmp(m->out->names[j], m->out->names[k]) == 0;
}

static uint32_t value_column(const layout_maker *m)
{
    for (uint32_t j = 0; j < m->out->columns; j++) {
        if (m->roles[j] == ROLE_VALUE)
            return j;
    }
    return CSV_NO_FIELD;
}

/* "value", "value", "value" and no other numbers: a row is one subgroup, as with x1, x2, x3. */
static bool take_namesakes(layout_maker *m)
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
static void warn_of_namesakes(const layout_maker *m)
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
static assay_status values_choose(layout_maker *m)
{
    uint32_t last = 0;
    size_t stem = 0;
    bool is_wide = m->options->mapping.wide || m->d->shape == CSV_LAYOUT_WIDE ||
                   (m->d->shape != CSV_LAYOUT_SUBGROUP && has_owners(m));
    bool is_subgroup = take_namesakes(m);
    if (!is_subgroup && !layout_has_role(m, ROLE_VALUE, 0)) {
        uint32_t count = layout_free_numeric(m, &last);
        if (count == 0) {
            is_wide |= take_verdicts(m) > 0;
            count = layout_free_numeric(m, &last);
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

/* Items judged one by one are charted by lot where nothing else groups them. */
static void items_settle(layout_maker *m)
{
    csv_layout *out = m->out;
    if (out->are_verdicts)
        reader_warn(m->r, _("column %u, \"%.80s\", is read as verdicts: each row is one item, "
                            "0 conforming or 1 nonconforming"),
                    out->values[0] + 1, column_name(m, out->values[0]));
    if (out->kind != KIND_DEFECTIVES || out->size != CSV_NO_FIELD || out->context_count == CONTEXT_COUNT ||
        layout_has_role(m, ROLE_CONTEXT, CONTEXT_SUBGROUP) || layout_is_decided(m, ROLE_CONTEXT, CONTEXT_SUBGROUP))
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
static void properties_settle(layout_maker *m)
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

assay_status layout_values(layout_maker *m)
{
    owners_find(m);
    assay_status status = values_choose(m);
    if (status == ASSAY_OK)
        status = owned_take(m);
    if (status != ASSAY_OK)
        return status;
    items_settle(m);
    properties_settle(m);
    return ASSAY_OK;
}
