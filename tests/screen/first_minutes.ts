/** What a stranger sees who starts with a mistake: on the console of a program, by `doctor`, in `top` and on the dashboard. */

import { Client } from "@libmc/libmc";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { cliCommand } from "./cli_command.ts";
import { dashboardSays } from "./dashboard_says.ts";

interface Situation {
  readonly name: string;
  /** Permissions of the programs. */
  readonly permissions: readonly string[];
  /** Makes the situation, for a memcached that runs and has an item; another server may take its place. */
  make?(server: Memcached): Promise<string | void>;
  /** True if it is made between two reads of the program. */
  readonly isMadeLater?: boolean;
}

const SITUATIONS: readonly Situation[] = [
  {
    name: "the wrong port: nothing listens there",
    permissions: ["-N"],
    make: () => Promise.resolve(`127.0.0.1:${unusedPort()}`),
  },
  { name: "the right port", permissions: ["-N"] },
  { name: "the permission for the network is missing", permissions: [] },
  {
    name: "memcached is stopped between two reads",
    permissions: ["-N"],
    isMadeLater: true,
    make: (server) => server.stop(),
  },
  {
    name: "memcached hangs",
    permissions: ["-N"],
    make: (server) => Promise.resolve(server.pause()),
  },
];

function unusedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** Makes the table: a row for each situation. */
export async function firstMinutes(): Promise<string> {
  const head = ["", "console of a program", "`doctor`", "`top`", "[dashboard](dashboard.md)"];
  const rows = await Promise.all(SITUATIONS.map(rowOf));
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

async function rowOf(
  { name, permissions, make, isMadeLater = false }: Situation,
): Promise<string[]> {
  await using memcached = await startMemcached();
  await using client = new Client(memcached.address, { strict: true, connectTimeout: 5000 });
  await client.set("greeting", "hello");
  await client.quit();
  let server = memcached.address;
  const begin = async () => server = await make?.(memcached) ?? server;
  if (!isMadeLater) await begin();
  const command = [...runConsole(permissions), `${server} cache1`];
  const program = isMadeLater ? await outputOfTwo(command, begin) : await output(command);
  const options = ["-s", `${server} cache1`];
  // One after the other, as the doctor's items are among the figures of the other.
  const doctor = await output(cliCommand([...options, "doctor"], permissions));
  const top = await output(cliCommand([...options, "top", "-n", "1"], permissions));
  const dashboard = await dashboardSays(
    commandOf(cliCommand([...options, "dashboard"], permissions), "null"),
  );
  memcached.resume();
  const port = new RegExp(`\\b${server.split(":").at(-1)}\\b`, "g");
  const shown = server === memcached.address ? "11211" : "11212";
  const cells = [program, tidied(problemIn(doctor)), tidied(top), dashboard];
  return [name, ...cells.map((text) => cellOf(withoutErrorNumber(text.replaceAll(port, shown))))];
}

const CONSOLE = new URL("programs/console.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

function runConsole(permissions: readonly string[]): string[] {
  return ["deno", "run", "-q", "--config", CONFIG, ...permissions, CONSOLE];
}

async function output(command: readonly string[]): Promise<string> {
  return textOf(await commandOf(command, "null").output());
}

/** Runs the program that reads twice, with something between. */
async function outputOfTwo(
  command: readonly string[],
  between: () => Promise<unknown>,
): Promise<string> {
  const child = commandOf([...command, "twice"], "piped").spawn();
  const reader = child.stdout.getReader();
  const { value: first = new Uint8Array() } = await reader.read();
  reader.releaseLock();
  await between();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("\n"));
  await writer.close();
  return new TextDecoder().decode(first) + textOf(await child.output());
}

function commandOf([program, ...args]: readonly string[], stdin: "null" | "piped"): Deno.Command {
  return new Deno.Command(program, {
    args,
    env: { NO_COLOR: "1", DENO_NO_PROMPT: "1" },
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

function textOf({ stdout, stderr }: Deno.CommandOutput): string {
  const decoder = new TextDecoder();
  return `${decoder.decode(stdout)}${decoder.decode(stderr)}`;
}

/** Systems have other numbers for the same error. */
export function withoutErrorNumber(text: string): string {
  return text.replaceAll(/ \(os error \d+\)/g, "");
}

/** The lines of a diagnosis that say what is wrong; the last one if nothing is. */
function problemIn(diagnosis: string): string {
  const lines = diagnosis.trimEnd().split("\n").map((line) => line.trim());
  const first = lines.findIndex((line) => line.startsWith("✗"));
  return first === -1 ? `all steps ✓, the last one ${lines.at(-1)}` : lines.slice(first).join("\n");
}

/** Without figures that are other ones each time. */
function tidied(text: string): string {
  return text.replaceAll(/\d+\.\d+ ms +/g, "").replaceAll(/ms \d+\.\d+/g, "ms 0.2")
    .replaceAll(/conns \d+/g, "conns 2");
}

/** The first lines of what was written; of an error its message, without where it was thrown. */
function cellOf(text: string): string {
  const lines = text.trim().split("\n").map((line) => line.trim())
    .filter((line) =>
      line !== "" && !/^(?:at |\^|throw |return |console\.|cause: |Caused by)/i.test(line)
    );
  return lines.slice(0, 3).map((line) =>
    `\`${line.replaceAll(/ {2,}/g, " ").replaceAll("`", "'")}\``
  )
    .join("<br>");
}
