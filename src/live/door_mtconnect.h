/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the MTConnect door.
 *
 *   door_mtconnect          settings, open, close, describe; the way from probe to stream and back
 *   door_mtconnect_take     observations of a document -> rows, the cursor beside them
 */
#ifndef LIVE_DOOR_MTCONNECT_H
#define LIVE_DOOR_MTCONNECT_H

#include "live/fetch.h"
#include "live/lane.h"
#include "read/mtconnect.h"

enum { MT_ITEMS_MAX = 4096, MT_TEXT = 128 };

typedef struct {
    const char *id;       /* dataItemId; the settings' */
    int32_t place;        /* of the catalog; CATALOG_NONE: a companion */
    context_kind companion;
    const char *unit;     /* expected; NULL: none named */
    char units[64];       /* what the agent says; "": not known */
    char value[MT_TEXT];  /* of a companion: the newest */
} mt_item;

/* An observation kept until its document is whole: agents order by component, not by sequence. */
typedef struct {
    mt_item *item;
    uint64_t sequence, line;
    int64_t time;
    bool is_available, is_series;
    uint32_t text; /* place in `texts` */
} mt_seen;

typedef struct {
    door_setup setup;
    lane *lane;
    mt_item *items;
    size_t item_count;
    dictionary *ids;    /* of items, code - 1 is the place in `items` */
    /* the cursor: durable with the rows */
    uint64_t instance, next;
    uint64_t gaps;      /* stretches the agent had forgotten before they were read */
    char last_gap[160];
    /* the document in hand */
    mt_seen *seen;
    size_t seen_count, seen_room;
    buf texts;
    mtconnect_header header;
    char error_code[64], error_text[200];
    uint64_t values;
} mt_door;

/* -- door_mtconnect_take -- */

assay_status mt_take_settings(mt_door *d, assay_err *err);
assay_status mt_recall(mt_door *d, assay_err *err);
/* Reads a document into `seen`, `header`, `error_code`, and units into the items. */
ASSAY_MUST_USE assay_status mt_read(mt_door *d, const char *document, size_t length, assay_err *err);
/* Companions of `seen` that hold from before the cursor on. */
void mt_take_companions(mt_door *d);
/* Rows from the cursor on into the lane, and the cursor behind them. False: no room; nothing of it
 * counts, begin again at the cursor. */
bool mt_take_rows(mt_door *d);
/* The agent begins at `first` of `instance`: what lies between is lost, and that is remembered. */
void mt_move_cursor(mt_door *d, uint64_t instance, uint64_t first);
void mt_items_free(mt_door *d);

#endif
