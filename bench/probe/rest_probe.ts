/** The first call after a rest may wait for nothing but the server: a connection that was idle is used at once. */
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { makeItems } from "../participants/items.ts";
import { getExchange, RawSocket, setExchange } from "../participants/raw_socket.ts";
import { SMOKE } from "./contest.ts";
import { print } from "./verdict.ts";

const RESTS = SMOKE ? 1 : 7;
const REST = SMOKE ? 1 : 2_000;

await using daemon = await startMemcached({ args: ["-t", "1"] });
await using client = new Client(daemon.address, { strict: true });
const socket = await RawSocket.connect(daemon.address);
const items = makeItems(0, 64, 100);
await socket.exchange(setExchange(items));
const exchange = getExchange(items.slice(0, 1));
const calls = {
  "raw socket": () => socket.exchange(exchange),
  "get": () => client.get(items[0][0]),
};
// The code is warm, as it is in a program that has been running.
for (let i = 0; i < (SMOKE ? 1 : 2_000); i++) {
  for (const call of Object.values(calls)) await call();
}

/** The median of the first call after each rest, in milliseconds. */
async function firstCall(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < RESTS; i++) {
    await new Promise((resolve) => setTimeout(resolve, REST));
    const begin = performance.now();
    await call();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}

for (const [name, call] of Object.entries(calls)) {
  const target = name === "get" ? { atMost: 0.5 } : {};
  const what = `first call after ${REST / 1000} s of rest, ${name}`;
  print({ what, figure: await firstCall(call), unit: " ms", ...target });
}
socket.close();
