/** A call whose keys have copies ends by one deadline, however many commands it needs at them. */

import { Client } from "@libmc/libmc";
import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../support/manual_clock.ts";
import { ScriptedDialler } from "../../support/scripted_dialler.ts";
import { ScriptedTransport } from "../../support/scripted_transport.ts";
import { settle } from "../../support/settle.ts";

/** A client of two servers that a test plays, and its time. */
class Scripted implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly dialler = new ScriptedDialler();
  readonly client = new Client(["a:1", "b:1"], {
    replicas: 2,
    timeout: 1000,
    pollTimeout: 60_000,
    retryTimeout: 60_000,
    clock: this.clock,
    connect: this.dialler.connect,
    warn: false,
  });

  readonly #transports: [host: string, transport: ScriptedTransport][] = [];

  /** Gives the hosts of the servers of a key, the leading one first. */
  hostsOf(key: string): string[] {
    return this.client.explain(key).copies!.map(({ server }) => server.split(":")[0]);
  }

  /** All dials succeed from now on, but those of one host. */
  open(refused?: string): void {
    this.dialler.answer = (endpoint) => {
      const host = (endpoint as { hostname: string }).hostname;
      if (host === refused) return new Error("connection refused");
      const transport = new ScriptedTransport();
      this.#transports.push([host, transport]);
      return transport;
    };
  }

  /** Gives the connection of a host for calls, and not the one that asks what the server is. */
  at(host: string): ScriptedTransport {
    return this.#transports.find(([at, { written }]) =>
      at === host && !written.startsWith("version")
    )![1];
  }

  /** Waits until all is quiet, and says what the servers are. */
  async greet(): Promise<void> {
    for (const [question, answer] of GREETINGS) {
      await settle();
      for (const [, transport] of this.#transports) {
        if (transport.written === question) transport.feed(answer);
      }
    }
    await settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.client.close();
    await settle();
    this.clock.advance(120_000);
    await closed;
  }
}

/** Tells whether a promise has settled by the time at which all is quiet. */
async function hasEnded(promise: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  const over = () => void (isOver = true);
  promise.then(over, over);
  await settle();
  return isOver;
}

const GREETINGS = [
  ["version\r\n", "VERSION 1.6.38\r\n"],
  ["version\r\nmn\r\n", "MN\r\n"],
] as const;

Deno.test("Client.meta.deleteMulti() of keys of bytes has another copy delete all at once, by the deadline of the call", async () => {
  await using scripted = new Scripted();
  const { client, clock } = scripted;
  const [leading, other] = scripted.hostsOf("r");
  scripted.open();
  const keys = Array.from({ length: 5 }, (_, i) => Uint8Array.of(1, i));
  const deleted = client.meta.deleteMulti(keys, { routeBy: "r" });
  await scripted.greet();
  scripted.at(leading).feed("MN\r\n");
  await scripted.greet();
  assertEquals(scripted.at(other).written.match(/^md /gm)?.length, 5);
  clock.advance(1100);
  assert(await hasEnded(deleted));
});

Deno.test("Client.incr() at a copy that leads now ends by its deadline, though the place of another copy is slow to go", async () => {
  await using scripted = new Scripted();
  const { client, clock } = scripted;
  const [leading, other] = scripted.hostsOf("n");
  scripted.open(leading);
  const changed = client.incr("n", 1);
  await scripted.greet();
  const transport = scripted.at(other);
  assertEquals(transport.written, "mg n s c O1\r\n");
  clock.advance(600);
  transport.feed("HD s0 c5 Z O1\r\n");
  await settle();
  assert(/\nmd n /.test(transport.written), transport.written);
  assert(!await hasEnded(changed));
  // The last command, too, learns of it a moment later.
  for (let i = 0; i < 5; i++) {
    clock.advance(100);
    await settle();
  }
  assert(await hasEnded(changed));
});
