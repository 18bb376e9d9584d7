/** What the client refuses before a byte is sent. */

import type { Session } from "../session.ts";

/** Shows a key that would be two, and a flush that nobody allowed. */
export async function refusals({ client, report }: Session): Promise<void> {
  report.heading("Refused before a byte is sent");
  const injected = await refusalOf(client.set("key 0 0 0\r\nflush_all", "value"));
  report.check(injected instanceof TypeError, `a key with a command in it: ${injected?.name}`);
  const flush = await refusalOf(client.flushAll());
  report.check(flush instanceof TypeError, `flushAll() while it is not allowed: ${flush?.name}`);
}

async function refusalOf(call: Promise<unknown>): Promise<Error | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : undefined;
  }
}
