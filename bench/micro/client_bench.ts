/**
 * What a whole call costs without a network: the client on a transport that answers from memory, at once. And what an
 * array of its own costs, which every value of bytes needs.
 */
import { clientFor } from "./memory_client.ts";

const keys = Array.from({ length: 100 }, (_, i) => `bench:key:${i}`);
const items = keys.map((
  key,
): [string, string] => [key, `${key}:`.padEnd(100, "abcdefghij")]);

const group = "calls without a network";
const itemReply = (count: number) =>
  items.slice(0, count).map(([key, value]) => `VALUE ${key} 0 100\r\n${value}\r\n`).join("") +
  "END\r\n";

const one = clientFor(itemReply(1), "get bench");
Deno.bench("get", { group, baseline: true }, async () => {
  await one.get(keys[0]);
});

const nearCache = { maxBytes: 1_000_000, maxAge: 2 ** 31 - 1 };
const near = clientFor(itemReply(1), "get bench", { nearCache });
Deno.bench("get of a value that is kept near", { group }, async () => {
  await near.get(keys[0]);
});

const many = clientFor(itemReply(100), "get bench");
Deno.bench("getMulti of 100 keys", { group }, async () => {
  await many.getMulti(keys);
});

const manyNear = clientFor(itemReply(100), "get bench", { nearCache });
Deno.bench("getMulti of 100 keys that are kept near", { group }, async () => {
  await manyNear.getMulti(keys);
});

const stores = clientFor("STORED\r\n".repeat(100), "set");
Deno.bench("setMulti of 100 keys", { group }, async () => {
  await stores.setMulti(items);
});

const storesOne = clientFor("STORED\r\n", "set");
Deno.bench("set", { group }, async () => {
  await storesOne.set(keys[0], "value");
});

for (const stage of ["read_old", "read_new", "done"] as const) {
  const moving = (reply: string, command: string, told: string) =>
    clientFor(
      stage === "read_old" ? told : reply,
      stage === "read_old" ? "delete" : command,
      {
        migrateFrom: clientFor(
          stage === "read_old" ? reply : told,
          stage === "read_old" ? command : "delete",
        ),
        migration: { stage },
      },
    );
  const [readsOne, readsMany, setsOne] = [
    moving(itemReply(1), "get bench", ""),
    moving(itemReply(100), "get bench", ""),
    moving("STORED\r\n", "set", "NOT_FOUND\r\n"),
  ];
  const moves = { group: `a client that moves, in ${stage}` };
  Deno.bench(`get in ${stage}`, moves, async () => {
    await readsOne.get(keys[0]);
  });
  Deno.bench(`getMulti of 100 keys in ${stage}`, moves, async () => {
    await readsMany.getMulti(keys);
  });
  Deno.bench(`set in ${stage}`, moves, async () => {
    await setsOne.set(keys[0], "value");
  });
}

for (
  const [name, bytes] of [["100 B", 100], ["100 kB", 100_000], [
    "1 MB",
    1_000_000,
  ]] as const
) {
  Deno.bench(`new Uint8Array of ${name}`, { group: "arrays" }, () => {
    new Uint8Array(bytes);
  });
}
