/** What a command of the program is: its line on the command line, and what it does. */

import type { Command } from "commander";
import type { Clock } from "../clock.ts";
import type { Client } from "../../mod.ts";
import type { CliIo } from "./cli_io.ts";
import type { ExitCode } from "./exit_codes.ts";
import type { Report } from "./report.ts";
import type { SetUp } from "./set_up.ts";

/** A command: one file in `commands/`, and a line in `command_table.ts`. */
export interface CliCommand {
  readonly name: string;
  /** What it does, in a few words without a full stop. */
  readonly summary: string;
  /** Adds its arguments and options, and what its help says besides. */
  define(command: Command): void;
  /** Carries it out. What it throws is told as a failure. */
  run(context: CliContext, given: Given): Promise<ExitCode>;
}

/** What stands on the command line. */
export interface Given {
  /** The arguments in their order, as the parsers of {@linkcode CliCommand.define} made them. */
  readonly args: readonly unknown[];
  /** The options of the command, by their names in camelCase. */
  readonly options: object;
}

/** What a command works with. */
export interface CliContext {
  readonly io: CliIo;
  readonly report: Report;
  readonly clock: Clock;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The servers and the options of clients, asking for the password if need be. */
  readonly setUp: () => Promise<SetUp>;
  /** The client, which is closed when the command is over. One that is asked for again is the same. */
  readonly client: () => Promise<Client>;
}
