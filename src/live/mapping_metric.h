/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sparkplug metrics -> measurements, by the settings of a source:
 *
 *     "mapping": [{"group": "Fab1", "node": "+", "device": "WaferGauge", "metric": "Thickness",
 *                  "characteristic": "{group}/{device}/thickness", "unit": "um", "decimals": 2,
 *                  "serial": "Part/Serial", "subgroup": "Subgroup/Day",
 *                  "batch": {"metric": "Batch", "carry": true},
 *                  "part": {"change": "Part/Count"}}],
 *     "others": false
 *
 * Which metrics: group, node and device are names or "+" (any, the default; device "" is the node
 * itself), metric a name or a beginning that ends with "*". The first entry that fits counts. Where
 * there is no "mapping" (or "others" is true) every number counts, as group/node/device/metric,
 * except bdSeq and what stands under Node Control, Device Control and Properties.
 *
 * What belongs to a value: serial, batch, subgroup and the other contexts name a metric of the same
 * device. It counts if it is in the same message; with "carry" its last value counts too, until a
 * message was lost. "size" names the metric of a sample size, or is a number.
 *
 * What makes a new part: "part": "message" (default): each message that has the metric; {"change":
 * NAME}: each new value of the metric NAME, with the values known then, because a node that reports
 * by exception does not send a value that stayed the same; {"trigger": NAME}: NAME comes as true.
 *
 * A birth repeats old values: with "births": true its value is a measurement if its time is later
 * than that of the last one taken from this metric; else never.
 *
 * Time is the metric's, else the message's, else none. An array of numbers is a subgroup. Transient
 * values are left out. All calls in one thread. */
#ifndef LIVE_MAPPING_METRIC_H
#define LIVE_MAPPING_METRIC_H

#include "live/catalog.h"
#include "live/sparkplug.h"
#include "model/measurement.h"

#include <jansson.h>

typedef struct mapping_metric mapping_metric;

typedef struct {
    const char *text; /* NULL: none */
    size_t length;
} metric_text;

typedef struct {
    int32_t place; /* of the catalog */
    int64_t time;  /* ns UTC, or TIME_NONE */
    decimal value;
    double raw; /* with STATUS_RAW */
    uint32_t size;
    uint8_t status;
    bool is_historical;
    bool has_texts;
    const metric_text *texts; /* [CONTEXT_COUNT] when has_texts */
} metric_value;

typedef struct {
    void (*row)(void *context, const metric_value *v);
    void (*refuse)(void *context, const char *reason, const char *remedy, uint64_t count,
                   const char *example, size_t length);
    /* Values of a message that had come before. */
    void (*repeat)(void *context, uint64_t values);
    void *context;
} metric_sink;

/* Of the members "mapping" and "others"; the error names the entry. */
ASSAY_MUST_USE assay_status mapping_metric_check(const json_t *settings, assay_err *err);
/* `settings` passed the check; it is kept by reference. */
ASSAY_MUST_USE assay_status mapping_metric_new(json_t *settings, catalog *c,
                                               const metric_sink *sink, mapping_metric **out,
                                               assay_err *err);
/* After the host, whose devices it is bound to. Accepts NULL. */
void mapping_metric_free(mapping_metric *m);
uint32_t mapping_metric_contexts(const mapping_metric *m); /* bit set it may use */

/* The calls of a sparkplug_sink. */
void mapping_metric_take(mapping_metric *m, const sparkplug_message *message);
void mapping_metric_gap(mapping_metric *m, sparkplug_node *n);
void mapping_metric_forget(mapping_metric *m, sparkplug_device *d);
/* How the metric at `place` of d->metrics is used: "measured", "context", "left out". */
const char *mapping_metric_use(const sparkplug_device *d, size_t place, int32_t *catalog_place);

#endif
