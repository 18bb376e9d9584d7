/** Mistakes in a set-up: what brings each about, and who says what to check. */

import { type AddressInfo, createServer, type Socket } from "node:net";
import type { ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { ADA, startAskingMemcached } from "../security/auth_rig.ts";
import { TlsRig } from "../security/tls_rig.ts";
import { startMemcached } from "../support/memcached.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";

/** One mistake. */
export interface Mistake {
  readonly what: string;
  /**
   * Who tells: `"make"`: the client cannot be made. `"reject"`: each call rejects, strict or not. `"console"`: calls fail
   * softly, and the console says it once for each server.
   */
  readonly told: "make" | "reject" | "console";
  /** What is said: why, and what to check. */
  readonly says: RegExp;
  open(stack: AsyncDisposableStack): Promise<SetUp> | SetUp;
}

/** What a client is made with. */
export interface SetUp {
  readonly server: string;
  readonly options?: ClientOptions;
}

export const MISTAKES: readonly Mistake[] = [
  {
    what: "the path of a certificate in place of its text",
    told: "make",
    says: /"tls.caCerts" as it is not a certificate in PEM: it must be the text of a file/,
    open: () => ({ server: "cache1", options: { tls: { caCerts: "/etc/ssl/ca.pem" } } }),
  },
  {
    what: "a certificate that is garbage",
    told: "make",
    says: /"tls.caCerts" as it is not a certificate in PEM$/,
    open: () => ({ server: "cache1", options: { tls: { caCerts: GARBAGE } } }),
  },
  {
    what: "a key that is none",
    told: "make",
    says: /"tls.key" as it is not a private key in PEM: it must be the text of a file/,
    async open(stack) {
      const { certificate: { cert } } = stack.use(await TlsRig.start());
      return { server: "cache1", options: { tls: { cert, key: "/etc/ssl/key.pem" } } };
    },
  },
  {
    what: "TLS on a Unix socket",
    told: "make",
    says: /with option "tls" as it is a Unix socket/,
    open: () => ({ server: "/run/memcached.sock", options: { tls: true } }),
  },
  {
    what: "no permission for the network, as Deno says it",
    told: "reject",
    says: /Requires net access/,
    open: () => throwing(Object.assign(new Error("Requires net access"), { name: "NotCapable" })),
  },
  {
    what: "no permission for the network, as Node says it",
    told: "reject",
    says: /has been restricted/,
    open: () =>
      throwing(
        Object.assign(new Error("Access to this API has been restricted"), {
          code: "ERR_ACCESS_DENIED",
        }),
      ),
  },
  {
    what: "a connect that throws by a bug",
    told: "reject",
    says: /Cannot connect to cache1:11211: port is not defined/,
    open: () => throwing(new ReferenceError("port is not defined")),
  },
  {
    what: "a connect that gives nothing",
    told: "reject",
    says: /"connect" must give a transport with read\(\), write\(\) and close\(\)/,
    open: () => giving(undefined),
  },
  {
    what: "a connect that gives something else",
    told: "reject",
    says: /"connect" must give a transport with read\(\), write\(\) and close\(\)/,
    open: () => giving({ readable: new ReadableStream(), writable: new WritableStream() }),
  },
  {
    what: "a connect whose transport reads nonsense",
    told: "console",
    says:
      /must give from 1 to \d+ bytes.*mistake in the transport that the function of the option "connect"/s,
    open: () =>
      giving({ ...emptyTransport(), read: () => Promise.resolve("three" as unknown as number) }),
  },
  {
    what: "a connect that fails",
    told: "console",
    says: /the tunnel is down.*and the function of the option "connect"/s,
    open: () => throwing(new Error("the tunnel is down")),
  },
  {
    what: "a connect that never settles",
    told: "console",
    says: /within 30 ms.*raise "connectTimeout"/s,
    open: () => ({
      server: "cache1",
      options: { connect: () => new Promise(() => {}), connectTimeout: 30 },
    }),
  },
  {
    what: "the wrong port: nothing listens there",
    told: "console",
    says: /Cannot connect to 127.0.0.1:1: .*Check address and port/s,
    open: () => ({ server: "127.0.0.1:1" }),
  },
  {
    what: "the wrong port: an HTTP server",
    told: "console",
    says: /HTTP\/1.1 400 Bad Request.*is no memcached.*check the port/s,
    open: (stack) => answering(stack, "HTTP/1.1 400 Bad Request\r\n\r\n"),
  },
  {
    what: "the wrong port: a Redis",
    told: "console",
    says: /-ERR unknown command.*is no memcached.*check the port/s,
    open: (stack) => answering(stack, "-ERR unknown command 'get'\r\n"),
  },
  {
    what: "the wrong port: something that hangs up",
    told: "console",
    says: /hangs up: check that the port is memcached's, and the option "tls"/,
    open: (stack) => answering(stack, ""),
  },
  {
    what: "the wrong port: something that is silent",
    told: "console",
    says: /takes connections and does not answer.*the option "tls"/s,
    open: (stack) => answering(stack, undefined),
  },
  {
    what: "a proxy without servers behind it",
    told: "console",
    says: /SERVER_ERROR.*servers behind it/s,
    async open(stack) {
      const proxy = stack.use(await MemcachedServer.start());
      proxy.fault({ kind: "serverError" });
      return { server: proxy.address };
    },
  },
  {
    what: "a name that does not resolve",
    told: "console",
    says: /Cannot connect to no-such-host.invalid:11211.*Check the name of the host, and the DNS/s,
    open: () => ({ server: "no-such-host.invalid", options: { connectTimeout: 5000 } }),
  },
  {
    what: "a Unix socket that is not there",
    told: "console",
    says: /no-such-socket.*Check the path, and that memcached runs with -s/s,
    async open(stack) {
      const folder = await Deno.makeTempDir({ prefix: "libmc-sockets-" });
      stack.defer(() => Deno.remove(folder, { recursive: true }));
      return { server: `${folder}/no-such-socket` };
    },
  },
  {
    what: "a Unix socket that the user may not open, as Deno says it",
    told: "console",
    says: /os error 13.*memcached's -a/s,
    open: () =>
      throwing(
        Object.assign(new Error("Permission denied (os error 13)"), { name: "PermissionDenied" }),
      ),
  },
  {
    what: "a Unix socket that the user may not open, as Node says it",
    told: "console",
    says: /connect EACCES.*memcached's -a/s,
    open: () =>
      throwing(Object.assign(new Error("connect EACCES /run/m.sock"), { code: "EACCES" })),
  },
  {
    what: "a password that the server refuses",
    told: "reject",
    says: /Cannot authenticate as the server answered "CLIENT_ERROR authentication failure"/,
    async open(stack) {
      const { address: server } = stack.use(await startAskingMemcached());
      return { server, options: { ...PATIENT, auth: { ...ADA, password: "wrong" } } };
    },
  },
  {
    what: "no password, where the server asks for one",
    told: "console",
    says: /asks for user and password.*Give the option "auth"/s,
    async open(stack) {
      const { address: server } = stack.use(await startAskingMemcached());
      return { server, options: PATIENT };
    },
  },
  {
    what: "TLS, where the server has none",
    told: "console",
    says: /Check that the server speaks TLS on this port/,
    async open(stack) {
      const { address: server } = stack.use(await startMemcached());
      return { server, options: { ...PATIENT, tls: true } };
    },
  },
  {
    what: "no TLS, where the server wants it",
    told: "console",
    says: /option "tls"/,
    async open(stack) {
      const rig = stack.use(await TlsRig.start());
      return { server: (await rig.memcached()).address, options: PATIENT };
    },
  },
  {
    what: "a certificate that nobody trusts",
    told: "console",
    says: /not trusted.*"tls.caCerts"/s,
    async open(stack) {
      const rig = stack.use(await TlsRig.start());
      return { server: (await rig.memcached()).address, options: { ...PATIENT, tls: true } };
    },
  },
];

/** A machine that is busy with other tests must not make a call late. */
const PATIENT: ClientOptions = { connectTimeout: 5000, pollTimeout: 5000 };
const GARBAGE = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n";

function throwing(error: Error): SetUp {
  return { server: "cache1", options: { connect: () => Promise.reject(error) } };
}

function giving(given: unknown): SetUp {
  return { server: "cache1", options: { connect: () => Promise.resolve(given as never) } };
}

function emptyTransport() {
  const transport = new ScriptedTransport();
  return {
    write: (data: Uint8Array) => transport.write(data),
    close: () => transport.close(),
  };
}

/** Something that answers whatever it reads: `""` closes, `undefined` says nothing. */
async function answering(
  stack: AsyncDisposableStack,
  answer: string | undefined,
): Promise<SetUp> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", () => {
      if (answer === "") socket.destroy();
      else if (answer !== undefined) socket.write(answer);
    });
  });
  await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
  stack.defer(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  });
  const { port } = server.address() as AddressInfo;
  return {
    server: `127.0.0.1:${port}`,
    options: answer === undefined ? { pollTimeout: 100, connectTimeout: 5000 } : PATIENT,
  };
}
