/**
 * The rows of the fault matrix for clients whose keys are in several places: they move to other servers, another server
 * stands in, or several have each key. The other server is never there, or is the same one by another prefix, so that each
 * fault strikes both. A new one is a line in {@linkcode SEVERAL_METHODS}.
 */

import { type CallOptions, Client, type ClientOptions, type MigrationStage } from "@libmc/libmc";
import { VERB } from "../../support/verbs.ts";
import { ABSENT } from "./counting_connect.ts";
import { KEYS, type MatrixMethod, rowOf, seedItems, valueOf } from "./methods.ts";
import { STEP_METHODS } from "./step_methods.ts";

const KEY = KEYS[0];
const NEW = "new";
/** What the keys of the client begin with that is moved from, behind the tag. */
const OLD = "old:";

type Name = typeof NAMES[number];
const NAMES = ["get", "getMulti", "set", "delete", "incr"] as const;

/** All of them. */
export const SEVERAL_METHODS: readonly MatrixMethod[] = [
  ...(["getMulti", "set"] as const).map((verb) => lent(rowOf(VERB[verb]))),
  lent(stepOf("getOrSet, miss")),
  lent(stepOf("lock")),
  ...(["getMulti", "set", "delete", "incr"] as const).map(copied),
  copiedStep("getOrSet, hit"),
  copiedStep("lock"),
  ...[...NAMES.map(changed), stepOf("getOrSet, miss")].map(inGutter),
  ...[...NAMES.map(changed), stepOf("getOrSet, miss")].map(zoned),
  ...(["get", "getMulti", "set", "delete"] as const).map((verb) =>
    moved(changed(verb), "read_old")
  ),
  ...NAMES.map((verb) => moved(changed(verb), "read_new")),
  moved(stepOf("getOrSet, miss"), "read_new"),
  moved(stepOf("lock"), "read_new"),
];

/** Half of the keys are of a server that is never there: the other one stands in, for a while. */
function lent(row: MatrixMethod): MatrixMethod {
  const options: ClientOptions = {
    failover: true,
    failoverExptime: 100,
    replayInvalidations: true,
  };
  return { ...both(row, "failoverExptime", options), isAskedBesides: true };
}

/** The other copy is never there. */
function copied(verb: Name): MatrixMethod {
  const row = changed(verb);
  return {
    ...both(row, "replicas", { replicas: 2 }),
    isAskedBesides: true,
    // What cannot be deleted there is told, and a delete fails for it.
    isWhole: (answer, tag) => verb === "delete" ? answer === false : row.isWhole(answer, tag),
  };
}

function copiedStep(name: string): MatrixMethod {
  return both(stepOf(name), "replicas", { replicas: 2 });
}

/** All keys are of a server that is never there, and the gutter has them. */
function inGutter(row: MatrixMethod): MatrixMethod {
  return {
    ...both(row, "gutter", { replayInvalidations: true }),
    isAskedBesides: true,
    servers: () => ABSENT,
    optionsAt: (address) => ({ gutter: address }),
  };
}

/** The other zone is never there. */
function zoned(row: MatrixMethod): MatrixMethod {
  return {
    ...both(row, "zones", { zones: { own: "here", others: { there: ABSENT } } }),
    isAskedBesides: true,
    isWhole: (answer, tag) =>
      row.command === "delete" ? answer === false : row.isWhole(answer, tag),
    servers: (address) => address,
  };
}

function both(row: MatrixMethod, what: string, options: ClientOptions): MatrixMethod {
  return {
    ...row,
    name: `${row.name}, with ${what}`,
    mayBeQuiet: false,
    hasSeveral: true,
    // The keys are asked for by several commands, each of which may be sent again.
    mayResolve: true,
    missesAt: "extra reply END",
    options,
    servers: (address) => [address, ABSENT],
  };
}

/** The client moves from keys that begin in another way. What a change has left is never that of before. */
function moved(row: MatrixMethod, stage: MigrationStage): MatrixMethod {
  return {
    ...row,
    name: `${row.name}, with migrateFrom, ${stage}`,
    mayBeQuiet: false,
    isAskedBesides: true,
    // What the other side has not confirmed is told.
    mayResolve: true,
    hasSeveral: true,
    options: { migration: { stage } },
    oldClient: (address, { migration: _, ...options }) =>
      new Client(address, { ...options, prefix: `${options.prefix}${OLD}` }),
    seedItems: (tag) => seedItems(tag).map(([key, value]) => [`${OLD}${key}`, value]),
    warmUp: (client) => client.get("none"),
  };
}

/** A verb, and what it has left when it is over. */
function changed(verb: Name): MatrixMethod {
  const row = rowOf(VERB[verb]);
  if (verb !== "set" && verb !== "delete") return row;
  const after = (tag: string) => verb === "set" ? valueOf(tag, NEW) : undefined;
  const confirmed = new WeakSet<Client>();
  return {
    ...row,
    call: async (client: Client, tag: string, options: CallOptions) => {
      const done =
        await (verb === "set"
          ? client.set(KEY, valueOf(tag, NEW), options)
          : client.delete(KEY, options));
      if (done) confirmed.add(client);
      return done;
    },
    wrongRest: async (client, tag) => {
      const left = await client.get<string>(KEY);
      const may = [undefined, after(tag), ...(confirmed.has(client) ? [] : [valueOf(tag, KEY)])];
      return may.includes(left) ? undefined : Deno.inspect(left);
    },
  };
}

function stepOf(name: string): MatrixMethod {
  return STEP_METHODS.find((row) => row.name === name) as MatrixMethod;
}
