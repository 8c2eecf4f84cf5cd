# SPDX-License-Identifier: GPL-3.0-or-later
"""The server as a service: what it prints, whom it lets in, what it tells systemd."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile

from server import ASSAY, run

UNIT = sys.argv[2]


def serve(*options, environment=None, home=None):
    home = home or tempfile.mkdtemp(prefix="assay-")
    process = subprocess.Popen([ASSAY, "serve", os.path.join(home, "plant.assay"), *options], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, **(environment or {})})
    process.home = home
    return process


def end(process):
    process.kill()
    process.communicate()
    shutil.rmtree(process.home, ignore_errors=True)


def plain_stays_at_home():
    "without TLS it does not listen beyond this machine unless told so"
    p = serve("--listen", "0.0.0.0:0")
    out, err = p.communicate(timeout=20)
    assert p.returncode == 2 and "--tls-cert" in err and out == "", (p.returncode, err)
    p = serve("--listen", "0.0.0.0:0", "--open-plain", "--demo")
    assert "this machine alone" in p.communicate(timeout=20)[1] and p.returncode == 2
    p = serve("--listen", "0.0.0.0:0", "--open-plain")
    assert p.stdout.readline().startswith("http://0.0.0.0:")
    end(p)


def the_first_administrator_comes_by_link():
    "the first start prints a one-time link that sets the administrator's password"
    p = serve("--listen", "127.0.0.1:0")
    address = p.stdout.readline().strip()
    link = p.stdout.readline().split()[-1]
    port = int(address.rsplit(":", 1)[1])
    code = re.fullmatch(re.escape(address) + r"/welcome\?code=([0-9a-f]{32})", link)[1]

    def ask(method, path, body=None, headers={}):
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        c.request(method, path, body, headers)
        r = c.getresponse()
        return r.status, r.headers, r.read()

    assert ask("GET", f"/welcome?code={code}")[0] == 200
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ask("POST", "/welcome", f"code={code}&password=short", form)[0] == 422
    status, headers, _ = ask("POST", "/welcome", f"code={code}&password=long+enough+%26+good", form)
    assert status == 303, status
    me = ask("GET", "/api/v1/me", headers={"Cookie": headers["Set-Cookie"].split(";")[0]})
    assert me[0] == 200 and json.loads(me[2])["account"] == "admin"
    assert ask("POST", "/welcome", f"code={code}&password=long+enough+again", form)[0] == 404
    end(p)


def an_administrator_may_be_made_by_hand():
    "a plant whose administrator was invited on the command line starts, and that invitation counts"
    home = tempfile.mkdtemp(prefix="assay-")
    database = os.path.join(home, "plant.assay")
    subprocess.run([ASSAY, "init", database], check=True, capture_output=True)
    code = subprocess.run([ASSAY, "user", database, "chief", "--roles", "administrator", "--invite"], check=True,
                          capture_output=True, text=True).stdout.split()[-1]
    p = serve("--listen", "127.0.0.1:0", home=home)
    address = p.stdout.readline().strip()
    assert address.startswith("http"), p.stderr.read()
    c = http.client.HTTPConnection("127.0.0.1", int(address.rsplit(":", 1)[1]), timeout=20)
    c.request("POST", "/welcome", f"code={code}&password=long+enough+%26+good",
              {"Content-Type": "application/x-www-form-urlencoded"})
    assert c.getresponse().status == 303
    end(p)


def tls_is_spoken():
    "with certificate and key it speaks TLS, and cookies are for TLS alone"
    home = tempfile.mkdtemp(prefix="assay-")
    cert, key = os.path.join(home, "cert.pem"), os.path.join(home, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    p = serve("--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key, "--demo", home=home)
    address = p.stdout.readline().strip()
    password = p.stdout.readline().split()[-1]
    assert address.startswith("https://")
    context = ssl.create_default_context(cafile=cert)
    c = http.client.HTTPSConnection("127.0.0.1", int(address.rsplit(":", 1)[1]), context=context, timeout=20)
    c.request("POST", "/api/v1/session", json.dumps({"account": "demo", "password": password}))
    cookie = c.getresponse().headers["Set-Cookie"]
    assert cookie.startswith("__Host-assay=") and "; Secure" in cookie and "HttpOnly" in cookie, cookie
    end(p)


def a_unix_socket_serves():
    "a Unix socket serves, and one that a crash left behind is taken over"
    home = tempfile.mkdtemp(prefix="assay-")
    path = os.path.join(home, "s")
    for _ in range(2):
        p = serve("--listen", f"unix:{path}", home=home)
        assert p.stdout.readline().strip() == f"unix:{path}"
        c = socket.socket(socket.AF_UNIX)
        c.connect(path)
        c.sendall(b"GET /livez HTTP/1.0\r\n\r\n")
        assert b" 200 " in c.recv(100)
        p.kill()
        p.communicate()
    shutil.rmtree(home)


def systemd_is_told():
    "systemd hears READY, WATCHDOG and STOPPING"
    home = tempfile.mkdtemp(prefix="assay-")
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind(os.path.join(home, "notify"))
    ear.settimeout(20)
    p = serve("--listen", "127.0.0.1:0", home=home,
              environment={"NOTIFY_SOCKET": os.path.join(home, "notify"), "WATCHDOG_USEC": "1000000"})
    heard = [ear.recv(100) for _ in range(3)]
    assert heard == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"], heard
    p.send_signal(signal.SIGTERM)
    while ear.recv(100) != b"STOPPING=1":
        pass
    p.communicate(timeout=20)
    assert p.returncode == 0
    end(p)


def the_log_is_json():
    "each line of the log is one JSON object"
    p = serve("--listen", "127.0.0.1:0")
    p.stdout.readline()
    p.send_signal(signal.SIGTERM)
    lines = p.communicate(timeout=20)[1].splitlines()
    assert len(lines) >= 2 and all({"time", "level", "part", "text"} <= set(json.loads(line)) for line in lines)
    end(p)


def the_unit_is_hardened():
    "systemd rates the exposure of the unit at 1.1 or less"
    if not shutil.which("systemd-analyze"):
        print("# no systemd-analyze here")
        return
    told = subprocess.run(["systemd-analyze", "security", "--offline=true", UNIT], capture_output=True, text=True)
    score = float(re.search(r"exposure level .*: ([0-9.]+)", told.stdout)[1])
    assert score <= 1.1, told.stdout
    print(f"# exposure {score}")


run(plain_stays_at_home, the_first_administrator_comes_by_link, an_administrator_may_be_made_by_hand, tls_is_spoken, a_unix_socket_serves,
    systemd_is_told, the_log_is_json, the_unit_is_hardened)
