#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A meeting: agenda from what awaits a vote, quorum, recusal, motions, decisions by the gate, minutes. Prints TAP."""
import hashlib
import json
import pathlib
import shutil
import subprocess
from datetime import date, timedelta

from desk import HERE, Desk, story

D = Desk(HERE / "meeting.yaml")
CASE, M, PERSON = {}, {}, []


def meeting(action, *words, who=None, view=None):
    said = [json.dumps(w) if isinstance(w, dict) else w for w in words]
    more = (["--as-party", who] if who else []) + (["--view", view] if view else [])
    return D.run("meeting", action, D.db, *said, *more, "--by-whom", who or "desk")


def vote(case, who, choice):
    return D.case("vote", CASE[case], {"choice": choice}, who=who)


def item(case, **how):
    return next(a for a in meeting("show", M["id"], **how)["agenda"] if a["case"] == CASE[case])


def on_paper(which, language, *words):
    """The minutes are a PDF that says these words (read where there is something to read it with)."""
    path = pathlib.Path(D.folder) / f"minutes-{language}.pdf"
    D.run("meeting", "minutes", D.db, which, "--output", path, "--lang", language, as_json=False)
    assert path.read_bytes().startswith(b"%PDF"), path
    if shutil.which("pdftotext"):
        said = " ".join(subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout.split())
        assert all(w in said for w in words), (words, said)


def the_agenda_is_what_awaits_the_vote():
    for code in ("F-1", "F-2", "F-3"):
        D.add(kind="firm", name=f"Firm {code}", code=code)
        CASE[code] = D.case("open", {"scheme": "x.meeting", "party": code, "title": f"Admission of {code}"})["case"]
    for k in range(5):
        PERSON.append(D.add(kind="person", name=f"Member {k}", code=f"M-{k}"))
        if k < 4:
            D.party("appoint", D.db, f"M-{k}", json.dumps({"scheme": "x.meeting", "role": "board"}))
    D.party("relate", D.db, "M-0", json.dumps({"relation": "employed", "to": "F-1"}))
    assert "led by the desk" in D.refused(meeting, "open", {"scheme": "x.meeting", "role": "board", "title": "t"}, who="M-1")
    M.update(meeting("open", {"scheme": "x.meeting", "role": "board", "title": "May", "place": "Room 2"}))
    assert {a["case"] for a in M["agenda"]} == set(CASE.values()) and M["quorum"]["members"] == 4, M
    assert "no such meeting" in D.refused(meeting, "show", M["id"], who="M-4")


def without_a_quorum_nothing_is_called():
    meeting("present", M["id"], who="M-0")
    meeting("present", M["id"], {"party": "M-1"})
    assert "1 of 3 entitled are present" in D.refused(meeting, "decide", M["id"], {"case": CASE["F-1"]})  # M-0 is tied to it
    meeting("present", M["id"], {"party": "M-2"})
    assert "led by the desk" in D.refused(meeting, "present", M["id"], {"party": "M-3"}, who="M-1")
    assert "only members" in D.refused(meeting, "present", M["id"], {"party": "M-4"})
    assert meeting("show", M["id"])["quorum"]["present"] == 3


def who_is_tied_is_not_entitled_and_need_not_say_so():
    assert item("F-1")["tied"] == [{"party": PERSON[0], "relation": "employed"}] and "tied" not in item("F-2")
    assert item("F-1")["votes"]["eligible"] == 3 and item("F-2")["votes"]["eligible"] == 4
    assert "tied to the party" in D.refused(vote, "F-1", "M-0", "yes")
    turn = [{k: D.case("show", CASE["F-1"], who=who)["turn"].get(k) for k in ("votes", "tied")} for who in ("M-0", "M-1")]
    assert turn == [{"votes": False, "tied": "employed"}, {"votes": True, "tied": None}], turn
    vote("F-1", "M-1", "yes")
    vote("F-1", "M-2", "no")
    assert item("F-1")["votes"] == {"yes": 1, "no": 1, "abstain": 0, "recused": 0, "eligible": 3}, item("F-1")
    vote("F-1", "M-0", "recuse")  # he may say it all the same
    assert item("F-1")["votes"]["recused"] == 1 and item("F-1")["votes"]["eligible"] == 3
    vote("F-1", "M-2", "yes")  # he may think again until it is called
    seen = item("F-1", who="M-1")
    assert seen["own"] == "yes" and seen["votes"]["yes"] == 2


def the_gate_decides_and_the_minutes_keep_it():
    meeting("motion", M["id"], {"case": CASE["F-1"], "text": "admit from June"}, who="M-1")
    assert "led by the desk" in D.refused(meeting, "decide", M["id"], {"case": CASE["F-1"]}, who="M-1")
    meeting("decide", M["id"], {"case": CASE["F-1"]})
    got = item("F-1")
    assert got["decided"]["outcome"] == "pass" and got["decided"]["vote"]["yes"] == 2 and got["decided"]["present"] == 3, got
    assert got["decided"]["tied"] == [{"party": PERSON[0], "relation": "employed"}], got  # it stays in the minutes
    assert got["motions"][0]["text"] == "admit from June"
    assert D.case("show", CASE["F-1"])["titles"][0]["title"] == "member"
    for who, choice in (("M-0", "no"), ("M-1", "no"), ("M-2", "yes")):
        vote("F-2", who, choice)
    meeting("decide", M["id"], {"case": CASE["F-2"]})
    assert D.case("show", CASE["F-2"])["phase"] == "rejected"
    assert "awaits no vote" in D.refused(meeting, "decide", M["id"], {"case": CASE["F-2"]})


def the_end_names_who_led_and_who_kept_the_minutes():
    D.add(kind="person", name="Staff", code="S-1")
    end = lambda **said: D.refused(meeting, "end", M["id"], {"note": "next time in June", **said})
    assert '"chair" is missing' in end(keeper="S-1") and '"keeper" is missing' in end(chair="M-1")
    assert '"chair" names who was not present' in end(chair="M-3", keeper="S-1")  # a member, away
    assert '"chair" names who was not present' in end(chair="S-1", keeper="M-1")  # no member
    assert '"keeper" names who was not present' in end(chair="M-1", keeper="M-3")
    assert "as well" in end(chair="M-1", keeper="M-1")
    assert "not ended" in D.refused(meeting, "sign", M["id"], who="M-1")
    meeting("end", M["id"], {"note": "next time in June", "chair": "M-1", "keeper": "S-1"})
    assert "has ended" in D.refused(meeting, "end", M["id"], {"chair": "M-1", "keeper": "S-1"})
    assert "has ended" in D.refused(meeting, "present", M["id"], {"party": "M-3"})


def digest_of_the_log():
    """What docs/format/case.md says of the minutes' digest, from the records alone."""
    state = {}
    for record in D.run("log", D.db)["records"]:
        said = record["payload"] if record["type"].startswith("meeting.") else {}
        said = json.loads(said) if isinstance(said, str) else said
        match record["type"]:
            case "meeting.opened": state.update(said)
            case "meeting.present": state.setdefault("here", {})[said["party"]] = said["here"]
            case "meeting.motion": state.setdefault("motions", []).append(said)
            case "meeting.decided": state.setdefault("decided", {})[said["case"]] = said
            case "meeting.ended": state["ended"] = said
    return hashlib.sha256(json.dumps(state, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def who_was_there_confirms_the_minutes_once_and_nobody_else_does():
    minutes = lambda **how: meeting("show", M["id"], **how)["minutes"]
    digest = minutes()["digest"]
    assert digest == digest_of_the_log(), digest
    assert [(s["name"], s["as"]) for s in minutes()["signatures"]] == \
        [("Member 1", "chair"), ("Staff", "keeper"), ("Member 0", "member"), ("Member 2", "member")], minutes()
    assert "only who was present" in D.refused(meeting, "sign", M["id"], who="M-3")
    assert "only who was present" in D.refused(meeting, "sign", M["id"])  # the desk signs for nobody
    assert "no such meeting" in D.refused(meeting, "show", M["id"], who="M-4")
    assert f"have SHA-256 {digest}" in D.refused(meeting, "sign", M["id"], {"digest": "0" * 64}, who="M-1")
    meeting("sign", M["id"], {"digest": digest}, who="M-1")
    for again in ({}, {"objection": "no"}):
        assert "already" in D.refused(meeting, "sign", M["id"], again, who="M-1")
    assert not minutes()["confirmed"] and [s["name"] for s in minutes(who="S-1")["signatures"] if s.get("mine")] == ["Staff"]
    meeting("sign", M["id"], {"objection": "the motion came from Member 2"}, who="M-2")
    meeting("sign", M["id"], who="S-1")
    chair, keeper, silent, other = minutes()["signatures"]
    assert minutes()["confirmed"] and minutes()["digest"] == digest == chair["digest"] == keeper["digest"], minutes()
    assert "at" not in silent and other["objection"] == "the motion came from Member 2" and "objection" not in keeper
    for language, words in {"en": ("Member 1 (Chair): confirmed", "Staff (Keeper of the minutes): confirmed", "Member 0 (Member): not yet confirmed"),
                            "ko": ("Member 1 (의장): 확인",), "zh": ("Member 1 (主持人): 确认",)}.items():
        on_paper(M["id"], language, *words, digest[:40])
    on_paper(M["id"], "en", "the motion came from Member 2")
    D.party("appoint", D.db, "M-4", json.dumps({"scheme": "x.meeting", "role": "board"}))  # who comes later changes nothing
    assert meeting("show", M["id"])["quorum"] == {"present": 3, "members": 4, "share": "0.5"}, meeting("show", M["id"])["quorum"]
    assert minutes(who="M-4")["digest"] == digest
    D.party("appoint", D.db, "M-4", json.dumps({"scheme": "x.meeting", "role": "board", "until": "2020-01-01"}))


def ended_is_ended_and_what_was_not_decided_comes_again():
    assert "has ended" in D.refused(meeting, "motion", M["id"], {"case": CASE["F-3"], "text": "x"})
    assert meeting("list")["meetings"][0]["ended"] and D.case("replay", CASE["F-1"])["differ"] == 0
    for language, kind in (("en", "Member 0 (employment)"), ("ko", "Member 0 (고용 관계)"), ("zh", "Member 0 (雇佣关系)")):
        on_paper(M["id"], language, kind)
    assert "no such meeting" in D.refused(D.run, "meeting", "minutes", D.db, M["id"], "--as-party", "M-4", as_json=False)
    again = meeting("open", {"scheme": "x.meeting", "role": "board", "title": "June"})
    assert [a["case"] for a in again["agenda"]] == [CASE["F-3"]]


def a_relation_counts_under_either_of_merged_entries_and_as_far_back_as_the_scheme_looks():
    ago = lambda years: str(date.today() - timedelta(days=365 * years + 30))
    for code in ("F-4", "F-4 again"):
        D.add(kind="firm", name=code, code=code)
    CASE["F-4"] = D.case("open", {"scheme": "x.meeting", "party": "F-4"})["case"]
    D.party("relate", D.db, "M-1", json.dumps({"relation": "supplies", "to": "F-4 again", "until": ago(1)}))  # the scheme looks 3 years back
    D.party("relate", D.db, "M-2", json.dumps({"relation": "supplies", "to": "F-4", "until": ago(4)}))
    vote("F-4", "M-1", "yes")
    M.update(meeting("open", {"scheme": "x.meeting", "role": "board", "title": "July", "cases": [CASE["F-4"]]}))
    assert item("F-4")["votes"]["yes"] == 1 and item("F-4")["votes"]["eligible"] == 4 and "tied" not in item("F-4")
    D.party("merge", D.db, "F-4", "F-4 again", "--why", "the same firm")
    seen = item("F-4")  # what he voted before that was known does not count
    assert (seen["votes"]["yes"], seen["votes"]["eligible"]) == (0, 3) and seen["tied"] == [{"party": PERSON[1], "relation": "supplies"}], seen


def two_entries_of_one_member_have_one_vote_and_a_place_votes_on_its_own_cases():
    D.add(kind="person", name="Member 3 again", code="M-3 again")
    for who, place in (("M-3 again", None), ("M-3", "Ulsan")):
        D.party("appoint", D.db, who, json.dumps({"scheme": "x.meeting", "role": "board", **({"place": place} if place else {})}))
    vote("F-4", "M-3 again", "no")
    vote("F-4", "M-3", "yes")
    assert item("F-4")["votes"]["eligible"] == 4, item("F-4")
    D.party("merge", D.db, "M-3", "M-3 again", "--why", "the same person")
    assert (item("F-4")["votes"]["yes"], item("F-4")["votes"]["no"], item("F-4")["votes"]["eligible"]) == (1, 0, 3), item("F-4")
    D.party("appoint", D.db, "M-4", json.dumps({"scheme": "x.meeting", "role": "board", "place": "Ulsan"}))
    D.add(kind="firm", name="F-5", code="F-5")
    for place, count in (("Ulsan", 5), ("Busan", 4)):
        CASE[place] = D.case("open", {"scheme": "x.meeting", "party": "F-5", "place": place})["case"]
        M.update(meeting("open", {"scheme": "x.meeting", "role": "board", "title": place, "cases": [CASE[place]]}))
        assert item(place)["votes"]["eligible"] == count, item(place)


try:
    story([the_agenda_is_what_awaits_the_vote, without_a_quorum_nothing_is_called,
           who_is_tied_is_not_entitled_and_need_not_say_so, the_gate_decides_and_the_minutes_keep_it,
           the_end_names_who_led_and_who_kept_the_minutes, who_was_there_confirms_the_minutes_once_and_nobody_else_does,
           ended_is_ended_and_what_was_not_decided_comes_again,
           a_relation_counts_under_either_of_merged_entries_and_as_far_back_as_the_scheme_looks,
           two_entries_of_one_member_have_one_vote_and_a_place_votes_on_its_own_cases])
finally:
    D.close()
