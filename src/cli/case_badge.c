/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A badge of somebody else's as a field of a form: --badge FIELD=FILE, a picture, a certificate, a text or a ZIP;
 * with it the issuer's documents, from the ZIP, from --with and from where the issuer publishes them.
 * The case judges it. */
#include "cli/credential.h"
#include "cli/programme.h"

#include "base/time.h"
#include "ledger/badge.h"
#include "report/credential_zip.h"

#include <stdio.h>
#include <string.h>

enum { TEXTS_MOST = 16 };

typedef struct {
    buf credential, jwt, document[TEXTS_MOST]; /* jwt: of a ZIP, where there is nothing else */
    size_t count;
} badge_file;

static void badge_file_done(badge_file *b)
{
    buf_done(&b->credential);
    buf_done(&b->jwt);
    for (size_t i = 0; i < b->count; i++)
        buf_done(&b->document[i]);
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

static bool take_member(const char *name, const buf *bytes, void *context)
{
    badge_file *b = context;
    if (ends_with(name, "credential.json"))
        buf_add(&b->credential, buf_text(bytes), bytes->length);
    else if (ends_with(name, "credential.jws"))
        buf_add(&b->jwt, buf_text(bytes), bytes->length);
    else if (ends_with(name, ".json") && b->count < TEXTS_MOST)
        buf_add(&b->document[b->count++], buf_text(bytes), bytes->length);
    return true;
}

static assay_status take_out(const buf *file, badge_file *b, assay_err *err)
{
    return credential_zip_is(file) ? credential_zip_read(file, take_member, b, err) : badge_unbake(file, &b->credential, err);
}

static bool take_document(const char *name, const buf *bytes, void *context)
{
    badge_file *b = context;
    if (!ends_with(name, "credential.json") && ends_with(name, ".json") && b->count < TEXTS_MOST)
        buf_add(&b->document[b->count++], buf_text(bytes), bytes->length);
    return true;
}

static assay_status take_beside(const buf *file, badge_file *b, assay_err *err)
{
    if (credential_zip_is(file))
        return credential_zip_read(file, take_document, b, err);
    take_document(".json", file, b);
    return ASSAY_OK;
}

static assay_status read_badge(cli *c, const char *path, badge_file *b)
{
    buf file = BUF_INIT;
    const char *with = cli_text(c, OPT_WITH, NULL);
    assay_status status = programme_file(c, path, &file);
    if (status == ASSAY_OK)
        status = take_out(&file, b, &c->err);
    if (status == ASSAY_OK && !b->credential.length)
        buf_add(&b->credential, buf_text(&b->jwt), b->jwt.length);
    if (status == ASSAY_OK && !b->credential.length)
        status = assay_fail(&c->err, ASSAY_NOT_FOUND, 0, _("%s holds no credential"), path);
    buf_clear(&file);
    if (status == ASSAY_OK && with)
        status = programme_file(c, with, &file);
    if (status == ASSAY_OK && with)
        status = take_beside(&file, b, &c->err);
    buf_done(&file);
    return status;
}

/* What the documents at hand leave open is asked for; a credential that cannot be read is refused by
 * the case. */
static assay_status ask_web(cli *c, const badge_file *b, vc_web *web)
{
    vc_shelf *shelf = NULL;
    vc_report r;
    assay_status status = vc_shelf_new(&shelf, &c->err);
    if (status)
        return status;
    for (size_t i = 0; i < b->count; i++)
        (void)!vc_shelf_add(shelf, buf_text(&b->document[i]), b->document[i].length, NULL);
    const vc_sources behind = vc_web_sources(web, 0);
    vc_shelf_behind(shelf, &behind);
    const vc_sources sources = vc_shelf_sources(shelf, time_now());
    if (vc_verify(buf_text(&b->credential), b->credential.length, &sources, &r, NULL) == ASSAY_OK)
        vc_report_done(&r);
    vc_shelf_free(shelf);
    return ASSAY_OK;
}

assay_status programme_badge(programme *p)
{
    cli *c = p->c;
    const char *given = cli_text(c, OPT_BADGE, NULL), *equals = given ? strchr(given, '=') : NULL;
    const char *documents[TEXTS_MOST];
    char field[100], cache[1024];
    const vc_web_options options = credential_web(c, cache, sizeof cache);
    vc_web web = {.o = &options};
    badge_file b = {0};
    size_t n = 0;
    if (!given)
        return ASSAY_OK;
    if (!equals || equals == given || (size_t)(equals - given) >= sizeof field)
        return cli_usage(c, _("--badge FIELD=FILE"));
    snprintf(field, sizeof field, "%.*s", (int)(equals - given), given);
    assay_status status = read_badge(c, equals + 1, &b);
    if (status == ASSAY_OK)
        status = ask_web(c, &b, &web);
    for (size_t i = 0; i < b.count; i++)
        documents[n++] = buf_text(&b.document[i]);
    for (size_t i = 0; i < web.count && n < TEXTS_MOST; i++)
        documents[n++] = buf_text(&web.text[i]);
    const char *slash = strrchr(equals + 1, '/');
    if (status == ASSAY_OK)
        status = tell_badge(&p->said, field, slash ? slash + 1 : equals + 1, buf_text(&b.credential),
                            documents, n, &c->err);
    vc_web_done(&web);
    badge_file_done(&b);
    return status;
}
