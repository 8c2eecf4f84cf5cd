/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A case from its records: one function for each kind of record, nothing but the record asked.
 *
 * A record that says what no act writes (case_shape.c), or speaks of what the case does not have, is
 * refused before it changes anything: a state is what its log says or there is none. */
#include "scheme/case_inner.h"

#include "base/i18n.h"
#include "base/time.h"

#include <string.h>

/* -- opening and moving --------------------------------------------------------------------- */

static void copy(json_t *to, const json_t *from, const char *const *names)
{
    for (; *names; names++)
        if (json_object_get(from, *names))
            json_object_set(to, *names, json_object_get(from, *names));
}

static void apply_opened(json_t *state, const json_t *p)
{
    static const char *const names[] = {"scheme",  "scheme_id", "rev",   "round", "party",
                                        "members", "title",     "place", "named", "from", "key_word",
                                        NULL};
    copy(state, p, names);
    json_object_set(state, "opened", json_object_get(p, "at"));
    set_text(state, "state", "open");
}

static void count_visit(json_t *state, const char *stage)
{
    json_t *times = object_in(state, "times");
    json_int_t n = json_integer_value(json_object_get(times, stage));
    json_object_set_new(times, stage, json_integer(n + 1));
}

static void close_stage(json_t *state, const json_t *p, const char *outcome)
{
    const char *from = text_of(p, "from");
    json_t *seen = from ? object_in(object_in(state, "stages"), from) : NULL;
    if (!seen)
        return;
    json_object_set(seen, "closed", json_object_get(p, "at"));
    set_text(seen, "outcome", outcome);
}

static void apply_advanced(json_t *state, const json_t *p)
{
    static const char *const names[] = {"due", "opens", "why", NULL};
    static const char *const gone[] = {"due", "opens", "why", "waits", "late", "ended", "cut"};
    const char *to = text_of(p, "to"), *outcome = text_of(p, "outcome");
    close_stage(state, p, outcome);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        json_object_del(state, gone[i]);
    copy(state, p, names);
    if (to) {
        set_text(state, "stage", to);
        if (json_object_del(state, "closed") == 0) /* an appeal was upheld */
            set_text(state, "state", "open");
        json_object_set(state, "entered", json_object_get(p, "at"));
        json_t *seen = object_in(object_in(state, "stages"), to);
        json_object_set(seen, "opened", json_object_get(p, "at"));
        json_object_del(seen, "closed");
        if (json_object_get(p, "due"))
            json_object_set(seen, "due", json_object_get(p, "due"));
        count_visit(state, to);
    } else {
        json_object_del(state, "stage");
        set_text(state, "state", "closed");
        json_object_set(state, "closed", json_object_get(p, "at"));
    }
    set_text(state, "outcome", outcome);
}

static void apply_waits(json_t *state, const json_t *p)
{
    json_object_set_new(state, "waits", json_true());
    json_object_set(state, "ended", json_object_get(p, "at"));
}

static void apply_late(json_t *state, const json_t *p)
{
    const char *stage = text_of(p, "stage");
    json_object_set_new(state, "late", json_true());
    if (stage)
        json_object_set_new(object_in(object_in(state, "stages"), stage), "late", json_true());
}

/* -- forms and sheets ----------------------------------------------------------------------- */

/* The draft of the same form, visit and hand. */
static json_t *find_filling(const json_t *list, const json_t *p)
{
    for (size_t i = json_array_size(list); i-- > 0;) {
        json_t *f = json_array_get(list, i);
        const char *a = text_of(f, "by"), *b = text_of(p, "by");
        if (!json_is_true(json_object_get(f, "final")) &&
            strcmp(text_of(f, "form"), text_of(p, "form")) == 0 &&
            json_equal(json_object_get(f, "visit"), json_object_get(p, "visit")) &&
            json_equal(json_object_get(f, "stage"), json_object_get(p, "stage")) &&
            strcmp(a ? a : "", b ? b : "") == 0)
            return f;
    }
    return NULL;
}

static void keep_old(json_t *item, const char *const *names)
{
    json_t *old = json_object();
    copy(old, item, names);
    json_array_append_new(list_in(item, "old"), old);
}

static void apply_form(json_t *state, const json_t *p)
{
    static const char *const kept[] = {"values", "sealed", "at", NULL};
    static const char *const names[] = {"form", "stage", "visit", "by",    "values",
                                        "sealed", "owner", "final", "at", NULL};
    json_t *list = list_in(state, "fillings"), *f = find_filling(list, p);
    if (f && json_object_get(p, "values")) {
        keep_old(f, kept);
        json_object_del(f, "sealed");
    }
    if (!f) {
        f = json_object();
        json_array_append_new(list, f);
    }
    copy(f, p, names);
}

static json_t *sheet_in(json_t *state, const json_t *p)
{
    json_t *sheets = object_in(object_in(state, "sheets"), text_of(p, "stage"));
    const char *judge = text_of(p, "judge");
    json_t *sheet = json_object_get(sheets, judge);
    /* of another visit: it starts anew, the old one is kept whole */
    if (sheet && !json_equal(json_object_get(sheet, "visit"), json_object_get(p, "visit"))) {
        json_t *past = list_in(state, "past_sheets"), *o = json_deep_copy(sheet);
        set_text(o, "stage", text_of(p, "stage"));
        set_text(o, "judge", judge);
        json_array_append_new(past, o);
        json_object_del(sheets, judge);
        sheet = NULL;
    }
    return sheet ? sheet : object_in(sheets, judge);
}

static void apply_sheet(json_t *state, const json_t *p)
{
    static const char *const kept[] = {"answers", "why_na", "notes", "at", NULL};
    static const char *const names[] = {"answers", "why_na", "notes", "visit", "at", NULL};
    json_t *sheet = sheet_in(state, p);
    if (json_object_get(sheet, "answers"))
        keep_old(sheet, kept);
    copy(sheet, p, names);
}

static void apply_sheet_final(json_t *state, const json_t *p)
{
    json_t *sheet = sheet_in(state, p);
    json_object_set(sheet, "visit", json_object_get(p, "visit"));
    json_object_set(sheet, "final", json_object_get(p, "at"));
}

static void apply_assigned(json_t *state, const json_t *p)
{
    json_object_set(object_in(state, "assigned"), text_of(p, "stage"),
                    json_object_get(p, "judges"));
}

/* -- other acts ----------------------------------------------------------------------------- */

/* The payload itself: nobody changes it afterwards. */
static void append_to(json_t *state, const char *list, const json_t *p)
{
    json_array_append(list_in(state, list), (json_t *)p);
}

/* For what gets members later. */
static void append_copy(json_t *state, const char *list, const json_t *p)
{
    json_array_append_new(list_in(state, list), json_copy((json_t *)p));
}

static void apply_objection(json_t *state, const json_t *p)
{
    append_copy(state, "objections", p);
}

/* The newest of the same hand counts. */
static void apply_vote(json_t *state, const json_t *p)
{
    json_t *votes = list_in(state, "votes");
    for (size_t i = 0; i < json_array_size(votes); i++) {
        json_t *v = json_array_get(votes, i);
        if (strcmp(text_of(v, "by"), text_of(p, "by")) == 0 &&
            strcmp(text_of(v, "stage"), text_of(p, "stage")) == 0 &&
            json_equal(json_object_get(v, "visit"), json_object_get(p, "visit"))) {
            json_t *now = json_copy((json_t *)p);
            json_object_set(now, "old", v);
            json_array_set_new(votes, i, now);
            return;
        }
    }
    append_to(state, "votes", p);
}

static void apply_answered(json_t *state, const json_t *p)
{
    json_t *list = list_in(state, "objections");
    json_int_t n = json_integer_value(json_object_get(p, "objection"));
    json_t *o = json_array_get(list, (size_t)(n - 1));
    json_object_set(o, "answer", (json_t *)p);
}

static void apply_closing(json_t *state, const json_t *p)
{
    (void)p;
    json_object_set_new(state, "cut", json_string(text_of(state, "stage")));
}

static void apply_named(json_t *state, const json_t *p)
{
    json_t *list = list_in(object_in(state, "named"), text_of(p, "role"));
    if (!list_has(list, text_of(p, "party")))
        json_array_append(list, json_object_get(p, "party"));
}

static void apply_withdrawn(json_t *state, const json_t *p)
{
    static const char *const gone[] = {"stage", "due", "opens", "waits"};
    close_stage(state, json_object_get(state, "stage") ? p : NULL, "withdrawn");
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        json_object_del(state, gone[i]);
    set_text(state, "state", "withdrawn");
    json_object_set(state, "closed", json_object_get(p, "at"));
}

/* A title by its number in this case. */
static void apply_title(json_t *state, const char *type, const json_t *p)
{
    static const char *const names[] = {"until", "state", "bar_until", "bar_follows", NULL};
    json_t *titles = list_in(state, "titles");
    if (strcmp(type, "title.given") == 0) {
        append_copy(state, "titles", p);
        set_text(json_array_get(titles, json_array_size(titles) - 1), "state", "valid");
        return;
    }
    json_int_t n = json_integer_value(json_object_get(p, "n"));
    json_t *t = json_array_get(titles, (size_t)(n - 1));
    if (!t) /* of a title whose giving was erased */
        return;
    if (strcmp(type, "title.reinstated") == 0) { /* nobody is barred from what he holds */
        json_object_del(t, "bar_until");
        json_object_del(t, "bar_follows");
    }
    copy(t, p, names);
    json_t *said = json_copy((json_t *)p);
    set_text(said, "type", type);
    json_array_append_new(list_in(t, "history"), said);
}

static void apply_key(json_t *state, const json_t *p)
{
    const char *key = text_of(p, "key");
    json_int_t n = json_integer_value(json_object_get(state, "events"));
    if (key)
        json_object_set_new(object_in(state, "keys"), key, json_integer(n));
}

typedef struct {
    const char *type;
    void (*apply)(json_t *state, const json_t *p);
    const char *list; /* or only append there */
} fold_rule;

static const fold_rule rules[] = {
    {"case.opened", apply_opened, NULL},
    {"case.advanced", apply_advanced, NULL},
    {"case.waits", apply_waits, NULL},
    {"case.late", apply_late, NULL},
    {"case.form", apply_form, NULL},
    {"case.sheet", apply_sheet, NULL},
    {"case.sheet.final", apply_sheet_final, NULL},
    {"case.assigned", apply_assigned, NULL},
    {"case.vote", apply_vote, NULL},
    {"case.signed", NULL, "signs"},
    {"case.done", NULL, "done"},
    {"case.exam", NULL, "exams"},
    {"case.seen", NULL, "seen"},
    {"case.cut", apply_closing, NULL},
    {"case.decided", NULL, "decisions"},
    {"case.objection", apply_objection, NULL},
    {"case.answered", apply_answered, NULL},
    {"case.hearing", NULL, "hearings"},
    {"case.note", NULL, "notes"},
    {"case.named", apply_named, NULL},
    {"case.evidence", NULL, "evidence"},
    {"case.money", NULL, "money"},
    {"case.published", NULL, "published"},
    {"case.reminded", NULL, "reminded"},
    {"case.withdrawn", apply_withdrawn, NULL},
};

/* -- does it fit? ----------------------------------------------------------------------------- */

static bool is_one_of(const json_t *list, json_int_t n)
{
    return n >= 1 && (size_t)n <= json_array_size(list);
}

/* It speaks of the stage the case is at, of an objection, a title that is there. */
static assay_status check_fit(const json_t *state, const char *type, const json_t *p,
                              assay_err *err)
{
    if (json_is_true(json_object_get(state, "erased")))
        return ASSAY_OK; /* what it speaks of may be among what is gone */
    const char *stage = text_of(state, "stage"), *from = text_of(p, "from");
    bool is_opening = strcmp(type, "case.opened") == 0, is_open = text_of(state, "opened") != NULL;
    if (is_opening == is_open)
        return assay_fail(err, ASSAY_DAMAGED, 0, "%s: the case is %s", type,
                          is_open ? "open already" : "not open yet");
    if (strcmp(type, "case.advanced") == 0 && strcmp(from ? from : "", stage ? stage : "") != 0)
        return assay_fail(err, ASSAY_DAMAGED, 0, "%s: from: found %.60s, expected %.60s", type,
                          from ? from : "nothing", stage ? stage : "nothing: the case is closed");
    json_int_t n = json_integer_value(json_object_get(p, "objection"));
    if (strcmp(type, "case.answered") == 0 && !is_one_of(json_object_get(state, "objections"), n))
        return assay_fail(err, ASSAY_DAMAGED, 0, "%s: the case has no objection %lld", type,
                          (long long)n);
    if (strncmp(type, "title.", 6) != 0)
        return ASSAY_OK;
    const json_t *titles = json_object_get(state, "titles");
    n = json_integer_value(json_object_get(p, "n"));
    bool is_next = strcmp(type, "title.given") == 0 && n == (json_int_t)json_array_size(titles) + 1;
    if (is_next || (strcmp(type, "title.given") != 0 && is_one_of(titles, n)))
        return ASSAY_OK;
    return assay_fail(err, ASSAY_DAMAGED, 0, "%s: the case has %zu titles, not %lld", type,
                      json_array_size(titles), (long long)n);
}

static void count_event(json_t *state)
{
    json_int_t n = json_integer_value(json_object_get(state, "events"));
    json_object_set_new(state, "events", json_integer(n + 1));
}

static void apply(json_t *state, const char *type, const json_t *payload)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].type, type) == 0) {
            if (rules[i].apply)
                rules[i].apply(state, payload);
            else
                append_to(state, rules[i].list, payload);
        }
    if (strncmp(type, "title.", 6) == 0)
        apply_title(state, type, payload);
    apply_key(state, payload);
}

static bool is_of_a_case(const char *type)
{
    return strncmp(type, "case.", 5) == 0 || strncmp(type, "title.", 6) == 0;
}

assay_status case_apply(json_t *state, const char *type, const json_t *payload, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (payload && is_of_a_case(type)) {
        status = case_shape_check(type, payload, err);
        if (!status)
            status = check_fit(state, type, payload, err);
    }
    if (status)
        return status;
    count_event(state);
    if (!payload)
        json_object_set_new(state, "erased", json_true());
    else if (text_of(state, "opened") || strcmp(type, "case.opened") == 0)
        apply(state, type, payload);
    return ASSAY_OK;
}

assay_status case_fold_record(json_t *state, const record *r, assay_err *err)
{
    json_t *payload = json_tree(r->payload);
    assay_status status = ASSAY_OK;
    if (r->payload && !payload)
        status = assay_fail(err, ASSAY_DAMAGED, 0, "%s: what it says is no JSON", r->type);
    if (!status)
        status = case_apply(state, r->type, payload, err);
    json_decref(payload);
    if (status == ASSAY_DAMAGED && err) { /* the place first */
        assay_err inner = *err;
        assay_fail(err, ASSAY_DAMAGED, 0, "record %llu: %.300s", (unsigned long long)r->sequence,
                   inner.message);
    }
    return status;
}

/* -- loading -------------------------------------------------------------------------------- */

typedef struct {
    the_case *c;
    assay_status status;
    assay_err *err;
} folding;

static bool fold(const record *r, void *context)
{
    folding *f = context;
    f->status = case_fold_record(f->c->state, r, f->err);
    if (strcmp(r->type, "case.decided") == 0)
        f->c->decided = r->sequence;
    f->c->events++;
    f->c->last = r->sequence;
    return !f->status;
}

/* A log without its opening, or at a stage the scheme does not have, is no case. */
assay_status case_find_rules(the_case *c, assay_err *err)
{
    char name[ID_TEXT];
    id_text(&c->id, name);
    const char *digest = text_of(c->state, "scheme"), *stage = text_of(c->state, "stage");
    if (!digest)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no case %s"), name);
    assay_status status = desk_scheme_by_digest(c->d, digest, &c->scheme, err);
    if (!status && stage && !scheme_find_stage(c->scheme, stage))
        status = assay_fail(err, ASSAY_DAMAGED, 0, "case %s stands at %.60s: no stage of %s", name,
                            stage, c->scheme->item.id);
    return status;
}

assay_status case_load(desk *d, store_tx *tx, const object_id *id, const viewer *who,
                       the_case *out, assay_err *err)
{
    char name[ID_TEXT];
    *out = (the_case){.d = d, .tx = tx, .id = *id, .who = who, .state = json_object()};
    out->now = who && who->now ? who->now : time_now();
    arena_init(&out->memory);
    id_text(id, name);
    folding f = {out, ASSAY_OK, err};
    case_kept_read(out);
    assay_status status = store_object_records(d->s, id, out->last + 1, fold, &f, err);
    if (!status)
        status = f.status;
    if (!status)
        status = case_find_rules(out, err);
    set_text(out->state, "id", name);
    if (status)
        case_done(out);
    return status;
}

void case_done(the_case *c)
{
    json_decref(c->state);
    c->state = NULL;
    arena_done(&c->memory);
}

assay_status case_append(the_case *c, const char *type, json_t *payload, assay_err *err)
{
    if (!payload)
        return assay_fail(err, ASSAY_FORMAT, 0, "a text is not valid UTF-8");
    set_time(payload, "at", c->now);
    if (c->act) { /* the first record of an act; what follows from it has no name */
        set_text(payload, "act", c->act);
        set_text(payload, "key", text_of(c->said, "key"));
        c->act = NULL;
    }
    uint64_t sequence = 0;
    json_incref(payload);
    assay_status status =
        record_json(c->tx, type, c->who->account, &c->id, payload, &sequence, err);
    if (!status) {
        if (strcmp(type, "case.decided") == 0)
            c->decided = sequence;
        status = case_apply(c->state, type, payload, err);
        c->events++;
        c->last = sequence;
    }
    json_decref(payload);
    return status;
}

/* -- asking --------------------------------------------------------------------------------- */

bool case_is_open(const json_t *state)
{
    const char *s = text_of(state, "state");
    return s && strcmp(s, "open") == 0;
}

const char *case_phase(const json_t *state)
{
    const char *s = text_of(state, "state"), *outcome = text_of(state, "outcome");
    if (!s || strcmp(s, "withdrawn") == 0)
        return "withdrawn";
    if (!outcome)
        outcome = "";
    if (strcmp(s, "open") == 0)
        return json_is_true(json_object_get(state, "waits")) ? "waiting"
               : strcmp(outcome, "return") == 0              ? "returned"
               : strcmp(outcome, "suspend") == 0             ? "suspended"
                                                             : "open";
    return strcmp(outcome, "reject") == 0    ? "rejected"
           : strcmp(outcome, "suspend") == 0 ? "suspended"
                                             : "passed";
}

const scheme_stage *case_stage(const the_case *c)
{
    const char *stage = text_of(c->state, "stage");
    return stage ? scheme_find_stage(c->scheme, stage) : NULL;
}

int64_t case_visit(const json_t *state, const char *stage)
{
    return json_integer_value(json_object_get(json_object_get(state, "times"), stage));
}

bool case_party(const json_t *state, object_id *out)
{
    return id_read(text_of(state, "party"), out);
}

int64_t time_after(int64_t ns, value duration)
{
    int64_t seconds;
    if (duration.kind != VALUE_DURATION ||
        !date_add(ns / 1000000000, duration.as.duration.months, duration.as.duration.seconds,
                  &seconds))
        return TIME_NONE;
    return seconds * 1000000000;
}
