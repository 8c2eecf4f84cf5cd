/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found of a credential, as JSON: the same words for the verb and for the server. */
#ifndef REPORT_CREDENTIAL_ANSWER_H
#define REPORT_CREDENTIAL_ANSWER_H

#include "base/json.h"
#include "ledger/badge.h"
#include "ledger/vc_verify.h"
#include "notary/credential.h"

/* One credential in one form or two (JSON and JWT): the worse counts. */
typedef struct {
    const vc_report *reports;
    size_t count;
    vc_verdict verdict;
    vc_reason reason;
    badge_view view;
    bool is_badge;
    char odd[200]; /* why it is no badge */
} credential_answer;

/* Views into the reports. */
credential_answer credential_answer_of(const vc_report *reports, size_t count);
bool credential_is_signed(const credential_answer *a); /* some proof holds */
/* Members verdict, reason, credential, proofs, time, status, status_from of the object at hand. */
void credential_answer_write(json *j, const credential_answer *a);

/* Members of a credential that was given here, without names of persons, of the object at hand. */
void credential_state_write(json *j, const credential_state *c);

#endif
