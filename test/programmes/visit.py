#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two examiners at one site, each away from the server: what they saw becomes one set. Prints TAP."""
import json
import pathlib

from desk import HERE, Desk, story

D = Desk(HERE / "visit.yaml")
SEEN = {}


def entry(n, item, value, kind="value", **more):
    return {"id": f"{n:032x}", "item": item, "kind": kind, "value": value, "at": "2026-03-01T09:00:00Z", **more}


def observe(who, *entries, case=None):
    return D.case("observe", case or SEEN["case"], {"stage": "onsite", "entries": list(entries)}, who=who)


def seen(who=None):
    return D.case("show", SEEN["case"], who=who)["seen"]["onsite"]


def two_hands_make_one_set_whoever_comes_first_or_twice():
    D.add(kind="firm", name="Hansol", code="F-1")
    for code in ("V-1", "V-2", "V-3"):
        D.add(kind="person", name=f"Visitor {code}", code=code)
        D.party("appoint", D.db, code, json.dumps({"scheme": "x.visit", "role": "visitor"}))
    SEEN["case"] = case = D.case("open", {"scheme": "x.visit", "party": "F-1"})["case"]
    D.add(kind="person", name="Boss", code="B-1")
    D.party("relate", D.db, "B-1", json.dumps({"relation": "represents", "to": "F-1"}))
    D.case("fill", case, {"form": "apply", "values": {"theme": "order"}, "seal": True}, who="B-1")
    D.case("assign", case, {"judges": ["V-1", "V-2"]})
    a = [entry(1, "machines", "12"), entry(2, "reading", {"name": "shaft", "value": "10.02"}, "add"), entry(3, "gauges_labelled", True)]
    b = [entry(4, "machines", "11"), entry(5, "reading", {"name": "shaft", "value": "10.03"}, "add")]
    observe("V-2", *b)
    observe("V-1", *a)
    observe("V-1", *a)  # the answer was lost
    got = seen("V-1")
    assert len(got["entries"]) == 5 and sum(e.get("mine", False) for e in got["entries"]) == 3, got
    assert sorted({e["hand"] for e in got["entries"]}) == [1, 2] and "by" not in json.dumps(got)
    assert sorted(got["differ"]["machines"]) == [f"{1:032x}", f"{4:032x}"] and len(got["differ"]) == 1, got["differ"]


def only_who_was_sent_says_and_sees_it():
    assert "only who was sent" in D.refused(observe, "V-3", entry(9, "machines", "1"))
    assert "only who was sent" in D.refused(observe, "B-1", entry(9, "machines", "1"))
    assert "seen" not in D.case("show", SEEN["case"], who="B-1")
    assert "10.02" not in json.dumps(D.run("log", D.db)) and b"10.02" not in pathlib.Path(D.db).read_bytes()
    assert "32 hex" in D.refused(observe, "V-1", {**entry(9, "machines", "1"), "id": "x"})
    assert "kind is" in D.refused(observe, "V-1", entry(9, "machines", "1", "guess"))


def what_differs_is_never_handed_in_but_settled():
    fill = lambda: D.case("fill", SEEN["case"], {"form": "visit", "values": {"machines": "12", "gauges_labelled": True, "remark": "clean"},
                                                 "seal": True}, who="V-1")
    assert "settle it first" in D.refused(fill)
    observe("V-2", entry(6, "machines", "12", settles=[f"{4:032x}"]))
    assert seen()["differ"] == {} and len(seen()["entries"]) == 6  # nothing is gone
    fill()


def who_comes_back_late_is_not_lost():
    for who in ("V-1", "V-2"):
        D.case("score", SEEN["case"], {"scores": {"order": "30", "records": "50"}, "final": True}, who=who)
    assert D.case("show", SEEN["case"])["phase"] == "passed"
    observe("V-2", entry(7, "note", "the store room was locked", "note"))
    last = seen()["entries"][-1]
    assert last["late"] and last["value"] == "the store room was locked"
    assert D.case("replay", SEEN["case"])["differ"] == 0


try:
    story([two_hands_make_one_set_whoever_comes_first_or_twice, only_who_was_sent_says_and_sees_it,
           what_differs_is_never_handed_in_but_settled, who_comes_back_late_is_not_lost])
finally:
    D.close()
