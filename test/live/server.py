# SPDX-License-Identifier: GPL-3.0-or-later
"""A running `assay serve` for tests, people with roles, and requests to it."""
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

ASSAY = sys.argv[1]
PASSWORD = "correct horse battery"


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Server:
    """A folder with a database. It can be started, stopped, killed and started again."""
    host, own_port = "127.0.0.1", 0
    within = ()  # the command that it is run by

    def __init__(self, *options, demo=True):
        self.home = tempfile.mkdtemp(prefix="assay-")
        self.database = os.path.join(self.home, "plant.assay")
        self.options = list(options) + (["--demo"] if demo else [])
        self.process = self.token = None
        self.start()

    def start(self):
        self.errors = open(os.path.join(self.home, "log"), "a")
        began = time.time()
        self.process = subprocess.Popen(
            [*self.within, ASSAY, "serve", self.database, "--listen", f"{self.host}:{self.own_port}", *self.options],
            stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.address = self.process.stdout.readline().strip()
        self.started_s = time.time() - began
        assert self.address.startswith("http"), open(os.path.join(self.home, "log")).read()
        self.port = int(self.address.rsplit(":", 1)[1])
        self.said = []
        if "--demo" in self.options:
            self.said = [self.process.stdout.readline(), self.process.stdout.readline()]
            self.token = self.said[1].split()[-1]
            self.password = self.said[0].split()[-1]
        return self

    def connect(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=30)

    def ask(self, method, path, body=None, token=..., headers=(), connection=None):
        token = self.token if token is ... else token
        h = dict(headers)
        if token:
            h["Authorization"] = f"Bearer {token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            h.setdefault("Content-Type", "application/json")
        c = connection or self.connect()
        c.request(method, path, body=body, headers=h)
        answer = Answer(c.getresponse())
        if not connection:
            c.close()
        return answer

    def get(self, path, **rest):
        answer = self.ask("GET", path, **rest)
        assert answer.status == 200, (path, answer)
        return answer.json()

    def write(self, lines, **rest):
        return self.ask("POST", "/api/v1/write", lines, **rest)

    def measure(self, rows, headers=(), query="", **rest):
        text = "".join(json.dumps(r) + "\n" for r in rows)
        return self.ask("POST", "/api/v1/measurements" + query, text, headers=headers, **rest)

    def account(self, source="http"):
        for s in self.get("/api/v1/sources")["sources"]:
            if s["name"] == source:
                return s
        return None

    def person(self, name, grants):
        """A new account with a password and a token of all its scopes."""
        made = self.ask("PUT", f"/api/v1/people/{name}", {"grants": grants, "password": PASSWORD, "why": "test"},
                        headers={"If-None-Match": "*"})
        assert made.status == 204, made
        return self.token_of(name)

    def token_of(self, name):
        """A token of all scopes of an account with the password of tests."""
        login = self.ask("POST", "/api/v1/session", {"account": name, "password": PASSWORD}, token=None)
        assert login.status == 200, login
        session = {"Cookie": login.headers["Set-Cookie"].split(";")[0], "X-Assay-CSRF": login.json()["csrf"]}
        token = self.ask("POST", "/api/v1/tokens", {"scopes": ",".join(login.json()["scopes"]), "days": 1},
                         token=None, headers=session)
        assert token.status == 201, token
        return token.json()["token"]

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.stdout.close()
            code = self.process.wait(timeout=30)
            self.process = None
            return code
        return None

    def close(self):
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)


def conserved(account):
    return account["received"] == sum(account[k] for k in ("stored", "duplicates", "conflicts", "refused", "pending"))


def wait_for(what, seconds=20):
    end = time.time() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.time() < end, "waited too long"
        time.sleep(0.02)


def run(*cases):
    """Each case is a function whose first line of documentation is the sentence it proves."""
    failed = 0
    print(f"1..{len(cases)}", flush=True)
    for i, case in enumerate(cases, 1):
        try:
            case()
            print(f"ok {i} - {case.__doc__}", flush=True)
        except Exception:  # whatever it is, the next case goes on
            failed += 1
            print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), end="")
            print(f"not ok {i} - {case.__doc__}", flush=True)
    print(f"# {len(cases) - failed} passed, {failed} failed", flush=True)
    sys.exit(bool(failed))
