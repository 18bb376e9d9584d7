import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { adapterKey, LEAST_KEY_BYTES } from "../../src/adapters/adapter_key.ts";
import { Random } from "../support/random.ts";

Deno.test("adapterKey() leaves a text alone that memcached takes", () => {
  for (const text of ["user:1", "192.0.2.1", "2001:db8::1", "ü", "a/b?c=d&e", "世界"]) {
    assertEquals(adapterKey("p:", text, 150), `p:${text}`);
  }
});

Deno.test("adapterKey() writes what memcached does not take as its bytes", () => {
  assertEquals(adapterKey("p:", "a b\r\nset x 0 0 1", 150), "p:a%20b%0d%0aset%20x%200%200%201");
  assertEquals(adapterKey("p:", "100%#\0\x7f", 150), "p:100%25%23%00%7f");
  assertEquals(adapterKey("p:", "\ud800", 150), "p:%ud800");
  assertEquals(adapterKey("p:", "", 150), "p:");
});

Deno.test("adapterKey() gives keys that the client takes, each text its own", async () => {
  const random = new Random(Math.floor(Math.random() * 2 ** 32));
  await using client = new Client("10.0.0.1", { prefix: "x".repeat(60) });
  const alphabet = [
    "a",
    "%",
    "#",
    " ",
    "\n",
    "20",
    "é",
    "😀",
    "\ud800",
    "\udc00",
    "%20",
    "#9#",
    "\0",
  ];
  const seen = new Map<string, string>();
  for (let round = 0; round < 5000; round++) {
    const length = random.below(round % 10 === 0 ? 400 : 6);
    const text = Array.from({ length }, () => alphabet[random.below(alphabet.length)]).join("");
    const key = adapterKey("p:", text, 150);
    assert(new TextEncoder().encode(key).length <= 150);
    assertEquals(client.explain(key).wireKey.startsWith("x".repeat(60) + "p:"), true);
    const other = seen.get(key);
    assert(
      other === undefined || other === text,
      `seed ${random.seed}: two texts share the key ${key}`,
    );
    seen.set(key, text);
  }
});

Deno.test("adapterKey() shortens a long text, and tells apart what differs behind the cut", () => {
  const long = "u".repeat(10_000);
  for (const most of [LEAST_KEY_BYTES, 150]) {
    const key = adapterKey("p:", long, most);
    assert(key.startsWith("p:" + "u".repeat(most - 62) + "#10002#"));
    assertEquals(key.length, most - 60 + "#10002#".length + 44);
    assertNotEquals(adapterKey("p:", long + "1", most), adapterKey("p:", long + "2", most));
    // A short text that looks like a shortened one is another key.
    assertNotEquals(adapterKey("p:", key.slice(2), most), key);
  }
});
