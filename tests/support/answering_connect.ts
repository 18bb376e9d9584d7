/** Servers that are a function from what a client writes to what it reads, one call a write, for each connection. */

import type { Connect, Endpoint } from "@libmc/libmc";
import { bytesOf, textOf } from "./wire.ts";

/** One connection. */
export interface AnsweringConnection {
  readonly endpoint: Endpoint;
  /** Its number, from 0, among all that were dialled. */
  readonly number: number;
  /** All that the client has written, one char a byte. */
  sent: string;
  closed: boolean;
  /** Ends it from the server's side. */
  end(): void;
}

/** Answers a write, one char a byte; `null` closes the connection, and `undefined` says nothing. */
export type Answering = (
  written: string,
  connection: AnsweringConnection,
) => string | null | undefined;

/** Dials such servers. */
export class AnsweringConnect {
  readonly connections: AnsweringConnection[] = [];
  readonly #answer: Answering;

  constructor(answer: Answering) {
    this.#answer = answer;
  }

  /** To be given to a client. */
  readonly connect: Connect = (endpoint) => {
    const number = this.connections.length;
    let replies = "";
    let isOver = false;
    let wake: (() => void) | undefined;
    const end = () => {
      isOver = true;
      wake?.();
    };
    const connection: AnsweringConnection = { endpoint, number, sent: "", closed: false, end };
    this.connections.push(connection);
    const read = async (into: Uint8Array): Promise<number | null> => {
      while (replies === "" && !isOver) await new Promise<void>((resolve) => wake = resolve);
      if (replies === "") return null;
      const bytes = bytesOf(replies.slice(0, into.length));
      replies = replies.slice(bytes.length);
      into.set(bytes);
      return bytes.length;
    };
    return Promise.resolve({
      read,
      write: (bytes) => {
        const written = textOf(bytes);
        connection.sent += written;
        const reply = this.#answer(written, connection);
        if (reply === null) isOver = true;
        else replies += reply ?? "";
        wake?.();
        return Promise.resolve(bytes.length);
      },
      close: () => {
        connection.closed = isOver = true;
        wake?.();
      },
    });
  };
}
