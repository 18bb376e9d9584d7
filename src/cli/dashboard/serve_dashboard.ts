/** The dashboard: what servers do, as a page that is served on this machine only. */

import type { Client, ClientOptions, Clock } from "../../../mod.ts";
import { systemClock } from "../../clock.ts";
import { Guard, newToken } from "./guard.ts";
import { handlerOf } from "./handler.ts";
import { listen } from "./http_server.ts";
import { GroupSampler } from "./key_groups.ts";
import { type Probe, PROBE_OPTIONS, probeOf } from "./probe.ts";
import { Recorder } from "./recorder.ts";
import { RingCamera } from "./ring_picture.ts";
import { SlabCamera } from "./slab_picture.ts";

/** How to serve the dashboard. */
export interface DashboardOptions {
  /** Looks keys up, and knows the servers. It stays the caller's: the dashboard does not close it. */
  readonly client: Client;
  /** Makes a client for one server, which reaches it as `client` does, with these options on top. */
  readonly open: (server: string, options: ClientOptions) => Client;
  /** An address of this machine's loopback: `127.0.0.1` unless given. */
  readonly hostname?: string;
  /** A free one unless given. */
  readonly port?: number;
  /** What opens the page: a new one unless given. */
  readonly token?: string;
  /** Lets keys be deleted. */
  readonly write?: boolean;
  readonly clock?: Clock;
  /** Tells the time of the day in milliseconds since 1970. */
  readonly today?: () => number;
  /** Takes the place of the probes that ask the servers. */
  readonly probe?: (server: string) => Probe;
}

/** A dashboard that is served. */
export interface Dashboard {
  /** The address of the page, with the token. */
  readonly url: string;
  /** Ends it: pages, questions to servers, and the port. */
  close(): Promise<void>;
}

/**
 * Serves the dashboard until it is closed.
 *
 * @throws {TypeError} If the hostname is not of this machine alone.
 * @throws {Error} If the port is taken, or may not be used.
 */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const {
    client,
    open,
    hostname = "127.0.0.1",
    port = 0,
    token = newToken(),
    write = false,
    clock = systemClock,
    today = Date.now,
  } = options;
  if (!LOOPBACK.test(hostname)) {
    throw new TypeError(
      `Cannot serve the dashboard on ${hostname} as it is for this machine only: use 127.0.0.1`,
    );
  }
  const probe = options.probe ??
    ((server: string) => probeOf(open(server, PROBE_OPTIONS), clock));
  const recorder = new Recorder({ clock, today, servers: () => client.servers, probe });
  const camera = new RingCamera(client);
  const slabCamera = new SlabCamera(recorder);
  const sampler = new GroupSampler(
    client,
    clock,
    () => recorder.rows().filter(({ state }) => state === "up").map(({ name }) => name),
  );
  const server = await listen({ hostname, port }, (bound) => {
    const guard = new Guard(token, hostname, bound);
    return handlerOf({ client, guard, recorder, camera, slabCamera, sampler, mayWrite: write });
  });
  const started = recorder.start();
  const shown = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `http://${shown}:${server.port}/?token=${encodeURIComponent(token)}`,
    async close(): Promise<void> {
      sampler.close();
      await recorder.close();
      await started;
      await camera.close();
      await server.close();
    },
  };
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/;
