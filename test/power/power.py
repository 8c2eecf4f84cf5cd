#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts the power under a server that takes measurements: power.py ASSAY PLUGIN CUTS [SEED]

A real ext4 on a loop device on a disk (cutdisk.c) that forgets what was not flushed, but for a random
half of it. Numbered measurements are posted; what was answered with "stored" is noted. Then the
power goes, at a random moment. After each cut the file system is mounted again, and
    the database checks clean, every acknowledged value is there, none is there twice.
One database lives through all cuts. Needs root, /dev/fuse, loop devices, nbdkit, nbdfuse. Prints TAP;
where the machine cannot do it, it says why and skips."""
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

MIB = 1 << 20
PLUG_TRIES = 4
FIRST_ANSWER_S = 20


class Disk:
    """The image, exposed through nbdkit, FUSE and a loop device, mounted."""

    def __init__(self, folder, plugin, seed):
        self.folder, self.plugin, self.seed = folder, plugin, seed
        self.mount = folder / "mnt"
        self.fuse = folder / "fuse"
        self.mount.mkdir()
        self.fuse.mkdir()
        self.image = folder / "disk.img"
        with open(self.image, "wb") as f:
            f.truncate(1024 * MIB) # ample: the journal of live rows is in use
        subprocess.run(["mkfs.ext4", "-q", self.image], check=True)

    def plug_in(self):
        """A busy machine may be slow to bring one of these up: once more, from the beginning."""
        for left in reversed(range(PLUG_TRIES)):
            try:
                return self.bring_up()
            except (TimeoutError, OSError, subprocess.CalledProcessError) as why:
                self.unplug()
                if not left:
                    raise
                print(f"# {why}: again", flush=True)

    def bring_up(self):
        self.kit = self.fuser = self.loop = None
        self.pipe = self.folder / "cut"
        self.pipe.unlink(missing_ok=True)
        os.mkfifo(self.pipe)
        socket = self.folder / "sock"
        socket.unlink(missing_ok=True)
        self.seed += 1
        self.kit = subprocess.Popen(
            ["nbdkit", "-U", socket, "--foreground", self.plugin, f"image={self.image}",
             f"cut={self.pipe}", f"seed={self.seed}"])
        wait_for(lambda: socket.exists() or self.kit.poll() is not None, "nbdkit")
        self.fuser = subprocess.Popen(["nbdfuse", self.fuse, f"nbd+unix:///?socket={socket}"],
                                      stderr=subprocess.DEVNULL)
        if not socket.exists():
            raise OSError("nbdkit did not start")
        wait_for((self.fuse / "nbd").exists, "nbdfuse")
        self.loop = subprocess.run(["losetup", "-f", "--show", self.fuse / "nbd"], check=True,
                                   capture_output=True, text=True).stdout.strip()
        subprocess.run(["mount", self.loop, self.mount], check=True)

    def cut(self):
        with open(self.pipe, "wb") as f:
            f.write(b"x")
        self.kit.wait()

    def unplug(self):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(["umount", "-l", self.mount], **quiet)
        if self.loop:
            subprocess.run(["losetup", "-d", self.loop], **quiet)
        subprocess.run(["fusermount3", "-u", "-z", self.fuse], **quiet)
        for process in filter(None, (self.kit, self.fuser)):
            process.kill()
            process.wait()


def wait_until(is_true, seconds):
    """False: it was not to be."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def wait_for(is_true, what, seconds=20):
    if not wait_until(is_true, seconds):
        raise TimeoutError(f"{what} did not come up")


class Server:
    def __init__(self, assay, database):
        self.process = subprocess.Popen(
            [assay, "serve", database, "--listen", "127.0.0.1:0", "--demo", "--lang", "en"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.token = None
        self.address = self.process.stdout.readline().strip().removeprefix("http://")
        for line in self.process.stdout:
            if line.startswith("demo token:"):
                self.token = line.split()[-1]
                break

    def post(self, numbers):
        """Post one measurement a number; returns the numbers that were acknowledged as stored."""
        body = "".join(json.dumps({"characteristic": "power/value", "value": n, "serial": f"S{n}",
                                   "time": f"2026-01-01T00:00:00.{n % 10**9:09d}Z"}) + "\n"
                       for n in numbers)
        connection = http.client.HTTPConnection(self.address, timeout=5)
        connection.request("POST", "/api/v1/measurements", body,
                           {"Content-Type": "application/x-ndjson",
                            "Authorization": f"Bearer {self.token}"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            return []
        verdicts = json.loads(text)["rows"]
        return [n for n, v in zip(numbers, verdicts) if v["verdict"] in ("stored", "duplicate")]


class Sender(threading.Thread):
    """Posts groups of one to fifty numbers until the server is gone; some groups twice."""

    def __init__(self, server, first, step, seed):
        super().__init__(daemon=True)
        self.server, self.next, self.step = server, first, step
        self.random = random.Random(seed)
        self.acknowledged = set()

    def run(self):
        try:
            while True:
                count = self.random.randint(1, 50)
                numbers = [self.next + i * self.step for i in range(count)]
                self.next += count * self.step
                for _ in range(2 if self.random.random() < 0.1 else 1):
                    self.acknowledged.update(self.server.post(numbers))
        except (OSError, http.client.HTTPException, json.JSONDecodeError, KeyError):
            pass


def stored_numbers(assay, database):
    out = subprocess.run([assay, "export", database, "power/value", "--as", "ndjson"], check=True,
                         capture_output=True, text=True).stdout
    return [int(float(json.loads(line)["value"])) for line in out.splitlines()]


def one_cut(assay, disk, acknowledged, cut, rng):
    database = disk.mount / "plant.assay"
    disk.plug_in()
    try:
        server = Server(assay, database)
        if not server.token:
            return "the server does not start after the cut before"
        senders = [Sender(server, cut * 10**6 + i, 4, rng.random()) for i in range(4)]
        for s in senders:
            s.start()
        wait_until(lambda: any(s.acknowledged for s in senders), FIRST_ANSWER_S)
        time.sleep(rng.uniform(0, 0.9))
        disk.cut()
        server.process.kill()
        server.process.wait()
        for s in senders:
            s.join(10)
            acknowledged |= s.acknowledged
    finally:
        disk.unplug()
    if not acknowledged:
        return None
    disk.plug_in()
    try:
        check = subprocess.run([assay, "check", database, "--lang", "en"], capture_output=True,
                               text=True)
        if check.returncode:
            return f"the check fails: {check.stdout}{check.stderr}"
        there = stored_numbers(assay, database)
    finally:
        disk.unplug()
    if len(there) != len(set(there)):
        return f"{len(there) - len(set(there))} values are there twice"
    lost = acknowledged - set(there)
    return f"{len(lost)} of {len(acknowledged)} acknowledged values are lost" if lost else None


def what_is_missing():
    if os.geteuid() != 0:
        return "not root"
    if not os.path.exists("/dev/fuse") or not os.path.exists("/dev/loop-control"):
        return "no /dev/fuse or no loop devices here"
    absent = [p for p in ("nbdkit", "nbdfuse", "losetup", "mkfs.ext4", "fusermount3")
              if not shutil.which(p)]
    return f"not installed: {', '.join(absent)}" if absent else None


def main():
    assay, plugin, cuts = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    missing = what_is_missing()
    if missing:
        print(f"1..1\nok 1 - power cuts # SKIP {missing}")
        return 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix="assay-power-"))
    rng, acknowledged, failed, early = random.Random(seed), set(), 0, 0
    print(f"1..{cuts}")
    try:
        disk = Disk(folder, plugin, seed)
        for cut in range(1, cuts + 1):
            before = len(acknowledged)
            fault = one_cut(assay, disk, acknowledged, cut, rng)
            early += len(acknowledged) == before
            if not fault and 2 * early > cuts:
                fault = f"{early} cuts came before the first answer"
            failed += bool(fault)
            print("not ok" if fault else "ok", cut, "- after a cut",
                  fault or f"all {len(acknowledged)} acknowledged values are there" +
                  (" (it came before the first answer)" if len(acknowledged) == before else ""), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
