/** A server that knows nothing of memcached: it answers the n-th read with the n-th list of what it was given. */

import { bytesOf, type ReplyStep } from "./wire_vectors.ts";

/** Plays the server's part of one case of the vectors. */
export class ScriptedReplies implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: Deno.TcpConn[] = [];
  readonly #ended: Promise<void>[] = [];
  readonly #accepting: Promise<void>;
  #script: (readonly ReplyStep[])[];

  constructor(script: readonly (readonly ReplyStep[])[]) {
    this.#script = [...script];
    this.#accepting = this.#accept();
  }

  /** The port it listens on. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Forgets what has not been played yet, and plays this instead. */
  goOn(script: readonly (readonly ReplyStep[])[]): void {
    this.#script = [...script];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const connection of this.#connections) closeOnce(connection);
    await Promise.all(this.#ended);
  }

  async #accept(): Promise<void> {
    try {
      while (true) {
        const connection = await this.#listener.accept();
        connection.setNoDelay(true);
        this.#connections.push(connection);
        this.#ended.push(this.#serve(connection));
      }
    } catch {
      // The listener was closed.
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      while (await connection.read(buffer) !== null) {
        for (const step of this.#script.shift() ?? []) {
          if ("wait_ms" in step) await wait(step.wait_ms);
          else if ("close" in step) return;
          else await connection.write(bytesOf(step));
        }
      }
    } catch {
      // The client has closed it.
    } finally {
      closeOnce(connection);
    }
  }
}

function closeOnce(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It was closed before.
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
