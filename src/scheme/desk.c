/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk: published schemes of a database, compiled once.
 *
 * The bytes of a revision stand in a record and in a document by digest; nothing changes them. What is
 * compiled depends on the bytes alone, is never changed and stays for the life of the process, for all
 * its threads. */
#include "scheme/case_inner.h"

#include "base/base64.h"
#include "base/i18n.h"
#include "base/time.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEME_KIND "scheme"

static struct {
    pthread_mutex_t mutex;
    scheme **known;
    size_t count, room;
} shelf = {.mutex = PTHREAD_MUTEX_INITIALIZER};

assay_status desk_open(store *s, desk **out, assay_err *err)
{
    desk *d = calloc(1, sizeof *d);
    if (!d)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a desk");
    d->s = s;
    *out = d;
    return ASSAY_OK;
}

void desk_close(desk *d)
{
    free(d);
}

static scheme *find_known(const sha256 *digest)
{
    for (size_t i = 0; i < shelf.count; i++)
        if (memcmp(&shelf.known[i]->digest, digest, sizeof *digest) == 0)
            return shelf.known[i];
    return NULL;
}

static const scheme *known(const sha256 *digest)
{
    pthread_mutex_lock(&shelf.mutex);
    const scheme *s = find_known(digest);
    pthread_mutex_unlock(&shelf.mutex);
    return s;
}

/* Takes it over; *out is the one that stays. */
static assay_status keep(scheme *s, const scheme **out, assay_err *err)
{
    assay_status status = ASSAY_OK;
    pthread_mutex_lock(&shelf.mutex);
    scheme *other = find_known(&s->digest);
    if (!other && shelf.count == shelf.room) {
        size_t room = shelf.room ? 2 * shelf.room : 16;
        scheme **more = realloc(shelf.known, room * sizeof *more);
        if (more) {
            shelf.known = more;
            shelf.room = room;
        } else
            status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a scheme");
    }
    if (!other && !status)
        shelf.known[shelf.count++] = s;
    pthread_mutex_unlock(&shelf.mutex);
    if (other || status)
        scheme_free(s);
    if (!status)
        *out = other ? other : s;
    return status;
}

/* -- publishing ----------------------------------------------------------------------------- */

static json_t *card(const scheme *s, const char *hex, const char *bytes, size_t length)
{
    json_t *o = json_object(), *name = object_in(o, "name");
    set_text(name, "ko", s->item.words.ko);
    set_text(name, "en", s->item.words.en);
    set_text(name, "zh", s->item.words.zh);
    set_text(o, "scheme", s->item.id);
    set_text(o, "rev", s->rev);
    set_text(o, "digest", hex);
    set_text(o, "case_of", s->case_of);
    json_object_set_new(o, "is_open", json_boolean(s->cycle.is_open));
    json_object_set_new(o, "text", json_stringn(bytes, length));
    return o;
}

/* The newest of a name stands under the name itself. */
static assay_status point_to(store_tx *tx, const char *name, const char *hex, const char *actor,
                             assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = json_take(json_pack("{s:s}", "digest", hex), &text, err);
    if (!status)
        status = store_document_put(tx, SCHEME_KIND, name, text.data, NULL, DOCUMENT_ANY, actor,
                                    "published", NULL, err);
    buf_done(&text);
    return status;
}

/* A revision's name stands for one text for ever. */
static assay_status check_name(desk *d, const char *name, const char *hex, assay_err *err)
{
    store_document found;
    assay_status status = store_document_get(d->s, SCHEME_KIND, name, &found, NULL);
    if (status == ASSAY_NOT_FOUND || (!status && strstr(found.json, hex)))
        return ASSAY_OK;
    if (status)
        return assay_fail(err, status, 0, "%s cannot be read", name);
    assay_fail(err, ASSAY_CONFLICT, 0, "%s is published with another text", name);
    return assay_hint(err, _("give the changed scheme a new \"rev\""));
}

static assay_status write_scheme(desk *d, store_tx *tx, const scheme *s, const char *bytes,
                                 size_t length, const char *actor, assay_err *err)
{
    char hex[65], name[160];
    buf text = BUF_INIT;
    sha256_to_hex(&s->digest, hex);
    snprintf(name, sizeof name, "%.80s@%.60s", s->item.id, s->rev);
    assay_status status = check_name(d, name, hex, err);
    if (!status)
        status = json_take(card(s, hex, bytes, length), &text, err);
    if (!status)
        status = store_document_put(tx, SCHEME_KIND, hex, text.data, NULL, DOCUMENT_ANY, actor,
                                    "published", NULL, err);
    if (!status)
        status = point_to(tx, name, hex, actor, err);
    if (!status)
        status = point_to(tx, s->item.id, hex, actor, err);
    buf_done(&text);
    return status;
}

assay_status desk_publish(desk *d, store_tx *tx, const char *path, const char *bytes,
                          size_t length, const char *actor, sha256 *digest, scheme_faults *faults,
                          assay_err *err)
{
    scheme *s = NULL;
    assay_status status = scheme_read(path, bytes, length, &s, faults, err);
    if (status)
        return status;
    if (digest)
        *digest = s->digest;
    status = write_scheme(d, tx, s, bytes, length, actor, err);
    const scheme *kept;
    if (status)
        scheme_free(s);
    return status ? status : keep(s, &kept, err);
}

/* -- finding -------------------------------------------------------------------------------- */

static bool is_digest(const char *name)
{
    return strlen(name) == 64 && strspn(name, "0123456789abcdef") == 64;
}

static assay_status get_document(desk *d, const char *name, json_t **out, assay_err *err)
{
    store_document found;
    assay_status status = store_document_get(d->s, SCHEME_KIND, name, &found, err);
    if (status == ASSAY_NOT_FOUND) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, "no scheme \"%.80s\" is published here", name);
        assay_hint(err, _("publish its file first: assay round open DB FILE"));
    }
    if (!status)
        *out = json_tree(found.json);
    return status;
}

/* What a name stands for; its card with the text is large and not read for that. */
static assay_status find_digest(desk *d, const char *name, char hex[static 65], assay_err *err)
{
    json_t *o = NULL;
    assay_status status = is_digest(name) ? ASSAY_OK : get_document(d, name, &o, err);
    const char *digest = o ? text_of(o, "digest") : name;
    if (!status && (!digest || !is_digest(digest)))
        status = assay_fail(err, ASSAY_DAMAGED, 0, "the scheme \"%.80s\" has no text", name);
    if (!status)
        memcpy(hex, digest, 65);
    json_decref(o);
    return status;
}

static assay_status card_of(desk *d, const char *hex, json_t **out, assay_err *err)
{
    json_t *o = NULL;
    assay_status status = get_document(d, hex, &o, err);
    if (!status && !text_of(o, "text"))
        status = assay_fail(err, ASSAY_DAMAGED, 0, "the scheme \"%.80s\" has no text", hex);
    if (status)
        json_decref(o);
    else
        *out = o;
    return status;
}

static assay_status compile(const json_t *o, const scheme **out, assay_err *err)
{
    scheme_faults faults;
    scheme *s = NULL;
    const json_t *text = json_object_get(o, "text");
    assay_status status = scheme_read(text_of(o, "scheme"), json_string_value(text),
                                      json_string_length(text), &s, &faults, err);
    scheme_faults_done(&faults);
    return status ? status : keep(s, out, err);
}

static bool digest_read(const char *hex, sha256 *out)
{
    object_id half[2];
    char text[2][33] = {{0}};
    memcpy(text[0], hex, 32);
    memcpy(text[1], hex + 32, 32);
    if (!id_read(text[0], &half[0]) || !id_read(text[1], &half[1]))
        return false;
    memcpy(out->bytes, half[0].bytes, 16);
    memcpy(out->bytes + 16, half[1].bytes, 16);
    return true;
}

assay_status desk_scheme_by_digest(desk *d, const char *hex, const scheme **out, assay_err *err)
{
    sha256 digest;
    if (!hex || !is_digest(hex) || !digest_read(hex, &digest))
        return assay_fail(err, ASSAY_DAMAGED, 0, "a case names no scheme");
    const scheme *s = known(&digest);
    if (s) {
        *out = s;
        return ASSAY_OK;
    }
    json_t *o;
    assay_status status = card_of(d, hex, &o, err);
    if (status)
        return status;
    status = compile(o, out, err);
    json_decref(o);
    return status;
}

assay_status desk_scheme(desk *d, const char *name, const scheme **out, assay_err *err)
{
    char hex[65];
    assay_status status = find_digest(d, name, hex, err);
    return status ? status : desk_scheme_by_digest(d, hex, out, err);
}

assay_status desk_scheme_bytes(desk *d, const char *name, buf *out, assay_err *err)
{
    char hex[65];
    json_t *o = NULL;
    assay_status status = find_digest(d, name, hex, err);
    if (!status)
        status = card_of(d, hex, &o, err);
    if (status)
        return status;
    const json_t *text = json_object_get(o, "text");
    buf_add(out, json_string_value(text), json_string_length(text));
    json_decref(o);
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a scheme") : ASSAY_OK;
}

static bool add_card(const store_document *doc, void *context)
{
    json_t *o = is_digest(doc->id) ? json_tree(doc->json) : NULL;
    if (!o)
        return true;
    json_object_del(o, "text");
    json_object_set(o, "id", json_object_get(o, "scheme"));
    json_object_del(o, "scheme");
    set_time(o, "published", doc->time);
    json_array_append_new(context, o);
    return true;
}

assay_status desk_schemes(desk *d, buf *out, assay_err *err)
{
    json_t *o = json_object();
    assay_status status =
        store_documents(d->s, SCHEME_KIND, add_card, list_in(o, "schemes"), err);
    if (status) {
        json_decref(o);
        return status;
    }
    return json_take(o, out, err);
}
