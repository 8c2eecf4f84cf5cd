/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "notary/vc_web.h"

#include "base/hash.h"
#include "base/jcs.h"
#include "ledger/durable.h"
#include "notary/inner.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

void vc_web_done(vc_web *w)
{
    for (size_t i = 0; i < w->count; i++)
        buf_done(&w->text[i]);
    for (size_t i = 0; i < w->missed_count; i++)
        buf_done(&w->missed[i]);
    w->count = w->missed_count = 0;
}

/* -- the cache: a file for each address, as old as the answer ----------------------------------- */

static bool cache_path(const vc_web *w, const char *url, char *out, size_t room)
{
    sha256 digest;
    char hex[65];
    if (!w->o->cache || sha256_of(url, strlen(url), &digest, NULL) != ASSAY_OK)
        return false;
    sha256_to_hex(&digest, hex);
    return (size_t)snprintf(out, room, "%s/%s", w->o->cache, hex) < room;
}

static bool read_cached(const char *path, buf *out)
{
    struct stat st;
    time_t now = time(NULL);
    return stat(path, &st) == 0 && st.st_mtime <= now && now - st.st_mtime < VC_WEB_FRESH_S &&
           durable_read(path, WEB_ANSWER_MAX, out, NULL) == ASSAY_OK;
}

/* -- asking --------------------------------------------------------------------------------------- */

/* Nobody is asked twice who had no answer: each time may take as long as a time limit. */
static const char *missed_before(const vc_web *w, const char *url)
{
    for (size_t i = 0; i < w->missed_count; i++)
        if (strcmp(buf_text(&w->missed[i]), url) == 0)
            return buf_text(&w->missed[i]) + strlen(url) + 1;
    return NULL;
}

static assay_status miss(vc_web *w, const char *url, assay_status status, const assay_err *why, assay_err *err)
{
    buf *b = &w->missed[w->missed_count];
    *b = BUF_INIT;
    buf_add(b, url, strlen(url) + 1);
    buf_add(b, why->message, strlen(why->message) + 1);
    if (b->failed)
        buf_done(b);
    else
        w->missed_count++;
    return assay_fail(err, status, 0, "%s", why->message);
}

static assay_status fetch(vc_web *w, const char *url, buf *text, assay_err *err)
{
    char path[4096];
    bool is_kept = cache_path(w, url, path, sizeof path);
    if (is_kept && read_cached(path, text))
        return ASSAY_OK;
    buf_clear(text);
    assay_status status = web_fetch(url, w->o->ca, w->o->with_private, text, err);
    if (!status && is_kept && durable_make_directory(w->o->cache, 0700, NULL) == ASSAY_OK)
        (void)!durable_write(path, 0600, text->data, text->length, NULL); /* else asked again the next time */
    return status;
}

/* *out: the answer, in w->text. */
static assay_status ask(vc_web *w, const char *url, const buf **out, assay_err *err)
{
    assay_err why = {0};
    const char *missed = missed_before(w, url);
    if (w->o->is_offline)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "not checked: %.150s is not asked offline", url);
    if (missed)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%s", missed);
    if (w->count + w->missed_count >= VC_WEB_MOST)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%.150s is not asked: at most %d addresses are",
                          url, VC_WEB_MOST);
    buf *text = &w->text[w->count];
    *text = BUF_INIT;
    assay_status status = fetch(w, url, text, &why);
    if (status) {
        buf_done(text);
        return miss(w, url, status, &why, err);
    }
    w->count++;
    *out = text;
    return ASSAY_OK;
}

static assay_status issuer(void *context, const char *did, json_t **out, assay_err *err)
{
    const buf *text = NULL;
    buf url = BUF_INIT;
    json_t *document = NULL;
    if (!is_did_web(did))
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the keys of %.150s are not at hand", did);
    assay_status status = did_web_url(did, &url, err);
    if (!status)
        status = ask(context, buf_text(&url), &text, err);
    if (!status)
        status = jcs_read(buf_text(text), text->length, &document, err);
    if (status == ASSAY_FORMAT)
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "%.150s is no DID document", buf_text(&url));
    if (!status)
        status = did_document_check(document, did, err);
    buf_done(&url);
    if (!status)
        *out = json_incref(document);
    json_decref(document);
    return status;
}

static assay_status list(void *context, const char *url, buf *out, assay_err *err)
{
    const buf *text = NULL;
    assay_status status = ask(context, url, &text, err);
    if (status)
        return status;
    buf_add(out, buf_text(text), text->length);
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a list") : ASSAY_OK;
}

vc_sources vc_web_sources(vc_web *w, int64_t now)
{
    return (vc_sources){issuer, list, w, now};
}
