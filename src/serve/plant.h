/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doors' thread: the loop, and the sources that live in it. */
#ifndef SERVE_PLANT_H
#define SERVE_PLANT_H

#include "base/buf.h"
#include "serve/server.h"

typedef struct plant plant;
/* Doors of documents, of the configuration file and of the command line; opened at once. */
ASSAY_MUST_USE assay_status plant_open(server *s, plant **out, assay_err *err);
void plant_close(plant *p); /* doors finish what they have in hand; accepts NULL */

void plant_sources_changed(plant *p); /* after the commit */
/* Is this a source that can be stored? */
ASSAY_MUST_USE assay_status plant_source_check(const char *name, const char *json, assay_err *err);
/* store_document_put of one, its secrets apart from it. `reader` finds those that stay. */
ASSAY_MUST_USE assay_status plant_source_put(store *reader, store_tx *tx, const char *name,
                                             const char *json, uint64_t expected,
                                             const char *actor, const char *why,
                                             uint64_t *version, assay_err *err);
/* An operator's order, JSON, to what stands behind a source; see sources_command. */
ASSAY_MUST_USE assay_status plant_command(plant *p, const char *name, const char *json,
                                          assay_err *err);
/* A source with all that is known of it, as a JSON object; of NULL a JSON array of all, those that
 * send over HTTP included. False: no such source. */
bool plant_describe(plant *p, const char *name, buf *out);

#endif
