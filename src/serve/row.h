/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small things that many answers share. */
#ifndef SERVE_ROW_H
#define SERVE_ROW_H

#include "base/json.h"
#include "store/store.h"

void object_hex(const object_id *id, char out[33]);
bool object_from_hex(const char *text, object_id *out);
/* The path of a characteristic; "" when it is not there. Lives as texts of the store do. */
const char *path_of_number(store *s, uint32_t number);

#endif
