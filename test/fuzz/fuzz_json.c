/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text: the tree is the one that jansson reads, member by member in the same order, or neither
 * is; canonical JSON is its own canonical form. */
#include "base/jcs.h"
#include "base/json_tree.h"
#include "fuzz_check.h"

#include <stdint.h>

static void same_tree(json_t *a, json_t *b)
{
    check(json_typeof(a) == json_typeof(b) && json_object_size(a) == json_object_size(b) &&
          json_array_size(a) == json_array_size(b));
    if (!json_is_object(a) && !json_is_array(a))
        check(json_equal(a, b));
    void *p = json_object_iter(a), *q = json_object_iter(b);
    for (; p; p = json_object_iter_next(a, p), q = json_object_iter_next(b, q)) {
        check(strcmp(json_object_iter_key(p), json_object_iter_key(q)) == 0);
        same_tree(json_object_iter_value(p), json_object_iter_value(q));
    }
    for (size_t i = 0; i < json_array_size(a); i++)
        same_tree(json_array_get(a, i), json_array_get(b, i));
}

static void try_tree(const char *text)
{
    json_t *ours = json_tree(text), *theirs = json_loads(text, 0, NULL);
    check(!ours == !theirs);
    if (ours)
        same_tree(ours, theirs);
    json_decref(ours);
    json_decref(theirs);
}

static void try_canonical(const char *text, size_t length)
{
    buf once = BUF_INIT, twice = BUF_INIT;
    assay_err err = {0};
    if (taken(jcs_canonical(text, length, &once, &err), &err)) {
        check(jcs_canonical(once.data, once.length, &twice, NULL) == ASSAY_OK);
        same(&twice, once.data, once.length);
    }
    buf_done(&once);
    buf_done(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    check(text);
    memcpy(text, data, size);
    text[size] = '\0';
    try_tree(text);
    try_canonical(text, size);
    free(text);
    return 0;
}
