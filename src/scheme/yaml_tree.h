/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML as schemes use it: maps, lists and scalars with their places; nothing that could surprise.
 *
 * Anchors, aliases, tags, merge keys, duplicate keys and further documents are faults. Depth and
 * size are bounded. Scalars stay text: what "yes" or 3.0 means is for whoever reads the key.
 */
#ifndef SCHEME_YAML_TREE_H
#define SCHEME_YAML_TREE_H

#include "scheme/fault.h"

#define YAML_DEPTH_MOST 24
#define YAML_NODES_MOST 50000

typedef enum { TREE_SCALAR, TREE_LIST, TREE_MAP } tree_kind;

typedef struct tree tree;
struct tree {
    tree_kind kind;
    scheme_place at;
    const char *text; /* scalar */
    size_t length;
    bool is_plain;        /* scalar without quotes */
    const char *source;   /* where the scalar begins in the file, for places inside it */
    size_t source_length; /* to its end */
    const char **key;     /* map */
    scheme_place *key_at;
    tree **item; /* list, map */
    size_t count, room;
};

/* The root, or NULL when no tree could be made; faults were added either way. `bytes` must outlive
 * the tree, which lies in `memory`. */
tree *yaml_tree(const char *bytes, size_t length, arena *memory, scheme_faults *faults);

/* The member of a map, or NULL. */
const tree *tree_member(const tree *map, const char *key);
/* The place of byte `offset` of a scalar's text in the file. */
scheme_place tree_place(const tree *scalar, size_t offset);
/* "a map", "a list", "\"text\"": for messages; valid until the next call of this thread. */
const char *tree_describe(const tree *t);

#endif
