/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person who helps by telephone would ask. */
#include "cli/verbs.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

typedef struct {
    cli *c;
    json j;
    int faults;
} patient;

static void say(patient *p, const char *key, const char *name, const char *value, bool is_fault)
{
    p->faults += is_fault;
    if (cli_has(p->c, OPT_JSON)) {
        json_member_text(&p->j, key, value);
        return;
    }
    buf_add_text(&p->c->out, is_fault ? "◆ " : "● ");
    text_left(&p->c->out, name, 18);
    buf_addf(&p->c->out, " %s\n", value);
}

/* The version a loaded library tells of itself. */
static const char *library_version(const char *symbol)
{
    const char *(*version)(void);
    void *found = dlsym(RTLD_DEFAULT, symbol);
    if (!found)
        return _("not loaded");
    memcpy(&version, &found, sizeof version);
    return version();
}

static const char *processor_level(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
        return __builtin_cpu_supports("avx512vbmi2") ? "x86-64-v4 + VBMI2" : "x86-64-v4";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return "x86-64-v3";
    return "x86-64";
#else
    return "portable C";
#endif
}

static void look_at_machine(patient *p)
{
    struct utsname about;
    char text[400];
    if (uname(&about) == 0) {
        snprintf(text, sizeof text, "%s %s %s", about.sysname, about.release, about.machine);
        say(p, "system", _("system"), text, false);
    }
    snprintf(text, sizeof text, "%s, %ld", processor_level(), sysconf(_SC_NPROCESSORS_ONLN));
    say(p, "processor", _("processor"), text, false);
    snprintf(text, sizeof text, "%.1f GB",
             (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / 1e9);
    say(p, "memory", _("memory"), text, false);
}

static void look_at_libraries(patient *p)
{
    say(p, "sqlite", "SQLite", library_version("sqlite3_libversion"), false);
    say(p, "cairo", "cairo", library_version("cairo_version_string"), false);
    say(p, "pango", "pango", library_version("pango_version_string"), false);
    say(p, "jansson", "jansson", library_version("jansson_version_str"), false);
}

static void look_at_words(patient *p)
{
    const char *language = getenv("LANGUAGE");
    bool is_english = !language || strcmp(language, "en") == 0;
    bool is_missing = !is_english && strcmp(_("hint:"), "hint:") == 0;
    say(p, "language", _("language"), is_missing ? _("no catalogue found") : language ? language : "en",
        is_missing);
    say(p, "terminal", _("terminal"), p->c->is_terminal ? cli_text(p->c, OPT_COLOR, "auto") : _("none"),
        false);
    bool has_fonts = access("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", R_OK) == 0 ||
                     access("/usr/share/fonts/truetype/nanum", R_OK) == 0 ||
                     access("/usr/share/fonts/opentype/noto", R_OK) == 0;
    say(p, "fonts", _("CJK fonts"),
        has_fonts ? _("there") : _("none found: fonts-noto-cjk for Korean and Chinese documents"),
        !has_fonts);
}

static void add_finding(const char *what, void *context)
{
    buf *text = context;
    buf_addf(text, "%s%s", text->length ? "; " : "", what);
}

/* Journals that are not all in the database. */
static void look_beside(patient *p, store *db)
{
    buf text = BUF_INIT;
    uint64_t damaged = 0;
    if (store_check_beside(db, add_finding, &text, &damaged, &p->c->err) != ASSAY_OK)
        add_finding(p->c->err.message, &text);
    if (text.length)
        say(p, "beside", _("beside it"), buf_text(&text), true);
    buf_done(&text);
}

static void look_at_database(patient *p, const char *path)
{
    store *db = NULL;
    char text[200];
    assay_status status = store_open(path, STORE_READ, &db, &p->c->err);
    if (status != ASSAY_OK)
        snprintf(text, sizeof text, "%.190s", p->c->err.message);
    else
        snprintf(text, sizeof text, P_("%u characteristic, commit %llu",
                    "%u characteristics, commit %llu", store_characteristic_count(db)),
                 store_characteristic_count(db), (unsigned long long)store_commit_number(db));
    say(p, "database", path, text, status != ASSAY_OK);
    if (status == ASSAY_OK)
        look_beside(p, db);
    store_close(db);
}

int cmd_doctor(cli *c)
{
    patient p = {.c = c};
    bool is_json = cli_has(c, OPT_JSON);
    if (is_json) {
        cli_json_begin(c, &p.j);
        json_object(&p.j);
    }
    say(&p, "assay", "assay", ASSAY_VERSION, false);
    look_at_machine(&p);
    look_at_libraries(&p);
    look_at_words(&p);
    if (c->operand_count > 0)
        look_at_database(&p, c->operand[0]);
    if (!is_json)
        return p.faults ? EXIT_FAILED : EXIT_FINE;
    json_member_integer(&p.j, "faults", p.faults);
    json_end(&p.j);
    return cli_json_end(c, &p.j, p.faults ? EXIT_FAILED : EXIT_FINE);
}
