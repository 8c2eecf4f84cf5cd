/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An item of an exam from a row of a table: what is said about it in the open, and what is sealed.
 */
#include "scheme/sitting_inner.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

enum { ID_MOST = 60, TEXT_MOST = 8000, OPTION_MOST = 1000 };

const char *const bank_columns[BANK_COLUMNS] = {
    "id", "topic", "kind", "points", "text", "key", "tolerance", "guide", "a", "b",
    "c",  "d",     "e",    "f",      "g",    "h",   "i",         "j",     "k", "l"};
enum { ID, TOPIC, KIND, POINTS, TEXT, KEY, TOLERANCE, GUIDE, FIRST_OPTION };

typedef struct {
    const scheme_bank *bank;
    const char *const *cell;
    json_t *fault;
} row;

/* -- faults ------------------------------------------------------------------------------------ */

static bool wrong(row *r, int column, const char *expected)
{
    char found[81];
    snprintf(found, sizeof found, "%.*s", (int)strnlen(r->cell[column], 60), r->cell[column]);
    r->fault = json_pack("{s:s,s:s}", "field", bank_columns[column], "expected", expected);
    /* never what an item says: a refusal is shown and kept in logs */
    if (column <= POINTS && r->fault)
        set_text(r->fault, "found", found);
    return false;
}

static bool is_name(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return n && n <= ID_MOST && !text[n];
}

static bool number_in(const char *text, assay_rational least, bool is_above, assay_rational *out)
{
    if (assay_rational_parse(text, strlen(text), out, NULL) != ASSAY_OK)
        return false;
    int order = assay_rational_compare(*out, least);
    return is_above ? order > 0 : order >= 0;
}

/* -- parts ------------------------------------------------------------------------------------- */

static bool has_topic(const scheme_bank *b, const char *topic)
{
    for (size_t i = 0; i < b->topic_count; i++)
        if (strcmp(b->topic[i].id, topic) == 0)
            return true;
    return !b->topic_count && !*topic;
}

static bool read_head(row *r, json_t *head)
{
    assay_rational points = assay_rational_of(1);
    const char *kind = r->cell[KIND];
    if (!is_name(r->cell[ID]))
        return wrong(r, ID, _("a name of letters, digits, . _ -"));
    if (!has_topic(r->bank, r->cell[TOPIC]))
        return wrong(r, TOPIC, _("a topic of the blueprint"));
    if (strcmp(kind, "single") != 0 && strcmp(kind, "multi") != 0 && strcmp(kind, "number") != 0 &&
        strcmp(kind, "hand") != 0)
        return wrong(r, KIND, "single, multi, number, hand");
    if (*r->cell[POINTS] && (!number_in(r->cell[POINTS], assay_rational_of(0), true, &points) ||
                             assay_rational_compare(points, assay_rational_of(1000)) > 0))
        return wrong(r, POINTS, _("a number above 0, at most 1000"));
    set_text(head, "id", r->cell[ID]);
    if (*r->cell[TOPIC])
        set_text(head, "topic", r->cell[TOPIC]);
    set_text(head, "kind", kind);
    json_object_set_new(head, "points", number_text(value_number(points)));
    return true;
}

static bool read_options(row *r, json_t *inner, char letters[static BANK_OPTIONS + 1])
{
    size_t n = 0;
    for (int i = 0; i < BANK_OPTIONS; i++) {
        const char *text = r->cell[FIRST_OPTION + i];
        if (!*text)
            continue;
        if (strlen(text) > OPTION_MOST)
            return wrong(r, FIRST_OPTION + i, _("at most 1000 bytes"));
        set_text(object_in(inner, "options"), bank_columns[FIRST_OPTION + i], text);
        letters[n++] = *bank_columns[FIRST_OPTION + i];
    }
    letters[n] = '\0';
    return n >= 2 || wrong(r, FIRST_OPTION, _("two options or more"));
}

/* "a", or "a,c": letters of options, each once. */
static bool is_key(const char *key, const char *letters, bool is_many)
{
    char seen[BANK_OPTIONS + 1] = "";
    size_t n = 0;
    for (const char *p = key + strspn(key, ", "); *p; p += strspn(p, ", ")) {
        if (!strchr(letters, *p) || strchr(seen, *p) || (p[1] && p[1] != ',' && p[1] != ' '))
            return false;
        seen[n++] = *p++;
    }
    return n == 1 || (is_many && n > 1);
}

static bool read_key(row *r, const char *kind, json_t *inner)
{
    assay_rational n;
    char letters[BANK_OPTIONS + 1] = "";
    const char *key = r->cell[KEY], *tolerance = r->cell[TOLERANCE];
    if (strcmp(kind, "hand") == 0) {
        if (*r->cell[GUIDE])
            set_text(inner, "guide", r->cell[GUIDE]);
        return !*key || wrong(r, KEY, _("nothing: a marker gives the points"));
    }
    if (strcmp(kind, "number") == 0) {
        if (assay_rational_parse(key, strlen(key), &n, NULL) != ASSAY_OK)
            return wrong(r, KEY, _("a number"));
        if (*tolerance && !number_in(tolerance, assay_rational_of(0), false, &n))
            return wrong(r, TOLERANCE, _("a number, 0 or above"));
        if (*tolerance)
            set_text(inner, "tolerance", tolerance);
    } else if (!read_options(r, inner, letters))
        return false;
    else if (!is_key(key, letters, strcmp(kind, "multi") == 0))
        return wrong(r, KEY,
                     strcmp(kind, "multi") == 0 ? _("letters of its options: a,c")
                                                : _("the letter of one option"));
    set_text(inner, "key", key);
    return true;
}

static bool read_row(row *r, json_t *head, json_t *inner)
{
    if (!read_head(r, head))
        return false;
    if (!*r->cell[TEXT] || strlen(r->cell[TEXT]) > TEXT_MOST)
        return wrong(r, TEXT, _("a text of at most 8000 bytes"));
    set_text(inner, "text", r->cell[TEXT]);
    if (strlen(r->cell[GUIDE]) > TEXT_MOST)
        return wrong(r, GUIDE, _("a text of at most 8000 bytes"));
    return read_key(r, r->cell[KIND], inner);
}

bool bank_row_read(const scheme_bank *bank, const char *const *cell, json_t **head, json_t **inner,
                   json_t **fault)
{
    row r = {bank, cell, NULL};
    json_t *outside = json_object(), *inside = json_object();
    if (read_row(&r, outside, inside)) {
        *head = outside;
        *inner = inside;
        return true;
    }
    json_decref(outside);
    json_decref(inside);
    *fault = r.fault ? r.fault : json_object();
    return false;
}

/* -- for scoring --------------------------------------------------------------------------------
 */

static exam_item_kind kind_of(const char *name)
{
    return strcmp(name, "single") == 0   ? ITEM_SINGLE
           : strcmp(name, "multi") == 0  ? ITEM_MULTI
           : strcmp(name, "number") == 0 ? ITEM_NUMBER
                                         : ITEM_HAND;
}

assay_status bank_item_read(const the_bank *b, const char *item, const json_t *inner,
                            exam_item *out, assay_err *err)
{
    json_t *head = json_object_get(json_object_get(b->state, "items"), item);
    const char *kind = text_of(head, "kind"), *tolerance = text_of(inner, "tolerance");
    value points = number_read(json_object_get(head, "points"));
    if (!kind || points.kind != VALUE_NUMBER)
        return assay_fail(err, ASSAY_DAMAGED, 0, _("the bank has no item %s"), item);
    *out = (exam_item){.id = item,
                       .topic = text_of(head, "topic"),
                       .key = text_of(inner, "key"),
                       .kind = kind_of(kind),
                       .points = points.as.number,
                       .tolerance = assay_rational_of(0)};
    if (tolerance &&
        assay_rational_parse(tolerance, strlen(tolerance), &out->tolerance, NULL) != ASSAY_OK)
        return assay_fail(err, ASSAY_DAMAGED, 0, _("the item %s has no tolerance"), item);
    return ASSAY_OK;
}
