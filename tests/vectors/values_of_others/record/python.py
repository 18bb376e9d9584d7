"""Records what pylibmc, pymemcache and Django's PyMemcacheCache store, and what they read of what this client stores.

Usage: python.py PORT OURS FOLDER
"""
import base64, hashlib, json, socket, sys, warnings

warnings.simplefilter("ignore")
import django
import pylibmc
import pymemcache
import pymemcache.serde
from django.conf import settings
from django.core.cache.backends.memcached import PyMemcacheCache
from pymemcache.client.base import Client

PORT, OURS, FOLDER = int(sys.argv[1]), json.load(open(sys.argv[2])), sys.argv[3]
settings.configure()
wire = socket.create_connection(("127.0.0.1", PORT))
lines = wire.makefile("rb")


def stored(key):
    wire.sendall(b"get %s\r\n" % key.encode())
    head = lines.readline().split()
    data = lines.read(int(head[3]) + 2)[:-2]
    lines.readline()
    return {"flags": int(head[2]), "b64": base64.b64encode(data).decode()}


def put(key, flags, data):
    wire.sendall(b"set %s %d 0 %d\r\n%s\r\n" % (key.encode(), flags, len(data), data))
    assert lines.readline() == b"STORED\r\n"


def typed(value):
    if type(value) in (str, bytes) and len(value) > 1000:
        data = value if type(value) is bytes else value.encode()
        return {"sha256": hashlib.sha256(data).hexdigest(), "of": "bytes" if data is value else "text"}
    if value is None:
        return {"null": True}
    if type(value) is bool:
        return {"bool": value}
    if type(value) is int:
        return {"int": str(value)}
    if type(value) is float:
        return {"float": repr(value)}
    if type(value) is str:
        return {"text": value}
    if type(value) in (bytes, bytearray):
        return {"bytes": base64.b64encode(value).decode()}
    if type(value) in (list, tuple):
        return {"list": [typed(part) for part in value]}
    if type(value) in (set, frozenset):
        return {"set": sorted((typed(part) for part in value), key=json.dumps)}
    if type(value) is dict:
        return {"pairs": [[typed(key), typed(part)] for key, part in value.items()]}
    return {"object": type(value).__name__}


class Point:
    x = 1


VALUES = [
    "", "text", "Grüße, 世界 🌍", "a\r\nEND\r\n", "\x00", b"", b"bytes", b"\xff\xfe\x00", "1", b"1",
    0, 1, -1, 42, 2**31, -(2**31) - 1, 2**53 - 1, 2**53, -(2**53), 2**63 - 1, 2**64, -(2**64), 10**40,
    True, False, None, 0.0, -0.0, 1.5, 0.1, 1e21, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"),
    [], [1, "two", b"three", None, True, 4.5, [6]], (), (1, 2), (1,), (1, 2, 3, 4), {}, {"id": 7, "tags": ["a", "b"], "nested": {"deep": [None]}},
    {1: "a", "b": 2}, {(1, 2): "tuple"}, {"__proto__": 1, "": 2}, set(), {1, 2, 3}, frozenset(["a"]), {"set": {1}},
    ["same", "same", ["same"]], list(range(300)), {"k%d" % i: i for i in range(40)},
    complex(1, 2), Point(), range(3), bytearray(b"array"),
]
LONG = ["compressed " * 400, b"\x00" * 5000, {"rows": ["a row of some length " * 20] * 10}]


def record(name, by, store, fetch, values, long):
    written = []
    for number, value in enumerate(values + long):
        key = "%s-%d" % (name, number)
        store(key, value, number >= len(values))
        written.append({"value": typed(value), **stored(key)})
    read = []
    for number, item in enumerate(OURS[name]):
        key = "ours-%s-%d" % (name, number)
        put(key, item["flags"], base64.b64decode(item["b64"]))
        read.append({**item, "value": typed(fetch(key))})
    with open("%s/%s.jsonl" % (FOLDER, name), "w") as out:
        out.write(json.dumps({"by": by, "written": written, "read": read}))


def pylibmc_():
    client = pylibmc.Client(["127.0.0.1:%d" % PORT], binary=False)
    def store(key, value, long):
        assert client.set(key, value, min_compress_len=1000 if long else 0)
    record("pylibmc", "pylibmc %s" % pylibmc.__version__, store, client.get, VALUES, LONG)


def pymemcache_():
    client = Client(("127.0.0.1", PORT), serde=pymemcache.serde.pickle_serde)
    def store(key, value, _long):
        assert client.set(key, value, noreply=False)
    record("pymemcache", "pymemcache %s" % pymemcache.__version__, store, client.get, VALUES, [])


def django_():
    cache = PyMemcacheCache("127.0.0.1:%d" % PORT, {"KEY_FUNCTION": lambda key, prefix, version: key})
    def store(key, value, _long):
        cache.set(key, value)
    record("django", "Django %s, PyMemcacheCache" % django.get_version(), store, cache.get, VALUES, [])


pylibmc_()
pymemcache_()
django_()
