/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people say of single points of a chart: "new coil", "lamp was off".
 *
 * A note is a record of its characteristic that names the measurement as an amendment does, by time
 * and serial number; its place in the series is kept for data without times. Nothing of it is ever
 * changed: an answer to a note is a note of its own.
 */
#ifndef SIGNAL_NOTES_H
#define SIGNAL_NOTES_H

#include "signal/analysis.h"

#define POINT_NOTE_TYPE "measurement.noted"

typedef struct {
    uint64_t sequence, to; /* to: sequence of the note that it answers; 0: none */
    int64_t said;
    const char *by, *text;
    uint64_t place;        /* of the measurement when it was said, from 1 */
    int64_t time;          /* of the measurement; TIME_NONE: it has none */
    const char *serial;    /* of the measurement, or NULL */
} point_note;

typedef struct point_notes {
    arena memory;
    point_note *item; /* in the order they were said; erased ones are left out */
    size_t count;
} point_notes;

/* Those of one characteristic, `object`, up to commit `as_of`. notes_done accepts a half-read or zeroed list. */
ASSAY_MUST_USE assay_status notes_read(store *s, const object_id *object, uint64_t as_of,
                                       point_notes *out, assay_err *err);
void notes_done(point_notes *n);

/* The subgroup of `a`, from 0, that holds the measurement of a note; false: none of this series. */
bool notes_point(const analysis *a, const point_note *note, size_t *out);

#endif
