/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plant that is not there: three lines with the troubles real ones have.
 *
 *   machining  the diameter of a shaft: the tool wears, is changed, and one in three wears fast
 *   moulding   the weight of a housing from four cavities: every fourth lot of resin is light
 *   assembly   the torque of a screw: the gauge sticks for two minutes; and the leak rate of a
 *              seal, whose tester falls silent for two minutes
 *
 * Readings come without end, in the order of their times. Everything follows from the seed; each
 * gauge has random numbers of its own. No allocation.
 */
#ifndef CLI_PLANT_H
#define CLI_PLANT_H

#include <stdbool.h>
#include <stdint.h>

enum { PLANT_GAUGES = 4 };

typedef struct {
    const char *source; /* who sends it: "machining" ... */
    const char *part, *name, *unit;
    int decimals;
    double nominal, lower, upper; /* specification */
    double sigma;                 /* of what does not drift */
    double every_s;
} plant_gauge;
extern const plant_gauge plant_gauges[PLANT_GAUGES];

typedef struct {
    uint64_t random;
    uint64_t count; /* readings so far */
    double next_s;
    /* the trouble of this gauge */
    double offset, drift; /* of the tool or the lot */
    uint64_t age, number; /* readings since it began; which one it is, from 1 */
    int64_t last;
} plant_state;

typedef struct {
    bool is_calm; /* wear and lots as usual, no trouble */
    plant_state gauge[PLANT_GAUGES];
} plant;

typedef struct {
    int gauge;
    double time_s;    /* since the plant began */
    int64_t mantissa; /* of `decimals` of the gauge */
    uint64_t serial;  /* from 1 */
    uint64_t batch;   /* number of the tool or lot; 0: none */
    unsigned cavity;  /* 1..4; 0: none */
} plant_reading;

void plant_begin(plant *p, uint64_t seed, bool is_calm);
void plant_next(plant *p, plant_reading *out);

#endif
