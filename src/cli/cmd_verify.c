/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file proves, by whom, when; and what it does not. */
#include "cli/credential.h"
#include "cli/verbs.h"
#include "cli/verify.h"

#include "base/time.h"
#include "ledger/durable.h"
#include "ledger/policy.h"
#include "ledger/verify.h"
#include "report/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX_BYTES = 16 << 20 };

/* -- policy ----------------------------------------------------------------------------------------- */

assay_status verify_policy(cli *c, policy **out, assay_err *err)
{
    const char *path = cli_text(c, OPT_POLICY, NULL);
    buf text = BUF_INIT;
    *out = NULL;
    if (!path)
        return ASSAY_OK;
    policy *p = malloc(sizeof *p);
    assay_status status = p ? durable_read(path, POLICY_MAX, &text, err)
                            : assay_fail(err, ASSAY_MEMORY, 0, "no memory for a policy");
    if (status == ASSAY_OK)
        status = policy_parse(buf_text(&text), text.length, p, err);
    buf_done(&text);
    if (status == ASSAY_OK)
        *out = p;
    else
        free(p);
    return status;
}

static void hex_of(const uint8_t *bytes, size_t length, char *out)
{
    for (size_t i = 0; i < length; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static const char *time_text(int64_t ns, char out[40])
{
    time_format(ns, TIME_OFFSET_NONE, out, 40);
    return out;
}

static bool is_enough(const receipt_verdict *v)
{
    return v->is_trusted && v->by.has_quorum;
}

/* -- in words ------------------------------------------------------------------------------------------ */

static void say_payload(cli *c, const receipt_verdict *v)
{
    const char *end = v->withheld.data + v->withheld.length, *comma = "";
    buf_addf(&c->out, "  %-12s %s\n", _("payload"), buf_text(&v->payload_text));
    if (!v->withheld.length)
        return;
    buf_addf(&c->out, "  %-12s ", _("withheld"));
    for (const char *name = v->withheld.data; name < end; name += strlen(name) + 1, comma = ", ")
        buf_addf(&c->out, "%s%s", comma, name);
    buf_addf(&c->out, " (%s)\n", _("fixed then, not shown here"));
}

static void say_entry(cli *c, const receipt_verdict *v)
{
    char text[40], hex[33];
    if (!v->has_entry) {
        buf_addf(&c->out, "  %s\n", _("the entry is of another program; its bytes are in the log"));
        return;
    }
    const ledger_entry *e = &v->entry;
    buf_addf(&c->out, "  %-12s %s\n", _("type"), e->type);
    buf_addf(&c->out, "  %-12s %s\n", _("time"), time_text(e->time, text));
    hex_of(e->actor, 16, hex);
    if (e->has_actor)
        buf_addf(&c->out, "  %-12s %s\n", _("by"), hex);
    hex_of(e->object, 16, hex);
    if (e->has_object)
        buf_addf(&c->out, "  %-12s %s\n", _("about"), hex);
    if (e->has_prev)
        buf_addf(&c->out, _("  %-12s entry %llu\n"), _("corrects"), (unsigned long long)e->prev);
    if (v->payload == PAYLOAD_PROVEN)
        say_payload(c, v);
    else if (v->payload == PAYLOAD_ERASED)
        buf_addf(&c->out, _("  %-12s erased on %s, as entry %llu of the log says\n"), _("payload"),
                 time_text(v->erased_time, text), (unsigned long long)v->erased_index);
    else
        buf_addf(&c->out, "  %-12s %s\n", _("payload"), _("not in this file: only that it was fixed then"));
}

static void say_witnesses(cli *c, const receipt_verdict *v, const policy *p)
{
    char text[40];
    for (size_t i = 0; p && i < p->witness_count; i++)
        if (v->by.seen[i])
            buf_addf(&c->out, "  %-12s %s, %s\n", _("witness"), p->witnesses[i].name,
                     time_text((int64_t)v->by.seen[i] * 1000000000, text));
    if (v->is_trusted && p->quorum >= 0 && !v->by.has_quorum)
        buf_addf(&c->out, "  %-12s %s\n", _("witness"), _("too few for the policy"));
}

static void say_limits(cli *c, const receipt_verdict *v, const policy *p)
{
    buf_addf(&c->out, "%s\n", _("not proven:"));
    if (!v->is_trusted)
        buf_addf(&c->out, "  %s\n", _("that the key is the log's: the file names it itself; get it from the operator and use --policy"));
    if (!p || !v->by.seen_count)
        buf_addf(&c->out, "  %s\n", _("that others are shown the same log: no witness has signed"));
    if (v->has_entry && strcmp(v->entry.type, "case.evidence") == 0)
        buf_addf(&c->out, _("  that the figures come out again: assay evidence verify DB %llu, where the measurements are\n"),
                 (unsigned long long)v->index + 1);
    buf_addf(&c->out, "  %s\n", _("that what was recorded is true; who the ids stand for"));
}

static void say(cli *c, const receipt_verdict *v, const policy *p)
{
    char id[9];
    hex_of(v->log.id, 4, id);
    buf_addf(&c->out, v->is_trusted ? _("proven: entry %llu of %s\n") : _("holds by the key that the file names itself: entry %llu of %s\n"),
             (unsigned long long)v->index, v->tree.origin);
    say_entry(c, v);
    buf_addf(&c->out, _("  %-12s %s (%s), a tree of %llu entries\n"), _("signed by"), v->log.name, id,
             (unsigned long long)v->tree.size);
    say_witnesses(c, v, p);
    say_limits(c, v, p);
}

/* -- as JSON --------------------------------------------------------------------------------------------- */

static void member_id(json *j, const char *name, const uint8_t id[16], bool is_there)
{
    char hex[33];
    hex_of(id, 16, hex);
    if (is_there)
        json_member_text(j, name, hex);
}

static void json_entry(json *j, const receipt_verdict *v)
{
    static const char *const states[] = {"absent", "proven", "erased"};
    char text[40];
    json_key(j, "entry");
    json_object(j);
    if (v->has_entry) {
        json_member_text(j, "type", v->entry.type);
        json_member_text(j, "time", time_text(v->entry.time, text));
        member_id(j, "id", v->entry.id, true);
        member_id(j, "tenant", v->entry.tenant, true);
        member_id(j, "actor", v->entry.actor, v->entry.has_actor);
        member_id(j, "object", v->entry.object, v->entry.has_object);
        if (v->entry.has_prev)
            json_member_unsigned(j, "prev", v->entry.prev);
    }
    json_end(j);
    json_member_text(j, "payload_state", states[v->payload]);
    if (v->payload == PAYLOAD_PROVEN) {
        json_key(j, "payload");
        json_raw(j, buf_text(&v->payload_text));
        answer_names(j, "withheld", &v->withheld);
    }
    if (v->payload == PAYLOAD_ERASED) {
        json_member_unsigned(j, "erased_by", v->erased_index);
        json_member_text(j, "erased_time", time_text(v->erased_time, text));
    }
}

static void json_witnesses(json *j, const receipt_verdict *v, const policy *p)
{
    char text[40];
    json_key(j, "witnesses");
    json_array(j);
    for (size_t i = 0; p && i < p->witness_count; i++) {
        if (!v->by.seen[i])
            continue;
        json_flat_object(j);
        json_member_text(j, "name", p->witnesses[i].name);
        json_member_text(j, "time", time_text((int64_t)v->by.seen[i] * 1000000000, text));
        json_end(j);
    }
    json_end(j);
}

static int tell_json(cli *c, const receipt_verdict *v, const policy *p, int code)
{
    json j;
    char id[9];
    hex_of(v->log.id, 4, id);
    cli_json_begin(c, &j);
    json_object(&j);
    json_member_text(&j, "kind", "receipt");
    json_member_text(&j, "verdict", code == EXIT_FINE ? "proven" : "untrusted");
    json_member_bool(&j, "trusted", v->is_trusted);
    json_member_bool(&j, "quorum", v->is_trusted && v->by.has_quorum);
    json_member_text(&j, "log", v->tree.origin);
    json_member_text(&j, "key", id);
    json_member_unsigned(&j, "size", v->tree.size);
    json_member_unsigned(&j, "index", v->index);
    json_entry(&j, v);
    json_witnesses(&j, v, p);
    json_end(&j);
    return cli_json_end(c, &j, code);
}

/* -- receipts ------------------------------------------------------------------------------------------------ */

static bool is_receipt(const buf *file)
{
    static const char head[] = "c2sp.org/tlog-proof@";
    return file->length >= sizeof head - 1 && memcmp(file->data, head, sizeof head - 1) == 0;
}

static int verify_receipt(cli *c, const buf *file)
{
    policy *p = NULL;
    buf entry = BUF_INIT;
    receipt_verdict v = {.index = 0};
    const char *path = cli_text(c, OPT_ENTRY, NULL);
    assay_status status = verify_policy(c, &p, &c->err);
    if (status == ASSAY_OK && path)
        status = durable_read(path, 65536, &entry, &c->err);
    if (status == ASSAY_OK)
        status = receipt_verify(buf_text(file), file->length, p, path ? buf_text(&entry) : NULL,
                                entry.length, &v, &c->err);
    int code = status != ASSAY_OK ? EXIT_FAILED : is_enough(&v) ? EXIT_FINE : EXIT_UNTRUSTED;
    if (status != ASSAY_OK)
        code = cli_fail(c, status);
    else if (cli_has(c, OPT_JSON))
        code = tell_json(c, &v, p, code);
    else {
        say(c, &v, p);
        code = cli_flush(c) ? code : EXIT_FAILED;
    }
    receipt_verdict_done(&v);
    buf_done(&entry);
    free(p);
    return code;
}

/* -- the verb --------------------------------------------------------------------------------------------------- */

static const verify_kind kinds[] = {
    {"receipt", is_receipt, verify_receipt},
    {"credential", verify_is_credential, verify_credential},
};

int cmd_verify(cli *c)
{
    buf file = BUF_INIT;
    int code = EXIT_FAILED;
    bool is_known = false;
    assay_status status = durable_read(c->operand[0], FILE_MAX_BYTES, &file, &c->err);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && status == ASSAY_OK && !is_known; i++) {
        is_known = kinds[i].is(&file);
        if (is_known)
            code = kinds[i].verify(c, &file);
    }
    if (status == ASSAY_OK && !is_known) {
        assay_fail(&c->err, ASSAY_FORMAT, 0, "%s is nothing that can be verified", c->operand[0]);
        status = assay_hint(&c->err, "%s", _("a receipt (.tlog-proof), or a credential (.json, .jws, .png, .svg, .pdf, .zip)"));
    }
    buf_done(&file);
    return status == ASSAY_OK ? code : cli_fail(c, status);
}
