/** What is seen of a client in trouble by who watches it: the second table of docs/what_happens.md, each row with its proof. */

import { assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ClosedError, type SlowCall } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { type Answering, AnsweringConnect } from "../support/answering_connect.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/settle.ts";

/** One row. */
export interface SeenRow {
  readonly when: string;
  /** What `health()` says. */
  readonly health: string;
  /** What `counters("verbs")` counts, with `latencies`; and by group. */
  readonly counts: string;
  /** What the event `slow` tells. */
  readonly slow: string;
  check(): Promise<void>;
}

export const SEEN: readonly SeenRow[] = [
  {
    when: "A server is down",
    health: "`up: false`, the `error` of the dial, `deadUntil`",
    counts: "a failure, `ConnectionError`, then `ServerDeadError`; their latencies",
    slow: "the first call, if the dial took long: all of it `queued`",
    async check() {
      let fail = () => {};
      const connect = () =>
        new Promise<never>((_, reject) => fail = () => reject(new Error("connection refused")));
      const at = new Watched(late, { connect });
      const get = at.client.get("a:1");
      await at.pass(60);
      fail();
      assertEquals(await get, undefined);
      await at.get();
      assertEquals(at.failures, { ConnectionError: 1, ServerDeadError: 1 });
      assertEquals([at.count, at.slow.map(({ queued }) => queued)], [2, [60]]);
      const { servers: [server] } = await at.client.health();
      assertEquals([server.up, server.error?.name], [false, "ConnectionError"]);
      assertEquals(server.deadUntil !== undefined, true);
      await at.client.close();
    },
  },
  {
    when: "It stalls",
    health: "`up: false`, `TimeoutError`, after its own `timeout`",
    counts: "a failure, `TimeoutError`, and a latency of `pollTimeout`",
    slow: "the call: all of it `waited`",
    async check() {
      const at = new Watched(() => undefined);
      await at.get(500);
      assertEquals(at.failures, { TimeoutError: 1 });
      assertEquals(at.slow.map(({ milliseconds, waited }) => milliseconds === waited), [true]);
      const health = at.client.health({ timeout: 200 });
      await at.pass(200);
      assertEquals((await health).servers[0].error?.name, "TimeoutError");
      await at.pass(500);
      await at.client.close();
    },
  },
  {
    when: "It answers late",
    health: "`up: true`, and the `latency`",
    counts: "a hit or a miss, and its latency",
    slow: "the call, with server and keys: `waited`",
    async check() {
      const at = new Watched(late);
      await at.get(100);
      assertEquals([at.failures, at.count, at.max], [{}, 1, 100]);
      assertEquals(at.slow.map(({ waited, keys }) => [waited, keys]), [[100, ["a:1"]]]);
      const health = at.client.health();
      await at.pass(100);
      await at.pass(100);
      const { servers: [server] } = await health;
      assertEquals([server.up, server.latency], [true, 100]);
      await at.client.close();
    },
  },
  {
    when: "A server of the `gutter` stands in for all others",
    health: "`healthy: true`, `up: 0`; it is in `gutter`",
    counts: "as if nothing were wrong; the hits are those of its server",
    slow: "nothing, but for the first call, which is `dialled`",
    async check() {
      await using gutter = await MemcachedServer.start();
      await using client = new Client("127.0.0.1:1", {
        ...{ pollTimeout: 5000, connectTimeout: 5000, warn: false },
        gutter: [`${gutter.address} spare`],
      });
      await client.set("key", 1);
      assertEquals(await client.get("key"), 1);
      const { healthy, up, gutter: standing } = await client.health({ timeout: 5000 });
      assertEquals([healthy, up, standing?.map((server) => server.up)], [true, 0, [true]]);
      assertEquals(client.counters("verbs").get("get")?.hits, 1);
      assertEquals(client.counters().get("spare")?.hits, 1);
    },
  },
  {
    when: "The call is aborted",
    health: "its own rejects",
    counts: "nothing; its command is in the latencies of the server",
    slow: "nothing",
    async check() {
      const at = new Watched(late);
      const controller = new AbortController();
      const get = at.client.get("a:1", { signal: controller.signal });
      await settle();
      at.clock.advance(60);
      controller.abort();
      await assertRejects(() => get, DOMException);
      await at.pass(40);
      assertEquals([at.count, at.slow], [undefined, []]);
      assertEquals(at.client.counters().get("one:1")?.latency?.count, 1);
      const health = at.client.health({ signal: controller.signal });
      await assertRejects(() => health, DOMException);
      await at.client.close();
    },
  },
  {
    when: "The function of `group` throws, or gives no text",
    health: "–",
    counts: "the keys count as `other`, which the console is told once",
    slow: "–",
    async check() {
      const at = new Watched(late, {
        group: () => {
          throw new Error("no group");
        },
      });
      await at.get(100);
      assertEquals([...at.client.counters("groups").keys()], ["other"]);
      await at.client.close();
    },
  },
  {
    when: "The client is closed",
    health: "`ClosedError`",
    counts: "nothing more; what was counted can be read",
    slow: "nothing",
    async check() {
      const at = new Watched(late);
      await at.get(100);
      await at.client.close();
      await assertRejects(() => at.client.get("a:1"), ClosedError);
      await assertRejects(() => at.client.health(), ClosedError);
      assertEquals([at.count, at.slow.length], [1, 1]);
    },
  },
];

/** Never answers by itself: a test lets time pass, and then it does. */
const late: Answering = () => undefined;

/** A client that is watched, whose time stands still. */
class Watched {
  readonly clock = new ManualClock();
  readonly slow: SlowCall[] = [];
  readonly client: Client;
  readonly #answers: (() => void)[] = [];

  constructor(answering: Answering, options: ClientOptions = {}) {
    const isLate = answering === late;
    const dialled = new AnsweringConnect((written, connection) => {
      if (!isLate) return answering(written, connection);
      return written.replaceAll(
        /(get|version)[^\r]*\r\n/g,
        (_, word) => word === "get" ? "END\r\n" : "VERSION 1.6.18\r\n",
      );
    });
    this.client = new Client("one:1", {
      clock: this.clock,
      connect: isLate ? this.#delayed(dialled) : dialled.connect,
      ...{ latencies: true, slow: 50, warn: false, pollTimeout: 300, connectTimeout: 1000 },
      ...options,
    });
    this.client.addEventListener("slow", ({ slow }) => slow && this.slow.push(slow));
  }

  /** Holds back each answer until time has passed. */
  #delayed({ connect }: AnsweringConnect): AnsweringConnect["connect"] {
    return async (endpoint, signal) => {
      const transport = await connect(endpoint, signal);
      return {
        read: (into) => transport.read(into),
        write: (bytes) => {
          const copy = bytes.slice();
          this.#answers.push(() => void transport.write(copy));
          return Promise.resolve(bytes.length);
        },
        close: () => transport.close(),
      };
    };
  }

  async pass(milliseconds: number): Promise<void> {
    await settle();
    for (let left = milliseconds; left > 0; left -= 10) this.clock.advance(Math.min(10, left));
    for (const answer of this.#answers.splice(0)) answer();
    await settle();
  }

  async get(milliseconds = 0): Promise<void> {
    const get = this.client.get("a:1");
    await this.pass(milliseconds);
    assertEquals(await get, undefined);
    await settle();
  }

  get #counted() {
    return this.client.counters("verbs").get("get");
  }

  get failures(): Readonly<Record<string, number>> | undefined {
    return this.#counted?.failuresByKind;
  }

  get count(): number | undefined {
    return this.#counted?.latency?.count;
  }

  get max(): number | undefined {
    return this.#counted?.latency?.max;
  }
}
