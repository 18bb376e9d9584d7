/**
 * Random reads and changes by a client that keeps values and by another one, all at once, while the server dies now and
 * then. Every value says by which change it was stored, so that each read can be judged: it may be old, but neither maxAge
 * old nor older than a change that its own client began before.
 */

import { assert } from "@std/assert";
import { Client, type ClientOptions, type Storable } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { systemClock } from "../../../src/clock.ts";
import { Random } from "../../support/random.ts";
import { startRestartable } from "../../support/some_port.ts";

const SEED = 20261128;
const MAX_AGE = 100;
const KEYS = ["a", "b", "c", "d", "e"];

/** One change of one key. A key that is deleted has the value `undefined`. */
interface Change {
  readonly id: number;
  readonly isOwn: boolean;
  /** Places in the order of everything that happens; `over` is missing while it may still be carried out. */
  readonly began: number;
  over: number | undefined;
  /** When it was over. */
  at: number;
}

/** What is known of each key. */
class History {
  /** True if the server has carried out what is over. */
  readonly #isAnswered: boolean;
  #events = 0;
  #ids = 0;
  readonly #changes = new Map<string, Change[]>();

  constructor(isAnswered: boolean) {
    this.#isAnswered = isAnswered;
  }

  event(): number {
    return ++this.#events;
  }

  begin(key: string, isOwn: boolean): Change {
    const change: Change = {
      ...{ id: ++this.#ids, isOwn, began: this.event() },
      ...{ over: undefined, at: Infinity },
    };
    this.#changes.set(key, [...this.#changes.get(key) ?? [], change]);
    return change;
  }

  over(change: Change, at: number): void {
    change.over = this.event();
    change.at = at;
  }

  /** Says what is wrong with a value that was read, if anything is. */
  fault(key: string, id: number, asked: { event: number; at: number }): string | undefined {
    const changes = this.#changes.get(key) ?? [];
    const stored = changes.find((change) => change.id === id);
    if (stored === undefined) return "nobody has stored it";
    for (const later of changes) {
      // Those of one client are carried out in the order in which they were made.
      const isLater = stored.isOwn && later.isOwn
        ? later.began > stored.began
        : (this.#isAnswered || !stored.isOwn) && later.began > (stored.over ?? Infinity);
      if (!isLater || later.over === undefined) continue;
      if (later.isOwn && later.began < asked.event) return `its own change ${later.id} came later`;
      if (later.at <= asked.at - MAX_AGE) return `change ${later.id} came ${MAX_AGE} ms before`;
    }
    return undefined;
  }
}

const KINDS: readonly (readonly [what: string, ClientOptions])[] = [
  ["one connection", {}],
  ["three connections", { connections: 3 }],
  ["no replies", { noreply: true }],
  ["a small cache", { nearCache: { maxBytes: 700, maxAge: MAX_AGE } }],
];

for (const [what, options] of KINDS) {
  Deno.test(`nearCache gives nothing too old, and nothing older than its own client's last change: ${what}`, async () => {
    let hits = 0;
    for (let round = 0; round < 12; round++) {
      hits += await run(new Random(SEED + round), options, round % 3 === 0);
    }
    assert(hits > 500, `${hits} values were given from those that were kept`);
  });
}

async function run(random: Random, options: ClientOptions, serverDies: boolean): Promise<number> {
  let server = await startRestartable();
  const port = Number(server.address.split(":").at(-1));
  // Time is told by the test; only a part of it passes by itself.
  const clock = { ...systemClock, told: 1000, now: () => clock.told };
  const patient = { pollTimeout: 0, timeout: 0, retryTimeout: 1, warn: false, deadAfter: 0 };
  await using client = new Client(server.address, {
    ...{ ...patient, clock, nearCache: { maxBytes: 1e6, maxAge: MAX_AGE } },
    ...options,
  });
  await using another = new Client(server.address, patient);
  const history = new History(options.noreply !== true);
  const told = () => `seed ${random.seed}`;

  async function change(key: string, isOwn: boolean): Promise<void> {
    const by = isOwn ? client : another;
    const change = history.begin(key, isOwn);
    const value = form(change.id);
    const done = await random.pick([
      () => by.set(key, value),
      () => by.set(key, value, { exptime: 100 }),
      () => by.setMulti([[key, value]]).then(({ ok }) => ok),
      () => by.meta.set(key, value).then((stored) => stored?.status === "stored"),
      () => by.delete(key),
      () => by.deleteMulti([key]).then(({ ok }) => ok),
      () => by.setStream(key, new Blob([String(change.id)]).stream() as never),
    ])();
    // One that has failed may still be carried out.
    if (done) history.over(change, clock.told);
  }

  /** A value that is kept as it is, or one of which the data is kept. */
  function form(id: number): Storable {
    return random.pick([String(id), id, { id }]);
  }

  async function read(): Promise<void> {
    const asked = { event: history.event(), at: clock.told };
    const keys = Array.from({ length: 1 + random.below(4) }, () => random.pick(KEYS));
    const values = await random.pick([
      () => client.get(keys[0]).then((value) => [value]),
      () => client.getList(keys),
      () => client.getMulti(keys).then((found) => keys.map((key) => found.get(key))),
    ])();
    values.forEach((value, i) => {
      if (value === undefined) return;
      // Judged when it is known which changes have been made.
      judge.push(() => {
        const fault = history.fault(keys[i], idOf(value), asked);
        assert(fault === undefined, `${keys[i]} was ${Deno.inspect(value)}: ${fault}, ${told()}`);
      });
    });
  }

  async function caller(): Promise<void> {
    for (let i = 0; i < 120; i++) {
      const call = random.below(10) < 6 ? read() : change(random.pick(KEYS), random.below(2) === 0);
      clock.told += random.below(8);
      if (random.below(3) > 0) await call;
      else void call.catch((error) => failures.push(error));
    }
  }

  const judge: (() => void)[] = [];
  const failures: unknown[] = [];
  const callers = Array.from({ length: 4 }, caller);
  if (serverDies) {
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 3));
      await server.stop();
      server = await MemcachedServer.start({ port });
    }
  }
  await Promise.all(callers);
  await client.version();
  await server.stop();
  if (failures.length > 0) throw failures[0];
  for (const judgeOne of judge) judgeOne();
  return client.counters().get(client.servers[0])?.nearHits ?? 0;
}

function idOf(value: unknown): number {
  if (value instanceof Uint8Array) return Number(new TextDecoder().decode(value));
  return Number(typeof value === "object" ? (value as { id: number }).id : value);
}
