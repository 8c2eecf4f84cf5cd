/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The live plant: everything behind it is the serve floor's. */
#include "cli/verbs.h"

#include "serve/serve.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static volatile bool is_stopped;

static void on_signal(int number)
{
    (void)number;
    is_stopped = true;
    serve_wake();
}

static void catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGHUP, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

/* Programs wait for the first line: the address, alone. */
static void tell(const serve_start *start, void *context)
{
    (void)context;
    printf("%s\n", start->address);
    if (*start->link)
        printf("%s %s\n", _("first administrator, within an hour:"), start->link);
    if (*start->account)
        printf("%s %s %s\n%s %s\n", _("demo login:"), start->account, start->password,
               _("demo token:"), start->token);
    fflush(stdout);
}

int cmd_serve(cli *c)
{
    serve_options o = {
        .database = c->operand[0],
        .listen = cli_text(c, OPT_LISTEN, "127.0.0.1:8080"),
        .certificate = cli_text(c, OPT_TLS_CERT, NULL),
        .key = cli_text(c, OPT_TLS_KEY, NULL),
        .is_open_plain = cli_has(c, OPT_OPEN_PLAIN),
        .with_demo = cli_has(c, OPT_DEMO),
        .line_listen = cli_text(c, OPT_LINE, NULL),
        .mqtt_listen = cli_text(c, OPT_MQTT, NULL),
        .config = cli_text(c, OPT_CONFIG, NULL),
        .json_log = strcmp(cli_text(c, OPT_LOG, "json"), "json") == 0,
        .ready = tell,
        .stop = &is_stopped,
    };
    catch_signals();
    assay_status status = serve_run(&o, &c->err);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}
