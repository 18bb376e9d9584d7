"""libmc itself, from Python: the process of one participant, which obeys the same orders as load/child.ts.

Run by a Python that can import libmc, with the servers as arguments. libmc answers one caller at a time;
its values are texts here, as everyone's are.
"""

import hashlib
import json
import sys
import time

OWNER = 8  # The digit in the keys, see ownerOf() in names.ts.
FILLER = "The quick brown fox jumps over the lazy dog and runs 0123456789 miles. "
BLOCK = 100


def make_items(count, size):
    """The keys and values of items.ts; `prepare` shows that they are the same."""
    items = []
    for i in range(count):
        number = "%06d" % i
        value = (number + FILLER * (size // len(FILLER) + 1))[:size]
        items.append(("bench:%d:%d:%s" % (OWNER, size, number), value))
    return items


def key_count(work):
    if work["bytes"] >= 100_000:
        return 64
    return 1600 if work["operation"].endswith("100") else 1024


def blocks_of(items):
    return [items[i : i + BLOCK] for i in range(0, len(items), BLOCK)]


class Bench:
    def __init__(self, libmc, servers):
        self.libmc = libmc
        self.servers = servers
        self.clients = {}
        self.call = None
        self.arguments = []
        self.latencies = []

    def client_of(self, count):
        client = self.clients.get(count)
        if client is None:
            client = self.libmc.Client(self.servers[:count])
            client.config(self.libmc.MC_POLL_TIMEOUT, 60_000)
            self.clients[count] = client
        return client

    def prepare(self, work):
        client = self.client_of(work["servers"])
        items = make_items(key_count(work), work["bytes"])
        values = []
        for block in blocks_of(items):
            keys = [key for key, _ in block]
            if work["operation"] == "setMulti100":
                client.set_multi(dict(block))
            else:
                for key, value in block:
                    client.set(key, value)
            if work["operation"] == "getMulti100":
                found = client.get_multi(keys)
                values.extend(found.get(key) for key in keys)
            else:
                values.extend(client.get(key) for key in keys)
        self.choose_call(client, items, work["operation"])
        self.latencies = []
        text = "\n".join(value or "" for value in values)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return {"digest": digest, "values": len(values)}

    def choose_call(self, client, items, operation):
        """Makes all arguments beforehand, so that the loop makes nothing but calls."""
        if operation == "get":
            self.call = client.get
            self.arguments = [(key,) for key, _ in items]
        elif operation == "set":
            self.call = client.set
            self.arguments = items
        elif operation == "getMulti100":
            self.call = client.get_multi
            self.arguments = [([key for key, _ in block],) for block in blocks_of(items)]
        else:
            self.call = client.set_multi
            self.arguments = [(dict(block),) for block in blocks_of(items)]

    def run(self, milliseconds, timed):
        if self.call is None:
            raise RuntimeError("Cannot run as nothing was prepared")
        call, arguments, clock = self.call, self.arguments, time.perf_counter
        latencies = self.latencies if timed else []
        cpu = time.process_time()
        begin = last = clock()
        end = begin + milliseconds / 1000
        calls = 0
        while last < end:
            call(*arguments[calls % len(arguments)])
            now = clock()
            latencies.append(now - last)
            last = now
            calls += 1
        return {
            "calls": calls,
            "milliseconds": (last - begin) * 1000,
            "cpuMicroseconds": (time.process_time() - cpu) * 1e6,
        }

    def quantiles(self):
        ordered = sorted(self.latencies)
        self.latencies = []

        def at(part):
            return round(ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1e6, 1)

        return {"p50": at(0.5), "p99": at(0.99), "p999": at(0.999)}

    def obey(self, order):
        if order["order"] == "prepare":
            return self.prepare(order["work"])
        if order["order"] == "run":
            return self.run(order["milliseconds"], order["timed"])
        return self.quantiles()


def say(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main():
    try:
        import libmc
    except ImportError as error:
        return say({"error": "Cannot import libmc into %s: %s" % (sys.executable, error)})
    bench = Bench(libmc, sys.argv[1:])
    say({"version": libmc.__version__, "manyServers": True, "manyCallers": False})
    for line in sys.stdin:
        try:
            say(bench.obey(json.loads(line)))
        except Exception as error:  # What went wrong is the answer; the next work may go well.
            say({"error": repr(error)})


if __name__ == "__main__":
    main()
