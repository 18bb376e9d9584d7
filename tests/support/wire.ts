/** A bare connection for tests that look at the bytes. Text stands for bytes, one character each. */

import { Buffer } from "node:buffer";

/** A connection to a server, without a client in between. */
export class Wire implements Disposable {
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(64 * 1024);
  #text = "";
  #ended = false;

  /** Connects to `host:port`, `[v6]:port` or the path of a Unix socket. */
  static async connect(address: string): Promise<Wire> {
    if (address.startsWith("/")) {
      return new Wire(await Deno.connect({ transport: "unix", path: address }));
    }
    const [, hostname, port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address)!;
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay(true);
    return new Wire(connection);
  }

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** What was received and not taken yet. */
  get received(): string {
    return this.#text;
  }

  /** Sends each piece by a write of its own. A server that closed in between is not an error: it will be read. */
  async send(...pieces: string[]): Promise<void> {
    try {
      for (const piece of pieces) {
        const bytes = bytesOf(piece);
        for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
      }
    } catch (error) {
      if (!isBroken(error)) throw error;
    }
  }

  /** Tells the server that nothing more is sent; what it answers can still be read. */
  async finish(): Promise<void> {
    await this.#connection.closeWrite();
  }

  /** Gives what is received until it ends so, or all of it when the server closes first. */
  async until(end: string): Promise<string> {
    while (!this.#text.endsWith(end) && await this.more());
    return this.#take();
  }

  /** Asks for a list of the items, and again while memcached says that it is busy: an earlier list may not be over in all its parts. */
  async listed(command: string, end: string): Promise<string> {
    const deadline = performance.now() + PATIENCE;
    while (true) {
      await this.send(command);
      while (!this.#text.endsWith(end) && !/^BUSY.*\r\n$/.test(this.#text) && await this.more());
      const text = this.#take();
      if (!text.startsWith("BUSY") || performance.now() > deadline) return text;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Gives so many bytes, or fewer when the server closes first. */
  async take(length: number): Promise<string> {
    while (this.#text.length < length && await this.more());
    return this.#take(length);
  }

  /** Gives what is received until the server closes. */
  async toEnd(): Promise<string> {
    while (await this.more());
    return this.#take();
  }

  /** Reads once; says whether the server still had something to say. */
  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const read = await this.#read();
    if (read === null) this.#ended = true;
    else this.#text += textOf(this.#buffer.subarray(0, read));
    return read !== null;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  #take(length = this.#text.length): string {
    const taken = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    return taken;
  }

  /** A server that says nothing must fail the test, not hang it. */
  async #read(): Promise<number | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`Received nothing for ${PATIENCE} ms after ${quoted(this.#text)}`)),
        PATIENCE,
      );
    });
    try {
      return await Promise.race([this.#connection.read(this.#buffer), late]);
    } catch (error) {
      if (isBroken(error)) return null;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The bytes of a text, one a character. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** The text of bytes, one character each. */
export function textOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString("latin1");
}

/** A text for a message: quoted, and cut where it is long. */
export function quoted(text: string): string {
  return JSON.stringify(
    text.length > 400 ? `${text.slice(0, 200)}…${text.length}…${text.slice(-200)}` : text,
  );
}

function isBroken(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
}

const PATIENCE = 5000;
