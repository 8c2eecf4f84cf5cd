/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LIVE_CHANNEL_INNER_H
#define LIVE_CHANNEL_INNER_H

#include "live/channel.h"

enum { CHANNEL_TO_MAX = 32, CHANNELS_MAX = 100, CHANNEL_TROUBLE = 200 };

/* Which records may be said. */
#define CHANNEL_EVENT_LIST(X)                                                                      \
    X("raised")                                                                                    \
    X("escalated")                                                                                 \
    X("acknowledged") X("contained") X("cause") X("action") X("verified") X("closed")              \
        X("withdrawn") X("reminded") X("late")
/* The last two are of cases of programmes, the others of alarms. */
enum { CHANNEL_EVENTS = 11, CHANNEL_OF_CASES = 1 << 9 | 1 << 10 };

typedef enum { CHANNEL_WEBHOOK, CHANNEL_MAIL, CHANNEL_MQTT } channel_type;
extern const char *const channel_type_names[];

typedef struct {
    channel_type type;
    bool with_tls;
    const char *url, *from, *user, *link, *where;
    const char *scheme; /* start of the id of a programme */
    const char *topic, *ca; /* of MQTT; ca NULL: the system's */
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
/* Bit of "alarm.raised", "case.reminded"; -1: none that is said. */
int channel_event(const char *record_type);
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
/* The same of a case: `said` is what the record says. False: not one for this channel. */
bool channel_write_case(const channel_settings *s, const channel_message *m, const char *object,
                        const char *said, buf *out);
/* Head and body of a mail. */
void channel_write_letter(const channel_settings *s, const channel_message *m, const char *subject,
                          const buf *text, buf *out);

/* One try. False: not delivered; *status is the receiver's answer (0: it was not reached, -1: what was
 * said may have arrived), `trouble` says why. */
bool channel_send(const channel_settings *s, const char *secret, const char *id, const buf *body,
                  const volatile bool *stop, long *status, char trouble[CHANNEL_TROUBLE]);
bool channel_send_mqtt(const channel_settings *s, const char *secret, const buf *body,
                       const volatile bool *stop, long *status, char trouble[CHANNEL_TROUBLE]);

#endif
