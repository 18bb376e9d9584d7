/** The commands of the program, in the order in which its help has them. */

import type { CliCommand } from "./command.ts";
import { bench } from "./commands/bench.ts";
import { dashboard } from "./commands/dashboard.ts";
import { deleteCommand } from "./commands/delete.ts";
import { doctor } from "./commands/doctor.ts";
import { flush } from "./commands/flush.ts";
import { get } from "./commands/get.ts";
import { incr } from "./commands/incr.ts";
import { keys } from "./commands/keys.ts";
import { ring } from "./commands/ring.ts";
import { set } from "./commands/set.ts";
import { stats } from "./commands/stats.ts";
import { top } from "./commands/top.ts";
import { touch } from "./commands/touch.ts";
import { watch } from "./commands/watch.ts";

export const COMMANDS: readonly CliCommand[] = [
  get,
  set,
  deleteCommand,
  incr,
  touch,
  stats,
  keys,
  watch,
  flush,
  ring,
  doctor,
  top,
  dashboard,
  bench,
];
