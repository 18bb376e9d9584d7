import { assertEquals, assertRejects } from "@std/assert";
import { denoConnect } from "../../src/transports/deno.ts";
import { eventually } from "../support/eventually.ts";

Deno.test("denoConnect() leaves no connection open that is made in the moment of the abort", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let accepted = 0;
  let open = 0;
  const accepting = (async () => {
    for await (const connection of listener) {
      accepted++;
      open++;
      void untilClosed(connection).then(() => open--);
    }
  })();
  const endpoint = { hostname: "127.0.0.1", port: (listener.addr as Deno.NetAddr).port };
  const gone = new Error("gone");
  const reasons = new Set<unknown>();
  for (let i = 0; i < 60; i++) {
    const dials = Array.from({ length: 10 }, async () => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(gone), 0);
      try {
        (await denoConnect(endpoint, controller.signal)).close();
      } catch (error) {
        reasons.add(controller.signal.aborted ? "aborted" : error);
      }
    });
    // The kernel makes the connections while the program is busy, and the abort comes first when it is not any more.
    for (const end = performance.now() + 2; performance.now() < end;);
    await Promise.all(dials);
  }
  await eventually("all connections are closed", () => accepted > 0 && open === 0);
  listener.close();
  await accepting;
  assertEquals([...reasons], ["aborted"]);
});

Deno.test("denoConnect() has the name looked up at every dial", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const { connect } = Deno;
  const asked: string[] = [];
  try {
    Deno.connect = ((options: Deno.ConnectOptions) => {
      asked.push(options.hostname ?? "");
      return connect(options);
    }) as typeof connect;
    for (let i = 0; i < 3; i++) {
      const dialled = denoConnect({ hostname: "localhost", port }, new AbortController().signal);
      (await listener.accept()).close();
      (await dialled).close();
    }
  } finally {
    Deno.connect = connect;
  }
  // Nothing is kept of what a name stood for.
  assertEquals(asked, ["localhost", "localhost", "localhost"]);
});

Deno.test("denoConnect() closes a connection that cannot be set up", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const { connect } = Deno;
  try {
    for (const name of ["setNoDelay", "setKeepAlive"]) {
      Deno.connect = (async (options: Deno.ConnectOptions) =>
        Object.defineProperty(await connect(options), name, { value: fail })) as typeof connect;
      for (let i = 0; i < 5; i++) {
        const endpoint = { hostname: "127.0.0.1", port };
        const dialled = denoConnect(endpoint, new AbortController().signal);
        const rejected = assertRejects(
          () =>
            dialled,
          TypeError,
          "Invalid argument",
        );
        await untilClosed(await listener.accept());
        await rejected;
      }
    }
  } finally {
    Deno.connect = connect;
  }
});

/** Fails as macOS does for a connection that was reset. */
function fail(): never {
  throw new TypeError("Invalid argument (os error 22)");
}

async function untilClosed(connection: Deno.Conn): Promise<void> {
  try {
    await connection.read(new Uint8Array(1));
  } catch {
    // Reset.
  }
  connection.close();
}
