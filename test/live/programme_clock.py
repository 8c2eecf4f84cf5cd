# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's own clock: what is due happens, once, whatever kills the server; one bad case holds up no other."""
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import time

from server import ASSAY, Server, run, wait_for

S = Server()
CASES = 60
# A form that is due after a day, with a reminder after three quarters of it; who is late is suspended.
SCHEME = b"""
scheme: x.clock
rev: "1"
name: {ko: clock, en: clock, zh: clock}
case: person
cycle: {every: open}
role:
  person: {is: case, name: {ko: p, en: p, zh: p}}
form:
  word: {name: {ko: w, en: w, zh: w}, fields: {text: {type: text, need: yes, name: {ko: t, en: t, zh: t}}}}
stage:
  - {id: wait, who: person, form: word, due: 1d, late: suspend}
"""


def cli(*words, **more):
    done = subprocess.run([ASSAY, *words], capture_output=True, text=True, **more)
    assert done.returncode == 0, (words, done.stderr)
    return json.loads(done.stdout) if "--json" in words and done.stdout.strip() else None


def records(type_):
    """Number of records of a type for each object."""
    db = sqlite3.connect(f"file:{S.database}?mode=ro", uri=True)
    found = dict(db.execute("SELECT hex(object), count(*) FROM record WHERE type = ? GROUP BY object", (type_,)))
    db.close()
    return found


def open_cases(n, on):
    """Opened while no server runs, on a day that is over."""
    lines = [cli("case", "open", S.database, "scheme=x.clock", "party=kim", "--as-party", "kim", "--on", on, "--json")["case"]
             for _ in range(n)]
    return [line.upper() for line in lines]


def what_was_due_while_no_server_ran_happens_when_one_starts():
    "what was due while no server ran happens when one starts, each thing once, though it is killed again and again"
    S.stop()
    path = os.path.join(S.home, "clock.yaml")
    pathlib.Path(path).write_bytes(SCHEME)
    cli("round", "publish", S.database, path)
    cli("party", "add", S.database, '{"kind": "person", "name": "Kim", "account": "kim"}')
    cases = open_cases(CASES, "2026-03-02T09:00:00Z")
    assert not records("case.reminded") and not records("case.late")
    chance, kills = random.Random(5), 0
    for _ in range(6):
        S.start()
        time.sleep(chance.random() * 0.08)
        S.stop(signal.SIGKILL)
        kills += 1
    done = len(records("case.late"))
    S.start()
    wait_for(lambda: len(records("case.late")) == CASES)
    reminded, late = records("case.reminded"), records("case.late")
    print(f"# {done} of {CASES} clocks ran in {kills} lives cut short, the rest in the last")
    assert set(late) == set(reminded) == set(cases)
    assert set(late.values()) == set(reminded.values()) == {1}
    view = json.loads(S.ask("GET", f"/api/v1/cases/{cases[0].lower()}").body)
    assert view["phase"] == "suspended", view


def a_clock_that_ran_is_still():
    "a clock that ran is still: more looks, and a tick from outside, add nothing"
    before = records("case.reminded"), records("case.late")
    time.sleep(2.5)
    S.stop()
    assert cli("case", "tick", S.database, "--json")["looked"] == 0
    S.start()
    assert before == (records("case.reminded"), records("case.late"))


def one_bad_case_holds_up_no_other():
    "a case that cannot go on is said in the log once and put aside; the others go on"
    S.stop()
    others, bad = open_cases(12, "2026-03-02T09:00:00Z"), "0" * 31 + "1"
    db = sqlite3.connect(S.database)
    number = db.execute("INSERT INTO entry (kind, object, row, places) VALUES ('case', ?, '{}', x'')",
                        (bytes.fromhex(bad),)).lastrowid  # due before all others, and without records
    db.execute("INSERT INTO place SELECT id, CAST('2020-01-01T00:00:00Z' AS BLOB), ? FROM list WHERE name = 'case/wake'", (number,))
    db.commit()
    db.close()
    S.start()
    wait_for(lambda: set(others) <= set(records("case.late")))
    log = wait_for(lambda: [line for line in open(os.path.join(S.home, "log")) if bad in line])
    assert len(log) == 1 and "waits an hour" in log[0], log


try:
    run(what_was_due_while_no_server_ran_happens_when_one_starts, a_clock_that_ran_is_still,
        one_bad_case_holds_up_no_other)
finally:
    S.close()
