/** The same loop for the raw socket: the calls of all callers are one prebuilt write, answered before the next. */
import { type Item, makeItems } from "../participants/items.ts";
import {
  type Exchange,
  getExchange,
  getMultiExchange,
  itemReply,
  type RawSocket,
  setExchange,
} from "../participants/raw_socket.ts";
import type { Loop } from "./loop.ts";
import { keyCount, keysPerCall, type Work } from "./work.ts";

/** Makes the loop of the raw socket; its keys are dealt to the servers in turn. */
export function makeRawLoop(
  sockets: readonly RawSocket[],
  owner: number,
  work: Work,
): Loop {
  const items = makeItems(owner, keyCount(work), work.bytes);
  const onServer = (server: number) => items.filter((_, i) => i % sockets.length === server);
  const rounds = makeRounds(sockets.length, items, work);
  return {
    async check() {
      const values: (string | undefined)[] = Array(items.length);
      for (const [server, socket] of sockets.entries()) {
        const own = onServer(server);
        await socket.ask(setExchange(own));
        const reply = await socket.ask(getMultiExchange(own));
        const expected = own.map(([key, value]) => itemReply(key, value)).join("") + "END\r\n";
        if (reply !== expected) {
          throw new Error(
            "Cannot measure as the raw socket was answered otherwise",
          );
        }
        own.forEach(([, value], i) => values[i * sockets.length + server] = value);
      }
      return values;
    },
    async run(milliseconds, latencies) {
      const clock = { over: false };
      const timer = setTimeout(() => clock.over = true, milliseconds);
      let count = 0;
      for (let at = 0; !clock.over; at++) {
        const parts = rounds[at % rounds.length];
        const begin = performance.now();
        if (parts.length === 1) {
          await sockets[parts[0].server].exchange(parts[0]);
        } else await Promise.all(parts.map((part) => sockets[part.server].exchange(part)));
        latencies.push(performance.now() - begin);
        count += work.callers;
      }
      clearTimeout(timer);
      return count;
    },
  };
}

type Part = Exchange & { readonly server: number };

/** A few rounds that go through all keys; each round has one request for each server it concerns. */
function makeRounds(servers: number, items: Item[], work: Work): Part[][] {
  const keysPerRound = work.callers * keysPerCall(work.operation);
  const most = Math.max(
    1,
    Math.floor(PREBUILT_BYTES / (keysPerRound * (work.bytes + 40))),
  );
  const count = Math.min(
    most,
    Math.max(1, Math.ceil(items.length / keysPerRound)),
  );
  return Array.from({ length: count }, (_, round) => {
    const own = Array.from(
      { length: keysPerRound },
      (_, i) => (round * keysPerRound + i) % items.length,
    );
    const parts: Part[] = [];
    for (let server = 0; server < servers; server++) {
      const part = own.filter((at) => at % servers === server).map((at) => items[at]);
      if (part.length > 0) {
        parts.push({ ...makeExchange(part, servers, work), server });
      }
    }
    return parts;
  });
}

function makeExchange(
  items: Item[],
  servers: number,
  { operation }: Work,
): Exchange {
  if (operation === "get") return getExchange(items);
  if (operation === "getMulti100") {
    return getMultiExchange(items, Math.ceil(100 / servers));
  }
  return setExchange(items);
}

const PREBUILT_BYTES = 32 * 1024 * 1024;
