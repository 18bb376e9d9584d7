import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Fault, MemcachedServer, type MemcachedServerOptions } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";
import { Wire } from "../support/wire.ts";

const SET = "set a 7 0 5 noreply\r\nhello\r\n";
const HIT = "VALUE a 7 5\r\nhello\r\nEND\r\n";

Deno.test("wrongLength tells another length than that of the data block", async () => {
  assertEquals(
    await reply({ kind: "wrongLength", by: 2 }, `${SET}get a\r\n`),
    "VALUE a 7 7\r\nhello\r\nEND\r\n",
  );
  assertEquals(
    await reply({ kind: "wrongLength", by: -2 }, `${SET}get a\r\n`),
    "VALUE a 7 3\r\nhello\r\nEND\r\n",
  );
  for (let seed = 0; seed < 20; seed++) {
    const found = await reply({ kind: "wrongLength" }, `${SET}get a\r\n`, { seed });
    assertMatch(found, /^VALUE a 7 \d+\r\nhello\r\nEND\r\n$/);
    assert(!found.startsWith("VALUE a 7 5\r\n"), `seed ${seed}`);
  }
});

Deno.test("wrongLength never stays right where nothing can be taken away", async () => {
  const sent = "set a 0 0 0 noreply\r\n\r\nget a\r\n";
  assertEquals(await reply({ kind: "wrongLength", by: -3 }, sent), "VALUE a 0 3\r\n\r\nEND\r\n");
});

Deno.test("truncatedValue ends a data block early, then goes on, closes, or falls silent", async () => {
  const fault = { kind: "truncatedValue", keep: 2 } as const;
  assertEquals(await reply(fault, `${SET}get a\r\n`), "VALUE a 7 5\r\nhe\r\nEND\r\n");
  const sent = `${SET}get a\r\nversion\r\n`;
  assertEquals(await reply({ ...fault, then: "close" }, sent), "VALUE a 7 5\r\nhe");
  assertEquals(await reply({ ...fault, then: "silence" }, sent), "VALUE a 7 5\r\nhe");
  const random = await reply({ kind: "truncatedValue" }, `${SET}get a\r\n`);
  assertMatch(random, /^VALUE a 7 5\r\n[hel]{0,4}\r\nEND\r\n$/);
});

Deno.test("wrongLength and truncatedValue change the values of meta commands, and wrongKey leaves them alone", async () => {
  const sent = `${SET}mg a v f O1\r\n`;
  assertEquals(await reply({ kind: "wrongLength", by: 2 }, sent), "VA 7 f7 O1\r\nhello\r\n");
  const truncated = { kind: "truncatedValue", keep: 2, commands: ["mg"] } as const;
  assertEquals(await reply(truncated, sent), "VA 5 f7 O1\r\nhe\r\n");
  assertEquals(await reply({ ...truncated, then: "close" }, sent), "VA 5 f7 O1\r\nhe");
  assertEquals(
    await reply({ kind: "wrongKey" }, `${sent}mg a k\r\n`),
    "VA 5 f7 O1\r\nhello\r\nHD ka\r\n",
  );
  const number = "set b 0 0 2 noreply\r\n41\r\nma b v\r\n";
  assertEquals(
    await reply({ kind: "wrongLength", by: -1, commands: ["ma"] }, number),
    "VA 1\r\n42\r\n",
  );
});

Deno.test("missingReply and serverError strike meta commands, quiet ones too", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", commands: ["mg"], nth: 1 });
  assertEquals(await talk(server, "mg a O1\r\nmg a O2\r\nmn\r\n"), "EN O2\r\nMN\r\n");
  server.fault({ kind: "serverError", commands: ["ms"], nth: 1 });
  const sent = "ms a 1 q\r\n1\r\nms b 1 q\r\n1\r\nmg a q\r\nmg b v\r\nmn\r\n";
  assertEquals(await talk(server, sent), "SERVER_ERROR out of memory\r\nVA 1\r\n1\r\nMN\r\n");
});

Deno.test("wrongKey names a key that was not asked for, also among several", async () => {
  const sent = `${SET}set bb 0 0 1 noreply\r\n1\r\ngets a bb\r\n`;
  const found = await reply({ kind: "wrongKey" }, sent);
  const keys = [...found.matchAll(/VALUE ([^ ]+)/g)].map(([, key]) => key);
  assertEquals(keys.length, 2);
  assertEquals(keys.filter((key) => key === "a" || key === "bb").length, 1);
  assertEquals(
    await reply({ kind: "wrongKey", key: "é" }, `${SET}get a\r\n`),
    "VALUE \xc3\xa9 7 5\r\nhello\r\nEND\r\n",
  );
});

Deno.test("faults of values leave replies without values alone, and do not count them", async () => {
  await using server = await MemcachedServer.start();
  const fault = server.fault({ kind: "wrongKey", nth: 1, key: "x" });
  assertEquals(
    await talk(server, `get a\r\n${SET}version\r\nget a\r\nget a\r\n`),
    `END\r\nVERSION 1.6.18\r\n${HIT.replace("E a", "E x")}${HIT}`,
  );
  assertEquals(fault.struck, 1);
});

Deno.test("truncatedValue waits for an item that is longer than what it keeps", async () => {
  for (const then of ["continue", "close", "silence"] as const) {
    await using server = await MemcachedServer.start();
    const fault = server.fault({ kind: "truncatedValue", keep: 5, then, nth: 1 });
    const long = "set b 0 0 6 noreply\r\n123456\r\n";
    const found = await talk(server, `${SET}get a\r\nget a\r\n${long}get a b\r\n`);
    const spoilt = "VALUE a 7 5\r\nhello\r\nVALUE b 0 6\r\n12345";
    assertEquals(found, `${HIT}${HIT}${spoilt}${then === "continue" ? "\r\nEND\r\n" : ""}`);
    assertEquals(fault.struck, 1);
  }
});

Deno.test("truncatedValue passes over items without data", async () => {
  await using server = await MemcachedServer.start({ faults: [{ kind: "truncatedValue" }] });
  const sent = "set a 0 0 0 noreply\r\n\r\nget a\r\n";
  assertEquals(await talk(server, sent), "VALUE a 0 0\r\n\r\nEND\r\n");
  assertEquals([...server.struck], []);
});

Deno.test("wrongKey passes over the item whose key it names", async () => {
  await using server = await MemcachedServer.start();
  const fault = server.fault({ kind: "wrongKey", key: "a" });
  assertEquals(await talk(server, `${SET}get a\r\n`), HIT);
  assertEquals(fault.struck, 0);
  const sent = "set bb 0 0 1 noreply\r\n1\r\nget a bb\r\n";
  assertEquals(
    await talk(server, sent),
    "VALUE a 7 5\r\nhello\r\nVALUE a 0 1\r\n1\r\nEND\r\n",
  );
  assertEquals(fault.struck, 1);
});

Deno.test("garbageLine waits for a reply that is not that very line", async () => {
  await using server = await MemcachedServer.start();
  const fault = server.fault({ kind: "garbageLine", line: "END", nth: 1 });
  assertEquals(
    await talk(server, "get a\r\nversion\r\nversion\r\n"),
    "END\r\nEND\r\nVERSION 1.6.18\r\n",
  );
  assertEquals(fault.struck, 1);
});

Deno.test("garbageLine stands in place of a reply, and where none was wanted", async () => {
  assertEquals(
    await reply({ kind: "garbageLine", line: "what", nth: 2 }, "version\r\nget a\r\nget b\r\n"),
    "VERSION 1.6.18\r\nwhat\r\nEND\r\n",
  );
  assertMatch(await reply({ kind: "garbageLine" }, "get a\r\n"), /^[a-z 0-9]+\r\n$/);
  assertEquals(await reply({ kind: "garbageLine", line: "what" }, SET), "what\r\n");
});

Deno.test("extraReply comes behind the reply, and after a command that wanted none", async () => {
  assertEquals(
    await reply({ kind: "extraReply", line: "STORED", nth: 1 }, "version\r\nget a\r\n"),
    "VERSION 1.6.18\r\nSTORED\r\nEND\r\n",
  );
  const noreply = { kind: "extraReply", line: "ERROR", commands: ["set"] } as const;
  assertEquals(await reply(noreply, `${SET}get a\r\n`), `ERROR\r\n${HIT}`);
  assertMatch(await reply({ kind: "extraReply" }, "get a\r\n"), /^END\r\n.+\r\n$/s);
});

Deno.test("missingReply carries the command out and says nothing", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", commands: ["incr"], times: 1 });
  const sent = "set a 0 0 1 noreply\r\n5\r\nincr a 1\r\nincr a 1\r\n";
  assertEquals(await talk(server, sent), "7\r\n");
  assertEquals(server.commands.get("incr"), 2);
});

Deno.test("missingReply can close or fall silent", async () => {
  for (const then of ["close", "silence"] as const) {
    await using server = await MemcachedServer.start();
    server.fault({ kind: "missingReply", commands: ["set"], then });
    assertEquals(await talk(server, "get a\r\nset a 0 0 1\r\n5\r\nincr a 1\r\n"), "END\r\n");
    assertEquals([...server.commands], [["get", 1], ["set", 1]]);
  }
});

Deno.test("serverError stands in place of a command that is not carried out", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "serverError", commands: ["set", "incr"] });
  const sent = "set a 0 0 7\r\nget a\r\n\r\nincr a 1\r\nget a\r\n";
  assertEquals(await talk(server, sent), `${"SERVER_ERROR out of memory\r\n".repeat(2)}END\r\n`);
  assertEquals([...server.commands], [["get", 1]]);
});

Deno.test("serverError can come although the command is carried out", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "serverError", commands: ["set"], carriedOut: true, message: "no" });
  assertEquals(
    await talk(server, "set a 7 0 5\r\nhello\r\nget a\r\n"),
    `SERVER_ERROR no\r\n${HIT}`,
  );
});

Deno.test("serverError comes after any number of the values of a get", async () => {
  const values = ["1", "2", "3"].map((key) => `VALUE ${key} 0 1\r\n${key}\r\n`);
  const sent = `${
    ["1", "2", "3"].map((k) => `set ${k} 0 0 1 noreply\r\n${k}\r\n`).join("")
  }get 1 2 3\r\n`;
  const seen = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const fault: Fault = { kind: "serverError", commands: ["get"] };
    seen.add(await reply(fault, sent, { seed }));
  }
  const expected = [0, 1, 2, 3].map((n) =>
    `${values.slice(0, n).join("")}SERVER_ERROR out of memory\r\n`
  );
  assertEquals([...seen].sort(), expected.sort());
});

Deno.test("serverError closes the connection a moment later, and answers nothing that comes meanwhile", async () => {
  for (const command of ["set", "get"]) {
    await using server = await MemcachedServer.start();
    server.fault({ kind: "serverError", commands: [command], nth: 1, closeAfterMs: 20 });
    using wire = await Wire.connect(server.address);
    await wire.send(command === "get" ? "get b\r\n" : SET);
    assertEquals(await wire.until("\r\n"), "SERVER_ERROR out of memory\r\n");
    await wire.send(`${SET}get a\r\n`);
    assertEquals(await wire.toEnd(), "");
    assertEquals(server.items, 0);
    // The server has closed its side; on Node it learns a little later that the client has, too.
    await eventually("the connection is gone", () => server.connections === 0);
    assertEquals(await talk(server, `${SET}get a\r\n`), HIT);
  }
});

Deno.test("singleBytes sends every byte by itself and changes none", async () => {
  assertEquals(
    await reply({ kind: "singleBytes" }, `${SET}get a\r\nversion\r\n`),
    `${HIT}VERSION 1.6.18\r\n`,
  );
  await using server = await MemcachedServer.start();
  server.fault({ kind: "singleBytes" });
  using wire = await Wire.connect(server.address);
  await wire.send("get a\r\n");
  let reads = 0;
  while (!wire.received.endsWith("END\r\n") && await wire.more()) reads++;
  assertEquals(wire.received, "END\r\n");
  assert(reads > 2, `${reads} reads`);
});

Deno.test("tooManyConnections is said unexpectedReply, at once or later, before the close", async () => {
  for (const afterMs of [0, 5]) {
    await using server = await MemcachedServer.start();
    const fault = server.fault({ kind: "tooManyConnections", nth: 2, afterMs });
    using first = await Wire.connect(server.address);
    using second = await Wire.connect(server.address);
    assertEquals(await second.toEnd(), "ERROR Too many open connections\r\n");
    await first.send("get a\r\n");
    assertEquals(await first.until("END\r\n"), "END\r\n");
    assertEquals(fault.struck, 1);
  }
});

Deno.test("idleKick closes a connection that says nothing for a while", async () => {
  await using server = await MemcachedServer.start({ faults: [{ kind: "idleKick", afterMs: 30 }] });
  using wire = await Wire.connect(server.address);
  await wire.send("get a\r\n");
  assertEquals(await wire.until("END\r\n"), "END\r\n");
  assertEquals(await wire.toEnd(), "");
  assertEquals(server.struck.get("idleKick"), 1);
});

Deno.test("slowStart accepts at once and answers later", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "slowStart", delayMs: 40 });
  using wire = await Wire.connect(server.address);
  const start = performance.now();
  await wire.send("get a\r\n");
  assertEquals(await wire.until("END\r\n"), "END\r\n");
  const waited = performance.now() - start;
  assert(waited >= 30, `${waited} ms`);
});

Deno.test("MemcachedServer.stop() does not wait for a slow start, an idle kick or a slow piece", async () => {
  const server = await MemcachedServer.start({
    faults: [
      { kind: "slowStart", delayMs: 60_000, nth: 1 },
      { kind: "idleKick", afterMs: 60_000 },
      { kind: "singleBytes", pauseMs: 60_000 },
    ],
  });
  using slow = await Wire.connect(server.address);
  await slow.send("get a\r\n");
  using pieces = await Wire.connect(server.address);
  await pieces.send("get a\r\n");
  await pieces.more();
  await server.stop();
  assertEquals(server.connections, 0);
});

Deno.test("MemcachedServer.fault() strikes as likely as told, the same for the same seed", async () => {
  const sent = `${SET}${"get a\r\n".repeat(1000)}`;
  const play = async (seed: number) => {
    await using server = await MemcachedServer.start({ seed });
    const fault = server.fault({ kind: "wrongKey", probability: 0.1 });
    const found = await talk(server, sent);
    assert(fault.struck > 50 && fault.struck < 150, `seed ${seed}: ${fault.struck}`);
    assertEquals(server.struck.get("wrongKey"), fault.struck);
    return found;
  };
  assertEquals(await play(1), await play(1));
  assert(await play(1) !== await play(2));
});

Deno.test("MemcachedServer.fault() can be taken away", async () => {
  await using server = await MemcachedServer.start();
  const fault = server.fault({ kind: "garbageLine", line: "what" });
  assertEquals(await talk(server, "get a\r\n"), "what\r\n");
  fault.remove();
  assertEquals(await talk(server, "get a\r\n"), "END\r\n");
  server.fault({ kind: "garbageLine", line: "what" });
  server.clearFaults();
  assertEquals(await talk(server, "get a\r\n"), "END\r\n");
  assertEquals(server.struck.get("garbageLine"), 1);
});

/** All that a server with one fault answers. */
async function reply(
  fault: Fault,
  sent: string,
  options: MemcachedServerOptions = {},
): Promise<string> {
  await using server = await MemcachedServer.start({ ...options, faults: [fault] });
  return await talk(server, sent);
}

/** All that comes when so much is sent and no more. */
async function talk(server: MemcachedServer, sent: string): Promise<string> {
  using wire = await Wire.connect(server.address);
  await wire.send(sent);
  await wire.finish();
  return await wire.toEnd();
}
