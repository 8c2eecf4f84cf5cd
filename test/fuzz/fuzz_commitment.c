/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payloads and what receipts show of them. What is canonical opens to one commitment, however much of
 * it is shown; parts that others bring are judged or refused. */
#include "base/commitment.h"
#include "base/jcs.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t salt[COMMIT_SALT] = {7};
static unsigned choice;

static bool choose(const char *name, const json_t *value)
{
    (void)value;
    return choice >> (strlen(name) % 8) & 1;
}

static void try_parts(const json_t *parts)
{
    sha256 d;
    (void)!commitment_of_parts(parts, &d, NULL);
}

static void try_shown(const char *text, size_t length)
{
    json_t *parts = json_object();
    sha256 whole, again;
    assay_status status = commitment_of(COMMIT_MEMBERS, salt, sizeof salt, text, length, &whole, NULL);
    if (commitment_show(salt, text, length, choose, parts, NULL) == ASSAY_OK &&
        (status || commitment_of_parts(parts, &again, NULL) ||
         memcmp(&whole, &again, sizeof whole) != 0))
        abort();
    json_decref(parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    buf canonical = BUF_INIT;
    sha256 d;
    json_t *parts = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    choice = size ? data[size - 1] : 0;
    (void)!commitment_of(COMMIT_MEMBERS, salt, sizeof salt, text, size, &d, NULL);
    if (jcs_canonical(text, size, &canonical, NULL) == ASSAY_OK)
        try_shown(canonical.data, canonical.length);
    try_parts(parts);
    json_decref(parts);
    buf_done(&canonical);
    return 0;
}
