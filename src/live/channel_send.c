/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message to one receiver, by libcurl (a broker: channel_mqtt.c): only the protocol of the channel, no redirects (a signed
 * message goes where its settings say or nowhere), bounded in time and in what the answer may be. */
#include "live/channel_inner.h"

#include "base/i18n.h"

#include <curl/curl.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { CONNECT_S = 5, WHOLE_S = 15 };

typedef struct {
    const char *at;
    size_t left;
} upload;

static size_t read_body(char *to, size_t size, size_t count, void *context)
{
    upload *u = context;
    size_t n = size * count < u->left ? size * count : u->left;
    memcpy(to, u->at, n);
    u->at += n;
    u->left -= n;
    return n;
}

static size_t drop_answer(char *from, size_t size, size_t count, void *context)
{
    (void)from;
    (void)context;
    return size * count;
}

static int is_stopped(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return *(const volatile bool *)context;
}

static void sign(const char *secret, const char *stamp, const buf *body, char out[72])
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    buf text = BUF_INIT;
    buf_addf(&text, "%s.", stamp);
    buf_add(&text, body->data, body->length);
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)text.data, text.length,
         mac, &length);
    memcpy(out, "v1=", 4);
    for (unsigned i = 0; i < length; i++)
        snprintf(out + 3 + 2 * i, 3, "%02x", mac[i]);
    buf_done(&text);
}

static struct curl_slist *add(struct curl_slist *list, const char *name, const char *value)
{
    char line[200];
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(list, line);
    return longer ? longer : list;
}

static struct curl_slist *set_hook(CURL *c, const channel_settings *s, const char *secret,
                                   const char *id, const buf *body)
{
    char stamp[24], signature[72];
    struct curl_slist *head = NULL;
    snprintf(stamp, sizeof stamp, "%lld", (long long)(time_now() / 1000000000));
    head = add(head, "Content-Type", "application/json");
    head = add(head, "Assay-Id", id);
    head = add(head, "Assay-Timestamp", stamp);
    if (*secret) {
        sign(secret, stamp, body, signature);
        head = add(head, "Assay-Signature", signature);
    }
    curl_easy_setopt(c, CURLOPT_URL, s->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body->data);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->length);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, head);
    return head;
}

static struct curl_slist *set_mail(CURL *c, const channel_settings *s, const char *secret, upload *u)
{
    struct curl_slist *to = NULL;
    for (size_t i = 0; i < s->to_count; i++) {
        struct curl_slist *longer = curl_slist_append(to, s->to[i]);
        to = longer ? longer : to;
    }
    curl_easy_setopt(c, CURLOPT_URL, s->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, s->from);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, read_body);
    curl_easy_setopt(c, CURLOPT_READDATA, u);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    if (s->with_tls)
        curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    if (*s->user) {
        curl_easy_setopt(c, CURLOPT_USERNAME, s->user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, secret);
    }
    return to;
}

static void set_bounds(CURL *c, const volatile bool *stop)
{
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)WHOLE_S);
    curl_easy_setopt(c, CURLOPT_MAXFILESIZE, 65536L);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop_answer);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, is_stopped);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, stop);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
}

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool was_not_reached(CURLcode code)
{
    return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT ||
           code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION;
}

bool channel_send(const channel_settings *s, const char *secret, const char *id, const buf *body,
                  const volatile bool *stop, long *status, char trouble[CHANNEL_TROUBLE])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    upload u = {body->data, body->length};
    *status = 0;
    if (s->type == CHANNEL_MQTT)
        return channel_send_mqtt(s, secret, body, stop, status, trouble);
    pthread_once(&once, init_curl);
    CURL *c = curl_easy_init();
    if (!c) {
        snprintf(trouble, CHANNEL_TROUBLE, "no memory to send");
        return false;
    }
    set_bounds(c, stop);
    struct curl_slist *list = s->type == CHANNEL_MAIL ? set_mail(c, s, secret, &u)
                                         : set_hook(c, s, secret, id, body);
    CURLcode code = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
    curl_slist_free_all(list);
    curl_easy_cleanup(c);
    bool is_sent = code == CURLE_OK && (s->type == CHANNEL_MAIL || (*status >= 200 && *status < 300));
    if (code != CURLE_OK && !*status && !was_not_reached(code))
        *status = -1;
    if (code != CURLE_OK)
        snprintf(trouble, CHANNEL_TROUBLE, "%.190s", curl_easy_strerror(code));
    else if (!is_sent)
        snprintf(trouble, CHANNEL_TROUBLE, N_("the receiver answered %ld"), *status);
    else
        trouble[0] = 0;
    return is_sent;
}
