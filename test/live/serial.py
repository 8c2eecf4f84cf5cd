# SPDX-License-Identifier: GPL-3.0-or-later
"""The serial door on a pseudo terminal: values, errors, a device that goes away and comes back."""
import json
import os
import time

from doors import DATA, Gauge, Plant, assay, run

RECORDED = os.path.join(DATA, "gauge/digimatic-ascii-9600-8N1.txt")


def plant(**settings):
    p = Plant(door="serial", device="", **settings)
    p.source["device"] = p.path("gauge")
    p.gauge = Gauge(p.source["device"])
    return p


CHANNELS = {"01": {"characteristic": "Line 1/Thickness", "unit": "um"}, "02": "Line 1/Width"}


def recorded_gauge():
    "a recorded gauge gives its values, and each bad line its reason"
    p = plant(channels=CHANNELS).start()
    try:
        p.wait(lambda d: d["state"] == "connected")
        p.gauge.say(open(RECORDED, newline="").read())
        d = p.wait_stored(14)
        a = d["account"]
        assert a["received"] == 16 and a["stored"] == 14 and a["refused"] == 2, d
        p.stop()
        expected = [row.strip().split(",")[-1] for row in open(os.path.join(DATA, "csv/ccxbar-expected.csv"))][1:11]
        assert values_of(p) == [float(v) for v in expected] + [-0.005, 0.12345, 24.5], values_of(p)
    finally:
        p.close()


def values_of(p):
    rows = [json.loads(line) for line in assay("export", p.database, "Line 1/Thickness", "--as", "ndjson").splitlines()]
    return [row["value"] for row in rows]


def away_and_back():
    "a device that goes away is waited for and read again when it is back"
    p = plant(channels=CHANNELS).start()
    try:
        p.wait(lambda d: d["state"] == "connected")
        p.gauge.say("01A+0024.500\r01A+00")
        p.wait_stored(1)
        p.gauge.unplug()
        d = p.wait(lambda d: d["state"] == "waiting")
        assert "every second" in d["detail"], d
        time.sleep(1.2)
        p.gauge.plug_in()
        p.wait(lambda d: d["state"] == "connected")
        p.gauge.say("01A+0022.400\r")
        d = p.wait_stored(2)
        assert d["account"]["refused"] == 1, d  # half a line
        p.stop()
        assert values_of(p) == [24.5, 22.4], values_of(p)
    finally:
        p.close()


def missing_device():
    "a device that is not there at the start is waited for"
    p = plant(characteristic="Line 1/Thickness", pattern="{sign}{number}", decimal=",")
    try:
        p.gauge.unplug()
        p.start()
        p.wait(lambda d: d["state"] == "waiting")
        p.gauge.plug_in()
        p.wait(lambda d: d["state"] == "connected")
        p.gauge.say("+1,25\r\n-0,5\r\n")
        p.wait_stored(2)
        p.stop()
        assert values_of(p) == [1.25, -0.5], values_of(p)
    finally:
        p.close()


def asked():
    "a device that speaks only when asked is asked, again and again"
    p = plant(channels=CHANNELS, request="GA01\r", request_every_ms=50).start()
    try:
        p.wait(lambda d: d["state"] == "connected")
        for i in range(3):
            assert p.gauge.heard() == "GA01\r"
            p.gauge.say(f"01A+0024.50{i}\r")
            p.wait_stored(i + 1)
            while p.gauge.heard(0.01):
                pass
    finally:
        p.close()


def unknown_channel():
    "a channel without a characteristic is refused and named"
    p = plant(channels=CHANNELS).start()
    try:
        p.wait(lambda d: d["state"] == "connected")
        p.gauge.say("07A+0024.500\r")
        p.wait(lambda d: d["account"]["refused"] == 1)
    finally:
        p.close()


run([recorded_gauge, away_and_back, missing_device, asked, unknown_channel])
