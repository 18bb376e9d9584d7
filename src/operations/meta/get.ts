/** The meta verbs that read: get, for one key and for many. */

import { wireExptime } from "../../checks/arguments.ts";
import { type Chunk, chunkKeys, join, Manifest } from "../../codec/chunks.ts";
import type { Retrieval } from "../../commands/get.ts";
import { metaGet, type MetaItem } from "../../commands/meta/get.ts";
import { MetaCommand, type MetaKind } from "../../commands/meta/meta_command.ts";
import { NEEDS, strictest } from "../../commands/meta/needs.ts";
import { GetMultiCommand } from "../../commands/get_multi.ts";
import { retrievalPlan } from "../../commands/plan.ts";
import type { ItemDecoder } from "../../commands/item_decoder.ts";
import { Call, type CallOwner } from "../../engine/call.ts";
import type { CallOptions } from "../../engine/call_options.ts";
import type { Engine } from "../../engine/engine.ts";
import { missing, verb } from "../../engine/verb.ts";
import { CodecError } from "../../errors.ts";
import { needsBase64 } from "../../key.ts";
import { behindLocks, endsWithinLoad } from "../behind_locks.ts";
import { OneItemFanOut } from "../chunked.ts";
import { touches } from "../item_fan_out.ts";
import { sendAndEndLoad } from "./behind_lock.ts";
import { metaKeys, shownKey, shownKeys, wireKeysOf } from "./keys.ts";
import { META_GET_OPTIONS, type MetaGetOptions, type MetaKey, refuse } from "./options.ts";
import { MetaFanOut } from "./meta_fan_out.ts";

type Options = MetaGetOptions | undefined;

export function get<T>(
  engine: Engine,
  key: MetaKey,
  options: Options,
): Promise<MetaItem<T> | undefined> {
  return engine.start(new MetaGetCall<T>(engine, options), (call) => {
    const wireKey = call.wireKey = engine.keys.any(key);
    const kind = kindOf<T>(engine, options, false);
    call.how = touching(options);
    engine.began(call, shownKey(key), wireKey, touches(call.how) ? wireKey : undefined);
    const endsLoad = endsWithinLoad(engine, call.how.exptime);
    sendAndEndLoad<MetaItem<T> | undefined>(engine, call, wireKey, endsLoad, (receiver) => {
      return new MetaCommand(kind, wireKey, engine.opaques.next(), receiver);
    });
  });
}

export function getMulti<T, K extends MetaKey>(
  engine: Engine,
  keys: Iterable<K>,
  options: Options,
): Promise<Map<K, MetaItem<T>>> {
  return engine.call<Map<K, MetaItem<T>>>(VERBS.getMulti, options, (call) => {
    const asked = metaKeys(keys);
    const wireKeys = wireKeysOf(engine, asked);
    const kind = kindOf<T>(engine, options, true);
    const how = touching(options);
    const sender = endsWithinLoad(engine, how.exptime) ? behindLocks(engine) : engine;
    const fanOut = new MetaGetFanOut<T, K>(sender, call, asked, wireKeys, how);
    engine.began(call, shownKeys(asked), wireKeys, touches(how) ? wireKeys : undefined);
    fanOut.ask(kind);
  });
}

/** A call for one item. If that is the manifest of a split value, the call goes on and asks for the chunks. */
export class MetaGetCall<T> extends Call<MetaItem<T> | undefined> {
  readonly #engine: Engine;
  wireKey = "";
  how: Retrieval = GET;
  /** True if an item whose chunks are gone is no miss: whoever is to replace it needs its cas. */
  keepsTorn = false;

  constructor(engine: Engine, options: CallOptions | undefined, owner: CallOwner = engine) {
    super(owner, VERBS.get, options);
    this.#engine = engine;
  }

  override resolve(item: MetaItem<T> | undefined): void {
    const manifest = item?.value;
    if (!Manifest.is(manifest)) return super.resolve(item);
    const { wireKey, how } = this;
    if (needsBase64(wireKey)) return this.reject(notSplit(wireKey, this.#engine));
    const decoder = this.#engine.decoders.value<T>();
    let value: T | undefined;
    new OneItemFanOut<T, MetaItem<T> | undefined>(this.#engine, this, { how, decoder }, {
      collect(_start, [joined]) {
        if (Manifest.is(joined)) return 0;
        value = joined;
        return 1;
      },
      result: () => withValue(item as MetaItem<T>, value, this.keepsTorn),
    }).goOn(wireKey, manifest);
  }
}

/** Joins the answers of a quiet pipeline for many keys, and the chunks of values that are split. */
export class MetaGetFanOut<T, K extends MetaKey>
  extends MetaFanOut<MetaItem<T>, Map<K, MetaItem<T>>> {
  readonly #keys: readonly K[];
  readonly #wireKeys: readonly string[];
  readonly #how: Retrieval;
  #kind: MetaKind<MetaItem<T>> | undefined;
  #start = 0;
  #slice: readonly string[] = [];
  #chunks: (Chunk | undefined)[] | undefined;
  readonly #found = new Map<K, MetaItem<T>>();

  constructor(
    engine: Engine,
    call: Call<Map<K, MetaItem<T>>>,
    keys: readonly K[],
    wireKeys: readonly string[],
    how: Retrieval = GET,
  ) {
    super(engine, call, "mg");
    this.#keys = keys;
    this.#wireKeys = wireKeys;
    this.#how = how;
  }

  /** Asks for all keys, a slice at a time. */
  ask(kind: MetaKind<MetaItem<T>>): void {
    this.#kind = kind;
    this.#askSlice(kind);
  }

  protected override sendMore(): boolean {
    const split = this.#split();
    if (split.length > 0 && this.#chunks === undefined) {
      this.#askChunks(split);
      return true;
    }
    if (this.#chunks !== undefined) this.#join(split, this.#chunks);
    this.#chunks = undefined;
    for (let i = 0; i < this.results.length; i++) {
      const item = this.results[i];
      if (item !== undefined) this.#found.set(this.#keys[this.#start + i], item);
    }
    this.#start += this.#slice.length;
    if (this.#start >= this.#wireKeys.length || this.#kind === undefined) return false;
    this.#askSlice(this.#kind);
    return true;
  }

  protected override finish(): Map<K, MetaItem<T>> {
    return this.#found;
  }

  #askSlice(kind: MetaKind<MetaItem<T>>): void {
    const start = this.#start;
    this.#slice = this.#wireKeys.length <= SLICE_KEYS
      ? this.#wireKeys
      : this.#wireKeys.slice(start, start + SLICE_KEYS);
    this.request(kind, this.#slice, true);
  }

  /** The positions in the slice of values that are split. */
  #split(): number[] {
    const positions: number[] = [];
    const { results } = this;
    for (let position = 0; position < results.length; position++) {
      const item = results[position];
      if (item === undefined || !Manifest.is(item.value)) continue;
      if (!needsBase64(this.#slice[position])) {
        positions.push(position);
        continue;
      }
      this.note(notSplit(this.#slice[position], this.engine));
      results[position] = undefined;
    }
    return positions;
  }

  #askChunks(split: readonly number[]): void {
    const keys = split.flatMap((position) =>
      chunkKeys(this.#slice[position], manifestOf(this.results[position]).chunks)
    );
    const chunks = this.#chunks = new Array<Chunk | undefined>(keys.length).fill(undefined);
    const decoder = this.engine.decoders.chunk;
    this.send(
      keys,
      (group) =>
        retrievalPlan(group, this.#how.name).map((range) =>
          new GetMultiCommand(group, range, decoder, chunks, this, this.#how)
        ),
    );
  }

  #join(split: readonly number[], chunks: readonly (Chunk | undefined)[]): void {
    let first = 0;
    for (const position of split) {
      const item = this.results[position] as MetaItem<T>;
      const manifest = manifestOf(item);
      const data = join(chunks.slice(first, first += manifest.chunks), manifest.flags);
      let value: T | undefined;
      if (data === undefined) this.engine.count("torn", this.#slice[position]);
      else {
        try {
          value = this.engine.decoders.value<T>().assemble(manifest, data);
        } catch (error) {
          if (!(error instanceof CodecError)) throw error;
          this.note(error);
        }
      }
      this.results[position] = withValue(item, value);
    }
  }
}

function manifestOf(item: MetaItem | undefined): Manifest {
  return item?.value as Manifest;
}

/** Puts the joined value into an item. Without one it is a miss, unless the caller is to renew it. */
function withValue<T>(
  item: MetaItem<T>,
  value: T | undefined,
  isKept = item.won,
): MetaItem<T> | undefined {
  const { value: _manifest, ...others } = item;
  if (value !== undefined) return { value, ...others };
  return isKept || item.won ? others : undefined;
}

/** No client splits a value under a key that its chunks could not be asked by. */
function notSplit(wireKey: string, engine: Engine): CodecError {
  return new CodecError(
    "Cannot decode value as it is marked as split, and its key is one of no split value",
    { command: "mg", server: engine.serverOf(wireKey), sent: "maybe" },
  );
}

/** Reads the options of a get. */
function kindOf<T>(engine: Engine, options: Options, isQuiet: boolean): MetaKind<MetaItem<T>> {
  if (options === undefined) {
    const plain = isQuiet ? PLAIN_QUIET : PLAIN;
    let kind = plain.get(engine);
    if (kind === undefined) plain.set(engine, kind = newKind(engine, {}, isQuiet));
    return kind as MetaKind<MetaItem<T>>;
  }
  return newKind(engine, options, isQuiet);
}

/** The kinds of gets without options, by their engine. */
const PLAIN = new WeakMap<Engine, MetaKind<MetaItem>>();
const PLAIN_QUIET = new WeakMap<Engine, MetaKind<MetaItem>>();

function newKind<T>(
  engine: Engine,
  options: MetaGetOptions,
  isQuiet: boolean,
): MetaKind<MetaItem<T>> {
  const { value = true, hit = false, lastAccess = false, noBump = false } = options;
  const { cas = false, ttl = false, size = false, touch, vivify, recache } = options;
  const { ifNotCas, newCas } = options;
  refuse(newCas !== undefined && vivify === undefined, "newCas", NEW_CAS_ALONE);
  refuse(ifNotCas !== undefined && !value, "ifNotCas", IF_NOT_CAS_ALONE);
  refuse(noBump && touch !== undefined, "noBump", NO_BUMP_AND_TOUCH);
  const unchanged = ifNotCas !== undefined;
  return metaGet<T>(
    // A manifest stands for its value until the chunks have come.
    engine.decoders.value<T>() as ItemDecoder<T>,
    { value, cas, ttl, size, hit, lastAccess, unchanged },
    {
      ...{ R: recache, N: vivify, T: touch === undefined ? undefined : wireExptime(touch) },
      ...{ C: ifNotCas, E: newCas, u: noBump || undefined, q: isQuiet || undefined },
    },
    {
      needs: strictest([
        newCas === undefined ? undefined : NEEDS.newCas,
        unchanged ? NEEDS.getIfNotCas : undefined,
      ]),
      mayRepeat: vivify === undefined && recache === undefined &&
        (noBump || !hit && !lastAccess),
    },
  );
}

function touching(options: Options): Retrieval {
  const touch = options?.touch;
  return touch === undefined ? GET : { name: "gat", exptime: wireExptime(touch) };
}

const GET: Retrieval = { name: "get" };
/** As for other retrievals: see `item_fan_out.ts`. */
const SLICE_KEYS = 16_384;

const NEW_CAS_ALONE = 'without "vivify" as only a placeholder gets it: give both, or neither';
const IF_NOT_CAS_ALONE =
  'without the value as a server then says of no item that it has changed: leave "value" out, or ask for "cas"';
const NO_BUMP_AND_TOUCH = 'with "touch" as a touch counts: leave one of them out';

const { ifNotCas: _ofOne, ...MULTI_OPTIONS } = META_GET_OPTIONS;
const VERBS = {
  get: verb("meta.get", missing, META_GET_OPTIONS, "value"),
  getMulti: verb("meta.getMulti", () => new Map<never, never>(), MULTI_OPTIONS, "map"),
};
