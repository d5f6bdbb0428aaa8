"""The people of mesh.sh: one at each of three gateways, who wait for each other and talk.

usage: talk.py MESH_LAB FOLDER DEVICE1 DEVICE2 DEVICE3 ADDRESS1 ADDRESS2 ADDRESS3

FOLDER/I/irc is the door of gateway I, which knows the others as node1, node2 and node3;
ADDRESSI, with its prefix length, is to be given to DEVICEI of host I. Standard library only.
"""

import itertools
import selectors
import socket
import subprocess
import sys
import time

LAB, FOLDER = sys.argv[1:3]
DEVICE = dict(zip((1, 2, 3), sys.argv[3:6]))
ADDRESS = dict(zip((1, 2, 3), sys.argv[6:9]))

OPEN = 15       # s for a gateway to open its door
FIND = 120      # s to find each other: more than a dial's backoff, and than the mesh's own
LOSE = 90       # s to see that a peer is dead: more than the 60 s that the program promises
TALK = 15       # s for a message


class Person:
    """An IRC client at one gateway, which remembers who is there and what was said."""

    def __init__(self, number):
        self.number, self.here, self.heard, self.unread = number, set(), [], b""
        self.answered = False   # whether it has been told who is there
        self.others = {"node%d" % other for other in (1, 2, 3) if other != number}
        self.socket = dial("%s/%d/irc" % (FOLDER, number))
        self.send("NICK person%d" % number)
        self.send("USER person%d 0 * :person%d" % (number, number))

    def send(self, line):
        self.socket.sendall(line.encode() + b"\r\n")

    def read(self):
        data = self.socket.recv(65536)
        if not data:
            sys.exit("gateway %d closed the connection" % self.number)
        *lines, self.unread = (self.unread + data).split(b"\r\n")
        for line in lines:
            self.take(line.decode())

    def take(self, line):
        source, _, rest = line[1:].partition(" ") if line[0] == ":" else ("", "", line)
        head, _, text = rest.partition(" :")
        command, *parameters = head.split(" ")
        nick = source.partition("!")[0]
        if command == "PING":
            self.send("PONG :" + text)
        elif command in ("376", "422"):
            self.send("MONITOR + " + ",".join(sorted(self.others)))
        elif command in ("730", "731"):
            self.answered = True
            nicks = {one.partition("!")[0] for one in (text or parameters[-1]).split(",")}
            self.here = self.here | nicks if command == "730" else self.here - nicks
        elif command == "PRIVMSG":
            self.heard.append((nick, text or parameters[-1]))


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


def until(people, what, condition, seconds):
    """Reads what comes until the condition holds; says how long it took."""
    selector = selectors.DefaultSelector()
    for person in people.values():
        selector.register(person.socket, selectors.EVENT_READ, person)
    began = time.monotonic()
    while not condition():
        left = began + seconds - time.monotonic()
        if left <= 0:
            state = "; ".join("%d sees %s" % (p.number, sorted(p.here)) for p in people.values())
            sys.exit("not within %d s: %s (%s)" % (seconds, what, state))
        for key, _ in selector.select(left):
            key.data.read()
    print("%7.2f s  %s" % (time.monotonic() - began, what), flush=True)


def talk(people, numbers, tokens, what):
    """Everybody of `numbers` says something to every other of them, who must hear it once."""
    expected = []
    for one, other in itertools.permutations(numbers, 2):
        words = "words %d from %d to %d \U0001f600" % (next(tokens), one, other)
        people[one].send("PRIVMSG node%d :%s" % (other, words))
        expected.append((people[other], ("node%d" % one, words)))
    until(people, what, lambda: all(said in p.heard for p, said in expected), TALK)
    twice = [said for p, said in expected if p.heard.count(said) != 1]
    if twice:
        sys.exit("heard more than once: %r" % twice)


def lab(*arguments):
    subprocess.run([LAB, *map(str, arguments)], check=True)


def main():
    tokens = itertools.count(1)
    people = {number: Person(number) for number in (1, 2, 3)}

    def all_see_all():
        return all(person.here == person.others for person in people.values())

    def is_lost(number):
        lost = "node%d" % number
        return not people[number].here and all(
            lost not in person.here for person in people.values())

    until(people, "three gateways are up, no host has a mesh address: each is told so",
          lambda: all(person.answered for person in people.values()), OPEN)
    if any(person.here for person in people.values()):
        sys.exit("somebody is there before the mesh is")
    for number in (1, 2, 3):
        lab("exec", number, "ip", "addr", "add", ADDRESS[number], "dev", DEVICE[number], "nodad")
    until(people, "addresses given: all see all", all_see_all, FIND)
    talk(people, (1, 2, 3), tokens, "messages in all six directions")

    lab("cut", 2)
    until(people, "host 2 cut off: seen as gone, and sees nobody", lambda: is_lost(2), LOSE)
    talk(people, (1, 3), tokens, "messages between the two others")
    lab("heal", 2)
    until(people, "host 2 healed: all see all", all_see_all, FIND)
    talk(people, (1, 2, 3), tokens, "messages in all six directions")

    # Shorter than it takes to notice: the connections may live through it, or be replaced.
    lab("cut", 3)
    lab("heal", 3)
    until(people, "host 3 cut off and healed at once: all see all", all_see_all, FIND)
    talk(people, (1, 2, 3), tokens, "messages in all six directions")
    print("all of it happened", flush=True)


main()
