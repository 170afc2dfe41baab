#!/usr/bin/env python3
"""Stands between a client and a directory server, and spoils a listing at an exact place.

    ldap_proxy.py PORT SERVER_ADDRESS WHAT

    pass                passes everything
    silent              accepts, and never says a word
    cut-after N         passes N entries, then closes the connection
    stall-after N       passes N entries, then nothing more, the connection stays open
    garble-after N      passes N entries, then bytes that are no LDAP
    lose-every N        leaves out each N-th entry and says nothing of it
    at-page N COMMAND   runs COMMAND when the N-th page of a listing is whole, before passing its end
    ranged N            of an attribute `member` with more values it passes N, and says so, as
                        Active Directory does: member;range=0-<N-1>

Only plain LDAP can be read. Prints "ready" when it listens; serves until it is ended.
"""

import socket
import subprocess
import sys
import threading
import time

SEARCH_ENTRY = 0x64
SEARCH_DONE = 0x65


# ---- BER, as RFC 4511 uses it ----


def read_exactly(stream, count):
    data = b""
    while len(data) < count:
        piece = stream.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def read_message(stream):
    """The content of one LDAPMessage."""
    head = read_exactly(stream, 2)
    length = head[1]
    if length & 0x80:
        length = int.from_bytes(read_exactly(stream, length & 0x7F), "big")
    return read_exactly(stream, length)


def elements(data):
    """Pairs of tag and content."""
    found = []
    at = 0
    while at < len(data):
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        found.append((tag, data[at : at + length]))
        at += length
    return found


def element(tag, content):
    size = len(content).to_bytes(4, "big")
    return bytes([tag, 0x84]) + size + content


def message(parts):
    return element(0x30, b"".join(element(tag, content) for tag, content in parts))


# ---- what is done to answers ----


class Spoiler:
    def __init__(self, words):
        self.what = words[0]
        self.count = int(words[1]) if len(words) > 1 else 0
        self.command = words[2] if len(words) > 2 else None
        self.entries = 0
        self.pages = 0

    def pass_on(self, client, content):
        """Raises EOFError to end the connection."""
        parts = elements(content)
        tag, answer = parts[1]
        if tag == SEARCH_DONE:
            self.page_ends()
        # The root DSE, which has no name, is no entry of a listing.
        if tag == SEARCH_ENTRY and elements(answer)[0][1]:
            self.entries += 1
            if self.what == "lose-every" and self.entries % self.count == 0:
                return
            if self.what.endswith("-after") and self.entries > self.count:
                self.break_off(client)
            if self.what == "ranged":
                parts[1] = (tag, self.in_range(answer))
        client.sendall(message(parts))

    def page_ends(self):
        if self.entries:
            self.pages += 1
            if self.what == "at-page" and self.pages == self.count:
                subprocess.run(["sh", "-c", self.command], check=False)

    def break_off(self, client):
        if self.what == "garble-after":
            client.sendall(b"\x30\x84\xff\xff\xff\xffthis is no LDAP" * 8)
        if self.what == "stall-after":
            time.sleep(600)
        raise EOFError

    def in_range(self, answer):
        name, (tag, attributes) = elements(answer)
        changed = b""
        for _, attribute in elements(attributes):
            kind, (_, values) = elements(attribute)
            items = elements(values)
            if kind[1].lower() == b"member" and len(items) > self.count:
                kind = (kind[0], kind[1] + b";range=0-%d" % (self.count - 1))
                items = items[: self.count]
            content = element(*kind) + element(0x31, b"".join(element(*item) for item in items))
            changed += element(0x30, content)
        return element(*name) + element(tag, changed)


# ---- connections ----


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
            spoiler.pass_on(client, read_message(server))
    except (EOFError, OSError):
        pass
    close(client)
    close(server)


def close(stream):
    try:
        stream.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def serve(client, address, words):
    try:
        server = socket.create_connection((address, 389))
    except OSError:
        client.close()
        return
    for target, arguments in (
        (pass_requests, (client, server)),
        (pass_answers, (client, server, words)),
    ):
        threading.Thread(target=target, args=arguments, daemon=True).start()


def main():
    port, address, words = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    listener = socket.create_server(("127.0.0.1", port))
    print("ready", flush=True)
    ignored = []
    while True:
        client, _ = listener.accept()
        if words[0] == "silent":
            ignored.append(client)
        else:
            serve(client, address, words)


main()
