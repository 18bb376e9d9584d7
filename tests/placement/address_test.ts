import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { addressOf, parseAddress } from "../../src/placement/address.ts";
import { KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { libmcDistribution } from "../../src/placement/libmc.ts";
import { ROUTING } from "./vectors.ts";

/**
 * Server strings of the vectors that are read otherwise than libmc reads them, after the host name they all share, with
 * what is done instead; `tests/vectors/differences.md` says why at length.
 */
const EXCEPTIONS: readonly (readonly [text: string, instead: string, reason: string])[] = [
  ["[::1]:11211", "[::1]:11211", "IPv6 in brackets is ours"],
  ["[::1]", "[::1]:11211", "IPv6 in brackets is ours"],
  ["/r/gb7i:y.sock", "/r/gb7i:y.sock", "a colon that starts no port is part of the path"],
  ["", "TypeError", "no host, nothing to dial"],
  [" gb7i", "TypeError", "no host, nothing to dial"],
  ["gb7i ", "TypeError", "a space that is left over, and no alias"],
  ["gb7i  iW", "TypeError", "a space too many, and no alias"],
  ["gb7i\\:1", "TypeError", "no host has a backslash in its name"],
  ["gb7i\tx", "TypeError", "no host has a tab in its name"],
  ["gb7i:-1", "RangeError", "no such port"],
  ["gb7i:0", "RangeError", "no such port"],
  ["gb7i:65536", "RangeError", "no such port"],
  ["gb7i:70000", "RangeError", "no such port"],
  ["gb7i:4294967295", "RangeError", "no such port"],
  ["gb7i:4294967296", "RangeError", "no such port"],
  ["gb7i:4294967297", "RangeError", "no such port; libmc cuts it to 1"],
];

Deno.test("parseAddress() reads every server string of the vectors as libmc does", () => {
  let facts = 0;
  let excepted = 0;
  for (const { address, name, raises, wins } of ROUTING.addresses) {
    const exception = EXCEPTIONS.find(([text]) => text === address);
    if (exception !== undefined) {
      assertEquals(nameOrError(address), exception[1], address);
      excepted++;
    } else if (raises !== undefined) {
      assertEquals(nameOrError(address), "TypeError", address);
    } else {
      assertEquals(nameOrError(address), name, address);
      assertEquals(winsOf(address), wins, address);
      facts += wins!.length;
    }
    facts++;
  }
  assertEquals(excepted, EXCEPTIONS.length, "an exception that no vector needs");
  console.log(`addresses: ${facts} facts checked, 0 differ, ${excepted} excepted`);
});

/** Display name, or the name of the error. */
function nameOrError(text: string): string {
  try {
    return parseAddress(text).name;
  } catch (error) {
    assertInstanceOf(error, Error);
    return error.name;
  }
}

/** For the keys k0 to k63 a 1 where they belong to the server, and not to another one. */
function winsOf(text: string): string {
  const servers = [parseAddress(text), parseAddress("other.example:9")];
  const distribution = libmcDistribution(servers, KEY_HASHES.md5);
  const won = (_: unknown, i: number) => distribution.indexFor(`k${i}`) === 0 ? "1" : "0";
  return Array.from({ length: 64 }, won).join("");
}

Deno.test("parseAddress() gives host and port to dial, and the name that is hashed", () => {
  assertEquals(parseAddress("cache-1"), {
    host: "cache-1",
    port: 11211,
    path: undefined,
    alias: undefined,
    name: "cache-1:11211",
    ringName: "cache-1",
  });
  assertEquals(parseAddress("10.0.0.1:11212 one"), {
    host: "10.0.0.1",
    port: 11212,
    path: undefined,
    alias: "one",
    name: "one",
    ringName: "one",
  });
  assertEquals(parseAddress("/run/memcached.sock"), {
    host: "/run/memcached.sock",
    port: 11211,
    path: "/run/memcached.sock",
    alias: undefined,
    name: "/run/memcached.sock",
    ringName: "/run/memcached.sock",
  });
});

Deno.test("parseAddress() takes IPv6 addresses in brackets", () => {
  const cases = [
    ["[::1]", "::1", 11211, "[::1]:11211", "[::1]"],
    ["[2001:DB8::7]:11212", "2001:DB8::7", 11212, "[2001:DB8::7]:11212", "[2001:DB8::7]:11212"],
    ["[fe80::1%eth0]:5", "fe80::1%eth0", 5, "[fe80::1%eth0]:5", "[fe80::1%eth0]:5"],
    ["[::ffff:10.0.0.1]:11211 six", "::ffff:10.0.0.1", 11211, "six", "six"],
  ] as const;
  for (const [text, host, port, name, ringName] of cases) {
    const address = parseAddress(text);
    assertEquals([address.host, address.port, address.name, address.ringName], [
      host,
      port,
      name,
      ringName,
    ]);
    assertEquals(address.path, undefined);
  }
});

Deno.test("parseAddress() reads a colon in a path as a port only where libmc does", () => {
  const cases = [
    ["/r/x.sock:5", "/r/x.sock", "/r/x.sock:5"],
    ["/r/x.sock:11211", "/r/x.sock", "/r/x.sock"],
    ["/r/x.sock:5:y", "/r/x.sock", "/r/x.sock:5"],
    ["/r/x:y.sock", "/r/x:y.sock", "/r/x:y.sock"],
    ["/r/x:y.sock:5", "/r/x:y.sock:5", "/r/x:y.sock:5"],
    ["/r/1:2/x.sock", "/r/1:2/x.sock", "/r/1:2/x.sock"],
  ] as const;
  for (const [text, path, ringName] of cases) {
    const address = parseAddress(text);
    assertEquals([address.path, address.host, address.ringName], [path, path, ringName], text);
  }
});

Deno.test("parseAddress() refuses what can be no server, and says why", () => {
  const cases = [
    [7, TypeError, "Cannot use a server that is not a string: current type is number"],
    ["", TypeError, 'Cannot use server "" as it is empty'],
    [":11211", TypeError, 'Cannot use server ":11211" as it has no host'],
    [" h:1", TypeError, 'Cannot use server " h:1" as it has no host before its first space'],
    ["h:", TypeError, 'Cannot use server "h:" as its port is not a number: ""'],
    ["h:1e3", TypeError, 'as its port is not a number: "1e3"'],
    ["h:1__2", TypeError, 'as its port is not a number: "1__2"'],
    ["/r/x.sock:", TypeError, 'as its port is not a number: ""'],
    ["2001:10::1", TypeError, 'server "2001:10::1" as an IPv6 address must stand in brackets'],
    ["1:2:3:4:5:6:7:8", TypeError, "an IPv6 address must stand in brackets"],
    ["[::1", TypeError, "as brackets must hold an IPv6 address"],
    ["[::1]11211", TypeError, "as brackets must hold an IPv6 address"],
    ["[10.0.0.1]:1", TypeError, 'as only an IPv6 address stands in brackets: write "10.0.0.1:1"'],
    ["[::1]:0", RangeError, "as its port must be in 1 to 65535: current value is 0"],
    ["h:70000", RangeError, "as its port must be in 1 to 65535: current value is 70000"],
    ["h\ud800:1", TypeError, "as it contains half of a surrogate pair"],
    ["h\0:1", TypeError, 'server "h\\u0000:1" as it contains NUL'],
    ["h".repeat(1025), RangeError, "as its host must be <= 1024 bytes: current size is 1025"],
    [
      "h " + "é".repeat(513),
      RangeError,
      "as its alias must be <= 1024 bytes: current size is 1026",
    ],
  ] as const;
  for (const [text, kind, message] of cases) {
    assertThrows(() => parseAddress(text as string), kind, message);
  }
});

Deno.test("parseAddress() refuses what people write in place of a server, and shows the right form", () => {
  const forms = 'write "host", "host:port", "[v6]:port" or "/path/to.sock"';
  const cases: readonly (readonly [text: string, reason: string])[] = [
    ["a:11211 ", 'no alias follows its space: write "a:11211"'],
    ["a:11211  b", 'no alias follows its space: write "a:11211"'],
    ["a,b", 'it holds several servers: write ["a","b"]'],
    ["a:1,b:2", 'it holds several servers: write ["a:1","b:2"]'],
    ["a:1, b:2, c", 'it holds several servers: write ["a:1","b:2","c"]'],
    ["a:1, ", 'it is a list in one string: write "a:1"'],
    ["a,b one", 'it holds several servers: write ["a","b"]'],
    ["a;b", 'it holds several servers: write ["a","b"]'],
    ["a:11211,", 'it is a list in one string: write "a:11211"'],
    ["$HOST", `it holds a variable that nobody has replaced: ${forms}`],
    ["${HOST}:11211", `it holds a variable that nobody has replaced: ${forms}`],
    ["%HOST%", `it holds a variable that nobody has replaced: ${forms}`],
    ["cache:$PORT", `it holds a variable that nobody has replaced: ${forms}`],
    ["./sock", 'the path of a Unix socket must begin with "/": write "/path/to.sock"'],
    ["../run/sock alias", 'the path of a Unix socket must begin with "/": write "/path/to.sock"'],
    ["~/sock", 'the path of a Unix socket must begin with "/": write "/path/to.sock"'],
    ["unix:/run/a.sock", 'the path of a Unix socket has nothing before it: write "/run/a.sock"'],
    ["unix:///run/a.sock", 'it is a URL: write "/run/a.sock"'],
    ["memcached://a:1", 'it is a URL: write "a:1"'],
    ["memcached://user:word@a:1/0", 'it is a URL: write "a:1"'],
    ["http://cache.example", 'it is a URL: write "cache.example"'],
    ["tcp://[::1]:1 alias", 'it is a URL: write "[::1]:1"'],
    ["user@a:1", 'servers take no user: write "a:1"'],
    ["cache1/0", `its host contains "/", which no name of a host does: ${forms}`],
    ["run/memcached.sock", `its host contains "/", which no name of a host does: ${forms}`],
    ["*", `its host contains "*", which no name of a host does: ${forms}`],
    ["*:11211", `its host contains "*", which no name of a host does: ${forms}`],
    ["a=1", `its host contains "=", which no name of a host does: ${forms}`],
    ["a\u00a0b:1", `its host contains "\u00a0", which no name of a host does: ${forms}`],
    ["a\n", 'white space stands around it: write "a"'],
    ["a\nb", 'it holds several servers: write ["a","b"]'],
    ['"a":1', `its host contains "\\"", which no name of a host does: ${forms}`],
    ["C:\\run", "its port is not a number"],
  ];
  for (const [text, reason] of cases) {
    const { message } = assertThrows(() => parseAddress(text), TypeError);
    assertEquals(
      message.startsWith(`Cannot use server ${JSON.stringify(text)} as ${reason}`),
      true,
      message,
    );
  }
});

Deno.test("parseAddress() takes every name that a host can have, and every alias", () => {
  const hosts = [
    "A",
    "web_cache",
    "stack_memcached_1",
    "cache-1.example.com.",
    "xn--bcher-kva.example",
    "bücher.example",
    "кэш",
    "10.0.0.1",
    "0x7f000001",
    "1.cache",
  ];
  for (const host of hosts) {
    assertEquals(parseAddress(host).name, `${host}:11211`);
    assertEquals(parseAddress(`${host}:1`).name, `${host}:1`);
  }
  for (
    const alias of ["a,b", "$HOST", "./sock", "cache1/0", "memcached://a:1", "user@a", "*", "\t"]
  ) {
    assertEquals(parseAddress(`a:1 ${alias}`).ringName, alias);
    assertEquals(parseAddress(`/run/a.sock ${alias}`).name, alias);
  }
  for (const path of ["/run/a,b.sock", "/run/$x/a.sock", "/run/a@b/*.sock", "/run/é\\ x.sock"]) {
    assertEquals(parseAddress(path).path, path);
  }
});

Deno.test("addressOf() gives an address with the same names as the string of its parts", () => {
  assertEquals(addressOf("h", 11211, undefined), parseAddress("h"));
  assertEquals(addressOf("h", 1, "a"), parseAddress("h:1 a"));
  assertEquals(addressOf("/r/x.sock", 5, undefined), parseAddress("/r/x.sock:5"));
  assertEquals(addressOf("::1", 5, undefined), parseAddress("[::1]:5"));
});
