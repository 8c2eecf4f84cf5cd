#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks what a Sparkplug host application must do, by the assertion ids of the test kit.

    run.py HOST NODE_MODULES

HOST is the program that runs the live path (door_host); NODE_MODULES has npm sparkplug-client. Each
scenario runs the real host and real edge nodes through a recording proxy in front of mosquitto and
says which ids it saw kept or broken. Prints the table of ids as TAP; an id that no scenario reached
is a failure."""
import csv
import pathlib
import signal
import sys
import tempfile
import time

from plant import Broker, Edge, HERE, Host
from wire import Proxy, sparkplug, state_of

STATE = "spBv1.0/STATE/h1"
verdicts = {}  # id -> [(test class or None, is_kept, evidence)]


def judge(names, is_kept, evidence, test=None):
    for name in names.split():
        verdicts.setdefault("tck-id-" + name, []).append((test, bool(is_kept), evidence))


def is_now(ms, seconds=15):
    return isinstance(ms, int) and abs(ms / 1000 - time.time()) < seconds


class Session:
    """What the host did in its newest connection."""

    def __init__(self, proxy):
        self.all = proxy.snapshot()
        self.connect = [p for p in self.all if p["type"] == "CONNECT" and p["will"] and
                        p["will"]["topic"].startswith("spBv1.0/STATE/")][-1]
        mine = [p for p in self.all if p["connection"] == self.connect["connection"]]
        self.sent = [p for p in mine if p["from"] == "client"]
        self.publishes = [p for p in self.sent if p["type"] == "PUBLISH"]
        self.subscribes = [p for p in self.sent if p["type"] == "SUBSCRIBE"]
        self.got = [p for p in mine if p["from"] == "broker"]
        self.filters = [f for p in self.subscribes for f, _ in p["filters"]]
        self.states = [p for p in self.publishes if p["topic"] == STATE]

    def first(self):
        return self.publishes[0] if self.publishes else None


def wait_online(proxy):
    return proxy.wait(lambda p: p["type"] == "PUBLISH" and p["from"] == "client" and p["topic"] == STATE)


# -- SessionEstablishment ---------------------------------------------------------------------

def judge_will(s, name):
    will = s.connect["will"]
    told = state_of(will["payload"])
    judge("host-topic-phid-death-required operational-behavior-host-application-connect-will "
          "payloads-state-will-message", will, f"{name}: CONNECT has a Will")
    judge("host-topic-phid-death-topic operational-behavior-host-application-connect-will-topic",
          will["topic"] == STATE, f"{name}: Will topic {will['topic']}")
    judge("host-topic-phid-death-qos operational-behavior-host-application-connect-will-qos "
          "payloads-state-will-message-qos", will["qos"] == 1, f"{name}: Will QoS {will['qos']}")
    judge("host-topic-phid-death-retain operational-behavior-host-application-connect-will-retained "
          "payloads-state-will-message-retain", will["retain"], f"{name}: Will retain {will['retain']}")
    judge("host-topic-phid-death-payload operational-behavior-host-application-connect-will-payload "
          "payloads-state-will-message-payload", told and told[0] is False and is_now(told[1]),
          f"{name}: Will payload {will['payload']!r}")


def judge_birth(s, name):
    birth, told = s.first(), state_of(s.first()["payload"]) if s.first() else None
    will = state_of(s.connect["will"]["payload"])
    is_birth = birth and birth["topic"] == STATE and told and told[0]
    judge("host-topic-phid-birth-message host-topic-phid-birth-required components-ph-state "
          "intro-sparkplug-host-state message-flow-phid-sparkplug-state-publish payloads-state-birth "
          "principles-birth-certificates-order", is_birth, f"{name}: first publication is STATE online")
    judge("operational-behavior-host-application-connect-birth", is_birth and s.subscribes and
          s.subscribes[0]["n"] < birth["n"], f"{name}: STATE online follows CONNECT and SUBSCRIBE",
          "SessionEstablishmentTest")
    judge("host-topic-phid-birth-topic operational-behavior-host-application-connect-birth-topic",
          birth["topic"] == STATE, f"{name}: topic {birth['topic']}")
    judge("host-topic-phid-birth-qos operational-behavior-host-application-connect-birth-qos", birth["qos"] == 1,
          f"{name}: QoS {birth['qos']}")
    judge("host-topic-phid-birth-retain operational-behavior-host-application-connect-birth-retained",
          birth["retain"], f"{name}: retain {birth['retain']}")
    judge("host-topic-phid-birth-payload operational-behavior-host-application-connect-birth-payload "
          "payloads-state-birth-payload message-flow-phid-sparkplug-state-publish-payload", told and told[0] is True,
          f"{name}: payload {birth['payload']!r}")
    judge("host-topic-phid-birth-payload-timestamp message-flow-phid-sparkplug-state-publish-payload-timestamp",
          told and will and told[1] == will[1] and is_now(told[1]), f"{name}: timestamp is the Will's, {will[1]}")


def judge_subscriptions(s, name):
    answered = [p for p in s.got if p["type"] == "SUBACK"]
    is_first = s.subscribes and answered and s.first() and answered[-1]["n"] < s.first()["n"]
    judge("host-topic-phid-birth-sub-required payloads-state-subscribe", is_first and STATE in s.filters,
          f"{name}: subscribed to {s.filters} before publishing")
    judge("message-flow-phid-sparkplug-subscription", is_first and "spBv1.0/#" in s.filters,
          f"{name}: subscribed to {s.filters} before publishing")
    judge("conformance-primary-host", is_first and STATE in s.filters and s.states and s.connect["will"],
          f"{name}: Will, subscriptions, STATE")


def judge_clean(s, name):
    c = s.connect
    if c["level"] == 5:
        judge("message-flow-phid-sparkplug-clean-session-50", c["is_clean"] and c["properties"].get(0x11, 0) == 0,
              f"{name}: clean start {c['is_clean']}, session expiry {c['properties'].get(0x11, 0)}")
    else:
        judge("message-flow-phid-sparkplug-clean-session-311", c["level"] == 4 and c["is_clean"],
              f"{name}: protocol level {c['level']}, clean session {c['is_clean']}")


def establishment(tools, version):
    proxy = Proxy(tools.broker.port)
    host = tools.host(proxy, version=version)
    wait_online(proxy)
    session, name = Session(proxy), f"MQTT {version}"
    judge_will(session, name)
    judge_birth(session, name)
    judge_subscriptions(session, name)
    judge_clean(session, name)
    contradiction(tools, proxy, session, name)
    host.kill(signal.SIGTERM)


def contradiction(tools, proxy, before, name):
    """Somebody says that this host is offline: it says online again, with the same time."""
    tools.publish(STATE, '{"online":false,"timestamp":1}', retain=True)
    again = proxy.wait(lambda p: p["type"] == "PUBLISH" and p["from"] == "client" and p["topic"] == STATE and
                       p["connection"] == before.connect["connection"] and p["n"] > before.first()["n"])
    told = state_of(again["payload"]) if again else None
    judge("message-flow-hid-sparkplug-state-message-delivered",
          told and told == state_of(before.first()["payload"]) and again["qos"] == 1 and again["retain"],
          f"{name}: contradicted with {again and again['payload']!r}")


# -- SessionTermination -----------------------------------------------------------------------

def termination(tools, drops_disconnect):
    proxy = Proxy(tools.broker.port)
    proxy.drops_disconnect = drops_disconnect
    host = tools.host(proxy)
    wait_online(proxy)
    time.sleep(1.1)
    host.kill(signal.SIGTERM)
    number = Session(proxy).connect["connection"]
    proxy.wait(lambda p: p["type"] == "END" and p["connection"] == number)
    s = Session(proxy)
    deaths = [p for p in s.states if (state_of(p["payload"]) or (True,))[0] is False]
    death = deaths[-1] if deaths else None
    told = state_of(death["payload"]) if death else None
    over = next((p for p in s.sent if p["type"] == "DISCONNECT"), None)
    is_current = told and abs(told[1] / 1000 - death["t"]) < 2 and told[1] > state_of(s.first()["payload"])[1]
    acked = death and any(p["type"] == "PUBACK" and p["n"] > death["n"] and over and p["n"] < over["n"] for p in s.got)
    is_ordered = death and over and death["n"] < over["n"] and acked and s.publishes[-1] is death
    if drops_disconnect:
        judge("host-topic-phid-death-payload-timestamp-disconnect-with-no-disconnect-packet",
              is_current, f"STATE {death and death['payload']!r} before the connection ended without DISCONNECT")
        return
    judge("host-topic-phid-death-payload-timestamp-disconnect-clean", is_current,
          f"STATE {death and death['payload']!r} before DISCONNECT")
    judge("operational-behavior-host-application-connect-birth", s.first()["topic"] == STATE and
          state_of(s.first()["payload"])[0], "it had said online", "SessionTerminationTest")
    judge("operational-behavior-host-application-death-payload", told and told[0] is False, f"{death['payload']!r}")
    judge("operational-behavior-host-application-death-qos", death["qos"] == 1, f"QoS {death['qos']}")
    judge("operational-behavior-host-application-death-retained", death["retain"], f"retain {death['retain']}")
    judge("operational-behavior-host-application-death-topic", death["topic"] == STATE, death["topic"])
    judge("operational-behavior-host-application-disconnect-intentional operational-behavior-host-application-termination",
          is_ordered, "STATE offline, its PUBACK, DISCONNECT")


# -- SendCommand ------------------------------------------------------------------------------

def sent_command(proxy, verb, metric):
    return proxy.wait(lambda p: p["type"] == "PUBLISH" and p["from"] == "client" and f"/{verb}/" in p["topic"] and
                      any(m.get("name") == metric for m in sparkplug(p["payload"])["metrics"]))


def judge_command(packet, verb, topic, metric, value):
    kind = verb.lower()
    told = sparkplug(packet["payload"]) if packet else {"metrics": [{}]}
    one = told["metrics"][0]
    evidence = f"{packet and packet['topic']}: {told}"
    is_topic = packet and packet["topic"] == topic
    judge(f"operational-behavior-data-commands-{kind}-verb topics-{kind}-topic", is_topic, evidence)
    judge(f"topics-{kind}-mqtt", packet and packet["qos"] == 0 and not packet["retain"], evidence)
    judge(f"payloads-{kind}-qos", packet and packet["qos"] == 0, evidence)
    judge(f"payloads-{kind}-retain", packet and not packet["retain"], evidence)
    judge(f"payloads-{kind}-seq", packet and "seq" not in told, evidence)
    judge(f"payloads-{kind}-timestamp topics-{kind}-timestamp", is_now(told.get("timestamp")), evidence)
    judge(f"operational-behavior-data-commands-{kind}-metric-name payloads-name-cmd-requirement",
          one.get("name") == metric and "alias" not in one, evidence)
    judge(f"operational-behavior-data-commands-{kind}-metric-value", one.get("value") == value, evidence)
    judge(f"topics-{kind}-payload", one.get("name") == metric and one.get("value") == value, evidence)


def commands(tools):
    proxy = Proxy(tools.broker.port)
    host, edge = tools.host(proxy), tools.edge(proxy)
    edge.born()
    host.until(lambda s: host.node())
    edge_connect = proxy.wait(lambda p: p["type"] == "CONNECT" and p["client"] == "edge-N")
    judge("message-flow-edge-node-birth-publish-will-message-topic",
          edge_connect["will"]["topic"] == "spBv1.0/G/NDEATH/N" and edge_connect["will"]["payload"],
          f"the edge node's Will: {edge_connect['will']['topic']}")
    host.command(group="G", node="N", metric="Node Control/Rebirth", type="Boolean", value=True)
    rebirth = sent_command(proxy, "NCMD", "Node Control/Rebirth")
    told = sparkplug(rebirth["payload"]) if rebirth else {"metrics": [{}]}
    judge("operational-behavior-data-commands-ncmd-rebirth-verb", rebirth and rebirth["topic"] == "spBv1.0/G/NCMD/N",
          f"{told}")
    judge("operational-behavior-data-commands-ncmd-rebirth-name", told["metrics"][0].get("name") ==
          "Node Control/Rebirth" and len(told["metrics"]) == 1, f"{told}")
    judge("operational-behavior-data-commands-ncmd-rebirth-value", told["metrics"][0].get("value") == 1, f"{told}")
    again = edge.until(lambda e: e["event"] == "born" and e["births"] == 2)
    judge("operational-behavior-data-commands-ncmd-rebirth-name", again, "the real edge node was born again by it")
    host.command(group="G", node="N", metric="Speed", type="Int32", value=-7)
    judge_command(sent_command(proxy, "NCMD", "Speed"), "NCMD", "spBv1.0/G/NCMD/N", "Speed", 2**32 - 7)
    host.command(group="G", node="N", device="D", metric="Setpoint", type="Double", value=2.5)
    judge_command(sent_command(proxy, "DCMD", "Setpoint"), "DCMD", "spBv1.0/G/DCMD/N/D", "Setpoint", 2.5)
    got = edge.until(lambda e: e["event"] == "dcmd")
    judge("topics-dcmd-payload", got and got["payload"]["metrics"][0]["value"] == 2.5, "the real edge node read it")
    edge.kill()
    host.kill(signal.SIGTERM)


# -- EdgeSessionTermination ---------------------------------------------------------------------

def is_stale(device):
    return device["metrics"] and all(m["stale"] for m in device["metrics"])


def edge_ends(tools):
    proxy = Proxy(tools.broker.port)
    host, edge = tools.host(proxy), tools.edge(proxy)
    name = "operational-behavior-edge-node-termination-host-action-"
    edge.born()
    host.until(lambda s: host.node() and host.node()["devices"])
    before = host.node()
    fresh = before["state"] == "online" and not is_stale(before) and not is_stale(before["devices"][0])
    edge.do("device_death")
    host.until(lambda s: host.node()["devices"][0]["state"] == "offline")
    device = host.node()["devices"][0]
    judge(name + "ddeath-devices-offline", fresh and device["state"] == "offline" and device["since"],
          f"device {device['state']} since {device['since']}")
    judge(name + "ddeath-devices-tags-stale", fresh and is_stale(device) and host.node()["state"] == "online",
          "its metrics are stale, the node is online")
    edge.do("bear")
    host.until(lambda s: host.node()["devices"][0]["state"] == "online")
    back = not is_stale(host.node()["devices"][0])
    edge.do("cut")
    host.until(lambda s: host.node()["state"] == "offline")
    node = host.node()
    judge(name + "ndeath-node-offline", back and node["state"] == "offline" and node["since"],
          f"node {node['state']} since {node['since']}")
    judge(name + "ndeath-node-tags-stale", back and is_stale(node), "its metrics are stale")
    judge(name + "ndeath-devices-offline", back and all(d["state"] == "offline" for d in node["devices"]),
          "its devices are offline")
    judge(name + "ndeath-devices-tags-stale", back and all(is_stale(d) for d in node["devices"]),
          "their metrics are stale")
    edge.kill()
    host.kill(signal.SIGTERM)


# -- MessageOrdering ------------------------------------------------------------------------------

def stored(host):
    return host.state()["account"]["stored"]


def rebirths(proxy):
    return [p for p in proxy.snapshot() if p["type"] == "PUBLISH" and p["from"] == "client" and "/NCMD/" in p["topic"]]


def ordering(tools):
    proxy = Proxy(tools.broker.port)
    host, edge = tools.host(proxy, reorder_ms=1200), tools.edge(proxy)
    edge.born()
    host.until(lambda s: host.node() and host.node()["devices"])
    for seq, value in ((2, 1.5), (4, 3.5), (3, 2.5)):  # 3 is late, but in time
        edge.do("set_seq", seq=seq)
        edge.do("measure", value=value, serial=f"S{value}")
    repaired = host.until(lambda s: stored(host) == 3)
    time.sleep(1.5)
    judge("operational-behavior-host-reordering-success", repaired and not rebirths(proxy),
          "the missing message came in time: three values, no rebirth asked")
    edge.do("set_seq", seq=6)  # 5 never comes
    edge.do("measure", value=9.5, serial="S9")
    began = time.time()
    time.sleep(0.6)
    judge("operational-behavior-host-reordering-start", stored(host) == 3 and not rebirths(proxy),
          "the message after a gap waits")
    asked = proxy.wait(lambda p: p["type"] == "PUBLISH" and p["from"] == "client" and "/NCMD/" in p["topic"])
    judge("operational-behavior-host-reordering-param", asked and 0.9 < asked["t"] - began < 2.5,
          f"reorder_ms 1200: asked after {asked and asked['t'] - began:.2f} s")
    told = sparkplug(asked["payload"]) if asked else {"metrics": [{}]}
    judge("operational-behavior-host-reordering-rebirth", asked and asked["topic"] == "spBv1.0/G/NCMD/N" and
          told["metrics"][0].get("name") == "Node Control/Rebirth" and told["metrics"][0].get("value") == 1 and
          edge.until(lambda e: e["event"] == "born"), f"{told}, and the edge node was born again")
    judge("operational-behavior-host-reordering-rebirth", host.until(lambda s: stored(host) == 4),
          "the value that waited is kept")
    edge.kill()
    host.kill(signal.SIGTERM)


# -- MultipleBroker -----------------------------------------------------------------------------------

def brokers(tools):
    other = Broker(tools.folder)
    proxies = [Proxy(tools.broker.port, "first"), Proxy(other.port, "second")]
    host = tools.host(*proxies)
    wait_online(proxies[0]), wait_online(proxies[1])
    sessions = [Session(p) for p in proxies]
    each = [(state_of(s.first()["payload"]), state_of(s.connect["will"]["payload"])) for s in sessions]
    judge("operational-behavior-primary-application-state-with-multiple-servers-state",
          all(s.first()["topic"] == STATE and birth[0] for s, (birth, _) in zip(sessions, each)), "STATE at each broker")
    judge("operational-behavior-primary-application-state-with-multiple-servers-state-subs",
          all(STATE in s.filters and s.subscribes[0]["n"] < s.first()["n"] for s in sessions),
          "subscribed at each broker first")
    judge("operational-behavior-host-application-multi-server-timestamp",
          all(birth[1] == will[1] and is_now(birth[1]) for birth, will in each),
          f"each STATE has the time of its own CONNECT: {[b[1] for b, _ in each]}")
    other.stop()  # one broker goes: the other one stays online, and the first comes back with a new time
    is_alone = host.until(lambda s: [b["online"] for b in s["brokers"]] == [True, False])
    judge("operational-behavior-primary-application-state-with-multiple-servers-state", is_alone,
          "a broker that fails does not touch the other")
    host.kill(signal.SIGTERM)


# -- the table ---------------------------------------------------------------------------------------------

class Tools:
    def __init__(self, program, modules, folder):
        self.program, self.modules, self.folder = program, modules, folder
        self.broker = Broker(folder)

    def host(self, *proxies, version="5", **settings):
        brokers = [{"host": "127.0.0.1", "port": p.port, "version": version} for p in proxies]
        return Host(self.program, self.folder, brokers, **settings)

    def edge(self, proxy):
        return Edge(self.modules, proxy.port)

    def publish(self, topic, text, retain=False):
        import subprocess
        subprocess.run(["mosquitto_pub", "-p", str(self.broker.port), "-t", topic, "-m", text, "-q", "1"] +
                       (["-r"] if retain else []), check=True)


def table():
    with open(HERE / "host-ids.csv", encoding="utf-8") as f:
        rows = list(csv.DictReader(line for line in f if not line.startswith("#")))
    failed = 0
    print(f"1..{len(rows)}")
    for number, row in enumerate(rows, 1):
        seen = [v for v in verdicts.get(row["assertion"], []) if v[0] in (None, row["test"])]
        is_kept = bool(seen) and all(v[1] for v in seen)
        failed += not is_kept
        print("ok" if is_kept else "not ok", number, "-", row["test"], row["assertion"])
        for _, kept, evidence in seen:
            if not kept:
                print("#   broken:", evidence)
        if not seen:
            print("#   no scenario reached it")
    ids = {r["assertion"] for r in rows}
    good = {i for i in ids if verdicts.get(i) and all(v[1] for v in verdicts[i])}
    unknown = set(verdicts) - ids
    for name in sorted(unknown):
        print("# judged, but not in the list:", name)
    print(f"# {len(good)} of {len(ids)} host assertions kept; {len(rows) - failed} of {len(rows)} rows")
    return failed or unknown


def main():
    program, modules = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        tools = Tools(pathlib.Path(program).resolve(), pathlib.Path(modules).resolve(), folder)
        try:
            for run in (lambda: establishment(tools, "5"), lambda: establishment(tools, "3.1.1"),
                        lambda: commands(tools), lambda: edge_ends(tools), lambda: ordering(tools),
                        lambda: brokers(tools), lambda: termination(tools, False), lambda: termination(tools, True)):
                run()
        finally:
            tools.broker.stop()
    return 1 if table() else 0


if __name__ == "__main__":
    sys.exit(main())
