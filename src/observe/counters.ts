/** Counts what happens to servers: an observer. */

import type { Happening, HappeningCounts, HappeningName, Observer } from "./observer.ts";

/** Counts each happening for the server that it concerns. */
export const counting: Observer = {
  happened({ what, server, error }: Happening): void {
    const name = COUNTED[what];
    if (server === undefined || name === undefined) return;
    server.counters[name]++;
    if (what !== "failure" || error === undefined) return;
    const { failuresByKind } = server.counters;
    failuresByKind[error.name] = (failuresByKind[error.name] ?? 0) + 1;
  },
};

/** The counter of each happening. That a server is dead is a state and is not counted, and a list concerns no server. */
const COUNTED: Readonly<
  Record<HappeningName, Exclude<keyof HappeningCounts, "failuresByKind"> | undefined>
> = {
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
  slow: undefined,
};
