/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger/vc_shelf.h"

#include "base/jcs.h"
#include "ledger/jwt.h"
#include "ledger/vc.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *id;
    json_t *document; /* of an issuer; NULL: */
    buf list;         /* a status list as it came */
} item;

struct vc_shelf {
    item items[VC_SHELF_MAX];
    size_t count;
    vc_sources behind;
    bool is_told;
};

assay_status vc_shelf_new(vc_shelf **out, assay_err *err)
{
    vc_shelf *s = calloc(1, sizeof *s);
    if (!s)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for documents");
    *out = s;
    return ASSAY_OK;
}

static void item_done(item *i)
{
    free(i->id);
    json_decref(i->document);
    buf_done(&i->list);
    *i = (item){0};
}

void vc_shelf_free(vc_shelf *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        item_done(&s->items[i]);
    free(s);
}

void vc_shelf_behind(vc_shelf *s, const vc_sources *sources)
{
    s->behind = *sources;
}

/* -- adding ----------------------------------------------------------------------------------- */

static item *find(vc_shelf *s, const char *id, bool is_list)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->items[i].id, id) == 0 && (s->items[i].document == NULL) == is_list)
            return &s->items[i];
    return NULL;
}

/* The place of this name, emptied if there was one. */
static item *place_for(vc_shelf *s, const char *id, bool is_list)
{
    item *i = find(s, id, is_list);
    if (i)
        item_done(i);
    else if (s->count < VC_SHELF_MAX)
        i = &s->items[s->count++];
    return i;
}

static assay_status put(vc_shelf *s, const json_t *value, const char *text, size_t length,
                        assay_err *err)
{
    bool is_list = vc_has_type(value, "BitstringStatusListCredential");
    bool is_document = json_is_array(json_object_get(value, "verificationMethod")) ||
                       json_is_array(json_object_get(value, "assertionMethod"));
    const char *id = vc_text(value, "id");
    if (!*id || is_list == is_document)
        return assay_fail(err, ASSAY_FORMAT, 0,
                          "neither the document of an issuer nor a status list");
    char *name = strdup(id);
    if (!name)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a document");
    item *i = place_for(s, id, is_list);
    if (!i) {
        free(name);
        return assay_fail(err, ASSAY_LIMIT, 0, "more than %d documents", VC_SHELF_MAX);
    }
    i->id = name;
    if (is_document)
        i->document = json_incref((json_t *)(uintptr_t)value);
    else
        buf_add(&i->list, text, length);
    return i->list.failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a list") : ASSAY_OK;
}

assay_status vc_shelf_add(vc_shelf *s, const char *text, size_t length, assay_err *err)
{
    jws j = {0};
    json_t *value = NULL;
    assay_status status;
    if (length > VC_MAX)
        return assay_fail(err, ASSAY_LIMIT, 0, "a document of %zu bytes; at most %d are read",
                          length, VC_MAX);
    if (jws_is(text, length)) {
        status = jws_read(text, length, false, &j, err);
        value = json_incref(j.payload);
    } else {
        status = jcs_read(text, length, &value, err);
    }
    if (!status)
        status = put(s, value, text, length, err);
    json_decref(value);
    jws_done(&j);
    return status;
}

/* -- giving out ------------------------------------------------------------------------------- */

static assay_status give_issuer(void *context, const char *did, json_t **out, assay_err *err)
{
    vc_shelf *s = context;
    const item *i = find(s, did, false);
    if (i) {
        s->is_told = true;
        *out = json_incref(i->document);
        return ASSAY_OK;
    }
    if (s->behind.issuer)
        return s->behind.issuer(s->behind.context, did, out, err);
    return assay_fail(err, ASSAY_NOT_FOUND, 0, "the keys of %.150s are not at hand", did);
}

static assay_status give_list(void *context, const char *url, buf *out, assay_err *err)
{
    vc_shelf *s = context;
    const item *i = find(s, url, true);
    if (!i && s->behind.list)
        return s->behind.list(s->behind.context, url, out, err);
    if (!i)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the status list %.150s is not at hand", url);
    buf_add(out, buf_text(&i->list), i->list.length);
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, "no memory for a list") : ASSAY_OK;
}

vc_sources vc_shelf_sources(vc_shelf *s, int64_t now)
{
    s->is_told = false;
    return (vc_sources){give_issuer, give_list, s, now};
}

bool vc_shelf_is_told(const vc_shelf *s)
{
    return s->is_told;
}
