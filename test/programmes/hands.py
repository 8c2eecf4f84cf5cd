#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures: two hands are two persons, one person in two roles signs in each. Prints TAP."""
import json

from desk import HERE, Desk, story

D = Desk(HERE / "hands.yaml")


def opened():
    case = D.case("open", {"scheme": "x.hands", "party": "A"})["case"]
    D.case("fill", case, {"form": "claim", "values": {"note": "n"}, "seal": True}, who="A")
    return case


def sign(case, who):
    return D.case("sign", case, {}, who=who)


def turn(case, who):
    return D.case("show", case, who=who).get("turn")


def appoint(who, role):
    D.party("appoint", D.db, who, json.dumps({"scheme": "x.hands", "role": role}))


def set_up():
    for code in ("A", "W1", "W2", "W1 again", "both"):
        D.add(kind="person", name=f"Person {code}", code=code)
    for who, role in (("W1", "witness"), ("W2", "witness"), ("W1 again", "witness"), ("both", "chief"), ("both", "manager")):
        appoint(who, role)


def two_hands_are_two_persons():
    case = opened()
    assert sign(case, "W1")["stage"] == "claim"
    assert "another hand" in D.refused(sign, case, "W1")
    assert not turn(case, "W1") or not turn(case, "W1")["signs"], turn(case, "W1")
    assert turn(case, "W2")["signs"]
    assert sign(case, "W2")["stage"] == "approve"


def two_entries_of_one_person_are_one_hand():
    case = opened()
    sign(case, "W1 again")
    D.party("merge", D.db, "W1", "W1 again", "--why", "the same person")
    assert "another hand" in D.refused(sign, case, "W1")
    assert sign(case, "W2")["stage"] == "approve"


def one_person_in_two_roles_signs_in_each():
    case = opened()
    for who in ("W1", "W2"):
        sign(case, who)
    assert turn(case, "both")["role"] == "chief"
    assert sign(case, "both")["stage"] == "approve"
    assert turn(case, "both")["role"] == "manager"
    sign(case, "both")
    assert D.case("show", case)["phase"] == "passed"


try:
    set_up()
    story([two_hands_are_two_persons, two_entries_of_one_person_are_one_hand, one_person_in_two_roles_signs_in_each])
finally:
    D.close()
