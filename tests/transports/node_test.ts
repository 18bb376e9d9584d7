import { assert, assertEquals, assertRejects } from "@std/assert";
import { createServer, type Server, Socket } from "node:net";
import { nodeConnect } from "../../src/transports/node.ts";
import type { Transport } from "../../src/transports/transport.ts";
import { eventually, within } from "../support/eventually.ts";
import { bytesOf, textOf } from "../support/wire.ts";

Deno.test("nodeConnect() dials a TCP port, by address and by name", async () => {
  for (const hostname of ["127.0.0.1", "localhost"]) {
    await using echo = await Echo.start();
    assertEquals(await answerOf(await nodeConnect({ hostname, port: echo.port }, NEVER)), "hello");
  }
});

Deno.test("nodeConnect() dials a Unix socket", async () => {
  const folder = await Deno.makeTempDir({ prefix: "libmc-node-" });
  try {
    const path = `${folder}/echo.sock`;
    await using _echo = await Echo.start(path);
    assertEquals(await answerOf(await nodeConnect({ path }, NEVER)), "hello");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("nodeConnect() rejects with what the runtime says", async () => {
  const closed = await Echo.start();
  const { port } = closed;
  await closed[Symbol.asyncDispose]();
  const dials = [
    nodeConnect({ hostname: "127.0.0.1", port }, NEVER),
    // All addresses of the name refuse it.
    nodeConnect({ hostname: "localhost", port }, NEVER),
  ];
  for (const dial of dials) {
    const error = await within("the dial", assertRejects(() => dial, Error));
    assert(/refused/i.test(error.message), error.message);
  }
  const path = "/nowhere/echo.sock";
  const error = await within("the dial", assertRejects(() => nodeConnect({ path }, NEVER), Error));
  assert(error.message.length > 10, error.message);
});

Deno.test("nodeConnect() rejects with the reason of a signal that is aborted already", async () => {
  await using echo = await Echo.start();
  const gone = new Error("gone");
  const endpoint = { hostname: "127.0.0.1", port: echo.port };
  const dial = nodeConnect(endpoint, AbortSignal.abort(gone));
  assert(await within("the dial", assertRejects(() => dial)) === gone);
});

Deno.test("nodeConnect() closes a connection that cannot be set up", async () => {
  await using echo = await Echo.start();
  const { setNoDelay } = Socket.prototype;
  try {
    Socket.prototype.setNoDelay = () => {
      throw new TypeError("Invalid argument (os error 22)");
    };
    for (let i = 0; i < 5; i++) {
      const endpoint = { hostname: "127.0.0.1", port: echo.port };
      const error = await assertRejects(() => nodeConnect(endpoint, NEVER), TypeError);
      assertEquals(error.message, "Invalid argument (os error 22)");
    }
  } finally {
    Socket.prototype.setNoDelay = setNoDelay;
  }
  await eventually("all connections are closed", () => echo.open === 0);
});

Deno.test("nodeConnect() leaves no connection open that is made in the moment of the abort", async () => {
  await using echo = await Echo.start();
  const endpoint = { hostname: "127.0.0.1", port: echo.port };
  const gone = new Error("gone");
  const reasons = new Set<unknown>();
  for (let i = 0; i < 60; i++) {
    const dials = Array.from({ length: 10 }, async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(gone), 0);
      try {
        (await nodeConnect(endpoint, controller.signal)).close();
      } catch (error) {
        reasons.add(error);
      }
    });
    // The kernel makes the connections while the program is busy, and the abort comes first when it is not any more.
    for (const end = performance.now() + 2; performance.now() < end;);
    await Promise.all(dials);
  }
  await eventually("all connections are closed", () => echo.open === 0);
  assertEquals([...reasons], [gone]);
});

/** Sends a word and gives what comes back, then closes. */
async function answerOf(transport: Transport): Promise<string> {
  assertEquals(await transport.write(bytesOf("hello")), 5);
  const into = new Uint8Array(9);
  const count = await within("the echo", transport.read(into));
  transport.close();
  return textOf(into.subarray(0, count ?? 0));
}

/** A server that sends back what it is sent. */
class Echo implements AsyncDisposable {
  readonly #server: Server;
  /** Connections that are open. */
  open = 0;

  static async start(path?: string): Promise<Echo> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      if (path === undefined) server.listen(0, "127.0.0.1", resolve);
      else server.listen(path, resolve);
    });
    return new Echo(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.open++;
      socket.on("error", () => {});
      socket.on("close", () => this.open--);
      socket.pipe(socket);
    });
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

const NEVER = new AbortController().signal;
