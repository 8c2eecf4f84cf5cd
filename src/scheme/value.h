/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A value of a scheme: what a field holds, what an expression gives. Never a binary float.
 *
 * Three states of "no number" differ everywhere: VALUE_MISSING (nobody said), VALUE_NA (said: does
 * not apply) and zero. A zeroed struct is VALUE_MISSING. Values are small and passed by value;
 * what they point to lies in the arena of whoever made them and is never changed.
 */
#ifndef SCHEME_VALUE_H
#define SCHEME_VALUE_H

#include "base/arena.h"
#include "base/buf.h"

#include <assay/err.h>
#include <assay/rational.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    VALUE_MISSING,
    VALUE_NA,
    VALUE_BOOL,
    VALUE_NUMBER,
    VALUE_TEXT,
    VALUE_DATE,
    VALUE_DURATION,
    VALUE_LIST,
    VALUE_RECORD,
} value_kind;

/* Months and seconds do not convert into each other: 1mo is no number of days. A difference of
 * two dates keeps its start, so that `today - given >= 3y` is exact. */
typedef struct {
    int32_t months;
    int64_t seconds;
    int64_t start; /* seconds since 1970 of the earlier date of a difference; else DURATION_LOOSE */
} value_duration;
#define DURATION_LOOSE INT64_MIN

typedef struct value value;
typedef struct value_member value_member;
struct value {
    value_kind kind;
    bool has_time; /* VALUE_DATE: an instant, not a day */
    union {
        bool truth;
        assay_rational number;
        const char *text;
        int64_t date; /* seconds of UTC since 1970; a day is its midnight */
        value_duration duration;
        struct {
            const value *item;
            size_t count;
        } list;
        struct {
            const value_member *member;
            size_t count;
        } record;
    } as;
};
struct value_member {
    const char *name;
    value value;
};

#define VALUE_NONE ((value){.kind = VALUE_MISSING})
value value_na(void);
value value_bool(bool truth);
value value_number(assay_rational number);
value value_whole(int64_t whole);
value value_text(const char *text); /* not copied */
value value_day(int64_t seconds);   /* cut to its midnight */
value value_instant(int64_t seconds);
value value_period(int32_t months, int64_t seconds);

bool value_is_true(value v);  /* VALUE_BOOL and true */
bool value_is_given(value v); /* neither missing nor n/a */
/* The member of a record; missing when there is none or v is no record. */
value value_member_of(value v, const char *name);

/* -1, 0, 1 in *out for two of the same kind; false when they have no order: other kinds, lists,
 * missing, months against days. */
bool value_compare(value a, value b, int *out);

/* A date moved by months, then seconds; the day is clamped to the month's end (01-31 + 1mo is the
 * last of February). False outside the years 1678 to 2262. */
bool date_add(int64_t date, int32_t months, int64_t seconds, int64_t *out);

/* Reading. Dates are 2026-04-01, 2026-04 (its first day) or RFC 3339 with a time; durations are
 * runs of 3y 6mo 2w 30d 40h 15min 10s. False for anything else. */
bool date_parse(const char *text, size_t length, int64_t *seconds, bool *has_time);
bool duration_parse(const char *text, size_t length, value_duration *out);

/* One text for one value: numbers exact ("87.5", "263/3"), dates ISO, durations "3y", "40h"; text
 * as it is; missing and n/a by these words; lists in [], records in {}. */
void value_format(value v, buf *out);
/* The same as JSON: numbers as text, missing null, n/a {"na": true}. */
void value_json(value v, buf *out);

/* A deep copy into `a`; VALUE_MISSING and false when memory is short. */
bool value_copy(arena *a, value v, value *out);

#endif
