/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a scheme: faults or a scheme, and a scheme can be shown. */
#include "scheme/show.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scheme *s = NULL;
    scheme_faults faults;
    buf text = BUF_INIT;
    assay_status status = scheme_read("fuzz.yaml", (const char *)data, size, &s, &faults, NULL);
    if ((status == ASSAY_OK) != (s != NULL) ||
        (status == ASSAY_FORMAT && !faults.count && !faults.is_cut))
        abort();
    for (size_t i = 0; i < faults.count; i++)
        scheme_fault_text(&faults, i, &text);
    if (s) {
        scheme_show_text(s, "ko", 80, &text);
        scheme_show_html(s, "zh", &text);
        scheme_show_json(s, &text);
    }
    buf_done(&text);
    scheme_faults_done(&faults);
    scheme_free(s);
    return 0;
}
