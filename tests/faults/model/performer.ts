/** Makes the calls on a client, and remembers what each caller saw by gets. */

import {
  type Client,
  MemcachedError,
  type MultiError,
  type MultiResult,
  ReplyError,
} from "@libmc/libmc";
import type { Answer } from "./model.ts";
import type { Operation } from "./operation.ts";

/** What came of a call: an answer a key, in the order of the keys, or an error. */
export type Performed = readonly Answer[] | MemcachedError;

/** Calls a client. */
export class Performer {
  readonly #client: Client;
  readonly #prefix: string;
  /** By caller and key. */
  readonly #seen = new Map<string, bigint>();

  /** @param prefix Keeps the keys of one case from those of others. */
  constructor(client: Client, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /** Makes a call. Rejects only with what is no MemcachedError. */
  async perform(operation: Operation): Promise<Performed> {
    try {
      return await this.#perform(operation);
    } catch (error) {
      if (error instanceof ReplyError && error.kind === "CLIENT_ERROR") return ["CLIENT_ERROR"];
      if (error instanceof MemcachedError) return error;
      throw error;
    }
  }

  /** What a call for many keys that failed in part says of each of them; `undefined` of what failed. */
  partOf({ name, keys }: Operation, { partial }: MultiError): (Answer | undefined)[] {
    const wanted = keys.map((key) => this.#prefix + key);
    if (name === "getMulti") {
      const found = partial as ReadonlyMap<string, string>;
      return wanted.map((key) => found.get(key));
    }
    const { failed } = partial as MultiResult;
    return wanted.map((key) => failed.includes(key) ? undefined : true);
  }

  async #perform({ caller, name, keys, data }: Operation): Promise<Answer[]> {
    const client = this.#client;
    const wanted = keys.map((key) => this.#prefix + key);
    const [key] = wanted;
    switch (name) {
      case "get":
        return [await client.get<string>(key) ?? null];
      case "gat":
        return [await client.gat<string>(key, 1000) ?? null];
      case "gets": {
        const found = await client.gets<string>(key);
        if (found === undefined) this.#seen.delete(`${caller} ${key}`);
        else this.#seen.set(`${caller} ${key}`, found.cas);
        return [found?.value ?? null];
      }
      case "cas":
        return [await client.cas(key, data, this.#seen.get(`${caller} ${key}`) ?? 0n)];
      case "set":
      case "add":
      case "replace":
      case "append":
      case "prepend":
        return [await client[name](key, data)];
      case "delete":
      case "expire":
        return [await client[name](key)];
      case "touch":
        return [await client.touch(key, 1000)];
      case "incr":
      case "decr":
        return [await client[name](key, Number(data)) ?? null];
      case "getMulti": {
        const found = await client.getMulti<string>(wanted);
        return wanted.map((key) => found.get(key) ?? null);
      }
      case "setMulti": {
        const { failed } = await client.setMulti(wanted.map((key) => [key, data]));
        return wanted.map((key) => !failed.includes(key));
      }
      case "deleteMulti": {
        const { failed } = await client.deleteMulti(wanted);
        return wanted.map((key) => !failed.includes(key));
      }
    }
  }
}
