/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Schemes as files: reading one, and finding those that ship. */
#include "scheme/fault.h"
#include "scheme/scheme.h"

#include "base/i18n.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static assay_status slurp(const char *path, buf *out, assay_err *err)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return assay_fail(err, errno == ENOENT ? ASSAY_NOT_FOUND : ASSAY_IO, 0,
                          _("cannot read %s: %s"), path, strerror(errno));
    char block[16384];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0 && out->length <= SCHEME_BYTES_MOST)
        buf_add(out, block, n);
    bool is_broken = ferror(f);
    fclose(f);
    if (is_broken)
        return assay_fail(err, ASSAY_IO, 0, _("cannot read %s: %s"), path, strerror(errno));
    return out->failed ? assay_fail(err, ASSAY_MEMORY, 0, _("out of memory")) : ASSAY_OK;
}

assay_status scheme_load(const char *path, scheme **out, scheme_faults *faults, assay_err *err)
{
    buf bytes = BUF_INIT;
    assay_status status = slurp(path, &bytes, err);
    if (status == ASSAY_OK)
        status = scheme_read(path, buf_text(&bytes), bytes.length, out, faults, err);
    else
        faults_init(faults, path);
    buf_done(&bytes);
    return status;
}

/* -- those that ship -----------------------------------------------------------------------------
 */

/* $ASSAY_SCHEMES alone, or the installed folder, or the one of the build tree. */
static const char *folder(int turn)
{
    const char *own = getenv("ASSAY_SCHEMES");
    if (own)
        return turn == 0 ? own : NULL;
    return turn == 0 ? ASSAY_SCHEMES_INSTALLED : turn == 1 ? ASSAY_SCHEMES_BUILD : NULL;
}

static int is_yaml(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return n > 5 && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

static const char *first_folder(void)
{
    const char *path = NULL;
    for (int turn = 0; (path = folder(turn)); turn++)
        if (access(path, R_OK | X_OK) == 0)
            return path;
    return NULL;
}

void scheme_shipped_each(bool (*each)(void *context, const char *path), void *context)
{
    struct dirent **entry = NULL;
    const char *path = first_folder();
    int n = path ? scandir(path, &entry, is_yaml, alphasort) : 0;
    bool goes_on = true;
    for (int i = 0; i < n; i++) {
        char file[4096];
        int length = snprintf(file, sizeof file, "%s/%s", path, entry[i]->d_name);
        if (goes_on && length > 0 && (size_t)length < sizeof file)
            goes_on = each(context, file);
        free(entry[i]);
    }
    free(entry);
}

/* "org.prize", "org-prize", "org-prize.yaml" are one name. */
bool scheme_shipped(const char *name, char *out, size_t room)
{
    char file[128], path[4096];
    size_t n = strlen(name);
    const char *in = first_folder();
    if (n > 5 && strcmp(name + n - 5, ".yaml") == 0)
        n -= 5;
    if (!in || n == 0 || n >= sizeof file || memchr(name, '/', n))
        return false;
    memcpy(file, name, n);
    file[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (file[i] == '.')
            file[i] = '-';
    int length = snprintf(path, sizeof path, "%s/%s.yaml", in, file);
    if (length < 0 || (size_t)length >= sizeof path || (size_t)length >= room ||
        access(path, R_OK) != 0)
        return false;
    memcpy(out, path, (size_t)length + 1);
    return true;
}
