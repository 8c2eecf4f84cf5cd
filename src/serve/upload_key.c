/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request with an Idempotency-Key is one parcel, so that the key is durable with all of its rows
 * or none. What came of them is known after the commit and follows in a parcel of its own; a crash
 * between the two leaves a key that says "taken" without the totals. */
#include "serve/upload_inner.h"

#include "base/time.h"
#include "serve/reply.h"

#include <string.h>

enum { KEY_MAX = 255 };

void upload_key_begin(request *r, upload *s)
{
    assay_err err;
    const char *said = request_header(r, "Idempotency-Key");
    if (!said)
        return;
    if (!*said || strlen(said) > KEY_MAX) {
        reply_problemf(r, 400, NULL, "an Idempotency-Key has 1 to %d bytes", KEY_MAX);
        return;
    }
    keys_name(r->who.account, said, s->key);
    if (hasher_new(&s->hasher, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    hasher_begin(s->hasher);
    s->rows_most = PARCEL_ROWS;
    key_state state = keys_begin(r->server->keys, s->key, &s->outcome);
    if (state == KEY_RUNNING) {
        s->key[0] = 0;
        reply_problem(r, 409, NULL, "a request with this Idempotency-Key is under way", NULL);
        return;
    }
    s->is_replay = state == KEY_DONE;
    s->holds_key = !s->is_replay;
}

static void recall(upload *s)
{
    const key_outcome *o = &s->outcome;
    verdicts *v = &s->verdicts;
    v->received = o->received;
    v->stored = o->stored;
    v->late = o->late;
    v->duplicates = o->duplicates;
    v->conflicts = o->conflicts;
    v->refused = o->refused;
    v->commit = o->commit;
    v->with_rows = false;
}

bool upload_key_end(request *r, upload *s)
{
    assay_err err;
    sha256 digest;
    if (!s->key[0])
        return true;
    if (hasher_end(s->hasher, &digest, &err) != ASSAY_OK) {
        reply_error(r, &err);
        return false;
    }
    if (s->is_replay && memcmp(digest.bytes, s->outcome.digest, 16) != 0) {
        reply_problem(r, 422, NULL, "this Idempotency-Key came before with another body",
                      "a new body needs a new key");
        return false;
    }
    if (s->is_replay) {
        recall(s);
        return true;
    }
    memcpy(s->outcome.digest, digest.bytes, 16);
    s->outcome.time = time_now();
    parcel *p = upload_parcel(s);
    if (p) {
        s->outcome.received = p->rows->n + s->verdicts.refused;
        keys_remember(p, s->key, &s->outcome);
    }
    return true;
}

/* A parcel that only remembers; nobody waits for it. */
static void forget_parcel(parcel *p, void *context)
{
    (void)context;
    parcel_free(p);
}

static void remember_totals(request *r, const upload *s)
{
    parcel *p;
    if (parcel_new(s->source, 0, &p, NULL) != ASSAY_OK)
        return;
    p->done = forget_parcel;
    keys_remember(p, s->key, &s->outcome);
    intake_offer(r->server->intake, p);
}

void upload_key_done(request *r, upload *s)
{
    const verdicts *v = &s->verdicts;
    if (!s->holds_key || v->trouble.code != ASSAY_OK)
        return;
    key_outcome *o = &s->outcome;
    o->received = v->received;
    o->stored = v->stored;
    o->late = v->late;
    o->duplicates = v->duplicates;
    o->conflicts = v->conflicts;
    o->refused = v->refused;
    o->commit = v->commit;
    s->holds_key = false;
    keys_end(r->server->keys, s->key, o);
    remember_totals(r, s);
}

void upload_key_drop(upload *s)
{
    if (s->holds_key)
        keys_end(s->request->server->keys, s->key, NULL);
    s->holds_key = false;
}
