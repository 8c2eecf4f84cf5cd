/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules, as mapping_json.c reads them and the other mapping files apply them. */
#ifndef LIVE_MAPPING_RULE_H
#define LIVE_MAPPING_RULE_H

#include "live/mapping_json.h"

enum { POINTER_TOKENS = 16 };

/* A JSON pointer, its tokens decoded, one behind the other. */
typedef struct {
    bool is_given;
    uint8_t count;
    uint16_t from[POINTER_TOKENS + 1]; /* token i is text[from[i] .. from[i + 1]) */
    char text[MAPPING_POINTER];
} json_pointer;
/* False: not a pointer, or too long. */
bool json_pointer_parse(const char *text, json_pointer *out);

typedef struct {
    char *topic, *template, *unit, *precision;
    mapping_format format;
    characteristic_kind kind;
    int time_exponent; /* of a time that is a number: seconds are 0, milliseconds -3 */
    bool takes_text_numbers;
    uint32_t contexts;
    json_pointer items, value, time, quality, size, part;
    json_pointer context[CONTEXT_COUNT];
} mapping_rule;

typedef struct mapping_scratch mapping_scratch; /* of mapping_take.c, made when first needed */
void mapping_scratch_free(mapping_scratch *s);

struct mapping {
    size_t count;
    mapping_rule *rules;
    mapping_scratch *scratch;
};

struct mapping_binding {
    size_t count;
    struct {
        const mapping_rule *rule;
        mapping_target target;
        char *path;
    } targets[];
};

#endif
