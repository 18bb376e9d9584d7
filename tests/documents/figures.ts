/**
 * The figures of the documentation, made of the newest file of `bench/results/`: `deno run -R tests/documents/figures.ts`
 * prints the tables.
 */

/** The works of the two tables, as `operation bytes callers cores`. */
const IN_README: readonly [what: string, work: string][] = [
  ["keys a second: `get`, one caller", "get 100 1 one"],
  ["`get`, 64 callers at once", "get 100 64 two"],
  ["`getMulti` of 100 keys, 64 callers", "getMulti100 100 64 two"],
  ["`setMulti` of 100 keys, 64 callers", "setMulti100 100 64 two"],
  ["`get` of 100 kB, one caller", "get 100000 1 one"],
];
const IN_FIGURES: readonly [what: string, work: string][] = [
  ["`get`, one caller", "get 100 1 one"],
  ["`set`, one caller", "set 100 1 one"],
  ["`getMulti` of 100, one caller", "getMulti100 100 1 one"],
  ["`setMulti` of 100, one caller", "setMulti100 100 1 one"],
  ["`get` of 100 kB, one caller", "get 100000 1 one"],
  ["`set` of 100 kB, one caller", "set 100000 1 one"],
  ["`get`, 64 callers", "get 100 64 two"],
  ["`get`, 4,096 callers", "get 100 4096 two"],
  ["`set`, 64 callers", "set 100 64 two"],
  ["`getMulti` of 100, 64 callers", "getMulti100 100 64 two"],
  ["`setMulti` of 100, 64 callers", "setMulti100 100 64 two"],
];

/** The clients as the README has them, column by column. */
const PARTICIPANTS: readonly string[] = [
  "libmc",
  "memcache",
  "memjs",
  "memcached",
  "memcache-client",
  "libmc-python",
];

interface Measured {
  readonly operation: string;
  readonly bytes: number;
  readonly callers: number;
  readonly servers: number;
  readonly cores: string;
  readonly participant: string;
  readonly keysPerSecond: number;
  readonly cpuMicrosPerKey: number;
  readonly ofRaw: number;
  readonly ofBestPeer: number;
}

/** One run of `deno task bench:load`. */
export interface Run {
  /** The name of its files, without the ending. */
  readonly stem: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly Measured[];
}

/** Reads the newest run. */
export function newestRun(): Run {
  const folder = new URL("../../bench/results/", import.meta.url);
  const stems = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
  const stem = stems.toSorted().at(-1);
  if (stem === undefined) throw new Error(`Cannot find a run in ${folder}`);
  return { stem, ...JSON.parse(Deno.readTextFileSync(new URL(`${stem}.json`, folder))) };
}

/** The rows of the README's table that say how fast each client is, cell by cell. */
export function readmeRows(run: Run): string[][] {
  return IN_README.map(([what, work]) => {
    const measured = measuredBy(run, work);
    const cells = PARTICIPANTS.map((name) => measured.get(name)?.keysPerSecond);
    return [what, ...cells.map((figure) => figure === undefined ? "–" : rounded(figure))];
  });
}

/** The rows of the table of `docs/figures.md`, cell by cell. */
export function figuresRows(run: Run): string[][] {
  return IN_FIGURES.map(([what, work]) => {
    const measured = measuredBy(run, work);
    const ours = measured.get("libmc");
    if (ours === undefined) throw new Error(`Cannot find "${work}" in ${run.stem}`);
    const python = measured.get("libmc-python");
    return [
      what,
      work.split(" ")[3],
      rounded(ours.keysPerSecond),
      rounded(measured.get("raw socket")?.keysPerSecond ?? NaN),
      python === undefined ? "" : rounded(python.keysPerSecond),
      rounded(ours.keysPerSecond / ours.ofBestPeer),
      ours.ofRaw.toFixed(2),
      `${ours.ofBestPeer.toFixed(1)} ×`,
      String(Number(ours.cpuMicrosPerKey.toPrecision(2))),
    ];
  });
}

function measuredBy({ results }: Run, work: string): Map<string, Measured> {
  const found = results.filter(({ operation, bytes, callers, cores, servers }) => {
    return servers === 1 && `${operation} ${bytes} ${callers} ${cores}` === work;
  });
  return new Map(found.map((measured) => [measured.participant, measured]));
}

function rounded(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(2)} M`;
  return perSecond >= 1e4
    ? `${Math.round(perSecond / 1e3)} k`
    : `${(perSecond / 1e3).toFixed(1)} k`;
}

if (import.meta.main) {
  const run = newestRun();
  for (const rows of [readmeRows(run), figuresRows(run)]) {
    console.log(rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n"), "\n");
  }
}
