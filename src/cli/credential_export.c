/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A credential as a file: alone, in a picture, as a certificate, with everything for checking. */
#include "cli/credential.h"

#include "report/certificate.h"
#include "report/credential_zip.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

/* The proof of its decision where the database has a ledger. */
static assay_status bundle_read(cli *c, store *db, credential_bundle *out)
{
    ledger_view *v = NULL;
    if (ledger_view_open(db, c->operand[1], &v, NULL) != ASSAY_OK)
        v = NULL;
    assay_status status = credential_bundle_read(db, v, c->operand[2], out, &c->err);
    ledger_view_close(v);
    return status;
}

/* -- forms ---------------------------------------------------------------------------------------
 */

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);
    return n > m && strcmp(name + n - m, end) == 0;
}

static assay_status make(cli *c, const credential_bundle *p, const char *name, buf *out)
{
    const char *language = cli_text(c, OPT_LANG, NULL);
    if (ends_with(name, ".json"))
        buf_add(out, p->json.data, p->json.length);
    else if (ends_with(name, ".jws") && p->jws.length)
        buf_add(out, p->jws.data, p->jws.length);
    else if (ends_with(name, ".jws"))
        return assay_fail(
            &c->err, ASSAY_NOT_FOUND, 0,
            _("this credential has no JWT: its issuer has no RSA key, or is a did:key"));
    else if (ends_with(name, ".zip"))
        return credential_bundle_zip(p, out, &c->err);
    else if (ends_with(name, ".svg") || ends_with(name, ".png"))
        return certificate_badge(p->json.data, p->json.length, language, ends_with(name, ".svg"),
                                 out, &c->err);
    else if (ends_with(name, ".pdf"))
        return certificate_pdf(p->json.data, p->json.length, language, out, &c->err);
    else
        return cli_usage(c, _("--output FILE.json, .jws, .svg, .png, .pdf or .zip"));
    return ASSAY_OK;
}

assay_status credential_export(cli *c, store *db)
{
    credential_bundle p = {0};
    buf out = BUF_INIT;
    const char *name = cli_text(c, OPT_OUTPUT, "-.json");
    assay_status status = bundle_read(c, db, &p);
    if (status == ASSAY_OK)
        status = make(c, &p, name, &out);
    if (status == ASSAY_OK && !cli_has(c, OPT_OUTPUT))
        buf_addf(&c->out, "%s\n", buf_text(&out));
    else if (status == ASSAY_OK)
        status = report_write(name, out.data, out.length, &c->err);
    credential_bundle_done(&p);
    buf_done(&out);
    return status;
}
