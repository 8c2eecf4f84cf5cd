/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Option values as numbers and times. */
#include "cli/cli.h"

#include <string.h>

bool cli_has(const cli *c, option_id id)
{
    return c->given[id] != NULL;
}

const char *cli_text(const cli *c, option_id id, const char *otherwise)
{
    return c->given[id] ? c->given[id] : otherwise;
}

static assay_status not_a_number(cli *c, option_id id, const char *what)
{
    assay_status status =
        cli_usage(c, _("--%s is not %s: \"%s\""), option_table[id].name, what, c->given[id]);
    assay_hint(&c->err, "--%s %s: %s", option_table[id].name, option_table[id].value,
               _(option_table[id].text));
    return status;
}

assay_status cli_real(cli *c, option_id id, double *out)
{
    decimal d;
    double value;
    const char *text = c->given[id];
    if (!text)
        return ASSAY_OK;
    if (decimal_parse(text, strlen(text), '.', &d, &value) == DECIMAL_NONE)
        return not_a_number(c, id, _("a number"));
    *out = value;
    return ASSAY_OK;
}

assay_status cli_count(cli *c, option_id id, uint64_t *out)
{
    const char *text = c->given[id];
    uint64_t value = 0;
    if (!text)
        return ASSAY_OK;
    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '9' || value > UINT64_MAX / 10 - 1)
            return not_a_number(c, id, _("a whole number"));
        value = value * 10 + (uint64_t)(*p - '0');
    }
    if (!*text)
        return not_a_number(c, id, _("a whole number"));
    *out = value;
    return ASSAY_OK;
}

assay_status cli_decimal(cli *c, option_id id, quantity *out)
{
    decimal d;
    const char *text = c->given[id];
    if (!text)
        return ASSAY_OK;
    if (decimal_parse(text, strlen(text), '.', &d, NULL) != DECIMAL_OK)
        return not_a_number(c, id, _("a number"));
    *out = (quantity){.is_given = true, .value = d};
    return ASSAY_OK;
}

assay_status cli_time(cli *c, option_id id, int64_t *out)
{
    const char *text = c->given[id];
    int32_t offset = TIME_OFFSET_NONE;
    int64_t ns;
    if (!text)
        return ASSAY_OK;
    char whole[40];
    size_t length = strlen(text);
    if (length == 10) { /* a date alone is its midnight */
        memcpy(whole, text, 10);
        memcpy(whole + 10, "T00:00:00", 10);
        text = whole;
        length = 19;
    }
    if (!time_parse_iso(text, length, &ns, &offset))
        return not_a_number(c, id, _("a time (2026-01-05T07:21:00Z)"));
    *out = ns;
    return ASSAY_OK;
}
