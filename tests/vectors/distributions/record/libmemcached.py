"""Asks libmemcached which server it chooses, by ctypes. It needs no server that runs."""

import ctypes
import tempfile

from asked import KEYS, LISTS, is_weighted, tell

LIBRARY = ctypes.CDLL("libmemcached.so.11")
LIBRARY.memcached_create.restype = ctypes.c_void_p
LIBRARY.memcached_create.argtypes = [ctypes.c_void_p]
LIBRARY.memcached_free.argtypes = [ctypes.c_void_p]
LIBRARY.memcached_behavior_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_uint64]
LIBRARY.memcached_server_add_with_weight.argtypes = [
    ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint16, ctypes.c_uint32]
LIBRARY.memcached_server_add_unix_socket_with_weight.argtypes = [
    ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint32]
LIBRARY.memcached_generate_hash.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
LIBRARY.memcached_generate_hash.restype = ctypes.c_uint32
LIBRARY.memcached_lib_version.restype = ctypes.c_char_p
BY = f"libmemcached {LIBRARY.memcached_lib_version().decode()}"

HASH, DISTRIBUTION, KETAMA_WEIGHTED = 2, 9, 16
MODULA, CONSISTENT, CONSISTENT_KETAMA = 0, 1, 2
HASHES = {"one_at_a_time": 0, "md5": 1, "crc": 2, "fnv1_64": 3, "fnv1a_64": 4, "fnv1_32": 5, "fnv1a_32": 6}


def owners(servers, behaviors):
    handle = LIBRARY.memcached_create(None)
    for behavior, value in behaviors:
        assert LIBRARY.memcached_behavior_set(handle, behavior, value) == 0
    for server in servers:
        host = server["host"].encode()
        if server["host"].startswith("/"):
            done = LIBRARY.memcached_server_add_unix_socket_with_weight(handle, host, server["weight"])
        else:
            done = LIBRARY.memcached_server_add_with_weight(handle, host, server["port"], server["weight"])
        assert done == 0
    found = []
    for key in KEYS:
        data = key.encode()
        found.append(LIBRARY.memcached_generate_hash(handle, data, len(data)))
    LIBRARY.memcached_free(handle)
    return found


def main():
    for number, servers in enumerate(LISTS):
        weighted = is_weighted(servers)
        for name, value in HASHES.items():
            # With weights it takes the points of ketama_weighted, whichever hash it has: two will do.
            if weighted and name not in ("one_at_a_time", "fnv1a_32"):
                continue
            tell(BY, {"distribution": "ketama", "hash": name}, number,
                 owners(servers, [(HASH, value), (DISTRIBUTION, CONSISTENT)]))
            if not weighted:
                tell(BY, {"distribution": "modulo", "hash": name}, number,
                     owners(servers, [(HASH, value), (DISTRIBUTION, MODULA)]))
        tell(BY, {"distribution": "ketama_weighted"}, number, owners(servers, [(KETAMA_WEIGHTED, 1)]))


main()
