/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plant whose alarms leave through channels, told step by step: channels.py runs it between its
 * receivers.   channel_plant HTTP_PORT SMTP_PORT COPY BROKER_PORT      COPY gets its database */
#include "live/channel.h"

#include "../unit/live/plant.h"

static plant *p;
static channels *out;

static void open_channels(void)
{
    assert_ok(channels_open(p->path, p->intake, p->catalog, p->bus, engine_alarms(p->engine), &out,
                            &p->err), p->err);
}

static void put(const char *id, const char *json, const char *secret)
{
    assert_ok(channel_check(json, &p->err), p->err);
    plant_put_secret(p, "channel", id, json, secret);
}

typedef struct {
    const char *id;
    uint64_t sent, failed, refused, held;
} wanted;

static bool look(const channel_state *s, void *context)
{
    wanted *w = context;
    if (strcmp(s->id, w->id) == 0)
        *w = (wanted){w->id, s->sent, s->failed, s->refused, s->held};
    return true;
}

static wanted state_of(const char *id)
{
    wanted w = {.id = id};
    channels_visit(out, look, &w);
    return w;
}

static void wait_sent(const char *id, uint64_t count)
{
    for (int i = 0; i < 300 && state_of(id).sent < count; i++)
        usleep(50000);
    wanted w = state_of(id);
    if (w.sent != count)
        fail_msg("%s: %llu sent, %llu failed; expected %llu sent", id, (unsigned long long)w.sent,
                 (unsigned long long)w.failed, (unsigned long long)count);
}

static void signal_at(const char *path, int second)
{
    sent r = {.path = path, .time = INT64_C(1700000000000000000) + second * INT64_C(1000000000),
              .mantissa = 200};
    plant_send(p, &r, 1);
    plant_settle(p);
}

/* Of two programmes; the channels are for one of them, which is late in the end. */
static assay_status append_reminders(store *s, void *context, assay_err *err)
{
    static const char *const programmes[] = {"x.idea", "y.other"};
    const object_id id = {{7}};
    store_tx *tx;
    char said[200];
    (void)context;
    assay_status status = store_tx_begin(s, &tx, err);
    for (int i = 0; i < 2 && status == ASSAY_OK; i++) {
        snprintf(said, sizeof said,
                 "{\"kind\":\"soon\",\"scheme\":\"%s\",\"stage\":\"decide\",\"due\":"
                 "\"2026-04-01T09:00:00Z\",\"who\":[\"judge\"]}", programmes[i]);
        status = record_append(tx, "case.reminded", "desk", &id, said, NULL, err);
    }
    if (status == ASSAY_OK)
        status = record_append(tx, "case.late", "desk", &id,
                               "{\"due\":\"2026-04-01T09:00:00Z\",\"scheme\":\"x.idea\","
                               "\"stage\":\"decide\",\"who\":[\"judge\",\"desk\"]}", NULL, err);
    return status == ASSAY_OK ? store_tx_commit(tx, NULL, err) : status;
}

/* Taken once; where the receiver says it cannot, it is not said again, nor after a restart. */
static void remind(bool has_broker)
{
    assert_ok(intake_do(p->intake, append_reminders, NULL, &p->err), p->err);
    wait_sent("desk", 1);
    wait_sent("desk-post", 2);
    if (has_broker)
        wait_sent("desk-broker", 2);
    for (int i = 0; i < 300 && state_of("deaf").refused < 1; i++)
        usleep(50000);
    assert_true(state_of("deaf").refused == 1);
}

static void put_all(int http, int smtp, int broker)
{
    char json[600];
    time_t now = time(NULL);
    struct tm from, to;
    time_t before = now - 3600, after = now + 7200;
    gmtime_r(&before, &from);
    gmtime_r(&after, &to);
    plant_put(p, "plan", "1", "{\"characteristic\":\"line/y\",\"rule\":\"*\",\"stop\":true}");
    snprintf(json, sizeof json, "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:%d/hook\"}", http);
    put("hook", json, "s3cret");
    snprintf(json, sizeof json, "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:%d/slow\"}", http);
    put("a-slow", json, NULL); /* the first in their order */
    snprintf(json, sizeof json, "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:%d/gone\"}", http);
    put("gone", json, NULL);
    for (int i = 0; i < 2; i++) {
        snprintf(json, sizeof json,
                 "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:%d/%s\",\"events\":[\"reminded\"],"
                 "\"scheme\":\"x.\"}", http, i ? "deaf" : "desk");
        put(i ? "deaf" : "desk", json, NULL);
    }
    snprintf(json, sizeof json,
             "{\"type\":\"mail\",\"server\":\"smtp://127.0.0.1:%d\",\"from\":\"assay@plant.example\","
             "\"to\":[\"shift@plant.example\",\"lead@plant.example\"],\"link\":\"http://plant:8080\"}",
             smtp);
    put("post", json, NULL);
    snprintf(json, sizeof json,
             "{\"type\":\"mail\",\"server\":\"smtp://127.0.0.1:%d\",\"from\":\"assay@plant.example\","
             "\"to\":[\"desk@plant.example\"],\"link\":\"http://plant:8080\",\"events\":[\"reminded\","
             "\"late\"],\"scheme\":\"x.\"}", smtp);
    put("desk-post", json, NULL);
    if (broker) {
        snprintf(json, sizeof json,
                 "{\"type\":\"mqtt\",\"broker\":\"mqtt://127.0.0.1:%d\",\"topic\":\"plant/desk\",\"user\":\"assay\","
                 "\"events\":[\"reminded\",\"late\"],\"scheme\":\"x.\"}", broker);
        put("desk-broker", json, "word");
        snprintf(json, sizeof json,
                 "{\"type\":\"mqtt\",\"broker\":\"mqtt://127.0.0.1:%d\",\"topic\":\"plant/alarms\",\"user\":\"assay\"}",
                 broker);
        put("broker", json, "word");
    }
    snprintf(json, sizeof json,
             "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:%d/night\",\"quiet\":{\"from\":"
             "\"%02d:%02d\",\"to\":\"%02d:%02d\",\"zone\":\"UTC\"}}",
             http, from.tm_hour, from.tm_min, to.tm_hour, to.tm_min);
    put("night", json, NULL);
}

int main(int argc, char **argv)
{
    char json[200];
    if (argc != 5)
        return 2;
    int http = atoi(argv[1]), smtp = atoi(argv[2]);
    p = plant_new();
    plant_chart(p, "line/x", ASSAY_CHART_I_MR, 1, "1", true);
    plant_chart(p, "line/y", ASSAY_CHART_I_MR, 1, "1", true);
    plant_chart(p, "line/z", ASSAY_CHART_I_MR, 1, "1", true);
    plant_start(p);
    put_all(http, smtp, atoi(argv[4]));
    open_channels();
    signal_at("line/x", 1); /* the receiver fails twice before it takes it */
    wait_sent("hook", 1);
    assert_true(state_of("hook").failed == 2);
    wait_sent("post", 1);
    signal_at("line/x", 2); /* joins: nothing is sent */
    remind(atoi(argv[4]) != 0);
    channels_close(out);
    signal_at("line/y", 3); /* nobody listens */
    open_channels();
    wait_sent("hook", 1); /* of this run: the one that waited, and none again */
    wait_sent("post", 1);
    if (atoi(argv[4]))
        wait_sent("broker", 1);
    wait_sent("night", 1); /* a stop alarm is not silenced */
    snprintf(json, sizeof json, "{\"type\":\"webhook\",\"url\":\"http://127.0.0.1:%d/night\"}", http);
    put("night", json, NULL);
    channels_reload(out);
    wait_sent("night", 2); /* the one that was held is still open */
    for (int i = 0; i < 600 && state_of("gone").refused < 1; i++)
        usleep(50000);
    assert_true(state_of("gone").refused >= 1);
    channels_close(out);
    assert_ok(store_backup(p->writer, argv[3], &p->err), p->err);
    plant_free(p);
    return 0;
}
