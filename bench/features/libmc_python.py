"""libmc itself, from Python, as the features bench asks it: one order a line, one answer a line.

Run by a Python that can import libmc, with the servers as arguments. A miss is null.
"""

import json
import sys
import threading
import time

VALUES = ["text", b"\x00\xff", 42, 1.5, 2**60, True, None, [1, "two"], {"name": "Ada"}]


def is_same(back, value):
    return type(back) is type(value) and back == value


def types_that_come_back(client):
    same = 0
    for i, value in enumerate(VALUES):
        key = "value%d" % i
        if client.set(key, value) and is_same(client.get(key), value):
            same += 1
    return same


def loads_of_a_hot_key(libmc, servers, callers):
    """A libmc client is for one thread, so each caller has its own."""
    loads = []

    def call():
        client = libmc.Client(servers)
        if client.get("hot") is None:
            loads.append(1)
            time.sleep(0.05)
            client.set("hot", "value")

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(loads)


def main():
    import libmc

    servers = sys.argv[1:]
    client = libmc.Client(servers)
    verbs = {
        "get": client.get,
        "set": client.set,
        "incr": client.incr,
        "types": lambda: types_that_come_back(client),
        "loads": lambda callers: loads_of_a_hot_key(libmc, servers, callers),
        "version": lambda: libmc.__version__,
    }
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        try:
            answer = {"answer": verbs[verb](*arguments)}
        except Exception as error:
            answer = {"error": repr(error)}
        sys.stdout.write(json.dumps(answer, default=repr) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
