# SPDX-License-Identifier: GPL-3.0-or-later
"""An operator's order: from the command line through the server to an edge node, recorded."""
import json
import os
import shutil
import socket
import subprocess
import tempfile

from server import ASSAY, Server, run, wait_for

HOME = tempfile.mkdtemp(prefix="assay-")
with socket.create_server(("127.0.0.1", 0)) as free:
    PORT = free.getsockname()[1]
S = None


def listening():
    try:
        return socket.create_connection(("127.0.0.1", PORT)) is not None
    except OSError:
        return False


def order(*words, why="its births are gone"):
    return subprocess.run([ASSAY, "--lang", "en", "source", "command", S.address, "cells", *words, "--why", why],
                          env={**os.environ, "ASSAY_TOKEN": S.token}, capture_output=True, text=True)


REBIRTH = ("group=G", "node=N", "metric=Node Control/Rebirth", "type=Boolean", "value=true")


def orders(kind):
    return [json.loads(r["payload"]) if isinstance(r["payload"], str) else r["payload"]
            for r in S.get(f"/api/v1/records?type={kind}")["records"]]


def reaches_the_node():
    "an order reaches the node's topic, and the record says who ordered what and why"
    sub = subprocess.Popen(["stdbuf", "-oL", "mosquitto_sub", "-p", str(PORT), "-t", "spBv1.0/G/NCMD/N", "-F", "%x", "-C", "1", "-d"],
                           stdout=subprocess.PIPE, text=True, bufsize=1)
    for line in sub.stdout:
        if "SUBACK" in line:
            break
    assert order(*REBIRTH).returncode == 0
    heard = [line.strip() for line in sub.stdout]
    assert sub.wait(20) == 0
    payload = next(bytes.fromhex(line) for line in heard if line and all(c in "0123456789abcdef" for c in line))
    assert b"Node Control/Rebirth" in payload, payload
    made, = orders("source.ordered")
    assert made["why"] == "its births are gone" and made["source"] == "cells" and made["order"]["node"] == "N", made


def says_what_is_wrong():
    "an order without a reason, for no source, or of a wrong type is refused in words; a failure is a record"
    assert "why is missing" in order(*REBIRTH, why="").stderr
    wrong = order("group=G", "node=N", "metric=x", "type=Int33", "value=1")
    assert wrong.returncode == 1 and "Int33" in wrong.stderr, wrong
    failed, = orders("source.order-failed")
    assert "Int33" in failed["error"], failed
    answer = S.ask("POST", "/api/v1/sources/none/commands?why=x", {})
    assert answer.status == 404, answer


def needs_the_broker():
    "an order that cannot go out is not said to be on its way"
    BROKER.kill()
    BROKER.wait()
    wait_for(lambda: not S.get("/api/v1/sources/cells")["source"]["brokers"][0]["online"])
    late = order(*REBIRTH)
    assert late.returncode == 1 and "409" in late.stderr, late


with open(os.path.join(HOME, "conf"), "w") as out:
    out.write(f"listener {PORT} 127.0.0.1\nallow_anonymous true\n")
BROKER = subprocess.Popen([shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", os.path.join(HOME, "conf")],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    wait_for(listening)
    with open(os.path.join(HOME, "config.json"), "w") as out:
        json.dump({"sources": [{"name": "cells", "door": "sparkplug", "brokers": [{"host": "127.0.0.1", "port": PORT}]}]}, out)
    S = Server("--config", os.path.join(HOME, "config.json"))
    wait_for(lambda: S.get("/api/v1/sources/cells")["source"]["brokers"][0]["online"])
    run(reaches_the_node, says_what_is_wrong, needs_the_broker)
finally:
    if S:
        S.close()
    BROKER.kill()
    BROKER.wait()
    shutil.rmtree(HOME)
