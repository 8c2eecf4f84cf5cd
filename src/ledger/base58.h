/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base58btc: bytes as a number in the Bitcoin alphabet; each leading zero byte is one '1'. One
 * spelling for each value. Quadratic: for keys and signatures, not for files. */
#ifndef LEDGER_BASE58_H
#define LEDGER_BASE58_H

#include "base/buf.h"

#include <stdint.h>

enum { BASE58_BYTES_MAX = 128, BASE58_TEXT_MAX = 176 };

/* length <= BASE58_BYTES_MAX. Returns the length of the text, a NUL follows. */
size_t base58_write(const void *bytes, size_t length, char out[static BASE58_TEXT_MAX + 1]);
/* Into out[room]; false: not base58, too long, or longer than room. */
bool base58_read(const char *text, size_t length, void *out, size_t room, size_t *used);

#endif
