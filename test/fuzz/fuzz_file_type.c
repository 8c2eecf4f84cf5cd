/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The head of a file from outside: something is always said of it, and what browsers draw is a
 * picture by its first bytes. */
#include "scheme/file_type.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    file_type t = file_type_of(data, size), again = file_type_named(t.type);
    if (!t.type || !*t.type || again.type != t.type || (t.is_shown && !t.is_image))
        abort();
    if (t.is_image && strncmp(t.type, "image/", 6) != 0)
        abort();
    if (size && data[0] == '<' && (t.is_shown || t.is_image))
        abort();
    return 0;
}
