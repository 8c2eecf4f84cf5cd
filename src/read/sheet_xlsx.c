/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first sheet of an XLSX file (ECMA-376): a zip of XML. Texts stand once in sharedStrings.xml, and
 * cells name them by number. Each part is unpacked as it is read, up to a limit, whatever the zip
 * says its size is. A number that Excel wrote with 17 digits (9.9000000000000004) is the one with 15
 * that people typed. */
#include "base/buf.h"
#include "read/sheet.h"
#include "read/xml.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum { PART_BYTES = 64 << 20, PIECE = 64 * 1024, TEXTS_MAX = 1 << 20, NAME_MAX_BYTES = 300 };

typedef struct {
    zip_t *zip;
    const char *name;
    sheet *out;
    xml *parser;
    assay_err *err;
    /* shared texts, in the sheet's memory */
    const char **texts;
    size_t text_count, text_room;
    buf text; /* of the item or cell that is being read */
    bool in_phonetic;
    /* workbook and relations */
    char first_id[80], target[NAME_MAX_BYTES];
    /* cells */
    size_t row, column;
    char kind[16], value[XML_TEXT_MAX + 1];
    bool is_inline;
} book;

/* -- parts ----------------------------------------------------------------------------------------- */

/* ASSAY_NOT_FOUND, err untouched: there is no such part. */
static assay_status read_part(book *b, const char *part, const xml_events *events)
{
    char piece[PIECE];
    zip_file_t *f = zip_fopen(b->zip, part, 0);
    uint64_t total = 0;
    zip_int64_t n = 0;
    if (!f)
        return ASSAY_NOT_FOUND;
    assay_status status = xml_open(part, events, &b->parser, b->err);
    while (status == ASSAY_OK && (n = zip_fread(f, piece, sizeof piece)) > 0) {
        total += (uint64_t)n;
        if (total > PART_BYTES)
            status = assay_fail(b->err, ASSAY_LIMIT, 0, "%s: %s unpacks to more than %d MiB", b->name,
                                part, PART_BYTES >> 20);
        else
            status = xml_feed(b->parser, piece, (size_t)n, false, b->err);
    }
    if (status == ASSAY_OK && n < 0)
        status = assay_fail(b->err, ASSAY_FORMAT, 0, "%s: %s cannot be unpacked", b->name, part);
    if (status == ASSAY_OK)
        status = xml_feed(b->parser, "", 0, true, b->err);
    xml_close(b->parser);
    b->parser = NULL;
    zip_fclose(f);
    return status;
}

static void no_end(void *context, const char *name, const char *text, size_t length)
{
    (void)context, (void)name, (void)text, (void)length;
}

/* -- shared texts ---------------------------------------------------------------------------------- */

static void text_begin(void *context, const char *name, const char *const *attributes)
{
    book *b = context;
    (void)attributes;
    if (strcmp(name, "si") == 0)
        buf_clear(&b->text);
    else if (strcmp(name, "rPh") == 0)
        b->in_phonetic = true;
}

static void keep_text(book *b)
{
    if (b->text_count == TEXTS_MAX) {
        xml_fail(b->parser, ASSAY_LIMIT, "more than %d texts", TEXTS_MAX);
        return;
    }
    if (b->text_count == b->text_room) {
        size_t room = b->text_room ? 2 * b->text_room : 256;
        const char **grown = realloc(b->texts, room * sizeof *grown);
        if (!grown) {
            xml_fail(b->parser, ASSAY_MEMORY, "no memory for its texts");
            return;
        }
        b->texts = grown;
        b->text_room = room;
    }
    const char *kept = arena_text(&b->out->memory, buf_text(&b->text), b->text.length);
    if (!kept || b->text.failed)
        xml_fail(b->parser, ASSAY_MEMORY, "no memory for its texts");
    else
        b->texts[b->text_count++] = kept;
}

static void text_end(void *context, const char *name, const char *text, size_t length)
{
    book *b = context;
    if (strcmp(name, "rPh") == 0)
        b->in_phonetic = false;
    else if (strcmp(name, "t") == 0 && !b->in_phonetic)
        buf_add(&b->text, text, length);
    else if (strcmp(name, "si") == 0)
        keep_text(b);
}

/* -- which sheet is the first ---------------------------------------------------------------------- */

static void workbook_begin(void *context, const char *name, const char *const *attributes)
{
    book *b = context;
    const char *id = strcmp(name, "sheet") == 0 && !*b->first_id ? xml_attribute(attributes, "id") : NULL;
    if (id)
        snprintf(b->first_id, sizeof b->first_id, "%s", id);
}

static void relation_begin(void *context, const char *name, const char *const *attributes)
{
    book *b = context;
    const char *id = strcmp(name, "Relationship") == 0 ? xml_attribute(attributes, "Id") : NULL;
    const char *target = xml_attribute(attributes, "Target");
    if (!id || !target || strcmp(id, b->first_id) != 0)
        return;
    snprintf(b->target, sizeof b->target, *target == '/' ? "%s" : "xl/%s", target + (*target == '/'));
}

/* -- cells ----------------------------------------------------------------------------------------- */

/* "AB12" -> 11, 27. Where a cell does not say, it stands behind the one before. */
static void take_place(book *b, const char *place)
{
    size_t column = 0, row = 0;
    const char *p = place ? place : "";
    for (; *p >= 'A' && *p <= 'Z' && column < 100000; p++)
        column = column * 26 + (size_t)(*p - 'A') + 1;
    for (; *p >= '0' && *p <= '9' && row < 10000000; p++)
        row = row * 10 + (size_t)(*p - '0');
    if (column && row) {
        b->column = column - 1;
        b->row = row - 1;
    }
}

static void cell_begin(void *context, const char *name, const char *const *attributes)
{
    book *b = context;
    const char *number = strcmp(name, "row") == 0 ? xml_attribute(attributes, "r") : NULL;
    if (strcmp(name, "row") == 0) {
        b->row = number ? (size_t)strtoull(number, NULL, 10) - 1 : b->row + 1;
        b->column = (size_t)-1;
    } else if (strcmp(name, "c") == 0) {
        const char *kind = xml_attribute(attributes, "t");
        snprintf(b->kind, sizeof b->kind, "%s", kind ? kind : "n");
        b->column++;
        take_place(b, xml_attribute(attributes, "r"));
        b->value[0] = 0;
        buf_clear(&b->text);
    } else if (strcmp(name, "rPh") == 0)
        b->in_phonetic = true;
}

static const char *number_text(const char *value, char room[static 40])
{
    char *end;
    size_t digits = 0;
    for (const char *p = value; *p && *p != 'e' && *p != 'E'; p++)
        digits += *p >= '0' && *p <= '9';
    double x = strtod(value, &end);
    if (*end || !isfinite(x) || digits <= 15)
        return value;
    snprintf(room, 40, "%.15g", x);
    return room;
}

static void put_cell(book *b)
{
    char room[40];
    assay_err err;
    const char *text = b->value;
    if (strcmp(b->kind, "s") == 0) {
        size_t i = (size_t)strtoull(b->value, NULL, 10);
        text = i < b->text_count ? b->texts[i] : "";
    } else if (strcmp(b->kind, "inlineStr") == 0)
        text = buf_text(&b->text);
    else if (strcmp(b->kind, "n") == 0)
        text = number_text(b->value, room);
    else if (strcmp(b->kind, "e") == 0)
        text = "";
    if (sheet_put(b->out, b->row, b->column, text, strlen(text), &err) != ASSAY_OK)
        xml_stop(b->parser, &err);
}

static void cell_end(void *context, const char *name, const char *text, size_t length)
{
    book *b = context;
    if (strcmp(name, "v") == 0)
        snprintf(b->value, sizeof b->value, "%s", text);
    else if (strcmp(name, "rPh") == 0)
        b->in_phonetic = false;
    else if (strcmp(name, "t") == 0 && !b->in_phonetic)
        buf_add(&b->text, text, length);
    else if (strcmp(name, "c") == 0)
        put_cell(b);
}

/* -- the whole ------------------------------------------------------------------------------------- */

static assay_status read_book(book *b)
{
    const xml_events texts = {text_begin, text_end, b}, sheets = {workbook_begin, no_end, b},
                     relations = {relation_begin, no_end, b}, cells = {cell_begin, cell_end, b};
    assay_status status = read_part(b, "xl/workbook.xml", &sheets);
    if (status == ASSAY_NOT_FOUND)
        return assay_fail(b->err, ASSAY_FORMAT, 0, "%s is a zip file, but no XLSX workbook", b->name);
    if (status == ASSAY_OK)
        status = read_part(b, "xl/_rels/workbook.xml.rels", &relations);
    if (status == ASSAY_OK || status == ASSAY_NOT_FOUND)
        status = read_part(b, "xl/sharedStrings.xml", &texts);
    if (status == ASSAY_OK || status == ASSAY_NOT_FOUND)
        status = read_part(b, *b->target ? b->target : "xl/worksheets/sheet1.xml", &cells);
    if (status == ASSAY_NOT_FOUND)
        return assay_fail(b->err, ASSAY_FORMAT, 0, "%s has no sheet with cells", b->name);
    return status;
}

assay_status sheet_read_xlsx(const char *bytes, size_t length, const char *name, sheet *s, assay_err *err)
{
    zip_error_t fault;
    assay_err own;
    book b = {.name = name, .out = s, .err = err ? err : &own, .row = (size_t)-1};
    zip_error_init(&fault);
    zip_source_t *source = zip_source_buffer_create(bytes, length, 0, &fault);
    b.zip = source ? zip_open_from_source(source, ZIP_RDONLY, &fault) : NULL;
    assay_status status = b.zip ? read_book(&b)
                                : assay_fail(err, ASSAY_FORMAT, 0, "%s is a damaged zip file: %s", name,
                                             zip_error_strerror(&fault));
    if (b.zip)
        zip_discard(b.zip);
    else if (source)
        zip_source_free(source);
    zip_error_fini(&fault);
    free(b.texts);
    buf_done(&b.text);
    return status;
}
