/** Runs the page server of `docs/examples/` on another runtime, where the package is installed. */

import type { Runtime } from "../../tests/runtimes/runtimes.ts";

/**
 * Starts the page server, asks it twice for one page, and ends it.
 *
 * @param file The program, which lies in the project.
 * @throws {Error} If it does not serve the page, or loads it more than once.
 */
export async function checkServedPages(
  { name, program }: Runtime,
  file: string,
  project: string,
  memcached: string,
): Promise<void> {
  let loads = 0;
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using source = Deno.serve(options, () => new Response(`Load ${++loads} for ${name}`));
  const child = new Deno.Command(program, {
    args: [file],
    cwd: project,
    env: { MEMCACHED: memcached, SOURCE: `http://127.0.0.1:${source.addr.port}`, PORT: "0" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream());
  try {
    const port = await portIn(output);
    for (let i = 0; i < 2; i++) {
      const response = await fetch(`http://127.0.0.1:${port}/of-${name}`);
      const text = await response.text();
      if (text !== `Load 1 for ${name}`) throw new Error(`${file} on ${name} gave ${text}`);
    }
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await output.cancel();
  }
  console.log(`${name}: ${file} served a page twice, and loaded it once`);
}

/** Reads a program's output up to the line that has its port. */
async function portIn(output: ReadableStream<string>): Promise<string> {
  let said = "";
  for await (const text of output.values({ preventCancel: true })) {
    said += text;
    const port = /(?:Listening on port |http:\/\/localhost:)(\d+)\s/.exec(said)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error(`The page server did not start: ${said}`);
}
