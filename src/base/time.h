/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Instants: nanoseconds of UTC since 1970-01-01, with the source's offset kept beside them.
 *
 * Range: years 1678 to 2262. TIME_NONE says that the source gave no time; none is invented.
 */
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include <assay/err.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_NONE        INT64_MIN
#define TIME_OFFSET_NONE INT32_MIN /* the source's offset from UTC is not known */

typedef struct {
    int year;
    int month, day, hour, minute, second; /* month and day from 1 */
    int32_t nanosecond;
} civil;

/* Calendar <-> nanoseconds, proleptic Gregorian. False outside the range or for no real date. */
bool civil_to_ns(const civil *c, int64_t *ns);
void civil_from_ns(int64_t ns, civil *out);

/* A zone of the system's tz database ("Europe/Berlin"), "UTC", "local" or "+09:00". */
typedef struct zone zone;
ASSAY_MUST_USE assay_status zone_open(const char *name, zone **out, assay_err *err);
void zone_close(zone *z);
/* Local wall time -> UTC. In the hour that happens twice `later` picks the second pass and
 * *folded is set; a wall time that never happens is refused (false). */
bool zone_to_utc(const zone *z, int64_t local_ns, bool later, int64_t *utc_ns, int32_t *offset_s,
                 bool *folded);
int32_t zone_offset(const zone *z, int64_t utc_ns);
/* The stretch of wall time around `local_ns`, half open, in which every wall time is one instant
 * with one offset; false inside an hour that happens twice or never. Lets a loop over many times
 * ask once per stretch. */
bool zone_plain(const zone *z, int64_t local_ns, int64_t *from_ns, int64_t *to_ns,
                int32_t *offset_s);

/* RFC 3339 / ISO 8601 extended form: "2026-01-05T07:21:00.123Z", blank for T, offset optional
 * (then *offset_s is TIME_OFFSET_NONE and *ns is wall time). */
bool time_parse_iso(const char *text, size_t length, int64_t *ns, int32_t *offset_s);

/* "2026-01-05T08:21:00+01:00"; as many fraction digits as are not zero (0, 3, 6 or 9).
 * TIME_OFFSET_NONE writes Z. room >= 40. Returns the length. */
size_t time_format(int64_t ns, int32_t offset_s, char *out, size_t room);

/* A span such as "90s", "10min", "1h", "2d": whole seconds from 1 to a year. */
bool time_span_read(const char *text, uint32_t *seconds);

int64_t time_now(void); /* CLOCK_REALTIME in ns */

#endif
