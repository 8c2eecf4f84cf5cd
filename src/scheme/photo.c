/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts are taken over by a list of what a picture needs, not left out by a list of what is known to tell:
 * what nobody has heard of stays out. JPEG: ITU-T T.81, B.1; PNG: ISO/IEC 15948, 11. */
#include "scheme/photo.h"

#include "scheme/file_type.h"

#include <stdint.h>
#include <string.h>

static assay_status broken(const char *kind, size_t at, assay_err *err)
{
    return assay_fail(err, ASSAY_FORMAT, at, "the %s ends or breaks at byte %zu", kind, at);
}

/* -- JPEG -------------------------------------------------------------------------------------------- */

enum { SOF0 = 0xc0, RST0 = 0xd0, RST7 = 0xd7, SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP0 = 0xe0, APP14 = 0xee,
       FILL = 0xff };

/* JFIF's head and Adobe's colours belong to the picture; other application data and comments do not. */
static bool is_kept(int marker)
{
    return marker == APP0 || marker == APP14 || (marker >= SOF0 && marker < APP0);
}

/* A restart belongs to the coded data before it, a second start to no picture: outside they begin no part. */
static bool stands_alone(int marker)
{
    return marker >= RST0 && marker <= SOI;
}

/* The end of the coded data that begins at `at`: the next marker that is none of its own. */
static size_t coded_end(const uint8_t *p, size_t n, size_t at)
{
    for (; at + 1 < n; at++)
        if (p[at] == 0xff && p[at + 1] != 0 && p[at + 1] != FILL &&
            (p[at + 1] < RST0 || p[at + 1] > RST7))
            return at;
    return n;
}

static assay_status strip_jpeg(const uint8_t *p, size_t n, buf *out, assay_err *err)
{
    bool has_picture = false;
    buf_add(out, p, 2);
    for (size_t at = 2; at + 1 < n;) {
        if (p[at] != 0xff)
            return broken("JPEG", at, err);
        int marker = p[at + 1];
        if (marker == FILL) {
            at++;
            continue;
        }
        if (marker == EOI) {
            buf_add(out, p + at, 2);
            return has_picture ? ASSAY_OK : broken("JPEG", at, err);
        }
        size_t length = at + 3 < n ? (size_t)p[at + 2] << 8 | p[at + 3] : 0, end = at + 2 + length;
        if (stands_alone(marker) || length < 2 || end > n)
            return broken("JPEG", at, err);
        if (marker == SOS) {
            end = coded_end(p, n, end);
            has_picture = true;
        }
        if (is_kept(marker))
            buf_add(out, p + at, end - at);
        at = end;
    }
    return broken("JPEG", n, err);
}

/* -- PNG --------------------------------------------------------------------------------------------- */

static bool is_needed(const uint8_t *name)
{
    static const char *const all[] = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "pHYs"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (memcmp(name, all[i], 4) == 0)
            return true;
    return false;
}

static assay_status strip_png(const uint8_t *p, size_t n, buf *out, assay_err *err)
{
    bool has_picture = false;
    buf_add(out, p, 8);
    for (size_t at = 8; at + 12 <= n;) {
        size_t length = (size_t)p[at] << 24 | (size_t)p[at + 1] << 16 | (size_t)p[at + 2] << 8 | p[at + 3];
        if (length > n - at - 12)
            return broken("PNG", at, err);
        if (is_needed(p + at + 4))
            buf_add(out, p + at, length + 12);
        has_picture |= memcmp(p + at + 4, "IDAT", 4) == 0;
        if (memcmp(p + at + 4, "IEND", 4) == 0)
            return has_picture ? ASSAY_OK : broken("PNG", at, err);
        at += length + 12;
    }
    return broken("PNG", n, err);
}

assay_status photo_strip(const void *bytes, size_t length, buf *out, assay_err *err)
{
    const char *type = file_type_of(bytes, length).type;
    assay_status status =
        strcmp(type, "image/jpeg") == 0  ? strip_jpeg(bytes, length, out, err)
        : strcmp(type, "image/png") == 0 ? strip_png(bytes, length, out, err)
                                         : assay_fail(err, ASSAY_FORMAT, 0, "found %s, expected a photo as JPEG or PNG", type);
    if (!status && out->failed)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a photo");
    return status;
}
