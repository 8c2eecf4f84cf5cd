/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sitting: its start, its answers in their order, its end.
 *
 * It is an object with records of its own, so that neither a case's view nor its history can tell
 * anything of it. Answers are personal: sealed under the key of the party. The order of items and
 * options follows from the recorded seed. */
#include "scheme/sitting_inner.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/random.h"
#include "base/time.h"

#include <assay/draw.h>

#include <stdio.h>
#include <string.h>

enum { ANSWERS_MOST = 200, ANSWER_MOST = 8000 };
#define SECOND INT64_C(1000000000)

/* -- from its records -----------------------------------------------------------------------------
 */

static void apply(json_t *state, const char *type, const json_t *p)
{
    if (strcmp(type, "sitting.started") == 0)
        json_object_update(state, (json_t *)p);
    else if (strcmp(type, "sitting.answered") == 0) {
        json_array_append(list_in(state, "batches"), (json_t *)p);
        json_object_set(state, "confirmed", json_object_get(p, "to"));
    } else if (strcmp(type, "sitting.marked") == 0)
        json_array_append(list_in(state, "marks"), (json_t *)p);
    else if (strcmp(type, "sitting.finished") == 0)
        json_object_set(state, "finished", (json_t *)p);
    else if (strcmp(type, "sitting.scored") == 0)
        json_object_set(state, "scored", (json_t *)p);
}

static bool fold(const record *r, void *context)
{
    json_t *p = r->payload ? json_tree(r->payload) : json_object();
    apply(context, r->type, p);
    json_decref(p);
    return true;
}

void sitting_id(const object_id *of, const char *stage, int64_t visit, object_id *out)
{
    char text[ID_TEXT + 120], id[ID_TEXT];
    id_text(of, id);
    int n = snprintf(text, sizeof text, "sitting\n%s\n%.60s\n%lld", id, stage, (long long)visit);
    if (id_of(text, (size_t)n, out, NULL))
        memset(out, 0, sizeof *out);
}

static const scheme_stage *stage_of(const the_sitting *s)
{
    const char *name = text_of(s->state, "stage");
    return name ? scheme_find_stage(s->c.scheme, name) : NULL;
}

/* Load the records; the bank as it was at the start. */
static assay_status load_state(the_sitting *s, assay_err *err)
{
    s->state = json_object();
    assay_status status = store_object_records(s->c.d->s, &s->id, 0, fold, s->state, err);
    if (status || !json_object_get(s->state, "items"))
        return status;
    const scheme_stage *stage = stage_of(s);
    uint64_t upto = (uint64_t)json_integer_value(json_object_get(s->state, "bank_record"));
    if (!stage || !stage->bank)
        return assay_fail(err, ASSAY_DAMAGED, 0, _("a sitting without its exam"));
    return bank_load(s->c.d, s->c.tx, s->c.scheme, stage->bank, s->c.who, upto, &s->bank, err);
}

/* By its own id: the case is named in it. */
assay_status sitting_load(desk *d, store_tx *tx, const object_id *id, const viewer *who,
                          the_sitting *out, assay_err *err)
{
    object_id of;
    json_t *state = json_object();
    *out = (the_sitting){.id = *id};
    assay_status status = store_object_records(d->s, id, 0, fold, state, err);
    if (!status && !id_read(text_of(state, "case"), &of))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no such sitting"));
    json_decref(state);
    if (!status)
        status = case_load(d, tx, &of, who, &out->c, err);
    if (status)
        return status;
    status = load_state(out, err);
    if (status)
        sitting_done(out);
    return status;
}

void sitting_done(the_sitting *s)
{
    bank_done(&s->bank);
    json_decref(s->state);
    case_done(&s->c);
}

/* Of a case: the sitting at the stage it is at, else its newest. */
static assay_status load_of_case(desk *d, store_tx *tx, const object_id *of, const viewer *who,
                                 the_sitting *out, assay_err *err)
{
    *out = (the_sitting){.bank = {.d = d}};
    assay_status status = case_load(d, tx, of, who, &out->c, err);
    if (status)
        return status;
    const scheme_stage *s = case_stage(&out->c);
    const json_t *exams = json_object_get(out->c.state, "exams");
    const json_t *last = json_array_get(exams, json_array_size(exams) - 1);
    if (s && s->bank)
        sitting_id(of, s->item.id, case_visit(out->c.state, s->item.id), &out->id);
    else if (!id_read(text_of(last, "sitting"), &out->id))
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("the case is at no exam"));
    if (!status)
        status = load_state(out, err);
    if (status)
        sitting_done(out);
    return status;
}

/* -- its row
 * ----------------------------------------------------------------------------------------- */

static void list_name(const object_id *bank, char out[static 60])
{
    char id[ID_TEXT];
    id_text(bank, id);
    snprintf(out, 60, "sitting/%s", id);
}

static assay_status list_again(the_sitting *s, assay_err *err)
{
    char list[60];
    buf text = BUF_INIT;
    const char *ends = text_of(s->state, "ends");
    bool is_scored = json_object_get(s->state, "scored") != NULL;
    json_t *row = json_pack("{s:O,s:O,s:b,s:b}", "case", json_object_get(s->state, "case"), "form",
                            json_object_get(s->state, "form"), "finished",
                            json_object_get(s->state, "finished") != NULL, "scored", is_scored);
    list_name(&s->bank.id, list);
    entry_place places[] = {{list, text_of(s->state, "at")}, {"sitting/open", ends}};
    assay_status status = json_take(row, &text, err);
    if (!status)
        status = store_entry_put(s->c.tx, "sitting", &s->id, text.data, places,
                                 json_object_get(s->state, "finished") ? 1 : 2, err);
    buf_done(&text);
    return status;
}

typedef struct {
    sitting_visitor *each;
    void *context;
    char mark[sizeof((store_entry){0}.mark)];
    size_t n;
    bool is_stopped;
} row_walk;

static bool visit_row(const store_entry *e, void *context)
{
    row_walk *w = context;
    json_t *row = json_tree(e->row);
    snprintf(w->mark, sizeof w->mark, "%s", e->mark);
    w->n++;
    w->is_stopped = !w->each(&e->object, row, w->context);
    json_decref(row);
    return !w->is_stopped;
}

assay_status sitting_each(desk *d, const object_id *bank, sitting_visitor *each, void *context,
                          assay_err *err)
{
    char list[60];
    row_walk w = {.each = each, .context = context};
    list_name(bank, list);
    for (;;) {
        store_page page = {.list = list, .mark = *w.mark ? w.mark : NULL, .limit = 1000};
        w.n = 0;
        assay_status status = store_entries(d->s, &page, visit_row, &w, err);
        if (status || w.is_stopped || w.n < page.limit)
            return status;
    }
}

assay_status sitting_append(the_sitting *s, const char *type, json_t *payload, assay_err *err)
{
    if (!payload)
        return assay_fail(err, ASSAY_FORMAT, 0, _("a text is not valid UTF-8"));
    set_time(payload, "at", s->c.now);
    json_incref(payload);
    assay_status status = record_json(s->c.tx, type, s->c.who->account, &s->id, payload, NULL, err);
    if (!status)
        apply(s->state, type, payload);
    json_decref(payload);
    return status ? status : list_again(s, err);
}

/* -- who
 * ------------------------------------------------------------------------------------------- */

static assay_status need_candidate(the_sitting *s, assay_err *err)
{
    bool is_own = false;
    assay_status status = case_is_party(&s->c, &is_own, err);
    if (!status && !is_own)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no exam for you to sit here"));
    return status;
}

static bool is_started(const the_sitting *s)
{
    return json_object_get(s->state, "items") != NULL;
}

static bool is_running(const the_sitting *s)
{
    return is_started(s) && !json_object_get(s->state, "finished") &&
           s->c.now < when_of(s->state, "ends");
}

/* -- starting
 * --------------------------------------------------------------------------------------- */

static assay_status check_attempts(the_sitting *s, const scheme_bank *bank, assay_err *err)
{
    const json_t *exams = json_object_get(s->c.state, "exams");
    int64_t n = 0;
    for (size_t i = 0; i < json_array_size(exams); i++) {
        const char *name = text_of(json_array_get(exams, i), "bank");
        n += name && strcmp(name, bank->item.id) == 0;
    }
    if (!bank->attempts || n < bank->attempts)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_DOMAIN, 0, _("this exam may be sat %lld times; it was"),
                      (long long)bank->attempts);
}

/* A form by lot; at another visit another one. */
static size_t choose_form(const the_sitting *s, const uint8_t *seed, size_t forms)
{
    assay_draw lot = assay_draw_of(seed, 0);
    size_t first = (size_t)assay_draw_below(&lot, forms);
    const json_t *exams = json_object_get(s->c.state, "exams");
    for (size_t k = 0; k < forms; k++) {
        size_t form = (first + k) % forms;
        bool is_sat = false;
        for (size_t i = 0; i < json_array_size(exams); i++) {
            const json_t *n = json_object_get(json_array_get(exams, i), "form");
            is_sat |= n && (size_t)json_integer_value(n) == form + 1;
        }
        if (!is_sat)
            return form;
    }
    return first;
}

static json_t *shuffled(const json_t *form, const uint8_t *seed)
{
    uint32_t order[1000];
    json_t *items = json_array();
    size_t n = json_array_size(form) < 1000 ? json_array_size(form) : 1000;
    assay_draw lot = assay_draw_of(seed, 1);
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    assay_draw_shuffle(&lot, order, n);
    for (size_t i = 0; i < n; i++)
        json_array_append(items, json_array_get(form, order[i]));
    return items;
}

static json_t *first_words(the_sitting *s, const scheme_stage *stage, const uint8_t *seed)
{
    char hex[65];
    json_t *forms = json_object_get(s->bank.state, "forms"), *p = json_object();
    size_t form = choose_form(s, seed, json_array_size(forms));
    for (size_t i = 0; i < ASSAY_SEED_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", seed[i]);
    set_id(p, "case", &s->c.id);
    set_text(p, "stage", stage->item.id);
    set_text(p, "bank", stage->bank->item.id);
    json_object_set_new(p, "visit", json_integer(case_visit(s->c.state, stage->item.id)));
    json_object_set_new(p, "form", json_integer((json_int_t)form + 1));
    json_object_set(p, "drawn", json_object_get(s->bank.state, "drawn"));
    json_object_set(p, "bank_record", json_object_get(s->bank.state, "last"));
    set_text(p, "seed", hex);
    json_object_set_new(p, "items", shuffled(json_array_get(forms, form), seed));
    set_time(p, "ends",
             (s->c.now + SECOND - 1) / SECOND * SECOND + stage->bank->minutes * 60 * SECOND);
    return p;
}

static assay_status begin(the_sitting *s, assay_err *err)
{
    uint8_t seed[ASSAY_SEED_SIZE];
    char word[33];
    const scheme_stage *stage = case_stage(&s->c);
    assay_status status = stage && stage->bank
                              ? check_attempts(s, stage->bank, err)
                              : assay_fail(err, ASSAY_DOMAIN, 0, _("the case is at no exam"));
    if (!status && stage->bank->minutes <= 0)
        status =
            assay_fail(err, ASSAY_DOMAIN, 0, _("the scheme does not say how long this exam is"));
    if (!status)
        status = bank_load(s->c.d, s->c.tx, s->c.scheme, stage->bank, s->c.who, 0, &s->bank, err);
    const json_t *form = json_array_get(json_object_get(s->bank.state, "forms"), 0);
    if (!status && (int64_t)json_array_size(form) != stage->bank->items)
        status = assay_fail(err, ASSAY_DOMAIN, 0, _("no forms have been drawn for this exam yet"));
    if (!status)
        status = random_bytes(seed, sizeof seed, err);
    if (!status) /* so that readers find the key of the words under which scripts are marked */
        status = secret_word(s->c.tx, s->c.d->s, "script", word, err);
    return status ? status : sitting_append(s, "sitting.started", first_words(s, stage, seed), err);
}

/* -- what the candidate sees
 * ---------------------------------------------------------------------------- */

static uint64_t stream_of(const char *item)
{
    return 2 + hash64(item, strlen(item)) % 1000000;
}

static bool seed_read(const json_t *state, uint8_t out[static ASSAY_SEED_SIZE])
{
    const char *hex = text_of(state, "seed");
    unsigned byte;
    for (int i = 0; hex && strlen(hex) == 64 && i < ASSAY_SEED_SIZE; i++) {
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return false;
        out[i] = (uint8_t)byte;
    }
    return hex != NULL;
}

/* Options in an order of his own. */
static json_t *options_of(const json_t *inner, const uint8_t *seed, const char *item)
{
    const char *key;
    json_t *text, *options = json_object_get(inner, "options"), *list = json_array();
    const char *keys[BANK_OPTIONS];
    uint32_t order[BANK_OPTIONS], n = 0;
    assay_draw lot = assay_draw_of(seed, stream_of(item));
    json_object_foreach(options, key, text)
    {
        if (n < BANK_OPTIONS) {
            order[n] = n;
            keys[n++] = key;
        }
    }
    assay_draw_shuffle(&lot, order, n);
    for (uint32_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s,s:O}", "key", keys[order[i]], "text",
                                              json_object_get(options, keys[order[i]])));
    return list;
}

static assay_status paper_of(const the_sitting *s, json_t *out, assay_err *err)
{
    uint8_t seed[ASSAY_SEED_SIZE];
    const json_t *items = json_object_get(s->state, "items");
    if (!seed_read(s->state, seed))
        return assay_fail(err, ASSAY_DAMAGED, 0, _("a sitting without its exam"));
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *id = json_string_value(json_array_get(items, i));
        json_t *inner, *one = json_object(),
                       *head = json_object_get(json_object_get(s->bank.state, "items"), id);
        assay_status status = bank_item(&s->bank, id, &inner, err);
        if (status) {
            json_decref(one);
            return status;
        }
        set_text(one, "item", id);
        set_text(one, "kind", text_of(head, "kind"));
        set_text(one, "points", text_of(head, "points"));
        set_text(one, "text", text_of(inner, "text"));
        if (json_object_get(inner, "options"))
            json_object_set_new(one, "options", options_of(inner, seed, id));
        json_array_append_new(out, one);
        json_decref(inner);
    }
    return ASSAY_OK;
}

/* -- answers
 * ------------------------------------------------------------------------------------------- */

static void owner_of(const the_sitting *s, object_id *out)
{
    if (!case_party(s->c.state, out))
        *out = s->c.id;
}

static assay_status open_batch(const the_sitting *s, const json_t *batch, json_t **out,
                               assay_err *err)
{
    object_id owner;
    owner_of(s, &owner);
    *out = NULL;
    return secret_open(s->c.d->s, &owner, "answers", text_of(batch, "sealed"), out, err);
}

assay_status sitting_answers(const the_sitting *s, json_t **out, assay_err *err)
{
    const json_t *batches = json_object_get(s->state, "batches");
    json_t *all = json_object(), *list;
    for (size_t i = 0; i < json_array_size(batches); i++) {
        const json_t *batch = json_array_get(batches, i);
        if (json_is_true(json_object_get(batch, "late")))
            continue;
        assay_status status = open_batch(s, batch, &list, err);
        if (status) {
            json_decref(all);
            return status;
        }
        for (size_t k = 0; k < json_array_size(list); k++) {
            const json_t *one = json_array_get(list, k);
            json_object_set(all, text_of(one, "item"), json_object_get(one, "answer"));
        }
        json_decref(list);
    }
    *out = all;
    return ASSAY_OK;
}

static bool is_on_paper(const the_sitting *s, const char *item)
{
    return item && list_has(json_object_get(s->state, "items"), item);
}

/* Answer k as it was confirmed, late or not; the reference is the caller's. */
static json_t *confirmed_answer(const the_sitting *s, json_int_t k)
{
    const json_t *batches = json_object_get(s->state, "batches");
    json_t *list, *found = NULL;
    for (size_t i = 0; !found && i < json_array_size(batches); i++) {
        const json_t *b = json_array_get(batches, i);
        json_int_t from = json_integer_value(json_object_get(b, "from"));
        if (k < from || k > json_integer_value(json_object_get(b, "to")) ||
            open_batch(s, b, &list, NULL) != ASSAY_OK)
            continue;
        found = json_incref(json_array_get(list, (size_t)(k - from)));
        json_decref(list);
    }
    return found;
}

/* Sent again after a lost confirmation it is the same; anything else would be lost silently. */
static assay_status check_again(const the_sitting *s, json_int_t k, const json_t *one,
                                assay_err *err)
{
    json_t *before = confirmed_answer(s, k);
    bool is_same = json_equal(json_object_get(before, "item"), json_object_get(one, "item")) &&
                   json_equal(json_object_get(before, "answer"), json_object_get(one, "answer"));
    json_decref(before);
    return is_same ? ASSAY_OK
                   : assay_fail(err, ASSAY_CONFLICT, 0,
                                _("answer %lld was confirmed with other content"), (long long)k);
}

/* Those that are new, in their order; what has been confirmed is left out. */
static assay_status new_answers(const the_sitting *s, const json_t *given, json_t *out,
                                json_int_t *to, assay_err *err)
{
    assay_status status;
    json_int_t n = json_integer_value(json_object_get(s->state, "confirmed"));
    const json_int_t before = n;
    if (!json_is_array(given) || json_array_size(given) > ANSWERS_MOST)
        return assay_fail(err, ASSAY_FORMAT, 0, _("\"answers\" is a list of at most %d"),
                          ANSWERS_MOST);
    for (size_t i = 0; i < json_array_size(given); i++) {
        const json_t *one = json_array_get(given, i), *answer = json_object_get(one, "answer");
        json_int_t k = json_integer_value(json_object_get(one, "n"));
        if (k <= before && k > 0) {
            if ((status = check_again(s, k, one, err)) != ASSAY_OK)
                return status;
            continue;
        }
        if (k != n + 1)
            return assay_fail(err, ASSAY_CONFLICT, i, _("answer %lld came after answer %lld"),
                              (long long)k, (long long)n);
        if (!is_on_paper(s, text_of(one, "item")))
            return assay_fail(err, ASSAY_DOMAIN, i, _("answer %lld: no such item in this exam"),
                              (long long)k);
        if (!json_is_null(answer) &&
            (!json_is_string(answer) || json_string_length(answer) > ANSWER_MOST))
            return assay_fail(err, ASSAY_FORMAT, i,
                              _("answer %lld: expected a text of at most %d bytes"), (long long)k,
                              ANSWER_MOST);
        json_t *kept = json_pack("{s:I,s:O,s:O}", "n", k, "item", json_object_get(one, "item"),
                                 "answer", answer);
        if (text_of(one, "at") && strlen(text_of(one, "at")) < 40)
            set_text(kept, "at", text_of(one, "at"));
        json_array_append_new(out, kept);
        n = k;
    }
    *to = n;
    return ASSAY_OK;
}

static assay_status keep_answers(the_sitting *s, const json_t *list, json_int_t to, assay_err *err)
{
    object_id owner;
    buf sealed = BUF_INIT;
    json_int_t from = json_integer_value(json_object_get(json_array_get(list, 0), "n"));
    bool is_late = s->c.now >= when_of(s->state, "ends");
    if (!json_array_size(list))
        return ASSAY_OK;
    if (json_object_get(s->state, "finished") &&
        strcmp(text_of(json_object_get(s->state, "finished"), "by"), "time") != 0)
        return assay_fail(err, ASSAY_DOMAIN, 0, _("this exam has been handed in"));
    owner_of(s, &owner);
    assay_status status = secret_seal(s->c.tx, s->c.d->s, &owner, "answers", list, &sealed, err);
    json_t *p = json_pack("{s:I,s:I,s:b}", "from", from, "to", to, "late", is_late);
    set_text(p, "sealed", buf_text(&sealed));
    buf_done(&sealed);
    if (!status)
        return sitting_append(s, "sitting.answered", p, err);
    json_decref(p);
    return status;
}

static size_t late_ones(const the_sitting *s)
{
    const json_t *batches = json_object_get(s->state, "batches");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(batches); i++) {
        const json_t *b = json_array_get(batches, i);
        if (json_is_true(json_object_get(b, "late")))
            n += (size_t)(json_integer_value(json_object_get(b, "to")) -
                          json_integer_value(json_object_get(b, "from")) + 1);
    }
    return n;
}

/* -- views
 * ---------------------------------------------------------------------------------------------- */

static const char *state_of(const the_sitting *s)
{
    return json_object_get(s->state, "scored")     ? "scored"
           : json_object_get(s->state, "finished") ? "marking"
           : !is_started(s)                        ? "ready"
           : is_running(s)                         ? "running"
                                                   : "over";
}

static void add_facts(const the_sitting *s, json_t *o)
{
    static const char *const names[] = {"at", "ends", "confirmed", "form"};
    static const char *const told[] = {"starts", "ends", "confirmed", "form"};
    const scheme_stage *stage = is_started(s) ? stage_of(s) : case_stage(&s->c);
    set_id(o, "case", &s->c.id);
    set_text(o, "scheme", s->c.scheme->item.id);
    set_text(o, "rev", s->c.scheme->rev);
    set_text(o, "state", state_of(s));
    set_time(o, "now", s->c.now);
    if (stage && stage->bank) {
        set_text(o, "stage", stage->item.id);
        set_text(o, "bank", stage->bank->item.id);
        json_object_set_new(o, "minutes", json_integer(stage->bank->minutes));
        json_object_set_new(o, "items", json_integer(stage->bank->items));
    }
    for (size_t i = 0; i < 4; i++)
        if (json_object_get(s->state, names[i]))
            json_object_set(o, told[i], json_object_get(s->state, names[i]));
    if (late_ones(s))
        json_object_set_new(o, "late", json_integer((json_int_t)late_ones(s)));
}

static assay_status tell(the_sitting *s, bool is_candidate, buf *out, assay_err *err)
{
    json_t *o = json_object(), *answers = NULL;
    assay_status status = ASSAY_OK;
    add_facts(s, o);
    if (!is_candidate) {
        json_t *scored = json_object_get(s->state, "scored");
        if (scored)
            json_object_set(o, "percent", json_object_get(scored, "percent"));
        if (scored && json_object_get(scored, "topics"))
            json_object_set(o, "topics", json_object_get(scored, "topics"));
        json_object_set_new(
            o, "seed", json_string(text_of(s->state, "seed") ? text_of(s->state, "seed") : ""));
    } else if (is_running(s)) {
        status = paper_of(s, list_in(o, "paper"), err);
        if (!status)
            status = sitting_answers(s, &answers, err);
        if (!status)
            json_object_set_new(o, "answers", answers);
    }
    if (!status)
        return json_take(o, out, err);
    json_decref(o);
    return status;
}

assay_status sitting_view(desk *d, const object_id *id, const viewer *who, buf *out, assay_err *err)
{
    the_sitting s;
    bool is_own = false;
    assay_status status = load_of_case(d, NULL, id, who, &s, err);
    if (status)
        return status;
    status = case_is_party(&s.c, &is_own, err);
    if (!status && !is_own && who->kind != VIEWER_DESK && who->kind != VIEWER_AUDITOR)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no exam for you to sit here"));
    if (!status)
        status = tell(&s, is_own, out, err);
    sitting_done(&s);
    return status;
}

/* -- acts
 * -------------------------------------------------------------------------------------------------
 */

assay_status sitting_start(desk *d, store_tx *tx, const object_id *id, const viewer *who,
                           buf *answer, assay_err *err)
{
    the_sitting s;
    assay_status status = load_of_case(d, tx, id, who, &s, err);
    if (status)
        return status;
    status = need_candidate(&s, err);
    if (!status && !is_started(&s))
        status = begin(&s, err);
    if (!status)
        status = tell(&s, true, answer, err);
    sitting_done(&s);
    return status;
}

static assay_status need_started(const the_sitting *s, assay_err *err)
{
    return is_started(s) ? ASSAY_OK
                         : assay_fail(err, ASSAY_DOMAIN, 0, _("this exam has not been started"));
}

static assay_status take_answers(the_sitting *s, const json_t *said, assay_err *err)
{
    json_int_t to = 0;
    json_t *list = json_array();
    assay_status status = said_only(said, "answers key", err);
    if (!status)
        status = need_candidate(s, err);
    if (!status)
        status = need_started(s, err);
    if (!status)
        status = new_answers(s, json_object_get(said, "answers"), list, &to, err);
    if (!status)
        status = keep_answers(s, list, to, err);
    json_decref(list);
    return status;
}

assay_status sitting_answer(desk *d, store_tx *tx, const object_id *id, const char *said,
                            const viewer *who, buf *answer, assay_err *err)
{
    the_sitting s;
    json_t *o;
    assay_status status = said_read(said, &o, err);
    if (status)
        return status;
    status = load_of_case(d, tx, id, who, &s, err);
    if (status) {
        json_decref(o);
        return status;
    }
    status = take_answers(&s, o, err);
    json_decref(o);
    if (!status) {
        json_t *told = json_object();
        add_facts(&s, told);
        status = json_take(told, answer, err);
    }
    sitting_done(&s);
    return status;
}

static assay_status end(the_sitting *s, const char *by, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (!json_object_get(s->state, "finished"))
        status = sitting_append(s, "sitting.finished", json_pack("{s:s}", "by", by), err);
    return status ? status : sitting_score(s, err);
}

assay_status sitting_finish(desk *d, store_tx *tx, const object_id *id, const viewer *who,
                            buf *answer, assay_err *err)
{
    the_sitting s;
    assay_status status = load_of_case(d, tx, id, who, &s, err);
    if (status)
        return status;
    status = need_candidate(&s, err);
    if (!status)
        status = need_started(&s, err);
    if (!status)
        status = end(&s, s.c.now < when_of(s.state, "ends") ? "candidate" : "time", err);
    if (!status)
        status = tell(&s, true, answer, err);
    sitting_done(&s);
    return status;
}

/* -- those nobody handed in
 * ---------------------------------------------------------------------------------- */

typedef struct {
    const char *now;
    object_id id[100];
    size_t n, most;
} over_list;

static bool keep_over(const store_entry *e, void *context)
{
    over_list *l = context;
    if (strcmp(e->sort, l->now) > 0)
        return false;
    l->id[l->n++] = e->object;
    return l->n < l->most;
}

bool sitting_waits(desk *d, int64_t now)
{
    char text[40];
    over_list l = {.now = text, .most = 1};
    store_page page = {.list = "sitting/open", .limit = 1};
    time_format(now / SECOND * SECOND, TIME_OFFSET_NONE, text, sizeof text);
    return store_entries(d->s, &page, keep_over, &l, NULL) == ASSAY_OK && l.n > 0;
}

assay_status sitting_collect(desk *d, store_tx *tx, const viewer *who, size_t limit, uint64_t *n,
                             assay_err *err)
{
    char text[40];
    over_list l = {.now = text, .most = limit && limit < 100 ? limit : 100};
    store_page page = {.list = "sitting/open", .limit = 100};
    time_format((who->now ? who->now : time_now()) / SECOND * SECOND, TIME_OFFSET_NONE, text,
                sizeof text);
    assay_status status = store_entries(d->s, &page, keep_over, &l, err);
    for (size_t i = 0; !status && i < l.n; i++) {
        the_sitting s;
        status = sitting_load(d, tx, &l.id[i], who, &s, err);
        if (status)
            break;
        status = end(&s, "time", err);
        sitting_done(&s);
    }
    *n = status ? 0 : l.n;
    return status;
}
