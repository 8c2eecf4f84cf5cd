/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A workbook out of the XML of its parts. */
#ifndef WORKBOOK_MADE_H
#define WORKBOOK_MADE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

typedef struct {
    const char *name, *xml;
    size_t length;
} workbook_part;

/* The bytes, to be freed; NULL: it could not be made. */
static inline void *workbook_make(const workbook_part *parts, size_t n, size_t *length)
{
    zip_error_t fault;
    zip_error_init(&fault);
    zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, &fault);
    zip_t *zip = out ? zip_open_from_source(out, ZIP_CREATE | ZIP_TRUNCATE, &fault) : NULL;
    void *bytes = NULL;
    zip_error_fini(&fault);
    if (!zip)
        return NULL;
    zip_source_keep(out);
    for (size_t i = 0; i < n; i++) {
        zip_source_t *part = zip_source_buffer(zip, parts[i].xml, parts[i].length, 0);
        if (!part || zip_file_add(zip, parts[i].name, part, ZIP_FL_OVERWRITE) < 0)
            zip_source_free(part);
    }
    zip_stat_t about;
    bool is_made =
        zip_close(zip) == 0 && zip_source_stat(out, &about) == 0 && zip_source_open(out) == 0;
    if (is_made && (bytes = malloc(about.size))) {
        *length = (size_t)about.size;
        zip_source_read(out, bytes, about.size);
    }
    if (is_made)
        zip_source_close(out);
    else
        zip_discard(zip);
    zip_source_free(out);
    return bytes;
}

#endif
