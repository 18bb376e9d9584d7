/** Runs the page server that a page of the documentation has, on a runtime where the package is installed. */

import { firstBlock } from "../../tests/documents/code_blocks.ts";
import type { Runtime } from "../../tests/runtimes/runtimes.ts";
import { somePort } from "../../tests/support/some_port.ts";

/** Where an example stands, and how it is called there. */
export interface DocumentedPage {
  readonly document: URL;
  readonly language: string;
  readonly file: string;
}

/**
 * Starts the server in a project, asks it for a user, and ends it.
 *
 * @throws {Error} If it does not give the user.
 */
export async function checkDocumentedPage(
  { program }: Runtime,
  { document, language, file }: DocumentedPage,
  project: string,
  memcached: string,
): Promise<void> {
  const port = somePort();
  const code = (await firstBlock(document, language))
    .replace("localhost:11211", memcached)
    .replace(".listen(8000)", `.listen(${port})`);
  await Deno.writeTextFile(`${project}/${file}`, code);
  const server = new Deno.Command(program, {
    args: [file],
    cwd: project,
    // Bun serves on this port.
    env: { PORT: String(port) },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  try {
    const given = await answerOf(`http://127.0.0.1:${port}/users/7`);
    if (given !== `{"id":"7","name":"Ada"}`) throw new Error(`${file} gave ${given}`);
  } finally {
    server.kill("SIGKILL");
    await server.status;
  }
}

/** Asks until the server is there, for ten seconds at most. */
async function answerOf(url: string): Promise<string> {
  const end = performance.now() + 10_000;
  while (true) {
    try {
      return await (await fetch(url)).text();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
