/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gauges on a serial line or a USB adapter (docs/how-to/serial-gauge.md).
 *
 * The time of a value is that of its receipt. Readings of one look at the line stand one nanosecond
 * apart, so that no two are taken for the same measurement; a gauge never repeats what it has said.
 * A device that goes away is looked for again and again: adapters come back under the same name. */
#include "live/lane.h"
#include "live/settings.h"

#include "base/i18n.h"
#include "base/time.h"
#include "read/gauge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { look_again_ms = 1000, piece_bytes = 2048, channels_max = 256 };

typedef struct {
    const char *name; /* "": of patterns without a channel */
    const char *unit; /* NULL: none is expected */
    int32_t place;    /* of the catalog */
} channel;

typedef struct {
    door_setup setup;
    lane *lane;
    gauge *gauge;
    channel channels[channels_max];
    size_t channel_count;
    int fd;
    loop_watch *watch;
    loop_timer *look_again, *ask;
    int64_t last_time;
    parcel *into; /* while a piece is being read */
    char state[16], detail[200];
    uint64_t values, refused;
    loop_work *closed;
    void *closed_context;
} serial_door;

/* -- settings --------------------------------------------------------------------------------- */

static const char *const parities[] = {"none", "even", "odd", NULL};
static const char *const decimals[] = {".", ",", NULL};

static const setting_rule rules[] = {
    {.name = "device", .kind = SETTING_TEXT, .is_needed = true},
    {.name = "baud", .kind = SETTING_INTEGER, .least = 300, .most = 921600},
    {.name = "bits", .kind = SETTING_INTEGER, .least = 7, .most = 8},
    {.name = "parity", .kind = SETTING_TEXT, .words = parities},
    {.name = "stop_bits", .kind = SETTING_INTEGER, .least = 1, .most = 2},
    {.name = "pattern", .kind = SETTING_TEXT},
    {.name = "errors", .kind = SETTING_LIST},
    {.name = "decimal", .kind = SETTING_TEXT, .words = decimals},
    {.name = "characteristic", .kind = SETTING_TEXT},
    {.name = "unit", .kind = SETTING_TEXT},
    {.name = "channels", .kind = SETTING_OBJECT},
    {.name = "request", .kind = SETTING_TEXT},
    {.name = "request_every_ms", .kind = SETTING_INTEGER, .least = 20, .most = 86400000},
    {0},
};

static const struct {
    int64_t baud;
    speed_t speed;
} speeds[] = {{300, B300}, {600, B600}, {1200, B1200}, {2400, B2400}, {4800, B4800},
              {9600, B9600}, {19200, B19200}, {38400, B38400}, {57600, B57600},
              {115200, B115200}, {230400, B230400}, {460800, B460800}, {921600, B921600}};

static bool speed_of(int64_t baud, speed_t *out)
{
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (speeds[i].baud == baud) {
            *out = speeds[i].speed;
            return true;
        }
    return false;
}

static assay_status open_gauge(const json_t *settings, const gauge_sink *sink, gauge **out,
                               assay_err *err)
{
    const char *errors[GAUGE_ERRORS_MAX] = {GAUGE_DIGIMATIC_ERROR};
    const json_t *list = json_object_get(settings, "errors"), *pattern;
    gauge_options o = {.pattern = setting_text(settings, "pattern", NULL),
                       .errors = errors,
                       .error_count = 1,
                       .decimal = *setting_text(settings, "decimal", ".")};
    if (list) {
        o.error_count = json_array_size(list);
        if (o.error_count > GAUGE_ERRORS_MAX)
            return assay_fail(err, ASSAY_USAGE, 0,
                              _("\"errors\" has %zu patterns, expected at most %d"), o.error_count,
                              GAUGE_ERRORS_MAX);
    }
    for (size_t i = 0; list && i < o.error_count; i++) {
        pattern = json_array_get(list, i);
        if (!json_is_string(pattern))
            return assay_fail(err, ASSAY_USAGE, 0, _("\"errors\" is a list of patterns"));
        errors[i] = json_string_value(pattern);
    }
    return gauge_new(&o, sink, out, err);
}

/* "01": "Line 1/Thickness", or "01": {"characteristic": "Line 1/Thickness", "unit": "mm"} */
static const char *path_of(const json_t *value)
{
    return json_is_string(value) ? json_string_value(value)
                                 : json_string_value(json_object_get(value, "characteristic"));
}

static assay_status check_channels(const json_t *settings, assay_err *err)
{
    const json_t *channels = json_object_get(settings, "channels");
    const char *name;
    json_t *value;
    bool has_one = json_object_get(settings, "characteristic");
    if (has_one == (channels != NULL))
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("expected \"characteristic\", or \"channels\" with a "
                            "characteristic for each channel"));
    if (json_object_size(channels) > channels_max)
        return assay_fail(err, ASSAY_USAGE, 0, _("\"channels\" has more than %d"), channels_max);
    json_object_foreach((json_t *)channels, name, value) {
        const char *path = path_of(value);
        if (!path || !*path)
            return assay_fail(err, ASSAY_USAGE, 0, _("channel \"%.40s\" has no characteristic"),
                              name);
    }
    return ASSAY_OK;
}

static assay_status serial_check(const json_t *settings, assay_err *err)
{
    speed_t speed;
    gauge *g = NULL;
    assay_status status = settings_check(settings, rules, err);
    if (status == ASSAY_OK && !speed_of(setting_integer(settings, "baud", 9600), &speed))
        status = assay_fail(err, ASSAY_USAGE, 0,
                            _("\"baud\" is %lld, expected a usual speed such as "
                              "9600"),
                            (long long)setting_integer(settings, "baud", 9600));
    if (status == ASSAY_OK && json_object_get(settings, "request_every_ms") &&
        !json_object_get(settings, "request"))
        status = assay_fail(err, ASSAY_USAGE, 0, _("\"request_every_ms\" without \"request\""));
    if (status == ASSAY_OK)
        status = check_channels(settings, err);
    if (status == ASSAY_OK)
        status = open_gauge(settings, &(gauge_sink){0}, &g, err);
    gauge_free(g);
    return status;
}

/* -- what the gauge says ---------------------------------------------------------------------- */

static const char *const remedy_channel = N_("name the channel in the source's settings");
static const char *const remedy_unit = N_("set gauge and source to one unit: nothing is converted");

static const channel *channel_of(const serial_door *d, const char *name, size_t length)
{
    for (size_t i = 0; i < d->channel_count; i++) {
        const char *known = d->channels[i].name;
        if (!*known || (strlen(known) == length && memcmp(known, name, length) == 0))
            return &d->channels[i];
    }
    return NULL;
}

static bool is_unit(const channel *c, const gauge_row *row)
{
    return !c->unit || !row->unit_length ||
           (strlen(c->unit) == row->unit_length && memcmp(c->unit, row->unit, row->unit_length) == 0);
}

static void on_row(void *context, const gauge_row *row)
{
    serial_door *d = context;
    const channel *c = channel_of(d, row->channel ? row->channel : "", row->channel_length);
    parcel_row r = {.time = ++d->last_time, .offset = 0, .value = row->value, .record = row->line};
    d->values++;
    if (!c) {
        parcel_refuse(d->into, "unknown-channel", remedy_channel, 1, row->channel,
                      row->channel_length);
    } else if (!is_unit(c, row)) {
        parcel_refuse(d->into, "other-unit", remedy_unit, 1, row->unit, row->unit_length);
    } else {
        r.place = c->place;
        (void)parcel_add(d->into, &r); /* there is room: see on_ready */
    }
}

static void on_refuse(void *context, uint64_t line, const char *reason, const char *expected,
                      const char *found, size_t length)
{
    serial_door *d = context;
    (void)line;
    d->refused++;
    parcel_refuse(d->into, reason, expected, 1, found, length);
}

/* -- the line --------------------------------------------------------------------------------- */

static void look(void *context);

static void say_state(serial_door *d, const char *state, const char *detail)
{
    bool is_new = strcmp(d->state, state) != 0;
    snprintf(d->state, sizeof d->state, "%s", state);
    snprintf(d->detail, sizeof d->detail, "%s", detail);
    if (is_new)
        d->setup.log(strcmp(state, "connected") == 0 ? "info" : "warning", d->setup.source, detail);
}

static void hang_up(serial_door *d)
{
    loop_watch_remove(d->watch);
    d->watch = NULL;
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
    loop_timer_clear(d->ask);
}

static void lose(serial_door *d, const char *why)
{
    char text[200];
    snprintf(text, sizeof text, N_("%s: %s; looking for it every second"),
             setting_text(d->setup.settings, "device", ""), why);
    hang_up(d);
    d->into = lane_parcel(d->lane);
    if (d->into) {
        gauge_cut(d->gauge);
        lane_send(d->lane);
    }
    say_state(d, "waiting", text);
    loop_timer_set(d->look_again, look_again_ms);
}

static void on_ready(void *context, uint32_t events)
{
    serial_door *d = context;
    char piece[piece_bytes];
    (void)events;
    d->into = lane_parcel(d->lane);
    if (!d->into || !parcel_reserve(d->into, piece_bytes)) { /* a line is two bytes at least */
        lane_send(d->lane);
        d->into = lane_parcel(d->lane);
    }
    if (!d->into) {
        loop_watch_change(d->watch, 0);
        return;
    }
    ssize_t n = read(d->fd, piece, sizeof piece);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        lose(d, n == 0 ? N_("the device went away") : strerror(errno));
        return;
    }
    int64_t now = time_now();
    d->last_time = now > d->last_time ? now : d->last_time;
    gauge_take(d->gauge, piece, (size_t)n);
    lane_send(d->lane);
}

static void on_room(void *context)
{
    serial_door *d = context;
    if (d->watch)
        loop_watch_change(d->watch, EPOLLIN);
}

static void ask(void *context)
{
    serial_door *d = context;
    const char *request = setting_text(d->setup.settings, "request", NULL);
    int64_t every = setting_integer(d->setup.settings, "request_every_ms", 0);
    if (!request || d->fd < 0)
        return;
    ssize_t n = write(d->fd, request, strlen(request));
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        lose(d, strerror(errno));
        return;
    }
    if (every)
        loop_timer_set(d->ask, (uint64_t)every);
}

static bool set_line(int fd, const json_t *settings)
{
    struct termios t;
    speed_t speed = B9600;
    if (tcgetattr(fd, &t) != 0)
        return false;
    cfmakeraw(&t);
    speed_of(setting_integer(settings, "baud", 9600), &speed);
    cfsetspeed(&t, speed);
    const char *parity = setting_text(settings, "parity", "none");
    t.c_cflag &= ~(tcflag_t)(CSIZE | CSTOPB | PARENB | PARODD | CRTSCTS);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cflag |= setting_integer(settings, "bits", 8) == 7 ? CS7 : CS8;
    if (setting_integer(settings, "stop_bits", 1) == 2)
        t.c_cflag |= CSTOPB;
    if (strcmp(parity, "none") != 0)
        t.c_cflag |= PARENB;
    if (strcmp(parity, "odd") == 0)
        t.c_cflag |= PARODD;
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    return tcsetattr(fd, TCSANOW, &t) == 0;
}

static void look(void *context)
{
    serial_door *d = context;
    assay_err err;
    const char *device = setting_text(d->setup.settings, "device", "");
    d->fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (d->fd < 0 || !isatty(d->fd) || !set_line(d->fd, d->setup.settings)) {
        lose(d, d->fd < 0 ? strerror(errno) : N_("it is not a serial line"));
        return;
    }
    if (loop_watch_add(d->setup.loop, d->fd, EPOLLIN, on_ready, d, &d->watch, &err) != ASSAY_OK) {
        lose(d, err.message);
        return;
    }
    say_state(d, "connected", device);
    ask(d);
}

/* -- life ------------------------------------------------------------------------------------- */

static void serial_free(void *context)
{
    serial_door *d = context;
    hang_up(d);
    loop_timer_free(d->look_again);
    loop_timer_free(d->ask);
    gauge_free(d->gauge);
    free(d);
}

static assay_status add_channel(serial_door *d, const char *name, const char *path,
                                const char *unit, assay_err *err)
{
    characteristic c = {.path = path, .unit = unit, .decimals = -1};
    channel *fresh = &d->channels[d->channel_count];
    *fresh = (channel){name, unit, catalog_place(d->setup.catalog, &c)};
    if (fresh->place == CATALOG_NONE)
        return assay_fail(err, ASSAY_USAGE, 0,
                          _("\"%.100s\" cannot be the path of a characteristic"), path);
    d->channel_count++;
    return ASSAY_OK;
}

static assay_status add_channels(serial_door *d, assay_err *err)
{
    const json_t *settings = d->setup.settings;
    const char *all = setting_text(settings, "characteristic", NULL), *name;
    const char *unit = setting_text(settings, "unit", NULL);
    json_t *value;
    assay_status status = ASSAY_OK;
    if (all)
        return add_channel(d, "", all, unit, err);
    json_object_foreach(json_object_get(settings, "channels"), name, value) {
        if (status == ASSAY_OK)
            status = add_channel(d, name, path_of(value), setting_text(value, "unit", unit), err);
    }
    return status;
}

static assay_status serial_open(const door_setup *setup, void **out, assay_err *err)
{
    serial_door *d = calloc(1, sizeof *d);
    if (!d)
        return assay_fail(err, ASSAY_MEMORY, 0, "no memory for a door");
    d->setup = *setup;
    d->fd = -1;
    assay_status status = add_channels(d, err);
    if (status == ASSAY_OK)
        status = open_gauge(setup->settings, &(gauge_sink){on_row, on_refuse, d}, &d->gauge, err);
    if (status == ASSAY_OK)
        status = loop_timer_new(setup->loop, look, d, &d->look_again, err);
    if (status == ASSAY_OK)
        status = loop_timer_new(setup->loop, ask, d, &d->ask, err);
    if (status == ASSAY_OK)
        status = lane_open(setup, 0, &(lane_events){.room = on_room, .context = d}, &d->lane, err);
    if (status != ASSAY_OK) {
        serial_free(d);
        return status;
    }
    look(d);
    *out = d;
    return ASSAY_OK;
}

static void close_end(void *context)
{
    serial_door *d = context;
    loop_work *closed = d->closed;
    void *closed_context = d->closed_context;
    serial_free(d);
    closed(closed_context);
}

static void serial_close(void *door, loop_work *closed, void *context)
{
    serial_door *d = door;
    hang_up(d);
    loop_timer_clear(d->look_again);
    d->closed = closed;
    d->closed_context = context;
    lane_close(d->lane, close_end, d);
}

static void serial_describe(void *door, json_t *into)
{
    const serial_door *d = door;
    json_object_set_new(into, "state", json_string(d->state));
    json_object_set_new(into, "detail", json_string(d->detail));
    json_object_set_new(into, "values", json_integer((json_int_t)d->values));
    json_object_set_new(into, "refused_lines", json_integer((json_int_t)d->refused));
    lane_describe(d->lane, into);
}

const door_type door_serial = {
    .name = "serial",
    .summary = "gauges on a serial line or USB adapter",
    .example = "{\"door\": \"serial\", \"device\": \"/dev/ttyUSB0\", \"baud\": 9600, "
               "\"pattern\": \"{channel:2}A{sign:1}{number:8}\", "
               "\"channels\": {\"01\": {\"characteristic\": \"Line 1/Thickness\", \"unit\": \"mm\"}}}",
    .check = serial_check,
    .open = serial_open,
    .close = serial_close,
    .describe = serial_describe,
};
