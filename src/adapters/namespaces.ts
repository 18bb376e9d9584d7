/** Namespaces of a client by names of any text, for libraries that have a cache or a namespace for each. */

import { BoundedMap } from "../bounded_map.ts";
import type { Client, Namespace } from "../../mod.ts";
import { adapterKey } from "./adapter_key.ts";
import { keyRoom } from "./key_room.ts";

/** A namespace, and how long the keys in it may be. */
export interface Space {
  readonly space: Namespace;
  /** In bytes. */
  readonly room: number;
}

/** The namespaces of one store. */
export class Namespaces {
  readonly #client: Client;
  /** Each has the number that it has learned. One that is forgotten asks for it again. */
  readonly #known = new BoundedMap<string, Space>(MOST);

  /** @throws {RangeError} If the prefix of the client leaves no room for a namespace. */
  constructor(client: Client) {
    this.#client = client;
    keyRoom(client, "n".repeat(MOST_NAME_BYTES));
  }

  /**
   * Gives the namespace of a name.
   *
   * @param prefix Goes in front as it is.
   * @param text Any text.
   */
  of(prefix: string, text: string): Space {
    const name = adapterKey(prefix, text, MOST_NAME_BYTES);
    let space = this.#known.get(name);
    if (space === undefined) {
      space = { space: this.#client.namespace(name), room: keyRoom(this.#client, name) };
      this.#known.set(name, space);
    }
    return space;
  }
}

/** Keys stand behind the name. One that is longer is cut, and its hash follows. */
const MOST_NAME_BYTES = 80;
const MOST = 1000;
