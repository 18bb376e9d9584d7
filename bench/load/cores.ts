/**
 * On which cores the servers and the clients run. One caller is measured with both on one core: across two
 * cores of a virtual machine, waking the other one up takes longer than all that a client does.
 */

/** One way to run: how tables and JSON call it, and the cores as `taskset` is given them. */
export interface Cores {
  readonly name: CoresName;
  /** As in `"1"` or `"0,1"`; undefined: wherever the system likes. */
  readonly list: string | undefined;
}

/** `all` stands for a machine without `taskset`, as macOS is. */
export type CoresName = "one" | "two" | "all";

/** The ways in which this machine can run, one core first. */
export async function findCores(): Promise<readonly Cores[]> {
  return waysToRun(await taskset(["-p", "-c", String(Deno.pid)]));
}

/** Says what `taskset -p -c PID` answered, or undefined where there is none, as ways to run. */
export function waysToRun(answer: string | undefined): readonly Cores[] {
  if (answer === undefined) return [{ name: "all", list: undefined }];
  const cores = coresIn(answer.slice(answer.lastIndexOf(":") + 1).trim());
  // The last ones: the first core of a machine serves most of its interrupts.
  const one: Cores = { name: "one", list: String(cores[cores.length - 1]) };
  return cores.length < 2 ? [one] : [one, { name: "two", list: cores.slice(-2).join(",") }];
}

/** Moves processes, with all their threads, to these cores. */
export async function moveTo({ list }: Cores, pids: readonly number[]): Promise<void> {
  if (list === undefined) return;
  for (const pid of pids) await taskset(["-a", "-p", "-c", list, String(pid)]);
}

/** `one core (core 1)`, `two cores (cores 0,1)`, `all cores`. */
export function describeCores({ name, list }: Cores): string {
  return coresText(name) +
    (list === undefined ? "" : ` (${name === "one" ? "core" : "cores"} ${list})`);
}

/** `one core`, `two cores`, `all cores`. */
export function coresText(name: CoresName): string {
  return name === "one" ? "one core" : `${name} cores`;
}

/** What is said where `taskset` is missing. */
export const NO_TASKSET =
  "taskset is not there (Linux has it, macOS has not): servers and clients " +
  "cannot be kept on one core, so all runs on all cores, where one caller at a time says little.";

/** Reads `0-2,5`. */
function coresIn(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** Runs it; undefined where the program does not exist. */
async function taskset(args: readonly string[]): Promise<string | undefined> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("taskset", { args: [...args] }).output();
  } catch (error) {
    // A program that was not there when this process started may not be run either.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return undefined;
    }
    throw error;
  }
  const { success, stdout, stderr } = output;
  if (!success) {
    throw new Error(
      `Cannot choose cores: taskset ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`,
    );
  }
  return new TextDecoder().decode(stdout);
}
