# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may in a programme, over HTTP, by people of two sites and languages: hand in and see drawings, vote and be told why not;
and what the money of all cases comes to."""
import json
import pathlib
import re
import zlib
from urllib.parse import quote

from server import PASSWORD, Server, run

S = Server()
SCHEME = (pathlib.Path(__file__).resolve().parent / "rights.yaml").read_bytes()
SESSIONS, PARTY, HELD = {}, {}, {}
MEMBERS = ("kim", "wang", "lee")


def login(name, grants):
    S.ask("PUT", f"/api/v1/people/{name}", {"grants": grants, "password": PASSWORD, "why": "test"}, headers={"If-None-Match": "*"})
    got = S.ask("POST", "/api/v1/session", {"account": name, "password": PASSWORD}, token=None)
    SESSIONS[name] = {"Cookie": got.headers["Set-Cookie"].split(";")[0], "X-Assay-CSRF": got.json()["csrf"]}


def ask(who, method, path, body=None, language="en", **more):
    return S.ask(method, f"/api/v1/{path}", body, token=None, headers={**SESSIONS[who], "Accept-Language": language, **more})


def good(who, method, path, body=None, **more):
    answer = ask(who, method, path, body, **more)
    assert answer.status in (200, 201, 204), (who, method, path, answer)
    return answer.json() if answer.body else None


def act(who, case, what, said, **more):
    return ask(who, "POST", f"cases/{case}/acts/{what}", said, **more)


def told(answer, status, detail):
    assert answer.status == status and answer.json()["detail"] == detail, answer


def queue(who, state):
    return [c["case"] for c in good(who, "GET", f"queue?state={state}")["cases"]]


def handed_in(**values):
    case = good("ann", "POST", "cases", {"scheme": "x.tools", "party": PARTY["ann"], "title": "Wear"})["case"]
    answer = act("ann", case, "fill", {"form": "paper", "values": {"theme": "Wear", **values}, "seal": True})
    assert answer.status == 200, answer
    return case


def judged(case):
    good("desk", "POST", f"cases/{case}/acts/assign", {"judges": [PARTY["ben"]]})
    good("ben", "POST", f"cases/{case}/acts/score", {"scores": {"theme": "8"}, "final": True})
    good("desk", "POST", f"cases/{case}/acts/assign", {"judges": [PARTY[m] for m in MEMBERS]})


def ballot(who, case, choice, **more):
    return act(who, case, "fill", {"form": "ballot", "values": {"choice": choice}, "seal": True}, **more)


def set_up():
    "people of two sites, what was measured at each, and a programme"
    for name, grants in (("desk", "quality-manager"), ("ann", "operator@west"), ("ben", "examiner@east"),
                         *((m, "operator@east") for m in MEMBERS)):
        login(name, grants)
        PARTY[name] = good("desk", "POST", "parties", {"kind": "person", "name": f"Person {name}", "account": name})["id"]
    rows = [{"characteristic": path, "time": f"2026-01-{1 + i:02}T08:0{k}:00Z", "value": f"{10 + i + k}", "serial": f"P{i}"}
            for i in range(20) for k, path in enumerate(("west/speed", "west/wear", "east/secret"))]
    assert S.measure(rows).status == 200
    HELD.update({c["path"]: c["number"] for c in S.get("/api/v1/characteristics?limit=100")["characteristics"]})
    good("desk", "POST", "schemes", SCHEME, **{"Content-Type": "application/yaml"})
    for name, role in (("ben", "judge"), *((m, "member") for m in MEMBERS)):
        good("desk", "POST", f"parties/{PARTY[name]}/appoint", {"scheme": "x.tools", "role": role})


def nobody_hands_in_a_drawing_of_what_he_may_not_see():
    "nobody hands in, or keeps as a draft, a drawing of what he may not see; he is told in his language"
    case = good("ann", "POST", "cases", {"scheme": "x.tools", "party": PARTY["ann"], "title": "Peek"})["case"]
    number = HELD["east/secret"]
    for seal in (True, False):
        said = {"form": "paper", "values": {"theme": "x", "paired": f"/scatter/{HELD['west/wear']},{number}"}, "seal": seal}
        told(act("ann", case, "fill", said), 404, f"paired: no stored characteristic has the number {number}")
        told(act("ann", case, "fill", said, language="ko"), 404, f"paired: 저장된 특성 가운데 번호 {number} 이(가) 없습니다")
        told(act("ann", case, "fill", said, language="zh-CN"), 404, f"paired：已存特性中没有编号 {number}")
    assert not good("ann", "GET", f"cases/{case}")["forms"], "nothing was kept"


def a_judge_of_another_site_sees_what_was_handed_in_and_no_more():
    "a judge of another site sees the drawing that was handed in, not the measurements behind it; who is no judge sees nothing"
    link = f"/scatter/{HELD['west/speed']},{HELD['west/wear']}"
    HELD["case"] = case = handed_in(paired=link)
    where = f"cases/{case}/drawings/paper/paired"
    assert ask("ben", "GET", where).status == 404, "before he is sent"
    good("desk", "POST", f"cases/{case}/acts/assign", {"judges": [PARTY["ben"]]})
    assert len(good("ben", "GET", where)["rows"]) == 20
    assert ask("ben", "GET", f"drawings/scatter?link={quote(link, safe='')}").status == 404
    assert ask("ben", "GET", f"characteristics/{HELD['west/wear']}").status == 404
    assert ask("kim", "GET", where).status == 404


def curves(pdf):
    """How many curves the streams of a PDF draw: a point of a scatter is a circle of four."""
    found = 0
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        try:
            found += len(re.findall(rb"\sc\s", zlib.decompressobj().decompress(stream)))
        except zlib.error:  # a font, or not compressed
            pass
    return found


def the_document_of_a_case_has_its_chart():
    "the document of a case has its chart in it, for its party and for its judge"
    bare = ask("ann", "GET", f"cases/{handed_in()}/story").body
    assert curves(bare) == 0, curves(bare)
    for who in ("ann", "ben"):
        answer = ask(who, "GET", f"cases/{HELD['case']}/story")
        assert answer.headers["Content-Type"] == "application/pdf" and curves(answer.body) >= 20, (who, curves(answer.body))


def a_ballot_waits_in_the_queue_of_its_voter_alone():
    "a ballot waits in the queue of each voter until he has voted; a second one is refused in his language"
    case = HELD["case"]
    good("ben", "POST", f"cases/{case}/acts/score", {"scores": {"theme": "8"}, "final": True})
    good("desk", "POST", f"cases/{case}/acts/assign", {"judges": [PARTY[m] for m in MEMBERS]})
    assert [queue(m, "todo") for m in ("kim", "wang", "ann")] == [[case], [case], []]
    assert ballot("kim", case, "yes").status == 200
    assert (queue("kim", "todo"), queue("kim", "done"), queue("wang", "todo")) == ([], [case], [case])
    told(ballot("kim", case, "no", language="ko"), 409, "ballot: 이미 제출되어 바꿀 수 없습니다")
    told(ballot("kim", case, "no", language="zh"), 409, "ballot：已提交，不能更改")
    seen = json.dumps(good("wang", "GET", f"cases/{case}"))
    assert PARTY["kim"] not in seen and '"choice"' not in seen, "how another voted"


def who_withdraws_is_voted_on_no_more():
    "a case that its party withdrew leaves the queues and takes no ballot"
    case = handed_in()
    judged(case)
    assert case in queue("lee", "todo")
    assert act("kim", case, "withdraw", {"why": "x"}).status in (404, 422)
    assert act("ann", case, "withdraw", {"why": "moved away"}).status == 200
    assert case not in queue("lee", "todo") and good("ann", "GET", f"cases/{case}")["phase"] == "withdrawn"
    told(ballot("lee", case, "yes", language="ko"), 422, "종료된 안건입니다")


def sums_are_of_all_lines():
    "the sums of a programme are of all its lines, exact to the last digit, for the desk and auditors"
    for m in ("wang", "lee"):
        assert ballot(m, HELD["case"], "yes").status == 200
    second = handed_in()
    judged(second)
    for m in MEMBERS:
        assert ballot(m, second, "yes").status == 200
    for _ in range(101):  # more than are read at once
        good("desk", "POST", f"cases/{second}/acts/pay", {"money": "grant", "amount": "0.1"})
    sums = good("desk", "GET", "money/sums?scheme=x.tools")["sums"]
    assert {(s["money"], s["kind"]): (s["count"], s["amount"], s["currency"]) for s in sums} == {
        ("grant", "granted"): (2, "600001", "krw"), ("grant", "paid"): (101, "10.1", "krw"),
        ("prize", "granted"): (2, "18014398509481986", "krw")}, sums
    assert good("desk", "GET", "money/sums?scheme=elsewhere")["sums"] == []
    assert ask("ann", "GET", "money/sums?scheme=x.tools").status == 403


try:
    run(set_up, nobody_hands_in_a_drawing_of_what_he_may_not_see, a_judge_of_another_site_sees_what_was_handed_in_and_no_more,
        the_document_of_a_case_has_its_chart, a_ballot_waits_in_the_queue_of_its_voter_alone, who_withdraws_is_voted_on_no_more,
        sums_are_of_all_lines)
finally:
    S.close()
