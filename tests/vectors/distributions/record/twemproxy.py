"""Asks nutcracker which server it chooses: its servers are ours, and answer every get with their number."""

import asyncio
import subprocess
import tempfile

from answering import listen
from asked import KEYS, LISTS, have_sockets, tell

BY = "nutcracker 0.5.0"
BACKENDS, POOLS = 23000, 24000
# What it calls crc32 is libmemcached's, of 15 bits, and crc32a the whole.
HASHES = {"fnv1a_64": "fnv1a_64", "one_at_a_time": "one_at_a_time", "crc32": "crc32a"}
# Servers that are no names of others: these listen where they say.
OWN = "127.0.0."


def is_own(server):
    return server["host"].startswith(OWN) and server["host"] != "127.0.0.1"


def name_of(server):
    return server["host"] if server["port"] == 11211 else f"{server['host']}:{server['port']}"


async def ask(port):
    for _ in range(100):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            break
        except ConnectionError:
            await asyncio.sleep(0.05)
    owners = []
    for start in range(0, len(KEYS), 100):
        part = KEYS[start:start + 100]
        writer.write(b"".join(b"get " + key.encode() + b"\r\n" for key in part))
        for key in part:
            head = await reader.readline()
            assert head.startswith(b"VALUE " + key.encode()), (key, head)
            owners.append(int(await reader.readline()))
            assert await reader.readline() == b"END\r\n"
    writer.close()
    return owners


def pool(distribution, hashing, port, servers, tag):
    lines = [f"pool{port}:", f"  listen: 127.0.0.1:{port}", f"  hash: {hashing}", f"  distribution: {distribution}",
             "  preconnect: false", "  server_connections: 1", "  timeout: 5000"]
    if tag is not None:
        lines.append(f'  hash_tag: "{tag}"')
    lines.append("  servers:")
    for index, server in enumerate(servers):
        if is_own(server):
            lines.append(f"   - {server['host']}:{server['port']}:{server['weight']}")
        else:
            lines.append(f"   - 127.0.0.1:{BACKENDS + index}:{server['weight']} {name_of(server)}")
    return "\n".join(lines) + "\n"


async def record(distribution, hashing, numbers, tag=None):
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/nutcracker.yml", "w") as file:
            for number in numbers:
                file.write(pool(distribution, HASHES[hashing], POOLS + number, LISTS[number], tag))
        proxy = subprocess.Popen(["nutcracker", "-c", file.name, "-s", "23999", "-o", f"{folder}/log"])
        try:
            for number in numbers:
                about = {"distribution": {"ketama": "ketama_weighted", "modula": "modulo"}[distribution],
                         "hash": hashing}
                if tag is not None:
                    about["hashTag"] = tag
                tell(BY, about, number, await ask(POOLS + number))
        finally:
            proxy.terminate()
            proxy.wait()


async def main():
    for number in range(60):
        await listen(number, "127.0.0.1", BACKENDS + number)
    for servers in filter(lambda servers: is_own(servers[0]), LISTS):
        for number, server in enumerate(servers):
            await listen(number, server["host"], server["port"])
    everything = [number for number, servers in enumerate(LISTS) if not have_sockets(servers)]
    for hashing in ("fnv1a_64", "one_at_a_time"):
        await record("ketama", hashing, everything)
    for hashing in ("fnv1a_64", "crc32"):
        await record("modula", hashing, everything)
    await record("ketama", "fnv1a_64", everything[::2], "{}")


asyncio.run(main())
