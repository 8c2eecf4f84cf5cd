/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of a node's messages: seq counts 0 .. 255 and round again, over all its topics.
 *
 * The distance of a message to the expected seq, modulo 256, says which it is: 0 is next, 1 .. 127
 * came too early and waits in the slot of its seq, 128 .. 255 lies behind. What lies behind either
 * fills a gap that was given up (it is late, not lost), or repeats a message byte by byte (a
 * digest of each of the last 256 is kept), or belongs to a session whose birth we have not seen. */
#include "live/sparkplug_node.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint64_t held_ms, number;
    int64_t received_ns;
    sparkplug_verb verb;
    size_t device_length, length;
    char bytes[]; /* device, payload */
} held;

struct sparkplug_order {
    held *slot[256];
    size_t count, bytes;
    uint64_t seen[256]; /* digest of the message delivered under this seq */
    bool has_seen[256], missing[256];
    uint8_t newest;  /* of those held */
    int64_t last_ns; /* receipt of the message delivered last */
};

static uint64_t digest(const sparkplug_incoming *m)
{
    return hash64(m->bytes, m->length);
}

void sparkplug_order_free(sparkplug_node *n)
{
    if (!n->order)
        return;
    for (size_t i = 0; i < 256; i++)
        free(n->order->slot[i]);
    free(n->order);
    n->order = NULL;
}

bool sparkplug_order_begin(sparkplug_node *n, const sparkplug_incoming *birth)
{
    uint8_t seq = (uint8_t)birth->payload->seq;
    sparkplug_order_free(n);
    n->order = calloc(1, sizeof *n->order);
    n->expected = (uint8_t)(seq + 1);
    if (!n->order)
        return false;
    n->order->seen[seq] = digest(birth);
    n->order->has_seen[seq] = true;
    n->order->last_ns = birth->received_ns;
    return true;
}

/* The next in order: it is applied, and the window moves. */
static void deliver(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m, uint8_t seq)
{
    struct sparkplug_order *o = n->order;
    uint8_t forgotten = (uint8_t)(seq + 128);
    o->seen[seq] = digest(m);
    o->has_seen[seq] = true;
    o->missing[seq] = o->missing[forgotten] = false;
    o->last_ns = m->received_ns;
    n->expected = (uint8_t)(seq + 1);
    sparkplug_node_apply(h, n, m);
}

static void held_deliver(sparkplug_host *h, sparkplug_node *n, uint8_t seq)
{
    held *w = n->order->slot[seq];
    n->order->slot[seq] = NULL;
    n->order->count--;
    n->order->bytes -= w->length;
    h->held_bytes -= w->length;
    sparkplug_incoming m = {.verb = w->verb,
                            .device = {w->bytes, w->device_length},
                            .bytes = w->bytes + w->device_length,
                            .length = w->length,
                            .payload = &h->late,
                            .received_ns = w->received_ns};
    if (spb_read(m.bytes, m.length, &h->late, NULL) == ASSAY_OK)
        deliver(h, n, &m, seq);
    free(w);
}

static void held_follow(sparkplug_host *h, sparkplug_node *n)
{
    while (n->order && n->order->count && n->order->slot[n->expected])
        held_deliver(h, n, n->expected);
}

void sparkplug_gap_add(sparkplug_host *h, sparkplug_node *n, sparkplug_gap gap)
{
    n->gap[n->gap_count++ % SPARKPLUG_GAPS] = gap;
    n->tally.gaps++;
    if (h->sink.gap)
        h->sink.gap(h->sink.context, n);
}

/* What is missing before `seq` is given up. */
static void give_up(sparkplug_host *h, sparkplug_node *n, uint8_t seq, int64_t received_ns)
{
    sparkplug_gap gap = {n->expected, (uint8_t)(seq - 1), n->order->last_ns, received_ns, "lost"};
    n->tally.lost += (uint8_t)(seq - n->expected);
    for (uint8_t s = n->expected; s != seq; s++)
        n->order->missing[s] = true;
    n->expected = seq;
    sparkplug_gap_add(h, n, gap);
}

void sparkplug_order_flush(sparkplug_host *h, sparkplug_node *n)
{
    struct sparkplug_order *o = n->order;
    while (o && o->count) {
        uint8_t seq = n->expected;
        while (!o->slot[seq])
            seq++;
        if (seq != n->expected)
            give_up(h, n, seq, o->slot[seq]->received_ns);
        held_deliver(h, n, seq);
    }
}

static bool is_held_again(const held *w, const sparkplug_incoming *m)
{
    return w->length == m->length && memcmp(w->bytes + w->device_length, m->bytes, m->length) == 0;
}

static void refuse_again(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m,
                         bool same)
{
    if (same) {
        sparkplug_node_repeat(h, n, m);
        return;
    }
    sparkplug_refuse(h, SPARKPLUG_REFUSE_BEHIND, n->devices[0], m->device.text, m->device.length);
    sparkplug_host_ask(h, n, "sequence");
}

static void take_behind(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m,
                        uint8_t seq)
{
    struct sparkplug_order *o = n->order;
    if (!o->missing[seq]) {
        refuse_again(h, n, m, o->has_seen[seq] && o->seen[seq] == digest(m));
        return;
    }
    o->missing[seq] = false;
    o->seen[seq] = digest(m);
    o->has_seen[seq] = true;
    n->tally.lost--;
    sparkplug_node_apply(h, n, m);
}

/* No room to wait: what waits goes out now, then this one. */
static void hold_no_more(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m,
                         uint8_t seq)
{
    sparkplug_order_flush(h, n);
    sparkplug_host_ask(h, n, "gap");
    if ((uint8_t)(seq - n->expected) >= 128) {
        take_behind(h, n, m, seq);
        return;
    }
    if (seq != n->expected)
        give_up(h, n, seq, m->received_ns);
    deliver(h, n, m, seq);
}

static void hold(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m, uint8_t seq)
{
    struct sparkplug_order *o = n->order;
    bool has_room = o->count < SPARKPLUG_HELD_MAX && o->bytes + m->length <= SPARKPLUG_HELD_BYTES &&
                    h->held_bytes + m->length <= SPARKPLUG_HOST_HELD_BYTES;
    held *w = has_room ? malloc(sizeof *w + m->device.length + m->length) : NULL;
    n->tally.reordered++;
    if (!w) {
        hold_no_more(h, n, m, seq);
        return;
    }
    *w = (held){h->now.ms, h->number, m->received_ns, m->verb, m->device.length, m->length};
    memcpy(w->bytes, m->device.text, m->device.length);
    memcpy(w->bytes + m->device.length, m->bytes, m->length);
    o->newest = o->count && (uint8_t)(seq - o->newest) >= 128 ? o->newest : seq;
    o->slot[seq] = w;
    o->count++;
    o->bytes += m->length;
    h->held_bytes += m->length;
}

static void take_early(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m,
                       uint8_t seq)
{
    const held *w = n->order->slot[seq];
    if (w) {
        refuse_again(h, n, m, is_held_again(w, m));
    } else if (h->settings.reorder_ms == 0) {
        give_up(h, n, seq, m->received_ns);
        sparkplug_host_ask(h, n, "gap");
        deliver(h, n, m, seq);
    } else {
        hold(h, n, m, seq);
    }
}

/* While many wait for one that is lost, a quick node runs out of the window: what looks like the
 * past follows the newest one held. */
static bool is_ahead_of_held(const struct sparkplug_order *o, const sparkplug_incoming *m,
                             uint8_t seq)
{
    uint8_t step = (uint8_t)(seq - o->newest);
    return o->count && step > 0 && step < 64 && !(o->has_seen[seq] && o->seen[seq] == digest(m));
}

void sparkplug_order_take(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m)
{
    uint8_t seq = (uint8_t)m->payload->seq, distance = (uint8_t)(seq - n->expected);
    if (distance == 0) {
        deliver(h, n, m, seq);
        held_follow(h, n);
    } else if (distance < 128) {
        take_early(h, n, m, seq);
    } else if (is_ahead_of_held(n->order, m, seq)) {
        hold_no_more(h, n, m, seq);
    } else {
        take_behind(h, n, m, seq);
    }
}

bool sparkplug_order_holds(const sparkplug_node *n)
{
    return n->order && n->order->count;
}

uint64_t sparkplug_order_oldest(const sparkplug_node *n)
{
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; sparkplug_order_holds(n) && i < 256; i++) {
        const held *w = n->order->slot[i];
        if (w && w->number < first)
            first = w->number;
    }
    return first;
}

uint64_t sparkplug_order_due(const sparkplug_host *h, const sparkplug_node *n)
{
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; sparkplug_order_holds(n) && i < 256; i++) {
        const held *w = n->order->slot[i];
        if (w && w->held_ms < first)
            first = w->held_ms;
    }
    return first == UINT64_MAX ? first : first + h->settings.reorder_ms;
}
