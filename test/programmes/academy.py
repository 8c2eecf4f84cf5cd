#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The academy of young masters, end to end. Prints TAP."""
from drive import play, same
from walk import Walk


def academy(d, **more):
    return Walk(d, "kr-academy", party={"age": "20"}, points="75",
                answers={"course": {"hours": "100", "attended": "90"},
                         "mentoring": {"sessions": [{"on": "2026-05-01", "hours": "25", "what": "gauges"},
                                                    {"on": "2026-05-08", "hours": "20", "what": "charts"}], "mentored_hours": "45"}, **more})


def a_learner_attends_passes_is_mentored_and_placed(d):
    w = academy(d)
    case = w.round({"ha": {}})["ha"]
    same(w.outcome(case)[0], "passed")
    same(w.titles(case), ["graduate"])
    assert d.replays(case)


def hours_that_are_not_on_record_do_not_count(d):
    w = academy(d, mentoring={"sessions": [{"on": "2026-05-01", "hours": "25", "what": "gauges"}], "mentored_hours": "45"})
    case = w.round({"ha": {}})["ha"]
    same(w.outcome(case)[1]["able"][0], "return")
    assert "40 mentored hours" in w.reasons(case)


def too_old_is_too_old(d):
    w = academy(d)
    cases = w.round({"ha": {"age": "35"}, "lee": {"age": "34"}})
    same(w.outcome(cases["ha"])[0], "rejected")
    same(w.outcome(cases["lee"])[0], "passed")


play(a_learner_attends_passes_is_mentored_and_placed, hours_that_are_not_on_record_do_not_count, too_old_is_too_old)
