/**
 * The closed loop of one participant on one work: each caller sends its next call when the last one is
 * answered. `--quick` or full, client or raw socket, all go through {@linkcode Loop}.
 */
import { type Item, makeItems } from "../participants/items.ts";
import type { Session } from "../participants/participant.ts";
import { keyCount, keysPerCall, type Work } from "./work.ts";

/** One participant made ready for one work. */
export interface Loop {
  /** Stores the items, reads them back through the operation measured, and gives the values read. */
  check(): Promise<(string | undefined)[]>;
  /** Runs calls for so many milliseconds and adds their latencies to `latencies`. */
  run(milliseconds: number, latencies: number[]): Promise<number>;
}

/** Makes the loop of a client. */
export function makeLoop(session: Session, owner: number, work: Work): Loop {
  const items = makeItems(owner, keyCount(work), work.bytes);
  const call = makeCall(session, items, work);
  return {
    async check() {
      const values: (string | undefined)[] = [];
      if (work.operation === "setMulti100") {
        await eachBlock(items, (block) => session.setMulti(block));
      } else {await eachBlock(items, (block) =>
          Promise.all(block.map((item) =>
            session.set(...item)
          )));}
      if (work.operation === "getMulti100") {
        await eachBlock(items, async (block) => {
          const keys = block.map(([key]) => key);
          values.push(...session.values(await session.getMulti(keys), keys));
        });
      } else {
        await eachBlock(items, async (block) => {
          values.push(
            ...await Promise.all(block.map(([key]) => session.get(key))),
          );
        });
      }
      return values;
    },
    async run(milliseconds, latencies) {
      const clock = { over: false };
      const timer = setTimeout(() => clock.over = true, milliseconds);
      const sample = work.callers < SAMPLE_FROM ? 1 : SAMPLE_EVERY;
      const callers = Array.from({ length: work.callers }, (_, caller) => {
        return oneCaller(call, caller, sample, clock, latencies);
      });
      try {
        const counts = await Promise.all(callers);
        return counts.reduce((sum, count) => sum + count, 0);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** From so many callers on, one call in {@linkcode SAMPLE_EVERY} is timed: reading the clock twice costs 0.2 µs. */
const SAMPLE_FROM = 16;
const SAMPLE_EVERY = 8;

async function oneCaller(
  call: (at: number) => Promise<unknown>,
  caller: number,
  sample: number,
  clock: { over: boolean },
  latencies: number[],
): Promise<number> {
  // Callers start at different keys and time different calls of theirs.
  let at = caller * 7;
  let count = 0;
  let untilTimed = caller % sample;
  while (!clock.over) {
    if (untilTimed-- === 0) {
      untilTimed = sample - 1;
      const begin = performance.now();
      await call(at++);
      latencies.push(performance.now() - begin);
    } else {
      await call(at++);
    }
    count++;
  }
  return count;
}

/** Prepares arguments beforehand, so that the loop makes nothing but calls. */
function makeCall(
  session: Session,
  items: Item[],
  work: Work,
): (at: number) => Promise<unknown> {
  const keys = items.map(([key]) => key);
  if (work.operation === "get") {
    return (at) => session.get(keys[at % keys.length]);
  }
  if (work.operation === "set") {
    return (at) => {
      const [key, value] = items[at % items.length];
      return session.set(key, value);
    };
  }
  const size = keysPerCall(work.operation);
  const blocks: Item[][] = [];
  for (let i = 0; i < items.length; i += size) {
    blocks.push(items.slice(i, i + size));
  }
  if (work.operation === "setMulti100") {
    return (at) => session.setMulti(blocks[at % blocks.length]);
  }
  const keyBlocks = blocks.map((block) => block.map(([key]) => key));
  return (at) => session.getMulti(keyBlocks[at % keyBlocks.length]);
}

async function eachBlock(
  items: Item[],
  visit: (block: Item[]) => Promise<unknown>,
): Promise<void> {
  for (let i = 0; i < items.length; i += 100) {
    await visit(items.slice(i, i + 100));
  }
}
