/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include "base/i18n.h"
#include "base/time.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile bool interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = true;
}

void stop_on_interrupt(void)
{
    struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool is_interrupted(void)
{
    return interrupted;
}

void progress_begin(progress *p, const char *what, uint64_t total, bool is_quiet)
{
    *p = (progress){.what = what, .total = total, .began = time_now(),
                    .is_on = !is_quiet && isatty(STDERR_FILENO)};
    p->told = p->began;
}

/* Seconds since the beginning when it is time to say something; below 0: not yet. */
static double begin_line(progress *p, uint64_t done)
{
    const int64_t every = 200000000;
    int64_t now = p->is_on ? time_now() : 0;
    if (!p->is_on || now - p->told < every)
        return -1;
    p->told = now;
    fprintf(stderr, "\r\033[K%s  ", p->what);
    if (p->total)
        fprintf(stderr, "%3.0f %%  ", 100.0 * (double)done / (double)p->total);
    return (double)(now - p->began) / 1e9;
}

static void end_line(const progress *p, double seconds, uint64_t done)
{
    if (p->total && done > 0)
        fprintf(stderr, _(", %.0f s left"),
                seconds * (double)(p->total - done) / (double)done);
    fflush(stderr);
}

void progress_tell(progress *p, uint64_t done, uint64_t rows)
{
    double seconds = begin_line(p, done);
    if (seconds < 0)
        return;
    fprintf(stderr, _("%llu rows, %.0f MB/s"), (unsigned long long)rows, (double)done / 1e6 / seconds);
    end_line(p, seconds, done);
}

void progress_share(progress *p, uint64_t done)
{
    double seconds = begin_line(p, done);
    if (seconds < 0)
        return;
    fprintf(stderr, _("%llu of %llu"), (unsigned long long)done, (unsigned long long)p->total);
    end_line(p, seconds, done);
}

void progress_end(progress *p)
{
    if (p->is_on)
        fputs("\r\033[K", stderr);
}
