/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the formats of a feed share. */
#ifndef READ_FEED_INNER_H
#define READ_FEED_INNER_H

#include "read/feed.h"
#include "read/json_cut.h"
#include "read/ndjson_line.h"

enum { LINE_TAGS_MAX = 64, LINE_FIELDS_MAX = 256, LINE_IGNORED_MAX = 16, LINE_IGNORED_LENGTH = 64 };

/* A tag or a field, unescaped. */
typedef struct {
    said key, value;
    bool is_quoted;
} line_pair;

/* Scratch of line protocol; the texts of a line stand in it until the next one. */
typedef struct {
    line_pair tags[LINE_TAGS_MAX]; /* levels of the path, in order of their keys */
    line_pair fields[LINE_FIELDS_MAX];
    size_t tag_count, field_count;
    size_t room, used, prefix; /* of texts; length of the path without the field */
    char *texts, *path;
    char ignored[LINE_IGNORED_MAX][LINE_IGNORED_LENGTH];
    size_t ignored_count;
    uint32_t contexts; /* bit set of those the row of the line before has */
} line_state;

struct feed {
    feed_format format;
    feed_sink sink;
    int64_t unit_ns; /* of line protocol times */
    json_cut cut;    /* line protocol: always by lines */
    uint64_t line;   /* complete ones; elements of an array count as lines */
    char *held;      /* the beginning of a line whose end has not come */
    size_t held_length, held_room;
    bool is_too_long;
    uint32_t told, skip; /* rows and refusals of this line; those told before the sink said stop */
    feed_row row;
    ndjson_lines *json;
    line_state *state;
};

/* False: the sink says stop. What it has been told before is not told again. */
bool feed_tell(feed *f);
bool feed_refuse(feed *f, const char *reason, const char *expected, const char *found,
                 size_t length);

/* One line without its end; false: the sink says stop. */
bool feed_line_protocol(feed *f, const char *text, size_t length);
void feed_line_done(line_state *s);

#endif
