/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bodies of requests: the first byte says whether the rest is JSON, gzip or a form. */
#include "serve/body.h"
#include "serve/gzip.h"
#include "serve/page.h"
#include "serve/reply.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { UNPACKED_MOST = 1 << 20 };

/* A refusal says where, in words, and is itself well made. */
static void check_refusal(const request *r)
{
    if (r->reply.status < 400 || r->reply.status > 499 || !r->reply.body.length)
        abort();
}

static void read_json(request *r)
{
    uint64_t count = 5;
    bool flag = false, is_given = false, is_null = false;
    decimal value;
    size_t n = 0;
    buf out = BUF_INIT;
    if (!body_read(r, "why place flag value list order secret")) {
        check_refusal(r);
        return;
    }
    (void)body_text(r, "why", true);
    body_count(r, "place", 1, 1000, &count);
    body_flag(r, "flag", &flag);
    body_decimal(r, "value", &value, &is_given, &is_null);
    (void)body_counts(r, "list", &n);
    (void)body_secret(r);
    (void)body_dump(r, "order", &out);
    (void)body_dump(r, NULL, &out);
    buf_done(&out);
    if (count < 1 || count > 1000)
        abort();
    if (!body_is_fine(r))
        check_refusal(r);
}

static void unpack(const char *data, size_t size)
{
    inflater *f = NULL;
    char out[4096];
    size_t made = 0;
    if (inflater_new(&f, NULL) != ASSAY_OK)
        return;
    for (;;) {
        size_t used = size, room = sizeof out;
        if (inflater_take(f, data, &used, out, &room, NULL) != ASSAY_OK)
            break;
        if (used > size || room > sizeof out)
            abort();
        data += used;
        size -= used;
        made += room;
        if ((!used && !room) || made > UNPACKED_MOST)
            break;
    }
    (void)inflater_is_complete(f);
    inflater_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const char *rest = (const char *)data + 1;
    if (*data == 'z') {
        unpack(rest, size - 1);
        return 0;
    }
    request *r = request_new(NULL, NULL, "POST", "/api/v1/none");
    if (!r)
        return 0;
    buf_add(&r->body, rest, size - 1);
    if (*data == 'f') {
        const char *names[] = {"account", "password", "code", "csrf", ""};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (strlen(form_field(r, names[i])) > size)
                abort();
    } else {
        read_json(r);
    }
    request_free(r);
    return 0;
}
