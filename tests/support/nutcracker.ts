/**
 * Starts twemproxy, which Debian calls nutcracker, before servers that run: a proxy that places keys by itself, and that
 * closes the connection over a meta command.
 */

import { ensureProgram, NUTCRACKER } from "./ensure_program.ts";
import { eventually } from "./eventually.ts";
import { startMemcached } from "./memcached.ts";
import { somePort } from "./some_port.ts";

/** A proxy that was started here. */
export interface Nutcracker extends AsyncDisposable {
  /** The proxy as a client is given it. */
  readonly address: string;
}

/** How the proxy places keys, in its own words. */
export interface Placing {
  readonly hash?: string;
  readonly distribution?: string;
  readonly hash_tag?: string;
}

/**
 * Starts the proxy and resolves when it accepts connections.
 *
 * @param servers The servers behind it, `host:port` or `host:port:weight name` each.
 */
export async function startNutcracker(
  servers: readonly string[],
  placing: Placing = {},
): Promise<Nutcracker> {
  const binary = await ensureProgram(NUTCRACKER);
  for (let tries = 1;; tries++) {
    try {
      return await start(binary, servers, placing);
    } catch (error) {
      // Somebody may have taken its port.
      if (tries === MOST_TRIES) throw error;
    }
  }
}

/** Starts two memcacheds behind a proxy: it places an item and what lies beside it by chance on one of them or on both. */
export async function startProxied(): Promise<Nutcracker> {
  const servers = await Promise.all([startMemcached(), startMemcached()]);
  const proxy = await startNutcracker(servers.map(({ address }) => address));
  return {
    address: proxy.address,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      for (const server of servers) await server.stop();
    },
  };
}

const MOST_TRIES = 5;

async function start(
  binary: string,
  servers: readonly string[],
  { hash = "fnv1a_64", distribution = "ketama", hash_tag: tag }: Placing,
): Promise<Nutcracker> {
  const folder = await Deno.makeTempDir({ prefix: "libmc-nutcracker-" });
  const [port, statsPort] = [somePort(), somePort()];
  const lines = [
    "pool:",
    `  listen: 127.0.0.1:${port}`,
    `  hash: ${hash}`,
    `  distribution: ${distribution}`,
    ...tag === undefined ? [] : [`  hash_tag: "${tag}"`],
    "  timeout: 2000",
    "  servers:",
    ...servers.map((server) => `    - ${/ /.test(server) ? server : `${server}:1`}`),
  ];
  await Deno.writeTextFile(`${folder}/proxy.yml`, lines.join("\n") + "\n");
  const process = new Deno.Command(binary, {
    args: [
      ...["-c", `${folder}/proxy.yml`, "-o", `${folder}/log`, "-p", `${folder}/pid`],
      ...["-a", "127.0.0.1", "-s", String(statsPort)],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let hasEnded = false;
  process.status.then(() => hasEnded = true);
  const proxy = {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
  try {
    await eventually("the proxy accepts connections", async () => {
      if (hasEnded) throw new Error("Cannot start nutcracker: it ended at once");
      return await accepts(port);
    });
  } catch (error) {
    await proxy[Symbol.asyncDispose]();
    throw error;
  }
  return proxy;
}

async function accepts(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
