/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Giving and taking credentials: every step is a record of its own,
 *
 *     credential.issued  .renewed      {achievement, digest, from, index, list, subject, title,
 * until, rests_on?} credential.suspended  .reinstated  .revoked  .forgotten      {state, why}
 *
 * whose object is the credential's id. The digest is the SHA-256 of the canonical form of what will
 * be signed, without its proof: whoever has the credential can see that it is the one decided. */
#include "notary/credential_inner.h"

#include "base/i18n.h"

#include "ledger/status_list.h"
#include "ledger/vc.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* -- ids ------------------------------------------------------------------------------------------
 */

static void uuid_new(char out[CREDENTIAL_ID])
{
    uint8_t b[16];
    randombytes_buf(b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    size_t used = 0;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[used++] = '-';
        used += (size_t)snprintf(out + used, 3, "%02x", b[i]);
    }
}

static assay_status uuid_read(const char *text, object_id *out, assay_err *err)
{
    size_t used;
    if (strlen(text) == CREDENTIAL_ID - 1 &&
        sodium_hex2bin(out->bytes, 16, text, CREDENTIAL_ID - 1, "-", &used, NULL) == 0 && used == 16)
        return ASSAY_OK;
    return assay_fail(err, ASSAY_DAMAGED, 0, "\"%.40s\" is no id of a credential", text);
}

/* -- state ----------------------------------------------------------------------------------------
 */

static void state_of(const store_document *d, const json_t *o, credential_state *out)
{
    credential_state c = {.from = time_of(o, "from"),
                          .until = time_of(o, "until"),
                          .awarded = time_of(o, "awarded"),
                          .changed = time_of(o, "changed"),
                          .index = (uint32_t)json_integer_value(json_object_get(o, "index")),
                          .record = (uint64_t)json_integer_value(json_object_get(o, "record")),
                          .decision = (uint64_t)json_integer_value(json_object_get(o, "decision")),
                          .rests_on = (uint64_t)json_integer_value(json_object_get(o, "rests_on")),
                          .version = (uint64_t)json_integer_value(json_object_get(o, "version")),
                          .is_signed = json_is_true(json_object_get(o, "signed")),
                          .is_forgotten = json_is_true(json_object_get(o, "forgotten"))};
    snprintf(c.id, sizeof c.id, "%s", d->id);
    copy_text(c.achievement, sizeof c.achievement, o, "achievement");
    copy_text(c.state, sizeof c.state, o, "state");
    copy_text(c.title, sizeof c.title, o, "title");
    copy_text(c.subject, sizeof c.subject, o, "subject");
    copy_text(c.list, sizeof c.list, o, "list");
    *out = c;
}

static assay_status read_state(const store_document *d, credential_state *out, assay_err *err)
{
    json_t *o = json_loads(d->json, JSON_REJECT_DUPLICATES, NULL);
    if (!o)
        return assay_fail(err, ASSAY_DAMAGED, 0, "the credential %.40s cannot be read", d->id);
    state_of(d, o, out);
    json_decref(o);
    return ASSAY_OK;
}

assay_status credential_find(store *s, const char *id, credential_state *out, assay_err *err)
{
    store_document d;
    assay_status status = store_document_get(s, KIND_CREDENTIAL, id, &d, err);
    return status ? status : read_state(&d, out, err);
}

typedef struct {
    credential_visitor *visit;
    void *context;
    assay_status status;
    assay_err *err;
} visiting;

static bool visit_one(const store_document *d, void *context)
{
    visiting *v = context;
    credential_state c;
    v->status = read_state(d, &c, v->err);
    return !v->status && v->visit(&c, v->context);
}

assay_status credential_visit(store *s, const char *after, size_t limit, credential_visitor *visit,
                              void *context, assay_err *err)
{
    visiting v = {.visit = visit, .context = context, .err = err};
    assay_status status =
        store_documents_after(s, KIND_CREDENTIAL, after, limit, visit_one, &v, err);
    return status ? status : v.status;
}

/* The record has said it: the state follows. */
static assay_status keep_state(store_tx *tx, const credential_state *c, assay_err *err)
{
    json_t *o = json_pack("{s:s, s:s, s:s*, s:s, s:s, s:i, s:I, s:I, s:I, s:b, s:b}", "achievement",
                          c->achievement, "state", c->state, "title", *c->title ? c->title : NULL,
                          "subject", c->subject, "list", c->list, "index", (int)c->index, "record",
                          (json_int_t)c->record, "decision", (json_int_t)c->decision, "version",
                          (json_int_t)c->version, "signed", c->is_signed, "forgotten",
                          c->is_forgotten);
    o = with_time(with_time(o, "from", c->from), "until", c->until);
    o = with_time(with_time(o, "awarded", c->awarded), "changed", c->changed);
    return document_keep(tx, KIND_CREDENTIAL, c->id, with_number(o, "rests_on", c->rests_on), err);
}

assay_status credential_of_title(store *s, const char *title, char id[CREDENTIAL_ID],
                                 assay_err *err)
{
    json_t *o;
    assay_status status = document_read(s, KIND_TITLE, title, &o, err);
    if (status)
        return status;
    copy_text(id, CREDENTIAL_ID, o, "id");
    json_decref(o);
    return ASSAY_OK;
}

/* -- building what will be signed
 * ------------------------------------------------------------------ */

/* Texts of a badge that are put together here. */
typedef struct {
    char id[512], evidence[560], achievement[512], told[200];
} addresses;

static void address(const credential_issuer *issuer, const char *id, const char *achievement,
                    addresses *out)
{
    *out = (addresses){0};
    if (!*issuer->base) {
        snprintf(out->id, sizeof out->id, "urn:uuid:%s", id);
        snprintf(out->achievement, sizeof out->achievement, "%.400s#%s", issuer->did, achievement);
        return;
    }
    snprintf(out->id, sizeof out->id, "%s/credentials/%s", issuer->base, id);
    snprintf(out->evidence, sizeof out->evidence, "%s.tlog-proof", out->id);
    snprintf(out->achievement, sizeof out->achievement, "%s/credentials/achievements/%s",
             issuer->base, achievement);
}

static void tell_decision(uint64_t rests_on, addresses *out)
{
    static const char proof[] = "Proof that the decision stands in the issuer's transparency log, "
                                "and what it rests on";
    if (rests_on)
        snprintf(out->told, sizeof out->told, "%s: record %llu.", proof,
                 (unsigned long long)rests_on);
    else
        snprintf(out->told, sizeof out->told, "%s.", proof);
}

static void new_salt(char out[33])
{
    uint8_t bytes[16];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(out, 33, bytes, sizeof bytes);
}

/* The achievement's document must outlive the badge. */
static badge badge_of(const credential_issuer *issuer, const json_t *achievement,
                      const credential_wish *w, const credential_state *c, const addresses *a,
                      const char *salt)
{
    return (badge){.id = a->id,
                   .issuer = issuer->did,
                   .issuer_name = issuer->name,
                   .issuer_url = issuer->url,
                   .achievement = {.id = a->achievement,
                                   .type = vc_text(achievement, "type"),
                                   .name = vc_text(achievement, "name"),
                                   .description = vc_text(achievement, "description"),
                                   .criteria = vc_text(achievement, "criteria"),
                                   .criteria_url = vc_text(achievement, "criteria_url")},
                   .subject = c->subject,
                   .holder = w->holder,
                   .email = w->email,
                   .salt = salt,
                   .narrative = w->narrative,
                   .license_number = w->license_number,
                   .role = w->role,
                   .results = w->results,
                   .result_count = w->result_count,
                   .evidence = a->evidence,
                   .evidence_name = "Decision",
                   .evidence_narrative = a->told,
                   .valid_from = c->from,
                   .valid_until = c->until,
                   .awarded = c->awarded};
}

/* What the record says of a credential that is given or renewed. */
static json_t *said_of(const credential_state *c, const char *digest, const char *why)
{
    json_t *o = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s*, s:s*}", "achievement", c->achievement,
                          "digest", digest, "index", (int)c->index, "list", c->list, "subject",
                          c->subject, "title", *c->title ? c->title : NULL, "why",
                          why && *why ? why : NULL);
    o = with_time(with_time(o, "from", c->from), "until", c->until);
    return with_number(o, "rests_on", c->rests_on);
}

/* Record, state, copy: the credential as it is from now on, waiting for its signature. Takes
 * `plain`, the text without proof. */
static assay_status settle(store_tx *tx, credential_state *c, const char *type, json_t *plain,
                           const char *actor, const char *why, assay_err *err)
{
    char digest[65];
    object_id object;
    assay_status status = uuid_read(c->id, &object, err);
    if (!status)
        status = digest_of(plain, digest, err);
    if (!status)
        status =
            record_say(tx, type, actor, &object, said_of(c, digest, why), &c->record, err);
    c->decision = c->record;
    c->changed = time_now();
    c->version++;
    c->is_signed = false;
    if (!status)
        status = keep_state(tx, c, err);
    if (!status)
        status = document_keep(tx, KIND_COPY, c->id, json_pack("{s:O}", "credential", plain), err);
    if (!status)
        status = document_keep(tx, KIND_WAITING, c->id, json_object(), err);
    json_decref(plain);
    return status;
}

/* -- issuing -------------------------------------------------------------------------------------
 */

static assay_status write_plain(const credential_issuer *issuer, const json_t *achievement,
                                const credential_wish *w, const credential_state *c, json_t **out,
                                assay_err *err)
{
    char salt[33];
    addresses a;
    json_t *entry = NULL;
    new_salt(salt);
    address(issuer, c->id, c->achievement, &a);
    tell_decision(w->rests_on, &a);
    assay_status status = list_entry(issuer, c->list, c->index, &entry, err);
    badge b = badge_of(issuer, achievement, w, c, &a, salt);
    b.status = entry;
    if (!status)
        status = badge_write(&b, out, err);
    json_decref(entry);
    return status;
}

static credential_state new_state(const credential_wish *w)
{
    char subject[CREDENTIAL_ID];
    int64_t now = time_now();
    credential_state c = {
        .from = w->from == TIME_NONE ? now : w->from, .until = w->until, .state = "valid",
        .rests_on = w->rests_on};
    c.awarded = w->awarded == TIME_NONE ? c.from : w->awarded;
    uuid_new(c.id);
    snprintf(c.achievement, sizeof c.achievement, "%s", w->achievement);
    snprintf(c.title, sizeof c.title, "%s", w->title ? w->title : "");
    uuid_new(subject);
    if (w->subject && *w->subject)
        snprintf(c.subject, sizeof c.subject, "%s", w->subject);
    else
        snprintf(c.subject, sizeof c.subject, "urn:uuid:%s", subject);
    return c;
}

static assay_status issue_new(store_tx *tx, store *s, const credential_issuer *issuer,
                              const json_t *achievement, const credential_wish *w,
                              const char *actor, const char *why, char id[CREDENTIAL_ID],
                              assay_err *err)
{
    json_t *plain;
    credential_state c = new_state(w);
    assay_status status =
        list_reserve(tx, s, vc_text(achievement, "purpose"), actor, c.list, &c.index, err);
    if (!status)
        status = write_plain(issuer, achievement, w, &c, &plain, err);
    if (!status)
        status = settle(tx, &c, "credential.issued", plain, actor, why, err);
    if (!status && *c.title)
        status = document_keep(tx, KIND_TITLE, c.title, json_pack("{s:s}", "id", c.id), err);
    if (!status)
        memcpy(id, c.id, CREDENTIAL_ID);
    return status;
}

static assay_status check_wish(const credential_wish *w, assay_err *err)
{
    if (!w->achievement || strlen(w->achievement) >= 64)
        return assay_fail(err, ASSAY_MISSING, 0, "say for which achievement");
    if (w->subject && strlen(w->subject) >= 300)
        return assay_fail(err, ASSAY_LIMIT, 0, "the subject's id is too long");
    if (w->title && strlen(w->title) >= 128)
        return assay_fail(err, ASSAY_LIMIT, 0, "the title's id is too long");
    if (sodium_init() < 0)
        return assay_fail(err, ASSAY_IO, 0, "no random numbers from the system");
    return ASSAY_OK;
}

/* One that lives for this title already; ASSAY_NOT_FOUND: none. */
static assay_status find_living(store *s, const char *title, char id[CREDENTIAL_ID], assay_err *err)
{
    credential_state c;
    char found[CREDENTIAL_ID];
    if (!title || !*title)
        return ASSAY_NOT_FOUND;
    assay_status status = credential_of_title(s, title, found, err);
    if (!status)
        status = credential_find(s, found, &c, err);
    if (!status && strcmp(c.state, "revoked") == 0)
        status = ASSAY_NOT_FOUND;
    if (!status)
        memcpy(id, found, CREDENTIAL_ID);
    return status;
}

assay_status credential_issue(store_tx *tx, store *s, const credential_wish *w, const char *actor,
                              const char *why, char id[CREDENTIAL_ID], assay_err *err)
{
    credential_issuer issuer;
    json_t *achievement;
    assay_status status = check_wish(w, err);
    if (status)
        return status;
    status = find_living(s, w->title, id, err);
    if (status != ASSAY_NOT_FOUND)
        return status;
    status = credential_issuer_read(s, &issuer, err);
    if (!status) {
        status = document_read(s, KIND_ACHIEVEMENT, w->achievement, &achievement, err);
        if (status == ASSAY_NOT_FOUND)
            assay_hint(err,
                       "assay credential achievement DB %s --name NAME --description TEXT "
                       "--criteria TEXT",
                       w->achievement);
    }
    if (status)
        return status;
    status = issue_new(tx, s, &issuer, achievement, w, actor, why, id, err);
    json_decref(achievement);
    return status;
}

/* -- changing
 * -------------------------------------------------------------------------------------- */

/* New times, where its status stands, and what it rests on now. Takes `status`. */
static bool renew_members(json_t *plain, const credential_state *c, json_t *status)
{
    addresses a;
    json_t *until = time_json(c->until);
    json_t *evidence = json_array_get(json_object_get(plain, "evidence"), 0);
    json_object_del(plain, "proof");
    int failed = json_object_set_new(plain, "credentialStatus", status);
    failed |= json_object_set_new(plain, "validFrom", time_json(c->from));
    if (until)
        failed |= json_object_set_new(plain, "validUntil", until);
    else if (c->until == TIME_NONE)
        json_object_del(plain, "validUntil");
    else
        failed = -1;
    tell_decision(c->rests_on, &a);
    if (evidence && c->rests_on)
        failed |= json_object_set_new(evidence, "narrative", json_string(a.told));
    return !failed;
}

/* The text without proof, as it is from now on. */
static assay_status renewed(store *s, const credential_state *c, json_t **out, assay_err *err)
{
    credential_issuer issuer;
    json_t *copy, *plain, *entry;
    assay_status status = copy_read(s, c->id, &copy, &plain, err);
    if (status)
        return status;
    json_incref(plain);
    json_decref(copy);
    status = credential_issuer_read(s, &issuer, err);
    if (!status)
        status = list_entry(&issuer, c->list, c->index, &entry, err);
    if (!status && !renew_members(plain, c, entry))
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a credential");
    if (status)
        json_decref(plain);
    else
        *out = plain;
    return status;
}

assay_status credential_renew(store_tx *tx, store *s, const char *id, int64_t from, int64_t until,
                              uint64_t rests_on, const char *actor, const char *why, assay_err *err)
{
    credential_state c;
    json_t *plain = NULL;
    assay_status status = credential_find(s, id, &c, err);
    if (status)
        return status;
    if (strcmp(c.state, "revoked") == 0)
        return assay_fail(err, ASSAY_CONFLICT, 0, "the credential was revoked");
    int64_t start = from == TIME_NONE ? time_now() : from;
    start -= start % 1000000000;
    if (start <= c.from)
        start = c.from + 1000000000;
    if (until != TIME_NONE && until / 1000000000 * 1000000000 <= start)
        return assay_fail(err, ASSAY_DOMAIN, 0, "it would end before it begins");
    c.from = start;
    c.until = until;
    if (rests_on)
        c.rests_on = rests_on;
    status = list_pair(tx, s, c.list, actor, err);
    if (!status)
        status = renewed(s, &c, &plain, err);
    return status ? status : settle(tx, &c, "credential.renewed", plain, actor, why, err);
}

static assay_status say_state(store_tx *tx, credential_state *c, const char *type,
                              const char *actor, const char *why, assay_err *err)
{
    object_id object;
    assay_status status = uuid_read(c->id, &object, err);
    if (!status)
        status = record_say(tx, type, actor, &object,
                            json_pack("{s:s, s:s, s:s*}", "state", c->state, "list", c->list, "why",
                                      why && *why ? why : NULL),
                            &c->record, err);
    c->changed = time_now();
    c->version++;
    return status ? status : keep_state(tx, c, err);
}

static bool can_suspend(const credential_state *c)
{
    return c->list[0] == 's';
}

assay_status credential_change(store_tx *tx, store *s, const char *id, credential_act act,
                               const char *actor, const char *why, assay_err *err)
{
    static const struct {
        const char *from, *to, *type;
        bool is_set;
    } acts[] = {{"valid", "suspended", "credential.suspended", true},
                {"suspended", "valid", "credential.reinstated", false},
                {NULL, "revoked", "credential.revoked", true}};
    credential_state c;
    assay_status status = credential_find(s, id, &c, err);
    if (status)
        return status;
    if (act == CREDENTIAL_SUSPEND && !can_suspend(&c)) {
        assay_fail(err, ASSAY_UNSUPPORTED, 0, "this credential can be revoked, not suspended");
        assay_hint(err, _("its achievement was defined with --status revocation"));
        return ASSAY_UNSUPPORTED;
    }
    if (strcmp(c.state, "revoked") == 0 || (acts[act].from && strcmp(c.state, acts[act].from) != 0))
        return assay_fail(err, ASSAY_CONFLICT, 0, "the credential is %s", c.state);
    bool was_set = strcmp(c.state, "valid") != 0;
    snprintf(c.state, sizeof c.state, "%s", acts[act].to);
    status = say_state(tx, &c, acts[act].type, actor, why, err);
    if (!status && was_set != acts[act].is_set)
        status = list_set(tx, s, c.list, c.index, acts[act].is_set, actor, acts[act].type, err);
    if (!status && act == CREDENTIAL_REVOKE)
        status = list_revoke(tx, s, c.list, c.index, actor, acts[act].type, err);
    return status;
}

assay_status credential_forget(store_tx *tx, store *s, const char *id, const char *actor,
                               const char *why, assay_err *err)
{
    credential_state c;
    assay_status status = credential_find(s, id, &c, err);
    if (status)
        return status;
    c.is_forgotten = true;
    status = say_state(tx, &c, "credential.forgotten", actor, why, err);
    if (!status)
        status = store_document_drop(tx, KIND_COPY, id, err);
    return status ? status : store_document_drop(tx, KIND_WAITING, id, err);
}
