/** A server that knows nothing of memcached: it answers the n-th read with the n-th list of what it was given. */

import type { Socket } from "node:net";
import { Listener } from "../../src/testing/sockets/listener.ts";
import { SocketStream } from "../../src/testing/sockets/socket_stream.ts";
import { bytesOf, type ReplyStep } from "./wire_vectors.ts";

/** Plays the server's part of one case of the vectors. */
export class ScriptedReplies implements AsyncDisposable {
  readonly #listener: Listener;
  readonly #connections: SocketStream[] = [];
  readonly #ended: Promise<void>[] = [];
  #script: (readonly ReplyStep[])[];

  static async start(script: readonly (readonly ReplyStep[])[]): Promise<ScriptedReplies> {
    return new ScriptedReplies(await Listener.listen({ hostname: "127.0.0.1", port: 0 }), script);
  }

  private constructor(listener: Listener, script: readonly (readonly ReplyStep[])[]) {
    this.#listener = listener;
    this.#script = [...script];
    listener.serve((socket) => void this.#ended.push(this.#serve(socket)));
  }

  /** The port it listens on. */
  get port(): number {
    return this.#listener.port;
  }

  /** Forgets what has not been played yet, and plays this instead. */
  goOn(script: readonly (readonly ReplyStep[])[]): void {
    this.#script = [...script];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#listener.close();
    for (const connection of this.#connections) connection.close();
    await Promise.all([closed, ...this.#ended]);
  }

  async #serve(socket: Socket): Promise<void> {
    const connection = new SocketStream(socket, 64 * 1024);
    this.#connections.push(connection);
    try {
      while (await connection.read() !== null) {
        for (const step of this.#script.shift() ?? []) {
          if ("wait_ms" in step) await wait(step.wait_ms);
          else if ("close" in step) return;
          else await connection.write(bytesOf(step));
        }
      }
    } catch {
      // The client has closed it.
    } finally {
      connection.close();
    }
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
