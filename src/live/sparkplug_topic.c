/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/sparkplug_topic.h"

#include "base/text.h"

#include <jansson.h>
#include <string.h>

static const char *const verbs[] = {"NBIRTH", "NDEATH", "NDATA", "NCMD",
                                    "DBIRTH", "DDEATH", "DDATA", "DCMD"};

/* Cuts at '/'; the count of levels, or `most` + 1 for more. */
static size_t split(const char *text, size_t length, size_t most, sparkplug_word *out)
{
    size_t n = 0;
    const char *end = text + length;
    for (;;) {
        const char *slash = memchr(text, '/', (size_t)(end - text));
        if (n == most)
            return most + 1;
        out[n++] = (sparkplug_word){text, (size_t)((slash ? slash : end) - text)};
        if (!slash)
            return n;
        text = slash + 1;
    }
}

static bool is_word(sparkplug_word w, const char *text)
{
    return w.length == strlen(text) && memcmp(w.text, text, w.length) == 0;
}

static bool is_id(sparkplug_word w)
{
    return w.length && w.length <= SPARKPLUG_ID_MAX && !memchr(w.text, '+', w.length) &&
           !memchr(w.text, '#', w.length) && !memchr(w.text, 0, w.length) &&
           utf8_valid(w.text, w.length) == w.length;
}

static bool verb_read(sparkplug_word w, sparkplug_verb *out)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (is_word(w, verbs[i])) {
            *out = (sparkplug_verb)i;
            return true;
        }
    }
    return false;
}

static bool state_topic(const sparkplug_word *w, size_t n, sparkplug_topic *out)
{
    if (n != 3 || !is_id(w[2]))
        return false;
    *out = (sparkplug_topic){.verb = SPARKPLUG_STATE, .node = w[2]};
    return true;
}

bool sparkplug_topic_read(const char *topic, size_t length, sparkplug_topic *out)
{
    sparkplug_word w[5];
    sparkplug_verb verb;
    size_t n = split(topic, length, 5, w);
    if (n < 3 || n > 5 || !is_word(w[0], "spBv1.0"))
        return false;
    if (is_word(w[1], "STATE"))
        return state_topic(w, n, out);
    if (!verb_read(w[2], &verb) || n != (verb >= SPARKPLUG_DBIRTH ? 5u : 4u) || !is_id(w[1]) ||
        !is_id(w[3]) || (n == 5 && !is_id(w[4])))
        return false;
    *out = (sparkplug_topic){verb, w[1], w[3], n == 5 ? w[4] : (sparkplug_word){"", 0}};
    return true;
}

bool sparkplug_state_read(const char *payload, size_t length, bool *is_online, int64_t *timestamp)
{
    if (length > SPARKPLUG_STATE_MAX)
        return false;
    json_t *state = json_loadb(payload, length, JSON_REJECT_DUPLICATES, NULL);
    const json_t *online = json_object_get(state, "online"),
                 *time = json_object_get(state, "timestamp");
    bool is_good =
        json_is_boolean(online) && json_is_integer(time) && json_integer_value(time) >= 0;
    if (is_good) {
        *is_online = json_is_true(online);
        *timestamp = json_integer_value(time);
    }
    json_decref(state);
    return is_good;
}

void sparkplug_state_write(buf *out, bool is_online, int64_t timestamp_ms)
{
    buf_addf(out, "{\"online\":%s,\"timestamp\":%lld}", is_online ? "true" : "false",
             (long long)timestamp_ms);
}
