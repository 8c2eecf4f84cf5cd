/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the handlers of programmes share: who asks, at which desk, and how it is answered.
 *
 * The engine decides what somebody may see or do; a route only says who may ask at all. Whoever may
 * close and audit runs programmes (the desk), at a site or everywhere; whoever may audit alone reads
 * what is decided; everybody else is the party of their account. At a shared device the header
 * X-Assay-Kiosk carries the badge of who stands there: then it is that person's party, and no more. */
#ifndef SERVE_PROGRAMME_H
#define SERVE_PROGRAMME_H

#include "serve/body.h"
#include "serve/change.h"
#include "serve/reply.h"

#include "scheme/case.h"
#include "scheme/party.h"
#include "scheme/round.h"
#include "scheme/title.h"

typedef struct ask ask;
typedef assay_status ask_work(ask *a, assay_err *err);
struct ask {
    request *r;
    store *s;
    store_tx *tx; /* NULL: reading */
    desk *desk;
    viewer who;
    buf said, out;
    ask_work *work;
    void *more;
};

/* Run `work` and answer with what it leaves in a->out, or with its error. */
void programme_read(request *r, ask_work *work);
/* The body is an object; it stands in a->said. In the writer's thread. */
void programme_write(request *r, unsigned status, ask_work *work);
/* The same for anybody, at most `per_minute` times from one network. */
void programme_read_public(request *r, unsigned per_minute, ask_work *work);
void programme_write_public(request *r, unsigned status, unsigned per_minute, ask_work *work);
/* Without a JSON body: a->said is what was sent. */
void programme_write_bytes(request *r, unsigned status, ask_work *work);

/* What a token may not do: false after refusing. */
bool programme_may_act(request *r);
/* `work` in the writer's thread, in a transaction of its own, as the asker; for handlers that need
 * several. The answer is theirs. */
ASSAY_MUST_USE assay_status programme_step(ask *a, assay_err *err);

/* Path part i as an id. */
ASSAY_MUST_USE assay_status ask_id(ask *a, int i, object_id *out, assay_err *err);
ASSAY_MUST_USE assay_status ask_round(ask *a, int i, object_id *out, assay_err *err);
/* A case as the asker may see it, and its rules. */
ASSAY_MUST_USE assay_status ask_case(ask *a, const object_id *id, buf *view, const scheme **rules, assay_err *err);
const char *ask_badge(const ask *a); /* of who stands at a kiosk; NULL: it is none */
ASSAY_MUST_USE assay_status ask_desk(const ask *a, assay_err *err);
size_t ask_limit(ask *a);

#endif
