/**
 * What all calls of one method to one server have in common: the name of their spans and their attributes. It is made once
 * and used again and again.
 */

import type { Attributes } from "@opentelemetry/api";
import type { Address, ObservedServer, PeerAddress } from "../../mod.ts";

/** One operation on one server, or on several. */
export class Target {
  readonly operation: string;
  /** Name of the spans. It never holds a key. */
  readonly spanName: string;
  /** What is known when the call begins, so that samplers can see it; these are the attributes of metrics, too. */
  readonly attributes: Attributes;
  readonly address: Address | undefined;
  #peer: PeerAddress | undefined;
  #peerAttributes: Attributes | undefined;

  constructor(operation: string, prefix: string, address: Address | undefined) {
    this.operation = operation;
    this.address = address;
    this.spanName = address === undefined ? operation : `${operation} ${placeOf(address)}`;
    this.attributes = Object.freeze({
      "db.system.name": "memcached",
      "db.operation.name": operation,
      ...prefix !== "" && { "db.namespace": prefix },
      ...address !== undefined && serverAttributes(address),
    });
  }

  /** Gives where the last connection to the server leads. */
  peerAttributes({ peer }: ObservedServer): Attributes | undefined {
    const { address } = this;
    if (address === undefined) return undefined;
    if (this.#peerAttributes === undefined || peer !== this.#peer) {
      this.#peer = peer;
      this.#peerAttributes = peerAttributesOf(address, peer);
    }
    return this.#peerAttributes;
  }
}

/** The targets of the calls of one observer. */
export class Targets {
  /** Of calls to one server. */
  readonly #ofServers = new WeakMap<ObservedServer, Map<string, Target>>();
  /** Of calls to several, or to none. */
  readonly #ofNone = new Map<string, Target>();

  get(operation: string, prefix: string, server: ObservedServer | undefined): Target {
    const targets = server === undefined ? this.#ofNone : this.#of(server);
    const name = server === undefined ? `${operation} ${prefix}` : operation;
    let target = targets.get(name);
    // A server that keeps its name may move.
    if (target === undefined || target.address !== server?.address) {
      target = new Target(operation, prefix, server?.address);
      if (targets.size < MOST_TARGETS) targets.set(name, target);
    }
    return target;
  }

  #of(server: ObservedServer): Map<string, Target> {
    let targets = this.#ofServers.get(server);
    if (targets === undefined) this.#ofServers.set(server, targets = new Map());
    return targets;
  }
}

/** Gives the attributes of a server: as the client was told, and never as its name was looked up. */
export function serverAttributes({ host, path, port }: Address): Attributes {
  if (path !== undefined) return { "server.address": path };
  return port === DEFAULT_PORT
    ? { "server.address": host }
    : { "server.address": host, "server.port": port };
}

/** Gives a server's place as one text: `host:port`, or the path of a Unix socket. */
export function placeOf({ host, path, port }: Address): string {
  if (path !== undefined) return path;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function peerAttributesOf(
  { path }: Address,
  peer: PeerAddress | undefined,
): Attributes | undefined {
  if (path !== undefined) return { "network.peer.address": path, "network.transport": "unix" };
  if (peer?.hostname === undefined) return undefined;
  return {
    "network.peer.address": peer.hostname,
    ...peer.port !== undefined && { "network.peer.port": peer.port },
    "network.transport": "tcp",
  };
}

const DEFAULT_PORT = 11211;
/** More than there are methods. An observer may serve clients with any number of prefixes. */
const MOST_TARGETS = 1000;
