/**
 * `sent` is exact: a command that failed with "no" never has a byte in what a transport took, whatever went wrong and
 * when. Random commands meet a server that answers, refuses, stalls and breaks at random moments.
 */

import { assert, assertEquals } from "@std/assert";
import { Deadline } from "../../src/clock.ts";
import { get, incr, type Issued, loneGet, remove, set, setMany, store } from "../support/issued.ts";
import type { BatchResult } from "../../src/commands/batch.ts";
import { Random } from "../support/random.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { microtasks, settle } from "../support/settle.ts";
import { ClusterRig } from "./rig.ts";

const SEED = 20251201;
const ROUNDS = 300;
const FULL = "ERROR Too many open connections\r\n";

Deno.test("Server says of no command that it was not sent when a byte of it left", async () => {
  const seen = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED + round;
    for (const outcome of await scenario(new Random(seed), `seed ${seed}`)) {
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
  }
  // All of it happened, and often: else the property says nothing.
  for (const outcome of ["answered", "sent no", "sent maybe"]) {
    assert((seen.get(outcome) ?? 0) > ROUNDS, `${outcome}: ${seen.get(outcome)}`);
  }
});

Deno.test("Server carries out no unsafe command twice, whatever goes wrong", async () => {
  let repeated = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED + ROUNDS + round;
    const rig = new Scenario(new Random(seed));
    const issued = await rig.run();
    for (const { key, one } of issued) {
      const times = rig.transports.filter((transport) => startOf(transport, key) >= 0).length;
      if (one.command.traits.resend !== "never") repeated += Number(times > 1);
      else assert(times <= 1, `seed ${seed}: ${one.command.name} ${key} was sent ${times} times`);
    }
  }
  assert(repeated > 50, `${repeated} safe commands were sent again`);
});

/** Runs one scenario, and checks what each command says of itself. */
async function scenario(random: Random, about: string): Promise<string[]> {
  const rig = new Scenario(random);
  const outcomes: string[] = [];
  for (const { key, one } of await rig.run()) {
    const { outcome } = one;
    assert(outcome.settled, `${about}: ${one.command.name} ${key} is still open`);
    assert(outcome.told <= 1, `${about}: ${key} was told ${outcome.told} times`);
    const batch = outcome.value as BatchResult | undefined;
    const error = outcome.error ?? batch?.errors?.[0];
    if (error === undefined) {
      outcomes.push("answered");
      continue;
    }
    outcomes.push(`sent ${error.sent}`);
    if (error.sent === "maybe") continue;
    for (const transport of rig.transports) {
      const start = startOf(transport, key);
      assert(
        start < 0,
        `${about}: ${one.command.name} ${key} says "${error.message}", and byte ${start} was taken`,
      );
    }
  }
  return outcomes;
}

/**
 * Where the request with a key begins among the bytes that a transport took; -1 if none of it was taken. A server that
 * is full says so before it reads anything: what was written to it is as good as not taken.
 */
function startOf(transport: WatchedTransport, key: string): number {
  if (transport.full) return -1;
  const all = transport.written + transport.rest;
  const at = all.indexOf(key);
  if (at < 0) return -1;
  const start = all.lastIndexOf("\n", at) + 1;
  return start < transport.written.length ? start : -1;
}

/** Remembers what was offered and not taken by the write that failed. */
class WatchedTransport extends ScriptedTransport {
  rest = "";
  answered = 0;
  /** The server said that it is full, before anything else. */
  full = false;
  #fed = false;

  override feed(...pieces: string[]): void {
    if (!this.#fed) this.full = pieces[0] === FULL;
    this.#fed = true;
    super.feed(...pieces);
  }

  override failWrite(message?: string): void {
    this.rest = this.offered;
    super.failWrite(message);
  }

  override close(): void {
    if (!this.closed && this.offered !== "") this.rest = this.offered;
    super.close();
  }
}

interface Sent {
  readonly key: string;
  readonly one: Issued;
}

class Scenario {
  readonly transports: WatchedTransport[] = [];
  readonly #random: Random;
  readonly #rig: ClusterRig;
  readonly #issued: Sent[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.#rig = new ClusterRig(undefined, {
      maxRetries: random.below(3),
      connections: 1 + random.below(2),
      retryTimeout: random.pick([0, 50, 5000]),
      maxPending: random.pick([3, 1000]),
    });
    this.#rig.dialler.answer = () => {
      if (random.below(8) === 0) return new Error("connection refused");
      const transport = new WatchedTransport({ held: true });
      this.transports.push(transport);
      return transport;
    };
  }

  async run(): Promise<Sent[]> {
    const random = this.#random;
    const steps = 20 + random.below(60);
    for (let step = 0; step < steps; step++) {
      this.#step();
      const count = random.pick([0, 1, 3, 10, Infinity]);
      await (count === Infinity ? settle() : microtasks(count));
    }
    const closing = this.#rig.server.close();
    for (const transport of this.transports) if (random.below(2) === 0) transport.failRead();
    await settle();
    await this.#rig.pass(1000);
    await closing;
    await settle();
    assertEquals(this.transports.filter(({ closed }) => !closed), []);
    await this.#rig[Symbol.asyncDispose]();
    return this.#issued;
  }

  #step(): void {
    const random = this.#random;
    const open = this.transports.filter(({ closed }) => !closed);
    const transport = open.length === 0 ? undefined : random.pick(open);
    const choice = random.below(100);
    if (choice < 40 || transport === undefined) return this.#issue(1 + random.below(4));
    if (choice < 60) {
      if (transport.offered !== "") transport.take(1 + random.below(transport.offered.length + 9));
    } else if (choice < 80) this.#answer(transport);
    else if (choice < 86) transport.failWrite();
    else if (choice < 89) transport.failRead();
    else if (choice < 91) transport.end();
    else if (choice < 93) transport.feed(FULL);
    else if (choice < 95) transport.feed("SERVER_ERROR out of memory\r\n");
    else if (choice < 96) transport.feed("what is this\r\n");
    else if (choice < 99) this.#rig.clock.advance(random.below(200));
    else this.#random.pick(this.#issued)?.one.outcome.abandon();
  }

  #issue(count: number): void {
    for (let i = 0; i < count; i++) {
      const key = `<${this.#issued.length}>`;
      const noreply = this.#random.below(5) === 0;
      const one = this.#random.pick<() => Issued>([
        () => get(key),
        () => loneGet(key),
        () => set(key, "v".repeat(this.#random.below(100)), { noreply }),
        () => store("add", key, "v"),
        () => incr(key, { noreply }),
        () => remove(key),
        () => setMany([key, `${key}b`]),
      ])();
      if (this.#random.below(3) === 0) {
        one.command.deadline = new Deadline(this.#rig.clock.now() + 100);
      }
      this.#issued.push({ key, one });
      this.#rig.cluster.submitTo(this.#rig.server, one.command);
    }
  }

  /** Answers the next request that was taken as a whole. */
  #answer(transport: WatchedTransport): void {
    const request = /^(?:(get) .*\r\n|(incr|delete) .*\r\n|(?:set|add) .*\r\n.*\r\n)/;
    for (;;) {
      const match = request.exec(transport.written.slice(transport.answered));
      if (match === null) return;
      transport.answered += match[0].length;
      if (match[0].split("\r\n", 1)[0].endsWith(" noreply")) continue;
      const [, isGet, word] = match;
      transport.feed(
        isGet ? "END\r\n" : { incr: "5\r\n", delete: "DELETED\r\n" }[word] ?? "STORED\r\n",
      );
      if (this.#random.below(2) === 0) return;
    }
  }
}
