/** How callers tell failures apart: by class, `name`, `code` and `reason`, each in a call that really fails so. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  Client,
  ClosedError,
  CodecError,
  ConnectionError,
  type ErrorReason,
  LoadError,
  MemcachedError,
  MultiError,
  ProtocolError,
  ReplyError,
  SchemaError,
  ServerDeadError,
  type StandardSchema,
  TimeoutError,
  UnsupportedError,
} from "@libmc/libmc";
import { MemcachedServer, ScriptedServer } from "@libmc/libmc/testing";

interface Case {
  readonly reason: ErrorReason;
  readonly type: abstract new (...args: never[]) => MemcachedError;
  readonly code: number;
  /** Makes a strict client's call fail, and gives what it rejects with. */
  fail(server: MemcachedServer, client: Client): Promise<unknown>;
}

const NUMBER: StandardSchema<number> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof value === "number" ? { value } : { issues: [{ message: "It is no number" }] },
  },
};

const CASES: readonly Case[] = [
  {
    reason: "unreachable",
    type: ConnectionError,
    code: -4,
    async fail(server, client) {
      await server.stop();
      return await rejection(client.get("a"));
    },
  },
  {
    reason: "dead",
    type: ServerDeadError,
    code: -4,
    async fail(server, client) {
      await server.stop();
      await rejection(client.get("a"));
      return await rejection(client.get("a"));
    },
  },
  {
    reason: "disconnected",
    type: ConnectionError,
    code: -8,
    fail(server, client) {
      server.fault({ kind: "missingReply", commands: ["incr"], then: "close" });
      return rejection(client.incr("a"));
    },
  },
  {
    reason: "busy",
    type: ConnectionError,
    code: -4,
    async fail(server) {
      await using client = new Client(server.address, { strict: true, maxPending: 1 });
      const calls = await Promise.allSettled(["a", "b", "c"].map((key) => client.set(key, 1)));
      return calls.find((call) => call.status === "rejected")?.reason;
    },
  },
  {
    reason: "timeout",
    type: TimeoutError,
    code: -6,
    async fail(server) {
      server.fault({ kind: "missingReply", commands: ["get"] });
      await using client = new Client(server.address, { strict: true, pollTimeout: 20 });
      return await rejection(client.get("a"));
    },
  },
  {
    reason: "refused",
    type: ReplyError,
    code: -4,
    fail(server, client) {
      server.fault({ kind: "serverError", message: "out of memory storing object" });
      return rejection(client.set("a", 1));
    },
  },
  {
    reason: "unsupported",
    type: UnsupportedError,
    code: -3,
    async fail() {
      const disabled = ["CLIENT_ERROR lru crawler disabled\r\n"];
      await using server = await ScriptedServer.start({ script: [disabled] });
      await using client = new Client(server.address);
      return await rejection(client.admin.keys().next());
    },
  },
  {
    reason: "protocol",
    type: ProtocolError,
    code: -3,
    fail(server, client) {
      server.fault({ kind: "garbageLine", line: "HELLO", times: 1 });
      return rejection(client.get("a"));
    },
  },
  {
    reason: "codec",
    type: CodecError,
    code: -3,
    async fail(_server, client) {
      await client.setRaw("a", new TextEncoder().encode("{"), { flags: 64 });
      return await rejection(client.get("a"));
    },
  },
  {
    reason: "schema",
    type: SchemaError,
    code: -3,
    fail(_server, client) {
      const load = () => "no number" as unknown as number;
      return rejection(client.getOrSet("a", load, { ttl: 60, schema: NUMBER }));
    },
  },
  {
    reason: "load",
    type: LoadError,
    code: -3,
    async fail(_server, client) {
      const load = () => ({ a: new Error("It is locked") });
      const error = await rejection(client.getOrSetMulti<number>(["a"], load, { ttl: 60 }));
      return (error as MultiError).errors[0];
    },
  },
  {
    reason: "partial",
    type: MultiError,
    code: -4,
    async fail(server) {
      await using client = new Client([server.address, "127.0.0.1:1"], { strict: true });
      return await rejection(client.version());
    },
  },
  {
    reason: "closed",
    type: ClosedError,
    code: -4,
    async fail(_server, client) {
      await client.close();
      return await rejection(client.get("a"));
    },
  },
  {
    reason: "overtaken",
    type: MemcachedError,
    code: -4,
    fail(_server, client) {
      const late = async (n = 0) => {
        await client.set("a", 100);
        return n + 1;
      };
      return rejection(client.update<number>("a", late, { attempts: 1 }));
    },
  },
  {
    reason: "other",
    type: MemcachedError,
    code: -4,
    fail: () => Promise.resolve(new MemcachedError("Cannot get")),
  },
];

Deno.test("A strict client's error tells what happened by class, name, code and reason", async () => {
  for (const { reason, type, code, fail } of CASES) {
    await using server = await MemcachedServer.start();
    await using client = new Client(server.address, { strict: true });
    const error = await fail(server, client);
    assertInstanceOf(error, type, `${reason}: ${error}`);
    assertInstanceOf(error, MemcachedError, reason);
    assertInstanceOf(error, Error, reason);
    assertEquals([error.name, error.code, error.reason], [type.name, code, reason]);
    const logged = JSON.parse(JSON.stringify(error));
    assertEquals([logged.name, logged.code, logged.reason], [type.name, code, reason]);
  }
});

Deno.test("ErrorReason has no reason that is not met", () => {
  // The compiler demands a line for each reason.
  const met: Record<ErrorReason, number> = {
    unreachable: 0,
    disconnected: 0,
    busy: 0,
    timeout: 0,
    dead: 0,
    refused: 0,
    unsupported: 0,
    protocol: 0,
    codec: 0,
    schema: 0,
    load: 0,
    closed: 0,
    partial: 0,
    overtaken: 0,
    other: 0,
  };
  for (const { reason } of CASES) met[reason]++;
  assertEquals(Object.entries(met).filter(([, times]) => times !== 1), []);
});

Deno.test("A class of errors narrows its reason, for a switch that the compiler checks", () => {
  const error: TimeoutError | ConnectionError = new ConnectionError("Cannot get", { step: "read" });
  const said = (error: TimeoutError | ConnectionError): string => {
    switch (error.reason) {
      case "timeout":
        return "late";
      case "unreachable":
      case "disconnected":
      case "busy":
      case "other":
        return error.step;
    }
  };
  assertEquals(said(error), "read");
});

Deno.test("A soft client gives a miss and false for what a strict one rejects with, and keeps the error", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await server.stop();
  assertEquals(await client.get("a"), undefined);
  assertEquals(client.lastError?.reason, "unreachable");
  assertEquals(await client.set("a", 1), false);
  assertEquals(client.lastError?.reason, "dead");
});

Deno.test("Wrong use, an abort and a bug of a loader are no MemcachedError, strict or not", async () => {
  await using server = await MemcachedServer.start();
  for (const strict of [false, true]) {
    await using client = new Client(server.address, { strict });
    await assertRejects(() => client.get("a b"), TypeError);
    await assertRejects(() => client.get("a".repeat(251)), RangeError);
    const reason = new Error("The user has gone");
    const signal = AbortSignal.abort(reason);
    assert(await rejection(client.get("a", { signal })) === reason);
    const unnamed = await rejection(client.get("a", { signal: AbortSignal.abort() }));
    assertEquals((unnamed as Error).name, "AbortError");
    const bug = new Error("The source is down");
    const load = () => Promise.reject(bug);
    assert(await rejection(client.getOrSet("a", load, { ttl: 60 })) === bug);
    await client.close();
    await assertRejects(() => client.get("a"), ClosedError);
  }
});

async function rejection(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("It has not rejected");
}
