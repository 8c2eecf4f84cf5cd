/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The primitives that come as a list under a key of their own, and how to find one. */
#include "scheme/scheme_reader.h"

#include <string.h>

#define SECTION(word)                                                                              \
    {                                                                                              \
#word, offsetof(scheme, word), offsetof(scheme, word##_count), sizeof(scheme_##word),      \
            read_##word                                                                            \
    }

const section section_table[SECTION_COUNT] = {
    [SECTION_ROLE] = SECTION(role),       [SECTION_FORM] = SECTION(form),
    [SECTION_RULE] = SECTION(rule),       [SECTION_RUBRIC] = SECTION(rubric),
    [SECTION_BANK] = SECTION(bank),       [SECTION_ASSIGN] = SECTION(assign),
    [SECTION_TALLY] = SECTION(tally),     [SECTION_GATE] = SECTION(gate),
    [SECTION_STAGE] = SECTION(stage),     [SECTION_MEASURE] = SECTION(measure),
    [SECTION_MONEY] = SECTION(money),     [SECTION_TITLE] = SECTION(title),
    [SECTION_PUBLISH] = SECTION(publish),
};

size_t section_length(const scheme *s, section_id id)
{
    return *(const size_t *)(const void *)((const char *)s + section_table[id].count);
}

void *section_element(const scheme *s, section_id id, size_t i)
{
    const section *t = &section_table[id];
    char *array = *(char *const *)(const void *)((const char *)s + t->array);
    return array + i * t->size;
}

/* Every element begins with its scheme_item. */
void *section_find(const scheme *s, section_id id, const char *word)
{
    size_t n = section_length(s, id);
    for (size_t i = 0; i < n; i++) {
        scheme_item *item = section_element(s, id, i);
        if (strcmp(item->id, word) == 0)
            return item;
    }
    return NULL;
}

#define FINDER(word, SECTION)                                                                      \
    const scheme_##word *scheme_find_##word(const scheme *s, const char *id)                       \
    {                                                                                              \
        return section_find(s, SECTION, id);                                                       \
    }
FINDER(role, SECTION_ROLE)
FINDER(form, SECTION_FORM)
FINDER(rubric, SECTION_RUBRIC)
FINDER(bank, SECTION_BANK)
FINDER(tally, SECTION_TALLY)
FINDER(gate, SECTION_GATE)
FINDER(stage, SECTION_STAGE)
FINDER(measure, SECTION_MEASURE)
FINDER(money, SECTION_MONEY)
FINDER(title, SECTION_TITLE)
FINDER(publish, SECTION_PUBLISH)

const scheme_field *scheme_find_field(const scheme_form *f, const char *id)
{
    for (size_t i = 0; i < f->field_count; i++)
        if (strcmp(f->field[i].item.id, id) == 0)
            return &f->field[i];
    return NULL;
}

static bool is_countable(const scheme_field *f)
{
    return !f->is_list && !f->is_personal &&
           (f->kind == FIELD_INT || f->kind == FIELD_NUM || f->kind == FIELD_MONEY ||
            f->kind == FIELD_PERCENT || f->kind == FIELD_BOOL || f->kind == FIELD_DATE ||
            f->kind == FIELD_ENUM);
}

const scheme_field *scheme_case_field(const scheme *s, const char *id)
{
    const scheme_field *found = NULL;
    for (size_t i = 0; i < s->form_count; i++) {
        const scheme_field *f = scheme_find_field(&s->form[i], id);
        if (f && found)
            return NULL;
        found = f ? f : found;
    }
    return found && is_countable(found) ? found : NULL;
}

static const scheme_node *below(const scheme_rubric *r, const scheme_node *from, const char *id,
                                size_t n)
{
    for (size_t i = 0; i < r->node_count; i++) {
        const scheme_node *node = &r->node[i];
        bool is_under = !from || &r->node[node->parent < 0 ? 0 : node->parent] == from;
        if (is_under && strncmp(node->item.id, id, n) == 0 && node->item.id[n] == '\0')
            return node;
    }
    return NULL;
}

const scheme_node *scheme_find_node(const scheme_rubric *r, const char *id)
{
    const scheme_node *node = NULL;
    while (*id) {
        size_t n = strcspn(id, ".");
        node = below(r, node, id, n);
        if (!node)
            return NULL;
        id += n + (id[n] == '.');
    }
    return node;
}

const char *scheme_word(const scheme_item *item, const char *lang)
{
    const scheme_words *w = &item->words;
    const char *own = strcmp(lang, "ko") == 0 ? w->ko : strcmp(lang, "zh") == 0 ? w->zh : w->en;
    const char *order[] = {own, w->en, w->ko, w->zh, item->id};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (order[i])
            return order[i];
    return "";
}
