# SPDX-License-Identifier: GPL-3.0-or-later
"""The MQTT doors: a real broker, a client written for the tests, kills of either side, TLS.
ASSAY_MQTT_KILLS=1000 makes the kills many."""
import hashlib
import os
import random
import socket
import ssl
import subprocess
import threading
import time

from broker import MOSQUITTO, Broker, free_port
from doors import Plant, assay, paths, run
from mqtt_wire import Closed, Mqtt, Sender

KILLS = int(os.environ.get("ASSAY_MQTT_KILLS", "24"))


def values(p, path):
    rows = assay("export", p.database, path).splitlines()
    return sorted(int(row.split(",")[2]) for row in rows[1:])


def check_once(p, path, last):
    """Each of 1 .. last once."""
    found = values(p, path)
    missing = sorted(set(range(1, last + 1)) - set(found))
    twice = sorted({v for v in found if found.count(v) > 1}) if len(found) != len(set(found)) else []
    assert not missing and not twice, f"of {last}: missing {missing[:20]}, twice {twice[:20]}"


def check_account(a):
    assert a["received"] == sum(a[k] for k in ("stored", "duplicates", "conflicts", "refused", "pending")), a


def behind_broker(broker, **settings):
    return Plant(door="mqtt", broker=f"mqtt://127.0.0.1:{broker.port}", **settings)


def endpoint(**settings):
    port = free_port()
    p = Plant(door="mqtt-listen", listen=f"127.0.0.1:{port}", **settings)
    p.port = port
    return p


def connected(d):
    return d["state"] == "connected"


def settled(p, received):
    """Nothing is on its way any more."""
    return p.wait(lambda d: d["account"]["received"] == received and d["account"]["pending"] == 0)


def listening(p):
    p.wait(lambda d: d["state"] == "listening")
    return p


# -- behind a broker -------------------------------------------------------------------------------


def every_qos_arrives_once():
    "messages of QoS 0, 1 and 2 through a broker arrive once each, with MQTT 3.1.1 and 5"
    for version in ("3.1.1", "5"):
        p = behind_broker(broker := Broker(Plant().home), version=version, qos=2).start()
        try:
            p.wait(connected)
            sender = Mqtt(broker.port)
            for n in range(300):
                sender.deliver("gauge/7", str(n), n % 3)
            d = p.wait_stored(300)
            check_account(d["account"])
            p.stop()
            assert values(p, "gauge/7") == list(range(300))
        finally:
            p.close()
            broker.stop()


def what_was_published_while_away_comes_later():
    "the broker keeps the session while the plant is stopped"
    p = behind_broker(broker := Broker(Plant().home)).start()
    try:
        p.wait(connected)
        p.stop()
        sender = Mqtt(broker.port)
        for n in range(500):
            sender.deliver("gauge/7", str(n), 1)
        p.start()
        p.wait_stored(500)
        p.stop()
        assert values(p, "gauge/7") == list(range(500))
    finally:
        p.close()
        broker.stop()


def a_broker_may_restart():
    "a restarted broker is found again, and what it kept is delivered"
    p = behind_broker(broker := Broker(Plant().home)).start()
    try:
        p.wait(connected)
        for turn in range(3):
            sender = Mqtt(broker.port)
            for n in range(100):
                sender.deliver("gauge/7", str(turn * 100 + n), 1)
            sender.close()
            p.wait_stored(turn * 100 + 100)
            broker.stop()
            p.wait(lambda d: d["state"] == "waiting" and d["detail"])
            broker.start()
            p.wait(connected)
        p.stop()
        assert values(p, "gauge/7") == list(range(300))
    finally:
        p.close()
        broker.stop()


def refused_payloads_are_counted_with_their_reason():
    "a payload that is no number costs itself, and the account says so"
    p = behind_broker(broker := Broker(Plant().home)).start()
    try:
        p.wait(connected)
        sender = Mqtt(broker.port)
        for payload in ("1", "NaN", "", "{}", "2", "x" * 1000):
            sender.deliver("gauge/7", payload, 1)
        d = settled(p, 6)
        check_account(d["account"])
        assert d["account"]["stored"] == 2 and d["account"]["refused"] == 4, d
    finally:
        p.close()
        broker.stop()


def kills_behind_a_broker():
    "killed again and again while a broker delivers with QoS 1 and 2: every value once"
    chance = random.Random(7)
    for qos in (1, 2):
        p = behind_broker(broker := Broker(Plant().home, "max_inflight_messages 50"), qos=qos).start()
        try:
            p.wait(connected)
            sender, is_over, sent = Mqtt(broker.port), threading.Event(), [0]

            def publish():
                while not is_over.is_set():
                    for _ in range(20):
                        sent[0] += 1
                        sender.deliver("gauge/7", str(sent[0]), qos)
                    time.sleep(0.001)

            thread = threading.Thread(target=publish)
            thread.start()
            p.wait(lambda d: d["account"]["stored"])  # of a source that never stored all would be doubtful
            for _ in range(KILLS // 4):
                time.sleep(chance.uniform(0.05, 0.25))
                p.kill()
                p.start()
            is_over.set()
            thread.join()
            d = p.wait(lambda d: d["account"]["stored"] >= sent[0], 60)
            check_account(d["account"])
            p.stop()
            check_once(p, "gauge/7", sent[0])
            assert d["account"]["doubtful"] == 0, d["account"]
        finally:
            p.close()
            broker.stop()


# -- the endpoint ----------------------------------------------------------------------------------


def kills_of_the_endpoint():
    "killed again and again while gauges send with QoS 1 and 2: every value once"
    chance = random.Random(11)
    for qos in (1, 2):
        p = listening(endpoint().start())
        try:
            sender = Sender("gauge/7", qos, 100, "gauge-7")
            kills, last = 0, 100000
            while kills < KILLS // 4:
                killer = threading.Timer(chance.uniform(0.03, 0.2), p.process.kill)
                killer.start()
                try:
                    sender.connect(p.port)
                    sender.run(last)
                except (Closed, OSError):
                    pass
                killer.join()
                p.kill()
                kills += 1
                listening(p.start())
            sender.connect(p.port)
            sender.run(sender.number)
            d = p.wait(lambda d: d["account"]["stored"] >= sender.number, 30)
            check_account(d["account"])
            p.stop()
            check_once(p, "gauge/7", sender.number)
            assert sender.number > 100 and d["account"]["doubtful"] == 0, d["account"]
        finally:
            p.close()


def a_whole_window_comes_again():
    "a gauge that read none of its answers repeats hundreds of messages after a kill: every value once"
    p, count = listening(endpoint().start()), 600
    try:
        m = Mqtt(p.port, "g1", clean=False)
        for i in range(1, count + 1):  # each a commit of its own
            m.publish("gauge/7", str(i), 1, i)
            m.expect(0x40, i)
        p.kill()
        listening(p.start())
        m = Mqtt(p.port, "g1", clean=False)
        for i in range(1, count + 1):
            m.publish("gauge/7", str(i), 1, i, again=True)
            m.expect(0x40, i)
        d = p.wait(lambda d: d["account"]["duplicates"] >= count)
        check_account(d["account"])
        p.stop()
        check_once(p, "gauge/7", count)
    finally:
        p.close()


def the_endpoint_speaks_both_versions():
    "QoS 0, 1 and 2 to the endpoint; pings are answered, subscriptions refused"
    p = listening(endpoint().start())
    try:
        for v in (4, 5):
            m = Mqtt(p.port, f"g{v}", v=v)
            assert m.code == 0 and m.session == 0
            for qos in (0, 1, 2):
                m.deliver(f"v{v}", str(qos), qos)
            m.send(0xC0, b"")
            m.expect(0xD0)
            m.send(0x82, b"\0\1" + (b"\0" if v == 5 else b"") + b"\0\1#\0")
            assert m.expect(0x90)[-1] == (0x83 if v == 5 else 0x80)
            m.close()
        d = p.wait_stored(6)
        check_account(d["account"])
        assert sorted(paths(p.database)) == ["v4", "v5"]
    finally:
        p.close()


def a_session_is_kept_and_taken_over():
    "a second connection of a client ends the first; what it sends again is known"
    p = listening(endpoint().start())
    try:
        first = Mqtt(p.port, "g1", clean=False)
        mid = first.publish("a", "1", 1)
        first.expect(0x40, mid)
        second = Mqtt(p.port, "g1", clean=False)
        assert second.session == 1
        try:
            first.receive()
            raise AssertionError("the first connection lives")
        except Closed:
            pass
        second.publish("a", "1", 1, mid, again=True)
        second.expect(0x40, mid)
        second.publish("a", "2", 1, mid, again=False)  # the identifier is free again
        second.expect(0x40, mid)
        d = settled(p, 3)
        assert d["account"]["stored"] == 2 and d["account"]["duplicates"] == 1, d
        second.close()
        third = Mqtt(p.port, "g1", clean=True)
        assert third.session == 0
    finally:
        p.close()


def logins_are_checked():
    "with logins listed, nobody else gets in"
    digest = hashlib.sha256(b"right").hexdigest()
    p = listening(endpoint(logins=[{"user": "g1", "password_sha256": digest}]).start())
    try:
        assert Mqtt(p.port, user="g1", password="right").code == 0
        assert Mqtt(p.port, user="g1", password="wrong").code == 4
        assert Mqtt(p.port, user="g2", password="right").code == 4
        assert Mqtt(p.port).code == 5
        assert Mqtt(p.port, v=5).code == 0x87
        p.wait(lambda d: d["refused_logins"] == 4)
    finally:
        p.close()


def hostile_peers_cost_only_themselves():
    "nonsense, silence, half packets and giants end their own connection; others go on"
    p = listening(endpoint(packet_max=2048, max_connections=20).start())
    try:
        good = Mqtt(p.port, "good")
        for nonsense in (b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\xff", b"\x30\x00", b"\xff" * 100, b"\x10\x02\0\0"):
            m = Mqtt(p.port, connect=False)
            m.socket.sendall(nonsense)
            try:
                while True:
                    m.receive()
            except (Closed, OSError):
                pass
        giant = Mqtt(p.port, "giant")
        giant.socket.sendall(b"\x30\xff\xff\x7f\0\1a")
        try:
            giant.receive()
            raise AssertionError("a giant was let in")
        except (Closed, OSError):
            pass
        silent = [Mqtt(p.port, connect=False) for _ in range(30)]  # beyond the limit the last are turned away
        p.wait(lambda d: d["turned_away"] >= 10)
        half = Mqtt(p.port, connect=False) if not silent else silent[0]
        half.socket.sendall(b"\x10\x0c\0\4MQ")
        good.deliver("a", "1", 1)
        for m in silent:
            m.socket.close()
        p.wait_stored(1)
    finally:
        p.close()


def a_gauge_that_vanishes_is_news():
    "the will of a gauge that vanished, and of one beyond its keep-alive, is told"
    p = listening(endpoint().start())
    try:
        m = Mqtt(p.port, "g1", will=("gone/g1", "bye"))
        m.close(politely=False)
        Mqtt(p.port, "g2", will=("gone/g2", "bye")).close()
        Mqtt(p.port, "g3", will=("gone/g3", "bye"), keep=1)
        d = p.wait(lambda d: d["gone"] == 2)
        assert "gone/g1" in p.log() and "gone/g3" in p.log() and "gone/g2" not in p.log(), p.log()
        check_account(d["account"])
    finally:
        p.close()


def json_lines_and_ndjson_bodies():
    "payloads as JSON by pointers, line protocol and NDJSON, with a counter for new parts"
    p = endpoint(mapping=[
        {"topic": "j/+", "characteristic": "json/{1}", "value": "/v", "part": "/n", "context": {"serial": "/sn"}},
        {"topic": "l", "format": "line"}, {"topic": "n", "format": "ndjson"}])
    listening(p.start())
    try:
        m = Mqtt(p.port, "g1")
        for n, v in ((1, "1.50"), (1, "1.50"), (2, "1.50"), (2, "9"), (3, "1.60")):
            m.deliver("j/force", f'{{"v":{v},"n":{n},"sn":"S{n}"}}', 1)
        m.deliver("l", "press force=3.5,speed=7\n", 1)
        m.deliver("n", '{"characteristic":"nd","value":1.25}\n{"characteristic":"nd"}\n', 1)
        m.deliver("other", "1", 1)
        m.deliver("n", "", 1)
        d = settled(p, 11)
        a = d["account"]
        check_account(a)
        assert a["stored"] == 6 and a["duplicates"] == 2 and a["refused"] == 3, a
        p.kill()
        listening(p.start())
        m = Mqtt(p.port, "g1")
        m.deliver("j/force", '{"v":1.60,"n":3,"sn":"S3"}', 1)  # the counter is remembered
        assert settled(p, a["received"] + 1)["account"]["duplicates"] == 3
    finally:
        p.close()


# -- TLS -----------------------------------------------------------------------------------------------


def make_certificates(home):
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=home)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=Test CA")
    for name in ("localhost", "elsewhere"):
        with open(os.path.join(home, "ext"), "w") as out:
            out.write(f"subjectAltName=DNS:{name}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                f"{name}.pem", "-days", "2", "-extfile", "ext")


def tls_to_a_broker():
    "TLS to a broker: the right certificate is accepted, a wrong name and an unknown CA are not"
    home = Plant().home
    make_certificates(home)
    for name, ca, is_good in (("localhost", "ca.pem", True), ("elsewhere", "ca.pem", False), ("localhost", "localhost.pem", False)):
        broker = Broker(home, f"certfile {home}/{name}.pem", f"keyfile {home}/{name}.key")
        p = Plant(door="mqtt", broker=f"mqtts://localhost:{broker.port}", ca=os.path.join(home, ca)).start()
        try:
            if is_good:
                p.wait(connected)
                tls = ssl.create_default_context(cafile=os.path.join(home, "ca.pem"))
                sender = Mqtt(broker.port, tls=tls)
                for n in range(2000):
                    sender.publish("gauge/7", str(n))
                sender.deliver("gauge/7", "2000", 1)
                p.wait_stored(2001)
            else:
                d = p.wait(lambda d: d.get("detail"))
                assert "certificate" in d["detail"], d
        finally:
            p.close()
            broker.stop()


def tls_to_the_endpoint():
    "TLS to the endpoint"
    home = Plant().home
    make_certificates(home)
    p = listening(endpoint(certificate=os.path.join(home, "localhost.pem"), key=os.path.join(home, "localhost.key")).start())
    try:
        m = Mqtt(p.port, "g1", tls=ssl.create_default_context(cafile=os.path.join(home, "ca.pem")))
        for n in range(20000):
            m.publish("gauge/7", str(n))
        m.deliver("gauge/7", "20000", 1)
        p.wait_stored(20001)
        p.stop()
        assert values(p, "gauge/7") == list(range(20001))
    finally:
        p.close()


tests = [the_endpoint_speaks_both_versions, a_whole_window_comes_again, a_session_is_kept_and_taken_over, logins_are_checked,
         hostile_peers_cost_only_themselves, a_gauge_that_vanishes_is_news, json_lines_and_ndjson_bodies,
         tls_to_the_endpoint, kills_of_the_endpoint]
if MOSQUITTO:
    tests += [every_qos_arrives_once, what_was_published_while_away_comes_later, a_broker_may_restart,
              refused_payloads_are_counted_with_their_reason, tls_to_a_broker, kills_behind_a_broker]
else:
    print("# mosquitto is not installed: the tests behind a broker are left out")
run(tests)
