/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A round from its records; opening, seed, closing. */
#include "scheme/round_inner.h"

#include "base/hash.h"
#include "base/i18n.h"
#include "base/random.h"
#include "base/time.h"
#include "scheme/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_KIND "round.secret"

/* -- folding -------------------------------------------------------------------------------------- */

static void apply(json_t *state, const char *type, const json_t *p)
{
    static const char *const copied[] = {"scheme", "scheme_id", "rev", "name", "opens", "closes",
                                         "title", "commitment", "secret", "public", "seed"};
    bool is_list = strcmp(type, "round.assigned") == 0 || strcmp(type, "round.decided") == 0;
    for (size_t i = 0; !is_list && i < sizeof copied / sizeof *copied; i++)
        if (json_object_get(p, copied[i]))
            json_object_set(state, copied[i], json_object_get(p, copied[i]));
    if (strcmp(type, "round.opened") == 0)
        json_object_set(state, "opened", json_object_get(p, "at"));
    else if (strcmp(type, "round.closed") == 0)
        json_object_set(state, "closed", json_object_get(p, "at"));
    else if (strcmp(type, "round.assigned") == 0)
        json_array_append_new(list_in(state, "assigned"), json_deep_copy(p));
    else if (strcmp(type, "round.decided") == 0)
        json_array_append_new(list_in(state, "decided"), json_deep_copy(p));
}

static bool fold(const record *r, void *context)
{
    json_t *p = r->payload ? json_tree(r->payload) : json_object();
    if (strncmp(r->type, "round.", 6) == 0)
        apply(context, r->type, p);
    json_decref(p);
    return true;
}

assay_status round_load(desk *d, store_tx *tx, const object_id *id, const viewer *who,
                        the_round *out, assay_err *err)
{
    char name[ID_TEXT];
    *out = (the_round){.d = d, .tx = tx, .id = *id, .who = who, .state = json_object()};
    out->now = who && who->now ? who->now : time_now();
    id_text(id, name);
    assay_status status = store_object_records(d->s, id, 0, fold, out->state, err);
    if (!status && !text_of(out->state, "scheme"))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no round %s", name);
    if (!status)
        status = desk_scheme_by_digest(d, text_of(out->state, "scheme"), &out->scheme, err);
    set_text(out->state, "id", name);
    if (status)
        round_done(out);
    return status;
}

void round_done(the_round *r)
{
    json_decref(r->state);
    r->state = NULL;
}

static const char *phase_of(const json_t *state, int64_t now)
{
    int64_t opens = when_of(state, "opens"), closes = when_of(state, "closes");
    if (text_of(state, "closed"))
        return "closed";
    return opens != TIME_NONE && now < opens      ? "announced"
           : closes != TIME_NONE && now >= closes ? "judging"
                                                  : "open";
}

static assay_status list_again(the_round *r, assay_err *err)
{
    static const char *const names[] = {"scheme", "scheme_id", "rev", "name", "opens", "closes",
                                        "opened", "closed", "commitment", "seed", "title"};
    json_t *row = json_object();
    buf text = BUF_INIT;
    char list[120];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(r->state, names[i]))
            json_object_set(row, names[i], json_object_get(r->state, names[i]));
    snprintf(list, sizeof list, "round/s/%.80s", r->scheme->item.id);
    const char *at = text_of(r->state, "opened"), *name = text_of(r->state, "name");
    entry_place places[] = {{"round", at}, {list, at}, {"round/name", name}};
    assay_status status = json_take(row, &text, err);
    if (!status)
        status = store_entry_put(r->tx, "round", &r->id, text.data, places, 3, err);
    buf_done(&text);
    return status;
}

assay_status round_append(the_round *r, const char *type, json_t *payload, assay_err *err)
{
    if (!payload)
        return assay_fail(err, ASSAY_FORMAT, 0, "a text is not valid UTF-8");
    set_time(payload, "at", r->now);
    json_incref(payload);
    assay_status status = record_json(r->tx, type, r->who->account, &r->id, payload, NULL, err);
    if (!status)
        apply(r->state, type, payload);
    json_decref(payload);
    return status ? status : list_again(r, err);
}

assay_status round_need_desk(const viewer *who, assay_err *err)
{
    if (who->kind == VIEWER_DESK && !(who->site && *who->site))
        return ASSAY_OK;
    return assay_fail(err, ASSAY_DOMAIN, 0, _("rounds are run by a desk of all places"));
}

/* -- opening ------------------------------------------------------------------------------------------ */

static void to_hex(const uint8_t *bytes, size_t n, char *out)
{
    for (size_t i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

/* The secret lies beside the records until the draw; its digest is in them from the first day. */
static assay_status commit_secret(the_round *r, assay_err *err)
{
    uint8_t secret[32];
    char text[65], hex[65], name[ID_TEXT];
    sha256 digest;
    id_text(&r->id, name);
    assay_status status = random_bytes(secret, sizeof secret, err);
    to_hex(secret, sizeof secret, text);
    if (!status)
        status = sha256_of(text, 64, &digest, err);
    if (!status)
        status = store_document_touch(r->tx, SECRET_KIND, name, "{}", text, err);
    if (status)
        return status;
    sha256_to_hex(&digest, hex);
    return round_append(r, "round.committed", json_pack("{s:s}", "commitment", hex), err);
}

static bool is_any(const store_entry *e, void *context)
{
    *(object_id *)context = e->object;
    return false;
}

static assay_status check_name(desk *d, const char *name, assay_err *err)
{
    object_id found = {{0}};
    store_page page = {.list = "round/name", .prefix = name, .limit = 1};
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");
    if (!n || name[n])
        return assay_fail(err, ASSAY_FORMAT, 0, _("the name of a round has a-z, 0-9, . _ and -"));
    assay_status status = store_entries(d->s, &page, is_any, &found, err);
    if (!status && !id_is_none(&found)) {
        object_id same;
        if (round_find(d, name, &same, NULL) == ASSAY_OK)
            status = assay_fail(err, ASSAY_EXISTS, 0, _("there is a round \"%s\" already"), name);
    }
    return status;
}

static assay_status open_said(desk *d, store_tx *tx, const json_t *said, const viewer *who,
                              object_id *out, assay_err *err)
{
    const char *program, *name, *title;
    char hex[65];
    int64_t opens, closes;
    the_round r = {.d = d, .tx = tx, .who = who, .state = json_object()};
    r.now = who->now ? who->now : time_now();
    assay_status status = said_only(said, "scheme name opens closes title", err);
    if (!status)
        status = said_text(said, "scheme", true, 200, &program, err);
    if (!status)
        status = said_text(said, "name", true, 100, &name, err);
    if (!status)
        status = check_name(d, name, err);
    if (!status)
        status = said_text(said, "title", false, 300, &title, err);
    if (!status)
        status = said_time(said, "opens", TIME_NONE, &opens, err);
    if (!status)
        status = said_time(said, "closes", TIME_NONE, &closes, err);
    if (!status && opens != TIME_NONE && closes != TIME_NONE && closes <= opens)
        status = assay_fail(err, ASSAY_DOMAIN, 0, "a call closes after it opens");
    if (!status)
        status = desk_scheme(d, program, &r.scheme, err);
    if (!status)
        status = id_new(&r.id, err);
    if (!status) {
        json_t *p = json_object();
        sha256_to_hex(&r.scheme->digest, hex);
        set_text(p, "scheme", hex);
        set_text(p, "scheme_id", r.scheme->item.id);
        set_text(p, "rev", r.scheme->rev);
        set_text(p, "name", name);
        set_text(p, "title", title);
        set_time(p, "opens", opens);
        set_time(p, "closes", closes);
        status = round_append(&r, "round.opened", p, err);
    }
    if (!status) /* the text that counts, whatever is published later */
        status = round_append(&r, "round.frozen", json_pack("{s:s}", "scheme", hex), err);
    if (!status)
        status = commit_secret(&r, err);
    if (!status)
        *out = r.id;
    round_done(&r);
    return status;
}

assay_status round_open(desk *d, store_tx *tx, const char *said, const viewer *who, object_id *out,
                        assay_err *err)
{
    json_t *o;
    assay_status status = round_need_desk(who, err);
    if (!status)
        status = said_read(said, &o, err);
    if (status)
        return status;
    status = open_said(d, tx, o, who, out, err);
    json_decref(o);
    return status;
}

/* -- the seed --------------------------------------------------------------------------------------------- */

static assay_status make_seed(the_round *r, const char *secret, const char *public_value,
                              assay_err *err)
{
    buf text = BUF_INIT;
    sha256 seed;
    char hex[65];
    buf_addf(&text, "%s%s", secret, public_value);
    assay_status status = sha256_of(text.data, text.length, &seed, err);
    buf_done(&text);
    if (status)
        return status;
    sha256_to_hex(&seed, hex);
    return round_append(r, "round.seed",
                        json_pack("{s:s, s:s, s:s}", "secret", secret, "public", public_value,
                                  "seed", hex), err);
}

assay_status round_seed(desk *d, store_tx *tx, const object_id *round, const char *public_value,
                        const viewer *who, assay_err *err)
{
    the_round r;
    store_document doc;
    char name[ID_TEXT];
    assay_status status = round_need_desk(who, err);
    if (!status)
        status = round_load(d, tx, round, who, &r, err);
    if (status)
        return status;
    int64_t closes = when_of(r.state, "closes");
    id_text(round, name);
    if (!public_value || !*public_value || strlen(public_value) > 1000)
        status = assay_fail(err, ASSAY_MISSING, 0, _("the public value is missing"));
    else if (text_of(r.state, "seed"))
        status = assay_fail(err, ASSAY_CONFLICT, 0, _("the seed of the round is fixed"));
    else if (closes != TIME_NONE && r.now < closes)
        status = assay_fail(err, ASSAY_DOMAIN, 0,
                            _("the call is still open: the public value comes "
                              "after its end"));
    if (!status)
        status = store_document_get(d->s, SECRET_KIND, name, &doc, err);
    char secret[80] = "";
    if (!status)
        snprintf(secret, sizeof secret, "%.64s", doc.secret ? doc.secret : "");
    if (!status)
        status = make_seed(&r, secret, public_value, err);
    if (!status)
        status = store_document_drop(tx, SECRET_KIND, name, err);
    round_done(&r);
    return status;
}

assay_status round_close(desk *d, store_tx *tx, const object_id *round, const viewer *who,
                         assay_err *err)
{
    the_round r;
    assay_status status = round_need_desk(who, err);
    if (!status)
        status = round_load(d, tx, round, who, &r, err);
    if (status)
        return status;
    if (text_of(r.state, "closed"))
        status = assay_fail(err, ASSAY_CONFLICT, 0, _("the round is closed already"));
    else
        status = round_append(&r, "round.closed", json_object(), err);
    round_done(&r);
    return status;
}

/* -- cases of a round ---------------------------------------------------------------------------------------- */

typedef struct {
    buf ids;
    size_t n;
    char mark[sizeof((store_entry){0}.mark)];
} id_walk;

static bool keep_id(const store_entry *e, void *context)
{
    id_walk *w = context;
    buf_add(&w->ids, &e->object, sizeof e->object);
    memcpy(w->mark, e->mark, sizeof w->mark);
    w->n++;
    return true;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(object_id));
}

assay_status round_cases(the_round *r, const char *stage, const char *phase, case_set *out,
                         assay_err *err)
{
    char list[300], name[ID_TEXT];
    id_walk w = {.ids = BUF_INIT};
    store_page page = {.list = list, .limit = 1000};
    assay_status status;
    *out = (case_set){0};
    id_text(&r->id, name);
    if (stage)
        snprintf(list, sizeof list, "case/r/%s/%.80s/%.40s", name, stage, phase);
    else
        snprintf(list, sizeof list, "case/r/%s", name);
    do {
        w.n = 0;
        status = store_entries(r->d->s, &page, keep_id, &w, err);
        page.mark = w.mark;
    } while (!status && w.n == page.limit);
    size_t n = w.ids.length / sizeof(object_id);
    out->item = status ? NULL : calloc(n + 1, sizeof *out->item);
    if (!status && !out->item)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for the cases of a round");
    if (n)
        qsort(w.ids.data, n, sizeof(object_id), by_id);
    for (size_t i = 0; !status && i < n; i++) {
        object_id id;
        memcpy(&id, w.ids.data + i * sizeof id, sizeof id);
        status = case_load(r->d, r->tx, &id, r->who, &out->item[i], err);
        out->n += !status;
    }
    buf_done(&w.ids);
    if (status)
        case_set_done(out);
    return status;
}

void case_set_done(case_set *s)
{
    for (size_t i = 0; i < s->n; i++)
        case_done(&s->item[i]);
    free(s->item);
    *s = (case_set){0};
}

/* -- showing -------------------------------------------------------------------------------------------------- */

assay_status round_show(desk *d, const object_id *round, const viewer *who, buf *out,
                        assay_err *err)
{
    static const char *const names[] = {"id", "scheme", "scheme_id", "rev", "name", "title",
                                        "opens", "closes", "opened", "closed", "commitment",
                                        "public", "seed", "secret"};
    the_round r;
    assay_status status = round_load(d, NULL, round, who, &r, err);
    if (status)
        return status;
    json_t *o = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(r.state, names[i]))
            json_object_set(o, names[i], json_object_get(r.state, names[i]));
    set_text(o, "phase", phase_of(r.state, r.now));
    bool is_bound = who->site && *who->site;
    if (!is_bound && (who->kind == VIEWER_DESK || who->kind == VIEWER_AUDITOR)) {
        const char *const more[] = {"decided", "assigned"};
        for (int i = 0; i < 2; i++)
            if (json_object_get(r.state, more[i]))
                json_object_set(o, more[i], json_object_get(r.state, more[i]));
    }
    round_done(&r);
    return json_take(o, out, err);
}

typedef struct {
    json_t *list;
    int64_t now;
} round_page;

static bool add_round(const store_entry *e, void *context)
{
    round_page *p = context;
    char id[ID_TEXT];
    json_t *row = json_tree(e->row);
    id_text(&e->object, id);
    set_text(row, "id", id);
    set_text(row, "phase", phase_of(row, p->now));
    json_array_append_new(p->list, row);
    return true;
}

assay_status round_list(desk *d, const char *program, const char *mark, size_t limit,
                        const viewer *who, buf *out, assay_err *err)
{
    char list[120] = "round";
    json_t *o = json_object();
    round_page p = {.list = list_in(o, "rounds"), .now = who->now ? who->now : time_now()};
    if (program)
        snprintf(list, sizeof list, "round/s/%.80s", program);
    store_page page = {.list = list, .mark = mark, .is_down = true, .limit = limit ? limit : 100};
    assay_status status = page_fill(d->s, &page, add_round, &p, p.list, o, err);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}

typedef struct {
    const char *name;
    object_id id;
} name_look;

static bool is_named(const store_entry *e, void *context)
{
    name_look *l = context;
    if (strcmp(e->sort, l->name) == 0)
        l->id = e->object;
    return strcmp(e->sort, l->name) != 0;
}

assay_status round_find(desk *d, const char *name, object_id *out, assay_err *err)
{
    name_look l = {name, {{0}}};
    if (id_read(name, out))
        return ASSAY_OK;
    store_page page = {.list = "round/name", .prefix = name, .limit = 100};
    assay_status status = store_entries(d->s, &page, is_named, &l, err);
    if (!status && id_is_none(&l.id))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no round \"%.60s\"", name);
    if (!status)
        *out = l.id;
    return status;
}
