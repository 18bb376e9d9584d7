/** One live memcached behind a proxy, at a port that stays when it is started again. */

import type { FaultProxy } from "@libmc/libmc/testing";
import { startProxy } from "../../support/some_port.ts";
import { type Memcached, type MemcachedOptions, startMemcached } from "../../support/memcached.ts";

/** A server of the soak, and what may happen to it. */
export class Stand implements AsyncDisposable {
  readonly proxy: FaultProxy;
  /** The name by which clients know it. */
  readonly name: string;
  readonly #threads: number;
  #daemon: Memcached;

  /** @param threads With one, the server carries out what came first before what comes on another connection. */
  static async start(name: string, seed: number, threads = 2): Promise<Stand> {
    const daemon = await startMemcached(daemonOptions(threads));
    try {
      const target = daemon.address;
      const proxy = await startProxy(target, seed);
      return new Stand(name, daemon, proxy, threads);
    } catch (error) {
      await daemon.stop();
      throw error;
    }
  }

  private constructor(name: string, daemon: Memcached, proxy: FaultProxy, threads: number) {
    this.#threads = threads;
    this.name = name;
    this.#daemon = daemon;
    this.proxy = proxy;
  }

  /** As the client is given it. */
  get address(): string {
    return `${this.proxy.address} ${this.name}`;
  }

  pause(): void {
    this.#daemon.pause();
  }

  resume(): void {
    this.#daemon.resume();
  }

  async kill(): Promise<void> {
    await this.#daemon.stop();
  }

  async restart(): Promise<void> {
    this.#daemon = await startMemcached({
      ...daemonOptions(this.#threads),
      port: this.#daemon.port as number,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.stop();
    await this.#daemon.stop();
  }
}

function daemonOptions(threads: number): MemcachedOptions {
  return { args: ["-m", "256", "-t", String(threads)] };
}
