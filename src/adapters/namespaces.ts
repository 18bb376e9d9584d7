/** Namespaces of a client by names of any text, for libraries that have a cache or a namespace for each. */

import { BoundedMap } from "../bounded_map.ts";
import type { Client, Namespace } from "../../mod.ts";
import { adapterKey } from "./adapter_key.ts";

/** The namespaces of one store. */
export class Namespaces {
  readonly #client: Client;
  /** Each has the number that it has learned. One that is forgotten asks for it again. */
  readonly #known = new BoundedMap<string, Namespace>(MOST);

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Gives the namespace of a name.
   *
   * @param prefix Goes in front as it is.
   * @param text Any text.
   */
  of(prefix: string, text: string): Namespace {
    const name = adapterKey(prefix, text, MOST_NAME_BYTES);
    let space = this.#known.get(name);
    if (space === undefined) this.#known.set(name, space = this.#client.namespace(name));
    return space;
  }
}

/** Keys stand behind the name. One that is longer is cut, and its hash follows. */
const MOST_NAME_BYTES = 90;
const MOST = 1000;
