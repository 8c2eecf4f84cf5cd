# SPDX-License-Identifier: GPL-3.0-or-later
"""A case of somebody without an account: opened once however often it is sent, with photos that tell nothing but the picture."""
import base64
import pathlib
import struct
import zlib

from server import Server, run

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
S = Server()
HELD = {}
KEY = "0123456789abcdef0123456789abcdef"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


PNG = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + chunk(b"tEXt", b"Author\0Secret name") +
       chunk(b"IDAT", zlib.compress(b"\0\1\2\3")) + chunk(b"IEND", b""))
JPEG = (b"\xff\xd8" + segment(0xe0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + segment(0xe1, b"Exif\0\0 37.5665N Secret place") +
        segment(0xda, b"\1\1\0\0\x3f\0") + b"\x12\x34\xff\xd9" + b"Secret tail")


def photo(data, name="p.jpg"):
    return {"name": name, "bytes": base64.b64encode(data).decode()}


def send(key=None, photos=None, **values):
    said = {"what": "The lid does not close.", "remedy_sought": "repair", "contact": "010-0000-0000", **values}
    if photos is not None:
        said["photos"] = photos
    return S.ask("POST", "/api/v1/public/cases", {"scheme": "customer.complaint", "values": said, **({"key": key} if key else {})}, token=None)


def cases():
    return S.ask("GET", "/api/v1/cases?scheme=customer.complaint").json()["cases"]


def set_up():
    "a programme that takes complaints of everybody is there"
    text = (ROOT / "schemes/complaint.yaml").read_bytes()
    assert S.ask("POST", "/api/v1/schemes", text, headers={"Content-Type": "application/yaml"}).status == 201


def the_same_key_opens_one_case():
    "the same key opens one case, and its receipt comes again, whatever was said the second time"
    first, second, other = send(KEY), send(KEY, what="Other words."), send(KEY[:-1] + "0")
    assert first.status == second.status == 201, (first, second)
    assert first.json()["receipt"] == second.json()["receipt"] and first.json()["case"] == second.json()["case"]
    assert "again" not in first.json() and second.json()["again"] is True
    assert other.json()["receipt"] != first.json()["receipt"]
    assert len(cases()) == 2
    seen = S.ask("POST", "/api/v1/public/receipt", {"receipt": second.json()["receipt"]}, token=None).json()
    assert seen["forms"][0]["values"]["what"] == "The lid does not close."


def fresh():
    """The door counts its guests by the minute: a new server has not counted any."""
    S.stop()
    S.start()


def a_key_that_can_be_guessed_is_refused():
    "a key that can be guessed is refused"
    fresh()
    for key in ("1", "x" * 21, "x" * 65, "with blanks " * 3):
        answer = send(key)
        assert answer.status == 400 and b"made by chance" in answer.body, answer
    assert len(cases()) == 2


def what_a_photo_tells_beside_the_picture_is_not_kept():
    "place, names and what follows the picture are not kept of a photo; the picture is"
    fresh()
    answer = send("a" * 32, [photo(JPEG, "lid.jpg"), photo(PNG, "lid.png")])
    assert answer.status == 201, answer
    values = S.ask("GET", f"/api/v1/cases/{answer.json()['case']}").json()["forms"][0]["values"]
    kept = [S.ask("GET", f"/api/v1/cases/{answer.json()['case']}/files/{p['file']}").body for p in values["photos"]]
    assert [p["type"] for p in values["photos"]] == ["image/jpeg", "image/png"]
    assert all(b"Secret" not in bytes_ for bytes_ in kept)
    assert kept[0].endswith(b"\x12\x34\xff\xd9") and kept[0].startswith(JPEG[:20]) and b"IDAT" in kept[1]


def what_is_no_photo_is_refused_and_opens_nothing():
    "what is no photo, is cut, or too many are refused by the field's name, and no case is opened"
    fresh()
    before = len(cases())
    for wrong, word in ((photo(b"<svg onload=x>"), b"photos: found text/plain"), (photo(JPEG[:40]), b"photos: the JPEG"),
                        ({"name": "x", "bytes": "no base64!"}, b"photos: found no base64"), ({"name": "told"}, b"photos: found no base64")):
        answer = send(None, [wrong])
        assert answer.status == 400 and word in answer.body, answer
    answer = send(None, [photo(PNG)] * 6)
    assert answer.status in (413, 422, 507) and b"at most 5 photos" in answer.body, answer
    assert len(cases()) == before


def a_note_that_is_sent_twice_stands_once():
    "a note that is sent twice with one key stands once"
    fresh()
    receipt = send("b" * 32).json()
    for _ in range(2):
        answer = S.ask("POST", "/api/v1/public/receipt/note", {"receipt": receipt["receipt"], "said": {"text": "It broke.", "key": "k" * 32}}, token=None)
        assert answer.status == 200, answer
    assert len(S.ask("GET", f"/api/v1/cases/{receipt['case']}").json()["notes"]) == 1


try:
    run(set_up, the_same_key_opens_one_case, a_key_that_can_be_guessed_is_refused, what_a_photo_tells_beside_the_picture_is_not_kept,
        what_is_no_photo_is_refused_and_opens_nothing, a_note_that_is_sent_twice_stands_once)
finally:
    S.close()
