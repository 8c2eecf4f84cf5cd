/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/credential.h"
#include "cli/programme.h"

#include "base/i18n.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MOST = 256 << 20 };

static assay_status choose_viewer(programme *p)
{
    cli *c = p->c;
    const char *party = cli_text(c, OPT_AS_PARTY, NULL), *role = cli_text(c, OPT_VIEW, NULL);
    p->who = (viewer){.kind = party ? VIEWER_PARTY : VIEWER_DESK, .account = cli_actor(c)};
    if (role)
        p->who.kind = strcmp(role, "public") == 0    ? VIEWER_PUBLIC
                      : strcmp(role, "auditor") == 0 ? VIEWER_AUDITOR
                      : strcmp(role, "party") == 0   ? VIEWER_PARTY
                                                     : VIEWER_DESK;
    assay_status status = cli_time(c, OPT_ON, &p->who.now);
    if (status == ASSAY_OK && party)
        status = party_find(p->db, party, &p->who.party, &c->err);
    return status;
}

/* Lists of an older version: made anew by who writes, told to who reads. */
static assay_status bring_up(programme *p)
{
    cli *c = p->c;
    uint64_t cases = 0;
    bool is_old;
    assay_status status = p->tx ? desk_bring_up(p->desk, p->tx, &cases, &c->err)
                                : desk_lists_old(p->desk, &is_old, &cases, &c->err);
    if (status == ASSAY_OK && cases && p->tx)
        cli_remark(c, _("lists of %llu cases were made anew: an older version made them"),
                   (unsigned long long)cases);
    else if (status == ASSAY_OK && cases)
        cli_remark(c, _("an older version made the lists of %llu cases: \"assay case rebuild %s\" makes "
                        "them anew"), (unsigned long long)cases, c->operand[1]);
    return status;
}

assay_status programme_open(programme *p, cli *c, bool is_writing, int words)
{
    *p = (programme){.c = c};
    assay_status status = cli_open(c, c->operand[1], is_writing ? STORE_WRITE : STORE_READ, &p->db);
    if (status == ASSAY_OK)
        status = desk_open(p->db, &p->desk, &c->err);
    if (status == ASSAY_OK)
        status = choose_viewer(p);
    if (status == ASSAY_OK && words && c->operand_count > words)
        status = tell_said(c->operand + words, (size_t)(c->operand_count - words), &p->said,
                           &c->err);
    if (status == ASSAY_OK && is_writing)
        status = store_tx_begin(p->db, &p->tx, &c->err);
    return status == ASSAY_OK ? bring_up(p) : status;
}

static void tell(programme *p)
{
    cli *c = p->c;
    if (!p->answer.length)
        return;
    if (cli_has(c, OPT_JSON) || *p->answer.data != '{')
        buf_addf(&c->out, "%s\n", p->answer.data);
    else
        tell_answer(p->answer.data, &c->out);
}

int programme_end(programme *p, assay_status status)
{
    cli *c = p->c;
    if (status == ASSAY_OK && p->tx)
        status = store_tx_commit(p->tx, NULL, &c->err);
    else if (p->tx)
        store_tx_abort(p->tx);
    if (status == ASSAY_OK && p->tx)
        credential_sign_after(c, p->db);
    desk_close(p->desk);
    store_close(p->db);
    if (status == ASSAY_OK)
        tell(p);
    buf_done(&p->said);
    buf_done(&p->answer);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}

assay_status programme_case(programme *p, int operand, object_id *out)
{
    const char *text = p->c->operand[operand];
    for (size_t i = 0; i < 32; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *at = text[i] ? strchr(digits, text[i]) : NULL;
        if (!at)
            return assay_fail(&p->c->err, ASSAY_NOT_FOUND, 0,
                              "\"%.40s\" is no id of a case: 32 hexadecimal digits", text);
        uint8_t v = (uint8_t)(at - digits);
        out->bytes[i / 2] = (uint8_t)(i % 2 ? out->bytes[i / 2] | v : v << 4);
    }
    return text[32] ? assay_fail(&p->c->err, ASSAY_NOT_FOUND, 0, "\"%.40s\" is no id of a case",
                                 text)
                    : ASSAY_OK;
}

assay_status programme_file(cli *c, const char *path, buf *out)
{
    char block[1 << 16];
    size_t n;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!f)
        return assay_fail(&c->err, ASSAY_NOT_FOUND, 0, _("cannot open %s"), path);
    while ((n = fread(block, 1, sizeof block, f)) > 0 && out->length <= FILE_MOST)
        buf_add(out, block, n);
    bool is_bad = ferror(f) != 0;
    if (f != stdin)
        fclose(f);
    if (is_bad || out->failed)
        return assay_fail(&c->err, ASSAY_IO, 0, _("cannot read %s"), path);
    return out->length > FILE_MOST ? assay_fail(&c->err, ASSAY_LIMIT, 0,
                                                _("%s has more than %d bytes"), path, FILE_MOST)
                                   : ASSAY_OK;
}

int programme_run(cli *c, const programme_action *list, size_t n,
                  assay_status (*otherwise)(programme *p))
{
    programme p = {.c = c};
    const programme_action *a = NULL;
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, c->operand[0]) == 0)
            a = &list[i];
    if (!a && !otherwise)
        return cli_fail(c, cli_usage(c, _("%s is no action of %s"), c->operand[0], c->verb->name));
    int least = a ? a->least : 1;
    if (c->operand_count < 2 + least)
        return cli_fail(c, cli_usage(c, _("%s wants more operands"), c->operand[0]));
    assay_status status = programme_open(&p, c, a ? a->is_writing : true, 2 + least);
    if (status == ASSAY_OK)
        status = a ? a->run(&p) : otherwise(&p);
    return programme_end(&p, status);
}
