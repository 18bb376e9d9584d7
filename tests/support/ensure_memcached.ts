/**
 * Finds memcached, and installs it where that takes no question: a missing daemon must never turn into skipped tests.
 */

let found: Promise<string> | undefined;

/**
 * Gives the name of the memcached binary, having installed it if it was missing: on Debian and Ubuntu as root by
 * apt-get, with Homebrew by brew. Looks once a process.
 *
 * @throws {Error} If it is missing and cannot be installed; the message is one line and says how to install it.
 */
export function ensureMemcached(): Promise<string> {
  return found ??= find();
}

/**
 * Says whether the memcached binary is on the path. Installs nothing.
 */
export async function hasMemcached(): Promise<boolean> {
  return await run(BINARY, ["-V"], "null");
}

const BINARY = "memcached";

async function find(): Promise<string> {
  if (await hasMemcached()) return BINARY;
  const steps = await installSteps();
  if (steps === undefined) throw missing();
  for (const [command, ...args] of steps) {
    console.error(`memcached is not installed: ${[command, ...args].join(" ")}`);
    if (!await run(command, args, "inherit")) throw missing();
  }
  if (!await hasMemcached()) throw missing();
  return BINARY;
}

async function installSteps(): Promise<[string, ...string[]][] | undefined> {
  if (
    Deno.build.os === "linux" && Deno.uid() === 0 && await run("apt-get", ["--version"], "null")
  ) {
    return [["apt-get", "update"], [
      "apt-get",
      "install",
      "--yes",
      "--no-install-recommends",
      BINARY,
    ]];
  }
  if (await run("brew", ["--version"], "null")) return [["brew", "install", BINARY]];
  return undefined;
}

function missing(): Error {
  return new Error(
    "Cannot find memcached: install it by `sudo apt-get install memcached` (Debian, Ubuntu) or `brew install memcached`",
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
