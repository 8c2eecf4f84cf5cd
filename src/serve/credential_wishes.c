/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve/credential_wishes.h"

#include "base/time.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* reply.h brings base/json.h, which does not go together with jansson.h. */
void reply_problemf(request *r, unsigned status, const char *pointer, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool take_time(const char *text, int64_t *out)
{
    int32_t offset;
    return text && time_parse_iso(text, strlen(text), out, &offset);
}

/* A member of a wish. What is wrong with it; NULL: nothing. */
static const char *take_member(request *r, credential_wish *w, const char *name, const json_t *value)
{
    const struct {
        const char *name, **to;
    } texts[] = {{"holder", &w->holder},       {"email", &w->email},
                 {"subject", &w->subject},     {"title", &w->title},
                 {"narrative", &w->narrative}, {"license", &w->license_number},
                 {"role", &w->role}};
    const char *text = json_string_value(value);
    bool is_from = strcmp(name, "from") == 0;
    if (is_from || strcmp(name, "until") == 0)
        return take_time(text, is_from ? &w->from : &w->until) ? NULL : "a time was expected";
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(texts[i].name, name) == 0) {
            *texts[i].to = text ? request_copy(r, text, strlen(text)) : NULL;
            return text ? NULL : "a text was expected";
        }
    return "no member of a credential";
}

static bool take_wish(request *r, const json_t *o, const char *place, credential_wish *w)
{
    char pointer[160];
    const char *name;
    json_t *value;
    if (!json_is_object(o)) {
        reply_problemf(r, 422, place, "an object was expected");
        return false;
    }
    json_object_foreach((json_t *)(uintptr_t)o, name, value) {
        bool is_common = !*place && (strcmp(name, "achievement") == 0 || strcmp(name, "why") == 0);
        const char *wrong = is_common ? NULL : take_member(r, w, name, value);
        if (!wrong)
            continue;
        snprintf(pointer, sizeof pointer, "%s/%.100s", place, name);
        reply_problemf(r, 422, pointer, "%.60s: %s", name, wrong);
        return false;
    }
    return true;
}

/* Beside a batch stand achievement and why alone: its rows say the rest. */
static bool is_batch_fine(const json_t *said, const json_t *batch)
{
    size_t n = json_array_size(batch);
    return !batch || (n >= 1 && n <= CREDENTIAL_BATCH_MOST && json_object_size(said) == 3);
}

bool credential_wishes_read(request *r, const char *achievement, credential_wishes *out)
{
    char place[40] = "";
    const json_t *said = (const json_t *)r->parsed, *batch = json_object_get(said, "batch");
    credential_wishes all = {.count = batch ? json_array_size(batch) : 1, .is_batch = batch != NULL};
    if (!is_batch_fine(said, batch)) {
        reply_problemf(r, 422, "/batch", "expected 1 to %d rows, and beside them achievement and why alone",
                       CREDENTIAL_BATCH_MOST);
        return false;
    }
    all.wish = request_room(r, all.count * sizeof *all.wish);
    if (!all.wish) {
        reply_problemf(r, 503, NULL, "no memory for a batch");
        return false;
    }
    for (size_t i = 0; i < all.count; i++) {
        if (batch)
            snprintf(place, sizeof place, "/batch/%zu", i);
        all.wish[i] = (credential_wish){.achievement = achievement, .from = TIME_NONE, .until = TIME_NONE, .awarded = TIME_NONE};
        if (!take_wish(r, batch ? json_array_get(batch, i) : said, place, &all.wish[i]))
            return false;
    }
    *out = all;
    return true;
}
