/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that carry a credential: what was baked in comes out again, whatever the picture held.
 */
#include "base/jcs.h"
#include "ledger/badge.h"

#include <stdlib.h>
#include <string.h>

static const char text[] = "eyJ.abc.def";

static void expect(assay_status status, const buf *found)
{
    if (status != ASSAY_OK || found->length != strlen(text) ||
        memcmp(found->data, text, found->length) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    buf out = BUF_INIT, baked = BUF_INIT, back = BUF_INIT;
    json_t *value = NULL;
    badge_view v;
    (void)!badge_unbake_png(data, size, &out, NULL);
    (void)!badge_unbake_svg(bytes, size, &out, NULL);
    (void)badge_is_svg(bytes, size);
    (void)!badge_unbake_pdf(bytes, size, &out, NULL);
    if (badge_bake_png(data, size, text, strlen(text), &baked, NULL) == ASSAY_OK)
        expect(badge_unbake_png(baked.data, baked.length, &back, NULL), &back);
    buf_clear(&baked);
    buf_clear(&back);
    if (badge_bake_svg(bytes, size, text, strlen(text), &baked, NULL) == ASSAY_OK)
        expect(badge_unbake_svg(baked.data, baked.length, &back, NULL), &back);
    if (jcs_read(bytes, size, &value, NULL) == ASSAY_OK) {
        (void)!badge_read(value, &v, NULL);
        (void)badge_is_holder(value, "a@b.c");
        for (size_t i = 0; i < 100 && badge_endorsement_at(value, i); i++)
            ;
    }
    json_decref(value);
    buf_done(&out);
    buf_done(&baked);
    buf_done(&back);
    return 0;
}
