# SPDX-License-Identifier: GPL-3.0-or-later
"""The seven tools inside the steps of a circle, over HTTP: drawn from what is stored, as rows and as pictures, for whom may see
them; and the case as a document."""
import pathlib
from urllib.parse import quote

from server import PASSWORD, Server, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
S = Server()
SESSIONS, HELD = {}, {}


def login(name, grants):
    S.ask("PUT", f"/api/v1/people/{name}", {"grants": grants, "password": PASSWORD, "why": "test"}, headers={"If-None-Match": "*"})
    got = S.ask("POST", "/api/v1/session", {"account": name, "password": PASSWORD}, token=None)
    SESSIONS[name] = {"Cookie": got.headers["Set-Cookie"].split(";")[0], "X-Assay-CSRF": got.json()["csrf"]}


def ask(who, method, path, body=None, headers=()):
    return S.ask(method, path, body, token=None, headers={**(SESSIONS[who] if who else {}), **dict(headers)})


def good(who, method, path, body=None, **more):
    answer = ask(who, method, path, body, **more)
    assert answer.status in (200, 201, 204), (who, method, path, answer)
    return answer.json() if answer.body else None


def fill(form, **values):
    return good("ann", "POST", f"/api/v1/cases/{HELD['case']}/acts/fill", {"form": form, "values": values, "seal": True})


def tool(form, field, who="ann"):
    return good(who, "GET", f"/api/v1/cases/{HELD['case']}/drawings/{form}/{field}?language=en")


def picture(form, field):
    answer = ask("ann", "GET", f"/api/v1/cases/{HELD['case']}/drawings/{form}/{field}?picture=svg")
    assert answer.status == 200 and answer.headers["Content-Type"] == "image/svg+xml", answer
    return answer.body.decode()


def readings():
    for i in range(40):
        for k, (path, value) in enumerate((("west/speed", 1000 + 10 * (i % 8)), ("west/wear", 2 + 0.03 * (i % 8) + 0.05 * (i % 3)))):
            yield {"characteristic": path, "time": f"2026-01-{1 + i // 2:02}T{8 + i % 2 * 4 + k:02}:00:00Z", "value": f"{value:.3f}", "serial": f"P{i:03}", "machine": f"M{i % 2 + 1}"}
    yield {"characteristic": "east/secret", "time": "2026-01-02T08:00:00Z", "value": "1.0", "serial": "P000"}


def set_up():
    "a circle at work is there, and what it measured"
    for name, grants in (("desk", "quality-manager"), ("ann", "operator@west"), ("ben", "operator@east")):
        login(name, grants)
    assert S.measure(readings()).status == 200
    rows = S.ask("GET", "/api/v1/characteristics?limit=100").json()["characteristics"]
    HELD.update({c["path"]: c["number"] for c in rows})
    good("desk", "POST", "/api/v1/schemes", (ROOT / "schemes/kr-circle.yaml").read_bytes(), headers={"Content-Type": "application/yaml"})
    team = good("desk", "POST", "/api/v1/parties", {"kind": "team", "name": "Blue circle", "code": "blue"})["id"]
    ann = good("desk", "POST", "/api/v1/parties", {"kind": "person", "name": "Ann", "account": "ann", "code": "ann"})["id"]
    good("desk", "POST", f"/api/v1/parties/{ann}/relate", {"relation": "member", "to": team})
    HELD["case"] = good("ann", "POST", "/api/v1/cases", {"scheme": "kr.circle", "party": "blue", "title": "Wear of the die"})["case"]
    fill("theme", theme="Wear", reason="scrap", characteristic="west/wear")
    fill("plan", steps=[{"step": "look", "owner": "Ann", "from": "2026-01-01", "to": "2026-01-02"}])
    wear = HELD["west/wear"]
    fill("present", observed={"from": "2026-01-01", "to": "2026-01-20"}, pareto="counted by hand", baseline="2.1",
         items=[{"item": "wear", "pieces": "30", "share": "75"}, {"item": "scratch", "pieces": "10", "share": "25"}],
         check_sheet=f"/describe/{wear}", histogram=f"/describe/{wear}", control=f"/chart/{wear}")
    fill("causes", fishbone="Machine: too fast, spindle worn\n재료: 경도 편차", scatter=f"/scatter/{HELD['west/speed']},{wear}",
         stratified=f"/chart/{wear}?compare=machine",
         list=[{"cause": "too fast", "item": "wear", "data": "scatter", "is_main": True}, {"cause": "gauge", "item": "scratch", "is_main": False}])


def a_scatter_pairs_what_was_measured_of_the_same_part():
    "a scatter pairs what was measured of the same part"
    told = tool("causes", "scatter")
    assert told["of"] == "scatter" and told["picture"] and len(told["rows"]) == 40 and told["left_out"] == 0, told
    assert told["rows"][1][1:] == ["1010.000", "2.080"], told["rows"][1]
    assert told["words"].startswith("n 40 · r 0.") and told["words"].endswith("paired by serial number"), told["words"]
    svg = picture("causes", "scatter")
    assert "west/speed" in svg and svg.count("<circle") >= 20, svg[:400]


def causes_are_drawn_from_the_outline_and_the_listed_ones():
    "causes are drawn from the outline and from those that are listed, main ones and those with data marked"
    assert tool("causes", "fishbone")["rows"] == [["Machine", "too fast", "yes", "yes"], ["Machine", "spindle worn", "", ""],
                                                  ["재료", "경도 편차", "", ""], ["scratch", "gauge", "", ""]]
    assert "Wear of the die" in picture("causes", "fishbone")


def a_pareto_that_is_no_screen_counts_the_items_of_its_form():
    "a Pareto that is no screen counts the items of its form"
    told = tool("present", "pareto")
    assert [r[:3] for r in told["rows"]] == [["wear", "30", "75.0 %"], ["scratch", "10", "25.0 %"]], told


def the_others_are_drawn_from_the_same_readings():
    "histogram, check sheet, control chart and strata are drawn from the same readings"
    for field in ("histogram", "check_sheet"):
        assert sum(int(r[2]) for r in tool("present", field)["rows"]) == 40
    assert not tool("present", "check_sheet")["picture"] and set(tool("present", "check_sheet")["rows"][0][3]) <= set("| ")
    assert len(tool("present", "control")["rows"]) == 40
    assert [r[:2] for r in tool("causes", "stratified")["rows"]] == [["M1", "20"], ["M2", "20"]]
    for form, field in (("present", "histogram"), ("present", "control"), ("causes", "stratified"), ("present", "pareto")):
        assert picture(form, field).startswith("<?xml"), field


def a_picture_of_what_is_a_table_is_refused():
    "a picture of what is a table is refused, and so is another form of picture"
    where = f"/api/v1/cases/{HELD['case']}/drawings/present/check_sheet"
    assert ask("ann", "GET", f"{where}?picture=svg").status == 404
    assert ask("ann", "GET", f"{where}?picture=png").status == 400


def what_one_may_not_see_is_not_drawn():
    "what one may not see is not drawn: a case of others, measurements of another site"
    link = quote(f"/scatter/{HELD['west/wear']},{HELD['east/secret']}")
    assert ask("ann", "GET", f"/api/v1/drawings/scatter?link={link}").status == 404
    assert ask("ben", "GET", f"/api/v1/cases/{HELD['case']}/drawings/causes/scatter").status == 404
    assert ask(None, "GET", f"/api/v1/cases/{HELD['case']}/drawings/causes/scatter").status == 401
    assert ask("ann", "GET", f"/api/v1/cases/{HELD['case']}/drawings/causes/list").status == 404


def a_link_is_drawn_without_a_case_and_odd_ones_are_refused():
    "a link is drawn without a case; odd ones are refused, never guessed"
    two = f"/scatter/{HELD['west/speed']},{HELD['west/wear']}"
    assert len(good("ann", "GET", f"/api/v1/drawings/scatter?link={quote(two + '?from=2026-01-01&to=2026-01-02', safe='')}")["rows"]) <= 6
    for what in ("/scatter", f"/scatter/{HELD['west/wear']}", "/scatter/999999,1", "/elsewhere/1,2", "/scatter/" + "9" * 300):
        assert ask("ann", "GET", f"/api/v1/drawings/scatter?link={quote(what, safe='')}").status == 404, what
    assert ask("ann", "GET", f"/api/v1/drawings/horoscope?link={quote(two, safe='')}").status == 404
    assert ask("ann", "GET", "/api/v1/drawings/scatter?link=http://elsewhere").status == 400
    assert ask("ann", "GET", "/api/v1/drawings/scatter").status == 400


def a_case_is_a_document():
    "a case is a document in three languages, for whom may see it"
    for language in ("en", "ko", "zh"):
        answer = ask("ann", "GET", f"/api/v1/cases/{HELD['case']}/story?language={language}")
        assert answer.status == 200 and answer.body.startswith(b"%PDF-") and len(answer.body) > 20000, answer
    assert ask("ben", "GET", f"/api/v1/cases/{HELD['case']}/story").status == 404


try:
    run(set_up, a_scatter_pairs_what_was_measured_of_the_same_part, causes_are_drawn_from_the_outline_and_the_listed_ones,
        a_pareto_that_is_no_screen_counts_the_items_of_its_form, the_others_are_drawn_from_the_same_readings,
        a_picture_of_what_is_a_table_is_refused, what_one_may_not_see_is_not_drawn,
        a_link_is_drawn_without_a_case_and_odd_ones_are_refused, a_case_is_a_document)
finally:
    S.close()
