/** The verbs that concern servers and not keys: version, stats, flushAll, verbosity, quit. */

import { checkStatsName, checkUnsigned, MAX_UINT32 } from "../checks/arguments.ts";
import type { Command } from "../commands/command.ts";
import { Receiver } from "../commands/receiver.ts";
import {
  OkCommand,
  QuitCommand,
  type ServerStats,
  StatsCommand,
  VersionCommand,
} from "../commands/server_commands.ts";
import type { Call } from "../engine/call.ts";
import { ALL_SERVERS } from "../engine/called.ts";
import {
  CALL_OPTIONS,
  type CallOptions,
  FLUSH_OPTIONS,
  type FlushOptions,
} from "../engine/call_options.ts";
import { sendToAll } from "../engine/all_servers.ts";
import type { Engine } from "../engine/engine.ts";
import { EVERY_KEY } from "../engine/own_changes.ts";
import { FanOut } from "../engine/fan_out.ts";
import { missing, type Verb, verb } from "../engine/verb.ts";
import type { MemcachedError } from "../errors.ts";

type Options = CallOptions | undefined;

export function version(engine: Engine, options: Options): Promise<Map<string, string>> {
  const commandFor = () => (receiver: Receiver<string>) => new VersionCommand(receiver);
  return broadcast(engine, VERBS.version, "version", options, commandFor, (versions) => versions);
}

export function stats(
  engine: Engine,
  name: string,
  options: Options,
): Promise<Map<string, ServerStats>> {
  const commandFor = () => {
    const checked = checkStatsName(name);
    return (receiver: Receiver<ServerStats>) => new StatsCommand(checked, receiver);
  };
  return broadcast(engine, VERBS.stats, "stats", options, commandFor, (stats) => stats);
}

export function flushAll(engine: Engine, options: FlushOptions | undefined): Promise<string[]> {
  return allOk(engine, VERBS.flushAll, "flush_all", options, () => {
    if (!engine.settings.allowFlushAll) {
      throw new TypeError(
        "Cannot flush all as it is not allowed: set allowFlushAll, or call toggleFlushAllFeature(true)",
      );
    }
    const delay = options?.delay;
    return delay === undefined ? "" : String(checkUnsigned("delay", delay, 2 ** 31 - 1));
  });
}

export function verbosity(engine: Engine, level: number, options: Options): Promise<string[]> {
  const argument = () => String(checkUnsigned("level", level, MAX_UINT32));
  return allOk(engine, VERBS.verbosity, "verbosity", options, argument);
}

export async function quit(engine: Engine): Promise<void> {
  const deadline = engine.deadline();
  await engine.drain(() => Object.assign(new QuitCommand(new Unheard()), { deadline }));
}

/** Finds the display name of the server that a call with this key would go to now. */
export function realtimeHost(engine: Engine, key: string): Promise<string | undefined> {
  return engine.call<string | undefined>(VERBS.getRealtimeHostByKey, undefined, (call) => {
    const wireKey = engine.keys.one(key);
    engine.began(call, key, NO_KEYS);
    engine.locate(wireKey, call.deadline, (server) => call.resolve(server));
  });
}

function allOk(
  engine: Engine,
  verb: Verb<string[]>,
  name: "flush_all" | "verbosity",
  options: Options,
  argumentOf: () => string,
): Promise<string[]> {
  const commandFor = () => {
    const argument = argumentOf();
    return (receiver: Receiver<true>) => new OkCommand(name, argument, receiver);
  };
  return broadcast(engine, verb, name, options, commandFor, (answers) => [...answers.keys()]);
}

/**
 * Sends a command to every server, and makes a result from the answers, by display name.
 *
 * @param prepare Checks the call's arguments, and returns the function that makes a command.
 */
function broadcast<T, R>(
  engine: Engine,
  verb: Verb<R>,
  command: string,
  options: Options,
  prepare: () => (receiver: Receiver<T>) => Command,
  resultOf: (answers: Map<string, T>) => R,
): Promise<R> {
  return engine.call<R>(verb, options, (call) => {
    const commandFor = prepare();
    const fanOut = new AnswerFanOut<T, R>(engine, call, command, resultOf);
    engine.began(call, NO_KEYS, ALL_SERVERS, command === "flush_all" ? EVERY_KEY : undefined);
    sendToAll(engine, fanOut, (server) => commandFor(fanOut.from(server)));
  });
}

/** Joins the answers of all servers, by display name, in the order in which the servers were asked. */
class AnswerFanOut<T, R> extends FanOut<[server: string, answer: T], R> {
  readonly #asked: string[] = [];
  readonly #answers = new Map<string, T>();
  readonly #resultOf: (answers: Map<string, T>) => R;

  constructor(
    engine: Engine,
    call: Call<R>,
    command: string,
    resultOf: (answers: Map<string, T>) => R,
  ) {
    super(engine, call, command);
    this.#resultOf = resultOf;
  }

  /** Makes the receiver of one server's answer. */
  from(server: string): Receiver<T> {
    this.#asked.push(server);
    return this.map((answer: T) => [server, answer]);
  }

  protected override collect([server, answer]: [server: string, answer: T]): void {
    this.#answers.set(server, answer);
  }

  protected override finish(): R {
    const answers = this.#answers;
    const inOrder = new Map<string, T>();
    for (const server of this.#asked) {
      if (answers.has(server)) inOrder.set(server, answers.get(server) as T);
    }
    return this.#resultOf(inOrder);
  }
}

/** Receives an outcome that nobody waits for. */
class Unheard extends Receiver<void> {
  override readonly settled = false;
  override resolve(): void {}
  override reject(_error: MemcachedError): void {}
  override rejectMisuse(): void {}
}

const VERBS = {
  version: verb("version", () => new Map<string, never>(), CALL_OPTIONS),
  stats: verb("stats", () => new Map<string, never>(), CALL_OPTIONS),
  flushAll: verb("flushAll", () => [] as string[], FLUSH_OPTIONS),
  verbosity: verb("verbosity", () => [] as string[], CALL_OPTIONS),
  getRealtimeHostByKey: verb("getRealtimeHostByKey", missing, CALL_OPTIONS),
};

const NO_KEYS: readonly string[] = [];
