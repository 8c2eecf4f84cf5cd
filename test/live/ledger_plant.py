# SPDX-License-Identifier: GPL-3.0-or-later
"""A plant that keeps a ledger, and a thief who forks it."""
import json
import os
import shutil
import subprocess

from server import ASSAY, Server, wait_for


def assay(*args, ok=True):
    done = subprocess.run([ASSAY, *args], capture_output=True, text=True, timeout=120)
    assert not ok or done.returncode == 0, (args, done)
    return done


def key_of(keys, use):
    return next(k["key"] for k in json.loads(assay("signer", "show", keys, "--json").stdout)["keys"]
                if k["use"] == use and not k["retired"])


class Plant(Server):
    """A server with a ledger; before its first start."""
    with_demo = True

    def __init__(self, origin, policy=None, cosigns=None, *options):
        self.origin = origin
        self.policy, self.cosigns = policy, cosigns
        super().__init__(*options, demo=self.with_demo)

    def make(self):
        assay("init", self.database)
        assay("ledger", "init", self.database, "--origin", self.origin)
        assay("signer", "add", self.database + "-keys", "witness", "w." + self.origin.split("/")[0])

    def start(self):
        if not os.path.exists(self.database):
            self.make()
        super().start()
        return self

    def set(self, action, text):
        """With the server stopped."""
        path = os.path.join(self.home, action)
        with open(path, "w") as f:
            f.write(text)
        assay("ledger", action, self.database, path)

    @property
    def keys(self):
        return self.database + "-keys"

    def checkpoint(self):
        a = self.ask("GET", "/ledger/checkpoint", token=None)
        return a.body.decode() if a.status == 200 else "\n0\n"

    def size(self):
        return int(self.checkpoint().split("\n")[1])

    def records(self):
        done = json.loads(assay("ledger", "status", self.database, "--json").stdout)
        return done["records"]

    def settle(self):
        return wait_for(lambda: self.size() == self.records() and self.size())


def forks(p, witnesses, size, count=100):
    """The thief has key and log, and signs a fork with a state of the signer that was thrown away."""
    refused = 0
    for i in range(count):
        home = os.path.join(p.home, f"fork{i}")
        os.mkdir(home)
        forged = os.path.join(home, "plant.assay")
        assay("init", forged)
        shutil.copy(p.keys, forged + "-keys")
        assay("ledger", "init", forged, "--origin", p.origin)
        assay("specify", forged, "x", "--usl", "1", ok=False)
        path = os.path.join(home, "a.csv")
        with open(path, "w") as f:
            f.write("".join(f"c{k}," for k in range(size + i % 3))[:-1] + "\n" + ",".join("1" for k in range(size + i % 3)) + "\n")
        assay("import", forged, path, "--wide", "--quiet")
        assay("ledger", "sign", forged)
        with open(os.path.join(forged + "-ledger", "checkpoint")) as f:
            note = f.read()
        assert int(note.split("\n")[1]) >= size
        answers = [w.ask("POST", "/witness/add-checkpoint", f"old {size}\n\n{note}".encode(), token=None,
                         headers={"Content-Type": "text/plain"}) for w in witnesses]
        refused += all(a.status in (409, 422) for a in answers)
        shutil.rmtree(home)
    print(f"# {refused} of {count} forks refused")
    assert refused == count
