/** What a figure was measured on. Names of hosts and people are left out. */
import os from "node:os";

/** The machine and the versions that take part. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly os: string;
  readonly deno: string;
  readonly v8: string;
  readonly memcached: string;
}

/** Reads them, memcached's version from the running server. */
export async function describeMachine(server: string): Promise<Machine> {
  return {
    cores: navigator.hardwareConcurrency,
    cpu: os.cpus()[0]?.model ?? "unknown",
    memoryGiB: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    memcached: await memcachedVersion(server),
  };
}

async function memcachedVersion(server: string): Promise<string> {
  const [hostname, port] = server.split(":");
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode("version\r\n"));
  const buffer = new Uint8Array(256);
  const count = await connection.read(buffer) ?? 0;
  return new TextDecoder().decode(buffer.subarray(0, count)).trim().replace(
    /^VERSION /,
    "",
  );
}
