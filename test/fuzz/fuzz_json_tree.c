/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any text: the tree is the one that jansson reads, member by member in the same order, or neither is. */
#include "base/json_tree.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    json_t *ours = json_tree(text), *theirs = json_loads(text, 0, NULL);
    char *a = ours ? json_dumps(ours, JSON_COMPACT) : NULL;
    char *b = theirs ? json_dumps(theirs, JSON_COMPACT) : NULL;
    if (!ours != !theirs || !json_equal(ours, theirs) != !ours || !a != !b || (a && strcmp(a, b) != 0))
        abort();
    free(a);
    free(b);
    json_decref(ours);
    json_decref(theirs);
    free(text);
    return 0;
}
