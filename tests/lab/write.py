"""The people of delivery.sh: one at each of two gateways, who write although they are cut off.

usage: write.py MESH_LAB FOLDER ADDRESS1 ADDRESS2

FOLDER/I/irc is the door of gateway I, whose address on the mesh is ADDRESSI and which knows the
other as nodeJ. Standard library only.
"""

import selectors
import socket
import subprocess
import sys
import time

LAB, FOLDER = sys.argv[1:3]
ADDRESS = {1: sys.argv[3], 2: sys.argv[4]}

OPEN = 15       # s for a gateway to open its door
FIND = 120      # s to find each other
ACCEPT = 5      # s for the echo of a message
CUT = 40        # s during which they are cut from each other
PAUSE = 2       # s between two messages of one person meanwhile
REACH = 180     # s for the mesh itself to carry a packet after the healing
ARRIVE = 60     # s from then until everything has arrived: what the program promises


class Person:
    """An IRC client at one gateway, which remembers what it was shown, with msgids."""

    def __init__(self, number):
        self.number, self.unread, self.is_here = number, b"", False
        self.other = "node%d" % (3 - number)
        self.nick = "person%d" % number
        self.accepted, self.heard, self.written = [], [], 0
        self.socket = dial("%s/%d/irc" % (FOLDER, number))
        self.send("CAP LS 302")
        self.send("NICK " + self.nick)
        self.send("USER %s 0 * :%s" % (self.nick, self.nick))
        self.send("CAP REQ :echo-message message-tags server-time")
        self.send("CAP END")

    def send(self, line):
        self.socket.sendall(line.encode() + b"\r\n")

    def write(self):
        self.written += 1
        self.send("PRIVMSG %s :%d from %d" % (self.other, self.written, self.number))

    def read(self):
        data = self.socket.recv(65536)
        if not data:
            sys.exit("gateway %d closed the connection" % self.number)
        *lines, self.unread = (self.unread + data).split(b"\r\n")
        for line in lines:
            self.take(line.decode())

    def take(self, line):
        tags = {}
        if line[0] == "@":
            raw, _, line = line[1:].partition(" ")
            tags = dict(tag.partition("=")[::2] for tag in raw.split(";"))
        source, _, rest = line[1:].partition(" ") if line[0] == ":" else ("", "", line)
        head, _, text = rest.partition(" :")
        command, *parameters = head.split(" ")
        nick = source.partition("!")[0]
        if command == "PING":
            self.send("PONG :" + text)
        elif command in ("376", "422"):
            self.send("MONITOR + " + self.other)
        elif command in ("730", "731"):
            self.is_here = command == "730"
        elif command == "PRIVMSG" and nick == self.nick:
            self.accepted.append((text, tags["msgid"]))
        elif command == "PRIVMSG":
            self.heard.append((text, tags["msgid"]))


def dial(path):
    deadline = time.monotonic() + OPEN
    while True:
        door = socket.socket(socket.AF_UNIX)
        try:
            door.connect(path)
            return door
        except OSError as error:
            door.close()
            if time.monotonic() > deadline:
                sys.exit("%s: %s" % (path, error))
            time.sleep(0.02)


def until(people, condition, seconds):
    """Reads what comes until the condition holds; returns whether it did in time."""
    selector = selectors.DefaultSelector()
    for person in people:
        selector.register(person.socket, selectors.EVENT_READ, person)
    deadline = time.monotonic() + seconds
    while not condition():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        for key, _ in selector.select(left):
            key.data.read()
    return True


def expect(people, what, condition, seconds, began=None):
    began = began or time.monotonic()
    if not until(people, condition, began + seconds - time.monotonic()):
        state = "; ".join("%d accepted, %d heard" % (len(p.accepted), len(p.heard))
                          for p in people)
        sys.exit("not within %d s: %s (%s)" % (seconds, what, state))
    print("%7.2f s  %s" % (time.monotonic() - began, what), flush=True)


def lab(*arguments):
    subprocess.run([LAB, *map(str, arguments)], check=True)


# Ends with 0 where that host answers: it refuses, for nobody listens on this port.
PROBE = """
import socket, sys
probe = socket.socket(socket.AF_INET6)
probe.settimeout(1)
try:
    probe.connect((sys.argv[1], 9))
except ConnectionRefusedError:
    pass
"""


def reaches(one, other):
    """Whether the mesh itself carries something there and back."""
    command = [LAB, "exec", str(one), sys.executable, "-c", PROBE, ADDRESS[other]]
    return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


def main():
    people = one, two = Person(1), Person(2)

    def all_accepted():
        return all(len(person.accepted) == person.written for person in people)

    def all_arrived():
        return all(len(a.heard) >= a_other.written for a, a_other in ((one, two), (two, one)))

    expect(people, "they see each other", lambda: one.is_here and two.is_here, FIND)
    for person in people:
        person.write()
    expect(people, "a message each way", lambda: all_accepted() and all_arrived(), ACCEPT)

    if not reaches(1, 2):
        sys.exit("the probe does not reach what the gateways reach")
    lab("cut", 2)
    healing = time.monotonic() + CUT
    while time.monotonic() + PAUSE < healing:
        for person in people:
            person.write()
        if not until(people, all_accepted, ACCEPT):
            sys.exit("a message was not accepted while they were cut from each other")
        # A person's pace; what comes meanwhile is read.
        until(people, lambda: False, PAUSE)
    until(people, lambda: False, healing - time.monotonic())
    waiting = sum(other.written - len(person.heard)
                  for person, other in ((one, two), (two, one)))
    if waiting != one.written + two.written - 2:
        sys.exit("something came through the cut")
    print("%7d    messages accepted during a cut of %d s, which %d of two have noticed"
          % (waiting, CUT, sum(not person.is_here for person in people)), flush=True)

    lab("heal", 2)
    healed = time.monotonic()
    while not reaches(1, 2):
        if time.monotonic() > healed + REACH:
            sys.exit("the mesh has not come back by itself")
    reachable = time.monotonic()
    print("%7.2f s  until the mesh carried packets again" % (reachable - healed), flush=True)
    expect(people, "from then until all of them had arrived", all_arrived, ARRIVE, reachable)

    # Whatever is repeated on the way comes before what is written now.
    for person in people:
        person.write()
    expect(people, "another message each way", all_arrived, ACCEPT)
    for person, other in ((one, two), (two, one)):
        if not until(people, all_accepted, ACCEPT):
            sys.exit("a message was not accepted")
        if person.heard != other.accepted:
            sys.exit("what was accepted and what was heard differ:\n%r\n%r"
                     % (other.accepted, person.heard))
    print("all of it, once, in order, and under its msgids", flush=True)


main()
