# SPDX-License-Identifier: GPL-3.0-or-later
"""MQTT packets and Sparkplug payloads as the harness needs them, and a proxy that records them.

The proxy stands between every client and the broker. Each packet of a client becomes a dict in one
list, in the order it was seen: {"n", "t", "connection", "from": "client"|"broker", "type", ...}."""
import json
import socket
import struct
import threading
import time

TYPES = {1: "CONNECT", 2: "CONNACK", 3: "PUBLISH", 4: "PUBACK", 5: "PUBREC", 6: "PUBREL", 7: "PUBCOMP",
         8: "SUBSCRIBE", 9: "SUBACK", 10: "UNSUBSCRIBE", 11: "UNSUBACK", 12: "PINGREQ", 13: "PINGRESP",
         14: "DISCONNECT", 15: "AUTH"}


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        piece = self.data[self.at:self.at + n]
        if len(piece) < n:
            raise ValueError("cut short")
        self.at += n
        return piece

    def u8(self):
        return self.take(1)[0]

    def u16(self):
        return struct.unpack(">H", self.take(2))[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def binary(self):
        return self.take(self.u16())

    def text(self):
        return self.binary().decode()

    def left(self):
        return len(self.data) - self.at


def properties(cursor):
    """Only the session expiry interval (0x11) is looked at."""
    inner = Cursor(cursor.take(cursor.varint()))
    sizes = {0x01: 1, 0x02: 4, 0x11: 4, 0x17: 1, 0x18: 4, 0x19: 1, 0x21: 2, 0x22: 2, 0x23: 2, 0x24: 1, 0x25: 1,
             0x27: 4, 0x28: 1, 0x29: 1, 0x2A: 1}
    found = {}
    while inner.left():
        kind = inner.varint()
        if kind in sizes:
            found[kind] = int.from_bytes(inner.take(sizes[kind]), "big")
        elif kind == 0x0B:
            found[kind] = inner.varint()
        elif kind == 0x26:
            inner.binary(), inner.binary()
        else:
            found[kind] = inner.binary()
    return found


def connect(cursor):
    protocol, level, flags, keep_alive = cursor.text(), cursor.u8(), cursor.u8(), cursor.u16()
    out = {"protocol": protocol, "level": level, "is_clean": bool(flags & 2), "keep_alive": keep_alive, "will": None}
    out["properties"] = properties(cursor) if level == 5 else {}
    out["client"] = cursor.text()
    if flags & 4:
        if level == 5:
            properties(cursor)
        topic, payload = cursor.text(), cursor.binary()
        out["will"] = {"topic": topic, "payload": payload, "qos": flags >> 3 & 3, "retain": bool(flags & 32)}
    return out


def packet(kind, flags, body, level):
    cursor = Cursor(body)
    if kind == 1:
        return connect(cursor)
    if kind == 3:
        out = {"topic": cursor.text(), "qos": flags >> 1 & 3, "retain": bool(flags & 1), "dup": bool(flags & 8)}
        out["id"] = cursor.u16() if out["qos"] else 0
        if level == 5:
            properties(cursor)
        out["payload"] = cursor.take(cursor.left())
        return out
    if kind == 8:
        out = {"id": cursor.u16(), "filters": []}
        if level == 5:
            properties(cursor)
        while cursor.left():
            name = cursor.text()
            out["filters"].append((name, cursor.u8() & 3))
        return out
    if kind in (4, 9):
        return {"id": cursor.u16()}
    return {}


class Proxy:
    """Listens on a port of its own; `drops_disconnect`: a DISCONNECT is not passed on, the
    connection just ends."""

    def __init__(self, broker_port, name="broker"):
        self.broker_port, self.name = broker_port, name
        self.seen, self.lock = [], threading.Lock()
        self.drops_disconnect = False
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
                number = self.connections
            try:
                broker = socket.create_connection(("127.0.0.1", self.broker_port))
            except OSError:
                client.close()
                continue
            state = {"level": 4, "number": number}
            for source, to, who in ((client, broker, "client"), (broker, client, "broker")):
                threading.Thread(target=self.pump, args=(source, to, who, state), daemon=True).start()

    def record(self, who, state, kind, flags, body):
        entry = {"type": TYPES.get(kind, str(kind)), "from": who, "connection": state["number"],
                 "t": time.time(), **packet(kind, flags, body, state["level"])}
        if kind == 1:
            state["level"] = entry["level"]
        with self.lock:
            entry["n"] = len(self.seen)
            self.seen.append(entry)
        return entry

    def pump(self, source, to, who, state):
        data = b""
        try:
            while True:
                piece = source.recv(65536)
                if not piece:
                    break
                data += piece
                while True:
                    cursor = Cursor(data)
                    try:
                        head = cursor.u8()
                        body = cursor.take(cursor.varint())
                    except (ValueError, IndexError):
                        break
                    raw, data = data[:cursor.at], data[cursor.at:]
                    entry = self.record(who, state, head >> 4, head & 15, body)
                    if entry["type"] == "DISCONNECT" and self.drops_disconnect:
                        raise OSError("dropped")
                    to.sendall(raw)
        except OSError:
            pass
        finally:
            with self.lock:
                self.seen.append({"type": "END", "from": who, "connection": state["number"], "t": time.time(),
                                  "n": len(self.seen)})
            for s in (source, to):  # the other direction still reads: close alone would not end it
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def snapshot(self):
        with self.lock:
            return list(self.seen)

    def wait(self, test, seconds=10):
        """The first recorded packet for which test is true, or None after a while."""
        end = time.time() + seconds
        while time.time() < end:
            for entry in self.snapshot():
                if test(entry):
                    return entry
            time.sleep(0.02)
        return None


def state_of(payload):
    """(online, timestamp) of a STATE payload, or None."""
    try:
        found = json.loads(payload)
    except ValueError:
        return None
    online, timestamp = found.get("online"), found.get("timestamp")
    is_good = isinstance(online, bool) and isinstance(timestamp, int) and not isinstance(timestamp, bool)
    return (online, timestamp) if is_good and len(found) == 2 else None


def fields(data):
    """Protobuf fields of one message: [(number, value)]."""
    cursor, out = Cursor(data), []
    while cursor.left():
        tag = cursor.varint()
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            out.append((number, cursor.varint()))
        elif wire == 1:
            out.append((number, struct.unpack("<d", cursor.take(8))[0]))
        elif wire == 2:
            out.append((number, cursor.take(cursor.varint())))
        elif wire == 5:
            out.append((number, struct.unpack("<f", cursor.take(4))[0]))
        else:
            raise ValueError(f"wire type {wire}")
    return out


def sparkplug(data):
    """{"timestamp", "seq", "metrics": [{"name", "alias", "timestamp", "datatype", "value"}]}"""
    names = {1: "name", 2: "alias", 3: "timestamp", 4: "datatype"}
    out = {"metrics": []}
    for number, value in fields(data):
        if number == 1:
            out["timestamp"] = value
        elif number == 3:
            out["seq"] = value
        elif number == 2:
            metric = {}
            for inner, x in fields(value):
                if inner in names:
                    metric[names[inner]] = x.decode() if inner == 1 else x
                elif 10 <= inner <= 19:
                    metric["value"], metric["field"] = x, inner
            out["metrics"].append(metric)
    return out
