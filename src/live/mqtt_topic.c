/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/mqtt_topic.h"

#include "base/text.h"

#include <string.h>

enum { TOPIC_MAX = 65535 };

bool mqtt_name_is_valid(const char *text, size_t length)
{
    if (length == 0 || length > TOPIC_MAX)
        return false;
    unsigned high = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == 0 || text[i] == '+' || text[i] == '#')
            return false;
        high |= (unsigned char)text[i];
    }
    return high < 0x80 || utf8_valid(text, length) == length;
}

/* The level at text[at..length): its end. */
static size_t level_end(const char *text, size_t at, size_t length)
{
    const char *slash = memchr(text + at, '/', length - at);
    return slash ? (size_t)(slash - text) : length;
}

static bool levels_are_valid(const char *text, size_t length)
{
    for (size_t at = 0;; at++) {
        size_t end = level_end(text, at, length);
        bool is_wild = memchr(text + at, '+', end - at) || memchr(text + at, '#', end - at);
        if (is_wild && (end - at != 1 || (text[at] == '#' && end != length)))
            return false;
        if (end == length)
            return true;
        at = end;
    }
}

/* "$share/group/filter": where the filter begins; 0 when it is no shared one, `length` when bad. */
static size_t share_prefix(const char *text, size_t length)
{
    if (length < 7 || memcmp(text, "$share/", 7) != 0)
        return 0;
    size_t end = level_end(text, 7, length);
    bool is_wild = memchr(text + 7, '+', end - 7) || memchr(text + 7, '#', end - 7);
    return end == 7 || end == length || is_wild ? length : end + 1;
}

bool mqtt_filter_is_valid(const char *text, size_t length)
{
    if (length == 0 || length > TOPIC_MAX || memchr(text, 0, length) ||
        utf8_valid(text, length) != length)
        return false;
    size_t at = share_prefix(text, length);
    return at < length && levels_are_valid(text + at, length - at);
}

static bool is_level(mqtt_slice filter, size_t from, size_t end, char wildcard)
{
    return end - from == 1 && filter.text[from] == wildcard;
}

bool mqtt_filter_matches(mqtt_slice filter, mqtt_slice topic, mqtt_slice captures[MQTT_CAPTURES],
                         size_t *count)
{
    size_t f = share_prefix(filter.text, filter.length), t = 0, n = 0;
    if (topic.length && topic.text[0] == '$' && (filter.text[f] == '+' || filter.text[f] == '#'))
        return false;
    for (;;) {
        size_t f_end = level_end(filter.text, f, filter.length);
        bool is_rest = is_level(filter, f, f_end, '#');
        size_t t_end = is_rest ? topic.length : level_end(topic.text, t, topic.length);
        if (is_rest || is_level(filter, f, f_end, '+')) {
            if (captures && n < MQTT_CAPTURES)
                captures[n++] = (mqtt_slice){topic.text + t, (uint32_t)(t_end - t)};
        } else if (f_end - f != t_end - t || memcmp(filter.text + f, topic.text + t, f_end - f)) {
            return false;
        }
        bool is_parent = f_end + 2 == filter.length && filter.text[f_end + 1] == '#';
        if (t_end == topic.length && (f_end == filter.length || is_parent))
            break; /* "a/#" matches "a" too */
        if (t_end == topic.length || f_end == filter.length)
            return false;
        f = f_end + 1;
        t = t_end + 1;
    }
    if (count)
        *count = n;
    return true;
}
