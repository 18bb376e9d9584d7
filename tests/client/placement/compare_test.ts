import { Client, compareDistributions, type PlacementSetUp, presets } from "@libmc/libmc";
import { assert, assertEquals, assertThrows } from "@std/assert";

const KEYS = Array.from({ length: 2000 }, (_, i) => `key:${i}`);
const THREE = ["a", "b", "c"];

Deno.test("compareDistributions() counts what clients would do", async () => {
  const before: PlacementSetUp = { servers: THREE, ...presets.rails };
  const after: PlacementSetUp = {
    servers: ["b", "c", { server: "d", weight: 3 }],
    ...presets.twemproxy,
    prefix: "p:",
  };
  const { servers: was, ...wasOptions } = before;
  const { servers: is, ...isOptions } = after;
  await using old = new Client(was, wasOptions);
  await using next = new Client(is, isOptions);
  const pairs = KEYS.map((key) => [old.getHostByKey(key), next.getHostByKey(key)]);
  const moved = pairs.filter(([one, other]) => one !== other).length;
  const found = compareDistributions(before, after, KEYS);
  assertEquals([found.keys, found.moved, found.share], [2000, moved, moved / 2000]);
  assertEquals([...found.servers.keys()], ["a:11211", "b:11211", "c:11211", "d:11211"]);
  for (const [name, counts] of found.servers) {
    assertEquals(counts, {
      before: pairs.filter(([one]) => one === name).length,
      after: pairs.filter(([, other]) => other === name).length,
      left: pairs.filter(([one, other]) => one === name && other !== name).length,
      came: pairs.filter(([one, other]) => one !== name && other === name).length,
    });
  }
});

Deno.test("compareDistributions() of the same set-ups moves nothing", () => {
  for (const preset of Object.values(presets)) {
    const setUp = { servers: THREE, ...preset };
    const { moved, share } = compareDistributions(setUp, setUp, KEYS);
    assertEquals([moved, share], [0, 0]);
  }
});

Deno.test("compareDistributions() of a ring moves a share, of modulo nearly all", () => {
  const shares = (["libmc", "ketama_weighted", "rendezvous", "jump", "modulo"] as const).map(
    (distribution) =>
      compareDistributions(
        { servers: THREE, distribution },
        { servers: [...THREE, "d"], distribution },
        KEYS,
      ).share,
  );
  for (const share of shares.slice(0, 4)) assert(share > 0.15 && share < 0.35, String(shares));
  assert(shares[4] > 0.65, String(shares));
});

Deno.test("compareDistributions() of no keys is no share", () => {
  const { keys, share } = compareDistributions({ servers: "a" }, { servers: "b" }, new Set());
  assertEquals([keys, share], [0, 0]);
});

Deno.test("compareDistributions() rejects what a client rejects", () => {
  const right = { servers: THREE };
  const wrong: [setUp: unknown, error: new (message: string) => Error, message: string][] = [
    [undefined, TypeError, "undefined"],
    [["a"], TypeError, "Array"],
    [{}, TypeError, "undefined"],
    [{ servers: [] }, RangeError, "empty"],
    [{ servers: ["a", "a"] }, TypeError, "two servers"],
    [{ servers: THREE, distribution: "x" }, TypeError, '"x"'],
    [{ servers: THREE, hash: "md5" }, TypeError, '"hashFn"'],
    [{ servers: [{ server: "a", weight: 2 }] }, TypeError, "no weights"],
    [{ servers: THREE, prefix: "a b" }, TypeError, "a space"],
    [{ servers: THREE, prefx: "a" }, TypeError, '"prefx"'],
  ];
  for (const [setUp, error, message] of wrong) {
    const given = setUp as PlacementSetUp;
    assertThrows(() => compareDistributions(given, right, KEYS), error, message);
    assertThrows(() => compareDistributions(right, given, KEYS), error, message);
  }
  assertThrows(() => compareDistributions(right, right, ["a b"]), TypeError, "a space");
  assertThrows(() => compareDistributions(right, right, "abc"), TypeError, "iterable");
  assertThrows(
    () => compareDistributions(right, right, undefined as unknown as string[]),
    TypeError,
    "iterable",
  );
});
