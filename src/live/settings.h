/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings of a door, as JSON: what may be there, what must, and in which form. */
#ifndef LIVE_SETTINGS_H
#define LIVE_SETTINGS_H

#include <assay/err.h>

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum { SETTING_TEXT, SETTING_INTEGER, SETTING_BOOL, SETTING_OBJECT, SETTING_LIST } setting_kind;

typedef struct {
    const char *name; /* NULL ends a table */
    setting_kind kind;
    bool is_needed;
    int64_t least, most;      /* of an integer; both 0: any */
    const char *const *words; /* of a text: one of these, NULL ends; NULL: any text but "" */
} setting_rule;

/* The error names the member, what was found and what was expected. Members of every source
 * ("name", "door", "stale_after_s", "enabled", "comment") pass; others without a rule do not. */
ASSAY_MUST_USE assay_status settings_check(const json_t *settings, const setting_rule *rules,
                                           assay_err *err);

const char *setting_text(const json_t *settings, const char *name, const char *otherwise);
int64_t setting_integer(const json_t *settings, const char *name, int64_t otherwise);
bool setting_bool(const json_t *settings, const char *name, bool otherwise);

#endif
