/** What a client has counted: `client.counters()`. */

import { wrongValue } from "../checks/check.ts";
import type { Engine } from "../engine/engine.ts";

/** Copies the counters of servers, verbs or groups, by their names. */
export function countersOf<T>(engine: Engine, by: "servers" | "verbs" | "groups"): Map<string, T> {
  const { counts } = engine;
  switch (by) {
    case "servers":
      return engine.counters() as Map<string, unknown> as Map<string, T>;
    case "verbs":
      return counts.verbs.snapshot() as Map<string, unknown> as Map<string, T>;
    case "groups":
      return (counts.groups?.snapshot() ?? new Map()) as Map<string, T>;
  }
  throw wrongValue("counters", '"servers", "verbs" or "groups"', by);
}
