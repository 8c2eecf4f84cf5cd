/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/signatures.h"

#include "notary/credential.h"
#include "notary/notary.h"
#include "serve/change.h"
#include "serve/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* In the writer's thread an RSA signature takes a millisecond or two: few at a time, so that nobody
 * who stores measurements waits long. */
enum { PORTION = 8, LOOK_S = 1, RETRY_S = 15 };

struct signatures {
    server *server;
    signer *signer;
    char trouble[400]; /* said last */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_closing;
};

/* True: go on; false: closing. */
static bool wait_a_while(signatures *g, int seconds)
{
    struct timespec until;
    int code = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&g->lock);
    while (!g->is_closing && code == 0)
        code = pthread_cond_timedwait(&g->wake, &g->lock, &until);
    bool goes_on = !g->is_closing;
    pthread_mutex_unlock(&g->lock);
    return goes_on;
}

static assay_status find_signer(signatures *g, store *s, assay_err *err)
{
    char place[1200];
    notary_settings set = {0};
    if (g->signer)
        return ASSAY_OK;
    if (notary_settings_read(s, &set, NULL) != ASSAY_OK)
        set = (notary_settings){0};
    notary_signer_place(&set, g->server->database, place, sizeof place);
    notary_settings_done(&set);
    return signer_open(place, &g->signer, err);
}

static assay_status sign_some(store *s, void *context, assay_err *err)
{
    signatures *g = context;
    return credential_sign(s, g->signer, PORTION, NULL, err);
}

static assay_status sign_waiting(signatures *g, assay_err *err)
{
    store *s = reader_here(g->server, err);
    assay_status status = s ? ASSAY_OK : ASSAY_IO;
    while (status == ASSAY_OK && credential_waiting(s)) {
        status = find_signer(g, s, err);
        if (status == ASSAY_OK)
            status = change(g->server, sign_some, g, err);
    }
    return status;
}

static void note_trouble(signatures *g, assay_status status, const assay_err *err)
{
    const char *text = status == ASSAY_OK ? "" : err->message;
    if (strcmp(text, g->trouble) != 0 && *text)
        log_linef("error", "credentials", "credentials wait for their signature: %s", text);
    snprintf(g->trouble, sizeof g->trouble, "%s", text);
    if (status == ASSAY_OK)
        return;
    signer_close(g->signer); /* it may have been restarted with other keys */
    g->signer = NULL;
}

static void *run(void *context)
{
    signatures *g = context;
    assay_status status = ASSAY_OK;
    while (wait_a_while(g, status == ASSAY_OK ? LOOK_S : RETRY_S)) {
        assay_err err = {0};
        status = sign_waiting(g, &err);
        note_trouble(g, status, &err);
    }
    return NULL;
}

assay_status signatures_open(server *s, signatures **out, assay_err *err)
{
    signatures *g = calloc(1, sizeof *g);
    if (!g)
        return assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
    g->server = s;
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->wake, NULL);
    if (pthread_create(&g->thread, NULL, run, g) != 0) {
        free(g);
        return assay_fail(err, ASSAY_MEMORY, 0, "cannot start a thread");
    }
    *out = g;
    return ASSAY_OK;
}

void signatures_close(signatures *g)
{
    if (!g)
        return;
    pthread_mutex_lock(&g->lock);
    g->is_closing = true;
    pthread_cond_signal(&g->wake);
    pthread_mutex_unlock(&g->lock);
    pthread_join(g->thread, NULL);
    signer_close(g->signer);
    pthread_mutex_destroy(&g->lock);
    pthread_cond_destroy(&g->wake);
    free(g);
}
