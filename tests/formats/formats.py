#!/usr/bin/python3
"""formats.py - formats of others, as their own readers see them.

Accounts with hostile text are written as JSON, exported by the real program ($REHOME), and looked at
from outside: ansible-vars as PyYAML reads it, which is what Ansible does; sftpgo by a checker that
knows the rules of its openapi.yaml and of its validation, and decides who may do what the way its
server does; user-record as JSON by its specification. Prints TAP. Needs no root.
"""
import fnmatch
import ipaddress
import json
import os
import random
import re
import subprocess
import sys
import tempfile

KEY = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm "
       "anna@example.org")
SHA512 = ("$6$saltstring$q2.778Y7vt0Ij2OIl01VlxEE6SEh8ZCtgFbyJX8fYkl5S7gx32QO24FV"
          "g.rs4DkoAs9t6R19x4z8g69teXFxA0")
YESCRYPT = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"
BCRYPT = "$2y$05$abcdefghijklmnopqrstuuHFL4dV8wKjnGhPIaBMqDqSGZqqxTrG6"
HOSTILE = ["no", "012", "1e3", "2027-12-31", "~", "null", "0x1F", "1:30", ".inf", "=", "<<", "- a",
           "{{ lookup('pipe', 'id') }}", "{% if 1 %}", "{# x #}", "a: b", "# c", "'", '"', "\\n",
           "a\\", "Jörg Müller", "\U0001f600 😀", "a\u200bb", "a\u2028b", "\ufeffa", "&a *b !c",
           "%TAG", "@x", "`x`", "|", ">", "?", "[a", "a,b", "on", "Yes", "!unsafe x", "é\u0301"]
REHOME = os.environ["REHOME"]
os.umask(0o077)
failures = 0
number = 0


def check(what, good, said=""):
    """One line of TAP."""
    global failures, number
    number += 1
    print(f"{'' if good else 'not '}ok {number} - {what}")
    if not good:
        failures += 1
        print("# " + str(said).replace("\n", "\n# "))


def export(form, accounts, *options, secrets=True, status=0):
    """What the program writes for these accounts, and what it says."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = folder + "/in.json", folder + "/out"
        with open(source, "w", encoding="utf-8") as text:
            text.writelines(json.dumps(account) + "\n" for account in accounts)
        command = [REHOME, "export", form, "json:" + source, "-o", out]
        command += ["--with-secrets"] * secrets
        for option in options:
            command += ["--option", option]
        ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8",
                             env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, check=False)
        if ran.returncode != status:
            check(f"export {form} ends with {status}", False, ran.stderr)
            return "", ran.stderr
        if status:
            return "", ran.stderr
        with open(out, encoding="utf-8", newline="") as text:
            return text.read(), ran.stderr


def random_accounts(seed):
    """Accounts, as the json importer takes them."""
    dice = random.Random(seed)

    def text():
        return dice.choice(HOSTILE) if dice.random() < .7 else dice.choice(HOSTILE).replace(
            "a", dice.choice(HOSTILE))

    def path():
        name = text().strip().replace("/", "_").replace("\u2028", "").replace("\u200b", "")
        name = name.replace("\ufeff", "")
        return "x" + name

    accounts = []
    for i in range(120):
        account = {"username": f"u{i}", "full_name": text().replace(":", ";"),
                   "home": "/srv/" + path().replace(":", ";"), "uid": 20000 + i,
                   "groups": dice.choice([[], ["press"], ["no", "press"]]),
                   "state": dice.choice(["active", "active", "disabled", "left"]),
                   "expires": dice.choice(["never", "2027-12-31", "1970-01-02"]),
                   "ssh_keys": dice.choice([[], [KEY], ['from="10.0.0.0/8" ' + KEY]])}
        if dice.random() < .5:
            account["password_hash"] = SHA512
        paths = {path().replace(":", ";") for _ in range(dice.randrange(4))}
        account["folders"] = [
            {"path": p, "access": dice.choice(["write", "read", "read-advisory"]),
             **dice.choice([{}, {"owner": "root"}, {"group": "press", "mode": "2770"}])}
            for p in sorted(paths)]
        if dice.random() < .3:
            account["profile"] = dice.choice(
                ["read-only", "umask=027", "start=in/%u log=INFO", "from=10.0.0.0/8,!10.1.0.0/16"])
        accounts.append(account)
    return accounts


def day(text):
    """Days since 1970 of YYYY-MM-DD."""
    import datetime
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def full_name(account):
    """As the importer takes it: without what counts as blank at the ends."""
    return account["full_name"].strip(" \u200b\ufeff\u2028")


# ---- ansible-vars ----

def load_yaml(text):
    """As Ansible: !unsafe is text that is not templated, everything else that has a brace would be."""
    import yaml

    class Loader(yaml.SafeLoader):
        """With Ansible's own tag."""

    unsafe = []

    def take_unsafe(loader, node):
        unsafe.append(loader.construct_scalar(node))
        return unsafe[-1]

    Loader.add_constructor("!unsafe", take_unsafe)
    templated = [token.value for token in yaml.scan(text) if isinstance(token, yaml.ScalarToken)
                 and re.search(r"\{[{%#]", token.value)]
    return yaml.load(text, Loader), sorted(templated) == sorted(
        value for value in unsafe if re.search(r"\{[{%#]", value))


def as_ansible(account):
    """The variables that an account must become."""
    login, closed = account["username"], account["state"] != "active"
    expires = account["expires"]
    wanted = {"name": login, "state": "present", "uid": account["uid"],
              "comment": full_name(account), "home": account["home"], "groups": account["groups"],
              "ssh_keys": account["ssh_keys"]}
    wanted["expires"] = 86400.0 if closed else -1.0 if expires == "never" else day(expires) * 86400.0
    if closed:
        wanted["password_lock"] = True
    if "password_hash" in account:
        wanted["password"] = account["password_hash"]
    if account["folders"]:
        wanted["folders"] = [
            {"path": folder["path"],
             "owner": folder.get("owner", "root" if folder["access"] == "read" else login),
             "group": folder.get("group", "sftponly"),
             "mode": folder.get(
                 "mode", "0555" if folder["access"] == "read-advisory" else "0755")}
            for folder in account["folders"]]
    sftp = {}
    for word in account.get("profile", "").split():
        name, _, value = word.partition("=")
        if name == "read-only":
            sftp["read_only"] = True
        elif name == "log":
            sftp["log_level"] = value
        elif name == "from":
            sftp["from"] = value.split(",")
        else:
            sftp[name] = value.replace("%u", login)
    if sftp:
        wanted["sftp"] = sftp
    return wanted


def check_ansible():
    """Every value comes back, of its own type, and none is a template."""
    try:
        import yaml  # noqa: F401
    except ImportError:
        print("# SKIPPED: ansible-vars as PyYAML reads it, without python3-yaml")
        return
    accounts = random_accounts(1)
    text, _ = export("ansible-vars", accounts)
    read, marked = load_yaml(text)
    check("ansible-vars: PyYAML reads what the accounts say",
          read == {"rehome_group": "sftponly",
                   "rehome_users": [as_ansible(account) for account in accounts]},
          next((f"{got}\n{as_ansible(account)}" for got, account in
                zip(read["rehome_users"], accounts) if got != as_ansible(account)), ""))
    check("ansible-vars: what looks like a template is marked, and nothing else", marked)
    text, _ = export("ansible-vars", accounts, secrets=False)
    check("ansible-vars: no hash without secrets", "$6$" not in text and "password:" not in text)
    text, _ = export("ansible-vars", [], "group=no")
    check("ansible-vars: nobody is an empty list",
          load_yaml(text)[0] == {"rehome_group": "no", "rehome_users": []}, text)


# ---- sftpgo ----

PERMISSIONS = {"*", "list", "download", "upload", "overwrite", "delete", "delete_files",
               "delete_dirs", "rename", "rename_files", "rename_dirs", "create_dirs",
               "create_symlinks", "chmod", "chown", "chtimes", "copy"}
HASHES = ("$argon2id$", "$2a$", "$pbkdf2-sha1$", "$pbkdf2-sha256$", "$pbkdf2-sha512$",
          "$pbkdf2-b64salt-sha256$", "$1$", "$apr1$", "{MD5}", "{SHA256}", "{SHA512}", "$5$", "$6$",
          "$y$")
USER = {"username": str, "status": int, "description": str, "email": str, "expiration_date": int,
        "password": str, "public_keys": list, "home_dir": str, "uid": int, "gid": int,
        "permissions": dict, "filesystem": dict, "filters": dict}
FILTERS = {"allowed_ip": list, "denied_protocols": list, "start_directory": str}


def faults_of(user):
    """What SFTPGo would refuse of a user, or take for something else."""
    faults = [f"{name} is {value!r}" for name, value in user.items()
              if not isinstance(value, USER.get(name, ()))]
    faults += [f"filters.{name} is {value!r}" for name, value in user["filters"].items()
               if not isinstance(value, FILTERS.get(name, ()))]
    if not re.fullmatch(r"[a-zA-Z0-9\-_.~]+", user["username"]):
        faults.append("username")
    if user["status"] not in (0, 1) or user["expiration_date"] < 0:
        faults.append("status or expiration_date")
    if not os.path.isabs(user["home_dir"]):
        faults.append("home_dir")
    if not 0 <= user.get("uid", 0) <= 2147483647:
        faults.append("uid")
    if not user["permissions"].get("/"):
        faults.append("no permissions for /")
    for path, words in user["permissions"].items():
        if os.path.normpath(path) != path or not path.startswith("/"):
            faults.append(f"path {path}")
        if not set(words) <= PERMISSIONS:
            faults.append(f"permissions {words}")
    for network in user["filters"].get("allowed_ip", []):
        if "/" not in network:
            faults.append(f"allowed_ip {network} is no CIDR")
        ipaddress.ip_network(network)
    if not set(user["filters"]["denied_protocols"]) < {"SSH", "FTP", "DAV", "HTTP"}:
        faults.append("denied_protocols")
    faults += [f"key {key}" for key in user.get("public_keys", []) if not key.startswith("ssh-")]
    return faults


def go_match(pattern, path):
    """path.Match of Go: as fnmatch, but a backslash quotes, and '*' stops at a '/'."""
    quoted = re.sub(r"\\(.)", lambda m: "[" + m[1] + "]" if m[1] != "\\" else "\0", pattern)
    quoted = quoted.replace("[[]", "\1")
    expression = fnmatch.translate(quoted).replace("\0", r"\\").replace("\1", r"\[")
    return pattern.count("/") == path.count("/") and re.fullmatch(expression, path) is not None


def permissions_for(user, path):
    """GetPermissionsForPath of SFTPGo; every pattern that matches, as its map has no order."""
    while True:
        if path in user["permissions"]:
            return [user["permissions"][path]]
        matched = [words for pattern, words in user["permissions"].items()
                   if go_match(pattern, path)]
        if matched or path == "/":
            return matched or [user["permissions"]["/"]]
        path = os.path.dirname(path)


def wanted_permissions(account, folder):
    """What a folder is to allow: by its owner, its group and its mode."""
    mode = int(folder.get("mode", "555" if folder["access"] == "read-advisory" else "755"), 8)
    owner = folder.get("owner", "root" if folder["access"] == "read" else "user")
    if owner == "user":
        bits = mode >> 6
    elif folder.get("group") in [None] + account["groups"]:
        bits = mode >> 3
    else:
        bits = mode
    if "read-only" in account.get("profile", ""):
        bits &= ~2
    return {7: ["*"], 5: ["list", "download"], 0: []}[bits & 7]


def check_sftpgo():
    """The schema, the secrets, and who may do what."""
    accounts = random_accounts(2)
    text, _ = export("sftpgo", accounts)
    dump = json.loads(text)
    check("sftpgo: one dump of users", set(dump) == {"version", "users"} and dump["version"] == 17
          and [user["username"] for user in dump["users"]] == [a["username"] for a in accounts])
    faults = [(user["username"], faults_of(user)) for user in dump["users"] if faults_of(user)]
    check("sftpgo: every user is by the schema", not faults, faults[:3])
    wrong = [(account["username"], folder, permissions_for(user, "/" + folder["path"]))
             for account, user in zip(accounts, dump["users"]) for folder in account["folders"]
             if permissions_for(user, "/" + folder["path"] + "/deep/x") != [
                 wanted_permissions(account, folder)]]
    check("sftpgo: a folder allows what the jail would, and what lies below it", not wrong, wrong[:3])
    wrong = []
    for account, user in zip(accounts, dump["users"]):
        names = {folder["path"] for folder in account["folders"]}
        others = {re.sub(r"[*?]|\[.*", "a", name) for name in names} - names
        wrong += [(name, user["permissions"]) for name in others
                  if permissions_for(user, "/" + name) != [["list", "download"]]]
    check("sftpgo: a folder's name is no pattern for others", not wrong, wrong[:3])
    wrong = [user["username"] for account, user in zip(accounts, dump["users"])
             if user["status"] != (account["state"] == "active") or user["expiration_date"] != (
                 0 if account["expires"] == "never" else day(account["expires"]) * 86400000)]
    check("sftpgo: who is closed or expires here, there too", not wrong, wrong[:3])


def check_sftpgo_secrets():
    """What SFTPGo would take for a plaintext is never written."""
    secrets = {"sha512": SHA512, "yescrypt": YESCRYPT, "bcrypt": BCRYPT}
    accounts = [{"username": name, "password_hash": secret} for name, secret in secrets.items()]
    accounts += [{"username": "plain", "password": "se cret"},
                 {"username": "like", "password": "$6$not a hash"},
                 {"username": "digest", "password": "{MD5}abc"}]
    users = {user["username"]: user.get("password")
             for user in json.loads(export("sftpgo", accounts)[0])["users"]}
    check("sftpgo: hashes that it knows, and plaintexts that are none", users == {
        "sha512": SHA512, "yescrypt": None, "bcrypt": "$2a$" + BCRYPT[4:], "plain": "se cret",
        "like": None, "digest": None}, users)
    said = export("sftpgo", accounts)[1]
    check("sftpgo: each that is left out is warned of", said.count("warning") == 2 and "like, digest" in said, said)
    text, _ = export("sftpgo", accounts, "yescrypt=yes")
    check("sftpgo: yescrypt when it is asked for", YESCRYPT in text)
    text, _ = export("sftpgo", accounts, secrets=False)
    check("sftpgo: no password without secrets", "password" not in text, text)


def check_sftpgo_networks():
    """Exclusions are cut out: SFTPGo lets in who is both allowed and denied."""
    lists = ["10.0.0.0/8,!10.1.0.0/16", "*,!192.0.2.7", "2001:db8::/32,!2001:db8:1::/48",
             "10.0.0.0/8,10.2.0.0/16,!10.2.3.4", "192.0.2.0/24"]
    accounts = [{"username": f"n{i}", "profile": "from=" + text} for i, text in enumerate(lists)]
    accounts.append({"username": "shut", "profile": "from=10.1.0.0/16,!10.0.0.0/8"})
    users = json.loads(export("sftpgo", accounts)[0])["users"]
    wrong = []
    for text, user in zip(lists, users):
        networks = [ipaddress.ip_network(n) for n in user["filters"]["allowed_ip"]]
        for address in ["10.0.0.0", "10.0.255.255", "10.1.0.0", "10.1.255.255", "10.2.0.0",
                        "10.2.3.4", "10.2.3.5", "11.0.0.0", "192.0.2.6", "192.0.2.7", "192.0.3.0",
                        "2001:db8::1", "2001:db8:1::1", "2001:db8:2::", "2001:db9::", "::1"]:
            ip = ipaddress.ip_address(address)
            parts = text.split(",")
            holds = [n for n in parts if n.lstrip("!") == "*" or
                     ip in ipaddress.ip_network(n.lstrip("!"))]
            wanted = bool(holds) and not any(n.startswith("!") for n in holds)
            if wanted != any(ip in n for n in networks):
                wrong.append((text, address))
    check("sftpgo: the addresses of a profile, exclusions cut out", not wrong, wrong)
    check("sftpgo: whom a profile keeps out altogether is disabled", users[-1]["status"] == 0)
    said = export("sftpgo", [{"username": "__self__"}], status=1)[1]
    check("sftpgo: its own names are refused", "reserves the login" in said, said)


# ---- user-record ----

def check_records():
    """The fields, their types and their section."""
    accounts = random_accounts(3)
    text, _ = export("user-record", accounts)
    wrong = []
    for account, record in zip(accounts, map(json.loads, text.splitlines())):
        closed = account["state"] != "active"
        wanted = {"userName": account["username"], "realName": full_name(account),
                  "disposition": "regular", "uid": account["uid"],
                  "homeDirectory": account["home"], "shell": "/usr/sbin/nologin",
                  "memberOf": account["groups"],
                  "privileged": {"sshAuthorizedKeys": account["ssh_keys"]}}
        if closed:
            wanted.update(locked=True, notAfterUSec=86400000000)
        elif account["expires"] != "never":
            wanted["notAfterUSec"] = day(account["expires"]) * 86400000000
        if "password_hash" in account:
            wanted["privileged"]["hashedPassword"] = [account["password_hash"]]
        if record != wanted:
            wrong.append((record, wanted))
    check("user-record: the fields of the specification", len(text.splitlines()) == len(accounts)
          and not wrong, wrong[:1])
    text, _ = export("user-record", accounts, secrets=False)
    check("user-record: no hash without secrets", "hashedPassword" not in text and "$6$" not in text)
    public, _ = export("user-record", accounts, "section=public")
    private, _ = export("user-record", accounts, "section=privileged")
    check("user-record: a drop-in's two files make one record", [
        {**json.loads(a), **json.loads(b)} for a, b in
        zip(public.splitlines(), private.splitlines())] == [
            json.loads(line) for line in export("user-record", accounts)[0].splitlines()]
          and "privileged" not in public)


check_ansible()
check_sftpgo()
check_sftpgo_secrets()
check_sftpgo_networks()
check_records()
print(f"1..{number}")
sys.exit(failures != 0)
