import { assert, assertEquals } from "@std/assert";
import { eventually } from "../../support/eventually.ts";
import { startMemcached } from "../../support/memcached.ts";
import { Example } from "./example.ts";

Deno.test("examples: the page server goes on while memcached hangs, is dead, and comes back", async () => {
  await using source = new Source();
  const first = await startMemcached();
  await using stack = new AsyncDisposableStack();
  stack.use(first);
  const env = { MEMCACHED: first.address, SOURCE: source.url };
  await using example = await Example.start("page_server", { env });
  const url = await example.url();
  const ask = (path: string) => answerOf(`${url}${path}`);

  // Once it has dialled: a stampede, and a page that is not there.
  await isKept("/first");
  const visitors = await Promise.all(Array.from({ length: 50 }, () => ask("/news")));
  assertEquals(new Set(visitors), new Set(["200 The page /news"]));
  assertEquals(source.loads("/news"), 1);
  assertEquals([await ask("/none"), await ask("/none")], ["404 Not found", "404 Not found"]);
  assertEquals(source.loads("/none"), 1);
  const long = `/${"long".repeat(100)}`;
  assertEquals([await ask(long), await ask(long)], Array(2).fill(`200 The page ${long}`));
  assertEquals(source.loads(long), 1);

  // It hangs: pages come from the source, and nobody waits for long.
  first.pause();
  const begun = performance.now();
  assertEquals(await ask("/hung"), "200 The page /hung");
  assertEquals(await ask("/news"), "200 The page /news");
  const took = performance.now() - begun;
  assert(took < 4000, `${took} ms`);
  first.resume();
  await isKept("/after");

  // It is dead: the same, and what the source does not give either is an error.
  await first.stop();
  assertEquals(await ask("/dead"), "200 The page /dead");
  source.isBroken = true;
  assertEquals(await ask("/broken"), "502 The page is not to be had at the moment");
  source.isBroken = false;

  // It is back, empty.
  stack.use(await startMemcached({ port: first.port! }));
  await isKept("/back");
  const named = first.address;
  for (const change of ["dead", "alive"]) {
    assert(example.lines.includes(`${named} is ${change}`), example.lines.join("\n"));
  }

  /** Waits until a page that was loaded is given without another load. */
  async function isKept(path: string): Promise<void> {
    await eventually(`${path} is kept`, async () => {
      await ask(path);
      const loads = source.loads(path);
      return await ask(path) === `200 The page ${path}` && source.loads(path) === loads;
    });
  }
});

async function answerOf(url: string): Promise<string> {
  const response = await fetch(url);
  return `${response.status} ${await response.text()}`;
}

/** A source of pages that is slow. */
class Source implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #loads = new Map<string, number>();
  isBroken = false;

  constructor() {
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#answer(request));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** How often a page was loaded. */
  loads(path: string): number {
    return this.#loads.get(path) ?? 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.#loads.set(pathname, this.loads(pathname) + 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (this.isBroken) return new Response("It is broken", { status: 500 });
    if (pathname === "/none") return new Response("No such page", { status: 404 });
    return new Response(`The page ${pathname}`);
  }
}
