/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/xml.h"

#include "base/i18n.h"

#define XML_DTD 1 /* shows the limits of amplification */
#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* expat keeps an unfinished tag and reads it again with each piece: pieces not too small. */
enum { piece_bytes = 64 * 1024 };

struct xml {
    XML_Parser parser;
    xml_events events;
    char *source;
    unsigned depth;
    uint64_t fed, heard; /* bytes given, and where the newest event was */
    bool has_failed;
    assay_err failure;
    size_t length;
    char text[XML_TEXT_MAX + 1];
};

static const char *local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void hear(xml *x)
{
    x->heard = (uint64_t)XML_GetCurrentByteIndex(x->parser);
}

void xml_fail(xml *x, assay_status code, const char *format, ...)
{
    char text[300];
    va_list args;
    if (x->has_failed)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    x->has_failed = true;
    assay_fail(&x->failure, code, 0, _("cannot read %s: line %llu: %s"), x->source,
               (unsigned long long)xml_line(x), text);
    x->failure.line = xml_line(x);
    XML_StopParser(x->parser, XML_FALSE);
}

void xml_stop(xml *x, const assay_err *why)
{
    if (x->has_failed)
        return;
    x->has_failed = true;
    x->failure = *why;
    XML_StopParser(x->parser, XML_FALSE);
}

static void on_begin(void *context, const char *name, const char **attributes)
{
    xml *x = context;
    hear(x);
    if (x->has_failed)
        return;
    if (++x->depth > XML_DEPTH) {
        xml_fail(x, ASSAY_LIMIT, "elements nested deeper than %d", XML_DEPTH);
        return;
    }
    x->length = 0;
    x->events.begin(x->events.context, local_name(name), (const char *const *)attributes);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void on_end(void *context, const char *name)
{
    xml *x = context;
    hear(x);
    if (x->has_failed)
        return;
    size_t from = 0;
    while (from < x->length && is_blank(x->text[from]))
        from++;
    while (x->length > from && is_blank(x->text[x->length - 1]))
        x->length--;
    x->text[x->length] = 0;
    x->events.end(x->events.context, local_name(name), x->text + from, x->length - from);
    x->length = 0;
    x->depth--;
}

static void on_text(void *context, const char *text, int length)
{
    xml *x = context;
    hear(x);
    size_t room = XML_TEXT_MAX - x->length, more = (size_t)length;
    while (x->length == 0 && more && is_blank(*text))
        text++, more--;
    if (more > room)
        more = room;
    memcpy(x->text + x->length, text, more);
    x->length += more;
}

static void on_other(void *context, const char *text)
{
    (void)text;
    hear(context);
}

static void on_entity(void *context, const char *name, int is_parameter, const char *value,
                      int length, const char *base, const char *system, const char *public,
                      const char *notation)
{
    (void)is_parameter, (void)value, (void)length, (void)base, (void)system, (void)public;
    (void)notation;
    xml_fail(context, ASSAY_FORMAT, "declares an entity (\"%.40s\"), which is not accepted", name);
}

assay_status xml_open(const char *source, const xml_events *events, xml **out, assay_err *err)
{
    xml *x = calloc(1, sizeof *x);
    XML_Parser parser = x ? XML_ParserCreate(NULL) : NULL;
    char *name = parser ? strdup(source) : NULL;
    if (!name) {
        if (parser)
            XML_ParserFree(parser);
        free(x);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to read %s", source);
    }
    x->parser = parser;
    x->source = name;
    x->events = *events;
    XML_SetUserData(parser, x);
    XML_SetElementHandler(parser, on_begin, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetCommentHandler(parser, on_other);
    XML_SetEntityDeclHandler(parser, on_entity);
    XML_SetBillionLaughsAttackProtectionMaximumAmplification(parser, 2.0f);
    XML_SetBillionLaughsAttackProtectionActivationThreshold(parser, 64 * 1024);
    *out = x;
    return ASSAY_OK;
}

void xml_close(xml *x)
{
    if (!x)
        return;
    XML_ParserFree(x->parser);
    free(x->source);
    free(x);
}

static assay_status fail_syntax(xml *x, assay_err *err)
{
    uint64_t line = xml_line(x);
    assay_fail(err, ASSAY_FORMAT, 0, _("cannot read %s: line %llu: %s"), x->source,
               (unsigned long long)line, XML_ErrorString(XML_GetErrorCode(x->parser)));
    if (err) {
        err->line = line;
        err->column = (uint32_t)XML_GetCurrentColumnNumber(x->parser);
    }
    return ASSAY_FORMAT;
}

static assay_status feed_piece(xml *x, const char *bytes, size_t length, bool is_last,
                               assay_err *err)
{
    x->fed += length;
    enum XML_Status status = XML_Parse(x->parser, bytes, (int)length, is_last);
    if (status == XML_STATUS_OK && !x->has_failed && x->fed - x->heard > XML_TAG_MAX)
        xml_fail(x, ASSAY_LIMIT, "one tag of more than %d bytes", XML_TAG_MAX);
    if (x->has_failed) {
        if (err)
            *err = x->failure;
        return x->failure.code;
    }
    return status == XML_STATUS_OK ? ASSAY_OK : fail_syntax(x, err);
}

assay_status xml_feed(xml *x, const char *bytes, size_t length, bool is_last, assay_err *err)
{
    assay_status status = ASSAY_OK;
    while (status == ASSAY_OK && length > piece_bytes) {
        status = feed_piece(x, bytes, piece_bytes, false, err);
        bytes += piece_bytes;
        length -= piece_bytes;
    }
    return status == ASSAY_OK ? feed_piece(x, bytes, length, is_last, err) : status;
}

uint64_t xml_line(const xml *x)
{
    return (uint64_t)XML_GetCurrentLineNumber(x->parser);
}

uint64_t xml_offset(const xml *x)
{
    return x->heard;
}

unsigned xml_depth(const xml *x)
{
    return x->depth;
}

const char *xml_attribute(const char *const *attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(local_name(*attributes), name) == 0)
            return attributes[1];
    return NULL;
}
