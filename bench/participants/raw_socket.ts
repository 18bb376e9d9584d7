/**
 * The floor: what one connection does when the client does nothing. Requests are bytes built
 * beforehand, sent with one `write`; the reply is read into one 64 KiB buffer and only counted, as
 * its exact length is known from the keys and values stored. Nothing is parsed, copied or decoded.
 *
 * Several callers are one write of their requests one behind the other (a `get` each, not merged), and
 * the round ends with the last byte of the last reply. A client that merges can be faster than this.
 */

/** A request built beforehand, and how long the answer to it is. */
export interface Exchange {
  readonly request: Uint8Array<ArrayBuffer>;
  readonly replyBytes: number;
}

const encoder = new TextEncoder();

/** One connection that counts. */
export class RawSocket {
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(64 * 1024);

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Connects to `host:port`. */
  static async connect(server: string): Promise<RawSocket> {
    const colon = server.lastIndexOf(":");
    const hostname = server.slice(0, colon);
    const connection = await Deno.connect({
      hostname,
      port: Number(server.slice(colon + 1)),
    });
    connection.setNoDelay();
    return new RawSocket(connection);
  }

  /** Connects to `host:port` with TLS, by Deno's own socket. */
  static async connectTls(server: string, caCerts: string[]): Promise<RawSocket> {
    const colon = server.lastIndexOf(":");
    const connection = await Deno.connectTls({
      hostname: server.slice(0, colon),
      port: Number(server.slice(colon + 1)),
      caCerts,
    });
    await connection.handshake();
    return new RawSocket(connection);
  }

  /** Sends and counts. A long request is written while the reply is read, or both sides would wait. */
  async exchange({ request, replyBytes }: Exchange): Promise<void> {
    const connection = this.#connection;
    const buffer = this.#buffer;
    const writing = this.#write(request);
    if (request.length <= AWAITED_BYTES) await writing;
    let missing = replyBytes;
    while (missing > 0) {
      const count = await connection.read(buffer);
      if (count === null) {
        throw new Error("Cannot count a reply as the connection was closed");
      }
      missing -= count;
    }
    if (missing < 0) {
      throw new Error(
        `Cannot trust a reply as it is ${-missing} bytes too long`,
      );
    }
    await writing;
  }

  /** Sends and gives the reply, for checks. */
  async ask({ request, replyBytes }: Exchange): Promise<string> {
    const writing = this.#write(request);
    const reply = new Uint8Array(replyBytes);
    let filled = 0;
    while (filled < replyBytes) {
      const count = await this.#connection.read(reply.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    await writing;
    return new TextDecoder().decode(reply.subarray(0, filled));
  }

  close(): void {
    this.#connection.close();
  }

  async #write(request: Uint8Array<ArrayBuffer>): Promise<void> {
    let written = await this.#connection.write(request);
    while (written < request.length) {
      written += await this.#connection.write(request.subarray(written));
    }
  }
}

/** A request of up to this many bytes is on its way before the reply is read: that is a little faster. */
const AWAITED_BYTES = 64 * 1024;

/** `get` of each key in a command of its own. */
export function getExchange(
  items: readonly (readonly [string, string])[],
): Exchange {
  let request = "";
  let replyBytes = 0;
  for (const [key, value] of items) {
    request += `get ${key}\r\n`;
    replyBytes += itemReply(key, value).length + END.length;
  }
  return { request: encoder.encode(request), replyBytes };
}

/** One `get` of all keys, in lines of at most `keysPerLine`. */
export function getMultiExchange(
  items: readonly (readonly [string, string])[],
  keysPerLine: number = Infinity,
): Exchange {
  let request = "";
  let replyBytes = 0;
  items.forEach(([key, value], i) => {
    if (i % keysPerLine === 0) {
      request += i === 0 ? "get" : "\r\nget";
      replyBytes += END.length;
    }
    request += ` ${key}`;
    replyBytes += itemReply(key, value).length;
  });
  return { request: encoder.encode(`${request}\r\n`), replyBytes };
}

/** `set` of each item, one command behind the other. */
export function setExchange(
  items: readonly (readonly [string, string])[],
): Exchange {
  const request = items.map(([key, value]) => `set ${key} 0 0 ${value.length}\r\n${value}\r\n`);
  return {
    request: encoder.encode(request.join("")),
    replyBytes: items.length * STORED.length,
  };
}

/** What the server answers for one item; values are ASCII, so that text length is byte length. */
export function itemReply(key: string, value: string): string {
  return `VALUE ${key} 0 ${value.length}\r\n${value}\r\n`;
}

const END = "END\r\n";
const STORED = "STORED\r\n";
