/** Other views of an engine: the same calls, with other keys. */

import type { Command } from "../commands/command.ts";
import { forCommand } from "../error_copy.ts";
import type { MemcachedError } from "../errors.ts";
import { Call } from "./call.ts";
import type { Place } from "./called.ts";
import { eitherEnds, type Ends } from "./ending.ts";
import type { Engine } from "./engine.ts";
import type { Keys } from "./keys.ts";

/** What a view may do in another way: the ends of an engine that a call for keys uses. */
type Changes = Partial<
  Pick<
    Engine,
    | ("began" | "endlessTurn" | "inTurn" | "locate" | "send" | "sendForChunk" | "sendGroups")
    | ("call" | "copy" | "count" | "ending" | "failed" | "inSteps" | "opens" | "route")
    | ("serverOf" | "start" | "strict")
  >
>;

/** Gives the engine for a call with these options: a view, if they name a key that decides the server. */
export function routed(
  engine: Engine,
  options: { readonly routeBy?: unknown } | undefined,
): Engine {
  return options === undefined ? engine : routedBy(engine, options);
}

function routedBy(engine: Engine, options: { readonly routeBy?: unknown } | null): Engine {
  let routeBy: unknown;
  try {
    routeBy = options?.routeBy;
  } catch {
    // The call reads its options, too, and rejects.
  }
  if (typeof routeBy !== "string" || routeBy === "") return engine;
  return withRoute(engine, engine.routeFor(routeBy));
}

/** Gives an engine that sends all commands for keys to the server of one wire key. */
export function withRoute(engine: Engine, route: string): Engine {
  if (failureOf(engine) !== undefined) return engine;
  return withKeys(engine, engine.keys, {
    route,
    began: (call, keys, place, changed) =>
      engine.began(call, keys, isOfKeys(place) ? route : place, changed),
    send(call, key, command, turn) {
      command.route = route;
      engine.send(call, key, command, turn);
    },
    sendForChunk(call, key, chunkKey, command) {
      command.route = route;
      engine.sendForChunk(call, key, chunkKey, command);
    },
    sendGroups: (wireKeys, fanOut, commandsFor, orphaned) =>
      engine.sendGroups(wireKeys, fanOut, commandsFor, orphaned, route),
    inTurn: (keys, call, begin, fail) => engine.inTurn(keys, call, begin, fail, route),
    endlessTurn: (key, command) => engine.endlessTurn(key, command, route),
    locate: (_key, deadline, then) => engine.locate(route, deadline, then),
    serverOf: () => engine.serverOf(route),
    count: (what) => engine.count(what, route),
  });
}

/** True for a call that goes to the servers of its keys, and has some: one that was given a value kept near has none. */
function isOfKeys(place: Place): boolean {
  return typeof place === "string" || "length" in place && place.length > 0;
}

/** Gives an engine that sends all commands for keys to one of the copies that they have. */
export function atCopy(engine: Engine, copy: number, changes: Changes = {}): Engine {
  const named = (place: Place): Place => {
    if (typeof place !== "string" && "servers" in place) return place;
    const keys = typeof place === "string" ? [place] : place;
    return { servers: Array.from(new Set(keys.map((key) => engine.serverOf(key, copy)))) };
  };
  return withKeys(engine, engine.keys, {
    copy,
    began: (call, keys, place, changed) =>
      engine.began(call, keys, engine.watchesCalls ? named(place) : place, changed),
    send(call, key, command, turn) {
      command.copy = copy;
      engine.send(call, key, command, turn);
    },
    sendForChunk(call, key, chunkKey, command) {
      command.copy = copy;
      engine.sendForChunk(call, key, chunkKey, command);
    },
    sendGroups: (wireKeys, fanOut, commandsFor, orphaned, route) =>
      engine.sendGroups(wireKeys, fanOut, commandsFor, orphaned, route, copy),
    locate: (key, deadline, then) => engine.locate(key, deadline, then, copy),
    serverOf: (wireKey) => engine.serverOf(wireKey, copy),
    count: (what, wireKey) => engine.count(what, wireKey, copy),
    ...changes,
  });
}

/** Gives an engine that owns its calls: whether they are strict, and who hears of their failures, is as it says. */
export function owning(
  engine: Engine,
  changes: Pick<Changes, "began" | "failed" | "strict">,
): Engine {
  const view: Engine = withKeys(engine, engine.keys, {
    call: (verb, options, begin) => engine.start(new Call(view, verb, options), begin),
    ...changes,
  });
  return view;
}

/** Gives an engine whose calls that take as long as their callers' streams also end when another client is told to close. */
export function endingWith(engine: Engine, other: Ends): Engine {
  return withKeys(engine, engine.keys, { ending: eitherEnds(engine.ending, other) });
}

/**
 * Gives an engine that refuses calls once its client closes. The engine of a client whose keys are in several places must
 * still accept the steps of earlier calls, so that calls which do not go through `JobTurns` are refused here.
 */
export function refusingAtEnd(engine: Engine): Engine {
  const check = () => {
    if (engine.isClosing) throw engine.closedError();
  };
  const checked = <C, R>(begin: (call: C) => R) => (call: C): R => {
    check();
    return begin(call);
  };
  return withKeys(engine, engine.keys, {
    call: (verb, options, begin) => engine.call(verb, options, checked(begin)),
    inSteps: (verb, options, run) => engine.inSteps(verb, options, checked(run)),
    start: (call, begin, isBounded) => engine.start(call, checked(begin), isBounded),
    opens(call, isBounded) {
      check();
      return engine.opens(call, isBounded);
    },
  });
}

/** Gives an engine that is this one in everything but the keys that callers' keys are turned into. */
export function withKeys(engine: Engine, keys: Keys, changes: Changes = {}): Engine {
  const own = new Map<PropertyKey, unknown>(Object.entries({ ...changes, keys }));
  return new Proxy(engine, {
    get(target, name) {
      const known = own.get(name);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      // A method finds the private members of its engine only there.
      const method: unknown = value.bind(target);
      own.set(name, method);
      return method;
    },
  });
}

/**
 * Gives an engine on which every call for keys fails, for one reason, before anything is sent: each in its own way, as if
 * its server could not be reached.
 */
export function failing(engine: Engine, keys: Keys, error: MemcachedError): Engine {
  const fail = (command: Command) => command.fail(forCommand(error, command.name));
  const view = withKeys(engine, keys, {
    send: (_call, _key, command) => fail(command),
    sendForChunk: (_call, _key, _chunkKey, command) => fail(command),
    sendGroups(wireKeys, fanOut, _commandsFor, orphaned) {
      if (wireKeys.length > 0) {
        fanOut.note(forCommand(error, fanOut.command));
        orphaned?.(Array.from(wireKeys.keys()));
      }
      fanOut.allSent();
    },
    inTurn: (_keys, { command }, _begin, fail) => fail(forCommand(error, command)),
    endlessTurn: (_key, command) => Promise.reject(forCommand(error, command)),
    locate: (_key, _deadline, then) => then(undefined),
  });
  FAILURES.set(view, error);
  return view;
}

/**
 * Looks at the arguments of a call before anything is sent: carries it out up to where they are valid.
 *
 * @returns `undefined` if they are. Else a promise, which rejects if they are not.
 */
export function refusedBy(
  engine: Engine,
  keys: Keys,
  perform: (engine: Engine) => Promise<unknown>,
): Promise<void> | undefined {
  let areValid = false;
  const checked = perform(withKeys(engine, keys, {
    began() {
      areValid = true;
      throw VALID;
    },
  })).then(() => {}, (error) => {
    if (error !== VALID) throw error;
  });
  return areValid ? undefined : checked;
}

/** Ends a call whose arguments are looked at. */
const VALID = new Error("The arguments are valid");

/** Gives the reason for which every call on an engine fails, if it is such a one. */
export function failureOf(engine: Engine): MemcachedError | undefined {
  return FAILURES.get(engine);
}

const FAILURES = new WeakMap<Engine, MemcachedError>();
