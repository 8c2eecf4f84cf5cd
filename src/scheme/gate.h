/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gates: facts in, exactly one outcome with its reasons out. Pure (docs/format/scheme.md, "Gates").
 */
#ifndef SCHEME_GATE_H
#define SCHEME_GATE_H

#include "scheme/scheme.h"

typedef enum {
    OUTCOME_WAIT, /* not decidable yet: vote or objections still open, or the round decides */
    OUTCOME_PASS,
    OUTCOME_RETURN,
    OUTCOME_REJECT,
    OUTCOME_SUSPEND,
    OUTCOME_REOPEN,
    OUTCOME_STAGE, /* to `next` */
} gate_result;
/* "wait" "pass" "return" "reject" "suspend" "reopen" "stage": as records carry it. */
const char *gate_result_name(gate_result r);

typedef struct {
    const char
        *code; /* need veto top quota band objection quorum majority missing waiting tie draw */
    const char
        *text; /* for people, English; the scheme's own `say` in words where the rule has one */
    const scheme_words *say; /* NULL: none */
    scheme_place at;         /* in the scheme: the rule that bites */
} gate_reason;

typedef struct {
    const char *name; /* as written in the scheme */
    value found;      /* exact */
} gate_input;

typedef struct {
    gate_result result;
    const scheme_stage *next;  /* where the case goes; NULL: stays (return), or is closed */
    const scheme_band *band;   /* NULL: none */
    const scheme_title *title; /* given by the band; NULL: none */
    gate_reason *reason;
    size_t reason_count;
    gate_input *input; /* everything the gate looked at, each once */
    size_t input_count;
    value rank;       /* the number ranked by */
    size_t place, of; /* in its group, from 1; ties share the better place; 0: not ranked */
    bool by_draw;     /* the draw decided for or against it */
} gate_outcome;

typedef struct {
    bool is_closed; /* the vote is over */
    size_t yes, no, abstain, eligible; /* eligible: without the recused */
    size_t recused;
} gate_vote;

/* What is not in the scope. */
typedef struct {
    const scheme_stage *stage; /* where the gate stands */
    const gate_vote *vote;     /* NULL: none held */
    bool objections_closed;    /* their time is over */
    size_t objections_upheld;
} gate_facts;

/* One case at a gate with is_round false. Memory: scope->memory. */
ASSAY_MUST_USE assay_status gate_decide(const scheme_gate *g, const expr_scope *scope,
                                        const gate_facts *facts, gate_outcome *out, assay_err *err);

/* One case of a round. `draw`: SHA-256(seed of the round || id of the case); smaller wins. */
typedef struct {
    const char *id;
    const expr_scope *scope;
    gate_facts facts;
    sha256 draw;
} gate_entry;

/* All cases of a round at a gate with is_round true: needs and vetoes first, then ranks, quota, top
 * and bands in each group of `by`. out[i] is for entry[i]; the order of entries plays no part.
 * Lists of `out` lie in `memory`. */
ASSAY_MUST_USE assay_status gate_round(const scheme_gate *g, const gate_entry *entry, size_t n,
                                       arena *memory, gate_outcome *out, assay_err *err);

#endif
