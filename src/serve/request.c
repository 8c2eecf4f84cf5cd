/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/request.h"

#include "base/decimal.h"
#include "base/time.h"
#include "serve/body.h"
#include "serve/gzip.h"
#include "serve/reply.h"
#include "serve/staged.h"
#include "serve/upload.h"

#include <stdlib.h>
#include <string.h>

request *request_new(server *s, struct MHD_Connection *c, const char *method, const char *path)
{
    request *r = calloc(1, sizeof *r);
    char *kept = r ? strdup(path) : NULL;
    if (!kept) {
        free(r);
        return NULL;
    }
    r->server = s;
    r->connection = c;
    r->method = method; /* lives in the connection's memory as long as the request */
    r->path = kept;
    arena_init(&r->memory);
    return r;
}

void request_free(request *r)
{
    if (!r)
        return;
    upload_free(r->upload);
    staged_abandon(r);
    inflater_free(r->inflater);
    body_free(r->parsed);
    buf_done(&r->body);
    buf_done(&r->reply.body);
    arena_done(&r->memory);
    free(r->path);
    free(r);
}

void *request_room(request *r, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    if (size > sizeof r->small - r->small_used)
        return arena_alloc(&r->memory, 1, size);
    void *room = r->small + r->small_used;
    r->small_used += size;
    return room;
}

const char *request_copy(request *r, const char *text, size_t length)
{
    char *copy = request_room(r, length + 1);
    if (!copy)
        return "";
    memcpy(copy, text, length);
    copy[length] = 0;
    return copy;
}

/* -- what was sent ------------------------------------------------------------------------- */

const char *request_header(const request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Percent signs undone; a byte 0 is not text and ends it. */
static const char *decode(request *r, const char *text, size_t length, bool plus_is_blank)
{
    char *out = request_room(r, length + 1), *to = out;
    if (!out)
        return "";
    for (size_t i = 0; i < length; i++) {
        bool is_escape = text[i] == '%' && i + 2 < length && hex_digit(text[i + 1]) >= 0 &&
                         hex_digit(text[i + 2]) >= 0;
        if (is_escape) {
            *to++ = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else
            *to++ = text[i] == '+' && plus_is_blank ? ' ' : text[i];
    }
    *to = 0;
    return out;
}

const char *request_decode(request *r, const char *text, size_t length)
{
    return decode(r, text, length, true);
}

const char *request_query(request *r, const char *name)
{
    const char *text = MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
    return text && strpbrk(text, "%+") ? decode(r, text, strlen(text), true) : text;
}

const char *request_part(request *r, int i)
{
    return decode(r, r->part[i].text, r->part[i].length, false);
}

bool request_count(request *r, const char *name, uint64_t least, uint64_t most, uint64_t *value)
{
    const char *text = request_query(r, name);
    if (!text)
        return true;
    char *end;
    unsigned long long n = strtoull(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && n >= least && n <= most) {
        *value = n;
        return true;
    }
    reply_bad_query(r, name, text, "a whole number from %llu to %llu", (unsigned long long)least,
                    (unsigned long long)most);
    return false;
}

bool request_time(request *r, const char *name, int64_t *value)
{
    const char *text = request_query(r, name);
    int32_t offset;
    if (!text)
        return true;
    if (time_parse_iso(text, strlen(text), value, &offset))
        return true;
    reply_bad_query(r, name, text, "a time as 2026-01-05T07:21:00Z");
    return false;
}

bool request_flag(request *r, const char *name)
{
    const char *text;
    size_t length;
    if (MHD_lookup_connection_value_n(r->connection, MHD_GET_ARGUMENT_KIND, name, strlen(name),
                                      &text, &length) != MHD_YES)
        return false;
    return !text || (strcmp(text, "0") != 0 && strcmp(text, "false") != 0); /* "?open" alone, too */
}

bool request_accepts(const request *r, const char *header, const char *word)
{
    const char *text = request_header(r, header);
    size_t length = strlen(word);
    for (const char *p = text; p && (p = strcasestr(p, word)); p += length) {
        bool begins = p == text || strchr(", \t", p[-1]);
        bool ends = strchr(",; \t", p[length]) != NULL;
        const char *rest = p + length + strspn(p + length, "; \t");
        bool is_refused = strncmp(rest, "q=0", 3) == 0 && strspn(rest + 3, ".0") == strcspn(rest + 3, ", ");
        if (begins && ends && !is_refused)
            return true;
    }
    return false;
}

bool request_is_read_only(const request *r)
{
    return strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;
}

const char *request_address(const request *r, char room[static 64])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    address_text(info ? info->client_addr : NULL, room, 64);
    return room;
}
