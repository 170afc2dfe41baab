"""generate_proftpd_sql.py - random databases of mod_sql on SQLite, and what asks them."""

GROUPS = [("ftp", 2000), ("staff", 2100), ("clients", 2200)]

# Runs inside the machine: secrets are made there, as crypt(3) makes them.
MAKE = """
import crypt, hashlib, base64, sqlite3
SECRETS = {
    "sha512": lambda: crypt.crypt("pw", "$6$oraclesalt"),
    "des": lambda: crypt.crypt("pw", "ab"),
    "locked": lambda: "!" + crypt.crypt("pw", "$6$oraclesalt"),
    "plain": lambda: "pw",
    "empty": lambda: "",
    "null": lambda: None,
    "md5": lambda: hashlib.new(CUT, b"pw").hexdigest(),
    "cut": lambda: hashlib.new(CUT, b"pw").hexdigest()[:20],
    "upper": lambda: hashlib.sha1(b"pw").hexdigest().upper(),
    "openssl": lambda: "{sha1}" + base64.b64encode(hashlib.sha1(b"pw").digest()).decode(),
}
db = sqlite3.connect("/etc/proftpd/users.db")
db.execute(f"create table {TABLE}({COLUMNS[0]} text {COLLATION}, {COLUMNS[1]} text, {COLUMNS[2]}, "
    f"{COLUMNS[3]}, {COLUMNS[4]} text, {COLUMNS[5]} text, active int)")
db.execute("create table groups(groupname text, gid, members text)")
passwords = open("/.oracle/passwords", "a")
for name, secret, uid, gid, home, shell, active in USERS:
    value = SECRETS[secret]()
    db.execute(f"insert into {TABLE} values(?,?,?,?,?,?,?)",
        (name, value, uid, gid, home, shell, active))
    if value and PLAINTEXT:
        passwords.write(f"{name}\\t{value}\\nyaya\\t{value}\\n")
db.executemany("insert into groups values(?,?,?)", MEMBERS)
db.commit()
"""


def rows(machine, names):
    for name in names + machine.some(names, 10):
        uid = machine.often(machine.uid(), 25, 0, 100, None, "abc", "2050 ", 65533)
        gid = machine.often(machine.pick(2000, 2100, 2200), 20, 0, None, "x", 2500)
        home = machine.often(f"/srv/{name}", 20, None, "", "NULL", f"/srv/{name}/", "/srv/pub")
        shell = machine.often("/bin/bash", 25, "", None, "/bin/false")
        secret = machine.often(
            "sha512", 60, "des", "locked", "plain", "empty", "null", "md5", "cut", "upper", "openssl"
        )
        yield (name, secret, uid, gid, home, shell, machine.often(1, 15, 0, None))
        if isinstance(home, str) and home.startswith("/srv/" + name):
            machine.home(f"/srv/{name}", uid if isinstance(uid, int) and uid > 999 else 2000)
        machine.run(f"password {name} pw")


def members(machine, names):
    for group, gid in GROUPS:
        members = machine.pick(",", ",", ", ", ",,").join(machine.some(names, 35))
        yield (group, machine.often(gid, 10, f"{gid}x", None), machine.often(members, 10, None))


def database(machine, names):
    """The database, and the lines of the configuration that ask it."""
    columns = machine.pick(
        ("userid", "passwd", "uid", "gid", "homedir", "shell"),
        ("login", "secret", "u", "g", "home", "sh"),
    )
    table = "users" if columns[0] == "userid" else "accounts"
    types = machine.some(["Crypt", "Plaintext", "OpenSSL", "MD5", "SHA1", "Empty"], 45) or ["Crypt"]
    machine.rng.shuffle(types)
    values = {
        "TABLE": table,
        "COLUMNS": columns,
        "COLLATION": "",
        "PLAINTEXT": "Plaintext" in types,
        # A part of a digest of another kind than is asked for looks like one that fits.
        "CUT": "md5" if "MD5" in types else "sha1",
        "USERS": list(rows(machine, names)),
        "MEMBERS": list(members(machine, names)),
    }
    setting = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    machine.run(f"python3 -W ignore - <<'X'\n{setting}\n{MAKE}X\nchmod 600 /etc/proftpd/users.db")
    return connection(machine) + questions(machine, columns, table) + ["SQLAuthTypes " + " ".join(types)]


def connection(machine):
    lines = [f"LoadModule mod_sql{part}.c" for part in ("", "_sqlite", "_passwd")]
    lines.append(f"SQLConnectInfo {machine.often('/etc/proftpd/users.db', 4, '/etc/proftpd/nosuch.db')}")
    lines.append(f"SQLPasswordEngine {machine.often('on', 15, 'off')}")
    if machine.chance(30):
        lines.append(f"SQLPasswordEncoding {machine.pick('hex', 'HEX')}")
    if machine.chance(40):
        lines.append(f"SQLEngine {machine.often('on', 30, 'auth', 'log', 'off')}")
    if machine.chance(10):
        lines.append("SQLOptions NoDisconnectOnError")
    return lines


def questions(machine, columns, table):
    lines = []
    if table != "users" and machine.chance(25):
        lines += [
            "SQLUserInfo custom:/user",
            f"SQLNamedQuery user SELECT \"{', '.join(columns)} FROM {table} WHERE {columns[0]} = '%{{0}}'\"",
            f"SQLAuthenticate {machine.pick('users', 'users groups')}",
        ]
        return lines
    if table != "users":
        left = [machine.often(column, 6, "NULL") if i > 1 else column for i, column in enumerate(columns)]
        lines.append(f"SQLUserInfo {table} {' '.join(left)}")
    if machine.chance(50):
        lines.append(f"SQLAuthenticate {machine.pick('on', 'users', 'users groups', 'users userset groups groupset')}")
    if machine.chance(40):
        lines.append(f"SQLUserWhereClause \"{machine.pick('active = 1', 'active', 'NOT active = 0')}\"")
    if machine.chance(30):
        lines.append(f"SQLDefaultHomedir {machine.pick('/srv/pub', '/srv/none')}")
    if machine.chance(40):
        lines.append(machine.pick("SQLMinID 1000", "SQLMinUserUID 1", "SQLMinUserGID 2100", "SQLMinID 2050"))
    if machine.chance(30):
        lines += ["SQLDefaultUID 2001", "SQLDefaultGID 2000"]
    return lines
