/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the folder door remembers, each under a key of its source:
 *
 *   file:NAME       how far a file was read, as JSON
 *   content:DIGEST  rows of a content that was read to its end
 *   dialect:FORMAT  how files of a format are written, guessed at the first one
 */
#include "live/door_folder.h"

#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { formats = 8 };

struct known {
    file_state *files;
    size_t count, room;
    dictionary *contents; /* digests */
    uint64_t *rows;       /* by code */
    size_t rows_room;
    char dialects[formats][256];
};

/* -- files ------------------------------------------------------------------------------------ */

file_state *known_file(known *k, const char *name)
{
    for (size_t i = 0; i < k->count; i++)
        if (strcmp(k->files[i].name, name) == 0)
            return &k->files[i];
    return NULL;
}

static bool put_file(known *k, const file_state *s)
{
    file_state *there = known_file(k, s->name);
    if (!there && k->count == k->room) {
        size_t room = k->room ? k->room * 2 : 16;
        file_state *grown = room <= FOLDER_FILES_MAX * 2 ? realloc(k->files, room * sizeof *grown)
                                                        : NULL;
        if (!grown)
            return false;
        k->files = grown;
        k->room = room;
    }
    *(there ? there : &k->files[k->count++]) = *s;
    return true;
}

const file_state *known_beginning(const known *k, int file, uint64_t size)
{
    char digest[65];
    for (size_t i = 0; i < k->count; i++) {
        const file_state *s = &k->files[i];
        if (s->head_bytes && s->next.offset <= size && s->head_bytes <= size &&
            sha256_of_file(file, s->head_bytes, digest, NULL) == ASSAY_OK &&
            strcmp(digest, s->head) == 0)
            return s;
    }
    return NULL;
}

static void write_place(buf *out, const char *name, const file_place *p)
{
    buf_addf(out, "\"%s\":[%" PRIu64 ",%" PRIu64 ",%" PRIu64 "],", name, p->offset, p->record,
             p->skip);
}

bool known_keep(known *k, const file_state *s, parcel *in)
{
    buf text = BUF_INIT;
    char key[270];
    snprintf(key, sizeof key, "file:%s", s->name);
    buf_add_char(&text, '{');
    write_place(&text, "next", &s->next);
    write_place(&text, "group", &s->group);
    buf_addf(&text, "\"group_rows\":%" PRIu64 ",\"group_time\":%" PRId64 ",\"rows\":%" PRIu64
             ",\"refused\":%" PRIu64 ",\"head_bytes\":%" PRIu64 ",\"head\":\"%s\"}", s->group_rows, s->group_time, s->rows,
             s->refused, s->head_bytes, s->head);
    bool is_good = !text.failed && put_file(k, s);
    if (is_good)
        parcel_remember(in, key, text.data, text.length);
    buf_done(&text);
    return is_good;
}

void known_forget(known *k, const char *name, parcel *in)
{
    char key[270];
    file_state *s = known_file(k, name);
    if (!s)
        return;
    snprintf(key, sizeof key, "file:%s", name);
    parcel_remember(in, key, "", 0);
    *s = k->files[--k->count];
}

static file_place read_place(const json_t *all, const char *name)
{
    const json_t *list = json_object_get(all, name);
    return (file_place){(uint64_t)json_integer_value(json_array_get(list, 0)),
                        (uint64_t)json_integer_value(json_array_get(list, 1)),
                        (uint64_t)json_integer_value(json_array_get(list, 2))};
}

static uint64_t read_number(const json_t *all, const char *name)
{
    return (uint64_t)json_integer_value(json_object_get(all, name));
}

static bool load_file(const char *key, const void *bytes, size_t length, void *context)
{
    json_t *all = json_loadb(bytes, length, 0, NULL);
    const char *head = json_string_value(json_object_get(all, "head"));
    file_state s = {.next = read_place(all, "next"), .group = read_place(all, "group"),
                    .group_rows = read_number(all, "group_rows"),
                    .group_time = json_integer_value(json_object_get(all, "group_time")),
                    .rows = read_number(all, "rows"),
                    .refused = read_number(all, "refused"),
                    .head_bytes = read_number(all, "head_bytes")};
    snprintf(s.name, sizeof s.name, "%s", key + strlen("file:"));
    snprintf(s.head, sizeof s.head, "%s", head ? head : "");
    json_decref(all);
    return put_file(context, &s);
}

/* -- contents --------------------------------------------------------------------------------- */

static bool put_content(known *k, const char *digest, uint64_t rows)
{
    uint32_t code = dictionary_code(k->contents, digest, strlen(digest));
    if (code >= k->rows_room) {
        size_t room = k->rows_room ? k->rows_room * 2 : 64;
        uint64_t *grown = realloc(k->rows, room * sizeof *grown);
        if (!grown)
            return false;
        k->rows = grown;
        k->rows_room = room;
    }
    if (code)
        k->rows[code] = rows;
    return code != 0;
}

bool known_content(const known *k, const char *digest, uint64_t *rows)
{
    uint32_t code = dictionary_find(k->contents, digest, strlen(digest));
    if (code)
        *rows = k->rows[code];
    return code != 0;
}

bool known_keep_content(known *k, const char *digest, uint64_t rows, parcel *in)
{
    char key[80], text[24];
    snprintf(key, sizeof key, "content:%s", digest);
    int n = snprintf(text, sizeof text, "%" PRIu64, rows);
    if (!put_content(k, digest, rows))
        return false;
    parcel_remember(in, key, text, (size_t)n);
    return true;
}

static bool load_content(const char *key, const void *bytes, size_t length, void *context)
{
    char text[24];
    snprintf(text, sizeof text, "%.*s", (int)(length < 23 ? length : 23), (const char *)bytes);
    return put_content(context, key + strlen("content:"), strtoull(text, NULL, 10));
}

/* -- dialects --------------------------------------------------------------------------------- */

const char *known_dialect(const known *k, read_format format)
{
    return (unsigned)format < formats ? k->dialects[format] : "";
}

bool known_pin(known *k, read_format format, const char *dialect, parcel *in)
{
    char key[24];
    if ((unsigned)format >= formats || strlen(dialect) >= sizeof k->dialects[0])
        return false;
    snprintf(key, sizeof key, "dialect:%d", (int)format);
    snprintf(k->dialects[format], sizeof k->dialects[0], "%s", dialect);
    parcel_remember(in, key, dialect, strlen(dialect));
    return true;
}

static bool load_dialect(const char *key, const void *bytes, size_t length, void *context)
{
    known *k = context;
    unsigned format = (unsigned)atoi(key + strlen("dialect:"));
    if (format < formats && length < sizeof k->dialects[0]) {
        memcpy(k->dialects[format], bytes, length);
        k->dialects[format][length] = 0;
    }
    return true;
}

/* -- life ------------------------------------------------------------------------------------- */

void known_free(known *k)
{
    if (!k)
        return;
    dictionary_free(k->contents);
    free(k->files);
    free(k->rows);
    free(k);
}

assay_status known_load(store *from, const char *source, known **out, assay_err *err)
{
    known *k = calloc(1, sizeof *k);
    if (!k)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for what is known of a folder");
    assay_status status = dictionary_new(&k->contents, err);
    if (status == ASSAY_OK)
        status = store_recall_all(from, source, "file:", load_file, k, err);
    if (status == ASSAY_OK)
        status = store_recall_all(from, source, "content:", load_content, k, err);
    if (status == ASSAY_OK)
        status = store_recall_all(from, source, "dialect:", load_dialect, k, err);
    if (status != ASSAY_OK) {
        known_free(k);
        return status;
    }
    *out = k;
    return ASSAY_OK;
}
