/**
 * ASCII authentication (memcached's option `-Y`): the first `set` of a connection, whatever its key, carries user and
 * password. On an authenticated connection the same bytes would store the password as a value: they are sent only once.
 */

import type { Receiver } from "./receiver.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { SingleCommand, unexpected } from "./command.ts";
import { changes } from "./traits.ts";

/**
 * User and password for servers with memcached's ASCII authentication (option `-Y`; `doc/protocol.txt`).
 *
 * @example A server that asks for no password does not get it
 * ```ts
 * import { Client, type Credentials } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const auth: Credentials = { username: "app", password: "s3cret" };
 * await using client = new Client(server.address, { auth });
 *
 * assertEquals(await client.get("key"), undefined);
 * assertEquals(server.commands.get("set"), undefined);
 * ```
 */
export interface Credentials {
  /** Text without spaces and colons. */
  readonly username: string;
  /** Text without spaces, CR, LF and NUL: memcached ends the password at a space. No error message contains it. */
  readonly password: string;
}

/** Name of the command in errors. */
export const AUTHENTICATE = "authenticate";

/** Authenticates a connection. */
export class AuthenticationCommand extends SingleCommand<void> {
  override readonly name = AUTHENTICATE;
  override readonly traits = SENT_ONCE;
  override readonly key = undefined;
  readonly #credentials: Credentials;

  constructor(credentials: Credentials, receiver: Receiver<void>) {
    super(receiver);
    this.#credentials = credentials;
  }

  override write(writer: RequestWriter): void {
    const { username, password } = this.#credentials;
    writer.latin1("set authenticate 0 0 ");
    writer.dataBlock(`${username} ${password}`, "");
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.STORED) throw unexpected(this, word, bytes, start, end);
    this.succeed(undefined);
    return true;
  }
}

const SENT_ONCE = changes("never", { hasPayload: true });
