# SPDX-License-Identifier: GPL-3.0-or-later
"""A plant with doors and without a server, for tests: door_host, and what `assay` says of the database."""
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
import tty

HOST, ASSAY = sys.argv[1], sys.argv[2]
DATA = os.environ["ASSAY_TEST_DATA"]


class Plant:
    """A folder with a database; the host can be started, killed and started again."""

    def __init__(self, **source):
        self.home = tempfile.mkdtemp(prefix="assay-")
        self.database = os.path.join(self.home, "plant.assay")
        self.config = os.path.join(self.home, "config.json")
        self.process = None
        self.source = {"name": "s1", **source}

    def path(self, *parts):
        return os.path.join(self.home, *parts)

    def start(self):
        with open(self.config, "w") as out:
            json.dump({"sources": [self.source]}, out)
        self.errors = open(self.path("log"), "a")
        self.process = subprocess.Popen([HOST, self.database, self.config], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, text=True)
        assert self.process.stdout.readline() == "ready\n", self.log()
        return self

    def describe(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())[0]

    def account(self):
        return self.describe()["account"]

    def wait(self, what, seconds=20):
        """Until what(description) is true; the description."""
        end = time.time() + seconds
        while True:
            d = self.describe()
            if what(d):
                return d
            if time.time() > end:
                raise AssertionError(f"waited too long; the source says {json.dumps(d)}\n{self.log()}")
            time.sleep(0.02)

    def wait_stored(self, n, seconds=20):
        return self.wait(lambda d: d["account"]["stored"] >= n, seconds)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def stop(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0, self.log()
        self.process.stdout.close()

    def log(self):
        with open(self.path("log")) as text:
            return text.read()

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.errors.close()
        shutil.rmtree(self.home)


class Skip(Exception):
    """The machine cannot show it; says why."""


class Gauge:
    """A device behind a name that stays, as adapters have below /dev/serial/by-id."""

    def __init__(self, name):
        self.name = name
        self.plug_in()

    def plug_in(self):
        try:
            self.master, slave = pty.openpty()
        except OSError as error:
            raise Skip("no pseudo-terminals here") from error
        tty.setraw(slave)
        os.symlink(os.ttyname(slave), self.name + ".new")
        os.rename(self.name + ".new", self.name)
        os.close(slave)

    def say(self, text):
        os.write(self.master, text.encode())

    def heard(self, seconds=5):
        return os.read(self.master, 100).decode() if select.select([self.master], [], [], seconds)[0] else ""

    def unplug(self):
        os.unlink(self.name)
        os.close(self.master)


def assay(*args):
    return subprocess.run([ASSAY, *args], check=True, capture_output=True, text=True).stdout


def paths(database):
    return [c["path"] for c in json.loads(assay("list", database, "--json"))["characteristics"]]


def digest(database, path, kind="series"):
    return json.loads(assay("show", database, path, "--json"))["digest"][kind]


def digests(database, kind="series"):
    return {path: digest(database, path, kind) for path in paths(database)}


def imported(*files, args=(), kind="series"):
    """Digests of the same files through `assay import`."""
    home = tempfile.mkdtemp(prefix="assay-")
    try:
        database = os.path.join(home, "i.assay")
        assay("import", database, *files, *args, "-q")
        return digests(database, kind)
    finally:
        shutil.rmtree(home)


def run(tests):
    """TAP; a test's docstring is its sentence."""
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {test.__doc__}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {test.__doc__} # SKIP {reason}", flush=True)
        except Exception as error:  # a test must not end the others
            failed += 1
            print(f"not ok {number} - {test.__doc__}")
            for line in f"{type(error).__name__}: {error}".splitlines():
                print("#", line, flush=True)
    sys.exit(failed > 0)
