/** One live memcached behind a proxy, at a port that stays when it is started again. */

import { FaultProxy } from "@libmc/libmc/testing";
import { onSomePort } from "../../support/some_port.ts";
import { type Memcached, startMemcached } from "../../support/memcached.ts";

/** A server of the soak, and what may happen to it. */
export class Stand implements AsyncDisposable {
  readonly proxy: FaultProxy;
  /** The name by which clients know it. */
  readonly name: string;
  #daemon: Memcached;

  static async start(name: string, seed: number): Promise<Stand> {
    const daemon = await startMemcached(DAEMON);
    try {
      const target = daemon.address;
      const proxy = await onSomePort((port) => FaultProxy.start({ target, port, seed }));
      return new Stand(name, daemon, proxy);
    } catch (error) {
      await daemon.stop();
      throw error;
    }
  }

  private constructor(name: string, daemon: Memcached, proxy: FaultProxy) {
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
    this.#daemon = await startMemcached({ ...DAEMON, port: this.#daemon.port as number });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.stop();
    await this.#daemon.stop();
  }
}

const DAEMON = { args: ["-m", "256", "-t", "2"] };
