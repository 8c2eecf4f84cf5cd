/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A credential in a PNG: one iTXt chunk, not compressed, keyword "openbadgecredential":
 *
 *     keyword NUL, 0 (not compressed), 0, language NUL, keyword in that language NUL, text
 */
#include "ledger/badge.h"

#include <string.h>
#include <zlib.h>

static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
static const char keyword[] = "openbadgecredential";

typedef struct {
    const uint8_t *whole, *data; /* from its length on; its content */
    uint32_t length;             /* of the content */
    char type[5];
} chunk;
enum { CHUNK_FRAME = 12 };

static uint32_t number_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void add_number(buf *out, uint32_t x)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_char(out, (char)(x >> shift));
}

bool badge_is_png(const void *bytes, size_t length)
{
    return length >= sizeof signature && memcmp(bytes, signature, sizeof signature) == 0;
}

/* The chunk at *at, which moves behind it. */
static assay_status next_chunk(const uint8_t *png, size_t length, size_t *at, chunk *out,
                               assay_err *err)
{
    size_t left = length - *at;
    const uint8_t *p = png + *at;
    if (left < CHUNK_FRAME || number_at(p) > left - CHUNK_FRAME)
        return assay_fail(err, ASSAY_FORMAT, *at, "the PNG is cut off at byte %zu", *at);
    chunk c = {.whole = p, .data = p + 8, .length = number_at(p)};
    memcpy(c.type, p + 4, 4);
    if (crc32(0, p + 4, c.length + 4) != number_at(p + 8 + c.length))
        return assay_fail(err, ASSAY_DAMAGED, *at, "the PNG's chunk at byte %zu is damaged", *at);
    *at += CHUNK_FRAME + c.length;
    *out = c;
    return ASSAY_OK;
}

static bool is_credential(const chunk *c)
{
    return strcmp(c->type, "iTXt") == 0 && c->length > sizeof keyword &&
           memcmp(c->data, keyword, sizeof keyword) == 0;
}

static void add_credential(buf *out, const char *text, size_t length)
{
    static const char head[] = "\0\0\0"; /* flag, method, language; its NUL ends the keyword */
    size_t from = out->length;
    add_number(out, (uint32_t)(sizeof keyword + sizeof head + length));
    buf_add_text(out, "iTXt");
    buf_add(out, keyword, sizeof keyword);
    buf_add(out, head, sizeof head);
    buf_add(out, text, length);
    if (!out->failed)
        add_number(out, (uint32_t)crc32(0, (const Bytef *)out->data + from + 4,
                                        (uInt)(out->length - from - 4)));
}

static assay_status check_size(const void *png, size_t length, assay_err *err)
{
    if (length > BADGE_PICTURE_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a picture of %zu bytes; at most %d are read",
                          length, BADGE_PICTURE_MAX);
    return badge_is_png(png, length) ? ASSAY_OK : assay_fail(err, ASSAY_FORMAT, 0, "not a PNG");
}

assay_status badge_bake_png(const void *png, size_t png_length, const char *text, size_t length,
                            buf *out, assay_err *err)
{
    size_t at = sizeof signature;
    chunk c = {0};
    buf made = BUF_INIT;
    assay_status status = check_size(png, png_length, err);
    buf_add(&made, signature, sizeof signature);
    while (!status && strcmp(c.type, "IEND") != 0) {
        status = next_chunk(png, png_length, &at, &c, err);
        if (status)
            break;
        if (strcmp(c.type, "IEND") == 0)
            add_credential(&made, text, length);
        if (!is_credential(&c))
            buf_add(&made, c.whole, CHUNK_FRAME + c.length);
    }
    if (!status) {
        buf_add(out, buf_text(&made), made.length);
        if (made.failed || out->failed)
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a picture");
    }
    buf_done(&made);
    return status;
}

/* Past flag, method, language and translated keyword. NULL: compressed, or cut off. */
static const char *text_of(const chunk *c, size_t *length)
{
    const char *p = (const char *)c->data + sizeof keyword,
               *end = (const char *)c->data + c->length;
    if (end - p < 2 || p[0] != 0)
        return NULL;
    p += 2;
    for (int part = 0; part < 2; part++) {
        const char *nul = memchr(p, 0, (size_t)(end - p));
        if (!nul)
            return NULL;
        p = nul + 1;
    }
    *length = (size_t)(end - p);
    return p;
}

assay_status badge_unbake_png(const void *png, size_t length, buf *out, assay_err *err)
{
    size_t at = sizeof signature, n = 0;
    chunk c = {0};
    const char *text = NULL;
    assay_status status = check_size(png, length, err);
    while (!status && strcmp(c.type, "IEND") != 0) {
        status = next_chunk(png, length, &at, &c, err);
        if (status || !is_credential(&c))
            continue;
        if (text)
            status = assay_fail(err, ASSAY_CONFLICT, 0, "the PNG carries two credentials");
        else if (!(text = text_of(&c, &n)))
            status = assay_fail(err, ASSAY_FORMAT, 0, "the PNG's credential is compressed or cut");
    }
    if (!status && !text)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "the PNG carries no credential");
    if (!status) {
        buf_add(out, text, n);
        if (out->failed)
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a credential");
    }
    return status;
}
