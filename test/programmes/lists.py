#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept beside the log: counts of cases, lists of an older version, the state of a case. Prints TAP."""
import hashlib
import json
import sqlite3
import subprocess

import circle_data
from drive import ROOT, play, refused, same
from walk import Walk


def sql(d, text, *values):
    with sqlite3.connect(d.path) as db:
        return db.execute(text, values).fetchall()


def told(d, *words):
    done = subprocess.run([d.program, *words], capture_output=True, text=True, timeout=120)
    same(done.returncode, 0)
    return done.stderr


def figure(d, scheme, name):
    return [m for m in d.ask("title", "measures", scheme)["measures"] if m["id"] == name][0].get("value")


def counts_follow_every_case_from_state_to_state(d):
    w = Walk(d, "cluster-onestop")
    cases = [w.open(f"firm{i}") for i in range(3)]
    same((figure(d, w.s.id, "tickets"), figure(d, w.s.id, "open_tickets")), ("3", "3"))
    w.walk(cases[0], "firm0")
    same((figure(d, w.s.id, "tickets"), figure(d, w.s.id, "open_tickets")), ("3", "2"))
    d.act(cases[1], "withdraw", {"why": "solved"}, by="firm1")
    same((figure(d, w.s.id, "tickets"), figure(d, w.s.id, "open_tickets")), ("3", "1"))
    counted = sql(d, "SELECT name, n FROM list WHERE name LIKE 'case/c/%' AND n > 0")
    same(sum(n for _, n in counted), 3)
    sql(d, "UPDATE list SET n = 0 WHERE name LIKE 'case/c/%'")  # lists of before there were these: counted by rows
    same((figure(d, w.s.id, "tickets"), figure(d, w.s.id, "open_tickets")), ("3", "1"))


def statistics_are_counted_as_cases_come_and_go(d):
    w = Walk(d, "cluster-onestop")
    cases = [w.open(f"firm{i}", part_group="engine" if i else "trim") for i in range(6)]

    def counted():
        return {(r["by"], r["of"]): (r["cases"], r.get("passed", 0)) for r in d.ask("title", "statistics", w.s.id)["statistics"]}

    same(counted(), {("year", "2026"): (6, 0), ("part_group", "engine"): (5, 0)})  # fewer than five are not told
    w.walk(cases[1], "firm1")
    same(counted(), {("year", "2026"): (6, 1), ("part_group", "engine"): (5, 1)})
    d.ask("case", "rebuild")
    same(counted(), {("year", "2026"): (6, 1), ("part_group", "engine"): (5, 1)})


def the_text_of_a_published_scheme_is_given_back(d):
    w = Walk(d, "cluster-onestop")
    same(d.run("round", "text", d.path, w.s.id), (ROOT / "schemes" / "cluster-onestop.yaml").read_text(encoding="utf-8"))
    refused(lambda: d.run("round", "text", d.path, "no.such"), "no scheme")


def lists_of_an_older_version_are_told_and_made_anew_by_who_writes(d):
    w = Walk(d, "cluster-onestop")
    w.open("firm0")
    same(told(d, "case", "list", d.path, "--json"), "")
    before = d.ask("case", "list", "scheme=cluster.onestop")
    sql(d, "DELETE FROM entry WHERE kind = 'lists'")
    sql(d, "UPDATE entry SET row = replace(row, '\"entered\"', '\"came\"') WHERE kind = 'case'")
    assert "an older version made the lists of 1 cases" in told(d, "case", "list", d.path, "--json")
    assert "made anew" in told(d, "case", "tick", d.path, "--json")
    same(told(d, "case", "list", d.path, "--json"), "")
    same(d.ask("case", "list", "scheme=cluster.onestop"), before)
    d.run("case", "check", d.path)


def waiting(d):
    """A case that waits for its round."""
    w = Walk(d, "kr-contest")
    w.answers = {"paper": {"circle_work": {"case": circle_data.finished(d)}}}
    opened = d.ask("round", "open", '{"scheme": "kr.contest", "name": "first", "closes": "2026-03-31"}')
    case = w.open("team1", round=opened["round"], division="field", size="mid")
    w.walk(case, "team1")
    same(d.show(case)["phase"], "waiting")
    return case


def state_of(d, case):
    return sql(d, "SELECT row FROM entry WHERE kind = 'state' AND object = ?", bytes.fromhex(case))[0][0]


def put_state(d, case, row):
    sql(d, "UPDATE entry SET row = ? WHERE kind = 'state' AND object = ?", row, bytes.fromhex(case))


def the_state_of_a_waiting_case_is_kept_and_is_what_its_log_says(d):
    case = waiting(d)
    seen, proof = d.show(case), d.ask("case", "replay", case)
    same((proof["differ"], json.loads(state_of(d, case).split("\n", 2)[2])["waits"]), (0, True))
    sql(d, "DELETE FROM entry WHERE kind = 'state'")
    same((d.show(case), d.ask("case", "replay", case)), (seen, proof))
    d.run("case", "check", d.path)


def a_kept_state_that_is_not_whole_is_not_believed(d):
    case = waiting(d)
    seen = d.show(case)
    put_state(d, case, state_of(d, case).replace('"waits":true', '"waits":null'))
    same(d.show(case), seen)
    d.run("case", "check", d.path)


def a_kept_state_that_says_something_else_is_found(d):
    case = waiting(d)
    body = state_of(d, case).split("\n", 1)[1].replace('"state":"open"', '"state":"shut"')
    put_state(d, case, hashlib.sha256(body.encode()).hexdigest() + "\n" + body)
    refused(lambda: d.ask("case", "replay", case), "kept beside the log")
    refused(lambda: d.run("case", "check", d.path), "another state than its log says")
    d.ask("case", "rebuild")
    d.run("case", "check", d.path)


play(counts_follow_every_case_from_state_to_state, the_text_of_a_published_scheme_is_given_back,
     statistics_are_counted_as_cases_come_and_go,
     lists_of_an_older_version_are_told_and_made_anew_by_who_writes,
     the_state_of_a_waiting_case_is_kept_and_is_what_its_log_says, a_kept_state_that_is_not_whole_is_not_believed,
     a_kept_state_that_says_something_else_is_found)
