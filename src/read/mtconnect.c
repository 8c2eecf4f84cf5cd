/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read/mtconnect.h"

#include "base/i18n.h"
#include "base/time.h"
#include "read/xml.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    mtconnect_events events;
    xml *x;
    enum { DOCUMENT_OTHER, DOCUMENT_STREAMS, DOCUMENT_DEVICES, DOCUMENT_ERROR } kind;
    unsigned open; /* depth of the observation that is open; 0: none */
    mtconnect_observation now;
    char item[256], code[64];
} document;

static uint64_t number_of(const char *const *attributes, const char *name)
{
    const char *text = xml_attribute(attributes, name);
    char *end;
    uint64_t n = text && *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : 0;
    return n && !*end ? n : 0;
}

static void copy(char *out, size_t room, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    n = n < room ? n : room - 1;
    memcpy(out, text ? text : "", n);
    out[n] = 0;
}

static void begin_root(document *d, const char *name)
{
    d->kind = strcmp(name, "MTConnectStreams") == 0   ? DOCUMENT_STREAMS
              : strcmp(name, "MTConnectDevices") == 0 ? DOCUMENT_DEVICES
              : strcmp(name, "MTConnectError") == 0   ? DOCUMENT_ERROR
                                                      : DOCUMENT_OTHER;
    if (d->kind == DOCUMENT_OTHER)
        xml_fail(d->x, ASSAY_FORMAT, "is not of MTConnect: its root is \"%.60s\"", name);
}

static void begin_header(const document *d, const char *const *attributes)
{
    mtconnect_header h = {number_of(attributes, "instanceId"),
                          number_of(attributes, "firstSequence"),
                          number_of(attributes, "nextSequence")};
    if (d->events.header)
        d->events.header(d->events.context, &h);
}

/* Whatever names a data item is an observation; its element's name says only its kind. */
static void begin_observation(document *d, const char *const *attributes)
{
    const char *item = xml_attribute(attributes, "dataItemId");
    const char *time = xml_attribute(attributes, "timestamp");
    int32_t offset;
    if (!item || d->open)
        return;
    copy(d->item, sizeof d->item, item);
    d->open = xml_depth(d->x);
    d->now = (mtconnect_observation){.item = d->item, .time = TIME_NONE,
                                     .sequence = number_of(attributes, "sequence"),
                                     .is_series = xml_attribute(attributes, "sampleCount") != NULL,
                                     .line = xml_line(d->x)};
    if (!time || !time_parse_iso(time, strlen(time), &d->now.time, &offset))
        d->now.time = TIME_NONE;
}

static void begin_item(const document *d, const char *const *attributes)
{
    const char *id = xml_attribute(attributes, "id"), *units = xml_attribute(attributes, "units");
    if (id && d->events.item)
        d->events.item(d->events.context, id, units ? units : "");
}

static void on_begin(void *context, const char *name, const char *const *attributes)
{
    document *d = context;
    if (xml_depth(d->x) == 1)
        begin_root(d, name);
    else if (xml_depth(d->x) == 2 && strcmp(name, "Header") == 0)
        begin_header(d, attributes);
    else if (d->kind == DOCUMENT_STREAMS)
        begin_observation(d, attributes);
    else if (d->kind == DOCUMENT_DEVICES && strcmp(name, "DataItem") == 0)
        begin_item(d, attributes);
    else if (d->kind == DOCUMENT_ERROR && strcmp(name, "Error") == 0)
        copy(d->code, sizeof d->code, xml_attribute(attributes, "errorCode"));
}

static void on_end(void *context, const char *name, const char *text, size_t length)
{
    document *d = context;
    (void)length;
    if (d->kind == DOCUMENT_ERROR && strcmp(name, "Error") == 0 && d->events.error)
        d->events.error(d->events.context, d->code, text);
    if (!d->open || xml_depth(d->x) != d->open)
        return;
    d->open = 0;
    d->now.value = text;
    d->now.is_available = strcmp(text, "UNAVAILABLE") != 0;
    if (d->events.observation)
        d->events.observation(d->events.context, &d->now);
}

assay_status mtconnect_read(const char *source, const char *bytes, size_t length,
                            const mtconnect_events *events, assay_err *err)
{
    document d = {.events = *events};
    if (length > MTCONNECT_DOCUMENT_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, _("%s has more than %d bytes"), source,
                          MTCONNECT_DOCUMENT_MAX);
    assay_status status = xml_open(source, &(xml_events){on_begin, on_end, &d}, &d.x, err);
    if (status == ASSAY_OK)
        status = xml_feed(d.x, bytes, length, true, err);
    xml_close(d.x);
    return status;
}
