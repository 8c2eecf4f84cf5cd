/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of an AQDEF file from definitions.
 *
 * Order: K0100, for each part its K1 in key order, for each of its characteristics K2 and K8 in
 * key order, then what belongs to the file as a whole in the order it was read. Numbers are given
 * anew, so the structure of the source (K5) is translated through the "@" fields; what speaks of a
 * characteristic that is not written falls away with it.
 */
#include "read/aqdef_write_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t key;
    const char *text;
    size_t length;
    char own[72]; /* room for a number; text points here then */
    size_t order;
} entry;

typedef struct {
    entry *list;
    size_t n, room;
    bool failed;
} entries;

typedef struct {
    const char *number, *name; /* as the definition has them */
    const char *path;          /* where it has neither: all levels but the last */
    size_t path_length;
} part_key;

static entry *entries_add(entries *e, uint32_t key)
{
    if (e->n == e->room) {
        size_t room = e->room ? e->room * 2 : 64;
        entry *grown = realloc(e->list, room * sizeof *grown);
        if (!grown) {
            e->failed = true;
            return NULL;
        }
        e->list = grown;
        e->room = room;
    }
    entry *x = &e->list[e->n];
    *x = (entry){.key = key, .order = e->n++};
    return x;
}

/* On the line control characters are blanks, and a blank text is no entry to a reader. */
static bool is_visible(const char *text, size_t length)
{
    while (length && (unsigned char)text[length - 1] <= ' ')
        length--;
    return length != 0;
}

static void add_text(entries *e, uint32_t key, const char *text, size_t length)
{
    entry *x = is_visible(text, length) ? entries_add(e, key) : NULL;
    if (x) {
        x->text = text;
        x->length = length;
    }
}

static void add_string(entries *e, uint32_t key, const char *text)
{
    if (text)
        add_text(e, key, text, strlen(text));
}

static void add_quantity(entries *e, uint32_t key, const quantity *q)
{
    entry *x = q->is_given ? entries_add(e, key) : NULL;
    if (x)
        x->length = decimal_format(q->value.mantissa, q->value.exponent, q->value.decimals, x->own,
                                   sizeof x->own);
}

static void add_integer(entries *e, uint32_t key, long n)
{
    entry *x = entries_add(e, key);
    if (x)
        x->length = (size_t)snprintf(x->own, sizeof x->own, "%ld", n);
}

static int by_key(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void aqdef_write_line(buf *out, uint32_t key, uint32_t index, const char *text, size_t length)
{
    if (key < 1000 && key >= 100)
        buf_addf(out, "K%04u ", key); /* of the file: no index */
    else
        buf_addf(out, "K%04u/%u ", key, index);
    size_t from = out->length;
    buf_add(out, text, length);
    for (size_t i = from; i < out->length; i++)
        if ((unsigned char)out->data[i] < 0x20)
            out->data[i] = ' ';
    buf_add(out, "\r\n", 2);
}

static void write_entries(entries *e, uint32_t index, buf *out)
{
    if (e->n)
        qsort(e->list, e->n, sizeof *e->list, by_key);
    for (size_t i = 0; i < e->n; i++) {
        const entry *x = &e->list[i];
        aqdef_write_line(out, x->key, index, x->text ? x->text : x->own, x->length);
    }
    e->n = 0;
}

/* -- free fields -------------------------------------------------------------------------- */

/* "K2900" or "K4092/7"; false for fields that are no keys. */
static bool parse_key(const char *text, uint32_t *key, uint32_t *index, bool *has_index)
{
    char *end;
    if (*text != 'K' || text[1] < '0' || text[1] > '9')
        return false;
    *key = (uint32_t)strtoul(text + 1, &end, 10);
    *has_index = *end == '/';
    *index = *has_index ? (uint32_t)strtoul(end + 1, &end, 10) : 1;
    return *end == 0;
}

static bool is_known(uint32_t key)
{
    static const uint32_t known[] = {1001, 1002, 2001, 2002, 2022, 2100, 2101,
                                     2110, 2111, 2120, 2121, 2142, 8500};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i] == key)
            return true;
    return false;
}

static const char *free_text(const characteristic *c, uint32_t wanted)
{
    uint32_t key, index;
    bool has_index;
    for (size_t i = 0; i < c->field_count; i++)
        if (parse_key(c->fields[i].key, &key, &index, &has_index) && !has_index && key == wanted)
            return c->fields[i].text;
    return NULL;
}

/* Those of the part, or those of the characteristic. */
static void add_free(entries *e, const characteristic *c, bool is_of_part)
{
    uint32_t key, index;
    bool has_index;
    for (size_t i = 0; i < c->field_count; i++) {
        if (!parse_key(c->fields[i].key, &key, &index, &has_index) || has_index || is_known(key))
            continue;
        uint32_t class = key / 1000;
        if (is_of_part ? class == 1 : class == 2 || class == 8)
            add_string(e, key, c->fields[i].text);
    }
}

/* -- parts and characteristics -------------------------------------------------------------- */

static part_key part_of(const characteristic *c)
{
    part_key k = {.number = c->part_number, .name = c->part_name};
    const char *slash = strrchr(c->path, '/');
    if (!k.number && !k.name && slash) {
        k.path = c->path;
        k.path_length = (size_t)(slash - c->path);
    }
    return k;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_same_part(const part_key *a, const part_key *b)
{
    return same_text(a->number, b->number) && same_text(a->name, b->name) &&
           a->path_length == b->path_length &&
           (!a->path_length || memcmp(a->path, b->path, a->path_length) == 0);
}

static void write_part(const characteristic *c, const part_key *k, uint32_t part, entries *e,
                       buf *out)
{
    add_string(e, 1001, k->number);
    if (k->path)
        add_text(e, 1001, k->path, k->path_length);
    add_string(e, 1002, k->name);
    add_free(e, c, true);
    if (!e->n && part > 1)
        add_integer(e, 1000, part); /* a part begins with a K1 */
    write_entries(e, part, out);
}

static void add_bound(entries *e, uint32_t key, const quantity *limit, bound_kind kind)
{
    add_quantity(e, key, limit);
    if (limit->is_given)
        add_integer(e, key + 10, kind == BOUND_NONE ? 0 : kind == BOUND_NATURAL ? 2 : 1);
}

static void write_characteristic(const characteristic *c, uint32_t number, entries *e, buf *out)
{
    char unnamed[32];
    const char *slash = strrchr(c->path, '/');
    add_string(e, 2001, c->number);
    add_string(e, 2002, c->name);
    if (!e->n)
        add_string(e, 2002, slash ? slash + 1 : c->path);
    if (!e->n) { /* it exists because a line names it */
        snprintf(unnamed, sizeof unnamed, "characteristic %u", number);
        add_string(e, 2002, unnamed);
    }
    if (c->kind != KIND_VARIABLE && !free_text(c, 2004))
        add_integer(e, 2004, c->kind == KIND_DEFECTIVES ? 1 : 5);
    if (c->decimals >= 0)
        add_integer(e, 2022, c->decimals);
    add_quantity(e, 2100, &c->target);
    add_quantity(e, 2101, &c->nominal);
    add_bound(e, 2110, &c->lower, c->lower_kind);
    add_bound(e, 2111, &c->upper, c->upper_kind);
    add_string(e, 2142, c->unit);
    if (c->subgroup_size)
        add_integer(e, 8500, (long)c->subgroup_size);
    add_free(e, c, false);
    write_entries(e, number, out);
}

/* -- the file as a whole ---------------------------------------------------------------------- */

typedef struct {
    const characteristic *const *list;
    size_t n;
    const uint32_t *number_of, *part_of;
    size_t carriers; /* definitions that bring a structure */
} whole;

static bool place_in_source(const characteristic *c, uint32_t *part, uint32_t *number)
{
    for (size_t i = 0; i < c->field_count; i++)
        if (strcmp(c->fields[i].key, "@") == 0)
            return sscanf(c->fields[i].text, "%u/%u", part, number) == 2;
    return false;
}

/* The number here of a part or characteristic of the source; 0: it is not written. */
static uint32_t translate(const whole *w, bool is_part, const char *text)
{
    uint32_t wanted = (uint32_t)strtoul(text, NULL, 10), part, number;
    for (size_t i = 0; i < w->n; i++)
        if (place_in_source(w->list[i], &part, &number) && (is_part ? part : number) == wanted)
            return is_part ? w->part_of[i] : w->number_of[i];
    return 0;
}

static bool is_structure(uint32_t key)
{
    return key / 1000 == 5;
}

static void write_of_file(const whole *w, uint32_t key, uint32_t index, const char *text, buf *out)
{
    char number[16];
    bool is_part = key == 5101 || key == 5111, is_leaf = key == 5102 || key == 5112;
    if (is_structure(key) && w->carriers > 1)
        return;
    if (is_part || is_leaf) {
        uint32_t here = translate(w, is_part, text);
        if (!here)
            return;
        snprintf(number, sizeof number, "%u", here);
        text = number;
    }
    aqdef_write_line(out, key, index, text, strlen(text));
}

/* Those whose class lies in first..last, in the order they were read, equal ones once. */
static void write_classes(const whole *w, uint32_t first, uint32_t last, buf *out)
{
    uint32_t key, index;
    bool has_index;
    for (size_t i = 0; i < w->n; i++)
        for (size_t j = 0; j < w->list[i]->field_count; j++) {
            const free_field *x = &w->list[i]->fields[j];
            if (parse_key(x->key, &key, &index, &has_index) && has_index && key >= 100 &&
                key != 100 && key / 1000 >= first && key / 1000 <= last)
                write_of_file(w, key, index, x->text, out);
        }
}

static size_t count_carriers(const whole *w)
{
    uint32_t key, index;
    bool has_index;
    size_t carriers = 0;
    for (size_t i = 0; i < w->n; i++)
        for (size_t j = 0; j < w->list[i]->field_count; j++)
            if (parse_key(w->list[i]->fields[j].key, &key, &index, &has_index) && has_index &&
                is_structure(key)) {
                carriers++;
                break;
            }
    return carriers;
}

/* -- all ------------------------------------------------------------------------------------ */

static bool write_parts(const characteristic *const *list, size_t n, uint32_t *number_of,
                        uint32_t *part_of_list, buf *out)
{
    entries e = {0};
    uint32_t parts = 0, numbers = 0;
    for (size_t i = 0; i < n; i++) {
        if (number_of[i])
            continue;
        part_key k = part_of(list[i]);
        write_part(list[i], &k, ++parts, &e, out);
        for (size_t j = i; j < n; j++) {
            part_key other = part_of(list[j]);
            if (number_of[j] || !is_same_part(&k, &other))
                continue;
            number_of[j] = ++numbers;
            part_of_list[j] = parts;
            write_characteristic(list[j], number_of[j], &e, out);
        }
    }
    free(e.list);
    return !e.failed;
}

bool aqdef_write_header(const characteristic *const *list, size_t n, uint32_t *number_of, buf *out)
{
    uint32_t *part_of_list = calloc(n + 1, sizeof *part_of_list);
    if (!part_of_list)
        return false;
    memset(number_of, 0, n * sizeof *number_of);
    whole w = {list, n, number_of, part_of_list, 0};
    w.carriers = count_carriers(&w);
    buf_addf(out, "K0100 %zu\r\n", n);
    write_classes(&w, 0, 0, out);
    bool is_good = write_parts(list, n, number_of, part_of_list, out);
    write_classes(&w, 3, 4, out);
    write_classes(&w, 5, 5, out);
    write_classes(&w, 6, 7, out);
    write_classes(&w, 9, 99, out);
    free(part_of_list);
    return is_good && !out->failed;
}
