/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Persons, firms and teams of programmes. */
#include "cli/programme.h"

#include <string.h>

static void add_id(programme *p, const object_id *id)
{
    buf_add_text(&p->answer, "{\"party\":\"");
    for (int i = 0; i < 16; i++)
        buf_addf(&p->answer, "%02x", id->bytes[i]);
    buf_add_text(&p->answer, "\"}");
}

static assay_status find(programme *p, int operand, object_id *out)
{
    return party_find(p->db, p->c->operand[operand], out, &p->c->err);
}

static assay_status add(programme *p)
{
    object_id id;
    assay_status status =
        party_add(p->tx, p->db, buf_text(&p->said), p->who.account, &id, &p->c->err);
    if (!status)
        add_id(p, &id);
    return status;
}

static assay_status change(programme *p)
{
    object_id id;
    assay_status status = find(p, 2, &id);
    return status ? status
                  : party_change(p->tx, p->db, &id, buf_text(&p->said), p->who.account, &p->c->err);
}

static assay_status relate(programme *p)
{
    object_id id;
    assay_status status = find(p, 2, &id);
    return status ? status
                  : party_relate(p->tx, p->db, &id, buf_text(&p->said), p->who.account, &p->c->err);
}

static assay_status appoint(programme *p)
{
    object_id id;
    assay_status status = find(p, 2, &id);
    return status ? status
                  : party_appoint(p->tx, p->db, &id, buf_text(&p->said), p->who.account,
                                  &p->c->err);
}

static assay_status consent(programme *p)
{
    object_id id;
    assay_status status = find(p, 2, &id);
    return status ? status
                  : party_consent(p->tx, p->db, &id, buf_text(&p->said), true, p->who.account,
                                  &p->c->err);
}

static assay_status dissent(programme *p)
{
    object_id id;
    assay_status status = find(p, 2, &id);
    return status ? status
                  : party_consent(p->tx, p->db, &id, buf_text(&p->said), false, p->who.account,
                                  &p->c->err);
}

static assay_status merge(programme *p)
{
    object_id keep, other;
    assay_status status = find(p, 2, &keep);
    if (!status)
        status = find(p, 3, &other);
    return status ? status
                  : party_merge(p->tx, p->db, &keep, &other, cli_text(p->c, OPT_WHY, ""),
                                p->who.account, &p->c->err);
}

static assay_status erase(programme *p)
{
    object_id id;
    assay_status status = find(p, 2, &id);
    return status ? status
                  : party_erase(p->tx, p->db, &id, cli_text(p->c, OPT_WHY, ""), p->who.account,
                                &p->c->err);
}

static assay_status show(programme *p)
{
    object_id id;
    bool is_personal = p->who.kind == VIEWER_DESK;
    assay_status status = find(p, 2, &id);
    return status ? status : party_show(p->db, &id, is_personal, &p->answer, &p->c->err);
}

static assay_status export(programme *p)
{
    object_id id;
    assay_status status = find(p, 2, &id);
    return status ? status : case_export_party(p->desk, &id, &p->who, &p->answer, &p->c->err);
}

static assay_status list(programme *p)
{
    char kind[20], search[200], mark[600];
    uint64_t limit = 100;
    assay_status status = cli_count(p->c, OPT_LIMIT_ROWS, &limit);
    tell_member(buf_text(&p->said), "kind", kind, sizeof kind);
    tell_member(buf_text(&p->said), "search", search, sizeof search);
    tell_member(buf_text(&p->said), "after", mark, sizeof mark);
    return status ? status
                  : party_list(p->db, *kind ? kind : NULL, *search ? search : NULL,
                               *mark ? mark : NULL, (size_t)limit, true, &p->answer, &p->c->err);
}

static assay_status import_lines(programme *p)
{
    buf lines = BUF_INIT;
    uint64_t n = 0;
    assay_status status = programme_file(p->c, p->c->operand[2], &lines);
    if (!status)
        status = store_cache(p->db, 256, &p->c->err);
    if (!status)
        status = party_import(p->tx, p->db, buf_text(&lines), lines.length, p->who.account, &n,
                              &p->c->err);
    if (!status)
        buf_addf(&p->answer, "{\"parties\":%llu}", (unsigned long long)n);
    buf_done(&lines);
    return status;
}

int cmd_party(cli *c)
{
    static const programme_action actions[] = {
        {"add", true, 0, add},         {"change", true, 1, change},
        {"relate", true, 1, relate},   {"appoint", true, 1, appoint},
        {"consent", true, 1, consent}, {"dissent", true, 1, dissent},
        {"merge", true, 2, merge},     {"erase", true, 1, erase},
        {"show", false, 1, show},      {"export", false, 1, export},
        {"list", false, 0, list},      {"import", true, 1, import_lines},
    };
    return programme_run(c, actions, sizeof actions / sizeof *actions, NULL);
}
