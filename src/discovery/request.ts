/** One question to a memcached, on a connection that carries nothing else. */

import type { Transport } from "../transports/transport.ts";

/**
 * Asks for one item, and reads the reply to its end. The data block has the length that its line says.
 *
 * @returns The data, or `undefined` if there is no item, or the server does not know the command.
 * @throws If the connection ends, or the reply is none.
 */
export async function request(transport: Transport, command: string): Promise<string | undefined> {
  await writeAll(transport, new TextEncoder().encode(`${command}\r\n`));
  let reply = new Uint8Array(0);
  const buffer = new Uint8Array(16 * 1024);
  while (true) {
    const found = readReply(reply);
    if (found !== undefined) return found.data;
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
function readReply(reply: Uint8Array): { readonly data: string | undefined } | undefined {
  const end = reply.indexOf(LF);
  if (end < 0) return undefined;
  const line = decoder.decode(reply.subarray(0, end)).trimEnd();
  if (line === "END" || line === "ERROR" || line.startsWith("CLIENT_ERROR")) {
    return { data: undefined };
  }
  const found = /^(?:CONFIG|VALUE) \S+ \d+ (\d+)$/.exec(line);
  if (found === null) throw new Error(`the endpoint answered ${JSON.stringify(line.slice(0, 60))}`);
  const bodyEnd = end + 1 + Number(found[1]);
  const tail = decoder.decode(reply.subarray(bodyEnd, bodyEnd + TAIL.length));
  if (tail.length < TAIL.length) return undefined;
  if (tail !== TAIL) throw new Error("the endpoint's reply has another length than it says");
  return { data: decoder.decode(reply.subarray(end + 1, bodyEnd)) };
}

const LF = 10;
const TAIL = "\r\nEND\r\n";
/** Room for 5,000 nodes. */
const MOST_BYTES = 2 ** 20;
const decoder = new TextDecoder();
