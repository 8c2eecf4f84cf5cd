/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file is, by its first bytes; never by its name. */
#ifndef SCHEME_FILE_TYPE_H
#define SCHEME_FILE_TYPE_H

#include <stdbool.h>
#include <stddef.h>

enum { FILE_TYPE_HEAD = 4096 }; /* no more is looked at */

typedef struct {
    const char *type; /* "image/png"; "application/octet-stream" for what nobody knows */
    const char *tail; /* of a name: ".png"; "" */
    bool is_image;
    bool is_shown; /* browsers draw it, and nothing in it runs */
} file_type;

file_type file_type_of(const void *head, size_t length);
file_type file_type_named(const char *type);

#endif
