/**
 * Says on the console that a program has very many clients of the same servers, once for each list of servers. Mostly one is
 * made for each request and never closed: then each request dials, and the servers run out of connections.
 *
 * The clients are held weakly, so that one which nobody has any more can go. Each costs a reference and a place in a set; it
 * is only looked whether they are still there when there are as many as are too many.
 */

import { BoundedMap } from "../bounded_map.ts";
import { quietly } from "../thrown.ts";

/** How many clients with the same servers are told of. */
export const TOO_MANY_CLIENTS = 100;

/** Lists of servers that are told apart. A program has few; one whose lists never repeat makes no client twice. */
const MOST_LISTS = 1000;

/** A reference to a client that does not keep it alive. */
type Reference = Pick<WeakRef<object>, "deref">;

/** The clients of a process that are not closed. */
export class LiveClients {
  readonly #byServers = new BoundedMap<string, Set<Reference> | "told">(MOST_LISTS);
  readonly #referenceTo: (client: object) => Reference;
  readonly #say: (text: string) => void;

  constructor(
    say: (text: string) => void,
    referenceTo: (client: object) => Reference = (client) => new WeakRef(client),
  ) {
    this.#say = say;
    this.#referenceTo = referenceTo;
  }

  /** Notes a client. Returns a function that says it is closed; `undefined` if nothing more will be said. */
  add(servers: readonly string[], client: object): (() => void) | undefined {
    const list = nameOf(servers);
    let clients = this.#byServers.get(list);
    if (clients === "told") return undefined;
    if (clients === undefined) this.#byServers.set(list, clients = new Set());
    const reference = this.#referenceTo(client);
    clients.add(reference);
    if (clients.size >= TOO_MANY_CLIENTS) this.#lookAt(clients, list);
    return () => this.#remove(list, reference);
  }

  #remove(list: string, reference: Reference): void {
    const clients = this.#byServers.get(list);
    if (typeof clients !== "object") return;
    clients.delete(reference);
    if (clients.size === 0) this.#byServers.delete(list);
  }

  #lookAt(clients: Set<Reference>, list: string): void {
    for (const reference of clients) {
      if (reference.deref() === undefined) clients.delete(reference);
    }
    if (clients.size < TOO_MANY_CLIENTS) return;
    clients.clear();
    this.#byServers.set(list, "told");
    this.#say(
      `libmc: this process has made ${TOO_MANY_CLIENTS} clients of the same servers (${list}) and closed none of them. ` +
        "Each has connections of its own. Make one client when the program starts, and use it for " +
        'all requests; close() the others. This is said once: set the option "warn" to false to hear nothing.',
    );
  }
}

/** Those of this process. */
export const LIVE_CLIENTS: LiveClients = new LiveClients((text) => {
  quietly(() => console.warn(text));
});

/** Names a list of servers. Of a long one not all are kept: the first, the last and their number are enough to know it by. */
function nameOf(servers: readonly string[]): string {
  if (servers.length <= MOST_NAMES) return servers.join(", ");
  return `${servers[0]}, …, ${servers[servers.length - 1]}: ${servers.length} of them`;
}

const MOST_NAMES = 5;
