/** The recipes of docs/frameworks.md, each run as it is printed there. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Client } from "@libmc/libmc";
import type { AddressInfo, Server } from "node:net";
import { type Memcached, startMemcached } from "../support/memcached.ts";

const PAGE = new URL("../../docs/frameworks.md", import.meta.url);

/** What a recipe exports, with the client that it makes. */
interface Recipe {
  readonly client: Client;
  readonly default: { fetch(request: Request): Response | Promise<Response> };
  readonly server: Server;
}

/** Runs a copy of a recipe that finds a memcached on any port. */
async function run(name: string, { address }: Memcached): Promise<Recipe> {
  const code = await Deno.readTextFile(new URL(`recipes/${name}.ts`, import.meta.url));
  const page = await Deno.readTextFile(PAGE);
  assert(page.includes(code.trim()), `docs/frameworks.md shows another ${name}.ts`);
  const folder = await Deno.makeTempDir({ prefix: "libmc-recipe-" });
  try {
    const copy = `${folder}/${name}.ts`;
    const changed = code.replace("localhost:11211", address)
      .replace("\nconst client", "\nexport const client")
      .replace("listen(3000)", 'listen(0, "127.0.0.1")');
    await Deno.writeTextFile(copy, changed);
    return await import(`file://${copy}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("docs/frameworks.md: a page is made once, and given again", async () => {
  await using memcached = await startMemcached();
  const { client, default: { fetch } } = await run("pages", memcached);
  await using _client = client;
  const ask = () => fetch(new Request("http://a.example/home"));
  const html = await (await ask()).text();
  assertMatch(html, /<h1>\/home<\/h1>/);
  const again = await ask();
  assertEquals([await again.text(), again.headers.get("cache-status")], [
    html,
    "libmc; hit; ttl=60",
  ]);
});

for (const name of ["hono_pages", "hono_cache"]) {
  Deno.test(`docs/frameworks.md: ${name}.ts keeps some routes of an app of Hono`, async () => {
    const own = Object.getOwnPropertyDescriptor(globalThis, "caches");
    await using memcached = await startMemcached();
    const { client, default: app } = await run(name, memcached);
    await using _client = client;
    try {
      const ask = async () => (await app.fetch(new Request("http://a.example/pages/a"))).text();
      const text = await ask();
      assertMatch(text, /^a, made at/);
      await new Promise((resolve) => setTimeout(resolve, 2));
      assertEquals(await ask(), text);
    } finally {
      if (own !== undefined) Object.defineProperty(globalThis, "caches", own);
      else Reflect.deleteProperty(globalThis, "caches");
    }
  });
}

Deno.test("docs/frameworks.md: a limit of Hono counts", async () => {
  await using memcached = await startMemcached();
  const { client, default: app } = await run("hono_limit", memcached);
  await using _client = client;
  const left = async (key: string) => {
    const response = await app.fetch(
      new Request("http://a.example/", { headers: { "x-api-key": key } }),
    );
    assertEquals(await response.text(), "welcome");
    return response.headers.get("ratelimit-remaining");
  };
  assertEquals([await left("a"), await left("a"), await left("b")], ["99", "98", "99"]);
});

Deno.test("docs/frameworks.md: Express has its sessions and a limit", async () => {
  await using memcached = await startMemcached();
  const { client, server } = await run("express_app", memcached);
  await using _client = client;
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  let cookie = "";
  const seen = [];
  for (let i = 0; i < 3; i++) {
    const response = await fetch(url, { headers: { cookie } });
    seen.push([await response.text(), response.headers.get("x-ratelimit-remaining")]);
    cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
  }
  (server as Server & { closeAllConnections(): void }).closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assertEquals(seen, [["Visit 1", "99"], ["Visit 2", "98"], ["Visit 3", "97"]]);
});

for (const name of ["storage", "keyv"]) {
  Deno.test(`docs/frameworks.md: ${name}.ts stores a user, and says who it is`, async () => {
    await using memcached = await startMemcached();
    const said: unknown[] = [];
    const { log } = console;
    console.log = (...words) => void said.push(...words);
    try {
      await run(name, memcached);
    } finally {
      console.log = log;
    }
    assertEquals(said, [{ name: "Ada" }]);
  });
}
