/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two parcels: one is filled while the other is being stored. The next one is offered only when the
 * one before is durable, so that a place remembered with a parcel never lies behind rows that are
 * not. */
#include "live/door_folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { again_ms = 1000 };

struct folder_parcels {
    folder *f;
    parcel *both[2];
    int filling;
    bool is_out; /* the other one is with the intake */
    bool is_back;
    pthread_mutex_t lock;
    pthread_cond_t came;
};

/* In the intake's thread. */
static void done(parcel *stored, void *context)
{
    folder_parcels *p = context;
    (void)stored;
    pthread_mutex_lock(&p->lock);
    p->is_back = true;
    pthread_cond_signal(&p->came);
    pthread_mutex_unlock(&p->lock);
}

static void wait_back(folder_parcels *p)
{
    pthread_mutex_lock(&p->lock);
    while (!p->is_back)
        pthread_cond_wait(&p->came, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

static void send_out(folder_parcels *p, parcel *out)
{
    p->is_out = true;
    p->is_back = false;
    intake_offer(p->f->setup.intake, out);
}

static void pause_ms(folder *f, int ms)
{
    for (; ms > 0 && !atomic_load(&f->is_stopping); ms -= 50)
        nanosleep(&(struct timespec){.tv_nsec = 50 * 1000000}, NULL);
}

/* The one that is out is stored, however long that takes. */
static bool bring_home(folder_parcels *p)
{
    parcel *other = p->both[!p->filling];
    while (p->is_out) {
        wait_back(p);
        p->is_out = false;
        if (other->status == ASSAY_OK)
            break;
        folder_say(p->f, "waiting", "%s", other->err.message);
        if (!parcel_is_at_fault(other) || !parcel_set_aside(other))
            pause_ms(p->f, again_ms);
        if (atomic_load(&p->f->is_stopping))
            return false;
        send_out(p, other);
    }
    return true;
}

parcel *folder_parcel(folder_parcels *p)
{
    return p->both[p->filling];
}

bool folder_offer(folder_parcels *p)
{
    if (parcel_is_empty(p->both[p->filling]))
        return true;
    if (!bring_home(p))
        return false;
    send_out(p, p->both[p->filling]);
    p->filling = !p->filling;
    parcel_clear(p->both[p->filling]);
    return true;
}

bool folder_settle(folder_parcels *p)
{
    return folder_offer(p) && bring_home(p);
}

void folder_drop(folder_parcels *p)
{
    parcel_clear(p->both[p->filling]);
}

assay_status folder_parcels_new(folder *f, folder_parcels **out, assay_err *err)
{
    folder_parcels *p = calloc(1, sizeof *p);
    if (!p)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for parcels");
    p->f = f;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->came, NULL);
    assay_status status = ASSAY_OK;
    for (int i = 0; i < 2 && status == ASSAY_OK; i++) {
        status = parcel_new(f->setup.source, (1u << CONTEXT_COUNT) - 1, &p->both[i], err);
        if (status == ASSAY_OK) {
            p->both[i]->done = done;
            p->both[i]->context = p;
        }
    }
    if (status != ASSAY_OK) {
        folder_parcels_free(p);
        return status;
    }
    *out = p;
    return ASSAY_OK;
}

void folder_parcels_free(folder_parcels *p)
{
    if (!p)
        return;
    if (p->is_out)
        wait_back(p);
    for (int i = 0; i < 2; i++)
        parcel_free(p->both[i]);
    pthread_cond_destroy(&p->came);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
