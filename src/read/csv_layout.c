/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each column is: first what the caller says, then usual names, then what the values look
 * like. */
#include "read/csv_layout.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void sums_leave_out(layout_maker *m)
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

static void types_find(layout_maker *m)
{
    for (uint32_t j = 0; j < m->out->columns; j++) {
        size_t numbers = 0, others = 0;
        for (size_t i = 0; i < m->row_count; i++) {
            const csv_field *f = layout_cell(m, i, j);
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

static bool column_find(const layout_maker *m, const char *name, uint32_t *out)
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

static assay_status no_column(const layout_maker *m, const char *name)
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
static assay_status role_assign(layout_maker *m, const char *name, csv_role role, int kind)
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
const char *layout_wish(const layout_maker *m, property p)
{
    const char *pinned = m->d->property[p];
    if (m->options->mapping.property[p])
        return m->options->mapping.property[p];
    return strcmp(pinned, "none") == 0 ? "" : *pinned ? pinned : NULL;
}

static assay_status roles_from_mapping(layout_maker *m)
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
        assay_status status = role_assign(m, layout_wish(m, p), ROLE_PROPERTY, (int)p);
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

bool layout_has_role(const layout_maker *m, csv_role role, int kind)
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
bool layout_is_decided(const layout_maker *m, csv_role role, int kind)
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
        return layout_wish(m, (property)kind) != NULL;
    case ROLE_CONTEXT:
        return map->context[kind] != NULL;
    case ROLE_NONE:
        break;
    }
    return true;
}

/* -- roles by name and by look -- */

static bool fits_its_name(const layout_maker *m, uint32_t j, csv_role role, int kind)
{
    if (m->row_count == 0)
        return true;
    switch (role) {
    case ROLE_VALUE:
    case ROLE_SIZE:
        return m->is_numeric[j];
    case ROLE_TIME:
        return layout_date(m, j) != CSV_DATE_NONE;
    case ROLE_CLOCK:
        return layout_is_clock(m, j);
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
static void warn_unread(const layout_maker *m, uint32_t column, csv_role role)
{
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = layout_cell(m, i, column);
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

static void roles_from_names(layout_maker *m)
{
    for (uint32_t j = 0; m->out->names && j < m->out->columns; j++) {
        int kind = 0;
        if (m->roles[j] != ROLE_NONE)
            continue;
        csv_role role = csv_name_role(m->out->names[j], strlen(m->out->names[j]), &kind);
        if ((role == ROLE_TIME || role == ROLE_CLOCK) && layout_is_clock(m, j))
            role = ROLE_CLOCK;
        if (role == ROLE_PROPERTY && layout_has_role(m, role, kind))
            m->is_numeric[j] = false; /* a second column of limits is no measured value */
        if (role == ROLE_NONE || layout_is_decided(m, role, kind) || layout_has_role(m, role, kind))
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
static void time_from_look(layout_maker *m)
{
    if (layout_has_role(m, ROLE_TIME, 0) || layout_is_decided(m, ROLE_TIME, 0))
        return;
    for (uint32_t j = 0; j < m->out->columns; j++) {
        if (m->roles[j] != ROLE_NONE || (m->is_numeric[j] && m->out->names))
            continue;
        if (layout_date(m, j) != CSV_DATE_NONE) {
            m->roles[j] = ROLE_TIME;
            return;
        }
    }
}

uint32_t layout_free_numeric(const layout_maker *m, uint32_t *last)
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

/* Three columns without names, one of them text or small integers before the value. */
static void characteristic_from_look(layout_maker *m)
{
    uint32_t text = CSV_NO_FIELD, texts = 0, last;
    if (m->out->names || layout_is_decided(m, ROLE_CHARACTERISTIC, 0) || m->options->mapping.value)
        return;
    for (uint32_t j = 0; j < m->out->columns; j++) {
        if (m->roles[j] == ROLE_NONE && !m->is_numeric[j]) {
            text = j;
            texts++;
        }
    }
    if (texts == 1 && layout_free_numeric(m, &last) == 1)
        m->roles[text] = ROLE_CHARACTERISTIC;
}

static uint8_t decimals_of(const layout_maker *m, uint32_t column)
{
    uint8_t most = 0;
    for (size_t i = 0; i < m->row_count; i++) {
        const csv_field *f = layout_cell(m, i, column);
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

static void fields_fill(layout_maker *m)
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

static bool names_copy(layout_maker *m)
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
    layout_maker m = {.r = r, .options = options, .d = d, .sample = sample, .out = out, .err = err};
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
        d->date = layout_date(&m, out->time);
    if (out->time != CSV_NO_FIELD && d->date == CSV_DATE_NONE)
        d->date = CSV_DATE_ISO;
    return layout_values(&m);
}
