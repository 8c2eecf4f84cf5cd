# SPDX-License-Identifier: GPL-3.0-or-later
"""A circle that has finished its ten steps, for programmes that build on one."""
from walk import Walk

ITEMS = [{"item": "bore", "pieces": "60", "share": "60"}, {"item": "face", "pieces": "40", "share": "40"}]


def korean(d, **more):
    d.measure()
    d.party("lee")
    said = {"present": {"items": ITEMS, "baseline": "10"},
            "causes": {"list": [{"cause": "wear", "item": "bore", "data": "scatter 3", "is_main": True},
                                {"cause": "chips", "item": "face", "is_main": False}]},
            "target": {"target": "9.6"},
            "actions": {"list": [{"cause": "wear", "action": "new tool", "owner": d.parties["lee"], "done_on": "2026-02-01"}]},
            "follow": {"from": "2026-03-01", "to": "2026-04-05"}}
    return Walk(d, "kr-circle", answers={**said, **more}, evidence={"effect": {"value": "-0.4"}})


def finished(d):
    w = korean(d)
    case = w.open("blue")
    w.walk(case, "blue")
    return case
