# SPDX-License-Identifier: GPL-3.0-or-later
"""One published data set through the doors of files, serial lines and MTConnect of one server: the series an import gives."""
import json
import os
import shutil
import subprocess
import tempfile
import time

from agent import Agent, expected_rows
from doors import ASSAY, DATA, Gauge, Skip, digest, imported, run

ZONE = "Europe/Berlin"
FOLDERS = {"csv": ["csv/ccxbar-iso.csv"], "german": ["csv/ccxbar-german-cp1252.csv"],
           "aqdef": ["dfq/one-dataset/ccxbar-record-mode.dfq"], "pair": ["dfq/one-dataset/ccxbar.dfd", "dfq/one-dataset/ccxbar.dfx"],
           "qif": ["qif/ccxbar.qif"]}


class Server:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="assay-")
        self.database = self.path("plant.assay")
        self.agent = Agent()
        try:
            self.gauge = Gauge(self.path("gauge"))
        except Skip:
            self.gauge = None

    def path(self, *parts):
        return os.path.join(self.home, *parts)

    def sources(self):
        for name in FOLDERS:
            os.mkdir(self.path(name))
            yield {"name": name, "door": "folder", "path": self.path(name), "under": name, "zone": ZONE, "idle_s": 1, "settle_ms": 30}
        if self.gauge:
            yield {"name": "serial", "door": "serial", "device": self.path("gauge"), "channels": {"01": "serial/Thickness"}}
        yield {"name": "mtconnect", "door": "mtconnect", "url": self.agent.url, "items": {"thk": "mtconnect/Thickness"}, "heartbeat_ms": 200}

    def start(self):
        with open(self.path("config.json"), "w") as out:
            json.dump({"sources": list(self.sources())}, out)
        self.log = open(self.path("log"), "w")
        self.process = subprocess.Popen([ASSAY, "serve", self.database, "--config", self.path("config.json"), "--listen",
                                         "unix:" + self.path("http")], stdout=subprocess.PIPE, stderr=self.log, text=True)
        assert self.process.stdout.readline(), open(self.path("log")).read()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(20) == 0, open(self.path("log")).read()
        self.process.stdout.close()
        self.log.close()

    def accounts(self):
        out = subprocess.run([ASSAY, "sources", self.database, "--json"], capture_output=True, text=True)
        return {s["source"]: s for s in json.loads(out.stdout)["sources"]} if out.returncode == 0 else {}

    def wait(self, wanted):
        end = time.time() + 30
        while True:
            seen = self.accounts()
            if all(seen.get(name, {}).get("stored") == n for name, n in wanted.items()):
                return
            assert time.time() < end, f"{json.dumps(seen)}\n{open(self.path('log')).read()}"
            time.sleep(0.1)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.agent.close()
        shutil.rmtree(self.home)


def feed(server):
    for name, files in FOLDERS.items():
        for f in files:
            shutil.copy(os.path.join(DATA, f), server.path(name + "-part"))
            os.rename(server.path(name + "-part"), server.path(name, os.path.basename(f)))
    for n, ms, utc, serial, subgroup, value in expected_rows()[:10]:
        server.agent.add("thk", value, utc)
        if server.gauge:
            server.gauge.say(f"01A+{float(value):08.3f}\r")


server = Server()


def all_doors():
    "each door stores its part of the data set"
    server.start()
    feed(server)
    server.wait({**{name: 100 for name in FOLDERS}, "mtconnect": 10, **({"serial": 10} if server.gauge else {})})
    server.stop()


def path_of(name):
    from doors import paths
    return next(p for p in paths(server.database) if p.startswith(name + "/"))


def folders_give_imports():
    "folders of CSV, AQDEF and QIF give the series digest of an import"
    for name, files in FOLDERS.items():
        wanted = list(imported(os.path.join(DATA, files[0]), args=("--zone", ZONE)).values())
        assert [digest(server.database, path_of(name))] == wanted, name


def folders_agree():
    "forms with times, serials and subgroups agree with each other, and all in their values"
    assert len({digest(server.database, path_of(name)) for name in ("csv", "german", "aqdef", "pair")}) == 1
    assert len({digest(server.database, path_of(name), "values") for name in FOLDERS}) == 1


def first_ten():
    "the first ten values through a gauge and an agent are those of an import"
    ten = server.path("ten.csv")
    with open(ten, "w") as out:
        out.write("time,value\n" + "".join(f"{r[2]},{r[5]}\n" for r in expected_rows()[:10]))
    assert [digest(server.database, "mtconnect/Thickness")] == list(imported(ten).values())
    if not server.gauge:
        raise Skip("the gauge: no pseudo-terminals here")
    with open(ten, "w") as out:  # a gauge says more digits, and no times
        out.write("time,value\n" + "".join(f"{r[2]},{float(r[5]):.3f}\n" for r in expected_rows()[:10]))
    assert [digest(server.database, "serial/Thickness", "values")] == list(imported(ten, kind="values").values())


try:
    run([all_doors, folders_give_imports, folders_agree, first_ten])
finally:
    server.close()
