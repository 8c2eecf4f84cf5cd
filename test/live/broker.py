# SPDX-License-Identifier: GPL-3.0-or-later
"""mosquitto with a queue that survives it, for tests."""
import os
import shutil
import socket
import subprocess
import time

MOSQUITTO = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Broker:
    def __init__(self, home, *lines, port=None):
        self.port, self.home = port or free_port(), home
        self.config = os.path.join(home, "mosquitto.conf")
        with open(self.config, "w") as out:
            out.write(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 1000000\n"
                      f"persistence true\npersistence_location {home}/\nautosave_interval 1\n"
                      "autosave_on_changes true\nuser root\n" + "\n".join(lines) + "\n")
        self.start()

    def start(self):
        self.process = subprocess.Popen([MOSQUITTO, "-c", self.config], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("mosquitto does not listen")

    def stop(self):
        self.process.terminate()
        self.process.wait()
