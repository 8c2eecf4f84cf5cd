/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QoS 2 as in "method B" of the standards: a message is stored when it comes, and its identifier
 * remembered until it is released. `held` are those stored and not yet released; `due` those for
 * which a token is out. */
#include "live/mqtt_inbox.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = 65536 / 64 };
typedef enum { OWES_PUBACK = 1, OWES_PUBREC = 2, OWES_PUBCOMP = 3 } owed;

static uint64_t token_of(const mqtt_inbox *b, owed what, uint16_t packet)
{
    return (uint64_t)b->connection << 18 | (uint64_t)what << 16 | packet;
}

static owed owed_of(uint64_t token)
{
    return (owed)(token >> 16 & 3);
}

static bool get(const uint64_t *set, uint16_t i)
{
    return set && set[i / 64] >> (i % 64) & 1;
}

static void put(uint64_t *set, uint16_t i, bool value)
{
    uint64_t bit = UINT64_C(1) << (i % 64);
    set[i / 64] = value ? set[i / 64] | bit : set[i / 64] & ~bit;
}

static bool has_sets(mqtt_inbox *b)
{
    if (!b->held && (b->held = calloc(2 * WORDS, sizeof *b->held)))
        b->due = b->held + WORDS;
    return b->held != NULL;
}

void mqtt_inbox_done(mqtt_inbox *b)
{
    free(b->held);
    *b = (mqtt_inbox){0};
}

void mqtt_inbox_connect(mqtt_inbox *b, mqtt_version v)
{
    b->version = v;
    b->connection++;
}

void mqtt_inbox_forget(mqtt_inbox *b)
{
    if (b->held)
        memset(b->held, 0, 2 * WORDS * sizeof *b->held);
}

bool mqtt_inbox_hold(mqtt_inbox *b, uint16_t packet)
{
    if (!has_sets(b))
        return false;
    put(b->held, packet, true);
    return true;
}

static inbox_verdict see_message(mqtt_inbox *b, const mqtt_packet *p, uint64_t *token, buf *out)
{
    *token = 0;
    if (p->publish.qos == 0)
        return INBOX_NEW;
    if (p->publish.qos == 2 && !has_sets(b))
        return INBOX_FAILED;
    if (p->publish.qos == 2 && get(b->due, p->id))
        return INBOX_WAITS;
    if (p->publish.qos == 2 && get(b->held, p->id)) {
        mqtt_write_ack(out, b->version, MQTT_PUBREC, p->id, 0);
        return INBOX_ANSWERED;
    }
    *token = token_of(b, p->publish.qos == 1 ? OWES_PUBACK : OWES_PUBREC, p->id);
    return INBOX_NEW;
}

static inbox_verdict see_release(mqtt_inbox *b, uint16_t packet, uint64_t *token, buf *out)
{
    *token = 0;
    if (get(b->due, packet))
        return INBOX_WAITS;
    if (!get(b->held, packet)) {
        mqtt_write_ack(out, b->version, MQTT_PUBCOMP, packet, MQTT_NO_SUCH_PACKET);
        return INBOX_ANSWERED;
    }
    *token = token_of(b, OWES_PUBCOMP, packet);
    return INBOX_NEW;
}

inbox_verdict mqtt_inbox_see(mqtt_inbox *b, const mqtt_packet *p, uint64_t *token, buf *out)
{
    return p->type == MQTT_PUBLISH ? see_message(b, p, token, out)
                                   : see_release(b, p->id, token, out);
}

void mqtt_inbox_take(mqtt_inbox *b, uint64_t token)
{
    if (!token)
        return;
    b->outstanding++;
    if (owed_of(token) != OWES_PUBACK)
        put(b->due, (uint16_t)token, true);
}

bool mqtt_inbox_is_current(const mqtt_inbox *b, uint64_t token)
{
    return token >> 18 == b->connection;
}

void mqtt_inbox_acknowledge(mqtt_inbox *b, uint64_t token, uint8_t reason, buf *out)
{
    static const mqtt_type answers[] = {0, MQTT_PUBACK, MQTT_PUBREC, MQTT_PUBCOMP};
    if (!token)
        return;
    owed what = owed_of(token);
    uint16_t packet = (uint16_t)token;
    b->outstanding--;
    if (what != OWES_PUBACK) {
        put(b->due, packet, false);
        put(b->held, packet, what == OWES_PUBREC);
    }
    if (mqtt_inbox_is_current(b, token))
        mqtt_write_ack(out, b->version, answers[what], packet, what == OWES_PUBACK ? reason : 0);
}

void mqtt_inbox_reject(mqtt_inbox *b, uint64_t token)
{
    if (!token)
        return;
    b->outstanding--;
    if (owed_of(token) != OWES_PUBACK)
        put(b->due, (uint16_t)token, false);
}
