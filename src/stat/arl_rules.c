/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run rules as a Markov chain built from the set itself (Champ & Woodall, Technometrics 29 (1987)
 * 393).
 *
 * The thresholds of all rules cut the line into zones. A state is what the rules still remember of
 * the points so far; states are found by walking from the empty history through all zones, so any
 * set has its exact chain. As in Champ & Woodall k-of-m counts from the first point on, without
 * waiting for m of them.
 *
 * Trend and alternation compare a point with the one before, so a state also carries the density
 * of the last value, as a function of u = the distribution function within its zone. There the next
 * density is a plain integral from the edge to u: polynomials stay polynomials, and Gauss nodes
 * with their integration matrix lose nothing until the degree outgrows them.
 *
 * The run length is the sum of the survival probabilities. Once the share that signals at a step
 * has settled (the chain is quasi-stationary) the rest is a geometric series, so long run lengths
 * cost no more than short ones.
 */
#include "stat/runlength.h"

#include <string.h>

typedef unsigned __int128 wide;

enum {
    ZONES = 2 * ASSAY_RULES_MAX + 2,
    STATES_ZONES = 1 << 15, /* capacity without steps */
    STATES_STEPS = 1 << 16, /* with steps */
    STATES_SMALL = 3000,    /* up to here more nodes cost nothing */
    NODES = 12,             /* of the last value within its zone */
    SIGNAL = -1,
};

/* What is remembered of one rule, in as few bits as it needs; see remember(). */
typedef struct {
    uint64_t above, below;
} memory;

typedef struct {
    const assay_rules *rules;
    bool with_steps;
    int zones, letters; /* a letter: the zone, and one more for a step down within the zone */
    double edge[ZONES + 1];
    int bits[ASSAY_RULES_MAX]; /* of each half of a memory */
    int room, count;
    wide *key;
    int *next; /* [room][letters], SIGNAL or a state */
    uint8_t *last;
    int *table;
    int table_room;
} chain;

const char runlength_steps_method[] = "Markov chain with quadrature over the last value";

bool runlength_has_steps(const assay_rules *rules)
{
    for (int j = 0; j < rules->count; j++)
        if (rules->rule[j].kind == ASSAY_RULE_TREND || rules->rule[j].kind == ASSAY_RULE_ALTERNATE)
            return true;
    return false;
}

/* --- zones --- */

static void add_edge(chain *c, double x)
{
    int i = 0;
    while (i < c->zones && c->edge[i] < x)
        i++;
    if (i < c->zones && c->edge[i] == x)
        return;
    for (int j = c->zones++; j > i; j--)
        c->edge[j] = c->edge[j - 1];
    c->edge[i] = x;
}

/* c->zones counts the edges first, then the zones between them. */
static void find_zones(chain *c)
{
    add_edge(c, -INFINITY);
    add_edge(c, INFINITY);
    for (int j = 0; j < c->rules->count; j++) {
        const assay_rule *rule = &c->rules->rule[j];
        if (rule->kind == ASSAY_RULE_TREND || rule->kind == ASSAY_RULE_ALTERNATE)
            continue;
        double limit = rule->kind == ASSAY_RULE_SIDE ? 0 : rule->sigmas;
        add_edge(c, limit);
        add_edge(c, limit == 0 ? 0 : -limit);
    }
    c->zones--;
    c->letters = c->zones + c->with_steps;
}

static double zone_share(const chain *c, int zone, double shift)
{
    double a = c->edge[zone] - shift, b = c->edge[zone + 1] - shift;
    return a > 0 ? gauss_above(a) - gauss_above(b) : gauss_below(b) - gauss_below(a);
}

/* --- what a rule remembers --- */

static int bits_for(const assay_rule *rule)
{
    if (rule->kind == ASSAY_RULE_BEYOND && rule->k < rule->m)
        return rule->m - 1;
    int bits = 1;
    while (rule->m >> bits)
        bits++;
    return rule->m == 1 ? 0 : bits;
}

/* Forget hits that are too old to help: even with hits only from now on, the window would leave
 * them before k are reached. */
static uint64_t prune(uint64_t hits, int k, int m)
{
    while (hits) {
        int oldest = 63 - __builtin_clzll(hits);
        if (__builtin_popcountll(hits) + (m - 1 - oldest) >= k)
            break;
        hits &= ~(UINT64_C(1) << oldest);
    }
    return hits;
}

/* One side of k of m; true: complete. */
static bool count_hits(uint64_t *hits, bool is_hit, const assay_rule *rule)
{
    uint64_t window = *hits << 1 | is_hit;
    if (is_hit && __builtin_popcountll(window) >= rule->k)
        return true;
    window &= (UINT64_C(1) << (rule->m - 1)) - 1;
    *hits = prune(window, rule->k, rule->m);
    return false;
}

/* Length of a run; true: m reached. */
static bool count_run(uint64_t *run, bool goes_on, int m)
{
    *run = goes_on ? *run + 1 : 0;
    return *run >= (uint64_t)m;
}

static bool count_sides(memory *now, bool is_above, bool is_below, const assay_rule *rule)
{
    bool high = count_hits(&now->above, is_above, rule);
    return count_hits(&now->below, is_below, rule) || high;
}

static bool run_sides(memory *now, bool is_above, bool is_below, int m)
{
    bool high = count_run(&now->above, is_above, m);
    return count_run(&now->below, is_below, m) || high;
}

/* above: length of the run outside, below: twice the length of its last part on one side, and the
 * side. Both stop at m - 1. */
static bool count_both(memory *now, bool is_above, bool is_below, int m)
{
    if (!is_above && !is_below) {
        *now = (memory){0, 0};
        return false;
    }
    uint64_t most = (uint64_t)m - 1, part = now->below >> 1, run = now->above + 1;
    bool is_same = part && (now->below & 1) == is_above;
    part = is_same ? part + 1 : 1;
    if (run > most && part <= most)
        return true;
    now->above = run > most ? most : run;
    now->below = (part > most ? most : part) << 1 | is_above;
    return false;
}

/* above, below: how many points ago the last one beyond was, m: forgotten or never. Stored as
 * m - age so that the empty history is 0. */
static bool count_range(memory *now, bool is_above, bool is_below, int m)
{
    if ((is_above && now->below > 0) || (is_below && now->above > 0))
        return true;
    uint64_t fresh = (uint64_t)m - 1;
    now->above = is_above ? fresh : now->above - (now->above > 0);
    now->below = is_below ? fresh : now->below - (now->below > 0);
    return false;
}

/* Steps up (above) or down (below) in a row. */
static bool count_trend(memory *now, int step, int m)
{
    bool a = count_run(&now->above, step > 0, m - 1), b = count_run(&now->below, step < 0, m - 1);
    return a || b;
}

/* above: steps of the alternation, below: the last was down. */
static bool count_turns(memory *now, int step, int m)
{
    if (!step)
        return false;
    bool is_turn = now->above && (step < 0) != (now->below != 0);
    now->above = is_turn ? now->above + 1 : 1;
    now->below = step < 0;
    return now->above >= (uint64_t)m - 1;
}

static bool remember(const assay_rule *rule, memory *now, double z, int step)
{
    double limit = rule->kind == ASSAY_RULE_SIDE ? 0 : rule->sigmas;
    bool above = z > limit, below = z < -limit;
    switch (rule->kind) {
    case ASSAY_RULE_BEYOND:
        return rule->k < rule->m ? count_sides(now, above, below, rule)
                                 : run_sides(now, above, below, rule->m);
    case ASSAY_RULE_SIDE:
        return run_sides(now, above, below, rule->m);
    case ASSAY_RULE_TREND:
        return count_trend(now, step, rule->m);
    case ASSAY_RULE_ALTERNATE:
        return count_turns(now, step, rule->m);
    case ASSAY_RULE_WITHIN:
        return count_run(&now->above, !above && !below, rule->m);
    case ASSAY_RULE_OUTSIDE:
        return count_run(&now->above, above || below, rule->m);
    case ASSAY_RULE_OUTSIDE_BOTH:
        return count_both(now, above, below, rule->m);
    case ASSAY_RULE_RANGE:
        return count_range(now, above, below, rule->m);
    }
    return false;
}

/* --- states --- */

static assay_status check_width(chain *c, assay_err *err)
{
    int total = c->with_steps ? 6 : 0;
    for (int j = 0; j < c->rules->count; j++) {
        c->bits[j] = bits_for(&c->rules->rule[j]) + (c->rules->rule[j].kind == ASSAY_RULE_OUTSIDE_BOTH);
        total += 2 * c->bits[j];
    }
    if (total > 128)
        return assay_fail(err, ASSAY_LIMIT, 0, "the windows of the rule set are too long for a chain");
    return ASSAY_OK;
}

static wide low_mask(int bits)
{
    return ((wide)1 << bits) - 1;
}

static wide pack(const chain *c, const memory *of, int last)
{
    wide key = 0;
    for (int j = 0; j < c->rules->count; j++) {
        key = key << c->bits[j] | of[j].above;
        key = key << c->bits[j] | of[j].below;
    }
    return c->with_steps ? key << 6 | (wide)(last + 1) : key;
}

static void unpack(const chain *c, wide key, memory *of, int *last)
{
    *last = c->with_steps ? (int)(key & 63) - 1 : -1;
    key = c->with_steps ? key >> 6 : key;
    for (int j = c->rules->count - 1; j >= 0; j--) {
        of[j].below = (uint64_t)(key & low_mask(c->bits[j]));
        key >>= c->bits[j];
        of[j].above = (uint64_t)(key & low_mask(c->bits[j]));
        key >>= c->bits[j];
    }
}

/* The number of a state, new ones at the end; -2 when there is no more room. */
static int state_of(chain *c, wide key, int last)
{
    uint64_t hash = ((uint64_t)key ^ (uint64_t)(key >> 64) * 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
    unsigned at = (unsigned)(hash >> 32) & (unsigned)(c->table_room - 1);
    while (c->table[at] >= 0) {
        if (c->key[c->table[at]] == key)
            return c->table[at];
        at = (at + 1) & (unsigned)(c->table_room - 1);
    }
    if (c->count == c->room)
        return -2;
    c->key[c->count] = key;
    c->last[c->count] = (uint8_t)(last < 0 ? 0 : last);
    c->table[at] = c->count;
    return c->count++;
}

static int follow(chain *c, int state, int letter)
{
    memory of[ASSAY_RULES_MAX];
    int last, zone = letter;
    unpack(c, c->key[state], of, &last);
    if (letter == c->zones)
        zone = last; /* the step down within the zone */
    int step = last < 0 || !c->with_steps ? 0 : zone > last ? 1 : zone < last ? -1 : letter == zone ? 1 : -1;
    if (zone < 0)
        return SIGNAL; /* the empty history has no step down; never taken */
    double a = c->edge[zone], b = c->edge[zone + 1];
    double z = isinf(a) ? (isinf(b) ? 0 : b - 1) : isinf(b) ? a + 1 : 0.5 * (a + b);
    bool is_signal = false;
    for (int j = 0; j < c->rules->count; j++)
        is_signal |= remember(&c->rules->rule[j], &of[j], z, step);
    return is_signal ? SIGNAL : state_of(c, pack(c, of, zone), zone);
}

static assay_status build(chain *c, assay_err *err)
{
    memory empty[ASSAY_RULES_MAX] = {{0, 0}};
    memset(c->table, 0xff, sizeof *c->table * (size_t)c->table_room);
    state_of(c, pack(c, empty, -1), -1);
    for (int s = 0; s < c->count; s++)
        for (int letter = 0; letter < c->letters; letter++) {
            int to = follow(c, s, letter);
            if (to == -2)
                return assay_fail(err, ASSAY_LIMIT, 0, "the rule set needs more than %d states",
                                  c->room);
            c->next[s * c->letters + letter] = to;
        }
    return ASSAY_OK;
}

/* --- run length --- */

typedef struct {
    double share[ZONES];
    double node[NODES], weight[NODES], integral[NODES][NODES]; /* on 0 .. 1 */
    int nodes;                                                 /* 1: no steps, plain probabilities */
    double *now, *then; /* [count][nodes] density of the last value; by nodes 1: probability */
    double *flat;       /* [count] what is spread evenly over the zone */
} flow;

/* integral[i][j]: of the Lagrange polynomial j from 0 to node i. */
static void find_integrals(flow *f)
{
    double inner[NODES], weight[NODES];
    gauss_legendre(f->nodes, 0, 1, f->node, f->weight);
    for (int i = 0; i < f->nodes; i++) {
        gauss_legendre(f->nodes, 0, f->node[i], inner, weight);
        for (int j = 0; j < f->nodes; j++) {
            f->integral[i][j] = 0;
            for (int q = 0; q < f->nodes; q++) {
                double product = weight[q];
                for (int m = 0; m < f->nodes; m++)
                    if (m != j)
                        product *= (inner[q] - f->node[m]) / (f->node[j] - f->node[m]);
                f->integral[i][j] += product;
            }
        }
    }
}

/* The part of state s that stays in its zone, up and down apart. Returns what signals. */
static double move_within(const chain *c, flow *f, int s, double mass)
{
    int zone = c->last[s], up = c->next[s * c->letters + zone], n = f->nodes;
    int down = c->next[s * c->letters + c->zones];
    const double *now = f->now + (size_t)s * n;
    double share = f->share[zone], signal = 0;
    for (int i = 0; i < n; i++) {
        double below = 0;
        for (int j = 0; j < n; j++)
            below += f->integral[i][j] * now[j];
        if (up >= 0)
            f->then[(size_t)up * n + i] += share * below;
        else
            signal += f->weight[i] * share * below;
        if (down >= 0)
            f->then[(size_t)down * n + i] += share * (mass - below);
        else
            signal += f->weight[i] * share * (mass - below);
    }
    return signal;
}

/* Everything one step on. Returns the mass that signals. */
static double advance(const chain *c, flow *f)
{
    double signal = 0;
    int n = f->nodes;
    memset(f->then, 0, sizeof(double) * (size_t)c->count * n);
    memset(f->flat, 0, sizeof(double) * (size_t)c->count);
    for (int s = 0; s < c->count; s++) {
        const double *now = f->now + (size_t)s * n;
        double mass = 0;
        for (int i = 0; i < n; i++)
            mass += f->weight[i] * now[i];
        if (mass == 0)
            continue;
        bool has_last = n > 1 && s > 0;
        if (has_last)
            signal += move_within(c, f, s, mass);
        for (int zone = 0; zone < c->zones; zone++) {
            int to = c->next[s * c->letters + zone];
            if (has_last && zone == c->last[s])
                continue;
            if (to >= 0)
                f->flat[to] += mass * f->share[zone];
            else
                signal += mass * f->share[zone];
        }
    }
    for (int s = 0; s < c->count; s++)
        for (int i = 0; i < n; i++)
            f->then[(size_t)s * n + i] += f->flat[s];
    double *spare = f->now;
    f->now = f->then;
    f->then = spare;
    return signal;
}

static double total_mass(const chain *c, const flow *f)
{
    double sum = 0;
    for (int s = 0; s < c->count; s++)
        for (int i = 0; i < f->nodes; i++)
            sum += f->weight[i] * f->now[(size_t)s * f->nodes + i];
    return sum;
}

static int longest_window(const assay_rules *rules)
{
    int longest = 1;
    for (int j = 0; j < rules->count; j++)
        longest = rules->rule[j].m > longest ? rules->rule[j].m : longest;
    return longest;
}

/* Sum of the survival probabilities. The share that signals at a step has settled when it has not
 * moved, but for rounding, for longer than any rule looks back. */
static double sum_survival(const chain *c, flow *f)
{
    double alive = 1, sum = 0, before = -1, rounding = f->nodes > 1 ? 3e-13 : 1e-14;
    int calm = 0, patience = longest_window(c->rules) + 4;
    memset(f->now, 0, sizeof(double) * (size_t)c->count * f->nodes);
    for (int i = 0; i < f->nodes; i++)
        f->now[i] = 1; /* the empty history */
    for (int t = 0; t < 100000; t++) {
        sum += alive;
        double share = advance(c, f) / alive;
        alive = total_mass(c, f);
        calm = fabs(share - before) <= rounding * share ? calm + 1 : 0;
        before = share;
        if (alive <= 1e-19 * sum)
            return sum;
        if (calm > patience)
            return share > 0 ? sum + alive / share : INFINITY;
    }
    return sum + alive / before;
}

static double run_length(const chain *c, flow *f, int nodes, double shift)
{
    f->nodes = nodes;
    f->weight[0] = 1;
    if (nodes > 1)
        find_integrals(f);
    for (int zone = 0; zone < c->zones; zone++)
        f->share[zone] = zone_share(c, zone, shift);
    return sum_survival(c, f);
}

static size_t bytes_per_state(const assay_rules *rules, int letters)
{
    size_t nodes = runlength_has_steps(rules) ? NODES : 1;
    return sizeof(wide) + sizeof(int) * (size_t)letters + 1 + 2 * sizeof(int) +
           sizeof(double) * (2 * nodes + 1);
}

size_t runlength_rules_scratch(const assay_rules *rules)
{
    chain c = {.rules = rules, .with_steps = runlength_has_steps(rules)};
    find_zones(&c);
    size_t room = c.with_steps ? STATES_STEPS : STATES_ZONES;
    return room * bytes_per_state(rules, c.letters) + 64;
}

static void lay_out(chain *c, flow *f, void *scratch)
{
    size_t room = c->with_steps ? STATES_STEPS : STATES_ZONES, nodes = c->with_steps ? NODES : 1;
    char *at = scratch;
    c->room = (int)room;
    c->table_room = 2 * c->room;
    c->key = (wide *)(void *)at, at += room * sizeof(wide);
    f->now = (double *)(void *)at, at += room * nodes * sizeof(double);
    f->then = (double *)(void *)at, at += room * nodes * sizeof(double);
    f->flat = (double *)(void *)at, at += room * sizeof(double);
    c->next = (int *)(void *)at, at += room * (size_t)c->letters * sizeof(int);
    c->table = (int *)(void *)at, at += 2 * room * sizeof(int);
    c->last = (uint8_t *)at;
}

static double agreement(double a, double b)
{
    return a == b ? 15 : fmin(15, fmax(0, -log10(fabs(a - b) / a)));
}

assay_status runlength_rules(const assay_rules *rules, double shift, void *scratch, assay_arl *out,
                             assay_err *err)
{
    chain c = {.rules = rules, .with_steps = runlength_has_steps(rules)};
    flow f;
    find_zones(&c);
    lay_out(&c, &f, scratch);
    assay_status status = check_width(&c, err);
    if (!status)
        status = build(&c, err);
    if (status)
        return status;
    int nodes = !c.with_steps ? 1 : c.count <= STATES_SMALL ? NODES : NODES * 3 / 4;
    out->arl = run_length(&c, &f, nodes, shift);
    out->digits = c.with_steps ? agreement(out->arl, run_length(&c, &f, nodes * 2 / 3, shift)) : 15;
    out->method = c.with_steps ? runlength_steps_method : "Markov chain";
    if (isinf(out->arl))
        out->why_undefined = rules->count ? "no rule can ever signal" : "the set has no rule";
    return ASSAY_OK;
}
