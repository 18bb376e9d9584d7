/** What can go wrong, and what a caller sees of it: the table of docs/what_happens.md, each row with what brings it about. */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions, type Storable } from "@libmc/libmc";
import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
import { ADA, startAskingMemcached } from "../security/auth_rig.ts";
import { TlsRig } from "../security/tls_rig.ts";
import { eventually } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { startCrowdedMemcached } from "./crowded_memcached.ts";

/** A server in trouble, and a client of it. */
export interface Trouble {
  readonly client: Client;
  /** Lets it go wrong while a call is on its way. */
  strike?(): Promise<void> | void;
  /** The key that is used: `key` unless given. */
  readonly key?: string;
  /** The value that is stored: `"value"` unless given. */
  readonly value?: Storable;
  /** Nothing may reach the server, which is asked here how many items it has stored. */
  stored?(): Promise<number>;
  /** What must be so in the end. */
  check?(): Promise<void>;
}

/** One row. */
export interface Row {
  /** What happens. */
  readonly when: string;
  /** What a caller sees by default. */
  readonly soft: string;
  /** What a caller sees with `strict: true`. */
  readonly strict: string;
  /** The error of a strict `set`, by name, and what its message says; none where it succeeds. */
  readonly error?: readonly [name: string, message: string];
  /** The same in later calls, where it is another one. */
  readonly later?: readonly [name: string, message: string];
  /** Whether the command may have been carried out: `"no"` unless given. */
  readonly sent?: "no" | "maybe";
  /** The set-up is at fault: it rejects strict or not, and is heard of. */
  readonly isSetUp?: boolean;
  /** Wrong use, of a closed client too: it rejects strict or not, and nothing is heard of it. */
  readonly isWrongUse?: boolean;
  open(stack: AsyncDisposableStack, options: ClientOptions): Promise<Trouble>;
}

export const ROWS: readonly Row[] = [
  {
    when: "The server is down from the start",
    soft: "a miss, or `false`",
    strict: "`ConnectionError`, sent `no`; for `retryTimeout` then `ServerDeadError` at once",
    error: ["ConnectionError", "Cannot connect to"],
    later: ["ServerDeadError", "is dead"],
    async open(stack, options) {
      const server = await MemcachedServer.start();
      await server.stop();
      return { client: clientOf(stack, server.address, options) };
    },
  },
  {
    when: "It dies during a call",
    soft: "a miss, or `false`",
    strict: "`ConnectionError`, sent `maybe`; then as above",
    error: ["ConnectionError", "Cannot use connection to"],
    later: ["ConnectionError", "Cannot connect to"],
    sent: "maybe",
    async open(stack, options) {
      const server = stack.use(await startMemcached());
      const proxy = stack.use(await FaultProxy.start({ target: server.address }));
      const client = clientOf(stack, proxy.address, options);
      await client.version();
      await proxy.set({ stall: true });
      return { client, strike: () => proxy.stop() };
    },
  },
  {
    when: "It stalls",
    soft: "a miss, or `false`, after `pollTimeout`",
    strict: "`TimeoutError`, sent `maybe`; the connection is closed",
    error: ["TimeoutError", "silent for more than"],
    later: ["TimeoutError", "silent for more than"],
    sent: "maybe",
    async open(stack, options) {
      const server = stack.use(await startMemcached());
      const client = clientOf(stack, server.address, { ...options, pollTimeout: 100 });
      await client.version();
      server.pause();
      return { client };
    },
  },
  {
    when: "It stalls three times in a row (`deadAfter`)",
    soft: "a miss, or `false`, at once for `retryTimeout`; then it is alive once it answers",
    strict: "`ServerDeadError`, sent `no`, whose `cause` says that it was silent",
    error: ["ServerDeadError", "silent for more than"],
    later: ["ServerDeadError", "silent for more than"],
    async open(stack, options) {
      const server = stack.use(await startMemcached());
      const client = clientOf(stack, server.address, { ...options, pollTimeout: 100 });
      await client.version();
      server.pause();
      for (let i = 0; i < 3; i++) await client.get("key").catch(() => {});
      return { client };
    },
  },
  {
    when: "It restarts between two calls",
    soft: "nothing: it is dialled anew, and has lost its items",
    strict: "the same",
    async open(stack, options) {
      const server = await startMemcached();
      const client = clientOf(stack, server.address, options);
      await client.set("key", "old");
      await server.stop();
      await eventually("the client has seen it", () => {
        return client.counters().get(server.address)?.disconnects === 1;
      });
      stack.use(await startMemcached({ port: server.port! }));
      return { client };
    },
  },
  {
    when: "It comes back, and has missed a change",
    soft: "its old value is read, as with libmc; a miss with `replayInvalidations`",
    strict: "the same",
    async open(stack, options) {
      const server = stack.use(await startMemcached());
      const proxy = stack.use(await FaultProxy.start({ target: server.address }));
      const hasty = { ...options, retryTimeout: 20, warn: false };
      const client = clientOf(stack, proxy.address, hasty);
      const replaying = clientOf(stack, proxy.address, { ...hasty, replayInvalidations: true });
      await client.setMulti([["plain", "old"], ["replayed", "old"]]);
      await replaying.version();
      await proxy.set({ refuse: true });
      proxy.disconnect();
      await client.delete("plain").catch(() => false);
      await replaying.delete("replayed").catch(() => false);
      await proxy.clear();
      for (const one of [client, replaying]) {
        await eventually("it is back", async () => (await one.version().catch(NONE)).size === 1);
      }
      const check = async () => {
        assertEquals(await client.get("plain"), "old");
        assertEquals(await replaying.get("replayed"), undefined);
      };
      return { client, check };
    },
  },
  {
    when: "Another one stands in for it (`failover`), and it comes back",
    soft: "a miss; the other keeps what it has stored meanwhile, for `failoverExptime` at most",
    strict: "the same",
    async open(stack, options) {
      const servers = [await startMemcached(), stack.use(await startMemcached())];
      const [{ port, address }, other] = servers;
      const client = stack.use(
        new Client([`${address} lost`, other.address], {
          ...{ connectTimeout: 5000, pollTimeout: 5000, retryTimeout: 20, warn: false },
          ...{ ...options, failover: true, failoverExptime: 60 },
        }),
      );
      const keys = Array.from({ length: 100 }, (_, i) => `key${i}`);
      const key = keys.find((key) => client.getHostByKey(key) === "lost")!;
      await client.version();
      await servers[0].stop();
      await eventually("another one stands in", () => client.set(key, "meanwhile").catch(NEVER));
      stack.use(await startMemcached({ port: port! }));
      await eventually("it is back", async () => await client.get(key) === undefined);
      const check = async () => {
        const left = await clientOf(stack, other.address, {}).meta.get(key, { ttl: true });
        assert(left?.ttl !== undefined && left.ttl > 0 && left.ttl <= 60, `${left?.ttl} s`);
      };
      return { client, key: "other", check };
    },
  },
  {
    when: "It has too many connections, and refuses more (memcached's default)",
    soft: "a miss, or `false`",
    strict: "`ServerDeadError`, sent `no`, whose `cause` says that the server is full",
    error: ["ServerDeadError", "the server is full"],
    later: ["ServerDeadError", "the server is full"],
    async open(stack, options) {
      const server = stack.use(await startMemcached({ args: ["-c", "64", "-t", "1"] }));
      for (let i = 0; i < 80; i++) stack.use(await Deno.connect({ port: server.port! }));
      return { client: clientOf(stack, server.address, options) };
    },
  },
  {
    when: "It has too many connections, and lets more wait (`-o no_maxconns_fast`)",
    soft: "a miss, or `false`, after `pollTimeout` or `connectTimeout`",
    strict:
      "`TimeoutError`, sent `maybe`, if the kernel took the connection; else `ConnectionError`, sent `no`",
    error: ["TimeoutError", "silent for more than 200 ms"],
    // Linux takes one; other kernels may take more.
    ...(Deno.build.os === "linux" ? { later: ["ConnectionError", "within 500 ms"] as const } : {}),
    sent: "maybe",
    async open(stack, options) {
      const { server } = await startCrowdedMemcached(stack);
      const patience = { pollTimeout: 200, connectTimeout: 500 };
      return { client: clientOf(stack, server.address, { ...options, ...patience }) };
    },
  },
  {
    when: "The value is too big (10,000,000 bytes, or `itemSizeLimit` without `doSplit`)",
    soft: "`RangeError`, nothing is sent",
    strict: "the same",
    error: [
      "RangeError",
      "Cannot store value as it must be <= 10000000 bytes: current size is 10000001",
    ],
    isWrongUse: true,
    async open(stack, options) {
      return { ...await atPeace(stack, options), value: new Uint8Array(10_000_001) };
    },
  },
  {
    when: "The value is bigger than this server allows",
    soft: "`false`; the old item is gone",
    strict: "`ReplyError` with the server's words",
    error: ["ReplyError", "SERVER_ERROR object too large for cache"],
    later: ["ReplyError", "SERVER_ERROR object too large for cache"],
    sent: "maybe",
    async open(stack, options) {
      const server = stack.use(
        await startMemcached({ args: ["-I", "8k", "-o", "slab_chunk_max=8192"] }),
      );
      const client = clientOf(stack, server.address, options);
      await client.set("key", "old");
      return { client, value: new Uint8Array(10_000) };
    },
  },
  {
    when: "The key is bad",
    soft: "`TypeError` or `RangeError`, nothing is sent",
    strict: "the same",
    error: ["TypeError", 'Cannot use key "two words" as it contains a space'],
    isWrongUse: true,
    open: async (stack, options) => ({ ...await atPeace(stack, options), key: "two words" }),
  },
  {
    when: "The name of the server does not resolve",
    soft: "a miss, or `false`; it is looked up again at every dial",
    strict: "`ConnectionError`, sent `no`; for `retryTimeout` then `ServerDeadError` at once",
    error: ["ConnectionError", "Cannot connect to no-such-host.invalid:11211"],
    later: ["ServerDeadError", "is dead"],
    open: (stack, options) =>
      Promise.resolve({ client: clientOf(stack, "no-such-host.invalid", options) }),
  },
  {
    when: "The password is wrong",
    soft: "`ConnectionError`, sent `no`; for `retryTimeout` then `ServerDeadError` at once",
    strict: "the same",
    isSetUp: true,
    error: ["ConnectionError", "authentication failure"],
    later: ["ServerDeadError", "is dead"],
    async open(stack, options) {
      const server = stack.use(await startAskingMemcached());
      const auth = { username: "ada", password: "byron1788" };
      return { client: clientOf(stack, server.address, { ...options, auth }) };
    },
  },
  {
    when: "The program may not use the network, or its own `connect` has a bug",
    soft: "`ConnectionError`, sent `no`; for `retryTimeout` then `ServerDeadError` at once",
    strict: "the same",
    isSetUp: true,
    error: ["ConnectionError", "is not a function"],
    later: ["ServerDeadError", "is dead"],
    open(stack, options) {
      const nothing = undefined as unknown as () => never;
      const client = clientOf(stack, "127.0.0.1:1", { ...options, connect: () => nothing() });
      return Promise.resolve({ client });
    },
  },
  {
    when: "It asks for a password, and the client has none",
    soft: "a miss, or `false`",
    strict: "`ReplyError`, sent `no`, which says that the server asks for user and password",
    error: ["ReplyError", "as the server asks for user and password: it answered"],
    later: ["ReplyError", "as the server asks for user and password: it answered"],
    async open(stack, options) {
      const server = stack.use(await startAskingMemcached());
      return { client: clientOf(stack, server.address, options) };
    },
  },
  {
    when: "It asks for no password, and the client has one",
    soft: "nothing: the password is not sent",
    strict: "the same",
    async open(stack, options) {
      const server = stack.use(await startMemcached());
      return { client: clientOf(stack, server.address, { ...options, auth: ADA }) };
    },
  },
  {
    when: "It speaks TLS, and the client does not",
    soft: "a miss, or `false`",
    strict: "`ConnectionError`, sent `maybe`: the server ends each connection",
    error: ["ConnectionError", "Cannot use connection to"],
    later: ["ConnectionError", "Cannot use connection to"],
    sent: "maybe",
    async open(stack, options) {
      const rig = stack.use(await TlsRig.start());
      return { client: clientOf(stack, (await rig.memcached()).address, options) };
    },
  },
  {
    when: "It does not speak TLS, and the client does",
    soft: "a miss, or `false`; nothing is sent in the clear",
    strict: "`ConnectionError`, sent `no`; for `retryTimeout` then `ServerDeadError` at once",
    error: ["ConnectionError", "wrong version number"],
    later: ["ServerDeadError", "is dead"],
    async open(stack, options) {
      const server = stack.use(await startMemcached());
      return { client: clientOf(stack, server.address, { ...options, tls: true }) };
    },
  },
  {
    when: "The certificate of the server has expired",
    soft: "a miss, or `false`",
    strict: "`ConnectionError`, sent `no`; for `retryTimeout` then `ServerDeadError` at once",
    error: ["ConnectionError", "certificate expired"],
    later: ["ServerDeadError", "is dead"],
    async open(stack, options) {
      const rig = stack.use(await TlsRig.start());
      const until = new Date(Date.now() - 60_000);
      const server = await rig.memcached(await rig.authority.issue({ until }));
      const [tls] = rig.trusting();
      return { client: clientOf(stack, server.address, { ...options, tls }) };
    },
  },
  {
    when: "The whole call takes longer than `timeout`",
    soft: "a miss, or `false`",
    strict: "`TimeoutError`, sent `maybe`; a late reply is swallowed",
    error: ["TimeoutError", "longer than its timeout"],
    later: ["TimeoutError", "longer than its timeout"],
    sent: "maybe",
    async open(stack, options) {
      const server = stack.use(await startMemcached());
      const proxy = stack.use(
        await FaultProxy.start({ target: server.address, bytesPerSecond: 2 }),
      );
      const client = clientOf(stack, proxy.address, { ...options, timeout: 100 });
      return { client };
    },
  },
  {
    when: "The client is closed",
    soft: "`ClosedError`",
    strict: "the same",
    error: ["ClosedError", "Cannot use client as it is closed"],
    isWrongUse: true,
    async open(stack, options) {
      const trouble = await atPeace(stack, options);
      await trouble.client.close();
      return trouble;
    },
  },
];

async function atPeace(stack: AsyncDisposableStack, options: ClientOptions): Promise<Trouble> {
  const server = stack.use(await startMemcached());
  const observer = clientOf(stack, server.address, {});
  return {
    client: clientOf(stack, server.address, options),
    stored: async () => Number((await observer.stats()).get(server.address)?.cmd_set),
  };
}

const NEVER = () => false;
const NONE = () => new Map<string, string>();

/** A machine that is busy with other tests must not make a call fail for another reason. */
function clientOf(stack: AsyncDisposableStack, server: string, options: ClientOptions): Client {
  return stack.use(new Client(server, { connectTimeout: 5000, pollTimeout: 5000, ...options }));
}
