/** A server goes down and comes back: what callers see, with failover off and on, and what the client says. */

import type { ClientEventName } from "@libmc/libmc";
import { wrongKeys } from "../compare.ts";
import { count, counted } from "../figures.ts";
import type { Power } from "../servers.ts";
import type { Session } from "../session.ts";

/** The one of three that goes down. */
const VICTIM = 1;

/** Takes one server away and brings it back; does not touch servers that are not ours. */
export async function outage(session: Session): Promise<void> {
  const { report, servers: { power } } = session;
  if (power === undefined) {
    report.heading("A server goes down");
    report.note("not shown: servers given by --servers are not ours to stop");
    return;
  }
  const { theirs, others } = split(session);
  session.events.take();
  await down(session, power, theirs, others);
  await replaced(session, theirs);
  await back(session, power, theirs);
}

/** Failover off: the keys of the server miss, and nothing is stored elsewhere. */
async function down(
  session: Session,
  power: Power,
  theirs: readonly string[],
  others: readonly string[],
): Promise<void> {
  const { client, data, report } = session;
  report.heading(`${nameOf(session)} goes down, failover off`);
  await power.off(VICTIM);
  const read = await client.getMulti(data.items.keys());
  const found = theirs.filter((key) => read.has(key));
  report.checkMany(
    data.items.size,
    [...found, ...wrongKeys(data, others, read)],
    `its ${counted(theirs.length - found.length, "key")} miss, the other ${
      count(others.length)
    } are hits`,
  );
  const stored = await client.set(theirs[0], data.items.get(theirs[0])!.value);
  const host = await client.getRealtimeHostByKey(theirs[0]);
  report.check(!stored && host === undefined, `a store to it is ${stored}, and nothing throws`);
  tell(session, "dead");
}

/** Failover on: the next servers on the ring stand in. */
async function replaced(session: Session, theirs: readonly string[]): Promise<void> {
  const { client, data, report } = session;
  report.heading(`${nameOf(session)} is down, failover on`);
  client.config({ failover: true });
  const values = theirs.map((key) => [key, data.items.get(key)!.value] as const);
  const { failed } = await client.setMulti(values);
  const stands = new Map<string, number>();
  for (const key of theirs) {
    const host = await client.getRealtimeHostByKey(key) ?? "nowhere";
    stands.set(host, (stands.get(host) ?? 0) + 1);
  }
  report.checkMany(
    theirs.length,
    [...failed, ...stands.has(nameOf(session)) ? [nameOf(session)] : []],
    `its keys are stored again: ${
      Array.from(stands, ([host, keys]) => `${count(keys)} on ${host}`).sort().join(", ")
    }`,
  );
  await readAll(session, "are hits");
}

/** The server is back, empty: it gets its keys again. */
async function back(session: Session, power: Power, theirs: readonly string[]): Promise<void> {
  const { client, data, report } = session;
  const name = nameOf(session);
  report.heading(`${name} comes back`);
  client.config({ failover: false });
  session.events.take();
  const start = performance.now();
  await power.on(VICTIM);
  const alive = await session.until(
    `waiting for the client to find ${name}`,
    5,
    async () => await client.getRealtimeHostByKey(theirs[0]) === name,
  );
  const ms = Math.round(performance.now() - start);
  report.check(alive, `found again ${ms} ms after it was told to start`);
  tell(session, "alive");
  const read = await client.getMulti(theirs);
  report.checkMany(
    theirs.length,
    [...read.keys()],
    "a server starts empty: its keys miss, and are stored again",
  );
  await client.setMulti(theirs.map((key) => [key, data.items.get(key)!.value] as const));
  await readAll(session, "are hits again");
}

/** Checks that the client's events told of a change of the server, and prints what they said. */
function tell(session: Session, change: ClientEventName): void {
  const { events, report } = session;
  const said = events.take();
  const told = `${change} ${nameOf(session)}`;
  const right = Array.from(said.keys()).some((sentence) => sentence.split(":")[0] === told);
  report.check(right, `the client's events ${right ? "said so" : `did not say "${told}"`}`);
  for (const [sentence, times] of said) {
    report.note(`  ${sentence}${times > 1 ? ` (${times} ×)` : ""}`);
  }
}

async function readAll({ client, data, report }: Session, verdict: string): Promise<void> {
  const read = await client.getMulti(data.items.keys());
  report.checkMany(
    data.items.size,
    wrongKeys(data, data.items.keys(), read),
    `all ${count(data.items.size)} keys ${verdict}, every byte compared`,
  );
}

/** The keys of the server that goes down, and those of the others. */
function split(session: Session): { theirs: string[]; others: string[] } {
  const { client, data } = session;
  const name = nameOf(session);
  const owned = Object.groupBy(
    data.items.keys(),
    (key) => client.getHostByKey(key) === name ? "theirs" : "others",
  );
  return { theirs: owned.theirs ?? [], others: owned.others ?? [] };
}

function nameOf({ servers }: Session): string {
  return servers.strings[VICTIM].split(" ")[1];
}
