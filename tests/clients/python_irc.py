"""A person who uses the Python library `irc`, for the tests with real clients.

    python_irc.py ADDRESS PORT NICK

Writes what the library tells, one event a line:

    TYPE FROM TARGET ARGUMENTS...

TYPE is the library's own name of it (`privmsg`, `quit`, `whoisuser`), FROM a nick or a server,
and what is not there is `-`. Reads what to do, one command a line; `COMMANDS` says which. All
go through the library's methods. Ends when the connection does.
"""

import sys
import threading

import irc.client

# The last argument is the rest of the line.
COMMANDS = {
    "say": (2, lambda server, to, text: server.privmsg(to, text)),
    "act": (2, lambda server, to, text: server.action(to, text)),
    "whois": (1, lambda server, nick: server.whois([nick])),
    "ison": (1, lambda server, nick: server.ison([nick])),
    "quit": (1, lambda server, text: server.quit(text)),
}


def tell(server, event):
    """Writes an event."""
    if event.type in ("all_raw_messages", "ping"):
        return
    source = irc.client.NickMask(event.source).nick if event.source else "-"
    words = [event.type, source, event.target or "-", *event.arguments]
    print(*words, flush=True)


def obey(server):
    """Carries out the commands."""
    for line in sys.stdin:
        name, _, rest = line.rstrip("\n").partition(" ")
        count, command = COMMANDS[name]
        command(server, *rest.split(" ", count - 1))


def main():
    address, port, nick = sys.argv[1:]
    reactor = irc.client.Reactor()
    server = reactor.server()
    reactor.add_global_handler("all_events", tell)
    server.connect(address, int(port), nick)
    threading.Thread(target=obey, args=[server], daemon=True).start()
    while server.is_connected():
        reactor.process_once(timeout=0.2)


main()
