/** Servers as the command line names them: server strings of a client, and behind the place of one its weight, as in `cache1:11211*2`. */

import { parseAddress } from "../placement/address.ts";
import { spacedListIn } from "../placement/server_mistakes.ts";
import type { ClientOptions, WeightedServer } from "../../mod.ts";
import { UsageError } from "./usage_error.ts";

/** One server: its string, and its weight if it has one. */
export type ListedServer = string | WeightedServer;

/** Reads a server. What the string itself may be is the client's to check. */
export function readServer(text: string): ListedServer {
  const [, place, weight, alias = ""] = WEIGHTED.exec(text) ?? [];
  return place === undefined ? text : { server: `${place}${alias}`, weight: Number(weight) };
}

/** A place, `*`, a number, and what stands behind the first free space. An alias may hold anything. */
const WEIGHTED = /^((?:\\.|[^\\ ])+?)\*(\d+)( .*)?$/s;

/**
 * Refuses a list with spaces in place of commas: it would be one server with an alias.
 *
 * @throws {UsageError} If the only server is such a list.
 */
export function checkSpaces(texts: readonly string[]): void {
  const [only, ...more] = texts;
  if (only === undefined || more.length > 0 || spacedListIn(only) === undefined) return;
  throw new UsageError(
    `${JSON.stringify(only)} holds several servers`,
    `Write them with commas: ${only.split(/[ ,]+/).join(",")}`,
  );
}

/** The strings of servers, without their weights. */
export function stringsOf(servers: readonly ListedServer[]): string[] {
  return servers.map((server) => typeof server === "string" ? server : server.server);
}

/** The display name of a server. */
export function nameOf(server: ListedServer): string {
  return parseAddress(typeof server === "string" ? server : server.server).name;
}

/**
 * Refuses what other clients take for a weight, and this one for nothing: libmc ignores what stands behind the port.
 *
 * @throws {UsageError} If a server has one, and the distribution would make use of it.
 */
export function checkWeightForms(
  servers: readonly ListedServer[],
  { distribution = "libmc" }: ClientOptions,
): void {
  if (distribution === "libmc") return;
  const wrong = stringsOf(servers).find((server) => THIRD_NUMBER.test(server));
  if (wrong === undefined) return;
  const [, place, weight] = THIRD_NUMBER.exec(wrong)!;
  throw new UsageError(
    `${JSON.stringify(wrong)} has a number behind its port, which is no weight here`,
    `Write ${place}*${weight} if it is a weight, or leave it out`,
  );
}

const THIRD_NUMBER = /^([^/[: ]+:\d+):(\d+)(?= |$)/;
