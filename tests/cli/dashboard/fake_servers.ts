/** Servers that a recorder asks, and that answer by a formula: the same at the same time of the clock. */

import { type Clock, ConnectionError } from "@libmc/libmc";
import type { Probe } from "../../../src/cli/dashboard/probe.ts";
import type { Answer } from "../../../src/cli/dashboard/rates.ts";

/** Servers by formula. Those that are named in `dead` refuse. */
export class FakeServers {
  readonly dead = new Set<string>();
  /** How often each was asked. */
  readonly asked = new Map<string, number>();
  readonly closed: string[] = [];
  readonly #clock: Clock;
  readonly #known: string[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly probe = (server: string): Probe => {
    const name = server.split(" ").at(-1) as string;
    const place = this.#known.push(name) - 1;
    return {
      name,
      ask: () => {
        this.asked.set(name, (this.asked.get(name) ?? 0) + 1);
        return this.dead.has(name)
          ? Promise.reject(refused(name))
          : Promise.resolve(this.#answer(place));
      },
      slabs: () => {
        if (this.dead.has(name)) return Promise.reject(refused(name));
        return Promise.resolve(
          new Map(Array.from({ length: 24 }, (_, i) => [i + 1, slab(i, place)])),
        );
      },
      close: () => {
        this.closed.push(name);
        return Promise.resolve();
      },
    };
  };

  #answer(place: number): Answer {
    const seconds = this.#clock.now() / 1000;
    const wave = (length: number, phase: number) =>
      Math.sin(seconds / length + phase + place * 1.3);
    const size = 1 + (place * 7 % 5) / 5;
    // What grows is a sum: a steady part, and the integral of a wave.
    const grown = (steady: number, swing: number, length: number) =>
      Math.round(
        size * (steady * seconds + swing * length * (1 - Math.cos(seconds / length + place))),
      );
    const gets = grown(4200, 1500, 47);
    const misses = grown(310, 240, 33);
    return {
      latency: 0.18 + 0.05 * wave(9, 0) + 0.03 * wave(3.7, 1) +
        (Math.round(seconds) % 97 === place ? 0.9 : 0),
      stats: {
        pid: 100 + place,
        uptime: Math.round(86_400 * 3 + seconds),
        version: "1.6.18",
        curr_connections: 12 + place % 4,
        cmd_get: gets,
        get_hits: gets - misses,
        get_misses: misses,
        cmd_set: grown(830, 260, 21),
        cmd_touch: grown(212, 43, 30),
        delete_hits: grown(9, 4, 20),
        bytes: Math.round(size * (38 + 6 * wave(170, 0.5)) * 2 ** 20),
        limit_maxbytes: 128 * 2 ** 20,
        curr_items: Math.round(size * (41_000 + 6000 * wave(170, 0.5))),
        evictions: Math.max(0, Math.round(size * 9 * (seconds - 240))),
        bytes_read: grown(310_000, 90_000, 40),
        bytes_written: grown(5_400_000, 900_000, 80),
      },
    };
  }
}

function refused(name: string): Error {
  return new ConnectionError(`Cannot connect to ${name}: Connection refused (os error 111)`, {
    server: name,
    command: "stats",
    sent: "no",
  });
}

function slab(i: number, place: number) {
  const chunk_size = Math.round(96 * 1.25 ** i / 8) * 8;
  const chunks_per_page = Math.floor(2 ** 20 / chunk_size);
  const total_pages = 1 + Math.round(6 * Math.exp(-(((i - 9 - place) / 5) ** 2)));
  const used_chunks = Math.floor(
    chunks_per_page * total_pages * (0.45 + 0.5 * Math.exp(-(((i - 9) / 6) ** 2))),
  );
  return {
    ...{ chunk_size, chunks_per_page, total_pages, used_chunks },
    asked: Math.round(used_chunks * chunk_size * 0.88),
    evicted: i === 9 ? 1200 : 0,
    age: 3600 - i * 60,
  };
}
