/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is sent: for a machine the alarm as the API shows it, for people the part, the rule, the
 * value, what happened and where to look. */
#include "live/channel_inner.h"

#include "base/json.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static void member_time(json *j, const char *key, int64_t time)
{
    char text[40];
    time_format(time, TIME_OFFSET_NONE, text, sizeof text);
    json_member_text(j, key, text);
}

void channel_write_hook(const channel_message *m, const alarm_view *a, buf *out)
{
    json j;
    buf alarm = BUF_INIT;
    alarm_write(a, m->path, &alarm);
    json_init(&j, out, NULL, NULL);
    json_flat_object(&j);
    json_member_text(&j, "id", m->id);
    json_member_text(&j, "event", m->event);
    json_member_unsigned(&j, "sequence", m->sequence);
    member_time(&j, "time", m->time);
    json_member_text(&j, "to", *m->to ? m->to : NULL);
    json_key(&j, "alarm");
    json_raw(&j, buf_text(&alarm));
    json_end(&j);
    if (!json_done(&j) || alarm.failed)
        out->failed = true;
    buf_done(&alarm);
}

/* -- mail ----------------------------------------------------------------------------------- */

/* Any text as encoded words of RFC 2047, 45 bytes each, not cut within a character. */
static void add_encoded(buf *out, const char *text)
{
    enum { WORD = 45 };
    unsigned char coded[4 * WORD / 3 + 8];
    size_t left = strlen(text);
    while (left) {
        size_t n = left < WORD ? left : WORD;
        while (n < left && n > 1 && ((unsigned char)text[n] & 0xC0) == 0x80)
            n--;
        EVP_EncodeBlock(coded, (const unsigned char *)text, (int)n);
        buf_addf(out, "=?UTF-8?B?%s?=%s", (char *)coded, left > n ? "\r\n " : "");
        text += n;
        left -= n;
    }
}

static void add_head(const channel_settings *s, const channel_message *m, const char *subject,
                     buf *out)
{
    char date[64];
    time_t seconds = (time_t)(m->time / 1000000000);
    struct tm t;
    gmtime_r(&seconds, &t);
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    snprintf(date, sizeof date, "%s, %d %s %d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday,
             months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    buf_addf(out, "Date: %s\r\nFrom: <%s>\r\n", date, s->from);
    for (size_t i = 0; i < s->to_count; i++)
        buf_addf(out, "%s<%s>%s", i ? " " : "To: ", s->to[i], i + 1 < s->to_count ? ",\r\n" : "\r\n");
    buf_add_text(out, "Subject: ");
    add_encoded(out, subject);
    buf_add_text(out, "\r\n");
    buf_addf(out, "Message-ID: <%s@assay>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
             m->id);
    buf_add_text(out, "Content-Type: text/plain; charset=utf-8\r\n"
                      "Content-Transfer-Encoding: base64\r\n\r\n");
}

static void add_time(buf *out, const char *name, int64_t time)
{
    char text[40];
    time_format(time, TIME_OFFSET_NONE, text, sizeof text);
    buf_addf(out, "%s: %s\n", name, time == TIME_NONE ? "-" : text);
}

static void write_text(const channel_settings *s, const channel_message *m, const alarm_view *a,
                       buf *out)
{
    const alarm_hit *first = a->hit_count ? &a->hits[0] : NULL;
    char id[33];
    alarm_id_text(&a->id, id);
    buf_addf(out, "%s%s\n\n", a->is_stop ? "STOP. " : "", m->path);
    buf_addf(out, "event: %s%s%s\n", m->event, *m->to ? ", to " : "", m->to);
    buf_addf(out, "rule: %s\nvalue: %s\n", first ? first->rule : "-", first ? first->value : "-");
    add_time(out, "measured", a->happened);
    add_time(out, "known", a->known);
    buf_addf(out, "state: %s\nhits: %zu\nalarm: %s\n", alarm_state_name(a->state),
             a->hit_count + (size_t)a->more, id);
    if (*s->link)
        buf_addf(out, "\n%s/alarms/%s\n", s->link, id);
}

/* Lines of 76 characters, as base64 in mail has. */
static void add_base64(const buf *text, buf *out)
{
    enum { LINE = 57 };
    unsigned char coded[80];
    for (size_t at = 0; at < text->length; at += LINE) {
        size_t n = text->length - at < LINE ? text->length - at : LINE;
        int length = EVP_EncodeBlock(coded, (const unsigned char *)text->data + at, (int)n);
        buf_add(out, coded, (size_t)length);
        buf_add_text(out, "\r\n");
    }
}

void channel_write_letter(const channel_settings *s, const channel_message *m, const char *subject,
                          const buf *text, buf *out)
{
    add_head(s, m, subject, out);
    add_base64(text, out);
    out->failed |= text->failed;
}

void channel_write_mail(const channel_settings *s, const channel_message *m, const alarm_view *a,
                        buf *out)
{
    char subject[600];
    buf text = BUF_INIT;
    const char *rule = a->hit_count ? a->hits[0].rule : "?";
    snprintf(subject, sizeof subject, "%s%s: rule %s %s%s%s", a->is_stop ? "STOP " : "", m->path, rule,
             m->event, *m->to ? " to " : "", m->to);
    write_text(s, m, a, &text);
    channel_write_letter(s, m, subject, &text, out);
    buf_done(&text);
}
