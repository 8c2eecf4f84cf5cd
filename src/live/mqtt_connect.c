/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CONNECT at the endpoint: who is it, which session, and how both sides go on. */
#include "live/mqtt_endpoint.h"

#include "base/hash.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void refuse(connection *c, uint8_t reason, const char *why)
{
    uint8_t code = c->version == MQTT_5 ? reason : mqtt_return_code_of_reason(reason);
    mqtt_write_connack(stream_out(c->stream), c->version, false, code, NULL);
    stream_flush(c->stream);
    endpoint_end(c, 0, why);
}

/* -- login ----------------------------------------------------------------------------- */

static bool is_login(const endpoint_login *l, mqtt_slice user, const sha256 *digest)
{
    return strlen(l->user) == user.length && memcmp(l->user, user.text, user.length) == 0 &&
           CRYPTO_memcmp(l->digest, digest->bytes, sizeof digest->bytes) == 0;
}

static bool is_listed(const endpoint_options *o, const mqtt_connect *p)
{
    sha256 digest;
    if (!o->login_count || !p->user.text ||
        sha256_of(p->password.text, p->password.length, &digest, NULL) != ASSAY_OK)
        return false;
    for (size_t i = 0; i < o->login_count; i++)
        if (is_login(&o->logins[i], p->user, &digest))
            return true;
    return false;
}

/* The password is a token of an account that may measure; a user name, where given, is its account.
 */
static bool is_token(connection *c, const mqtt_connect *p)
{
    char secret[128];
    people *known = c->owner->setup.people;
    if (!known || p->password.length == 0 || p->password.length >= sizeof secret ||
        memchr(p->password.text, 0, p->password.length))
        return false;
    memcpy(secret, p->password.text, p->password.length);
    secret[p->password.length] = 0;
    bool is_known = people_who(known, secret, &c->who, NULL) == ASSAY_OK;
    OPENSSL_cleanse(secret, sizeof secret);
    if (!is_known || c->who.is_session || !(c->who.scopes >> SCOPE_MEASURE & 1))
        return false;
    c->has_identity =
        !p->user.length || (strlen(c->who.account) == p->user.length &&
                            memcmp(c->who.account, p->user.text, p->user.length) == 0);
    return c->has_identity;
}

static bool may_measure(const void *context, const char *path)
{
    return identity_may(context, SCOPE_MEASURE, path);
}

static bool log_in(connection *c, const mqtt_connect *p)
{
    const endpoint_options *o = &c->owner->options;
    return !o->needs_login || is_listed(o, p) || is_token(c, p);
}

/* -- client identifier ----------------------------------------------------------------- */

static bool is_usable(mqtt_slice client)
{
    size_t key = client.length; /* '/' and '%' take three bytes in the keys of what is remembered */
    for (uint32_t i = 0; i < client.length; i++) {
        if ((unsigned char)client.text[i] < 0x20 || client.text[i] == 0x7f)
            return false;
        key += client.text[i] == '/' || client.text[i] == '%' ? 2 : 0;
    }
    return client.length < CLIENT_ROOM && key <= 200;
}

static void name_client(endpoint *e, mqtt_slice given, char out[static CLIENT_ROOM])
{
    if (given.length)
        snprintf(out, CLIENT_ROOM, "%.*s", (int)given.length, given.text);
    else
        snprintf(out, CLIENT_ROOM, "auto-%u", ++e->last_assigned);
}

/* -- welcome --------------------------------------------------------------------------- */

static void agree(const connection *c, buf *list)
{
    const endpoint_options *o = &c->owner->options;
    mqtt_add_short(list, MQTT_P_RECEIVE_MAXIMUM, o->receive_maximum);
    mqtt_add_long(list, MQTT_P_MAXIMUM_PACKET, o->packet_max);
    mqtt_add_short(list, MQTT_P_ALIAS_MAXIMUM, ALIASES_MAX);
    mqtt_add_byte(list, MQTT_P_WILDCARD_AVAILABLE, 0);
    mqtt_add_byte(list, MQTT_P_SUBSCRIPTION_ID_AVAILABLE, 0);
    mqtt_add_byte(list, MQTT_P_SHARED_AVAILABLE, 0);
    if (c->is_assigned)
        mqtt_add_text(list, MQTT_P_ASSIGNED_CLIENT, c->session->client, strlen(c->session->client));
}

bool endpoint_welcome(connection *c)
{
    session *s = c->session;
    assay_err err = {0};
    bool is_resumed = false;
    if (s->inbox.outstanding)
        return true;
    assay_status status =
        endpoint_resume(s, c->version, c->is_clean, c->is_kept, &is_resumed, &err);
    if (status == ASSAY_BUSY)
        return true;
    if (status != ASSAY_OK) {
        refuse(c, status == ASSAY_LIMIT ? MQTT_QUOTA : MQTT_UNAVAILABLE, err.message);
        return false;
    }
    buf list = BUF_INIT;
    agree(c, &list);
    mqtt_write_connack(stream_out(c->stream), c->version, is_resumed, MQTT_SUCCESS, &list);
    buf_done(&list);
    s->who = c->who;
    s->from.may = c->has_identity ? may_measure : NULL;
    s->from.may_context = &s->who;
    c->state = IS_OPEN;
    stream_limit(c->stream, c->owner->options.packet_max + 16);
    stream_flush_soon(c->stream);
    return true;
}

/* The client's earlier connection ends; the session goes on. */
static void take_over(connection *c, session *s)
{
    connection *before = s->connection;
    s->connection = c;
    c->session = s;
    if (!before)
        return;
    before->session = NULL;
    free(before->will_topic); /* it is not gone */
    before->will_topic = NULL;
    endpoint_end(before, MQTT_TAKEN_OVER, NULL);
}

static bool keep_will(connection *c, const mqtt_will *will)
{
    c->will_topic = strndup(will->topic.text, will->topic.length);
    return c->will_topic != NULL;
}

static void set_terms(connection *c, const mqtt_packet *p)
{
    const mqtt_connect *m = &p->connect;
    uint32_t expiry = 0;
    mqtt_property_number(p->properties, MQTT_P_SESSION_EXPIRY, &expiry);
    c->is_clean = m->is_clean;
    c->is_kept = m->client.length && (m->version == MQTT_5 ? expiry > 0 : !m->is_clean);
    c->is_assigned = m->version == MQTT_5 && !m->client.length;
    c->silence_ms = m->keep_alive_s * UINT32_C(1500);
}

void endpoint_greet(connection *c, const mqtt_packet *p)
{
    const mqtt_connect *m = &p->connect;
    mqtt_slice method;
    c->version = m->version;
    if (mqtt_property_text(p->properties, MQTT_P_AUTH_METHOD, &method)) {
        refuse(c, MQTT_IMPLEMENTATION, "it wants an authentication method");
        return;
    }
    if (!is_usable(m->client) || (!m->client.length && !m->is_clean && m->version == MQTT_311)) {
        refuse(c, MQTT_BAD_CLIENT_ID, "its client identifier is not accepted");
        return;
    }
    if (!log_in(c, m)) {
        c->owner->refused_logins++;
        refuse(c, m->user.text || m->password.text ? MQTT_BAD_LOGIN : MQTT_NOT_AUTHORIZED,
               "its login is not accepted");
        return;
    }
    char client[CLIENT_ROOM];
    name_client(c->owner, m->client, client);
    session *s = endpoint_session(c->owner, client);
    if (!s || (m->has_will && !keep_will(c, &m->will))) {
        refuse(c, MQTT_UNAVAILABLE, "no memory for its session");
        return;
    }
    set_terms(c, p);
    take_over(c, s);
    c->state = WAITS_FOR_SESSION;
    endpoint_welcome(c);
}
