/** Uses every entry point of the installed package as a program does that found it on JSR. Throws where one is wrong. */

import { Client } from "@libmc/libmc";
import { cached } from "@libmc/libmc/cached";
import { run } from "@libmc/libmc/cli";
import { httpCache } from "@libmc/libmc/http-cache";
import { KeyvStore } from "@libmc/libmc/keyv";
import { otel } from "@libmc/libmc/otel";
import { RateLimitStore } from "@libmc/libmc/rate-limit";
import { HonoSessionStore } from "@libmc/libmc/session";
import { MemcachedServer } from "@libmc/libmc/testing";
import { memcachedDriver } from "@libmc/libmc/unstorage";

await using server = await MemcachedServer.start();
await using client = new Client(server.address, { strict: true, observer: otel() });

await client.set("greeting", { text: "hello" });
equal(await client.get("greeting"), { text: "hello" });
equal(await client.getOrSet("answer", () => 42, { ttl: 60 }), 42);

const square = cached((n: number) => n * n, { client, key: (n) => `square:${n}`, ttl: 60 });
equal(await square(3), 9);

const page = httpCache({ client, maxAge: 60 }, () => new Response("made"));
equal(await (await page(new Request("http://localhost/"))).text(), "made");

const keyv = new KeyvStore({ client });
await keyv.set("key", "value");
equal(await keyv.get("key"), "value");

equal((await new RateLimitStore({ client }).increment("ada")).totalHits, 1);
equal(await new HonoSessionStore({ client }).getSessionById("none"), undefined);
equal(await memcachedDriver({ client }).getItem("none"), null);
equal(await run(["--servers", server.address, "touch", "greeting", "60"]), 0);

console.log("every entry point is as it should be");

function equal(actual: unknown, expected: unknown): void {
  const [found, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  if (found !== wanted) throw new Error(`There is ${found} in place of ${wanted}`);
}
