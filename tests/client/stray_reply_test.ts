/** A reply that nobody asked for, on a connection to memcached that is never at rest. */

import { assert, assertEquals } from "@std/assert";
import { Client, type Connect, type Transport } from "@libmc/libmc";
import { startMemcached } from "../support/memcached.ts";
import { platformConnect } from "../support/platform_connect.ts";
import { settle } from "../support/settle.ts";
import { bytesOf } from "../support/wire.ts";

const CALLERS = 16;
/** Far more than a caller counts to, so that each number says whose it is. */
const APART = 1_000_000;
const LF = 10;

Deno.test("Client gives at most some 1,000 callers another's number after a stray reply, and then none", async () => {
  await using server = await startMemcached();
  const stray = new StrayReply("1\r\n");
  await using client = new Client(server.address, { connect: stray.connect, strict: true });
  for (let i = 0; i < CALLERS; i++) await client.set(`n${i}`, i * APART);
  let wrong = 0;
  let failed = 0;
  let lastWrong = 0;
  let answered = 0;
  await Promise.all(Array.from({ length: CALLERS }, async (_, i) => {
    for (let count = 0; count < 1500; count++) {
      if (i === 0 && count === 100) stray.now();
      try {
        const number = await client.incr(`n${i}`);
        answered++;
        if (Math.floor(number! / APART) === i) continue;
        wrong++;
        lastWrong = answered;
      } catch {
        failed++;
      }
    }
  }));
  assert(wrong > 0 && wrong <= 1000 + 2 * CALLERS, `${wrong} wrong answers`);
  assert(failed > 0 && failed <= CALLERS, `${failed} calls failed`);
  assert(answered - lastWrong > 10_000, `the last wrong one is number ${lastWrong} of ${answered}`);
  const { desyncs, connects } = client.counters().get(server.address)!;
  assertEquals([desyncs, connects], [1, 2]);
});

/** Puts a reply in front of those that are due. Whoever gets a reply has called again before the next one comes. */
class StrayReply {
  readonly #bytes: Uint8Array;
  #isDue = false;

  constructor(text: string) {
    this.#bytes = bytesOf(text);
  }

  now(): void {
    this.#isDue = true;
  }

  readonly connect: Connect = async (endpoint, signal) => {
    const transport = await platformConnect(endpoint, signal);
    let writing: Promise<unknown> | undefined;
    let isWhole = true;
    return {
      read: async (into) => {
        // The calls that followed the last reply are written first, so that something is always due.
        await settle();
        await writing;
        // Few at a time, as over a network: the callers never wait for the last reply together.
        if (!this.#isDue || !isWhole) {
          const count = await transport.read(into.subarray(0, 10));
          isWhole = count !== null && into[count - 1] === LF;
          return count;
        }
        this.#isDue = false;
        into.set(this.#bytes);
        return this.#bytes.length;
      },
      write: (bytes) => {
        const written = Promise.resolve(transport.write(bytes));
        writing = written;
        return written;
      },
      close: () => transport.close(),
    } satisfies Transport;
  };
}
