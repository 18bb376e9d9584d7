/** What the program tells a shell by its exit code. */

/** The exit codes. `docs/command_line.md` promises them. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** A miss, or nothing was stored. */
  miss: 1,
  /** The command line or the set-up is wrong; no server was the reason. */
  usage: 2,
  /** A server could not be reached, failed, or declined. */
  server: 3,
  /** Ctrl-C, as shells have it: 128 and the number of the signal. */
  interrupted: 130,
} as const;

/** An exit code. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
