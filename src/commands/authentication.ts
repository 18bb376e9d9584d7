/**
 * ASCII authentication (memcached's option `-Y`): the first `set` of a connection, whatever its key, carries user and
 * password. Once authenticated, the same bytes would store the password as a value: they must be sent once.
 */

import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { type Outcome, SingleCommand, unexpected } from "./command.ts";

/** Who a client is. */
export interface Credentials {
  /** Without spaces and colons. */
  readonly username: string;
  /** Without spaces: memcached knows none with. Never part of a message. */
  readonly password: string;
}

/** Authenticates a connection. */
export class AuthenticationCommand extends SingleCommand<void> {
  override readonly name = "authenticate";
  override readonly hasPayload = true;
  readonly #credentials: Credentials;

  constructor(credentials: Credentials, outcome: Outcome<void>) {
    super(outcome);
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
