# SPDX-License-Identifier: GPL-3.0-or-later
"""A Sparkplug source at a real mosquitto: the one data set, what a crash leaves, what others break."""
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time

from doors import DATA, Plant, assay, digest, imported, paths, run

MAPPING = [{"device": "WaferGauge", "metric": "Thickness", "characteristic": "Wafer/Thickness",
            "serial": "Part/Serial", "subgroup": "Subgroup/Day", "decimals": 1}]


class Broker:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="assay-")
        with socket.create_server(("127.0.0.1", 0)) as s:
            self.port = s.getsockname()[1]
        self.start()

    def start(self):
        conf = os.path.join(self.home, "conf")
        with open(conf, "w") as out:
            out.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.process = subprocess.Popen([program, "-c", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                return socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                time.sleep(0.02)
        raise AssertionError("mosquitto does not start")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.stop()
        shutil.rmtree(self.home)


def varint(n):
    out = b""
    while True:
        n, byte = n >> 7, n & 127
        out += bytes([byte | (128 if n else 0)])
        if not n:
            return out


def text(s):
    return struct.pack(">H", len(s.encode())) + s.encode()


class Publisher:
    """MQTT 3.1.1; QoS 1 counts the answers."""

    def __init__(self, port, will=None, qos=0):
        self.qos, self.sent = qos, 0
        self.socket = socket.create_connection(("127.0.0.1", port))
        flags = b"\x06" if will else b"\x02"
        body = text("MQTT") + b"\x04" + flags + struct.pack(">H", 60) + text("edge") + (text(will) + text("") if will else b"")
        self.socket.sendall(b"\x10" + varint(len(body)) + body)
        answer = self.socket.recv(4)
        assert answer[3] == 0, answer

    def publish(self, topic, payload):
        self.sent += 1
        body = text(topic) + (struct.pack(">H", self.sent) if self.qos else b"") + payload
        self.socket.sendall(bytes([0x30 | self.qos << 1]) + varint(len(body)) + body)

    def answers(self):
        """Reads until every message has its PUBACK."""
        self.socket.settimeout(10)
        got = b""
        while len(got) < 4 * self.sent:
            got += self.socket.recv(65536)
        return [struct.unpack(">H", got[i + 2:i + 4])[0] for i in range(0, len(got), 4)]

    def play(self, sample, first=1, last=10 ** 9):
        with open(os.path.join(DATA, "sparkplug", sample + ".jsonl")) as lines:
            for number, line in enumerate(lines, 1):
                if first <= number <= last:
                    message = json.loads(line)
                    self.publish(message["topic"], bytes.fromhex(message["payload_hex"]))


def plant(broker, **more):
    source = {"door": "sparkplug", "brokers": [{"host": "127.0.0.1", "port": broker.port}],
              "rebirth_spread_ms": 0, "reorder_ms": 300, **more}
    p = Plant(**source).start()
    p.wait(lambda d: d["brokers"][0]["online"])
    return p


def adds_up(account):
    return account["received"] == (account["stored"] + account["duplicates"] + account["conflicts"] +
                                   account["refused"] + account["pending"])


def with_plant(test, **more):
    broker = Broker()
    p = plant(broker, **more)
    try:
        test(p, broker, Publisher(broker.port))
    finally:
        p.close()
        broker.close()


def one_data_set():
    """the recorded session of a real client gives the series that the CSV file gives"""
    def test(p, broker, client):
        client.play("01-session-real-client")
        account = p.wait_stored(100)["account"]
        assert account["received"] == 100 and account["doubtful"] == 0 and adds_up(account), account
        p.stop()
        want = imported(os.path.join(DATA, "csv", "ccxbar-iso.csv"))
        assert list(digestable(p)) == list(want.values()), (digestable(p), want)
    with_plant(test, mapping=MAPPING)


def digestable(p):
    return [digest(p.database, path) for path in paths(p.database)]


def twice():
    """the same session played again adds nothing: all of it is known"""
    def test(p, broker, client):
        client.play("01-session-real-client")
        p.wait_stored(100)
        client.play("01-session-real-client")
        account = p.wait(lambda d: d["account"]["received"] == 200 and not d["account"]["pending"])["account"]
        assert account["stored"] == 100 and account["duplicates"] == 100 and adds_up(account), account
    with_plant(test, mapping=MAPPING)


def one_kill():
    """killed in the middle and played again, nothing is lost and nothing doubled"""
    def test(p, broker, client):
        client.play("01-session-real-client", 1, 60)
        p.wait(lambda d: d["account"]["stored"] >= 20)
        p.kill()
        p.start()
        p.wait(lambda d: d["brokers"][0]["online"])
        client.play("01-session-real-client")
        account = p.wait_stored(100)["account"]
        assert account["stored"] == 100 and adds_up(account), account
        p.stop()
        want = imported(os.path.join(DATA, "csv", "ccxbar-iso.csv"))
        assert digestable(p) == list(want.values())
    with_plant(test, mapping=MAPPING)


def order():
    """a swap is repaired, a repeat is a duplicate, a loss is recorded and a rebirth asked for"""
    def test(p, broker, client):
        client.play("03-reorder-gap-wrap-duplicate")
        d = p.wait_stored(257)
        account, node = d["account"], d["brokers"][0]["nodes"][0]
        assert account["duplicates"] == 1 and account["received"] == 258 and adds_up(account), account
        assert node["lost"] == 1 and node["rebirths_asked"] == 1, node
        assert (node["gaps"][0]["first"], node["gaps"][0]["last"]) == (2, 2), node["gaps"]
    with_plant(test, mapping=[{"metric": "OD"}])


def malformed():
    """each malformed message costs itself: one measurement of fourteen messages"""
    def test(p, broker, client):
        client.play("07-malformed")
        account = p.wait(lambda d: d["account"]["stored"] == 1 and d["account"]["refused"] >= 10)["account"]
        assert account["refused"] == 10 and adds_up(account), account
    with_plant(test)


def all_types():
    """every datatype, NaN, infinity, null and transient go in or stay out as they should"""
    def test(p, broker, client):
        client.play("02-all-datatypes")
        with open(os.path.join(DATA, "sparkplug", "02-all-datatypes.jsonl")) as lines:
            message = json.loads(lines.readline())
        birth = bytes.fromhex(message["payload_hex"])
        data = birth[:-1] + b"\x01"  # the same metrics again as data, seq 1
        client.publish("spBv1.0/G/NDATA/N", data)
        p.wait(lambda d: d["account"]["received"] > 0)
        time.sleep(0.3)
        account = p.account()
        assert adds_up(account) and account["refused"] == 0 and account["stored"] == 14, account
        p.stop()
        assay("check", p.database)
        assert "G/N/i64" in paths(p.database) and "G/N/tr" not in paths(p.database)
        for path in ("G/N/dnan", "G/N/dinf", "G/N/nul", "G/N/q"):  # bad, bad, no value, stale: never in a statistic
            shown = json.loads(assay("show", p.database, path, "--json"))
            assert [v["status"] for v in shown["values"]] in (["bad"], ["no value"]), shown
    with_plant(test)


def lost_broker():
    """a broker that goes makes every node stale, and its return asks for rebirths"""
    def test(p, broker, client):
        client.play("04-stale-death-and-rebirth", 1, 3)
        p.wait_stored(1)
        broker.stop()
        d = p.wait(lambda d: d["brokers"][0]["nodes"][0]["state"] == "offline")
        assert not d["brokers"][0]["online"] and all(m["stale"] for m in d["brokers"][0]["nodes"][0]["devices"][0]["metrics"])
        broker.start()
        d = p.wait(lambda d: d["brokers"][0]["nodes"][0]["rebirths_asked"] == 1)
        assert d["brokers"][0]["online"]
    with_plant(test)


def secrets():
    """the password of a broker is not told"""
    def test(p, broker, client):
        assert "verysecret" not in json.dumps(p.describe())
    broker = Broker()
    p = Plant(door="sparkplug", brokers=[{"host": "127.0.0.1", "port": broker.port, "user": "u",
                                          "password": "verysecret"}]).start()
    try:
        test(p, broker, None)
    finally:
        p.close()
        broker.close()


def endpoint():
    """without a broker: an edge node publishes to the endpoint, each PUBACK after the commit"""
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    p = Plant(door="mqtt-listen", listen=f"127.0.0.1:{port}", payload="sparkplug", mapping=MAPPING).start()
    try:
        p.wait(lambda d: d["state"] == "listening")
        client = Publisher(port, will="spBv1.0/Fab1/NDEATH/Gateway7", qos=1)
        client.play("01-session-real-client", 1, 102)
        assert client.answers() == list(range(1, 103))
        account = p.account()
        assert account["stored"] == 100 and account["pending"] == 0 and adds_up(account), account
        assert p.describe()["nodes"][0]["state"] == "online"
        client.socket.close()
        p.wait(lambda d: d["nodes"][0]["state"] == "offline")
        p.stop()
        want = imported(os.path.join(DATA, "csv", "ccxbar-iso.csv"))
        assert digestable(p) == list(want.values())
    finally:
        p.close()


run([endpoint, one_data_set, twice, one_kill, order, malformed, all_types, lost_broker, secrets])
