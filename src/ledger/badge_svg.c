/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A credential in an SVG: an element openbadges:credential right behind the start of <svg>, a JWS
 * in its attribute `verify`, JSON as its content. */
#include "ledger/badge.h"

#include "ledger/jwt.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#define SVG_NS   "http://www.w3.org/2000/svg"
#define BADGE_NS "https://purl.imsglobal.org/ob/v3p0"
enum { DEPTH_MAX = 200 };

typedef struct {
    XML_Parser parser;
    int depth, inside;                 /* inside: depth of the credential's element, 0: not in it */
    bool is_svg, has_prefix, is_taken; /* the prefix openbadges; by another namespace */
    size_t tag_end;                    /* behind <svg ...> */
    size_t from, to;                   /* the credential's element, in bytes */
    unsigned count;
    buf text;
    assay_status status;
} scan;

static void stop(scan *s, assay_status status)
{
    s->status = status;
    XML_StopParser(s->parser, XML_FALSE);
}

static void note_prefix(void *context, const char *prefix, const char *uri)
{
    scan *s = context;
    if (s->depth || !prefix || strcmp(prefix, "openbadges") != 0)
        return;
    s->has_prefix = uri && strcmp(uri, BADGE_NS) == 0;
    s->is_taken = !s->has_prefix;
}

static size_t here(const scan *s)
{
    return (size_t)XML_GetCurrentByteIndex(s->parser);
}

static void begin_element(void *context, const char *name, const char **attributes)
{
    scan *s = context;
    if (++s->depth > DEPTH_MAX) {
        stop(s, ASSAY_LIMIT);
        return;
    }
    if (s->depth == 1) {
        s->is_svg = strcmp(name, SVG_NS "|svg") == 0;
        s->tag_end = here(s) + (size_t)XML_GetCurrentByteCount(s->parser);
    }
    if (strcmp(name, BADGE_NS "|credential") != 0)
        return;
    s->count++;
    s->inside = s->depth;
    s->from = here(s);
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], "verify") == 0)
            buf_add_text(&s->text, attributes[i + 1]);
}

static void end_element(void *context, const char *name)
{
    scan *s = context;
    (void)name;
    if (s->inside == s->depth) {
        size_t count = (size_t)XML_GetCurrentByteCount(s->parser);
        s->inside = 0;
        s->to = here(s) + count; /* of <x/> expat counts nothing here: mended by its caller */
    }
    s->depth--;
}

static void take_text(void *context, const char *text, int length)
{
    scan *s = context;
    if (s->inside == s->depth) /* never 0 here: outside the root stands no text */
        buf_add(&s->text, text, (size_t)length);
}

/* Entities would let a small file grow without end; a picture needs none. */
static void refuse_doctype(void *context, const char *name, const char *system, const char *public,
                           int has_internal)
{
    (void)name, (void)system, (void)public;
    if (has_internal)
        stop(context, ASSAY_UNSUPPORTED);
}

/* Without memory expat may say that the text is wrong ("unbound prefix"). */
static _Thread_local bool is_short;

static void *watched(void *p)
{
    is_short |= !p;
    return p;
}

static void *take(size_t n)
{
    return watched(malloc(n));
}

static void *take_again(void *p, size_t n)
{
    return watched(realloc(p, n));
}

static const XML_Memory_Handling_Suite memory = {take, take_again, free};

static assay_status told(scan *s, enum XML_Status result, assay_err *err)
{
    if (s->status == ASSAY_UNSUPPORTED)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0,
                          "an SVG with declarations of its own is not read");
    if (s->status)
        return assay_fail(err, s->status, 0, "the SVG is nested deeper than %d", DEPTH_MAX);
    if (result != XML_STATUS_OK && is_short)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an SVG");
    if (result != XML_STATUS_OK)
        return assay_fail(err, ASSAY_FORMAT, 0, "the SVG is not well-formed: line %lu: %s",
                          XML_GetCurrentLineNumber(s->parser),
                          XML_ErrorString(XML_GetErrorCode(s->parser)));
    if (!s->is_svg)
        return assay_fail(err, ASSAY_FORMAT, 0, "the XML is no SVG");
    if (s->count > 1)
        return assay_fail(err, ASSAY_CONFLICT, 0, "the SVG carries two credentials");
    return s->text.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a credential")
                          : ASSAY_OK;
}

/* s->text is to be released in any case. */
static assay_status scan_svg(const char *svg, size_t length, scan *s, assay_err *err)
{
    *s = (scan){0};
    if (length > BADGE_PICTURE_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a picture of %zu bytes; at most %d are read",
                          length, BADGE_PICTURE_MAX);
    is_short = false;
    s->parser = XML_ParserCreate_MM("UTF-8", &memory, "|");
    if (!s->parser)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for an SVG");
    XML_SetUserData(s->parser, s);
    XML_SetElementHandler(s->parser, begin_element, end_element);
    XML_SetCharacterDataHandler(s->parser, take_text);
    XML_SetStartNamespaceDeclHandler(s->parser, note_prefix);
    XML_SetStartDoctypeDeclHandler(s->parser, refuse_doctype);
    enum XML_Status result = XML_Parse(s->parser, svg, (int)length, 1);
    assay_status status = told(s, result, err);
    XML_ParserFree(s->parser);
    s->parser = NULL;
    return status;
}

bool badge_is_svg(const char *text, size_t length)
{
    size_t n = length < 4096 ? length : 4096, i = 0;
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < n && strchr(" \t\r\n", text[i]) && text[i])
        i++;
    return i < n && text[i] == '<' && memmem(text, n, "<svg", 4);
}

/* -- baking --------------------------------------------------------------------------------- */

/* In CDATA; "]]>", which could only stand in a JSON string, with an escape. */
static void add_json(buf *out, const char *text, size_t length)
{
    buf_add_text(out, "<openbadges:credential><![CDATA[");
    for (size_t i = 0; i < length; i++)
        if (length - i >= 3 && memcmp(text + i, "]]>", 3) == 0) {
            buf_add_text(out, "]]\\u003e");
            i += 2;
        } else {
            buf_add_char(out, text[i]);
        }
    buf_add_text(out, "]]></openbadges:credential>");
}

static void add_credential(buf *out, const char *text, size_t length)
{
    if (!jws_is(text, length)) {
        add_json(out, text, length);
        return;
    }
    buf_add_text(out, "<openbadges:credential verify=\"");
    buf_add(out, text, length);
    buf_add_text(out, "\"/>");
}

/* Where an element that was found ends: expat gives no length for the end of <x/>. */
static size_t element_end(const char *svg, size_t length, const scan *s)
{
    size_t to = s->to;
    while (to < length && to > 0 && svg[to - 1] != '>')
        to++;
    return to;
}

assay_status badge_bake_svg(const char *svg, size_t svg_length, const char *text, size_t length,
                            buf *out, assay_err *err)
{
    scan s;
    assay_status status = scan_svg(svg, svg_length, &s, err);
    buf_done(&s.text);
    if (status)
        return status;
    size_t tag = s.tag_end - 1, rest = s.tag_end;
    if (svg[tag - 1] == '/')
        return assay_fail(err, ASSAY_FORMAT, 0, "the SVG is empty");
    if (s.is_taken)
        return assay_fail(err, ASSAY_CONFLICT, 0, "the SVG uses the prefix openbadges otherwise");
    buf_add(out, svg, tag);
    if (!s.has_prefix)
        buf_add_text(out, " xmlns:openbadges=\"" BADGE_NS "\"");
    buf_add_char(out, '>');
    add_credential(out, text, length);
    if (s.count) {
        size_t end = element_end(svg, svg_length, &s);
        buf_add(out, svg + rest, s.from - rest);
        rest = end;
    }
    buf_add(out, svg + rest, svg_length - rest);
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a picture") : ASSAY_OK;
}

assay_status badge_unbake_svg(const char *svg, size_t length, buf *out, assay_err *err)
{
    scan s;
    assay_status status = scan_svg(svg, length, &s, err);
    if (!status && (!s.count || !s.text.length))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "the SVG carries no credential");
    if (!status) {
        buf_add(out, s.text.data, s.text.length);
        if (out->failed)
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a credential");
    }
    buf_done(&s.text);
    return status;
}
