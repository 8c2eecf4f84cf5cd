/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a credential proves, in words: what holds, by whose signature, since when, and what nobody
 * has proven. */
#include "cli/credential.h"
#include "cli/verify.h"

#include "ledger/durable.h"
#include "ledger/jwt.h"
#include "ledger/policy.h"
#include "ledger/verify.h"
#include "report/credential_answer.h"
#include "report/credential_zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The reasons of vc_verify.h, for the catalogues. */
static const char *reason_words(vc_reason r)
{
    static const char *const words[] = {
        [VC_FINE] = N_("holds"),
        [VC_NONE] = N_("there is none"),
        [VC_SUITE] = N_("a kind of proof that is not known here"),
        [VC_MALFORMED] = N_("it does not follow its format"),
        [VC_CONTEXT] = N_("@context of proof and credential do not agree"),
        [VC_SIGNATURE] = N_("the signature does not hold: something was changed"),
        [VC_ISSUER] = N_("the issuer's keys are not at hand"),
        [VC_KEY] = N_("the issuer lists no such key"),
        [VC_FOREIGN] = N_("the key is not the issuer's own for credentials"),
        [VC_WITHDRAWN] = N_("the key was withdrawn before the signature"),
        [VC_PURPOSE] = N_("the proof was made for another purpose"),
        [VC_PROOF_EXPIRED] = N_("the proof has expired"),
        [VC_CLAIMS] = N_("the claims of the JWT differ from the credential"),
        [VC_ALGORITHM] = N_("the header's algorithm is not that of the key"),
        [VC_EARLY] = N_("it is not valid yet"),
        [VC_EXPIRED] = N_("it has expired"),
        [VC_REVOKED] = N_("it was revoked"),
        [VC_SUSPENDED] = N_("it is suspended"),
        [VC_LIST_MISSING] = N_("the status list is not at hand"),
        [VC_LIST_BAD] = N_("the status list cannot be trusted"),
    };
    return _(words[r]);
}

enum { VERIFY_WITH_MAX = 4 << 20 };

/* -- what the file holds ------------------------------------------------------------------- */

typedef struct {
    buf text[2]; /* credential as JSON or JWS; of a ZIP both forms */
    size_t count;
    bool is_shown;       /* in a picture or on a page, which nobody signs */
    buf proof;           /* decision.tlog-proof of a ZIP */
    vc_shelf *told;      /* what came with the file */
    vc_shelf *given;     /* what the caller vouches for */
    vc_web web;          /* what the issuer publishes */
    vc_sources chain[4]; /* whom to ask, in this order */
    size_t links, web_link;
} contents;

static void contents_done(contents *k)
{
    buf_done(&k->text[0]);
    buf_done(&k->text[1]);
    buf_done(&k->proof);
    vc_shelf_free(k->told);
    vc_shelf_free(k->given);
    vc_web_done(&k->web);
}

static size_t first_letter(const buf *b)
{
    size_t i = 0;
    while (i < b->length && strchr(" \t\r\n", b->data[i]) && b->data[i])
        i++;
    return i;
}

bool verify_is_credential(const buf *file)
{
    size_t at = first_letter(file);
    return credential_zip_is(file) || badge_is_carrier(file) || jws_is(buf_text(file), file->length) ||
           (at < file->length && file->data[at] == '{');
}

static bool is_named(const char *name, const char *wanted)
{
    const char *slash = strrchr(name, '/');
    return strcmp(slash ? slash + 1 : name, wanted) == 0;
}

static bool take_member(const char *name, const buf *bytes, void *context)
{
    contents *k = context;
    if (is_named(name, "decision.tlog-proof"))
        buf_add(&k->proof, buf_text(bytes), bytes->length);
    else if ((is_named(name, "credential.json") || is_named(name, "credential.jws")) &&
             k->count < 2)
        buf_add(&k->text[k->count++], buf_text(bytes), bytes->length);
    else
        (void)!vc_shelf_add(k->told, buf_text(bytes), bytes->length, NULL);
    return true;
}

static assay_status open_contents(const buf *file, contents *k, assay_err *err)
{
    assay_status status = vc_shelf_new(&k->told, err);
    if (!status)
        status = vc_shelf_new(&k->given, err);
    if (status)
        return status;
    if (credential_zip_is(file)) {
        status = credential_zip_read(file, take_member, k, err);
        if (!status && !k->count)
            status =
                assay_fail(err, ASSAY_NOT_FOUND, 0, "the ZIP holds no credential.json or .jws");
        return status;
    }
    k->count = 1;
    k->is_shown = badge_is_carrier(file);
    return badge_unbake(file, &k->text[0], err);
}

/* -- judging --------------------------------------------------------------------------------- */

typedef struct {
    vc_report report[2];
    size_t count;
    credential_answer answer;
    bool are_keys_told; /* they came with the file */
    bool is_shown;
    bool has_receipt;   /* of a ZIP: it says that this very credential was decided */
    receipt_verdict receipt;
    char receipt_odd[200]; /* why the receipt proves nothing */
} judgement;

static void judgement_done(judgement *g)
{
    receipt_verdict_done(&g->receipt);
    for (size_t i = 0; i < g->count; i++)
        vc_report_done(&g->report[i]);
}

/* Of several that have nothing, what the web said tells most. */
static assay_status ask_issuer(void *context, const char *did, json_t **out, assay_err *err)
{
    contents *k = context;
    assay_status status = ASSAY_NOT_FOUND;
    for (size_t i = 0; i < k->links && status == ASSAY_NOT_FOUND; i++)
        status = k->chain[i].issuer(k->chain[i].context, did, out, i > k->web_link ? NULL : err);
    return status;
}

static assay_status ask_list(void *context, const char *url, buf *out, assay_err *err)
{
    contents *k = context;
    assay_status status = ASSAY_NOT_FOUND;
    for (size_t i = 0; i < k->links && status == ASSAY_NOT_FOUND; i++)
        status = k->chain[i].list(k->chain[i].context, url, out, i > k->web_link ? NULL : err);
    return status;
}

static assay_status judge(contents *k, judgement *g, assay_err *err)
{
    vc_sources sources = {ask_issuer, ask_list, k, time_now()};
    for (size_t i = 0; i < k->count; i++) {
        vc_report *r = &g->report[i];
        assay_status status = vc_verify(buf_text(&k->text[i]), k->text[i].length, &sources, r, err);
        if (status)
            return status;
        g->count++;
    }
    g->answer = credential_answer_of(g->report, g->count);
    g->are_keys_told = vc_shelf_is_told(k->told);
    g->is_shown = k->is_shown;
    return ASSAY_OK;
}

/* The proof of the decision names the digest of the credential, or it is that of another one. */
static void judge_receipt(cli *c, const contents *k, judgement *g)
{
    char digest[65], wanted[80];
    assay_err err = {0};
    policy *p = NULL;
    if (!k->proof.length)
        return;
    assay_status status = verify_policy(c, &p, &err);
    if (status == ASSAY_OK)
        status = receipt_verify(k->proof.data, k->proof.length, p, NULL, 0, &g->receipt, &err);
    if (status == ASSAY_OK)
        status = vc_digest(g->report[0].credential, digest, &err);
    if (status == ASSAY_OK) {
        snprintf(wanted, sizeof wanted, "\"digest\":\"%s\"", digest);
        g->has_receipt = g->receipt.payload == PAYLOAD_PROVEN &&
                         strstr(buf_text(&g->receipt.payload_text), wanted) != NULL;
        if (!g->has_receipt)
            assay_fail(&err, ASSAY_CONFLICT, 0, "%s",
                       _("it proves the decision of something else"));
    }
    snprintf(g->receipt_odd, sizeof g->receipt_odd, "%.199s", g->has_receipt ? "" : err.message);
    free(p);
}

/* -- in words ---------------------------------------------------------------------------------- */

static const char *verdict_words(vc_verdict v)
{
    return v == VC_VALID     ? _("valid")
           : v == VC_INVALID ? _("not valid")
                             : _("cannot be decided here");
}

static void line(buf *out, const char *name, const char *text)
{
    if (*text)
        buf_addf(out, "  %s: %s\n", name, text);
}

static const char *day(int64_t ns, char room[40])
{
    *room = '\0';
    if (ns != TIME_NONE)
        time_format(ns, TIME_OFFSET_NONE, room, 40);
    return room;
}

static void write_proofs(buf *out, const vc_report *r)
{
    for (size_t i = 0; i < r->proof_count; i++) {
        const vc_proof_report *p = &r->proofs[i];
        buf_addf(out, "  - %s: %s", p->kind, reason_words(p->reason));
        if (p->reason != VC_FINE && *p->detail)
            buf_addf(out, " (%s)", p->detail);
        buf_addf(out, "\n    %s", p->method);
        if (*p->created)
            buf_addf(out, ", %s", p->created);
        buf_add_char(out, '\n');
    }
}

static void write_status(buf *out, const vc_report *r)
{
    char since[40];
    if (r->status == VC_FINE)
        buf_addf(out, "  - %s", _("neither suspended nor revoked"));
    else if (r->status != VC_NONE)
        buf_addf(out, "  - %s: %s", _("status"), reason_words(r->status));
    else
        return;
    if (r->status_from != TIME_NONE)
        buf_addf(out, ", %s %s", _("by the list of"), day(r->status_from, since));
    if (r->status != VC_FINE && *r->status_detail)
        buf_addf(out, " (%s)", r->status_detail);
    buf_add_char(out, '\n');
}

static void write_receipt(buf *out, const judgement *g)
{
    char time[40];
    if (*g->receipt_odd)
        buf_addf(out, "  - %s: %s\n", _("proof of the decision"), g->receipt_odd);
    if (!g->has_receipt)
        return;
    buf_addf(out, "  - %s, %s\n    %s %llu, %s\n", _("its decision stands in the log"),
             day(g->receipt.entry.time, time), _("entry"), (unsigned long long)g->receipt.index,
             g->receipt.tree.origin);
}

/* What a reader could take for proven and is not. Codes for programs, words for people. */
typedef struct {
    const char *code, *text;
} gap;

static size_t gaps_of(const judgement *g, bool is_offline, gap out[6])
{
    size_t n = 0;
    if (g->are_keys_told && credential_is_signed(&g->answer))
        out[n++] = (gap){"keys", _("that the keys, which came with the file, are the issuer's: "
                                   "compare them with those it publishes")};
    if (g->report[0].status == VC_NONE)
        out[n++] = (gap){"status", _("that it was not revoked: it names no status list")};
    else if (g->report[0].status == VC_LIST_MISSING)
        out[n++] = (gap){"status", is_offline ? _("that it was not revoked: not checked, for --offline asks nobody")
                                              : _("that it was not revoked: the status list is not at hand")};
    out[n++] = (gap){"holder", _("that who shows it is who it was given to")};
    if (g->is_shown)
        out[n++] = (gap){"picture", _("that its picture or page shows the same: what is signed stands above")};
    if (g->has_receipt && !(g->receipt.is_trusted && g->receipt.by.has_quorum))
        out[n++] =
            (gap){"log", _("that the log's key is its own, and that everybody sees the same log: "
                           "give --policy")};
    if (!g->has_receipt)
        out[n++] = (gap){"ledger", *g->answer.view.evidence
                                       ? _("that the decision stands in the issuer's log: its "
                                           "proof file is not at hand")
                                       : _("what the decision rests on: no evidence is named")};
    return n;
}

static void write_text(cli *c, const judgement *g)
{
    const vc_report *r = &g->report[0];
    char from[40], until[40];
    gap gaps[6];
    buf *out = &c->out;
    buf_addf(out, "%s", verdict_words(g->answer.verdict));
    if (g->answer.reason != VC_FINE)
        buf_addf(out, ": %s", reason_words(g->answer.reason));
    buf_addf(out, "\n%s\n", g->answer.view.name);
    line(out, _("to"), g->answer.view.holder);
    line(out, _("issued by"),
         *g->answer.view.issuer_name ? g->answer.view.issuer_name : g->answer.view.issuer);
    line(out, _("valid from"), day(r->valid_from, from));
    line(out, _("valid until"), day(r->valid_until, until));
    line(out, _("id"), g->answer.view.id);
    line(out, _("evidence"), g->answer.view.evidence);
    line(out, _("says"), g->answer.view.endorsement);
    if (!g->answer.is_badge)
        line(out, _("form"), g->answer.odd);
    buf_addf(out, "%s\n", _("checked"));
    for (size_t i = 0; i < g->count; i++)
        write_proofs(out, &g->report[i]);
    if (r->time != VC_FINE)
        buf_addf(out, "  - %s\n", reason_words(r->time));
    write_status(out, r);
    write_receipt(out, g);
    size_t n = gaps_of(g, cli_has(c, OPT_OFFLINE), gaps);
    buf_addf(out, "%s\n", _("not proven"));
    for (size_t i = 0; i < n; i++)
        buf_addf(out, "  - %s\n", gaps[i].text);
}

/* -- as JSON -------------------------------------------------------------------------------------
 */

static int write_json(cli *c, const judgement *g, const contents *k, int code)
{
    gap gaps[6];
    json j;
    cli_json_begin(c, &j);
    json_object(&j);
    json_member_text(&j, "kind", "credential");
    json_member_bool(&j, "trusted", code == EXIT_FINE);
    credential_answer_write(&j, &g->answer);
    if (k->proof.length)
        json_member_bool(&j, "decision_proven", g->has_receipt);
    json_key(&j, "not_proven");
    json_flat_array(&j);
    size_t n = gaps_of(g, cli_has(c, OPT_OFFLINE), gaps);
    for (size_t i = 0; i < n; i++)
        json_text(&j, gaps[i].code);
    json_end(&j);
    json_end(&j);
    return cli_json_end(c, &j, code);
}

/* -- the verb ------------------------------------------------------------------------------------
 */

static bool take_given(const char *name, const buf *bytes, void *context)
{
    (void)name; /* a README beside them is none */
    (void)!vc_shelf_add(((contents *)context)->given, buf_text(bytes), bytes->length, NULL);
    return true;
}

/* First what the caller gave, then the database, then what is published; last what came with the
 * file. */
static assay_status gather(cli *c, contents *k, store *db)
{
    buf text = BUF_INIT;
    const char *path = cli_text(c, OPT_WITH, NULL);
    assay_status status = path ? durable_read(path, VERIFY_WITH_MAX, &text, &c->err) : ASSAY_OK;
    if (path && status == ASSAY_OK)
        status = credential_zip_is(&text) ? credential_zip_read(&text, take_given, k, &c->err)
                                          : vc_shelf_add(k->given, buf_text(&text), text.length, &c->err);
    buf_done(&text);
    k->chain[k->links++] = vc_shelf_sources(k->given, 0);
    if (db)
        k->chain[k->links++] = credential_sources(db, 0);
    k->web_link = k->links;
    k->chain[k->links++] = vc_web_sources(&k->web, 0);
    k->chain[k->links++] = vc_shelf_sources(k->told, 0);
    return status;
}

vc_web_options credential_web(const cli *c, char *cache, size_t room)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (base && *base)
        snprintf(cache, room, "%s/assay", base);
    else
        snprintf(cache, room, "%s/.cache/assay", home ? home : "");
    return (vc_web_options){.cache = (base && *base) || home ? cache : NULL,
                            .ca = cli_text(c, OPT_CA, NULL),
                            .with_private = cli_has(c, OPT_PRIVATE),
                            .is_offline = cli_has(c, OPT_OFFLINE)};
}

static int exit_code(const judgement *g)
{
    if (g->answer.verdict == VC_INVALID || *g->receipt_odd)
        return EXIT_FAILED;
    return g->answer.verdict == VC_OPEN || g->are_keys_told ? EXIT_UNTRUSTED : EXIT_FINE;
}

int verify_credential(cli *c, const buf *file)
{
    char cache[1024];
    const vc_web_options web = credential_web(c, cache, sizeof cache);
    contents k = {.web = {.o = &web}};
    judgement g = {0};
    store *db = NULL;
    assay_status status = open_contents(file, &k, &c->err);
    if (status == ASSAY_OK && c->operand_count > 1)
        status = cli_open(c, c->operand[1], STORE_READ, &db);
    if (status == ASSAY_OK)
        status = gather(c, &k, db);
    if (status == ASSAY_OK)
        status = judge(&k, &g, &c->err);
    if (status == ASSAY_OK)
        judge_receipt(c, &k, &g);
    int code = status == ASSAY_OK ? exit_code(&g) : cli_fail(c, status);
    if (status == ASSAY_OK && cli_has(c, OPT_JSON))
        code = write_json(c, &g, &k, code);
    else if (status == ASSAY_OK)
        write_text(c, &g);
    judgement_done(&g);
    contents_done(&k);
    store_close(db);
    return code;
}
