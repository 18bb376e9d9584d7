/**
 * Sends meta commands, each to a server of which it is known whether it speaks them. The first one to a server waits until
 * the server has been asked, and holds its keys meanwhile, so that no later call for them overtakes it. Once all servers
 * are known it is sent as any other.
 */

import type { Deadline } from "../clock.ts";
import type { Server } from "../cluster/server.ts";
import type { Command } from "../commands/command.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import { type MemcachedError, UnsupportedError } from "../errors.ts";
import { forCommand } from "../error_copy.ts";
import { isSound } from "../thrown.ts";
import { sendToAll } from "./all_servers.ts";
import type { Engine } from "./engine.ts";
import { inItsTurn, type Parts, unplaced } from "./parts.ts";
import type { Turn } from "./key_order.ts";

/**
 * Sends a call's command to the server of its key, behind all calls for the key that were made before.
 *
 * @param turn That of the call for the key, if it has one. It is ended once the command is sent.
 */
export function sendMeta(
  engine: Engine,
  call: { readonly deadline: Deadline },
  key: string,
  command: Command,
  turn?: Turn,
): void {
  const { cluster } = engine;
  const { deadline } = call;
  command.deadline = deadline;
  if (turn === undefined && cluster.ownerOf(engine.route ?? key, engine.copy).knowsMeta) {
    return engine.send(call, key, command);
  }
  const begin = (turn: Turn) => {
    cluster.locate(engine.route ?? key, deadline, (server) => {
      learnAll(engine, server === undefined ? [] : [server], deadline, (error) => {
        if (command.abandoned) return turn.end();
        if (error === undefined) sendLate(engine, call, key, command, turn);
        else command.fail(forCommand(error, command.name));
        turn.end();
      });
    }, engine.copy);
  };
  if (turn !== undefined) return begin(turn);
  engine.inTurn([key], { deadline, command: command.name }, begin, (error) => command.fail(error));
}

/**
 * Sends a call's command if the server of its key can carry it out. Else it calls back, so that other commands take its
 * place.
 *
 * @param instead Is given a turn for the key, which it must end some time.
 */
export function sendMetaOrElse(
  engine: Engine,
  call: { readonly deadline: Deadline },
  key: string,
  command: Command,
  instead: (turn: Turn) => void,
): void {
  const { cluster } = engine;
  const { deadline } = call;
  command.deadline = deadline;
  const owner = cluster.ownerOf(engine.route ?? key, engine.copy);
  if (owner.knowsMeta && owner.meta.refusal(command) === undefined) {
    return engine.send(call, key, command);
  }
  engine.inTurn([key], { deadline, command: command.name }, (turn) => {
    cluster.locate(engine.route ?? key, deadline, (server) => {
      learnAll(engine, server === undefined ? [] : [server], deadline, (error) => {
        if (command.abandoned) return turn.end();
        if (isSound(server?.meta.refusal(command), UnsupportedError)) return instead(turn);
        if (error === undefined) sendLate(engine, call, key, command, turn);
        else command.fail(forCommand(error, command.name));
        turn.end();
      });
    }, engine.copy);
  }, (error) => command.fail(error));
}

/** Sends a command after others. A distribution of the user's may throw, and nobody waits for that any more. */
function sendLate(
  engine: Engine,
  call: { readonly deadline: Deadline },
  key: string,
  command: Command,
  turn: Turn,
): void {
  try {
    engine.send(call, key, command, turn);
  } catch (cause) {
    command.fail(unplaced(cause));
  }
}

/** Sends commands for many keys, grouped by server: as {@linkcode Engine.sendGroups}. */
export function sendMetaGroups(
  engine: Engine,
  wireKeys: readonly string[],
  fanOut: Parts,
  commandsFor: (group: KeyGroup) => Iterable<Command>,
  orphaned?: (positions: readonly number[]) => void,
): void {
  const { cluster } = engine;
  const { deadline } = fanOut;
  if (areKnown(cluster.serversAt(engine.copy)) || wireKeys.length === 0) {
    return engine.sendGroups(wireKeys, fanOut, commandsFor, orphaned);
  }
  const fail = (error: MemcachedError) => {
    fanOut.note(error);
    orphaned?.(Array.from(wireKeys.keys()));
    fanOut.allSent();
  };
  engine.inTurn(wireKeys, fanOut, (turn) => {
    const servers = new Set<Server>();
    cluster.assign(wireKeys, deadline, ({ groups }) => {
      for (const { server } of groups) servers.add(server);
    }, () => {
      learnAll(engine, Array.from(servers), deadline, (error) => {
        if (error !== undefined) {
          turn.end();
          return fail(forCommand(error, fanOut.command));
        }
        try {
          engine.sendGroups(wireKeys, inItsTurn(fanOut, turn), commandsFor, orphaned);
        } catch (cause) {
          turn.end();
          fail(unplaced(cause));
        }
      });
    }, engine);
  }, fail);
}

/** Sends a command to every server: as {@linkcode sendToAll}. */
export function sendMetaToAll(
  engine: Engine,
  fanOut: Parts,
  commandFor: (server: string) => Command,
): void {
  const { deadline } = fanOut;
  const fail = (error: MemcachedError) => {
    fanOut.note(forCommand(error, fanOut.command));
    fanOut.allSent();
  };
  engine.cluster.known(deadline, (error) => {
    if (error !== undefined) return fail(error);
    const alive = engine.cluster.allServers.filter(({ dead }) => !dead);
    learnAll(engine, alive, deadline, (error) => {
      if (error === undefined) sendToAll(engine, fanOut, commandFor);
      else fail(error);
    });
  });
}

/**
 * Waits until all of some servers are known, or could not be asked. That is for each of them to say, to whom the commands
 * go then. Gives an error only if the deadline comes first.
 */
function learnAll(
  { cluster }: Engine,
  servers: readonly Server[],
  deadline: Deadline,
  then: (error: MemcachedError | undefined) => void,
): void {
  let left = servers.length + 1;
  let failure: MemcachedError | undefined;
  const end = (error?: MemcachedError) => {
    failure ??= error;
    if (--left === 0) then(failure);
  };
  for (const server of servers) cluster.learnMeta(server, deadline, end);
  end();
}

/** True if all servers are known: a loop of its own, as it is asked for every call. */
function areKnown(servers: readonly Server[]): boolean {
  for (let i = 0; i < servers.length; i++) if (!servers[i].knowsMeta) return false;
  return true;
}
