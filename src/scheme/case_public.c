/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of people without an account: a complaint, a report.
 *
 * Who opens one becomes a person of the registry that nobody knows but by the receipt: 125 random bits,
 * told once. With it comes the view of the case that any party has, and what any party may do. The name
 * is what they choose to say. */
#include "scheme/case_inner.h"
#include "scheme/case_public.h"

#include "base/base64.h"
#include "base/hash.h"
#include "base/i18n.h"
#include "base/random.h"
#include "scheme/case_file.h"
#include "scheme/photo.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS = 25, GROUP = 5 };

bool scheme_is_for_everybody(const scheme *s)
{
    const scheme_stage *first = &s->stage[0];
    for (size_t i = 0; i < first->who_count; i++)
        for (size_t k = 0; k < first->who[i]->may_count; k++)
            if (strcmp(first->who[i]->may[k], "public") == 0)
                return true;
    return false;
}

/* -- receipts ------------------------------------------------------------------------------------ */

/* Crockford's letters: none that is taken for another. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void spell(const uint8_t chance[static LETTERS], char out[static LETTERS + 1])
{
    for (int i = 0; i < LETTERS; i++)
        out[i] = alphabet[chance[i] & 31];
    out[LETTERS] = '\0';
}

static assay_status make_receipt(char out[static LETTERS + 1], assay_err *err)
{
    uint8_t chance[LETTERS];
    assay_status status = random_bytes(chance, sizeof chance, err);
    if (!status)
        spell(chance, out);
    return status;
}

/* The receipt that goes with a key: as hard to guess as the key is. */
static assay_status receipt_of_key(const char *program, const char *key, char out[static LETTERS + 1],
                                   assay_err *err)
{
    sha256 digest;
    buf text = BUF_INIT;
    size_t n = strspn(key, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_");
    if (key[n] || n < 22 || n > 64)
        return assay_fail(err, ASSAY_FORMAT, 0, "key: found %zu characters, expected 22 to 64 letters and digits made by chance", strlen(key));
    buf_addf(&text, "assay public case\n%s\n%s", program, key);
    assay_status status = sha256_of(text.data, text.length, &digest, err);
    if (!status)
        spell(digest.bytes, out);
    buf_done(&text);
    return status;
}

/* As people write it down: any case, any separators. False: it is none. */
static bool read_receipt(const char *text, char out[static LETTERS + 1])
{
    size_t n = 0;
    for (; *text && n <= LETTERS; text++)
        if (isalnum((unsigned char)*text) && n < LETTERS)
            out[n++] = (char)toupper((unsigned char)*text);
        else if (isalnum((unsigned char)*text))
            return false;
    out[n] = '\0';
    return n == LETTERS;
}

static void show_receipt(const char *receipt, json_t *o)
{
    buf text = BUF_INIT;
    for (int i = 0; i < LETTERS; i++) {
        if (i && i % GROUP == 0)
            buf_add_char(&text, '-');
        buf_add_char(&text, receipt[i]);
    }
    set_text(o, "receipt", buf_text(&text));
    buf_done(&text);
}

/* -- opening --------------------------------------------------------------------------------------- */

static assay_status make_person(desk *d, store_tx *tx, const char *name, const char *receipt,
                                object_id *out, assay_err *err)
{
    buf text = BUF_INIT;
    json_t *o = json_object();
    set_text(o, "kind", "person");
    set_text(o, "name", name && *name ? name : _("anonymous"));
    set_text(o, "receipt", receipt);
    assay_status status = json_take(o, &text, err);
    if (!status)
        status = party_add(tx, d->s, buf_text(&text), NULL, out, err);
    buf_done(&text);
    return status;
}

static assay_status say_json(desk *d, store_tx *tx, const object_id *id, const char *act, json_t *said,
                             const viewer *who, buf *answer, assay_err *err)
{
    buf text = BUF_INIT;
    assay_status status = json_take(said, &text, err);
    if (!status)
        status = id ? case_act(d, tx, id, act, buf_text(&text), who, answer, err)
                    : case_open(d, tx, who, buf_text(&text), answer, err);
    buf_done(&text);
    return status;
}

/* -- photos ------------------------------------------------------------------------------------------ */

static assay_status strip(const scheme_field *f, const void *bytes, size_t length, buf *out, assay_err *err)
{
    assay_err why = {.code = ASSAY_OK};
    assay_status status = photo_strip(bytes, length, out, &why);
    return status ? assay_fail(err, status, why.at, "%s: %s", f->item.id, why.message) : ASSAY_OK;
}

/* Base64 in, the picture alone out, the file's card in its place. */
static assay_status take_photo(desk *d, store_tx *tx, const object_id *id, const viewer *who, const scheme_form *form,
                               const scheme_field *f, json_t *photo, assay_err *err)
{
    buf picture = BUF_INIT, card = BUF_INIT;
    case_file_in file = {.parts = 0};
    const char *text = text_of(photo, "bytes");
    size_t length = text ? strlen(text) : 0, used = 0;
    void *bytes = malloc(length + 1);
    assay_status status = ASSAY_OK;
    if (!bytes)
        status = assay_fail(err, ASSAY_MEMORY, 0, "no memory for a photo");
    else if (!text || !base64_read(text, length, BASE64_STANDARD, bytes, length, &used))
        status = assay_fail(err, ASSAY_FORMAT, 0, "%s: found no base64, expected {name, bytes}", f->item.id);
    if (!status)
        status = strip(f, bytes, used, &picture, err);
    if (!status)
        status = case_file_begin(d, tx, id, who, form->item.id, f->item.id, &file, err);
    if (!status)
        status = case_file_add(d, tx, &file, picture.data, picture.length, err);
    if (!status)
        status = case_file_end(d, tx, &file, text_of(photo, "name"), who, &card, err);
    case_file_done(&file);
    json_t *told = status ? NULL : json_loads(buf_text(&card), 0, NULL);
    if (told) {
        json_object_clear(photo);
        json_object_update(photo, told);
    }
    json_decref(told);
    buf_done(&card);
    buf_done(&picture);
    free(bytes);
    return status;
}

static assay_status take_photos(desk *d, store_tx *tx, const object_id *id, const viewer *who,
                                const scheme_form *form, json_t *values, assay_err *err)
{
    size_t n = 0;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < form->field_count; i++) {
        const scheme_field *f = &form->field[i];
        json_t *v = json_object_get(values, f->item.id);
        if (f->kind != FIELD_PHOTO || !v)
            continue;
        size_t count = json_is_array(v) ? json_array_size(v) : 1;
        if ((n += count) > PUBLIC_PHOTOS_MOST)
            return assay_fail(err, ASSAY_LIMIT, 0, _("%s: at most %d photos"), f->item.id, PUBLIC_PHOTOS_MOST);
        for (size_t k = 0; !status && k < count; k++)
            status = take_photo(d, tx, id, who, form, f, json_is_array(v) ? json_array_get(v, k) : v, err);
    }
    return status;
}

/* Open it, and hand its first form in: without one there is nothing to read. */
static assay_status open_filled(desk *d, store_tx *tx, const scheme *s, const json_t *said,
                                const viewer *who, json_t **out, assay_err *err)
{
    buf opened = BUF_INIT, filled = BUF_INIT;
    json_t *o = json_object(), *fill = json_object(), *values = json_object_get(said, "values");
    object_id id;
    set_text(o, "scheme", s->item.id);
    set_text(fill, "form", s->stage[0].form->item.id);
    json_object_set_new(fill, "seal", json_true());
    json_object_set_new(fill, "values", values ? json_deep_copy(values) : json_object());
    assay_status status = say_json(d, tx, NULL, "open", o, who, &opened, err);
    json_t *made = status ? NULL : json_tree(buf_text(&opened));
    if (!status && !id_read(text_of(made, "case"), &id))
        status = assay_fail(err, ASSAY_DAMAGED, 0, "a case was opened without an id");
    if (!status)
        status = take_photos(d, tx, &id, who, s->stage[0].form, json_object_get(fill, "values"), err);
    if (!status)
        status = say_json(d, tx, &id, "fill", fill, who, &filled, err);
    else
        json_decref(fill);
    if (!status)
        *out = json_tree(buf_text(&filled));
    json_decref(made);
    buf_done(&opened);
    buf_done(&filled);
    return status;
}

/* -- by receipt -------------------------------------------------------------------------------------- */

static bool keep_case(const store_entry *e, void *context)
{
    *(object_id *)context = e->object;
    return false;
}

assay_status case_of_receipt(desk *d, const char *text, viewer *who, object_id *out, assay_err *err)
{
    char receipt[LETTERS + 1], prefix[ID_TEXT + 1];
    object_id id = {{0}};
    *who = (viewer){.kind = VIEWER_PARTY, .now = who->now};
    assay_status status = read_receipt(text, receipt)
                              ? party_of_pass(d->s, "receipt", receipt, &who->party, err)
                              : ASSAY_NOT_FOUND;
    if (!status) {
        id_text(&who->party, prefix);
        strcat(prefix, "/");
        store_page page = {.list = "case/party", .prefix = prefix, .limit = 1};
        status = store_entries(d->s, &page, keep_case, &id, err);
    }
    if (status == ASSAY_NOT_FOUND || (!status && id_is_none(&id))) {
        assay_fail(err, ASSAY_NOT_FOUND, 0, _("there is no case with this receipt"));
        return assay_hint(err, _("it has 25 letters and digits, as it was shown when the case was opened"));
    }
    if (!status)
        *out = id;
    return status;
}

/* -- once -------------------------------------------------------------------------------------------------- */

typedef struct {
    const scheme *s;
    const char *program, *name, *key;
} public_wish;

static assay_status read_wish(desk *d, const json_t *o, public_wish *w, assay_err *err)
{
    assay_status status = said_only(o, "scheme name values key", err);
    if (!status)
        status = said_text(o, "scheme", true, 200, &w->program, err);
    if (!status)
        status = said_text(o, "name", false, 200, &w->name, err);
    if (!status)
        status = said_text(o, "key", false, 200, &w->key, err);
    if (!status)
        status = desk_scheme(d, w->program, &w->s, err);
    if (!status && (!scheme_is_for_everybody(w->s) || !w->s->stage[0].form))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, _("%.80s takes nothing from the public"), w->program);
    return status;
}

/* What the same key has opened before; NULL in *out: nothing. */
static assay_status opened_before(desk *d, const char *receipt, int64_t now, json_t **out, assay_err *err)
{
    object_id id;
    buf seen = BUF_INIT;
    viewer who = {.now = now};
    assay_status status = case_of_receipt(d, receipt, &who, &id, err);
    if (status == ASSAY_NOT_FOUND)
        return ASSAY_OK;
    if (!status)
        status = case_view(d, &id, &who, &seen, err);
    json_t *view = status ? NULL : json_loads(buf_text(&seen), 0, NULL);
    if (view) {
        *out = json_object();
        set_text(*out, "case", text_of(view, "id"));
        set_text(*out, "state", text_of(view, "phase"));
        set_text(*out, "stage", text_of(view, "stage"));
        set_text(*out, "due", text_of(view, "due"));
        json_object_set_new(*out, "again", json_true());
    }
    json_decref(view);
    buf_done(&seen);
    return status;
}

assay_status case_open_public(desk *d, store_tx *tx, const char *said, const viewer *who,
                              buf *answer, assay_err *err)
{
    public_wish w;
    char receipt[LETTERS + 1];
    json_t *o, *made = NULL;
    viewer person = {.kind = VIEWER_PARTY, .now = who->now};
    assay_status status = said_read(said, &o, err);
    if (status)
        return status;
    status = read_wish(d, o, &w, err);
    if (!status)
        status = w.key ? receipt_of_key(w.s->item.id, w.key, receipt, err) : make_receipt(receipt, err);
    if (!status && w.key)
        status = opened_before(d, receipt, who->now, &made, err);
    if (!status && !made) {
        status = make_person(d, tx, w.name, receipt, &person.party, err);
        if (!status)
            status = open_filled(d, tx, w.s, o, &person, &made, err);
    }
    json_decref(o);
    if (status)
        return status;
    show_receipt(receipt, made);
    return json_take(made, answer, err);
}
