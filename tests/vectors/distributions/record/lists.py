"""Makes what all originals are asked: 1,200 keys and 48 lists of servers. Writes keys.txt and lists.json."""

import json
import random
import sys

SEED = 20261128
random = random.Random(SEED)
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-./{}#~!*+=$%&'()<>?@[]^`|\\\","
WIDE = "äöüßéèñçøåłžșğıабвгдежзийклмнопαβγδεζηθ中文字符日本語かなカナ한국어עבריתالعربيةहिन्दी🙂🚀💾🗝"


def some(alphabet, least, most):
    return "".join(random.choice(alphabet) for _ in range(random.randint(least, most)))


def keys():
    yield from (f"user:{i}" for i in range(200))
    yield from (f"session:{random.getrandbits(128):032x}" for _ in range(150))
    yield from (f"{random.randint(0, 10**9)}" for _ in range(100))
    yield from (some(LETTERS, 1, 40) for _ in range(250))
    yield from (some(WIDE, 1, 12) for _ in range(200))
    yield from (some(LETTERS, 1, 10) + some(WIDE, 1, 6) + some(LETTERS, 0, 10) for _ in range(150))
    yield from (f"straße/{i}/größe" for i in range(50))
    yield from (f"shop:{{{random.randint(0, 20)}}}:{some(LETTERS, 1, 12)}" for _ in range(50))
    yield from (some(LETTERS, 180, 240) for _ in range(30))
    yield from ("x" * n for n in range(41, 71))


def unique(texts, count):
    seen = dict.fromkeys(text for text in texts if len(text.encode()) <= 240 and text != "?")
    seen = list(seen)
    number = 0
    while len(seen) < count:
        seen.append(f"more:{number}")
        number += 1
    return seen[:count]


def servers(count, host, port=lambda i: 11211, weight=lambda i: 1):
    return [{"host": host(i), "port": port(i), "weight": weight(i)} for i in range(count)]


def ip(i):
    return f"10.{i // 7}.{i * 37 % 251}.{i + 1}"


def name(i):
    return f"cache-{i:02}.example"


def lists():
    for count in (2, 3, 4, 5, 7, 10, 16, 25, 40, 60):
        yield servers(count, ip)
    for count in (2, 3, 6, 12, 31):
        yield servers(count, ip, lambda i: 11211 + i % 4)
    yield servers(3, lambda i: "127.0.0.1", lambda i: 11211 + i)
    yield servers(8, lambda i: "127.0.0.1", lambda i: 20000 + i)
    yield list(reversed(servers(5, ip)))
    yield servers(9, lambda i: f"192.168.{random.randint(0, 255)}.{random.randint(1, 254)}",
                  lambda i: random.choice([11211, 11211, 11212, 22122]))
    yield servers(20, lambda i: f"172.16.{i}.9", lambda i: 11300)
    yield servers(3, name)
    yield servers(10, name, lambda i: 11211 + i % 3)
    # From here on the weights differ.
    yield servers(2, ip, weight=lambda i: i + 1)
    yield servers(3, ip, lambda i: 11211 + i, lambda i: [2, 2, 5][i])
    for count in (4, 6, 10, 17):
        yield servers(count, ip, lambda i: 11211 + i % 2, lambda i: random.randint(1, 9))
    yield servers(5, name, weight=lambda i: [100, 1, 33, 64, 1][i])
    for count in (2, 3, 5, 8, 12, 20, 33, 48):
        yield servers(count, ip, lambda i: 11211 + i % 3, lambda i: random.choice([1, 1, 2, 3, 7, 64]))
    for count in (3, 7, 11, 15, 29, 60):
        yield servers(count, lambda i: f"10.77.{i}.{count}", weight=lambda i: 1 + i % count)
    # These can be listened at, so that a proxy makes up their names by itself.
    yield servers(5, lambda i: f"127.0.0.{10 + i}")
    yield servers(7, lambda i: "127.0.0.30", lambda i: 20100 + i)
    yield servers(4, lambda i: f"127.0.0.{40 + i}", lambda i: 11211 + i % 2, lambda i: i + 1)
    # Unix sockets, for those who can.
    yield servers(4, lambda i: f"/run/memcached-{i}.sock", lambda i: 0)
    yield servers(3, lambda i: f"/run/memcached-{i}.sock", lambda i: 0, lambda i: i + 1)


def main(folder):
    texts = unique(keys(), 1200)
    with open(f"{folder}/keys.txt", "w", encoding="utf-8") as file:
        file.write("".join(text + "\n" for text in texts))
    with open(f"{folder}/lists.json", "w") as file:
        json.dump(list(lists()), file)


main(sys.argv[1])
