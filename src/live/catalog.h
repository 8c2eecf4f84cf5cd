/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The characteristics that live data may name: path -> place, place -> number in the store.
 *
 * Places are dense, from 0, and only grow. A door looks a path up once, keeps the place beside its
 * own key (alias, topic, column) and never asks again. A path seen for the first time gets its
 * number from the intake's thread before the first of its rows is stored. Any thread. */
#ifndef LIVE_CATALOG_H
#define LIVE_CATALOG_H

#include "model/characteristic.h"
#include "store/store.h"

typedef struct catalog catalog;
enum { CATALOG_MAX = 1 << 20, CATALOG_NONE = -1 };

/* `s` is needed only now; NULL: none is stored yet. */
ASSAY_MUST_USE assay_status catalog_open(store *s, catalog **out, assay_err *err);
void catalog_close(catalog *c); /* accepts NULL */
/* The place of c->path, added if new; what c says besides (unit, decimals, kind) counts only for a
 * new one. CATALOG_NONE: full, no memory, or not a valid path (UTF-8, no control characters, no
 * empty level, 1..1000 bytes). */
int32_t catalog_place(catalog *c, const characteristic *definition);
int32_t catalog_find(catalog *c, const char *path, size_t length); /* CATALOG_NONE: not there */
uint32_t catalog_number(const catalog *c, int32_t place);          /* in the store; 0: not yet */
int32_t catalog_of_number(const catalog *c, uint32_t number);
uint32_t catalog_count(const catalog *c);
const char *catalog_path(const catalog *c, int32_t place); /* lives as long as the catalog */
/* As its door described it; NULL: no such place. */
const characteristic *catalog_definition(const catalog *c, int32_t place);
/* The intake's: the number the store gave. False: memory. */
bool catalog_settle(catalog *c, int32_t place, uint32_t number);

#endif
