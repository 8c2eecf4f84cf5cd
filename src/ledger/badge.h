/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open Badges 3.0: an achievement of somebody as a verifiable credential, and the picture that
 * carries it. */
#ifndef LEDGER_BADGE_H
#define LEDGER_BADGE_H

#include "base/buf.h"
#include "base/time.h"

#include <assay/err.h>

typedef struct json_t json_t; /* of jansson, whose header is not for all */

#define BADGE_CONTEXT "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
enum { BADGE_RESULTS_MAX = 64, BADGE_PICTURE_MAX = 16 << 20 };

/* -- writing (badge_write.c) ----------------------------------------------------------------- */

/* NULL or "" leaves a member out; * must be there. */
typedef struct {
    const char *id;                      /* * URI */
    const char *type;                    /* "Award", "Certification" ...; see badge_is_type */
    const char *name, *description;      /* * */
    const char *criteria, *criteria_url; /* * one of them: in words, or where they stand */
    const char *version;
} badge_achievement;

typedef struct {
    const char *name;  /* * "total score" */
    const char *type;  /* * a resultType: "ScaledScore", "Percent", "Status" ... */
    const char *value; /* * as text: a decimal stays what it is */
} badge_result;

typedef struct {
    const char *id;                                /* * URI */
    const char *issuer, *issuer_name, *issuer_url; /* * did, name; url if there is one */
    badge_achievement achievement;
    const char *subject;               /* * urn:uuid or did */
    const char *holder, *email, *salt; /* name in the clear; address hashed with the salt */
    const char *narrative, *license_number, *role;
    const badge_result *results;
    size_t result_count;
    const char *evidence, *evidence_name, *evidence_narrative; /* URL of the receipt */
    int64_t valid_from, valid_until, awarded; /* ns; TIME_NONE: none (valid_from *) */
    const json_t *status;                     /* of status_entry_write; NULL: none */
} badge;

bool badge_is_type(const char *type);        /* an achievementType of Open Badges */
bool badge_is_result_type(const char *type); /* a resultType */
/* The credential, without proof. ASSAY_MISSING, ASSAY_DOMAIN: a member, named. */
ASSAY_MUST_USE assay_status badge_write(const badge *b, json_t **out, assay_err *err);

/* -- reading (badge_read.c) ------------------------------------------------------------------- */

/* Views into the credential; "" where there is nothing. */
typedef struct {
    const char *id, *issuer, *issuer_name, *name, *description, *criteria, *type;
    const char *subject, *holder, *license_number;
    const char *evidence;    /* URL of the first */
    bool is_endorsement;     /* an EndorsementCredential: */
    const char *endorsement; /* its comment */
} badge_view;
/* Has it the shape of an OpenBadgeCredential or EndorsementCredential? ASSAY_FORMAT: told where
 * not; ASSAY_UNSUPPORTED: another kind of credential, of which the view holds what is known. */
ASSAY_MUST_USE assay_status badge_read(const json_t *credential, badge_view *out, assay_err *err);
/* Number i of the endorsements in a credential, its achievement or issuer: an object, or a text
 * (JWS). NULL behind the last. Each is a credential to be verified by itself. */
const json_t *badge_endorsement_at(const json_t *credential, size_t i);
/* Does this address belong to the subject's hashed identity? */
bool badge_is_holder(const json_t *credential, const char *email);

/* -- pictures (badge_png.c, badge_svg.c) --------------------------------------------------------
 */

/* `text`: the credential as JSON or JWS. One that the picture carries already is replaced. */
ASSAY_MUST_USE assay_status badge_bake_png(const void *png, size_t png_length, const char *text,
                                           size_t length, buf *out, assay_err *err);
ASSAY_MUST_USE assay_status badge_bake_svg(const char *svg, size_t svg_length, const char *text,
                                           size_t length, buf *out, assay_err *err);
/* ASSAY_NOT_FOUND: a picture without a credential. */
ASSAY_MUST_USE assay_status badge_unbake_png(const void *png, size_t length, buf *out,
                                             assay_err *err);
ASSAY_MUST_USE assay_status badge_unbake_svg(const char *svg, size_t length, buf *out,
                                             assay_err *err);
bool badge_is_png(const void *bytes, size_t length);
bool badge_is_svg(const char *text, size_t length); /* begins like XML with an svg element */

/* -- whatever file carries it ------------------------------------------------------------------- */

/* Of a certificate in PDF its attachment. ASSAY_UNSUPPORTED: somebody packed its streams. */
ASSAY_MUST_USE assay_status badge_unbake_pdf(const char *pdf, size_t length, buf *out, assay_err *err);
bool badge_is_pdf(const void *bytes, size_t length);
bool badge_is_carrier(const buf *file); /* PNG, SVG or PDF: what it shows is signed by nobody */
/* The credential that PNG, SVG or PDF carries; of any other file the file itself. */
ASSAY_MUST_USE assay_status badge_unbake(const buf *file, buf *out, assay_err *err);

#endif
