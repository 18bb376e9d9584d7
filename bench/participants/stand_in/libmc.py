"""Stands in for libmc in `deno task bench:smoke`: the calls that libmc_python.py makes, on items in memory.

It shows that the driver obeys its orders where libmc itself cannot be had. Nothing is measured with it.
"""

__version__ = "stand-in"
MC_POLL_TIMEOUT = 0


class Client:
    def __init__(self, servers):
        self.items = {}

    def config(self, option, value):
        pass

    def get(self, key):
        return self.items.get(key)

    def set(self, key, value):
        self.items[key] = value
        return True

    def get_multi(self, keys):
        return {key: self.items[key] for key in keys if key in self.items}

    def set_multi(self, items):
        self.items.update(items)
        return True
