/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a flow to an assignment: bounded chance, one connected design, and what bites.
 *
 * With chance each case takes twice its places, each pair at most one: every pair has a chance of
 * 0 or 1/2, at least expected cost (Jecmen et al. 2020). The places form a graph in which all cases
 * have an even degree; walked in trails from judge to judge and coloured in turn, one colour holds
 * exactly half of each case's places and half of each judge's, rounded. A fair coin per trail picks
 * the colour: every chance stays 1/2 and no load is passed.
 */
#include "stat/assign_flow.h"

#include <math.h>

#include <string.h>

enum { LEAST_WIDTH = 48, TRIES = 4000 };

/* -- room ------------------------------------------------------------------------------------- */

static size_t units_of(const assay_assign_task *t)
{
    return t->per_case * (t->is_random ? 2 : 1);
}

size_t assay_assign_scratch_size(const assay_assign_task *task)
{
    size_t nodes = task->cases + task->judges, places = task->cases * units_of(task);
    size_t lists = task->cases * task->judges + task->cases;
    return 16 * nodes + 4 * (lists + 3 * places + 2 * task->judges + 4 * nodes) + 16;
}

static uint32_t *take(char **room, size_t n)
{
    uint32_t *here = (uint32_t *)(void *)*room;
    *room += n * sizeof(uint32_t);
    return here;
}

static void lay_out(flow *f, void *scratch)
{
    const assay_assign_task *t = f->task;
    size_t nodes = t->cases + t->judges, places = t->cases * f->units;
    char *room = (char *)(((uintptr_t)scratch + 7) & ~(uintptr_t)7);
    f->price = (int64_t *)(void *)room;
    f->distance = f->price + nodes;
    room += 16 * nodes;
    f->room = t->judges;
    f->listed = take(&room, t->cases * t->judges);
    f->count = take(&room, t->cases);
    f->place = take(&room, places);
    f->next = take(&room, places);
    f->last = take(&room, places);
    f->first = take(&room, t->judges);
    f->used = take(&room, t->judges);
    f->from = take(&room, nodes);
    f->heap = take(&room, nodes);
    f->where = take(&room, nodes);
    f->settled = take(&room, nodes);
}

/* -- what is asked ------------------------------------------------------------------------------
 */

static assay_status check_task(const assay_assign_task *t, assay_err *err)
{
    if (t->per_case == 0 || t->per_case > ASSAY_ASSIGN_PER_CASE_MAX)
        return assay_fail(err, ASSAY_DOMAIN, 0, "%zu judges a case: 1 to %d are possible",
                          t->per_case, ASSAY_ASSIGN_PER_CASE_MAX);
    if (t->balance > ASSAY_ASSIGN_COST_MAX)
        return assay_fail(err, ASSAY_DOMAIN, 0, "a balance of %u is above %d", (unsigned)t->balance,
                          ASSAY_ASSIGN_COST_MAX);
    if (t->cases > UINT32_MAX / 2 / units_of(t) || t->judges > UINT32_MAX / 2 - t->cases)
        return assay_fail(err, ASSAY_DOMAIN, 0, "%zu cases and %zu judges are too many", t->cases,
                          t->judges);
    for (size_t p = 0; t->cost && p < t->cases * t->judges; p++)
        if (t->cost[p] < 0 || t->cost[p] > ASSAY_ASSIGN_COST_MAX)
            return assay_fail(err, ASSAY_DOMAIN, p,
                              "cost %d of case %zu and judge %zu is not 0..%d", (int)t->cost[p],
                              p / t->judges, p % t->judges, ASSAY_ASSIGN_COST_MAX);
    return ASSAY_OK;
}

/* Units of cost wide enough that all tie breaking together is less than one of them, if path
 * lengths allow; else the part it can cost is in the gap. */
static int64_t scale_of(const assay_assign_task *t, size_t places)
{
    double most = ASSAY_ASSIGN_COST_MAX + (double)t->balance * (double)t->cases + 1;
    double room = 1e18 / (most * (double)(t->cases + t->judges + 2));
    double wanted = 16.0 * FLOW_NOISE * (double)(places + 1);
    return room < wanted ? (int64_t)fmax(room, 1) : (int64_t)wanted;
}

static flow flow_of(const assay_assign_task *t, void *scratch)
{
    flow f = {.task = t, .units = units_of(t), .halves = t->is_random ? 2 : 1};
    assay_draw d = assay_draw_of(t->seed, 0);
    f.noise = assay_draw_next(&d);
    f.scale = scale_of(t, t->cases * f.units);
    lay_out(&f, scratch);
    return f;
}

/* -- what bites ---------------------------------------------------------------------------------
 */

static assay_status too_few(const flow *f, size_t i, assay_assign_failure *why, assay_err *err)
{
    const assay_assign_task *t = f->task;
    size_t barred[256] = {0}, idle = 0;
    *why = (assay_assign_failure){
        .outcome = ASSAY_ASSIGN_TOO_FEW, .at = i, .may = f->count[i], .needed = f->units};
    for (size_t j = 0; j < t->judges; j++) {
        uint8_t rule = t->bar ? t->bar[i * t->judges + j] : 0;
        barred[rule]++;
        idle += rule == 0 && t->load[j] == 0;
    }
    for (unsigned rule = 1; rule < 256; rule++)
        if (barred[rule] > why->barred) {
            why->barred = barred[rule];
            why->rule = (uint8_t)rule;
        }
    assay_fail(err, ASSAY_UNDEFINED, i,
               "case %zu: %zu of %zu judges may judge it, %zu are needed%s; rule %u bars %zu", i,
               why->may, t->judges, f->units, t->is_random ? " for chances of 1/2" : "",
               (unsigned)why->rule, why->barred);
    if (idle)
        return assay_hint(err, "%zu more judges have a load of 0", idle);
    return assay_hint(err, "lift the rule for some judges, or ask for fewer judges a case");
}

static bool is_settled(const flow *f, uint32_t node)
{
    for (size_t k = 0; k < f->settled_count; k++)
        if (f->settled[k] == node)
            return true;
    return false;
}

/* Cases that the search reached can only be served by the judges it reached, but for judges they
 * already hold elsewhere. */
static void find_crowd(const flow *f, assay_assign_failure *why)
{
    const assay_assign_task *t = f->task;
    uint64_t demand = 0, supply = 0;
    for (size_t k = 0; k < f->settled_count; k++) {
        uint32_t v = f->settled[k];
        if (v >= t->cases) {
            why->judges++;
            supply += (uint64_t)t->load[v - t->cases] * f->halves;
            continue;
        }
        why->cases++;
        demand += f->units;
        for (size_t s = v * f->units; s < (v + 1) * f->units; s++)
            demand -= f->place[s] != NOBODY && !is_settled(f, (uint32_t)t->cases + f->place[s]);
    }
    why->demand = (demand + f->halves - 1) / f->halves;
    why->supply = supply / f->halves;
}

static assay_status no_load(flow *f, size_t stuck, assay_assign_failure *why, assay_err *err)
{
    *why = (assay_assign_failure){.outcome = ASSAY_ASSIGN_NO_LOAD, .at = stuck};
    find_crowd(f, why);
    size_t missing = flow_fill(f, true, &stuck);
    why->missing = (missing + f->halves - 1) / f->halves;
    assay_fail(
        err, ASSAY_UNDEFINED, why->at,
        "case %zu: %zu cases need %llu judgings of %zu judges whose loads allow %llu; in all "
        "%llu cannot be given",
        why->at, why->cases, (unsigned long long)why->demand, why->judges,
        (unsigned long long)why->supply, (unsigned long long)why->missing);
    return assay_hint(err, "raise loads, add judges, or ask for fewer judges a case");
}

/* -- flow ------------------------------------------------------------------------------------- */

static assay_status fill(flow *f, assay_assign_failure *why, assay_err *err)
{
    size_t width = f->units * 8 > LEAST_WIDTH ? f->units * 8 : LEAST_WIDTH;
    for (;; width *= 4) {
        size_t stuck = 0;
        f->width = width < f->task->judges ? width : f->task->judges;
        flow_list(f);
        for (size_t i = 0; i < f->task->cases; i++)
            if (f->count[i] < f->units)
                return too_few(f, i, why, err);
        bool is_filled = flow_fill(f, false, &stuck) == 0;
        if (is_filled && flow_is_optimal(f))
            return ASSAY_OK;
        if (f->width == f->task->judges)
            return is_filled ? ASSAY_OK : no_load(f, stuck, why, err);
    }
}

static double expected_cost(const flow *f)
{
    const assay_assign_task *t = f->task;
    double sum = 0;
    for (size_t s = 0; t->cost && s < t->cases * f->units; s++)
        sum += t->cost[s / f->units * t->judges + f->place[s]];
    for (size_t j = 0; j < t->judges; j++)
        for (uint32_t u = 0; t->balance && u < f->used[j]; u++)
            sum += (double)(u / f->halves) * t->balance;
    return sum / f->halves;
}

/* -- chance -------------------------------------------------------------------------------------
 */

enum { UNWALKED, LEFT, RIGHT };

/* The next place of a judge that no trail has taken. */
static uint32_t free_of_judge(flow *f, const uint32_t *colour, uint32_t j)
{
    while (f->first[j] != NOBODY && colour[f->first[j]] != UNWALKED)
        f->first[j] = f->next[f->first[j]];
    return f->first[j];
}

/* One of the free places of case i, by lot: the order they were filled in is one of cost. */
static uint32_t free_of_case(const flow *f, const uint32_t *colour, uint32_t i, assay_draw *d)
{
    uint32_t from = (uint32_t)(i * f->units), to = from + (uint32_t)f->units, n = 0;
    for (uint32_t s = from; s < to; s++)
        n += colour[s] == UNWALKED;
    uint32_t skip = (uint32_t)assay_draw_below(d, n);
    for (uint32_t s = from;; s++)
        if (colour[s] == UNWALKED && skip-- == 0)
            return s;
}

/* Walk from judge j until no free place leads on; places take the two colours in turn. */
static void walk(flow *f, uint32_t *colour, uint32_t j, assay_draw *d)
{
    bool coin = assay_draw_next(d) & 1;
    for (uint32_t s; (s = free_of_judge(f, colour, j)) != NOBODY;) {
        colour[s] = coin ? LEFT : RIGHT;
        uint32_t other = free_of_case(f, colour, s / (uint32_t)f->units, d);
        colour[other] = coin ? RIGHT : LEFT;
        j = f->place[other];
    }
}

/* Keep half of every case's places, each with a chance of one half. */
static void toss(flow *f, uint32_t *chosen)
{
    const assay_assign_task *t = f->task;
    uint32_t *colour = f->last;
    assay_draw d = assay_draw_of(t->seed, 1);
    memset(colour, 0, t->cases * f->units * sizeof *colour);
    for (int is_even = 0; is_even < 2; is_even++) /* open trails first, from odd to odd */
        for (uint32_t j = 0; j < t->judges; j++)
            if (is_even || f->used[j] % 2)
                while (free_of_judge(f, colour, j) != NOBODY) {
                    walk(f, colour, j, &d);
                    if (!is_even)
                        break;
                }
    for (size_t i = 0, n = 0; i < t->cases; i++)
        for (size_t s = i * f->units; s < (i + 1) * f->units; s++)
            if (colour[s] == LEFT)
                chosen[n++] = f->place[s];
}

/* -- connection ---------------------------------------------------------------------------------
 */

typedef struct {
    const assay_assign_task *task;
    uint32_t *chosen, *parent, *load;
} design;

static uint32_t root_of(uint32_t *parent, uint32_t v)
{
    while (parent[v] != v) {
        parent[v] = parent[parent[v]];
        v = parent[v];
    }
    return v;
}

static size_t count_parts(const design *d)
{
    const assay_assign_task *t = d->task;
    size_t parts = t->cases;
    for (uint32_t v = 0; v < t->cases + t->judges; v++)
        d->parent[v] = v;
    for (size_t e = 0; e < t->cases * t->per_case; e++) {
        uint32_t judge = (uint32_t)t->cases + d->chosen[e];
        uint32_t a = root_of(d->parent, (uint32_t)(e / t->per_case));
        uint32_t b = root_of(d->parent, judge);
        if (a == b)
            continue;
        parts -= b != judge; /* a judge joins for the first time at no piece less */
        d->parent[b] = a;
    }
    return parts;
}

static bool holds(const design *d, size_t i, uint32_t j)
{
    for (size_t e = i * d->task->per_case; e < (i + 1) * d->task->per_case; e++)
        if (d->chosen[e] == j)
            return true;
    return false;
}

static bool can_take(const design *d, size_t i, uint32_t j)
{
    const assay_assign_task *t = d->task;
    return (!t->bar || t->bar[i * t->judges + j] == 0) && !holds(d, i, j);
}

static void swap(design *d, size_t e, size_t g)
{
    uint32_t judge = d->chosen[e];
    d->chosen[e] = d->chosen[g];
    d->chosen[g] = judge;
}

/* What exchanging the judges of places e and g costs; no load changes. */
static int64_t exchange_cost(const design *d, size_t e, size_t g)
{
    const assay_assign_task *t = d->task;
    size_t i = e / t->per_case * t->judges, k = g / t->per_case * t->judges;
    if (!t->cost)
        return 0;
    return (int64_t)t->cost[i + d->chosen[g]] + t->cost[k + d->chosen[e]] -
           t->cost[i + d->chosen[e]] - t->cost[k + d->chosen[g]];
}

static uint32_t part_of(const design *d, size_t place)
{
    return root_of(d->parent, (uint32_t)(place / d->task->per_case));
}

/* The case that stands for the piece with most cases. */
static uint32_t largest_part(const design *d)
{
    uint32_t largest = 0;
    memset(d->load, 0, d->task->cases * sizeof *d->load);
    for (size_t i = 0; i < d->task->cases; i++) {
        uint32_t root = root_of(d->parent, (uint32_t)i);
        largest = ++d->load[root] > d->load[largest] ? root : largest;
    }
    return largest;
}

/* Does this exchange leave fewer pieces? The pieces are then forgotten. */
static bool joins(design *d, size_t e, size_t g, size_t parts)
{
    swap(d, e, g);
    bool is_better = count_parts(d) < parts;
    swap(d, e, g);
    count_parts(d);
    return is_better;
}

/* Make the cheapest exchange that joins a smaller piece to another. */
static bool exchange_best(design *d, size_t *parts)
{
    size_t places = d->task->cases * d->task->per_case, from = 0, to = 0, tries = 0;
    uint32_t largest = largest_part(d);
    int64_t least = INT64_MAX;
    for (size_t e = 0; e < places; e++) {
        if (part_of(d, e) == largest)
            continue;
        for (size_t g = 0; g < places && tries < TRIES; g++) {
            if (part_of(d, g) == part_of(d, e) || exchange_cost(d, e, g) >= least ||
                !can_take(d, e / d->task->per_case, d->chosen[g]) ||
                !can_take(d, g / d->task->per_case, d->chosen[e]))
                continue;
            tries++;
            if (!joins(d, e, g, *parts))
                continue;
            least = exchange_cost(d, e, g);
            from = e;
            to = g;
        }
    }
    if (least == INT64_MAX)
        return false;
    swap(d, from, to);
    *parts = count_parts(d);
    return true;
}

/* -- where nobody has two cases, an exchange joins nothing: one judge takes another's place ------- */

static void count_loads(design *d)
{
    memset(d->load, 0, d->task->judges * sizeof *d->load);
    for (size_t e = 0; e < d->task->cases * d->task->per_case; e++)
        d->load[d->chosen[e]]++;
}

static int64_t move_cost(const design *d, size_t e, uint32_t j)
{
    const assay_assign_task *t = d->task;
    size_t i = e / t->per_case * t->judges;
    int64_t cost = t->cost ? (int64_t)t->cost[i + j] - t->cost[i + d->chosen[e]] : 0;
    return cost + (int64_t)t->balance * ((int64_t)d->load[j] - d->load[d->chosen[e]] + 1);
}

static bool move_joins(design *d, size_t e, uint32_t j, size_t parts)
{
    uint32_t kept = d->chosen[e];
    d->chosen[e] = j;
    bool is_better = count_parts(d) < parts;
    d->chosen[e] = kept;
    count_parts(d);
    return is_better;
}

/* Make the cheapest move of a judge with room in his load into another piece. */
static bool move_best(design *d, size_t *parts)
{
    const assay_assign_task *t = d->task;
    size_t places = t->cases * t->per_case, to = 0, tries = 0;
    uint32_t largest = largest_part(d), judge = 0;
    int64_t least = INT64_MAX;
    count_loads(d);
    for (size_t e = 0; e < places; e++)
        for (size_t g = 0; part_of(d, e) != largest && g < places && tries < TRIES; g++) {
            uint32_t j = d->chosen[g];
            if (part_of(d, g) == part_of(d, e) || d->load[j] >= t->load[j] ||
                move_cost(d, e, j) >= least || !can_take(d, e / t->per_case, j))
                continue;
            tries++;
            if (!move_joins(d, e, j, *parts))
                continue;
            least = move_cost(d, e, j);
            to = e;
            judge = j;
        }
    if (least == INT64_MAX)
        return false;
    d->chosen[to] = judge;
    *parts = count_parts(d);
    return true;
}

static void connect(design *d, assay_assign *out)
{
    out->parts = count_parts(d);
    while (d->task->is_connected && out->parts > 1 &&
           (exchange_best(d, &out->parts) || move_best(d, &out->parts)))
        out->exchanges++;
}

/* -- result -------------------------------------------------------------------------------------
 */

static void sort_judges(uint32_t *judges, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t moving = judges[i];
        size_t j = i;
        for (; j && judges[j - 1] > moving; j--)
            judges[j] = judges[j - 1];
        judges[j] = moving;
    }
}

static void sum_up(const design *d, assay_assign *out)
{
    const assay_assign_task *t = d->task;
    memset(d->load, 0, t->judges * sizeof *d->load);
    for (size_t e = 0; e < t->cases * t->per_case; e++) {
        out->cost += t->cost ? t->cost[e / t->per_case * t->judges + d->chosen[e]] : 0;
        out->cost += (int64_t)t->balance * d->load[d->chosen[e]]++;
    }
    out->least_load = t->judges ? UINT32_MAX : 0;
    for (size_t j = 0; j < t->judges; j++) {
        out->least_load = d->load[j] < out->least_load ? d->load[j] : out->least_load;
        out->most_load = d->load[j] > out->most_load ? d->load[j] : out->most_load;
    }
    for (size_t i = 0; i < t->cases; i++)
        sort_judges(d->chosen + i * t->per_case, t->per_case);
}

static double gap_of(const flow *f, const assay_assign *a)
{
    double places = (double)(f->task->cases * f->units), scale = (double)f->scale;
    double ties = places * FLOW_NOISE > scale ? places * FLOW_NOISE / scale / f->halves : 0;
    return fmax(0, (double)a->cost - a->expected_cost) + ties;
}

assay_status assay_assign_judges(const assay_assign_task *task, void *scratch, uint32_t *chosen,
                                 assay_assign *out, assay_assign_failure *failure, assay_err *err)
{
    assay_assign_failure unwanted, *why = failure ? failure : &unwanted;
    assay_assign a = {0};
    assay_status status = check_task(task, err);
    if (status != ASSAY_OK)
        return status;
    flow f = flow_of(task, scratch);
    status = fill(&f, why, err);
    if (status != ASSAY_OK)
        return status;
    a.expected_cost = expected_cost(&f);
    design d = {task, chosen, f.from, f.heap};
    if (task->is_random)
        toss(&f, chosen);
    else
        memcpy(chosen, f.place, task->cases * task->per_case * sizeof *chosen);
    connect(&d, &a);
    if (task->is_connected && a.parts > 1) {
        *why = (assay_assign_failure){.outcome = ASSAY_ASSIGN_UNCONNECTED, .parts = a.parts};
        assay_fail(err, ASSAY_UNDEFINED, 0,
                   "judges and cases stay in %zu pieces that no exchange found connects", a.parts);
        return assay_hint(err, "more judges a case, or fewer bars, leave more ways");
    }
    sum_up(&d, &a);
    a.gap = gap_of(&f, &a);
    *out = a;
    return ASSAY_OK;
}
