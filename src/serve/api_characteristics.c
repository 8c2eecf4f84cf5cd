/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Characteristics: what there is, and how it is doing. */
#include "serve/gate.h"
#include "serve/reply.h"

#include <stdio.h>
#include <string.h>

static void write_row(json *j, const stored_characteristic *c)
{
    char hex[33];
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", c->id.bytes[i]);
    json_flat_object(j);
    json_member_unsigned(j, "number", c->number);
    json_member_text(j, "id", hex);
    json_member_text(j, "path", c->definition.path);
    json_member_text(j, "unit", c->definition.unit && *c->definition.unit ? c->definition.unit : NULL);
    json_end(j);
}

void api_characteristics(request *r)
{
    assay_err err;
    uint64_t limit = 100, from = 1;
    const char *search = request_query(r, "search");
    if (!request_count(r, "limit", 1, 1000, &limit) || !request_count(r, "cursor", 1, UINT32_MAX, &from))
        return;
    store *s = reader_here(r->server, &err);
    if (!s) {
        reply_error(r, &err);
        return;
    }
    json *j = reply_json(r, 200);
    json_object(j);
    json_key(j, "characteristics");
    json_array(j);
    uint32_t count = store_characteristic_count(s);
    uint64_t number = from;
    for (; number <= count && limit > 0; number++) {
        stored_characteristic c;
        if (store_characteristic_at(s, (uint32_t)number, &c, NULL) != ASSAY_OK ||
            !gate_may(r, c.definition.path) || (search && !strcasestr(c.definition.path, search)))
            continue;
        write_row(j, &c);
        limit--;
    }
    json_end(j);
    char next[24];
    snprintf(next, sizeof next, "%llu", (unsigned long long)number);
    json_member_text(j, "next", number <= count ? next : NULL);
    json_end(j);
    reply_end(r, j);
}
