/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/witness.h"

#include "base/base64.h"
#include "ledger/durable.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct witness {
    char directory[PATH_MAX];
    policy logs;
    signer *signer;
    pthread_mutex_t lock; /* from the cosignature to the file: the file never goes back */
};

/* -- the request ----------------------------------------------------------------------------------- */

void witness_request_write(const witness_request *r, buf *out)
{
    buf_addf(out, "old %llu\n", (unsigned long long)r->old);
    for (size_t i = 0; i < r->proof.count; i++) {
        base64_add(out, r->proof.hash[i].bytes, 32, BASE64_STANDARD);
        buf_add_char(out, '\n');
    }
    buf_add_char(out, '\n');
    buf_add(out, r->note, r->note_length);
}

static assay_status bad(const char *why, assay_err *err)
{
    return assay_fail(err, ASSAY_FORMAT, 0, "not a request to a witness: %s", why);
}

assay_status witness_request_parse(const char *body, size_t length, witness_request *out,
                                   assay_err *err)
{
    witness_request r = {.old = 0};
    const char *at = body, *end = body + length;
    const char *stop = length <= WITNESS_BODY_MAX ? memchr(at, '\n', length) : NULL;
    size_t used;
    if (!stop || stop - at < 5 || memcmp(at, "old ", 4) != 0 ||
        !ledger_number(at + 4, (size_t)(stop - at) - 4, &r.old))
        return bad("no line \"old SIZE\"", err);
    for (at = stop + 1;; at = stop + 1) {
        stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
        if (!stop)
            return bad("no empty line", err);
        if (stop == at)
            break;
        if (r.proof.count == MERKLE_PROOF_MAX)
            return bad("more than 63 hashes", err);
        if (!base64_read(at, (size_t)(stop - at), BASE64_STANDARD,
                         r.proof.hash[r.proof.count++].bytes, 32, &used) || used != 32)
            return bad("a hash is not 32 bytes in base64", err);
    }
    r.note = stop + 1;
    r.note_length = (size_t)(end - r.note);
    *out = r;
    return ASSAY_OK;
}

/* -- judging ------------------------------------------------------------------------------------------ */

static void answer(witness_answer *out, int status, const char *text)
{
    out->status = status;
    out->type = "text/plain; charset=utf-8";
    buf_clear(&out->body);
    buf_add_text(&out->body, text);
    buf_add_char(&out->body, '\n');
}

static void answer_size(witness_answer *out, uint64_t size)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)size);
    answer(out, 409, text);
    out->type = "text/x.tlog.size";
}

/* Is the note signed by a log we know? 0: yes, *c is its text. */
static int check_log(const witness *w, const note *n, checkpoint *c, assay_err *err)
{
    bool is_known = false, is_signed = false;
    if (checkpoint_parse(n->text, n->text_length, c, err) != ASSAY_OK)
        return 400;
    for (size_t i = 0; i < w->logs.log_count; i++) {
        const note_key *key = &w->logs.logs[i].key;
        if (strcmp(key->name, c->origin) != 0)
            continue;
        is_known = true;
        assay_status status = note_verify(n, key, NULL, err);
        if (status == ASSAY_CONFLICT)
            return 403;
        is_signed |= status == ASSAY_OK;
    }
    if (!is_known)
        assay_fail(err, ASSAY_NOT_FOUND, 0, "this witness does not know %s", c->origin);
    return !is_known ? 404 : is_signed ? 0 : 403;
}

static assay_status path_of(const witness *w, const char *hex, char out[PATH_MAX], assay_err *err)
{
    if ((size_t)snprintf(out, PATH_MAX, "%s/%s/checkpoint", w->directory, hex) >= PATH_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "the path %.80s... is too long", w->directory);
    return ASSAY_OK;
}

static assay_status keep(const witness *w, const checkpoint *c, const buf *log,
                         const buf *cosignature, assay_err *err)
{
    char path[PATH_MAX], directory[PATH_MAX], hex[65];
    sha256 digest;
    buf text = BUF_INIT;
    buf_add(&text, log->data, log->length);
    buf_add(&text, cosignature->data, cosignature->length);
    assay_status status = sha256_of(c->origin, strlen(c->origin), &digest, err);
    if (status == ASSAY_OK) {
        sha256_to_hex(&digest, hex);
        status = path_of(w, hex, path, err);
    }
    if (status == ASSAY_OK) {
        snprintf(directory, sizeof directory, "%.*s", (int)(strrchr(path, '/') - path), path);
        status = durable_make_directory(directory, 0755, err);
    }
    if (status == ASSAY_OK)
        status = durable_write(path, 0644, buf_text(&text), text.length, err);
    buf_done(&text);
    return status;
}

/* The log's own signatures without those of other witnesses: text, empty line, lines of its key. */
static void only_log(const witness *w, const witness_request *r, const note *n, const char *origin,
                     buf *out)
{
    const char *line = n->text + n->text_length + 1, *end = r->note + r->note_length;
    buf_add(out, n->text, n->text_length);
    buf_add_char(out, '\n');
    for (size_t i = 0; i < n->line_count; i++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)(stop - line) + 1;
        for (size_t k = 0; k < w->logs.log_count; k++)
            if (n->lines[i].name_length == strlen(origin) &&
                memcmp(n->lines[i].name, origin, n->lines[i].name_length) == 0 &&
                memcmp(n->lines[i].id, w->logs.logs[k].key.id, 4) == 0) {
                buf_add(out, line, length);
                break;
            }
        line = stop + 1;
    }
}

/* Compared and stored by the signer in one step; what it says becomes a status. */
static void cosign(witness *w, const witness_request *r, const note *n, const checkpoint *c,
                   witness_answer *out)
{
    assay_err err = {0};
    signer_seen last = {0};
    buf line = BUF_INIT, log = BUF_INIT;
    pthread_mutex_lock(&w->lock);
    assay_status status = signer_sign_tree(w->signer, SIGNER_WITNESS, n->text, n->text_length,
                                           r->old, &r->proof, &line, &err);
    if (status == ASSAY_OK) {
        only_log(w, r, n, c->origin, &log);
        status = keep(w, c, &log, &line, &err);
    } else if (status == ASSAY_BUSY &&
               signer_last(w->signer, SIGNER_WITNESS, c->origin, &last, NULL) == ASSAY_IO)
        status = ASSAY_IO;
    pthread_mutex_unlock(&w->lock);
    if (status == ASSAY_OK) {
        buf_clear(&out->body);
        buf_add(&out->body, line.data, line.length);
        out->status = 200;
        out->type = "text/plain; charset=utf-8";
    } else if (status == ASSAY_BUSY)
        answer_size(out, last.size);
    else
        answer(out, status == ASSAY_CONFLICT ? 422 : 500, err.message);
    buf_done(&line);
    buf_done(&log);
}

void witness_add_checkpoint(witness *w, const char *body, size_t length, witness_answer *out)
{
    witness_request r;
    checkpoint c;
    assay_err err = {0};
    *out = (witness_answer){.status = 500};
    note *n = malloc(sizeof *n);
    if (!n || witness_request_parse(body, length, &r, &err) != ASSAY_OK ||
        note_parse(r.note, r.note_length, n, &err) != ASSAY_OK) {
        answer(out, n ? 400 : 500, n ? err.message : "out of memory");
        free(n);
        return;
    }
    int refused = check_log(w, n, &c, &err);
    if (refused)
        answer(out, refused, err.message);
    else if (r.old > c.size)
        answer(out, 400, "the old size is beyond the new one");
    else
        cosign(w, &r, n, &c, out);
    free(n);
}

void witness_checkpoint(witness *w, const char *hex, witness_answer *out)
{
    char path[PATH_MAX];
    assay_err err = {0};
    *out = (witness_answer){.status = 404};
    if (strlen(hex) != 64 || strspn(hex, "0123456789abcdef") != 64) {
        answer(out, 404, "not the hexadecimal SHA-256 of an origin");
        return;
    }
    assay_status status = path_of(w, hex, path, &err);
    if (status == ASSAY_OK)
        status = durable_read(path, NOTE_MAX, &out->body, &err);
    out->status = 200;
    out->type = "text/plain; charset=utf-8";
    if (status == ASSAY_NOT_FOUND)
        answer(out, 404, "nothing of this origin was seen");
    else if (status != ASSAY_OK)
        answer(out, 500, err.message);
}

/* -- life ------------------------------------------------------------------------------------------------ */

assay_status witness_open(const char *directory, const policy *logs, signer *s, witness **out,
                          assay_err *err)
{
    signer_public keys;
    assay_status status = signer_keys(s, &keys, err);
    if (status == ASSAY_OK && !keys.witness.type) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, "the signer has no key for witness");
        return assay_hint(err, "assay signer add KEYS witness NAME");
    }
    if (status == ASSAY_OK && strlen(directory) > PATH_MAX - 128)
        status = assay_fail(err, ASSAY_LIMIT, 0, "the witness's directory is too long");
    if (status == ASSAY_OK)
        status = durable_make_directory(directory, 0755, err);
    witness *w = status == ASSAY_OK ? calloc(1, sizeof *w) : NULL;
    if (status == ASSAY_OK && !w)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a witness");
    if (status != ASSAY_OK)
        return status;
    strcpy(w->directory, directory);
    w->logs = *logs;
    w->signer = s;
    pthread_mutex_init(&w->lock, NULL);
    *out = w;
    return ASSAY_OK;
}

void witness_close(witness *w)
{
    if (!w)
        return;
    pthread_mutex_destroy(&w->lock);
    free(w);
}
