#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts the power under a server that keeps a ledger: power_ledger.py ASSAY PLUGIN CUTS [SEED]

Database, log, keys and the signer's memory stand on the disk of power.py. Names nobody has used are
posted, so that each answer promises a record; another thread asks for the checkpoint and notes every
one that it is shown. Then the power goes. After each cut
    the database and the log check clean, every promised record is an entry under a signed tree,
    every checkpoint that was ever shown is a beginning of that tree.
One ledger lives through all cuts."""
import base64
import hashlib
import http.client
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from power import FIRST_ANSWER_S, Disk, Server, wait_until, what_is_missing

ORIGIN = "power.test/log"


class Prober(threading.Thread):
    """Does something over and over until the server is gone."""

    def __init__(self, act):
        super().__init__(daemon=True)
        self.act = act

    def run(self):
        try:
            while True:
                self.act()
        except (OSError, http.client.HTTPException, ValueError, IndexError):
            pass


class Watch:
    """What one life of a server has promised and shown."""

    def __init__(self, server, cut):
        self.server, self.cut, self.next = server, cut, 0
        self.promised, self.shown = set(), {}
        self.lock = threading.Lock()

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.server.address, timeout=5)
        connection.request(method, path, body, {"Authorization": f"Bearer {self.server.token}"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, text

    def post(self):
        with self.lock:
            first, self.next = self.next, self.next + random.randint(1, 4)
            names = [f"cut{self.cut}_{n}" for n in range(first, self.next)]
        if self.ask("POST", "/api/v1/write", "".join(f"{n} v=1\n" for n in names))[0] == 204:
            self.promised.update(names)

    def look(self):
        status, text = self.ask("GET", "/ledger/checkpoint")
        if status == 200:
            lines = text.decode().split("\n")
            self.shown.setdefault(int(lines[1]), set()).add(lines[2])


def roots(leaves, sizes):
    """Merkle roots (RFC 6962) of the first n leaves, for each n of `sizes`."""
    edge, found = [], {}
    for n, leaf in enumerate(leaves, 1):
        edge.append(leaf)
        size = n
        while size % 2 == 0:
            right = edge.pop()
            edge[-1] = hashlib.sha256(b"\1" + edge[-1] + right).digest()
            size //= 2
        if n in sizes:
            root = edge[-1]
            for left in reversed(edge[:-1]):
                root = hashlib.sha256(b"\1" + left + root).digest()
            found[n] = base64.b64encode(root).decode()
    return found


def leaves_of(folder, size):
    """Leaf hashes of the exported bundles."""
    found = []
    for n in range((size + 255) // 256):
        width = min(256, size - 256 * n)
        name = f"{n % 1000:03d}" if n < 1000 else f"x{n // 1000:03d}/{n % 1000:03d}"
        text = (folder / "tile/entries" / (name if width == 256 else f"{name}.p/{width}")).read_bytes()
        at = 0
        while at < len(text):
            length = int.from_bytes(text[at:at + 2], "big")
            found.append(hashlib.sha256(b"\0" + text[at + 2:at + 2 + length]).digest())
            at += 2 + length
    return found


def assay_run(assay, *args):
    done = subprocess.run([assay, *args, "--lang", "en"], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, args))}: {done.stdout}{done.stderr}".strip())
    return done.stdout


def judge(assay, database, promised, shown, copy):
    """What is wrong after a cut; None: nothing."""
    try:
        assay_run(assay, "check", database)
        assay_run(assay, "ledger", "sign", database, "--quiet")
        clean = json.loads(assay_run(assay, "ledger", "verify", database, "--json"))
        log = assay_run(assay, "log", database, "--json")
        shutil.rmtree(copy, ignore_errors=True)
        assay_run(assay, "ledger", "export", database, copy, "--quiet")
    except AssertionError as e:
        return str(e)
    if not clean["clean"] or clean["signed"] != clean["records"]:
        return f"the log is not whole: {clean}"
    size = int((copy / "checkpoint").read_text().split("\n")[1])
    lost = len(promised - names_in(log))
    if lost:
        return f"{lost} of {len(promised)} promised records are lost"
    if max(shown, default=0) > size:
        return f"a checkpoint of {max(shown)} entries was shown, the log has {size}"
    right = roots(leaves_of(copy, size), shown)
    contradicted = sum(1 for n, texts in shown.items() if texts != {right[n]})
    return f"{contradicted} checkpoints are contradicted" if contradicted else None


def names_in(log):
    """Every word that a record says: names of characteristics stand among them."""
    return set(log.replace('"', " ").replace("/", " ").replace(".", " ").split())


def one_cut(assay, disk, promised, shown, cut, rng, copy):
    database = disk.mount / "plant.assay"
    disk.plug_in()
    try:
        if not database.exists():
            assay_run(assay, "init", database)
            assay_run(assay, "ledger", "init", database, "--origin", ORIGIN)
        server = Server(assay, database)
        watch = Watch(server, cut)
        probers = [Prober(watch.post), Prober(watch.post), Prober(watch.look)]
        for p in probers:
            p.start()
        wait_until(lambda: watch.promised and watch.shown, FIRST_ANSWER_S)
        time.sleep(rng.uniform(0, 0.9))
        disk.cut()
        server.process.kill()
        server.process.wait()
        for p in probers:
            p.join(10)
        promised |= watch.promised
        for size, texts in watch.shown.items():
            shown.setdefault(size, set()).update(texts)
    finally:
        disk.unplug()
    disk.plug_in()
    try:
        return judge(assay, database, promised, shown, copy)
    finally:
        disk.unplug()


def main():
    assay, plugin, cuts = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    missing = what_is_missing()
    if missing:
        print(f"1..1\nok 1 - power cuts under a ledger # SKIP {missing}")
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="assay-power-ledger-"))
    rng, promised, shown, failed = random.Random(seed), set(), {}, 0
    print(f"1..{cuts}")
    try:
        disk = Disk(folder, plugin, seed)
        for cut in range(1, cuts + 1):
            fault = one_cut(assay, disk, promised, shown, cut, rng, folder / "copy")
            failed += bool(fault)
            print("not ok" if fault else "ok", cut, "- after a cut", fault or f"all {len(promised)} promised records"
                  f" are signed, all {len(shown)} checkpoints shown are its beginnings", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
