/* SPDX-License-Identifier: GPL-3.0-or-later */
/* multipart/mixed as agents send it: a boundary line, header lines with a Content-length, the part.
 * Without a length the part ends at the next boundary. */
#include "read/mtconnect.h"

#include "base/buf.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { boundary_max = 200, head_max = 8 * 1024, junk_max = 64 * 1024 };

struct mtconnect_parts {
    mtconnect_part *part;
    void *context;
    char boundary[boundary_max + 4]; /* "--" and what the header said */
    size_t boundary_length;
    buf held;
    enum { AT_BOUNDARY, AT_HEAD, AT_BODY } at;
    bool has_length;
    size_t length;
    size_t searched; /* of what is held: no boundary begins before this */
};

static bool take_boundary(mtconnect_parts *p, const char *content_type)
{
    const char *at = strcasestr(content_type, "boundary=");
    if (!at)
        return false;
    at += strlen("boundary=");
    bool is_quoted = *at == '"';
    at += is_quoted;
    size_t n = strcspn(at, is_quoted ? "\"" : "; \t\r\n");
    if (n == 0 || n > boundary_max)
        return false;
    memcpy(p->boundary, "--", 2);
    /* Some agents count the dashes into the boundary they name. */
    memcpy(p->boundary + 2, at, n);
    p->boundary_length = n + 2;
    return true;
}

assay_status mtconnect_parts_new(const char *content_type, mtconnect_part *part, void *context,
                                 mtconnect_parts **out, assay_err *err)
{
    mtconnect_parts *p = calloc(1, sizeof *p);
    if (!p)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a stream");
    p->part = part;
    p->context = context;
    if (!take_boundary(p, content_type)) {
        free(p);
        return assay_fail(err, ASSAY_FORMAT, 0, _("a stream without a boundary (\"%.80s\")"),
                          content_type);
    }
    *out = p;
    return ASSAY_OK;
}

void mtconnect_parts_free(mtconnect_parts *p)
{
    if (!p)
        return;
    buf_done(&p->held);
    free(p);
}

static void drop(mtconnect_parts *p, size_t n)
{
    memmove(p->held.data, p->held.data + n, p->held.length - n);
    p->held.length -= n;
}

static const char *find(const mtconnect_parts *p, const char *what, size_t length, size_t from)
{
    return p->held.length <= from ? NULL
                                  : memmem(p->held.data + from, p->held.length - from, what, length);
}

/* Each of these: true when there is more to do with what is held. */

static bool pass_boundary(mtconnect_parts *p, assay_status *status, assay_err *err)
{
    const char *at = find(p, p->boundary, p->boundary_length, 0);
    const char *end = at ? memchr(at, '\n', p->held.length - (size_t)(at - p->held.data)) : NULL;
    if (end) {
        drop(p, (size_t)(end - p->held.data) + 1);
        p->at = AT_HEAD;
    } else if (!at && p->held.length > junk_max) {
        *status = assay_fail(err, ASSAY_FORMAT, 0, _("%d bytes without the boundary of a part"),
                             junk_max);
    }
    return end != NULL;
}

static void take_head_line(mtconnect_parts *p, const char *line, size_t length)
{
    static const char name[] = "content-length:";
    size_t n = sizeof name - 1;
    if (length <= n || strncasecmp(line, name, n) != 0)
        return;
    size_t value = 0;
    for (size_t i = n; i < length; i++) {
        if (line[i] >= '0' && line[i] <= '9' && value <= MTCONNECT_DOCUMENT_MAX)
            value = value * 10 + (size_t)(line[i] - '0');
    }
    p->length = value;
    p->has_length = true;
}

static bool pass_head(mtconnect_parts *p, assay_status *status, assay_err *err)
{
    const char *end = find(p, "\n", 1, 0);
    if (!end) {
        if (p->held.length > head_max)
            *status = assay_fail(err, ASSAY_FORMAT, 0, _("a part whose header does not end"));
        return false;
    }
    size_t length = (size_t)(end - p->held.data);
    bool is_blank = length == 0 || (length == 1 && p->held.data[0] == '\r');
    take_head_line(p, p->held.data, length);
    drop(p, length + 1);
    if (is_blank)
        p->at = AT_BODY;
    if (p->has_length && p->length > MTCONNECT_DOCUMENT_MAX)
        *status = assay_fail(err, ASSAY_LIMIT, 0, _("a part of more than %d bytes"),
                             MTCONNECT_DOCUMENT_MAX);
    return *status == ASSAY_OK;
}

static bool pass_body(mtconnect_parts *p, assay_status *status, assay_err *err)
{
    size_t length = p->length;
    if (!p->has_length) {
        const char *end = find(p, p->boundary, p->boundary_length, p->searched);
        if (p->held.length > p->boundary_length)
            p->searched = p->held.length - p->boundary_length;
        if (!end && p->held.length > MTCONNECT_DOCUMENT_MAX)
            *status = assay_fail(err, ASSAY_LIMIT, 0, _("a part of more than %d bytes"),
                                 MTCONNECT_DOCUMENT_MAX);
        if (!end)
            return false;
        length = (size_t)(end - p->held.data);
    } else if (p->held.length < length) {
        return false;
    }
    if (!p->part(p->context, p->held.data ? p->held.data : "", length)) {
        *status = assay_fail(err, ASSAY_STOPPED, 0, "stopped");
        return false;
    }
    if (length)
        drop(p, length);
    p->has_length = false;
    p->length = p->searched = 0;
    p->at = AT_BOUNDARY;
    return true;
}

assay_status mtconnect_parts_take(mtconnect_parts *p, const char *bytes, size_t length,
                                  assay_err *err)
{
    assay_status status = ASSAY_OK;
    bool has_more = true;
    buf_add(&p->held, bytes, length);
    if (p->held.failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a part");
    while (has_more && status == ASSAY_OK) {
        switch (p->at) {
        case AT_BOUNDARY: has_more = pass_boundary(p, &status, err); break;
        case AT_HEAD: has_more = pass_head(p, &status, err); break;
        case AT_BODY: has_more = pass_body(p, &status, err); break;
        }
    }
    return status;
}
