/** What a client's events said, in order and in few words. */

import type { Client, ServerEvent } from "@libmc/libmc";

/** Listens to every event of a client. */
export class EventLog {
  readonly #lines: string[] = [];

  constructor(client: Client) {
    const listen = (event: ServerEvent) => this.#lines.push(sentence(event));
    for (const name of ["failure", "connect", "disconnect", "dead", "alive"] as const) {
      client.addEventListener(name, listen);
    }
  }

  /** Gives what was said since the last time, each sentence once with how often it came. */
  take(): Map<string, number> {
    const times = new Map<string, number>();
    for (const line of this.#lines.splice(0)) times.set(line, (times.get(line) ?? 0) + 1);
    return times;
  }
}

function sentence({ type, server, error }: ServerEvent): string {
  const about = server === undefined ? type : `${type} ${server}`;
  return error === undefined ? about : `${about}: ${error.message.replace(OS_ERROR, "")}`;
}

/** The number that the system gives an error says nothing that its text does not. */
const OS_ERROR = / \(os error \d+\)/;
