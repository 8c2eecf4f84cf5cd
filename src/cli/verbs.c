/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/verbs.h"

#include <string.h>

const option option_table[OPT_COUNT] = {
    {"", 0, NULL, NULL, ""},
#define OPTION(id, name, letter, value, choices, text) {name, letter, value, choices, text},
#include "options.def"
#undef OPTION
};

#define VERB(id, name, operands, least, most, summary, text, examples, ...)                        \
    static const unsigned char options_##id[] = {__VA_ARGS__, OPT_NONE};
#include "verbs.def"
#undef VERB

const verb verb_table[] = {
#define VERB(id, name, operands, least, most, summary, text, examples, ...)                        \
    {name, operands, least, most, summary, text, examples, options_##id, cmd_##id},
#include "verbs.def"
#undef VERB
};
const size_t verb_count = sizeof verb_table / sizeof *verb_table;

const verb *verb_find(const char *name)
{
    for (size_t i = 0; i < verb_count; i++)
        if (strcmp(verb_table[i].name, name) == 0)
            return &verb_table[i];
    return NULL;
}

bool verb_takes(const verb *v, option_id id)
{
    for (const unsigned char *o = v->options; *o != OPT_NONE; o++)
        if (*o == id)
            return true;
    return false;
}
