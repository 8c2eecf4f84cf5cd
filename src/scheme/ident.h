/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ids of objects as text, and small things of JSON that every part of the engine needs. */
#ifndef SCHEME_IDENT_H
#define SCHEME_IDENT_H

#include "base/json_tree.h"
#include "store/store.h"

#include <jansson.h>

enum { ID_TEXT = 33 };

/* New: 48 bits of the time in ms, then random. Ids that are made one after the other lie beside each
 * other in the file. */
ASSAY_MUST_USE assay_status id_new(object_id *out, assay_err *err);
/* The same bytes give the same id: of what has a natural key. */
ASSAY_MUST_USE assay_status id_of(const void *bytes, size_t length, object_id *out, assay_err *err);
void id_text(const object_id *id, char out[static ID_TEXT]);
bool id_read(const char *text, object_id *out);
bool id_is_none(const object_id *id);
bool id_same(const object_id *a, const object_id *b);

/* A JSON object, with the place of a fault. */
ASSAY_MUST_USE assay_status said_read(const char *text, json_t **out, assay_err *err);
/* Only these members (blanks between) are known. */
ASSAY_MUST_USE assay_status said_only(const json_t *said, const char *names, assay_err *err);
/* NULL in *out when it is absent and need not be there. `most` bytes. */
ASSAY_MUST_USE assay_status said_text(const json_t *said, const char *name, bool is_needed,
                                      size_t most, const char **out, assay_err *err);
ASSAY_MUST_USE assay_status said_id(const json_t *said, const char *name, bool is_needed,
                                    object_id *out, assay_err *err);
/* RFC 3339 or a day. */
ASSAY_MUST_USE assay_status said_time(const json_t *said, const char *name, int64_t otherwise,
                                      int64_t *out, assay_err *err);

const char *text_of(const json_t *o, const char *name); /* NULL: no text there */
json_t *list_in(json_t *o, const char *name);   /* made when it is not there; borrowed */
json_t *object_in(json_t *o, const char *name); /* the same */
void set_text(json_t *o, const char *name, const char *text); /* NULL: not set */
void set_id(json_t *o, const char *name, const object_id *id);
void set_time(json_t *o, const char *name, int64_t ns); /* TIME_NONE: not set */
int64_t when_of(const json_t *o, const char *name);     /* TIME_NONE: none */
bool list_has(const json_t *list, const char *text);

/* Canonical text; takes over the reference. */
ASSAY_MUST_USE assay_status json_take(json_t *o, buf *out, assay_err *err);
/* Append a record with this payload, which is taken over. */
ASSAY_MUST_USE assay_status record_json(store_tx *tx, const char *type, const char *actor,
                                        const object_id *object, json_t *payload,
                                        uint64_t *sequence, assay_err *err);

#endif
