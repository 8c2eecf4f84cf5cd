/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decisions about credentials: after any failure they were taken as a whole or not at all. */
#include "faults.h"

#include "base/time.h"
#include "ledger/vc.h"
#include "report/certificate.h"
#include "report/credential_zip.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char path[110], keys[120];

/* How many credentials there are, of each state. */
typedef struct {
    size_t all, suspended, revoked, forgotten;
    uint64_t version;
} census;
static census before_it;

static bool count_one(const credential_state *c, void *context)
{
    census *n = context;
    n->all++;
    n->suspended += strcmp(c->state, "suspended") == 0;
    n->revoked += strcmp(c->state, "revoked") == 0;
    n->forgotten += c->is_forgotten;
    n->version += c->version;
    return true;
}

static store *open_it(store_mode mode)
{
    assay_err err = {0};
    store *s;
    if (store_open(path, mode, &s, &err))
        fault_die("the store does not open again", &err);
    return s;
}

static census count_all(store *s)
{
    assay_err err = {0};
    census n = {0};
    if (credential_visit(s, NULL, 0, count_one, &n, &err))
        fault_die("credentials cannot be read", &err);
    return n;
}

static void begin(void)
{
    snprintf(path, sizeof path, "%s/p.assay", world.work);
    snprintf(keys, sizeof keys, "%s-keys", path);
    fault_shell("rm -rf %s && mkdir %s && cp -r %s %s-* %s", world.work, world.work, world.database,
                world.database, world.work);
    store *s = open_it(STORE_WRITE);
    before_it = count_all(s);
    store_close(s);
}

/* -- within one transaction ------------------------------------------------------------------------ */

typedef assay_status deed(store_tx *tx, store *s, assay_err *err);

static assay_status commit(deed *what, assay_err *err)
{
    store *s = NULL;
    store_tx *tx = NULL;
    assay_status status = store_open(path, STORE_WRITE, &s, err);
    if (!status)
        status = store_tx_begin(s, &tx, err);
    if (!status)
        status = what(tx, s, err);
    if (!status)
        status = store_tx_commit(tx, NULL, err);
    else
        store_tx_abort(tx);
    store_close(s);
    return status;
}

static assay_status issue(store_tx *tx, store *s, assay_err *err)
{
    char id[CREDENTIAL_ID];
    const badge_result results[] = {{"score", "ScaledScore", "92.50"}};
    const credential_wish w = {.achievement = "master",
                               .holder = "Lee",
                               .email = "lee@example.org",
                               .title = "title-9",
                               .results = results,
                               .result_count = 1,
                               .from = TIME_NONE,
                               .until = time_now() + (int64_t)86400 * 365 * 1000000000,
                               .awarded = TIME_NONE,
                               .rests_on = 3};
    return credential_issue(tx, s, &w, "ann", "because", id, err);
}

static assay_status renew(store_tx *tx, store *s, assay_err *err)
{
    return credential_renew(tx, s, world.id, TIME_NONE,
                            time_now() + (int64_t)86400 * 365 * 1000000000, 5, "ann", "", err);
}

static assay_status suspend(store_tx *tx, store *s, assay_err *err)
{
    return credential_change(tx, s, world.id, CREDENTIAL_SUSPEND, "ann", "because", err);
}

static assay_status revoke(store_tx *tx, store *s, assay_err *err)
{
    return credential_change(tx, s, world.id, CREDENTIAL_REVOKE, "ann", "because", err);
}

static assay_status forget(store_tx *tx, store *s, assay_err *err)
{
    return credential_forget(tx, s, world.id, "ann", "asked for", err);
}

static assay_status define(store_tx *tx, store *s, assay_err *err)
{
    const credential_achievement a = {.id = "other",
                                      .name = "Other",
                                      .description = "d",
                                      .criteria_url = "https://q.example/c",
                                      .purpose = "revocation"};
    (void)s;
    return credential_achievement_put(tx, &a, "ann", "", err);
}

static const char *issuer_place = "other.example";
static assay_status set_issuer(store_tx *tx, store *s, assay_err *err)
{
    signer *k = NULL;
    signer_public public;
    assay_status status = signer_open(keys, &k, err);
    if (!status)
        status = signer_keys(k, &public, err);
    if (!status)
        status = credential_issuer_write(tx, s, issuer_place, "Other", NULL, &public, "ann", "", err);
    signer_close(k);
    return status;
}

static assay_status withdraw(store_tx *tx, store *s, assay_err *err)
{
    json_t *document;
    did_method m;
    char id[DID_MAX] = "";
    assay_status status = credential_issuer_document(s, &document, err);
    if (status)
        return status;
    if (did_document_at(document, 0, &m))
        snprintf(id, sizeof id, "%s", m.id);
    json_decref(document);
    return credential_key_withdraw(tx, s, id, "ann", "lost", err);
}

#define DEED(name)                                                                                 \
    static assay_status run_##name(assay_err *err)                                                 \
    {                                                                                              \
        return commit(name, err);                                                                  \
    }
DEED(issue)
DEED(renew)
DEED(suspend)
DEED(revoke)
DEED(forget)
DEED(define)
DEED(withdraw)
DEED(set_issuer)

/* -- what is there then ------------------------------------------------------------------------------ */

/* Signs what waits; every credential that has its text holds, or says what it is. */
static const char *sign_all(store *s)
{
    assay_err err = {0};
    signer *k;
    if (signer_open(keys, &k, &err))
        fault_die("the signer does not open again", &err);
    assay_status status = credential_sign(s, k, 0, NULL, &err);
    signer_close(k);
    return status ? "what waits cannot be signed" : credential_waiting(s) ? "something waits on" : NULL;
}

typedef struct {
    store *s;
    const char *wrong;
} judging;

static bool judge_one(const credential_state *c, void *context)
{
    judging *j = context;
    buf text = BUF_INIT;
    vc_report r;
    vc_reason expected = strcmp(c->state, "revoked") == 0     ? VC_REVOKED
                         : strcmp(c->state, "suspended") == 0 ? VC_SUSPENDED
                                                              : VC_FINE;
    vc_sources sources = credential_sources(j->s, time_now() + 5000000000);
    assay_status status = credential_text(j->s, c->id, CREDENTIAL_JSON, &text, NULL);
    if (c->is_forgotten ? status != ASSAY_NOT_FOUND : status != ASSAY_OK)
        j->wrong = "a text and its state do not agree";
    else if (!c->is_forgotten && vc_verify(text.data, text.length, &sources, &r, NULL))
        j->wrong = "a text is no credential";
    else if (!c->is_forgotten) {
        if (r.reason != expected)
            j->wrong = vc_reason_name(r.reason);
        if (r.valid_until != (c->until == TIME_NONE ? TIME_NONE : c->until))
            j->wrong = "it ends at another time than its state says";
        vc_report_done(&r);
    }
    buf_done(&text);
    return !j->wrong;
}

static const char *judge_all(store *s)
{
    judging j = {.s = s};
    assay_err err = {0};
    if (credential_visit(s, NULL, 0, judge_one, &j, &err))
        return "credentials cannot be read";
    return j.wrong;
}

static const char *after(census done, assay_status said)
{
    store *s = open_it(STORE_WRITE);
    census now = count_all(s);
    bool is_old = memcmp(&now, &before_it, sizeof now) == 0, is_new = memcmp(&now, &done, sizeof now) == 0;
    const char *wrong = sign_all(s);
    if (!wrong)
        wrong = judge_all(s);
    store_close(s);
    if (!is_old && !is_new)
        return "half of it was done";
    return !said && !is_new ? "it was not done" : wrong;
}

static const char *after_issue(assay_status said)
{
    census n = before_it;
    n.all++, n.version++;
    return after(n, said);
}
static const char *after_renew(assay_status said)
{
    census n = before_it;
    n.version++;
    return after(n, said);
}
static const char *after_suspend(assay_status said)
{
    census n = before_it;
    n.suspended++, n.version++;
    return after(n, said);
}
static const char *after_revoke(assay_status said)
{
    census n = before_it;
    n.revoked++, n.version++;
    return after(n, said);
}
static const char *after_forget(assay_status said)
{
    census n = before_it;
    n.forgotten++, n.version++;
    return after(n, said);
}
static const char *after_none(assay_status said)
{
    return after(before_it, said);
}

static const char *after_withdraw(assay_status said)
{
    store *s = open_it(STORE_READ);
    json_t *document;
    did_method m;
    const char *wrong = "the issuer has lost its document";
    if (credential_issuer_document(s, &document, NULL) == ASSAY_OK) {
        wrong = !did_document_at(document, 0, &m)         ? "the issuer has lost its keys"
                : !said && m.revoked == TIME_NONE ? "a key that was withdrawn is not" : NULL;
        json_decref(document);
    }
    store_close(s);
    return wrong;
}

/* -- signing and reading ------------------------------------------------------------------------------ */

/* An issuer whose keys are there, and nothing given: it may be another one. */
static void before_issuer(void)
{
    static bool is_made;
    assay_err err = {0};
    snprintf(path, sizeof path, "%s/first.assay", world.folder);
    snprintf(keys, sizeof keys, "%s-keys", world.database);
    issuer_place = "first.example";
    if (!is_made) {
        store_close(open_it(STORE_CREATE));
        if (run_set_issuer(&err))
            fault_die("an issuer", &err);
    }
    is_made = true;
    fault_shell("rm -rf %s && mkdir %s && cp %s* %s", world.work, world.work, path, world.work);
    snprintf(path, sizeof path, "%s/first.assay", world.work);
    issuer_place = "other.example";
}

static const char *after_issuer(assay_status said)
{
    credential_issuer issuer;
    store *s = open_it(STORE_READ);
    assay_status status = credential_issuer_read(s, &issuer, NULL);
    store_close(s);
    if (status || strcmp(issuer.name, "Other") != 0)
        return "the issuer is lost";
    return !said && strcmp(issuer.did, "did:web:other.example") != 0 ? "it is not the one that was set" : NULL;
}

/* The title has its credential: whatever fails, it gets no second one. */
static void before_again(void)
{
    assay_err err = {0};
    begin();
    if (commit(issue, &err))
        fault_die("a first one", &err);
    store *s = open_it(STORE_WRITE);
    before_it = count_all(s);
    store_close(s);
}

static void before_sign(void)
{
    assay_err err = {0};
    begin();
    if (commit(issue, &err) || commit(suspend, &err))
        fault_die("something to sign", &err);
    store *s = open_it(STORE_WRITE);
    before_it = count_all(s);
    store_close(s);
}

static assay_status run_sign(assay_err *err)
{
    store *s = NULL;
    signer *k = NULL;
    assay_status status = store_open(path, STORE_WRITE, &s, err);
    if (!status)
        status = signer_open(keys, &k, err);
    if (!status)
        status = credential_sign(s, k, 0, NULL, err);
    signer_close(k);
    store_close(s);
    return status;
}

static assay_status run_show(assay_err *err)
{
    store *s = NULL;
    buf out = BUF_INIT;
    assay_status status = store_open(path, STORE_READ, &s, err);
    if (!status)
        status = credential_text(s, world.id, CREDENTIAL_JWT, &out, err);
    if (!status)
        status = credential_achievement_text(s, "master", &out, err);
    if (!status)
        status = credential_issuer_text(s, NULL, &out, err);
    if (!status)
        status = credential_list_text(s, "s1r", &out, err);
    if (!status)
        (void)credential_waiting(s);
    buf_done(&out);
    store_close(s);
    return status;
}

static bool count_member(const char *name, const buf *bytes, void *context)
{
    (void)name;
    *(size_t *)context += bytes->length > 0;
    return true;
}

static size_t members;

/* Credential, JWT, keys, two lists, proof and what to do with them: all, or no ZIP. */
static assay_status run_zip(assay_err *err)
{
    store *s = NULL;
    ledger_view *v = NULL;
    credential_bundle b = {0};
    buf zip = BUF_INIT;
    assay_status status = store_open(path, STORE_READ, &s, err);
    members = 0;
    if (!status)
        status = ledger_view_open(s, path, &v, err);
    if (!status)
        status = credential_bundle_read(s, v, world.id, &b, err);
    if (!status)
        status = credential_bundle_zip(&b, &zip, err);
    if (!status)
        status = credential_zip_read(&zip, count_member, &members, err);
    credential_bundle_done(&b);
    buf_done(&zip);
    ledger_view_close(v);
    store_close(s);
    return status;
}

static const char *after_zip(assay_status said)
{
    return !said && members != 7 ? "the ZIP is not whole" : NULL;
}

/* A certificate, and the badge as picture and as drawing. */
static assay_status run_draw(assay_err *err)
{
    buf out[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
    size_t length = strlen(world.json);
    assay_status status = certificate_pdf(world.json, length, "en", &out[0], err);
    for (int is_svg = 0; is_svg < 2 && !status; is_svg++)
        status = certificate_badge(world.json, length, "ko", is_svg, &out[1 + is_svg], err);
    for (int i = 0; i < 3; i++) {
        buf back = BUF_INIT;
        assay_err odd;
        if (!status && (badge_unbake(&out[i], &back, &odd) || strcmp(buf_text(&back), world.json) != 0))
            status = back.failed || odd.code == ASSAY_MEMORY ? assay_fail(err, ASSAY_MEMORY, 0, "%s", odd.message) : ASSAY_OK;
        buf_done(&back);
        buf_done(&out[i]);
    }
    return status;
}

static const char *after_show(assay_status said)
{
    (void)said;
    return NULL;
}

const scene credential_scenes[] = {
    {"a credential is given", begin, run_issue, after_issue, false, SCENE_FILES},
    {"a title that has its credential gets no second one", before_again, run_issue, after_none, false, SCENE_FILES},
    {"an issuer is set", before_issuer, run_set_issuer, after_issuer, false, SCENE_FILES},
    {"a credential is renewed", begin, run_renew, after_renew, false, SCENE_FILES},
    {"a credential is suspended", begin, run_suspend, after_suspend, false, SCENE_FILES},
    {"a credential is revoked", begin, run_revoke, after_revoke, false, SCENE_FILES},
    {"a credential is forgotten", begin, run_forget, after_forget, false, SCENE_FILES},
    {"an achievement is defined", begin, run_define, after_none, false, SCENE_FILES},
    {"a key is withdrawn", begin, run_withdraw, after_withdraw, false, SCENE_FILES},
    {"credentials and lists are signed", before_sign, run_sign, after_none, false, SCENE_FILES},
    {"a credential is shown", begin, run_show, after_show, false, SCENE_FILES},
    {"a certificate is drawn", NULL, run_draw, after_show, true, SCENE_OWN},
    {"a credential is handed out as a ZIP", begin, run_zip, after_zip, false, SCENE_FILES},
    {0},
};
