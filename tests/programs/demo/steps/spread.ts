/** How the keys spread over the servers. */

import { bar } from "../bar.ts";
import { count, megabytes } from "../figures.ts";
import type { Session } from "../session.ts";
import { cut } from "../table.ts";

const BAR_WIDTH = 30;
const NAME_WIDTH = 20;

/** Prints a table with a bar for each server. Asks the ring only: nothing is sent. */
export function showSpread({ client, data, report }: Session): void {
  const shares = new Map(
    Array.from(client.counters().keys(), (name) => [name, { keys: 0, bytes: 0 }]),
  );
  for (const [key, { bytes }] of data.items) {
    const share = shares.get(client.getHostByKey(key))!;
    share.keys++;
    share.bytes += bytes.length;
  }
  const most = Math.max(...Array.from(shares.values(), ({ keys }) => keys));
  report.heading("How the keys spread");
  report.table([
    ["server", "keys", "share", "", "values"],
    ...Array.from(shares, ([name, { keys, bytes }]) => [
      cut(name, NAME_WIDTH),
      count(keys),
      `${(keys / data.items.size * 100).toFixed(1)} %`,
      bar(keys / most, BAR_WIDTH).padEnd(BAR_WIDTH),
      megabytes(bytes),
    ]),
  ], ["left", "right", "right", "left", "right"]);
}
