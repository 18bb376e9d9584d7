/** A program for tests: callers who never pause, on a server that is not there; a timer is to end them. */

import { Client } from "@libmc/libmc";

await using client = new Client(Deno.args[0], { retryTimeout: 20 });
let isOver = false;
setTimeout(() => isOver = true, 300);

async function spin(strict: boolean): Promise<number> {
  let calls = 0;
  for (; !isOver; calls++) {
    try {
      await client.get("key", { strict });
      await client.getMulti(["a", "b"], { strict });
    } catch {
      // A failed call is followed by the next one at once.
    }
  }
  return calls;
}

const calls = await Promise.all([spin(false), spin(true), spin(false), spin(true)]);
console.log(calls.every((count) => count > 100));
