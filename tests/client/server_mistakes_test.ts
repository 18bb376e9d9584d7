/** What people write in place of a server is refused with the right form, wherever servers are named. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Client, dnsServers, elastiCacheServers } from "@libmc/libmc";

/** Each with the form that the message shows. */
const MISTAKES: readonly (readonly [server: string, shown: string])[] = [
  ["memcached://h:11212", 'write "h:11212"'],
  ["tcp://h:1", 'write "h:1"'],
  ["memcached:h:1", 'write "h:1"'],
  ["unix:/run/a.sock", 'write "/run/a.sock"'],
  ["user:secret@h:1", 'write "h:1"'],
  ["a:1,b:2", 'write ["a:1","b:2"]'],
  ["a:1, b:2", 'write ["a:1","b:2"]'],
  ["a:1;b:2", 'write ["a:1","b:2"]'],
  ["a:1\nb:2", 'write ["a:1","b:2"]'],
  ['["a:1","b:2"]', "write the list itself"],
  ["$MEMCACHED_HOST", 'write "host", "host:port"'],
  ["${HOST}:11211", 'write "host", "host:port"'],
  ["$HOST alias", 'write "host", "host:port"'],
  ["./run/a.sock", 'write "/path/to.sock"'],
  ["~/a.sock", 'write "/path/to.sock"'],
  ["a:1 ", 'write "a:1"'],
  ["a:1  b", 'write "a:1"'],
  [" a:1", 'write "a:1"'],
  ["", 'write "host" or "host:port"'],
  ["h:", 'write "h" or "h:11211"'],
  ["h:port", 'write "h" or "h:11211"'],
  ["h/0", 'write "host", "host:port"'],
  ["::1", 'write "[::1]" or "[::1]:port"'],
  ["::1:11212", 'write "[::1:11212]" or "[::1]:11212"'],
  ["fe80::1%eth0", 'write "[fe80::1%eth0]" or'],
  ["[h]:1", 'write "h:1"'],
  ["[::1]1", 'write "[v6]" or "[v6]:port"'],
  ["::1]", 'write "host" or "host:port"'],
  [":11211", 'write "host" or "host:port"'],
  ["//h:1", 'write "h:1"'],
  ["https://", 'write "host", "host:port"'],
  ["file:///run/a.sock", 'write "/run/a.sock"'],
  ["h:1/0", 'write "h:1"'],
  ["h:1?retries=2", 'write "h:1"'],
  ["'h:1'", 'write "h:1"'],
  ['"h"', 'write "h"'],
  ["h\n", 'write "h"'],
  ["\ufeffh:1", 'write "h:1"'],
  ["h,11212", 'write "h:11212"'],
  ["h:1,", 'write "h:1"'],
  ["11211", 'write "host:11211"'],
  ["undefined", "a variable without a value"],
  ["undefined:11211", "a variable without a value"],
  ["null:11211", "a variable without a value"],
  ["[object Object]", "a variable without a value"],
  [",", 'write "host", "host:port"'],
];

/** Where one server is named. */
const DOORS: Readonly<Record<string, (server: string) => unknown>> = {
  "a new client": (server) => new Client(server),
  "a list": (server) => new Client(["a", server]),
  "a weight": (server) => new Client([{ server }]),
  "setServers()": (server) => aClient().setServers([server]),
  "setServers() of one": (server) => aClient().setServers(server),
  "updateServers()": (server) => aClient().updateServers([server]),
  gutter: (server) => new Client("a", { gutter: [server] }),
  "gutter of one": (server) => new Client("a", { gutter: server }),
  replicas: (server) => new Client(["a", server], { replicas: 2 }),
  zones: (server) => new Client("a", { zones: { own: "one", others: { two: [server] } } }),
};

function aClient(): Client {
  return new Client("a", { warn: false });
}

for (const [door, open] of Object.entries(DOORS)) {
  Deno.test(`server mistakes: ${door} shows the right form`, () => {
    for (const [server, shown] of MISTAKES) {
      // An empty list has a message of its own.
      if (door === "gutter of one" && server === "") continue;
      const { message } = assertThrows(() => open(server), TypeError);
      assertStringIncludes(message, "Cannot use server", server);
      assertStringIncludes(message, shown, server);
    }
  });
}

Deno.test("server mistakes: the same server twice is refused everywhere", () => {
  const twice = ["b:1", "b:1"];
  const doors: (() => unknown)[] = [
    () => new Client(twice),
    () => aClient().setServers(twice),
    () => new Client("a", { gutter: twice }),
    () => new Client("a", { zones: { own: "one", others: { two: twice } } }),
  ];
  for (const open of doors) {
    assertThrows(open, TypeError, "take one of them out, as they are the same", `${open}`);
  }
  assertThrows(() => new Client(["b", "b:11211"]), TypeError, "take one of them out");
  assertThrows(() => new Client(["b:1 x", "c:1 x"]), TypeError, "an alias of its own");
  assertThrows(() => new Client("a", { gutter: ["a"] }), TypeError, "one of the servers");
});

Deno.test("server mistakes: one string with spaces between servers is a list, one in a list has an alias", () => {
  for (const text of ["a:1 b:2", "a:1 b:2 c:3", "a:1 ,b:2", "[::1]:1 b:2"]) {
    const { message } = assertThrows(() => new Client(text), TypeError, "it holds several servers");
    assertStringIncludes(message, `write ${JSON.stringify(text.split(/[ ,]+/))}`);
  }
  assertThrows(() => new Client("a:1 b:2"), TypeError, 'or ["a:1 b:2"] for one server');
  const named = (servers: string | string[]) => [...new Client(servers).counters().keys()];
  assertEquals(named(["a:1 b:2"]), ["b:2"]);
  assertEquals(named(["a:1 b:2", "c:1 d:2"]), ["b:2", "d:2"]);
  assertEquals(named("a:1 blue"), ["blue"]);
  assertEquals(named("a blue"), ["blue"]);
  assertEquals(named("memcached:11211"), ["memcached:11211"]);
});

Deno.test("server mistakes: one string with a space before its port shows the colon, one in a list has an alias", () => {
  for (const text of ["h 11212", "h :11212"]) {
    const { message } = assertThrows(() => new Client(text), TypeError);
    assertStringIncludes(message, `write "h:11212", or ["${text}"] for one server with an alias`);
    assertEquals(new Client([text]).servers, [text]);
  }
});

Deno.test("server mistakes: what is no string shows the right form", () => {
  const ofOne: readonly (readonly [unknown, shown: string])[] = [
    [new URL("memcached://h:1"), 'write "h:1"'],
    [{ host: "h", port: 1 }, 'write "h:1"'],
    [{ hostname: "::1", port: 1 }, 'write "[::1]:1"'],
    [{ host: "h" }, 'write "h"'],
    [null, 'current type is null; write "host", "host:port"'],
    [11211, 'write "host", "host:port"'],
    [Promise.resolve("h:1"), "await it"],
  ];
  for (const [server, shown] of ofOne) {
    for (const servers of [server, ["a:1", server]]) {
      if (servers instanceof Array && server instanceof Promise) continue;
      const { message } = assertThrows(() => new Client(servers as string), TypeError);
      assertStringIncludes(message, shown);
    }
  }
  const lists: readonly (readonly [unknown, shown: string])[] = [
    [[["h", 1]], 'write "h:1"'],
    [[["h:1", "h:2"]], "write its servers into the list itself"],
    [new Set(["h:1"]), "write it as a list, [...servers]"],
    [undefined, 'current type is undefined; write "host", "host:port"'],
  ];
  for (const [servers, shown] of lists) {
    const { message } = assertThrows(() => new Client(servers as string[]), TypeError);
    assertStringIncludes(message, shown);
  }
  assertThrows(() => new Client([]), RangeError, 'write at least one, ["host:port"]');
});

Deno.test("server mistakes: dnsServers() and elastiCacheServers() take no URL, list or variable", () => {
  const wrong = ["memcached://h", "a,b", "a b", "$HOST", "${HOST}", "user@h", "./a", "a ", ""];
  for (const name of wrong) {
    assertThrows(() => dnsServers(name), TypeError, "write it without scheme, port", name);
    assertThrows(() => elastiCacheServers(name), TypeError, "it must be host[:port]", name);
  }
  assertEquals(typeof dnsServers("_memcached._tcp.example.org"), "function");
  assertEquals(typeof elastiCacheServers("cfg.example.org:11211"), "function");
});
