/** What all servers are asked comes in the order of the servers, whoever answers first. */

import { assertEquals, assertInstanceOf } from "@std/assert";
import { Client, MultiError } from "@libmc/libmc";
import { Random } from "../support/random.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { VERBS } from "../support/verbs.ts";

const SEED = 20260901;
const NAMES: readonly string[] = Array.from({ length: 10 }, (_, i) => `s${9 - i}:11211`);
const REPLIES: Readonly<Record<string, string>> = {
  version: "VERSION 1.6.18\r\n",
  stats: "STAT pid 1\r\nEND\r\n",
  flush_all: "OK\r\n",
  verbosity: "OK\r\n",
};

for (const verb of VERBS.filter(({ kind }) => kind === "server")) {
  Deno.test(`Client.${verb.name}() gives the servers' answers in the order of the servers, whoever is first`, async () => {
    await using rig = new Rig();
    for (let round = 0; round < 10; round++) {
      const call = verb.call(rig.client);
      await settle();
      const random = new Random(SEED + round);
      for (const name of shuffled(NAMES, random)) await rig.answer(name, REPLIES[verb.command]);
      assertEquals(namesIn(await call), NAMES, `seed ${SEED + round}`);
    }
  });

  Deno.test(`Client.${verb.name}() that fails in part gives the others' answers in the order of the servers`, async () => {
    for (const strict of [false, true]) {
      await using rig = new Rig();
      const call = verb.call(rig.client, { strict }).catch((error) => error);
      await settle();
      for (const name of NAMES.toReversed()) {
        const isBad = name === "s3:11211" || name === "s8:11211";
        await rig.answer(name, isBad ? "SERVER_ERROR busy\r\n" : REPLIES[verb.command]);
      }
      const result = await call;
      if (strict) assertInstanceOf(result, MultiError);
      assertEquals(
        namesIn(result instanceof MultiError ? result.partial : result),
        NAMES.filter((name) => name !== "s3:11211" && name !== "s8:11211"),
      );
    }
  });
}

Deno.test("Client.counters() are in the order of the servers, whoever was connected first", async () => {
  await using rig = new Rig();
  const call = rig.client.version();
  await settle();
  for (const name of NAMES.toReversed()) await rig.answer(name, REPLIES.version);
  await call;
  assertEquals([...rig.client.counters().keys()], NAMES);
});

/** The names of the servers in what such a verb gives. */
function namesIn(result: unknown): string[] {
  return result instanceof Map ? [...result.keys()] : result as string[];
}

function shuffled(names: readonly string[], random: Random): string[] {
  const left = [...names];
  return names.map(() => left.splice(random.below(left.length), 1)[0]);
}

/** A client of ten servers that answer when the test says so. */
class Rig implements AsyncDisposable {
  readonly #transports = new Map<string, ScriptedTransport>();
  readonly client: Client;

  constructor() {
    const dialler = new ScriptedDialler();
    dialler.answer = (endpoint) => {
      const transport = new ScriptedTransport();
      if ("hostname" in endpoint) this.#transports.set(`${endpoint.hostname}:11211`, transport);
      return transport;
    };
    this.client = new Client([...NAMES], {
      allowFlushAll: true,
      pollTimeout: 0,
      timeout: 0,
      connect: dialler.connect,
    });
  }

  /** Lets a server answer. */
  async answer(name: string, reply: string): Promise<void> {
    this.#transports.get(name)!.feed(reply);
    await settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const transport of this.#transports.values()) transport.end();
    await this.client.close();
  }
}
