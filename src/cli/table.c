/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { BYTES_MAX = 64 << 20 };

static size_t split(char *line, char delimiter, char **cell)
{
    size_t n = 0;
    char *p = line;
    while (n < TABLE_COLUMNS_MAX) {
        bool is_quoted = *p == '"';
        cell[n++] = p += is_quoted;
        p += is_quoted ? strcspn(p, "\"") : 0;
        if (is_quoted && *p)
            *p++ = 0;
        p = strchr(p, delimiter);
        if (!p)
            break;
        *p++ = 0;
    }
    return n;
}

static char delimiter_of(const char *head)
{
    return strchr(head, '\t') ? '\t' : strchr(head, ';') ? ';' : ',';
}

static assay_status read_bytes(const char *path, buf *out, assay_err *err)
{
    static char piece[65536];
    size_t n;
    bool is_standard = strcmp(path, "-") == 0;
    FILE *file = is_standard ? stdin : fopen(path, "rbe");
    if (!file)
        return assay_fail(err, ASSAY_IO, 0, _("cannot read %s: %s"), path, strerror(errno));
    while ((n = fread(piece, 1, sizeof piece, file)) > 0 && out->length < BYTES_MAX)
        buf_add(out, piece, n);
    if (!is_standard)
        fclose(file);
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "out of memory") : ASSAY_OK;
}

/* The whole text as UTF-8 without its mark. */
static assay_status decode(const buf *bytes, buf *out, assay_err *err)
{
    size_t mark = 0;
    transcoder *t = NULL;
    text_encoding from = encoding_guess(buf_text(bytes), bytes->length, true, &mark);
    assay_status status = transcoder_open(from, &t, err);
    if (status == ASSAY_OK && bytes->length > mark)
        status = transcoder_feed(t, bytes->data + mark, bytes->length - mark, true, out, err);
    transcoder_close(t);
    return status;
}

static char *next_line(text_table *t)
{
    char *line = strsep(&t->rest, "\n");
    if (line) {
        t->line++;
        line[strcspn(line, "\r")] = 0;
    }
    return line;
}

assay_status table_open(const char *path, arena *a, text_table *out, assay_err *err)
{
    buf bytes = BUF_INIT, text = BUF_INIT;
    *out = (text_table){0};
    assay_status status = read_bytes(path, &bytes, err);
    if (status == ASSAY_OK)
        status = decode(&bytes, &text, err);
    if (status == ASSAY_OK && !(out->rest = arena_text(a, buf_text(&text), text.length)))
        status = assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    buf_done(&bytes);
    buf_done(&text);
    if (status != ASSAY_OK)
        return status;
    char *head = next_line(out);
    out->delimiter = delimiter_of(head);
    out->columns = split(head, out->delimiter, out->head);
    return ASSAY_OK;
}

bool table_row_next(text_table *t, char **cell, size_t *n)
{
    char *line;
    while ((line = next_line(t)) && !*line)
        ;
    if (line)
        *n = split(line, t->delimiter, cell);
    return line != NULL;
}
