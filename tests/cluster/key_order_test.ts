/** The order of the commands for one key, on several connections and when connections are lost. */

import { assertEquals } from "@std/assert";
import {
  get,
  getMany,
  hit,
  incr,
  type Issued,
  loneGet,
  Recorded,
  remove,
  set,
  setMany,
  summaries,
} from "../support/issued.ts";
import { GetMultiCommand } from "../../src/commands/get_multi.ts";
import { DeleteCommand } from "../../src/commands/deletion.ts";
import type { MemcachedError } from "../../src/errors.ts";
import { settle } from "../support/settle.ts";
import { ClusterRig } from "./rig.ts";

const MAYBE = "ConnectionError, sent maybe";

Deno.test("Server sends a command for a key behind those that are on their way, on the same connection", async () => {
  for (const make of [loneGet, get, set, incr, remove]) {
    await using rig = await connected(2);
    const [first, second] = rig.dialler.transports;
    await rig.submit(loneGet("a"));
    await rig.submit(set("k"));
    const carries = first.written.includes("set k") ? first : second;
    const before = carries.written;
    for (let i = 0; i < 5; i++) await rig.submit(make("k"));
    assertEquals(carries.written.slice(before.length).match(/ k\b/g)?.length, 5);
    await rig.submit(loneGet("b"));
    const other = carries === first ? second : first;
    assertEquals(other.written.includes("get b"), true, "other keys go where there is less to do");
  }
});

Deno.test("Server sends a command for a key anywhere once those before it are answered", async () => {
  await using rig = await connected(2);
  const [first, second] = rig.dialler.transports;
  const [one, other] = [set("k"), set("k", "w")];
  await rig.submit(one);
  first.feed("STORED\r\n");
  await settle();
  await rig.submit(loneGet("a"));
  await rig.submit(other);
  assertEquals([first.written, second.written], [
    "set k 0 0 1\r\nv\r\nget a\r\n",
    "set k 0 0 1\r\nw\r\n",
  ]);
});

Deno.test("Server counts a command without a reply as on its way until a later reply on its connection", async () => {
  await using rig = await connected(2);
  const [first, second] = rig.dialler.transports;
  const blind = remove("k", { noreply: true });
  await rig.submit(blind);
  assertEquals([first.written, blind.outcome.summary], ["delete k noreply\r\n", true]);
  await rig.submit(loneGet("a"), loneGet("b"), loneGet("k"));
  assertEquals(first.written, "delete k noreply\r\nget a\r\nget k\r\n");
  assertEquals(second.written, "get b\r\n");
  first.feed("END\r\n");
  await settle();
  await rig.submit(incr("c"), loneGet("d"), loneGet("k"));
  assertEquals(first.written.includes("get k\r\nget k\r\n"), false, "the reply proves it");
});

Deno.test("Server divides a command for many keys that are on their way on several connections", async () => {
  await using rig = await connected(3);
  const [first, second, third] = rig.dialler.transports;
  await rig.submit(set("a"), set("b"));
  await rig.submit(getMany(["x", "a", "b", "y"]), setMany(["b", "z", "a"]));
  assertEquals(
    first.written,
    "set a 0 0 1\r\nv\r\nget a\r\nset z 0 0 1\r\nv\r\nset a 0 0 1\r\nv\r\n",
  );
  assertEquals(second.written, "set b 0 0 1\r\nv\r\nget b\r\nset b 0 0 1\r\nv\r\n");
  assertEquals(third.written, "get x y\r\n");
});

Deno.test("Server that gets a second connection keeps the keys that are on their way where they are", async () => {
  await using rig = new ClusterRig(undefined, { connections: 2 });
  const first = await rig.connect();
  await rig.submit(set("a"), getMany(["b", "c"]));
  const second = rig.dialler.last.succeed();
  await settle();
  await rig.submit(loneGet("d"), loneGet("a"), loneGet("c"), loneGet("e"));
  assertEquals(first.written, "set a 0 0 1\r\nv\r\nget b c\r\nget a\r\nget c\r\n");
  assertEquals(second.written, "get d\r\nget e\r\n");
});

Deno.test("Server that gets a second connection uses it once commands without a reply are over on the first", async () => {
  await using rig = new ClusterRig(undefined, { connections: 2 });
  const first = await rig.connect();
  await rig.submit(set("a", "v", { noreply: true }));
  await rig.submit(loneGet("b"), loneGet("c"));
  const second = rig.dialler.last.succeed();
  await settle();
  await rig.submit(loneGet("a"), loneGet("d"));
  assertEquals([first.written.includes("get a\r\nget d\r\n"), second.written], [true, ""]);
  first.feed("END\r\nEND\r\n");
  await settle();
  await rig.submit(loneGet("d"), loneGet("e"));
  assertEquals(second.written, "get e\r\n");
});

Deno.test("Server keeps an idle connection open while commands without a reply may be on their way", async () => {
  await using rig = await connected(2);
  const [first, second] = rig.dialler.transports;
  await rig.submit(loneGet("a"));
  await rig.submit(set("k", "v", { noreply: true }));
  first.feed("END\r\n");
  await settle();
  await rig.pass(30_000);
  assertEquals([first.closed, second.closed], [false, false]);
  await rig.submit(loneGet("k"));
  assertEquals(second.written, "set k 0 0 1 noreply\r\nv\r\nget k\r\n");
  second.feed("END\r\n");
  await settle();
  await rig.pass(30_000);
  assertEquals([first.closed, second.closed], [false, true]);
});

Deno.test("Server does not send a set again behind which a later one of the same key was sent", async () => {
  for (const maxRetries of [1, 100]) {
    await using rig = new ClusterRig(undefined, { maxRetries });
    rig.dialler.open();
    const [five, six, other] = [set("k", "5"), set("k", "6"), loneGet("other")];
    await rig.submit(five, six, other);
    rig.transport.failRead();
    await settle();
    assertEquals(summaries([five, six, other]), [MAYBE, MAYBE, "open"]);
    assertEquals(rig.transport.written, "get other\r\n");
  }
});

Deno.test("Server sends a set again ahead of all that is called for its key after that", async () => {
  await using rig = new ClusterRig(undefined, { maxRetries: 1 });
  rig.dialler.open();
  const [head, gone, unsent, late] = [set("k", "5"), new Recaller(), set("k", "6"), set("k", "7")];
  gone.then = () => rig.cluster.submitTo(rig.server, late.command);
  await rig.submit(head, { command: new DeleteCommand("x", false, gone), outcome: gone });
  const first = rig.transport;
  first.held = true;
  await rig.submit(loneGet("a"));
  await rig.submit(unsent);
  first.failRead();
  await settle();
  assertEquals(gone.summary, MAYBE);
  assertEquals(
    rig.transport.written,
    "set k 0 0 1\r\n5\r\nget a\r\nset k 0 0 1\r\n6\r\nset k 0 0 1\r\n7\r\n",
  );
  await rig.reply("STORED\r\nEND\r\nSTORED\r\nSTORED\r\n");
  assertEquals(summaries([head, unsent, late]), [true, true, true]);
});

Deno.test("Server asks again only for the keys that nothing behind has changed", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const gets = ["a", "b", "c"].map((key) => get(key));
  const keys = ["d", "b", "e"];
  const parts = new Parts();
  const many = new GetMultiCommand({ keys }, [0, 3], DECODER, [], parts, { name: "get" });
  await rig.submit(incr("head"), ...gets, { command: many, outcome: parts }, set("b"));
  rig.transport.failRead();
  await settle();
  assertEquals(rig.transport.written, "get a c\r\nget d e\r\n");
  await rig.reply(hit("c", "3"), "END\r\n");
  assertEquals(summaries(gets), [undefined, MAYBE, "3"]);
  assertEquals([parts.count, parts.lost], [2, 1]);
});

Deno.test("Server does not ask again for a key that a command without a reply may have changed meanwhile", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const [head, asked, other] = [incr("head"), loneGet("k"), loneGet("other")];
  const blind = set("k", "6", { noreply: true });
  await rig.submit(head, asked, other);
  await rig.submit(blind);
  const behind = loneGet("k");
  await rig.submit(behind);
  assertEquals(blind.outcome.summary, true);
  rig.transport.failRead();
  await settle();
  assertEquals(summaries([asked, other, behind]), [MAYBE, "open", "open"]);
  assertEquals(rig.transport.written, "get other\r\nget k\r\n");
});

/** A receiver that does something as soon as it hears of a failure. */
class Recaller extends Recorded<boolean> {
  then: (() => void) | undefined;

  override reject(error: MemcachedError): void {
    super.reject(error);
    this.then?.();
  }
}

/** Counts the parts of a divided command, and those that failed. */
class Parts extends Recorded<MemcachedError[]> {
  count = 1;
  lost = 0;

  override expectParts(count: number): void {
    this.count += count;
  }

  override resolve(): void {}

  override reject(): void {
    this.lost++;
  }
}

const DECODER = { decode: () => "" };

/** A server with so many connections, on which nothing is on its way. */
async function connected(connections: number): Promise<ClusterRig> {
  const rig = new ClusterRig(undefined, { connections });
  rig.dialler.open();
  const issued: Issued[] = [];
  while (rig.dialler.transports.length < connections) {
    const next = loneGet(`first${issued.length}`);
    issued.push(next);
    await rig.submit(next);
  }
  for (const transport of rig.dialler.transports) {
    transport.feed("END\r\n".repeat(transport.written.split("get").length - 1));
    transport.writes.splice(0);
  }
  await settle();
  return rig;
}
