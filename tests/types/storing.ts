/**
 * What the compiler takes and refuses to store, and as keys: a line that it refuses without being told so, or takes although
 * it is to refuse it, fails the type check. `storing_test.ts` calls all of it.
 */

import type { Client, Items, Keys, Storable } from "@libmc/libmc";

type Call = (client: Client) => Promise<unknown>;

interface User {
  readonly name: string;
  readonly age?: number;
}
class Point {
  readonly x = 1;
  #y = 2;
  sum(): number {
    return this.x + this.#y;
  }
}
interface Rule {
  readonly if: string;
  readonly then: readonly { readonly name: string }[];
}
enum Colour {
  Red,
}

const user: User = { name: "Ada" };
const rule: Rule = { if: "new", then: [{ name: "welcome" }] };
const maybe = undefined as string | undefined;
const anything: unknown = "text";
const parsed = JSON.parse('{"a":1}');
const record: Record<string, unknown> = { a: 1 };
const load = (): Promise<User> => Promise.resolve(user);
const loadFor = (_: AbortSignal): Promise<User> => Promise.resolve(user);

/** Passes values on. */
function remember<T extends Storable>(client: Client, value: T): Promise<boolean> {
  return client.set("a", value);
}

/** What is taken. */
export const TAKEN: readonly Call[] = [
  (client) => client.set("a", "text"),
  (client) => client.set("a", 1),
  (client) => client.set("a", 1n),
  (client) => client.set("a", true),
  (client) => client.set("a", null),
  (client) => client.set("a", user),
  (client) => client.set("a", [user, user]),
  (client) => client.set("a", []),
  (client) => client.set("a", {}),
  (client) => client.set("a", { a: undefined, b: [1, { c: null }], then: 1, apply: "x" }),
  (client) => client.set("a", { name: "Ada" } as const),
  // JSON Schema has properties of this name.
  (client) => client.set("a", { if: { type: "object" }, then: { required: ["id"] }, else: false }),
  (client) => client.set("a", rule),
  (client) => client.set("a", record),
  (client) => client.set("a", parsed),
  (client) => client.set("a", Colour.Red),
  (client) => client.set("a", new Uint8Array(2)),
  async (client) => client.set("a", await load()),
  (client) => client.add("a", user),
  (client) => client.replace("a", user),
  (client) => client.cas("a", user, 1n),
  (client) => client.meta.set("a", user),
  (client) => remember(client, user),
  (client) => client.namespace("n").set("a", user),
  (client) => client.setMulti({ a: 1, b: user, c: [1] }),
  // An interface may have more properties than it says; a copy has none.
  (client) => client.setMulti({ ...rule }),
  (client) => client.setMulti([["a", 1], ["b", { c: 1 }]]),
  (client) => client.setMulti(new Map<string, Storable>([["a", 1], ["b", user]])),
  (client) => client.setMulti(new Map([["a", user]])),
  (client) => client.setMulti(["a", "b"].map((key) => [key, 1] as const)),
  (client) => client.setMulti(parsed),
  (client) => client.meta.setMulti({ a: user }),
  (client) => client.getMulti(["a", "b"]),
  (client) => client.getMulti(["a", "b"] as const),
  (client) => client.getMulti(new Set(["a"])),
  (client) => client.getMulti(new Map([["a", 1]]).keys()),
  (client) => client.getMulti([] satisfies Keys),
  (client) => client.getOrSet("a", () => user, { ttl: 60 }),
  (client) => client.getOrSet("b", load, { ttl: 60 }),
  // Nothing is stored.
  (client) => client.getOrSet("c", () => maybe, { ttl: 60 }),
  (client) => client.update<number>("n", (n = 0) => n + 1),
];

/** What is refused by the compiler, and, where the compiler is not asked, by the call. */
export const REFUSED: readonly Call[] = [
  // @ts-expect-error: nothing to store
  (client) => client.set("a", undefined),
  // @ts-expect-error: there may be nothing to store
  (client) => client.set("a", maybe),
  // @ts-expect-error: a forgotten await
  (client) => client.set("a", load()),
  // @ts-expect-error: a forgotten await, of any other promise
  (client) => client.set("a", load() as PromiseLike<User>),
  // @ts-expect-error: a forgotten call
  (client) => client.set("a", load),
  // @ts-expect-error: what await would call
  (client) => client.set("a", { then: () => user }),
  // @ts-expect-error: a class is a function
  (client) => client.set("a", Point),
  // @ts-expect-error: no symbol can be stored
  (client) => client.set("a", Symbol("a")),
  // @ts-expect-error: a forgotten await
  (client) => client.add("a", load()),
  // @ts-expect-error: a forgotten await
  (client) => client.replace("a", load()),
  // @ts-expect-error: a forgotten await
  (client) => client.cas("a", load(), 1n),
  // @ts-expect-error: a forgotten await
  (client) => client.meta.set("a", load()),
  // @ts-expect-error: a forgotten await
  (client) => client.namespace("n").set("a", load()),
  // @ts-expect-error: a forgotten await
  (client) => client.setMulti({ a: load() }),
  // @ts-expect-error: a forgotten await
  (client) => client.setMulti([["a", load()]]),
  // @ts-expect-error: nothing to store
  (client) => client.setMulti({ a: undefined }),
  // @ts-expect-error: nothing to store
  (client) => client.setMulti(new Map([["a", undefined]])),
  // @ts-expect-error: a forgotten call
  (client) => client.setMulti({ a: load }),
  // @ts-expect-error: a text is not a list of pairs
  (client) => client.setMulti("ab"),
  // @ts-expect-error: a forgotten await
  (client) => client.meta.setMulti({ a: load() }),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.getMulti("abc"),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.getsMulti("abc"),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.getList("abc"),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.gatMulti("abc", 60),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.deleteMulti("abc"),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.appendMulti("abc", "x"),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.prependMulti("abc", "x"),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.getOrSetMulti("abc", () => ({}), { ttl: 60 }),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.namespace("n").getMulti("abc"),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.meta.getMulti("abc"),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.meta.deleteMulti("abc"),
  // @ts-expect-error: a text is not a list of keys
  (client) => client.meta.arithmeticMulti("abc"),
];

/** What is refused by the compiler alone, as it may be all right. */
export const DOUBTED: readonly Call[] = [
  // @ts-expect-error: it may be undefined
  (client) => client.set("a", anything),
  // @ts-expect-error: they may be undefined
  (client) => client.setMulti(record),
  // @ts-expect-error: it may be undefined
  <T = string>(client: Client, value = "text" as T) => client.set("a", value),
];

/** Results have the types of what they are made of. */
export async function results(client: Client): Promise<void> {
  let count = await client.getOrSet("n", () => 0, { ttl: 60 });
  count = 5;
  let isOpen = await client.getOrSet("open", () => true, { ttl: 60 });
  isOpen = false;
  const mixed = count > 4 ? 1 : "one";
  const found: string | number = await client.getOrSet("m", () => mixed, { ttl: 60 });
  const name: string = (await client.getOrSet("u", load, { ttl: 60 })).name;
  // A loader that looks at its context leaves the type of the value as it is, and may name it for the stale one.
  const given = (await client.getOrSet("s", ({ signal }) => loadFor(signal), { ttl: 60 })).name;
  const kept = await client.getOrSet<string>("k", ({ stale }) => stale?.trim() ?? "", { ttl: 60 });
  const many = await client.getOrSetMulti(["a"], async ([key], { signal }) => {
    return new Map([[key, await loadFor(signal)]]);
  }, { ttl: 60 });
  const first: string | undefined = many.get("a")?.name;
  const items: Items = { found, name, isOpen, given, kept, first: first ?? "none" };
  await client.setMulti(items);
}
