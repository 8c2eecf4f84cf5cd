/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts of cases and titles by year, place, level and what is known of the party.
 *
 * Each row stands in lists that hold nothing but a number, one for each thing it is counted by, and the store
 * counts as rows come and go: a table is read from the names of lists, however many rows there are. */
#include "scheme/title_inner.h"

#include <stdio.h>
#include <string.h>

enum { FEW = 5 };

/* -- where a row is counted ------------------------------------------------------------------------- */

/* Choices alone: a text or a number of one party is no class of them. */
static bool is_class(const scheme_field *field, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (field[i].kind == FIELD_ENUM && strcmp(field[i].item.id, name) == 0)
            return true;
    return false;
}

static bool is_class_of(const scheme *s, const char *name)
{
    for (size_t i = 0; i < s->form_count; i++)
        if (is_class(s->form[i].field, s->form[i].field_count, name))
            return true;
    return is_class(s->party.field, s->party.field_count, name);
}

static void count_by(const char *prefix, const char *by, const char *of, count_visitor *visit,
                     void *context)
{
    char list[256];
    snprintf(list, sizeof list, "%.100s/%.60s/%.80s", prefix, by, of);
    visit(list, by, context);
}

void counts_of(const scheme *s, const char *kind, const char *what, const char *when,
               const json_t *row, count_visitor *visit, void *context)
{
    char prefix[110], year[5];
    const char *name, *level = text_of(row, "title");
    const char *place = text_of(row, "region") ? text_of(row, "region") : text_of(row, "place");
    json_t *v;
    snprintf(prefix, sizeof prefix, "%s/%.80s/%s", kind, s->item.id, what);
    snprintf(year, sizeof year, "%.4s", when ? when : "");
    if (*year)
        count_by(prefix, "year", year, visit, context);
    if (place)
        count_by(prefix, "place", place, visit, context);
    if (level && strcmp(kind, COUNTED_TITLES) == 0)
        count_by(prefix, "level", level, visit, context);
    json_object_foreach(json_object_get(row, "known"), name, v)
        if (json_is_string(v) && is_class_of(s, name))
            count_by(prefix, name, json_string_value(v), visit, context);
}

/* -- the table ---------------------------------------------------------------------------------------- */

typedef struct {
    json_t *table; /* by -> of -> {cases, passed, titles} */
    size_t skip;
} count_table;

static void add_to(json_t *cell, const char *what, uint64_t n)
{
    json_int_t before = json_integer_value(json_object_get(cell, what));
    json_object_set_new(cell, what, json_integer(before + (json_int_t)n));
}

/* .../WHAT/BY/OF */
static bool add_count(const char *list, uint64_t n, void *context)
{
    count_table *t = context;
    char what[20], by[64];
    const char *at = list + t->skip;
    size_t first = strcspn(at, "/"), second = at[first] ? strcspn(at + first + 1, "/") : 0;
    if (!second || !at[first + 1 + second])
        return true;
    snprintf(what, sizeof what, "%.*s", (int)first, at);
    snprintf(by, sizeof by, "%.*s", (int)second, at + first + 1);
    json_t *cell = object_in(object_in(t->table, by), at + first + second + 2);
    if (strcmp(what, COUNTED_TITLES_WHAT) == 0)
        add_to(cell, "titles", n);
    else
        add_to(cell, "cases", n);
    if (strcmp(what, COUNTED_PASSED) == 0)
        add_to(cell, "passed", n);
    return true;
}

static assay_status read_counts(desk *d, const char *kind, const char *program, json_t *table,
                                assay_err *err)
{
    char prefix[110];
    snprintf(prefix, sizeof prefix, "%s/%.80s/", kind, program);
    count_table t = {table, strlen(prefix)};
    return store_lists(d->s, prefix, add_count, &t, err);
}

static void tell_counts(const json_t *table, json_t *out)
{
    const char *by, *of;
    json_t *group, *cell;
    json_object_foreach((json_t *)table, by, group)
        json_object_foreach(group, of, cell) {
            json_int_t cases = json_integer_value(json_object_get(cell, "cases"));
            json_int_t titles = json_integer_value(json_object_get(cell, "titles"));
            if (cases < FEW && titles < FEW)
                continue; /* so few might be told who they are */
            set_text(cell, "by", by);
            set_text(cell, "of", of);
            json_array_append(out, cell);
        }
}

assay_status title_statistics(desk *d, const char *program, buf *out, assay_err *err)
{
    json_t *o = json_object(), *table = json_object();
    assay_status status = read_counts(d, COUNTED_CASES, program, table, err);
    if (!status)
        status = read_counts(d, COUNTED_TITLES, program, table, err);
    tell_counts(table, list_in(o, "statistics"));
    json_decref(table);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}
