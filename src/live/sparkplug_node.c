/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each message of an edge node does to what is known of it. */
#include "live/sparkplug_node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void device_set(sparkplug_host *h, sparkplug_device *d, bool is_online, int64_t since_ns)
{
    if (d->is_online == is_online && d->changed_ns)
        return;
    d->is_online = is_online;
    d->changed_ns = since_ns;
    if (h->sink.changed)
        h->sink.changed(h->sink.context, d);
}

/* -- values ----------------------------------------------------------------------------------- */

static bool defined_room(sparkplug_host *h, size_t n)
{
    if (n <= h->defined_room)
        return true;
    sparkplug_metric **grown = realloc(h->defined, n * 2 * sizeof *grown);
    if (!grown)
        return false;
    h->defined = grown;
    h->defined_room = n * 2;
    return true;
}

static void refuse_unknown(sparkplug_host *h, sparkplug_device *d, const spb_metric *m)
{
    char alias[40];
    if (m->has & SPB_HAS_NAME) {
        sparkplug_refuse(h, SPARKPLUG_REFUSE_UNKNOWN_METRIC, d, m->name, m->name_length);
    } else {
        int n = snprintf(alias, sizeof alias, "alias %llu", (unsigned long long)m->alias);
        sparkplug_refuse(h, SPARKPLUG_REFUSE_UNKNOWN_METRIC, d,
                         m->has & SPB_HAS_ALIAS ? alias : "no name",
                         m->has & SPB_HAS_ALIAS ? (size_t)n : 7);
    }
    sparkplug_host_ask(h, d->node, "unknown-metric");
}

static sparkplug_metric *metric_resolve(sparkplug_host *h, sparkplug_device *d, const spb_metric *m)
{
    sparkplug_metric *found = sparkplug_metric_of(d, m);
    if (!found) {
        refuse_unknown(h, d, m);
        return NULL;
    }
    if (m->has & SPB_HAS_TYPE && m->type != found->type) {
        sparkplug_refuse(h, SPARKPLUG_REFUSE_TYPE_CONFLICT, d, found->name, found->name_length);
        sparkplug_host_ask(h, d->node, "type-conflict");
        return NULL;
    }
    return found;
}

/* History does not replace what is known now. */
static void metric_remember(sparkplug_metric *to, const spb_metric *m, const spb_payload *p)
{
    if (m->has & SPB_IS_HISTORICAL)
        return;
    to->time_ms = (int64_t)(m->has & SPB_HAS_TIMESTAMP ? m->timestamp : p->timestamp);
    to->last_field = m->field <= SPB_IN_BOOL ? m->field : SPB_IN_NONE;
    to->last_bits = to->last_field ? m->value.bits : 0;
}

spb_number sparkplug_metric_last(const sparkplug_metric *m)
{
    spb_metric as = {.field = m->last_field, .value.bits = m->last_bits};
    return spb_number_of(&as, m->type);
}

static void values_give(sparkplug_host *h, sparkplug_device *d, const sparkplug_incoming *in,
                        bool is_birth, bool is_marked)
{
    const spb_payload *p = in->payload;
    if (!defined_room(h, p->n)) {
        sparkplug_refuse(h, SPARKPLUG_REFUSE_TOO_MANY, d, "metrics", 7);
        return;
    }
    for (size_t i = 0; i < p->n; i++) {
        const spb_metric *m = &p->metrics[i];
        h->defined[i] = is_birth ? sparkplug_metric_of(d, m) : metric_resolve(h, d, m);
        if (h->defined[i])
            metric_remember(h->defined[i], m, p);
    }
    sparkplug_message out = {d, p, h->defined, in->received_ns, is_birth, is_marked, false};
    h->sink.data(h->sink.context, &out);
}

void sparkplug_node_repeat(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *m)
{
    sparkplug_device *d = sparkplug_device_of(h, n, m->device);
    bool is_data = m->verb == SPARKPLUG_NDATA || m->verb == SPARKPLUG_DDATA;
    n->tally.duplicates++;
    if (!is_data || !d || !d->has_birth || !defined_room(h, m->payload->n))
        return;
    for (size_t i = 0; i < m->payload->n; i++)
        h->defined[i] = sparkplug_metric_of(d, &m->payload->metrics[i]);
    sparkplug_message out = {.device = d,
                             .payload = m->payload,
                             .defined = h->defined,
                             .received_ns = m->received_ns,
                             .is_repeat = true};
    h->sink.data(h->sink.context, &out);
}

/* -- births ----------------------------------------------------------------------------------- */

static void device_born(sparkplug_host *h, sparkplug_device *d, const sparkplug_incoming *in)
{
    d->node->tally.births++;
    if (!sparkplug_define(h, d, in->payload))
        return;
    d->born_ns = in->received_ns;
    device_set(h, d, true, in->received_ns);
    values_give(h, d, in, true, false);
}

static bool bdseq_of(const sparkplug_device *d, const spb_payload *p, uint64_t *out)
{
    for (size_t i = 0; i < p->n; i++) {
        const spb_metric *m = &p->metrics[i];
        const char *name = m->name;
        size_t length = m->name_length;
        if (!(m->has & SPB_HAS_NAME)) {
            const sparkplug_metric *by = sparkplug_metric_of(d, m);
            name = by ? by->name : "";
            length = by ? by->name_length : 0;
        }
        if (length == 5 && memcmp(name, "bdSeq", 5) == 0 &&
            (m->field == SPB_IN_INT || m->field == SPB_IN_LONG)) {
            *out = m->value.bits;
            return true;
        }
    }
    return false;
}

static void away_end(sparkplug_host *h, sparkplug_node *n, int64_t now_ns)
{
    if (n->is_away)
        sparkplug_gap_add(h, n, (sparkplug_gap){0, 255, n->away_ns, now_ns, "away"});
    n->is_away = false;
}

static void node_born(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *in)
{
    sparkplug_order_flush(h, n);
    sparkplug_aliases_clear(n);
    for (size_t i = 0; i < n->device_count; i++) {
        sparkplug_undefine(h, n->devices[i]);
        if (i)
            device_set(h, n->devices[i], false, in->received_ns);
    }
    if (!sparkplug_order_begin(n, in)) {
        sparkplug_refuse(h, SPARKPLUG_REFUSE_TOO_MANY, n->devices[0], "memory", 6);
        return;
    }
    n->is_online = true;
    n->wants_rebirth = NULL;
    away_end(h, n, in->received_ns);
    device_born(h, n->devices[0], in);
    n->has_bdseq = bdseq_of(n->devices[0], in->payload, &n->bdseq);
}

/* -- deaths ----------------------------------------------------------------------------------- */

void sparkplug_node_down(sparkplug_host *h, sparkplug_node *n, int64_t since_ns)
{
    sparkplug_order_flush(h, n);
    n->is_online = false;
    for (size_t i = n->device_count; i-- > 0;)
        device_set(h, n->devices[i], false, since_ns);
}

/* The Will of an earlier session may arrive after the birth of this one. */
static void node_died(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *in)
{
    uint64_t bdseq = 0;
    bool has = bdseq_of(n->devices[0], in->payload, &bdseq);
    if (!n->is_online || has != n->has_bdseq || (has && bdseq != n->bdseq)) {
        n->tally.ignored_deaths++;
        return;
    }
    n->tally.deaths++;
    sparkplug_node_down(h, n, in->received_ns);
}

static void device_died(sparkplug_host *h, sparkplug_device *d, const sparkplug_incoming *in)
{
    int64_t when = in->received_ns;
    if (in->payload->has_timestamp && in->payload->timestamp <= INT64_MAX / 1000000)
        when = (int64_t)in->payload->timestamp * 1000000;
    d->node->tally.deaths++;
    device_set(h, d, false, when);
}

/* -- in order --------------------------------------------------------------------------------- */

static void data_take(sparkplug_host *h, sparkplug_device *d, const sparkplug_incoming *in)
{
    d->node->tally.data++;
    if (!d->is_online)
        sparkplug_host_ask(h, d->node, "unknown-device");
    values_give(h, d, in, false, !d->is_online);
}

static void unknown_device(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *in)
{
    if (in->verb != SPARKPLUG_DDEATH)
        sparkplug_refuse(h, SPARKPLUG_REFUSE_UNKNOWN_DEVICE, n->devices[0], in->device.text,
                         in->device.length);
    sparkplug_host_ask(h, n, "unknown-device");
}

void sparkplug_node_apply(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *in)
{
    sparkplug_device *d = in->verb == SPARKPLUG_DBIRTH ? sparkplug_device_add(h, n, in->device)
                                                       : sparkplug_device_of(h, n, in->device);
    if (in->verb == SPARKPLUG_DBIRTH) {
        if (d)
            device_born(h, d, in);
    } else if (!d || !d->has_birth) {
        unknown_device(h, n, in);
    } else if (in->verb == SPARKPLUG_DDEATH) {
        device_died(h, d, in);
    } else {
        data_take(h, d, in);
    }
}

/* A seq that is not there counts as 0 where 0 is next: writers of proto3 leave out a zero. */
static bool has_sequence(const sparkplug_node *n, const sparkplug_incoming *in)
{
    if (in->payload->has_seq)
        return in->payload->seq <= UINT8_MAX;
    return in->verb == SPARKPLUG_NBIRTH ||
           (n->is_online && n->expected == 0 && in->payload->has_timestamp && in->payload->n);
}

void sparkplug_node_take(sparkplug_host *h, sparkplug_node *n, const sparkplug_incoming *in)
{
    if (in->verb == SPARKPLUG_NDEATH) {
        node_died(h, n, in);
    } else if (in->verb == SPARKPLUG_NBIRTH && has_sequence(n, in)) {
        node_born(h, n, in);
    } else if (!n->is_online || n->is_away) {
        sparkplug_refuse(h,
                         n->devices[0]->births && !n->is_away ? SPARKPLUG_REFUSE_NODE_OFFLINE
                                                              : SPARKPLUG_REFUSE_UNKNOWN_NODE,
                         n->devices[0], in->device.text, in->device.length);
        sparkplug_host_ask(h, n, "unknown-node");
    } else if (!has_sequence(n, in)) {
        sparkplug_refuse(h, SPARKPLUG_REFUSE_NO_SEQUENCE, n->devices[0], in->device.text,
                         in->device.length);
    } else {
        sparkplug_order_take(h, n, in);
    }
}
