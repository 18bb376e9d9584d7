import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { META_VERBS } from "./meta_verbs.ts";

Deno.test("meta_verbs.ts has every method of client.meta, and no other", async () => {
  await using client = new Client("any");
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(client.meta));
  assertEquals(
    methods.filter((name) => name !== "constructor").map((name) => `meta.${name}`).toSorted(),
    META_VERBS.map(({ name }) => name).filter((name) => name.startsWith("meta.")).toSorted(),
    "A meta verb has its entry in tests/support/meta_verbs.ts",
  );
});
