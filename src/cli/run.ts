/** Runs the program: reads the command line, carries the command out, says what failed. */

import { Command, CommanderError } from "commander";
import { Client } from "../../mod.ts";
import { type Clock, systemClock } from "../clock.ts";
import { VERSION } from "../version.ts";
import type { CliIo } from "./cli_io.ts";
import type { CliCommand, CliContext } from "./command.ts";
import { COMMANDS } from "./command_table.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { atMostGrace } from "./interrupt.ts";
import { failureOf } from "./failure.ts";
import { written } from "./output_error.ts";
import { type Paint, paintFor, Report } from "./report.ts";
import { addGlobalOptions, type GlobalOptions, type SetUp, setUpOf } from "./set_up.ts";

/** Runs the program on a command line, and gives its exit code. It never throws. */
export async function runWith(args: readonly string[], io: CliIo): Promise<number> {
  const said = { out: "", err: "" };
  let chosen: Chosen | undefined;
  const program = programFor(args, io, said, (choice) => chosen = choice);
  try {
    const code = parse(program, args);
    if (said.out !== "") await written(io.out.write(said.out));
    const message = isJson(args) ? inJson(said.err) : said.err;
    if (said.err !== "") await io.err.write(message).catch(() => {});
    return chosen === undefined ? code : await carryOut(chosen, io);
  } catch (error) {
    return failureOf(error, io.signal.aborted).code;
  }
}

/** True if JSON is asked for, as far as that can be told of a command line that may be wrong. */
function isJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? undefined : end).includes("--json");
}

/** What commander says of a mistake, as other failures are told. */
function inJson(said: string): string {
  const [message, ...more] = said.trim().split("\n");
  const wayOut = more.length === 0 ? undefined : more.join("\n");
  const error = { message: message.replace(/^libmc: /, ""), wayOut };
  return `${JSON.stringify({ error })}\n`;
}

/** A command, and what stands on the command line for it. */
interface Chosen {
  readonly command: CliCommand;
  readonly parsed: Command;
}

/** Makes the parser. It says nothing by itself: what it would say goes into `said`. */
function programFor(
  args: readonly string[],
  io: CliIo,
  said: { out: string; err: string },
  choose: (chosen: Chosen) => void,
): Command {
  const paint = isJson(args) ? PLAIN : paintFor(io, io.err);
  const program = new Command("libmc")
    .description(
      "Reads, changes and watches memcached servers.\n\n" +
        "Exit codes: 0 done, 1 a miss or not stored, 2 wrong command line, 3 server trouble.",
    )
    .version(VERSION, "-V, --version", "show the version of libmc")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => said.out += text,
      writeErr: (text) => said.err += text,
      outputError: (text, write) => write(text.replace(/^error:/, paint("red", "libmc:"))),
      // By itself it would ask the environment.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      getOutHelpWidth: () => io.out.columns,
      getErrHelpWidth: () => io.err.columns,
    })
    .configureHelp({ showGlobalOptions: true });
  addGlobalOptions(program);
  for (const command of COMMANDS) {
    const parsed = program.command(command.name).description(command.summary)
      .showHelpAfterError(`Its help: libmc ${command.name} --help`)
      .action(() => choose({ command, parsed }));
    command.define(parsed);
  }
  return program;
}

const PLAIN: Paint = (_style, text) => text;

/** Parses the command line. What a mistake is, commander has said. */
function parse(program: Command, args: readonly string[]): ExitCode {
  try {
    program.parse(args, { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}

async function carryOut({ command, parsed }: Chosen, io: CliIo): Promise<ExitCode> {
  const given = parsed.optsWithGlobals<GlobalOptions>();
  const report = new Report(io, given.json === true);
  const context = new RunContext(io, report, given);
  try {
    return await command.run(context, { args: parsed.processedArgs, options: parsed.opts() });
  } catch (error) {
    const failure = failureOf(error, io.signal.aborted);
    if (failure.message !== undefined) await report.failure(failure);
    return failure.code;
  } finally {
    await context.close();
  }
}

class RunContext implements CliContext {
  readonly io: CliIo;
  readonly report: Report;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly setUp: () => Promise<SetUp>;
  readonly client: () => Promise<Client>;
  #client: Promise<Client> | undefined;

  constructor(io: CliIo, report: Report, given: GlobalOptions) {
    this.io = io;
    this.report = report;
    this.clock = io.clock ?? systemClock;
    this.signal = io.signal;
    let setUp: Promise<SetUp> | undefined;
    this.setUp = () => setUp ??= setUpOf(given, io);
    this.client = () => this.#client ??= this.setUp().then(makeClient);
  }

  async close(): Promise<void> {
    // One that could not be made was told of already.
    const client = await this.#client?.catch(() => undefined);
    const closed = client?.close();
    if (closed === undefined) return;
    await (this.signal.aborted ? atMostGrace(this.clock, closed) : closed);
  }
}

function makeClient({ servers, options }: SetUp): Client {
  return new Client(servers, options);
}
