/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time zones from the system's tz database (TZif, RFC 8536), without the C library's global zone.
 *
 * A zone is a sorted list of spans, each with one offset. The rule at the end of a TZif file
 * ("CET-1CEST,M3.5.0,M10.5.0/3") is written out as spans up to 2263, so that every question is
 * one search in one list. */
#include "base/i18n.h"
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S INT64_C(1000000000)

enum { span_room = 2048, file_max = 64 * 1024, year_last = 2262 };

typedef struct {
    int64_t from; /* UTC seconds; the first span begins at INT64_MIN */
    int32_t offset;
} span;

struct zone {
    size_t count;
    span spans[span_room];
};

static bool span_add(zone *z, int64_t from, int32_t offset)
{
    if (z->count && z->spans[z->count - 1].offset == offset)
        return true;
    if (z->count == span_room || (z->count && from <= z->spans[z->count - 1].from))
        return false;
    z->spans[z->count++] = (span){from, offset};
    return true;
}

/* -- the rule at the end of a file (POSIX TZ) -- */

typedef struct {
    char kind; /* 'M' month.week.day, 'J' 1..365 without 29 February, 'N' 0..365 */
    int month, week, day;
    int32_t time_s;
} rule_date;

static const char *skip_name(const char *p)
{
    if (*p == '<') {
        while (*p && *p != '>')
            p++;
        return *p ? p + 1 : p;
    }
    while ((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z'))
        p++;
    return p;
}

static const char *take_int(const char *p, int *out)
{
    int value = 0;
    if (*p < '0' || *p > '9')
        return NULL;
    for (; *p >= '0' && *p <= '9' && value < 100000; p++)
        value = value * 10 + (*p - '0');
    *out = value;
    return p;
}

/* [+-]h[:mm[:ss]] in seconds */
static const char *take_hms(const char *p, int32_t *out)
{
    int sign = *p == '-' ? -1 : 1, part, unit = 3600;
    int32_t total = 0;
    if (*p == '-' || *p == '+')
        p++;
    for (; unit; unit = unit == 3600 ? 60 : unit == 60 ? 1 : 0) {
        if (!(p = take_int(p, &part)) || part > 200)
            return NULL;
        total += part * unit;
        if (*p != ':')
            break;
        p++;
    }
    *out = sign * total;
    return p;
}

static const char *take_date(const char *p, rule_date *out)
{
    *out = (rule_date){.time_s = 7200};
    if (*p == 'M') {
        out->kind = 'M';
        if (!(p = take_int(p + 1, &out->month)) || *p != '.' ||
            !(p = take_int(p + 1, &out->week)) || *p != '.' || !(p = take_int(p + 1, &out->day)))
            return NULL;
        if (out->month < 1 || out->month > 12 || out->week < 1 || out->week > 5 || out->day > 6)
            return NULL;
    } else {
        out->kind = *p == 'J' ? 'J' : 'N';
        if (!(p = take_int(*p == 'J' ? p + 1 : p, &out->day)) || out->day > 366)
            return NULL;
    }
    return *p == '/' ? take_hms(p + 1, &out->time_s) : p;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t year_start_day(int year)
{
    civil c = {.year = year, .month = 1, .day = 1};
    int64_t ns = 0;
    civil_to_ns(&c, &ns);
    return ns / (86400 * NS_PER_S);
}

/* The day a rule means in the year that begins with day `start` since 1970. */
static int64_t rule_day(const rule_date *r, int year, int64_t start)
{
    static const int16_t before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    if (r->kind == 'J')
        return start + r->day - 1 + (is_leap(year) && r->day >= 60);
    if (r->kind == 'N')
        return start + r->day;
    int64_t first = start + before[r->month - 1] + (is_leap(year) && r->month > 2);
    int64_t next = start + before[r->month] + (is_leap(year) && r->month > 1);
    int weekday = (int)((first % 7 + 7 + 4) % 7); /* 1970-01-01 was a Thursday */
    int64_t day = first + (r->day - weekday + 7) % 7 + 7 * (r->week - 1);
    return day >= next ? day - 7 : day;
}

typedef struct {
    int32_t standard, summer; /* seconds east */
    bool has_summer;
    rule_date start, end;
} rule;

static bool rule_parse(const char *text, rule *r)
{
    int32_t west;
    *r = (rule){0};
    const char *p = skip_name(text);
    if (p == text || !(p = take_hms(p, &west)))
        return false;
    r->standard = -west;
    if (!*p)
        return true;
    const char *name = p;
    p = skip_name(p);
    r->summer = r->standard + 3600;
    if (p > name && *p && *p != ',') {
        if (!(p = take_hms(p, &west)))
            return false;
        r->summer = -west;
    }
    r->has_summer = true;
    return p > name && *p == ',' && (p = take_date(p + 1, &r->start)) && *p == ',' &&
           (p = take_date(p + 1, &r->end)) && !*p;
}

/* Spans of the rule behind the last one of the file. */
static bool rule_expand(zone *z, const rule *r)
{
    int64_t after = z->count ? z->spans[z->count - 1].from : INT64_MIN;
    if (!r->has_summer)
        return z->count ? true : span_add(z, INT64_MIN, r->standard);
    int year = 1970;
    if (after > 0) {
        civil c;
        civil_from_ns(after > INT64_MAX / NS_PER_S ? INT64_MAX : after * NS_PER_S, &c);
        year = c.year;
    }
    if (z->count == 0 && !span_add(z, INT64_MIN, r->standard))
        return false;
    int64_t day = year_start_day(year);
    for (; year < year_last; day += 365 + is_leap(year), year++) {
        int64_t start = rule_day(&r->start, year, day) * 86400 + r->start.time_s - r->standard;
        int64_t end = rule_day(&r->end, year, day) * 86400 + r->end.time_s - r->summer;
        int64_t first = start < end ? start : end, second = start < end ? end : start;
        int32_t first_offset = start < end ? r->summer : r->standard;
        int32_t second_offset = start < end ? r->standard : r->summer;
        if (first > after && !span_add(z, first, first_offset))
            return false;
        if (second > after && !span_add(z, second, second_offset))
            return false;
    }
    return true;
}

/* -- TZif -- */

static int64_t be_read(const unsigned char *p, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | p[i];
    return bytes == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
}

typedef struct {
    uint64_t isut, isstd, leaps, times, types, chars;
    size_t body; /* bytes behind the header */
} tzif_header;

static bool tzif_header_read(const unsigned char *p, size_t left, int time_size, tzif_header *h)
{
    if (left < 44 || memcmp(p, "TZif", 4) != 0)
        return false;
    uint64_t counts[6];
    for (int i = 0; i < 6; i++) {
        counts[i] = (uint32_t)be_read(p + 20 + 4 * i, 4);
        if (counts[i] > file_max)
            return false;
    }
    *h = (tzif_header){counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], 0};
    h->body = h->times * ((size_t)time_size + 1) + h->types * 6 + h->chars +
              h->leaps * ((size_t)time_size + 4) + h->isstd + h->isut;
    return h->types > 0 && left - 44 >= h->body;
}

/* The second block of a version 2 file, with 64-bit times, and the rule behind it. */
static bool tzif_parse(zone *z, unsigned char *data, size_t length)
{
    tzif_header h;
    if (!tzif_header_read(data, length, 4, &h) || data[4] < '2')
        return false;
    size_t at = 44 + h.body;
    if (!tzif_header_read(data + at, length - at, 8, &h))
        return false;
    const unsigned char *times = data + at + 44, *indices = times + h.times * 8;
    const unsigned char *types = indices + h.times;
    if (!span_add(z, INT64_MIN, (int32_t)be_read(types, 4)))
        return false;
    for (size_t i = 0; i < h.times; i++) {
        if (indices[i] >= h.types ||
            !span_add(z, be_read(times + 8 * i, 8), (int32_t)be_read(types + 6 * indices[i], 4)))
            return false;
    }
    char *footer = (char *)data + at + 44 + h.body, *stop = NULL;
    size_t left = length - (at + 44 + h.body);
    if (left < 2 || footer[0] != '\n' || !(stop = memchr(footer + 1, '\n', left - 1)))
        return left == 0;
    *stop = 0;
    rule r;
    return stop == footer + 1 || (rule_parse(footer + 1, &r) && rule_expand(z, &r));
}

static bool name_is_safe(const char *name)
{
    return name[0] && name[0] != '/' && !strstr(name, "..") && strlen(name) < 200;
}

static assay_status tzif_open(zone *z, const char *path, const char *name, assay_err *err)
{
    unsigned char *data = malloc(file_max + 1);
    if (!data)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the time zone %s", name);
    FILE *file = fopen(path, "rbe");
    size_t length = file ? fread(data, 1, file_max, file) : 0;
    if (file)
        fclose(file);
    bool is_good = length > 0 && tzif_parse(z, data, length);
    free(data);
    if (is_good)
        return ASSAY_OK;
    if (length > 0)
        return assay_fail(err, ASSAY_FORMAT, 0, "the tz database has a damaged zone \"%s\"", name);
    assay_fail(err, ASSAY_NOT_FOUND, 0, "no time zone is named \"%s\"", name);
    assay_hint(err, _("names look like Europe/Berlin, Asia/Seoul, UTC or +09:00"));
    return ASSAY_NOT_FOUND;
}

static bool fixed_offset(const char *name, int32_t *offset)
{
    if (strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0 || strcmp(name, "utc") == 0) {
        *offset = 0;
        return true;
    }
    char text[48];
    int64_t ns;
    if ((name[0] != '+' && name[0] != '-') || strlen(name) > 6)
        return false;
    snprintf(text, sizeof text, "2000-01-01T00:00:00%s", name);
    return time_parse_iso(text, strlen(text), &ns, offset);
}

static assay_status zone_fill(zone *z, const char *name, assay_err *err)
{
    int32_t offset;
    if (fixed_offset(name, &offset)) {
        span_add(z, INT64_MIN, offset);
        return ASSAY_OK;
    }
    if (strcmp(name, "local") == 0) {
        const char *tz = getenv("TZ");
        if (!tz || !*tz)
            return tzif_open(z, "/etc/localtime", "local", err);
        name = *tz == ':' ? tz + 1 : tz;
    }
    char path[256] = "";
    if (name_is_safe(name))
        snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    return tzif_open(z, path, name, err);
}

assay_status zone_open(const char *name, zone **out, assay_err *err)
{
    zone *z = calloc(1, sizeof *z);
    if (!z)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for the time zone %s", name);
    assay_status status = zone_fill(z, name, err);
    if (status == ASSAY_OK)
        *out = z;
    else
        zone_close(z);
    return status;
}

void zone_close(zone *z)
{
    free(z);
}

/* -- questions -- */

static size_t span_at(const zone *z, int64_t utc_s)
{
    size_t low = 0, high = z->count;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (z->spans[middle].from <= utc_s)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static int64_t floor_s(int64_t ns)
{
    return ns / NS_PER_S - (ns % NS_PER_S < 0);
}

int32_t zone_offset(const zone *z, int64_t utc_ns)
{
    return z->spans[span_at(z, floor_s(utc_ns))].offset;
}

static int64_t span_end(const zone *z, size_t i)
{
    return i + 1 < z->count ? z->spans[i + 1].from : INT64_MAX;
}

/* The spans in which the wall clock shows this time: none, one or two, earlier one first. */
static size_t spans_of_wall(const zone *z, int64_t wall_s, size_t found[static 2])
{
    size_t count = 0;
    for (size_t i = span_at(z, wall_s - 86400 * 2); i < z->count && count < 2; i++) {
        int64_t utc = wall_s - z->spans[i].offset;
        if (z->spans[i].from > wall_s + 86400 * 2)
            break;
        if (utc >= z->spans[i].from && utc < span_end(z, i))
            found[count++] = i;
    }
    return count;
}

bool zone_to_utc(const zone *z, int64_t local_ns, bool later, int64_t *utc_ns, int32_t *offset_s,
                 bool *folded)
{
    size_t found[2];
    size_t count = spans_of_wall(z, floor_s(local_ns), found);
    if (count == 0)
        return false;
    int32_t offset = z->spans[found[later ? count - 1 : 0]].offset;
    int64_t utc;
    if (__builtin_sub_overflow(local_ns, offset * NS_PER_S, &utc))
        return false;
    *utc_ns = utc;
    *offset_s = offset;
    *folded = count == 2;
    return true;
}

bool zone_plain(const zone *z, int64_t local_ns, int64_t *from_ns, int64_t *to_ns,
                int32_t *offset_s)
{
    size_t found[2];
    int64_t wall = floor_s(local_ns);
    if (spans_of_wall(z, wall, found) != 1)
        return false;
    size_t i = found[0];
    int64_t offset = z->spans[i].offset;
    int64_t from = INT64_MIN / NS_PER_S + 1, to = INT64_MAX / NS_PER_S - 1;
    if (i > 0) {
        int64_t before = z->spans[i - 1].offset;
        from = z->spans[i].from + (offset > before ? offset : before);
    }
    if (i + 1 < z->count) {
        int64_t after = z->spans[i + 1].offset;
        to = z->spans[i + 1].from + (offset < after ? offset : after);
    }
    *from_ns = from * NS_PER_S;
    *to_ns = to * NS_PER_S;
    *offset_s = (int32_t)offset;
    return local_ns >= *from_ns && local_ns < *to_ns;
}
