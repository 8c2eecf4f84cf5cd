#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A meeting: agenda from what awaits a vote, quorum, recusal, motions, decisions by the gate, minutes. Prints TAP."""
import json
import pathlib

from desk import HERE, Desk, story

D = Desk(HERE / "meeting.yaml")
CASE, M = {}, {}


def meeting(action, *words, who=None, view=None):
    said = [json.dumps(w) if isinstance(w, dict) else w for w in words]
    more = (["--as-party", who] if who else []) + (["--view", view] if view else [])
    return D.run("meeting", action, D.db, *said, *more, "--by-whom", who or "desk")


def vote(case, who, choice):
    return D.case("vote", CASE[case], {"choice": choice}, who=who)


def item(case, **how):
    return next(a for a in meeting("show", M["id"], **how)["agenda"] if a["case"] == CASE[case])


def the_agenda_is_what_awaits_the_vote():
    for code in ("F-1", "F-2", "F-3"):
        D.add(kind="firm", name=f"Firm {code}", code=code)
        CASE[code] = D.case("open", {"scheme": "x.meeting", "party": code, "title": f"Admission of {code}"})["case"]
    for k in range(5):
        D.add(kind="person", name=f"Member {k}", code=f"M-{k}")
        if k < 4:
            D.party("appoint", D.db, f"M-{k}", json.dumps({"scheme": "x.meeting", "role": "board"}))
    D.party("relate", D.db, "M-0", json.dumps({"relation": "employed", "to": "F-1"}))
    assert "led by the desk" in D.refused(meeting, "open", {"scheme": "x.meeting", "role": "board", "title": "t"}, who="M-1")
    M.update(meeting("open", {"scheme": "x.meeting", "role": "board", "title": "May", "place": "Room 2"}))
    assert {a["case"] for a in M["agenda"]} == set(CASE.values()) and M["quorum"]["members"] == 4, M
    assert "no such meeting" in D.refused(meeting, "show", M["id"], who="M-4")


def without_a_quorum_nothing_is_called():
    meeting("present", M["id"], who="M-0")
    assert "no quorum" in D.refused(meeting, "decide", M["id"], {"case": CASE["F-1"]})
    meeting("present", M["id"], {"party": "M-1"})
    meeting("present", M["id"], {"party": "M-2"})
    assert "led by the desk" in D.refused(meeting, "present", M["id"], {"party": "M-3"}, who="M-1")
    assert "only members" in D.refused(meeting, "present", M["id"], {"party": "M-4"})
    assert meeting("show", M["id"])["quorum"]["present"] == 3


def who_is_tied_recuses_himself_and_is_not_counted():
    assert len(item("F-1")["tied"]) == 1 and "tied" not in item("F-2")
    assert "tied to the party" in D.refused(vote, "F-1", "M-0", "yes")
    vote("F-1", "M-0", "recuse")
    vote("F-1", "M-1", "yes")
    vote("F-1", "M-2", "no")
    assert item("F-1")["votes"] == {"yes": 1, "no": 1, "abstain": 0, "recused": 1, "eligible": 3}, item("F-1")
    vote("F-1", "M-2", "yes")  # he may think again until it is called
    seen = item("F-1", who="M-1")
    assert seen["own"] == "yes" and seen["votes"]["yes"] == 2


def the_gate_decides_and_the_minutes_keep_it():
    meeting("motion", M["id"], {"case": CASE["F-1"], "text": "admit from June"}, who="M-1")
    assert "led by the desk" in D.refused(meeting, "decide", M["id"], {"case": CASE["F-1"]}, who="M-1")
    meeting("decide", M["id"], {"case": CASE["F-1"]})
    got = item("F-1")
    assert got["decided"]["outcome"] == "pass" and got["decided"]["vote"]["yes"] == 2 and got["decided"]["present"] == 3, got
    assert got["motions"][0]["text"] == "admit from June"
    assert D.case("show", CASE["F-1"])["titles"][0]["title"] == "member"
    for who, choice in (("M-0", "no"), ("M-1", "no"), ("M-2", "yes")):
        vote("F-2", who, choice)
    meeting("decide", M["id"], {"case": CASE["F-2"]})
    assert D.case("show", CASE["F-2"])["phase"] == "rejected"
    assert "awaits no vote" in D.refused(meeting, "decide", M["id"], {"case": CASE["F-2"]})
    meeting("end", M["id"], {"note": "next time in June"})
    assert "has ended" in D.refused(meeting, "motion", M["id"], {"case": CASE["F-3"], "text": "x"})
    assert meeting("list")["meetings"][0]["ended"] and D.case("replay", CASE["F-1"])["differ"] == 0
    paper = pathlib.Path(D.folder) / "minutes.pdf"
    D.run("meeting", "minutes", D.db, M["id"], "--output", paper, "--lang", "ko", as_json=False)
    assert paper.read_bytes().startswith(b"%PDF"), paper
    assert "no such meeting" in D.refused(D.run, "meeting", "minutes", D.db, M["id"], "--as-party", "M-4", as_json=False)
    again = meeting("open", {"scheme": "x.meeting", "role": "board", "title": "June"})
    assert [a["case"] for a in again["agenda"]] == [CASE["F-3"]]


try:
    story([the_agenda_is_what_awaits_the_vote, without_a_quorum_nothing_is_called,
           who_is_tied_recuses_himself_and_is_not_counted, the_gate_decides_and_the_minutes_keep_it])
finally:
    D.close()
