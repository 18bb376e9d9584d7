/** `dashboard`: serves a page that shows the servers, until Ctrl-C. */

import { Client } from "../../../mod.ts";
import { integer } from "../arguments.ts";
import type { CliCommand, CliContext } from "../command.ts";
import { type Dashboard, serveDashboard } from "../dashboard/serve_dashboard.ts";
import { EXIT } from "../exit_codes.ts";
import { atMostGrace } from "../interrupt.ts";
import { UsageError } from "../usage_error.ts";

interface DashboardCommandOptions {
  readonly port?: number;
  readonly write?: boolean;
}

export const dashboard: CliCommand = {
  name: "dashboard",
  summary: "show the servers on a page of this machine's browser",
  define(command) {
    command
      .option("--port <number>", "the port of the page (a free one)", integer(1, 65_535))
      .option("--write", "let the page delete keys");
  },
  async run(context, { options }) {
    const served = await serve(context, options as DashboardCommandOptions);
    const { clock, report, signal } = context;
    try {
      await report.result({ url: served.url }, served.url);
      if (!report.isJson) {
        await report.message("Open it in a browser of this machine. Ctrl-C ends it.");
      }
      await ended(signal);
    } finally {
      // With a thousand servers it takes a while.
      await atMostGrace(clock, served.close());
    }
    return EXIT.interrupted;
  },
};

async function serve(
  { client, setUp, clock }: CliContext,
  { port, write = false }: DashboardCommandOptions,
): Promise<Dashboard> {
  const { options } = await setUp();
  try {
    return await serveDashboard({
      client: await client(),
      open: (server, others) => new Client(server, { ...options, ...others }),
      clock,
      write,
      ...(port !== undefined && { port }),
    });
  } catch (error) {
    throw whyNot(error, port) ?? error;
  }
}

/** What to do about a port that cannot be had. */
function whyNot(error: unknown, port: number | undefined): UsageError | undefined {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (code === "EADDRINUSE") {
    return new UsageError(
      `Cannot serve on port ${port} as it is taken`,
      "Give another --port, or none",
    );
  }
  if (code === "EACCES" || name === "PermissionDenied") {
    return new UsageError(
      `Cannot serve on port ${port} as that is not allowed`,
      "Ports below 1024 are for root: give another --port, or none",
    );
  }
  if (name === "NotCapable") {
    return new UsageError(
      "Cannot serve a page as the program may not use the network",
      "Let Deno use it: deno run -N",
    );
  }
  return undefined;
}

/** Resolves when the signal is aborted. */
function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
