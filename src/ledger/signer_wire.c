/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fixed fields, one variable one at the end of each message, nothing to allocate by what the other
 * side says. */
#include "ledger/signer_wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* -- writing ---------------------------------------------------------------------------------- */

void wire_begin(buf *out, uint8_t what)
{
    buf_clear(out);
    buf_add(out, (const uint8_t[WIRE_HEAD]){0, 0, 0, 0, what}, WIRE_HEAD);
}

void wire_end(buf *out)
{
    if (out->failed)
        return;
    uint32_t n = (uint32_t)(out->length - 4);
    for (int i = 0; i < 4; i++)
        out->data[i] = (char)(n >> (24 - 8 * i));
}

void wire_u64(buf *out, uint64_t value)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_add_char(out, (char)(value >> shift));
}

uint64_t wire_u64_at(const uint8_t *bytes)
{
    uint64_t n = 0;
    for (int i = 0; i < 8; i++)
        n = n << 8 | bytes[i];
    return n;
}

uint32_t wire_u32_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* -- public keys: vkeys as lines, then what is no note key --------------------------------------- */

static void add_vkey(buf *out, const note_key *k)
{
    if (k->type)
        note_key_write(k, out);
    buf_add_char(out, '\n');
}

void wire_add_keys(buf *out, const signer_public *p)
{
    add_vkey(out, &p->log);
    add_vkey(out, &p->witness);
    buf_add_char(out, (char)p->retired_count);
    for (size_t i = 0; i < p->retired_count; i++)
        add_vkey(out, &p->retired[i]);
    buf_add_char(out, p->has_credential);
    buf_add(out, p->credential, sizeof p->credential);
    buf_add(out, p->modulus, p->modulus_length);
}

static bool read_vkey(const uint8_t **at, const uint8_t *end, note_key *out)
{
    char text[NOTE_NAME_MAX + 64];
    const uint8_t *stop = memchr(*at, '\n', (size_t)(end - *at));
    size_t n = stop ? (size_t)(stop - *at) : 0;
    if (!stop || n >= sizeof text)
        return false;
    memcpy(text, *at, n);
    text[n] = '\0';
    *at = stop + 1;
    return n == 0 || note_key_parse(text, out, NULL) == ASSAY_OK;
}

bool wire_read_keys(const uint8_t *bytes, size_t length, signer_public *out)
{
    signer_public p = {.retired_count = 0};
    const uint8_t *at = bytes, *end = bytes + length;
    if (!length || !read_vkey(&at, end, &p.log) || !read_vkey(&at, end, &p.witness) || at == end ||
        *at > SIGNER_RETIRED_MAX)
        return false;
    p.retired_count = *at++;
    for (size_t i = 0; i < p.retired_count; i++)
        if (!read_vkey(&at, end, &p.retired[i]))
            return false;
    if (end - at < 33 || *at > 1 || end - at - 33 > SIGNER_RSA_MAX)
        return false;
    p.has_credential = *at++;
    memcpy(p.credential, at, 32);
    p.modulus_length = (size_t)(end - at - 32);
    memcpy(p.modulus, at + 32, p.modulus_length);
    *out = p;
    return true;
}

/* -- answering ------------------------------------------------------------------------------------ */

typedef struct {
    signer_core *core;
    const uint8_t *body;
    size_t length;
    buf *out;
    assay_err *err;
} question;

static assay_status malformed(const question *q)
{
    return assay_fail(q->err, ASSAY_FORMAT, 0, "not a request of the signer's protocol");
}

static assay_status answer_keys(const question *q)
{
    signer_public p;
    if (q->length)
        return malformed(q);
    core_public(q->core, &p);
    wire_add_keys(q->out, &p);
    return ASSAY_OK;
}

static assay_status answer_last(const question *q)
{
    char origin[NOTE_NAME_MAX + 1];
    signer_seen seen;
    if (q->length < 2 || q->length > sizeof origin || q->body[0] > SIGNER_WITNESS ||
        memchr(q->body, '\0', q->length) > (void *)q->body)
        return malformed(q);
    memcpy(origin, q->body + 1, q->length - 1);
    origin[q->length - 1] = '\0';
    assay_status status = core_last(q->core, (signer_use)q->body[0], origin, &seen, q->err);
    if (status == ASSAY_OK) {
        wire_u64(q->out, seen.size);
        buf_add(q->out, seen.root.bytes, sizeof seen.root.bytes);
    }
    return status;
}

static assay_status answer_tree(const question *q)
{
    merkle_proof proof;
    if (q->length < 10 || q->body[0] > SIGNER_WITNESS || q->body[9] > MERKLE_PROOF_MAX)
        return malformed(q);
    proof.count = q->body[9];
    size_t skip = 10 + proof.count * sizeof(sha256);
    if (q->length < skip)
        return malformed(q);
    memcpy(proof.hash, q->body + 10, skip - 10);
    return core_sign_tree(q->core, (signer_use)q->body[0], (const char *)q->body + skip,
                          q->length - skip, wire_u64_at(q->body + 1), &proof, q->out, q->err);
}

static assay_status answer_proof(const question *q)
{
    uint8_t signature[64];
    if (q->length != 64)
        return malformed(q);
    assay_status status = core_sign_proof(q->core, q->body, signature, q->err);
    if (status == ASSAY_OK)
        buf_add(q->out, signature, sizeof signature);
    return status;
}

static assay_status answer_rsa(const question *q)
{
    uint8_t signature[SIGNER_RSA_MAX];
    size_t length;
    sha256 digest;
    if (q->length != sizeof digest.bytes)
        return malformed(q);
    memcpy(digest.bytes, q->body, sizeof digest.bytes);
    assay_status status = core_sign_rsa(q->core, &digest, signature, &length, q->err);
    if (status == ASSAY_OK)
        buf_add(q->out, signature, length);
    return status;
}

static assay_status answer(uint8_t verb, const question *q)
{
    switch (verb) {
    case WIRE_KEYS: return answer_keys(q);
    case WIRE_LAST: return answer_last(q);
    case WIRE_TREE: return answer_tree(q);
    case WIRE_PROOF: return answer_proof(q);
    case WIRE_RSA: return answer_rsa(q);
    default: return malformed(q);
    }
}

void wire_answer(signer_core *c, const uint8_t *request, size_t length, buf *out)
{
    assay_err err = {0};
    const question q = {c, request + 1, length ? length - 1 : 0, out, &err};
    wire_begin(out, ASSAY_OK);
    assay_status status = length ? answer(request[0], &q) : malformed(&q);
    if (status != ASSAY_OK) {
        wire_begin(out, (uint8_t)status);
        buf_add(out, err.message, strlen(err.message) + 1);
        buf_add(out, err.hint, strlen(err.hint) + 1);
    }
    wire_end(out);
}

/* -- the socket ------------------------------------------------------------------------------------- */

static bool read_all(int fd, uint8_t *out, size_t length)
{
    while (length) {
        ssize_t n = read(fd, out, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        out += n;
        length -= (size_t)n;
    }
    return true;
}

bool wire_receive(int fd, uint8_t *what, buf *body)
{
    uint8_t head[4], bytes[WIRE_MAX];
    if (!read_all(fd, head, sizeof head))
        return false;
    uint32_t length = wire_u32_at(head);
    if (!length || length > WIRE_MAX || !read_all(fd, bytes, length))
        return false;
    *what = bytes[0];
    buf_clear(body);
    buf_add(body, bytes + 1, length - 1);
    return !body->failed;
}

bool wire_send(int fd, const buf *message)
{
    const char *at = message->data;
    size_t left = message->length;
    while (left && !message->failed) {
        ssize_t n = send(fd, at, left, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        left -= (size_t)n;
    }
    return !message->failed;
}
