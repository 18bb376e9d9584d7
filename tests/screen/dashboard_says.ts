/** What the dashboard's page says of a server, read from the events that it is sent. */

import { assert } from "@std/assert";
import type { ServerRow } from "../../src/cli/dashboard/wire.ts";

/**
 * Runs the dashboard until it knows of its server.
 *
 * @param command The command that runs it.
 * @returns What the page says of the server; what the program wrote if there is no page.
 */
export async function dashboardSays(command: Deno.Command): Promise<string> {
  const child = command.spawn();
  const lines = linesOf(child.stdout);
  const { value: url } = await lines.next();
  if (url === undefined) {
    const written = await new Response(child.stderr).text();
    await child.status;
    return written;
  }
  try {
    return await firstAnswer(url.replace("/?", "/events?"));
  } finally {
    child.kill("SIGINT");
    await Promise.all([lines.return(), child.stderr.cancel(), child.status]);
  }
}

async function firstAnswer(events: string): Promise<string> {
  const { body } = await fetch(events);
  assert(body !== null);
  let event = "";
  for await (const line of linesOf(body)) {
    if (line.startsWith("event: ")) event = line.slice("event: ".length);
    if (event !== "servers" || !line.startsWith("data: ")) continue;
    const [server] = JSON.parse(line.slice("data: ".length)) as ServerRow[];
    if (server.state === "up") return `${server.name} up`;
    if (server.trouble !== undefined) return `${server.trouble.message}\n${server.trouble.advice}`;
  }
  throw new Error("The dashboard has ended");
}

async function* linesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
