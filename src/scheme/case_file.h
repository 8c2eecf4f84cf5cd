/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files in the fields of forms.
 *
 * The bytes come first, in parts, each in a transaction of its own or all in one, and get an id;
 * then a form is filled in with {"file": id}, and the record says type by content, bytes and
 * SHA-256. They lie in the database encrypted with the key that seals what is personal in the case,
 * so that a backup has them, the check finds damage, and an erasure takes them away. Who sees the
 * field of the form (case_view) may have the bytes, nobody else; no export has them. */
#ifndef SCHEME_CASE_FILE_H
#define SCHEME_CASE_FILE_H

#include "base/hash.h"
#include "scheme/case.h"
#include "scheme/file_type.h"

enum {
    CASE_FILE_MOST = 50 << 20,
    CASE_FILE_PART = 1 << 20, /* of the plain bytes; the last one is shorter */
    CASE_FILES_MOST = 500,    /* of a case */
    CASE_FILES_LOOSE = 40,    /* of these, that no form names yet */
    CASE_FILE_NAME = 200,
};

/* One that comes. case_file_done accepts a half-made one. */
typedef struct {
    object_id id, object, owner;
    char form[80], field[160];
    bool is_photo;
    uint32_t parts;
    uint64_t bytes;
    hasher *digest;
    char head[FILE_TYPE_HEAD];
    size_t head_length;
} case_file_in;

/* `field` is a field of the form of kind file or photo, or FIELD.PART of a table. Errors: what
 * filling in the form would say; ASSAY_LIMIT: the case has too many. */
ASSAY_MUST_USE assay_status case_file_begin(desk *d, store_tx *tx, const object_id *id,
                                            const viewer *who, const char *form, const char *field,
                                            case_file_in *out, assay_err *err);
/* CASE_FILE_PART bytes; fewer only of the last part. */
ASSAY_MUST_USE assay_status case_file_add(desk *d, store_tx *tx, case_file_in *f, const void *bytes,
                                          size_t length, assay_err *err);
/* It is there: {"file", "name", "type", "bytes", "digest"}. ASSAY_FORMAT: no photo, or empty. */
ASSAY_MUST_USE assay_status case_file_end(desk *d, store_tx *tx, case_file_in *f, const char *name,
                                          const viewer *who, buf *answer, assay_err *err);
void case_file_done(case_file_in *f);

/* One that somebody may see; who brought it also while no form names it yet. */
typedef struct {
    object_id id, owner;
    uint32_t parts;
    uint64_t bytes;
    file_type type;
    char name[CASE_FILE_NAME + 40]; /* as the viewer may know it, never empty */
    char digest[65];
} case_file;
/* ASSAY_NOT_FOUND: not of this case, not for this viewer, or erased. */
ASSAY_MUST_USE assay_status case_file_find(desk *d, const object_id *id, const object_id *file,
                                           const viewer *who, case_file *out, assay_err *err);
/* Part i in place of what `out` held. */
ASSAY_MUST_USE assay_status case_file_read(store *s, const case_file *f, uint32_t i, buf *out,
                                           assay_err *err);

/* Files in the values of a form by their paths, "@photo.png": brought in, all in this transaction.
 */
ASSAY_MUST_USE assay_status case_files_attach(desk *d, store_tx *tx, const object_id *id,
                                              const viewer *who, buf *said, assay_err *err);

#endif
