/** Changes of one, put into what another has stored meanwhile. */

/** Objects as JSON has them. */
type Properties = Readonly<Record<string, unknown>>;

/**
 * Gives what is stored, with the properties as mine that I have changed; of objects in both, property by property. Where
 * both have changed a property, mine counts.
 *
 * @param base What I have read.
 * @param mine What I made of it.
 * @param stored What is stored now.
 */
export function merged(base: Properties, mine: Properties, stored: Properties): Properties {
  const result: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(stored), ...Object.keys(mine)])) {
    const value = mergedProperty(own(base, name), own(mine, name), own(stored, name));
    if (value !== undefined) define(result, name, value);
  }
  return result;
}

function mergedProperty(base: unknown, mine: unknown, stored: unknown): unknown {
  if (isSame(base, mine)) return stored;
  if (!isObject(mine) || !isObject(stored)) return mine;
  return merged(isObject(base) ? base : {}, mine, stored);
}

/** A property that it has itself: a session may have one named `constructor`. */
function own(object: Properties, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Also one named `__proto__`. */
function define(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Both come from JSON, and the one was made from the other, so the order of their properties tells nothing new. */
function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
