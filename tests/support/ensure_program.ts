/**
 * Finds the programs that live tests run, and installs them where that takes no question: one that is missing must never
 * turn into skipped tests.
 */

/** A program that tests run, and how it is asked for its version. */
export interface Program {
  readonly name: string;
  readonly versionFlag: string;
  /** The name of its package for Homebrew, if that is another one. */
  readonly brew?: string;
  /** Packages for Debian and Ubuntu that it is installed with. */
  readonly beside?: readonly string[];
}

/** The daemon. */
export const MEMCACHED: Program = { name: "memcached", versionFlag: "-V" };

/** What makes the certificates of the TLS tests. */
export const OPENSSL: Program = { name: "openssl", versionFlag: "version" };

/** The proxy that does not speak meta commands. */
export const NUTCRACKER: Program = { name: "nutcracker", versionFlag: "-V", brew: "twemproxy" };

/** The browser that looks at the dashboard, and the fonts that it writes with. */
export const CHROMIUM: Program = {
  name: "chromium",
  versionFlag: "--version",
  beside: ["fonts-dejavu-core"],
};

/** The terminal of the tests that look at a screen. */
export const TMUX: Program = { name: "tmux", versionFlag: "-V" };

const found = new Map<string, Promise<string>>();

/**
 * Gives the name of a program, having installed it if it was missing: on Debian and Ubuntu as root by apt-get, with
 * Homebrew by brew. Looks once a process.
 *
 * @throws {Error} If it is missing and cannot be installed; the message is one line and says how to install it.
 */
export function ensureProgram(program: Program): Promise<string> {
  const name = found.get(program.name) ?? find(program);
  found.set(program.name, name);
  return name;
}

/** Says whether a program is on the path. Installs nothing. */
export async function hasProgram({ name, versionFlag }: Program): Promise<boolean> {
  return await run(name, [versionFlag], "null");
}

async function find(program: Program): Promise<string> {
  const { name } = program;
  if (await hasProgram(program)) return name;
  const steps = await installSteps(program);
  if (steps === undefined) throw missing(program);
  for (const [command, ...args] of steps) {
    console.error(`${name} is not installed: ${[command, ...args].join(" ")}`);
    if (!await run(command, args, "inherit")) throw missing(program);
  }
  if (!await hasProgram(program)) throw missing(program);
  return name;
}

async function installSteps(
  { name, brew = name, beside = [] }: Program,
): Promise<[string, ...string[]][] | undefined> {
  if (
    Deno.build.os === "linux" && Deno.uid() === 0 && await run("apt-get", ["--version"], "null")
  ) {
    return [
      ["apt-get", "update"],
      ["apt-get", "install", "--yes", "--no-install-recommends", name, ...beside],
    ];
  }
  if (await run("brew", ["--version"], "null")) return [["brew", "install", brew]];
  return undefined;
}

function missing({ name, brew = name }: Program): Error {
  return new Error(
    `Cannot find ${name}: install it by \`sudo apt-get install ${name}\` (Debian, Ubuntu) or \`brew install ${brew}\``,
  );
}

/** Runs a command to its end, its output going to our standard error or nowhere. */
async function run(command: string, args: string[], output: "inherit" | "null"): Promise<boolean> {
  try {
    const child = new Deno.Command(command, {
      args,
      env: { DEBIAN_FRONTEND: "noninteractive", HOMEBREW_NO_AUTO_UPDATE: "1" },
      stdin: "null",
      stdout: output === "inherit" ? "piped" : "null",
      stderr: output,
    }).spawn();
    // Progress belongs on standard error, whatever stream the installer writes it to.
    if (output === "inherit") {
      await child.stdout.pipeTo(Deno.stderr.writable, { preventClose: true });
    }
    return (await child.status).success;
  } catch (error) {
    // What is not there, and what this process may not run, is no help.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return false;
    }
    throw error;
  }
}
