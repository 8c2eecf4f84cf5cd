/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a QIF document says that measurements refer to. Ids are unique over a document (of whatever
 * kind the thing is), so one dictionary holds them all. */
#include "read/qif.h"

#include <stdlib.h>
#include <string.h>

void qif_file_init(qif_file *f, const char *name)
{
    *f = (qif_file){.name = name};
    arena_init(&f->memory);
}

void qif_file_done(qif_file *f)
{
    dictionary_free(f->ids);
    dictionary_free(f->words);
    free(f->things);
    free(f->subgroup);
    free(f->items);
    free(f->results);
    arena_done(&f->memory);
    *f = (qif_file){0};
}

static bool grow(qif_file *f, uint32_t code)
{
    size_t room = f->room ? f->room * 2 : 256;
    while (room <= code)
        room *= 2;
    qif_thing **things = realloc(f->things, room * sizeof *things);
    if (!things)
        return false;
    f->things = things;
    uint32_t *subgroup = realloc(f->subgroup, room * sizeof *subgroup);
    if (!subgroup)
        return false;
    f->subgroup = subgroup;
    memset(things + f->room, 0, (room - f->room) * sizeof *things);
    memset(subgroup + f->room, 0, (room - f->room) * sizeof *subgroup);
    f->room = room;
    return true;
}

uint32_t qif_code(qif_file *f, const char *id)
{
    if (dictionary_count(f->ids) >= QIF_IDS_MAX)
        return dictionary_find(f->ids, id, strlen(id));
    uint32_t code = dictionary_code(f->ids, id, strlen(id));
    return code < f->room || grow(f, code) ? code : 0;
}

qif_thing *qif_find(const qif_file *f, uint32_t code, qif_type type)
{
    qif_thing *t = code && code < f->room ? f->things[code] : NULL;
    return t && t->type == type ? t : NULL;
}

qif_thing *qif_find_id(const qif_file *f, const char *id, qif_type type)
{
    return qif_find(f, dictionary_find(f->ids, id, strlen(id)), type);
}

assay_status qif_file_read(qif_file *f, source *in, const qif_listener *listener, assay_err *err)
{
    char *piece = malloc(SOURCE_HEAD_MAX);
    qif_walk *w = NULL;
    assay_status status = piece ? qif_walk_open(f, true, listener, &w, err)
                                : assay_fail(err, ASSAY_MEMORY, 0, "no memory to read %s", f->name);
    size_t got = 1;
    while (status == ASSAY_OK && got) {
        status = source_read(in, piece, SOURCE_HEAD_MAX, &got, err);
        if (status == ASSAY_OK)
            status = qif_walk_feed(w, piece, got, got == 0, err);
    }
    qif_walk_close(w);
    free(piece);
    return status;
}
