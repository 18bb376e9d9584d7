/**
 * How the verbs of a client are carried out in a namespace. `client.ts` has their types and what they do;
 * `operations/namespaces.ts` says in which generation.
 */

import type { CallOptions, KeyOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { routed } from "../engine/view.ts";
import { fitting } from "../operations/fitting.ts";
import type { Loads } from "../operations/get_or_set/get_or_set.ts";
import { invalidate, type InvalidateOptions } from "../operations/get_or_set/invalidate.ts";
import type { GetOrSetOptions, Load, LoadMany } from "../operations/get_or_set/options.ts";
import type { Generations } from "../operations/namespaces.ts";
import { listOf, META_WAYS, once, one, type Way, WAYS } from "./ways.ts";

/** Makes the object that `client.namespace()` gives. */
export function namespaceOf<N extends object>(
  generations: Generations,
  name: string,
  loads: () => Loads,
): N {
  return new View(generations, name, loads) as object as N;
}

/** An object whose methods are carried out in the present generation. */
class Carrier {
  readonly #generations: Generations;

  constructor(generations: Generations) {
    this.#generations = generations;
  }

  /** Gives the objects of a class a method for each way. */
  static teach(methods: Carrier, ways: Readonly<Record<string, Way>>): void {
    for (const [name, way] of Object.entries(ways)) {
      Object.defineProperty(methods, name, {
        value(this: Carrier, ...given: unknown[]) {
          return Carrier.carryOut(this, way, given, name);
        },
        configurable: true,
        writable: true,
      });
    }
  }

  static async carryOut(
    carrier: Carrier,
    { run, options, takesMany, isOnce, reads }: Way,
    given: unknown[],
    verb = "",
  ): Promise<unknown> {
    const asked = given[options] as KeyOptions | undefined;
    const { signal } = asked ?? {};
    if (takesMany) given[0] = listOf(given[0]);
    return await carrier.#generations.run(
      (engine) => {
        const view = routed(engine, asked);
        if (reads === undefined) return run(view, ...given as never[]);
        const call = { verb, reads, given, options: asked };
        return fitting(view, call, (given) => run(view, ...given as never[]));
      },
      {
        signal: signal instanceof AbortSignal ? signal : undefined,
        isOnce,
      },
    );
  }
}

/** The view of one namespace. */
class View extends Carrier {
  readonly name: string;
  readonly #generations: Generations;
  readonly #loads: () => Loads;
  #meta: MetaView | undefined;

  constructor(generations: Generations, name: string, loads: () => Loads) {
    super(generations);
    this.#generations = generations;
    this.#loads = loads;
    this.name = name;
  }

  get meta(): MetaView {
    return this.#meta ??= new MetaView(this.#generations);
  }

  typed(): this {
    return this;
  }

  clear(options?: CallOptions): Promise<boolean> {
    return this.#generations.clear(options);
  }

  getOrSet(...given: [key: string, load: Load<unknown>, options: GetOrSetOptions]) {
    const way = once(
      "load",
      2,
      (engine, ...given: [string, Load<unknown>, GetOrSetOptions]) =>
        this.#loads().getOrSet(engine, ...given, engine.settings.schema),
    );
    return Carrier.carryOut(this, way, given);
  }

  getOrSetMulti(
    ...given: [keys: Iterable<string>, loadMany: LoadMany<unknown>, options: GetOrSetOptions]
  ) {
    const way = once(
      "load",
      2,
      (engine, ...given: [Iterable<string>, LoadMany<unknown>, GetOrSetOptions]) =>
        this.#loads().getOrSetMulti(engine, ...given, engine.settings.schema),
    );
    return Carrier.carryOut(this, { ...way, takesMany: true }, given);
  }

  invalidate(...given: [key: string, options: InvalidateOptions]): Promise<unknown> {
    const way = one(
      "delete",
      1,
      (engine: Engine, ...given: [string, InvalidateOptions]) =>
        invalidate(engine, this.#loads(), ...given),
    );
    return Carrier.carryOut(this, way, given);
  }
}

/** The meta commands of one namespace. */
class MetaView extends Carrier {}

Carrier.teach(View.prototype, WAYS);
Carrier.teach(MetaView.prototype, META_WAYS);
