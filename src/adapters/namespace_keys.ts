/** The keys that are in a namespace. */

import type { Client } from "../../mod.ts";

/**
 * Lists the keys of a namespace, of its present number only. All servers send all their keys for it (`lru_crawler
 * metadump`, memcached 1.4.31): that is for administration.
 */
export async function* keysInNamespace(client: Client, name: string): AsyncGenerator<string> {
  const number = await client.getRaw(`libmc:namespace:${name}`);
  if (number === undefined) return;
  const generation = BigInt(new TextDecoder().decode(number.data)).toString(36);
  const prefix = `${name}:${generation}:`;
  for await (const { key } of client.admin.keys({ prefix })) yield key.slice(prefix.length);
}
