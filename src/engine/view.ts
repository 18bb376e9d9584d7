/** Another view of an engine: the same calls, with other keys. */

import type { Engine } from "./engine.ts";
import type { Keys } from "./keys.ts";

/**
 * Gives an engine that is this one in everything but the keys that callers' keys are turned into.
 *
 * @param began Takes the place of the engine's method. What it throws ends a call whose arguments are valid.
 */
export function withKeys(engine: Engine, keys: Keys, began?: () => never): Engine {
  const methods = new Map<PropertyKey, unknown>();
  return new Proxy(engine, {
    get(target, name) {
      if (name === "keys") return keys;
      if (name === "began" && began !== undefined) return began;
      const known = methods.get(name);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      // A method finds the private members of its engine only there.
      const method: unknown = value.bind(target);
      methods.set(name, method);
      return method;
    },
  });
}
