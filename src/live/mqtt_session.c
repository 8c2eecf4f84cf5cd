/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions of the endpoint. In memory they live as long as somebody needs them; what a kept one
 * must know after that stands in the database and is read again when its client comes back. */
#include "live/mqtt_endpoint.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- known clients --------------------------------------------------------------------- */

static bool known_find(const known_clients *k, const char *client, size_t *at)
{
    size_t low = 0, high = k->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(k->names[middle], client);
        if (order == 0) {
            *at = middle;
            return true;
        }
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    *at = low;
    return false;
}

static bool known_add(known_clients *k, const char *client)
{
    size_t at;
    if (known_find(k, client, &at))
        return true;
    if (k->count == k->room) {
        size_t room = k->room ? k->room * 2 : 64;
        char **names = realloc(k->names, room * sizeof *names);
        if (!names)
            return false;
        k->names = names;
        k->room = room;
    }
    char *copy = strdup(client);
    if (!copy)
        return false;
    memmove(k->names + at + 1, k->names + at, (k->count++ - at) * sizeof *k->names);
    k->names[at] = copy;
    return true;
}

static void known_remove(known_clients *k, const char *client)
{
    size_t at;
    if (!known_find(k, client, &at))
        return;
    free(k->names[at]);
    memmove(k->names + at, k->names + at + 1, (--k->count - at) * sizeof *k->names);
}

static bool recall_one(const char *key, const void *bytes, size_t length, void *context)
{
    (void)bytes;
    (void)length;
    return known_add(context, key + strlen("client/"));
}

assay_status endpoint_recall(endpoint *e, assay_err *err)
{
    return store_recall_all(e->setup.reader, e->setup.source, "client/", recall_one, &e->known,
                            err);
}

void endpoint_forget(known_clients *k)
{
    for (size_t i = 0; i < k->count; i++)
        free(k->names[i]);
    free(k->names);
    *k = (known_clients){0};
}

/* The table and the database agree with the next commit. */
static assay_status keep_client(endpoint *e, const char *client, bool is_kept, assay_err *err)
{
    char key[CLIENT_ROOM + 8];
    size_t at;
    bool is_known = known_find(&e->known, client, &at);
    if (is_known == is_kept)
        return ASSAY_OK;
    if (is_kept && e->known.count >= CLIENTS_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "more than %d clients with kept sessions",
                          CLIENTS_MAX);
    snprintf(key, sizeof key, "client/%s", client);
    if (!mqtt_rows_remember(e->rows, key, is_kept ? "1" : NULL, is_kept))
        return assay_fail(err, ASSAY_BUSY, 0, "no room for a session now");
    if (!is_kept)
        known_remove(&e->known, client);
    else if (!known_add(&e->known, client))
        return assay_fail(err, ASSAY_BUSY, 0, "no memory for a session now");
    return ASSAY_OK;
}

/* -- sessions -------------------------------------------------------------------------- */

static session **bucket_of(endpoint *e, const char *client)
{
    size_t buckets = sizeof e->sessions / sizeof e->sessions[0];
    return &e->sessions[hash64(client, strlen(client)) % buckets];
}

session *endpoint_session(endpoint *e, const char *client)
{
    session **bucket = bucket_of(e, client);
    for (session *s = *bucket; s; s = s->next)
        if (strcmp(s->client, client) == 0)
            return s;
    session *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->owner = e;
    s->from.session = s;
    snprintf(s->client, sizeof s->client, "%s", client);
    s->next = *bucket;
    return *bucket = s;
}

void endpoint_leave(session *s)
{
    if (s->connection || s->inbox.outstanding)
        return;
    session **at = bucket_of(s->owner, s->client);
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    mqtt_inbox_done(&s->inbox);
    mqtt_seen_free(s->from.seen);
    free(s);
}

/* From the database, where all of it stands: no token is out. */
static assay_status recall_seen(session *s, assay_err *err)
{
    if (s->from.seen)
        return ASSAY_OK;
    mqtt_seen *seen = mqtt_seen_new(s->client, MQTT_SEEN_OF_GAUGE);
    if (!seen)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a session");
    assay_status status =
        mqtt_seen_recall(seen, s->owner->setup.reader, s->owner->setup.source, err);
    if (status != ASSAY_OK) {
        mqtt_seen_free(seen);
        return status;
    }
    s->from.seen = seen;
    return ASSAY_OK;
}

static void hold_again(session *s)
{
    const uint16_t *held;
    size_t n = s->from.seen ? mqtt_seen_held(s->from.seen, &held) : 0;
    for (size_t i = 0; i < n; i++)
        (void)mqtt_inbox_hold(&s->inbox, held[i]);
}

assay_status endpoint_resume(session *s, mqtt_version v, bool is_clean, bool is_kept,
                             bool *is_resumed, assay_err *err)
{
    endpoint *e = s->owner;
    size_t at;
    bool is_known = known_find(&e->known, s->client, &at);
    assay_status status = is_known || is_kept ? recall_seen(s, err) : ASSAY_OK;
    if (status == ASSAY_OK)
        status = keep_client(e, s->client, is_kept, err);
    if (status != ASSAY_OK)
        return status;
    *is_resumed = is_known && !is_clean;
    mqtt_inbox_connect(&s->inbox, v);
    if (!*is_resumed) {
        mqtt_inbox_forget(&s->inbox);
        if (s->from.seen)
            mqtt_seen_forget(s->from.seen);
    }
    hold_again(s);
    return ASSAY_OK;
}
