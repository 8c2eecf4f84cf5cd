/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `assay verify FILE`: each kind of file that can be verified says what it looks like and verifies
 * itself. The table of kinds stands in cmd_verify.c. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include "cli/cli.h"
#include "ledger/policy.h"

/* Holds, but by a key nobody vouches for, or with too few witnesses. */
enum { EXIT_UNTRUSTED = 3 };

typedef struct {
    const char *name;                 /* "receipt" */
    bool (*is)(const buf *file);      /* by its first bytes */
    int (*verify)(cli *c, const buf *file); /* tells, returns the exit code */
} verify_kind;

/* That of --policy; *out NULL: none was given. The caller frees it. */
ASSAY_MUST_USE assay_status verify_policy(cli *c, policy **out, assay_err *err);

#endif
