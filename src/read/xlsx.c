/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A workbook is a zip of XML. Texts stand once in sharedStrings.xml, and cells name them by number;
 * how a number is shown, and so whether it is a date, stands in styles.xml. Each part is unpacked
 * as it is read, up to a limit, whatever the zip says its size is. */
#include "read/xlsx.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "read/xlsx_style.h"
#include "read/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

enum {
    PIECE = 64 * 1024,
    TEXTS_MAX = 4 << 20,
    STYLES_MAX = 64 * 1024,
    TARGET_MAX = 300,
    CELL_BYTES = 128 * 1024,
    TEXT_BYTES = 512 << 20
};

typedef struct {
    const char *name;
    char id[80], target[TARGET_MAX];
    bool is_hidden;
} one_sheet;

struct xlsx {
    zip_t *zip;
    const char *name;
    uint64_t part_bytes;
    arena memory;
    xml *parser;
    assay_err *err;
    const char **texts;
    size_t text_count, text_room, text_bytes;
    buf text; /* of the item or cell that is being read */
    bool in_phonetic;
    /* workbook and relations */
    one_sheet sheets[XLSX_SHEETS];
    size_t sheet_count;
    bool is_1904;
    /* styles: by the number of a format, and by that of a cell's style */
    xlsx_style *formats, *styles;
    size_t style_count;
    bool in_formats, in_styles;
    /* cells */
    const xlsx_taker *to;
    size_t row, column;
    char kind[16], value[XML_TEXT_MAX + 1];
    xlsx_style style;
    bool has_cells;
};

/* -- parts ------------------------------------------------------------------------------------- */

/* ASSAY_NOT_FOUND, err untouched: there is no such part. */
static assay_status read_part(xlsx *x, const char *part, const xml_events *events)
{
    char piece[PIECE];
    zip_file_t *f = zip_fopen(x->zip, part, 0);
    uint64_t total = 0;
    zip_int64_t n = 0;
    if (!f)
        return ASSAY_NOT_FOUND;
    assay_status status = xml_open(part, events, &x->parser, x->err);
    while (status == ASSAY_OK && (n = zip_fread(f, piece, sizeof piece)) > 0) {
        total += (uint64_t)n;
        if (total > x->part_bytes)
            status = assay_fail(x->err, ASSAY_LIMIT, 0, "%s: %s unpacks to more than %llu MiB",
                                x->name, part, (unsigned long long)(x->part_bytes >> 20));
        else
            status = xml_feed(x->parser, piece, (size_t)n, false, x->err);
    }
    if (status == ASSAY_OK && n < 0)
        status = assay_fail(x->err, ASSAY_FORMAT, 0, "%s: %s cannot be unpacked", x->name, part);
    if (status == ASSAY_OK)
        status = xml_feed(x->parser, "", 0, true, x->err);
    xml_close(x->parser);
    x->parser = NULL;
    zip_fclose(f);
    return status;
}

static void no_end(void *context, const char *name, const char *text, size_t length)
{
    (void)context, (void)name, (void)text, (void)length;
}

/* -- shared texts ------------------------------------------------------------------------------ */

/* A cell holds at most 32,767 characters. */
static void add_text(xlsx *x, const char *text, size_t length)
{
    if (x->text.length + length > CELL_BYTES)
        xml_fail(x->parser, ASSAY_LIMIT, "a text of more than %d KiB", CELL_BYTES >> 10);
    else
        buf_add(&x->text, text, length);
}

static void text_begin(void *context, const char *name, const char *const *attributes)
{
    xlsx *x = context;
    (void)attributes;
    if (strcmp(name, "si") == 0)
        buf_clear(&x->text);
    else if (strcmp(name, "rPh") == 0)
        x->in_phonetic = true;
}

static void keep_text(xlsx *x)
{
    x->text_bytes += x->text.length;
    if (x->text_count == TEXTS_MAX || x->text_bytes > TEXT_BYTES) {
        xml_fail(x->parser, ASSAY_LIMIT, "more than %d texts, or than %d MiB of them", TEXTS_MAX,
                 TEXT_BYTES >> 20);
        return;
    }
    if (x->text_count == x->text_room) {
        size_t room = x->text_room ? 2 * x->text_room : 256;
        const char **grown = realloc(x->texts, room * sizeof *grown);
        if (!grown) {
            xml_fail(x->parser, ASSAY_MEMORY, "no memory for its texts");
            return;
        }
        x->texts = grown;
        x->text_room = room;
    }
    const char *kept = arena_text(&x->memory, buf_text(&x->text), x->text.length);
    if (!kept || x->text.failed)
        xml_fail(x->parser, ASSAY_MEMORY, "no memory for its texts");
    else
        x->texts[x->text_count++] = kept;
}

static void text_end(void *context, const char *name, const char *text, size_t length)
{
    xlsx *x = context;
    if (strcmp(name, "rPh") == 0)
        x->in_phonetic = false;
    else if (strcmp(name, "t") == 0 && !x->in_phonetic)
        add_text(x, text, length);
    else if (strcmp(name, "si") == 0)
        keep_text(x);
}

/* -- which sheets there are -------------------------------------------------------------------- */

static void workbook_begin(void *context, const char *name, const char *const *attributes)
{
    xlsx *x = context;
    const char *of_1904 = xml_attribute(attributes, "date1904");
    if (strcmp(name, "workbookPr") == 0)
        x->is_1904 = of_1904 && (strcmp(of_1904, "1") == 0 || strcmp(of_1904, "true") == 0);
    const char *id = strcmp(name, "sheet") == 0 ? xml_attribute(attributes, "id") : NULL;
    if (!id || x->sheet_count == XLSX_SHEETS)
        return;
    one_sheet *sheet = &x->sheets[x->sheet_count++];
    const char *title = xml_attribute(attributes, "name"),
               *state = xml_attribute(attributes, "state");
    snprintf(sheet->id, sizeof sheet->id, "%s", id);
    sheet->is_hidden = state && strcmp(state, "visible") != 0;
    sheet->name = arena_text(&x->memory, title ? title : "", title ? strlen(title) : 0);
    if (!sheet->name)
        xml_fail(x->parser, ASSAY_MEMORY, "no memory for its sheets");
}

static void relation_begin(void *context, const char *name, const char *const *attributes)
{
    xlsx *x = context;
    const char *id = strcmp(name, "Relationship") == 0 ? xml_attribute(attributes, "Id") : NULL;
    const char *target = xml_attribute(attributes, "Target");
    for (size_t i = 0; id && target && i < x->sheet_count; i++)
        if (strcmp(id, x->sheets[i].id) == 0)
            snprintf(x->sheets[i].target, TARGET_MAX, *target == '/' ? "%s" : "xl/%s",
                     target + (*target == '/'));
}

/* Hidden sheets go, unless there are no others. */
static void drop_hidden(xlsx *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->sheet_count; i++)
        if (!x->sheets[i].is_hidden)
            x->sheets[n++] = x->sheets[i];
    x->sheet_count = n ? n : x->sheet_count;
}

/* -- how numbers are shown --------------------------------------------------------------------- */

static void styles_begin(void *context, const char *name, const char *const *attributes)
{
    xlsx *x = context;
    const char *number = xml_attribute(attributes, "numFmtId"),
               *code = xml_attribute(attributes, "formatCode");
    unsigned long n = number ? strtoul(number, NULL, 10) : 0;
    x->in_formats |= strcmp(name, "numFmts") == 0;
    x->in_styles |= strcmp(name, "cellXfs") == 0;
    if (x->in_formats && code && n < STYLES_MAX && strcmp(name, "numFmt") == 0)
        x->formats[n] = xlsx_style_of_code(code);
    if (x->in_styles && x->style_count < STYLES_MAX && strcmp(name, "xf") == 0)
        x->styles[x->style_count++] = n < STYLES_MAX ? x->formats[n] : (xlsx_style){0};
}

static void styles_end(void *context, const char *name, const char *text, size_t length)
{
    xlsx *x = context;
    (void)text, (void)length;
    x->in_formats &= strcmp(name, "numFmts") != 0;
    x->in_styles &= strcmp(name, "cellXfs") != 0;
}

static assay_status read_styles(xlsx *x)
{
    const xml_events events = {styles_begin, styles_end, x};
    x->formats = arena_array(&x->memory, xlsx_style, STYLES_MAX);
    x->styles = arena_array(&x->memory, xlsx_style, STYLES_MAX);
    if (!x->formats || !x->styles)
        return assay_fail(x->err, ASSAY_MEMORY, 0, "no memory for the styles of %s", x->name);
    for (uint32_t n = 0; n < 164; n++) /* those that stand in no file */
        x->formats[n] = xlsx_style_of_number(n);
    assay_status status = read_part(x, "xl/styles.xml", &events);
    return status == ASSAY_NOT_FOUND ? ASSAY_OK : status;
}

/* -- cells ------------------------------------------------------------------------------------- */

/* "AB12" -> 11, 27. Where a cell does not say, it stands behind the one before. */
static void take_place(xlsx *x, const char *place)
{
    size_t column = 0, row = 0;
    const char *p = place ? place : "";
    for (; *p >= 'A' && *p <= 'Z' && column < 100000; p++)
        column = column * 26 + (size_t)(*p - 'A') + 1;
    for (; *p >= '0' && *p <= '9' && row < 10000000; p++)
        row = row * 10 + (size_t)(*p - '0');
    if (column && row) {
        x->column = column - 1;
        x->row = row - 1;
    }
}

static void cell_begin(void *context, const char *name, const char *const *attributes)
{
    xlsx *x = context;
    const char *number = strcmp(name, "row") == 0 ? xml_attribute(attributes, "r") : NULL;
    if (strcmp(name, "row") == 0) {
        x->row = number ? (size_t)strtoull(number, NULL, 10) - 1 : x->row + 1;
        x->column = (size_t)-1;
    } else if (strcmp(name, "c") == 0) {
        const char *kind = xml_attribute(attributes, "t"), *style = xml_attribute(attributes, "s");
        unsigned long n = style ? strtoul(style, NULL, 10) : 0;
        x->style = n < x->style_count ? x->styles[n] : (xlsx_style){0};
        snprintf(x->kind, sizeof x->kind, "%s", kind ? kind : "n");
        x->column++;
        take_place(x, xml_attribute(attributes, "r"));
        x->value[0] = 0;
        buf_clear(&x->text);
    } else if (strcmp(name, "rPh") == 0)
        x->in_phonetic = true;
}

static void put_cell(xlsx *x)
{
    char room[XLSX_TEXT];
    assay_err err;
    const char *text = x->value;
    if (strcmp(x->kind, "s") == 0) {
        size_t i = (size_t)strtoull(x->value, NULL, 10);
        text = i < x->text_count ? x->texts[i] : "";
    } else if (strcmp(x->kind, "inlineStr") == 0)
        text = buf_text(&x->text);
    else if (strcmp(x->kind, "n") == 0)
        text = xlsx_number_text(x->value, x->style, x->is_1904, room);
    const xlsx_cell cell = {.row = x->row,
                            .column = x->column,
                            .text = text,
                            .is_error = strcmp(x->kind, "e") == 0,
                            .is_number = strcmp(x->kind, "n") == 0 && !x->style.has_date &&
                                         !x->style.has_clock};
    if (!*text)
        return;
    x->has_cells = true;
    if (x->row >= XLSX_ROWS || x->column >= XLSX_COLUMNS)
        xml_fail(x->parser, ASSAY_LIMIT,
                 "row %zu, column %zu: a sheet has at most %d rows and %d columns", x->row + 1,
                 x->column + 1, XLSX_ROWS, XLSX_COLUMNS);
    else if (x->to->put(x->to->context, &cell, &err) != ASSAY_OK)
        xml_stop(x->parser, &err);
}

static void cell_end(void *context, const char *name, const char *text, size_t length)
{
    xlsx *x = context;
    if (strcmp(name, "v") == 0)
        snprintf(x->value, sizeof x->value, "%s", text);
    else if (strcmp(name, "rPh") == 0)
        x->in_phonetic = false;
    else if (strcmp(name, "t") == 0 && !x->in_phonetic)
        add_text(x, text, length);
    else if (strcmp(name, "c") == 0)
        put_cell(x);
}

/* -- the whole --------------------------------------------------------------------------------- */

static assay_status read_book(xlsx *x)
{
    const xml_events texts = {text_begin, text_end, x}, sheets = {workbook_begin, no_end, x},
                     relations = {relation_begin, no_end, x};
    assay_status status = read_part(x, "xl/workbook.xml", &sheets);
    if (status == ASSAY_NOT_FOUND)
        return assay_fail(x->err, ASSAY_FORMAT, 0, "%s is a zip file, but no XLSX workbook",
                          x->name);
    if (status == ASSAY_OK)
        status = read_part(x, "xl/_rels/workbook.xml.rels", &relations);
    if (status == ASSAY_OK || status == ASSAY_NOT_FOUND)
        status = read_part(x, "xl/sharedStrings.xml", &texts);
    if (status == ASSAY_OK || status == ASSAY_NOT_FOUND)
        status = read_styles(x);
    drop_hidden(x);
    return status;
}

static zip_t *open_zip(const void *bytes, size_t length, int file, zip_error_t *fault)
{
    int code = 0;
    if (!bytes) {
        zip_t *zip = zip_fdopen(file, 0, &code);
        if (!zip) {
            close(file);
            zip_error_init_with_code(fault, code);
        }
        return zip;
    }
    zip_source_t *source = zip_source_buffer_create(bytes, length, 0, fault);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, fault) : NULL;
    if (source && !zip)
        zip_source_free(source);
    return zip;
}

assay_status xlsx_open(const void *bytes, size_t length, int file, const char *name,
                       uint64_t part_bytes, xlsx **out, assay_err *err)
{
    zip_error_t fault;
    assay_err own;
    xlsx *x = calloc(1, sizeof *x);
    zip_error_init(&fault);
    zip_t *zip = x ? open_zip(bytes, length, file, &fault) : NULL;
    if (!x) {
        if (!bytes)
            close(file);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to read %s", name);
    }
    *x = (xlsx){.zip = zip, .name = name, .part_bytes = part_bytes, .err = err ? err : &own};
    arena_init(&x->memory);
    assay_status status =
        zip ? read_book(x)
            : assay_fail(err, ASSAY_FORMAT, 0, _("%s is a damaged workbook, or a part of one: %s"),
                         name, zip_error_strerror(&fault));
    zip_error_fini(&fault);
    x->err = NULL;
    if (status == ASSAY_OK)
        *out = x;
    else
        xlsx_close(x);
    return status;
}

void xlsx_close(xlsx *x)
{
    if (!x)
        return;
    if (x->zip)
        zip_discard(x->zip);
    free(x->texts);
    buf_done(&x->text);
    arena_done(&x->memory);
    free(x);
}

size_t xlsx_sheets(const xlsx *x)
{
    return x->sheet_count;
}

const char *xlsx_sheet_name(const xlsx *x, size_t sheet)
{
    return x->sheets[sheet].name;
}

/* ASSAY_NOT_FOUND, err untouched: there are no cells. */
static assay_status read_cells(xlsx *x, size_t sheet, const xlsx_taker *to, assay_err *err)
{
    const xml_events cells = {cell_begin, cell_end, x};
    assay_err own;
    const char *target = x->sheets[sheet].target;
    x->err = err ? err : &own;
    x->to = to;
    x->row = (size_t)-1;
    x->has_cells = false;
    assay_status status = read_part(x, *target ? target : "xl/worksheets/sheet1.xml", &cells);
    x->err = NULL;
    return status == ASSAY_OK && !x->has_cells ? ASSAY_NOT_FOUND : status;
}

assay_status xlsx_read(xlsx *x, size_t sheet, const xlsx_taker *to, assay_err *err)
{
    assay_status status = read_cells(x, sheet, to, err);
    return status != ASSAY_NOT_FOUND
               ? status
               : assay_fail(err, ASSAY_FORMAT, 0, _("%s has no cells in its sheet \"%s\""), x->name,
                            x->sheets[sheet].name);
}

assay_status xlsx_read_first(xlsx *x, const xlsx_taker *to, size_t *sheet, assay_err *err)
{
    for (; *sheet < x->sheet_count; ++*sheet) {
        assay_status status = read_cells(x, *sheet, to, err);
        if (status != ASSAY_NOT_FOUND)
            return status;
    }
    return assay_fail(err, ASSAY_FORMAT, 0, _("%s has no sheet with cells"), x->name);
}
