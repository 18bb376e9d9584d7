/** A dashboard for tests: its clock stands still until a test turns it, and its servers answer by a formula. */

import { Client } from "@libmc/libmc";
import {
  type Dashboard,
  type DashboardOptions,
  serveDashboard,
} from "../../../src/cli/dashboard/serve_dashboard.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { settle } from "../../support/settle.ts";
import { FakeServers } from "./fake_servers.ts";

/** The token of dashboards in tests. */
export const TOKEN = "a-token";

/** When the clock of a test begins: 2026-03-02 12:00:00 UTC. */
const NOON = Date.UTC(2026, 2, 2, 12);

/** A dashboard, and what turns it. */
export class Served implements AsyncDisposable {
  readonly dashboard: Dashboard;
  readonly servers: FakeServers;
  readonly clock: ManualClock;
  readonly client: Client;
  readonly #isOwn: boolean;

  private constructor(
    dashboard: Dashboard,
    servers: FakeServers,
    clock: ManualClock,
    { client, isOwn }: { readonly client: Client; readonly isOwn: boolean },
  ) {
    this.dashboard = dashboard;
    this.servers = servers;
    this.clock = clock;
    this.client = client;
    this.#isOwn = isOwn;
  }

  /** @param list The server strings. */
  static async start(
    list: readonly string[],
    options: Partial<DashboardOptions> & { readonly dead?: readonly string[] } = {},
    clock: ManualClock = new ManualClock(),
  ): Promise<Served> {
    const { dead = [], ...others } = options;
    const servers = new FakeServers(clock);
    for (const name of dead) servers.dead.add(name);
    const client = others.client ?? new Client([...list], { warn: false, strict: true });
    const dashboard = await serveDashboard({
      client,
      open: () => client,
      token: TOKEN,
      clock,
      today: () => NOON + clock.now() - 1000,
      probe: servers.probe,
      ...others,
    });
    await settle();
    return new Served(dashboard, servers, clock, { client, isOwn: others.client === undefined });
  }

  /** The address of the dashboard, without a path. */
  get origin(): string {
    return new URL(this.dashboard.url).origin;
  }

  /** Asks as the page does. */
  ask(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${TOKEN}`, ...init.headers };
    return fetch(`${this.origin}${path}`, { ...init, headers });
  }

  /** Lets seconds pass: as many ticks. */
  async pass(seconds: number): Promise<void> {
    for (let i = 0; i < 10 * seconds; i++) {
      this.clock.advance(100);
      await settle();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dashboard.close();
    if (this.#isOwn) await this.client.close();
  }
}

/** Names for servers of a test. */
export function serverStrings(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const name = `cache${String(i + 1).padStart(count > 9 ? 3 : 1, "0")}.example`;
    return `127.0.0.1:${20_001 + i} ${name}`;
  });
}
