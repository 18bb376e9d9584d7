/** Faults of the process: a live memcached that is not there, dies, sleeps, or begins anew. */

import { type Memcached, startMemcached } from "../../support/memcached.ts";
import { type MatrixFault, moment, type Scene } from "./scene.ts";

/** Faults of a live memcached, which all methods share. */
export const PROCESS_FAULTS: readonly MatrixFault[] = [
  memcached("server down at the start", async (process) => {
    await process.daemon.stop();
    return { isCold: true, seedAddress: undefined, heal: () => process.restart() };
  }),
  memcached("server killed during the call", (process) => ({
    strike: () => process.daemon.pause(),
    strikeDuring: async () => {
      await moment(20);
      await process.daemon.stop();
    },
    heal: () => process.restart(),
  })),
  memcached("server stopped before the call", (process) => ({
    strike: () => process.daemon.stop(),
    heal: () => process.restart(),
  })),
  memcached("server restarted before the call", (process) => ({
    strike: () => process.restart(),
    heal: () => {},
  })),
  memcached("server paused", (process) => ({
    strike: () => process.daemon.pause(),
    heal: () => process.daemon.resume(),
  })),
  memcached("server paused for a moment", (process) => ({
    strike: () => process.daemon.pause(),
    strikeDuring: async () => {
      await moment(20);
      process.daemon.resume();
    },
    heal: () => {},
  })),
];

/** A memcached that can begin anew at its old address. */
class Restartable {
  daemon: Memcached;

  constructor(daemon: Memcached) {
    this.daemon = daemon;
  }

  async restart(): Promise<void> {
    await this.daemon.stop();
    this.daemon = await startMemcached({ port: this.daemon.port as number });
  }
}

type Part = Partial<Scene> & Pick<Scene, "heal">;

function memcached(
  name: string,
  partOf: (process: Restartable) => Part | Promise<Part>,
): MatrixFault {
  return {
    name,
    isShared: true,
    async open(): Promise<Scene> {
      const daemon = await startMemcached();
      const process = new Restartable(daemon);
      const part = await partOf(process);
      return {
        address: daemon.address,
        seedAddress: daemon.address,
        ...part,
        [Symbol.asyncDispose]: () => process.daemon.stop(),
      };
    },
  };
}
