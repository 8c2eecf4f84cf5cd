/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A payload is refused, or every metric of it can be looked at as any type. */
#include "read/spb.h"

#include <stdlib.h>

#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

static uint64_t sum; /* reads every byte, so that a stray pointer is seen */

static void look(const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sum += ((const uint8_t *)bytes)[i];
}

static void use(const spb_metric *m)
{
    look(m->name, m->name_length);
    look(m->unit, m->unit_length);
    for (uint32_t type = 0; type <= SPB_TYPE_COUNT; type++) {
        size_t length = 0, count = spb_array_count(m, type);
        const char *text = spb_text_of(m, type, &length);
        if (text)
            look(text, length);
        sum += (uint64_t)spb_number_of(m, type).kind;
        for (size_t i = 0; count != SIZE_MAX && i < count && i < 64; i++)
            sum += (uint64_t)spb_array_at(m, type, i).kind;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static spb_payload p, again;
    if (spb_read(data, size, &p, NULL) != ASSAY_OK) {
        HOLDS(p.fault && p.n == 0);
        return 0;
    }
    for (size_t i = 0; i < p.n; i++)
        use(&p.metrics[i]);
    buf b = BUF_INIT;
    spb_write(&p, &b);
    HOLDS(spb_read(b.data, b.length, &again, NULL) == ASSAY_OK && again.n == p.n);
    for (size_t i = 0; i < p.n; i++) {
        HOLDS(again.metrics[i].has == p.metrics[i].has &&
              again.metrics[i].field == p.metrics[i].field);
        HOLDS(again.metrics[i].alias == p.metrics[i].alias);
    }
    buf_done(&b);
    return 0;
}
