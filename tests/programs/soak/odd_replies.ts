/**
 * Callers of a server that now and then sends a reply which is nobody's, or the head of an item that promises too much,
 * over a connection which always owes something. An item is known by its key, so its value is never wrong; a count is
 * not, so it may be another's, but only for a moment.
 */

import { Client } from "@libmc/libmc";
import { type Fault, FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
import { Random } from "../../support/random.ts";
import { openLoad } from "../../support/open_load.ts";
import { checkedValue, isCheckedValue } from "./checked_value.ts";
import { OwnCounter } from "./own_counter.ts";
import type { Tally } from "./tally.ts";
import { pause } from "./troublemaker.ts";

const WHOSE = "callers amid odd replies";
const RATE = 400;
const COUNTERS = 24;
/** A counter begins anew after so many seconds at most: the server evicts nothing, and each lost call leaves a counter. */
const EXPTIME = 60;
/** After so many milliseconds nobody is given another's count any more, on a machine that has other things to do. */
const MOMENT = 3000;
/** Milliseconds of halts with which a server that is late by a part of that seems to be silent. */
const HALTED = 500;
const FAULTS: readonly Fault[] = [
  { kind: "extraReply", line: "17", commands: ["incr"], times: 1 },
  { kind: "extraReply", line: "STORED", commands: ["set"], times: 1 },
  { kind: "missingReply", commands: ["incr"], times: 1 },
  { kind: "wrongLength", by: 100_000_000, commands: ["get"], times: 1 },
  { kind: "wrongKey", commands: ["get"], times: 1 },
  { kind: "serverError", closeAfterMs: 10, times: 3 },
];

/** Lets callers call until the signal is aborted. */
export async function callAmidOddReplies(
  random: Random,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  await using server = await MemcachedServer.start({ seed: random.below(2 ** 32) });
  // Replies that are so late that the connection is never idle, not even behind a program that was busy.
  await using proxy = await FaultProxy.start({ target: server.address, delayMs: 150 });
  const times = { pollTimeout: 500, connectTimeout: 1000, timeout: 1000, retryTimeout: 100 };
  const limits = { ...times, warn: false };
  // On a connection of its own nothing but counts: an item would show that the replies have shifted.
  await using counting = new Client(proxy.address, limits);
  await using client = new Client(proxy.address, limits);
  let struck = -Infinity;
  let lastRight = tally.now();
  let lastRightAt = performance.now();
  const isRight = () => {
    lastRight = tally.now();
    lastRightAt = performance.now();
  };
  const strike = async () => {
    for (let i = 0; !signal.aborted; i++) {
      await pause(2 * MOMENT, signal);
      const silence = Math.round(tally.now() - lastRight);
      // Where the process was halted for long, calls have taken too long for no fault of the client's.
      const halted = performance.now() - lastRightAt - silence;
      if (silence > MOMENT && halted < HALTED) {
        tally.addWrong(WHOSE, `no answer for ${silence} ms`);
      }
      const fault = server.fault(FAULTS[i % FAULTS.length]);
      while (fault.struck === 0 && !signal.aborted) await pause(1, signal);
      struck = tally.now();
      tally.oddReplies++;
      await pause(20, signal);
      fault.remove();
      // It drops what has expired when it counts what it has.
      tally.mostItems = Math.max(tally.mostItems, server.items);
    }
  };
  const own = new Random(random.below(2 ** 32));
  const counters = Array.from({ length: COUNTERS }, () => OwnCounter.next());
  // At a fixed rate: callers who wait for each other's failures would let the connection fall silent.
  const load = openLoad(RATE, async (i) => {
    tally.unsettled++;
    if (i % 4 === 0) await getAndSet(`odd:${own.below(20)}`);
    else await count(i % COUNTERS);
    tally.unsettled--;
    tally.operations++;
  }, signal);
  await Promise.all([load.ended, strike()]);

  async function getAndSet(key: string): Promise<void> {
    if (own.below(3) === 0) await client.set(key, checkedValue(own, key));
    const found = await client.get(key);
    if (found === undefined) return void tally.misses++;
    if (!isCheckedValue(key, found)) {
      return tally.addWrong(WHOSE, `${key} gave ${Deno.inspect(found).slice(0, 200)}`);
    }
    tally.hits++;
    isRight();
  }

  async function count(slot: number): Promise<void> {
    const counter = counters[slot];
    counter.raise();
    const began = tally.now();
    const value = await counting.incr(counter.key);
    if (value === undefined) {
      const next = OwnCounter.next();
      const options = { exptime: EXPTIME };
      if (await counting.add(next.key, next.base, options)) counters[slot] = next;
    } else if (counter.canBe(value)) {
      isRight();
    } else {
      tally.shifted++;
      if (began - struck > MOMENT) tally.addWrong(WHOSE, `${counter} is ${value}, long after it`);
    }
  }
}
