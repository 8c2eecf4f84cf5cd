/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue is the record log itself: each channel has a place in it, and what is behind that place
 * waits. That bounds memory, survives a restart and keeps the order. One thread reads and writes;
 * what it sends goes out in a thread of its own, one a channel, so that a slow receiver keeps nobody
 * else waiting. */
#include "live/channel_inner.h"

#include "base/json.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    POLL_MS = 100,
    PAUSE_MAX_S = 300,
    REFUSED_TRIES = 5,
    AT_ONCE = 20, /* records of one channel that are looked at before the next has its turn */
    SAVE_EVERY = 1000,
};
#define GIVE_UP_NS (INT64_C(86400) * 1000000000)

typedef struct {
    uint64_t sequence;
    int64_t time;
    object_id id, object; /* of the record; of the alarm or case */
    char name[16], to[200];
    bool is_once; /* of a case: sent at most once */
    char *said;   /* of a case: what the record says */
    uint64_t before; /* where the channel stood before it was marked as said */
} due_message;

/* A message on its way. */
typedef struct {
    bool is_busy, is_sent;
    bool is_over; /* under the lock */
    volatile bool is_cut;
    pthread_t thread;
    struct channels *all;
    due_message message;
    buf body;
    long status;
    char trouble[CHANNEL_TROUBLE];
} flight;

typedef struct {
    arena memory;
    channel_settings settings;
    const char *secret;
    channel_state state;
    uint64_t saved;         /* sequence in the stored cursor */
    uint64_t held, until;   /* first message held in quiet hours; catching up to here */
    int64_t next_try, first_try;
    unsigned tries;
    bool must_save;
    flight way;
} one_channel;

struct channels {
    intake *intake;
    catalog *catalog;
    bus *bus;
    alarm_book *book;
    store *reader; /* of the thread */

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t ring;
    one_channel **item;
    size_t count;
    bool must_reload, is_closing;
    bool has_landed; /* a message has come or failed since the thread looked */
    pthread_t thread;
    bool has_thread;
};

static int64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* -- cursors -------------------------------------------------------------------------------- */

typedef struct {
    const char *id;
    uint64_t first; /* record that made the channel */
} search;

static bool find_making(const record *r, void *context)
{
    search *s = context;
    char wanted[96];
    snprintf(wanted, sizeof wanted, "\"id\":\"%s\"", s->id);
    if (!r->payload || !strstr(r->payload, wanted))
        return true;
    s->first = r->sequence;
    return false;
}

static uint64_t number_in(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static assay_status read_cursor(channels *c, one_channel *x, assay_err *err)
{
    store_document d;
    search s = {.id = x->state.id};
    assay_status status = store_document_get(c->reader, "channel-cursor", x->state.id, &d, err);
    if (status == ASSAY_OK) {
        x->state.sequence = number_in(d.json, "\"sequence\":");
        x->held = number_in(d.json, "\"held\":");
        x->until = number_in(d.json, "\"until\":");
        x->saved = x->state.sequence;
        return ASSAY_OK;
    }
    if (status != ASSAY_NOT_FOUND)
        return status;
    status = store_records(c->reader, "channel.changed", 0, find_making, &s, err);
    x->state.sequence = s.first;
    x->must_save = true;
    return status;
}

static assay_status save_one(store_tx *tx, const one_channel *x, assay_err *err)
{
    char text[120];
    snprintf(text, sizeof text, "{\"held\":%llu,\"sequence\":%llu,\"until\":%llu}",
             (unsigned long long)x->held, (unsigned long long)x->state.sequence,
             (unsigned long long)x->until);
    return store_document_touch(tx, "channel-cursor", x->state.id, text, NULL, err);
}

static assay_status save_work(store *s, void *context, assay_err *err)
{
    channels *c = context;
    store_tx *tx;
    assay_status status = store_tx_begin(s, &tx, err);
    if (status != ASSAY_OK)
        return status;
    for (size_t i = 0; i < c->count && status == ASSAY_OK; i++)
        if (c->item[i]->must_save)
            status = save_one(tx, c->item[i], err);
    if (status == ASSAY_OK)
        return store_tx_commit(tx, NULL, err);
    store_tx_abort(tx);
    return status;
}

/* While the disk is full nothing is saved; what is sent again then has the same id. */
static void save_cursors(channels *c)
{
    bool is_any = false;
    assay_err err;
    for (size_t i = 0; i < c->count; i++)
        is_any |= c->item[i]->must_save;
    if (!is_any || intake_do(c->intake, save_work, c, &err) != ASSAY_OK)
        return;
    for (size_t i = 0; i < c->count; i++) {
        c->item[i]->must_save = false;
        c->item[i]->saved = c->item[i]->state.sequence;
    }
}

/* -- settings ------------------------------------------------------------------------------- */

static void free_one(one_channel *x)
{
    if (!x)
        return;
    arena_done(&x->memory);
    free(x);
}

typedef struct {
    one_channel *item[CHANNELS_MAX];
    size_t count;
} channel_list;

static bool note_channel(const store_document *d, void *context)
{
    channel_list *l = context;
    one_channel *x = l->count < CHANNELS_MAX ? calloc(1, sizeof *x) : NULL;
    if (!x)
        return false;
    arena_init(&x->memory);
    const char *secret = d->secret ? d->secret : "";
    x->secret = arena_text(&x->memory, secret, strlen(secret));
    if (!x->secret || strlen(d->id) >= sizeof x->state.id ||
        channel_settings_read(d->json, &x->memory, &x->settings, NULL) != ASSAY_OK) {
        free_one(x); /* not one of ours, or of a newer program */
        return true;
    }
    snprintf(x->state.id, sizeof x->state.id, "%s", d->id);
    snprintf(x->state.type, sizeof x->state.type, "%s", channel_type_names[x->settings.type]);
    l->item[l->count++] = x;
    return true;
}

/* What a channel was at, when it stays. */
static bool carry_over(const channels *c, one_channel *x)
{
    for (size_t i = 0; i < c->count; i++) {
        const one_channel *old = c->item[i];
        if (strcmp(old->state.id, x->state.id) != 0)
            continue;
        char type[sizeof x->state.type];
        memcpy(type, x->state.type, sizeof type);
        x->state = old->state;
        memcpy(x->state.type, type, sizeof type);
        x->saved = old->saved;
        x->held = old->held;
        x->until = old->until;
        x->must_save = old->must_save;
        return true;
    }
    return false;
}

static void take_list(channels *c, one_channel **item, size_t count)
{
    pthread_mutex_lock(&c->lock);
    one_channel **old = c->item;
    size_t old_count = c->count;
    c->item = item;
    c->count = count;
    pthread_mutex_unlock(&c->lock);
    for (size_t i = 0; i < old_count; i++)
        free_one(old[i]);
    free(old);
}

static assay_status reload(channels *c, assay_err *err)
{
    channel_list l = {0};
    assay_status status = store_documents(c->reader, "channel", note_channel, &l, err);
    for (size_t i = 0; i < l.count && status == ASSAY_OK; i++)
        if (!carry_over(c, l.item[i]))
            status = read_cursor(c, l.item[i], err);
    one_channel **item = status == ASSAY_OK ? calloc(l.count + 1, sizeof(one_channel *)) : NULL;
    if (!item) {
        for (size_t i = 0; i < l.count; i++)
            free_one(l.item[i]);
        return status == ASSAY_OK ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for channels")
                                  : status;
    }
    memcpy(item, l.item, l.count * sizeof(one_channel *));
    take_list(c, item, l.count);
    return ASSAY_OK;
}

/* -- what there is to say ------------------------------------------------------------------- */

typedef struct {
    due_message list[AT_ONCE];
    size_t count;
    uint64_t seen;
    uint64_t known; /* newest record that the book of alarms has taken in */
    uint32_t events;
} due_messages;

static void free_messages(due_messages *d)
{
    for (size_t i = 0; i < d->count; i++)
        free(d->list[i].said);
}

static void take_target(const char *payload, char *out, size_t room)
{
    const char *at = payload ? strstr(payload, "\"to\":\"") : NULL;
    size_t n = 0;
    for (at = at ? at + 6 : ""; *at && *at != '"' && n + 1 < room; at++)
        out[n++] = *at == '\\' && at[1] ? *++at : *at;
    out[n] = 0;
}

static bool note_record(const record *r, void *context)
{
    due_messages *d = context;
    int bit = channel_event(r->type);
    if (strncmp(r->type, "alarm.", 6) == 0 && r->sequence > d->known)
        return false;
    d->seen = r->sequence;
    if (bit < 0 || !(d->events >> bit & 1))
        return true;
    due_message *m = &d->list[d->count++];
    *m = (due_message){.sequence = r->sequence, .time = r->time, .id = r->id, .object = r->object};
    m->is_once = CHANNEL_OF_CASES >> bit & 1;
    m->said = m->is_once ? strdup(r->payload ? r->payload : "{}") : NULL;
    snprintf(m->name, sizeof m->name, "%s", strchr(r->type, '.') + 1);
    if (strcmp(m->name, "escalated") == 0)
        take_target(r->payload, m->to, sizeof m->to);
    return d->count < AT_ONCE;
}

typedef struct {
    const channels *c;
    const one_channel *x;
    const due_message *m;
    bool is_open, is_stop, is_wanted;
    buf body;
} writing;

static bool write_body(const alarm_view *a, void *context)
{
    writing *w = context;
    int32_t place = catalog_of_number(w->c->catalog, a->characteristic);
    const char *path = place == CATALOG_NONE ? "" : catalog_path(w->c->catalog, place);
    const channel_settings *s = &w->x->settings;
    channel_message m = {.event = w->m->name, .to = w->m->to, .path = path,
                         .sequence = w->m->sequence, .time = w->m->time};
    alarm_id_text(&w->m->id, m.id);
    w->is_open = alarm_is_open(a);
    w->is_stop = a->is_stop;
    w->is_wanted = strncmp(path, s->where, strlen(s->where)) == 0;
    if (!w->is_wanted)
        return true;
    if (s->type == CHANNEL_MAIL)
        channel_write_mail(s, &m, a, &w->body);
    else
        channel_write_hook(&m, a, &w->body);
    return true;
}

/* -- delivering ----------------------------------------------------------------------------- */

static void tell(channels *c, const one_channel *x, const char *what)
{
    buf out = BUF_INIT;
    char text[400];
    snprintf(text, sizeof text, "channel %s: %s: %s", x->state.id, what, x->state.trouble);
    buf_add_text(&out, "{\"level\":\"warning\",\"text\":");
    json_quote(&out, text, strlen(text));
    buf_add_char(&out, '}');
    if (c->bus && !out.failed) {
        bus_publish(c->bus, EVENT_NOTICE, 0, out.data, out.length);
        bus_flush(c->bus);
    }
    buf_done(&out);
}

static void move_on(channels *c, one_channel *x, uint64_t sequence)
{
    pthread_mutex_lock(&c->lock);
    x->state.sequence = sequence;
    x->tries = 0;
    pthread_mutex_unlock(&c->lock);
}

static bool is_refusal(long status)
{
    return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}

/* False: it waits for its next try. */
static bool fail(channels *c, one_channel *x, long status)
{
    int64_t now = clock_ns();
    if (x->tries++ == 0) {
        x->first_try = now;
        tell(c, x, "cannot deliver, tries again");
    }
    unsigned pause = 1u << (x->tries < 9 ? x->tries - 1 : 8);
    x->next_try = now + (int64_t)(pause < PAUSE_MAX_S ? pause : PAUSE_MAX_S) * 1000000000;
    bool is_over = now - x->first_try > GIVE_UP_NS ||
                   (x->settings.type == CHANNEL_WEBHOOK && is_refusal(status) && x->tries >= REFUSED_TRIES);
    pthread_mutex_lock(&c->lock);
    x->state.failed++;
    x->state.refused += is_over;
    pthread_mutex_unlock(&c->lock);
    if (is_over)
        tell(c, x, "gave one message up");
    return is_over;
}

static void *fly(void *context)
{
    one_channel *x = context;
    flight *f = &x->way;
    char id[33];
    alarm_id_text(&f->message.id, id);
    f->is_sent = channel_send(&x->settings, x->secret, id, &f->body, &f->is_cut, &f->status,
                              f->trouble);
    pthread_mutex_lock(&f->all->lock);
    f->is_over = f->all->has_landed = true;
    pthread_cond_signal(&f->all->ring);
    pthread_mutex_unlock(&f->all->lock);
    return NULL;
}

static void set_trouble(channels *c, one_channel *x, const char *trouble)
{
    pthread_mutex_lock(&c->lock);
    snprintf(x->state.trouble, sizeof x->state.trouble, "%s", trouble);
    pthread_mutex_unlock(&c->lock);
}

/* What is sent at most once was marked as said before: unmarked only where nobody was reached. */
static void come_back(channels *c, one_channel *x, const due_message *m, bool was_reached,
                      bool is_cut)
{
    if (was_reached) {
        pthread_mutex_lock(&c->lock);
        x->state.failed++;
        x->state.refused++;
        pthread_mutex_unlock(&c->lock);
        tell(c, x, "a reminder may not have arrived and is not sent again");
    } else if (is_cut || !fail(c, x, 0)) {
        pthread_mutex_lock(&c->lock);
        x->state.sequence = m->before;
        pthread_mutex_unlock(&c->lock);
    }
    x->must_save = true;
}

/* Takes the body over. */
static void start(channels *c, one_channel *x, const due_message *m, buf *body)
{
    flight *f = &x->way;
    *f = (flight){.is_busy = true, .all = c, .message = *m, .body = *body};
    *body = BUF_INIT;
    if (pthread_create(&f->thread, NULL, fly, x) == 0)
        return;
    f->is_busy = false;
    buf_done(&f->body);
    set_trouble(c, x, "no thread to send with");
    if (m->is_once)
        come_back(c, x, m, false, false);
    else if (fail(c, x, 0))
        move_on(c, x, m->sequence);
}

static bool is_in_the_air(channels *c, const one_channel *x)
{
    pthread_mutex_lock(&c->lock);
    bool is_flying = x->way.is_busy && !x->way.is_over;
    pthread_mutex_unlock(&c->lock);
    return is_flying;
}

/* Its end, whichever it is; waits for it. One that was cut off counts as not tried. */
static void land(channels *c, one_channel *x)
{
    flight *f = &x->way;
    if (!f->is_busy)
        return;
    pthread_join(f->thread, NULL);
    f->is_busy = false;
    buf_done(&f->body);
    set_trouble(c, x, f->trouble);
    pthread_mutex_lock(&c->lock);
    x->state.sent += f->is_sent;
    pthread_mutex_unlock(&c->lock);
    x->must_save |= f->is_sent;
    if (f->message.is_once && !f->is_sent)
        come_back(c, x, &f->message, f->status != 0, f->is_cut);
    else if (f->is_sent || (!f->is_cut && fail(c, x, f->status)))
        move_on(c, x, f->message.sequence);
}

/* Before settings change or everything ends. */
static void land_all(channels *c)
{
    for (size_t i = 0; i < c->count; i++)
        c->item[i]->way.is_cut = true;
    for (size_t i = 0; i < c->count; i++)
        land(c, c->item[i]);
}

/* In quiet hours all but stop alarms wait; what waited is said later if it is still open. */
static bool is_held(one_channel *x, const writing *w, bool is_quiet)
{
    bool is_behind = w->m->sequence <= x->until;
    bool is_news = strcmp(w->m->name, "raised") == 0 || strcmp(w->m->name, "escalated") == 0;
    if (is_behind)
        return w->is_stop || !w->is_open || !is_news;
    if (!is_quiet || w->is_stop)
        return false;
    x->held = x->held ? x->held : w->m->sequence;
    x->state.held++;
    x->must_save = true;
    return true;
}

/* In quiet hours reminders wait; all are said when the quiet ends. */
static bool is_case_held(one_channel *x, const due_message *m, bool is_quiet)
{
    if (!is_quiet || m->sequence <= x->until)
        return false;
    x->held = x->held ? x->held : m->sequence;
    x->state.held++;
    x->must_save = true;
    return true;
}

/* A reminder arrives once or not at all, whatever is killed when: its place is stored first. False: it
 * could not be stored, and waits. */
static bool mark(channels *c, one_channel *x, due_message *m)
{
    m->before = x->state.sequence;
    x->state.sequence = m->sequence;
    x->must_save = true;
    save_cursors(c);
    if (x->saved == m->sequence)
        return true;
    x->state.sequence = m->before;
    return false;
}

static bool pass_by_case(channels *c, one_channel *x, due_message *m, bool is_quiet)
{
    char object[33];
    buf body = BUF_INIT;
    channel_message said = {.event = m->name, .to = "", .path = "", .sequence = m->sequence,
                            .time = m->time};
    alarm_id_text(&m->id, said.id);
    alarm_id_text(&m->object, object);
    bool is_due = channel_write_case(&x->settings, &said, object, m->said, &body) && !body.failed &&
                  !is_case_held(x, m, is_quiet);
    if (is_due && mark(c, x, m))
        start(c, x, m, &body);
    buf_done(&body);
    return !is_due;
}

/* False: it is on its way now, or cannot go yet. */
static bool pass_by(channels *c, one_channel *x, due_message *m, bool is_quiet)
{
    if (m->is_once)
        return pass_by_case(c, x, m, is_quiet);
    writing w = {.c = c, .x = x, .m = m};
    bool is_due = alarm_show(c->book, &m->object, write_body, &w, NULL) == ASSAY_OK && w.is_wanted &&
                  !w.body.failed && !is_held(x, &w, is_quiet);
    if (is_due)
        start(c, x, m, &w.body);
    buf_done(&w.body);
    return !is_due;
}

static void end_quiet(channels *c, one_channel *x)
{
    uint64_t until = x->state.sequence;
    move_on(c, x, x->held - 1);
    x->until = until;
    x->held = 0;
    x->must_save = true;
}

/* True: more waits and may be looked at at once. */
static bool work(channels *c, one_channel *x)
{
    if (is_in_the_air(c, x))
        return false;
    land(c, x);
    due_messages d = {.events = x->settings.events, .known = alarm_book_sequence(c->book)};
    bool is_quiet = channel_is_quiet(&x->settings, time_now());
    x->state.is_quiet = is_quiet;
    if (x->tries && clock_ns() < x->next_try)
        return false;
    if (x->held && !is_quiet)
        end_quiet(c, x);
    bool may_wait = x->state.sequence < d.known || (d.events & CHANNEL_OF_CASES);
    bool is_read = may_wait && store_records(c->reader, NULL, x->state.sequence + 1, note_record, &d,
                                             NULL) == ASSAY_OK;
    for (size_t i = 0; is_read && i < d.count; i++) {
        is_read = pass_by(c, x, &d.list[i], is_quiet);
        if (is_read)
            move_on(c, x, d.list[i].sequence);
    }
    free_messages(&d);
    if (!is_read)
        return false;
    if (d.seen > x->state.sequence)
        move_on(c, x, d.seen);
    x->must_save |= x->state.sequence >= x->saved + SAVE_EVERY;
    return d.count == AT_ONCE;
}

/* -- the thread ----------------------------------------------------------------------------- */

static void rest(channels *c)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += POLL_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&c->lock);
    if (!c->is_closing && !c->has_landed)
        pthread_cond_timedwait(&c->ring, &c->lock, &until);
    c->has_landed = false;
    pthread_mutex_unlock(&c->lock);
}

/* False: it ends. */
static bool take_orders(channels *c)
{
    pthread_mutex_lock(&c->lock);
    bool must_reload = c->must_reload, is_closing = c->is_closing;
    c->must_reload = false;
    pthread_mutex_unlock(&c->lock);
    if (must_reload || is_closing)
        land_all(c);
    if (must_reload && !is_closing && reload(c, NULL) != ASSAY_OK)
        channels_reload(c);
    return !is_closing;
}

static void *run(void *context)
{
    channels *c = context;
    while (take_orders(c)) {
        bool is_more = false;
        for (size_t i = 0; i < c->count; i++)
            is_more |= work(c, c->item[i]);
        save_cursors(c);
        if (!is_more)
            rest(c);
    }
    save_cursors(c);
    return NULL;
}

assay_status channels_open(const char *database, intake *i, catalog *catalogue, bus *b,
                           alarm_book *book, channels **out, assay_err *err)
{
    channels *c = calloc(1, sizeof *c);
    pthread_condattr_t monotonic;
    if (!c)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for channels");
    *c = (channels){.intake = i, .catalog = catalogue, .bus = b, .book = book};
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&c->ring, &monotonic);
    pthread_condattr_destroy(&monotonic);
    assay_status status = store_open(database, STORE_READ, &c->reader, err);
    if (status == ASSAY_OK)
        status = reload(c, err);
    if (status == ASSAY_OK && pthread_create(&c->thread, NULL, run, c) != 0)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no thread for channels");
    else if (status == ASSAY_OK)
        c->has_thread = true;
    if (status == ASSAY_OK)
        *out = c;
    else
        channels_close(c);
    return status;
}

void channels_reload(channels *c)
{
    pthread_mutex_lock(&c->lock);
    c->must_reload = true;
    pthread_cond_signal(&c->ring);
    pthread_mutex_unlock(&c->lock);
}

void channels_close(channels *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->is_closing = true;
    pthread_cond_signal(&c->ring);
    pthread_mutex_unlock(&c->lock);
    if (c->has_thread)
        pthread_join(c->thread, NULL);
    take_list(c, NULL, 0);
    store_close(c->reader);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->ring);
    free(c);
}

void channels_visit(channels *c, channel_visitor *visit, void *context)
{
    pthread_mutex_lock(&c->lock);
    bool goes_on = true;
    for (size_t i = 0; i < c->count && goes_on; i++)
        goes_on = visit(&c->item[i]->state, context);
    pthread_mutex_unlock(&c->lock);
}
