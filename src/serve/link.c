/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/link.h"

#include <stdio.h>

void link_base(const server *s, char *out, size_t room)
{
    const char *scheme = s->listening.is_unix       ? ""
                         : s->options->certificate ? "https://"
                                                    : "http://";
    snprintf(out, room, "%s%s", scheme, s->listening.text);
}

void link_invitation(const server *s, const char *code, char *out, size_t room)
{
    char base[200];
    link_base(s, base, sizeof base);
    snprintf(out, room, "%s/welcome?code=%s", base, code);
}
