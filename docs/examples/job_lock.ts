/**
 * A job that one process does at a time, though any number of them stand ready. The lock ends by itself if its holder
 * dies, and the next one goes on where that one was. A holder that was only held up, so that its time is over, is refused
 * when it stores: what it stores carries the lock's token, and a later lock has a greater one.
 *
 * `deno run --allow-net --allow-env docs/examples/job_lock.ts report-2026-11-28`
 */

import { Client, type Lock, MemcachedError } from "@libmc/libmc";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";

interface Progress {
  readonly step: number;
  /** That of the lock under which this was stored, in digits. */
  readonly token: string;
  readonly holder: string;
}

const STEPS = 20;
const SECONDS = 2; // How long the others wait for a holder that has died: much longer than a step takes.
const A_DAY = 24 * 60 * 60;

const [job = "report"] = process.argv.slice(2);
// Strict: what memcached did not do is an error here. Nothing goes on without it, so a dial may take its time.
const cache = new Client(process.env.MEMCACHED ?? "localhost:11211", {
  strict: true,
  connectTimeout: 1000,
});
const holder = crypto.randomUUID();
const progress = `progress:${job}`;
// Lock and progress are on one server: when it begins anew, so do the tokens, but the progress is gone as well.
const kept = { exptime: A_DAY, routeBy: job };

/** Does one step: a part of a report, a batch of mails. It must be harmless to do it twice. */
async function work(step: number): Promise<void> {
  await pause(50);
  console.log("step", step);
}

/** Takes the job over: from now on the holder before this one is refused. Gives `undefined` if a later one was faster. */
function takeOver({ token }: Lock): Promise<Progress | undefined> {
  return cache.update<Progress>(progress, (saved) => {
    if (saved !== undefined && BigInt(saved.token) > token) return undefined;
    return { step: saved?.step ?? 0, token: String(token), holder };
  }, kept);
}

/**
 * Stores how far the job is. Gives `undefined` if it is no longer this process that does it. In a database the same fence
 * is `UPDATE jobs SET step = $1 WHERE token = $2`, after the token was set by `… WHERE token <= $2`.
 */
function save({ token }: Lock, step: number): Promise<Progress | undefined> {
  return cache.update<Progress>(progress, (saved) => {
    const isOurs = saved?.token === String(token) && saved.holder === holder;
    return isOurs ? { ...saved, step } : undefined;
  }, kept);
}

/** Does the steps that are left. Gives false if somebody else has taken over. */
async function go(lock: Lock): Promise<boolean> {
  let saved = await takeOver(lock);
  while (saved !== undefined && saved.step < STEPS) {
    const next = saved.step + 1;
    await work(next);
    saved = await save(lock, next);
  }
  return saved !== undefined;
}

let said = "";
for (let isDone = false; !isDone; await pause(100)) {
  try {
    await using lock = await cache.lock(`lock:${job}`, { ttl: SECONDS, routeBy: job });
    if (lock === undefined) continue;
    console.log("lock", lock.token);
    isDone = await go(lock);
    console.log(isDone ? "done" : "refused");
  } catch (error) {
    if (!(error instanceof MemcachedError)) throw error;
    // It tries again: each step that was stored counts. What it has said last it does not repeat.
    if (error.message !== said) console.error(said = error.message);
  }
}
await cache.close();
