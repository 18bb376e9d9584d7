/**
 * Connections that one owner has for itself: for administration, whose commands a shared connection could not carry
 * without harm to other callers. They are dialled and made ready as all others are, and end with the client. They say
 * nothing of a server's health, which is judged by the shared connections, and are not counted.
 */

import { LineStream } from "../connection/line_stream.ts";
import { OneAtATime } from "../connection/one_at_a_time.ts";
import { forCommand } from "../error_copy.ts";
import { ClosedError } from "../errors.ts";
import type { Address } from "../placement/address.ts";
import type { Transport } from "../transports/transport.ts";
import { dial, endpointOf } from "./dial.ts";
import type { ServerContext } from "./server_context.ts";
import { closedError, dialError } from "./server_errors.ts";

/** Opens such connections, and closes those that are open when the client ends. */
export class OwnConnections {
  readonly #context: ServerContext;
  /** Ends each connection, or the dial for it. */
  readonly #enders = new Set<(reason: unknown) => void>();
  readonly #open = new Set<LineStream>();
  #isUnref = false;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /**
   * Opens a connection that is ready for a command.
   *
   * @param signal Ends the dial. After that, the owner closes the connection.
   * @throws {ConnectionError} If that fails.
   * @throws The signal's reason.
   */
  async open(address: Address, command: string, signal: AbortSignal): Promise<LineStream> {
    const controller = new AbortController();
    const end = (reason: unknown) => controller.abort(reason);
    const onAbort = () => end(signal.reason);
    this.#enders.add(end);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    try {
      const stream = await this.#dial(address, command, controller.signal);
      if (!controller.signal.aborted) return stream;
      stream.close(controller.signal.reason);
      throw controller.signal.reason;
    } catch (cause) {
      if (controller.signal.aborted) throw controller.signal.reason;
      throw forCommand(dialError(address.name, cause), command);
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#enders.delete(end);
    }
  }

  /** Lets the program end although such connections are open, now or later. */
  unref(): void {
    this.#isUnref = true;
    for (const stream of this.#open) stream.unref();
  }

  /**
   * Closes all of them.
   *
   * @param at The place where the client was closed.
   */
  close(at: Error | undefined): void {
    for (const end of this.#enders) {
      end(new ClosedError("Cannot connect as the client was closed", { cause: at }));
    }
    for (const stream of this.#open) {
      stream.close(closedError(stream.server, stream.command, at));
    }
  }

  async #dial(address: Address, command: string, signal: AbortSignal): Promise<LineStream> {
    const { connect, clock, settings, prepare, censor } = this.#context;
    const timeout = settings.connectTimeout || settings.timeout;
    const transport = await dial(connect, endpointOf(address), { clock, timeout, signal });
    const stream = this.#streamOn(transport, address.name, command);
    if (prepare === undefined) return stream;
    const giveUp = () => stream.close(signal.reason);
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    try {
      const deadline = timeout === 0 ? Infinity : clock.now() + timeout;
      await prepare(new OneAtATime(stream, { clock, censor }), deadline);
      signal.throwIfAborted();
      return stream;
    } catch (error) {
      stream.close(error);
      throw error;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  #streamOn(transport: Transport, server: string, command: string): LineStream {
    const { clock, censor } = this.#context;
    const stream: LineStream = new LineStream(transport, {
      ...{ server, command, clock, censor },
      onClose: () => this.#open.delete(stream),
    });
    this.#open.add(stream);
    if (this.#isUnref) stream.unref();
    return stream;
  }
}
