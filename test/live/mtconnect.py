# SPDX-License-Identifier: GPL-3.0-or-later
"""The MTConnect door against a small agent: streams, heartbeats, gaps, restarts, polling."""
import http.server
import json
import time

from agent import Agent, expected_rows
from doors import Plant, assay, digests, imported, run

PATH = "Line 1/Thickness"


def plant(agent, **settings):
    return Plant(door="mtconnect", url=agent.url, items={"thk": {"characteristic": PATH, "unit": "MICROMETER"}},
                 heartbeat_ms=200, **settings)


def fill(agent, rows):
    for n, ms, utc, serial, subgroup, value in rows:
        agent.add("thk", value, utc.replace("Z", ".000Z"))


def rows_of(p):
    return [json.loads(line) for line in assay("export", p.database, PATH, "--as", "ndjson").splitlines()]


def values_of(p):
    return [row["value"] for row in rows_of(p)]


EXPECTED = [float(r[5]) for r in expected_rows()]


def buffer_and_stream():
    "what the agent's buffer holds and what it streams gives the series of an import, heartbeats between"
    agent = Agent()
    agent.add("pc", "0", "2026-01-05T07:20:00Z")
    fill(agent, expected_rows()[:5])
    p = plant(agent).start()
    try:
        p.wait_stored(5)
        time.sleep(0.5)  # heartbeats
        fill(agent, expected_rows()[5:10])
        d = p.wait_stored(10)
        assert d["state"] == "connected" and d["detail"] == "streaming" and d["gaps"] == 0, d
        assert len([r for r in agent.requests if "/sample" in r]) == 1, agent.requests
        p.stop()
        ten = p.path("ten.csv")
        with open(ten, "w") as out:
            out.write("time,value\n" + "".join(f"{r[2]},{r[5]}\n" for r in expected_rows()[:10]))
        assert list(digests(p.database).values()) == list(imported(ten).values())
    finally:
        p.close()
        agent.close()


def restart_of_plant():
    "a plant that was killed goes on behind what it has stored, nothing twice"
    agent = Agent()
    p = plant(agent)
    try:
        for i in range(8):
            p.start()
            fill(agent, expected_rows()[i * 10:i * 10 + 10])
            if i % 2:
                time.sleep(0.05 * i)
            else:
                p.wait_stored(10 * (i + 1))
            p.kill()
        p.start()
        d = p.wait_stored(80)
        assert d["account"]["stored"] == 80 and d["account"]["conflicts"] == 0 and d["gaps"] == 0, d
        p.stop()
        assert values_of(p) == EXPECTED[:80]
    finally:
        p.close()
        agent.close()


def gap_is_recorded():
    "what left the agent's buffer before it was read is recorded as a gap, reading goes on behind it"
    agent = Agent()
    agent.size = 8
    p = plant(agent)
    try:
        p.start()
        fill(agent, expected_rows()[:5])
        p.wait_stored(5)
        p.kill()
        fill(agent, expected_rows()[5:30])
        p.start()
        d = p.wait_stored(13)
        assert d["gaps"] == 1 and "sequences 6 to 22" in d["last_gap"], d
        p.stop()
        assert values_of(p) == EXPECTED[:5] + EXPECTED[22:30]
    finally:
        p.close()
        agent.close()


def restart_of_agent():
    "an agent that was started anew makes the cursor void: recorded, and read from its new beginning"
    agent = Agent()
    p = plant(agent).start()
    try:
        fill(agent, expected_rows()[:5])
        p.wait_stored(5)
        agent.restart()
        fill(agent, expected_rows()[5:8])
        d = p.wait_stored(8)
        assert d["gaps"] == 1 and "started anew" in d["last_gap"], d
        assert d["cursor"] == f"{agent.instance}/4", d
        p.stop()
        assert values_of(p) == EXPECTED[:8]
    finally:
        p.close()
        agent.close()


def unavailable():
    "UNAVAILABLE is a place without a value, texts are refused"
    agent = Agent()
    p = plant(agent).start()
    try:
        agent.add("thk", "UNAVAILABLE", "2026-01-05T07:31:00Z")
        agent.add("thk", "22.6", "2026-01-05T07:32:00Z")
        agent.add("thk", "1 2 3", "2026-01-05T07:33:00Z")
        d = p.wait(lambda d: d["account"]["received"] == 3 and not d["account"]["pending"])
        assert d["account"]["stored"] == 2 and d["account"]["refused"] == 1, d
        p.stop()
        assert values_of(p)[0] is None or rows_of(p)[0].get("status") == "no-value", rows_of(p)
    finally:
        p.close()
        agent.close()


def companions_go_along():
    "a companion gives its newest value to each measurement, also of before the start"
    agent = Agent()
    agent.add("pc", "41", "2026-01-05T07:20:00Z")
    p = plant(agent, companions={"pc": "order"})
    p.start()
    try:
        agent.add("thk", "1.5", "2026-01-05T07:31:00Z")
        p.wait_stored(1)
        p.kill()
        p.start()
        agent.add("thk", "2.5", "2026-01-05T07:32:00Z")
        agent.add("pc", "42", "2026-01-05T07:33:00Z")
        agent.add("thk", "3.5", "2026-01-05T07:34:00Z")
        p.wait_stored(3)
        p.stop()
        assert [row.get("order") for row in rows_of(p)] == ["41", "41", "42"], rows_of(p)
    finally:
        p.close()
        agent.close()


def polling():
    "an agent that does not stream is asked again and again"
    agent = Agent(streams=False)
    p = plant(agent, interval_ms=20, count=4).start()
    try:
        fill(agent, expected_rows()[:10])
        p.wait_stored(10)
        fill(agent, expected_rows()[10:15])
        d = p.wait_stored(15)
        assert "polling" in d["detail"], d
        p.stop()
        assert values_of(p) == EXPECTED[:15]
    finally:
        p.close()
        agent.close()


def other_unit():
    "an item in another unit than named is refused, not converted"
    agent = Agent(units="INCH")
    p = plant(agent).start()
    try:
        fill(agent, expected_rows()[:3])
        d = p.wait(lambda d: d["account"]["refused"] == 3)
        assert d["account"]["stored"] == 0, d
    finally:
        p.close()
        agent.close()


def no_agent():
    "an agent that is away is tried again until it is there"
    agent = Agent()
    port = agent.server.server_port
    agent.close()
    p = plant(agent).start()
    try:
        d = p.wait(lambda d: d["state"] == "waiting" and d["detail"])
        again = Agent.__new__(Agent)
        http.server.ThreadingHTTPServer.allow_reuse_address = True
        start_at(again, port)
        fill(again, expected_rows()[:2])
        p.wait_stored(2)
        again.close()
    finally:
        p.close()


def start_at(agent, port):
    plain = http.server.ThreadingHTTPServer
    http.server.ThreadingHTTPServer = lambda address, handler: plain(("127.0.0.1", port), handler)
    try:
        Agent.__init__(agent)
    finally:
        http.server.ThreadingHTTPServer = plain


run([buffer_and_stream, restart_of_plant, gap_is_recorded, restart_of_agent, unavailable, companions_go_along, polling,
     other_unit, no_agent])
