/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include "base/i18n.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint32_t input_chart_contexts(const cli *c)
{
    uint32_t contexts = 0;
    if (!cli_has(c, OPT_N) && !cli_has(c, OPT_EVERY))
        contexts |= 1u << CONTEXT_SUBGROUP;
    if (cli_has(c, OPT_STAGE))
        contexts |= 1u << CONTEXT_STAGE;
    return contexts;
}

assay_status input_need_one(cli *c, const series_set *set)
{
    size_t n = series_count(set);
    if (n == 1)
        return ASSAY_OK;
    if (n == 0) {
        assay_fail(&c->err, ASSAY_NOT_FOUND, 0, _("%s has no measurements"), c->operand[0]);
        return assay_hint(&c->err, _("assay show %s tells how it is read"), c->operand[0]);
    }
    char list[160] = "";
    for (size_t i = 0; i < n && i < 6; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%.24s", i ? ", " : "",
                 series_at(set, i)->definition->path);
    cli_usage(c, _("%s has %zu characteristics: name one"), c->operand[0], n);
    return assay_hint(&c->err, "%s%s", list, n > 6 ? ", ..." : "");
}

term cli_term(const cli *c)
{
    return (term){.width = c->width, .has_color = c->has_color};
}

static void cell_end(buf *out, bool is_last)
{
    buf_add_char(out, is_last ? '\n' : ',');
}

void csv_text(buf *out, const char *text, bool is_last)
{
    if (text && strpbrk(text, ",\"\n\r")) {
        buf_add_char(out, '"');
        for (const char *p = text; *p; p++) {
            if (*p == '"')
                buf_add_char(out, '"');
            buf_add_char(out, *p);
        }
        buf_add_char(out, '"');
    } else if (text)
        buf_add_text(out, text);
    cell_end(out, is_last);
}

void csv_real(buf *out, double value, bool is_last)
{
    char text[32];
    if (isfinite(value))
        buf_add(out, text, double_format(value, text, sizeof text));
    cell_end(out, is_last);
}

void csv_unsigned(buf *out, uint64_t value, bool is_last)
{
    buf_addf(out, "%" PRIu64, value);
    cell_end(out, is_last);
}

void csv_time(buf *out, int64_t time, int32_t offset, bool is_last)
{
    char text[40];
    if (time != TIME_NONE)
        buf_add(out, text, time_format(time, offset ? offset : TIME_OFFSET_NONE, text, sizeof text));
    cell_end(out, is_last);
}

const char *cli_language(const cli *c)
{
    const char *lang = cli_text(c, OPT_LANG, NULL);
    return lang ? lang : _("en");
}
