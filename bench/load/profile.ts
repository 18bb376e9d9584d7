/**
 * Runs one work of one participant under V8's sampling profiler and lists where the time went:
 * `deno run -q -P=bench bench/load/profile.ts "getMulti100 100B c1 s1" [participant]`.
 */
import { startMemcached } from "../../tests/support/memcached.ts";
import { OURS } from "../participants/names.ts";
import { describeCores, findCores, moveTo } from "./cores.ts";
import { denoProgram, MeasuredProcess } from "./measured_process.ts";
import { fullMatrix, nameOf } from "./work.ts";

/** The part of a `.cpuprofile` that is read. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const [name, participant = OURS] = Deno.args;
const work = fullMatrix().find((work) => nameOf(work) === name);
if (work === undefined) {
  const names = fullMatrix().map(nameOf).join("\n  ");
  throw new RangeError(`Cannot profile "${name}" as it is none of\n  ${names}`);
}

await using daemons = new AsyncDisposableStack();
const addresses: string[] = [];
const pids: number[] = [];
for (let i = 0; i < work.servers; i++) {
  const daemon = daemons.use(await startMemcached({ args: ["-m", "1024", "-t", "1"] }));
  addresses.push(daemon.address);
  pids.push(daemon.pid);
}
const folder = await Deno.makeTempDir();
{
  const flags = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
  const [player] = await MeasuredProcess.start(
    participant,
    denoProgram(participant, flags),
    addresses,
  );
  await using _player = player;
  const [cores] = await findCores();
  await moveTo(cores, [...pids, player.pid]);
  await player.prepare(work);
  await player.run(1200, false);
  const { calls, milliseconds, cpuMicroseconds } = await player.run(
    2000,
    false,
  );
  const rate = Math.round(calls / milliseconds * 1000).toLocaleString("en");
  const cpu = (cpuMicroseconds / calls).toFixed(2);
  console.log(
    `${participant}, ${name}, on ${describeCores(cores)}: ${rate} calls/s, ` +
      `${cpu} µs of CPU a call, profiled\n`,
  );
}
for (const { name } of Deno.readDirSync(folder)) {
  if (name.endsWith(".cpuprofile")) {
    printTop(JSON.parse(await Deno.readTextFile(`${folder}/${name}`)));
  }
}
await Deno.remove(folder, { recursive: true });

function printTop({ nodes, samples, timeDeltas }: CpuProfile): void {
  const names = new Map(nodes.map(({ id, callFrame }) => {
    const { functionName, url, lineNumber } = callFrame;
    const file = url.replace(/^.*\/(?=[^/]+\/[^/]+$)/, "");
    const place = url === "" ? "" : `  ${file}:${lineNumber + 1}`;
    return [id, `${functionName || "(anonymous)"}${place}`];
  }));
  const self = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, i) => {
    const name = names.get(id) ?? "?";
    if (name === "(idle)") return;
    busy += timeDeltas[i];
    self.set(name, (self.get(name) ?? 0) + timeDeltas[i]);
  });
  const top = [...self].sort((a, b) => b[1] - a[1]).slice(0, 30);
  for (const [name, micros] of top) {
    console.log(`${(micros / busy * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}
