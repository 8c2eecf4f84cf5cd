# SPDX-License-Identifier: GPL-3.0-or-later
"""A badge whose issuer publishes its keys over HTTPS: asked when it is verified, with bounds, never in
private networks unless told, never offline. The issuer's server has a certificate of an authority of its own."""
import http.server
import json
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import time
import zipfile

from server import ASSAY, run

HOME = tempfile.mkdtemp(prefix="assay-")
DATABASE = os.path.join(HOME, "plant.assay")
BADGE = os.path.join(HOME, "badge.json")
CA = os.path.join(HOME, "ca.pem")
PAGES = {}  # path -> bytes, or a status with a place to go to, or seconds to wait
ASKED = []


class Issuer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ASKED.append(self.path)
        page = PAGES.get(self.path, 404)
        if isinstance(page, tuple):
            self.send_response(page[0])
            self.send_header("Location", page[1])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if isinstance(page, int):
            return self.send_error(page)
        if isinstance(page, float):
            return time.sleep(page)
        self.send_response(200)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        try:
            self.wfile.write(page)
        except OSError:
            pass  # whoever asked had enough

    def log_message(self, *_):
        pass


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=HOME)


def certificates(name):
    """An authority and its certificate for localhost."""
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
            "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
            "-keyout", "host.key", "-out", "host.csr")
    with open(os.path.join(HOME, "host.ext"), "w") as f:
        f.write("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-in", "host.csr", "-CA", f"{name}.pem", "-CAkey", f"{name}.key", "-CAcreateserial",
            "-days", "30", "-extfile", "host.ext", "-out", "host.pem")


def assay(*words, **more):
    environment = {**os.environ, "XDG_CACHE_HOME": os.path.join(HOME, "cache"), **more}
    return subprocess.run([os.path.abspath(ASSAY), "--lang", "en", *words], capture_output=True, text=True, cwd=HOME, env=environment)


def fine(*words):
    done = assay(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def setup():
    global SERVER, PORT, DOCUMENT, LIST
    certificates("other")
    certificates("ca")
    SERVER = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
    SERVER.daemon_threads = True
    PORT = SERVER.server_port
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(HOME, "host.pem"), os.path.join(HOME, "host.key"))
    SERVER.socket = context.wrap_socket(SERVER.socket, server_side=True)
    threading.Thread(target=SERVER.serve_forever, daemon=True).start()
    fine("init", DATABASE)
    fine("signer", "add", DATABASE + "-keys", "credential", "issuer", "-q")
    fine("credential", "issuer", DATABASE, "--name", "Quality", "--host", f"localhost:{PORT}", "-q")
    fine("credential", "achievement", DATABASE, "master", "--name", "Master", "--description", "D", "--criteria", "C", "-q")
    number = fine("credential", "issue", DATABASE, "master", "--name", "Kim", "-q").strip()
    fine("credential", "export", DATABASE, number, "--output", BADGE)
    fine("credential", "export", DATABASE, number, "--output", os.path.join(HOME, "badge.zip"))
    with zipfile.ZipFile(os.path.join(HOME, "badge.zip")) as z:
        DOCUMENT, LIST = z.read("did.json"), z.read("status-list.json")
    return number


NUMBER = setup()
DID = "/.well-known/did.json"
STATUS = json.load(open(BADGE))["credentialStatus"]["statusListCredential"].split(str(PORT))[1]


def publish(**pages):
    """What the issuer publishes now; nothing is remembered of before."""
    PAGES.clear()
    PAGES.update({DID: DOCUMENT, STATUS: LIST, **pages.get("pages", {})})
    ASKED.clear()
    shutil.rmtree(os.path.join(HOME, "cache"), ignore_errors=True)


def verify(*words, file=BADGE, **more):
    done = assay("verify", file, *words, **more)
    assert done.returncode in (0, 1, 3), done
    return done


def published_keys_are_trusted():
    "keys and status list that the issuer publishes decide it; they are asked once in five minutes"
    publish()
    done = verify("--private", "--ca", CA)
    assert done.returncode == 0 and done.stdout.startswith("valid\n"), done
    assert sorted(ASKED) == [DID, STATUS], ASKED
    assert verify("--private", "--ca", CA).returncode == 0 and len(ASKED) == 2, ASKED
    assert verify("--private", "--ca", CA, XDG_CACHE_HOME="", HOME="").returncode == 0 and len(ASKED) == 4, ASKED
    old = time.time() - 301
    for name in os.listdir(os.path.join(HOME, "cache/assay")):
        os.utime(os.path.join(HOME, "cache/assay", name), (old, old))
    assert verify("--private", "--ca", CA).returncode == 0 and len(ASKED) == 6, ASKED


def a_zip_is_believed_no_more_than_its_issuer():
    "with its own documents it holds by keys of the file; with the issuer's by the issuer's"
    publish()
    path = os.path.join(HOME, "badge.zip")
    assert verify("--offline", file=path).returncode == 3 and ASKED == []
    assert verify("--private", "--ca", CA, file=path).returncode == 0 and DID in ASKED
    stranger = json.loads(DOCUMENT)
    stranger["verificationMethod"][0]["publicKeyMultibase"] = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    publish(pages={DID: json.dumps(stranger).encode()})
    done = verify("--private", "--ca", CA, file=path)
    assert done.returncode == 1 and done.stdout.startswith("not valid: the signature does not hold"), done


def offline_asks_nobody():
    "--offline asks nobody and says what was not checked"
    publish()
    done = verify("--offline", "--private", "--ca", CA)
    assert done.returncode == 3 and ASKED == [], done
    assert "not checked: https://localhost" in done.stdout and "not checked, for --offline asks nobody" in done.stdout


def private_networks_are_not_asked():
    "an address in a private network is not asked unless told, wherever a name or a redirect leads"
    publish()
    done = verify("--ca", CA)
    assert done.returncode == 3 and ASKED == [] and "leads into a private network" in done.stdout, done
    text = open(BADGE).read()
    for host in ("169.254.169.254", "10.0.0.1", "127.1", "localhost.localdomain"):
        other = os.path.join(HOME, "other.json")
        with open(other, "w") as f:
            f.write(text.replace(f"localhost%3A{PORT}", host))
        assert verify(file=other).returncode in (1, 3)


def answers_are_bounded():
    "what is too large, too slow, led on too often or off https is no answer, and the reason is told"
    https = f"https://localhost:{PORT}"
    for page, why in ((b" " * 300000, "answers more than"), (12.0, "imed out|Timeout"), ((302, https + DID), "redirects"),
                      ((302, f"http://localhost:{PORT}/x"), "nsupported protocol"), (404, "answers 404"), (b"<html>", "is no DID document"),
                      (DOCUMENT.replace(b"localhost", b"elsewhere"), "the document found for"), ((302, "file:///etc/passwd"), "nsupported protocol")):
        publish(pages={DID: page})
        began = time.time()
        done = verify("--private", "--ca", CA)
        told = [w for w in why.split("|") if w in done.stdout]
        assert done.returncode == 3 and told, (page if len(str(page)) < 99 else "large", done.stdout)
        assert time.time() - began < 11 and len(ASKED) <= 5, ASKED
    publish(pages={DID: (301, https + "/moved"), "/moved": DOCUMENT})
    assert verify("--private", "--ca", CA).returncode == 0


def its_certificate_must_be_for_it():
    "a certificate of an authority that is not trusted gives no keys"
    publish()
    for words in (("--private",), ("--private", "--ca", os.path.join(HOME, "other.pem"))):
        done = verify(*words)
        assert done.returncode == 3 and ASKED == [] and "certificate" in done.stdout, done


def a_revoked_badge_is_refused():
    "a list that was published since says so, though the badge was exported before"
    fine("credential", "revoke", DATABASE, NUMBER, "--why", "false", "-q")
    fine("credential", "export", DATABASE, NUMBER, "--output", os.path.join(HOME, "late.zip"))
    with zipfile.ZipFile(os.path.join(HOME, "late.zip")) as z:
        late, beside = z.read("status-list.json"), z.read("status-list-revocation.json")
    publish(pages={STATUS: late, json.loads(beside)["id"].split(str(PORT))[1]: beside})
    done = verify("--private", "--ca", CA)
    assert done.returncode == 1 and done.stdout.startswith("not valid: it was revoked"), done


def the_server_at_the_end():
    "nothing of it is left"
    SERVER.shutdown()
    shutil.rmtree(HOME)


run(published_keys_are_trusted, a_zip_is_believed_no_more_than_its_issuer, offline_asks_nobody, private_networks_are_not_asked,
    answers_are_bounded, its_certificate_must_be_for_it, a_revoked_badge_is_refused, the_server_at_the_end)
