/** Asks the DNS by `node:dns`, for Node and Bun. */

import { Resolver } from "node:dns/promises";
import type { DnsAnswer, DnsType, ResolveOptions } from "./transport.ts";

/** Asks name servers only, and not the file of hosts. What was answered before is not kept. */
export async function nodeResolve(
  name: string,
  type: DnsType,
  { signal, nameServer }: ResolveOptions,
): Promise<readonly DnsAnswer[]> {
  const resolver = new Resolver();
  if (nameServer !== undefined) resolver.setServers([serverOf(nameServer)]);
  const cancel = () => resolver.cancel();
  signal.addEventListener("abort", cancel);
  try {
    signal.throwIfAborted();
    if (type === "SRV") {
      const records = await resolver.resolveSrv(name);
      return records.map(({ name, port, priority }) => ({ host: name, port, priority }));
    }
    const addresses = type === "A" ? await resolver.resolve4(name) : await resolver.resolve6(name);
    return addresses.map((host) => ({ host }));
  } catch (cause) {
    signal.throwIfAborted();
    const reason = REASONS.get((cause as { readonly code?: unknown }).code);
    if (reason === undefined) throw cause;
    throw new Error(reason(type), { cause });
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function serverOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

const REASONS = new Map<unknown, (type: DnsType) => string>([
  ["ENOTFOUND", () => "no such name"],
  ["ENODATA", (type) => `the name has no ${type} records`],
]);
