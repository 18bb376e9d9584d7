/** The commands of the program, in the order in which its help has them. */

import type { CliCommand } from "./command.ts";
import { dashboard } from "./commands/dashboard.ts";
import { deleteCommand } from "./commands/delete.ts";
import { get } from "./commands/get.ts";
import { incr } from "./commands/incr.ts";
import { set } from "./commands/set.ts";
import { stats } from "./commands/stats.ts";
import { touch } from "./commands/touch.ts";

export const COMMANDS: readonly CliCommand[] = [
  get,
  set,
  deleteCommand,
  incr,
  touch,
  stats,
  dashboard,
];
