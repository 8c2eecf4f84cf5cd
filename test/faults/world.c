/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plant with a ledger that gave two credentials and revoked one, and what it published. */
#include "faults.h"

#include "base/jcs.h"
#include "base/time.h"
#include "notary/credential.h"
#include "notary/notary.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

fault_world world;

void fault_die(const char *what, const assay_err *err)
{
    printf("Bail out! %s: %s\n", what, err ? err->message : "");
    exit(1);
}

void fault_shell(const char *format, ...)
{
    char command[600];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    if (system(command) != 0)
        fault_die(command, NULL);
}

#define MUST(call)                                                                                 \
    do {                                                                                           \
        if ((call) != ASSAY_OK)                                                                    \
            fault_die(#call, &err);                                                                \
    } while (0)

static assay_err err;

static void make_keys(void)
{
    MUST(signer_file_add(world.keys, SIGNER_CREDENTIAL, "issuer", NULL, &err));
    MUST(signer_file_add(world.keys, SIGNER_RSA, "issuer", NULL, &err));
    MUST(signer_file_add(world.keys, SIGNER_WITNESS, "witness.test", NULL, &err));
}

static void issue(store *s, signer *k)
{
    const credential_achievement a = {.id = "master",
                                      .name = "품질명장",
                                      .description = "Proven improvement",
                                      .criteria = "Ten verified results",
                                      .type = "Award"};
    const credential_wish w = {.achievement = "master",
                               .holder = "김민준",
                               .email = "kim@example.org",
                               .from = TIME_NONE,
                               .until = TIME_NONE,
                               .awarded = TIME_NONE};
    signer_public keys;
    store_tx *tx;
    MUST(signer_keys(k, &keys, &err));
    MUST(store_tx_begin(s, &tx, &err));
    MUST(credential_issuer_write(tx, s, "q.example", "QA", NULL, &keys, "ann", "", &err));
    MUST(credential_achievement_put(tx, &a, "ann", "", &err));
    MUST(credential_issue(tx, s, &w, "ann", "", world.id, &err));
    MUST(credential_issue(tx, s, &w, "ann", "", world.revoked, &err));
    MUST(credential_change(tx, s, world.revoked, CREDENTIAL_REVOKE, "ann", "false", &err));
    MUST(store_tx_commit(tx, NULL, &err));
    MUST(credential_sign(s, k, 0, NULL, &err));
}

static const char *kept(buf *b)
{
    char *text = strdup(buf_text(b));
    buf_clear(b);
    return text;
}

static void keep_credentials(store *s)
{
    buf b = BUF_INIT;
    MUST(credential_text(s, world.id, CREDENTIAL_JSON, &b, &err));
    world.json = kept(&b);
    MUST(credential_text(s, world.id, CREDENTIAL_JWT, &b, &err));
    world.jwt = kept(&b);
    MUST(credential_text(s, world.revoked, CREDENTIAL_JSON, &b, &err));
    world.revoked_json = kept(&b);
    MUST(credential_issuer_text(s, NULL, &b, &err));
    world.document = kept(&b);
    MUST(credential_list_text(s, "s1", &b, &err));
    world.list = kept(&b);
    MUST(credential_list_text(s, "s1r", &b, &err));
    world.beside = kept(&b);
    buf_done(&b);
}

static void keep_ledger(store *s)
{
    notary *n;
    ledger_view *v;
    ledger_tree tree = {0};
    uint64_t size;
    buf b = BUF_INIT;
    MUST(notary_open(world.database, &n, &err));
    MUST(notary_step(n, &size, &err));
    notary_close(n);
    MUST(ledger_view_open(s, world.database, &v, &err));
    MUST(notary_receipt(v, s, 3, RECEIPT_ALL, &b, &err));
    world.receipt = kept(&b);
    buf_addf(&b, "log %squorum none\n", buf_text(&ledger_view_settings(v)->keys));
    world.policy = kept(&b);
    MUST(ledger_view_tree(v, UINT64_MAX, &tree, &err));
    world.note = kept(&tree.note);
    buf_done(&tree.note);
    ledger_view_close(v);
    buf_done(&b);
}

void world_make(void)
{
    const notary_wish w = {.origin = "ledger.test/faults", .actor = "ann"};
    store *s;
    signer *k;
    setenv("TZ", "UTC", 1); /* else the C library reads, and keeps, the zone of the machine anew each time */
    /* In memory where there is room: what fails here is no disk, and thousands of fsyncs take their time. */
    struct statvfs room;
    bool has_room = statvfs("/dev/shm", &room) == 0 && room.f_bavail * room.f_bsize > (256u << 20) && access("/dev/shm", W_OK) == 0;
    snprintf(world.folder, sizeof world.folder, "%s/assay-faults-XX" "XX" "XX", has_room ? "/dev/shm" : "/tmp");
    if (!mkdtemp(world.folder))
        fault_die("no folder", NULL);
    snprintf(world.database, sizeof world.database, "%s/p.assay", world.folder);
    snprintf(world.keys, sizeof world.keys, "%s-keys", world.database);
    snprintf(world.work, sizeof world.work, "%s/work", world.folder);
    MUST(store_open(world.database, STORE_CREATE, &s, &err));
    MUST(notary_init(s, world.database, &w, &err));
    make_keys();
    MUST(signer_open(world.keys, &k, &err));
    issue(s, k);
    signer_close(k);
    keep_credentials(s);
    keep_ledger(s);
    store_close(s);
}

void world_drop(void)
{
    const char **texts[] = {&world.json,   &world.jwt,     &world.revoked_json,
                            &world.document, &world.list,  &world.beside,
                            &world.receipt, &world.policy, &world.note};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free((char *)(uintptr_t)*texts[i]);
    fault_shell("rm -rf %s", world.folder);
}
