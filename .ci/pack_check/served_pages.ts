/** Runs the page server of `docs/examples/` on another runtime, where the package is installed. */

import type { Runtime } from "../../tests/runtimes/runtimes.ts";

/**
 * Starts the page server, asks it for something odd, then for a page until that is kept, and ends it.
 *
 * @param file The program, which lies in the project.
 * @throws {Error} If it does not serve the page, or loads it each time.
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
    await askOddly(Number(port));
    const ask = async () => (await fetch(`http://127.0.0.1:${port}/of-${name}`)).text();
    let isKept = false;
    // On a busy machine a first dial may take too long: then the page is loaded, and memcached is tried again soon.
    for (const end = performance.now() + 10_000; !isKept && performance.now() < end;) {
      const page = await ask();
      if (!page.endsWith(` for ${name}`)) throw new Error(`${file} on ${name} gave ${page}`);
      isKept = await ask() === page;
    }
    if (!isKept) throw new Error(`${file} on ${name} loads a page each time`);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await output.cancel();
  }
  console.log(`${name}: ${file} served a page, and kept it`);
}

/** Asks for what is no path. Whatever the answer, the server must live on. */
async function askOddly(port: number): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = "GET http://[ HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  await new Response(connection.readable).text();
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
