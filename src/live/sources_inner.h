/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What opening doors and telling of them share. All in the loop's thread. */
#ifndef LIVE_SOURCES_INNER_H
#define LIVE_SOURCES_INNER_H

#include "live/sources.h"

#include <pthread.h>

typedef struct source_entry {
    sources *owner;
    char name[64];
    json_t *wanted; /* settings it should have; NULL: it shall go */
    json_t *fixed;  /* those of a configuration file, when no document says otherwise */
    bool is_documented;
    const door_type *type;
    json_t *open_with; /* settings of the open door */
    void *door;        /* NULL: not open */
    bool is_closing;
    unsigned failures;
    assay_err trouble; /* of the last try to open it */
    loop_timer *again;
    uint64_t told[5]; /* last event: received, stored, duplicates + conflicts, refused, stale */
    bool is_told;
    struct source_entry *next; /* in order of name */
} source_entry;

struct sources {
    loop *loop;
    intake *intake;
    catalog *catalog;
    bus *bus;
    store *reader;
    sources_log *log;
    struct people *people;
    source_entry *first;
    loop_timer *each_second;
    bool is_closing;
    loop_work *closed;
    void *closed_context;
};

json_t *source_whole(const store_document *d); /* settings with their secrets; NULL: not JSON */
json_t *source_without_secrets(const json_t *settings);
bool source_is_enabled(const json_t *settings);
void sources_publish(sources *s); /* events of the accounts that changed */

#endif
