/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The document that another one refers to.
 *
 * A reference gives a persistent identifier and a place. Of the place only the file's name is
 * used, and only in the folder of the referring file: a document must not name others to open. The
 * identifier decides; a file of the right name with another one is not the document. */
#include "read/qif.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { beside_max = 256, file_bytes_max = 256 << 20 };

/* "./plans/Plan.QIF", ".\Plan.QIF" -> "Plan.QIF" */
static const char *last_name(const char *uri)
{
    const char *name = uri;
    for (const char *p = uri; *p; p++)
        if (*p == '/' || *p == '\\')
            name = p + 1;
    return name;
}

static bool is_wanted(const qif_file *f, const qif_thing *reference)
{
    return f->is_qif &&
           (!reference->other || (f->qpid && strcasecmp(f->qpid, reference->other) == 0));
}

/* True: `path` is the document, and `out` holds it. */
static bool try_file(const char *path, const qif_thing *reference, qif_file *out)
{
    source in;
    qif_file f;
    if (source_open(&in, path, NULL) != ASSAY_OK)
        return false;
    qif_file_init(&f, path);
    bool is_good = !in.is_pipe && in.size <= file_bytes_max &&
                   qif_file_read(&f, &in, NULL, NULL) == ASSAY_OK && is_wanted(&f, reference);
    source_close(&in);
    if (is_good) {
        *out = f;
        out->name = "";
    } else {
        qif_file_done(&f);
    }
    return is_good;
}

static bool is_named_qif(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && strcasecmp(dot, ".qif") == 0;
}

static bool try_beside(const char *folder, const char *name, const qif_thing *reference,
                       qif_file *out)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s%s", folder, name);
    return n > 0 && (size_t)n < sizeof path && try_file(path, reference, out);
}

static bool search_folder(const char *folder, const qif_thing *reference, qif_file *out)
{
    DIR *dir = opendir(*folder ? folder : ".");
    bool is_found = false;
    int tried = 0;
    struct dirent *entry;
    while (dir && !is_found && tried < beside_max && (entry = readdir(dir))) {
        if (!is_named_qif(entry->d_name))
            continue;
        tried++;
        is_found = try_beside(folder, entry->d_name, reference, out);
    }
    if (dir)
        closedir(dir);
    return is_found;
}

assay_status qif_join(const char *path, const char *const *with, const qif_thing *reference,
                      qif_file *out, assay_err *err)
{
    const char *name = reference->name ? last_name(reference->name) : "";
    for (; with && *with; with++)
        if (is_named_qif(*with) && try_file(*with, reference, out))
            return ASSAY_OK;
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + 1 : 0;
    if (length >= sizeof folder)
        length = 0;
    memcpy(folder, path, length);
    folder[length] = 0;
    bool has_name = *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
    if (has_name && try_beside(folder, name, reference, out))
        return ASSAY_OK;
    if (reference->other && search_folder(folder, reference, out))
        return ASSAY_OK;
    return assay_fail(err, ASSAY_NOT_FOUND, 0, "the document %s%s%s is not there",
                      *name ? name : "it refers to", reference->other ? ", QPId " : "",
                      reference->other ? reference->other : "");
}
