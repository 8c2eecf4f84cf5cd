/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Status lists and whole credentials. A list comes out again as it went in; a verdict and its
 * reason agree. */
#include "base/jcs.h"
#include "fuzz_check.h"
#include "ledger/status_list.h"
#include "ledger/vc_verify.h"

static void try_list(const char *text, size_t length)
{
    buf bits = BUF_INIT, again = BUF_INIT, back = BUF_INIT;
    if (status_list_decode(text, length, &bits, NULL) == ASSAY_OK) {
        check(status_list_encode((uint8_t *)bits.data, bits.length, &again, NULL) == ASSAY_OK &&
              status_list_decode(again.data, again.length, &back, NULL) == ASSAY_OK);
        same(&back, bits.data, bits.length);
    }
    buf_done(&bits);
    buf_done(&again);
    buf_done(&back);
}

/* The input itself is the issuer's document and the list: everything comes from outside. */
typedef struct {
    const char *text;
    size_t length;
} input;

static assay_status find_issuer(void *context, const char *did, json_t **out, assay_err *err)
{
    const input *in = context;
    (void)did;
    return jcs_read(in->text, in->length, out, err);
}

static assay_status find_list(void *context, const char *url, buf *out, assay_err *err)
{
    const input *in = context;
    (void)url, (void)err;
    buf_add(out, in->text, in->length);
    return ASSAY_OK;
}

static void try_credential(const char *text, size_t length)
{
    input in = {text, length};
    vc_sources sources = {find_issuer, find_list, &in, 1767225600000000000};
    vc_report r;
    if (vc_verify(text, length, &sources, &r, NULL) != ASSAY_OK)
        return;
    check((r.verdict == VC_VALID) == (r.reason == VC_FINE));
    vc_report_done(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_list((const char *)data, size);
    try_credential((const char *)data, size);
    return 0;
}
