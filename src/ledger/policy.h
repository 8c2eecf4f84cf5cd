/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom to trust (C2SP tlog-policy): the keys of logs, those of witnesses, and how many of these must
 * have seen a tree.
 *
 *     log VKEY [URL]
 *     witness NAME VKEY [URL]
 *     group NAME (K | any | all) MEMBER...
 *     quorum (NAME | none)
 *
 * Names before use, a member in one group only, exactly one quorum; # begins a comment. */
#ifndef LEDGER_POLICY_H
#define LEDGER_POLICY_H

#include "ledger/note.h"

enum { POLICY_LOGS = 16, POLICY_WITNESSES = 64, POLICY_GROUPS = 32, POLICY_NAME = 64,
       POLICY_URL = 256, POLICY_MAX = 1 << 16 };

typedef struct {
    note_key key;
    char url[POLICY_URL]; /* "": none */
} policy_log;

typedef struct {
    char name[POLICY_NAME]; /* here; the key has its own */
    note_key key;
    char url[POLICY_URL];
} policy_witness;

typedef struct {
    policy_log logs[POLICY_LOGS];
    size_t log_count;
    policy_witness witnesses[POLICY_WITNESSES];
    size_t witness_count;
    struct policy_group {
        char name[POLICY_NAME];
        unsigned needed;
        unsigned char member[POLICY_WITNESSES + POLICY_GROUPS]; /* witnesses, then groups */
        size_t member_count;
    } groups[POLICY_GROUPS];
    size_t group_count;
    int quorum; /* a member as above; -1: none */
} policy;

ASSAY_MUST_USE assay_status policy_parse(const char *text, size_t length, policy *out,
                                         assay_err *err);

/* The same text again, without comments and without the addresses: whom to trust, for everybody. */
void policy_write(const policy *p, buf *out);

typedef struct {
    int log;                          /* which log's key signed; -1: none */
    uint64_t seen[POLICY_WITNESSES]; /* when each witness cosigned, POSIX seconds; 0: it did not */
    size_t seen_count;
    bool has_quorum;
} policy_verdict;

/* ASSAY_CONFLICT: a signature of a known key is wrong. Without a known log's signature
 * ASSAY_NOT_FOUND. Too few witnesses is no error: see has_quorum. */
ASSAY_MUST_USE assay_status policy_judge(const policy *p, const note *n, policy_verdict *out,
                                         assay_err *err);

#endif
