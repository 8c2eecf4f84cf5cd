/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libyaml's events into a tree.
 *
 * Places inside a scalar: folding changes white space alone, so the k-th other byte of the text is
 * the k-th other byte of the source. That holds for plain, quoted and block scalars alike.
 */
#include "scheme/yaml_tree.h"

#include "base/i18n.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

typedef struct {
    yaml_parser_t parser;
    scheme_faults *faults;
    arena *memory;
    const char *bytes;
    size_t length;
    size_t index, offset; /* a character of the file and its byte */
    size_t nodes;
    bool is_over; /* no sense in going on */
} builder;

static scheme_place place(const yaml_mark_t *mark)
{
    return (scheme_place){(uint32_t)mark->line + 1, (uint32_t)mark->column + 1};
}

static size_t byte_of(builder *b, size_t index)
{
    if (index < b->index)
        b->index = b->offset = 0;
    while (b->index < index && b->offset < b->length) {
        size_t used;
        utf8_decode(b->bytes + b->offset, b->length - b->offset, &used);
        b->offset += used;
        b->index++;
    }
    return b->offset;
}

static void stop(builder *b, const char *code, scheme_place at, const char *message)
{
    if (!b->is_over)
        fault_add(b->faults, code, at, "%s", message);
    b->is_over = true;
}

static bool next(builder *b, yaml_event_t *event)
{
    if (b->is_over)
        return false;
    if (yaml_parser_parse(&b->parser, event))
        return true;
    const yaml_parser_t *p = &b->parser;
    scheme_fault *f = fault_add(b->faults, "yaml", place(&p->problem_mark),
                                _("this is no YAML: %s"), p->problem ? p->problem : "?");
    if (p->context)
        fault_hint(b->faults, f, _("%s that begins at line %u"), p->context,
                   (unsigned)p->context_mark.line + 1);
    b->is_over = true;
    return false;
}

static tree *node(builder *b, tree_kind kind, const yaml_event_t *event)
{
    if (++b->nodes > YAML_NODES_MOST) {
        stop(b, "too-large", place(&event->start_mark), _("more than 50000 entries"));
        return NULL;
    }
    tree *t = arena_new(b->memory, tree);
    if (!t) {
        stop(b, "memory", place(&event->start_mark), _("out of memory"));
        return NULL;
    }
    t->kind = kind;
    t->at = place(&event->start_mark);
    return t;
}

/* What a scheme may not use, though YAML has it. */
static void refuse_extras(builder *b, const yaml_char_t *anchor, const yaml_char_t *tag,
                          const yaml_event_t *event)
{
    scheme_place at = place(&event->start_mark);
    if (anchor)
        fault_hint(b->faults, fault_add(b->faults, "anchor", at, _("an anchor: &%s"), anchor),
                   _("write the value out where it is needed"));
    if (tag)
        fault_hint(b->faults, fault_add(b->faults, "tag", at, _("a tag: %s"), tag),
                   _("leave the tag out; every key has one type"));
}

static tree *scalar(builder *b, const yaml_event_t *event)
{
    tree *t = node(b, TREE_SCALAR, event);
    if (!t)
        return NULL;
    refuse_extras(b, event->data.scalar.anchor, event->data.scalar.tag, event);
    t->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    t->length = event->data.scalar.length;
    t->text = arena_text(b->memory, (const char *)event->data.scalar.value, t->length);
    size_t start = byte_of(b, event->start_mark.index), end = byte_of(b, event->end_mark.index);
    t->source = b->bytes + start;
    t->source_length = end > start ? end - start : 0;
    if (memchr(t->text ? t->text : "", 0, t->text ? t->length : 0))
        fault_add(b->faults, "character", t->at, _("a NUL character in a text"));
    return t->text ? t : NULL;
}

static bool grow(builder *b, tree *t)
{
    if (t->count < t->room)
        return true;
    size_t room = t->room ? t->room * 2 : 8;
    tree **item = arena_array(b->memory, tree *, room);
    const char **key = t->kind == TREE_MAP ? arena_array(b->memory, const char *, room) : NULL;
    scheme_place *at = t->kind == TREE_MAP ? arena_array(b->memory, scheme_place, room) : NULL;
    if (!item || (t->kind == TREE_MAP && (!key || !at))) {
        stop(b, "memory", t->at, _("out of memory"));
        return false;
    }
    for (size_t i = 0; i < t->count; i++) {
        item[i] = t->item[i];
        if (t->kind == TREE_MAP) {
            key[i] = t->key[i];
            at[i] = t->key_at[i];
        }
    }
    t->item = item;
    t->key = key;
    t->key_at = at;
    t->room = room;
    return true;
}

static tree *build(builder *b, const yaml_event_t *event, int depth);

static tree *list(builder *b, const yaml_event_t *start, int depth)
{
    tree *t = node(b, TREE_LIST, start);
    refuse_extras(b, start->data.sequence_start.anchor, start->data.sequence_start.tag, start);
    yaml_event_t event;
    while (t && next(b, &event)) {
        bool is_end = event.type == YAML_SEQUENCE_END_EVENT;
        tree *item = is_end ? NULL : build(b, &event, depth + 1);
        yaml_event_delete(&event);
        if (is_end)
            return t;
        if (!item || !grow(b, t))
            return NULL;
        t->item[t->count++] = item;
    }
    return NULL;
}

/* False for a key whose value is to be dropped. */
static bool take_key(builder *b, const tree *map, const tree *key)
{
    if (key->kind != TREE_SCALAR) {
        fault_add(b->faults, "key", key->at, _("%s as a key"), tree_describe(key));
        return false;
    }
    if (key->is_plain && strcmp(key->text, "<<") == 0) {
        fault_hint(b->faults, fault_add(b->faults, "merge", key->at, _("a merge key: <<")),
                   _("write the keys out"));
        return false;
    }
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->key[i], key->text) == 0) {
            fault_hint(
                b->faults,
                fault_add(b->faults, "duplicate-key", key->at, _("the key %s twice"), key->text),
                _("the first one is at line %u"), map->key_at[i].line);
            return false;
        }
    return true;
}

static bool add_member(builder *b, tree *map, const tree *key, tree *item)
{
    if (!take_key(b, map, key))
        return true;
    if (!grow(b, map))
        return false;
    map->key[map->count] = key->text;
    map->key_at[map->count] = key->at;
    map->item[map->count++] = item;
    return true;
}

static tree *map(builder *b, const yaml_event_t *start, int depth)
{
    tree *t = node(b, TREE_MAP, start);
    refuse_extras(b, start->data.mapping_start.anchor, start->data.mapping_start.tag, start);
    yaml_event_t event;
    while (t && next(b, &event)) {
        bool is_end = event.type == YAML_MAPPING_END_EVENT;
        tree *key = is_end ? NULL : build(b, &event, depth + 1), *item = NULL;
        yaml_event_delete(&event);
        if (is_end)
            return t;
        if (!key || !next(b, &event))
            return NULL;
        item = build(b, &event, depth + 1);
        yaml_event_delete(&event);
        if (!item || !add_member(b, t, key, item))
            return NULL;
    }
    return NULL;
}

static tree *alias(builder *b, const yaml_event_t *event)
{
    fault_hint(b->faults,
               fault_add(b->faults, "alias", place(&event->start_mark), _("an alias: *%s"),
                         event->data.alias.anchor),
               _("write the value out; a text that begins with * needs quotes"));
    tree *t = node(b, TREE_SCALAR, event);
    if (t) {
        t->text = "";
        t->source = b->bytes;
    }
    return t;
}

static tree *build(builder *b, const yaml_event_t *event, int depth)
{
    if (depth > YAML_DEPTH_MOST) {
        stop(b, "too-deep", place(&event->start_mark), _("nested more than 24 deep"));
        return NULL;
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
        return list(b, event, depth);
    case YAML_MAPPING_START_EVENT:
        return map(b, event, depth);
    case YAML_ALIAS_EVENT:
        return alias(b, event);
    default:
        stop(b, "yaml", place(&event->start_mark), _("this is no YAML"));
        return NULL;
    }
}

static tree *document(builder *b)
{
    yaml_event_t event;
    tree *root = NULL;
    int documents = 0;
    while (next(b, &event)) {
        bool is_end = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT && ++documents == 2)
            stop(b, "documents", place(&event.start_mark), _("a second document in the file"));
        else if (!is_end && event.type != YAML_STREAM_START_EVENT &&
                 event.type != YAML_DOCUMENT_START_EVENT && event.type != YAML_DOCUMENT_END_EVENT)
            root = build(b, &event, 0);
        yaml_event_delete(&event);
        if (is_end)
            break;
    }
    return root;
}

tree *yaml_tree(const char *bytes, size_t length, arena *memory, scheme_faults *faults)
{
    builder b = {.faults = faults, .memory = memory, .bytes = bytes, .length = length};
    scheme_place top = {1, 1};
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        b.bytes += 3;
        b.length -= 3;
    }
    if (utf8_valid(b.bytes, b.length) != b.length) {
        fault_hint(faults, fault_add(faults, "encoding", top, _("the file is not UTF-8")),
                   _("save it as UTF-8"));
        return NULL;
    }
    if (!yaml_parser_initialize(&b.parser)) {
        fault_add(faults, "memory", top, _("out of memory"));
        return NULL;
    }
    yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)b.bytes, b.length);
    tree *root = document(&b);
    yaml_parser_delete(&b.parser);
    if (!root && !faults->count)
        fault_add(faults, "empty", top, _("the file is empty"));
    return root;
}

/* -- reading a tree -------------------------------------------------------------------------- */

const tree *tree_member(const tree *t, const char *key)
{
    if (t && t->kind == TREE_MAP)
        for (size_t i = 0; i < t->count; i++)
            if (strcmp(t->key[i], key) == 0)
                return t->item[i];
    return NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Where the text begins in the source of a scalar. */
static size_t source_start(const tree *t)
{
    size_t i = 0;
    if (t->is_plain || t->source_length == 0)
        return 0;
    if (t->source[0] == '"' || t->source[0] == '\'')
        return 1;
    while (i < t->source_length && t->source[i] != '\n')
        i++;
    return i;
}

static bool is_escape(const tree *t, size_t i)
{
    if (t->is_plain || i + 1 >= t->source_length)
        return false;
    return (t->source[0] == '"' && t->source[i] == '\\') ||
           (t->source[0] == '\'' && t->source[i] == '\'' && t->source[i + 1] == '\'');
}

scheme_place tree_place(const tree *t, size_t offset)
{
    size_t inked = 0, i = source_start(t);
    for (size_t k = 0; k < offset && k < t->length; k++)
        inked += !is_blank(t->text[k]);
    bool at_end = offset >= t->length;
    for (; i < t->source_length && (inked || (!at_end && is_blank(t->source[i]))); i++) {
        if (is_escape(t, i))
            i++;
        inked -= !is_blank(t->source[i]);
    }
    scheme_place at = t->at;
    for (size_t k = 0; k < i && k < t->source_length; k++) {
        if (t->source[k] == '\n') {
            at.line++;
            at.column = 1;
        } else if (((unsigned char)t->source[k] & 0xC0) != 0x80) {
            at.column++;
        }
    }
    return at;
}

const char *tree_describe(const tree *t)
{
    static _Thread_local char text[96];
    if (t->kind == TREE_LIST)
        return _("a list");
    if (t->kind == TREE_MAP)
        return _("a map");
    size_t fits = text_fit(t->text, t->length, 40);
    snprintf(text, sizeof text, "\"%.*s%s\"", (int)fits, t->text, fits < t->length ? "…" : "");
    return text;
}
