# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger of a running plant: every record signed soon, receipts for everybody, three servers
witnessing one another, forks and restored states refused, people forgotten without a trace."""
import base64
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time

from ledger_plant import Plant, assay, forks, key_of
from server import ASSAY, run, wait_for

P = Plant("plant.test/2026")


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(a, b):
    return hashlib.sha256(b"\1" + a + b).digest()


def tree_root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node(tree_root(leaves[:k]), tree_root(leaves[k:]))


def depth(m, n):
    """How many hashes prove entry m of n."""
    if n == 1:
        return 0
    k = 1 << (n - 1).bit_length() - 1
    return 1 + (depth(m, k) if m < k else depth(m - k, n - k))


def path_of(n, width):
    text = f"{n % 1000:03d}"
    while n >= 1000:
        n //= 1000
        text = f"x{n % 1000:03d}/" + text
    return text + (f".p/{width}" if width < 256 else "")


def entries_of(plant, size):
    """From the public files alone."""
    found = []
    while len(found) < size:
        n, width = len(found) // 256, min(256, size - len(found) // 256 * 256)
        a = plant.ask("GET", f"/ledger/tile/entries/{path_of(n, width)}", token=None)
        assert a.status == 200, (n, width, a)
        at = 0
        while at < len(a.body):
            length = int.from_bytes(a.body[at:at + 2], "big")
            found.append(a.body[at + 2:at + 2 + length])
            at += 2 + length
    return found


def all_is_signed():
    "every record is in a signed tree soon, and the public files give its root"
    for i in range(30):
        assert P.write("".join(f"m{i}_{k} v=1\n" for k in range(30))).status == 204
    size = P.settle()
    assert size > 900
    text = P.checkpoint().split("\n")
    entries = entries_of(P, size)
    assert base64.b64encode(tree_root([leaf(e) for e in entries])).decode() == text[2]
    first = json.loads(entries[0])
    assert set(first) <= {"actor", "commit", "id", "object", "prev", "tenant", "time", "type", "v"}
    assert P.ask("GET", "/ledger/tile/0/../../checkpoint", token=None).status == 404
    assert P.ask("GET", "/ledger/tile/0/00.p/1", token=None).status == 404


def receipts_for_all():
    "a receipt by HTTP verifies offline; with its payload it is for auditors"
    size = P.settle()
    policy = os.path.join(P.home, "trust")
    with open(policy, "w") as f:
        f.write(f"log {key_of(P.keys, 'log')}\nquorum none\n")
    path = os.path.join(P.home, "receipt")
    for index in random.sample(range(size), 10):
        a = P.ask("GET", f"/api/v1/ledger/entries/{index}/receipt", token=None)
        assert a.status == 200, a
        assert P.ask("GET", f"/api/v1/ledger/records/{index + 1}/receipt", token=None).status == 401
        b = P.ask("GET", f"/api/v1/ledger/records/{index + 1}/receipt")
        assert b.status == 200, b
        whole = P.ask("GET", f"/api/v1/ledger/records/{index + 1}/receipt?texts=1")
        for text, state, lacks in ((a.body, "absent", None), (b.body, "proven", True), (whole.body, "proven", False)):
            with open(path, "wb") as f:
                f.write(text)
            seen = json.loads(assay("verify", path, "--policy", policy, "--json").stdout)
            assert seen["verdict"] == "proven" and seen["index"] == index and seen["payload_state"] == state, seen
            assert lacks is None or bool(seen["withheld"]) == lacks, seen
            said = P.ask("POST", "/api/v1/ledger/verify", text, token=None, headers={"Content-Type": "text/plain"})
            assert said.status == 200 and said.json()["verdict"] == "proven" and said.json()["payload_state"] == state, said
            assert lacks is None or said.json()["withheld"] == seen["withheld"], said
        broken = a.body.replace(b"index ", b"index 1")
        said = P.ask("POST", "/api/v1/ledger/verify", broken, token=None, headers={"Content-Type": "text/plain"}).json()
        assert said["verdict"] == "refused" and said["why"], said
        e = P.get(f"/api/v1/ledger/entries/{index}", token=None)
        assert e["index"] == index and json.loads(e["entry"])["v"] == 1 and len(e["proof"]) == depth(index, e["checkpoint"]["size"])
    assert P.ask("GET", f"/api/v1/ledger/records/{size + 50}/receipt").status == 404


def soon():
    "from a request to the signed checkpoint (told, not judged: the machine may be busy)"
    waits = []
    for i in range(100):
        size, began = P.size(), time.time()
        assert P.write(f"soon{i} v=1").status == 204
        while P.size() == size:
            pass
        waits.append((time.time() - began) * 1000)
    waits.sort()
    print(f"# p50 {waits[50]:.1f} ms, p99 {waits[99]:.1f} ms, with the two requests that measure it")


def kills():
    "kill -9 at any moment: what was acknowledged is in the next tree, which continues the last one"
    lost = 0
    policy = os.path.join(P.home, "trust")
    for round in range(8):
        promised, until = [], time.time() + random.uniform(0.05, 0.6)
        while time.time() < until:
            name = f"kill{round}_{len(promised)}"
            if P.write(f"{name} v=1").status == 204:
                promised.append(name)
        before = P.checkpoint()
        P.stop(signal.SIGKILL)
        P.start()
        size = P.settle()
        assert size >= int(before.split("\n")[1])
        entries = [leaf(e) for e in entries_of(P, size)]
        n = int(before.split("\n")[1])
        assert base64.b64encode(tree_root(entries[:n])).decode() == before.split("\n")[2], "contradiction"
        done = json.loads(assay("log", P.database, "--json").stdout)
        text = json.dumps(done)
        lost += sum(f'"{name}"' not in text and name not in text for name in promised)
    assert lost == 0, lost
    assert json.loads(assay("ledger", "verify", P.database, "--json").stdout)["clean"]


def three_witnesses():
    "three servers witness one another; a forked log is refused 100 of 100"
    plants = [P] + [Plant(f"other{i}.test/2026") for i in range(2)]
    try:
        for p in plants:
            p.stop()
        logs = "".join(f"log {key_of(p.keys, 'log')}\n" for p in plants) + "quorum none\n"
        for p in plants:
            p.set("cosign", logs)
        ports = {}
        for p in plants:  # fixed ports from now on: the policies name them
            p.options += []
            p.start()
            ports[p] = p.port
            p.stop()
        for p in plants:
            others = [q for q in plants if q is not p]
            p.set("policy", "".join(f"witness {q.origin.split('.')[0]} {key_of(q.keys, 'witness')} "
                                    f"http://127.0.0.1:{ports[q]}/witness\n" for q in others)
                  + "group all all " + " ".join(q.origin.split(".")[0] for q in others) + "\nquorum all\n")
        fixed(plants, ports)
        size = P.settle()
        wait_for(lambda: P.checkpoint().count("\u2014 ") == 3, 40)
        shown = P.get("/api/v1/ledger", token=None)["checkpoint"]
        assert shown["quorum"] and all(w["cosigned"] for w in shown["witnesses"]), shown
        receipt = P.ask("GET", "/api/v1/ledger/entries/3/receipt", token=None).body.decode()
        assert receipt.count("\u2014 ") == 3
        forks(P, plants[1:], size)
        restored(P, plants, ports)
    finally:
        for p in plants[1:]:
            p.close()


def fixed(plants, ports):
    for p in plants:
        p.process = None
        start_at(p, ports[p])


def start_at(p, port):
    p.errors = open(os.path.join(p.home, "log"), "a")
    p.process = subprocess.Popen([ASSAY, "serve", p.database, "--listen", f"127.0.0.1:{port}", "--demo"],
                                 stdout=subprocess.PIPE, stderr=p.errors, text=True)
    p.address = p.process.stdout.readline().strip()
    assert p.address.startswith("http"), open(os.path.join(p.home, "log")).read()[-2000:]
    p.port = port
    p.said = [p.process.stdout.readline(), p.process.stdout.readline()]
    p.token = p.said[1].split()[-1]


def restored(p, plants, ports):
    """Database, log and signer's state of yesterday: nothing is signed behind what witnesses saw."""
    p.stop()
    saved = os.path.join(p.home, "saved")
    os.mkdir(saved)
    for name in os.listdir(p.home):
        if name.startswith("plant.assay"):
            (shutil.copytree if os.path.isdir(os.path.join(p.home, name)) else shutil.copy)(
                os.path.join(p.home, name), os.path.join(saved, name))
    start_at(p, ports[p])
    for i in range(5):
        p.write(f"later{i} v=1")
    size = p.settle()
    wait_for(lambda: p.checkpoint().count("\u2014 ") == 3, 40)
    p.stop()
    for name in os.listdir(saved):
        path = os.path.join(p.home, name)
        (shutil.rmtree if os.path.isdir(path) else os.remove)(path)
        shutil.move(os.path.join(saved, name), path)
    start_at(p, ports[p])
    p.write("forgotten v=1")
    trouble = wait_for(lambda: p.get("/api/v1/ledger", token=None)["trouble"])
    assert "has seen" in trouble, trouble
    time.sleep(1)
    assert p.size() < size
    p.stop()


def signer_apart():
    "with the keys in a process of its own: when it is killed nothing is signed, when it is back everything is"
    p = Plant.__new__(Plant)
    p.origin, p.home = "apart.test/2026", tempfile.mkdtemp(prefix="assay-")
    p.database, p.options = os.path.join(p.home, "plant.assay"), ["--demo"]
    keys, where = os.path.join(p.home, "vault"), os.path.join(p.home, "socket")
    keeper = None

    def keep():
        k = subprocess.Popen([ASSAY, "signer", "run", keys, "--socket", where], stdout=subprocess.PIPE, text=True)
        assert k.stdout.readline().strip() == where
        return k

    try:
        assay("signer", "add", keys, "log", p.origin)
        keeper = keep()
        assay("init", p.database)
        assay("ledger", "init", p.database, "--origin", p.origin, "--signer", "unix:" + where)
        p.start()
        p.write("a v=1")
        size = p.settle()
        with open(f"/proc/{keeper.pid}/status") as f:
            assert "Seccomp:\t2" in f.read() or "build-san" in os.path.realpath(ASSAY)
        keeper.kill()
        keeper.wait()
        assert p.write("b v=1\nc v=1").status == 204
        trouble = wait_for(lambda: p.get("/api/v1/ledger", token=None)["trouble"])
        assert "cannot be reached" in trouble or "no answer" in trouble, trouble
        assert p.size() == size
        keeper = keep()
        assert p.settle() > size
        assert p.get("/api/v1/ledger", token=None)["trouble"] == ""
    finally:
        if keeper:
            keeper.kill()
        p.close()


IDENTIFIERS = [f"Zq{random.getrandbits(48):012x}" for _ in range(20)]


def scan(home):
    found = set()
    for folder, _, names in os.walk(home):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                data = f.read()
            found |= {i for i in IDENTIFIERS if i.encode() in data or i.lower().encode() in data}
    return found


def forgotten():
    "of 20 people that are erased no trace is left in database, log or files; the proofs still hold"
    p = Plant("erasing.test/2026")
    try:
        for i in IDENTIFIERS:
            made = p.ask("PUT", f"/api/v1/people/{i.lower()}",
                         {"name": i, "grants": "operator", "password": "correct horse battery", "why": f"hired {i}"},
                         headers={"If-None-Match": "*"})
            assert made.status == 204, made
        size = p.settle()
        before = {n: p.ask("GET", f"/api/v1/ledger/entries/{n}/receipt", token=None).body for n in range(size)}
        assert scan(p.home) == set(IDENTIFIERS)
        for i in IDENTIFIERS:
            assert p.ask("DELETE", f"/api/v1/people/{i.lower()}").status == 204
        p.settle()
        policy = os.path.join(p.home, "trust")
        with open(policy, "w") as f:
            f.write(f"log {key_of(p.keys, 'log')}\nquorum none\n")
        path = os.path.join(p.home, "receipt")
        erased = 0
        for n, old in before.items():
            now = p.ask("GET", f"/api/v1/ledger/records/{n + 1}/receipt").body
            for text in (old, now):
                with open(path, "wb") as f:
                    f.write(text)
                seen = json.loads(assay("verify", path, "--policy", policy, "--json").stdout)
                assert seen["verdict"] == "proven", seen
            erased += seen["payload_state"] == "erased"
        os.remove(path)
        p.stop()
        assert json.loads(assay("ledger", "verify", p.database, "--json").stdout)["clean"]
        left = scan(p.home)
        print(f"# {erased} payloads are answered \"erased\"; {len(left)} of 20 identifiers left")
        assert not left, left
        assert erased >= 20, erased
    finally:
        p.close()


try:
    run(all_is_signed, receipts_for_all, soon, kills, three_witnesses, signer_apart, forgotten)
finally:
    P.close()
