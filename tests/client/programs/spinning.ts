/**
 * A program for tests: callers who never pause, on a server that is not there; a timer is to end them. They may have
 * work of their own to do before each call, of so many microseconds.
 */

import { Client } from "@libmc/libmc";

const [server, microseconds] = Deno.args;
await using client = new Client(server, { retryTimeout: 20, warn: false });
let isOver = false;
setTimeout(() => isOver = true, 300);

async function spin(strict: boolean): Promise<number> {
  let calls = 0;
  for (; !isOver; calls++) {
    try {
      work(Number(microseconds) / 1000);
      await client.get("key", { strict });
      await client.getMulti(["a", "b"], { strict });
    } catch {
      // A failed call is followed by the next one at once.
    }
  }
  return calls;
}

function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

const calls = await Promise.all([spin(false), spin(true), spin(false), spin(true)]);
console.log(calls.every((count) => count > 10));
