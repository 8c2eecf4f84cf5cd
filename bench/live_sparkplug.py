#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sparkplug messages of 100 metrics until they are stored: through mosquitto, and at the ingest endpoint.

    live_sparkplug.py BUILD [broker] [endpoint]      BENCH_MESSAGES=20000

Prints metrics a second from the first byte to the last commit (durable), with what the same broker
gives to a subscriber that only counts bytes (mosquitto_sub is too slow for that: a bare socket), and, beside the
endpoint, what a bare receiver on the other core parses and acknowledges of single messages (peers/mqttbench.c)."""
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
WHAT = sys.argv[2:] or ["broker", "endpoint"]
MESSAGES, METRICS = int(os.environ.get("BENCH_MESSAGES", 20000)), 100
PUBLISH, HOST = BUILD / "bench/sparkplug_publish", BUILD / "test/live/door_host"
BARE = BUILD / "bench/mqttbench"
subprocess.run(["ninja", "-C", str(BUILD), "--quiet", "bench/mqttbench", "bench/sparkplug_publish", "test/live/door_host"],
               check=True, stdout=subprocess.DEVNULL)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


class Host:
    def __init__(self, home, **source):
        config = pathlib.Path(home) / "config.json"
        config.write_text(json.dumps({"sources": [{"name": "s", **source}]}))
        self.database = pathlib.Path(home) / "plant.assay"
        self.process = subprocess.Popen([HOST, self.database, config], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def state(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())[0]

    def until(self, test):
        while not test(self.state()):
            time.sleep(0.02)

    def stop(self):
        self.process.stdin.close()
        _, _, used = os.wait4(self.process.pid, 0)
        return used.ru_utime + used.ru_stime


def measured(host, port, qos):
    """Seconds from the first byte sent to the commit of the last value; and what was stored."""
    publisher = subprocess.Popen([PUBLISH, str(port), str(MESSAGES), str(METRICS), str(qos)], stdout=subprocess.PIPE, text=True)
    want, last, since = MESSAGES * METRICS, -1, time.time()
    sent = float(publisher.stdout.readline())
    began = time.time() - sent
    while True:
        account = host.state()["account"]
        if account["stored"] >= want:
            break
        if account["received"] != last:
            last, since = account["received"], time.time()
        elif time.time() - since > 3:  # the broker has dropped some
            began += time.time() - since
            break
        time.sleep(0.005)
    publisher.wait()
    return time.time() - began, account


def bare(port, go):
    """A subscriber that counts bytes: what the broker itself can give."""
    s = socket.create_connection(("127.0.0.1", port))
    s.sendall(b"\x10\x10\0\x04MQTT\x04\x02\0\x3c\0\x04bare")
    s.recv(4)
    s.sendall(b"\x82\x0e\0\x01\0\x09spBv1.0/#\0")
    s.recv(5)
    publisher = subprocess.Popen([PUBLISH, str(port), str(MESSAGES), str(METRICS), "0"], stdout=subprocess.PIPE, text=True)
    s.settimeout(2)
    total, first, last = 0, None, None
    try:
        while True:
            n = len(s.recv(1 << 20))
            if not n:
                break
            first = first or time.time()
            last, total = time.time(), total + n
    except TimeoutError:
        pass
    publisher.wait()
    return total, last - first


def report(name, seconds, account, cpu, beside=""):
    stored = account["stored"]
    print(f"sparkplug {name}: {stored / seconds / 1e6:.2f} M metrics/s durable; {stored} of {MESSAGES * METRICS} stored, "
          f"{account['refused']} refused; CPU {cpu / stored * 1e6:.2f} s a million{beside and beside(stored / seconds)}", flush=True)


def bare_receiver(qos):
    """Single messages of 64 bytes a second that are parsed, acknowledged and forgotten, no broker."""
    said = subprocess.check_output([BARE, "127.0.0.1", str(free_port()), "direct", str(qos), "64", "4000000", "60000"], text=True)
    return float(re.search(r"(\d+) messages/s", said)[1])


def through_broker(home):
    port = free_port()
    conf = pathlib.Path(home) / "mosquitto.conf"
    conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nset_tcp_nodelay true\n")
    broker = subprocess.Popen([shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", conf], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    try:
        total, seconds = bare(port, None)
        each = total / MESSAGES
        print(f"mosquitto to a bare counting subscriber: {total / each * METRICS / seconds / 1e6:.2f} M metrics/s", flush=True)
        host = Host(home, door="sparkplug", brokers=[{"host": "127.0.0.1", "port": port}])
        host.until(lambda s: s["brokers"][0]["online"])
        report("through mosquitto, QoS 0", *measured(host, port, 0), host.stop())
    finally:
        broker.kill()


def at_endpoint(home):
    for qos in (0, 1):
        port = free_port()
        inner = tempfile.mkdtemp(dir=home)
        host = Host(inner, door="mqtt-listen", listen=f"127.0.0.1:{port}", payload="sparkplug")
        host.until(lambda s: s["state"] == "listening")
        taken = measured(host, port, qos)
        cpu, single = host.stop(), bare_receiver(qos)
        report(f"at the ingest endpoint, QoS {qos}", *taken, cpu,
               lambda rate: f"; bare receiver {single / 1e6:.2f} M single messages/s: {rate / single:.2f} metrics a message")


with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DATA")) as folder:
    if "broker" in WHAT:
        through_broker(folder)
    if "endpoint" in WHAT:
        at_endpoint(folder)
