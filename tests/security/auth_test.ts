/** User and password against memcached itself, and on the wire. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  Client,
  type ClientOptions,
  ConnectionError,
  MemcachedError,
  ReplyError,
  ServerDeadError,
} from "@libmc/libmc";
import { FaultProxy, ScriptedServer } from "@libmc/libmc/testing";
import { Recorder } from "../compat/recording_connect.ts";
import { eventually, within } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { textOf } from "../support/wire.ts";
import { ADA, greeting, startAskingMemcached, ZOE } from "./auth_rig.ts";
import { PATIENT, TlsRig } from "./tls_rig.ts";

const WRONG = { username: "ada", password: "byron1788" };

Deno.test("Client with auth works on a server that asks for it, whatever the characters", async () => {
  await using server = await startAskingMemcached();
  for (const auth of [ADA, ZOE]) {
    await using client = clientOf(server.address, { auth });
    assert(await client.set("greeting", "hello"));
    assertEquals(await client.get("greeting"), "hello");
    assertEquals((await client.setMulti({ a: 1, b: 2 })).ok, true);
    assertEquals(await client.getMulti(["a", "b"]), new Map([["a", 1], ["b", 2]]));
    assertEquals(await client.incr("a", 5), 6);
  }
});

Deno.test("Client with auth works over a Unix socket and over TLS", async () => {
  await using local = await startAskingMemcached({ unixSocket: true });
  await using rig = await TlsRig.start();
  const { certPath, keyPath } = rig.certificate;
  await using secure = await startAskingMemcached({
    args: ["-Z", "-o", `ssl_chain_cert=${certPath},ssl_key=${keyPath}`],
  });
  const cases: [string, ClientOptions][] = [
    [local.address, {}],
    ...rig.trusting().map((tls): [string, ClientOptions] => [secure.address, { tls }]),
  ];
  for (const [address, options] of cases) {
    await using client = clientOf(address, { ...options, auth: ADA });
    assert(await client.set("greeting", "hello"));
    await using stranger = clientOf(address, { ...options, auth: WRONG });
    assertRefused(await assertRejects(() => stranger.get("greeting"), ConnectionError), address);
  }
});

Deno.test("Client without auth is told so by a server that asks for it", async () => {
  await using server = await startAskingMemcached();
  await using client = clientOf(server.address, {});
  const asks = "as the server asks for user and password: it answered";
  const error = await assertRejects(
    () => client.get("a"),
    ReplyError,
    `${asks} "CLIENT_ERROR unauthenticated"`,
  );
  assertEquals([error.kind, error.server, error.command], ["CLIENT_ERROR", server.address, "get"]);
  assertEquals(error.sent, "no");
  assertEquals(await client.get("a", { strict: false }), undefined);
  // memcached takes a set for an authentication, and its value for user and password.
  for (
    const [value, line] of [
      ["oneword", "CLIENT_ERROR bad authentication token format"],
      ["two words", "CLIENT_ERROR authentication failure"],
    ]
  ) {
    const message = `${asks} "${line}"`;
    await assertRejects(() => client.set("a", value), ReplyError, message);
    assertEquals(await client.set("a", value, { strict: false }), false);
  }
});

Deno.test("Client without auth fails all commands of one write as not sent, though the server answers one", async () => {
  await using server = await startAskingMemcached();
  await using client = clientOf(server.address, { pollTimeout: 60_000, timeout: 60_000 });
  const calls = [
    client.incr("n"),
    client.get("a"),
    client.set("a", "oneword"),
    client.add("b", "two words"),
    client.delete("a"),
    client.getMulti(["a", "b"]),
    client.version(),
  ];
  for (const settled of await within("all calls", Promise.allSettled(calls))) {
    assertEquals(settled.status, "rejected");
    const { reason } = settled as PromiseRejectedResult;
    assertInstanceOf(reason, MemcachedError);
    assertEquals(reason.sent, "no", reason.message);
    assertStringIncludes(reason.message, "asks for user and password");
  }
  await assertRejects(() => client.get("a"), ReplyError, "asks for user and password");
});

Deno.test("Client with a wrong password rejects every call, strict or not, and shows the password nowhere", async () => {
  await using server = await startAskingMemcached();
  for (const strict of [true, false]) {
    await using client = clientOf(server.address, { auth: WRONG, strict });
    const heard: unknown[] = [];
    for (const name of ["failure", "dead", "disconnect"] as const) {
      client.addEventListener(name, (event) => heard.push(event));
    }
    await assertRejects(() => client.set("a", 1), ConnectionError);
    assertRefused(client.lastError, server.address);
    await assertRejects(() => client.get("a"), ServerDeadError);
    assertInstanceOf(client.lastError, ServerDeadError);
    heard.push(client, client.lastError, client.lastError?.cause, client.counters());
    for (const thing of heard) assertShowsNoPassword(thing, WRONG.password);
  }
});

Deno.test("Client with the right password shows it nowhere", async () => {
  await using server = await startAskingMemcached();
  await using client = clientOf(server.address, { auth: ADA });
  await client.set("text", "abc");
  const error = await assertRejects(() => client.incr("text"), ReplyError);
  for (const thing of [client, error, client.counters()]) {
    assertShowsNoPassword(thing, ADA.password);
  }
});

Deno.test("Client with auth leaves a server that refused it alone for retryTimeout", async () => {
  await using server = await startAskingMemcached();
  const recorder = new Recorder();
  await using client = clientOf(server.address, {
    auth: WRONG,
    connect: recorder.connect,
    retryTimeout: 500,
  });
  await assertRejects(() => client.get("a"), ConnectionError);
  const begun = performance.now();
  await assertRejects(() => client.get("a"), ServerDeadError);
  assertEquals(recorder.connections.length, 1);
  await eventually("it is tried again", async () => {
    await client.get("a").catch(() => {});
    return recorder.connections.length > 1;
  });
  assert(performance.now() - begun > 400);
  for (const { sent, closedBy } of recorder.connections) {
    assertEquals([sent, closedBy], [greeting(WRONG), "client"]);
  }
});

Deno.test("Client with auth sends the password once on each connection, before anything else", async () => {
  await using server = await startAskingMemcached();
  const recorder = new Recorder();
  await using client = clientOf(server.address, {
    auth: ADA,
    connect: recorder.connect,
    connections: 3,
  });
  await eventually("three connections are open", async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => client.set(`k${i}`, "x".repeat(50_000))),
    );
    // Ready, not only dialled: close() may cut an authentication short.
    return client.counters().get(server.address)!.connects === 3;
  });
  await Promise.all(Array.from({ length: 30 }, (_, i) => client.get(`k${i}`)));
  await client.close();
  for (const { sent } of recorder.connections) {
    assert(sent.startsWith(greeting(ADA)), sent.slice(0, 100));
    assertEquals(sent.split(ADA.password).length, 2);
  }
});

Deno.test("Client with auth authenticates anew after a connection was lost", async () => {
  await using server = await startAskingMemcached();
  await using proxy = await FaultProxy.start({ target: server.address });
  const recorder = new Recorder();
  await using client = clientOf(proxy.address, { auth: ADA, connect: recorder.connect });
  for (let round = 1; round <= 3; round++) {
    await eventually("the client is connected", () => client.set("a", round, { strict: false }));
    assertEquals(recorder.connections.length, round);
    proxy.disconnect();
    await within("the end of the connection", recorder.ended(recorder.connections[round - 1]));
  }
  for (const { sent } of recorder.connections) {
    assertEquals(sent.split(greeting(ADA)).length, 2);
    assert(sent.startsWith(greeting(ADA)));
  }
});

Deno.test("Client with auth and noreply authenticates with a reply", async () => {
  await using server = await startAskingMemcached();
  await using client = clientOf(server.address, { auth: ADA, noreply: true });
  await client.set("a", 1);
  assertEquals(await client.get("a"), 1);
  await using stranger = clientOf(server.address, { auth: WRONG, noreply: true });
  await assertRejects(() => stranger.set("a", 2), ConnectionError);
  assertEquals(await client.get("a"), 1);
});

Deno.test("Client with auth gives no password to a server that asks for none", async () => {
  await using server = await startMemcached();
  const recorder = new Recorder();
  await using client = clientOf(server.address, { auth: ADA, connect: recorder.connect });
  assert(await client.set("a", 1));
  assertEquals(await client.get("authenticate"), undefined);
  assertEquals((await client.stats()).get(server.address)?.total_items, 1);
  await client.close();
  assertEquals(recorder.connections.map(({ sent }) => sent.includes("lovelace")), [false]);
});

Deno.test("Client with auth bounds an authentication that stalls, at each of its steps", async () => {
  const unexpectedReply = "CLIENT_ERROR unauthenticated\r\n";
  for (const script of [[], [[unexpectedReply]], [["CLIENT_ERR"]]]) {
    for (const pollTimeout of [200, 0]) {
      await using server = await ScriptedServer.start({ script });
      await using client = clientOf(server.address, {
        auth: ADA,
        connectTimeout: 300,
        pollTimeout,
      });
      const begun = performance.now();
      const error = await assertRejects(
        () => client.set("a", 1),
        ConnectionError,
        `Cannot connect to ${server.address}`,
      );
      assert(performance.now() - begun < 2000);
      assertEquals(error.sent, "no");
      assertShowsNoPassword(error, ADA.password);
      await within("the client to close", server.connections[0].ended);
    }
  }
});

Deno.test("Client with auth gives no password to a server that refuses version for another reason", async () => {
  const lines = [
    "CLIENT_ERROR bad command line format",
    "CLIENT_ERROR unauthenticated user",
    "CLIENT_ERROR",
    'CLIENT_ERROR Cannot version as the server answered "CLIENT_ERROR unauthenticated',
    "SERVER_ERROR unauthenticated",
    "ERROR unauthenticated",
  ];
  for (const line of lines) {
    await using server = await ScriptedServer.start({ script: [[`${line}\r\n`, "STORED\r\n"]] });
    await using client = clientOf(server.address, { auth: ADA });
    const error = await assertRejects(
      () => client.set("a", 1),
      ConnectionError,
      `Cannot connect to ${server.address}`,
    );
    assertEquals(error.sent, "no");
    assertEquals(textOf(server.connections[0].received), "version\r\n");
  }
});

Deno.test("Client with auth shows no password that a server has said back", async () => {
  const said = [
    `CLIENT_ERROR bad data chunk ${ADA.password}`,
    `SERVER_ERROR cannot store ${ADA.username} ${ADA.password}`,
    `ERROR ${ADA.password}`,
    `${ADA.username} ${ADA.password}`,
    `${"x".repeat(73)}${ADA.password}`,
    `VALUE ${ADA.password} 0 x`,
  ];
  const asks = "CLIENT_ERROR unauthenticated\r\n";
  for (const line of said) {
    for (const replies of [[asks, `${line}\r\n`], [asks, "STORED\r\n", `${line}\r\n`]]) {
      await using server = await ScriptedServer.start({ script: [replies] });
      const heard: unknown[] = [];
      await using client = clientOf(server.address, {
        auth: ADA,
        observer: {
          attempt: (...attempt) => heard.push(attempt),
          end: (_token, end) => heard.push(end),
          happened: ({ error }) => heard.push(error),
        },
      });
      const error = await assertRejects(() => client.get("a"), Error);
      heard.push(error, client.lastError);
      for (const thing of heard) {
        assertShowsNoPassword([thing], ADA.password);
        assertShowsNoPassword([thing], ADA.password.slice(0, 5));
      }
    }
  }
});

Deno.test("Client with auth copies what it is given", async () => {
  await using server = await startAskingMemcached();
  const auth = { ...ADA };
  await using client = clientOf(server.address, { auth });
  auth.password = "x\r\nflush_all\r\n";
  assert(await client.set("a", 1));
});

function clientOf(server: string, options: ClientOptions): Client {
  return new Client(server, { ...PATIENT, ...options });
}

/** Asserts that the server would not have the credentials, and that the error says so. */
function assertRefused(error: MemcachedError | undefined, server: string): void {
  assertInstanceOf(error, ConnectionError);
  assertStringIncludes(error.message, `Cannot connect to ${server}: Cannot authenticate`);
  assertStringIncludes(error.message, "authentication failure");
  assertEquals([error.server, error.sent], [server, "no"]);
  assertInstanceOf(error.cause, ReplyError);
  assertEquals(error.cause.kind, "CLIENT_ERROR");
}

/** Asserts that the password is neither in what is printed of a thing, however deep, nor in its JSON. */
function assertShowsNoPassword(thing: unknown, password: string): void {
  const options = { depth: 100, showHidden: true, getters: true, strAbbreviateSize: Infinity };
  const shown = Deno.inspect(thing, options) + JSON.stringify(thing, inFull);
  assert(shown.length > 2);
  assertEquals(shown.includes(password), false);
}

/** Errors and maps have no JSON of their own. */
function inFull(_name: string, value: unknown): unknown {
  if (value instanceof Map) return [...value];
  if (!(value instanceof Error)) return value;
  return { ...value, message: value.message, stack: value.stack, cause: value.cause };
}
