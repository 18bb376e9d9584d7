"""Asks Cache::Memcached::Fast which server it chooses. Its servers are ours, at the addresses of the lists, and answer
every get with their number: so this runs where all of these addresses are its own (see record.sh)."""

import asyncio
import json
import subprocess

from answering import listen
from asked import KEYS, LISTS, tell

POINTS = {"ketama_points": 150, "modulo": 0}
ASK = r"""
use strict;
use warnings;
use Cache::Memcached::Fast;
use JSON::PP;
my $asked = decode_json(do { local $/; <STDIN> });
my @keys = map { my $key = $_; utf8::encode($key); $key } @{$asked->{keys}};
my $client = Cache::Memcached::Fast->new({
    servers => $asked->{servers}, ketama_points => $asked->{points}, connect_timeout => 5, io_timeout => 5,
});
my @owners;
while (my @some = splice(@keys, 0, 100)) {
    my $found = $client->get_multi(@some);
    push @owners, map { $found->{$_} // die "no answer for $_" } @some;
}
print encode_json({ version => "$Cache::Memcached::Fast::VERSION", owners => [map { $_ + 0 } @owners] });
"""


def address(server):
    return server["host"] if server["host"].startswith("/") else f"{server['host']}:{server['port']}"


async def ask(servers, points):
    asked = {"keys": KEYS, "points": points,
             "servers": [{"address": address(server), "weight": server["weight"]} for server in servers]}
    done = await asyncio.to_thread(
        subprocess.run, ["/usr/bin/perl", "-e", ASK], input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


async def main():
    for number, servers in enumerate(LISTS):
        listening = [await listen(index, server["host"], server["port"]) for index, server in enumerate(servers)]
        for distribution, points in POINTS.items():
            about = {"distribution": distribution}
            if distribution == "modulo":
                about["hash"] = "crc"
            answer = await ask(servers, points)
            tell(f"Cache::Memcached::Fast {answer['version']}", about, number, answer["owners"])
        for server in listening:
            server.close()


asyncio.run(main())
