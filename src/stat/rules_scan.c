/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine: every rule is a question about bits, one bit a point.
 *
 * A threshold makes a bitmap; "m in a row" is the AND of m shifted copies, built by doubling;
 * "k of m" adds shifted copies in bit-sliced counters. Scanning answers 64 points at a time with
 * the 64 before them at hand, which is why windows end at 64. Stepping keeps the same 64 points
 * and asks only for the newest; tests hold both against the definition.
 */
#include <assay/rules.h>

#include "stat/rules_bits.h"

#include <math.h>
#include <string.h>

static uint64_t low_bits(int count)
{
    return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

/* --- one point at a time: bit 0 is the newest --- */

static bool all_of(uint64_t bits, int count)
{
    return (bits & low_bits(count)) == low_bits(count);
}

static bool one_side(uint64_t bits, int k, int m)
{
    return (bits & 1) && __builtin_popcountll(bits & low_bits(m)) >= k;
}

static bool is_complete(const assay_rule *rule, const assay_rules_state *state, int j)
{
    uint64_t above = state->above[j], below = state->below[j], window = low_bits(rule->m);
    uint64_t turns = (state->up & state->down >> 1) | (state->down & state->up >> 1);
    if (state->seen < (uint32_t)rule->m)
        return false;
    switch (rule->kind) {
    case ASSAY_RULE_BEYOND:
        return one_side(above, rule->k, rule->m) || one_side(below, rule->k, rule->m);
    case ASSAY_RULE_SIDE:
        return all_of(above, rule->m) || all_of(below, rule->m);
    case ASSAY_RULE_TREND:
        return all_of(state->up, rule->m - 1) || all_of(state->down, rule->m - 1);
    case ASSAY_RULE_ALTERNATE:
        return all_of(turns, rule->m - 2);
    case ASSAY_RULE_WITHIN:
        return ((above | below) & window) == 0;
    case ASSAY_RULE_OUTSIDE:
        return all_of(above | below, rule->m);
    case ASSAY_RULE_OUTSIDE_BOTH:
        return all_of(above | below, rule->m) && (above & window) && (below & window);
    case ASSAY_RULE_RANGE:
        return ((above | below) & 1) && (above & window) && (below & window);
    }
    return false;
}

void assay_rules_reset(assay_rules_state *state)
{
    *state = (assay_rules_state){.last = NAN};
}

uint32_t assay_rules_step(const assay_rules *rules, assay_rules_state *state, double z)
{
    if (isnan(z)) {
        assay_rules_reset(state);
        return 0;
    }
    state->up = state->up << 1 | (z > state->last);
    state->down = state->down << 1 | (z < state->last);
    state->last = z;
    state->seen += state->seen < 64;
    uint32_t found = 0;
    for (int j = 0; j < rules->count; j++) {
        double limit = rules->rule[j].kind == ASSAY_RULE_SIDE ? 0 : rules->rule[j].sigmas;
        state->above[j] = state->above[j] << 1 | (z > limit);
        state->below[j] = state->below[j] << 1 | (z < -limit);
        found |= (uint32_t)is_complete(&rules->rule[j], state, j) << j;
    }
    return found;
}

/* --- 64 points at a time: bit i is point i of the block, with the block before it --- */

typedef struct {
    uint64_t now, before;
} track;

/* Bit i is point i - shift; 0 <= shift <= 64. */
static uint64_t delayed(track t, int shift)
{
    if (shift == 0)
        return t.now;
    return shift == 64 ? t.before : t.now << shift | t.before >> (64 - shift);
}

/* Bit i: points i - m + 1 .. i are all set. Doubling needs the older half of both words too; what
 * the oldest bits lack is never asked for, since m <= 64. */
static uint64_t run_of(track t, int m)
{
    for (int have = 1; have < m;) {
        int shift = have < m - have ? have : m - have;
        t.now &= delayed(t, shift);
        t.before &= t.before << shift;
        have += shift;
    }
    return t.now;
}

/* Bit i: any of points i - m + 1 .. i is set. */
static uint64_t any_of(track t, int m)
{
    for (int have = 1; have < m;) {
        int shift = have < m - have ? have : m - have;
        t.now |= delayed(t, shift);
        t.before |= t.before << shift;
        have += shift;
    }
    return t.now;
}

/* Bit i: at least k of points i - m + 1 .. i are set, by seven bit-sliced counters. */
static uint64_t at_least(track t, int k, int m)
{
    uint64_t digit[7] = {0}, reached = UINT64_MAX;
    for (int shift = 0; shift < m; shift++) {
        uint64_t carry = delayed(t, shift);
        for (int d = 0; d < 7 && carry; d++) {
            uint64_t both = digit[d] & carry;
            digit[d] ^= carry;
            carry = both;
        }
    }
    for (int d = 0; d < 7; d++) /* compare digit by digit, highest last */
        reached = k >> d & 1 ? digit[d] & reached : digit[d] | reached;
    return reached;
}

/* The same when few of the m may be clear: most[j] is "no more than j clear so far". */
static uint64_t at_most_clear(track t, int clear, int m)
{
    uint64_t most[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    for (int shift = 0; shift < m; shift++) {
        uint64_t set = delayed(t, shift);
        for (int j = clear; j > 0; j--)
            most[j] = (most[j] & set) | most[j - 1];
        most[0] &= set;
    }
    return most[clear];
}

static uint64_t k_of_m(track t, int k, int m)
{
    if (k == m)
        return run_of(t, m);
    if (!t.now)
        return 0;
    return t.now & (m - k < 4 ? at_most_clear(t, m - k, m) : at_least(t, k, m));
}

/* What the rules look at; tracks of equal thresholds are shared. */
typedef struct {
    double limit[ASSAY_RULES_MAX];
    track above[ASSAY_RULES_MAX], below[ASSAY_RULES_MAX];
    int limits, limit_of[ASSAY_RULES_MAX];
    bool with_steps;
    track there, up, down, turn;
} board;

static void board_init(board *b, const assay_rules *rules)
{
    *b = (board){0};
    for (int j = 0; j < rules->count; j++) {
        const assay_rule *rule = &rules->rule[j];
        if (rule->kind == ASSAY_RULE_TREND || rule->kind == ASSAY_RULE_ALTERNATE) {
            b->with_steps = true;
            continue;
        }
        double limit = rule->kind == ASSAY_RULE_SIDE ? 0 : rule->sigmas;
        int i = 0;
        while (i < b->limits && b->limit[i] != limit)
            i++;
        if (i == b->limits)
            b->limit[b->limits++] = limit;
        b->limit_of[j] = i;
    }
}

static void track_push(track *t, uint64_t bits)
{
    t->before = t->now;
    t->now = bits;
}

/* A whole block of 64 that is not the first. */
static void board_read_full(board *b, const bits_kernel *kernel, const double *z)
{
    track_push(&b->there, kernel->there(z));
    for (int i = 0; i < b->limits; i++) {
        track_push(&b->above[i], kernel->above(z, b->limit[i]));
        track_push(&b->below[i], kernel->below(z, -b->limit[i]));
    }
    if (b->with_steps) {
        track_push(&b->up, kernel->up(z));
        track_push(&b->down, kernel->down(z));
    }
}

/* Up to 64 points; the first of all has no step to it. */
static void board_read_part(board *b, const double *z, int count, bool is_first)
{
    track_push(&b->there, bits_there(z, count));
    for (int i = 0; i < b->limits; i++) {
        track_push(&b->above[i], bits_above(z, count, b->limit[i]));
        track_push(&b->below[i], bits_below(z, count, -b->limit[i]));
    }
    if (b->with_steps) {
        track_push(&b->up, bits_up(z + is_first, count - is_first) << is_first);
        track_push(&b->down, bits_down(z + is_first, count - is_first) << is_first);
    }
}

static void find_turns(board *b)
{
    track_push(&b->turn, (b->up.now & delayed(b->down, 1)) | (b->down.now & delayed(b->up, 1)));
}

static uint64_t range_rule(track above, track below, int m)
{
    return (above.now | below.now) & any_of(above, m) & any_of(below, m);
}

static uint64_t board_ask(const board *b, const assay_rule *rule, int j)
{
    int i = b->limit_of[j], m = rule->m;
    track above = b->above[i], below = b->below[i];
    track outside = {above.now | below.now, above.before | below.before};
    track within = {b->there.now & ~outside.now, b->there.before & ~outside.before};
    switch (rule->kind) {
    case ASSAY_RULE_BEYOND:
        return k_of_m(above, rule->k, m) | k_of_m(below, rule->k, m);
    case ASSAY_RULE_SIDE:
        return run_of(above, m) | run_of(below, m);
    case ASSAY_RULE_TREND:
        return run_of(b->up, m - 1) | run_of(b->down, m - 1);
    case ASSAY_RULE_ALTERNATE:
        return run_of(b->turn, m - 2);
    case ASSAY_RULE_WITHIN:
        return run_of(within, m);
    case ASSAY_RULE_OUTSIDE:
        return run_of(outside, m);
    case ASSAY_RULE_OUTSIDE_BOTH:
        return run_of(outside, m) & any_of(above, m) & any_of(below, m);
    case ASSAY_RULE_RANGE:
        return range_rule(above, below, m);
    }
    return 0;
}

static void spread_bits(uint64_t bits, uint32_t flag, uint32_t *out)
{
    for (; bits; bits &= bits - 1)
        out[__builtin_ctzll(bits)] |= flag;
}

void rules_scan_by(const bits_kernel *kernel, const assay_rules *rules, const double *z, size_t n,
                   uint32_t *out)
{
    board b;
    board_init(&b, rules);
    memset(out, 0, n * sizeof *out);
    for (size_t from = 0; from < n; from += 64) {
        int count = n - from < 64 ? (int)(n - from) : 64;
        if (from > 0 && count == 64)
            board_read_full(&b, kernel, z + from);
        else
            board_read_part(&b, z + from, count, from == 0);
        find_turns(&b);
        for (int j = 0; j < rules->count; j++) {
            const assay_rule *rule = &rules->rule[j];
            uint64_t found = board_ask(&b, rule, j);
            if (found) /* a window must lie behind the last gap */
                spread_bits(found & run_of(b.there, rule->m), UINT32_C(1) << j, out + from);
        }
    }
}

void assay_rules_scan(const assay_rules *rules, const double *z, size_t n, uint32_t *out)
{
    rules_scan_by(bits_best(), rules, z, n, out);
}
