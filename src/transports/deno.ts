/** The one file that says `Deno.`: dials TCP and Unix sockets with `Deno.connect`. */

import { connectTls } from "./node_tls.ts";
import type {
  DnsAnswer,
  DnsType,
  Endpoint,
  Platform,
  ResolveOptions,
  Transport,
} from "./transport.ts";

/** Dials in the clear with `Deno.connect`, which looks the name up anew each time. */
export async function denoConnect(endpoint: Endpoint, signal: AbortSignal): Promise<Transport> {
  if ("path" in endpoint) return await Deno.connect({ transport: "unix", path: endpoint.path });
  return await dialTcp(endpoint, signal);
}

/** Asks the DNS with `Deno.resolveDns`. It asks name servers only, and not the file of hosts. */
export async function denoResolve(
  name: string,
  type: DnsType,
  { signal, nameServer }: ResolveOptions,
): Promise<readonly DnsAnswer[]> {
  const options = {
    signal,
    ...nameServer && { nameServer: { ipAddr: nameServer.address, port: nameServer.port } },
  };
  try {
    if (type !== "SRV") {
      const addresses = await Deno.resolveDns(name, type, options);
      return addresses.map((host) => ({ host }));
    }
    const records = await Deno.resolveDns(name, type, options);
    return records.map(({ target, port, priority }) => ({ host: target, port, priority }));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    // Deno does not tell these apart.
    throw new Error(`no such name, no ${type} records, or no name server that answers`, { cause });
  }
}

/** How Deno dials: TCP and Unix sockets by its own calls, TLS by `node:tls`. */
export const denoPlatform: Platform = { connect: denoConnect, connectTls, resolve: denoResolve };

/** True if these are the globals of Deno. */
export function isDeno(globals: object): boolean {
  const { Deno: deno } = globals as { Deno?: { connect?: unknown } };
  return typeof deno?.connect === "function";
}

/** Dials TCP. No delay: a request leaves when it is written. Keep-alive: a lost connection is noticed in the end. */
async function dialTcp(
  { hostname, port }: { hostname: string; port: number },
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname, port, signal: unthrowing(signal) });
  if (signal.aborted) {
    connection.close();
    throw signal.reason;
  }
  try {
    connection.setNoDelay(true);
    connection.setKeepAlive(true);
  } catch (error) {
    // A connection that was reset meanwhile cannot be set on some systems.
    connection.close();
    throw error;
  }
  return connection;
}

/**
 * Makes a signal that cancels as the given one does, but does not throw. `Deno.connect` calls `throwIfAborted()` at the
 * very end, and would drop a connection that was made at the moment of the abort without closing it.
 */
function unthrowing(signal: AbortSignal): AbortSignal {
  return Object.defineProperty(AbortSignal.any([signal]), "throwIfAborted", { value: () => {} });
}

/** Gives a variable of the environment, if that was permitted. It never asks for the permission. */
export function denoEnvironment(name: string): string | undefined {
  // Deno tells this one to everybody.
  if (name === "NO_COLOR") return Deno.noColor ? "1" : undefined;
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

/** Tells whether a program may listen on an address. A person at a terminal is asked. */
export function denoMayListen(host: string): boolean {
  return Deno.permissions.requestSync({ name: "net", host }).state === "granted";
}
