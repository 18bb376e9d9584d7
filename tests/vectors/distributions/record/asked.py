"""What the Python recorders have in common: the keys, the lists, and one line of JSON for each fact."""

import json
import sys

INDEXES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FOLDER = sys.argv[1]

with open(f"{FOLDER}/keys.txt", encoding="utf-8") as file:
    KEYS = file.read().split("\n")[:-1]
with open(f"{FOLDER}/lists.json") as file:
    LISTS = json.load(file)


def have_sockets(servers):
    return servers[0]["host"].startswith("/")


def is_weighted(servers):
    return any(server["weight"] != 1 for server in servers)


def tell(by, about, number, owners):
    print(json.dumps({"by": by, **about, "list": number, "owners": "".join(INDEXES[i] for i in owners)}))
