// The clients that are asked, each as its own documentation begins: every option at its default, but TLS.

import { Client, type Storable } from "@libmc/libmc";
import { Memcache } from "npm:memcache@1.10.0";
import memcacheManifest from "npm:memcache@1.10.0/package.json" with {
  type: "json",
};
import { MemcacheClient } from "npm:memcache-client@1.0.5";
import memcacheClientManifest from "npm:memcache-client@1.0.5/package.json" with {
  type: "json",
};
import Memcached from "npm:memcached@2.2.2";
import memcachedManifest from "npm:memcached@2.2.2/package.json" with {
  type: "json",
};
import memjs from "npm:memjs@1.3.2";
import memjsManifest from "npm:memjs@1.3.2/package.json" with { type: "json" };

/** What is asked of a client that is connected. A miss is `undefined`. */
export interface Asked {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  incr(key: string): Promise<unknown>;
  /** Reads a value that is missing, loads it, and stores it: in the way that the client has for it. */
  load(key: string, source: () => Promise<string>): Promise<unknown>;
  /** Waits until it may be called, if it is a process of its own. */
  ready?(): Promise<unknown>;
  /** How many callers who miss a key ask the source for it, if it is not for `load` to say. */
  loadsOfHotKey?(callers: number): Promise<number>;
  /** How many types come back, if `set` cannot be given them. */
  typesThatComeBack?(): Promise<number>;
  close(): unknown;
}

/** One client. */
export interface AskedClient {
  readonly name: string;
  /** Whether the package has its own types; `undefined` where there can be none. */
  readonly typed: boolean | undefined;
  /** Whether it takes several servers and spreads the keys over them. */
  readonly manyServers: boolean;
  /** Whether it can be told to use TLS. */
  readonly tls: boolean;
  /** Whether it speaks the text protocol. */
  readonly text: boolean;
  /** Makes a client; with TLS if there is an authority to trust. */
  open(servers: readonly string[], ca?: string): Asked;
}

const libmc: AskedClient = {
  name: "libmc",
  typed: true,
  manyServers: true,
  tls: true,
  text: true,
  open(servers, ca) {
    const client = new Client([...servers], {
      warn: false,
      ...ca === undefined ? {} : { tls: { caCerts: ca }, connectTimeout: 1000 },
    });
    return {
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value as Storable),
      incr: (key) => client.incr(key),
      load: (key, source) => client.getOrSet(key, source, { ttl: 60 }),
      close: () => client.close(),
    };
  },
};

const memcache: AskedClient = {
  name: "memcache",
  typed: "types" in memcacheManifest,
  manyServers: true,
  tls: true,
  text: true,
  open(servers, ca) {
    const client = new Memcache({
      nodes: [...servers],
      ...ca === undefined ? {} : { tls: { ca } },
    });
    client.on("error", () => {});
    return withLoad({
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value as string),
      incr: (key) => client.incr(key),
      close: () => client.disconnect(),
    });
  },
};

const memcached: AskedClient = {
  name: "memcached",
  typed: "types" in memcachedManifest,
  manyServers: true,
  tls: false,
  text: true,
  open(servers) {
    const client: MemcachedMethods = new Memcached([...servers], {});
    return withLoad({
      get: (key) => called((done) => client.get(key, done)),
      set: (key, value) => called((done) => client.set(key, value, 60, done)),
      incr: (key) => called((done) => client.incr(key, 1, done)),
      close: () => client.end(),
    });
  },
};

const memcacheClient: AskedClient = {
  name: "memcache-client",
  typed: "types" in memcacheClientManifest,
  manyServers: false,
  tls: true,
  text: true,
  open([server], ca) {
    const client = new MemcacheClient({
      server,
      ...ca === undefined ? {} : { tls: { ca } },
    });
    return withLoad({
      get: async (key) => (await client.get<unknown>(key))?.value,
      set: (key, value) => client.set(key, value as string),
      incr: (key) => client.incr(key, 1),
      close: () => client.shutdown(),
    });
  },
};

const memjsClient: AskedClient = {
  name: "memjs",
  typed: "types" in memjsManifest,
  manyServers: true,
  tls: false,
  text: false,
  open(servers) {
    const client: MemjsMethods = memjs.Client.create(servers.join(","), {
      logger: { log() {} },
    });
    return withLoad({
      get: async (key) => (await client.get(key)).value ?? undefined,
      set: (key, value) => client.set(key, value as string, { expires: 60 }),
      incr: (key) => client.increment(key, 1, {}),
      close: () => client.close(),
    });
  },
};

/** All that are asked, ours first. */
export const ASKED: readonly AskedClient[] = [
  libmc,
  memcache,
  memjsClient,
  memcached,
  memcacheClient,
];

/** The part of memcached that is asked; the package has no types of its own. */
interface MemcachedMethods {
  get(key: string, done: Done): void;
  set(key: string, value: unknown, exptime: number, done: Done): void;
  incr(key: string, delta: number, done: Done): void;
  end(): void;
}

/** The part of memjs that is asked; the package has no types of its own. */
interface MemjsMethods {
  get(key: string): Promise<{ value: Uint8Array | null }>;
  set(
    key: string,
    value: string,
    options: { expires: number },
  ): Promise<unknown>;
  increment(key: string, delta: number, options: object): Promise<unknown>;
  close(): void;
}

type Done = (error: unknown, result: unknown) => void;

function called(call: (done: Done) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call((error, result) => error ? reject(error) : resolve(result));
  });
}

/** Cache-aside by hand, for clients that have nothing of their own for it. */
function withLoad(methods: Omit<Asked, "load">): Asked {
  return {
    ...methods,
    async load(key, source) {
      const found = await methods.get(key);
      if (found !== undefined) return found;
      const value = await source();
      await methods.set(key, value);
      return value;
    },
  };
}
