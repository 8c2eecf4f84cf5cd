/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dialect as text, so that what was guessed once can be pinned. */
#include "read/csv.h"

#include "base/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *text;
} date_list[] = {
#define X(code, name, text) {name, text},
    CSV_DATE_LIST(X)
#undef X
};

static const struct {
    const char *name;
    char sign;
} delimiter_names[] = {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'},
                       {"pipe", '|'},  {"space", ' '},     {"blank", ' '}};

static const char *const shape_names[] = {"auto", "long", "subgroup", "wide"};

const char *csv_date_text(csv_date date)
{
    return date_list[date].text;
}

static bool sign_parse(const char *value, char *out)
{
    for (size_t i = 0; i < sizeof delimiter_names / sizeof *delimiter_names; i++) {
        if (strcmp(value, delimiter_names[i].name) == 0) {
            *out = delimiter_names[i].sign;
            return true;
        }
    }
    if (strcmp(value, "\\t") == 0) {
        *out = '\t';
        return true;
    }
    bool is_single = value[0] && !value[1] && !strchr("\"\n\r", value[0]) && value[0] > 0;
    if (is_single)
        *out = value[0];
    return is_single;
}

static bool date_parse(const char *value, csv_date *out)
{
    for (int i = 0; i < CSV_DATE_COUNT; i++) {
        if (strcmp(value, date_list[i].name) == 0) {
            *out = (csv_date)i;
            return true;
        }
    }
    return false;
}

static bool shape_parse(const char *value, csv_shape *out)
{
    for (int i = 0; i < 4; i++) {
        if (strcmp(value, shape_names[i]) == 0) {
            *out = (csv_shape)i;
            return true;
        }
    }
    return false;
}

static bool skip_parse(const char *value, uint32_t *out)
{
    char *end;
    unsigned long lines = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || lines > 100000)
        return false;
    *out = (uint32_t)lines;
    return true;
}

static bool header_parse(const char *value, bool *out)
{
    *out = strcmp(value, "1") == 0 || strcmp(value, "yes") == 0;
    return *out || strcmp(value, "0") == 0 || strcmp(value, "no") == 0;
}

/* False: the value does not fit its key. *pin stays 0 for an unknown key. */
static bool item_parse(const char *key, const char *value, csv_dialect *d, unsigned *pin)
{
    if (strcmp(key, "encoding") == 0) {
        *pin = CSV_PIN_ENCODING;
        return encoding_from_name(value, &d->encoding);
    }
    if (strcmp(key, "delimiter") == 0) {
        *pin = CSV_PIN_DELIMITER;
        return sign_parse(value, &d->delimiter);
    }
    if (strcmp(key, "decimal") == 0) {
        *pin = CSV_PIN_DECIMAL;
        return sign_parse(value, &d->decimal) && (d->decimal == '.' || d->decimal == ',');
    }
    if (strcmp(key, "date") == 0) {
        *pin = CSV_PIN_DATE;
        return date_parse(value, &d->date);
    }
    if (strcmp(key, "zone") == 0) {
        *pin = CSV_PIN_ZONE;
        return snprintf(d->zone, sizeof d->zone, "%s", value) < (int)sizeof d->zone;
    }
    if (strcmp(key, "header") == 0) {
        *pin = CSV_PIN_HEADER;
        return header_parse(value, &d->has_header);
    }
    if (strcmp(key, "skip") == 0) {
        *pin = CSV_PIN_SKIP;
        return skip_parse(value, &d->skip);
    }
    if (strcmp(key, "layout") == 0) {
        *pin = CSV_PIN_SHAPE;
        return shape_parse(value, &d->shape);
    }
    if (strcmp(key, "sheet") == 0) {
        *pin = CSV_PIN_SHEET;
        return snprintf(d->sheet, sizeof d->sheet, "%s", value) < (int)sizeof d->sheet;
    }
    property p;
    if (property_from_name(key, &p)) {
        *pin = CSV_PIN_PROPERTY;
        return snprintf(d->property[p], sizeof d->property[p], "%s", value) <
               (int)sizeof d->property[p];
    }
    return true;
}

/* One "key=value"; the value ends at the next ';', but may itself be ';'. */
static const char *item_take(const char *p, char *key, size_t key_room, char *value,
                             size_t value_room)
{
    size_t n = strcspn(p, "=;");
    if (p[n] != '=' || n == 0 || n >= key_room)
        return NULL;
    memcpy(key, p, n);
    key[n] = 0;
    p += n + 1;
    n = strcspn(p, ";");
    if (n == 0 && *p == ';')
        n = 1;
    if (n >= value_room)
        return NULL;
    memcpy(value, p, n);
    value[n] = 0;
    p += n;
    return *p == ';' ? p + 1 : p;
}

assay_status csv_dialect_parse(const char *text, csv_dialect *out, unsigned *pinned, assay_err *err)
{
    char key[32], value[80];
    csv_dialect d = *out;
    unsigned all = 0;
    for (const char *p = text; *p;) {
        unsigned pin = 0;
        const char *next = item_take(p, key, sizeof key, value, sizeof value);
        if (!next)
            return assay_fail(err, ASSAY_USAGE, 0, "the dialect is not key=value;...: \"%s\"", p);
        if (!item_parse(key, value, &d, &pin)) {
            assay_fail(err, ASSAY_USAGE, 0, "the dialect has no %s \"%s\"", key, value);
            assay_hint(err, _("see docs/format/csv.md for the values of each key"));
            return ASSAY_USAGE;
        }
        if (pin == 0) {
            assay_fail(err, ASSAY_USAGE, 0, "the dialect has no key \"%s\"", key);
            assay_hint(
                err,
                _("keys: encoding, delimiter, decimal, date, zone, header, skip, layout, sheet, "
                  "lower, upper, target, nominal, unit, part_number, part_name"));
            return ASSAY_USAGE;
        }
        all |= pin;
        p = next;
    }
    *out = d;
    *pinned |= all;
    return ASSAY_OK;
}

void csv_dialect_write(const csv_dialect *d, buf *out)
{
    buf_addf(out, "encoding=%s;delimiter=", encoding_name(d->encoding));
    if (d->delimiter == '\t')
        buf_add_text(out, "tab");
    else if (d->delimiter == ' ')
        buf_add_text(out, "space");
    else
        buf_add_char(out, d->delimiter);
    buf_addf(out, ";decimal=%c;date=%s", d->decimal, date_list[d->date].name);
    if (d->zone[0])
        buf_addf(out, ";zone=%s", d->zone);
    buf_addf(out, ";skip=%u;header=%d;layout=%s", d->skip, d->has_header, shape_names[d->shape]);
    if (d->sheet[0])
        buf_addf(out, ";sheet=%s", d->sheet);
    for (property p = 0; p < PROPERTY_COUNT; p++)
        if (d->property[p][0])
            buf_addf(out, ";%s=%s", property_name(p), d->property[p]);
}
