/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notes, keys, checkpoints, receipts, tile paths and bundles: what is taken has one spelling, so
 * that writing it again gives the same bytes. */
#include "base/base64.h"
#include "fuzz_check.h"
#include "ledger/checkpoint.h"
#include "ledger/note.h"
#include "ledger/receipt.h"
#include "ledger/tile.h"

static void try_note(const char *text, size_t length)
{
    note n;
    note_key k = {.name = "example.com/foo", .type = NOTE_ED25519, .id = {0x53, 0x0d, 0x90, 0x3a}};
    checkpoint c;
    if (note_parse(text, length, &n, NULL) != ASSAY_OK)
        return;
    if (n.text_length >= length || n.text[n.text_length - 1] != '\n' || !n.line_count)
        abort();
    (void)!note_verify(&n, &k, NULL, NULL);
    (void)!checkpoint_parse(n.text, n.text_length, &c, NULL);
}

static void try_checkpoint(const char *text, size_t length)
{
    checkpoint c;
    buf again = BUF_INIT;
    if (checkpoint_parse(text, length, &c, NULL) == ASSAY_OK) {
        checkpoint_write(&c, &again);
        if (again.length > length || memcmp(again.data, text, again.length) != 0)
            abort(); /* what follows are extension lines */
    }
    buf_done(&again);
}

static void try_receipt(const char *text, size_t length)
{
    receipt r;
    buf again = BUF_INIT;
    if (receipt_parse(text, length, &r, NULL) == ASSAY_OK) {
        receipt_write(&r, &again);
        same(&again, text, length);
    }
    buf_done(&again);
}

static void try_texts(const char *text, size_t length)
{
    char *copy = malloc(length + 1), path[TILE_PATH_MAX];
    note_key k;
    tile t;
    buf again = BUF_INIT;
    memcpy(copy, text, length);
    copy[length] = 0;
    if (note_key_parse(copy, &k, NULL) == ASSAY_OK) {
        note_key_write(&k, &again);
        same(&again, copy, strlen(copy));
    }
    if (tile_path_parse(copy, &t)) {
        tile_path(&t, path);
        if (strcmp(path, copy) != 0)
            abort();
    }
    buf_done(&again);
    free(copy);
}

static void try_base64(const char *text, size_t length, base64_form form)
{
    char *out = malloc(length + 1);
    size_t used;
    buf again = BUF_INIT;
    if (base64_read(text, length, form, out, length, &used)) {
        base64_add(&again, out, used, form);
        same(&again, text, length);
    }
    buf_done(&again);
    free(out);
}

static void try_bundle(const uint8_t *bytes, size_t length)
{
    size_t at = 0, n;
    const uint8_t *entry;
    bool is_there = true;
    buf again = BUF_INIT;
    assay_status status = ASSAY_OK;
    while (!status && is_there) {
        status = bundle_next(bytes, length, &at, &entry, &n, &is_there, NULL);
        if (!status && is_there && bundle_add(&again, entry, n, NULL) != ASSAY_OK)
            abort();
    }
    if (!status)
        same(&again, (const char *)bytes, length);
    buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    try_note(text, size);
    try_checkpoint(text, size);
    try_receipt(text, size);
    try_texts(text, size);
    try_base64(text, size, BASE64_STANDARD);
    try_base64(text, size, BASE64_URL);
    try_bundle(data, size);
    return 0;
}
