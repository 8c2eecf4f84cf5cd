/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An issuer asked over HTTPS: after any failure its answer is the right one or none, and what was kept of it
 * answers no worse the next time. The issuer is a thread of its own, in which nothing fails. */
#include "faults.h"

#include "base/buf.h"
#include "notary/vc_web.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char did[64], list_url[64], ca[110], cache[110];
static buf document = BUF_INIT;

/* -- the issuer's host ---------------------------------------------------------------------------------- */

static SSL_CTX *host;
static int listening;

static void answer(SSL *s)
{
    char asked[2048] = "";
    int used = 0, n;
    while (used < (int)sizeof asked - 1 && !strstr(asked, "\r\n\r\n") &&
           (n = SSL_read(s, asked + used, (int)sizeof asked - 1 - used)) > 0)
        used += n;
    const char *body = strstr(asked, "did.json") ? buf_text(&document) : world.list;
    buf out = BUF_INIT;
    buf_addf(&out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", strlen(body), body);
    (void)!SSL_write(s, out.data, (int)out.length);
    SSL_shutdown(s);
    buf_done(&out);
}

static void *serve(void *context)
{
    for (int fd; (fd = accept(listening, NULL, NULL)) >= 0; close(fd)) {
        SSL *s = SSL_new(host);
        SSL_set_fd(s, fd);
        if (SSL_accept(s) == 1)
            answer(s);
        SSL_free(s);
    }
    return context;
}

/* A certificate for 127.0.0.1, signed by itself; world.folder/ca.pem. */
static void certify(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"127.0.0.1", -1, -1, 0);
    X509_set_issuer_name(x, name);
    X509_set_pubkey(x, key);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(x, e, -1);
    X509_sign(x, key, EVP_sha256());
    FILE *f = fopen(ca, "w");
    host = SSL_CTX_new(TLS_server_method());
    if (!f || PEM_write_X509(f, x) != 1 || SSL_CTX_use_certificate(host, x) != 1 || SSL_CTX_use_PrivateKey(host, key) != 1)
        fault_die("no certificate", NULL);
    fclose(f);
    X509_EXTENSION_free(e);
    X509_free(x);
    EVP_PKEY_free(key);
}

/* The document that the world's issuer has, as this host's. */
static void rename_issuer(void)
{
    static const char was[] = "did:web:q.example";
    const char *at = world.document;
    for (const char *next; (next = strstr(at, was)); at = next + strlen(was)) {
        buf_add(&document, at, (size_t)(next - at));
        buf_add_text(&document, did);
    }
    buf_add_text(&document, at);
}

static void begin_host(void)
{
    pthread_t thread;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof to;
    signal(SIGPIPE, SIG_IGN); /* whoever asked has gone */
    listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listening < 0 || bind(listening, (struct sockaddr *)&to, sizeof to) != 0 || listen(listening, 16) != 0 ||
        getsockname(listening, (struct sockaddr *)&to, &length) != 0)
        fault_die("no socket", NULL);
    snprintf(did, sizeof did, "did:web:127.0.0.1%%3A%d", ntohs(to.sin_port));
    snprintf(list_url, sizeof list_url, "https://127.0.0.1:%d/list", ntohs(to.sin_port));
    snprintf(ca, sizeof ca, "%s/ca.pem", world.folder);
    snprintf(cache, sizeof cache, "%s/cache", world.work);
    certify();
    rename_issuer();
    if (pthread_create(&thread, NULL, serve, NULL) != 0)
        fault_die("no thread", NULL);
    pthread_detach(thread);
}

/* -- asking ------------------------------------------------------------------------------------------------ */

static const char *wrong;

static void before_web(void)
{
    if (!host)
        begin_host();
    wrong = NULL;
    fault_shell("rm -rf %s && mkdir %s", world.work, world.work);
}

/* The document, then the list. */
static assay_status run_web(assay_err *err)
{
    const vc_web_options o = {.cache = cache, .ca = ca, .with_private = true};
    vc_web w = {.o = &o};
    json_t *found = NULL;
    buf list = BUF_INIT;
    vc_sources sources = vc_web_sources(&w, 0);
    assay_status status = sources.issuer(sources.context, did, &found, err);
    if (!status && strcmp(json_string_value(json_object_get(found, "id")), did) != 0)
        wrong = "another issuer answers";
    json_decref(found);
    if (!status)
        status = sources.list(sources.context, list_url, &list, err);
    if (!status && strcmp(buf_text(&list), world.list) != 0)
        wrong = "another list";
    buf_done(&list);
    vc_web_done(&w);
    return status;
}

static const char *after_web(assay_status said)
{
    static char why[300];
    assay_err err = {0};
    (void)said;
    if (!wrong && run_web(&err)) {
        snprintf(why, sizeof why, "asked again it does not answer: %.200s", err.message);
        return why;
    }
    return wrong;
}

const scene web_scenes[] = {
    {"an issuer is asked over HTTPS, and its answer kept", before_web, run_web, after_web, false, SCENE_FILES},
    {0},
};
