/** Which servers get meta commands: how they are asked, what is remembered, and what is refused. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  ConnectionError,
  MultiError,
  ReplyError,
  TimeoutError,
  UnsupportedError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { AnsweringConnect } from "../../support/answering_connect.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { Recorder } from "../../compat/recording_connect.ts";
import { startAskingMemcached } from "../../security/auth_rig.ts";
import { clientOf, metaReplies, serverOf } from "./asked_servers.ts";

Deno.test("client.meta asks a server before its first meta command, on a connection of its own", async () => {
  const { client, wires, sent } = clientOf(serverOf("1.6.18"));
  await using _ = client;
  await client.get("a");
  assertEquals(wires.connections.length, 1);
  await Promise.all([client.meta.get("a"), client.meta.get("b"), client.meta.delete("c")]);
  await client.meta.get("a");
  assertEquals(sent(), [
    "get a\r\nmg a v f O1\r\nmg b v f O2\r\nmd c O3\r\nmg a v f O4\r\n",
    "version\r\nmn\r\n",
  ]);
  assertEquals(wires.connections[1].closed, true);
});

Deno.test("a client that uses no meta command asks nothing", async () => {
  const { client, sent } = clientOf(serverOf("1.6.18"));
  await using _ = client;
  await client.get("a");
  await client.set("a", "x");
  assertEquals(sent(), ["get a\r\nset a 0 0 1\r\nx\r\n"]);
});

Deno.test("A.5 trap 2: a proxy that passes on a version and closes at mn has no meta commands, and loses nothing", async () => {
  const { client, wires } = clientOf(serverOf("1.6.38", () => null), { strict: false });
  await using _ = client;
  const failures: string[] = [];
  client.addEventListener("failure", ({ verb, error }) => failures.push(`${verb} ${error?.name}`));
  const [error, found] = await Promise.all([
    assertRejects(() => client.meta.get("a"), UnsupportedError),
    client.get("a"),
  ]);
  assertEquals(
    error.message,
    "Cannot mg as any:11211 does not speak meta commands: they need memcached 1.6.10 or later, without a proxy " +
      "that does not know them, and the server is 1.6.38",
  );
  assertEquals([error.sent, error.server, error.command], ["no", "any:11211", "mg"]);
  assertEquals(found, undefined);
  // It is remembered once it has closed twice while another connection lived on; that of the others has not ended.
  await assertRejects(() => client.meta.set("a", 1), UnsupportedError);
  await assertRejects(() => client.meta.getMulti(["a", "b"]), MultiError, "does not speak");
  await assertRejects(() => client.meta.noop(), MultiError, "does not speak");
  assertEquals(await client.set("a", "x"), true);
  assertEquals(wires.connections.map(({ closed }) => closed), [false, true, true, true]);
  assertEquals(failures.slice(0, 2), ["meta.get UnsupportedError", "meta.set UnsupportedError"]);
});

Deno.test("a server whose connection ends once where it is asked for meta commands is asked again", async () => {
  let questions = 0;
  const server = serverOf("1.6.38", (line) => {
    const isCut = line.startsWith("mn") && ++questions === 1;
    return isCut ? null : metaReplies(line);
  });
  const { client } = clientOf(server, { strict: true });
  await using _ = client;
  await client.meta.set("a", 1);
  assertEquals(questions, 2);
});

for (
  const [what, version, onMeta] of [
    ["answers ERROR to mn", "1.4.25", () => "ERROR\r\n"],
    ["answers mn, and is older than 1.6.10", "1.6.9", metaReplies],
    ["is Dragonfly", "1.5.0 DF", metaReplies],
    ["does not answer mn in kind", "1.6.18", () => "END\r\n"],
  ] as const
) {
  Deno.test(`a server that ${what} gets no meta command, and all others work`, async () => {
    const { client, sent } = clientOf(serverOf(version, onMeta));
    await using _ = client;
    const error = await assertRejects(() => client.meta.get("a"), UnsupportedError);
    assertEquals(error.message.endsWith(`the server is ${version}`), true, error.message);
    assertEquals(await client.get("a"), undefined);
    assertEquals(sent()[0], "get a\r\n");
  });
}

Deno.test("a server that does not know its version has no meta commands", async () => {
  const { client } = clientOf((written) => written === "version\r\n" ? "ERROR\r\n" : "END\r\n");
  await using _ = client;
  const error = await assertRejects(() => client.meta.get("a"), UnsupportedError);
  assertEquals(error.message.endsWith("the server does not say its version"), true);
  assertEquals(await client.get("a"), undefined);
});

Deno.test("an option that a server would ignore is refused before a byte is sent, with both versions", async () => {
  const newer: [version: string, call: (client: Client) => Promise<unknown>, first: string][] = [
    ["1.6.38", (client) => client.meta.get("a", { ifNotCas: 1n }), "1.6.40"],
    ["1.6.26", (client) => client.meta.get("a", { vivify: 5, newCas: 1n }), "1.6.27"],
    ["1.6.26", (client) => client.meta.set("a", 1, { newCas: 1n }), "1.6.27"],
    ["1.6.26", (client) => client.meta.setMulti({ a: 1 }, { newCas: 1n }), "1.6.27"],
    ["1.6.26", (client) => client.meta.delete("a", { removeValue: true, exptime: 5 }), "1.6.27"],
    ["1.6.26", (client) => client.meta.arithmetic("a", { newCas: 1n }), "1.6.27"],
    ["1.6.19", (client) => client.meta.set("a", "x", { mode: "append", vivify: 5 }), "1.6.20"],
    ["1.6.19", (client) => client.meta.set("a", 1, { returnSize: true }), "1.6.20"],
    [
      "1.6.20",
      (client) => client.meta.set("a", 1, { returnSize: true, returnCas: true }),
      "1.6.21",
    ],
    ["1.6.12", (client) => client.meta.set("a", 1, { returnCas: true }), "1.6.13"],
  ];
  for (const [version, call, first] of newer) {
    const { client, sent } = clientOf(serverOf(version));
    await using _ = client;
    const rejected = await assertRejects(() => call(client));
    const error = rejected instanceof MultiError ? rejected.errors[0] : rejected;
    assertEquals(error instanceof UnsupportedError, true, String(error));
    const { message } = error as Error;
    assertEquals(
      message.includes(`needs memcached ${first} or later, and the server is ${version}`),
      true,
      message,
    );
    assertEquals(sent().filter((sent) => /^m[sgda] /m.test(sent)), []);
  }
});

Deno.test("A.5 trap 5: debug of a key in base64 is refused where memcached would not find it", async () => {
  for (
    const [version, isRefused] of [["1.6.39", false], ["1.6.40", true], ["1.6.45", true]] as const
  ) {
    const { client } = clientOf(
      serverOf(version, (written) => written === "mn\r\n" ? "MN\r\n" : "EN\r\n"),
    );
    await using _ = client;
    assertEquals(await client.meta.debug("plain"), undefined);
    const call = () => client.meta.debug("a b");
    if (isRefused) await assertRejects(call, UnsupportedError, "would not find the item");
    else assertEquals(await call(), undefined);
  }
});

Deno.test("what was learned is asked anew when a server has lost its last connection", async () => {
  let version = "1.6.38";
  let isOld = true;
  const { client, wires, sent } = clientOf((written, connection) => {
    if (written.startsWith("mg die")) return null;
    return serverOf(
      version,
      (written) => isOld && written === "mn\r\n" ? "ERROR\r\n" : metaReplies(written),
    )(
      written,
      connection,
    );
  });
  await using _ = client;
  await assertRejects(() => client.meta.get("a"), UnsupportedError);
  isOld = false;
  await assertRejects(() => client.meta.get("a"), UnsupportedError, "", "it is remembered");
  await client.quit();
  assertEquals(await client.meta.get("a"), undefined);
  await assertRejects(() => client.meta.get("die"), ConnectionError);
  version = "1.6.9";
  // The connection that asks is asked before the other takes commands.
  const [found] = await Promise.all([
    client.get("a"),
    assertRejects(() => client.meta.get("a"), UnsupportedError, "is 1.6.9"),
  ]);
  assertEquals(found, undefined);
  assertEquals(sent().at(-1), "version\r\nmn\r\n");
  assertEquals(wires.connections.filter(({ closed }) => !closed).length, 1);
});

Deno.test("calls for the key of a first meta command are carried out in the order in which they were made", async () => {
  await using server = await MemcachedServer.start();
  const recorder = new Recorder();
  await using client = new Client(server.address, { strict: true, connect: recorder.connect });
  const [first, second, third, found, other] = await Promise.all([
    client.meta.set("a", "1"),
    client.set("a", "2"),
    client.meta.setMulti({ a: "3", b: "4" }),
    client.get("b"),
    client.get("c"),
  ]);
  assertEquals([first?.status, second, third.size], ["stored", true, 2]);
  assertEquals([found, other], ["4", undefined]);
  assertEquals(
    recorder.connections[0].sent,
    "get c\r\nms a 1 O1\r\n1\r\nset a 0 0 1\r\n2\r\nms a 1 q O2\r\n3\r\nms b 1 q O3\r\n4\r\nmn\r\nget b\r\n",
  );
});

Deno.test("a server that says nothing when it is asked fails the meta command in time, and no other", async () => {
  const { client } = clientOf(serverOf("1.6.18", () => undefined), { pollTimeout: 60 });
  await using _ = client;
  const [found] = await Promise.all([
    client.get("a"),
    assertRejects(() => client.meta.get("a"), TimeoutError, "silent for more than 60 ms"),
    assertRejects(() => client.meta.getMulti(["a", "b"]), MultiError, "silent for more than 60 ms"),
  ]);
  assertEquals(found, undefined);
  // It is not asked again for a while, and was not taken for one without meta commands.
  await assertRejects(() => client.meta.get("a"), TimeoutError);
});

Deno.test("a server that could not be asked is asked again after the retry timeout", async () => {
  const clock = new ManualClock();
  let isAway = true;
  const { client, wires } = clientOf(
    serverOf(
      "1.6.18",
      (written) => isAway ? "SERVER_ERROR no server behind this\r\n" : metaReplies(written),
    ),
    { clock, retryTimeout: 1000 },
  );
  await using _ = client;
  for (let i = 0; i < 3; i++) {
    await assertRejects(() => client.meta.get("a"), ReplyError, "SERVER_ERROR");
  }
  assertEquals(wires.connections.length, 2);
  isAway = false;
  clock.advance(1000);
  assertEquals(await client.meta.get("a"), undefined);
});

Deno.test("a call that is out of time or aborted while its server is asked is over at once", async () => {
  const { client } = clientOf(serverOf("1.6.18", () => undefined), { pollTimeout: 0, timeout: 80 });
  await using _ = client;
  const controller = new AbortController();
  const aborted = client.meta.get("b", { signal: controller.signal });
  controller.abort(new Error("gone"));
  await assertRejects(() => aborted, Error, "gone");
  await assertRejects(() => client.meta.get("a"), TimeoutError);
  assertEquals(await client.get("a"), undefined);
});

Deno.test("close() ends the question that a server does not answer", async () => {
  const { client, wires } = clientOf(serverOf("1.6.18", () => undefined), {
    pollTimeout: 0,
    timeout: 0,
    connectTimeout: 0,
  });
  const call = client.meta.get("a");
  await client.get("b");
  await Promise.all([assertRejects(() => call), client.close()]);
  assertEquals(wires.connections.map(({ closed }) => closed), [true, true]);
});

Deno.test("A.5 trap 3: a server that wants a password is never sent a second command with the first", async () => {
  const wires = new AnsweringConnect((written) => {
    // It answers only the last command of those that come together.
    return written === "version\r\n" ? "CLIENT_ERROR unauthenticated\r\n" : "";
  });
  await using client = new Client("any", {
    strict: true,
    connect: wires.connect,
    pollTimeout: 500,
  });
  const error = await assertRejects(() => client.meta.get("a"), ReplyError, "user and password");
  assertEquals(error.sent, "no");
  assertEquals(wires.connections.map(({ sent }) => sent), ["", "version\r\n"]);
});

Deno.test("a server that wants a password says so to meta commands, and is used with one", async () => {
  await using server = await startAskingMemcached();
  await using stranger = new Client(server.address, { strict: true });
  const calls = [stranger.meta.get("a"), stranger.meta.set("a", 1), stranger.meta.delete("b")];
  for (const outcome of await Promise.allSettled(calls)) {
    assertEquals(outcome.status, "rejected");
    const { reason } = outcome as PromiseRejectedResult;
    assertEquals([reason.name, reason.sent], ["ReplyError", "no"]);
    assertEquals(reason.message.includes("asks for user and password"), true, reason.message);
  }
  await using client = new Client(server.address, {
    strict: true,
    auth: { username: "ada", password: "lovelace1815" },
  });
  assertEquals(await client.meta.set("a", 1), { status: "stored" });
});

Deno.test("client.meta works with several connections, and asks once", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true, connections: 4 });
  const keys = Array.from({ length: 200 }, (_, i) => `k${i}`);
  await Promise.all(keys.map((key) => client.meta.set(key, key)));
  const items = await Promise.all(keys.map((key) => client.meta.get(key)));
  assertEquals(items.map((item) => item?.value), keys);
  assertEquals(server.commands.get("version"), 1);
  assertEquals(server.commands.get("mn"), 1);
});

Deno.test("with failover a stand-in is asked, too, before it gets a meta command", async () => {
  await using stays = await MemcachedServer.start();
  const goes = await MemcachedServer.start();
  await using client = new Client([goes.address, stays.address], {
    strict: true,
    failover: true,
    retryTimeout: 60_000,
  });
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  await client.meta.setMulti(keys.map((key) => [key, key] as const));
  await goes.stop();
  await Promise.allSettled(keys.map((key) => client.meta.get(key)));
  const stored = await client.meta.setMulti(keys.map((key) => [key, key] as const));
  assertEquals(stored.size, keys.length);
  assertEquals((await client.meta.getMulti(keys)).size, keys.length);
});

Deno.test("a server that does not say what it speaks is told as silent, and the call as not sent, however much time that has", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", commands: ["version"], then: "silence" });
  await using client = new Client(server.address, { strict: true, pollTimeout: 50 });
  for (
    const call of [() => client.meta.get("a"), () => client.getOrSet("a", () => 1, { ttl: 1 })]
  ) {
    const error = await assertRejects(call, TimeoutError, "silent for more than 50 ms");
    assertEquals([error.command, error.sent], ["mg", "no"]);
  }
});
