/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials for everybody who has their address, what is needed to check them, and a verdict on
 * one that somebody shows. An address holds a random number of 122 bits: who was not given it does
 * not find it. */
#include "notary/credential.h"
#include "report/certificate.h"
#include "report/credential_answer.h"
#include "report/credential_zip.h"
#include "serve/ledger.h"
#include "serve/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Any page may check a credential in its reader's browser. */
static void for_everybody(request *r, const char *cache)
{
    reply_header(r, "Access-Control-Allow-Origin", "*");
    reply_header(r, "Cache-Control", cache);
}

static void send_or_refuse(request *r, assay_status status, const char *type, const char *cache,
                           buf *bytes, const assay_err *err)
{
    if (status != ASSAY_OK) {
        reply_error(r, err);
        return;
    }
    for_everybody(r, cache);
    reply_bytes(r, 200, type, bytes);
}

/* -- the issuer ------------------------------------------------------------------------------ */

static void send_issuer(request *r, const char *thumbprint, const char *type)
{
    assay_err err = {0};
    buf text = BUF_INIT;
    store *s = reader_here(r->server, &err);
    assay_status status = s ? credential_issuer_text(s, thumbprint, &text, &err) : err.code;
    send_or_refuse(r, status, type, "public, max-age=300", &text, &err);
    buf_done(&text);
}

void api_did_document(request *r)
{
    send_issuer(r, NULL, "application/did+json");
}

void api_credential_key(request *r)
{
    send_issuer(r, request_part(r, 0), "application/jwk+json");
}

void api_credential_achievement(request *r)
{
    assay_err err = {0};
    buf text = BUF_INIT;
    store *s = reader_here(r->server, &err);
    assay_status status =
        s ? credential_achievement_text(s, request_part(r, 0), &text, &err) : err.code;
    send_or_refuse(r, status, "application/ld+json", "public, max-age=300", &text, &err);
    buf_done(&text);
}

void api_credential_status(request *r)
{
    assay_err err = {0};
    buf text = BUF_INIT;
    store *s = reader_here(r->server, &err);
    assay_status status = s ? credential_list_text(s, request_part(r, 0), &text, &err) : err.code;
    send_or_refuse(r, status, "application/vc", "public, max-age=60", &text, &err);
    buf_done(&text);
}

/* -- one, in every form -------------------------------------------------------------------------
 */

typedef enum { AS_JSON, AS_JWS, AS_SVG, AS_PNG, AS_PDF, AS_ZIP, AS_PROOF } form;
static const struct {
    const char *ending, *type;
} forms[] = {[AS_JSON] = {".json", "application/vc"},
             [AS_JWS] = {".jws", "text/plain; charset=utf-8"},
             [AS_SVG] = {".svg", "image/svg+xml"},
             [AS_PNG] = {".png", "image/png"},
             [AS_PDF] = {".pdf", "application/pdf"},
             [AS_ZIP] = {".zip", "application/zip"},
             [AS_PROOF] = {".tlog-proof", "text/plain; charset=utf-8"}};

/* "ID" or "ID.png"; the plain one is JSON. */
static bool read_name(const char *name, char id[CREDENTIAL_ID], form *out)
{
    size_t length = strcspn(name, ".");
    if (length != CREDENTIAL_ID - 1)
        return false;
    memcpy(id, name, length);
    id[length] = '\0';
    *out = AS_JSON;
    if (!name[length])
        return true;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(name + length, forms[i].ending) == 0) {
            *out = (form)i;
            return true;
        }
    return false;
}

/* The proof that its decision stands in the log. What the record says has no name in it. */
static assay_status write_proof(request *r, store *s, const char *id, buf *out, assay_err *err)
{
    credential_state c;
    assay_status status = credential_find(s, id, &c, err);
    if (status != ASSAY_OK)
        return status;
    ledger_view *v = ledger_take(r->server->ledger);
    if (!v)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "this plant keeps no ledger");
    status = notary_receipt(v, s, c.decision, RECEIPT_PLAIN, out, err);
    ledger_give(r->server->ledger);
    return status;
}

static assay_status write_zip(request *r, store *s, const char *id, buf *out, assay_err *err)
{
    credential_bundle b = {0};
    ledger_view *v = ledger_take(r->server->ledger);
    assay_status status = credential_bundle_read(s, v, id, &b, err);
    if (v)
        ledger_give(r->server->ledger);
    if (status == ASSAY_OK)
        status = credential_bundle_zip(&b, out, err);
    credential_bundle_done(&b);
    return status;
}

static const char *language_of(request *r)
{
    const char *asked = request_query(r, "lang");
    const char *accepted = request_header(r, "Accept-Language");
    return asked && *asked ? asked : accepted && *accepted ? accepted : "en";
}

static assay_status write_form(request *r, store *s, const char *id, form f, buf *out,
                               assay_err *err)
{
    buf text = BUF_INIT;
    if (f == AS_PROOF)
        return write_proof(r, s, id, out, err);
    if (f == AS_ZIP)
        return write_zip(r, s, id, out, err);
    if (f == AS_JSON || f == AS_JWS)
        return credential_text(s, id, f == AS_JWS ? CREDENTIAL_JWT : CREDENTIAL_JSON, out, err);
    assay_status status = credential_text(s, id, CREDENTIAL_JSON, &text, err);
    if (status == ASSAY_OK && f == AS_PDF)
        status = certificate_pdf(text.data, text.length, language_of(r), out, err);
    else if (status == ASSAY_OK)
        status = certificate_badge(text.data, text.length, language_of(r), f == AS_SVG, out, err);
    buf_done(&text);
    return status;
}

void api_credential(request *r)
{
    char id[CREDENTIAL_ID];
    form f;
    assay_err err = {0};
    buf bytes = BUF_INIT;
    if (!read_name(request_part(r, 0), id, &f)) {
        reply_problemf(r, 404, NULL, "there is no credential %.60s", request_part(r, 0));
        return;
    }
    store *s = reader_here(r->server, &err);
    assay_status status = s ? write_form(r, s, id, f, &bytes, &err) : err.code;
    send_or_refuse(r, status, forms[f].type, "no-cache", &bytes, &err);
    buf_done(&bytes);
}

/* -- a verdict on what somebody shows ------------------------------------------------------------
 */

static void write_verdict(request *r, const vc_report *report)
{
    credential_answer a = credential_answer_of(report, 1);
    json *j = reply_json(r, 200);
    json_object(j);
    credential_answer_write(j, &a);
    json_end(j);
    for_everybody(r, "no-store");
    reply_end(r, j);
}

void api_credential_verify(request *r)
{
    assay_err err = {0};
    buf text = BUF_INIT;
    vc_report report;
    store *s = reader_here(r->server, &err);
    assay_status status = s ? badge_unbake(&r->body, &text, &err) : err.code;
    if (status == ASSAY_OK) {
        vc_sources sources = credential_sources(s, time_now());
        status = vc_verify(buf_text(&text), text.length, &sources, &report, &err);
    }
    buf_done(&text);
    if (status == ASSAY_FORMAT || status == ASSAY_NOT_FOUND || status == ASSAY_UNSUPPORTED) {
        reply_problem(r, 422, NULL, err.message,
                      "a credential as JSON or JWS, or a PNG, SVG or PDF that carries one");
        return;
    }
    if (status != ASSAY_OK) {
        reply_error(r, &err);
        return;
    }
    write_verdict(r, &report);
    vc_report_done(&report);
}
