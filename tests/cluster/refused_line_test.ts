/** What becomes of the keys of a line that the server refuses, which may be for one of them only. */

import { assertEquals } from "@std/assert";
import { get, getMany, hit, incr, loneGet, set, summaries } from "../support/issued.ts";
import { settle } from "../support/settle.ts";
import { ClusterRig } from "./rig.ts";

const REFUSED = "SERVER_ERROR Connection refused\r\n";
const FAILED = "ReplyError, sent maybe";

Deno.test("Server asks key by key, once, for gets whose common line was refused", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const issued = ["a", "b", "c", "d"].map((key) => get(key));
  await rig.submit(...issued);
  await rig.reply(REFUSED);
  await look(rig);
  assertEquals(rig.transport.written, "get a b c d\r\nget a\r\nget b\r\nget c\r\nget d\r\n");
  await rig.reply(hit("a", "1") + REFUSED + "END\r\n" + hit("d", "4"));
  assertEquals(summaries(issued), ["1", FAILED, undefined, "4"]);
  assertEquals(rig.transport.written.split("get").length - 1, 5);
  const { hits, misses, resends } = rig.server.counters;
  assertEquals([hits, misses, resends], [2, 1, 4]);
});

Deno.test("Server asks key by key for a line of many keys, and the caller is told of one failure", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const { command, outcome } = getMany(["a", "b", "c", "d"]);
  rig.cluster.submitTo(rig.server, command);
  await settle();
  await rig.reply("VALUE b 0 1\r\n2\r\n" + REFUSED);
  await look(rig);
  assertEquals(rig.transport.written, "get a b c d\r\nget a\r\nget c\r\nget d\r\n");
  await rig.reply(hit("a", "1") + REFUSED + REFUSED);
  assertEquals([outcome.told, outcome.summary], [1, FAILED]);
});

Deno.test("Server asks key by key on the next connection when the server closes behind the refusal", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const issued = [get("a"), get("b")];
  await rig.submit(...issued);
  const first = rig.transport;
  first.feed(REFUSED);
  first.end();
  await settle();
  assertEquals([first.written, rig.transport.written], ["get a b\r\n", "get a\r\nget b\r\n"]);
  await rig.reply(hit("a", "1") + REFUSED);
  assertEquals(summaries(issued), ["1", FAILED]);
});

Deno.test("Server asks key by key for a line that was refused by a CLIENT_ERROR, and asks those behind a refused key again", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const issued = ["a", "bad", "c", "worse", "e"].map((key) => get(key));
  await rig.submit(...issued);
  await rig.reply("CLIENT_ERROR bad key\r\n");
  assertEquals(rig.transport.written, "get a\r\nget bad\r\nget c\r\nget worse\r\nget e\r\n");
  await rig.reply(hit("a", "1") + "CLIENT_ERROR bad key\r\n");
  assertEquals(rig.transport.written, "get c\r\nget worse\r\nget e\r\n");
  await rig.reply(hit("c", "3") + "CLIENT_ERROR bad key\r\n");
  assertEquals(rig.transport.written, "get e\r\n");
  await rig.reply(hit("e", "5"));
  assertEquals(summaries(issued), ["1", FAILED, "3", FAILED, "5"]);
});

Deno.test("Server asks again, where that is safe, what was lost with a connection that was closed behind a SERVER_ERROR", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const refused = loneGet("dead");
  await rig.submit(refused);
  await rig.reply(REFUSED);
  // The first goes into a stream that has ended without being seen; the second waits and is not sent.
  const [read, store] = [loneGet("a"), set("b")];
  await rig.submit(read, store);
  assertEquals(rig.transport.written, "get dead\r\nget a\r\n");
  rig.transport.end();
  await settle();
  assertEquals(rig.transport.written, "get a\r\nset b 0 0 1\r\nv\r\n");
  await rig.reply(hit("a", "1") + "STORED\r\n");
  assertEquals(summaries([refused, read, store]), [FAILED, "1", true]);
});

Deno.test("Server does not ask again for a key that a later call changes", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const issued = [get("a"), get("b"), set("b"), incr("c")];
  await rig.submit(...issued);
  await rig.reply(REFUSED + "STORED\r\n1\r\n");
  await look(rig);
  assertEquals(rig.transport.written.split("1\r\n").at(-1), "get a\r\n");
  await rig.reply(hit("a", "1"));
  assertEquals(summaries(issued), ["1", FAILED, true, 1n]);
});

Deno.test("Server that refuses everything is not asked key by key again and again", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  await rig.submit(incr("first"));
  await rig.reply("1\r\n");
  const refuseAll = async (from: number) => {
    let asked = rig.transport.written.slice(from).split("\r\n").length - 1;
    for (let done = 0; done < asked; done++) {
      await rig.reply(REFUSED);
      if (done === 0) await look(rig);
      asked = rig.transport.written.slice(from).split("\r\n").length - 1;
    }
    return asked;
  };
  const ask = async () => {
    const before = rig.transport.written.length;
    await rig.submit(...Array.from({ length: 50 }, (_, i) => get(`k${i}`)));
    return await refuseAll(before);
  };
  const lines: number[] = [];
  for (let i = 0; i < 6; i++) lines.push(await ask());
  assertEquals(lines, [51, 51, 1, 1, 1, 1]);
  // After a pause it is tried again.
  rig.clock.advance(5000);
  lines.length = 0;
  for (let i = 0; i < 2; i++) lines.push(await ask());
  assertEquals(lines, [51, 1]);
  // Nor is it hopeless once something has been answered.
  await rig.submit(loneGet("a"));
  await rig.reply("END\r\n");
  assertEquals(await ask(), 51);
});

/** Lets the time pass in which the server could close the connection behind an error line. */
async function look(rig: ClusterRig): Promise<void> {
  for (let i = 0; i < 2; i++) await rig.pass(2);
}
