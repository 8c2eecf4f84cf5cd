/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LIVE_CHANNEL_INNER_H
#define LIVE_CHANNEL_INNER_H

#include "live/channel.h"

enum { CHANNEL_TO_MAX = 32, CHANNELS_MAX = 100 };

/* Which records may be said. */
#define CHANNEL_EVENT_LIST(X)                                                                      \
    X("raised")                                                                                    \
    X("escalated")                                                                                 \
    X("acknowledged") X("contained") X("cause") X("action") X("verified") X("closed")              \
        X("withdrawn")
enum { CHANNEL_EVENTS = 9 };

typedef struct {
    bool is_mail, with_tls;
    const char *url, *from, *user, *link, *where;
    const char *to[CHANNEL_TO_MAX];
    size_t to_count;
    uint32_t events; /* bit set in the order of the list */
    bool has_quiet;
    int quiet_from, quiet_to; /* minutes of the day */
    const char *zone;
} channel_settings;

/* Texts are copied into `a`. */
ASSAY_MUST_USE assay_status channel_settings_read(const char *json, arena *a,
                                                  channel_settings *out, assay_err *err);
int channel_event(const char *record_type); /* bit of "alarm.raised"; -1: none that is said */
bool channel_is_quiet(const channel_settings *s, int64_t now);

typedef struct {
    char id[33];
    const char *event, *to, *path;
    uint64_t sequence;
    int64_t time;
} channel_message;

void channel_write_hook(const channel_message *m, const alarm_view *a, buf *out);
void channel_write_mail(const channel_settings *s, const channel_message *m, const alarm_view *a,
                        buf *out);

/* One try. False: not delivered; *status is the receiver's answer (0: none), `trouble` says why. */
bool channel_send(const channel_settings *s, const char *secret, const char *id, const buf *body,
                  const volatile bool *stop, long *status, char trouble[200]);

#endif
