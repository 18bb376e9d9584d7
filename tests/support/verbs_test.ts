import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { Recorder } from "../compat/recording_connect.ts";
import { META_VERBS } from "./meta_verbs.ts";
import { methodsOf } from "./methods_of.ts";
import { readRequests } from "./request_reader.ts";
import { ALL_VERBS, type Gives, IN_STEPS, KEYS, NO_VERBS } from "./verbs.ts";

Deno.test("verbs.ts has every method of the client that asks a server, and no other", () => {
  const methods = methodsOf(Client.prototype);
  assertEquals(
    methods.filter((name) => !NO_VERBS.has(name) && !IN_STEPS.has(name) && !OF_META.has(name))
      .toSorted(),
    ALL_VERBS.map(({ name }) => name).toSorted(),
    "A verb has its entry in tests/support/verbs.ts, or in meta_verbs.ts",
  );
  const others = [...NO_VERBS, ...IN_STEPS];
  assertEquals(others.filter((name) => !methods.includes(name)), []);
});

Deno.test("verbs.ts says what each verb sends, and what it gives", async () => {
  await using server = await MemcachedServer.start();
  for (const { name, command, gives, call } of ALL_VERBS) {
    const recorder = new Recorder();
    await using client = new Client(server.address, {
      connect: recorder.connect,
      allowFlushAll: true,
      strict: true,
      connectTimeout: 5000,
      pollTimeout: 5000,
    });
    await client.flushAll();
    const answer = await call(client);
    assert(isOf(gives, answer), `${name} gave ${Deno.inspect(answer)}`);
    const [, ...sent] = recorder.connections.flatMap(({ sent }) => readRequests(sent));
    assertEquals(sent.length === 0 ? "none" : sent[0].name, command, name);
  }
});

/** Methods of the client that send meta commands. */
const OF_META: ReadonlySet<string> = new Set(META_VERBS.map(({ name }) => name));

/** True for an answer of a server without items. */
function isOf(gives: Gives, answer: unknown): boolean {
  switch (gives) {
    case "boolean":
      return typeof answer === "boolean";
    case "map":
    case "casMap":
      return answer instanceof Map && answer.size === 0;
    case "byServer":
      return answer instanceof Map && answer.size === 1;
    case "list":
      return Array.isArray(answer) && answer.length === KEYS.length;
    case "multiResult":
      return typeof answer === "object" && answer !== null && "failed" in answer;
    case "serverNames":
      return Array.isArray(answer) && answer.length === 1;
    case "serverName":
      return typeof answer === "string";
    default:
      return answer === undefined;
  }
}
