/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS settings, and OpenSSL's errors in words. */
#include "live/stream_tls.h"

#include "base/i18n.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stream_tls_reason(char *out, size_t room)
{
    unsigned long code = ERR_peek_last_error();
    const char *text = code ? ERR_reason_error_string(code) : NULL;
    snprintf(out, room, "%s", text ? text : N_("TLS failed"));
    ERR_clear_error();
}

static assay_status refuse(const char *what, const char *file, assay_err *err)
{
    char reason[128];
    stream_tls_reason(reason, sizeof reason);
    return assay_fail(err, ASSAY_IO, 0, _("cannot use the %s %s: %s"), what, file, reason);
}

static assay_status load(SSL_CTX *c, const stream_tls_options *o, assay_err *err)
{
    if (o->ca && SSL_CTX_load_verify_locations(c, o->ca, NULL) != 1)
        return refuse("certificate authority", o->ca, err);
    if (!o->ca && !o->is_server)
        SSL_CTX_set_default_verify_paths(c);
    if (o->certificate && SSL_CTX_use_certificate_chain_file(c, o->certificate) != 1)
        return refuse("certificate", o->certificate, err);
    if (o->key && SSL_CTX_use_PrivateKey_file(c, o->key, SSL_FILETYPE_PEM) != 1)
        return refuse("key", o->key, err);
    if (o->key && SSL_CTX_check_private_key(c) != 1)
        return refuse("key", o->key, err);
    return ASSAY_OK;
}

static void set_modes(SSL_CTX *c, const stream_tls_options *o)
{
    SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
    SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                            SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                               SSL_OP_IGNORE_UNEXPECTED_EOF);
    int verify = SSL_VERIFY_NONE;
    if (!o->is_server || o->ca)
        verify = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(c, verify, NULL);
}

assay_status stream_tls_new(const stream_tls_options *o, stream_tls **out, assay_err *err)
{
    if ((o->is_server || o->key || o->certificate) && (!o->certificate || !o->key))
        return assay_fail(err, ASSAY_MISSING, 0, _("TLS needs a certificate and its key"));
    stream_tls *t = calloc(1, sizeof *t);
    SSL_CTX *c = SSL_CTX_new(o->is_server ? TLS_server_method() : TLS_client_method());
    if (!t || !c) {
        free(t);
        SSL_CTX_free(c);
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for TLS");
    }
    *t = (stream_tls){c, o->is_server};
    set_modes(c, o);
    assay_status status = load(c, o, err);
    if (status != ASSAY_OK) {
        stream_tls_free(t);
        return status;
    }
    *out = t;
    return ASSAY_OK;
}

void stream_tls_free(stream_tls *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->context);
    free(t);
}

static bool set_name(SSL *ssl, const char *host)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1)
        return true;
    ERR_clear_error();
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1 &&
           SSL_set_tlsext_host_name(ssl, host) == 1;
}

SSL *stream_tls_begin(stream_tls *t, int fd, const char *host)
{
    SSL *ssl = SSL_new(t->context);
    if (!ssl || SSL_set_fd(ssl, fd) != 1 || (!t->is_server && !set_name(ssl, host))) {
        SSL_free(ssl);
        return NULL;
    }
    if (t->is_server)
        SSL_set_accept_state(ssl);
    else
        SSL_set_connect_state(ssl);
    return ssl;
}

void stream_tls_why(SSL *ssl, char *out, size_t room)
{
    long verdict = SSL_get_verify_result(ssl);
    if (verdict != X509_V_OK)
        snprintf(out, room, N_("the certificate is not accepted: %s"),
                 X509_verify_cert_error_string(verdict));
    else
        stream_tls_reason(out, room);
    ERR_clear_error();
}
