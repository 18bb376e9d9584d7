import { assert, assertEquals, assertMatch } from "@std/assert";
import { eventually, within } from "../support/eventually.ts";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { linesOf } from "../../bench/load/lines.ts";
import { firstBlock } from "./code_blocks.ts";
import { Project } from "./project.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("README: the first example serves a page with the permission that it says, whatever becomes of memcached", async () => {
  await using stack = new AsyncDisposableStack();
  const memcached = stack.use(await startMemcached());
  const page = stack.use(await Page.start(memcached));

  const made = performance.now();
  assertEquals(await page.user(7), { id: "7", name: "Ada" });
  assert(performance.now() - made > 290, "it is loaded");
  await eventually("it is not loaded again", async () => {
    const kept = performance.now();
    assertEquals(await page.user(7), { id: "7", name: "Ada" });
    return performance.now() - kept < 290;
  });

  memcached.pause();
  assertEquals(await page.user(7), { id: "7", name: "Ada" });
  memcached.resume();
  await memcached.stop();
  assertEquals(await page.user(7), { id: "7", name: "Ada" });
  assertEquals(await page.user(8), { id: "8", name: "Ada" });
});

Deno.test("README: the first example ends on SIGTERM while it is connected to memcached", async () => {
  await using stack = new AsyncDisposableStack();
  const memcached = stack.use(await startMemcached());
  const page = stack.use(await Page.start(memcached));
  assertEquals(await page.user(7), { id: "7", name: "Ada" });
  await within("the server ends", page.stop());
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
  assertMatch(said.join("\n"), /No call to .* has succeeded yet/);
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

/** The example, served. */
class Page implements AsyncDisposable {
  readonly #project: Project;
  readonly #process: Deno.ChildProcess;
  readonly #said: string[] = [];
  readonly #listens = Promise.withResolvers<string>();
  readonly #reading: Promise<void>;
  #url = "";
  #isStopped = false;

  static async start(
    { port }: Memcached,
    change = (program: string): string => program,
  ): Promise<Page> {
    const server = `localhost:${port}`;
    const example = await firstBlock(new URL("README.md", ROOT), "ts");
    const program = change(example.replace("localhost:11211", server));
    const project = await Project.create({ "page.ts": program });
    const args = ["serve", "--host=127.0.0.1", "--port=0", `--allow-net=${server}`, "page.ts"];
    const page = new Page(project, project.deno(args));
    try {
      page.#url = await page.#listens.promise;
    } catch (error) {
      await page.stop();
      throw error;
    }
    return page;
  }

  private constructor(project: Project, process: Deno.ChildProcess) {
    this.#project = project;
    this.#process = process;
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    for await (const line of linesOf(this.#process.stderr)) {
      this.#said.push(line);
      const url = /Listening on (http:\S+)/.exec(line)?.[1];
      if (url !== undefined) this.#listens.resolve(url);
    }
    this.#listens.reject(new Error(this.#said.join("\n")));
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
    if (this.#isStopped) return this.#said;
    this.#isStopped = true;
    this.#process.kill("SIGTERM");
    await Promise.all([this.#reading, this.#process.stdout.cancel(), this.#process.status]);
    await this.#project[Symbol.asyncDispose]();
    return this.#said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
