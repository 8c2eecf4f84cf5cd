/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/status_list.h"

#include "base/base64.h"
#include "base/time.h"
#include "ledger/vc.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { GZIP = 15 + 16, PIECE = 1 << 16, ROUNDS = 10, ENTRIES_MAX_DIGITS = 10 };

/* -- bits ----------------------------------------------------------------------------------- */

bool status_list_bit(const uint8_t *bytes, uint64_t index)
{
    return bytes[index / 8] >> (7 - index % 8) & 1;
}

void status_list_set(uint8_t *bytes, uint64_t index, bool is_set)
{
    uint8_t mask = (uint8_t)(0x80 >> index % 8);
    bytes[index / 8] = (uint8_t)(is_set ? bytes[index / 8] | mask : bytes[index / 8] & ~mask);
}

/* -- packing -------------------------------------------------------------------------------- */

assay_status status_list_encode(const uint8_t *bytes, size_t length, buf *out, assay_err *err)
{
    z_stream z = {0};
    if (deflateInit2(&z, 9, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a status list");
    size_t room = deflateBound(&z, length);
    uint8_t *packed = malloc(room);
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)length;
    z.next_out = packed;
    z.avail_out = (uInt)room;
    bool is_done = packed && deflate(&z, Z_FINISH) == Z_STREAM_END;
    deflateEnd(&z);
    if (is_done) {
        buf_add_char(out, 'u');
        base64_add(out, packed, room - z.avail_out, BASE64_URL);
    }
    free(packed);
    return is_done && !out->failed
               ? ASSAY_OK
               : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a status list");
}

/* The bytes of one whole gzip member and nothing behind it. */
static assay_status unpack(uint8_t *packed, size_t length, buf *out, assay_err *err)
{
    z_stream z = {.next_in = packed, .avail_in = (uInt)length};
    size_t before = out->length;
    int code = Z_OK;
    if (inflateInit2(&z, GZIP) != Z_OK)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a status list");
    while (code == Z_OK && out->length - before <= STATUS_LIST_BYTES_MAX &&
           buf_reserve(out, PIECE)) {
        z.next_out = (Bytef *)out->data + out->length;
        z.avail_out = PIECE;
        code = inflate(&z, Z_NO_FLUSH);
        out->length += PIECE - z.avail_out;
    }
    inflateEnd(&z);
    if (out->failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a status list");
    if (out->length - before > STATUS_LIST_BYTES_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a status list unpacks to more than %d bytes",
                          STATUS_LIST_BYTES_MAX);
    if (code != Z_STREAM_END || z.avail_in)
        return assay_fail(err, ASSAY_FORMAT, 0, "a status list is not packed with GZIP");
    if (out->length - before < STATUS_LIST_BYTES)
        return assay_fail(err, ASSAY_LIMIT, 0, "a status list of %zu bits; at least %d must be",
                          8 * (out->length - before), STATUS_LIST_BITS);
    return ASSAY_OK;
}

assay_status status_list_decode(const char *text, size_t length, buf *out, assay_err *err)
{
    size_t used;
    if (!length || text[0] != 'u')
        return assay_fail(err, ASSAY_FORMAT, 0, "encodedList does not begin with \"u\"");
    uint8_t *packed = malloc(length);
    if (!packed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a status list");
    assay_status status =
        base64_read(text + 1, length - 1, BASE64_URL, packed, length, &used)
            ? unpack(packed, used, out, err)
            : assay_fail(err, ASSAY_FORMAT, 0, "encodedList is not base64url without padding");
    free(packed);
    return status;
}

/* -- places --------------------------------------------------------------------------------- */

/* A Feistel network over 18 bits; of its values those below 2^17 are used by walking on until one
 * comes (two steps on average). */
static uint32_t shuffle(const uint8_t key[STATUS_KEY], uint32_t x)
{
    uint32_t left = x >> 9, right = x & 511;
    for (uint8_t round = 0; round < ROUNDS; round++) {
        uint8_t in[3] = {round, (uint8_t)(right >> 8), (uint8_t)right}, hash[8];
        crypto_shorthash(hash, in, sizeof in, key);
        uint32_t next = left ^ ((uint32_t)(hash[0] << 8 | hash[1]) & 511);
        left = right;
        right = next;
    }
    return left << 9 | right;
}

uint32_t status_list_place(const uint8_t key[STATUS_KEY], uint32_t count)
{
    uint32_t x = count;
    do
        x = shuffle(key, x);
    while (x >= STATUS_LIST_BITS);
    return x;
}

/* -- JSON ----------------------------------------------------------------------------------- */

static assay_status made(json_t *value, json_t **out, assay_err *err)
{
    if (!value)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a status");
    *out = value;
    return ASSAY_OK;
}

assay_status status_entry_write(const char *url, uint32_t index, const char *purpose,
                                const char *reference, json_t **out, assay_err *err)
{
    char place[16];
    snprintf(place, sizeof place, "%u", index);
    return made(json_pack("{s:s++, s:s, s:s, s:s, s:s, s:s*}", "id", url, "#", place, "type",
                          "BitstringStatusListEntry", "statusPurpose", purpose, "statusListIndex",
                          place, "statusListCredential", url, "statusReference", reference),
                out, err);
}

assay_status status_list_write(const char *url, const char *issuer, const char *purpose,
                               const char *encoded, int64_t from, json_t **out, assay_err *err)
{
    char time[48];
    time_format(from, TIME_OFFSET_NONE, time, sizeof time);
    return made(json_pack("{s:[s], s:s, s:[s,s], s:s, s:s, s:{s:s+, s:s, s:s, s:s}}", "@context",
                          VC_DATA_MODEL, "id", url, "type", "VerifiableCredential",
                          "BitstringStatusListCredential", "issuer", issuer, "validFrom", time,
                          "credentialSubject", "id", url, "#list", "type", "BitstringStatusList",
                          "statusPurpose", purpose, "encodedList", encoded),
                out, err);
}

static bool read_index(const char *text, uint64_t *out)
{
    size_t n = strlen(text);
    if (!n || n > ENTRIES_MAX_DIGITS || strspn(text, "0123456789") != n ||
        (text[0] == '0' && n > 1))
        return false;
    *out = strtoull(text, NULL, 10);
    return true;
}

assay_status status_entry_read(const json_t *entry, status_entry *out, assay_err *err)
{
    status_entry e = {.url = vc_text(entry, "statusListCredential"),
                      .purpose = vc_text(entry, "statusPurpose"),
                      .reference = vc_text(entry, "statusReference")};
    const json_t *size = json_object_get(entry, "statusSize");
    if (!vc_has_type(entry, "BitstringStatusListEntry"))
        return assay_fail(err, ASSAY_UNSUPPORTED, 0,
                          "status entries of type \"%.60s\" are not known", vc_text(entry, "type"));
    if (size && json_number_value(size) != 1)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, "statuses of more than one bit are not known");
    if (!*e.url || !*e.purpose || !read_index(vc_text(entry, "statusListIndex"), &e.index))
        return assay_fail(err, ASSAY_FORMAT, 0,
                          "a status entry has statusListCredential, statusPurpose and "
                          "statusListIndex, a decimal number as text");
    *out = e;
    return ASSAY_OK;
}

/* The purpose of a list is a text, or a list of them. */
static bool has_purpose(const json_t *subject, const char *purpose)
{
    const json_t *value = json_object_get(subject, "statusPurpose");
    if (!json_is_array(value))
        return strcmp(vc_text(subject, "statusPurpose"), purpose) == 0;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *item = json_string_value(json_array_get(value, i));
        if (item && strcmp(item, purpose) == 0)
            return true;
    }
    return false;
}

assay_status status_list_read(const json_t *credential, const status_entry *entry, bool *is_set,
                              assay_err *err)
{
    const json_t *subject = json_object_get(credential, "credentialSubject");
    const char *encoded = vc_text(subject, "encodedList");
    if (!vc_has_type(credential, "BitstringStatusListCredential") ||
        !vc_has_type(subject, "BitstringStatusList"))
        return assay_fail(err, ASSAY_FORMAT, 0, "%.100s is not a status list", entry->url);
    if (strcmp(vc_text(credential, "id"), entry->url) != 0)
        return assay_fail(err, ASSAY_CONFLICT, 0, "the status list %.100s was found for %.100s",
                          vc_text(credential, "id"), entry->url);
    if (!has_purpose(subject, entry->purpose))
        return assay_fail(err, ASSAY_CONFLICT, 0, "the status list %.100s is not of %.40s",
                          entry->url, entry->purpose);
    buf bits = BUF_INIT;
    assay_status status = status_list_decode(encoded, strlen(encoded), &bits, err);
    if (!status && entry->index >= 8 * (uint64_t)bits.length)
        status = assay_fail(err, ASSAY_LIMIT, 0, "index %llu is behind the end of the list",
                            (unsigned long long)entry->index);
    if (!status)
        *is_set = status_list_bit((const uint8_t *)bits.data, entry->index);
    buf_done(&bits);
    return status;
}
