#!/usr/bin/env python3
"""Another Enclave node, small, written from docs/protocol.md alone: one person, one contact.

    examples/node.py OWN-ADDRESS CONTACT-ADDRESS [--port 7776] [--alias NAME] [--no-dial]

Commands are lines on standard input: `say TEXT`, `away TEXT`, `back`, `react ID TEXT`, `hold`
(confirm nothing), `release` (confirm again, and what was held), `quit [TEXT]`. Events are lines
on standard output; texts in them are JSON strings, so that each stays on its line.

What a node for everyday use does and this one does not: it keeps what it received and what it
has yet to send in memory, while a confirmation promises more than that; it has no strangers,
and closes the connection of anybody who is not its contact; to a contact that does not confirm,
what was written counts as delivered; it shows no times; it leaves it to the contact to notice
that a machine is gone, and to close a connection that is one too many.
"""

import argparse
import asyncio
import contextlib
import ipaddress
import json
import random
import re
import sys
import threading
import time
import uuid

LONGEST_FRAME = 1024 * 1024  # Nobody knows where the next one begins behind a longer one.
MOST_RECEIVED = 10_000  # Ids in one packet.
KEPT = 100_000  # Received messages that are remembered, so that memory has an end.
FIRST_WORDS = 2  # Seconds; the contact may be waiting for its person, and say nothing before.
MOST_LINKS = 4  # Connections at a time.
SIMULTANEOUS = 10  # Seconds between two connections that both sides dialled at once.
AFTER_GOODBYE = 30  # Seconds in which we do not dial.
LONGEST_TAG = 512  # Bytes of a value.
TAG_NAME = re.compile("[A-Za-z0-9./-]{1,64}")
FEATURES = ["receipts", "tags"]


def event(*words):
    words = [str(word) for word in words]
    print(*[word if word.isprintable() else quoted(word) for word in words], flush=True)


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def repaired(value):
    """Half a surrogate pair, which JSON can name, is no character."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def packet_of(content):
    """The packet in a frame: empty where there is nothing in it, None where it is no object."""
    text = content.decode("utf-8", "replace").lstrip("\ufeff \t\r\n\0")
    if not text:
        return {}
    try:
        packet, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return packet if isinstance(packet, dict) else None


def string_in(packet, *names):
    found = [packet[name] for name in names if isinstance(packet.get(name), str)]
    return repaired(found[0]) if found else None


def strings_in(packet, name):
    listed = packet.get(name)
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def status_in(packet):
    try:
        status = int(packet["status"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return status if 0 <= status <= 3 else None


class Link:
    """One connection."""

    def __init__(self, reader, writer, dialled):
        self.reader, self.writer, self.dialled = reader, writer, dialled
        self.opened, self.task = time.monotonic(), asyncio.current_task()
        self.features = None  # None until the contact has sent a packet on it.
        self.patient = True  # Until the contact has had the time to speak first.

    def send(self, **attributes):
        packet = {name.replace("_", "-"): value for name, value in attributes.items()}
        packet.setdefault("timestamp", int(time.time()))
        content = json.dumps(packet, ensure_ascii=False, separators=(",", ":")).encode()
        self.writer.write(len(content).to_bytes(4, "big") + content)

    async def read(self):
        length = int.from_bytes(await self.reader.readexactly(4), "big")
        if length > LONGEST_FRAME:
            raise ConnectionError("a frame that is too long")
        return packet_of(await self.reader.readexactly(length))


class Node:
    def __init__(self, options):
        self.options = options
        self.own, self.contact = map(ipaddress.ip_address, (options.own, options.contact))
        self.status, self.status_message = 1, ""
        self.links = []  # In the order in which they were opened.
        self.outbox = {}  # Id to packet, in order, until confirmed.
        self.writing, self.written = None, set()  # The link we write to, and ids written there.
        self.seen = {}  # What was received, as (id, text).
        self.owed, self.hold = [], False  # Ids that we have not confirmed.
        self.leaving, self.dial_after = False, 0

    # Connections.

    async def serve(self):
        server = await asyncio.start_server(self.called, str(self.own), self.options.port)
        event("listening")
        dialling = None if self.options.no_dial else asyncio.ensure_future(self.dial())
        await self.obey()
        self.leaving = True
        server.close()
        if self.links:  # The contact closes its half when it has read our last words.
            await asyncio.wait([link.task for link in self.links], timeout=5)
        if dialling:
            dialling.cancel()

    async def called(self, reader, writer):
        caller = writer.get_extra_info("peername")[0].split("%")[0]
        if ipaddress.ip_address(caller) == self.contact and not self.leaving:
            await self.carry(Link(reader, writer, dialled=False))
        writer.close()

    async def dial(self):
        """Dials whenever there is no connection, and waits longer after each time."""
        limit = 1
        while True:
            begun = time.monotonic()
            if not self.links and begun >= self.dial_after:
                try:
                    connecting = asyncio.open_connection(
                        str(self.contact), self.options.port, local_addr=(str(self.own), 0))
                    reader, writer = await asyncio.wait_for(connecting, 10)
                    await self.carry(Link(reader, writer, dialled=True))
                except (OSError, asyncio.TimeoutError):
                    pass
                if self.leaving:
                    return
            lasted = self.links or time.monotonic() - begun >= 30
            limit = 1 if lasted else min(2 * limit, 30)
            await asyncio.sleep(random.uniform(0, limit))

    async def carry(self, link):
        """Reads a connection from its beginning to its end."""
        self.links.append(link)
        if len(self.links) > MOST_LINKS:
            self.end([one for one in self.links if one is not self.stays()][:1])
        event("connected" if len(self.links) == 1 else "connected once more")
        hello = {"alias": self.options.alias} if self.options.alias else {}
        link.send(status=self.status, status_message=self.status_message, features=FEATURES, **hello)
        asyncio.get_running_loop().call_later(FIRST_WORDS, self.lose_patience, link)
        try:
            while True:
                packet = await link.read()
                if packet is not None and not self.take(link, packet):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        self.end([link] if link in self.links else [])
        self.speak()

    def end(self, links):
        for link in links:
            self.links.remove(link)
            link.writer.close()
        if links and not self.links:
            event("disconnected")

    def stays(self):
        """Of the connections that are open the one that both sides write to."""
        best = None
        for link in self.links:
            if best and link.dialled != best.dialled and link.opened - best.opened <= SIMULTANEOUS:
                ours = self.own < self.contact  # The lower address's own stays.
                best = link if link.dialled == ours else best
            else:
                best = link
        return best

    def lose_patience(self, link):
        link.patient = False
        self.speak()

    # What comes.

    def take(self, link, packet):
        """Takes a packet; says whether the connection goes on."""
        if link.features is None:
            link.features = set()
        if isinstance(packet.get("features"), list):
            link.features = set(strings_in(packet, "features"))
        for confirmed in strings_in(packet, "received"):
            if self.outbox.pop(confirmed, None):
                event("confirmed", confirmed)
        self.hear(link, packet)
        status, text = status_in(packet), string_in(packet, "status-message", "statusmsg")
        self.speak()  # Receipts before the connection is closed.
        if status is not None or text is not None:
            event("status", "-" if status is None else status, quoted(text or ""))
        if status != 0:
            return True
        self.dial_after = time.monotonic() + AFTER_GOODBYE
        newest = max(one.opened for one in self.links)
        both = time.monotonic() - newest <= SIMULTANEOUS and len(self.links) > 1
        self.end([link] if both else self.links[:])
        return False

    def hear(self, link, packet):
        name, message = string_in(packet, "id"), string_in(packet, "message")
        tags = self.tags(packet)
        if message is None and not tags:
            return
        if not name or len(name.encode()) > 256 or "receipts" not in link.features:
            if message is not None:
                event("message", "-", quoted(message))
            elif "typing" in tags:
                event("typing", tags["typing"])
            return
        if (name, message or "") not in self.seen:
            self.seen[name, message or ""] = None  # Durable storage would be here.
            if len(self.seen) > KEPT:
                del self.seen[next(iter(self.seen))]
            self.show(name, message, tags)
        self.owed.append(name)  # Each time: our confirmation may have been lost.

    def show(self, name, message, tags):
        answered = tags.get("reply") or tags.get("draft/reply") or "-"
        for tag, word in (("draft/react", "reaction"), ("draft/unreact", "reaction-back")):
            if tag in tags:
                event(word, name, answered, quoted(tags[tag]))
        if message is not None:
            event("message", name, quoted(message))

    def tags(self, packet):
        tags = packet.get("tags")
        tags = tags.items() if isinstance(tags, dict) else ()
        texts = [(name, repaired(text)) for name, text in tags
                 if isinstance(text, str) and TAG_NAME.fullmatch(name)]
        return dict([one for one in texts if len(one[1].encode()) <= LONGEST_TAG][:8])

    # What goes.

    def speak(self):
        """Writes what is not written yet to the connection that stays."""
        link = self.stays()
        if link is None or (link.features is None and link.patient):
            return
        if link is not self.writing:
            self.writing, self.written = link, set()  # All that is unconfirmed goes again.
        while self.owed and not self.hold:
            link.send(received=self.owed[:MOST_RECEIVED])
            del self.owed[:MOST_RECEIVED]
        for name, packet in list(self.outbox.items()):
            only_tags = "message" not in packet
            if link.features is None and only_tags:
                continue  # Who knows whether it would be understood.
            confirms = link.features is None or "receipts" in link.features
            tagged = link.features is not None and {"receipts", "tags"} <= link.features
            if name not in self.written and (tagged or not only_tags):
                link.send(**{key: packet[key] for key in packet if key != "tags" or tagged})
                self.written.add(name)
            if not confirms or (only_tags and not tagged):
                del self.outbox[name]
                event("believed", name)

    def post(self, **attributes):
        name = str(uuid.uuid4())
        self.outbox[name] = {"timestamp": int(time.time()), "id": name, **attributes}
        event("sent", name, quoted(attributes.get("message", "")))
        self.speak()

    def be(self, status, text):
        self.status, self.status_message = status, text
        link = self.stays()
        if link:
            link.send(status=status, status_message=text)

    async def obey(self):
        """Does what its person says, until that is to quit."""
        commands, loop = asyncio.Queue(), asyncio.get_running_loop()

        def listen():
            for line in sys.stdin:
                loop.call_soon_threadsafe(commands.put_nowait, repaired(line.rstrip("\r\n")))
            loop.call_soon_threadsafe(commands.put_nowait, "quit")

        threading.Thread(target=listen, daemon=True).start()
        while True:
            command, _, text = (await commands.get()).partition(" ")
            if command == "say":
                self.post(message=text)
            elif command == "react":
                name, _, text = text.partition(" ")
                if name and len(name.encode()) <= 256 and len(text.encode()) <= LONGEST_TAG:
                    self.post(tags={"draft/react": text, "draft/reply": name})
            elif command in ("away", "back"):
                self.be(2 if command == "away" else 1, text)
            elif command in ("hold", "release"):
                self.hold = command == "hold"
                self.speak()
                event("holding" if self.hold else "released")
            elif command == "quit":
                self.be(0, text)
                for link in self.links:
                    with contextlib.suppress(OSError):  # It may be gone already.
                        link.writer.write_eof()
                return
            else:
                event("unknown", command)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A small Enclave node.")
    parser.add_argument("own")
    parser.add_argument("contact")
    parser.add_argument("--port", type=int, default=7776)
    parser.add_argument("--alias", default="")
    parser.add_argument("--no-dial", action="store_true", help="only wait to be called")
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8", errors="replace")
    asyncio.run(Node(parser.parse_args()).serve())
