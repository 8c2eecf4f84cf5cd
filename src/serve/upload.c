/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One lock a request: its connection's thread fills parcels, the intake's thread gives them back.
 * Falling asleep and giving back are decided under it, so that no waking is missed. */
#include "serve/upload.h"

#include "read/feed.h"
#include "serve/gate.h"
#include "serve/gzip.h"
#include "serve/http.h"
#include "serve/keys.h"
#include "serve/reply.h"
#include "serve/upload_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_FEW = 2048, ROWS_MANY = 16384, CROWD = 32, VAIN_MAX = 8 };

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER; /* before any stream's own */
static upload *all;
static _Atomic unsigned streams;
static _Atomic bool has_given_up;

static void enlist(upload *s)
{
    pthread_mutex_lock(&all_lock);
    s->after = all;
    if (all)
        all->before = s;
    all = s;
    pthread_mutex_unlock(&all_lock);
}

static void delist(upload *s)
{
    pthread_mutex_lock(&all_lock);
    *(s->before ? &s->before->after : &all) = s->after;
    if (s->after)
        s->after->before = s->before;
    pthread_mutex_unlock(&all_lock);
}

/* -- parcels ------------------------------------------------------------------------------------- */

static void let_go(upload *s)
{
    for (unsigned i = 0; i < s->idle_count; i++)
        parcel_free(s->idle[i]);
    parcel_free(s->filling);
    feed_free(s->feed);
    verdicts_done(&s->verdicts);
    upload_csv_done(s);
    hasher_free(s->hasher);
    pthread_mutex_destroy(&s->lock);
    free(s);
    streams--;
}

/* In the intake's thread. */
static void come_back(parcel *p, void *context)
{
    upload *s = context;
    pthread_mutex_lock(&s->lock);
    s->back[s->back_count++] = p;
    s->with_intake--;
    bool is_last = s->is_orphan && s->with_intake == 0, wake = s->is_asleep;
    s->is_asleep = false;
    if (wake)
        http_wake(s->request);
    pthread_mutex_unlock(&s->lock);
    if (!is_last)
        return;
    for (unsigned i = 0; i < s->back_count; i++)
        parcel_free(s->back[i]);
    let_go(s);
}

/* Look at what came back, make it ready to be filled again. */
static void collect(upload *s)
{
    parcel *back[UPLOAD_PARCELS];
    pthread_mutex_lock(&s->lock);
    unsigned n = s->back_count;
    memcpy(back, s->back, n * sizeof *back);
    s->back_count = 0;
    pthread_mutex_unlock(&s->lock);
    for (unsigned i = 0; i < n; i++) {
        verdicts_take(&s->verdicts, back[i]);
        parcel_clear(back[i]);
        s->idle[s->idle_count++] = back[i];
    }
}

static void offer(upload *s)
{
    parcel *p = s->filling;
    if (!p || parcel_is_empty(p))
        return;
    s->filling = NULL;
    pthread_mutex_lock(&s->lock);
    s->with_intake++;
    pthread_mutex_unlock(&s->lock);
    intake_offer(s->request->server->intake, p);
}

parcel *upload_parcel(upload *s)
{
    if (s->filling && s->filling->rows->n < s->rows_most && !parcel_is_full(s->filling))
        return s->filling;
    if (s->filling && s->key[0]) {
        s->is_too_many = true;
        return NULL;
    }
    offer(s);
    collect(s);
    if (!s->filling && s->idle_count)
        s->filling = s->idle[--s->idle_count];
    if (!s->filling && s->made < UPLOAD_PARCELS &&
        parcel_new(s->source, 0, &s->filling, NULL) == ASSAY_OK) {
        s->made++;
        s->filling->done = come_back;
        s->filling->context = s;
    }
    return s->filling;
}

/* True: asleep until `enough` says otherwise. */
static bool sleep_unless(upload *s, bool (*enough)(const upload *s))
{
    pthread_mutex_lock(&s->lock);
    s->is_asleep = !enough(s) && s->with_intake > 0 && !has_given_up;
    if (s->is_asleep)
        http_sleep(s->request);
    bool is_asleep = s->is_asleep;
    pthread_mutex_unlock(&s->lock);
    return is_asleep;
}

static bool any_back(const upload *s)
{
    return s->back_count > 0;
}

static bool all_back(const upload *s)
{
    return s->with_intake == 0;
}

/* -- rows ----------------------------------------------------------------------------------------- */

static void remember_place(upload_place *at, int32_t place, bool is_mine)
{
    *at = (upload_place){.place = place, .is_mine = is_mine, .is_known = true};
}

/* The place of a row's path, and whether its sender may write there. Found again by the hash; the
 * path itself is compared, for a sender could make two that share one. */
static const upload_place *place_of(upload *s, const feed_row *row)
{
    catalog *c = s->request->server->catalog;
    upload_place *at = &s->places[row->path_hash % UPLOAD_PLACES];
    if (at->is_known && at->place != CATALOG_NONE) {
        const char *path = catalog_path(c, at->place);
        if (strncmp(path, row->path, row->path_length) == 0 && !path[row->path_length])
            return at;
    }
    char path[1001], unit[128];
    if (row->path_length >= sizeof path || row->unit_length >= sizeof unit)
        return NULL;
    memcpy(path, row->path, row->path_length);
    path[row->path_length] = 0;
    snprintf(unit, sizeof unit, "%.*s", (int)row->unit_length, row->unit_length ? row->unit : "");
    const characteristic definition = {.path = path, .name = path, .unit = row->unit_length ? unit : NULL,
                                       .kind = row->kind, .decimals = -1};
    bool is_mine = identity_may(&s->request->who, SCOPE_MEASURE, path);
    remember_place(at, is_mine ? catalog_place(c, &definition) : CATALOG_NONE, is_mine);
    return at;
}

static bool refuse(upload *s, uint64_t line, const char *reason, const char *expected,
                   const char *found, size_t length)
{
    parcel *p = upload_parcel(s);
    if (!p)
        return false;
    parcel_refuse(p, reason, expected, 1, found, length);
    verdicts_refuse(&s->verdicts, line, reason, expected, found, length);
    return true;
}

static bool on_refused(void *context, uint64_t line, const char *reason, const char *expected,
                       const char *found, size_t length)
{
    return refuse(context, line, reason, expected, found, length);
}

static bool on_row(void *context, const feed_row *row)
{
    upload *s = context;
    parcel *p = upload_parcel(s);
    if (!p)
        return false;
    const upload_place *at = place_of(s, row);
    if (!at || at->place == CATALOG_NONE)
        return at && !at->is_mine
                   ? refuse(s, row->line, "not-your-site", "a path whose site you may write to",
                            row->path, row->path_length)
                   : refuse(s, row->line, "bad-path", "a path of 1 to 1000 bytes, levels with / between",
                            row->path, row->path_length);
    parcel_row out = {.place = at->place, .time = row->time, .offset = row->offset,
                      .value = row->value, .raw = row->raw, .status = row->status,
                      .size = row->size, .record = row->line};
    for (int k = 0; k < CONTEXT_COUNT; k++)
        if (row->context[k].length)
            out.context[k] =
                parcel_text(p, (context_kind)k, row->context[k].text, row->context[k].length);
    return parcel_add(p, &out);
}

/* -- bytes ----------------------------------------------------------------------------------------- */

static size_t feed_bytes(upload *s, const char *bytes, size_t length)
{
    if (s->is_csv)
        return upload_csv_take(s, bytes, length);
    size_t used = feed_take(s->feed, bytes, length);
    for (int vain = 0; used < length && !s->is_too_many && !sleep_unless(s, any_back);) {
        collect(s);
        size_t more = feed_take(s->feed, bytes + used, length - used);
        used += more;
        vain = more ? 0 : vain + 1;
        if (vain > VAIN_MAX || has_given_up) {
            reply_problem(s->request, 503, NULL,
                          has_given_up ? "the server is stopping" : "out of memory", NULL);
            return length;
        }
    }
    return used;
}

/* What is unpacked waits in s->unpacked while there is no room for it. */
static size_t unpack(upload *s, const char *bytes, size_t length)
{
    size_t taken = 0;
    assay_err err;
    for (;;) {
        while (s->unpacked_at < s->unpacked_length) {
            size_t used = feed_bytes(s, s->unpacked + s->unpacked_at,
                                     s->unpacked_length - s->unpacked_at);
            s->unpacked_at += used;
            if (s->unpacked_at < s->unpacked_length)
                return s->is_too_many ? length : taken;
        }
        size_t used = length - taken, made = sizeof s->unpacked;
        if (inflater_take(s->request->inflater, bytes + taken, &used, s->unpacked, &made, &err) !=
            ASSAY_OK) {
            reply_error(s->request, &err);
            return length;
        }
        taken += used;
        s->unpacked_at = 0;
        s->unpacked_length = made;
        s->bytes += made;
        if (!used && !made)
            return taken;
        if (s->bytes > UPLOAD_BODY_MAX) {
            reply_problemf(s->request, 413, NULL, "the body has more than %d bytes",
                           UPLOAD_BODY_MAX);
            return length;
        }
    }
}

size_t upload_take(request *r, const char *bytes, size_t length)
{
    upload *s = r->upload;
    if (r->reply.status || s->is_too_many)
        return length; /* refused: the rest passes by */
    if (s->is_replay || s->hasher)
        hasher_add(s->hasher, bytes, length);
    if (s->is_replay)
        return length;
    if (r->inflater)
        return unpack(s, bytes, length);
    s->bytes += length;
    return feed_bytes(s, bytes, length);
}

/* -- beginning -------------------------------------------------------------------------------------- */

static bool take_source(request *r, upload *s)
{
    const char *name = request_query(r, "source");
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    name = name ? name : "http";
    size_t length = strlen(name);
    if (length == 0 || length > 63 || strspn(name, allowed) != length) {
        reply_bad_query(r, "source", name, "1 to 63 of letters, digits, . _ -");
        return false;
    }
    memcpy(s->source, name, length + 1);
    return true;
}

static bool take_precision(request *r, const char **precision)
{
    static const char *const names[][2] = {{"ns", "ns"}, {"n", "ns"}, {"us", "us"}, {"u", "us"},
                                           {"ms", "ms"}, {"s", "s"}};
    const char *text = request_query(r, "precision");
    *precision = "ns";
    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], text) == 0) {
            *precision = names[i][1];
            return true;
        }
    if (text)
        reply_bad_query(r, "precision", text, "ns, us, ms or s");
    return !text;
}

static bool is_type(const request *r, const char *type)
{
    const char *given = request_header(r, MHD_HTTP_HEADER_CONTENT_TYPE);
    return given && strncasecmp(given, type, strlen(type)) == 0;
}

static bool open_feed(request *r, upload *s, bool is_line)
{
    assay_err err;
    const char *precision;
    const feed_sink sink = {on_row, on_refused, s};
    s->is_csv = !is_line && is_type(r, "text/csv");
    if (s->is_csv)
        return upload_csv_begin(s);
    if (!take_precision(r, &precision))
        return false;
    if (feed_new(is_line ? FEED_LINE_PROTOCOL : FEED_NDJSON, precision, &sink, &s->feed, &err) ==
        ASSAY_OK)
        return true;
    reply_error(r, &err);
    return false;
}

static bool is_possible(request *r)
{
    intake_health health = intake_state(r->server->intake);
    if (r->server->is_stopping)
        reply_problem(r, 503, NULL, "the server is stopping", NULL);
    else if (health.is_full)
        reply_problem(r, 507, NULL, "no room left on the device: nothing can be stored now",
                      "send it again; what was acknowledged is safe");
    else if (streams >= UPLOADS_MAX)
        reply_problem(r, 503, NULL, "too many requests with measurements at once", NULL);
    return !r->reply.status;
}

void upload_begin(request *r, bool is_line)
{
    if (!is_possible(r))
        return;
    upload *s = calloc(1, sizeof *s);
    if (!s) {
        reply_problem(r, 503, NULL, "out of memory", NULL);
        return;
    }
    r->upload = s;
    s->request = r;
    pthread_mutex_init(&s->lock, NULL);
    s->rows_most = ++streams > CROWD ? ROWS_FEW : ROWS_MANY;
    s->is_line = is_line;
    enlist(s);
    s->verdicts.with_rows = !is_line && !request_flag(r, "totals");
    if (take_source(r, s) && open_feed(r, s, is_line))
        upload_key_begin(r, s);
}

/* -- end --------------------------------------------------------------------------------------------- */

static void answer_line(request *r, const verdicts *v)
{
    if (v->refused == 0) {
        reply_none(r, 204);
        return;
    }
    char message[300];
    snprintf(message, sizeof message, "partial write: %llu of %llu values refused, first: %s",
             (unsigned long long)v->refused, (unsigned long long)v->received, v->first);
    json *j = reply_json(r, 400);
    json_object(j);
    json_member_text(j, "code", "invalid");
    json_member_text(j, "message", message);
    json_member_text(j, "error", message);
    verdicts_write(v, j);
    json_end(j);
    reply_end(r, j);
}

static void answer(request *r, upload *s)
{
    const verdicts *v = &s->verdicts;
    if (v->trouble.code != ASSAY_OK) {
        unsigned status = v->trouble.code == ASSAY_FULL ? 507 : 503;
        reply_problem(r, status, NULL, v->trouble.message,
                      "send it again: what was stored is recognised");
    } else if (s->is_line)
        answer_line(r, v);
    else {
        json *j = reply_json(r, 200);
        json_object(j);
        if (s->is_replay)
            json_member_bool(j, "replayed", true);
        verdicts_write(v, j);
        json_end(j);
        reply_end(r, j);
    }
}

static bool is_all_read(upload *s)
{
    if (s->is_read || s->is_replay)
        return true;
    s->is_read = s->is_csv ? upload_csv_finish(s) : feed_end(s->feed);
    return s->is_read;
}

bool upload_finish(request *r)
{
    upload *s = r->upload;
    for (int vain = 0; !r->reply.status && !is_all_read(s); vain++) {
        if (s->is_too_many)
            break;
        if (vain > VAIN_MAX || has_given_up) {
            reply_problem(r, 503, NULL, has_given_up ? "the server is stopping" : "out of memory",
                          NULL);
            return true;
        }
        if (sleep_unless(s, any_back))
            return false;
        collect(s);
    }
    if (s->is_too_many && !r->reply.status)
        reply_problemf(r, 413, NULL, "with an Idempotency-Key at most %d rows are taken at once",
                       PARCEL_ROWS);
    if (r->reply.status)
        return true;
    if (!s->is_closed) {
        s->is_closed = true;
        if (!upload_key_end(r, s))
            return true;
        offer(s);
    }
    if (sleep_unless(s, all_back))
        return false;
    collect(s);
    if (s->with_intake > 0) {
        reply_problem(r, 503, NULL, "the server stops before all is stored",
                      "send it again: what was stored is recognised");
        return true;
    }
    answer(r, s);
    upload_key_done(r, s);
    return true;
}

void upload_give_up(void)
{
    has_given_up = true;
    pthread_mutex_lock(&all_lock);
    for (upload *s = all; s; s = s->after) {
        pthread_mutex_lock(&s->lock);
        if (s->is_asleep)
            http_wake(s->request);
        s->is_asleep = false;
        pthread_mutex_unlock(&s->lock);
    }
    pthread_mutex_unlock(&all_lock);
}

unsigned upload_count(void)
{
    return streams;
}

void upload_free(upload *s)
{
    if (!s)
        return;
    delist(s);
    upload_key_drop(s);
    pthread_mutex_lock(&s->lock);
    s->is_orphan = true;
    bool is_last = s->with_intake == 0;
    pthread_mutex_unlock(&s->lock);
    if (!is_last)
        return;
    for (unsigned i = 0; i < s->back_count; i++)
        parcel_free(s->back[i]);
    let_go(s);
}
