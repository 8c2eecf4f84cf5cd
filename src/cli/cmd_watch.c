/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points come with the stream of events and move their rows at once. Alarms, sources and the whole
 * list are asked for anew when an event says that they changed, at most once a second, and every
 * few seconds anyway: what the stream lost is not lost here for long. */
#include "cli/verbs.h"

#include "cli/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROWS, ALARMS, SOURCES, CHART, PARTS };
enum { LEAST_MS = 1000, AWAY_MS = 2000, FRAME_MS = 100 };
static const int64_t usual_ms[PARTS] = {[ROWS] = 5000, [ALARMS] = 5000, [SOURCES] = 2000, [CHART] = 5000};

/* Points on the screen; the chart is asked for whole where it can be, because a beginning within a
 * subgroup would cut all others differently. */
enum { POINTS_LEAST = 25, POINTS_MOST = 800, POINTS_FIRST = 50, MEASUREMENTS = 5000 };

typedef struct {
    cli *c;
    client *client;
    watch_model model;
    watch_view view;
    int64_t asked[PARTS]; /* when; monotonic ms */
    bool is_changed[PARTS];
    bool is_dirty;
    int64_t listen_at; /* the stream is not open: try then; 0: it is */
    char trouble[420];
    uint32_t selected; /* number of the characteristic */
    json_t *chart;     /* of the selected one; NULL: the overview is shown */
    bool is_chart;
    int points;
} watching;

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* -- asking -------------------------------------------------------------------------------------- */

static bool take(watching *w, int part, const json_t *answer)
{
    switch (part) {
    case ROWS: return watch_take_rows(&w->model, answer, true);
    case ALARMS: return watch_take_alarms(&w->model, answer);
    case SOURCES: return watch_take_sources(&w->model, answer);
    default: return true;
    }
}

static assay_status ask(watching *w, int part)
{
    static const char *const paths[] = {"/api/v1/characteristics?limit=1000&sort=urgency",
                                        "/api/v1/alarms?open=true&limit=200",
                                        "/api/v1/sources"};
    char path[100];
    json_t *answer = NULL;
    if (part == CHART)
        snprintf(path, sizeof path, "/api/v1/characteristics/%u/chart?last=%d", w->selected,
                 MEASUREMENTS);
    assay_status status = client_get(w->client, part == CHART ? path : paths[part], &answer, &w->c->err);
    w->asked[part] = now_ms();
    w->is_changed[part] = false;
    if (status == ASSAY_OK && !take(w, part, answer))
        status = assay_fail(&w->c->err, ASSAY_FORMAT, 0, "%s does not answer as expected at %s",
                            client_address(w->client), part == CHART ? path : paths[part]);
    if (status == ASSAY_OK && part == CHART) {
        client_forget(w->chart);
        w->chart = answer;
        answer = NULL;
    }
    client_forget(answer);
    w->is_dirty = true;
    return status;
}

static assay_status ask_all(watching *w)
{
    assay_status status = ASSAY_OK;
    for (int part = 0; status == ASSAY_OK && part < CHART; part++)
        status = ask(w, part);
    return status;
}

static bool is_due(const watching *w, int part)
{
    int64_t age = now_ms() - w->asked[part];
    return age >= usual_ms[part] || (w->is_changed[part] && age >= LEAST_MS);
}

/* -- news ---------------------------------------------------------------------------------------- */

static void on_event(const char *kind, const json_t *event, void *context)
{
    watching *w = context;
    if (strcmp(kind, "point") == 0) {
        bool is_shown;
        uint32_t number = watch_take_point(&w->model, event, &is_shown);
        w->is_changed[ROWS] |= !is_shown;
        w->is_changed[CHART] |= number == w->selected;
    } else if (strcmp(kind, "alarm") == 0) {
        w->is_changed[ALARMS] = w->is_changed[ROWS] = true;
    } else if (strcmp(kind, "source") == 0) {
        w->is_changed[SOURCES] = true;
    } else {
        for (int part = 0; part < PARTS; part++)
            w->is_changed[part] = true;
    }
    w->is_dirty = true;
}

static void lose(watching *w)
{
    snprintf(w->trouble, sizeof w->trouble, "▲ %s", w->c->err.message);
    w->view.trouble = w->trouble;
    w->listen_at = now_ms() + AWAY_MS;
    w->is_dirty = true;
}

static void try_again(watching *w)
{
    assay_status status = ask_all(w);
    if (status == ASSAY_OK)
        status = client_listen(w->client, on_event, w, &w->c->err);
    if (status != ASSAY_OK) {
        lose(w);
        return;
    }
    w->listen_at = 0;
    w->view.trouble = NULL;
}

static void ask_what_is_due(watching *w)
{
    for (int part = 0; part < PARTS; part++) {
        if ((part == CHART && !w->is_chart) || !is_due(w, part))
            continue;
        if (ask(w, part) != ASSAY_OK) {
            lose(w);
            return;
        }
    }
}

/* -- drawing ------------------------------------------------------------------------------------- */

static const watch_row *selected_row(const watching *w)
{
    for (size_t i = 0; i < w->model.rows; i++)
        if (w->model.row[i].number == w->selected)
            return &w->model.row[i];
    return NULL;
}

static void draw(watching *w)
{
    buf screen = BUF_INIT;
    watch_view *v = &w->view;
    tty_size(&v->look.width, &v->rows);
    v->now = time_now();
    v->selected = (int)watch_sort(&w->model, w->selected);
    const watch_row *row = selected_row(w);
    v->note = w->is_chart ? _("+ - points   b back   r reload   q quit")
                          : _("↑ ↓ choose   Enter chart   r reload   q quit");
    if (w->is_chart && row && w->chart)
        watch_chart(row, w->chart, w->points, v, &screen);
    else
        watch_overview(&w->model, v, &screen);
    if (v->selected >= 0 && v->selected < (int)w->model.rows)
        w->selected = w->model.row[v->selected].number;
    tty_show(&screen);
    buf_done(&screen);
    w->is_dirty = false;
}

/* -- keys ---------------------------------------------------------------------------------------- */

static void move(watching *w, int by)
{
    int n = (int)w->model.rows, at = w->view.selected + by;
    if (n == 0)
        return;
    at = at < 0 ? 0 : at >= n ? n - 1 : at;
    w->selected = w->model.row[at].number;
    w->view.selected = at;
}

static void show_chart(watching *w)
{
    client_forget(w->chart);
    w->chart = NULL;
    w->is_chart = true;
    if (ask(w, CHART) != ASSAY_OK) {
        w->is_chart = false;
        snprintf(w->trouble, sizeof w->trouble, "▲ %s", w->c->err.message);
        w->view.trouble = w->trouble;
    }
}

static void change_points(watching *w, bool is_more)
{
    int points = is_more ? w->points * 2 : w->points / 2;
    if (!w->is_chart || points < POINTS_LEAST || points > POINTS_MOST)
        return;
    w->points = points;
}

/* False: the end is wanted. */
static bool obey(watching *w, watch_key key)
{
    int page = w->view.rows > 10 ? w->view.rows - 10 : 1;
    w->is_dirty = true;
    switch (key) {
    case KEY_QUIT: return false;
    case KEY_UP: move(w, -1); break;
    case KEY_DOWN: move(w, 1); break;
    case KEY_PAGE_UP: move(w, -page); break;
    case KEY_PAGE_DOWN: move(w, page); break;
    case KEY_HOME: move(w, -WATCH_ROWS); break;
    case KEY_END: move(w, WATCH_ROWS); break;
    case KEY_ENTER:
        if (!w->is_chart && w->model.rows)
            show_chart(w);
        break;
    case KEY_BACK: w->is_chart = false; break;
    case KEY_MORE: change_points(w, true); break;
    case KEY_LESS: change_points(w, false); break;
    case KEY_RELOAD: memset(w->asked, 0, sizeof w->asked); break;
    default: break;
    }
    return true;
}

static void watch(watching *w)
{
    int64_t drawn = 0;
    bool is_on = true;
    w->listen_at = 1; /* at once */
    while (is_on && !tty_is_over()) {
        int64_t now = now_ms();
        bool can_read = false;
        if (w->listen_at && now >= w->listen_at)
            try_again(w);
        else if (!w->listen_at)
            ask_what_is_due(w);
        if ((w->is_dirty && now - drawn >= FRAME_MS) || now - drawn >= 1000) {
            draw(w);
            drawn = now;
        }
        assay_status status = client_wait(w->client, STDIN_FILENO, w->is_dirty ? FRAME_MS : 500, &can_read,
                                          &w->c->err);
        if (status != ASSAY_OK)
            lose(w);
        for (watch_key key; is_on && can_read && (key = tty_key()) != KEY_NONE;) {
            is_on = obey(w, key);
            drawn = 0;
        }
    }
}

/* -- once ---------------------------------------------------------------------------------------- */

static int snapshot(watching *w)
{
    w->view.look = cli_term(w->c);
    w->view.now = time_now();
    w->view.selected = -1;
    watch_sort(&w->model, 0);
    if (cli_has(w->c, OPT_JSON))
        watch_json(&w->model, w->view.address, &w->c->out);
    else
        watch_overview(&w->model, &w->view, &w->c->out);
    return w->model.open_alarms ? EXIT_UNSTABLE : EXIT_FINE;
}

/* -- the verb ------------------------------------------------------------------------------------ */

static int run(watching *w)
{
    bool is_once = cli_has(w->c, OPT_ONCE) || cli_has(w->c, OPT_JSON);
    w->view.address = client_address(w->client);
    w->view.look = cli_term(w->c);
    w->points = POINTS_FIRST;
    assay_status status = ask_all(w); /* what is wrong from the start is told plainly */
    if (status != ASSAY_OK)
        return cli_fail(w->c, status);
    if (is_once || !tty_begin())
        return snapshot(w);
    watch(w);
    tty_end();
    return EXIT_FINE;
}

/* A database cannot be watched, its server can. */
static assay_status check_address(cli *c, const char *address)
{
    if (access(address, F_OK) != 0)
        return ASSAY_OK;
    cli_usage(c, _("%s is a file, not the address of a server"), address);
    return assay_hint(&c->err, "assay serve %s", address);
}

int cmd_watch(cli *c)
{
    watching w = {.c = c};
    const char *address = c->operand_count ? c->operand[0] : "127.0.0.1:8080";
    if (check_address(c, address) != ASSAY_OK)
        return cli_fail(c, c->err.code);
    if (!watch_model_begin(&w.model)) {
        watch_model_done(&w.model);
        return cli_fail(c, assay_fail(&c->err, ASSAY_MEMORY, 0, "out of memory"));
    }
    assay_status status =
        client_open(address, cli_text(c, OPT_TOKEN, getenv("ASSAY_TOKEN")), &w.client, &c->err);
    int code = status == ASSAY_OK ? run(&w) : cli_fail(c, status);
    client_forget(w.chart);
    client_close(w.client);
    watch_model_done(&w.model);
    return code;
}
