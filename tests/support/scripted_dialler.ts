/** A dialler without a network: each dial waits until a test says how it ends, or ends at once as the test foresaw. */

import type { Endpoint, Transport } from "../../src/transports/transport.ts";
import { ScriptedTransport } from "./scripted_transport.ts";

/** One dial that was begun. */
export interface Dial {
  readonly endpoint: Endpoint;
  readonly signal: AbortSignal;
  /** Ends it well. */
  succeed(transport?: ScriptedTransport): ScriptedTransport;
  /** Ends it badly. */
  fail(message?: string): void;
}

/** Dials as a test says. */
export class ScriptedDialler {
  /** All dials so far, in order. */
  readonly dials: Dial[] = [];
  /** The transports of the dials that ended well. */
  readonly transports: ScriptedTransport[] = [];
  /** How a dial ends at once: with this transport, or by this error. `undefined`: the test ends it. */
  answer: ((endpoint: Endpoint) => ScriptedTransport | Error | undefined) | undefined;
  /** Heeds the signal, as a good dialler does. */
  heedsSignal = true;

  /** What is dialled with. */
  readonly connect = (endpoint: Endpoint, signal: AbortSignal): Promise<Transport> => {
    const { promise, resolve, reject } = Promise.withResolvers<Transport>();
    const succeed = (transport = new ScriptedTransport()) => {
      this.transports.push(transport);
      resolve(transport);
      return transport;
    };
    const fail = (message = "connection refused") => reject(new Error(message));
    this.dials.push({ endpoint, signal, succeed, fail });
    if (this.heedsSignal) signal.addEventListener("abort", () => reject(signal.reason));
    const answer = this.answer?.(endpoint);
    if (answer instanceof Error) reject(answer);
    else if (answer !== undefined) succeed(answer);
    return promise;
  };

  /** The latest dial. */
  get last(): Dial {
    const dial = this.dials.at(-1);
    if (dial === undefined) throw new Error("Nothing was dialled");
    return dial;
  }

  /** The latest transport. */
  get transport(): ScriptedTransport {
    const transport = this.transports.at(-1);
    if (transport === undefined) throw new Error("No dial has ended well");
    return transport;
  }

  /** From now on, all dials succeed at once. */
  open(): this {
    this.answer = () => new ScriptedTransport();
    return this;
  }

  /** From now on, all dials fail at once. */
  refuse(): this {
    this.answer = () => new Error("connection refused");
    return this;
  }

  /** Where was dialled, in order. */
  get hosts(): string[] {
    return this.dials.map(({ endpoint }) => "path" in endpoint ? endpoint.path : endpoint.hostname);
  }
}
