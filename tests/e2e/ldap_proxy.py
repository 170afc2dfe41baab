#!/usr/bin/env python3
"""Stands between a client and a directory server, and spoils a listing at an exact place.

    ldap_proxy.py PORT SERVER_PORT WHAT

    silent              accepts, and never says a word
    cut-after N         passes N entries, then closes the connection
    stall-after N       passes N entries, then nothing more, the connection stays open
    garble-after N      passes N entries, then bytes that are no LDAP
    lose-every N        leaves out each N-th entry and says nothing of it
    at-page N COMMAND   runs COMMAND when the N-th page of a listing is whole, before passing its end
    pass                passes everything

Only plain LDAP can be counted. Prints "ready" when it listens; serves until it is ended.
"""

import socket
import subprocess
import sys
import threading
import time

SEARCH_ENTRY = 0x64
SEARCH_DONE = 0x65


def read_exactly(stream, count):
    data = b""
    while len(data) < count:
        piece = stream.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def read_message(stream):
    """One LDAPMessage, whole: RFC 4511, section 4.1.1, in BER."""
    head = read_exactly(stream, 2)
    length = head[1]
    if length & 0x80:
        more = read_exactly(stream, length & 0x7F)
        head += more
        length = int.from_bytes(more, "big")
    return head, read_exactly(stream, length)


def operation(body):
    """The tag behind the messageID."""
    return body[2 + body[1]]


class Spoiler:
    def __init__(self, words):
        self.what = words[0]
        self.count = int(words[1]) if len(words) > 1 else 0
        self.command = words[2] if len(words) > 2 else None
        self.entries = 0
        self.pages = 0

    def spoils(self, client, body):
        """Whether the message is not to be passed. Raises EOFError to end the connection."""
        if operation(body) == SEARCH_DONE:
            # A search of the root DSE is no page of a listing.
            if self.entries:
                self.pages += 1
            if self.what == "at-page" and self.pages == self.count:
                subprocess.run(["sh", "-c", self.command], check=False)
            return False
        if operation(body) != SEARCH_ENTRY:
            return False
        # The root DSE has an empty name.
        tag_at = 2 + body[1]
        header = 2 + (body[tag_at + 1] & 0x7F if body[tag_at + 1] & 0x80 else 0)
        if body[tag_at + header + 1] == 0:
            return False
        self.entries += 1
        if self.what == "lose-every":
            return self.entries % self.count == 0
        if self.entries <= self.count or not self.what.endswith("-after"):
            return False
        if self.what == "garble-after":
            client.sendall(b"\x30\x84\xff\xff\xff\xffthis is no LDAP" * 8)
        if self.what == "stall-after":
            time.sleep(600)
        raise EOFError


def pass_requests(client, server):
    try:
        while piece := client.recv(65536):
            server.sendall(piece)
    except OSError:
        pass
    close(server)


def pass_answers(client, server, words):
    spoiler = Spoiler(words)
    try:
        while True:
            head, body = read_message(server)
            if not spoiler.spoils(client, body):
                client.sendall(head + body)
    except (EOFError, OSError):
        pass
    close(client)
    close(server)


def close(stream):
    try:
        stream.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def main():
    port, server_port, words = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    listener = socket.create_server(("127.0.0.1", port))
    print("ready", flush=True)
    silent = []
    while True:
        client, _ = listener.accept()
        if words[0] == "silent":
            silent.append(client)
            continue
        try:
            server = socket.create_connection(("127.0.0.1", server_port))
        except OSError:
            client.close()
            continue
        for target, arguments in (
            (pass_requests, (client, server)),
            (pass_answers, (client, server, words)),
        ):
            threading.Thread(target=target, args=arguments, daemon=True).start()


main()
