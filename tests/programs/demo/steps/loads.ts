/** Values that are loaded when they are missing: one load for all who ask, and nobody waits for a renewal. */

import type { Client } from "@libmc/libmc";
import { counted } from "../figures.ts";
import type { Session } from "../session.ts";

const CALLERS = 200;

/** Clients that know nothing of each other, as those of four processes. */
const CLIENTS = 4;

/** As long as a query of a database takes, or a page. */
const LOAD_MILLISECONDS = 50;

const PATIENCE_SECONDS = 4;

/** Asks for one value alone, with many at once, and when it is out of date. */
export async function loads(session: Session): Promise<void> {
  session.report.heading("getOrSet(): a value that is missing is loaded");
  await missing(session);
  const clients = Array.from({ length: CLIENTS }, () => session.newClient());
  try {
    await stampede(session, clients);
    await stale(session, clients);
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

async function missing(session: Session): Promise<void> {
  const { client, report } = session;
  const page = session.key("page:missing");
  let loaded = 0;
  const ask = () => timed(() => client.getOrSet(page, () => after(++loaded), { ttl: 600 }));
  const first = await ask();
  const second = await ask();
  report.check(
    first.value === 1 && second.value === 1 && loaded === 1,
    `first call: ${counted(loaded, "load")}, ${first.ms} ms; second call: a hit, ${second.ms} ms`,
  );
}

/** All ask before the value is there. */
async function stampede(session: Session, clients: readonly Client[]): Promise<void> {
  const page = session.key("page:stampede");
  let loaded = 0;
  const { value: pages, ms } = await timed(() =>
    Promise.all(callers(clients, (client) => {
      return client.getOrSet(page, () => after(++loaded), { ttl: 600 });
    }))
  );
  const right = pages.filter((value) => value === 1).length;
  session.report.check(
    loaded === 1 && right === CALLERS,
    `a stampede of ${CALLERS} on one key, from ${CLIENTS} clients: ${
      counted(loaded, "load")
    }, all have it in ${ms} ms`,
  );
}

/** The load does not end before all callers have been answered: none of them can have waited for it. */
async function stale(session: Session, clients: readonly Client[]): Promise<void> {
  const { client, report } = session;
  const page = session.key("page:stale");
  const renewal = Promise.withResolvers<void>();
  let loaded = 0;
  const ask = (client: Client) =>
    client.getOrSet(page, async ({ background }) => {
      const edition = ++loaded;
      if (background) await renewal.promise;
      return edition;
    }, { ttl: (edition) => edition === 1 ? 1 : 600, staleWhileRevalidate: 60 });
  try {
    await ask(client);
    await session.until("waiting for a ttl of 1 s to pass", PATIENCE_SECONDS, async () => {
      await ask(client);
      return loaded > 1;
    });
    const { value: pages, ms } = await timed(() => Promise.all(callers(clients, ask)));
    const old = pages.filter((edition) => edition === 1).length;
    report.check(
      old === CALLERS && loaded === 2,
      `stale while it is refreshed: ${old} callers have the old value, in ${ms} ms`,
    );
  } finally {
    renewal.resolve();
  }
  await session.until(
    "waiting for the new value",
    PATIENCE_SECONDS,
    async () => await client.get(page) === 2,
  );
  const pages = await Promise.all(callers(clients, ask));
  report.check(
    pages.every((edition) => edition === 2) && loaded === 2,
    `refreshed by ${counted(loaded - 1, "load")}: then all ${CALLERS} have the new value`,
  );
}

function callers<T>(clients: readonly Client[], ask: (client: Client) => Promise<T>): Promise<T>[] {
  return Array.from({ length: CALLERS }, (_, i) => ask(clients[i % clients.length]));
}

function after<T>(value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, LOAD_MILLISECONDS, value));
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: string }> {
  const start = performance.now();
  const value = await work();
  const ms = performance.now() - start;
  return { value, ms: ms.toFixed(ms < 10 ? 1 : 0) };
}
