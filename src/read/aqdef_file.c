/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header of an AQDEF file, kept whole.
 *
 * Every field stays in one list in file order, whatever its key: readers that keep only what they
 * know lose their users' data. Lookups go through a sorted list of places; structure (K5) is
 * read from the same list once, when the header is complete. Elements exist because a line names
 * them with an index, not because K0100 announces them.
 */
#include "read/aqdef.h"

#include <stdlib.h>
#include <string.h>

void aqdef_file_init(aqdef_file *f)
{
    *f = (aqdef_file){.current_part = 1};
    arena_init(&f->memory);
}

void aqdef_file_done(aqdef_file *f)
{
    free(f->fields);
    free(f->sorted);
    free(f->keys);
    free(f->characteristics);
    free(f->nodes);
    free(f->children);
    arena_done(&f->memory);
    *f = (aqdef_file){0};
}

/* -- collecting ------------------------------------------------------------------------- */

static bool make_room(void **array, size_t size, size_t needed, size_t *room)
{
    if (needed <= *room)
        return true;
    size_t more = *room ? *room * 2 : 64;
    while (more < needed)
        more *= 2;
    void *grown = realloc(*array, more * size);
    if (!grown)
        return false;
    *array = grown;
    *room = more;
    return true;
}

/* Characteristic c is named: it exists, in the part whose block this is. */
static bool touch_characteristic(aqdef_file *f, uint32_t c)
{
    size_t room = f->element_room, before = room;
    if (!make_room((void **)&f->characteristics, sizeof *f->characteristics, (size_t)c + 1, &room))
        return false;
    memset(f->characteristics + before, 0, (room - before) * sizeof *f->characteristics);
    f->element_room = (uint32_t)room;
    if (c > f->characteristic_count)
        f->characteristic_count = c;
    if (!f->characteristics[c].exists)
        f->characteristics[c] = (aqdef_element){.exists = true, .part = f->current_part};
    return true;
}

static bool touch(aqdef_file *f, uint32_t key, uint32_t index)
{
    if (!index)
        return true;
    uint32_t class = key / 1000;
    if (class == 1) {
        f->current_part = index;
        if (index > f->part_count)
            f->part_count = index;
    } else if (class == 2 || class == 8) {
        if (!f->part_count)
            f->part_count = 1;
        return touch_characteristic(f, index);
    } else if (key >= 5101 && key <= 5113 && index > f->node_count) {
        f->node_count = index;
    }
    return true;
}

assay_status aqdef_file_add(aqdef_file *f, const aqdef_line *line, const char *text, size_t length,
                            uint64_t number, assay_err *err)
{
    if (line->has_index && line->index > AQDEF_INDEX_MAX)
        return assay_fail(err, ASSAY_LIMIT, line->index, "index %u is beyond %u", line->index,
                          AQDEF_INDEX_MAX);
    if (!length)
        return ASSAY_OK;
    if ((f->text_bytes += length + sizeof(aqdef_field)) > AQDEF_HEADER_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "the header is larger than %u MiB",
                          AQDEF_HEADER_MAX >> 20);
    uint32_t index = line->has_index ? line->index : 1;
    char *kept = arena_text(&f->memory, text, length);
    if (!kept || !touch(f, line->key, index) ||
        !make_room((void **)&f->fields, sizeof *f->fields, f->field_count + 1, &f->field_room))
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for the header");
    f->fields[f->field_count++] = (aqdef_field){line->key, index, kept, number};
    if (line->key == 100)
        f->announced = (uint32_t)strtoul(kept, NULL, 10);
    return ASSAY_OK;
}

/* -- lookup ----------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b, void *context)
{
    const aqdef_field *fields = context;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const aqdef_field *x = &fields[i], *y = &fields[j];
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return i < j ? -1 : i > j;
}

/* The last entry of exactly this key and index. */
static const char *find(const aqdef_file *f, uint32_t key, uint32_t index)
{
    size_t low = 0, high = f->field_count; /* high: the first place behind (key, index) */
    while (low < high) {
        size_t middle = (low + high) / 2;
        const aqdef_field *x = &f->fields[f->sorted[middle]];
        if (x->key > key || (x->key == key && x->index > index))
            high = middle;
        else
            low = middle + 1;
    }
    if (!high)
        return NULL;
    const aqdef_field *x = &f->fields[f->sorted[high - 1]];
    return x->key == key && x->index == index ? x->text : NULL;
}

const char *aqdef_text(const aqdef_file *f, uint32_t key, uint32_t index)
{
    const char *own = find(f, key, index);
    return own ? own : find(f, key, 0);
}

long aqdef_integer(const aqdef_file *f, uint32_t key, uint32_t index, long otherwise)
{
    const char *text = aqdef_text(f, key, index);
    if (!text)
        return otherwise;
    char *end;
    long n = strtol(text, &end, 10);
    return end == text || *end ? otherwise : n;
}

/* -- structure -------------------------------------------------------------------------- */

static uint32_t number_of(const aqdef_field *x)
{
    char *end;
    unsigned long n = strtoul(x->text, &end, 10);
    return end == x->text || *end || n > AQDEF_INDEX_MAX ? 0 : (uint32_t)n;
}

static bool is_child_key(uint32_t key)
{
    return key >= 5101 && key <= 5103;
}

static void place_node(aqdef_file *f, const aqdef_field *x)
{
    static const aqdef_node_kind kind[] = {AQDEF_NODE_PART, AQDEF_NODE_CHARACTERISTIC,
                                           AQDEF_NODE_GROUP};
    if (x->index && x->key >= 5111 && x->key <= 5113) {
        f->nodes[x->index].kind = kind[x->key - 5111];
        f->nodes[x->index].target = number_of(x);
    } else if (x->index && is_child_key(x->key)) {
        f->nodes[x->index].child_count++;
    }
}

/* Counted first, then placed: children keep the order of their lines. */
static assay_status read_structure(aqdef_file *f, assay_err *err)
{
    f->nodes = calloc((size_t)f->node_count + 1, sizeof *f->nodes);
    if (!f->nodes)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for the structure");
    for (size_t i = 0; i < f->field_count; i++)
        place_node(f, &f->fields[i]);
    for (uint32_t n = 0; n <= f->node_count; n++) {
        f->nodes[n].first_child = f->child_count;
        f->child_count += f->nodes[n].child_count;
        f->nodes[n].child_count = 0;
    }
    f->children = calloc(f->child_count + 1, sizeof *f->children);
    if (!f->children)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for the structure");
    for (size_t i = 0; i < f->field_count; i++) {
        const aqdef_field *x = &f->fields[i];
        if (!x->index || !is_child_key(x->key))
            continue;
        aqdef_node *parent = &f->nodes[x->index];
        f->children[parent->first_child + parent->child_count++] =
            (aqdef_child){x->index, x->key, number_of(x)};
    }
    return ASSAY_OK;
}

static bool says_something(const aqdef_field *x)
{
    return (x->key == 2030 || x->key == 2031) && strcmp(x->text, "0") != 0;
}

assay_status aqdef_file_seal(aqdef_file *f, assay_err *err)
{
    f->sorted = malloc((f->field_count + 1) * sizeof *f->sorted);
    f->keys = malloc((f->field_count + 1) * sizeof *f->keys);
    if (!f->sorted || !f->keys)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for the header");
    for (size_t i = 0; i < f->field_count; i++) {
        f->sorted[i] = (uint32_t)i;
        f->is_simply_grouped |= says_something(&f->fields[i]);
    }
    qsort_r(f->sorted, f->field_count, sizeof *f->sorted, by_key, f->fields);
    for (size_t i = 0; i < f->field_count; i++) {
        uint32_t key = f->fields[f->sorted[i]].key;
        if (!f->key_count || f->keys[f->key_count - 1] != key)
            f->keys[f->key_count++] = key;
    }
    return read_structure(f, err);
}

/* -- what is doubtful ------------------------------------------------------------------- */

static void warn_of_order(const aqdef_file *f, aqdef_warn *warn, void *context)
{
    uint32_t part = 0;
    bool in_characteristics = false;
    for (size_t i = 0; i < f->field_count; i++) {
        const aqdef_field *x = &f->fields[i];
        uint32_t class = x->key / 1000;
        if (class == 1 && x->index) {
            if (in_characteristics && x->index == part) {
                warn(context, "K%04u of part %u stands behind characteristics (line %llu)", x->key,
                     part, (unsigned long long)x->line);
                return;
            }
            part = x->index;
            in_characteristics = false;
        } else if (class == 2 || class == 8) {
            in_characteristics = true;
        }
    }
}

static void warn_of_repeats(const aqdef_file *f, aqdef_warn *warn, void *context)
{
    for (size_t i = 1; i < f->field_count; i++) {
        const aqdef_field *x = &f->fields[f->sorted[i - 1]], *y = &f->fields[f->sorted[i]];
        if (x->key == y->key && x->index == y->index && y->index && !is_child_key(y->key) &&
            strcmp(x->text, y->text) != 0) {
            warn(context, "K%04u/%u is given twice (lines %llu and %llu): the last counts", y->key,
                 y->index, (unsigned long long)x->line, (unsigned long long)y->line);
            return;
        }
    }
}

/* A tree: every child is a node that exists, and no way leads back to where it began. */
static const char *fault_of_node(const aqdef_file *f, uint32_t n)
{
    const aqdef_node *node = &f->nodes[n];
    if (node->child_count && node->kind == AQDEF_NODE_NONE)
        return "has children but is nothing";
    if (node->kind == AQDEF_NODE_CHARACTERISTIC &&
        (node->target > f->characteristic_count || !node->target ||
         !f->characteristics[node->target].exists))
        return "is a characteristic that is not there";
    for (size_t i = 0; i < node->child_count; i++) {
        const aqdef_child *child = &f->children[node->first_child + i];
        if (child->key == 5103 && (!child->target || child->target > f->node_count ||
                                   child->target == n))
            return "has a child that is no node";
    }
    return NULL;
}

static assay_status check_structure(const aqdef_file *f, bool strict, aqdef_warn *warn,
                                    void *context, assay_err *err)
{
    if (f->node_count && f->is_simply_grouped) {
        if (strict)
            return assay_fail(err, ASSAY_FORMAT, 0,
                              "both simple grouping (K2030, K2031) and a hierarchy (K51xx)");
        warn(context, "simple grouping (K2030, K2031) and a hierarchy (K51xx) contradict: the "
                      "hierarchy counts");
    }
    for (uint32_t n = 1; n <= f->node_count; n++) {
        const char *fault = fault_of_node(f, n);
        if (!fault)
            continue;
        if (strict)
            return assay_fail(err, ASSAY_FORMAT, n, "node %u of the hierarchy %s", n, fault);
        warn(context, "node %u of the hierarchy %s", n, fault);
        break;
    }
    return ASSAY_OK;
}

assay_status aqdef_file_check(const aqdef_file *f, bool strict, aqdef_warn *warn, void *context,
                              assay_err *err)
{
    if (!find(f, 100, 1))
        warn(context, "K0100, the number of characteristics, is missing");
    else if (f->announced != f->characteristic_count)
        warn(context, "K0100 announces %u characteristics, the highest number is %u", f->announced,
             f->characteristic_count);
    warn_of_order(f, warn, context);
    warn_of_repeats(f, warn, context);
    return check_structure(f, strict, warn, context, err);
}
