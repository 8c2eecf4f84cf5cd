#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms and reminders leave as signed webhooks, as mail and over MQTT: retried, in order, not lost by a restart, and silent
at night unless the line must stop.

    channels.py PLANT ASSAY        prints TAP
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

got = {"/hook": [], "/night": [], "/gone": [], "/slow": [], "/desk": [], "/deaf": []}
tries = []
mails = []


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/deaf":
            got["/deaf"].append(self.headers["Assay-Id"])
            return self.answer(503)
        if self.path == "/gone":
            got["/gone"].append(self.headers["Assay-Id"])
            return self.answer(410)
        if self.path == "/slow":
            time.sleep(0 if got["/slow"] else 3)
            got["/slow"].append(time.monotonic())
            return self.answer(200)
        if self.path == "/hook" and len(tries) < 2:
            tries.append(self.headers["Assay-Id"])
            return self.answer(503)
        got[self.path].append((dict(self.headers), body))
        self.answer(200)

    def answer(self, code):
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Smtp(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write((text + "\r\n").encode())

    def handle(self):
        mail = {"to": []}
        self.say("220 test")
        for line in self.rfile:
            text = line.decode().strip()
            word = text.upper()
            if word.startswith("DATA"):
                self.say("354 go on")
                data = b""
                for row in self.rfile:
                    if row == b".\r\n":
                        break
                    data += row
                mail["data"] = data.decode()
                mail["came"] = time.monotonic()
                mails.append(mail)
                self.say("250 taken")
            elif word.startswith("QUIT"):
                self.say("221 bye")
                return
            else:
                if word.startswith("MAIL FROM"):
                    mail = {"to": [], "from": text}
                if word.startswith("RCPT TO"):
                    mail["to"].append(text)
                self.say("250 ok")


class Broker:
    """mosquitto that wants a password, and somebody who listens; port 0: it is not installed."""

    def __init__(self, folder):
        program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
        self.port = 0
        if not program:
            return
        subprocess.run(["mosquitto_passwd", "-b", "-c", folder + "/words", "assay", "word"], check=True)
        os.chmod(folder, 0o755)
        os.chmod(folder + "/words", 0o644)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        with open(folder + "/conf", "w", encoding="ascii") as conf:
            conf.write(f"listener {self.port} 127.0.0.1\npassword_file {folder}/words\nallow_anonymous false\n")
        self.process = subprocess.Popen([program, "-c", folder + "/conf"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            except OSError:
                time.sleep(0.02)
        self.listener = subprocess.Popen(
            ["stdbuf", "-oL", "mosquitto_sub", "-p", str(self.port), "-u", "assay", "-P", "word", "-q", "1", "-d", "-t",
             "plant/#", "-F", "%t %p"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        next(line for line in self.listener.stdout if "SUBACK" in line)

    def messages(self):
        self.listener.terminate()
        said = [line.split(" ", 1) for line in self.listener.stdout if line.startswith("plant/")]
        self.process.kill()
        self.process.wait()
        return [(topic, json.loads(body)) for topic, body in said]


count = 0
failed = 0


def check(name, is_so, *more):
    global count, failed
    count += 1
    failed += not is_so
    print("ok" if is_so else "not ok", count, "-", name, flush=True)
    if not is_so:
        print("#", *more)


def is_signed(headers, body):
    stamp = headers["Assay-Timestamp"]
    expected = hmac.new(b"s3cret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return headers["Assay-Signature"] == "v1=" + expected


def subject_of(mail):
    head = mail["data"].split("\r\n\r\n")[0].replace("\r\n ", " ")
    line = next(row for row in head.split("\r\n") if row.startswith("Subject: "))
    words = line[len("Subject: "):].split()
    return b"".join(base64.b64decode(w[10:-2]) for w in words).decode()


def text_of(mail):
    return base64.b64decode(mail["data"].split("\r\n\r\n", 1)[1]).decode()


def read_desk(letters):
    """What the desk of the channel's programme got by mail: in any order, each once."""
    check("reminders come by mail, of the channel's programme, once each", sorted(map(subject_of, letters)) ==
          ["x.idea: decide is due 2026-04-01T09:00:00Z", "x.idea: decide was due 2026-04-01T09:00:00Z"],
          [subject_of(m) for m in letters])
    texts = "".join(map(text_of, letters))
    check("with who is to act, and where", "who: judge, desk" in texts and "event: reminded" in texts and
          f"http://plant:8080/case/07{'0' * 30}" in texts, texts)


def assay(*words):
    return subprocess.run([sys.argv[2], *words, "--lang", "en"], stdout=subprocess.PIPE, text=True, timeout=20,
                          check=False).stdout


def read_book(database):
    book = json.loads(assay("alarms", database, "--json"))
    check("assay alarms reads the same book", book["open"] == 2 and
          [a["path"] for a in book["alarms"]] == ["line/x", "line/y"], book)
    # the second point signals by the same rule, the third row is another characteristic's
    check("hits joined their alarm", len(book["alarms"][0]["hits"]) == 2, book["alarms"][0]["hits"])
    table = assay("alarms", database, "line/y", "--open")
    check("the table says what stops", "STOP, raised" in table and "alarms: 1; open: 1" in table, table)
    rows = assay("alarms", database, "--csv").splitlines()
    check("and a row each in CSV", len(rows) == 3 and rows[2].endswith(",200,1,true"), rows)


def main():
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    post = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp)
    for server in (web, post):
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = tempfile.TemporaryDirectory()
    database = folder.name + "/copy.assay"
    broker = Broker(folder.name)
    done = subprocess.run([sys.argv[1], str(web.server_address[1]), str(post.server_address[1]), database,
                           str(broker.port)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100,
                          check=False)
    check("the plant went through its day", done.returncode == 0, done.stdout[-800:])
    hooks = [(h, b, json.loads(b)) for h, b in got["/hook"]]
    check("one message an alarm, in order", [m["alarm"]["path"] for _, _, m in hooks] ==
          ["line/x", "line/y"], [m["alarm"]["path"] for _, _, m in hooks])
    check("each is signed over its time and body", hooks and all(is_signed(h, b) for h, b, _ in hooks))
    check("a message tried again keeps its id", len(set(tries)) == 1 and tries[0] == hooks[0][2]["id"])
    check("ids differ from message to message", len({m["id"] for _, _, m in hooks}) == len(hooks))
    check("it says the event, the rule and the value", hooks[0][2]["event"] == "raised" and
          hooks[0][2]["alarm"]["rule"] == "1" and hooks[0][2]["alarm"]["value"] == "200")
    letters = [m for m in mails if any("desk@" in t for t in m["to"])]
    mails[:] = [m for m in mails if m not in letters]
    read_desk(letters)
    night = [json.loads(b)["alarm"]["path"] for _, b in got["/night"]]
    check("at night the stop alarm comes, the other waits for the morning",
          night == ["line/y", "line/x"], night)
    check("what its receiver refuses is given up after five tries",
          len(got["/gone"]) >= 5 and len(set(got["/gone"][:5])) == 1, got["/gone"])
    check("a slow receiver keeps nobody else waiting", mails and got["/slow"] and
          mails[0]["came"] < got["/slow"][0] - 1, [m["came"] for m in mails], got["/slow"])
    check("mail goes to all receivers", len(mails) == 2 and all(len(m["to"]) == 2 for m in mails))
    check("its subject says what stops", [subject_of(m) for m in mails] ==
          ["line/x: rule 1 raised", "STOP line/y: rule 1 raised"], [subject_of(m) for m in mails])
    told = [json.loads(b) for _, b in got["/desk"]]
    check("a reminder of the channel's programme is sent once", [m["event"] for m in told] == ["reminded"] and
          told[0]["case"] == {"id": "07" + "0" * 30, "scheme": "x.idea", "stage": "decide", "kind": "soon",
                              "due": "2026-04-01T09:00:00Z", "who": ["judge"]}, told)
    check("and never again where it may have arrived", len(got["/deaf"]) == 1, got["/deaf"])
    text = text_of(mails[1]) if len(mails) > 1 else ""
    check("its text says part, rule, value and where to look", "line/y" in text and "rule: 1" in text
          and "value: 200" in text and "http://plant:8080/alarms/" in text, text)
    if broker.port:
        said = broker.messages()
        check("a broker gets the same, once each", [(m["event"], m["alarm"]["path"]) for t, m in said
                                                    if t == "plant/alarms"] ==
              [("raised", "line/x"), ("raised", "line/y")], said)
        desk = [m for t, m in said if t == "plant/desk"]
        check("and reminders, once each", [(m["event"], m["case"]["scheme"], m["case"]["who"]) for m in desk] ==
              [("reminded", "x.idea", ["judge"]), ("late", "x.idea", ["judge", "desk"])], said)
    else:
        print("# mosquitto is not installed: the channel to a broker is left out")
    read_book(database)
    folder.cleanup()
    print(f"1..{count}")
    return failed > 0


sys.exit(main())
