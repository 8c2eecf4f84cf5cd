/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/note.h"

#include "base/base64.h"
#include "base/hash.h"
#include "base/text.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define DASH "\xe2\x80\x94 " /* U+2014 and a blank */
enum { DASH_LENGTH = 4, COSIGNATURE = 72 };

/* -- keys ----------------------------------------------------------------------------- */

static bool is_name(const char *name, size_t length)
{
    if (!length || length > NOTE_NAME_MAX || utf8_valid(name, length) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] <= ' ' || name[i] == '+' || name[i] == 0x7f)
            return false;
    return true;
}

/* First four bytes of SHA-256(name || newline || type || public key). */
static assay_status key_id(note_key *k, assay_err *err)
{
    char bytes[NOTE_NAME_MAX + 34];
    size_t length = strlen(k->name);
    sha256 digest;
    memcpy(bytes, k->name, length);
    bytes[length++] = '\n';
    bytes[length++] = (char)k->type;
    memcpy(bytes + length, k->key, 32);
    assay_status status = sha256_of(bytes, length + 32, &digest, err);
    if (!status)
        memcpy(k->id, digest.bytes, sizeof k->id);
    return status;
}

static assay_status bad_key(const char *why, assay_err *err)
{
    return assay_fail(err, ASSAY_FORMAT, 0, "not a verifier key: %s", why);
}

static assay_status parse_parts(const char *vkey, const char *id, const char *key, note_key *out,
                                assay_err *err)
{
    char hex[9];
    uint8_t bytes[33];
    size_t used;
    size_t name_length = (size_t)(id - 1 - vkey);
    if (!is_name(vkey, name_length))
        return bad_key("its name", err);
    if (!base64_read(key, strlen(key), BASE64_STANDARD, bytes, sizeof bytes, &used) || used != 33)
        return bad_key("its key is not 33 bytes in base64", err);
    if (bytes[0] != NOTE_ED25519 && bytes[0] != NOTE_COSIGNATURE)
        return assay_fail(err, ASSAY_UNSUPPORTED, 0, "keys of type %u are not known", bytes[0]);
    note_key k = {.type = bytes[0]};
    memcpy(k.name, vkey, name_length);
    memcpy(k.key, bytes + 1, 32);
    assay_status status = key_id(&k, err);
    if (status)
        return status;
    sodium_bin2hex(hex, sizeof hex, k.id, sizeof k.id);
    if (key - id != 9 || memcmp(id, hex, 8) != 0)
        return bad_key("its id does not agree with name and key", err);
    *out = k;
    return ASSAY_OK;
}

assay_status note_key_parse(const char *vkey, note_key *out, assay_err *err)
{
    const char *id = strchr(vkey, '+');
    const char *key = id ? strchr(id + 1, '+') : NULL;
    if (!key)
        return bad_key("it has not three parts", err);
    return parse_parts(vkey, id + 1, key + 1, out, err);
}

void note_key_write(const note_key *k, buf *out)
{
    uint8_t bytes[33] = {k->type};
    char hex[9];
    memcpy(bytes + 1, k->key, 32);
    sodium_bin2hex(hex, sizeof hex, k->id, sizeof k->id);
    buf_addf(out, "%s+%s+", k->name, hex);
    base64_add(out, bytes, sizeof bytes, BASE64_STANDARD);
}

assay_status note_signer_of(const char *name, uint8_t type, const uint8_t seed[32],
                            note_signer *out, assay_err *err)
{
    note_signer s = {.public = {.type = type}};
    if (!is_name(name, strlen(name)))
        return assay_fail(err, ASSAY_DOMAIN, 0, "\"%.80s\" cannot be the name of a key", name);
    memcpy(s.public.name, name, strlen(name) + 1);
    if (crypto_sign_seed_keypair(s.public.key, s.secret, seed) != 0)
        return assay_fail(err, ASSAY_MEMORY, 0, "cannot make a key");
    assay_status status = key_id(&s.public, err);
    if (!status)
        *out = s;
    sodium_memzero(&s, sizeof s);
    return status;
}

assay_status note_signer_new(const char *name, uint8_t type, note_signer *out, assay_err *err)
{
    uint8_t seed[32];
    if (sodium_init() < 0)
        return assay_fail(err, ASSAY_IO, 0, "no random numbers from the system");
    randombytes_buf(seed, sizeof seed);
    assay_status status = note_signer_of(name, type, seed, out, err);
    sodium_memzero(seed, sizeof seed);
    return status;
}

/* -- signing -------------------------------------------------------------------------- */

/* What a cosignature signs: the time it was given, and the text. */
static void cosigned(buf *out, const char *text, size_t length, uint64_t time)
{
    buf_addf(out, "cosignature/v1\ntime %llu\n", (unsigned long long)time);
    buf_add(out, text, length);
}

assay_status note_sign(const note_signer *s, const char *text, size_t length, uint64_t time,
                       buf *out, assay_err *err)
{
    bool is_co = s->public.type == NOTE_COSIGNATURE;
    uint8_t bytes[4 + COSIGNATURE];
    size_t used = 4;
    buf message = BUF_INIT;
    memcpy(bytes, s->public.id, 4);
    for (int shift = 56; is_co && shift >= 0; shift -= 8)
        bytes[used++] = (uint8_t)(time >> shift);
    if (is_co)
        cosigned(&message, text, length, time);
    else
        buf_add(&message, text, length);
    bool failed =
        message.failed || crypto_sign_detached(bytes + used, NULL, (const uint8_t *)message.data,
                                               message.length, s->secret) != 0;
    buf_done(&message);
    if (failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "cannot sign");
    buf_addf(out, DASH "%s ", s->public.name);
    base64_add(out, bytes, used + 64, BASE64_STANDARD);
    buf_add_char(out, '\n');
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a note") : ASSAY_OK;
}

/* -- reading -------------------------------------------------------------------------- */

static assay_status bad(uint64_t line, const char *why, assay_err *err)
{
    assay_status status = assay_fail(err, ASSAY_FORMAT, 0, "not a signed note: %s", why);
    if (err)
        err->line = line;
    return status;
}

static bool has_control(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)bytes[i] < ' ' && bytes[i] != '\n')
            return true;
    return false;
}

/* The last empty line: where the text ends and the signatures begin. */
static const char *find_split(const char *bytes, size_t length)
{
    for (size_t i = length; i >= 2; i--)
        if (bytes[i - 1] == '\n' && bytes[i - 2] == '\n')
            return bytes + i;
    return NULL;
}

static bool parse_line(const char *line, size_t length, note_line *out)
{
    uint8_t bytes[8192];
    size_t used;
    if (length <= DASH_LENGTH || memcmp(line, DASH, DASH_LENGTH) != 0)
        return false;
    const char *name = line + DASH_LENGTH, *end = line + length;
    const char *blank = memchr(name, ' ', (size_t)(end - name));
    if (!blank || !is_name(name, (size_t)(blank - name)) ||
        !base64_read(blank + 1, (size_t)(end - blank - 1), BASE64_STANDARD, bytes, sizeof bytes,
                     &used) ||
        used < 5)
        return false;
    *out = (note_line){.name = name, .name_length = (size_t)(blank - name), .length = used - 4};
    memcpy(out->id, bytes, 4);
    memcpy(out->signature, bytes + 4,
           out->length < sizeof out->signature ? out->length : sizeof out->signature);
    return true;
}

assay_status note_parse(const char *bytes, size_t length, note *out, assay_err *err)
{
    if (length > NOTE_MAX)
        return bad(0, "it is longer than 1 MiB", err);
    if (utf8_valid(bytes, length) != length || has_control(bytes, length))
        return bad(0, "it is not plain text in UTF-8", err);
    const char *at = find_split(bytes, length), *end = bytes + length;
    if (!at || at == end || end[-1] != '\n')
        return bad(0, "it has no signature lines after an empty line", err);
    note n = {.text = bytes, .text_length = (size_t)(at - bytes - 1)};
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (n.line_count == NOTE_LINES_MAX)
            return bad(0, "it has more than 100 signatures", err);
        if (!parse_line(at, (size_t)(stop - at), &n.lines[n.line_count++]))
            return bad(n.line_count, "a line after the text is no signature", err);
        at = stop + 1;
    }
    *out = n;
    return ASSAY_OK;
}

static bool is_of(const note_line *l, const note_key *k)
{
    return l->name_length == strlen(k->name) && memcmp(l->name, k->name, l->name_length) == 0 &&
           memcmp(l->id, k->id, 4) == 0;
}

static bool holds(const uint8_t signature[64], const char *text, size_t length, const note_key *k)
{
    return crypto_sign_verify_detached(signature, (const uint8_t *)text, length, k->key) == 0;
}

/* ASSAY_CONFLICT: it does not hold. ASSAY_MEMORY: that could not be seen. */
static assay_status judge(const note *n, const note_line *l, const note_key *k, uint64_t *time)
{
    buf message = BUF_INIT;
    *time = 0;
    if (k->type != NOTE_COSIGNATURE)
        return l->length == 64 && holds(l->signature, n->text, n->text_length, k) ? ASSAY_OK
                                                                                   : ASSAY_CONFLICT;
    if (l->length != COSIGNATURE)
        return ASSAY_CONFLICT;
    for (int i = 0; i < 8; i++)
        *time = *time << 8 | l->signature[i];
    cosigned(&message, n->text, n->text_length, *time);
    bool is_short = message.failed;
    bool is_good = !is_short && holds(l->signature + 8, message.data, message.length, k);
    buf_done(&message);
    return is_short ? ASSAY_MEMORY : is_good ? ASSAY_OK : ASSAY_CONFLICT;
}

assay_status note_verify(const note *n, const note_key *key, uint64_t *time, assay_err *err)
{
    bool is_there = false;
    uint64_t when = 0;
    for (size_t i = 0; i < n->line_count; i++) {
        if (!is_of(&n->lines[i], key))
            continue;
        assay_status status = judge(n, &n->lines[i], key, &when);
        if (status == ASSAY_MEMORY)
            return assay_fail(err, status, 0, "no memory to judge a signature");
        if (status)
            return assay_fail(err, status, 0, "the signature of %s is wrong", key->name);
        is_there = true;
    }
    if (!is_there)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%s has not signed it", key->name);
    if (time)
        *time = when;
    return ASSAY_OK;
}
