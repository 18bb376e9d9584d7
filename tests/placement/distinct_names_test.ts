import { assertEquals, assertThrows } from "@std/assert";
import { parseAddress } from "../../src/placement/address.ts";
import { checkDistinctNames } from "../../src/placement/distinct_names.ts";

Deno.test("checkDistinctNames() refuses two servers with one name, names both and the way out", () => {
  assertThrows(
    () => check("a:1", "b:1", "a:1"),
    TypeError,
    'Cannot use two servers named "a:1", which are numbers 1 and 3 of the list: ' +
      "take one of them out, as they are the same",
  );
  assertThrows(() => check("a:1 x", "b:1 x"), TypeError, "give one of them an alias of its own");
  const wrong = [
    ["a", "a:11211"],
    ["a:1 x", "b:1 x"],
    ["a:1 b:1", "b:1"],
    ["a:1 b", "b"],
    ["a:1 b:2", "b:2"],
    ["[::1] h", "h:11211"],
    ["/run/a.sock", "/run/a.sock:5"],
    ["[::1]", "[::1]:11211"],
  ];
  for (const servers of wrong) {
    assertThrows(() => check(...servers), TypeError, "numbers 1 and 2", servers.join());
  }
});

Deno.test("checkDistinctNames() allows one address under two names, and takes names as they are", () => {
  const right = [
    [],
    ["a:1"],
    ["a:1", "a:1 b"],
    ["a:1 x", "a:1 y"],
    ["a", "A"],
    ["a:1", "a:2"],
    ["a:1 b", "b:1"],
    ["a __proto__", "a constructor"],
  ];
  for (const servers of right) assertEquals(check(...servers), undefined, servers.join());
});

Deno.test("checkDistinctNames() takes a time that grows as the list does", () => {
  const servers = Array.from(
    { length: 100_000 },
    (_, i) => ({ name: `server ${i}`, ringName: `server ${i}` }),
  );
  checkDistinctNames(servers);
  assertThrows(() => checkDistinctNames([...servers, servers[0]]), TypeError, "1 and 100001");
});

function check(...servers: string[]): void {
  return checkDistinctNames(servers.map(parseAddress));
}
