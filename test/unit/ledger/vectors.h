/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published vectors as jansson values (test/golden/ledger). */
#ifndef TEST_VECTORS_H
#define TEST_VECTORS_H

#include "base/base64.h"
#include "base/hash.h"
#include "check.h"

#include <jansson.h>
#include <sodium.h>

static inline json_t *vectors(const char *name)
{
    char path[64];
    json_error_t error;
    snprintf(path, sizeof path, "ledger/%s.json", name);
    json_t *all = json_load_file(check_golden(path), JSON_DECODE_INT_AS_REAL, &error);
    if (!all)
        fail_msg("%s: %s", path, error.text);
    return all;
}

static inline const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        fail_msg("no text \"%s\"", key);
    return text;
}

/* Some cases have indices beyond 64 bits: they stand for the largest. */
static inline uint64_t number_of(const json_t *object, const char *key)
{
    double x = json_real_value(json_object_get(object, key));
    return x < 18446744073709549568.0 ? (uint64_t)x : UINT64_MAX;
}

/* False: not a hash of 32 bytes. */
static inline bool hash_of(const json_t *text, sha256 *out)
{
    size_t used;
    const char *t = json_string_value(text);
    return t && base64_read(t, strlen(t), BASE64_STANDARD, out->bytes, 32, &used) && used == 32;
}

static inline sha256 hash_of_hex(const char *hex)
{
    sha256 out;
    assert_int_equal(sodium_hex2bin(out.bytes, 32, hex, 64, NULL, NULL, NULL), 0);
    return out;
}

/* -1: one of them is no hash, or there are too many. */
static inline long hashes_of(const json_t *list, sha256 *out, size_t room)
{
    size_t n = json_array_size(list);
    if (n > room)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (!hash_of(json_array_get(list, i), &out[i]))
            return -1;
    return (long)n;
}

static inline char *file_of(const char *name, size_t *length)
{
    FILE *f = fopen(check_golden(name), "rb");
    if (!f)
        fail_msg("cannot open %s", name);
    char *bytes = malloc(1 << 20);
    *length = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    return bytes;
}

#endif
