#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""assay watch against a server that says what the test wants, in a terminal of its own.

    watch.py ASSAY
"""
import datetime
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unicodedata

from stand_in import StandIn

ASSAY = sys.argv[1]
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
ENVIRONMENT.pop("ASSAY_TOKEN", None)
ENVIRONMENT.pop("NO_COLOR", None)
count = 0


def ok(is_so, sentence, seen=""):
    global count
    count += 1
    print(f"{'ok' if is_so else 'not ok'} {count} - {sentence}", flush=True)
    if not is_so:
        for line in str(seen).splitlines():
            print(f"# {line}", flush=True)


def ago(seconds):
    now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds)
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def row(number, path, **more):
    return {"number": number, "id": f"{number:032x}", "path": path, "unit": "mm", "state": "in force",
            "value": 10.0, "lcl": 9.7, "center": 10.0, "ucl": 10.3, "time": ago(5), "open_alarms": 0,
            "stale": False, "rules": [], "spark": [10.0, 10.1, 9.9], "spark_signals": [], **more}


def plant(server):
    server.answers["/api/v1/characteristics"] = {"next": None, "characteristics": [
        row(1, "line/good"), row(2, "line/누설률", stale=True), row(3, "line/stop", open_alarms=1, stop_alarms=1),
        row(4, "line/look\x1b[2J", rules=["5"])]}
    server.answers["/api/v1/alarms"] = {"next": None, "alarms": [
        {"id": "a", "characteristic": 3, "path": "line/stop", "state": "raised", "rule": "1", "stop": True,
         "time": ago(600), "known": ago(599), "value": 11.0},
        {"id": "b", "characteristic": 1, "path": "line/good", "state": "closed", "rule": "1",
         "time": ago(9000), "known": ago(9000)}]}
    server.answers["/api/v1/sources"] = {"sources": [
        {"source": "press", "received": 10, "stored": 6, "duplicates": 1, "conflicts": 1, "refused": 1,
         "pending": 1, "stale": False},
        {"source": "oven", "received": 10, "stored": 6, "duplicates": 1, "conflicts": 1, "refused": 1,
         "pending": 0, "stale": True}]}
    points = [{"index": i + 1, "time": ago(100 - i), "n": 5, "value": 10 + 0.1 * (i % 3 - 1), "lcl": 9.7,
               "ucl": 10.3, "rules": [1] if i == 7 else []} for i in range(40)]
    for number in range(1, 5):
        server.answers[f"/api/v1/characteristics/{number}/chart"] = {
            "chart": "xbar-r", "n": 5, "subgroups": 40, "limits": {"state": "in force"},
            "location": {"statistic": "mean", "center": 10.0, "points": points},
            "spread": {"statistic": "range", "center": 0.2, "points": [{**p, "value": 0.2, "lcl": 0} for p in points]},
            "rules": {"set": "nelson"}}
    return server


def run(server, *options, **environment):
    done = subprocess.run([ASSAY, "watch", server.address, *options], text=True, timeout=30,
                          stdin=subprocess.DEVNULL, capture_output=True, env={**ENVIRONMENT, **environment})
    return done.returncode, done.stdout, done.stderr


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in line)


class Terminal:
    """A terminal of a size; `screen` is what the last whole frame shows, line by line."""

    def __init__(self, server, columns=90, rows=24):
        self.bytes = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(ASSAY, [ASSAY, "watch", server.address], ENVIRONMENT)
        self.resize(columns, rows)

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                try:
                    self.bytes += os.read(self.fd, 65536)
                except OSError:
                    return

    @property
    def screen(self):
        frames = self.bytes.split(b"\x1b[?2026h")
        frame = next((f for f in reversed(frames) if b"\x1b[?2026l" in f), b"").decode(errors="replace")
        return [re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", line) for line in frame.split("\r\n")]

    def wait(self, condition, seconds=15):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.1)
            if condition(self.screen):
                return True
        return False

    def shows(self, text, seconds=15):
        return self.wait(lambda screen: any(text in line for line in screen), seconds)

    def key(self, text):
        os.write(self.fd, text.encode())

    def ended(self):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            self.read(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        return None


def once():
    server = plant(StandIn())
    code, out, err = run(server, "--once", "--width", "100")
    paths = [line.split()[2] if "NO DATA" not in line else line.split()[3]
             for line in out.splitlines() if "line/" in line and "rule" not in line]
    ok(code == 3, "exit code 3 tells that an alarm is open", (code, err))
    ok(paths == ["line/stop", "line/look?[2J", "line/누설률", "line/good"],
       "what needs somebody stands first; control characters are not obeyed", out)
    ok("◆ STOP 1   ▲ CHECK 1   ○ NO DATA 1   ◇ NO LIMITS 0   ● OK 1" in out, "each state has a sign and a word", out)
    ok("10 min  line/stop" in out and "rule 1" in out, "an open alarm has its age and rule", out)
    ok(re.search(r"press +10 = +6 +1 +1 +1 +1\n", out) and re.search(r"oven +10 ≠ .*silent", out),
       "the account of a source adds up, or is seen not to", out)
    rows, alarms = server.answers["/api/v1/characteristics"]["characteristics"], server.answers["/api/v1/alarms"]["alarms"]
    rows[2] |= {"stop_alarms": 0}
    alarms[0] |= {"stop": False}
    out = run(server, "--once", "--width", "100")[1]
    ok("◆ STOP 0   ▲ CHECK 2 " in out and re.search(r"▲ +10 min +line/stop +rule 1", out),
       "an alarm whose plan does not say stop asks to look", out)
    rows[2] |= {"silent_alarms": 1}
    alarms[0] |= {"rule": "no-data"}
    out = run(server, "--once", "--width", "100")[1]
    ok("▲ CHECK 2 " in out, "data that came back does not close the alarm of its silence", out)
    rows[2] |= {"stale": True}
    ok("○ NO DATA 2 " in run(server, "--once", "--width", "100")[1], "silence with its alarm is no data")
    rows[2] |= {"silent_alarms": 0, "stop_alarms": 1, "stale": False}
    alarms[0] |= {"rule": "1", "stop": True}
    ok("\x1b" not in out, "where it is no terminal there is no colour and no control", repr(out))
    code, out, err = run(server, "--json")
    seen = json.loads(out)
    ok(code == 3 and [c["state"] for c in seen["characteristics"]] == ["stop", "check", "no data", "ok"] and
       [s["conserved"] for s in seen["sources"]] == [True, False] and len(seen["alarms"]) == 1,
       "the same as JSON", out)
    server.answers["/api/v1/alarms"] = {"alarms": []}
    ok(run(server)[0] == 0, "without an open alarm the exit code is 0")
    server.answers["/api/v1/alarms"] = {"other": 1}
    code, out, err = run(server)
    ok(code == 1 and "does not answer as expected at /api/v1/alarms" in err,
       "an answer of another form is told", err)


def addresses():
    code = subprocess.run([ASSAY, "watch", __file__], text=True, capture_output=True, env=ENVIRONMENT)
    ok(code.returncode == 2 and "is a file, not the address of a server" in code.stderr,
       "a file is told from an address", code)
    with tempfile.TemporaryDirectory() as folder:
        server = plant(StandIn(path=folder + "/s"))
        code, out, err = run(server, "--once")
        ok(code == 3 and "unix:" in out and "line/stop" in out, "a Unix socket will do", (out, err))
    code = subprocess.run([ASSAY, "watch", "127.0.0.1:1"], text=True, capture_output=True, env=ENVIRONMENT)
    ok(code.returncode == 1 and "cannot reach http://127.0.0.1:1" in code.stderr, "nobody there is told", code)


def tokens():
    server = plant(StandIn(token="secret"))
    code, out, err = run(server)
    ok(code == 1 and "401: who are you?" in err and "ASSAY_TOKEN" in err,
       "without a token the server's words and the way to one are told", err)
    ok(run(server, "--token", "secret")[0] == 3, "a token opens it")
    ok(run(server, ASSAY_TOKEN="secret")[0] == 3, "as does one of the environment")


def live():
    server = plant(StandIn())
    t = Terminal(server)
    ok(t.shows("line/stop") and t.wait(lambda _: server.streams), "a terminal shows the overview", t.screen)
    server.push("point", {"characteristic": 1, "path": "line/good", "time": ago(0), "value": "10.25",
                          "lcl": 9.7, "center": 10, "ucl": 10.3, "rules": []}, 7)
    ok(t.shows("10.25"), "a point moves its row at once", "\n".join(t.screen))
    server.push("point", {"characteristic": 1, "path": "line/good", "time": ago(0), "value": 10.4,
                          "lcl": 9.7, "center": 10, "ucl": 10.3, "rules": [1]}, 8)
    ok(t.wait(lambda s: any("CHECK" in x and "line/good" in x for x in s)), "and its state", "\n".join(t.screen))
    server.answers["/api/v1/alarms"]["alarms"].append(
        {"id": "c", "characteristic": 1, "path": "line/good", "state": "raised", "rule": "4", "time": ago(0)})
    server.push("alarm", {"id": "c", "characteristic": 1, "state": "raised"}, 9)
    ok(t.shows("open alarms (2)"), "an alarm is shown as it is raised", "\n".join(t.screen))
    t.key("\x1b[B\x1b[B")
    ok(t.wait(lambda s: any(x.startswith("▸") and "누설률" in x for x in s)), "arrows choose", "\n".join(t.screen))
    t.key("\r")
    ok(t.shows("UCL 10.3") and t.shows("xbar-r · n 5 · 40 subgroups · nelson · in force") and t.shows("range"),
       "Enter shows the chart by the limits in force", "\n".join(t.screen))
    t.key("b")
    ok(t.shows("sources (2)"), "b goes back", "\n".join(t.screen))
    for columns, rows in ((120, 40), (60, 14), (40, 10)):
        t.resize(columns, rows)
        ok(t.wait(lambda s: len(s) <= rows and max(map(width, s)) <= columns),
           f"everything fits into {columns} columns and {rows} lines", "\n".join(t.screen))
    t.resize(90, 24)
    asked = len(server.seen_ids)
    server.hang_up()
    ok(t.shows("no news from"), "a lost stream is told", "\n".join(t.screen))
    ok(t.wait(lambda s: len(server.seen_ids) > asked and not any("no news" in x for x in s)) and
       server.seen_ids[-1] == "9", "and opened again behind the last event", server.seen_ids)
    t.key("q")
    code = t.ended()
    ok(code == 0 and t.bytes.rstrip().endswith(b"\x1b[?1049l"), "q ends and leaves the terminal as it was",
       (code, t.bytes[-80:]))


def interrupted():
    t = Terminal(plant(StandIn()))
    t.shows("line/stop")
    t.key("\x03")
    code = t.ended()
    ok(code == 0 and b"\x1b[?1049l" in t.bytes[-200:], "Ctrl-C does so too", (code, t.bytes[-80:]))


def has_terminals():
    try:
        for fd in pty.openpty():
            os.close(fd)
        return True
    except OSError:
        return False


for part in (once, addresses, tokens):
    part()
if has_terminals():
    live()
    interrupted()
else:
    ok(True, "what a terminal shows # SKIP no pseudo-terminals here")
print(f"1..{count}")
