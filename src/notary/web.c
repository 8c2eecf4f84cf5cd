/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking others, by libcurl, bounded in time and size: witnesses, whom the operator named, over http
 * or https; and whoever a credential names, over https alone and not in the operator's own network. */
#include "notary/inner.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { CONNECT_S = 3, WHOLE_S = 8, REDIRECTS = 3 };

static size_t take(char *from, size_t size, size_t count, void *context)
{
    buf *out = context;
    if (out->length + size * count > WEB_ANSWER_MAX)
        return 0;
    buf_add(out, from, size * count);
    return size * count * !out->failed;
}

static void begin(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static CURL *handle(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, begin);
    return curl_easy_init();
}

/* The first failure; without memory no setting may be left out. */
static CURLcode settle(CURL *c, const char *url, const char *protocols, buf *answer)
{
    const struct {
        CURLoption option;
        const char *text;
    } texts[] = {{CURLOPT_URL, url}, {CURLOPT_PROTOCOLS_STR, protocols}, {CURLOPT_REDIR_PROTOCOLS_STR, protocols}};
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && code == CURLE_OK; i++)
        code = curl_easy_setopt(c, texts[i].option, texts[i].text);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)WHOLE_S);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, answer);
    return code;
}

void web_ask(const char *url, const buf *body, long *status, buf *answer, assay_err *err)
{
    CURL *c = handle();
    struct curl_slist *headers = NULL;
    *status = 0;
    buf_clear(answer);
    if (!c) {
        assay_fail(err, ASSAY_MEMORY, 0, "no memory to ask %s", url);
        return;
    }
    CURLcode code = settle(c, url, "http,https", answer);
    if (body) {
        headers = curl_slist_append(NULL, "Content-Type: text/plain; charset=utf-8");
        if (!headers || !curl_slist_append(headers, "Expect:"))
            code = CURLE_OUT_OF_MEMORY;
        curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, body->data);
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body->length);
    }
    if (code == CURLE_OK)
        code = curl_easy_perform(c);
    if (code == CURLE_OK)
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
    else
        assay_fail(err, ASSAY_IO, 0, "%s: %s", url, curl_easy_strerror(code));
    curl_slist_free_all(headers);
    curl_easy_cleanup(c);
}

/* -- whoever a credential names -------------------------------------------------------------------- */

static bool is_public4(uint32_t a)
{
    static const struct {
        uint32_t network;
        int bits;
    } others[] = {
        {0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16},
        {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0586300, 24}, {0xc0a80000, 16},
        {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 3},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if ((a ^ others[i].network) >> (32 - others[i].bits) == 0)
            return false;
    return true;
}

static uint32_t word_at(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* An IPv4 address within one of IPv6 (mapped, NAT64) counts as itself; Teredo and 6to4, which hide
 * one, and documentation's prefix count as private. */
static bool is_public6(const uint8_t b[16])
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    if (memcmp(b, mapped, 12) == 0 || memcmp(b, nat64, 12) == 0)
        return is_public4(word_at(b + 12));
    uint32_t head = word_at(b);
    return head >> 29 == 1 && head != 0x20010000 && head != 0x20010db8 && head >> 16 != 0x2002;
}

bool web_is_public(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET)
        return is_public4(ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr));
    return a->sa_family == AF_INET6 &&
           is_public6(((const struct sockaddr_in6 *)(const void *)a)->sin6_addr.s6_addr);
}

/* Asked with the address that is about to be connected to, so that no name and no redirect leads
 * elsewhere. */
static curl_socket_t open_public(void *refused, curlsocktype purpose, struct curl_sockaddr *to)
{
    (void)purpose;
    if (web_is_public(&to->addr))
        return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
    *(bool *)refused = true;
    return CURL_SOCKET_BAD;
}

assay_status web_fetch(const char *url, const char *ca, bool with_private, buf *answer, assay_err *err)
{
    long status = 0;
    bool is_refused = false;
    if (strncmp(url, "https://", 8) != 0)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%.150s is not asked: only https is", url);
    CURL *c = handle();
    if (!c)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to ask %.150s", url);
    CURLcode code = settle(c, url, "https", answer);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    if (ca && code == CURLE_OK)
        code = curl_easy_setopt(c, CURLOPT_CAINFO, ca);
    if (!with_private) {
        if (code == CURLE_OK)
            code = curl_easy_setopt(c, CURLOPT_PROXY, ""); /* a proxy would look addresses up for us */
        curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_public);
        curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, &is_refused);
    }
    if (code == CURLE_OK)
        code = curl_easy_perform(c);
    if (code == CURLE_OK)
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(c);
    if (status == 200)
        return ASSAY_OK;
    if (code == CURLE_OUT_OF_MEMORY || answer->failed)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory to ask %.150s", url);
    if (is_refused)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%.150s is not asked: it leads into a private network", url);
    if (code == CURLE_WRITE_ERROR)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%.150s answers more than %d bytes", url, WEB_ANSWER_MAX);
    return code ? assay_fail(err, ASSAY_NOT_FOUND, 0, "%.150s: %s", url, curl_easy_strerror(code))
                : assay_fail(err, ASSAY_NOT_FOUND, 0, "%.150s answers %ld", url, status);
}

/* -- witnesses --------------------------------------------------------------------------------------- */

static assay_status read_seen(const buf *text, const char *origin, const note_key *keys,
                              size_t count, signer_seen *seen, assay_err *err)
{
    note n;
    checkpoint c;
    bool is_ours = false;
    assay_status status = note_parse(buf_text(text), text->length, &n, err);
    if (status == ASSAY_OK)
        status = checkpoint_parse(n.text, n.text_length, &c, err);
    for (size_t i = 0; i < count && status == ASSAY_OK; i++)
        is_ours |= note_verify(&n, &keys[i], NULL, NULL) == ASSAY_OK;
    if (status == ASSAY_OK && (!is_ours || strcmp(c.origin, origin) != 0))
        status = assay_fail(err, ASSAY_CONFLICT, 0,
                            "what the witness keeps is not signed by a key of %s", origin);
    if (status == ASSAY_OK)
        *seen = (signer_seen){c.size, c.root};
    return status;
}

assay_status witness_has(const policy_witness *w, const char *origin, const note_key *keys,
                         size_t count, signer_seen *seen, assay_err *err)
{
    char url[POLICY_URL + 96], hex[65];
    sha256 digest;
    long answered;
    buf text = BUF_INIT;
    assay_status status = sha256_of(origin, strlen(origin), &digest, err);
    if (status != ASSAY_OK)
        return status;
    sha256_to_hex(&digest, hex);
    snprintf(url, sizeof url, "%s/%s/checkpoint", w->url, hex);
    web_ask(url, NULL, &answered, &text, err);
    *seen = (signer_seen){0};
    if (answered == 200)
        status = read_seen(&text, origin, keys, count, seen, err);
    else if (answered && answered != 404)
        status = assay_fail(err, ASSAY_IO, 0, "%s answers %ld", url, answered);
    else if (!answered)
        status = ASSAY_IO;
    buf_done(&text);
    return status;
}
