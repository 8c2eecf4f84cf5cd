/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The caller's side: straight to the keys in this process, or through the socket. A connection that
 * broke is made anew once; a question may be asked twice without harm, since the same tree may be
 * signed again. */
#include "ledger/signer.h"

#include "base/i18n.h"

#include "ledger/signer_wire.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_S = 10 };

struct signer {
    pthread_mutex_t lock;
    signer_core core; /* is_remote: unused */
    bool is_remote;
    char socket[sizeof((struct sockaddr_un *)0)->sun_path];
    int fd; /* -1: not connected */
    buf question, answer;
};

/* -- over the socket ----------------------------------------------------------------------------- */

static assay_status reach(signer *s, assay_err *err)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = ANSWER_S};
    memcpy(to.sun_path, s->socket, sizeof to.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        s->fd = fd;
        return ASSAY_OK;
    }
    assay_fail(err, ASSAY_IO, 0, "the signer at %s cannot be reached: %s", s->socket,
               strerror(errno));
    if (fd >= 0)
        close(fd);
    return assay_hint(err, _("systemctl start assay-signer, or assay signer run"));
}

static void part(signer *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static void copy_text(char *out, size_t room, const char *from, const char *end)
{
    size_t n = strnlen(from, (size_t)(end - from));
    n = n < room ? n : room - 1;
    memcpy(out, from, n);
    out[n] = '\0';
}

/* The signer's error becomes ours. */
static assay_status refusal(uint8_t status, const buf *body, assay_err *err)
{
    char message[sizeof err->message], hint[sizeof err->hint];
    const char *text = buf_text(body), *end = text + body->length;
    copy_text(message, sizeof message, text, end);
    const char *second = text + strnlen(text, body->length);
    copy_text(hint, sizeof hint, second < end ? second + 1 : end, end);
    if (status > ASSAY_USAGE)
        status = ASSAY_IO;
    assay_fail(err, (assay_status)status, 0, "%s", message);
    return *hint ? assay_hint(err, "%s", hint) : (assay_status)status;
}

/* s->question was filled; s->answer gets the body. */
static assay_status ask(signer *s, assay_err *err)
{
    wire_end(&s->question);
    if (s->question.failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a question to the signer");
    if (s->question.length > WIRE_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "the signer takes at most %d bytes", WIRE_MAX);
    for (int try = 0; try < 2; try++) {
        uint8_t status;
        if (s->fd < 0 && reach(s, err) != ASSAY_OK)
            return ASSAY_IO;
        if (wire_send(s->fd, &s->question) && wire_receive(s->fd, &status, &s->answer))
            return status == ASSAY_OK ? ASSAY_OK : refusal(status, &s->answer, err);
        part(s);
    }
    return assay_fail(err, ASSAY_IO, 0, "the signer at %s gives no answer", s->socket);
}

static assay_status strange(assay_err *err)
{
    return assay_fail(err, ASSAY_FORMAT, 0, "the signer's answer is not of its protocol");
}

static assay_status ask_keys(signer *s, signer_public *out, assay_err *err)
{
    wire_begin(&s->question, WIRE_KEYS);
    assay_status status = ask(s, err);
    if (status == ASSAY_OK &&
        !wire_read_keys((const uint8_t *)buf_text(&s->answer), s->answer.length, out))
        status = strange(err);
    return status;
}

static assay_status ask_last(signer *s, signer_use use, const char *origin, signer_seen *out,
                             assay_err *err)
{
    wire_begin(&s->question, WIRE_LAST);
    buf_add_char(&s->question, (char)use);
    buf_add_text(&s->question, origin);
    assay_status status = ask(s, err);
    if (status == ASSAY_OK && s->answer.length != 40)
        return strange(err);
    if (status == ASSAY_OK) {
        out->size = wire_u64_at((const uint8_t *)s->answer.data);
        memcpy(out->root.bytes, s->answer.data + 8, 32);
    }
    return status;
}

static assay_status ask_tree(signer *s, signer_use use, const char *text, size_t length,
                             uint64_t old, const merkle_proof *proof, buf *line, assay_err *err)
{
    wire_begin(&s->question, WIRE_TREE);
    buf_add_char(&s->question, (char)use);
    wire_u64(&s->question, old);
    buf_add_char(&s->question, (char)proof->count);
    buf_add(&s->question, proof->hash, proof->count * sizeof *proof->hash);
    buf_add(&s->question, text, length);
    assay_status status = ask(s, err);
    if (status == ASSAY_OK)
        buf_add(line, s->answer.data, s->answer.length);
    return status;
}

static assay_status ask_bytes(signer *s, wire_verb verb, const uint8_t *bytes, size_t length,
                              uint8_t *out, size_t room, size_t *out_length, assay_err *err)
{
    wire_begin(&s->question, (uint8_t)verb);
    buf_add(&s->question, bytes, length);
    assay_status status = ask(s, err);
    if (status == ASSAY_OK && s->answer.length > room)
        return strange(err);
    if (status == ASSAY_OK) {
        memcpy(out, s->answer.data, s->answer.length);
        *out_length = s->answer.length;
    }
    return status;
}

/* -- the door ---------------------------------------------------------------------------------------- */

assay_status signer_keys(signer *s, signer_public *out, assay_err *err)
{
    assay_status status = ASSAY_OK;
    pthread_mutex_lock(&s->lock);
    if (s->is_remote)
        status = ask_keys(s, out, err);
    else
        core_public(&s->core, out);
    pthread_mutex_unlock(&s->lock);
    return status;
}

assay_status signer_last(signer *s, signer_use use, const char *origin, signer_seen *out,
                         assay_err *err)
{
    pthread_mutex_lock(&s->lock);
    assay_status status = s->is_remote ? ask_last(s, use, origin, out, err)
                                       : core_last(&s->core, use, origin, out, err);
    pthread_mutex_unlock(&s->lock);
    return status;
}

assay_status signer_sign_tree(signer *s, signer_use use, const char *text, size_t length,
                              uint64_t old, const merkle_proof *proof, buf *line, assay_err *err)
{
    pthread_mutex_lock(&s->lock);
    assay_status status =
        s->is_remote ? ask_tree(s, use, text, length, old, proof, line, err)
                     : core_sign_tree(&s->core, use, text, length, old, proof, line, err);
    pthread_mutex_unlock(&s->lock);
    return status;
}

assay_status signer_sign_proof(signer *s, const uint8_t hashes[static 64],
                               uint8_t signature[static 64], assay_err *err)
{
    size_t length = 64;
    uint8_t made[64];
    pthread_mutex_lock(&s->lock);
    assay_status status =
        s->is_remote ? ask_bytes(s, WIRE_PROOF, hashes, 64, made, sizeof made, &length, err)
                     : core_sign_proof(&s->core, hashes, made, err);
    pthread_mutex_unlock(&s->lock);
    if (status == ASSAY_OK && length != 64)
        status = strange(err);
    if (status == ASSAY_OK)
        memcpy(signature, made, 64);
    return status;
}

assay_status signer_sign_rs256(signer *s, const void *input, size_t input_length,
                               uint8_t signature[static SIGNER_RSA_MAX], size_t *length,
                               assay_err *err)
{
    sha256 digest;
    assay_status status = sha256_of(input, input_length, &digest, err);
    if (status != ASSAY_OK)
        return status;
    pthread_mutex_lock(&s->lock);
    status = s->is_remote ? ask_bytes(s, WIRE_RSA, digest.bytes, sizeof digest.bytes, signature,
                                      SIGNER_RSA_MAX, length, err)
                          : core_sign_rsa(&s->core, &digest, signature, length, err);
    pthread_mutex_unlock(&s->lock);
    return status;
}

static assay_status open_remote(signer *s, const char *path, assay_err *err)
{
    if (strlen(path) >= sizeof s->socket || !*path)
        return assay_fail(err, ASSAY_USAGE, 0, "a socket's path has 1 to %zu bytes",
                          sizeof s->socket - 1);
    strcpy(s->socket, path);
    s->is_remote = true;
    return reach(s, err);
}

assay_status signer_open(const char *where, signer **out, assay_err *err)
{
    signer *s = calloc(1, sizeof *s);
    if (!s)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a signer");
    s->fd = -1;
    s->core.lock_fd = -1;
    pthread_mutex_init(&s->lock, NULL);
    assay_status status = strncmp(where, "unix:", 5) == 0 ? open_remote(s, where + 5, err)
                                                          : core_open(where, &s->core, err);
    if (status != ASSAY_OK) {
        signer_close(s);
        return status;
    }
    *out = s;
    return ASSAY_OK;
}

void signer_close(signer *s)
{
    if (!s)
        return;
    part(s);
    if (!s->is_remote)
        core_close(&s->core);
    buf_done(&s->question);
    buf_done(&s->answer);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
