/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places are remembered by the hash of the path in a table that forgets: one entry for each slot.
 * The path is compared too, since whoever sends could make hashes agree. */
#include "live/pour.h"

#include "base/buf.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 13, PATH_ROOM = 1000 };

typedef struct {
    uint64_t hash;
    const char *tail; /* of the catalog's path, behind the prefix; NULL: free */
    int32_t place;
} slot;

struct pour {
    catalog *catalog;
    slot slots[SLOTS];
    uint32_t made, max_made;
    char path[PATH_ROOM + 1];
    size_t prefix; /* length, with its last slash */
};

static const struct {
    const char *reason, *remedy;
} remedies[] = {
    {"not-line-protocol", N_("send lines of the form measurement,tag=value field=1.5 time")},
    {"not-text", N_("send UTF-8")},
    {"not-a-number", N_("send numbers with a decimal point and without grouping")},
    {"not-a-measurement", N_("send numbers; texts belong into tags, or into a field named serial, "
                          "batch, operator, note or another kind of context")},
    {"not-a-date", N_("send whole numbers since 1970 in the precision of the source, or RFC 3339")},
    {"duplicate-tag", N_("send each tag once")},
    {"no-value", N_("send at least one field, or a member \"value\", with a number")},
    {"not-an-object", N_("send one JSON object a line")},
    {"not-json", N_("send one JSON object a line, as RFC 8259 has it")},
    {"line-too-long", N_("send lines of at most 64 KiB")},
};

static const char *remedy_of(const char *reason, const char *expected)
{
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
        if (strcmp(remedies[i].reason, reason) == 0)
            return remedies[i].remedy;
    return expected;
}

void pour_refuse(parcel *to, const char *reason, const char *expected, const char *found,
                 size_t length)
{
    parcel_refuse(to, reason, remedy_of(reason, expected), 1, found, length);
}

/* -- places -------------------------------------------------------------------------------- */

static int32_t refuse_path(parcel *to, const feed_row *row, const char *reason, const char *remedy)
{
    parcel_refuse(to, reason, remedy, 1, row->path, row->path_length);
    return CATALOG_NONE;
}

static int32_t place_new(pour *p, parcel *to, const feed_row *row)
{
    char unit[64];
    size_t length = row->unit_length < sizeof unit ? row->unit_length : 0;
    if (p->made >= p->max_made)
        return refuse_path(to, row, "too-many-characteristics",
                           N_("put what differs from part to part into serial or batch, not into "
                           "names; or raise max_characteristics of the source"));
    if (length)
        memcpy(unit, row->unit, length);
    unit[length] = 0;
    characteristic c = {
        .path = p->path, .unit = length ? unit : NULL, .kind = row->kind, .decimals = -1};
    int32_t place = catalog_place(p->catalog, &c);
    if (place == CATALOG_NONE)
        return refuse_path(to, row, "not-a-path",
                           N_("name characteristics without empty levels and control characters, in "
                           "at most 1000 bytes"));
    p->made++;
    return place;
}

static int32_t place_of(pour *p, parcel *to, const feed_row *row)
{
    slot *s = &p->slots[row->path_hash % SLOTS];
    if (s->tail && s->hash == row->path_hash &&
        strncmp(s->tail, row->path, row->path_length) == 0 && !s->tail[row->path_length])
        return s->place;
    if (row->path_length > PATH_ROOM - p->prefix || memchr(row->path, 0, row->path_length))
        return refuse_path(to, row, "not-a-path", N_("name characteristics in at most 1000 bytes"));
    memcpy(p->path + p->prefix, row->path, row->path_length);
    p->path[p->prefix + row->path_length] = 0;
    int32_t place = catalog_find(p->catalog, p->path, p->prefix + row->path_length);
    if (place == CATALOG_NONE)
        place = place_new(p, to, row);
    if (place != CATALOG_NONE)
        *s = (slot){row->path_hash, catalog_path(p->catalog, place) + p->prefix, place};
    return place;
}

/* -- rows ---------------------------------------------------------------------------------- */

bool pour_row(pour *p, parcel *to, const feed_row *row, uint32_t message)
{
    if (!parcel_reserve(to, 1))
        return false;
    parcel_row r = {.time = row->time,
                    .offset = row->offset,
                    .value = row->value,
                    .raw = row->raw,
                    .status = row->status,
                    .size = row->size,
                    .record = row->line,
                    .message = message};
    r.place = place_of(p, to, row);
    if (r.place == CATALOG_NONE)
        return true;
    for (int kind = 0; kind < CONTEXT_COUNT; kind++)
        if (row->context[kind].length)
            r.context[kind] = parcel_text(to, (context_kind)kind, row->context[kind].text,
                                          row->context[kind].length);
    return parcel_add(to, &r);
}

/* -- life ---------------------------------------------------------------------------------- */

static bool set_prefix(pour *p, const char *prefix)
{
    size_t length = prefix ? strlen(prefix) : 0;
    if (!length)
        return true;
    if (length >= PATH_ROOM || prefix[0] == '/' || prefix[length - 1] == '/')
        return false;
    memcpy(p->path, prefix, length);
    p->path[length] = '/';
    p->prefix = length + 1;
    return true;
}

assay_status pour_open(const pour_options *o, pour **out, assay_err *err)
{
    pour *p = calloc(1, sizeof *p);
    if (!p)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a source");
    p->catalog = o->catalog;
    p->max_made = o->max_characteristics ? o->max_characteristics : POUR_NEW_MAX;
    if (!set_prefix(p, o->prefix)) {
        free(p);
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("\"prefix\" is \"%.60s\", expected levels such as plant-a/line-1"),
                          o->prefix);
    }
    *out = p;
    return ASSAY_OK;
}

void pour_close(pour *p)
{
    free(p);
}
