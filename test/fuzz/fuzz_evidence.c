/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A claim from outside: what is accepted has all that computing relies on, and is refused or
 * accepted the same way twice. */
#include "scheme/evidence.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena memory;
    evidence_claim claim, again;
    arena_init(&memory);
    if (evidence_claim_read((const char *)data, size, &memory, &claim, NULL) == ASSAY_OK) {
        if (claim.count < 1 || claim.count > EVIDENCE_CHARACTERISTICS)
            abort();
        assay_status first = evidence_claim_check(&claim, NULL);
        if (evidence_claim_read((const char *)data, size, &memory, &again, NULL) != ASSAY_OK ||
            evidence_claim_check(&again, NULL) != first || again.better != claim.better)
            abort();
        if (first == ASSAY_OK && (!claim.better || !claim.confidence ||
                                  claim.after.from >= claim.after.to ||
                                  (!claim.is_single && claim.before.to > claim.after.from) ||
                                  (claim.is_single && (!claim.claimed || claim.money.unit_cost)) ||
                                  (claim.money.unit_cost && !claim.money.step)))
            abort();
    }
    arena_done(&memory);
    return 0;
}
