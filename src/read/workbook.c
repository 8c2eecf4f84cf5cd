/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sheet of a workbook as the delimited text it would have been saved as: a row of the sheet is a
 * line, so that lines are named as Excel numbers them, and each has as many fields as the widest.
 */
#include "read/workbook.h"

#include "base/fd.h"
#include "base/i18n.h"
#include "read/csv.h"
#include "read/xlsx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

static const uint64_t part_bytes = UINT64_C(1) << 30, text_bytes = UINT64_C(512) << 20;

typedef struct {
    buf text;                /* lines without the empty fields at their ends */
    buf widths;              /* uint16_t: fields of each line */
    uint16_t fields, widest; /* of the line that is being written, of all */
    uint64_t numbers;
} lines;

bool looks_like_workbook(const char *head, size_t length)
{
    return length > 4 && memcmp(head, "PK\3\4", 4) == 0 && memmem(head, length, "xl/", 3) &&
           !memmem(head, length, "xl/workbook.bin", 15);
}

static assay_status fail_size(const char *what, assay_err *err)
{
    return assay_fail(err, ASSAY_LIMIT, 0, "%s has more than %llu MiB of text", what,
                      (unsigned long long)(text_bytes >> 20));
}

/* -- cells to lines ---------------------------------------------------------------------------- */

static void end_line(lines *l)
{
    buf_add(&l->widths, &l->fields, sizeof l->fields);
    buf_add_char(&l->text, '\n');
    l->widest = l->fields > l->widest ? l->fields : l->widest;
    l->fields = 0;
}

/* A line end within a cell would end the line. */
static void add_text(buf *out, const char *text)
{
    bool is_quoted = strpbrk(text, ",\"") != NULL;
    if (is_quoted)
        buf_add_char(out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            buf_add_char(out, '"');
        buf_add_char(out, *p == '\n' || *p == '\r' ? ' ' : *p);
    }
    if (is_quoted)
        buf_add_char(out, '"');
}

static assay_status put_cell(void *context, const xlsx_cell *cell, assay_err *err)
{
    lines *l = context;
    size_t row = l->widths.length / sizeof l->fields;
    if (cell->row < row || (cell->row == row && cell->column < l->fields))
        return assay_fail(err, ASSAY_FORMAT, 0,
                          "row %zu, column %zu: this cell stands behind one that follows it",
                          cell->row + 1, cell->column + 1);
    for (; row < cell->row; row++)
        end_line(l);
    for (size_t i = l->fields ? l->fields - 1u : 0; i < cell->column; i++)
        buf_add_char(&l->text, ',');
    add_text(&l->text, cell->text);
    l->fields = (uint16_t)(cell->column + 1);
    l->numbers += cell->is_number;
    if (l->text.length > text_bytes)
        return fail_size("its sheet", err);
    return l->text.failed || l->widths.failed
               ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a sheet")
               : ASSAY_OK;
}

/* -- lines to a file in memory ----------------------------------------------------------------- */

static assay_status fail_file(const char *name, assay_err *err)
{
    return assay_fail(err, ASSAY_IO, 0, "no room for the sheet of %s: %s", name, strerror(errno));
}

/* A line without cells stays empty. */
static bool write_lines(const lines *l, int file)
{
    enum { ENOUGH = 1 << 16 };
    buf piece = BUF_INIT;
    bool is_good = true;
    const char *at = buf_text(&l->text);
    const char *widths = buf_text(&l->widths);
    for (size_t i = 0; is_good && i < l->widths.length; i += sizeof l->fields) {
        uint16_t fields;
        memcpy(&fields, widths + i, sizeof fields);
        const char *end = strchr(at, '\n');
        buf_add(&piece, at, (size_t)(end - at));
        for (; fields && fields < l->widest; fields++)
            buf_add_char(&piece, ',');
        buf_add_char(&piece, '\n');
        at = end + 1;
        if (piece.length >= ENOUGH || i + sizeof l->fields == l->widths.length) {
            is_good = !piece.failed && fd_write(file, buf_text(&piece), piece.length);
            buf_clear(&piece);
        }
    }
    buf_done(&piece);
    return is_good;
}

/* -- which sheet ------------------------------------------------------------------------------- */

/* By its name or its number. */
static assay_status find_sheet(const xlsx *x, const char *name, const char *wanted, size_t *out,
                               assay_err *err)
{
    char *end;
    for (*out = 0; *out < xlsx_sheets(x); ++*out)
        if (strcasecmp(xlsx_sheet_name(x, *out), wanted) == 0)
            return ASSAY_OK;
    unsigned long number = strtoul(wanted, &end, 10);
    *out = number - 1;
    if (!*end && number >= 1 && number <= xlsx_sheets(x))
        return ASSAY_OK;
    buf all = BUF_INIT;
    for (size_t i = 0; i < xlsx_sheets(x) && i < 20; i++)
        buf_addf(&all, "%s\"%s\"", i ? ", " : "", xlsx_sheet_name(x, i));
    assay_fail(err, ASSAY_USAGE, 0, _("%s has no sheet \"%s\""), name, wanted);
    assay_hint(err, _("its sheets: %s"), buf_text(&all));
    buf_done(&all);
    return ASSAY_USAGE;
}

static void clear(lines *l)
{
    buf_clear(&l->text);
    buf_clear(&l->widths);
    l->fields = l->widest = 0;
    l->numbers = 0;
}

/* The first sheet with a few numbers, else the first with cells. */
static assay_status read_likely(xlsx *x, lines *l, size_t *sheet, assay_err *err)
{
    enum { A_FEW = 4 };
    const xlsx_taker to = {put_cell, l};
    size_t first = 0;
    assay_status status = xlsx_read_first(x, &to, &first, err);
    for (*sheet = first; status == ASSAY_OK && l->numbers < A_FEW && *sheet + 1 < xlsx_sheets(x);) {
        clear(l);
        ++*sheet;
        if (xlsx_read_first(x, &to, sheet, NULL) != ASSAY_OK)
            break;
    }
    if (status == ASSAY_OK && l->numbers < A_FEW && *sheet != first) {
        clear(l);
        *sheet = first;
        status = xlsx_read_first(x, &to, sheet, err);
    }
    return status;
}

static assay_status read_lines(source *in, xlsx *x, const char *wanted, lines *l, size_t *sheet,
                               assay_err *err)
{
    const xlsx_taker to = {put_cell, l};
    assay_status status =
        *wanted ? find_sheet(x, in->name, wanted, sheet, err) : read_likely(x, l, sheet, err);
    if (status == ASSAY_OK && *wanted)
        status = xlsx_read(x, *sheet, &to, err);
    if (status == ASSAY_OK)
        end_line(l);
    return status;
}

/* -- the door ---------------------------------------------------------------------------------- */

/* The workbook of a pipe has to be in one place first. */
static assay_status spool(source *in, int *out, assay_err *err)
{
    char piece[64 * 1024];
    size_t got = 1;
    assay_status status = ASSAY_OK;
    *out = memfd_create("workbook", MFD_CLOEXEC);
    bool is_good = *out >= 0;
    for (uint64_t all = 0; is_good && got && status == ASSAY_OK; all += got) {
        status = all > text_bytes ? fail_size(in->name, err)
                                  : source_read(in, piece, sizeof piece, &got, err);
        is_good = status != ASSAY_OK || fd_write(*out, piece, got);
    }
    if (!is_good)
        status = fail_file(in->name, err);
    if (status != ASSAY_OK && *out >= 0)
        close(*out);
    return status;
}

static assay_status open_book(source *in, xlsx **out, assay_err *err)
{
    int file = -1;
    assay_status status = ASSAY_OK;
    if (in->head_is_all)
        return xlsx_open(in->head, in->head_length, -1, in->name, part_bytes, out, err);
    if (in->is_pipe)
        status = spool(in, &file, err);
    else if ((file = fcntl(in->fd, F_DUPFD_CLOEXEC, 0)) < 0)
        status = fail_file(in->name, err);
    return status == ASSAY_OK ? xlsx_open(NULL, 0, file, in->name, part_bytes, out, err) : status;
}

static assay_status become(source *in, const lines *l, assay_err *err)
{
    if (l->widths.length / sizeof l->fields * l->widest > text_bytes)
        return fail_size(in->name, err);
    source text = {.fd = memfd_create("sheet", MFD_CLOEXEC), .name = in->name};
    if (text.fd < 0 || !write_lines(l, text.fd) || lseek(text.fd, 0, SEEK_SET) != 0) {
        assay_status status = fail_file(in->name, err);
        if (text.fd >= 0)
            close(text.fd);
        return status;
    }
    text.size = (uint64_t)lseek(text.fd, 0, SEEK_END);
    lseek(text.fd, 0, SEEK_SET);
    in->name = NULL;
    source_close(in);
    *in = text;
    return source_head(in, err);
}

static void list_sheets(const xlsx *x, workbook_sheet *out)
{
    for (out->count = 0; out->count < xlsx_sheets(x); out->count++) {
        const char *name = xlsx_sheet_name(x, out->count);
        buf_add(&out->names, name, strlen(name) + 1);
    }
}

assay_status source_from_workbook(source *in, const char *dialect, workbook_sheet *out,
                                  assay_err *err)
{
    csv_dialect given = {.sheet = ""};
    unsigned pinned = 0;
    lines l = {.text = BUF_INIT, .widths = BUF_INIT};
    xlsx *x = NULL;
    assay_status status = csv_dialect_parse(dialect ? dialect : "", &given, &pinned, err);
    if (status == ASSAY_OK)
        status = open_book(in, &x, err);
    if (status == ASSAY_OK)
        list_sheets(x, out);
    if (status == ASSAY_OK)
        status = read_lines(in, x, given.sheet, &l, &out->chosen, err);
    if (status == ASSAY_OK) {
        out->is_asked = *given.sheet;
        buf_addf(&out->dialect, "%s%sencoding=utf-8;delimiter=,", dialect ? dialect : "",
                 dialect && *dialect ? ";" : "");
        status = become(in, &l, err);
    }
    xlsx_close(x);
    buf_done(&l.text);
    buf_done(&l.widths);
    return status;
}

void workbook_sheet_done(workbook_sheet *s)
{
    buf_done(&s->names);
    buf_done(&s->dialect);
}

static assay_status open_source(const char *path, source *in, assay_err *err)
{
    assay_status status = source_open(in, path, err);
    if (status != ASSAY_OK)
        return status;
    status = source_head(in, err);
    if (status == ASSAY_OK && !looks_like_workbook(in->head, in->head_length))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("%s is no Excel workbook"), path);
    if (status != ASSAY_OK)
        source_close(in);
    return status;
}

assay_status workbook_look(const char *path, const char *dialect, workbook_sheet *out, buf *head,
                           assay_err *err)
{
    source in;
    assay_status status = open_source(path, &in, err);
    if (status != ASSAY_OK)
        return status;
    status = source_from_workbook(&in, dialect, out, err);
    if (status == ASSAY_OK)
        buf_add(head, in.head, in.head_length);
    source_close(&in);
    return status;
}

assay_status workbook_names(const char *path, workbook_sheet *out, assay_err *err)
{
    source in;
    xlsx *x = NULL;
    assay_status status = open_source(path, &in, err);
    if (status != ASSAY_OK)
        return status;
    status = open_book(&in, &x, err);
    if (status == ASSAY_OK)
        list_sheets(x, out);
    xlsx_close(x);
    source_close(&in);
    return status;
}
