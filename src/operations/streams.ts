/**
 * Values as streams of bytes, with one chunk in memory at a time. What does not fit one item is split as all big values
 * are, so that whoever reads it need not know that it was a stream.
 */

import { LimitedBytesTransformStream } from "@std/streams";
import { errorInPart } from "../cluster/server_errors.ts";
import { checkBytes } from "../codec/bytes.ts";
import { FLAG_SPLIT, FLAG_ZLIB } from "../codec/flags.ts";
import { inflatePieces } from "../codec/inflate_pieces.ts";
import type { Command, Outcome } from "../commands/command.ts";
import { DeleteCommand } from "../commands/deletion.ts";
import { GetCommand } from "../commands/get.ts";
import type { ItemReader } from "../commands/item_decoder.ts";
import { StorageCommand, type StorageOptions } from "../commands/storage.ts";
import { CodecError, MemcachedError } from "../errors.ts";
import type { CallOptions } from "../engine/call_options.ts";
import { Call, type FailureSink } from "../engine/call.ts";
import type { ClientCore } from "../engine/engine.ts";
import type { RawItem } from "../engine/item_decoders.ts";
import {
  CHUNK_BYTES,
  chunkKey,
  fits,
  Manifest,
  manifestText,
  MAX_CHUNKS,
  MAX_SPLIT_KEY_BYTES,
} from "../codec/chunks.ts";

/** Where a stream goes, and how. */
export interface StreamTarget {
  readonly key: string;
  readonly flags: number;
  readonly options: StorageOptions;
  readonly signal: AbortSignal | undefined;
}

/**
 * Stores what a stream gives. Rejects with whatever goes wrong; the stream is then cancelled, at once if the signal is
 * aborted.
 *
 * @returns True if all of it was stored.
 */
export async function storeStream(
  core: ClientCore,
  stream: ReadableStream<Uint8Array>,
  { key, flags, options, signal }: StreamTarget,
): Promise<boolean> {
  let count = 0;
  let hasBegun = false;
  async function store(key: string, data: Uint8Array | string, flags: number): Promise<boolean> {
    const commandFor = (outcome: Outcome<boolean>) =>
      new StorageCommand("set", key, { data, flags }, options, outcome);
    try {
      return await askOne<boolean>(core, key, signal, false, commandFor);
    } catch (error) {
      // What was done before this step can be seen by readers.
      throw hasBegun && error instanceof MemcachedError ? errorInPart(error) : error;
    }
  }
  for await (const chunk of rechunked(stream, signal)) {
    if (count === 0 && chunk.isLast) return await store(key, chunk.data, flags);
    checkSplit(core, key, count + (chunk.isLast ? 1 : 2));
    if (count === 0) hasBegun = await dropManifest(core, key, signal);
    if (!await store(chunkKey(key, count++), chunk.data, flags)) return false;
    hasBegun = true;
  }
  return await store(key, manifestText(count), (flags | FLAG_SPLIT) >>> 0);
}

/**
 * Deletes what is under the key if it is a split value: its chunks are about to be overwritten one by one, and a reader
 * must not take some of both for a value. Any other value stays until the new one is whole.
 *
 * @returns True if it was one.
 */
async function dropManifest(
  core: ClientCore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const isSplit = await askOne<boolean | undefined>(
    core,
    key,
    signal,
    undefined,
    (outcome) => new GetCommand(key, SPLIT, outcome),
  );
  if (isSplit !== true) return false;
  await askOne<boolean>(
    core,
    key,
    signal,
    false,
    (outcome) => new DeleteCommand(key, false, outcome),
  );
  return true;
}

/** Tells whether an item is the manifest of a split value. */
const SPLIT: ItemReader<boolean> = { read: (item) => (item.flags & FLAG_SPLIT) !== 0 };

/**
 * Asks for a value as a stream. The first chunk is fetched before, so that a miss is found out; a chunk that is missing
 * later is an error of the stream.
 */
export async function fetchStream(
  core: ClientCore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const { raw } = core.readers;
  const item = await askOne<RawItem | Manifest | undefined>(
    core,
    key,
    signal,
    undefined,
    (outcome) => new GetCommand<RawItem | Manifest>(key, raw, outcome),
  );
  if (item === undefined) return undefined;
  const { inflateLimit } = core.settings;
  const isZlib = (item.flags & FLAG_ZLIB) !== 0;
  if (!(item instanceof Manifest)) {
    const whole = ReadableStream.from([item.data]);
    return isZlib ? ReadableStream.from(inflated(whole, inflateLimit)) : whole;
  }
  const first = await fetchChunk(core, key, item, 0, signal);
  if (first === undefined) return undefined;
  const chunks = chunkStream(core, key, item, first, signal);
  return isZlib ? ReadableStream.from(inflated(chunks, inflateLimit)) : chunks;
}

function chunkStream(
  core: ClientCore,
  key: string,
  manifest: Manifest,
  first: Uint8Array,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  let index = 0;
  let fetched: Uint8Array | undefined = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      // There is no call any more that could tell of a failure.
      const chunk = fetched ?? await fetchChunk(core, key, manifest, index, signal, core);
      fetched = undefined;
      if (chunk === undefined) {
        throw new CodecError(
          `Cannot read stream as chunk ${index} of ${manifest.chunks} is missing or torn`,
        );
      }
      controller.enqueue(chunk);
      if (++index === manifest.chunks) controller.close();
    },
  }, { highWaterMark: 0 });
}

/** One chunk, or `undefined` for one that is missing or of the wrong length, which is counted. */
async function fetchChunk(
  core: ClientCore,
  key: string,
  { chunks }: Manifest,
  index: number,
  signal: AbortSignal | undefined,
  sink?: FailureSink,
): Promise<Uint8Array | undefined> {
  const wire = chunkKey(key, index);
  const chunk = chunks === 0 ? undefined : await askOne<Uint8Array | undefined>(
    core,
    wire,
    signal,
    undefined,
    (outcome) => new GetCommand(wire, core.readers.data, outcome),
    sink,
  );
  if (chunk !== undefined && fits(chunk, index, chunks)) return chunk;
  core.cluster.ownerOf(key).counters.torn++;
  return undefined;
}

/** Undoes compression, within the client's bound. */
async function* inflated(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array, void, void> {
  const limited = ReadableStream.from(inflatePieces(stream))
    .pipeThrough(new LimitedBytesTransformStream(limit, { error: true }));
  try {
    yield* limited;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CodecError(`Cannot inflate stream as it must inflate to <= ${limit} bytes`, {
      cause,
    });
  }
}

/**
 * A step of its own in a longer call: has the whole timeout, rejects on failure, and leaves the telling to the caller
 * unless there is a sink.
 */
function askOne<T>(
  core: ClientCore,
  key: string,
  signal: AbortSignal | undefined,
  miss: T,
  commandFor: (outcome: Outcome<T>) => Command,
  sink: FailureSink = { failed() {} },
): Promise<T> {
  const { deadline } = core.terms();
  const options: CallOptions = signal === undefined ? {} : { signal };
  const step = new Call<T>(sink, miss, { strict: true, deadline }, options);
  return core.start(step, (step) => core.send(step, key, commandFor(step)));
}

/** A chunk of a stream, borrowed until the next one is asked for. */
interface Chunk {
  readonly data: Uint8Array;
  readonly isLast: boolean;
}

/**
 * Cuts a stream into chunks of CHUNK_BYTES, the last of which may be shorter and is empty only where all is. One buffer
 * is filled again and again. If the consumer stops early, the stream is cancelled.
 */
async function* rechunked(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Chunk, void, void> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  for await (const piece of pieces(stream, signal)) {
    if (!(piece instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot store a stream of something other than Uint8Array: current type is ${typeof piece}`,
      );
    }
    checkBytes(piece);
    for (let at = 0; at < piece.length;) {
      // A full buffer leaves only when more is known to follow.
      if (filled === CHUNK_BYTES) {
        yield { data: buffer, isLast: false };
        filled = 0;
      }
      const count = Math.min(piece.length - at, CHUNK_BYTES - filled);
      buffer.set(piece.subarray(at, at + count), filled);
      at += count;
      filled += count;
    }
  }
  yield { data: buffer.subarray(0, filled), isLast: true };
}

/**
 * What a stream gives. If the consumer stops early it is cancelled, and nobody waits until that has ended; if the signal
 * is aborted, it is cancelled at once, also while it says nothing.
 *
 * @throws The signal's reason, once aborted.
 */
async function* pieces(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  let isOver = false;
  // `pipeThrough()` with the signal does not do it: on Node it leaves a stream alone that says nothing.
  const cancel = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", cancel);
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
    signal?.throwIfAborted();
    isOver = true;
  } finally {
    signal?.removeEventListener("abort", cancel);
    if (!isOver) cancel();
    reader.releaseLock();
  }
}

/** @param chunks How many there are, at least. */
function checkSplit(core: ClientCore, key: string, chunks: number): void {
  if (!core.settings.doSplit) {
    throw new RangeError(
      `Cannot store stream as it must be <= ${CHUNK_BYTES} bytes unless doSplit is set`,
    );
  }
  if (key.length > MAX_SPLIT_KEY_BYTES) {
    throw new RangeError(
      `Cannot split stream as its key must be <= ${MAX_SPLIT_KEY_BYTES} bytes: current size is ${key.length}`,
    );
  }
  if (chunks > MAX_CHUNKS) {
    throw new RangeError(`Cannot store stream as it must be <= ${CHUNK_BYTES * MAX_CHUNKS} bytes`);
  }
}
