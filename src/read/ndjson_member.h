/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the members of a line mean: from the text of a token to a place in the row. */
#ifndef READ_NDJSON_MEMBER_H
#define READ_NDJSON_MEMBER_H

#include "read/ndjson_scan.h"
#include "read/reader_priv.h"

enum { MEMBERS_MAX = 64, NAME_MAX_CACHED = 48 };
enum { ROLE_VALUE, ROLE_CHARACTERISTIC, ROLE_TIME, ROLE_SIZE, ROLE_UNIT, ROLE_STATUS, ROLE_KIND,
       ROLE_CONTEXT, ROLE_NONE = ROLE_CONTEXT + CONTEXT_COUNT };

typedef struct {
    char name[NAME_MAX_CACHED];
    size_t length;
    int role;
} remembered;

/* The text a member had last: most lines repeat it. */
typedef struct {
    char text[40];
    size_t length;
    uint32_t code;
} recent;

/* Of a path. A refused line may name one that never becomes a characteristic. */
typedef struct {
    uint32_t number; /* place in the reader's list, from 1; 0: none yet */
    int64_t last_folded;
    bool is_later;
} known_path;

typedef struct {
    reader base;
    const char *names[ROLE_NONE]; /* of the members; "" is none */
    size_t name_lengths[ROLE_NONE];
    remembered places[MEMBERS_MAX];
    recent recents[ROLE_NONE];
    zone *zone;
    dictionary *paths;
    known_path *known; /* [code of the path] */
    size_t known_room;

    char *data;
    size_t begin, end, room;
    uint64_t line;
    bool is_all_read, is_too_long;
    json_scan scan;
    uint64_t nested, unknown;
} ndjson_reader;

/* What a line has said so far. The pieces are used at once, in the order of the line. */
typedef struct {
    uint32_t seen; /* roles, one bit each */
    uint32_t context[CONTEXT_COUNT];
    decimal number;
    double raw;
    bool is_raw, has_value, has_size, has_time;
    uint8_t status, kind;
    uint32_t size, path, unit_length;
    char unit[64];
    int64_t time;
    int32_t offset;
    const char *reason, *expected, *column; /* of a refusal */
    const char *found;
    size_t found_length;
} spoken;

/* Use one member. False: the line is refused, `w` says why. */
bool ndjson_set_role(ndjson_reader *r, spoken *w, int role, const json_piece *v);
bool ndjson_refuse(spoken *w, const ndjson_reader *r, int role, const json_piece *v,
                   const char *reason, const char *expected);

#endif
