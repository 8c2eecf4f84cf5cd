/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between a gate for one case and a gate for a round. */
#ifndef SCHEME_GATE_INNER_H
#define SCHEME_GATE_INNER_H

#include "scheme/expr_eval.h"
#include "scheme/gate.h"

/* A decision under way: reasons against it, what it looked at. */
typedef struct {
    const scheme_gate *gate;
    const expr_scope *scope;
    arena *memory;
    gate_reason *reason;
    size_t reason_count, reason_room;
    gate_input *input;
    const expr_name **name; /* of each input */
    size_t input_count, input_room;
    bool is_short;
} verdict;

verdict verdict_begin(const scheme_gate *g, const expr_scope *scope, arena *memory);
void verdict_reason(verdict *v, const char *code, scheme_place at, const scheme_words *say,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Evaluate, and note what it rests on among the inputs. */
value verdict_eval(verdict *v, const expr *e);
/* Reasons and inputs into the outcome. */
void verdict_end(const verdict *v, gate_outcome *out);

/* Needs, veto, vote, objections. False: not decidable yet. Against it when there are reasons. */
bool gate_conditions(verdict *v, const gate_facts *facts);
/* Where a case goes that did not pass. */
void verdict_refuse(const scheme_gate *g, const gate_facts *facts, gate_outcome *out);
void verdict_pass(const scheme_gate *g, const gate_facts *facts, const scheme_band *band,
                  gate_outcome *out);
/* A value as text in the arena. */
const char *gate_text(arena *memory, value v);

#endif
