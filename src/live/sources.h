/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sources of the plant: each document of kind "source" is one open door, opened, changed and
 * closed while the plant runs.
 *
 *     {"door": "line", "listen": "127.0.0.1:8094", "stale_after_s": 60, "enabled": true, ...}
 *
 * The document's id is the source's name; besides "door", "stale_after_s", "enabled" and "comment"
 * all members belong to the door's type. A door that cannot be opened waits and is tried again with
 * growing patience; nothing of that stops the other doors. */
#ifndef LIVE_SOURCES_H
#define LIVE_SOURCES_H

#include "live/bus.h"
#include "live/door.h"

typedef struct sources sources;
typedef void sources_log(const char *level, const char *source, const char *text);

/* Are name and settings those of a source? The error names the member, what was found and
 * expected. For everybody who is about to store such a document. */
ASSAY_MUST_USE assay_status source_settings_check(const char *name, const json_t *settings, assay_err *err);

/* Check and put the document of a source. Secrets among the settings ("password", "token",
 * "secret") go beside the document, never into a record; those not given stay as they are.
 * `expected`, `why`: see store_document_put. */
ASSAY_MUST_USE assay_status source_put(store *s, store_tx *tx, const char *name,
                                       const json_t *settings, uint64_t expected,
                                       const char *actor, const char *why, uint64_t *version,
                                       assay_err *err);
/* The settings of a source's document as people may see them: of a secret only that there is one. */
json_t *source_shown(const store_document *d); /* the caller's reference; NULL: memory, not JSON */

/* Opens no door yet (sources_apply does). `reader` is a reading handle for the loop's thread alone
 * from now on, the caller closes it after sources_close. Before loop_run, or in its thread. */
ASSAY_MUST_USE assay_status sources_open(loop *l, intake *i, catalog *c, bus *b, store *reader,
                                         sources_log *log, sources **out, assay_err *err);
/* Whose tokens doors accept; lives longer than the doors. Before sources_apply. */
void sources_know(sources *s, struct people *people);
/* Closes all doors, gives back what it has and calls `closed`, in the loop's thread. Call it from
 * the loop's thread (loop_post), while the intake still runs. */
void sources_close(sources *s, loop_work *closed, void *context);

/* The documents changed (or the plant starts): make the doors agree with them, soon. Any thread. */
void sources_apply(sources *s);
/* A source that stands in no document: of a configuration file or the command line. A document of
 * the same name goes before it. Before sources_apply. */
ASSAY_MUST_USE assay_status sources_add(sources *s, const char *name, const json_t *settings,
                                        assay_err *err);
/* All of {"sources": [{"name": "line-1", "door": "line", ...}, ...]}. Other members of the file are
 * left to others. */
ASSAY_MUST_USE assay_status sources_load(sources *s, const char *path, assay_err *err);

/* What there is to say, an array of objects in order of name (or the one of `name`; NULL: all):
 * {"name", "door", "enabled", "state", "detail"?, "stale", "stale_after_s", "settings",
 *  "account": {"received", "stored", "duplicates", "conflicts", "refused", "pending", "late",
 *  "doubtful", "last_time"}, ...the door's own}. Secrets are left out. The caller's reference; NULL:
 * memory, or no such source. Any thread but the intake's and the loop's, for which it waits. */
json_t *sources_describe(sources *s, const char *name);

/* An operator's command to what stands behind a source, as its door's type reads it. Waits for the
 * loop. ASSAY_NOT_FOUND, ASSAY_UNSUPPORTED, ASSAY_BUSY (not connected), ASSAY_USAGE. Any thread but
 * the intake's and the loop's. */
ASSAY_MUST_USE assay_status sources_command(sources *s, const char *name, const json_t *order,
                                            assay_err *err);

#endif
