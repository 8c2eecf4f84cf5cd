/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents of an MTConnect agent (versions 1.3 to 2.x), and the parts of its streams.
 *
 * Streams, Devices and Error documents are told apart by their root. Numbers are not converted;
 * what unit a data item has stands in the Devices document. */
#ifndef READ_MTCONNECT_H
#define READ_MTCONNECT_H

#include <assay/err.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MTCONNECT_DOCUMENT_MAX = 16 << 20 };

typedef struct {
    uint64_t instance, first, next; /* instanceId, firstSequence, nextSequence; 0: not there */
} mtconnect_header;

/* Texts live during the call. */
typedef struct {
    const char *item;  /* dataItemId */
    const char *value; /* as written; "" when there is none */
    bool is_available; /* false: the agent says UNAVAILABLE */
    bool is_series;    /* several values of a stretch of time */
    uint64_t sequence; /* 0: not given */
    int64_t time;      /* UTC ns; TIME_NONE: none, or not readable */
    uint64_t line;
} mtconnect_observation;

/* Any may be NULL. */
typedef struct {
    void (*header)(void *context, const mtconnect_header *header);
    void (*observation)(void *context, const mtconnect_observation *o);
    void (*item)(void *context, const char *item, const char *units); /* of a Devices document */
    void (*error)(void *context, const char *code, const char *text); /* of an Error document */
    void *context;
} mtconnect_events;

/* One whole document. `source`: how messages call it. */
ASSAY_MUST_USE assay_status mtconnect_read(const char *source, const char *document, size_t length,
                                           const mtconnect_events *events, assay_err *err);

/* -- multipart/mixed ------------------------------------------------------------------------ */

/* The body of an answer of that type, piece by piece -> its parts. */
typedef struct mtconnect_parts mtconnect_parts;
/* false: stop, mtconnect_parts_take fails with ASSAY_STOPPED */
typedef bool mtconnect_part(void *context, const char *part, size_t length);
/* `content_type`: the header's value. ASSAY_FORMAT: it names no boundary. */
ASSAY_MUST_USE assay_status mtconnect_parts_new(const char *content_type, mtconnect_part *part,
                                                void *context, mtconnect_parts **out,
                                                assay_err *err);
void mtconnect_parts_free(mtconnect_parts *p); /* accepts NULL */
/* ASSAY_LIMIT: a part of more than MTCONNECT_DOCUMENT_MAX; ASSAY_FORMAT: no parts at all. */
ASSAY_MUST_USE assay_status mtconnect_parts_take(mtconnect_parts *p, const char *bytes,
                                                 size_t length, assay_err *err);

#endif
