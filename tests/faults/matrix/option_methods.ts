/**
 * The rows of the fault matrix for options that change what happens to a call: how its key is sent and placed, where its
 * servers come from, when they count as dead and what is made up for later. A new one is a line in
 * {@linkcode OPTION_METHODS}.
 */

import type { ClientOptions, ServersFunction } from "@libmc/libmc";
import { VERB } from "../../support/verbs.ts";
import { KEYS, type MatrixMethod, rowOf, valueOf } from "./methods.ts";

const KEY = KEYS[0];
const NEW = "new";
/** Longer than a server takes. */
const LONG = "l".repeat(300);

/** All of them. */
export const OPTION_METHODS: readonly MatrixMethod[] = [
  withOptions("get", "deadAfter", { deadAfter: 1 }),
  withOptions("set", "deadAfter", { deadAfter: 1 }),
  withOptions("getMulti", "a distribution", { distribution: "rendezvous" }),
  withOptions("setMulti", "hashTag", { hashTag: "{}", distribution: "ketama" }),
  withRoute("get"),
  withRoute("set"),
  withLongKey("get"),
  withLongKey("set"),
  withReplay("set", valueOf),
  withReplay("delete", () => undefined),
  {
    ...withOptions("get", "a function as servers", {}),
    servers: (address): ServersFunction => () => Promise.resolve([address]),
  },
  {
    ...withOptions("set", "an async iterable as servers", {}),
    servers: async function* (address) {
      yield [address];
      // It is told the same again, while the call is on its way.
      yield [address];
      yield [`${address} named`];
    },
  },
];

function withOptions(
  verb: "get" | "set" | "delete" | "getMulti" | "setMulti",
  what: string,
  options: ClientOptions,
): MatrixMethod {
  return { ...rowOf(VERB[verb]), name: `${verb}, with ${what}`, options };
}

/** The server is that of another key. */
function withRoute(verb: "get" | "set"): MatrixMethod {
  return {
    ...withOptions(verb, "routeBy", { distribution: "modulo" }),
    call: (client, tag, options) => {
      const routed = { ...options, routeBy: "group" };
      return verb === "get" ? client.get(KEY, routed) : client.set(KEY, valueOf(tag, KEY), routed);
    },
  };
}

/** What is sent is another key than what was asked for. */
function withLongKey(verb: "get" | "set"): MatrixMethod {
  const row = withOptions(verb, 'longKeys "hash"', { longKeys: "hash" });
  return {
    ...row,
    seedItems: (tag) => [...row.seedItems(tag), [LONG, valueOf(tag, KEY)]],
    call: (client, tag, options) =>
      verb === "get" ? client.get(LONG, options) : client.set(LONG, valueOf(tag, KEY), options),
  };
}

/** A change that failed leaves nothing of before, whatever became of it. */
function withReplay(
  verb: "set" | "delete",
  after: (tag: string, key: string) => string | undefined,
): MatrixMethod {
  const options: ClientOptions = { replayInvalidations: true };
  return {
    ...withOptions(verb, "replayInvalidations", options),
    // Without replies nobody knows what failed.
    mayBeQuiet: false,
    call: (client, tag, options) =>
      verb === "set" ? client.set(KEY, valueOf(tag, NEW), options) : client.delete(KEY, options),
    // That what was deleted belongs to its server is known to the client alone.
    isAskedBesides: verb === "delete",
    wrongRest: async (client, tag, fault) => {
      const left = await client.get(KEY);
      // A server that refuses a change in so many words is not asked again: its caller knows.
      const isRefused = fault.startsWith("SERVER_ERROR");
      const may = [undefined, after(tag, NEW), ...(isRefused ? [valueOf(tag, KEY)] : [])];
      return may.includes(left as string | undefined) ? undefined : Deno.inspect(left);
    },
  };
}
