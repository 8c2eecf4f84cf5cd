/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each part is sealed with its file's id and its place bound to it: parts cannot be exchanged, and
 * what is read is what was brought, or nothing. What is said of a file (its name may tell a person)
 * is sealed too. Who may have the bytes is asked of the view: a file is there for who finds its id
 * in a form there. */
#include "scheme/case_file.h"

#include "base/i18n.h"
#include "base/text.h"
#include "scheme/party_inner.h"
#include "scheme/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- which field --------------------------------------------------------------------------------
 */

static bool is_file(const scheme_field *f)
{
    return f && (f->kind == FIELD_FILE || f->kind == FIELD_PHOTO);
}

/* "photo", "steps.photo". */
static const scheme_field *field_named(const scheme_form *form, const char *name)
{
    char head[100];
    const char *dot = strchr(name, '.');
    snprintf(head, sizeof head, "%.*s", (int)strcspn(name, "."), name);
    const scheme_field *f = scheme_find_field(form, head);
    if (!f || !dot)
        return f;
    for (size_t i = 0; i < f->row_count; i++)
        if (strcmp(f->row[i].item.id, dot + 1) == 0)
            return &f->row[i];
    return NULL;
}

typedef assay_status file_visitor(json_t *told, const scheme_field *f, void *context,
                                  assay_err *err);

static assay_status visit_field(const scheme_field *f, json_t *v, file_visitor *visit,
                                void *context, assay_err *err)
{
    assay_status status = ASSAY_OK;
    if (f->kind == FIELD_ROWS) {
        for (size_t k = 0; !status && k < json_array_size(v); k++)
            for (size_t i = 0; !status && i < f->row_count; i++)
                status = visit_field(&f->row[i],
                                     json_object_get(json_array_get(v, k), f->row[i].item.id),
                                     visit, context, err);
        return status;
    }
    if (!is_file(f))
        return ASSAY_OK;
    if (json_object_get(v, "file"))
        return visit(v, f, context, err);
    for (size_t k = 0; !status && k < json_array_size(v); k++)
        if (json_object_get(json_array_get(v, k), "file"))
            status = visit(json_array_get(v, k), f, context, err);
    return status;
}

/* Every value of a file or photo that names bytes. */
static assay_status visit_files(const scheme_form *form, const json_t *values, file_visitor *visit,
                                void *context, assay_err *err)
{
    assay_status status = ASSAY_OK;
    for (size_t i = 0; !status && i < form->field_count; i++)
        status = visit_field(&form->field[i], json_object_get(values, form->field[i].item.id),
                             visit, context, err);
    return status;
}

/* -- what is said of a file
 * ------------------------------------------------------------------------ */

static void about_text(const object_id *id, const char *what, uint32_t part, char out[static 80])
{
    char name[ID_TEXT];
    id_text(id, name);
    snprintf(out, 80, "file %s %s %u", name, what, part);
}

/* NULL in *out: erased. */
static assay_status file_about(store *s, const object_id *id, store_file *f, json_t **out,
                               assay_err *err)
{
    char about[80];
    *out = NULL;
    assay_status status = store_file_get(s, id, f, err);
    if (status || f->state == FILE_COMING || f->state == FILE_ERASED)
        return status;
    char *sealed = strdup(f->about); /* a key is a document too: it takes the handle's room */
    about_text(id, "about", 0, about);
    f->about = "";
    status = sealed ? secret_open(s, &f->owner, about, sealed, out, err)
                    : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a file");
    free(sealed);
    return status;
}

/* -- coming in
 * -------------------------------------------------------------------------------------- */

static assay_status check_room(store *s, const object_id *id, assay_err *err)
{
    store_file_tally n;
    assay_status status = store_files_of(s, id, &n, err);
    if (!status && n.files >= CASE_FILES_MOST)
        return assay_fail(err, ASSAY_LIMIT, 0, _("a case has at most %d files"), CASE_FILES_MOST);
    if (!status && n.loose >= CASE_FILES_LOOSE)
        return assay_fail(err, ASSAY_LIMIT, 0, "%d files of the case wait to be named in a form",
                          CASE_FILES_LOOSE);
    return status;
}

static assay_status begin(the_case *c, const char *form_name, const char *field, case_file_in *f,
                          assay_err *err)
{
    const scheme_stage *stage;
    const scheme_form *form;
    if (id_is_none(&c->who->party) && !c->who->account)
        return assay_fail(err, ASSAY_DOMAIN, 0, "files are brought by people with an account");
    assay_status status = case_form_asked(c, form_name, &stage, &form, err);
    const scheme_field *found = status ? NULL : field_named(form, field);
    if (!status && !is_file(found))
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "the form %s has no file \"%.60s\"",
                          form->item.id, field);
    if (!status)
        status = check_room(c->d->s, &c->id, err);
    if (status)
        return status;
    f->object = c->id;
    f->owner = case_owner(c);
    f->is_photo = found->kind == FIELD_PHOTO;
    snprintf(f->form, sizeof f->form, "%.70s", form->item.id);
    snprintf(f->field, sizeof f->field, "%.150s", field);
    return store_file_begin(c->tx, &f->id, &f->object, &f->owner, err);
}

assay_status case_file_begin(desk *d, store_tx *tx, const object_id *id, const viewer *who,
                             const char *form, const char *field, case_file_in *out, assay_err *err)
{
    the_case c;
    case_file_in f = {.parts = 0};
    assay_status status = case_load(d, tx, id, who, &c, err);
    if (status)
        return status;
    status = id_new(&f.id, err);
    if (!status)
        status = hasher_new(&f.digest, err);
    if (!status)
        status = begin(&c, form, field, &f, err);
    case_done(&c);
    if (status) {
        case_file_done(&f);
        return status;
    }
    hasher_begin(f.digest);
    *out = f;
    return ASSAY_OK;
}

static void take_head(case_file_in *f, const char *bytes, size_t length)
{
    size_t room = sizeof f->head - f->head_length, n = length < room ? length : room;
    memcpy(f->head + f->head_length, bytes, n);
    f->head_length += n;
}

assay_status case_file_add(desk *d, store_tx *tx, case_file_in *f, const void *bytes, size_t length,
                           assay_err *err)
{
    char about[80];
    buf sealed = BUF_INIT;
    if (f->bytes % CASE_FILE_PART || length > CASE_FILE_PART)
        return assay_fail(err, ASSAY_SHAPE, 0, "only the last part of a file may be shorter");
    if (f->bytes + length > CASE_FILE_MOST)
        return assay_fail(err, ASSAY_LIMIT, 0, _("a file has at most %d MiB"),
                          CASE_FILE_MOST >> 20);
    about_text(&f->id, "part", f->parts, about);
    assay_status status =
        secret_seal_bytes(tx, d->s, &f->owner, about, bytes, length, &sealed, err);
    if (!status)
        status = store_file_add(tx, &f->id, sealed.data, sealed.length, err);
    buf_done(&sealed);
    if (status)
        return status;
    hasher_add(f->digest, bytes, length);
    take_head(f, bytes, length);
    f->bytes += length;
    f->parts++;
    return ASSAY_OK;
}

/* The last part of a path, without what would leave a line or a quoted text. */
static void clean_name(const char *name, char out[static CASE_FILE_NAME])
{
    const char *slash = name ? strrchr(name, '/') : NULL, *back = name ? strrchr(name, '\\') : NULL;
    size_t n = 0;
    name = slash && slash > back ? slash + 1 : back ? back + 1 : name ? name : "";
    for (const unsigned char *p = (const unsigned char *)name; *p && n < CASE_FILE_NAME - 1; p++)
        out[n++] = (char)(*p < ' ' || *p == 127 || *p == '"' ? '_' : *p);
    out[n] = '\0';
    for (; n && utf8_valid(out, n) < n; n--) /* a character that the end cut */
        out[n - 1] = '\0';
}

/* Who brought it: the party, or the account where it is none. */
static void hand_of(const viewer *who, char out[static 160])
{
    char me[ID_TEXT];
    if (viewer_is_named(who, me))
        snprintf(out, 160, "%s", me);
    else
        snprintf(out, 160, "account:%.140s", who->account ? who->account : "");
}

static json_t *card_of(const case_file_in *f, const char *name, const char *digest)
{
    char id[ID_TEXT], clean[CASE_FILE_NAME];
    json_t *o = json_object();
    id_text(&f->id, id);
    clean_name(name, clean);
    set_text(o, "file", id);
    set_text(o, "name", *clean ? clean : NULL);
    set_text(o, "type", file_type_of(f->head, f->head_length).type);
    json_object_set_new(o, "bytes", json_integer((json_int_t)f->bytes));
    set_text(o, "digest", digest);
    return o;
}

assay_status case_file_end(desk *d, store_tx *tx, case_file_in *f, const char *name,
                           const viewer *who, buf *answer, assay_err *err)
{
    sha256 digest;
    char hex[65], about[80], hand[160];
    buf sealed = BUF_INIT;
    file_type type = file_type_of(f->head, f->head_length);
    if (!f->bytes)
        return assay_fail(err, ASSAY_FORMAT, 0, _("the file is empty"));
    if (f->is_photo && !type.is_image)
        return assay_fail(err, ASSAY_FORMAT, 0, _("%s: found %s, expected a photo"), f->field,
                          type.type);
    assay_status status = hasher_end(f->digest, &digest, err);
    if (status)
        return status;
    sha256_to_hex(&digest, hex);
    hand_of(who, hand);
    about_text(&f->id, "about", 0, about);
    json_t *card = card_of(f, name, hex), *whole = json_deep_copy(card);
    set_text(whole, "by", hand);
    set_text(whole, "form", f->form);
    set_text(whole, "field", f->field);
    status = secret_seal(tx, d->s, &f->owner, about, whole, &sealed, err);
    if (!status)
        status = store_file_end(tx, &f->id, buf_text(&sealed), err);
    json_decref(whole);
    buf_done(&sealed);
    if (!status)
        return json_take(card, answer, err);
    json_decref(card);
    return status;
}

void case_file_done(case_file_in *f)
{
    hasher_free(f->digest);
    *f = (case_file_in){.parts = 0};
}

/* -- seeing
 * ------------------------------------------------------------------------------------------ */

typedef struct {
    const char *id;
    json_t *found; /* borrowed */
} file_search;

static assay_status look(json_t *told, const scheme_field *f, void *context, assay_err *err)
{
    file_search *s = context;
    const char *id = text_of(told, "file");
    (void)f, (void)err;
    if (id && strcmp(id, s->id) == 0)
        s->found = told;
    return ASSAY_OK;
}

/* Photos of a visit stand among its observations (case_visit.c). */
static void look_on_site(json_t *seen, file_search *s)
{
    const char *stage;
    json_t *set;
    json_object_foreach(seen, stage, set) {
        const json_t *entries = json_object_get(set, "entries");
        for (size_t i = 0; !s->found && i < json_array_size(entries); i++) {
            json_t *photo = json_object_get(json_array_get(entries, i), "value");
            const char *id = text_of(photo, "file");
            if (id && strcmp(id, s->id) == 0)
                s->found = photo;
        }
    }
}

/* What the viewer's own view says of it; the caller's reference. NULL: it is not there. */
static json_t *seen_file(the_case *c, const object_id *file)
{
    sight s;
    char id[ID_TEXT];
    if (sight_of(c, &s, NULL) != ASSAY_OK || s.kind == SIGHT_NOTHING)
        return NULL;
    id_text(file, id);
    file_search search = {.id = id};
    json_t *view = view_of(c, &s), *forms = json_object_get(view, "forms");
    for (size_t i = 0; !search.found && i < json_array_size(forms); i++) {
        const json_t *one = json_array_get(forms, i);
        const scheme_form *form = scheme_find_form(c->scheme, text_of(one, "form"));
        if (form && visit_files(form, json_object_get(one, "values"), look, &search, NULL))
            break;
    }
    if (!search.found)
        look_on_site(json_object_get(view, "seen"), &search);
    json_incref(search.found);
    json_decref(view);
    return search.found;
}

static bool is_mine(const viewer *who, const json_t *about)
{
    char hand[160];
    const char *by = text_of(about, "by");
    hand_of(who, hand);
    return by && strcmp(by, hand) == 0;
}

static void set_name(case_file *out, const json_t *seen, const char *id)
{
    const char *name = text_of(seen, "name");
    if (name)
        snprintf(out->name, sizeof out->name, "%.*s", CASE_FILE_NAME - 1, name);
    else
        snprintf(out->name, sizeof out->name, "file-%.8s%s", id + 24, out->type.tail);
}

assay_status case_file_find(desk *d, const object_id *id, const object_id *file, const viewer *who,
                            case_file *out, assay_err *err)
{
    the_case c;
    store_file f;
    char name[ID_TEXT];
    json_t *about = NULL;
    assay_status status = case_load(d, NULL, id, who, &c, err);
    if (status)
        return status;
    id_text(file, name);
    json_t *seen = seen_file(&c, file);
    status = file_about(d->s, file, &f, &about, err);
    bool is_here = !status && about && id_same(&f.object, id);
    bool is_loose = is_here && f.state == FILE_LOOSE && is_mine(who, about);
    if (status == ASSAY_NOT_FOUND || (!status && (!is_here || (!seen && !is_loose))))
        status = assay_fail(err, ASSAY_NOT_FOUND, 0, "there is no file %s", name);
    if (!status) {
        *out = (case_file){.id = *file, .owner = f.owner, .parts = f.parts};
        out->bytes = (uint64_t)json_integer_value(json_object_get(about, "bytes"));
        out->type = file_type_named(text_of(about, "type"));
        snprintf(out->digest, sizeof out->digest, "%s", text_of(about, "digest"));
        set_name(out, seen ? seen : about, name);
    }
    json_decref(about);
    json_decref(seen);
    case_done(&c);
    return status;
}

assay_status case_file_read(store *s, const case_file *f, uint32_t i, buf *out, assay_err *err)
{
    char about[80];
    buf sealed = BUF_INIT;
    about_text(&f->id, "part", i, about);
    assay_status status = store_file_read(s, &f->id, i, &sealed, err);
    if (!status)
        status = secret_open_bytes(s, &f->owner, about, sealed.data, sealed.length, out, err);
    buf_done(&sealed);
    return status;
}

/* -- naming them in a form
 * ----------------------------------------------------------------------------- */

static void say_what_is_stored(json_t *told, const json_t *about)
{
    static const char *const names[] = {"file", "type", "bytes", "digest"};
    json_object_clear(told);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_get(about, names[i]))
            json_object_set(told, names[i], json_object_get(about, names[i]));
}

static assay_status settle(json_t *told, const scheme_field *f, void *context, assay_err *err)
{
    the_case *c = context;
    object_id id;
    store_file stored;
    json_t *about = NULL, *seen = NULL;
    const char *name = text_of(told, "file");
    if (!id_read(name, &id))
        return assay_fail(err, ASSAY_FORMAT, 0, "%s: \"file\" is no id of a file", f->item.id);
    assay_status status = file_about(c->d->s, &id, &stored, &about, err);
    bool is_here = !status && about && id_same(&stored.object, &c->id);
    if (is_here && !is_mine(c->who, about))
        seen = seen_file(c, &id);
    if ((!status || status == ASSAY_NOT_FOUND) && (!is_here || (!is_mine(c->who, about) && !seen)))
        status =
            assay_fail(err, ASSAY_NOT_FOUND, 0, "%s: there is no file %.40s", f->item.id, name);
    if (!status && f->kind == FIELD_PHOTO && !file_type_named(text_of(about, "type")).is_image)
        status = assay_fail(err, ASSAY_FORMAT, 0, _("%s: found %s, expected a photo"), f->item.id,
                            text_of(about, "type"));
    if (!status)
        status = store_file_keep(c->tx, &id, err);
    if (!status)
        say_what_is_stored(told, about);
    json_decref(about);
    json_decref(seen);
    return status;
}

assay_status case_files_settle(the_case *c, const scheme_form *form, json_t *values, assay_err *err)
{
    return visit_files(form, values, settle, c, err);
}

static assay_status name_one(json_t *told, const scheme_field *f, void *context, assay_err *err)
{
    the_case *c = context;
    object_id id;
    store_file stored;
    json_t *about = NULL;
    (void)f, (void)err;
    if (id_read(text_of(told, "file"), &id) &&
        file_about(c->d->s, &id, &stored, &about, NULL) == ASSAY_OK &&
        id_same(&stored.object, &c->id))
        set_text(told, "name", text_of(about, "name"));
    json_decref(about);
    return ASSAY_OK;
}

void case_files_name(the_case *c, const scheme_form *form, json_t *values)
{
    if (visit_files(form, values, name_one, c, NULL) != ASSAY_OK)
        return; /* a view without names is one all the same */
}

/* -- by path
 * ------------------------------------------------------------------------------------------- */

typedef struct {
    desk *d;
    store_tx *tx;
    const object_id *id;
    const viewer *who;
    const char *form;
} attaching;

static assay_status copy_in(attaching *a, FILE *from, const char *path, const char *field,
                            buf *answer, assay_err *err)
{
    case_file_in f;
    char *room = malloc(CASE_FILE_PART);
    if (!room)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a file");
    assay_status status = case_file_begin(a->d, a->tx, a->id, a->who, a->form, field, &f, err);
    if (status) {
        free(room);
        return status;
    }
    size_t n;
    while (!status && (n = fread(room, 1, CASE_FILE_PART, from)) > 0)
        status = case_file_add(a->d, a->tx, &f, room, n, err);
    if (!status && ferror(from))
        status = assay_fail(err, ASSAY_IO, 0, "cannot read %s", path);
    if (!status)
        status = case_file_end(a->d, a->tx, &f, path, a->who, answer, err);
    case_file_done(&f);
    free(room);
    return status;
}

/* "@path" gives way to what is stored. */
static assay_status attach_one(attaching *a, json_t *holder, const char *key, size_t index,
                               const char *field, assay_err *err)
{
    json_t *given = key ? json_object_get(holder, key) : json_array_get(holder, index);
    const char *text = json_string_value(given);
    buf answer = BUF_INIT;
    if (!text || *text != '@')
        return ASSAY_OK;
    FILE *from = fopen(text + 1, "rb");
    if (!from)
        return assay_fail(err, ASSAY_NOT_FOUND, 0, "%s: cannot open %s", field, text + 1);
    assay_status status = copy_in(a, from, text + 1, field, &answer, err);
    fclose(from);
    json_t *told = status ? NULL : json_tree(buf_text(&answer));
    if (told && key)
        json_object_set_new(holder, key, told);
    else if (told)
        json_array_set_new(holder, index, told);
    buf_done(&answer);
    return status;
}

static assay_status attach_field(attaching *a, const scheme_field *f, json_t *values,
                                 const char *path, assay_err *err)
{
    json_t *v = json_object_get(values, f->item.id);
    assay_status status = ASSAY_OK;
    for (size_t k = 0; f->kind == FIELD_ROWS && !status && k < json_array_size(v); k++)
        for (size_t i = 0; !status && i < f->row_count; i++) {
            char inner[160];
            snprintf(inner, sizeof inner, "%.70s.%.70s", path, f->row[i].item.id);
            status = attach_field(a, &f->row[i], json_array_get(v, k), inner, err);
        }
    if (!is_file(f) || status)
        return status;
    if (f->is_list && json_is_string(v) && *json_string_value(v) == '@') {
        v = json_pack("[O]", v);
        json_object_set_new(values, f->item.id, v);
    }
    if (!json_is_array(v))
        return attach_one(a, values, f->item.id, 0, path, err);
    for (size_t i = 0; !status && i < json_array_size(v); i++)
        status = attach_one(a, v, NULL, i, path, err);
    return status;
}

/* What was done under its key already brings no file again. */
static assay_status attach_all(attaching *a, json_t *said, assay_err *err)
{
    the_case c;
    const scheme_stage *stage;
    const scheme_form *form = NULL;
    json_t *values = json_object_get(said, "values");
    assay_status status = case_load(a->d, a->tx, a->id, a->who, &c, err);
    if (status)
        return status;
    const char *key = text_of(said, "key");
    bool is_done = key && json_object_get(json_object_get(c.state, "keys"), key);
    if (!is_done && json_object_size(values))
        status = case_form_asked(&c, text_of(said, "form"), &stage, &form, err);
    a->form = form && !status ? form->item.id : NULL;
    for (size_t i = 0; a->form && !status && i < form->field_count; i++)
        status = attach_field(a, &form->field[i], values, form->field[i].item.id, err);
    case_done(&c);
    return status;
}

assay_status case_files_attach(desk *d, store_tx *tx, const object_id *id, const viewer *who,
                               buf *said, assay_err *err)
{
    json_t *o;
    attaching a = {.d = d, .tx = tx, .id = id, .who = who};
    assay_status status = said_read(buf_text(said), &o, err);
    if (status)
        return status;
    status = attach_all(&a, o, err);
    if (status) {
        json_decref(o);
        return status;
    }
    buf_clear(said);
    return json_take(o, said, err);
}

/* -- proof
 * ------------------------------------------------------------------------------------------------
 */

typedef struct {
    store *s;
    char *missing;
} file_proof;

static assay_status prove(json_t *told, const scheme_field *f, void *context, assay_err *err)
{
    file_proof *p = context;
    object_id id;
    store_file stored;
    const char *name = text_of(told, "file");
    (void)f, (void)err;
    bool is_there = id_read(name, &id) && store_file_get(p->s, &id, &stored, NULL) == ASSAY_OK &&
                    (stored.state == FILE_KEPT || stored.state == FILE_ERASED);
    if (!is_there)
        snprintf(p->missing, ID_TEXT, "%.32s", name ? name : "");
    return is_there ? ASSAY_OK : ASSAY_STOPPED;
}

bool case_files_are_there(the_case *c, char missing[static ID_TEXT])
{
    file_proof p = {c->d->s, missing};
    bool is_fine = true;
    const json_t *all = json_object_get(c->state, "fillings");
    for (size_t i = 0; is_fine && i < json_array_size(all); i++) {
        const json_t *filling = json_array_get(all, i);
        const scheme_form *form = scheme_find_form(c->scheme, text_of(filling, "form"));
        json_t *values = NULL;
        if (!form || filling_values(c, filling, &values, NULL) != ASSAY_OK)
            continue;
        is_fine = visit_files(form, values, prove, &p, NULL) == ASSAY_OK;
        json_decref(values);
    }
    return is_fine;
}
