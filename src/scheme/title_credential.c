/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A title as a credential: given, renewed, suspended, taken with it, in the same transaction.
 *
 * Where the database issues credentials, a title is one of the achievement SCHEME-TITLE; where it
 * issues none, the title stands in the records alone. The record of the credential names the decision
 * that the title rests on. A person who is erased is gone from the copies too. */
#include "scheme/title_inner.h"

#include "base/hash.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

enum { ACHIEVEMENT_ID = 64, TITLE_KEY = 64 };

/* -- names --------------------------------------------------------------------------------------- */

/* Achievements have ids of a-z, 0-9 and hyphen; a long one is cut and told apart by its hash. */
static void achievement_id(const scheme *s, const scheme_title *t, char out[ACHIEVEMENT_ID])
{
    char whole[400], hex[65];
    sha256 digest;
    snprintf(whole, sizeof whole, "%.190s-%.190s", s->item.id, t->item.id);
    for (char *c = whole; *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
        else if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9'))
            *c = '-';
    }
    if (strlen(whole) >= ACHIEVEMENT_ID) {
        if (sha256_of(whole, strlen(whole), &digest, NULL) != ASSAY_OK)
            memset(&digest, 0, sizeof digest);
        sha256_to_hex(&digest, hex);
        snprintf(whole + 46, sizeof whole - 46, "-%.16s", hex);
    }
    snprintf(out, ACHIEVEMENT_ID, "%.63s", whole);
}

static void title_key(const char *id, long long n, char out[TITLE_KEY])
{
    snprintf(out, TITLE_KEY, "%.32s/%lld", id, n);
}

static const char *word_of(const scheme_item *i)
{
    return i->words.en ? i->words.en : i->words.ko ? i->words.ko : i->words.zh ? i->words.zh : i->id;
}

/* -- giving -------------------------------------------------------------------------------------- */

/* What the scheme says of the title, unless somebody has said it already. */
static assay_status put_achievement(the_case *c, const scheme_title *t, const char *id,
                                    assay_err *err)
{
    char name[300], description[600], criteria[900], hex[65];
    const scheme *s = c->scheme;
    buf known = BUF_INIT;
    assay_status status = credential_achievement_text(c->d->s, id, &known, err);
    buf_done(&known);
    if (status != ASSAY_NOT_FOUND)
        return status;
    sha256_to_hex(&s->digest, hex);
    snprintf(name, sizeof name, "%.280s", word_of(&t->item));
    snprintf(description, sizeof description, "%.250s, title of the programme %.250s", name,
             word_of(&s->item));
    snprintf(criteria, sizeof criteria,
             "The programme %.120s, revision %.60s, whose text has the SHA-256 %s, decides it by its "
             "gates.%s%.400s",
             s->item.id, s->rev ? s->rev : "", hex, t->item.note ? " " : "",
             t->item.note ? t->item.note : "");
    const credential_achievement a = {.id = id,
                                      .name = name,
                                      .description = description,
                                      .criteria = criteria,
                                      .type = "Award",
                                      .purpose = "suspension"};
    return credential_achievement_put(c->tx, &a, c->who->account, "first title of its kind", err);
}

static assay_status give_credential(the_case *c, const scheme_title *t, const json_t *title,
                                    int64_t given, const char *why, char out[CREDENTIAL_ID],
                                    assay_err *err)
{
    char achievement[ACHIEVEMENT_ID], key[TITLE_KEY], id[ID_TEXT];
    object_id party;
    buf holder = BUF_INIT;
    id_text(&c->id, id);
    title_key(id, json_integer_value(json_object_get(title, "n")), key);
    achievement_id(c->scheme, t, achievement);
    assay_status status = put_achievement(c, t, achievement, err);
    if (!status && case_party(c->state, &party))
        status = party_name(c->d->s, &party, &holder, err);
    const credential_wish w = {.achievement = achievement,
                               .holder = holder.length ? buf_text(&holder) : NULL,
                               .title = key,
                               .from = given,
                               .until = when_of(title, "until"),
                               .awarded = given,
                               .rests_on = c->decided};
    if (!status)
        status = credential_issue(c->tx, c->d->s, &w, c->who->account, why, out, err);
    buf_done(&holder);
    return status;
}

/* -- changing ------------------------------------------------------------------------------------ */

static assay_status change(the_case *c, const char *id, const char *act, const json_t *title,
                           assay_err *err)
{
    credential_state now;
    char anew[CREDENTIAL_ID];
    const char *why = text_of(title, "why"), *by = c->who->account;
    assay_status status = credential_find(c->d->s, id, &now, err);
    bool is_revoked = !status && strcmp(now.state, "revoked") == 0;
    if (is_revoked && strcmp(act, "title.reinstated") == 0) /* on appeal: a new one */
        return give_credential(c, scheme_find_title(c->scheme, text_of(title, "title")), title, c->now,
                               why, anew, err);
    if (status || is_revoked)
        return status; /* nothing else follows a revocation */
    if (strcmp(act, "title.renewed") == 0) /* without its text there is nothing to sign again */
        return now.is_forgotten ? ASSAY_OK
                                : credential_renew(c->tx, c->d->s, id, c->now,
                                                   when_of(title, "until"), c->decided, by, why,
                                                   err);
    if (strcmp(act, "title.revoked") == 0)
        return credential_change(c->tx, c->d->s, id, CREDENTIAL_REVOKE, by, why, err);
    bool is_pause = strcmp(act, "title.suspended") == 0;
    if (strcmp(now.state, is_pause ? "valid" : "suspended") != 0)
        return ASSAY_OK; /* somebody did it by hand */
    return credential_change(c->tx, c->d->s, id, is_pause ? CREDENTIAL_SUSPEND : CREDENTIAL_REINSTATE,
                             by, why, err);
}

assay_status title_credential(the_case *c, const char *act, const json_t *title, assay_err *err)
{
    credential_issuer issuer;
    char key[TITLE_KEY], id[CREDENTIAL_ID], object[ID_TEXT];
    assay_status status = credential_issuer_read(c->d->s, &issuer, NULL);
    if (status)
        return status == ASSAY_NOT_FOUND
                   ? ASSAY_OK
                   : assay_fail(err, status, 0, "the issuer of credentials cannot be read");
    if (strcmp(act, "title.given") == 0)
        return give_credential(c, scheme_find_title(c->scheme, text_of(title, "title")), title, c->now,
                               NULL, id, err);
    id_text(&c->id, object);
    title_key(object, json_integer_value(json_object_get(title, "n")), key);
    status = credential_of_title(c->d->s, key, id, NULL);
    if (status == ASSAY_NOT_FOUND) /* given when there was no issuer */
        return ASSAY_OK;
    return status ? assay_fail(err, status, 0, "the credential of the title %s cannot be read", key)
                  : change(c, id, act, title, err);
}

/* -- of titles that have none ------------------------------------------------------------------- */

enum { ISSUE_MOST = 200 };

typedef struct {
    desk *d;
    store_tx *tx;
    const viewer *who;
    const char *title, *why; /* title NULL: of any */
    json_t *issued;
    char mark[sizeof((store_entry){0}.mark)];
    size_t seen; /* of this page */
    bool is_more;
    assay_status status;
    assay_err *err;
} issuing;

static assay_status issue_one(issuing *w, const object_id *id, json_t *row)
{
    the_case c;
    char out[CREDENTIAL_ID] = "";
    json_int_t n = json_integer_value(json_object_get(row, "n"));
    assay_status status = case_load(w->d, w->tx, id, w->who, &c, w->err);
    if (status)
        return status;
    const json_t *title = json_array_get(json_object_get(c.state, "titles"), (size_t)(n - 1));
    const scheme_title *rule = title ? scheme_find_title(c.scheme, text_of(title, "title")) : NULL;
    status = rule ? give_credential(&c, rule, title, when_of(title, "at"), w->why, out, w->err)
                  : assay_fail(w->err, ASSAY_DAMAGED, 0, "a title that its case does not know");
    case_done(&c);
    if (!status)
        json_array_append_new(w->issued, json_pack("{s:O, s:O, s:s, s:s}", "case", json_object_get(row, "case"), "n",
                                                   json_object_get(row, "n"), "title", text_of(row, "title"),
                                                   "credential", out));
    return status;
}

static bool issue_next(const store_entry *e, void *context)
{
    issuing *w = context;
    object_id id;
    json_t *row = json_tree(e->row);
    const char *title = text_of(row, "title");
    bool is_wanted = title && (!w->title || strcmp(title, w->title) == 0) &&
                     id_read(text_of(row, "case"), &id) && !title_add_credential(w->d->s, row);
    w->is_more = is_wanted && json_array_size(w->issued) == ISSUE_MOST;
    if (is_wanted && !w->is_more)
        w->status = issue_one(w, &id, row);
    json_decref(row);
    memcpy(w->mark, e->mark, sizeof w->mark);
    w->seen++;
    return !w->status && !w->is_more;
}

assay_status title_issue(desk *d, store_tx *tx, const char *said, const viewer *who, buf *answer,
                         assay_err *err)
{
    char list[120];
    const char *program = NULL;
    credential_issuer issuer;
    json_t *o = NULL, *told = json_object();
    issuing w = {.d = d, .tx = tx, .who = who, .issued = list_in(told, "issued"), .err = err};
    assay_status status = said_read(said, &o, err);
    if (!status)
        status = said_only(o, "scheme title why", err);
    if (!status)
        status = said_text(o, "scheme", true, 100, &program, err);
    if (!status)
        status = said_text(o, "title", false, 100, &w.title, err);
    if (!status)
        status = said_text(o, "why", true, 8000, &w.why, err);
    if (!status)
        status = credential_issuer_read(d->s, &issuer, err);
    snprintf(list, sizeof list, "title/s/%.80s", program ? program : "");
    store_page page = {.list = list, .prefix = "valid/", .limit = ISSUE_MOST};
    do {
        w.seen = 0;
        if (!status)
            status = store_entries(d->s, &page, issue_next, &w, err);
        if (!status)
            status = w.status;
        page.mark = w.mark;
    } while (!status && !w.is_more && w.seen == ISSUE_MOST);
    json_decref(o);
    if (status) {
        json_decref(told);
        return status;
    }
    json_object_set_new(told, "more", json_boolean(w.is_more));
    return json_take(told, answer, err);
}

/* -- telling, forgetting ------------------------------------------------------------------------- */

bool title_add_credential(store *s, json_t *row)
{
    credential_state c;
    char key[TITLE_KEY], id[CREDENTIAL_ID];
    const char *object = text_of(row, "case");
    if (!object)
        return false;
    title_key(object, json_integer_value(json_object_get(row, "n")), key);
    if (credential_of_title(s, key, id, NULL) != ASSAY_OK ||
        credential_find(s, id, &c, NULL) != ASSAY_OK)
        return false;
    json_object_set_new(row, "credential",
                        json_pack("{s:s, s:s, s:b}", "id", id, "state", c.state, "signed",
                                  c.is_signed));
    return true;
}

typedef struct {
    store_tx *tx;
    store *s;
    const char *actor;
    assay_status status;
    assay_err *err;
} forgetting;

static bool forget_one(const store_entry *e, void *context)
{
    forgetting *f = context;
    char key[TITLE_KEY], id[CREDENTIAL_ID];
    json_t *row = json_tree(e->row);
    const char *object = text_of(row, "case");
    title_key(object ? object : "", json_integer_value(json_object_get(row, "n")), key);
    if (object && credential_of_title(f->s, key, id, NULL) == ASSAY_OK)
        f->status = credential_forget(f->tx, f->s, id, f->actor, "its holder was erased", f->err);
    json_decref(row);
    return !f->status;
}

assay_status titles_forget(store_tx *tx, store *s, const object_id *party, const char *actor,
                           assay_err *err)
{
    char prefix[ID_TEXT + 1], name[ID_TEXT];
    forgetting f = {.tx = tx, .s = s, .actor = actor, .err = err};
    id_text(party, name);
    snprintf(prefix, sizeof prefix, "%s/", name);
    store_page page = {.list = "title/party", .prefix = prefix, .limit = 1000};
    assay_status status = store_entries(s, &page, forget_one, &f, err);
    return status ? status : f.status;
}
