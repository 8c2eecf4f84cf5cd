/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each thread reads with a handle of its own. It is opened anew after many requests, so that what
 * it keeps (texts, pages) stays small however long the server runs. */
#include "serve/server.h"

#include <pthread.h>
#include <stdlib.h>

enum { USES = 1 << 16 };

typedef struct {
    store *handle;
    unsigned uses;
} reader_seat;

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void leave(void *context)
{
    reader_seat *seat = context;
    store_close(seat->handle);
    free(seat);
}

static void make_key(void)
{
    pthread_key_create(&key, leave);
}

store *reader_here(server *s, assay_err *err)
{
    pthread_once(&once, make_key);
    reader_seat *seat = pthread_getspecific(key);
    if (!seat) {
        seat = calloc(1, sizeof *seat);
        if (!seat || pthread_setspecific(key, seat) != 0) {
            free(seat);
            assay_fail(err, ASSAY_MEMORY, 0, "out of memory");
            return NULL;
        }
    }
    if (seat->handle && ++seat->uses > USES) {
        store_close(seat->handle);
        *seat = (reader_seat){0};
    }
    if (!seat->handle && store_open(s->database, STORE_READ, &seat->handle, err) != ASSAY_OK)
        return NULL;
    return seat->handle;
}
