"""Asks pymemcache which server it chooses, by the client that Django's PyMemcacheCache uses, and who stands in."""

from importlib.metadata import version

from pymemcache.client.hash import HashClient

from asked import KEYS, LISTS, have_sockets, is_weighted, tell

BY = f"pymemcache {version('pymemcache')}"


def owner(client, key):
    return client._get_client(key).server


for number, servers in enumerate(LISTS):
    if is_weighted(servers):
        continue
    places = [server["host"] if have_sockets(servers) else (server["host"], server["port"]) for server in servers]
    client = HashClient(places, allow_unicode_keys=True)
    first = [owner(client, key) for key in KEYS]
    tell(BY, {"distribution": "rendezvous"}, number, [places.index(place) for place in first])
    if len(places) < 3:
        continue
    second = []
    for key, place in zip(KEYS, first):
        # What it does when a server is dead.
        client.hasher.remove_node(client._make_client_key(place))
        second.append(places.index(owner(client, key)))
        client.hasher.add_node(client._make_client_key(place))
    tell(BY, {"distribution": "rendezvous", "place": 1}, number, second)
