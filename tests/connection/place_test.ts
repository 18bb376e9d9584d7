/** One reply too many or too few in a pipeline that is never at rest, whose replies all have the same form. */

import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { ProofCommand } from "../../src/commands/proof.ts";
import type { Command } from "../../src/commands/command.ts";
import { ProtocolError } from "../../src/errors.ts";
import { get, hit, incr, type Issued, remove, set, setMany, touch } from "../support/issued.ts";
import { Random } from "../support/random.ts";
import { settle } from "../support/settle.ts";
import { Rig } from "./rig.ts";

const PROOF = "get proof\r\n";
const CALLERS = 16;

/** Commands whose replies have one form each. */
const FORMS: readonly [name: string, make: (i: number) => Issued][] = [
  ["incr", (i) => incr(`k${i}`)],
  ["set", (i) => set(`k${i}`)],
  ["delete", (i) => remove(`k${i}`)],
  ["touch", (i) => touch(`k${i}`)],
  ["set of many", (i) => setMany([`k${i}`, `l${i}`])],
];

for (const [name, make] of FORMS) {
  for (const change of ["too many", "too few"]) {
    for (const pause of [0, 5]) {
      Deno.test(`Connection notices one reply ${change} to ${name}, never at rest, ${pause} ms apart`, async () => {
        await using server = new BusyServer(make);
        await server.run(50, pause);
        assertEquals(server.rig.ends, []);
        if (change === "too many") server.due.unshift(server.due[0]);
        else server.due.shift();
        const before = server.answered;
        const began = server.rig.clock.now();
        while (server.rig.ends.length === 0 && server.answered - before < 9000) {
          await server.run(1, pause);
        }
        assertInstanceOf(server.rig.end.error, ProtocolError);
        assertEquals(server.rig.end.desync, true);
        assertLess(server.answered - before, 1000 + 5 * CALLERS);
        assertLess(server.rig.clock.now() - began, 100 + 5 * pause + 1);
      });
    }
  }
}

Deno.test("Connection that is busy asks for a proof after 1,000 replies, or after 100 ms", async () => {
  await using fast = new BusyServer((i) => incr(`k${i}`));
  await fast.run(1000);
  assert(fast.proofs >= 14 && fast.proofs <= 16, `${fast.proofs} proofs for 16,000 replies`);
  for (const pause of [2, 10, 50]) {
    await using slow = new BusyServer((i) => incr(`k${i}`));
    await slow.run(1000 / pause, pause);
    assert(slow.proofs >= 4 && slow.proofs <= 10, `${slow.proofs} proofs in 1 s, ${pause} ms`);
  }
});

Deno.test("Connection asks for no proof while keys come, or few replies", async () => {
  await using hits = new BusyServer((i) => i === 0 ? get("hit") : incr(`k${i}`));
  await hits.run(300, 3);
  assertEquals(hits.proofs, 0);
  await using few = new Rig(undefined, { proof: proofs().make });
  for (let i = 0; i < 16; i++) {
    await few.submit(incr("a"));
    await few.pass(200);
    await few.reply("7\r\n");
  }
  assertEquals(few.transport.written.includes(PROOF), false);
});

Deno.test("Connection counts a proof as nobody's command", async () => {
  await using server = new BusyServer((i) => incr(`k${i}`, { noreply: i % 3 === 1 }));
  await server.run(400);
  assert(server.proofs >= 3);
  const { traffic } = server.rig;
  assertEquals([traffic.commands, traffic.hits, traffic.misses], [400 * CALLERS, 0, 0]);
  await server.end();
  assertEquals([server.attempts, server.rig.ends], [400 * CALLERS, []]);
});

Deno.test("Connection has as much room for callers' commands while a proof is on its way", async () => {
  await using rig = new Rig(undefined, { proof: proofs().make });
  await rig.submit(...Array.from({ length: 1000 }, () => incr("a")));
  await rig.reply("7\r\n".repeat(1000));
  await rig.submit(incr("b"), incr("c"));
  assertEquals(rig.transport.writes.at(-1), PROOF + "incr b 1\r\nincr c 1\r\n");
  assertEquals(rig.connection.queuedWeight, 2);
  await rig.reply("END\r\n8\r\n9\r\n");
  assertEquals([rig.connection.queuedWeight, rig.connection.queued], [0, 0]);
});

Deno.test("Connection takes no proof for a caller's reply, though a hit before it has proved the place", async () => {
  await using rig = new Rig(undefined, { proof: proofs().make });
  await rig.submit(...Array.from({ length: 1000 }, () => incr("a")));
  const before = get("hit");
  await rig.submit(before);
  await rig.reply("7\r\n".repeat(1000));
  const after = incr("b");
  await rig.submit(after);
  assertEquals(rig.transport.writes.at(-1), PROOF + "incr b 1\r\n");
  const { mark } = rig.connection;
  await rig.reply(hit("hit", "1") + "END\r\n");
  assertEquals([before.outcome.summary, after.outcome.summary], ["1", "open"]);
  assertEquals(rig.connection.isPast(mark), false);
  await rig.reply("8\r\n");
  assertEquals([after.outcome.summary, rig.connection.isPast(mark)], [8n, true]);
});

Deno.test("Connection goes on when a proxy cannot give the proof", async () => {
  await using server = new BusyServer((i) => incr(`k${i}`));
  server.proofReply = "SERVER_ERROR connection refused\r\n";
  await server.run(300);
  assertEquals(server.rig.ends, []);
  assert(server.proofs >= 3);
});

Deno.test("Connection says when the server refuses to give a proof", async () => {
  const made = proofs();
  await using rig = new Rig(undefined, { proof: made.make });
  await rig.submit(...Array.from({ length: 1000 }, () => incr("a")));
  await rig.reply("7\r\n".repeat(1000));
  const issued = incr("b");
  await rig.submit(issued);
  assertEquals(rig.transport.writes.at(-1), PROOF + "incr b 1\r\n");
  await rig.reply("CLIENT_ERROR bad key\r\n");
  const { head, sent, error } = rig.end;
  assertEquals([head instanceof ProofCommand, sent], [true, [issued.command]]);
  head?.fail(error!);
  assertEquals(made.refusals, 1);
});

Deno.test("Connection hands a proof back as what nobody waits for", async () => {
  await using rig = new Rig(undefined, { proof: proofs().make });
  await rig.submit(...Array.from({ length: 1000 }, () => incr("a")));
  await rig.reply("7\r\n".repeat(1000));
  const issued = incr("b");
  await rig.submit(issued);
  rig.transport.end();
  await settle();
  const { head, sent } = rig.end;
  assertEquals([head?.abandoned, head?.traits.resend, sent], [true, "never", [issued.command]]);
});

Deno.test("Connection answers everybody rightly with proofs in any mix of commands", async () => {
  const random = new Random(20261129);
  for (let round = 0; round < 30; round++) {
    await using rig = new Rig(undefined, { proof: proofs().make });
    let number = 0;
    const open: { issued: Issued; reply: string; value: unknown }[] = [];
    for (let turn = 0; turn < 60; turn++) {
      const next = Array.from({ length: random.below(60) }, () => {
        number++;
        const isGet = random.below(20) === 0;
        const issued: Issued = isGet ? get(`k${number}`) : incr(`k${number}`);
        const text = String(number);
        return isGet
          ? { issued, reply: hit(`k${number}`, text), value: text }
          : { issued, reply: `${text}\r\n`, value: BigInt(number) };
      });
      const before = rig.transport.written.length;
      // One by one, so that no gets join.
      for (const { issued } of next) await rig.submit(issued);
      open.push(...next);
      const written = rig.transport.written.slice(before);
      if (written.includes(PROOF)) {
        const at = written.slice(0, written.indexOf(PROOF)).split("\r\n").length - 1;
        const end = open.length - next.length + at;
        await rig.reply(open.splice(0, end).map(({ reply }) => reply).join("") + "END\r\n");
      } else if (random.below(2) === 0) {
        await rig.reply(open.splice(0).map(({ reply }) => reply).join(""));
      }
      await rig.pass(random.below(40));
      for (const { issued, value } of next.filter(({ issued }) => issued.outcome.settled)) {
        assertEquals(issued.outcome.summary, value, `seed ${random.seed}, round ${round}`);
      }
    }
    assertEquals(rig.ends, [], `seed ${random.seed}, round ${round}`);
  }
});

function proofs(): { readonly make: () => Command; refusals: number } {
  const made = {
    refusals: 0,
    make: () => new ProofCommand("proof", () => void made.refusals++),
  };
  return made;
}

/** A server with callers who never rest: a round is answered only when the next one has been sent. */
class BusyServer implements AsyncDisposable {
  readonly rig: Rig;
  /** The replies that are due, one for each line. */
  readonly due: string[] = [];
  proofReply = "END\r\n";
  proofs = 0;
  answered = 0;
  attempts = 0;
  readonly #make: (i: number) => Issued;
  #seen = 0;

  constructor(make: (i: number) => Issued) {
    this.#make = make;
    this.rig = new Rig(undefined, { proof: proofs().make, onAttempt: () => void this.attempts++ });
  }

  async run(rounds: number, pause = 0): Promise<void> {
    for (let round = 0; round < rounds && this.rig.ends.length === 0; round++) {
      await this.rig.pass(pause);
      await this.rig.submit(...Array.from({ length: CALLERS }, (_, i) => this.#make(i)));
      const before = this.due.length;
      const { writes } = this.rig.transport;
      for (const write of writes.slice(this.#seen)) this.#read(write);
      this.#seen = writes.length;
      this.answered += before;
      await this.rig.reply(this.due.splice(0, before).join(""));
    }
  }

  /** Answers what is due. */
  async end(): Promise<void> {
    await this.rig.reply(this.due.splice(0).join(""));
  }

  #read(written: string): void {
    for (const line of written.split("\r\n")) {
      if (line.endsWith("noreply")) continue;
      if (line === "get proof") this.proofs++;
      const reply = line === "get proof" ? this.proofReply : REPLIES[line.split(" ")[0]];
      if (reply !== undefined) this.due.push(reply);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rig[Symbol.asyncDispose]();
  }
}

const REPLIES: Readonly<Record<string, string>> = {
  incr: "7\r\n",
  set: "STORED\r\n",
  delete: "DELETED\r\n",
  touch: "NOT_FOUND\r\n",
  get: hit("hit", "1"),
};
