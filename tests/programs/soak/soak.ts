/** The soak itself: sets everything up, lets it run, lets it come to rest, and looks at what is left. */

import { Client, type ClientOptions } from "@libmc/libmc";
import { Random } from "../../support/random.ts";
import { openLoad } from "../../support/open_load.ts";
import type { SoakArguments } from "./arguments.ts";
import { writeBigs } from "./big_writers.ts";
import { busyProgram } from "./busy_program.ts";
import { Caller } from "./caller.ts";
import { callAClosingProxy } from "./closing_proxy.ts";
import { FairClock } from "./fair_clock.ts";
import { withListeners } from "./listeners.ts";
import { Memory } from "./memory.ts";
import { callAmidOddReplies } from "./odd_replies.ts";
import { callWhileMoving } from "./moving_callers.ts";
import { callTogether } from "./shared_callers.ts";
import { callQuietly } from "./quiet_callers.ts";
import { callAndRepeat } from "./repeating_callers.ts";
import { Stand } from "./stand.ts";
import { Tally } from "./tally.ts";
import { pause, Troublemaker } from "./troublemaker.ts";

/** What came of a soak. */
export interface SoakResult {
  readonly tally: Tally;
  readonly seconds: number;
  /** Kind of a fault → how often it was made. */
  readonly faults: ReadonlyMap<string, number>;
  /** Connections to the proxies, while all is well again, and after the clients were closed. */
  readonly socketsAtRest: number;
  readonly socketsExpected: readonly [least: number, most: number];
  readonly socketsClosed: number;
  readonly memory: Memory;
  /** Connections that the clients made, and those of them that went out of step. */
  readonly connects: number;
  readonly desyncs: number;
}

const SERVERS = 3;
/** How long a call may take, in milliseconds. */
const TIMEOUT = 1000;
/** Three kinds of client share the work. */
const PLAIN: ClientOptions = {
  pollTimeout: 150,
  connectTimeout: 150,
  retryTimeout: 200,
  timeout: TIMEOUT,
  warn: false,
};
const WIDE: ClientOptions = { ...PLAIN, connections: 3, failover: true };
/** Its keys are too long for a server, and are elsewhere than those of the others. */
const ELSEWHERE: ClientOptions = {
  ...PLAIN,
  connections: 2,
  prefix: "elsewhere:",
  longKeys: "hash",
  distribution: "rendezvous",
  failover: true,
  failoverExptime: 60,
  replayInvalidations: true,
  nearCache: { maxBytes: 1_000_000, maxAge: 200 },
};
const KINDS: readonly ClientOptions[] = [PLAIN, WIDE, ELSEWHERE];

/** Runs for a while, or until the signal is aborted. */
export async function soak(
  { minutes, callers, rate, seed }: SoakArguments,
  signal: AbortSignal,
  say: (text: string, share: number) => void,
): Promise<SoakResult> {
  const random = new Random(seed);
  const own = () => new Random(random.below(2 ** 32));
  await using stack = new AsyncDisposableStack();
  const stands: Stand[] = [];
  for (let i = 1; i <= SERVERS; i++) {
    stands.push(stack.use(await Stand.start(`cache${i}`, random.below(2 ** 32))));
  }
  const quiet = stack.use(await Stand.start("quiet", random.below(2 ** 32)));
  const reset = stack.use(await Stand.start("reset", random.below(2 ** 32), 1));
  const shared = stack.use(await Stand.start("shared", random.below(2 ** 32)));
  const before = stack.use(await Stand.start("before", random.below(2 ** 32)));
  const after = stack.use(await Stand.start("after", random.below(2 ** 32)));
  const addresses = stands.map(({ address }) => address);
  // One of them is told its servers again and again.
  const asked = Object.assign(() => addresses, { interval: 100 });
  const clients = KINDS.map((kind) => new Client(kind === ELSEWHERE ? asked : addresses, kind));
  using clock = new FairClock();
  const tally = new Tally(clock);
  const trouble = new Troublemaker(own(), stands, tally);
  for (const event of ["dead", "alive"] as const) {
    clients[0].addEventListener(event, ({ server }) => trouble.hear(event, server));
  }
  const heard = clients.map((client) => withListeners(client, tally));
  const memory = new Memory();
  const sockets = () => stands.reduce((sum, { proxy }) => sum + proxy.connections, 0);

  const began = performance.now();
  const elapsed = () => performance.now() - began;
  const stop = new AbortController();
  const caller = (i: number) => {
    const kind = i % KINDS.length;
    const tail = KINDS[kind] === ELSEWHERE ? "l".repeat(245) : "";
    return new Caller(heard[kind], own(), tally, String(i), TIMEOUT, tail);
  };
  const arriving = Array.from({ length: clients.length }, (_, i) => caller(callers + i));
  const load = openLoad(rate, (i) => arriving[i % arriving.length].call(), stop.signal);
  const running = [
    ...Array.from({ length: callers }, (_, i) => caller(i).run(stop.signal)),
    load.ended,
    ...heard.flatMap((client) => [
      writeBigs(client, own(), tally, stop.signal),
      writeBigs(client, own(), tally, stop.signal),
    ]),
    callQuietly(quiet, own(), tally, stop.signal),
    callAndRepeat(reset, own(), tally, stop.signal),
    callTogether(shared, own(), tally, stop.signal),
    callWhileMoving({ before, after }, own(), tally, stop.signal),
    callAmidOddReplies(own(), tally, stop.signal),
    callAClosingProxy(own(), tally, stop.signal),
    busyProgram(() => arriving[0].call(), 1.1 * TIMEOUT, stop.signal),
  ];
  const troubled = trouble.run(stop.signal);
  memory.sample();
  while (!signal.aborted && elapsed() < minutes * 60_000) {
    await pause(Math.min(1000, minutes * 60_000 - elapsed()), signal);
    const { rss } = memory.sample();
    const share = elapsed() / (minutes * 60_000);
    say(
      `${Math.round(elapsed() / 1000)} s, ${tally.operations} calls, ` +
        `${tally.wrong} wrong, ${sockets()} sockets, ${Math.round(rss / 2 ** 20)} MB`,
      Math.min(1, share),
    );
  }
  stop.abort();
  await troubled;
  // Long enough for any call, and then some: what has not settled now never will.
  await Promise.race([Promise.all(running), pause(10_000, new AbortController().signal)]);
  tally.mostWaiting = load.mostWaiting;
  const seconds = elapsed() / 1000;
  const socketsAtRest = await atRest(clients, sockets, clock);
  const counters = clients.flatMap((client) => Array.from(client.counters().values()));
  await Promise.all(clients.map((client) => client.close()));
  await until(() => sockets() === 0, clock);
  return {
    tally,
    seconds,
    faults: trouble.made,
    socketsAtRest,
    socketsExpected: [
      SERVERS * KINDS.length,
      SERVERS * KINDS.reduce((sum, { connections = 1 }) => sum + connections, 0),
    ],
    socketsClosed: sockets(),
    memory,
    connects: counters.reduce((sum, { connects }) => sum + connects, 0),
    desyncs: counters.reduce((sum, { desyncs }) => sum + desyncs, 0),
  };
}

/** Every client reaches every server again; how many connections there are then. */
async function atRest(
  clients: readonly Client[],
  sockets: () => number,
  clock: FairClock,
): Promise<number> {
  await until(async () => {
    const versions = await Promise.all(clients.map((client) => client.version()));
    return versions.every(({ size }) => size === SERVERS);
  }, clock);
  // The proxies hear a moment later that a connection is closed.
  await pause(200, new AbortController().signal);
  return sockets();
}

/** Waits until it is so, at most five seconds in which this process is not halted. */
async function until(
  condition: () => boolean | Promise<boolean>,
  clock: FairClock,
): Promise<void> {
  for (const end = clock.now() + 5000; clock.now() < end && !await condition();) {
    await pause(20, new AbortController().signal);
  }
}
