/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes by a person, each with who and why: exclude, include, correct, specify. */
#include "cli/verbs.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

const char *cli_actor(const cli *c)
{
    const struct passwd *user = getpwuid(getuid());
    return cli_text(c, OPT_ACTOR, user ? user->pw_name : "unknown");
}

int cli_done(cli *c, assay_status status, uint64_t commit)
{
    if (status != ASSAY_OK)
        return cli_fail(c, status);
    if (cli_has(c, OPT_JSON))
        buf_addf(&c->out, "{\"commit\": %llu}\n", (unsigned long long)commit);
    else
        cli_remark(c, _("done in commit %llu"), (unsigned long long)commit);
    return EXIT_FINE;
}

int cli_finish(cli *c, store *db, store_tx *tx, assay_status status)
{
    uint64_t commit = 0;
    if (status == ASSAY_OK)
        status = store_tx_commit(tx, &commit, &c->err);
    else
        store_tx_abort(tx);
    store_close(db);
    return cli_done(c, status, commit);
}

static assay_status need_reason(cli *c, uint64_t *place)
{
    assay_status status = cli_count(c, OPT_PLACE, place);
    if (status != ASSAY_OK)
        return status;
    if (*place == 0) {
        cli_usage(c, _("--at is missing: which measurement?"));
        return assay_hint(&c->err, _("assay show %s %s --values lists them with their places"),
                          c->operand[0], c->operand[1]);
    }
    if (!*cli_text(c, OPT_WHY, "")) {
        cli_usage(c, _("--why is missing: a change needs its reason"));
        return assay_hint(&c->err, _("--why 'gauge dropped'"));
    }
    return ASSAY_OK;
}

static assay_status open_one(cli *c, store **db, stored_characteristic *found)
{
    assay_status status = cli_open(c, c->operand[0], STORE_WRITE, db);
    return status == ASSAY_OK ? store_characteristic_find(*db, c->operand[1], found, &c->err) : status;
}

static int amend(cli *c, amend_action action, const decimal *value)
{
    store *db = NULL;
    store_tx *tx = NULL;
    stored_characteristic found;
    uint64_t place = 0;
    assay_status status = need_reason(c, &place);
    if (status == ASSAY_OK)
        status = open_one(c, &db, &found);
    if (status == ASSAY_OK)
        status = store_tx_begin(db, &tx, &c->err);
    if (status == ASSAY_OK)
        status = store_amend(tx, found.number, place - 1, action, value,
                             cli_actor(c), c->given[OPT_WHY], &c->err);
    return cli_finish(c, db, tx, status);
}

int cmd_exclude(cli *c)
{
    return amend(c, AMEND_EXCLUDE, NULL);
}

int cmd_include(cli *c)
{
    return amend(c, AMEND_INCLUDE, NULL);
}

int cmd_correct(cli *c)
{
    decimal value;
    const char *text = c->operand[2];
    if (decimal_parse(text, strlen(text), '.', &value, NULL) != DECIMAL_OK) {
        cli_usage(c, _("\"%s\" is not a number"), text);
        return cli_fail(c, ASSAY_USAGE);
    }
    return amend(c, AMEND_VALUE, &value);
}

static assay_status new_limits(cli *c, characteristic *own)
{
    uint64_t n = own->subgroup_size;
    const char *natural = cli_text(c, OPT_NATURAL, "");
    assay_status status = cli_decimal(c, OPT_LSL, &own->lower);
    if (status == ASSAY_OK)
        status = cli_decimal(c, OPT_USL, &own->upper);
    if (status == ASSAY_OK)
        status = cli_decimal(c, OPT_TARGET, &own->target);
    if (status == ASSAY_OK)
        status = cli_count(c, OPT_N, &n);
    if (cli_has(c, OPT_LSL))
        own->lower_kind = BOUND_LIMIT;
    if (cli_has(c, OPT_USL))
        own->upper_kind = BOUND_LIMIT;
    if (strcmp(natural, "lower") == 0)
        own->lower_kind = BOUND_NATURAL;
    if (strcmp(natural, "upper") == 0)
        own->upper_kind = BOUND_NATURAL;
    own->subgroup_size = (uint32_t)n;
    double lower = quantity_value(&own->lower), upper = quantity_value(&own->upper);
    if (status == ASSAY_OK && lower >= upper)
        return cli_usage(c, _("the lower limit %g is not below the upper one %g"), lower, upper);
    return status;
}

int cmd_specify(cli *c)
{
    store *db = NULL;
    stored_characteristic found;
    uint32_t number;
    assay_status status = open_one(c, &db, &found);
    if (status == ASSAY_OK) {
        characteristic own = found.definition;
        status = new_limits(c, &own);
        if (status == ASSAY_OK)
            status = store_characteristic_define(db, &own, cli_actor(c), &number, &c->err);
    }
    store_close(db);
    return status == ASSAY_OK ? EXIT_FINE : cli_fail(c, status);
}
