/** What every meta verb does when something goes wrong on the way. */

import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ClosedError, MemcachedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { AnsweringConnect } from "../../support/answering_connect.ts";
import { META_VERBS, type MetaArguments, type MetaVerb } from "../../support/meta_verbs.ts";

const VALUE = "value";
const KEYS = ["a", "b", "c d"];
const GIVEN: MetaArguments = {
  ...{ key: "a", keys: KEYS, value: VALUE },
  items: KEYS.map((key) => [key, VALUE] as const),
};

/** The reply of a server on which every item is there, has the value, and counts to 6. */
function replyTo(written: string): string {
  let reply = "";
  for (let at = 0; at < written.length;) {
    const end = written.indexOf("\r\n", at);
    const line = written.slice(at, end);
    at = end + 2;
    const [name, , length] = line.split(" ");
    const opaque = /O\d+$/.exec(line)?.[0];
    if (name === "ms") at += Number(length) + 2;
    const isQuiet = line.includes(" q ");
    if (name === "version") reply += "VERSION 1.6.18\r\n";
    else if (name === "mn") reply += "MN\r\n";
    else if (name === "mg") reply += `VA 5 f0 ${opaque}\r\n${VALUE}\r\n`;
    else if (name === "me") reply += "ME a exp=-1 la=0 cas=2 fetch=no cls=1 size=63\r\n";
    else if (name === "ma" && !isQuiet) reply += `VA 1 ${opaque}\r\n6\r\n`;
    else if (!isQuiet) reply += `HD ${opaque}\r\n`;
  }
  return reply;
}

/** A client whose server does something to the reply to the first request that is no question for meta commands. */
function clientOf(
  spoil: (reply: string) => [reply: string, then?: "close"],
  options: ClientOptions = {},
) {
  let isSpoilt = false;
  const wires = new AnsweringConnect((written, connection) => {
    if (connection.closed) return null;
    const reply = replyTo(written);
    if (isSpoilt || written === "version\r\n" || connection.sent === "version\r\nmn\r\n") {
      return reply;
    }
    isSpoilt = true;
    const [spoilt, then] = spoil(reply);
    // What was said before the end is still read.
    if (then === "close") queueMicrotask(() => connection.end());
    return spoilt;
  });
  const client = new Client("any", {
    strict: true,
    doSplit: false,
    connect: wires.connect,
    ...options,
  });
  return client;
}

function isWhole(verb: MetaVerb, answer: unknown): boolean {
  if (!verb.isMulti) return verb.isRight(answer, VALUE);
  return answer instanceof Map && answer.size === KEYS.length && isPart(verb, answer);
}

function isPart(verb: MetaVerb, answer: unknown): boolean {
  return answer instanceof Map &&
    Array.from(answer.values()).every((result) => verb.isRight(result, VALUE));
}

/** Calls a verb, whose reply is spoilt, and then another one, whose reply is not. */
async function play(
  verb: MetaVerb,
  client: Client,
  where: string,
): Promise<MemcachedError | undefined> {
  await using _ = client;
  const [outcome] = await Promise.allSettled([verb.call(client, {}, GIVEN)]);
  let error: MemcachedError | undefined;
  if (outcome.status === "fulfilled") {
    assertEquals(
      isWhole(verb, outcome.value),
      true,
      `${where} gave ${Deno.inspect(outcome.value)}`,
    );
  } else {
    assertInstanceOf(outcome.reason, MemcachedError, where);
    error = outcome.reason;
    const { partial } = error as { partial?: unknown };
    if (partial instanceof Map) assertEquals(isPart(verb, partial), true, where);
  }
  assertEquals((await client.meta.get("a"))?.value, VALUE, where);
  return error;
}

for (const verb of META_VERBS) {
  Deno.test(`${verb.name} has the right answer or none when its reply is cut at any byte`, async () => {
    const lines = lineOf(verb);
    for (let cut = 0; cut < lines; cut++) {
      const client = clientOf((reply) => [reply.slice(0, cut), "close"], { timeout: 2000 });
      const error = await play(verb, client, `${verb.name}, cut at ${cut}`);
      assertEquals([error?.sent, error?.name.endsWith("Error")], ["maybe", true], `cut at ${cut}`);
    }
  });

  Deno.test(`${verb.name} is over in time when its reply stops anywhere`, async () => {
    const lines = lineOf(verb);
    for (const kept of [0, 1, Math.floor(lines / 2), lines - 1]) {
      const client = clientOf((reply) => [reply.slice(0, kept)], { pollTimeout: 30 });
      const error = await play(verb, client, `${verb.name}, ${kept} bytes kept`);
      assertEquals(error?.sent, "maybe");
    }
  });

  Deno.test(`${verb.name} takes no reply that is out of its place`, async () => {
    const strays = [
      ...["HD O77777\r\n", "EN O77777\r\n", "NF O77777\r\n", "VA 5 f0 O77777\r\nwrong\r\n"],
      ...["HD\r\n", "VA 5 f0\r\nwrong\r\n", "VALUE a 0 5\r\nwrong\r\n", "END\r\n", "STORED\r\n"],
      ...["17\r\n", "DELETED\r\n", "ME x exp=1 la=0 cas=9 fetch=no cls=1 size=63\r\n"],
      ...["VERSION 1.6.18\r\n", "MN\r\nMN\r\n"],
    ];
    for (const stray of strays) {
      // A reply that is another one of the same kind, and has no opaque, is known by what comes behind it.
      const client = clientOf((reply) => [stray + reply]);
      const where = `${verb.name} behind ${JSON.stringify(stray)}`;
      await using _ = client;
      const [outcome] = await Promise.allSettled([verb.call(client, {}, GIVEN)]);
      const isSame = verb.command === "mn" && stray.startsWith("MN");
      const isDebug = verb.command === "me" && stray.startsWith("EN");
      if (isSame || isDebug) continue;
      // The pipeline ends where `mn` is answered: what it hides was not told otherwise.
      const endsEarly = stray.startsWith("MN") && verb.isMulti;
      if (endsEarly) continue;
      assertEquals(outcome.status, "rejected", `${where}: ${Deno.inspect(outcome)}`);
      assertEquals((await client.meta.get("a"))?.value, VALUE, where);
    }
  });

  Deno.test(`${verb.name} that is aborted or out of time leaves the stream in step`, async () => {
    await using server = await MemcachedServer.start();
    await using client = new Client(server.address, { strict: true });
    await client.meta.setMulti(KEYS.map((key) => [key, VALUE] as const));
    const controller = new AbortController();
    const call = verb.call(client, { signal: controller.signal }, GIVEN);
    const others = [client.meta.get("other"), client.get("a2")];
    await Promise.resolve();
    controller.abort(new Error("gone"));
    await assertRejects(() => call, Error, "gone");
    assertEquals(await Promise.all(others), [undefined, undefined]);
    const early = verb.call(client, { signal: AbortSignal.abort(new Error("early")) }, GIVEN);
    await assertRejects(() => early, Error, "early");
    assertEquals(server.connections, 1);
  });

  Deno.test(`${verb.name} fails softly, strictly, and on a closed client as the other verbs do`, async () => {
    const server = await MemcachedServer.start();
    const { address } = server;
    await using client = new Client(address, { retryTimeout: 0 });
    const failures: string[] = [];
    client.addEventListener("failure", (event) => failures.push(event.verb ?? ""));
    await server.stop();
    assertEquals(await verb.call(client, {}, GIVEN), verb.fallback);
    assertEquals(new Set(failures), new Set([verb.name]));
    await assertRejects(() => verb.call(client, { strict: true }, GIVEN), MemcachedError);
    await client.close();
    await assertRejects(() => verb.call(client, {}, GIVEN), ClosedError);
  });
}

/** Number of bytes of a verb's reply. */
function lineOf({ command, isMulti }: MetaVerb): number {
  const each: Record<string, string> = {
    ...{ mg: "VA 5 f0 O1\r\nvalue\r\n", ms: "HD O1\r\n", md: "HD O1\r\n", mn: "MN\r\n" },
    ...{ ma: "VA 1 O1\r\n6\r\n", me: "ME a exp=-1 la=0 cas=2 fetch=no cls=1 size=63\r\n" },
  };
  if (!isMulti) return each[command].length;
  return (command === "mg" ? KEYS.length * each.mg.length : 0) + "MN\r\n".length;
}
