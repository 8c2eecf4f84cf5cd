/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Credentials a second and core, by the processor's clock of one thread:
 *
 *   bench_credential [N]     badges written and signed (embedded proof), as text; verified; a JWT
 *
 * Beside it, in the same run, what the arithmetic alone takes: Ed25519 of libsodium. */
#include "base/jcs.h"
#include "base/time.h"
#include "ledger/badge.h"
#include "ledger/multikey.h"
#include "ledger/status_list.h"
#include "ledger/vc_verify.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint8_t public[32], secret[64];
static char did[DID_KEY_TEXT], method[DID_KEY_METHOD];
static const badge_result results[] = {{"total score", "ScaledScore", "92.50"},
                                       {"decision", "Status", "Completed"}};

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static assay_status sign(void *context, const uint8_t hashes[64], uint8_t out[64], assay_err *err)
{
    (void)context, (void)err;
    return crypto_sign_detached(out, NULL, hashes, 64, secret) == 0 ? ASSAY_OK : ASSAY_IO;
}

/* What a programme gives: every member that is usual, a status, an evidence. */
static void make(size_t number, buf *out)
{
    char id[64];
    json_t *entry, *credential;
    vc_signer signer = {method, sign, NULL};
    snprintf(id, sizeof id, "urn:uuid:00000000-0000-4000-8000-%012zu", number);
    badge b = {.id = id,
               .issuer = did,
               .issuer_name = "품질협회",
               .achievement = {.id = "https://quality.example/credentials/achievements/master",
                               .type = "Award",
                               .name = "국가품질명장",
                               .description = "현장 품질 개선에서 뛰어난 실적을 입증한 사람",
                               .criteria = "검증된 개선 실적 10건"},
               .subject = "urn:uuid:00000000-0000-4000-8000-000000000002",
               .holder = "김민준",
               .email = "kim@example.org",
               .salt = "0123456789abcdef0123456789abcdef",
               .results = results,
               .result_count = 2,
               .evidence = "https://quality.example/credentials/1.tlog-proof",
               .evidence_name = "Decision",
               .valid_from = 1767225600000000000,
               .valid_until = 1861920000000000000,
               .awarded = 1767225600000000000};
    if (status_entry_write("https://quality.example/credentials/status/s1",
                           (uint32_t)number % STATUS_LIST_BITS, "suspension", NULL, &entry, NULL))
        die("status");
    b.status = entry;
    buf_clear(out);
    if (badge_write(&b, &credential, NULL) || vc_proof_add(credential, &signer, time_now(), NULL) ||
        jcs_write(credential, out, NULL))
        die("badge");
    json_decref(entry);
    json_decref(credential);
}

static void say(const char *what, size_t n, double seconds)
{
    printf("%s: %zu in %.2f s of one core, %.0f/s, %.1f us each\n", what, n, seconds,
           (double)n / seconds, 1e6 * seconds / (double)n);
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
    static const uint8_t seed[32] = {7};
    uint8_t signature[64], hashes[64] = {0};
    buf text = BUF_INIT;
    if (sodium_init() < 0)
        die("sodium");
    crypto_sign_seed_keypair(public, secret, seed);
    did_key_write(public, did);
    did_key_method(public, method);
    double begun = cpu();
    for (size_t i = 0; i < n; i++)
        make(i, &text);
    say("badges with embedded proof", n, cpu() - begun);
    printf("a badge has %zu bytes\n", text.length);
    begun = cpu();
    for (size_t i = 0; i < n; i++)
        if (sign(NULL, hashes, signature, NULL))
            die("sign");
    say("  Ed25519 signatures alone", n, cpu() - begun);
    vc_sources sources = {.now = time_now() + 2000000000};
    begun = cpu();
    for (size_t i = 0; i < n; i++) {
        vc_report r;
        if (vc_verify(text.data, text.length, &sources, &r, NULL) || r.proofs[0].reason != VC_FINE)
            die("verify");
        vc_report_done(&r);
    }
    say("verified, without status list", n, cpu() - begun);
    begun = cpu();
    for (size_t i = 0; i < n; i++)
        if (!ed25519_verify(public, hashes, 64, signature))
            die("verify");
    say("  Ed25519 verifications alone", n, cpu() - begun);
    buf_done(&text);
    return 0;
}
