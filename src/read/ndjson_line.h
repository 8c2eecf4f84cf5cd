/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of NDJSON: which member is what, and from the text of a token to its value. Files and
 * live feeds read their lines here; texts stay texts, so that each may code them its own way. */
#ifndef READ_NDJSON_LINE_H
#define READ_NDJSON_LINE_H

#include "base/arena.h"
#include "base/time.h"
#include "model/characteristic.h"
#include "model/measurement.h"
#include "read/ndjson_scan.h"

enum { MEMBERS_MAX = 64, NAME_MAX_CACHED = 48, UNIT_MAX = 63 };
enum { ROLE_VALUE, ROLE_CHARACTERISTIC, ROLE_TIME, ROLE_SIZE, ROLE_UNIT, ROLE_STATUS, ROLE_KIND,
       ROLE_CONTEXT, ROLE_NONE = ROLE_CONTEXT + CONTEXT_COUNT };

typedef struct {
    char name[NAME_MAX_CACHED];
    size_t length;
    int role;
} remembered;

typedef struct {
    const char *text;
    size_t length;
} said;

/* What a line has said. Texts live until the next line. */
typedef struct {
    uint32_t seen; /* roles, one bit each */
    decimal number;
    double raw;
    bool is_raw, has_value, has_size, has_time;
    uint8_t status, kind; /* kind: from 1, 0 is not given */
    uint32_t size;
    said path, unit;
    int64_t time;
    int32_t offset;
    const char *reason, *expected, *column; /* of a refusal */
    const char *found;
    size_t found_length;
    said context[CONTEXT_COUNT]; /* each only where its role was seen */
} spoken;

typedef struct {
    const char *names[ROLE_NONE]; /* of the members; "" is none */
    size_t name_lengths[ROLE_NONE];
    remembered places[MEMBERS_MAX];
    json_scan scan;
    buf decoded; /* strings of the line that had escapes */
    uint64_t nested, unknown; /* members passed over */
} ndjson_lines;

/* The usual names, in `l` zeroed before. */
void ndjson_lines_init(ndjson_lines *l);
void ndjson_lines_name(ndjson_lines *l, int role, const char *name); /* lives as long as `l` */
void ndjson_lines_done(ndjson_lines *l);

/* False: the line is refused, `w` says why. A line that is taken has a value or says null. */
bool ndjson_line_read(ndjson_lines *l, const char *text, size_t length, spoken *w);
/* Refuse it for what its reader finds. Returns false. */
bool ndjson_refuse(spoken *w, const ndjson_lines *l, int role, const char *found, size_t length,
                   const char *reason, const char *expected);
bool ndjson_is_blank(const char *text, size_t length);
characteristic_kind ndjson_kind(const spoken *w);
/* With STATUS_NO_VALUE where there is none, and STATUS_RAW where the number is `raw`. */
uint8_t ndjson_status(const spoken *w);

#endif
