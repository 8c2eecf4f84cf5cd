/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/csv_said.h"

#include "base/i18n.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

void csv_said_done(csv_said *s)
{
    free(s->of);
    *s = (csv_said){0};
}

const characteristic *csv_said_at(const csv_said *s, size_t index)
{
    return index < s->n ? &s->of[index].said : NULL;
}

static csv_said_of *of_index(csv_said *s, size_t index)
{
    if (index >= s->n) {
        size_t room = 2 * index + 1;
        csv_said_of *grown = realloc(s->of, room * sizeof *grown);
        if (!grown)
            return NULL;
        memset(grown + s->n, 0, (room - s->n) * sizeof *grown);
        s->of = grown;
        s->n = room;
    }
    return &s->of[index];
}

static void drop(csv_said_of *of, property p)
{
    of->is_dropped[p] = true; /* and whatever is said later */
    if (property_is_number(p))
        *property_quantity(&of->said, p) = (quantity){0};
    else
        *property_text(&of->said, p) = NULL;
    if (p == PROPERTY_LOWER)
        of->said.lower_kind = BOUND_NONE;
    if (p == PROPERTY_UPPER)
        of->said.upper_kind = BOUND_NONE;
}

static void put(csv_said_of *of, property p, const quantity *number)
{
    if (property_is_number(p))
        *property_quantity(&of->said, p) = *number;
    else
        *property_text(&of->said, p) = of->text[p].text;
    if (p == PROPERTY_LOWER)
        of->said.lower_kind = BOUND_LIMIT;
    if (p == PROPERTY_UPPER)
        of->said.upper_kind = BOUND_LIMIT;
}

static void check_limits(csv_said_of *of, reader *r, const char *name)
{
    const characteristic *c = &of->said;
    const uint64_t *line = of->line;
    if (!(quantity_value(&c->lower) >= quantity_value(&c->upper)))
        return;
    reader_warn(r, _("limits of %s: %s in line %llu is not below %s in line %llu: not taken"), name,
                of->text[PROPERTY_LOWER].text, (unsigned long long)line[PROPERTY_LOWER],
                of->text[PROPERTY_UPPER].text, (unsigned long long)line[PROPERTY_UPPER]);
    drop(of, PROPERTY_LOWER);
    drop(of, PROPERTY_UPPER);
}

bool csv_said_take(csv_said *s, reader *r, uint32_t index, const csv_note *note, uint64_t line,
                   char sign)
{
    property p = note->is;
    quantity number = {0};
    csv_said_of *of = of_index(s, index);
    char *text = arena_text(&r->texts, note->text.text, note->text.length);
    if (!of || !text)
        return false;
    const char *name = r->characteristics[index]->path;
    utf8_tidy(text);
    if (of->is_dropped[p])
        return true;
    if (property_is_number(p) && !csv_quantity(&note->text, sign, &number)) {
        if (!of->has_bad[p])
            reader_warn(r, _("%s of %s: \"%.40s\" in line %llu is not a number and not taken"),
                        property_words(p), name, text, (unsigned long long)line);
        of->has_bad[p] = true;
        return true;
    }
    if (of->line[p] == 0) {
        of->line[p] = line;
        of->text[p] = (csv_text){text, note->text.length};
        put(of, p, &number);
        check_limits(of, r, name);
        return true;
    }
    bool is_same = property_is_number(p) ? quantity_equal(property_quantity(&of->said, p), &number)
                                         : strcmp(of->text[p].text, text) == 0;
    if (is_same)
        return true;
    bool is_kept = p == PROPERTY_UNIT; /* rows with it were given out */
    reader_warn(r,
                is_kept ? _("%s of %s: %s in line %llu, %s in line %llu: the first is taken")
                        : _("%s of %s: %s in line %llu, %s in line %llu: not taken"),
                property_words(p), name, of->text[p].text, (unsigned long long)of->line[p], text,
                (unsigned long long)line);
    of->is_dropped[p] = true;
    if (!is_kept)
        drop(of, p);
    return true;
}
