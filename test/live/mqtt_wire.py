# SPDX-License-Identifier: GPL-3.0-or-later
"""A small MQTT client written for the tests, by the standard alone, so that our codec meets another."""
import socket
import struct


def varint(n):
    out = b""
    while True:
        out += bytes([n & 127 | (128 if n > 127 else 0)])
        n >>= 7
        if not n:
            return out


def text(s):
    s = s if isinstance(s, bytes) else s.encode()
    return struct.pack(">H", len(s)) + s


class Closed(Exception):
    pass


class Mqtt:
    """Blocking; packets are (first byte, body). `v` 4 or 5."""

    def __init__(self, port, client="t", clean=True, v=4, user=None, password=None, will=None, keep=60,
                 properties=b"", tls=None, connect=True):
        self.v, self.buffer, self.mid = v, b"", 0
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        if not connect:
            return
        flags = 2 * clean | (4 if will else 0) | (128 if user is not None else 0) | (64 if password is not None else 0)
        body = text("MQTT") + bytes([v, flags]) + struct.pack(">H", keep)
        body += varint(len(properties)) + properties if v == 5 else b""
        body += text(client)
        if will:
            body += (b"\0" if v == 5 else b"") + text(will[0]) + text(will[1])
        body += text(user) if user is not None else b""
        body += text(password) if password is not None else b""
        self.send(0x10, body)
        first, self.connack = self.receive()
        assert first == 0x20, hex(first)
        self.session, self.code = self.connack[0], self.connack[1]

    def send(self, first, body):
        self.socket.sendall(bytes([first]) + varint(len(body)) + body)

    def receive(self):
        while True:
            n, shift, at = 0, 0, 1
            while at < len(self.buffer) and self.buffer[at] & 128:
                n |= (self.buffer[at] & 127) << shift
                shift, at = shift + 7, at + 1
            if at < len(self.buffer):
                n |= self.buffer[at] << shift
                if len(self.buffer) >= at + 1 + n:
                    packet = self.buffer[0], self.buffer[at + 1:at + 1 + n]
                    self.buffer = self.buffer[at + 1 + n:]
                    return packet
            more = self.socket.recv(65536)
            if not more:
                raise Closed()
            self.buffer += more

    def next_id(self):
        self.mid = self.mid % 65535 + 1
        return self.mid

    def publish(self, topic, payload, qos=0, mid=0, again=False, properties=b"", retain=False):
        body = text(topic)
        if qos:
            mid = mid or self.next_id()
            body += struct.pack(">H", mid)
        if self.v == 5:
            body += varint(len(properties)) + properties
        self.send(0x30 | qos << 1 | 8 * again | retain, body + (payload if isinstance(payload, bytes) else payload.encode()))
        return mid

    def release(self, mid):
        self.send(0x62, struct.pack(">H", mid))

    def expect(self, first, mid=None):
        got, body = self.receive()
        assert got == first, f"expected packet {first:#x}, got {got:#x} {body.hex()}"
        if mid is not None:
            assert struct.unpack(">H", body[:2])[0] == mid, body.hex()
        return body

    def deliver(self, topic, payload, qos):
        """All the way."""
        mid = self.publish(topic, payload, qos)
        if qos == 1:
            self.expect(0x40, mid)
        if qos == 2:
            self.expect(0x50, mid)
            self.release(mid)
            self.expect(0x70, mid)

    def close(self, politely=True):
        if politely:
            try:
                self.send(0xE0, b"")
            except OSError:
                pass
        self.socket.close()


class Sender:
    """Numbers 1, 2, 3 ... of QoS 1 or 2 with a window, over any number of connections and crashes of the other
    side: what was not acknowledged is sent again, marked, in its order."""

    def __init__(self, topic, qos, window, client):
        self.topic, self.qos, self.window, self.client = topic, qos, window, client
        self.number, self.mid, self.waiting, self.released, self.acknowledged = 0, 0, {}, {}, set()
        self.wire = None

    def connect(self, port):
        self.wire = Mqtt(port, self.client, clean=False)
        for mid, number in self.waiting.items():
            self.wire.publish(self.topic, str(number), self.qos, mid, again=True)
        for mid in self.released:
            self.wire.release(mid)

    def fill(self, last):
        while len(self.waiting) + len(self.released) < self.window and self.number < last:
            self.number += 1
            self.mid = self.mid % 65535 + 1
            self.waiting[self.mid] = self.number
            self.wire.publish(self.topic, str(self.number), self.qos, self.mid)

    def take(self):
        first, body = self.wire.receive()
        mid = struct.unpack(">H", body[:2])[0]
        if first == 0x40:
            self.acknowledged.add(self.waiting.pop(mid))
        elif first == 0x50:
            if mid in self.waiting:
                self.released[mid] = self.waiting.pop(mid)
            self.wire.release(mid)
        elif first == 0x70 and mid in self.released:
            self.acknowledged.add(self.released.pop(mid))

    def run(self, last):
        """Until all up to `last` are acknowledged; raises when the other side goes."""
        while len(self.acknowledged) < last:
            self.fill(last)
            self.take()

