/**
 * The servers of the demo: three of its own, or such as are there already.
 *
 * Its own have aliases. It is the name that decides which keys a server gets, so the keys spread in the same way at
 * every run, whatever the ports.
 */

import { MemcachedServer } from "@libmc/libmc/testing";
import { hasProgram, MEMCACHED } from "../../support/ensure_program.ts";
import { startMemcached } from "../../support/memcached.ts";

/** Servers to work on. */
export interface DemoServers extends AsyncDisposable {
  /** What they are, in a few words, if they all say that they are of this version. */
  describe(version: string): string;
  /** As a client is given them. */
  readonly strings: readonly string[];
  /** Stops and starts one of them; undefined where they are not ours to stop. */
  readonly power: Power | undefined;
}

/** Takes a server away, and brings it back, empty, at its old address. */
export interface Power {
  off(index: number): Promise<void>;
  on(index: number): Promise<void>;
}

/** Servers that are there already: they are left running. */
export function givenServers(strings: readonly string[]): DemoServers {
  return {
    describe: (version) => `given by --servers, memcached ${version}, to be left as they are`,
    strings,
    power: undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Starts three servers: memcached if it is on the path, else the one of `@libmc/libmc/testing`. */
export async function startServers(): Promise<DemoServers> {
  if (await hasProgram(MEMCACHED)) {
    return await OwnServers.start(
      (version) => `memcached ${version}, three processes of our own`,
      startMemcached,
    );
  }
  return await OwnServers.start(
    () => "three embedded MemcachedServers: memcached is not on the path",
    (options) => MemcachedServer.start(options),
  );
}

const NAMES = ["cache1", "cache2", "cache3"];

interface Running {
  readonly address: string;
  readonly port: number | undefined;
  stop(): Promise<void>;
}

type Launch = (options: { port?: number }) => Promise<Running>;

class OwnServers implements DemoServers, Power {
  readonly describe: (version: string) => string;
  readonly power: Power = this;
  readonly #launch: Launch;
  readonly #running: Running[] = [];

  static async start(describe: (version: string) => string, launch: Launch): Promise<OwnServers> {
    const servers = new OwnServers(describe, launch);
    try {
      for (const _ of NAMES) servers.#running.push(await launch({}));
      return servers;
    } catch (error) {
      await servers[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(describe: (version: string) => string, launch: Launch) {
    this.describe = describe;
    this.#launch = launch;
  }

  get strings(): readonly string[] {
    return this.#running.map(({ address }, i) => `${address} ${NAMES[i]}`);
  }

  async off(index: number): Promise<void> {
    await this.#running[index].stop();
  }

  async on(index: number): Promise<void> {
    this.#running[index] = await this.#launch({ port: this.#running[index].port! });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.map((server) => server.stop()));
  }
}
