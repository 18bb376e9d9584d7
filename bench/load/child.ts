/**
 * The process of one participant: its CPU time is its own, and no other participant's garbage is
 * collected in it. Obeys one JSON line at a time from the parent and answers each with one.
 */
import process from "node:process";
import { loadParticipant } from "../participants/load.ts";
import { ownerOf, RAW_SOCKET } from "../participants/names.ts";
import { RawSocket } from "../participants/raw_socket.ts";
import { linesOf } from "./lines.ts";
import { type Loop, makeLoop } from "./loop.ts";
import { makeRawLoop } from "./raw_loop.ts";
import type { Greeting, Order, Prepared, Quantiles, Round } from "./orders.ts";
import type { Work } from "./work.ts";

/** Makes a loop for a work and keeps one client for each number of servers. */
class Bench {
  readonly #name: string;
  readonly #servers: readonly string[];
  readonly #loops = new Map<number, (work: Work) => Loop>();
  #loop: Loop | undefined;
  #latencies: number[] = [];

  constructor(name: string, servers: readonly string[]) {
    this.#name = name;
    this.#servers = servers;
  }

  async obey(order: Order): Promise<Prepared | Round | Quantiles> {
    if (order.order === "prepare") return await this.#prepare(order.work);
    if (order.order === "run") {
      return await this.#run(order.milliseconds, order.timed);
    }
    const latencies = this.#latencies;
    this.#latencies = [];
    return quantiles(latencies);
  }

  async #prepare(work: Work): Promise<Prepared> {
    let connected = this.#loops.get(work.servers);
    if (connected === undefined) {
      connected = await this.#connect(this.#servers.slice(0, work.servers));
      this.#loops.set(work.servers, connected);
    }
    this.#loop = connected(work);
    this.#latencies = [];
    const values = await this.#loop.check();
    const text = new TextEncoder().encode(values.join("\n"));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
    return { digest: digest.toHex(), values: values.length };
  }

  async #connect(servers: readonly string[]): Promise<(work: Work) => Loop> {
    const owner = ownerOf(this.#name);
    if (this.#name === RAW_SOCKET) {
      const sockets = await Promise.all(
        servers.map((server) => RawSocket.connect(server)),
      );
      return (work) => makeRawLoop(sockets, owner, work);
    }
    const session = await (await loadParticipant(this.#name)).connect(servers);
    return (work) => makeLoop(session, owner, work);
  }

  async #run(milliseconds: number, timed: boolean): Promise<Round> {
    if (this.#loop === undefined) {
      throw new Error("Cannot run as nothing was prepared");
    }
    const cpu = process.cpuUsage();
    const begin = performance.now();
    const calls = await this.#loop.run(
      milliseconds,
      timed ? this.#latencies : [],
    );
    const elapsed = performance.now() - begin;
    const { user, system } = process.cpuUsage(cpu);
    return { calls, milliseconds: elapsed, cpuMicroseconds: user + system };
  }
}

function quantiles(latencies: number[]): Quantiles {
  const sorted = Float64Array.from(latencies).sort();
  const at = (part: number) => {
    return Math.round(
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] *
        1e4,
    ) /
      10;
  };
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}

function say(answer: unknown): void {
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${JSON.stringify(answer)}\n`),
  );
}

async function greeting(name: string): Promise<Greeting> {
  if (name === RAW_SOCKET) {
    return { version: `Deno ${Deno.version.deno}`, manyServers: true, manyCallers: true };
  }
  const { version, manyServers } = await loadParticipant(name);
  return { version, manyServers, manyCallers: true };
}

const [name, ...servers] = Deno.args;
const bench = new Bench(name, servers);
say(await greeting(name));
for await (const line of linesOf(Deno.stdin.readable)) {
  try {
    say(await bench.obey(JSON.parse(line)));
  } catch (error) {
    say({ error: String(error) });
  }
}
Deno.exit();
