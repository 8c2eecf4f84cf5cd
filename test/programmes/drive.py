# SPDX-License-Identifier: GPL-3.0-or-later
"""A programme's desk driven through the real binary: parties, cases, rounds, evidence; and TAP.

    with Desk(program) as d:
        d.publish("kr-suggestion")
        idea = d.open("kr.suggestion", "haneul")
        d.fill(idea, "idea", {...}, by="haneul")
"""
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


sys.path.insert(0, str(ROOT / "test" / "cli"))
from schema import faults  # noqa: E402

ACTS = set("open fill seal score final vote sign done exam close decide object answer appeal hearing withdraw note name "
           "assign observe pay claim_back renew suspend reinstate revoke".split())
SCHEMAS = {}


def holds(verb, action, answer):
    """Every answer of a programme's verb keeps to its schema in docs/schema, where there is one."""
    name = ("case-act" if verb == "case" and action in ACTS else "case-list" if action in ("queue", "due") else
            "meeting-show" if verb == "meeting" and action != "list" else "verify" if verb == "verify" else f"{verb}-{action}")
    if name not in SCHEMAS:
        path = ROOT / "docs" / "schema" / f"{name}.json"
        SCHEMAS[name] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    wrong = faults(answer, SCHEMAS[name]) if SCHEMAS[name] else []
    assert not wrong, f"{name}.json: {wrong[:5]}"
    return answer


class Refused(Exception):
    """The program said no; its words are the message."""


class Desk:
    def __init__(self, program):
        self.program, self.parties, self.clock = program, {}, "2026-03-02T09:00:00Z"
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "plant.assay")

    def __enter__(self):
        self.run("init", self.path)
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    # -- the binary ---------------------------------------------------------------------------------

    def run(self, *words):
        done = subprocess.run([self.program, *map(str, words)], text=True, capture_output=True,
                              timeout=120, env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"})
        if done.returncode:
            raise Refused(f"{' '.join(map(str, words))[:300]}: [{done.returncode}] {done.stderr.strip()}")
        return done.stdout

    def ask(self, verb, action, *words, by=None, view=None):
        options = ["--json", "--on", self.clock]
        options += ["--as-party", by] if by else []
        options += ["--view", view] if view else []
        out = self.run(verb, action, self.path, *words, *options)
        return holds(verb, action, json.loads(out)) if out.strip() else {}

    def on(self, day):
        self.clock = f"{day}T09:00:00Z"
        return self

    # -- parties --------------------------------------------------------------------------------------

    def party(self, account, kind="person", **fields):
        said = {"kind": kind, "name": fields.pop("name", f"{account} 홍"), **fields}
        said["account" if kind == "person" else "code"] = account
        self.parties[account] = self.ask("party", "add", json.dumps(said))["party"]
        return account

    def appoint(self, account, scheme, role, **more):
        if account not in self.parties:
            self.party(account)
        self.ask("party", "appoint", account, json.dumps({"scheme": scheme, "role": role, **more}))

    def appoint_all(self, scheme, roles):
        """{"judge": 5, "desk": 1}: accounts judge1 ... judge5, desk1."""
        for role, count in roles.items():
            for i in range(count):
                self.appoint(f"{role}{i + 1}", scheme, role, trained="2026-01-05")

    # -- cases ----------------------------------------------------------------------------------------

    def publish(self, name, *changes):
        """A scheme that ships; with some of its examples changed, each {old: new}."""
        path = ROOT / "schemes" / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, old
            text, path = text.replace(old, new), pathlib.Path(self.folder.name) / f"{name}.yaml"
        if changes:
            path.write_text(text, encoding="utf-8")
        self.ask("round", "publish", path)

    def open(self, scheme, party, by=None, **more):
        said = {"scheme": scheme, "party": party, **more}
        return self.ask("case", "open", json.dumps(said), by=by or party)["case"]

    def act(self, case, act, said=None, by=None):
        return self.ask("case", act, case, json.dumps(said or {}), by=by)

    def fill(self, case, form, values, by):
        return self.act(case, "fill", {"form": form, "values": values, "seal": True}, by)

    def show(self, case, view=None, by=None):
        return self.ask("case", "show", case, by=by, view=view)

    def stage(self, case):
        return self.show(case).get("stage")

    def assign(self, case, *accounts):
        return self.act(case, "assign", {"judges": [self.parties[a] for a in accounts]})

    def score(self, case, scores, by, **more):
        return self.act(case, "score", {"scores": scores, "final": True, **more}, by)

    def replays(self, case):
        return self.ask("case", "replay", case)["differ"] == 0

    # -- evidence --------------------------------------------------------------------------------------

    def measure(self, path="line 1/bore", before=10.0, after=9.6, n=60):
        """Two months of readings of a stable process whose mean moves."""
        rows = ["time,characteristic,value"]
        chance = random.Random(7)
        for month, mean in (("2026-01", before), ("2026-02", after)):
            for i in range(n):
                value = mean + (sum(chance.random() for _ in range(12)) - 6) / 10
                rows.append(f"{month}-{1 + i // 3:02}T{8 + i % 3 * 4:02}:00:00Z,{path},{value:.3f}")
        csv = os.path.join(self.folder.name, "bore.csv")
        pathlib.Path(csv).write_text("\n".join(rows) + "\n")
        self.run("import", self.path, csv, "-q")
        return path

    def seal(self, case, field, path="line 1/bore", **claim):
        said = {"claim": "mean", "better": "lower", **claim}
        words = [f"{k}={v}" for k, v in said.items() if v is not None]
        out = self.run("evidence", "seal", self.path, path, "before=2026-01-01..2026-02-01",
                       "after=2026-02-01..2026-03-01", *words, "--case", case, "--field", field,
                       "--by-whom", "kim", "--json")
        return holds("evidence", "seal", json.loads(out))


# -- TAP -------------------------------------------------------------------------------------------------

def play(*tests):
    """Runs each test(Desk); its name is the sentence."""
    only = os.environ.get("ONLY", "")  # a part of a name, to look at one
    tests = [t for t in tests if only in t.__name__]
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        try:
            with Desk(os.environ.get("ASSAY") or sys.argv[1]) as desk:
                test(desk)
            print("ok", number, "-", name)
        except (AssertionError, Refused, KeyError) as wrong:
            failed += 1
            print("not ok", number, "-", name)
            print("#", re.sub(r"\n", "\n# ", f"{type(wrong).__name__}: {wrong}"))
    sys.exit(failed > 0)


def same(found, expected):
    assert found == expected, f"found {found!r}, expected {expected!r}"


def refused(call, words):
    try:
        call()
    except Refused as told:
        assert words in str(told), f"{words!r} is not in: {told}"
        return
    raise AssertionError(f"not refused: {words}")
