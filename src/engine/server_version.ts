/**
 * The version that a server says, for those who show it. It is asked on a connection of its own, as a proxy that does not
 * know the command closes that; once in each life of the server, as every process of a fleet may ask.
 */

import { patiently } from "../clock.ts";
import type { Server } from "../cluster/server.ts";
import type { Engine } from "./engine.ts";
import { openOwn } from "./own_connection.ts";

/**
 * Gives the text that a server answers to `version`; `undefined` if it gives none. It never rejects.
 *
 * @param patience The most milliseconds that the question may take.
 */
export function versionOf(
  engine: Engine,
  server: Server,
  patience: number,
): Promise<string | undefined> {
  if (server.knowsMeta) return Promise.resolve(server.meta.version);
  const { life } = server;
  const now = engine.settings.clock.now();
  const known = ANSWERS.get(server);
  if (known !== undefined && known.life === life && now < known.until) return known.version;
  const answer: Answer = {
    life,
    until: now + PAUSE_MILLISECONDS,
    version: ask(engine, server, patience).then((version) => {
      answer.until = Infinity;
      return version;
    }, () => undefined),
  };
  ANSWERS.set(server, answer);
  return answer.version;
}

async function ask(engine: Engine, { name }: Server, patience: number): Promise<string> {
  const controller = new AbortController();
  const limit = patiently(engine.settings.clock, patience, () => controller.abort(SILENT));
  try {
    const connection = await openOwn(engine, name, "version", controller.signal);
    try {
      await connection.send([REQUEST], 0);
      const line = await connection.firstLine(0);
      if (!line.startsWith(PREFIX)) throw new Error(line);
      return line.slice(PREFIX.length);
    } finally {
      connection.close(OVER);
    }
  } finally {
    limit.cancel();
  }
}

/** What a server has answered, or that it did not, for a while. */
interface Answer {
  readonly life: number;
  until: number;
  readonly version: Promise<string | undefined>;
}

const ANSWERS = new WeakMap<Server, Answer>();
/** A server that did not answer is not asked again for so long. */
const PAUSE_MILLISECONDS = 60_000;
const REQUEST = new TextEncoder().encode("version\r\n");
const PREFIX = "VERSION ";
const SILENT = new Error("The server has not said its version in time");
const OVER = new Error("The question is over");
