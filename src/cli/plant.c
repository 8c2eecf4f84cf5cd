/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers are splitmix64 (Steele, Lea, Flood 2014), a normal one the sum of twelve uniform
 * ones less six: exactly the same on every machine, and no reading is further out than 6 sigma. */
#include "cli/plant.h"

#include <math.h>

enum { DIAMETER, WEIGHT, TORQUE, LEAK };

enum {
    TOOL_LIFE = 450,     /* readings */
    BAD_TOOL_EVERY = 3,  /* the second of three */
    LOT_SIZE = 96,       /* readings */
    BAD_LOT_EVERY = 4,   /* the third of four */
    CAVITIES = 4,
    CYCLE_S = 900,       /* of what happens by the clock */
    STUCK_FROM_S = 240, STUCK_TO_S = 360,
    SILENT_FROM_S = 480, SILENT_TO_S = 600,
};

static const double usual_wear = 0.000002, bad_wear = 0.00004, wear_seen = 0.012; /* mm */
static const double bad_lot = -0.30;                                             /* g */

const plant_gauge plant_gauges[PLANT_GAUGES] = {
    [DIAMETER] = {"machining", "shaft", "diameter", "mm", 3, 20.000, 19.970, 20.030, 0.004, 2.0},
    [WEIGHT] = {"moulding", "housing", "weight", "g", 2, 48.50, 47.90, 49.10, 0.12, 2.5},
    [TORQUE] = {"assembly", "screw", "torque", "Nm", 2, 9.00, 8.20, 9.80, 0.18, 3.0},
    [LEAK] = {"tester", "seal", "leak", "ml/min", 1, 4.0, 0.0, 8.0, 0.6, 4.0},
};

static uint64_t random_next(plant_state *g)
{
    uint64_t x = g->random += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

static double normal_next(plant_state *g)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += (double)(random_next(g) >> 11) * 0x1p-53;
    return sum;
}

/* -- what each gauge goes through ------------------------------------------------------------- */

static void tool_change(plant *p, plant_state *g)
{
    g->number++;
    g->age = 0;
    g->offset = 0.0002 * normal_next(g);
    g->drift = !p->is_calm && g->number % BAD_TOOL_EVERY == 2 ? bad_wear : usual_wear;
}

/* A worn tool is noticed and changed before its time. */
static double diameter_shift(plant *p, plant_state *g)
{
    if (!g->number || g->age == TOOL_LIFE || g->drift * (double)g->age > wear_seen)
        tool_change(p, g);
    return g->offset + g->drift * (double)g->age++;
}

static double weight_shift(plant *p, plant_state *g)
{
    if (!g->number || g->age == LOT_SIZE) {
        g->number++;
        g->age = 0;
        g->offset = 0.005 * normal_next(g);
        g->drift = !p->is_calm && g->number % BAD_LOT_EVERY == 3 ? bad_lot : 0;
    }
    g->age++;
    return g->offset + g->drift;
}

static bool is_within(const plant *p, double time_s, int from_s, int to_s)
{
    double at = fmod(time_s, CYCLE_S);
    return !p->is_calm && at >= from_s && at < to_s;
}

static int64_t measure(plant *p, int i, double time_s)
{
    plant_state *g = &p->gauge[i];
    const plant_gauge *what = &plant_gauges[i];
    if (i == TORQUE && g->count && is_within(p, time_s, STUCK_FROM_S, STUCK_TO_S))
        return g->last;
    double shift = i == DIAMETER ? diameter_shift(p, g) : i == WEIGHT ? weight_shift(p, g) : 0;
    double value = what->nominal + shift + what->sigma * normal_next(g);
    return g->last = llround(value * pow(10, what->decimals));
}

/* -- readings ----------------------------------------------------------------------------------- */

void plant_begin(plant *p, uint64_t seed, bool is_calm)
{
    *p = (plant){.is_calm = is_calm};
    for (int i = 0; i < PLANT_GAUGES; i++) {
        p->gauge[i].random = (seed * PLANT_GAUGES + (uint64_t)i) * 0xD6E8FEB86659FD93u;
        p->gauge[i].next_s = 0.25 * i; /* not all at one instant */
    }
}

static int first_due(const plant *p)
{
    int first = 0;
    for (int i = 1; i < PLANT_GAUGES; i++)
        if (p->gauge[i].next_s < p->gauge[first].next_s)
            first = i;
    return first;
}

void plant_next(plant *p, plant_reading *out)
{
    int i;
    double now_s;
    do {
        i = first_due(p);
        now_s = p->gauge[i].next_s;
        p->gauge[i].next_s += plant_gauges[i].every_s;
    } while (i == LEAK && is_within(p, now_s, SILENT_FROM_S, SILENT_TO_S));
    plant_state *g = &p->gauge[i];
    int64_t mantissa = measure(p, i, now_s);
    *out = (plant_reading){i, now_s, mantissa, ++g->count, g->number, 0};
    if (i == WEIGHT)
        out->cavity = (unsigned)((g->count - 1) % CAVITIES) + 1;
}
