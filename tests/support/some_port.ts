/**
 * Ports for what gives its port up and takes it again: below those that systems give to outgoing connections, one of
 * which could take it meanwhile. They are handed out in order: of ports by chance one in a few runs was the one that
 * another had just given up.
 */

import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";

/** A port that is probably free. */
export function somePort(): number {
  next = next >= LAST ? FIRST : next + 1;
  return next;
}

/** Starts a server on such a port; on another one if that is taken. */
export async function onSomePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 0;; tries++) {
    try {
      return await start(somePort());
    } catch (error) {
      if ((error as { code?: string }).code !== "EADDRINUSE" || tries >= MOST_TRIES) throw error;
    }
  }
}

/** Starts an embedded server that can be stopped and started again at its port. */
export function startRestartable(): Promise<MemcachedServer> {
  return onSomePort((port) => MemcachedServer.start({ port }));
}

/** Starts a proxy that can refuse connections for a while. */
export function startProxy(target: string, seed?: number): Promise<FaultProxy> {
  const options = { target, ...(seed !== undefined && { seed }) };
  return onSomePort((port) => FaultProxy.start({ ...options, port }));
}

const FIRST = 12_000;
const LAST = 31_999;
const MOST_TRIES = 20;
/** Other processes hand out ports as well, so each begins elsewhere. */
let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));
