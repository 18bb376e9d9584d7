/** What libmc did when a scripted server answered: 106 cases, each played to our client. */

import { assertEquals } from "@std/assert";
import { Client, type MemcachedError } from "@libmc/libmc";
import { Ledger } from "./ledger.ts";
import { callAsPython, optionsOf, plain, resultOf } from "./python_calls.ts";
import { Recorder } from "./recording_connect.ts";
import { ScriptedReplies } from "./scripted_replies.ts";
import { bytesOf, REPLIES, type ReplyCase, visible } from "./wire_vectors.ts";
import { type Facts, REPLY_DIFFERENCES } from "./wire_differences.ts";

Deno.test("Client answers scripted replies as libmc does", async () => {
  const ledger = new Ledger(REPLY_DIFFERENCES);
  const played = await Promise.all(REPLIES.map(play));
  REPLIES.forEach((vector, i) => ledger.compare(vector.name, factsOf(vector), played[i]));
  assertEquals(ledger.surprises(), []);
  console.log(`replies: ${REPLIES.length} cases, ${ledger.summary()}`);
});

/** Methods that ask besides whether a value is split. The scripts have one answer, so these are told not to. */
const ASKS_BESIDES = new Set(["touch", "append", "append_multi", "incr", "decr"]);

/** The facts that a vector holds. */
function factsOf(vector: ReplyCase): Facts {
  return {
    result: plain(resultOf(vector.result)),
    error: vector.last_error,
    strerror: vector.last_strerror,
    early: false,
    sent: vector.sent.map((bytes) => visible(bytesOf(bytes))),
    closed: vector.closed_by_client,
    thenSet: vector.then_set.result,
    thenError: vector.then_set.last_error,
    connections: vector.then_set.connections,
  };
}

/** The same facts, of our client. */
async function play(vector: ReplyCase): Promise<Facts> {
  await using server = await ScriptedReplies.start(vector.replies);
  const recorder = new Recorder();
  const options = { ...optionsOf(vector.client, vector.config), connect: recorder.connect };
  if (ASKS_BESIDES.has(vector.method)) options.doSplit = false;
  await using client = new Client(`127.0.0.1:${server.port} srv`, options);
  let failure: MemcachedError | undefined;
  client.addEventListener("failure", (event) => failure = event.error);

  const start = performance.now();
  const result = await callAsPython(client, vector);
  // Timers may be a little early, never more than a millisecond.
  const early = performance.now() - start < vector.about_ms - 1;
  const sent = recorder.connections.map((connection) => connection.sent);
  const closed = recorder.connections.map(({ closedBy }) => closedBy === "client");
  const error = failure?.code ?? 0;
  const strerror = failure?.strerror ?? "ok";

  const last = recorder.connections.at(-1)!;
  // What the server closed while idle must have been seen to be closed: else it is lost in use.
  if (error === 0 && closesAtTheEnd(vector)) await recorder.ended(last);
  failure = undefined;
  server.goOn([[{ s: "STORED\r\n" }]]);
  const thenSet = await client.set("then", 1);
  return {
    result: plain(result),
    error,
    strerror,
    early,
    sent,
    closed,
    thenSet,
    thenError: (failure as MemcachedError | undefined)?.code ?? 0,
    connections: recorder.connections.length,
  };
}

function closesAtTheEnd({ replies }: ReplyCase): boolean {
  const last = replies.at(-1)?.at(-1);
  return last !== undefined && "close" in last;
}
