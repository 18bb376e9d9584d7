/**
 * A job that one process does at a time, though any number of them stand ready. The lock ends by itself if its holder
 * dies, and the next one goes on where that one was. A holder that was only held up, so that its time is over, is refused
 * when it stores: what it stores carries the lock's token, and a later lock has a greater one.
 *
 * `deno run --allow-net --allow-env docs/examples/job_lock.ts report-2026-11-28`
 */

import { Client, type Lock } from "@libmc/libmc";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";

interface Progress {
  readonly step: number;
  /** That of the lock under which this was stored, in digits. */
  readonly token: string;
}

const STEPS = 20;
const SECONDS = 2; // How long the others wait for a holder that has died: much longer than a step takes.
const A_DAY = 24 * 60 * 60;

const [job = "report"] = process.argv.slice(2);
const cache = new Client(process.env.MEMCACHED ?? "localhost:11211", { strict: true });
const progress = `progress:${job}`;
// Lock and progress are on one server: when it restarts, tokens begin anew, but the progress is gone as well.
const placed = { routeBy: job };

/** Does one step: a part of a report, a batch of mails. It must be harmless to do it twice. */
async function work(step: number): Promise<void> {
  await pause(50);
  console.log("step", step);
}

/**
 * Stores how far the job is. With a database it is `UPDATE jobs SET step = $1, token = $2 WHERE token <= $2`.
 *
 * @returns What was stored; `undefined` if somebody else has taken over.
 */
function save({ token }: Lock, change: (step: number) => number): Promise<Progress | undefined> {
  return cache.update<Progress>(progress, (saved = { step: 0, token: "0" }) => {
    if (BigInt(saved.token) > token) return undefined;
    return { step: change(saved.step), token: String(token) };
  }, { exptime: A_DAY, ...placed });
}

/** Does the steps that are left. Gives false if somebody else has taken over. */
async function go(lock: Lock): Promise<boolean> {
  // From now on the holder before this one is refused.
  let saved = await save(lock, (step) => step);
  while (saved !== undefined && saved.step < STEPS) {
    const next = saved.step + 1;
    await work(next);
    saved = await save(lock, () => next);
  }
  return saved !== undefined;
}

for (let isDone = false; !isDone; await pause(100)) {
  await using lock = await cache.lock(`lock:${job}`, { ttl: SECONDS, ...placed });
  if (lock === undefined) continue;
  console.log("lock", lock.token);
  isDone = await go(lock);
  console.log(isDone ? "done" : "refused");
}
await cache.close();
