# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of cases over HTTP: brought, named in a form, given back to whom may see the field, erased."""
import hashlib
import json
import os
import pathlib
import random
import signal
import socket
import sqlite3
import subprocess
import struct
import threading
import time
import zlib

from server import ASSAY, PASSWORD, Server, run, wait_for

S = Server()
SCHEME = (pathlib.Path(__file__).resolve().parent / "case_files.yaml").read_bytes()
SESSIONS, PARTY, HELD = {}, {}, {}


def png(seed):
    """A picture nobody has seen before."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(random.Random(seed + y).randbytes(64 * 3)) for y in range(64))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


PDF = b"%PDF-1.7\n" + random.Random(1).randbytes(3 * (1 << 20) + 12345)
PICTURE = png(7)


def login(name, grants):
    S.ask("PUT", f"/api/v1/people/{name}", {"grants": grants, "password": PASSWORD, "why": "test"},
          headers={"If-None-Match": "*"})
    again(name)


def again(name):
    got = S.ask("POST", "/api/v1/session", {"account": name, "password": PASSWORD}, token=None)
    SESSIONS[name] = {"Cookie": got.headers["Set-Cookie"].split(";")[0], "X-Assay-CSRF": got.json()["csrf"]}


def ask(who, method, path, body=None, headers=()):
    return S.ask(method, path, body, token=None, headers={**(SESSIONS[who] if who else {}), **dict(headers)})


def good(who, method, path, body=None):
    answer = ask(who, method, path, body)
    assert answer.status in (200, 201, 204), (who, method, path, answer)
    return answer.json() if answer.body else None


def bring(who, case, field, bytes_, name="x"):
    return ask(who, "POST", f"/api/v1/cases/{case}/files?form=paper&field={field}&name={name}", bytes_,
               headers={"Content-Type": "application/octet-stream"})


def fill(who, case, seal=False, **values):
    return ask(who, "POST", f"/api/v1/cases/{case}/acts/fill", {"form": "paper", "values": values, **({"seal": True} if seal else {})})


def head(case, who, length):
    return (f"POST /api/v1/cases/{case}/files?form=paper&field=report HTTP/1.1\r\nHost: x\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {length}\r\n"
            + "".join(f"{k}: {v}\r\n" for k, v in SESSIONS[who].items()) + "\r\n").encode()


def set_up():
    "a programme with a form that asks for files is set up"
    login("desk", "quality-manager")
    login("auditor", "auditor")
    for name in ("ann", "ben", "judge", "nobody"):
        login(name, "operator")
    assert ask("desk", "POST", "/api/v1/schemes", SCHEME, headers={"Content-Type": "application/yaml"}).status == 201
    for name in ("ann", "ben", "judge"):
        PARTY[name] = good("desk", "POST", "/api/v1/parties", {"kind": "person", "name": f"Hidden {name}", "account": name})["id"]
    good("desk", "POST", f"/api/v1/parties/{PARTY['judge']}/appoint", {"scheme": "x.files", "role": "judge"})
    for name in ("ann", "ben"):
        HELD[name] = good(name, "POST", "/api/v1/cases", {"scheme": "x.files", "party": PARTY[name]})["case"]


def a_file_is_brought_and_typed_by_what_is_in_it():
    "a file is typed by its content, not by its name; a photo is a picture; nothing empty, nothing too large"
    case = HELD["ann"]
    answer = bring("ann", case, "report", PDF, "Hidden%20ann.png")
    assert answer.status == 201, answer
    HELD["report"] = told = answer.json()
    assert (told["type"], told["bytes"], told["name"]) == ("application/pdf", len(PDF), "Hidden ann.png"), told
    assert told["digest"] == hashlib.sha256(PDF).hexdigest()
    HELD["photo"] = bring("ann", case, "photos", PICTURE, "before.jpg").json()
    assert HELD["photo"]["type"] == "image/png"
    HELD["signed"] = bring("ann", case, "signed", b"<html><script>alert(1)</script>", "a.html").json()
    assert HELD["signed"]["type"] == "text/plain"
    mine = f"/api/v1/cases/{case}/files/{HELD['photo']['file']}"
    assert [ask(who, "GET", mine).status for who in ("ann", "desk", "ben")] == [200, 404, 404], "loose, it is its bringer's alone"
    assert bring("ann", case, "photos", b"GIF is a word, this is text", "x.png").status == 400
    assert bring("ann", case, "report", b"").status in (400, 422)
    assert bring("ann", case, "theme", PDF).status == 404, "a text is no file"
    with socket.create_connection(("127.0.0.1", S.port)) as s:  # refused before it is sent
        s.sendall(head(case, "ann", (50 << 20) + 1))
        assert s.recv(12) == b"HTTP/1.1 413"


def nobody_else_brings_or_names_one():
    "who may not fill in the form brings nothing, and a file of another case or hand is not there"
    tried = [bring(who, HELD["ann"], "report", b"%PDF-x").status for who in ("ben", "nobody", "desk", None)]
    assert tried == [404, 404, 422, 401], tried
    theirs = fill("ben", HELD["ben"], theme="t", report={"file": HELD["report"]["file"]})
    assert theirs.status == 404, theirs
    assert fill("ann", HELD["ann"], theme="t", report={"file": "0" * 32}).status == 404
    wrong = fill("ann", HELD["ann"], theme="t", report={"file": HELD["report"]["file"]}, photos=[{"file": HELD["report"]["file"]}])
    assert wrong.status == 400 and b"expected a photo" in wrong.body, wrong
    token = S.ask("POST", "/api/v1/tokens", {"scopes": "read", "days": 1}, token=None, headers=SESSIONS["ann"]).json()["token"]
    refused = S.ask("POST", f"/api/v1/cases/{HELD['ann']}/files?form=paper&field=report", PDF, token=token,
                    headers={"Content-Type": "application/octet-stream"})
    assert refused.status == 403, refused


def the_record_says_what_is_stored():
    "the form says of a file what is stored, whatever the sender says of it"
    answer = fill("ann", HELD["ann"], seal=True, theme="Scratches", photos=[HELD["photo"]], signed=HELD["signed"],
                  report={"file": HELD["report"]["file"], "name": "x", "digest": "0" * 64, "bytes": 1})
    assert answer.status == 200, answer
    values = good("ann", "GET", f"/api/v1/cases/{HELD['ann']}")["forms"][0]["values"]
    assert values["report"] == HELD["report"] and values["photos"] == [HELD["photo"]], values


def path_of(name):
    return f"/api/v1/cases/{HELD['ann']}/files/{HELD[name]['file']}"


def who_sees_the_field_gets_the_bytes():
    "who sees the field gets the bytes as they were, as nothing a browser runs; a blind judge no name and no hidden file"
    good("desk", "POST", f"/api/v1/cases/{HELD['ann']}/acts/assign", {"judges": [PARTY["judge"]]})
    answer = ask("ann", "GET", path_of("report"))
    assert answer.status == 200 and answer.body == PDF, (answer.status, len(answer.body))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''Hidden%20ann.png"), answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in answer.headers["Content-Security-Policy"]
    shown = ask("ann", "GET", path_of("photo"))
    assert shown.body == PICTURE and shown.headers["Content-Disposition"].startswith("inline"), shown.headers
    assert ask("ann", "GET", path_of("signed")).headers["Content-Type"] == "text/plain"
    assert [ask(who, "GET", path_of("report")).status for who in ("desk", "auditor", "ben", "nobody", None)] == [200, 200, 404, 404, 401]
    blind = good("judge", "GET", f"/api/v1/cases/{HELD['ann']}")
    assert "Hidden" not in json.dumps(blind) and "signed" not in blind["forms"][0]["values"], blind
    answer = ask("judge", "GET", path_of("report"))
    assert answer.body == PDF and "ann" not in answer.headers["Content-Disposition"].lower(), answer.headers
    assert ask("judge", "GET", path_of("signed")).status == 404
    mixed = f"/api/v1/cases/{HELD['ben']}/files/{HELD['report']['file']}"
    assert ask("ben", "GET", mixed).status == ask("desk", "GET", mixed).status == 404


def the_bytes_lie_encrypted_in_the_one_file():
    "the bytes are in the database and nowhere else, encrypted; the check and a backup have them"
    words = [PDF[5000:5040], PICTURE[60:100], b"Hidden ann.png"]
    for path in pathlib.Path(S.home).rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(w in data for w in words), path
    subprocess.run([ASSAY, "check", S.database], check=True, capture_output=True)
    copy = os.path.join(S.home, "copy.assay")
    subprocess.run([ASSAY, "backup", S.database, copy], check=True, capture_output=True)
    out = os.path.join(S.home, "out.pdf")
    subprocess.run([ASSAY, "case", "file", copy, HELD["ann"], HELD["report"]["file"], "-o", out], check=True, capture_output=True)
    assert pathlib.Path(out).read_bytes() == PDF
    db = sqlite3.connect(copy)
    db.execute("UPDATE file_part SET data = zeroblob(length(data)) WHERE id = (SELECT min(id) FROM file_part)")
    db.commit()
    db.close()
    checked = subprocess.run([ASSAY, "check", copy], capture_output=True, text=True)
    assert checked.returncode and "missing or damaged" in checked.stderr, checked


def the_command_line_brings_files_too():
    "the command line brings files by path, in one transaction with the form, and refuses as the server does"
    S.stop()
    path = os.path.join(S.home, "반장 서명.png")
    pathlib.Path(path).write_bytes(PICTURE)

    def case(*words):
        return subprocess.run([ASSAY, "case", *words, "--json"], capture_output=True, text=True)
    opened = json.loads(case("open", S.database, "scheme=x.files", "party=ben", "--as-party", "ben").stdout)["case"]
    refused = case("fill", S.database, opened, "values.theme=t", "values.report=@/nowhere/x", "--as-party", "ben")
    assert refused.returncode and "/nowhere/x" in refused.stderr, refused
    done = case("fill", S.database, opened, "values.theme=t", f"values.report=@{path}", f"values.photos=@{path}", "seal=true", "--as-party", "ben")
    assert done.returncode == 0, done
    values = json.loads(case("show", S.database, opened).stdout)["forms"][0]["values"]
    assert values["report"]["name"] == "반장 서명.png" and values["photos"][0]["digest"] == hashlib.sha256(PICTURE).hexdigest()
    back = subprocess.run([ASSAY, "case", "file", S.database, opened, values["photos"][0]["file"]], capture_output=True)
    assert back.stdout == PICTURE
    S.start()


def a_server_that_dies_during_an_upload_loses_nothing_confirmed():
    "a server killed while files come has every file it confirmed, whole, and no half one in a form"
    case, kept, digests, stop = HELD["ben"], [], {}, threading.Event()
    source = random.Random(3)

    def send():
        while not stop.is_set():
            body = b"%PDF-" + source.randbytes(source.randrange(100, 3 << 20))
            try:
                answer = bring("ben", case, "report", body)
                if answer.status != 201:
                    continue
                file = answer.json()["file"]
                digests[file] = hashlib.sha256(body).hexdigest()
                if fill("ben", case, theme="t", report={"file": file}).status == 200:
                    kept.append(file)
            except Exception:  # the server died under it
                time.sleep(0.05)
    worker = threading.Thread(target=send)
    worker.start()
    for turn in range(4):
        wait_for(lambda: len(kept) > 2 * turn)
        time.sleep(source.random() * 0.1)
        S.stop(signal.SIGKILL)
        S.start()
    stop.set()
    worker.join()
    print(f"# {len(kept)} files confirmed over 4 kills")
    values = [f["values"] for f in good("ben", "GET", f"/api/v1/cases/{case}")["forms"]]
    stands = next(v["report"]["file"] for v in values if "report" in v)
    tried = list(digests)
    assert stands in tried[tried.index(kept[-1]):], "the last confirmed, or one written whose confirmation died with the server"
    answer = ask("ben", "GET", f"/api/v1/cases/{case}/files/{stands}")
    assert hashlib.sha256(answer.body).hexdigest() == digests[stands], answer.status
    whole = {row[0].lower() for row in sqlite3.connect(f"file:{S.database}?mode=ro", uri=True).execute(
        "SELECT hex(id) FROM file WHERE state = 2 AND parts > 0")}
    assert whole >= set(kept), "what was confirmed is kept, and the check below finds it whole"
    subprocess.run([ASSAY, "check", S.database], check=True, capture_output=True)


def a_connection_that_breaks_leaves_nothing():
    "a connection that breaks off, or says more than it sends, leaves no file"
    before = sqlite3.connect(f"file:{S.database}?mode=ro", uri=True).execute("SELECT count(*) FROM file").fetchone()
    with socket.create_connection(("127.0.0.1", S.port)) as s:
        s.sendall(head(HELD["ben"], "ben", 3000000) + b"%PDF-" + b"x" * 100000)
    time.sleep(0.2)
    after = sqlite3.connect(f"file:{S.database}?mode=ro", uri=True).execute("SELECT count(*) FROM file").fetchone()
    assert before == after


def an_erasure_takes_the_bytes():
    "who is erased takes the bytes along; the case, its decisions and the check stay whole"
    assert ask("desk", "DELETE", f"/api/v1/parties/{PARTY['ann']}?why=asked").status == 204
    assert [ask(who, "GET", path_of("report")).status for who in ("desk", "auditor")] == [404, 404]
    left = sqlite3.connect(f"file:{S.database}?mode=ro", uri=True).execute(
        "SELECT count(*), sum(state = 3) FROM file WHERE number IN (SELECT number FROM file WHERE state = 3)"
        " UNION ALL SELECT count(*), 0 FROM file_part WHERE id >> 10 IN (SELECT number FROM file WHERE state = 3)").fetchall()
    assert left[0][0] >= 3 and left[1][0] == 0, left
    assert good("desk", "GET", f"/api/v1/cases/{HELD['ann']}")["phase"] == "open"
    subprocess.run([ASSAY, "check", S.database], check=True, capture_output=True)


try:
    run(set_up, a_file_is_brought_and_typed_by_what_is_in_it, nobody_else_brings_or_names_one,
        the_record_says_what_is_stored, who_sees_the_field_gets_the_bytes,
        the_bytes_lie_encrypted_in_the_one_file, the_command_line_brings_files_too,
        a_server_that_dies_during_an_upload_loses_nothing_confirmed, a_connection_that_breaks_leaves_nothing,
        an_erasure_takes_the_bytes)
finally:
    S.close()
