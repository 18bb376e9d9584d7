/** A gate in front of a server, which asks for user and password as memcached does with its option `-Y`. */

import type { Credentials } from "@libmc/libmc";

/** Lets through who has said the password. */
export class AskingGate implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #target: number;
  readonly #secret: string;
  readonly #open = new Set<Deno.Conn>();
  readonly #served = new Set<Promise<void>>();
  /** How often the password was said. */
  said = 0;

  constructor({ port }: { readonly port: number }, { username, password }: Credentials) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#target = port;
    this.#secret = `${username} ${password}`;
    void this.#accept();
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#open) close(conn);
    await Promise.all(this.#served);
  }

  async #accept(): Promise<void> {
    try {
      for await (const conn of this.#listener) {
        const served = this.#serve(conn).catch(() => {}).finally(() => {
          this.#open.delete(conn);
          this.#served.delete(served);
          close(conn);
        });
        this.#open.add(conn);
        this.#served.add(served);
      }
    } catch {
      // It was closed.
    }
  }

  async #serve(conn: Deno.Conn): Promise<void> {
    const bytes = new Uint8Array(4096);
    for (let text = "";;) {
      const count = await conn.read(bytes);
      if (count === null) return;
      text += new TextDecoder().decode(bytes.subarray(0, count));
      const request = /^(?:set \S+ 0 0 \d+\r\n(.*)\r\n|(?!set ).*\r\n)$/.exec(text);
      if (request === null) continue;
      text = "";
      const secret = request[1];
      if (secret !== undefined) this.said++;
      await conn.write(new TextEncoder().encode(this.#answerTo(secret)));
      if (secret === this.#secret) break;
    }
    const server = await Deno.connect({ port: this.#target });
    this.#open.add(server);
    await Promise.allSettled([
      conn.readable.pipeTo(server.writable),
      server.readable.pipeTo(conn.writable),
    ]);
    this.#open.delete(server);
  }

  #answerTo(secret: string | undefined): string {
    if (secret === undefined) return "CLIENT_ERROR unauthenticated\r\n";
    return secret === this.#secret ? "STORED\r\n" : "CLIENT_ERROR authentication failure\r\n";
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // The other side was quicker.
  }
}
