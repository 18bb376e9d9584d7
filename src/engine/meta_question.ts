/** Asks a server whether it speaks meta commands: first its version, then for a proof of it. */

import { MetaNoopCommand } from "../commands/meta/noop.ts";
import { VersionCommand } from "../commands/server_commands.ts";
import { ConnectionError, ReplyError, TimeoutError } from "../errors.ts";
import type { MetaQuestions } from "../cluster/meta_support.ts";
import { askFirst, type NewConnection } from "./first_command.ts";

/** What a server is asked before its first meta command. */
export const META_QUESTIONS: MetaQuestions = {
  speaksMeta: askForMeta,
  isThere: async (connection, deadline) => {
    try {
      await askFirst<string>(connection, deadline, (receiver) => new VersionCommand(receiver));
      return true;
    } catch (error) {
      return error instanceof ReplyError;
    }
  },
};

/**
 * Asks on a connection that carries nothing else, as a proxy may close it.
 *
 * One does not go without the other. A proxy may pass on the version of a server behind it, and close the connection at
 * `mn`. And of commands that come together a server that wants a password answers only the last one, so they are sent one
 * after the other.
 *
 * @throws {MemcachedError} If the server has not shown whether it does: it is silent, wants a password, or has gone.
 */
async function askForMeta(
  connection: NewConnection,
  deadline: number,
): Promise<{ version: string | undefined; speaksMeta: boolean; ended?: boolean }> {
  let version: string;
  try {
    version = await askFirst<string>(
      connection,
      deadline,
      (receiver) => new VersionCommand(receiver),
    );
  } catch (error) {
    if (!isErrorLine(error)) throw error;
    return { version: undefined, speaksMeta: false };
  }
  try {
    await askFirst<true>(connection, deadline, (receiver) => new MetaNoopCommand(receiver));
    return { version, speaksMeta: true };
  } catch (error) {
    // A proxy whose server is away says SERVER_ERROR, and may know the command.
    const isOpen = error instanceof TimeoutError ||
      error instanceof ReplyError && !isErrorLine(error);
    if (isOpen) throw error;
    return { version, speaksMeta: false, ended: error instanceof ConnectionError };
  }
}

/** True for the line of a server that does not know the command. */
function isErrorLine(error: unknown): boolean {
  return error instanceof ReplyError && error.kind === "ERROR";
}
