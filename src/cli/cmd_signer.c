/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys, and the process that holds them. */
#include "cli/verbs.h"

#include "ledger/durable.h"
#include "ledger/signer.h"
#include "ledger/signer_serve.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- run ------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t is_stopped;

static void on_signal(int number)
{
    (void)number;
    is_stopped = 1;
}

/* Programs wait for the first line. */
static void tell_ready(const signer_walls *walls, void *context)
{
    const cli *c = context;
    printf("%s\n", cli_text(c, OPT_SOCKET, ""));
    fflush(stdout);
    if (!walls->has_landlock)
        fprintf(stderr, "assay: %s\n",
                _("this kernel has no Landlock: the signer could open other files of its user"));
    if (!walls->has_seccomp)
        fprintf(stderr, "assay: %s\n", _("built for testing: without seccomp"));
}

static int run(cli *c)
{
    const signer_service service = {.keys = c->operand[1],
                                    .socket = cli_text(c, OPT_SOCKET, NULL),
                                    .ready = tell_ready,
                                    .context = c,
                                    .stop = &is_stopped};
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    if (!service.socket)
        return cli_fail(c, cli_usage(c, _("assay signer run takes --socket PATH")));
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    assay_status status = signer_serve(&service, &c->err);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}

/* -- add, export, show ------------------------------------------------------------------------------ */

static assay_status use_of(cli *c, signer_use *out)
{
    for (int u = 0; u < SIGNER_USES; u++)
        if (strcmp(c->operand[2], signer_use_name((signer_use)u)) == 0) {
            *out = (signer_use)u;
            return ASSAY_OK;
        }
    cli_usage(c, _("\"%s\" is no use of a key"), c->operand[2]);
    return assay_hint(&c->err, "log, witness, credential, rsa");
}

static int add(cli *c)
{
    signer_use use;
    buf pem = BUF_INIT;
    const char *from = cli_text(c, OPT_KEY_FILE, NULL);
    assay_status status = use_of(c, &use);
    if (status == ASSAY_OK && from)
        status = durable_read(from, 65536, &pem, &c->err);
    if (status == ASSAY_OK)
        status = signer_file_add(c->operand[1], use, c->operand[3], from ? buf_text(&pem) : NULL,
                                 &c->err);
    if (pem.data)
        explicit_bzero(pem.data, pem.length);
    buf_done(&pem);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    cli_remark(c, _("%s signs with a new key for %s; restart the signer that holds it"),
               c->operand[1], c->operand[2]);
    return EXIT_FINE;
}

static assay_status write_key(cli *c, const buf *pem)
{
    const char *path = cli_text(c, OPT_OUTPUT, NULL);
    if (!path) {
        fwrite(pem->data, 1, pem->length, stdout);
        return ASSAY_OK;
    }
    if (access(path, F_OK) == 0)
        return assay_fail(&c->err, ASSAY_EXISTS, 0, "%s is already there", path);
    return durable_write(path, 0600, pem->data, pem->length, &c->err);
}

static int export(cli *c)
{
    signer_use use;
    buf pem = BUF_INIT;
    assay_status status = use_of(c, &use);
    if (status == ASSAY_OK)
        status = signer_file_export(c->operand[1], use, getenv("ASSAY_PASSPHRASE"), &pem, &c->err);
    if (status == ASSAY_OK)
        status = write_key(c, &pem);
    if (pem.data)
        explicit_bzero(pem.data, pem.length);
    buf_done(&pem);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}

static void row(cli *c, json *j, const char *use, const char *name, const char *key, bool is_retired)
{
    if (!cli_has(c, OPT_JSON)) {
        buf_addf(&c->out, "%-10s  %s%s\n", use, key, is_retired ? _("  (retired)") : "");
        return;
    }
    json_flat_object(j);
    json_member_text(j, "use", use);
    if (name)
        json_member_text(j, "name", name);
    json_member_text(j, "key", key);
    json_member_bool(j, "retired", is_retired);
    json_end(j);
}

static void note_row(cli *c, json *j, const char *use, const note_key *k, bool is_retired)
{
    buf text = BUF_INIT;
    if (!k->type)
        return;
    note_key_write(k, &text);
    row(c, j, use, k->name, buf_text(&text), is_retired);
    buf_done(&text);
}

static void bytes_row(cli *c, json *j, const char *use, const uint8_t *bytes, size_t length)
{
    char hex[2 * SIGNER_RSA_MAX + 1] = "";
    for (size_t i = 0; i < length; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    if (length)
        row(c, j, use, NULL, hex, false);
}

static int show(cli *c)
{
    signer *s = NULL;
    signer_public p;
    json j;
    assay_status status = signer_open(c->operand[1], &s, &c->err);
    if (status == ASSAY_OK)
        status = signer_keys(s, &p, &c->err);
    signer_close(s);
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    if (cli_has(c, OPT_JSON)) {
        cli_json_begin(c, &j);
        json_object(&j);
        json_key(&j, "keys");
        json_array(&j);
    }
    note_row(c, &j, "log", &p.log, false);
    for (size_t i = 0; i < p.retired_count; i++)
        note_row(c, &j, "log", &p.retired[i], true);
    note_row(c, &j, "witness", &p.witness, false);
    bytes_row(c, &j, "credential", p.credential, p.has_credential ? 32 : 0);
    bytes_row(c, &j, "rsa", p.modulus, p.modulus_length);
    if (!cli_has(c, OPT_JSON))
        return cli_flush(c) ? EXIT_FINE : EXIT_FAILED;
    json_end(&j);
    json_end(&j);
    return cli_json_end(c, &j, EXIT_FINE);
}

static const struct {
    const char *word, *takes;
    int count;
    int (*act)(cli *c);
} actions[] = {
    {"run", "KEYS", 2, run},
    {"add", "KEYS USE NAME", 4, add},
    {"export", "KEYS USE", 3, export},
    {"show", "KEYS", 2, show},
};

int cmd_signer(cli *c)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].word, c->operand[0]) != 0)
            continue;
        if (c->operand_count != actions[i].count)
            return cli_fail(c, cli_usage(c, _("assay signer %s takes %s"), actions[i].word,
                                         actions[i].takes));
        return actions[i].act(c);
    }
    cli_usage(c, _("\"%s\" is nothing to do with a signer"), c->operand[0]);
    return cli_fail(c, assay_hint(&c->err, "run, add, export, show"));
}
