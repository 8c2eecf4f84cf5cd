# SPDX-License-Identifier: GPL-3.0-or-later
"""Three houses, each in a network of its own with a wire to one switch, witness one another.

The networks are namespaces that live as long as this program; it runs in the switch's. Where the
machine does not permit that, it says why and skips. ASSAY_FORKS=100: so many forks are tried (20)."""
import os
import re
import shutil
import subprocess
import sys
import time

INSIDE = "ASSAY_TEST_SWITCH"


def ip(*args):
    subprocess.run(["ip", *args], check=True, capture_output=True)


def why_not():
    absent = [p for p in ("unshare", "nsenter", "ip") if not shutil.which(p)]
    if absent:
        return "not installed: " + ", ".join(absent)
    tried = subprocess.run(["unshare", "-n", "sh", "-c", "ip link add switch type bridge && ip link add port type veth peer name wire"],
                           capture_output=True, text=True)
    return tried.stderr.strip() or "networks cannot be made here" if tried.returncode else None


if INSIDE not in os.environ:
    reason = why_not()
    if reason:
        print(f"1..0 # SKIP {reason}")
        sys.exit()
    os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv], os.environ | {INSIDE: "1"})

from ledger_plant import Plant, forks, key_of  # noqa: E402: the switch's network comes first
from server import PASSWORD, run, wait_for  # noqa: E402

NET, PORT = "10.77.0.", 8080
FORKS = int(os.environ.get("ASSAY_FORKS", "20"))


class House(Plant):
    """A plant behind a wire of its own. Demo logins are for one machine alone."""
    with_demo = False

    def __init__(self, n):
        self.n, self.host, self.own_port = n, f"{NET}{n}", PORT
        own = os.readlink("/proc/self/ns/net")
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "infinity"])
        wait_for(lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != own)
        ip("link", "add", f"port{n}", "type", "veth", "peer", "name", "wire", "netns", str(self.holder.pid))
        ip("link", "set", f"port{n}", "master", "switch", "up")
        self.within = ["nsenter", "-t", str(self.holder.pid), "-n"]
        for command in (("link", "set", "lo", "up"), ("addr", "add", f"{self.host}/24", "dev", "wire"),
                        ("link", "set", "wire", "up")):
            subprocess.run([*self.within, "ip", *command], check=True)
        super().__init__(f"house{n}.test/2026", None, None, "--open-plain")

    def start(self):
        super().start()
        if not self.token:
            code = re.search(r"[0-9a-f]{32}", self.process.stdout.readline())[0]
            self.ask("POST", "/api/v1/invitation", {"code": code, "password": PASSWORD}, token=None)
            self.token = self.token_of("admin")
        return self

    def wire(self, state):
        ip("link", "set", f"port{self.n}", state)

    def close(self):
        super().close()
        self.holder.kill()
        self.holder.wait()


def cosigned(house):
    return house.checkpoint().count("\u2014 ")


def witness_one_another(houses):
    logs = "".join(f"log {key_of(h.keys, 'log')}\n" for h in houses) + "quorum none\n"
    for h in houses:
        h.stop()
        h.set("cosign", logs)
        others = [o for o in houses if o is not h]
        h.set("policy", "".join(f"witness {o.origin.split('.')[0]} {key_of(o.keys, 'witness')} "
                                f"http://{o.host}:{PORT}/witness\n" for o in others)
              + "group all all " + " ".join(o.origin.split(".")[0] for o in others) + "\nquorum all\n")
    for h in houses:
        h.start()


def three_networks():
    "three witnesses in networks of their own cosign one another; every fork of a log is refused"
    ip("link", "set", "lo", "up")
    ip("link", "add", "switch", "type", "bridge")
    ip("addr", "add", f"{NET}254/24", "dev", "switch")
    ip("link", "set", "switch", "up")
    houses = [House(n) for n in (1, 2, 3)]
    try:
        witness_one_another(houses)
        for h in houses:
            h.write("first v=1")
            h.settle()
            wait_for(lambda h=h: cosigned(h) == 3, 40)
        cut_off(houses)
        forks(houses[0], houses[1:], houses[0].settle(), FORKS)
    finally:
        for h in houses:
            h.close()


def cut_off(houses):
    """Nobody cosigns what he was not shown; back on the wire the log is cosigned as it is by then."""
    alone = houses[0]
    for h in houses[1:]:
        h.wire("down")
    before = alone.size()
    alone.write("alone v=1")
    wait_for(lambda: alone.size() > before)
    time.sleep(1)
    assert cosigned(alone) == 1, alone.checkpoint()
    shown = alone.get("/api/v1/ledger", token=None)
    assert not shown["checkpoint"]["quorum"], shown
    for h in houses[1:]:
        h.wire("up")
    wait_for(lambda: cosigned(alone) == 3, 60)


run(three_networks)
