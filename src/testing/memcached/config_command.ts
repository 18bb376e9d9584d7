/** `config get cluster`, which the nodes of ElastiCache know and memcached itself does not. */

import { type Command, plain, refused } from "./command.ts";
import type { ServerState } from "./server_state.ts";

/** Makes a command of `config get cluster`. */
export function configCommand(words: readonly string[], { cluster }: ServerState): Command {
  const [name, verb, what] = words;
  if (cluster === undefined || verb !== "get" || what !== "cluster" || words.length > 3) {
    return refused(name, false, "ERROR");
  }
  const text = `${cluster.version}\n${cluster.nodes.join(" ")}\n`;
  return plain(name, false, (reply) => {
    reply.line(`CONFIG cluster 0 ${new TextEncoder().encode(text).length}`);
    reply.line(text);
    reply.line("END");
  });
}
