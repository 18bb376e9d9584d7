/**
 * Runs every bench once, untimed, so that none rots: `deno task bench:smoke`.
 *
 * `deno bench` has no dry run. Each `*_bench.ts` is imported in a process of its own in which `Deno.bench`
 * collects instead of measuring; then each collected function is called once. The closed loop and the probes
 * have a short run of their own.
 */

if (Deno.args.length === 0) {
  await runAll();
} else {
  // Clients of live benches stay connected; what the bench started ends with the unload event of an exit.
  Deno.exit(
    await runOnce(Deno.args[0]).then(
      () => 0,
      (error) => (console.error(error), 1),
    ),
  );
}

async function runAll(): Promise<void> {
  const root = new URL("..", import.meta.url);
  const suites = [...benchFiles(new URL("bench/", root))].sort();
  const runs: Run[] = suites.map((path) => ({ name: path, args: ["bench/smoke.ts", path] }));
  for (const args of await loadRuns(root.pathname)) {
    const name = ["bench/load/main.ts", ...args].join(" ").replace(root.pathname, ".");
    runs.push({ name, args: ["bench/load/main.ts", ...args], permissions: "load" });
  }
  for (const path of filesOf(new URL("bench/probe/", root), "_probe.ts")) {
    runs.push({ name: path, args: [path, "--smoke"] });
  }
  // The table of the README mostly waits, so the others run meanwhile.
  const name = "bench/features/main.ts --check";
  const features = runBench({ name, args: name.split(" "), permissions: "load" }, root);
  let failed = 0;
  for (const run of runs) if (!await runBench(run, root)) failed++;
  if (!await features) failed++;
  console.log(`${runs.length + 1 - failed} benches ran, ${failed} failed`);
  if (failed > 0) Deno.exit(1);
}

/** Runs a bench. Returns true if it succeeds. */
async function runBench(run: Run, root: URL): Promise<boolean> {
  const { name, args, permissions = "bench" } = run;
  const begin = performance.now();
  const { success, stdout, stderr } = await new Deno.Command("deno", {
    args: ["run", "-q", `-P=${permissions}`, "--unsafe-proto", ...args],
    cwd: root,
    // Python finds the stand-in for libmc there.
    env: { PYTHONPATH: "bench/participants/stand_in", PYTHONDONTWRITEBYTECODE: "1" },
  }).output();
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${success ? "ok" : "FAILED"} ${name} (${seconds} s)`);
  if (!success) {
    const decoder = new TextDecoder();
    console.log(decoder.decode(stdout) + decoder.decode(stderr));
  }
  return success;
}

/** One process of a smoke run. */
interface Run {
  readonly name: string;
  readonly args: readonly string[];
  readonly permissions?: string;
}

/** The closed loop in each of its forms; with a stand-in for libmc where there is a Python to run it. */
async function loadRuns(root: string): Promise<string[][]> {
  const runs = [
    ["--smoke"],
    ["--smoke", "--cores", "one", "--only", "getMulti100 100B c1 s3"],
    ["--smoke", "--compare", root],
  ];
  if (await hasPython()) runs.push(["--smoke", "--libmc", "python3"]);
  else console.log("python3 is not there: --libmc is left out");
  return runs;
}

async function hasPython(): Promise<boolean> {
  try {
    return (await new Deno.Command("python3", { args: ["--version"] }).output()).success;
  } catch (error) {
    // A program that was not there when this process started may not be run either.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return false;
    }
    throw error;
  }
}

async function runOnce(path: string): Promise<void> {
  const collected: Deno.BenchDefinition[] = [];
  const collect = (definition: Deno.BenchDefinition) => void collected.push(definition);
  Object.defineProperty(Deno, "bench", { value: collectBench(collect) });
  await import(new URL(path, new URL("..", import.meta.url)).href);
  if (collected.length === 0) throw new Error(`Cannot find a bench in ${path}`);
  for (const { name, group, fn, ignore } of collected) {
    if (ignore) continue;
    const context = { name, origin: path, start() {}, end() {} };
    try {
      await fn(context);
    } catch (cause) {
      throw new Error(`Cannot run bench "${group ?? ""}" "${name}"`, { cause });
    }
  }
  console.log(`${collected.length} ran`);
}

type BenchFunction = Deno.BenchDefinition["fn"];

/** `Deno.bench` in each of its forms, as something that gives definitions. */
function collectBench(collect: (definition: Deno.BenchDefinition) => void) {
  return (
    first: string | Deno.BenchDefinition | BenchFunction,
    second?: BenchFunction | Omit<Deno.BenchDefinition, "fn">,
    third?: BenchFunction,
  ): void => {
    const named = typeof first === "string" ? { name: first } : {};
    const definition = typeof first === "object" ? first : {};
    const options = typeof second === "object" ? second : {};
    const fn = [first, second, third].find((part) => typeof part === "function") as
      | BenchFunction
      | undefined;
    const whole = {
      ...definition,
      ...named,
      ...options,
      ...(fn ? { fn } : {}),
    };
    collect(whole as Deno.BenchDefinition);
  };
}

function* benchFiles(folder: URL): Generator<string> {
  for (const room of ["micro/", "live/"]) {
    yield* filesOf(new URL(room, folder), "_bench.ts");
  }
}

function filesOf(folder: URL, end: string): string[] {
  const path = folder.pathname.slice(
    new URL("..", import.meta.url).pathname.length,
  );
  return [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(end))
    .map(({ name }) => path + name).sort();
}
