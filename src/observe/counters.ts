/** Counts what happens to servers: an observer. */

import type { Happening, HappeningCounts, HappeningName, Observer } from "./observer.ts";

/** Counts each happening for the server that it concerns. */
export const counting: Observer = {
  happened({ what, server }: Happening): void {
    const name = COUNTED[what];
    if (server !== undefined && name !== undefined) server.counters[name]++;
  },
};

/** The counter of each happening. That a server is dead is a state and is not counted, and a list concerns no server. */
const COUNTED: Readonly<Record<HappeningName, keyof HappeningCounts | undefined>> = {
  failure: "failures",
  connect: "connects",
  disconnect: "disconnects",
  failedDial: "failedDials",
  dead: undefined,
  alive: undefined,
  desync: "desyncs",
  resend: "resends",
  torn: "torn",
  misfit: "misfits",
  owed: "owed",
  replayed: "replayed",
  forgotten: "forgotten",
  servers: undefined,
};
