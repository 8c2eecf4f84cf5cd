/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses of our own pages, as others can open them. */
#ifndef SERVE_LINK_H
#define SERVE_LINK_H

#include "serve/server.h"

void link_base(const server *s, char *out, size_t room); /* "http://127.0.0.1:8080" */
void link_invitation(const server *s, const char *code, char *out, size_t room);

#endif
