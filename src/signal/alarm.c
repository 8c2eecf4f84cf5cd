/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The book is a fold over events: the same `apply` takes what happens now and what is replayed, so
 * that a restart cannot see another alarm than the run before it. */
#include "signal/alarm.h"

#include "base/i18n.h"
#include "base/random.h"
#include "signal/alarm_record.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    alarm_view view;
    alarm_hit *hits;
    alarm_step *steps;
    alarm_tick *ticks;
    alarm_call *calls;
    size_t hit_room, step_room, tick_room, call_room;
} entry;

struct alarm_book {
    pthread_mutex_t lock;
    arena memory; /* texts */
    entry **item; /* in the order they were raised */
    size_t count, room, open_count;
    struct {
        uint32_t cause[2]; /* 1 + place of the open alarm; [1]: no-data */
    } *open; /* by characteristic */
    size_t open_room;
    uint64_t sequence; /* of the newest record */
    bool is_short; /* of memory, while replaying */
};

static const char *const state_names[] = {
#define X(code, name) name,
    ALARM_STATE_LIST(X)
#undef X
};
enum { STATES = sizeof state_names / sizeof *state_names };

const char *alarm_state_name(alarm_state s)
{
    return (unsigned)s < STATES ? state_names[s] : "unknown";
}

bool alarm_state_from_name(const char *name, alarm_state *out)
{
    for (int i = 0; i < STATES; i++)
        if (strcmp(name, state_names[i]) == 0) {
            *out = (alarm_state)i;
            return true;
        }
    return false;
}

bool alarm_is_open(const alarm_view *a)
{
    return a->state != ALARM_CLOSED && a->state != ALARM_WITHDRAWN;
}

bool alarm_is_no_data(const alarm_view *a)
{
    return a->hit_count && strcmp(a->hits[0].rule, ALARM_NO_DATA) == 0;
}

void alarm_id_text(const object_id *id, char out[33])
{
    for (int i = 0; i < 16; i++)
        snprintf(out + 2 * i, 3, "%02x", id->bytes[i]);
}

static int digit_of(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

bool alarm_id_parse(const char *text, object_id *out)
{
    object_id id;
    if (strlen(text) != 32)
        return false;
    for (int i = 0; i < 16; i++) {
        int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        id.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *out = id;
    return true;
}

static assay_status no_memory(assay_err *err)
{
    return assay_fail(err, ASSAY_MEMORY, 0, "out of memory while keeping alarms");
}

/* -- entries ------------------------------------------------------------------------------ */

static bool grow(void *list, size_t size, size_t count, size_t *room)
{
    void **place = list;
    if (count < *room)
        return true;
    size_t more = *room ? 2 * *room : 4;
    void *grown = realloc(*place, more * size);
    if (!grown)
        return false;
    *place = grown;
    *room = more;
    return true;
}

#define PUSH(e, list, value)                                                                       \
    (grow(&(e)->list##s, sizeof *(e)->list##s, (e)->view.list##_count, &(e)->list##_room)          \
         ? ((e)->list##s[(e)->view.list##_count++] = (value), (e)->view.list##s = (e)->list##s, true) \
         : false)

static void entry_free(entry *e)
{
    if (!e)
        return;
    free(e->hits);
    free(e->steps);
    free(e->ticks);
    free(e->calls);
    free(e);
}

static bool has_room_for(alarm_book *b, uint32_t number)
{
    if (number < b->open_room)
        return true;
    size_t room = b->open_room ? b->open_room : 64;
    while (room <= number)
        room *= 2;
    void *grown = realloc(b->open, room * sizeof *b->open);
    if (!grown)
        return false;
    b->open = grown;
    memset(b->open + b->open_room, 0, (room - b->open_room) * sizeof *b->open);
    b->open_room = room;
    return true;
}

static entry *open_of(const alarm_book *b, uint32_t number, bool no_data)
{
    uint32_t place = number < b->open_room ? b->open[number].cause[no_data] : 0;
    return place ? b->item[place - 1] : NULL;
}

static entry *entry_find(const alarm_book *b, const object_id *id)
{
    for (size_t i = b->count; i-- > 0;)
        if (memcmp(&b->item[i]->view.id, id, sizeof *id) == 0)
            return b->item[i];
    return NULL;
}

static alarm_hit *hit_find(const entry *e, const alarm_hit *h)
{
    for (size_t i = 0; i < e->view.hit_count; i++)
        if (e->hits[i].happened == h->happened && strcmp(e->hits[i].rule, h->rule) == 0 &&
            memcmp(&e->hits[i].chart, &h->chart, sizeof h->chart) == 0)
            return &e->hits[i];
    return NULL;
}

static size_t hits_left(const entry *e)
{
    size_t n = e->view.more > 0;
    for (size_t i = 0; i < e->view.hit_count; i++)
        n += !e->hits[i].is_withdrawn;
    return n;
}

/* -- events ------------------------------------------------------------------------------- */

static entry *entry_add(alarm_book *b, const alarm_event *e)
{
    bool no_data = e->count && strcmp(e->hits[0].rule, ALARM_NO_DATA) == 0;
    if (!grow(&b->item, sizeof *b->item, b->count, &b->room) || !has_room_for(b, e->characteristic))
        return NULL;
    entry *new = calloc(1, sizeof *new);
    if (!new)
        return NULL;
    new->view = (alarm_view){.id = e->id, .characteristic = e->characteristic, .is_stop = e->is_stop,
                        .happened = TIME_NONE, .known = e->time,
                        .verify_wanted = e->verify_wanted};
    if (e->count) {
        new->view.chart = e->hits[0].chart;
        new->view.happened = e->hits[0].happened;
        new->view.known = e->hits[0].known;
    }
    b->item[b->count++] = new;
    b->open[e->characteristic].cause[no_data] = (uint32_t)b->count;
    b->open_count++;
    return new;
}

static bool take_hits(entry *n, const alarm_event *e)
{
    for (size_t i = 0; i < e->count; i++) {
        alarm_hit *known = hit_find(n, &e->hits[i]);
        if (known)
            *known = e->hits[i];
        else if (!PUSH(n, hit, e->hits[i]))
            return false;
    }
    n->view.more += e->more;
    n->view.verified_by = 0;
    if (n->view.state == ALARM_VERIFIED)
        n->view.state = ALARM_ACTION;
    return true;
}

static void drop_hits(entry *n, const alarm_event *e)
{
    for (size_t i = 0; i < e->count; i++) {
        alarm_hit *known = hit_find(n, &e->hits[i]);
        if (known)
            known->is_withdrawn = true;
    }
}

static bool take_step(alarm_book *b, entry *n, const alarm_event *e)
{
    alarm_step step = {e->state, e->time, e->actor, e->said};
    if (!PUSH(n, step, step))
        return false;
    n->view.state = e->state;
    if (e->state == ALARM_ACTION)
        n->view.verified_by = 0;
    if (alarm_is_open(&n->view))
        return true;
    for (int cause = 0; cause < 2; cause++)
        if (open_of(b, n->view.characteristic, cause) == n)
            b->open[n->view.characteristic].cause[cause] = 0;
    b->open_count--;
    return true;
}

static bool take_tick(entry *n, const alarm_event *e)
{
    alarm_tick tick = {e->time, e->actor, e->plan_step, e->answer, e->why};
    return PUSH(n, tick, tick);
}

static bool take_call(entry *n, const alarm_event *e)
{
    alarm_call call = {e->time, e->level, e->to};
    return PUSH(n, call, call);
}

static bool apply(alarm_book *b, const alarm_event *e)
{
    entry *n = e->kind == EVENT_RAISED ? entry_add(b, e) : entry_find(b, &e->id);
    bool is_taken = n != NULL;
    b->sequence = e->sequence;
    if (!n)
        return e->kind != EVENT_RAISED; /* its raising was erased */
    if (e->kind <= EVENT_HIT)
        is_taken = take_hits(n, e);
    else if (e->kind == EVENT_HIT_WITHDRAWN)
        drop_hits(n, e);
    else if (e->kind == EVENT_STEP)
        is_taken = take_step(b, n, e);
    else
        is_taken = e->kind == EVENT_TICKED ? take_tick(n, e) : take_call(n, e);
    n->view.version++;
    n->view.sequence = e->sequence;
    n->view.changed = e->time;
    return is_taken;
}

/* Texts that live as long as the book. */
static bool keep_texts(alarm_book *b, alarm_event *e)
{
    const char **text[] = {&e->actor, &e->said, &e->plan_step, &e->answer, &e->why, &e->to};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        if (*text[i] && !(*text[i] = arena_text(&b->memory, *text[i], strlen(*text[i]))))
            return false;
    return true;
}

static assay_status happen(alarm_book *b, store_tx *tx, alarm_event *e, assay_err *err)
{
    assay_status status = alarm_event_append(tx, e, err);
    if (status != ASSAY_OK)
        return status;
    return keep_texts(b, e) && apply(b, e) ? ASSAY_OK : no_memory(err);
}

/* -- the book ----------------------------------------------------------------------------- */

static bool replay(const record *r, void *context)
{
    alarm_book *b = context;
    alarm_event e;
    bool is_short;
    if (alarm_event_read(r, &b->memory, &e, &is_short))
        is_short = !apply(b, &e);
    b->is_short |= is_short;
    return !b->is_short;
}

static void forget(alarm_book *b)
{
    for (size_t i = 0; i < b->count; i++)
        entry_free(b->item[i]);
    free(b->item);
    free(b->open);
    arena_done(&b->memory);
    arena_init(&b->memory);
    b->item = NULL;
    b->open = NULL;
    b->count = b->room = b->open_count = b->open_room = 0;
    b->sequence = 0;
    b->is_short = false;
}

assay_status alarm_book_reload(alarm_book *b, store *s, assay_err *err)
{
    pthread_mutex_lock(&b->lock);
    forget(b);
    assay_status status = store_records(s, NULL, 0, replay, b, err);
    if (status == ASSAY_OK && b->is_short)
        status = no_memory(err);
    pthread_mutex_unlock(&b->lock);
    return status;
}

assay_status alarm_book_open(store *s, alarm_book **out, assay_err *err)
{
    alarm_book *b = calloc(1, sizeof *b);
    if (!b)
        return no_memory(err);
    pthread_mutex_init(&b->lock, NULL);
    arena_init(&b->memory);
    assay_status status = alarm_book_reload(b, s, err);
    if (status == ASSAY_OK)
        *out = b;
    else
        alarm_book_close(b);
    return status;
}

void alarm_book_close(alarm_book *b)
{
    if (!b)
        return;
    forget(b);
    arena_done(&b->memory);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

uint64_t alarm_book_sequence(alarm_book *b)
{
    pthread_mutex_lock(&b->lock);
    uint64_t sequence = b->sequence;
    pthread_mutex_unlock(&b->lock);
    return sequence;
}

static bool is_wanted(const alarm_view *a, uint32_t number, bool is_open)
{
    return alarm_is_open(a) == is_open && (!number || a->characteristic == number);
}

static bool visit_open(alarm_book *b, uint32_t number, alarm_visitor *visit, void *context)
{
    size_t left = b->open_count;
    for (size_t i = 0; i < b->count && left; i++) {
        const alarm_view *a = &b->item[i]->view;
        left -= alarm_is_open(a);
        if (is_wanted(a, number, true) && !visit(a, context))
            return false;
    }
    return true;
}

void alarm_visit(alarm_book *b, uint32_t number, bool open_only, alarm_visitor *visit,
                 void *context)
{
    pthread_mutex_lock(&b->lock);
    bool goes_on = visit_open(b, number, visit, context);
    for (size_t i = b->count; goes_on && !open_only && i-- > 0;)
        if (is_wanted(&b->item[i]->view, number, false))
            goes_on = visit(&b->item[i]->view, context);
    pthread_mutex_unlock(&b->lock);
}

assay_status alarm_show(alarm_book *b, const object_id *id, alarm_visitor *visit, void *context,
                        assay_err *err)
{
    pthread_mutex_lock(&b->lock);
    const entry *e = entry_find(b, id);
    if (e)
        visit(&e->view, context);
    pthread_mutex_unlock(&b->lock);
    return e ? ASSAY_OK : assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no such alarm");
}

bool alarm_open_of(alarm_book *b, uint32_t number, bool no_data, alarm_visitor *visit,
                   void *context)
{
    pthread_mutex_lock(&b->lock);
    const entry *e = open_of(b, number, no_data);
    if (e && visit)
        visit(&e->view, context);
    pthread_mutex_unlock(&b->lock);
    return e != NULL;
}

void alarm_points_set(alarm_book *b, const object_id *id, uint32_t verified_by)
{
    pthread_mutex_lock(&b->lock);
    entry *e = entry_find(b, id);
    if (e)
        e->view.verified_by = verified_by;
    pthread_mutex_unlock(&b->lock);
}

/* -- what the program says ---------------------------------------------------------------- */

/* Which of the hits are new, as far as there is room for them; the rest is counted. */
static size_t choose_new(const entry *n, const alarm_report *r, alarm_hit *out, uint64_t *more)
{
    size_t kept = 0, have = n ? n->view.hit_count : 0;
    for (size_t i = 0; i < r->count; i++) {
        const alarm_hit *known = n ? hit_find(n, &r->hits[i]) : NULL;
        if (known && !known->is_withdrawn && strcmp(known->value, r->hits[i].value) == 0)
            continue;
        if (!known && have + kept >= ALARM_HITS_MAX)
            ++*more;
        else
            out[kept++] = r->hits[i];
    }
    return kept;
}

static assay_status new_id(object_id *out, assay_err *err)
{
    object_id id;
    assay_status status = random_bytes(id.bytes, sizeof id.bytes, err);
    if (status == ASSAY_OK)
        *out = id;
    return status;
}

static assay_status add_hits(alarm_book *b, store_tx *tx, const alarm_report *r, object_id *id,
                             bool *is_new, assay_err *err)
{
    bool no_data = r->count && strcmp(r->hits[0].rule, ALARM_NO_DATA) == 0;
    entry *n = open_of(b, r->characteristic, no_data);
    alarm_event e = {.kind = n ? EVENT_HIT : EVENT_RAISED, .actor = ALARM_PROGRAM,
                     .characteristic = r->characteristic, .verify_wanted = r->verify_wanted,
                     .is_stop = r->is_stop};
    size_t room = r->count < ALARM_HITS_MAX ? r->count : ALARM_HITS_MAX;
    e.hits = malloc((room + 1) * sizeof *e.hits);
    if (!e.hits)
        return no_memory(err);
    e.count = choose_new(n, r, e.hits, &e.more);
    assay_status status = ASSAY_OK;
    if (n)
        e.id = n->view.id;
    else
        status = new_id(&e.id, err);
    if (status == ASSAY_OK && e.count + e.more)
        status = happen(b, tx, &e, err);
    free(e.hits);
    if (status == ASSAY_OK) {
        *id = e.id;
        if (is_new)
            *is_new = !n;
    }
    return status;
}

assay_status alarm_hits_add(alarm_book *b, store_tx *tx, const alarm_report *r, object_id *id,
                            bool *is_new, assay_err *err)
{
    if (!r->count)
        return assay_fail(err, ASSAY_SHAPE, 0, "an alarm without a hit");
    pthread_mutex_lock(&b->lock);
    assay_status status = add_hits(b, tx, r, id, is_new, err);
    pthread_mutex_unlock(&b->lock);
    return status;
}

static assay_status withdraw_from(alarm_book *b, store_tx *tx, entry *n, const alarm_hit *hits,
                                  size_t count, assay_err *err)
{
    alarm_event e = {.kind = EVENT_HIT_WITHDRAWN, .id = n->view.id, .actor = ALARM_PROGRAM};
    e.hits = malloc((count + 1) * sizeof *e.hits);
    if (!e.hits)
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const alarm_hit *known = hit_find(n, &hits[i]);
        if (known && !known->is_withdrawn)
            e.hits[e.count++] = hits[i];
    }
    assay_status status = e.count ? happen(b, tx, &e, err) : ASSAY_OK;
    if (status == ASSAY_OK && e.count && hits_left(n) == 0) {
        alarm_event last = {.kind = EVENT_STEP, .id = n->view.id, .actor = ALARM_PROGRAM,
                            .state = ALARM_WITHDRAWN, .said = "{}"};
        status = happen(b, tx, &last, err);
    }
    free(e.hits);
    return status;
}

assay_status alarm_hits_withdraw(alarm_book *b, store_tx *tx, uint32_t number,
                                 const alarm_hit *hits, size_t count, assay_err *err)
{
    assay_status status = ASSAY_OK;
    pthread_mutex_lock(&b->lock);
    for (int cause = 0; cause < 2 && status == ASSAY_OK; cause++) {
        entry *n = open_of(b, number, cause);
        if (n)
            status = withdraw_from(b, tx, n, hits, count, err);
    }
    pthread_mutex_unlock(&b->lock);
    return status;
}

assay_status alarm_call_add(alarm_book *b, store_tx *tx, const object_id *id, uint32_t level,
                            const char *to, assay_err *err)
{
    alarm_event e = {.kind = EVENT_CALLED, .id = *id, .actor = ALARM_PROGRAM, .level = level, .to = to};
    pthread_mutex_lock(&b->lock);
    const entry *n = entry_find(b, id);
    assay_status status = n ? happen(b, tx, &e, err)
                            : assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no such alarm");
    pthread_mutex_unlock(&b->lock);
    return status;
}

assay_status alarm_verified_add(alarm_book *b, store_tx *tx, const object_id *id, assay_err *err)
{
    char said[48] = "{}";
    alarm_event e = {.kind = EVENT_STEP, .id = *id, .actor = ALARM_PROGRAM, .state = ALARM_VERIFIED,
                     .said = said};
    pthread_mutex_lock(&b->lock);
    const entry *n = entry_find(b, id);
    assay_status status = ASSAY_OK;
    if (!n || n->view.state != ALARM_ACTION)
        status = assay_fail(err, ASSAY_CONFLICT, 0, "an alarm is verified after its action");
    else
        snprintf(said, sizeof said, "{\"points\":%u}", n->view.verify_wanted);
    if (status == ASSAY_OK)
        status = happen(b, tx, &e, err);
    pthread_mutex_unlock(&b->lock);
    return status;
}

/* -- what people say ---------------------------------------------------------------------- */

static bool follows(alarm_state now, alarm_state step)
{
    bool is_said_again = step == now && step >= ALARM_CONTAINED && step <= ALARM_ACTION;
    return step == now + 1 || is_said_again;
}

/* Did `actor` take a step of it? What the program did is nobody's. */
static bool has_acted(const entry *n, const char *actor)
{
    for (size_t i = 0; i < n->view.step_count; i++)
        if (n->steps[i].state != ALARM_VERIFIED && strcmp(n->steps[i].actor, actor) == 0)
            return true;
    return false;
}

static assay_status check_version(const entry *n, uint64_t expected, assay_err *err)
{
    if (!n)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no such alarm");
    if (expected != DOCUMENT_ANY && expected != n->view.version)
        return assay_fail(err, ASSAY_CONFLICT, 0, "the alarm has version %llu, not %llu",
                          (unsigned long long)n->view.version, (unsigned long long)expected);
    return ASSAY_OK;
}

static assay_status check_step(const entry *n, alarm_state step, const char *actor, assay_err *err)
{
    if (step == ALARM_VERIFIED || step == ALARM_WITHDRAWN || !follows(n->view.state, step)) {
        assay_fail(err, ASSAY_CONFLICT, 0, "the alarm is %s: %s does not follow",
                   alarm_state_name(n->view.state), alarm_state_name(step));
        if (step == ALARM_VERIFIED || n->view.state == ALARM_ACTION)
            assay_hint(err, _("the program verifies by the %u points that follow the action"),
                       n->view.verify_wanted);
        return ASSAY_CONFLICT;
    }
    if (step == ALARM_CLOSED && has_acted(n, actor)) {
        assay_fail(err, ASSAY_CONFLICT, 0, "%s took a step of this alarm: somebody else closes it",
                   actor);
        return ASSAY_CONFLICT;
    }
    return ASSAY_OK;
}

assay_status alarm_step_add(alarm_book *b, store_tx *tx, const object_id *id, alarm_state step,
                            const char *actor, const char *json, uint64_t expected, assay_err *err)
{
    alarm_event e = {.kind = EVENT_STEP, .id = *id, .actor = actor, .state = step, .said = json};
    assay_status status = alarm_said_check(step, json, err);
    if (status != ASSAY_OK)
        return status;
    pthread_mutex_lock(&b->lock);
    const entry *n = entry_find(b, id);
    status = check_version(n, expected, err);
    if (status == ASSAY_OK)
        status = check_step(n, step, actor, err);
    if (status == ASSAY_OK)
        status = happen(b, tx, &e, err);
    pthread_mutex_unlock(&b->lock);
    return status;
}

static bool fits(const char *text)
{
    return strlen(text) <= 1000;
}

assay_status alarm_tick_add(alarm_book *b, store_tx *tx, const object_id *id, const char *step,
                            const char *answer, const char *why, const char *actor,
                            uint64_t expected, assay_err *err)
{
    alarm_event e = {.kind = EVENT_TICKED, .id = *id, .actor = actor, .plan_step = step,
                     .answer = answer, .why = why ? why : ""};
    if (!*step || !*answer || !fits(step) || !fits(answer) || !fits(e.why))
        return assay_fail(err, ASSAY_LIMIT, 0, "a tick names its step and the answer in 1000 bytes");
    if (strcmp(answer, "skipped") == 0 && !*e.why)
        return assay_fail(err, ASSAY_MISSING, 0, "a skipped step needs its reason");
    pthread_mutex_lock(&b->lock);
    const entry *n = entry_find(b, id);
    assay_status status = check_version(n, expected, err);
    if (status == ASSAY_OK && !alarm_is_open(&n->view))
        status = assay_fail(err, ASSAY_CONFLICT, 0, "the alarm is %s",
                            alarm_state_name(n->view.state));
    if (status == ASSAY_OK)
        status = happen(b, tx, &e, err);
    pthread_mutex_unlock(&b->lock);
    return status;
}
