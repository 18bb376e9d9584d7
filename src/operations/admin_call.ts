/**
 * Calls of administration. Each command goes out on a connection of its own: a proxy or an old server may close the
 * connection over it, and no other caller must feel that. These calls are strict unless they are told not to be.
 */

import { type Check, notAnOptionsObject, wrongType } from "../checks/check.ts";
import { type LineOrigin, refusalOf } from "../commands/admin/refusals.ts";
import { Call } from "../engine/call.ts";
import { CALL_OPTIONS, type CallChecks, type CallOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { openOwn, type OwnConnection, serversKnown, serversOf } from "../engine/own_connection.ts";
import type { Verb } from "../engine/verb.ts";
import { MemcachedError, MultiError, ProtocolError, TimeoutError } from "../errors.ts";
import { isSound } from "../thrown.ts";

/**
 * Options of the methods of `client.admin`. They are strict unless `strict` is `false`: then they give what those servers
 * answered that did.
 *
 * @example Ask one of several servers
 * ```ts
 * import { type AdminOptions, Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using one = await MemcachedServer.start();
 * await using two = await MemcachedServer.start();
 * await using client = new Client([`${one.address} one`, `${two.address} two`]);
 *
 * const options: AdminOptions = { servers: ["two"] };
 * assertEquals([...(await client.admin.stats("items", options)).keys()], ["two"]);
 * ```
 */
export interface AdminOptions extends CallOptions {
  /** Display names of the servers that are asked: all of the client's unless given. */
  servers?: readonly string[];
}

/** Checks for a list of names. Whether they are those of servers is found out later. */
export const aServerList: Check = (name, value) => {
  const isList = Array.isArray(value) && value.every((server) => typeof server === "string");
  if (!isList) throw wrongType(name, "a list of strings", value);
};

export const ADMIN_OPTIONS: CallChecks = { ...CALL_OPTIONS, servers: aServerList };

/** A command, and how its reply is read. */
export interface Asking<T> {
  /** The word that begins the request, for errors. */
  readonly command: string;
  /** The request, without its line end. */
  readonly line: string;
  /** The wire keys whose items it may change. */
  readonly changed?: readonly string[];
  /**
   * Reads the reply, whose first line declines nothing.
   *
   * @param next Gives the next line.
   */
  readonly read: (first: string, next: () => Promise<string>, origin: LineOrigin) => Promise<T> | T;
}

/**
 * Asks several servers at the same time.
 *
 * @param prepare Checks the call's arguments.
 */
export function askEach<T, R>(
  engine: Engine,
  verb: Verb<R>,
  options: AdminOptions | undefined,
  prepare: () => Asking<T>,
  resultOf: (answers: Map<string, T>) => R,
): Promise<R> {
  return start(engine, verb, options, async (call, signal) => {
    const asking = prepare();
    if (engine.cluster.isAwaiting) await serversKnown(engine, call.deadline);
    const servers = serversOf(engine, options?.servers);
    engine.began(call, NO_KEYS, { servers });
    const asked = servers.map(async (server) => {
      try {
        return { server, answer: await ask(engine, server, asking, signal) };
      } catch (error) {
        if (isSound(error, MemcachedError)) return { server, error };
        throw error;
      }
    });
    const answers = new Map<string, T>();
    const errors: MemcachedError[] = [];
    for (const one of await Promise.all(asked)) {
      if (one.error === undefined) answers.set(one.server, one.answer);
      else errors.push(one.error);
    }
    const result = resultOf(answers);
    if (errors.length === 0) return call.resolve(result);
    call.settleInPart(result, errors, () => allFailed(asking.command, errors, result));
  });
}

/** Asks one server. */
export function askOne<T>(
  engine: Engine,
  verb: Verb<T>,
  server: string,
  options: CallOptions | undefined,
  prepare: () => Asking<T>,
): Promise<T> {
  return start(engine, verb, options, async (call, signal) => {
    const asking = prepare();
    if (engine.cluster.isAwaiting) await serversKnown(engine, call.deadline);
    serversOf(engine, [server]);
    engine.began(call, NO_KEYS, { servers: [server] }, asking.changed);
    call.resolve(await ask(engine, server, asking, signal));
  });
}

/** Makes the error for a line that is none of those that may come. */
export function unexpectedLine(line: string, { server, command, shown }: LineOrigin): Error {
  return new ProtocolError(`Cannot take ${shown(line)} as the reply to ${command}`, {
    server,
    command,
    sent: "maybe",
  });
}

/** Begins a call, which closes its connections when it is over, an abort included. */
function start<R>(
  engine: Engine,
  verb: Verb<R>,
  options: CallOptions | undefined,
  run: (call: Call<R>, signal: AbortSignal) => Promise<void>,
): Promise<R> {
  const isGiven = options !== undefined && notAnOptionsObject(options) === undefined;
  const call = new Call<R>(
    engine,
    verb,
    isGiven ? { strict: true, ...options } : options ?? STRICT,
  );
  return engine.start(call, (call) => {
    const controller = new AbortController();
    const { onSettled } = call;
    call.onSettled = (end) => {
      controller.abort(OVER);
      onSettled?.(end);
    };
    run(call, controller.signal).catch((error) => {
      if (isSound(error, MemcachedError)) call.reject(error);
      else call.rejectMisuse(error);
    });
  });
}

/** Sends a command to a server and reads the reply, all of it within the client's timeout. */
async function ask<T>(
  engine: Engine,
  server: string,
  { command, line, read }: Asking<T>,
  signal: AbortSignal,
): Promise<T> {
  const { clock, timeout, pollTimeout } = engine.settings;
  const end = timeout === 0 ? Infinity : clock.now() + timeout;
  const limit = () => {
    const left = Math.ceil(end - clock.now());
    if (left > 0) return left === Infinity ? pollTimeout : Math.min(left, pollTimeout || left);
    throw new TimeoutError(`Cannot ${command} as the whole call took longer than its timeout`, {
      ...{ server, command },
      sent: "maybe",
    });
  };
  const connection = await openOwn(engine, server, command, signal);
  try {
    await connection.send([encoder.encode(`${line}\r\n`)], limit());
    const first = await connection.firstLine(limit());
    const origin = originOf(connection, command);
    const refusal = refusalOf(first, origin);
    if (refusal !== undefined) throw refusal;
    let bytes = 0;
    return await read(first, async () => {
      const next = await connection.line(limit());
      if (next === null) throw connection.broken("the server closed it in the middle of a reply");
      bytes += next.length;
      if (bytes > MOST_BYTES) throw tooLong(origin);
      return next;
    }, origin);
  } finally {
    connection.close(OVER);
  }
}

/** Gives what errors say of a connection's lines. */
export function originOf(connection: OwnConnection, command: string): LineOrigin {
  return { server: connection.server, command, shown: (line) => connection.shown(line) };
}

function tooLong({ server, command }: LineOrigin): ProtocolError {
  return new ProtocolError(
    `Cannot take the reply to ${command} as it must be <= ${MOST_BYTES} bytes: more have come`,
    { server, command, sent: "maybe" },
  );
}

function allFailed<R>(
  command: string,
  errors: readonly MemcachedError[],
  partial: R,
): MemcachedError {
  return new MultiError<R>(
    `Cannot ${command} all as ${errors.length} part(s) failed: ${errors[0].message}`,
    {
      ...{ partial, errors, command },
      server: errors[0].server,
      sent: errors.some(({ sent }) => sent === "maybe") ? "maybe" : "no",
    },
  );
}

/** More than any server needs: memcached sends 138 bytes per connection, so 480,000 connections fit. */
const MOST_BYTES = 64 * 2 ** 20;
const STRICT: CallOptions = { strict: true };
/** The reason with which the connection of a call that is over is closed. Nobody waits for anything on it any more. */
const OVER = new Error("The call is over");
const NO_KEYS: readonly string[] = [];
const encoder = new TextEncoder();
