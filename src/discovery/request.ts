/** Questions to a memcached, on a connection that carries nothing else. */

import type { Credentials } from "../commands/authentication.ts";
import { ReplyError } from "../errors.ts";
import type { Transport } from "../transports/transport.ts";

/**
 * Asks one question after the other, until one is answered. An endpoint that asks for a password is given it, once: one that
 * does not would keep the password as a value.
 *
 * @returns The data of the answer; `undefined` if there is no item, or the server does not know the commands.
 * @throws {ReplyError} If the password is refused.
 * @throws If there is none, the connection ends, or the reply is none.
 */
export async function request(
  transport: Transport,
  questions: readonly string[],
  auth: Credentials | undefined,
): Promise<string | undefined> {
  let credentials = auth;
  for (let at = 0; at < questions.length;) {
    const { line, data } = await ask(transport, `${questions[at]}\r\n`);
    if (data !== undefined) return data;
    if (line !== ASKS) at++;
    else {
      if (credentials === undefined) throw new Error("the endpoint asks for user and password");
      await authenticate(transport, credentials);
      credentials = undefined;
    }
  }
  return undefined;
}

async function authenticate(transport: Transport, credentials: Credentials): Promise<void> {
  const secret = `${credentials.username} ${credentials.password}`;
  const { length } = encoder.encode(secret);
  const { line } = await ask(transport, `set authenticate 0 0 ${length}\r\n${secret}\r\n`);
  if (line === "STORED") return;
  // What it has said may hold the password.
  throw new ReplyError("Cannot authenticate as the endpoint has refused user and password", {
    kind: "CLIENT_ERROR",
    command: "authenticate",
    sent: "no",
  });
}

/** A reply: its first line, and the data block of an item. */
interface Reply {
  readonly line: string;
  readonly data: string | undefined;
}

/** Sends a request, and reads the reply to its end. A data block has the length that its line says. */
async function ask(transport: Transport, text: string): Promise<Reply> {
  await writeAll(transport, encoder.encode(text));
  let reply = new Uint8Array(0);
  const buffer = new Uint8Array(16 * 1024);
  while (true) {
    const found = readReply(reply);
    if (found !== undefined) return found;
    const count = await transport.read(buffer);
    if (count === null) throw new Error("the endpoint closed the connection");
    if (reply.length + count > MOST_BYTES) throw new Error("the endpoint's reply is too long");
    const joined = new Uint8Array(reply.length + count);
    joined.set(reply);
    joined.set(buffer.subarray(0, count), reply.length);
    reply = joined;
  }
}

async function writeAll(transport: Transport, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await transport.write(bytes.subarray(at));
}

/** Reads a reply; `undefined` if it is not all there. */
function readReply(reply: Uint8Array): Reply | undefined {
  const end = reply.indexOf(LF);
  if (end < 0) return undefined;
  const line = decoder.decode(reply.subarray(0, end)).trimEnd();
  if (WITHOUT_DATA.test(line)) return { line, data: undefined };
  const found = /^(?:CONFIG|VALUE) \S+ \d+ (\d+)$/.exec(line);
  if (found === null) throw new Error(`the endpoint answered ${JSON.stringify(line.slice(0, 60))}`);
  const bodyEnd = end + 1 + Number(found[1]);
  const tail = decoder.decode(reply.subarray(bodyEnd, bodyEnd + TAIL.length));
  if (tail.length < TAIL.length) return undefined;
  if (tail !== TAIL) throw new Error("the endpoint's reply has another length than it says");
  return { line, data: decoder.decode(reply.subarray(end + 1, bodyEnd)) };
}

/** The lines that end a reply without an item. */
const WITHOUT_DATA = /^(?:END|ERROR|STORED|CLIENT_ERROR.*)$/;
/** With these very words memcached asks for a password. A server that has other objections has not asked. */
const ASKS = "CLIENT_ERROR unauthenticated";
const LF = 10;
const TAIL = "\r\nEND\r\n";
/** Room for 5,000 nodes. */
const MOST_BYTES = 2 ** 20;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
