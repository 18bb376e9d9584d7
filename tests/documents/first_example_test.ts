import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { linesOf } from "../../bench/load/lines.ts";
import { firstBlock } from "./code_blocks.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("README: the first example serves a page with the permission that it says, whatever becomes of memcached", async () => {
  await using stack = new AsyncDisposableStack();
  const memcached = stack.use(await startMemcached());
  const page = stack.use(await Page.start(memcached));

  const made = performance.now();
  assertEquals(await page.user(7), { id: "7", name: "Ada" });
  assert(performance.now() - made > 290, "it is loaded");
  const kept = performance.now();
  assertEquals(await page.user(7), { id: "7", name: "Ada" });
  assert(performance.now() - kept < 290, "it is not loaded again");

  memcached.pause();
  assertEquals(await page.user(7), { id: "7", name: "Ada" });
  memcached.resume();
  await memcached.stop();
  assertEquals(await page.user(7), { id: "7", name: "Ada" });
  assertEquals(await page.user(8), { id: "8", name: "Ada" });
});

Deno.test("README: the first example serves a page without a memcached, and says so once", async () => {
  await using stack = new AsyncDisposableStack();
  const memcached = await startMemcached();
  await memcached.stop();
  const page = stack.use(await Page.start(memcached));
  assertEquals(await page.user(7), { id: "7", name: "Ada" });
  assertEquals(await page.user(7), { id: "7", name: "Ada" });
  const said = await page.stop();
  assertEquals(said.filter((line) => line.startsWith("libmc: ")).length, 1, said.join("\n"));
  assertMatch(said.join("\n"), /has not answered yet/);
});

Deno.test("README: with await using at the top of the module the client is closed under the server", async () => {
  await using stack = new AsyncDisposableStack();
  const memcached = stack.use(await startMemcached());
  const page = stack.use(
    await Page.start(memcached, (program) => program.replace("const cache", "await using cache")),
  );
  const response = await fetch(page.urlOf(7));
  await response.body?.cancel();
  assertEquals(response.status, 500);
  assertMatch((await page.stop()).join("\n"), /ClosedError/);
});

/** The example in a folder of its own, which knows the package by its path only. */
class Page implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: Deno.ChildProcess;
  readonly #said: string[];
  readonly #reading: Promise<void>;
  #url = "";
  #isStopped = false;

  static async start(
    { port }: Memcached,
    change = (program: string): string => program,
  ): Promise<Page> {
    const folder = await Deno.makeTempDir({ prefix: "libmc-readme-" });
    const server = `localhost:${port}`;
    const program = (await firstBlock(new URL("README.md", ROOT), "ts"))
      .replace("localhost:11211", server);
    await Deno.writeTextFile(`${folder}/page.ts`, change(program));
    const links = [ROOT.pathname, `${ROOT.pathname}.ci/std`];
    const imports = { "@libmc/libmc": "jsr:@libmc/libmc@^0.1.0" };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ links, imports }));
    const args = ["serve", "--host=127.0.0.1", "--port=0", `--allow-net=${server}`, "page.ts"];
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const page = new Page(folder, args, resolve, reject);
    try {
      page.#url = await promise;
    } catch (error) {
      await page[Symbol.asyncDispose]();
      throw error;
    }
    return page;
  }

  private constructor(
    folder: string,
    args: string[],
    listens: (url: string) => void,
    ends: (error: Error) => void,
  ) {
    this.#folder = folder;
    this.#said = [];
    this.#process = new Deno.Command("deno", {
      args,
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#reading = this.#read(listens, ends);
  }

  async #read(listens: (url: string) => void, ends: (error: Error) => void): Promise<void> {
    for await (const line of linesOf(this.#process.stderr)) {
      this.#said.push(line);
      const url = /Listening on (http:\S+)/.exec(line)?.[1];
      if (url !== undefined) listens(url);
    }
    ends(new Error(this.#said.join("\n")));
  }

  urlOf(id: number): URL {
    return new URL(`/users/${id}`, this.#url);
  }

  /** A visitor. */
  async user(id: number): Promise<unknown> {
    const response = await fetch(this.urlOf(id));
    const text = await response.text();
    assertEquals(response.status, 200, text);
    return JSON.parse(text);
  }

  /** Ends the server. Gives what it said on the console. */
  async stop(): Promise<readonly string[]> {
    if (!this.#isStopped) {
      this.#isStopped = true;
      this.#process.kill("SIGTERM");
      await this.#reading;
      await this.#process.status;
      await Deno.remove(this.#folder, { recursive: true });
    }
    return this.#said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
