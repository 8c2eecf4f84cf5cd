/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A claim in the words of the command line, and what was found told to people and programs. */
#ifndef CLI_EVIDENCE_WORDS_H
#define CLI_EVIDENCE_WORDS_H

#include "cli/cli.h"
#include "scheme/evidence.h"

/* Operands from `first` on: characteristics, SETTING=VALUE, or one JSON object. Texts live in `a`. */
ASSAY_MUST_USE assay_status evidence_words(cli *c, int first, arena *a, evidence_claim *out);

void evidence_tell(cli *c, const evidence *e);
/* As a member of `j`, or in words where it is NULL. EXIT_FAILED when it is not what was sealed. */
int evidence_tell_check(cli *c, json *j, const evidence_check *check);

#endif
