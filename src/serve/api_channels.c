/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the channels are doing: what was sent, what could not be. */
#include "live/channel.h"
#include "live/engine.h"
#include "serve/gate.h"
#include "serve/reply.h"

#include "base/i18n.h"

static bool add_state(const channel_state *s, void *context)
{
    json *j = context;
    char trouble[2 * sizeof s->trouble];
    json_flat_object(j);
    json_member_text(j, "id", s->id);
    json_member_text(j, "type", s->type);
    json_member_unsigned(j, "sequence", s->sequence);
    json_member_unsigned(j, "sent", s->sent);
    json_member_unsigned(j, "failed", s->failed);
    json_member_unsigned(j, "refused", s->refused);
    json_member_unsigned(j, "held", s->held);
    json_member_bool(j, "quiet", s->is_quiet);
    i18n_retell(s->trouble, trouble, sizeof trouble);
    json_member_text(j, "trouble", *trouble ? trouble : NULL);
    json_end(j);
    return true;
}

void api_channel_states(request *r)
{
    if (!gate_may_all(r))
        return;
    channels *all = engine_channels(r->server->engine);
    json *j = reply_json(r, 200);
    json_object(j);
    json_key(j, "channels");
    json_array(j);
    if (all) /* NULL: they could not be opened; the log says why */
        channels_visit(all, add_state, j);
    json_end(j);
    json_end(j);
    reply_end(r, j);
}
