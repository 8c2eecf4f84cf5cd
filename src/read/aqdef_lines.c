/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/aqdef_lines.h"

#include "read/aqdef.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 256 * 1024 };

static assay_status rewind_source(source *in, assay_err *err)
{
    if (!in->head_is_all && in->offset > in->head_length &&
        lseek(in->fd, (off_t)in->head_length, SEEK_SET) < 0)
        return assay_fail(err, ASSAY_IO, 0, "cannot read %s twice: %s", in->name, strerror(errno));
    in->offset = 0;
    return ASSAY_OK;
}

static void take_mark(aqdef_lines *l, const source *in)
{
    const unsigned char *p = (const unsigned char *)in->head;
    size_t n = in->head_length;
    if (n >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
        l->half_length = 3;
    else if (n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff))) {
        l->half_length = 2;
        l->is_wide = true;
        l->is_big_endian = p[0] == 0xfe;
    } else if (n >= 4 && p[0] && !p[1] && p[2] && !p[3]) {
        l->is_wide = true;
    } else if (n >= 4 && !p[0] && p[1] && !p[2] && p[3]) {
        l->is_wide = l->is_big_endian = true;
    }
}

assay_status aqdef_lines_open(aqdef_lines *l, source *in, assay_err *err)
{
    *l = (aqdef_lines){.in = in};
    assay_status status = rewind_source(in, err);
    if (status != ASSAY_OK)
        return status;
    take_mark(l, in);
    char mark[4];
    size_t got, skip = l->half_length;
    l->half_length = 0;
    return skip ? source_read(in, mark, skip, &got, err) : ASSAY_OK;
}

void aqdef_lines_close(aqdef_lines *l)
{
    free(l->data);
    *l = (aqdef_lines){0};
}

/* -- filling ------------------------------------------------------------------------------ */

static bool make_room(aqdef_lines *l, size_t more)
{
    if (l->begin) {
        memmove(l->data, l->data + l->begin, l->end - l->begin);
        l->end -= l->begin;
        l->searched -= l->begin;
        l->begin = 0;
    }
    if (l->end + more <= l->room)
        return true;
    size_t room = l->room ? l->room * 2 : more;
    while (room < l->end + more)
        room *= 2;
    char *grown = realloc(l->data, room);
    if (!grown)
        return false;
    l->data = grown;
    l->room = room;
    return true;
}

static uint32_t unit_at(const aqdef_lines *l, const unsigned char *p)
{
    return l->is_big_endian ? (uint32_t)(p[0] << 8 | p[1]) : (uint32_t)(p[1] << 8 | p[0]);
}

static size_t put_utf8(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[n] | c);
    return n;
}

/* UTF-16 in p[0..n) to UTF-8 at the end of the buffer; what is not complete stays in `half`. */
static void add_wide(aqdef_lines *l, const unsigned char *p, size_t n)
{
    size_t i = 0;
    while (i + 2 <= n) {
        uint32_t c = unit_at(l, p + i);
        bool is_high = c >= 0xd800 && c < 0xdc00;
        if (is_high && i + 4 > n && !l->is_all_read)
            break;
        uint32_t low = is_high && i + 4 <= n ? unit_at(l, p + i + 2) : 0;
        i += 2;
        if (is_high && low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        } else if (c >= 0xd800 && c < 0xe000) {
            c = 0xfffd;
        }
        l->end += put_utf8(c, l->data + l->end);
    }
    l->half_length = n - i;
    memcpy(l->half, p + i, n - i);
}

static assay_status read_piece(aqdef_lines *l, char *out, size_t n, size_t *got, assay_err *err)
{
    if (l->in->head_is_all && l->in->offset >= l->in->head_length) {
        *got = 0;
        return ASSAY_OK;
    }
    return source_read(l->in, out, n, got, err);
}

static assay_status fill_wide(aqdef_lines *l, assay_err *err)
{
    unsigned char piece[16 * 1024 + 4];
    size_t got;
    memcpy(piece, l->half, l->half_length);
    assay_status status =
        read_piece(l, (char *)piece + l->half_length, sizeof piece - 4, &got, err);
    if (status != ASSAY_OK)
        return status;
    l->is_all_read = got == 0;
    add_wide(l, piece, got + l->half_length);
    return ASSAY_OK;
}

static assay_status fill(aqdef_lines *l, assay_err *err)
{
    size_t got;
    if (l->end - l->begin > AQDEF_LINE_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "line %llu of %s is longer than %u MiB",
                          (unsigned long long)l->number + 1, l->in->name, AQDEF_LINE_MAX >> 20);
    size_t piece = l->in->head_is_all && !l->is_wide ? l->in->head_length + 1 : PIECE;
    if (!make_room(l, piece))
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory for a line");
    if (l->is_wide)
        return fill_wide(l, err);
    assay_status status = read_piece(l, l->data + l->end, piece, &got, err);
    if (status != ASSAY_OK)
        return status;
    l->is_all_read = got == 0;
    l->end += got;
    return ASSAY_OK;
}

/* -- lines -------------------------------------------------------------------------------- */

/* The next LF is looked for once and remembered: a source that ends its lines with CR alone would
 * otherwise be searched to its end for every line. */
static bool find_line_feed(aqdef_lines *l)
{
    if (l->searched < l->begin)
        l->searched = l->begin;
    if (l->searched < l->end && l->data[l->searched] == '\n')
        return true;
    if (l->searched == l->end)
        return false;
    const char *mark = memchr(l->data + l->searched, '\n', l->end - l->searched);
    l->searched = mark ? (size_t)(mark - l->data) : l->end;
    return mark != NULL;
}

static void give(aqdef_lines *l, size_t length, size_t with_end, const char **text, size_t *out)
{
    *text = l->data + l->begin;
    *out = length;
    l->begin += with_end;
    l->taken += with_end;
    l->number++;
}

assay_status aqdef_lines_next(aqdef_lines *l, const char **text, size_t *length, assay_err *err)
{
    if (!l->data) {
        assay_status status = fill(l, err);
        if (status != ASSAY_OK)
            return status;
    }
    for (;;) {
        bool has_feed = find_line_feed(l);
        size_t stop = l->searched;
        const char *from = l->data + l->begin;
        const char *cr = stop > l->begin ? memchr(from, '\r', stop - l->begin) : NULL;
        size_t before = cr ? (size_t)(cr - from) : stop - l->begin;
        if (cr && (l->begin + before + 1 < l->end || l->is_all_read)) {
            bool is_pair = has_feed && l->begin + before + 1 == stop;
            give(l, before, before + 1 + is_pair, text, length);
            return ASSAY_OK;
        }
        if (has_feed) {
            give(l, before, before + 1, text, length);
            return ASSAY_OK;
        }
        if (l->is_all_read) {
            *text = NULL;
            if (l->begin < l->end)
                give(l, l->end - l->begin, l->end - l->begin, text, length);
            return ASSAY_OK;
        }
        assay_status status = fill(l, err);
        if (status != ASSAY_OK)
            return status;
    }
}

assay_status aqdef_spool(source *in, assay_err *err)
{
    if (!in->is_pipe || in->head_is_all)
        return ASSAY_OK;
    FILE *file = tmpfile();
    char *piece = malloc(PIECE);
    size_t got = 0;
    assay_status status = ASSAY_OK;
    bool is_written = file && piece;
    while (is_written && (status = source_read(in, piece, PIECE, &got, err)) == ASSAY_OK && got)
        is_written = fwrite(piece, 1, got, file) == got;
    is_written = is_written && status == ASSAY_OK && fflush(file) == 0;
    int fd = is_written ? dup(fileno(file)) : -1;
    if (status == ASSAY_OK && fd < 0)
        status = assay_fail(err, ASSAY_IO, 0, "cannot set %s aside: %s", in->name, strerror(errno));
    if (status == ASSAY_OK) {
        if (in->fd > STDERR_FILENO)
            close(in->fd);
        in->fd = fd;
        in->is_pipe = false;
        in->size = in->offset;
    }
    if (file)
        fclose(file);
    free(piece);
    return status;
}
