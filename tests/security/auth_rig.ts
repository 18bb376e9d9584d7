/** memcached that asks for user and password. */

import type { Credentials } from "@libmc/libmc";
import { type Memcached, type MemcachedOptions, startMemcached } from "../support/memcached.ts";

/** Who may come in. */
export const ADA: Credentials = { username: "ada", password: "lovelace1815" };
/** Another one: a name and a password of more than ASCII. */
export const ZOE: Credentials = { username: "zoë", password: "paß:wort" };

/** Starts memcached, which takes nobody but {@linkcode ADA} and {@linkcode ZOE}. */
export async function startAskingMemcached(options: MemcachedOptions = {}): Promise<Memcached> {
  const file = await Deno.makeTempFile({ prefix: "libmc-passwords-" });
  try {
    const lines = [ADA, ZOE].map(({ username, password }) => `${username}:${password}\n`);
    await Deno.writeTextFile(file, lines.join(""));
    return await startMemcached({ ...options, args: ["-Y", file, ...options.args ?? []] });
  } finally {
    // It has been read by the time the server listens.
    await Deno.remove(file);
  }
}

/** What a connection sends first of all to a server that asks. */
export function greeting({ username, password }: Credentials): string {
  const length = new TextEncoder().encode(`${username} ${password}`).length;
  return `version\r\nset authenticate 0 0 ${length}\r\n${username} ${password}\r\n`;
}
