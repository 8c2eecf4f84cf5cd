/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every call fails once: each scene is played with its first, second, third ... allocation failing,
 * then its first, second ... file call and question to a library, until none is left to fail. No crash, no leak, no wrong
 * answer, nothing half done.
 *
 *   run_faults SHARE [SCENE [N]]    SHARE: 0: every call; else those that fault_chosen() gives, at most so many of
 *                                   them, spread evenly
 *
 * Speaks TAP. */
#include "faults.h"

#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const kinds[] = {"memory", "file", "disk", "library"};
static const char *now = "";
static long now_at;

static void say_where(int number)
{
    char text[200];
    int n = snprintf(text, sizeof text, "\n# signal %d in \"%s\" at %ld\n", number, now, now_at);
    (void)!write(STDERR_FILENO, text, (size_t)n);
    _exit(128 + number);
}

typedef struct {
    long places, calls;
    char wrong[600];
} outcome;

static bool play_once(const scene *s, fault_kind kind, fault_place place, outcome *out, fault_seen *seen)
{
    assay_err err = {0};
    long at = now_at = place.at;
    if (s->before)
        s->before();
    OPENSSL_thread_stop(); /* what it keeps for this thread: errors that it met */
    fault_own(s->reach == SCENE_OWN);
    fault_begin(kind, place);
    assay_status said = s->run(&err);
    *seen = fault_end();
    const char *wrong = s->after ? s->after(said) : NULL;
    OPENSSL_thread_stop();
    long left = fault_blocks();
    if (!wrong && said && !seen->was_hit)
        wrong = "fails by itself";
    if (!wrong && said && !*err.message)
        wrong = "fails without a word";
    if (!wrong && s->is_pure && kind == FAULT_MEMORY && said && said != ASSAY_MEMORY)
        wrong = "without memory it gives another reason";
    if (wrong)
        snprintf(out->wrong, sizeof out->wrong, "at %s call %ld: %s (%s: %s)", kinds[kind], at, wrong,
                 assay_status_name(said), err.message);
    else if (left)
        snprintf(out->wrong, sizeof out->wrong, "at %s call %ld: %ld blocks are lost (%s)",
                 kinds[kind], at, left, err.message);
    return !*out->wrong;
}

/* What a library keeps for good, it takes once: only what is lost a second time is lost. */
static bool play_at(const scene *s, fault_kind kind, fault_place place, outcome *out, fault_seen *seen)
{
    for (int i = 0; i < 3; i++) {
        *out->wrong = '\0';
        if (play_once(s, kind, place, out, seen) || !strstr(out->wrong, "blocks"))
            break;
    }
    return !*out->wrong;
}

static outcome play(const scene *s, fault_kind kind, long share)
{
    outcome out = {0};
    fault_seen seen = {0};
    now = s->name;
    const fault_place none = {0};
    if (!play_at(s, kind, none, &out, &seen) || !play_at(s, kind, none, &out, &seen)) /* what is done once is done */
        return out;
    out.calls = seen.calls;
    long all = seen.calls;
    const fault_place *chosen = share ? fault_chosen(&all) : NULL;
    long step = share && all > share ? (all + share - 1) / share : 1;
    for (long i = 0; i < all && !*out.wrong; i += step, out.places++)
        play_at(s, kind, chosen ? chosen[i] : (fault_place){.at = i + 1}, &out, &seen);
    return out;
}

static int failures, count;

static void tell(const scene *s, fault_kind kind, const outcome *out)
{
    bool is_good = !*out->wrong;
    failures += !is_good;
    printf("%s %d - %s (%s: %ld of %ld calls)\n", is_good ? "ok" : "not ok", ++count, s->name,
           kinds[kind], out->places, out->calls);
    if (!is_good)
        printf("# %s\n", out->wrong);
    fflush(stdout);
}

static void play_all(const scene *scenes, long share, const char *only, long at)
{
    for (const scene *s = scenes; s->name; s++)
        for (fault_kind kind = FAULT_MEMORY; kind <= FAULT_LIBRARY; kind++) {
            outcome out = {0};
            fault_seen seen;
            if ((only && !strstr(s->name, only)) || (s->reach != SCENE_FILES && (kind == FAULT_FILE || kind == FAULT_DISK)))
                continue;
            now = s->name;
            if (at)
                play_at(s, kind, (fault_place){.at = at}, &out, &seen);
            else
                out = play(s, kind, share);
            tell(s, kind, &out);
        }
}

int main(int argc, char **argv)
{
    const scene *const all[] = {proof_scenes, log_scenes, credential_scenes, web_scenes};
    long share = argc > 1 ? atol(argv[1]) : 0;
    signal(SIGSEGV, say_where);
    signal(SIGABRT, say_where);
    world_make();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        play_all(all[i], share, argc > 2 ? argv[2] : NULL, argc > 3 ? atol(argv[3]) : 0);
    world_drop();
    printf("1..%d\n", count);
    return failures != 0;
}
