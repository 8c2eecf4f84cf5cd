/* SPDX-License-Identifier: GPL-3.0-or-later */
/* iconv with its three complaints made harmless: a broken byte becomes U+FFFD, a cut-off
 * character waits for the next piece, a full output buffer grows. */
#include "base/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

struct transcoder {
    iconv_t iconv;
    size_t unit; /* bytes to step over when a character is broken */
    char rest[8];
    size_t rest_length;
    uint64_t broken;
};

static const char *const iconv_names[] = {
#define X(code, name, iconv_name) iconv_name,
    ENCODING_LIST(X)
#undef X
};

assay_status transcoder_open(text_encoding from, transcoder **out, assay_err *err)
{
    transcoder *t = calloc(1, sizeof *t);
    if (!t)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to convert text");
    t->unit = from == ENCODING_UTF16LE || from == ENCODING_UTF16BE ? 2 : 1;
    t->iconv = iconv_open("UTF-8", iconv_names[from]);
    if (t->iconv == (iconv_t)-1) {
        free(t);
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, "this system cannot convert from %s",
                          encoding_name(from));
    }
    *out = t;
    return ASSAY_OK;
}

void transcoder_close(transcoder *t)
{
    if (!t)
        return;
    iconv_close(t->iconv);
    free(t);
}

uint64_t transcoder_broken(const transcoder *t)
{
    return t->broken;
}

static void replace_broken(transcoder *t, char **in, size_t *left, buf *out)
{
    size_t step = *left < t->unit ? *left : t->unit;
    *in += step;
    *left -= step;
    t->broken++;
    buf_add(out, "\xEF\xBF\xBD", 3);
    iconv(t->iconv, NULL, NULL, NULL, NULL);
}

/* Converts what it can; what is left is a character cut off by the end. */
static void convert(transcoder *t, char **in, size_t *left, buf *out)
{
    while (*left > 0 && buf_reserve(out, *left * 3 + 8)) {
        char *to = out->data + out->length;
        size_t room = out->room - out->length - 1, before = room;
        size_t result = iconv(t->iconv, in, left, &to, &room);
        int why = errno;
        out->length += before - room;
        out->data[out->length] = 0;
        if (result != (size_t)-1)
            continue;
        if (why == EILSEQ)
            replace_broken(t, in, left, out);
        else if (why == EINVAL)
            return;
    }
}

/* Finish the character that the last piece cut off, byte by byte. */
static void convert_rest(transcoder *t, const char **in, size_t *n, buf *out)
{
    while (t->rest_length > 0 && *n > 0) {
        t->rest[t->rest_length++] = *(*in)++;
        (*n)--;
        char *from = t->rest;
        size_t left = t->rest_length;
        convert(t, &from, &left, out);
        memmove(t->rest, from, left);
        t->rest_length = left;
        if (t->rest_length >= sizeof t->rest - 1)
            t->rest_length = 0;
    }
}

assay_status transcoder_feed(transcoder *t, const char *in, size_t n, bool is_last, buf *out,
                             assay_err *err)
{
    convert_rest(t, &in, &n, out);
    char *from = (char *)in;
    size_t left = n;
    convert(t, &from, &left, out);
    while (is_last && (left > 0 || t->rest_length > 0)) {
        t->rest_length = 0;
        if (left > 0)
            replace_broken(t, &from, &left, out);
        else
            buf_add(out, "\xEF\xBF\xBD", 3);
        convert(t, &from, &left, out);
    }
    if (left > 0 && left < sizeof t->rest) {
        memcpy(t->rest, from, left);
        t->rest_length = left;
    }
    if (out->failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to convert text");
    return ASSAY_OK;
}
