/** The verbs of a client that read, for calls with a schema: `operations/fitting.ts` has it look at what they give. */

import type { Engine } from "../engine/engine.ts";
import { routed } from "../engine/view.ts";
import { fitting } from "../operations/fitting.ts";
import { listOf, type Way, WAYS } from "./ways.ts";

/**
 * Makes the object with the verbs that read.
 *
 * @param inner Carries them out; unless given, they are carried out on the engine.
 */
export function fittingVerbs<V extends object>(engine: Engine, inner: object | undefined): V {
  return new Verbs(engine, inner as Inner | undefined) as object as V;
}

type Inner = Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown>>>;

class Verbs {
  readonly engine: Engine;
  readonly inner: Inner | undefined;

  constructor(engine: Engine, inner: Inner | undefined) {
    this.engine = engine;
    this.inner = inner;
  }
}

for (const [verb, way] of Object.entries(WAYS)) {
  if (way.reads === undefined) continue;
  Object.defineProperty(Verbs.prototype, verb, {
    value(this: Verbs, ...given: unknown[]) {
      return carryOut(this, verb, way, given);
    },
    configurable: true,
    writable: true,
  });
}

async function carryOut(
  { engine, inner }: Verbs,
  verb: string,
  way: Way,
  given: unknown[],
): Promise<unknown> {
  if (way.takesMany) given[0] = listOf(given[0]);
  const options = given[way.options] as Record<string, unknown> | undefined;
  const view = routed(engine, options);
  const call = { verb, reads: way.reads!, given, options };
  return await fitting(view, call, (given) => {
    if (inner !== undefined) return inner[verb](...given);
    return way.run(view, ...given as never[]);
  });
}
