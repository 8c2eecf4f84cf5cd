# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands around a recording proxy: mosquitto, edge nodes (npm sparkplug-client), the host."""
import json
import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


class Broker:
    def __init__(self, folder):
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.port = free_port()
        conf = pathlib.Path(folder) / f"mosquitto-{self.port}.conf"
        conf.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self.process = subprocess.Popen([program, "-c", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("Bail out! mosquitto does not start")

    def stop(self):
        self.process.kill()
        self.process.wait()


class Lines:
    """A process that is told lines and says lines."""

    def __init__(self, command, **more):
        self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1, **more)
        self.said = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.said.put(line.strip())

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self, seconds=10):
        return self.said.get(timeout=seconds)

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        return self.process.wait(20)


class Edge(Lines):
    def __init__(self, modules, port, group="G", node="N", device="D"):
        super().__init__(["node", HERE / "edge.js", f"mqtt://127.0.0.1:{port}", group, node, device],
                         env={**os.environ, "NODE_PATH": str(modules)})
        self.events = []

    def until(self, test, seconds=10):
        """The next event for which test is true; earlier ones are passed over."""
        end = time.time() + seconds
        while time.time() < end:
            try:
                event = json.loads(self.answer(max(0.05, end - time.time())))
            except queue.Empty:
                break
            self.events.append(event)
            if test(event):
                return event
        return None

    def do(self, order, **more):
        self.tell(json.dumps({"do": order, **more}))
        return self.until(lambda e: e.get("order") == order)

    def born(self, seconds=10):
        return self.until(lambda e: e["event"] == "born", seconds)


class Host(Lines):
    """The live path with a Sparkplug source named "fab"."""

    def __init__(self, program, folder, brokers, **settings):
        self.folder = tempfile.mkdtemp(dir=folder)
        config = pathlib.Path(self.folder) / "sources.json"
        source = {"name": "fab", "door": "sparkplug", "brokers": brokers, "host_id": "h1", "rebirth_spread_ms": 50,
                  "mapping": [{"metric": "OD", "serial": "Serial"}], **settings}
        config.write_text(json.dumps({"sources": [source]}))
        self.database = pathlib.Path(self.folder) / "plant.assay"
        super().__init__([program, self.database, config], stderr=subprocess.DEVNULL)
        if self.answer() != "ready":
            raise SystemExit("Bail out! the host does not start")

    def state(self):
        self.tell("state")
        return json.loads(self.answer())[0]

    def command(self, **order):
        self.tell("command fab " + json.dumps(order))
        return self.answer()

    def node(self, broker=0, name="N"):
        nodes = self.state()["brokers"][broker].get("nodes", [])
        return next((n for n in nodes if n["name"] == name), None)

    def until(self, test, seconds=10):
        """The state once test(state) is true; None after a while."""
        end = time.time() + seconds
        while time.time() < end:
            state = self.state()
            if test(state):
                return state
            time.sleep(0.05)
        return None
