/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is committed while one checkpoint is being made goes into the next: the batch grows with the
 * load, and nobody waits for a clock. Witnesses are asked at most once a second, in a thread of
 * their own, so that a slow one keeps no signature waiting. */
#include "serve/ledger.h"

#include "ledger/witness.h"
#include "serve/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RETRY_S = 2, WITNESS_S = 1, WITNESS_RETRY_S = 10 };

struct ledger {
    server *server;
    ledger_view *view;
    pthread_mutex_t view_lock;
    witness *witness;
    signer *witness_signer;
    bool has_log, has_witnesses;

    pthread_t builder, messenger;
    bool has_builder, has_messenger;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t news, signed_news;
    bool is_news, is_closing;
    ledger_health health;
};

/* -- waiting ---------------------------------------------------------------------------------------- */

static struct timespec in_seconds(int seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += seconds;
    return t;
}

/* True: news; false: closing. After a failure it is tried again without news. */
static bool wait_for_news(ledger *l, bool is_troubled)
{
    struct timespec until = in_seconds(RETRY_S);
    int code = 0;
    pthread_mutex_lock(&l->lock);
    while (!l->is_news && !l->is_closing && code == 0)
        code = is_troubled ? pthread_cond_timedwait(&l->news, &l->lock, &until)
                           : pthread_cond_wait(&l->news, &l->lock);
    l->is_news = false;
    bool goes_on = !l->is_closing;
    pthread_mutex_unlock(&l->lock);
    return goes_on;
}

void ledger_news(void *context)
{
    ledger *l = context;
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->is_news = true;
    pthread_cond_signal(&l->news);
    pthread_mutex_unlock(&l->lock);
}

/* -- the builder -------------------------------------------------------------------------------------- */

static void note_state(ledger *l, assay_status status, uint64_t size, const assay_err *err)
{
    char text[sizeof l->health.trouble] = "";
    if (status != ASSAY_OK)
        snprintf(text, sizeof text, "%s", err->message);
    pthread_mutex_lock(&l->lock);
    bool is_same = strcmp(text, l->health.trouble) == 0;
    strcpy(l->health.trouble, text);
    if (status == ASSAY_OK && l->health.signed_size != size) {
        l->health.signed_size = size;
        pthread_cond_signal(&l->signed_news);
    }
    pthread_mutex_unlock(&l->lock);
    if (!is_same)
        log_linef(*text ? "error" : "info", "ledger", "%s", *text ? text : "signing again");
}

/* One step; a notary that failed is made anew, from what is on the disk. */
static bool step(ledger *l, notary **n)
{
    assay_err err = {0};
    uint64_t size = 0;
    assay_status status = *n ? ASSAY_OK : notary_open(l->server->database, n, &err);
    if (status == ASSAY_OK)
        status = notary_step(*n, &size, &err);
    if (status != ASSAY_OK && status != ASSAY_BUSY) {
        notary_close(*n);
        *n = NULL;
    }
    note_state(l, status, size, &err);
    return status == ASSAY_OK;
}

static void *build(void *context)
{
    ledger *l = context;
    notary *n = NULL;
    bool is_fine = step(l, &n);
    while (wait_for_news(l, !is_fine))
        is_fine = step(l, &n);
    step(l, &n);
    notary_close(n);
    return NULL;
}

/* -- the messenger -------------------------------------------------------------------------------------- */

static bool wait_for_signature(ledger *l, uint64_t *size, bool is_lacking)
{
    struct timespec until = in_seconds(WITNESS_RETRY_S);
    int code = 0;
    pthread_mutex_lock(&l->lock);
    while (l->health.signed_size == *size && !l->is_closing && code == 0)
        code = is_lacking ? pthread_cond_timedwait(&l->signed_news, &l->lock, &until)
                          : pthread_cond_wait(&l->signed_news, &l->lock);
    *size = l->health.signed_size;
    bool goes_on = !l->is_closing;
    pthread_mutex_unlock(&l->lock);
    return goes_on;
}

static void pause_between(ledger *l)
{
    struct timespec until = in_seconds(WITNESS_S);
    pthread_mutex_lock(&l->lock);
    while (!l->is_closing && pthread_cond_timedwait(&l->signed_news, &l->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&l->lock);
}

static void *carry(void *context)
{
    ledger *l = context;
    ledger_view *v = NULL;
    store *s = NULL;
    assay_err err = {0};
    uint64_t size = UINT64_MAX;
    size_t lacking = 0;
    assay_status status = store_open(l->server->database, STORE_READ, &s, &err);
    if (status == ASSAY_OK)
        status = ledger_view_open(s, l->server->database, &v, &err);
    store_close(s);
    while (status == ASSAY_OK && wait_for_signature(l, &size, lacking > 0)) {
        size_t before = lacking;
        assay_err why = {0};
        if (ledger_view_witness(v, &lacking, &why) != ASSAY_OK || (lacking && !before))
            log_linef("warning", "ledger", "%s", why.message);
        pthread_mutex_lock(&l->lock);
        l->health.lacking = lacking;
        pthread_mutex_unlock(&l->lock);
        ledger_news(l); /* cosignatures may have come */
        pause_between(l);
    }
    ledger_view_close(v);
    return NULL;
}

/* -- the witness others ask -------------------------------------------------------------------------------- */

/* The document "witness" of kind "ledger": {"logs": policy text, "signer": as signer_open takes it}. */
static assay_status open_witness(ledger *l, assay_err *err)
{
    char place[1024], directory[1024];
    policy *logs = malloc(sizeof *logs);
    assay_status status = logs ? notary_witness_logs(l->server->reader, l->server->database, logs,
                                                     place, directory, sizeof place, err)
                               : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a policy");
    if (status == ASSAY_NOT_FOUND) {
        free(logs);
        return ASSAY_OK;
    }
    if (status == ASSAY_OK)
        status = signer_open(place, &l->witness_signer, err);
    if (status == ASSAY_OK)
        status = witness_open(directory, logs, l->witness_signer, &l->witness, err);
    free(logs);
    return status;
}

/* -- life ------------------------------------------------------------------------------------------------------ */

static assay_status open_log(ledger *l, assay_err *err)
{
    assay_status status = ledger_view_open(l->server->reader, l->server->database, &l->view, err);
    if (status == ASSAY_NOT_FOUND)
        return ASSAY_OK;
    l->has_log = status == ASSAY_OK;
    l->has_witnesses = l->has_log && ledger_view_has_witnesses(l->view);
    return status;
}

static assay_status start(ledger *l, assay_err *err)
{
    if (l->has_log)
        l->has_builder = pthread_create(&l->builder, NULL, build, l) == 0;
    if (l->has_witnesses)
        l->has_messenger = pthread_create(&l->messenger, NULL, carry, l) == 0;
    return l->has_builder == l->has_log && l->has_messenger == l->has_witnesses
               ? ASSAY_OK
               : assay_fail(err, ASSAY_MEMORY, 0, "no thread for the ledger");
}

assay_status ledger_open(server *s, ledger **out, assay_err *err)
{
    ledger *l = calloc(1, sizeof *l);
    if (!l)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the ledger");
    l->server = s;
    pthread_mutex_init(&l->lock, NULL);
    pthread_mutex_init(&l->view_lock, NULL);
    pthread_cond_init(&l->news, NULL);
    pthread_cond_init(&l->signed_news, NULL);
    assay_status status = open_log(l, err);
    if (status == ASSAY_OK) {
        assay_err why = {0};
        if (open_witness(l, &why) != ASSAY_OK) /* the plant runs without being a witness */
            log_linef("error", "ledger", "no witness for others: %s", why.message);
    }
    if (status == ASSAY_OK)
        status = start(l, err);
    if (status != ASSAY_OK || (!l->has_log && !l->witness)) {
        ledger_close(l);
        return status;
    }
    *out = l;
    return ASSAY_OK;
}

void ledger_close(ledger *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->is_closing = true;
    pthread_cond_broadcast(&l->news);
    pthread_cond_broadcast(&l->signed_news);
    pthread_mutex_unlock(&l->lock);
    if (l->has_builder)
        pthread_join(l->builder, NULL);
    if (l->has_messenger)
        pthread_join(l->messenger, NULL);
    witness_close(l->witness);
    signer_close(l->witness_signer);
    ledger_view_close(l->view);
    pthread_cond_destroy(&l->news);
    pthread_cond_destroy(&l->signed_news);
    pthread_mutex_destroy(&l->lock);
    pthread_mutex_destroy(&l->view_lock);
    free(l);
}

ledger_view *ledger_take(ledger *l)
{
    if (!l || !l->view)
        return NULL;
    pthread_mutex_lock(&l->view_lock);
    return l->view;
}

void ledger_give(ledger *l)
{
    pthread_mutex_unlock(&l->view_lock);
}

struct witness *ledger_witness(ledger *l)
{
    return l ? l->witness : NULL;
}

ledger_health ledger_state(ledger *l)
{
    pthread_mutex_lock(&l->lock);
    ledger_health h = l->health;
    pthread_mutex_unlock(&l->lock);
    return h;
}
