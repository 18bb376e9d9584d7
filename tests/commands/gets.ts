/** Gets with a receiver that keeps what it is told. */

import { assert } from "@std/assert";
import { GetCommand, type Retrieval } from "../../src/commands/get.ts";
import type { Receiver } from "../../src/commands/receiver.ts";
import { textDecoder, Told } from "./exchange.ts";

export const GET: Retrieval = { name: "get" };

/** A get of text. */
export function get(
  key: string,
  how: Retrieval = GET,
  receiver: Receiver<string | undefined> = new Told(),
): GetCommand<string> {
  return new GetCommand(key, textDecoder, receiver, how);
}

/** Gets joined into the first. */
export function joined(
  keys: readonly string[],
): { tolds: Told<string | undefined>[]; command: GetCommand<string> } {
  const tolds = keys.map(() => new Told<string | undefined>());
  const [command, ...others] = keys.map((key, i) => get(key, GET, tolds[i]));
  for (const other of others) assert(command.merge(other));
  return { tolds, command };
}
