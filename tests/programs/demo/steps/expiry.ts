/** Expiry: an item goes when its time is up, unless it is touched. */

import type { Session } from "../session.ts";

/** memcached's clock ticks once a second: an exptime of 2 is over after more than 1 second and at most 2. */
const EXPTIME = 2;
const PATIENCE_SECONDS = 4;

/** Stores two items for a moment, gives one of them more time, and waits. */
export async function expiry(session: Session): Promise<void> {
  const { client, report } = session;
  report.heading("Expiry");

  const short = session.key("expiry:short");
  const touched = session.key("expiry:touched");
  const start = performance.now();
  await client.setMulti({ [short]: "soon gone", [touched]: "here to stay" }, { exptime: EXPTIME });
  const more = await client.touch(touched, 60);
  const first = await client.get(short);
  const gone = await session.until(
    `waiting for an exptime of ${EXPTIME} s to pass`,
    PATIENCE_SECONDS,
    async () => await client.get(short) === undefined,
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const found = gone ? "a miss" : "still there";
  report.check(
    first === "soon gone" && gone,
    `stored for ${EXPTIME} s: a hit at once, ${found} ${seconds} s later: its clock is in seconds`,
  );
  const kept = await client.get(touched);
  report.check(more && kept === "here to stay", "stored for as long, then touched: still there");
}
