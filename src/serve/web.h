/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screens: files made of web/ at build time (tools/embed_web.py), and the one page that loads
 * them at every address of web/screens.json. */
#ifndef SERVE_WEB_H
#define SERVE_WEB_H

#include <stddef.h>

typedef struct {
    const char *path, *type; /* "lib/api.js", its media type */
    const unsigned char *packed; /* gzip */
    size_t packed_size, size;
} web_file;

extern const web_file web_files[]; /* by path */
extern const size_t web_file_count;
extern const web_file web_shell;
extern const char web_digest[]; /* of all of them: their folder is /web/DIGEST */
extern const char web_policy[]; /* Content-Security-Policy of the page */
extern const char *const web_screens[]; /* paths with {} for a part, as in routes.def */
extern const char *const web_open_screens[]; /* for everybody; ended by NULL */
extern const size_t web_screen_count;

#endif
