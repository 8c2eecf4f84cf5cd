/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/row.h"

#include <stdio.h>
#include <string.h>

void object_hex(const object_id *id, char out[33])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        out[2 * i] = digits[id->bytes[i] >> 4];
        out[2 * i + 1] = digits[id->bytes[i] & 15];
    }
    out[32] = 0;
}

bool object_from_hex(const char *text, object_id *out)
{
    object_id id;
    if (strlen(text) != 32 || strspn(text, "0123456789abcdef") != 32)
        return false;
    for (int i = 0; i < 16; i++) {
        unsigned byte;
        sscanf(text + 2 * i, "%2x", &byte);
        id.bytes[i] = (uint8_t)byte;
    }
    *out = id;
    return true;
}

const char *path_of_number(store *s, uint32_t number)
{
    stored_characteristic found;
    return store_characteristic_at(s, number, &found, NULL) == ASSAY_OK ? found.definition.path
                                                                        : "";
}
