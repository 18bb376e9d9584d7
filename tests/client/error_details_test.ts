/** What errors tell beside their message: when, where in the caller's program, by which class and code. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  Client,
  ClosedError,
  CodecError,
  ConnectionError,
  type MemcachedError,
  MultiError,
  ReplyError,
  ServerDeadError,
  TimeoutError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { inPart } from "../../src/error_copy.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";

/** Where the method of the client is called that fails: below the line that this leaves the stack of. */
let above: string | undefined;

async function failingLine(client: Client): Promise<void> {
  above = new Error().stack;
  await client.incr("text");
}

Deno.test("Client tells the line of its caller by the stack of a strict error", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true });
  await client.set("text", "x");
  const error = await assertRejects(() => failingLine(client), ReplyError);
  const [, file, line] = /failingLine .*?([\w.-]+):(\d+):\d+/.exec(above ?? "") ?? [];
  assert(file !== undefined && line !== undefined, above);
  assertMatch(error.stack ?? "", new RegExp(`failingLine .*${file}:${Number(line) + 1}:`));
  assertMatch(error.stack ?? "", /^ReplyError: Cannot incr as the server answered/);
});

Deno.test("Client tells the line of its caller even if calls that fail at once have to wait for the event loop", async () => {
  const dialler = new ScriptedDialler().refuse();
  await using client = new Client("one", { strict: true, connect: dialler.connect });
  async function callerOfDead(): Promise<void> {
    await client.get("a");
  }
  await assertRejects(callerOfDead, ConnectionError);
  for (let i = 0; i < 1010; i++) {
    const error = await assertRejects(callerOfDead, ServerDeadError);
    assertMatch(error.stack ?? "", /callerOfDead/);
  }
});

Deno.test("Client leaves the reason of an abort as it is, strict or not", async () => {
  for (const strict of [false, true]) {
    await using client = new Client("one", {
      strict,
      connect: new ScriptedDialler().connect,
    });
    const reason = new TypeError("enough");
    const { stack } = reason;
    const call = client.get("a", { signal: AbortSignal.abort(reason) });
    assertEquals(await assertRejects(() => call), reason);
    assertEquals(reason.stack, stack);
  }
});

Deno.test("Client tells each caller's own line, though their gets failed as one", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true });
  server.fault({ kind: "missingReply", commands: ["get"], then: "close" });
  async function caller1() {
    await client.get("a");
  }
  async function caller2() {
    await client.get("b");
  }
  const [first, second] = await Promise.all(
    [caller1, caller2].map((caller) => assertRejects(caller, ConnectionError)),
  );
  assertMatch(first.stack ?? "", /caller1/);
  assertMatch(second.stack ?? "", /caller2/);
  const facts = ({ message, server, command, sent, step, cause }: ConnectionError) => ({
    message,
    server,
    command,
    sent,
    step,
    cause,
  });
  assertEquals(facts(second), facts(first));
});

Deno.test("Client leaves an abort's reason as it is, even if it is an error of this package or frozen", async () => {
  for (const change of [<T>(reason: T) => reason, Object.freeze]) {
    await using client = new Client("one", {
      strict: true,
      connect: new ScriptedDialler().connect,
    });
    const reason = change(new TimeoutError("enough"));
    const { stack } = reason;
    const controller = new AbortController();
    const calls = [
      client.get("a", { signal: AbortSignal.abort(reason) }),
      client.get("a", { signal: controller.signal }),
      client.getStream("a", { signal: controller.signal }),
    ];
    controller.abort(reason);
    for (const call of calls) assertStrictEquals(await assertRejects(() => call), reason);
    assertEquals(reason.stack, stack);
  }
});

Deno.test("Client rejects with a failure that a listener or a codec has frozen", async () => {
  const frozen = Object.freeze(new CodecError("no text"));
  const codec = {
    encode: () => ({ data: "v", flags: 0 }),
    decode: () => {
      throw frozen;
    },
  };
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true, codec });
  client.addEventListener("failure", ({ error }) => Object.freeze(error));
  await client.set("a", 1);
  assertStrictEquals(await assertRejects(() => client.get("a")), frozen);
  await assertRejects(() => client.incr("a"), ReplyError);
});

Deno.test("Client tells when its last failure was", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const before = Date.now();
  await client.set("text", "x");
  await client.incr("text");
  const at = client.lastError?.at;
  assertInstanceOf(at, Date);
  assert(at.getTime() >= before && at.getTime() <= Date.now());
});

Deno.test("MemcachedError tells JSON all that it knows, its message included", () => {
  const cause = new Error("reset by peer");
  const error = new ConnectionError("Cannot use connection", {
    server: "one:11211",
    command: "get",
    sent: "maybe",
    step: "read",
    cause,
  });
  assertEquals(JSON.parse(JSON.stringify(error)), {
    name: "ConnectionError",
    message: "Cannot use connection",
    server: "one:11211",
    command: "get",
    sent: "maybe",
    step: "read",
    reason: "disconnected",
    code: -8,
    strerror: "recv_error",
    at: error.at.toISOString(),
    cause: "reset by peer",
  });
  const multi = new MultiError("Cannot get all", { partial: 1, errors: [error] });
  const told = JSON.parse(JSON.stringify({ multi })).multi;
  assertEquals([told.name, told.partial, told.errors[0].message], [
    "MultiError",
    1,
    "Cannot use connection",
  ]);
});

Deno.test("inPart() keeps the class of an error, its code and all that it knows", () => {
  const where = { server: "one", command: "set", sent: "no", cause: new Error("c") } as const;
  const errors: MemcachedError[] = [
    new ConnectionError("a", { ...where, step: "read" }),
    new ConnectionError("a", { ...where, step: "write" }),
    new TimeoutError("b", where),
    new ReplyError("c", { ...where, kind: "CLIENT_ERROR" }),
    new MultiError("d", { ...where, partial: 5, errors: [new TimeoutError("e")] }),
  ];
  for (const error of errors) {
    const part = inPart(error);
    assertEquals(part.constructor, error.constructor);
    assertEquals({ ...part, at: 0 }, { ...error, sent: "maybe", at: 0 });
    assertEquals([part.message, part.code, part.cause, part.sent], [
      error.message,
      error.code,
      error.cause,
      "maybe",
    ]);
    assertEquals(inPart(part), part);
  }
});

Deno.test("inPart() makes a copy of somebody's own class without its constructor", () => {
  class TunnelError extends TimeoutError {
    constructor(tunnel: { readonly name: string }) {
      super(`Cannot dig ${tunnel.name.toUpperCase()}`, { server: "one" });
    }
  }
  const part = inPart(new TunnelError({ name: "x" }));
  assertEquals([part.constructor, part.message, part.server, part.sent], [
    TimeoutError,
    "Cannot dig X",
    "one",
    "maybe",
  ]);
});

Deno.test("Client settles its calls, whatever the dialler throws", async () => {
  class TunnelClosed extends ClosedError {
    constructor(tunnel: { readonly name: string }) {
      super(`Cannot use ${tunnel.name.toUpperCase()}`);
    }
  }
  const causes = [
    Object.create(null),
    Symbol("cause"),
    Object.assign(new Error(), { message: Object.create(null) }),
    Object.freeze(new ClosedError("Cannot use tunnel")),
    new TunnelClosed({ name: "tunnel" }),
    undefined,
  ];
  for (const cause of causes) {
    const connect = () => Promise.reject(cause);
    await using client = new Client("one", {
      strict: true,
      connect,
      connectTimeout: 0,
      timeout: 0,
    });
    const errors = await Promise.all(
      [client.get("a"), client.set("b", 1)].map((call) => assertRejects(() => call)),
    );
    for (const error of errors) {
      assertInstanceOf(error, ConnectionError);
      assertEquals([error.sent, error.cause], ["no", cause]);
    }
  }
});

Deno.test("Client keeps class and code of a failure that strikes a value in chunks when a part is stored", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true });
  server.fault({ kind: "serverError", commands: ["set"], nth: 2 });
  const error = await assertRejects(() => client.set("big", "x".repeat(2_500_000)));
  assertInstanceOf(error, ReplyError);
  assertEquals([error.kind, error.sent], ["SERVER_ERROR", "maybe"]);
});

Deno.test("Client tells by the cause of a ClosedError where it was closed", async () => {
  const client = new Client("one", { connect: new ScriptedDialler().connect });
  async function theCloser(): Promise<void> {
    await client.close();
  }
  await theCloser();
  const error = await assertRejects(() => client.get("a"), ClosedError);
  assertInstanceOf(error.cause, Error);
  assertMatch(error.cause.stack ?? "", /theCloser/);
});

Deno.test("Client has settled the calls of a lost connection when it says so", async () => {
  const dialler = new ScriptedDialler().open();
  await using client = new Client("one", { connect: dialler.connect });
  const told: string[] = [];
  const failed: Promise<unknown>[] = [];
  client.addEventListener("failure", () => told.push("failure"));
  client.addEventListener("disconnect", () => told.push("disconnect"));
  for (let i = 0; i < 3; i++) failed.push(client.incr("a"));
  await new Promise((resolve) => setTimeout(resolve, 0));
  dialler.transport.failRead();
  await Promise.all(failed);
  assertEquals(told, ["failure", "failure", "failure", "disconnect"]);
  assertInstanceOf(dialler.transport, ScriptedTransport);
});
