/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XML from strangers, element by element: expat with everything bounded.
 *
 * Names come without their prefix. A document that declares entities, nests deeper than XML_DEPTH
 * or brings a tag longer than XML_TAG_MAX is refused: no format read here needs any of them, and
 * each has been used to make a parser pay more than the sender did. */
#ifndef READ_XML_H
#define READ_XML_H

#include <assay/err.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { XML_DEPTH = 64, XML_TAG_MAX = 1 << 20, XML_TEXT_MAX = 4096 };

typedef struct xml xml;
typedef struct {
    /* `attributes`: name, value, name, value ..., NULL; live during the call. */
    void (*begin)(void *context, const char *name, const char *const *attributes);
    /* `text`: what stood in the element behind its last child, blanks trimmed at both ends,
     * NUL-terminated, cut at XML_TEXT_MAX. */
    void (*end)(void *context, const char *name, const char *text, size_t length);
    void *context;
} xml_events;

/* `source`: how messages call the document. */
ASSAY_MUST_USE assay_status xml_open(const char *source, const xml_events *events, xml **out,
                                     assay_err *err);
void xml_close(xml *x); /* accepts NULL */
ASSAY_MUST_USE assay_status xml_feed(xml *x, const char *bytes, size_t length, bool is_last,
                                     assay_err *err);
/* From within an event: no more events, xml_feed fails with this message. */
void xml_fail(xml *x, assay_status code, const char *format, ...) ASSAY_PRINTF(3, 4);
void xml_stop(xml *x, const assay_err *why); /* the same with an error that stands already */
/* Of the event being told. */
uint64_t xml_line(const xml *x);
uint64_t xml_offset(const xml *x);
unsigned xml_depth(const xml *x); /* the root element is 1 */

const char *xml_attribute(const char *const *attributes, const char *name); /* NULL: not there */

#endif
