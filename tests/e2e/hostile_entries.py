#!/usr/bin/env python3
"""Entries that no administrator would write and slapd takes, as LDIF on stdout.

One flaw an entry; the entry is named after it. The last ones have none that matters, whatever they
look like: they are people.
"""

import base64

PEOPLE = "ou=people,dc=example,dc=org"
GROUPS = "ou=groups,dc=example,dc=org"
KEY = (
    b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICmUGIc25CEZBGchPdHQ9Eo5oiIUoykRmyDD8dcdRBaw laptop"
)
number = 21000


def entry(dn, *pairs):
    print(f"\ndn:: {base64.b64encode(dn.encode()).decode()}")
    for name, value in pairs:
        if isinstance(value, str):
            value = value.encode()
        print(f"{name}:: {base64.b64encode(value).decode()}")


def person(name, rdn=None, without=(), **changes):
    """A good person, but for the changes: a value, or a list of values."""
    global number
    number += 1
    attributes = {
        "objectClass": ["inetOrgPerson", "posixAccount", "shadowAccount", "ldapPublicKey"],
        "uid": name,
        "cn": name,
        "sn": name,
        "uidNumber": str(number),
        "gidNumber": "20000",
        "homeDirectory": f"/home/{name}",
        "sshPublicKey": KEY,
    }
    attributes.update({key.replace("_", ";"): value for key, value in changes.items()})
    pairs = []
    for key, values in attributes.items():
        if key not in without:
            values = values if isinstance(values, list) else [values]
            pairs += [(key, value) for value in values]
    entry(f"{rdn or 'uid=' + name},{PEOPLE}", *pairs)


# ---- flaws ----

person("gecos-newline", gecos="x\nroot2:x:0:0::/root:/bin/sh")
person("home-newline", homeDirectory="/home/x\nroot2:x:0:0::/root:/bin/sh")
person("uid-newline", rdn="cn=uid-newline", uid="x\nroot2::0:0::/root:/bin/sh")
person("uid-colon", rdn="cn=uid-colon", uid="x:y")
person("uid-nul", rdn="cn=uid-nul", uid=b"root\0x")
person("cn-nul", cn=["cn-nul\0hidden"])
person("cn-escape", cn="\x1b]0;owned\x07\x1b[2J", displayName="\x1b[31mred")
person("cn-bidi", cn="\u202egnp.exe")
person("two-uids", uid=["two-uids", "second-uid"])
person("uid-number-nobody", uidNumber="4294967295")
person("uid-number-huge", uidNumber="99999999999999999999999999")
person("uid-number-root", uidNumber="0")
person("uid-number-negative", uidNumber="-1")
person("gid-number-negative", gidNumber="-1")
person("expire-huge", shadowExpire="999999999999999999")
person("key-binary", sshPublicKey=b"\xff\xfe\x00\x01not a key")
person("key-two-lines", sshPublicKey=KEY + b"\n" + b'command="/bin/sh" ' + KEY)
person("key-command", sshPublicKey=b'command="/bin/sh" ' + KEY)
person("key-two-megabytes", sshPublicKey=b"ssh-ed25519 " + b"A" * 2000000)
person("home-outside", homeDirectory="/etc/../root")
person("login-root", rdn="cn=login-root", uid="root")

# ---- none that matters ----

person("special-dn", rdn='cn=a\\,b\\+c\\"d\\\\e\\<f\\>\\; \\#g\\=h\\C3\\A9', cn="special",
       **{"cn_lang-de": "Sönderzeichen"})
person("photo", jpegPhoto=b"\xff\xd8" + b"\0" * 2000000)
person("wordy", description=[f"value {n}" for n in range(3000)])

# ---- groups ----

entry(f"cn=crowd,{GROUPS}", ("objectClass", "groupOfNames"), ("cn", "crowd"),
      *[("member", f"uid=m{n},{PEOPLE}") for n in range(3000)],
      ("member", f"uid=photo,{PEOPLE}"))
for name, other in (("ring-a", "ring-b"), ("ring-b", "ring-c"), ("ring-c", "ring-a")):
    entry(f"cn={name},{GROUPS}", ("objectClass", "groupOfNames"), ("cn", name),
          ("member", f"cn={other},{GROUPS}"), ("member", f"uid=wordy,{PEOPLE}"))
entry(f"cn=itself,{GROUPS}", ("objectClass", "groupOfNames"), ("cn", "itself"),
      ("member", f"cn=itself,{GROUPS}"))
entry(f"cn=new\\0Aline,{GROUPS}", ("objectClass", "groupOfNames"), ("cn", "new\nline"),
      ("member", f"uid=wordy,{PEOPLE}"))
