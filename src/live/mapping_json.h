/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a topic and its payload to measurements, by rules that people write.
 *
 * Settings: an array of rules, in their order; all that match a topic apply.
 *
 *   {"topic": "plant/+/press/#",             filter of MQTT; needed
 *    "characteristic": "{1}/press/{2}/force", default "{topic}"; {1} is what the first wildcard was
 *    "format": "json",                       "number", "json", "line" or "ndjson"; default
 * "number", or "json" where a pointer below is given "items": "/readings",                   an
 * array: each element is taken like a payload "value": "/force/N",                    JSON pointers
 * (RFC 6901) into the payload or element "time": "/ts", "time_unit": "ms",       RFC 3339 text, or
 * a number: "s", "ms", "us", "ns" "quality": "/q",                        good: true, "good", 192
 * and above; else bad "size": "/n",                           sample size of an attribute value
 *    "part": "/counter",                     a value counts only when this has changed since
 *    "context": {"serial": "/sn", "batch": "/lot"},
 *    "unit": "N", "kind": "variable", "text_numbers": false, "precision": "ns"}
 *
 * The digits of a number are kept. An array payload stands for its elements, also of plain numbers.
 * Texts given to the sink live during its call. One thread.
 */
#ifndef LIVE_MAPPING_JSON_H
#define LIVE_MAPPING_JSON_H

#include "live/mqtt_packet.h"
#include "model/characteristic.h"
#include "model/measurement.h"

enum { MAPPING_RULES = 256, MAPPING_POINTER = 256, MAPPING_ITEMS = 10000 };

struct json_t;
typedef struct mapping mapping;

/* `rules` NULL: one rule, every topic is a characteristic and its payload a number. The error names
 * the member: "mapping[2].time_unit". */
ASSAY_MUST_USE assay_status mapping_json_new(const struct json_t *rules, mapping **out,
                                             assay_err *err);
void mapping_json_free(mapping *m);

/* -- what a topic means: worked out once ----------------------------------------------- */

typedef enum { MAPPING_NUMBER, MAPPING_JSON, MAPPING_LINE, MAPPING_NDJSON } mapping_format;

typedef struct {
    mapping_format format;
    bool is_counted;  /* `part` is a counter */
    const char *path; /* of the characteristic; "" for lines, which name their own */
    const char *unit;
    const char *precision;
    characteristic_kind kind;
    uint32_t contexts; /* bit set that a row may carry */
} mapping_target;

typedef struct mapping_binding mapping_binding;
/* NULL: no rule matches, or no memory (*err tells: ASSAY_NOT_FOUND, ASSAY_MEMORY; ASSAY_DOMAIN when
 * what results is not a path). */
mapping_binding *mapping_json_bind(const mapping *m, mqtt_slice topic, assay_err *err);
void mapping_binding_free(mapping_binding *b);
size_t mapping_binding_count(const mapping_binding *b);
const mapping_target *mapping_binding_target(const mapping_binding *b, size_t i);
uint32_t mapping_json_contexts(const mapping *m); /* of all rules */

/* -- payloads -------------------------------------------------------------------------- */

typedef struct {
    size_t target; /* of the binding */
    decimal value;
    double raw; /* when status has STATUS_RAW */
    uint8_t status;
    int64_t time; /* TIME_NONE: none was given */
    int32_t offset;
    uint32_t size;
    struct {
        const char *text;
        size_t length;
    } context[CONTEXT_COUNT], part;
} mapping_row;

typedef struct {
    bool (*row)(void *context, const mapping_row *row); /* false stops */
    /* A value that cannot be taken: a stable word, what its sender should do, what was found. */
    bool (*refuse)(void *context, const char *reason, const char *remedy, const char *found,
                   size_t length);
    void *context;
} mapping_sink;

/* The rows of target i (number or JSON); false when the sink stopped it. */
bool mapping_json_take(mapping *m, const mapping_binding *b, size_t i, const char *payload,
                       size_t length, const mapping_sink *sink);
/* A plain number with blanks around it: the fast way. False: not a number. */
bool mapping_number(const char *payload, size_t length, mapping_row *out);

/* A dry run: what would become of this message, line by line for people. */
ASSAY_MUST_USE assay_status mapping_json_try(const struct json_t *rules, const char *topic,
                                             const char *payload, size_t length, buf *report,
                                             assay_err *err);

#endif
