/** What a client takes and gives whose keys have types. `typed_test.ts` calls all of it. */

import type { Client, StandardSchema, Typed, TypedKey, TypedValue } from "@libmc/libmc";

interface User {
  readonly name: string;
}
// As a type and as an interface, with names and with patterns of TypeScript.
export type Shop = {
  "user:${string}": User;
  "user:me": boolean;
  "page:${number}:${string}": string;
  count: number;
  order: { readonly state: "open"; readonly since: number } | { readonly state: "closed" };
  sizes: ("small" | "large")[];
  [key: `flag:${string}`]: boolean;
};
interface Counts {
  visits: number;
}

const id = ["1"].join();
const user: User = { name: "Ada" };
const schema: StandardSchema<User> = {
  "~standard": { version: 1, vendor: "test", validate: (value) => ({ value: value as User }) },
};

/** Calls everything once, with the types of what it gives. */
export async function use(client: Client): Promise<void> {
  const cache = client.typed<Shop>();
  await cache.set(`user:${id}`, user, { exptime: 60 });
  await cache.set("user:me", true);
  await cache.set(`page:${1}:${id}`, "text");
  await cache.set(`flag:${id}`, true);
  await cache.add("count", 1);
  await cache.replace("count", 1);
  const name: string | undefined = (await cache.get(`user:${id}`))?.name;
  const isMe: boolean | undefined = await cache.get("user:me");
  const page: string | undefined = await cache.get(`page:${1}:${id}`);
  const flag: boolean | undefined = await cache.get(`flag:${id}`);
  const item = await cache.gets("count");
  if (item !== undefined) await cache.cas("count", item.value + 1, item.cas);
  const key = id === "1" ? "count" : "user:1";
  const either: number | User | undefined = await cache.get(key);
  const checked: User | undefined = await cache.get("user:1", { schema });
  const touched: number | undefined = await cache.gat("count", 60);
  const touchedToo: bigint | undefined = (await cache.gats("count", 60))?.cas;

  const many = await cache.getMulti(["user:1", "count"]);
  const sum: number = (many.get("user:1")?.name.length ?? 0) + (many.get("count") ?? 0);
  const users = await cache.getMulti([1, 2].map((id) => `user:${id}` as const));
  for (const [key, value] of users) [key satisfies `user:${string}`, value satisfies User];
  const cas: bigint | undefined = (await cache.getsMulti(["count"])).get("count")?.cas;
  const [first, second] = await cache.getList(["user:1", "count"]);
  const length: number = (first?.name.length ?? 0) + (second ?? 0);
  const list: (User | undefined)[] = await cache.getList(new Set(["user:1" as const]));
  const flags = await cache.gatMulti(["flag:a"], 60);
  const isFlag: boolean | undefined = flags.get("flag:a");

  await cache.setMulti({ "user:1": user, count: 1 });
  await cache.setMulti([[`user:${id}`, user], ["count", 1]]);
  await cache.setMulti(new Map([[`user:${id}` as const, user]]));
  await cache.deleteMulti(["user:1", `page:${1}:${id}`]);

  const loaded: User = await cache.getOrSet("user:1", () => Promise.resolve(user), { ttl: 60 });
  const maybe: User | undefined = await cache.getOrSet(
    "user:2",
    ({ stale }) => id === "1" ? undefined : stale,
    { ttl: 60, schema },
  );
  const loadedMany = await cache.getOrSetMulti(
    ["user:1", "user:2"],
    (keys) => keys.map((key) => [key, user] as const),
    { ttl: 60 },
  );
  const loadedName: string | undefined = loadedMany.get("user:1")?.name;
  // Their values are those of the map, and no objects or lists of any texts.
  const order = await cache.getOrSet("order", () => ({ state: "open", since: 1 }), { ttl: 60 });
  await cache.getOrSet("order", () => Promise.resolve({ state: "closed" }), { ttl: 60 });
  await cache.getOrSet("order", async () => await { state: "closed" }, { ttl: 60 });
  await cache.getOrSet("order", ({ stale }) => stale ?? { state: "closed" }, { ttl: 60 });
  await cache.getOrSet("sizes", () => ["small"], { ttl: 60 });
  await cache.getOrSetMulti(["order"], () => ({ order: { state: "closed" } }), { ttl: 60 });
  const open = await cache.update("order", (order) => order ?? { state: "open", since: 1 });
  await cache.update("sizes", (sizes = []) => [...sizes, "large"]);
  const since: number | undefined = order.state === "open" ? order.since : undefined;
  await cache.set("count", 1);
  const updated: number | undefined = await cache.update("count", (count = 0) => count + 1);
  const counted: number | undefined = await cache.incr("count");
  const big: bigint | undefined = await cache.decr("count", 1n);
  await cache.touch("count", 60);
  await cache.invalidate("user:1", { staleFor: 60 });
  await (await cache.lock("count", { ttl: 1 }))?.release();

  const space = cache.namespace("space").typed<Counts>();
  await space.set("visits", 1);
  const visits: number | undefined = await space.get("visits");
  await space.clear();
  const servers: readonly string[] = cache.servers;

  [name, isMe, page, flag, either, checked, touched, touchedToo, sum, cas, length, list].length;
  [open, since, isFlag, loaded, maybe, loadedName, updated, counted, big, visits, servers].length;
}

/** Functions of a program's own, for any key of a map and for any map. */
export function load<K extends TypedKey<Shop>>(
  cache: Typed<Client, Shop>,
  key: K,
  value: TypedValue<Shop, K>,
): Promise<TypedValue<Shop, K>> {
  return cache.getOrSet(key, () => value, { ttl: 60 });
}
export function change<M extends object, K extends TypedKey<M>>(
  cache: Typed<Client, M>,
  key: K,
  change: (value: TypedValue<M, K> | undefined) => TypedValue<M, K>,
): Promise<TypedValue<M, K> | undefined> {
  return cache.update(key, change);
}

/** The narrowest property counts. */
interface Nested {
  "${string}": string;
  "user:${string}": User;
  "user:me": boolean;
  "user:me:${string}": number;
}
export const VALUES = [
  "text" satisfies TypedValue<Nested, "x">,
  user satisfies TypedValue<Nested, "user:1">,
  user satisfies TypedValue<Nested, `user:${string}`>,
  true satisfies TypedValue<Nested, "user:me">,
  1 satisfies TypedValue<Nested, "user:me:1">,
  // @ts-expect-error: it is none of all keys
  "text" satisfies TypedValue<Nested, "user:1">,
  // @ts-expect-error: it is none of all users
  user satisfies TypedValue<Nested, "user:me">,
];

/** What is refused by the compiler alone: at run time a key is a key. */
export async function misuse(client: Client): Promise<void> {
  const cache = client.typed<Shop>();
  const space = client.namespace("space").typed<Counts>();
  await Promise.allSettled([
    // @ts-expect-error: no such key
    cache.get("nobody"),
    // @ts-expect-error: it may be any key
    cache.get(id),
    // @ts-expect-error: a page has a number
    cache.get(`page:${id}:1`),
    // @ts-expect-error: a count is a number
    cache.set("count", "1"),
    // @ts-expect-error: a user has a name
    cache.set(`user:${id}`, {}),
    // @ts-expect-error: a forgotten await
    cache.set(`user:${id}`, Promise.resolve(user)),
    // @ts-expect-error: that of a pattern is none of the narrower key
    cache.set("user:me", user),
    // @ts-expect-error: a count is a number
    cache.cas("count", "1", 1n),
    // @ts-expect-error: no such key
    cache.getMulti(["count", "nobody"]),
    // @ts-expect-error: a text is not a list of keys
    cache.getMulti("count"),
    // @ts-expect-error: no such key
    cache.getList(["nobody"]),
    // @ts-expect-error: a count is a number
    cache.setMulti({ count: "1" }),
    // @ts-expect-error: no such key
    cache.setMulti({ nobody: 1 }),
    // @ts-expect-error: a count is a number
    cache.setMulti([["count", user]]),
    // @ts-expect-error: a count is a number
    cache.getOrSet("count", () => "1", { ttl: 60 }),
    // @ts-expect-error: there is no such state
    cache.getOrSet("order", () => ({ state: "sent" }), { ttl: 60 }),
    // @ts-expect-error: there is no such state
    cache.update("order", () => ({ state: "sent" })),
    // @ts-expect-error: a forgotten call
    cache.getOrSet("count", () => () => 1, { ttl: 60 }),
    // @ts-expect-error: the schema is that of users
    cache.getOrSet("count", () => 1, { ttl: 60, schema }),
    // @ts-expect-error: the schema is that of users
    cache.get("count", { schema }),
    // @ts-expect-error: a count is a number
    cache.update("count", () => "1"),
    // @ts-expect-error: no such key
    cache.delete("nobody"),
    // @ts-expect-error: no such key
    cache.deleteMulti(["nobody"]),
    // @ts-expect-error: no such key
    cache.incr("nobody"),
    // @ts-expect-error: a key of the client is none of the namespace
    space.get("count"),
    // @ts-expect-error: visits are a number
    space.set("visits", "1"),
  ]);
}
