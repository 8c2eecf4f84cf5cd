/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a catalogue. Messages alone are translated; numbers always have a point. The locale is
 * C.UTF-8 whatever the machine has installed; LANGUAGE says which catalogue. */
#include "cli/cli.h"

#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef ASSAY_LOCALE_DIR
#define ASSAY_LOCALE_DIR "/usr/share/locale"
#endif

/* "ko_KR.UTF-8" and "ko" are Korean, "zh..." is simplified Chinese; else English. */
static const char *catalogue_for(const char *name)
{
    if (!name)
        return "en";
    return strncmp(name, "ko", 2) == 0 ? "ko" : strncmp(name, "zh", 2) == 0 ? "zh_CN" : "en";
}

static const char *from_environment(void)
{
    static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return value;
    }
    return NULL;
}

/* Where the catalogues are: beside an installed program, in a build tree, or the fixed place. */
static void bind_catalogues(void)
{
    static const char *const beside[] = {"/../share/locale", "/../../po"};
    char program[2048], path[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0) {
        program[length] = 0;
        *strrchr(program, '/') = 0;
        for (size_t i = 0; i < 2; i++) {
            snprintf(path, sizeof path, "%s%s/ko/LC_MESSAGES/assay.mo", program, beside[i]);
            if (access(path, R_OK) == 0) {
                snprintf(path, sizeof path, "%s%s", program, beside[i]);
                bindtextdomain("assay", path);
                return;
            }
        }
    }
    bindtextdomain("assay", ASSAY_LOCALE_DIR);
}

void language_set(const char *lang)
{
    const char *catalogue = catalogue_for(lang ? lang : from_environment());
    setlocale(LC_CTYPE, "C.UTF-8");
    setlocale(LC_MESSAGES, "C.UTF-8");
    setenv("LANGUAGE", catalogue, 1);
    bind_catalogues();
    bind_textdomain_codeset("assay", "UTF-8");
    textdomain("assay");
}
