/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/gzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { GZIP_LEVEL = 2, GZIP_WINDOW = 15 + 16 };

static bool pack_into(z_stream *z, const buf *in, buf *out)
{
    size_t bound = deflateBound(z, in->length);
    if (!buf_reserve(out, bound + 1))
        return false;
    z->next_in = (Bytef *)in->data;
    z->avail_in = (uInt)in->length;
    z->next_out = (Bytef *)out->data;
    z->avail_out = (uInt)bound;
    if (deflate(z, Z_FINISH) != Z_STREAM_END)
        return false;
    out->length = z->total_out;
    return true;
}

bool gzip_pack(buf *body)
{
    z_stream z = {0};
    buf packed = BUF_INIT;
    if (body->length > 1u << 30 ||
        deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    bool is_packed = pack_into(&z, body, &packed) && packed.length < body->length;
    deflateEnd(&z);
    if (is_packed) {
        buf_done(body);
        *body = packed;
        return true;
    }
    buf_done(&packed);
    return false;
}

struct inflater {
    z_stream z;
    bool is_complete;
};

assay_status inflater_new(inflater **out, assay_err *err)
{
    inflater *f = calloc(1, sizeof *f);
    if (!f || inflateInit2(&f->z, GZIP_WINDOW) != Z_OK) {
        free(f);
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    }
    *out = f;
    return ASSAY_OK;
}

void inflater_free(inflater *f)
{
    if (!f)
        return;
    inflateEnd(&f->z);
    free(f);
}

assay_status inflater_take(inflater *f, const char *in, size_t *used, char *out, size_t *room,
                           assay_err *err)
{
    if (f->is_complete && *used)
        return assay_fail(err, ASSAY_FORMAT, 0, "bytes follow the end of the gzip body");
    f->z.next_in = (Bytef *)in;
    f->z.avail_in = (uInt)*used;
    f->z.next_out = (Bytef *)out;
    f->z.avail_out = (uInt)*room;
    int code = f->is_complete ? Z_BUF_ERROR : inflate(&f->z, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
        return assay_fail(err, ASSAY_FORMAT, 0, "the body is not gzip: %s",
                          f->z.msg ? f->z.msg : "broken");
    f->is_complete |= code == Z_STREAM_END;
    *used -= f->z.avail_in;
    *room -= f->z.avail_out;
    return ASSAY_OK;
}

bool inflater_is_complete(const inflater *f)
{
    return f->is_complete;
}
