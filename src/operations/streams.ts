/**
 * Values as streams of bytes, with one chunk in memory at a time. A value that does not fit one item is split like any
 * other, so readers need not know that it was a stream.
 */

import { LimitedBytesTransformStream } from "@std/streams";
import { plainBytes } from "../checks/bytes.ts";
import {
  belongs,
  type Chunk,
  CHUNK_BYTES,
  chunkFlags,
  chunkKey,
  Manifest,
  manifestText,
  MAX_CHUNKS,
  MAX_SPLIT_KEY_BYTES,
  newMark,
} from "../codec/chunks.ts";
import { FLAG_SPLIT, FLAG_ZLIB } from "../codec/flags.ts";
import { inflatePieces } from "../codec/inflate_pieces.ts";
import type { Encoded } from "../codec/codec.ts";
import { encodeValue } from "../codec/values.ts";
import { DeleteCommand } from "../commands/deletion.ts";
import { GetCommand } from "../commands/get.ts";
import type { ItemDecoder } from "../commands/item_decoder.ts";
import { StorageCommand, type StorageOptions } from "../commands/storage.ts";
import {
  KEY_OPTIONS,
  type KeyOptions,
  STREAM_OPTIONS,
  type StreamOptions,
} from "../engine/call_options.ts";
import { abortedAtEnd } from "../engine/ending.ts";
import type { Engine } from "../engine/engine.ts";
import type { RawItem } from "../engine/item_decoders.ts";
import type { Settings } from "../engine/options.ts";
import type { Turn } from "../engine/key_order.ts";
import { step, type StepOptions } from "../engine/step.ts";
import { missing, notDone, verb } from "../engine/verb.ts";
import { inPart } from "../error_copy.ts";
import { CodecError, ConnectionError, MemcachedError } from "../errors.ts";
import { isA, isSound } from "../thrown.ts";
import { endsWithinLoad, lockDelete } from "./behind_locks.ts";
import { chunkBytesFor, mostInItem } from "./item_size.ts";
import { wireOptions } from "./store.ts";

/** Stores the bytes that a stream gives. */
export function setStream(
  engine: Engine,
  key: string,
  stream: ReadableStream<Uint8Array>,
  options: StreamOptions | undefined,
): Promise<boolean> {
  return engine.inSteps<boolean>(VERBS.setStream, options, async (call) => {
    if (!(stream instanceof ReadableStream)) {
      throw new TypeError(
        `Cannot store a stream that is not a ReadableStream: current type is ${typeof stream}`,
      );
    }
    const { flags } = encodeValue(engine.settings.codec, NO_BYTES, 0, false);
    const wireKey = engine.keys.one(key);
    const target = {
      key: wireKey,
      flags,
      options: wireOptions(engine, options),
      signal: options?.signal,
    };
    engine.began(call, key, wireKey, wireKey);
    const turn = await turnFor(engine, stream, target);
    try {
      return await storeStream(engine, stream, { ...target, turn });
    } finally {
      turn.end();
    }
  });
}

/** Waits for the turn of a call. If it does not come, or the signal is aborted meanwhile, it cancels the stream. */
async function turnFor(
  engine: Engine,
  stream: ReadableStream<Uint8Array>,
  { key, signal }: Pick<StreamTarget, "key" | "signal">,
): Promise<Turn> {
  const cancel = (reason: unknown) => void stream.cancel(reason).catch(() => {});
  const onAbort = () => cancel(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    const turn = await engine.endlessTurn(key, "set");
    if (signal?.aborted) turn.end();
    signal?.throwIfAborted();
    return turn;
  } catch (error) {
    cancel(error);
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Asks for the bytes of a value as a stream. */
export function getStream(
  engine: Engine,
  key: string,
  options: KeyOptions | undefined,
): Promise<ReadableStream<Uint8Array> | undefined> {
  return engine.inSteps<ReadableStream<Uint8Array> | undefined>(
    VERBS.getStream,
    options,
    async (call) => {
      const wireKey = engine.keys.one(key);
      engine.began(call, key, wireKey);
      return await fetchStream(engine, wireKey, options?.signal);
    },
  );
}

/** Key, flags and options with which a stream is stored. */
interface StreamTarget {
  readonly key: string;
  readonly flags: number;
  readonly options: StorageOptions;
  readonly signal: AbortSignal | undefined;
  readonly turn: Turn;
}

/**
 * Stores the bytes of a stream. If anything goes wrong, it rejects and cancels the stream, at once if the signal is
 * aborted or the client closes.
 *
 * @returns True if all of it was stored.
 */
async function storeStream(
  engine: Engine,
  stream: ReadableStream<Uint8Array>,
  { key, flags, options, signal, turn }: StreamTarget,
): Promise<boolean> {
  let count = 0;
  let hasBegun = false;
  const store = (key: string, item: Encoded, options: StorageOptions): Promise<boolean> =>
    step<boolean>(
      engine,
      key,
      (receiver) => new StorageCommand("set", key, item, options, receiver),
      { signal, turn, of: VERBS.setStream },
    );
  /** Stores what makes the value seen. */
  async function storeLast(item: Encoded): Promise<boolean> {
    if (endsWithinLoad(engine, options.exptime)) {
      await step<boolean>(engine, key, (told) => lockDelete(engine, key, told), {
        signal,
        turn,
        of: VERBS.setStream,
      });
    }
    return await store(key, item, options);
  }
  const mark = newMark(flags);
  const { serverChanges } = engine;
  // A manifest may be written only if all chunks are there, so these are answered in any case.
  const answered = { ...options, noreply: false };
  const chunkBytes = chunkBytesOf(engine.settings, key, flags);
  const end = abortedAtEnd(engine.ending, signal);
  try {
    for await (const { data, isLast } of rechunked(stream, chunkBytes, end.signal)) {
      if (count === 0 && isLast) return await storeLast({ data, flags });
      checkSplit(engine, key, chunkBytes, count + (isLast ? 1 : 2));
      if (count === 0) {
        hasBegun = await dropManifest(engine, key, { signal, turn, of: VERBS.setStream });
      }
      const chunk = { data, flags: chunkFlags(mark, flags, count, isLast) };
      if (!await store(chunkKey(key, count++), chunk, answered)) return false;
      hasBegun = true;
    }
    if (serverChanges !== engine.serverChanges) {
      throw new ConnectionError(
        "Cannot store stream as the servers changed meanwhile: some chunks may lie at their old places",
        { command: "set", sent: "maybe", reason: "other" },
      );
    }
    const manifest = { data: manifestText(count), flags: (flags | FLAG_SPLIT) >>> 0 };
    return await storeLast(manifest);
  } catch (error) {
    // Readers can already see the result of the steps before the one that failed.
    throw hasBegun && isSound(error, MemcachedError) ? inPart(error) : error;
  } finally {
    end.release();
  }
}

/**
 * Deletes the value under the key if it is split: its chunks are about to be overwritten one by one, and readers must not
 * get a mixture of both. Any other value stays until the new one is complete.
 *
 * @returns True if it was split.
 */
async function dropManifest(engine: Engine, key: string, options: StepOptions): Promise<boolean> {
  const isSplit = await step<boolean | undefined>(
    engine,
    key,
    (receiver) => new GetCommand(key, SPLIT, receiver),
    options,
  );
  if (isSplit !== true) return false;
  if (engine.longestLock > 0) {
    await step<boolean>(engine, key, (told) => lockDelete(engine, key, told), options);
  }
  await step<boolean>(engine, key, (receiver) => new DeleteCommand(key, false, receiver), options);
  return true;
}

/** Tells whether an item is the manifest of a split value. */
const SPLIT: ItemDecoder<boolean> = { decode: (item) => (item.flags & FLAG_SPLIT) !== 0 };

/**
 * Asks for a value as a stream. The first chunk is fetched before the call settles, so that it can be a miss. A chunk
 * that is missing later is an error of the stream.
 */
async function fetchStream(
  engine: Engine,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const item = await step<RawItem | Manifest | undefined>(
    engine,
    key,
    (receiver) =>
      new GetCommand<RawItem | Manifest | undefined>(key, engine.decoders.bytes, receiver),
    { signal, of: VERBS.getStream },
  );
  if (item === undefined) return undefined;
  const { codec, inflateBudget: { bytes } } = engine.settings;
  const isZlib = codec.libmcFlags === true && (item.flags & FLAG_ZLIB) !== 0;
  if (!Manifest.is(item)) {
    const whole = ReadableStream.from([item.data]);
    return isZlib ? ReadableStream.from(inflated(whole, bytes)) : whole;
  }
  const first = await fetchChunk(engine, key, item, 0, undefined, { signal });
  if (first === undefined) return undefined;
  const chunks = chunkStream(engine, key, item, first, signal);
  return isZlib ? ReadableStream.from(inflated(chunks, bytes)) : chunks;
}

function chunkStream(
  engine: Engine,
  key: string,
  manifest: Manifest,
  first: Chunk,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const mark = first.flags;
  let index = 0;
  let fetched: Chunk | undefined = first;
  // The call is over, so failures are reported here.
  const onFailure = (error: MemcachedError) => engine.failed(error, VERBS.getStream.name, true);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = fetched ??
        await fetchChunk(engine, key, manifest, index, mark, { signal, onFailure });
      fetched = undefined;
      if (chunk === undefined) {
        throw new CodecError(
          `Cannot read stream as chunk ${index} of ${manifest.chunks} is missing or torn`,
        );
      }
      controller.enqueue(chunk.data);
      if (++index === manifest.chunks) controller.close();
    },
  }, { highWaterMark: 0 });
}

/**
 * Fetches one chunk. `undefined` for one that is missing or does not belong to the value, which is counted.
 *
 * @param first The flags of the first chunk; `undefined` for that one itself.
 */
async function fetchChunk(
  engine: Engine,
  key: string,
  { chunks, flags }: Manifest,
  index: number,
  first: number | undefined,
  options: StepOptions,
): Promise<Chunk | undefined> {
  const wireKey = chunkKey(key, index);
  const chunk = chunks === 0 ? undefined : await step<Chunk | undefined>(
    engine,
    wireKey,
    (receiver) => new GetCommand(wireKey, engine.decoders.chunk, receiver),
    { ...options, of: VERBS.getStream },
  );
  if (chunk !== undefined && belongs(chunk, first ?? chunk.flags, flags, index, chunks)) {
    return chunk;
  }
  engine.count("torn", key);
  return undefined;
}

/** Undoes compression, within the client's bound. Errors of the source are passed on. */
async function* inflated(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array, void, void> {
  let sourceFailed = false;
  const pieces = watched(inflatePieces(stream), () => sourceFailed = true);
  const limited = ReadableStream.from(pieces)
    .pipeThrough(new LimitedBytesTransformStream(limit, { error: true }));
  try {
    yield* limited;
  } catch (cause) {
    if (sourceFailed || !isA(cause, RangeError)) throw cause;
    throw new CodecError(
      `Cannot inflate stream as it must inflate to <= ${limit} bytes: ` +
        'the option "inflateBudget" sets the bound',
      { cause },
    );
  }
}

/** Passes the pieces on, and calls back before it passes on an error. */
async function* watched(
  pieces: AsyncIterable<Uint8Array>,
  onError: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* pieces;
  } catch (error) {
    onError();
    throw error;
  }
}

/** A piece of a stream that becomes a chunk, borrowed until the next one is asked for. */
interface StreamChunk {
  readonly data: Uint8Array;
  readonly isLast: boolean;
}

/**
 * Cuts a stream into chunks of so many bytes. The last may be shorter, and is empty only if the stream is. All share one
 * buffer. If the consumer stops early, the stream is cancelled.
 */
async function* rechunked(
  stream: ReadableStream<Uint8Array>,
  chunkBytes: number,
  signal: AbortSignal,
): AsyncGenerator<StreamChunk, void, void> {
  const buffer = new Uint8Array(chunkBytes);
  let filled = 0;
  for await (const given of pieces(stream, signal)) {
    if (!(given instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot store a stream of something other than Uint8Array: current type is ${typeof given}`,
      );
    }
    const piece = plainBytes(given);
    for (let at = 0; at < piece.length;) {
      // A full buffer is passed on only when more bytes follow.
      if (filled === chunkBytes) {
        yield { data: buffer, isLast: false };
        signal.throwIfAborted();
        filled = 0;
      }
      const count = Math.min(piece.length - at, chunkBytes - filled);
      buffer.set(piece.subarray(at, at + count), filled);
      at += count;
      filled += count;
    }
  }
  yield { data: buffer.subarray(0, filled), isLast: true };
}

/**
 * Gives the pieces of a stream. If the consumer stops early, the stream is cancelled, and nothing waits for that to end.
 * If the signal is aborted, the stream is cancelled at once, even while it is silent.
 *
 * @throws The signal's reason, once aborted.
 */
async function* pieces(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  let isOver = false;
  // `pipeThrough()` with the signal is not enough: on Node it does not cancel a silent stream.
  const cancel = () => void reader.cancel(signal.reason).catch(() => {});
  signal.addEventListener("abort", cancel);
  // A stream whose turn came when the client had been told to close may stay silent for ever.
  if (signal.aborted) cancel();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
    signal.throwIfAborted();
    isOver = true;
  } finally {
    signal.removeEventListener("abort", cancel);
    if (!isOver) cancel();
    reader.releaseLock();
  }
}

/** Gives the bytes of a chunk of a stream, or of the only item where it cannot be split. */
function chunkBytesOf(
  { doSplit, itemSizeLimit }: Settings,
  key: string,
  flags: number,
): number {
  if (doSplit && key.length <= MAX_SPLIT_KEY_BYTES) return chunkBytesFor(itemSizeLimit, key);
  return Math.min(CHUNK_BYTES, mostInItem(itemSizeLimit, key.length, flags));
}

/** @param chunks Least number of chunks. */
function checkSplit(engine: Engine, key: string, chunkBytes: number, chunks: number): void {
  if (!engine.settings.doSplit) {
    throw new RangeError(
      `Cannot store stream as it must be <= ${chunkBytes} bytes unless doSplit is set ` +
        "and the codec has libmcFlags",
    );
  }
  if (key.length > MAX_SPLIT_KEY_BYTES) {
    throw new RangeError(
      `Cannot split stream as its key must be <= ${MAX_SPLIT_KEY_BYTES} bytes: current size is ${key.length}`,
    );
  }
  if (chunks > MAX_CHUNKS) {
    throw new RangeError(`Cannot store stream as it must be <= ${chunkBytes * MAX_CHUNKS} bytes`);
  }
}

const VERBS = {
  getStream: verb("getStream", missing, KEY_OPTIONS, "value"),
  setStream: verb("setStream", notDone, STREAM_OPTIONS, "stored"),
};

const NO_BYTES = new Uint8Array(0);
