/**
 * What the verbs that change an item do where it is the manifest of a split value. No classic command tells the flags of an
 * item without moving its data, so these verbs do what they do, and ask besides, in the same tick, what shows whether the
 * value is split. Only if it may be, they look at the item itself; and what they should not have done they undo.
 *
 * - touch asks to touch the first chunk too. If there is one, the others are touched.
 * - append and prepend ask whether there is a first chunk. If there is, and the item is a manifest, its text is put back.
 *   Until then it is no number from 1 to 10, whatever was added, so the value is a miss.
 * - incr and decr see by the new number whether the old one can be of a manifest, which counts from 2 to 10 chunks. Where
 *   it does not tell they look first.
 *
 * What lies behind a first chunk may be left over from an older value. Touching that is harmless.
 */

import {
  chunkKey,
  chunkKeys,
  type Manifest,
  MAX_CHUNKS,
  MAX_SPLIT_KEY_BYTES,
  numberOfChunks,
} from "../codec/chunks.ts";
import { FLAG_SPLIT } from "../codec/flags.ts";
import { ArithmeticCommand } from "../commands/arithmetic.ts";
import { GetCommand, type Retrieval } from "../commands/get.ts";
import type { ItemDecoder } from "../commands/item_decoder.ts";
import { batchPlan } from "../commands/plan.ts";
import { ProbeCommand } from "../commands/probe.ts";
import type { Receiver } from "../commands/receiver.ts";
import { StorageCommand } from "../commands/storage.ts";
import { TouchBatch, TouchCommand } from "../commands/touch.ts";
import type { Call } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { Settings } from "../engine/options.ts";
import { forCommand, inPart } from "../error_copy.ts";
import { CodecError, type MemcachedError } from "../errors.ts";
import { BatchFanOut } from "./batch_fan_out.ts";
import { type AskingCall, Told } from "./told.ts";

/** True if a value under this key may be split, for this client. */
export function maySplit({ doSplit }: Settings, key: string): boolean {
  return doSplit && key.length <= MAX_SPLIT_KEY_BYTES;
}

/** Touches an item, and the chunks of the value if it is split. */
export function touchWithChunks(
  engine: Engine,
  call: Call<boolean>,
  key: string,
  exptime: number,
): void {
  let isTouched: boolean | undefined;
  let hasChunk: boolean | undefined;
  // Both are awaited in any case: if a reply is lost, the other one is taken for it, and what is missing tells.
  const goOn = () => {
    if (isTouched === undefined || hasChunk === undefined) return;
    if (isTouched && hasChunk) touchOthers(engine, call, key, exptime);
    else call.resolve(isTouched);
  };
  const item = new Told<boolean>(call, (touched) => {
    isTouched = touched;
    goOn();
  });
  const chunk = new Told<boolean>(call, (touched) => {
    hasChunk = touched;
    goOn();
  }, (error) => {
    // If its server cannot be reached, nobody can read the chunk either.
    if (error.sent === "maybe") return call.reject(error);
    hasChunk = false;
    goOn();
  });
  const first = chunkKey(key, 0);
  engine.send(call, key, new TouchCommand(key, exptime, engine.settings.noreply, item));
  engine.sendForChunk(call, key, first, new TouchCommand(first, exptime, false, chunk));
}

/** Touches all chunks but the first, if there is a manifest. */
function touchOthers(engine: Engine, call: Call<boolean>, key: string, exptime: number): void {
  const receiver = new Told<Manifest | undefined>(call, (manifest) => {
    if (manifest === undefined) return call.resolve(true);
    const fanOut = new OthersFanOut(engine, call, "touch", () => true);
    fanOut.sendBatches(
      chunkKeys(key, manifest.chunks).slice(1),
      (group) => batchPlan(group).map((range) => new TouchBatch(group, range, exptime, fanOut)),
    );
  }, (error) => call.reject(inPart(error)));
  engine.send(call, key, new GetCommand(key, engine.decoders.manifest, receiver));
}

class OthersFanOut extends BatchFanOut<boolean> {
  protected override judge(errors: readonly MemcachedError[]): readonly MemcachedError[] {
    return errors.map(inPart);
  }

  protected override combine(errors: readonly MemcachedError[]): MemcachedError {
    return errors[0];
  }
}

/** What an arithmetic command does. */
export interface Counting {
  readonly name: "incr" | "decr";
  readonly key: string;
  readonly delta: number | bigint;
}

/** Adds to a counter or subtracts from it, and refuses to if the item is a manifest. */
export function countUnlessSplit(
  engine: Engine,
  call: AskingCall,
  counting: Counting,
  receiver: Receiver<bigint | undefined>,
): void {
  const { name, key, delta } = counting;
  const { noreply } = engine.settings;
  // Without an answer, and where it is 0 because there was too little, nothing tells the old number.
  if (noreply || name === "decr" && delta > 1) {
    return countAfterLook(engine, call, counting, receiver, (told) => {
      engine.send(call, key, new ArithmeticCommand(name, key, delta, noreply, told));
    });
  }
  const answer = new Told<bigint | undefined>(call, (value) => {
    undoIfSplit(engine, call, counting, value, () => receiver.resolve(value));
  });
  engine.send(call, key, new ArithmeticCommand(name, key, delta, false, answer));
}

/**
 * Undoes what an arithmetic command has done if the item is a manifest, which fails the call.
 *
 * @param value The new number; `undefined` if nothing was counted.
 * @param then Called if there is nothing to undo.
 */
export function undoIfSplit(
  engine: Engine,
  call: AskingCall,
  counting: Counting,
  value: bigint | undefined,
  then: () => void,
): void {
  const old = value === undefined ? 0 : oldNumber(counting, value);
  if (old < 2 || old > MAX_CHUNKS) return then();
  look(engine, call, counting.key, (item) => {
    if (!isManifest(item)) then();
    else undo(engine, call, counting, Number(old));
  }, (error) => call.reject(inPart(error)));
}

/**
 * Asks for the item in front of the command: both go together, and are carried out in this order.
 *
 * @param count Sends the command.
 */
export function countAfterLook(
  engine: Engine,
  call: AskingCall,
  counting: Counting,
  receiver: Receiver<bigint | undefined>,
  count: (receiver: Receiver<bigint | undefined>) => void,
): void {
  let item: ItemText | undefined;
  let hasLooked = false;
  let answer: { value: bigint | undefined } | undefined;
  const goOn = () => {
    if (!hasLooked || answer === undefined) return;
    // Data of somebody else may have the flag, too, and hold anything.
    const old = isManifest(item) ? numberOfChunks(item.text) : 0;
    if (old === 0) receiver.resolve(answer.value);
    else undo(engine, call, counting, old);
  };
  look(engine, call, counting.key, (found) => {
    item = found;
    hasLooked = true;
    goOn();
  });
  count(
    new Told<bigint | undefined>(call, (value) => {
      answer = { value };
      goOn();
    }),
  );
}

/** Undoes what was done to the number of a manifest, and fails the call. */
function undo(engine: Engine, call: AskingCall, { name, key, delta }: Counting, old: number): void {
  const refuse = () => call.reject(refusal(engine, name, key));
  const told = new Told<bigint | undefined>(call, refuse, refuse);
  const [opposite, amount] = opposed(name, BigInt(delta), BigInt(old));
  engine.send(call, key, new ArithmeticCommand(opposite, key, amount, false, told));
}

/** Gives what undoes a command: incr wraps at 2^64, and decr stops at 0. */
function opposed(
  name: Counting["name"],
  delta: bigint,
  old: bigint,
): [name: Counting["name"], delta: bigint] {
  if (name === "decr") return ["incr", delta < old ? delta : old];
  return old + delta < WRAP ? ["decr", delta] : ["incr", WRAP - delta];
}

/** Gives the number before the command. Both wrap at 2^64, and only what is small matters. */
function oldNumber({ name, delta }: Counting, value: bigint): number {
  if (name === "decr") return value > MAX_CHUNKS ? Infinity : Number(value) + Number(delta);
  if (typeof delta === "number" && value < Number.MAX_SAFE_INTEGER) return Number(value) - delta;
  return Number(BigInt.asUintN(64, value - BigInt(delta)));
}

/** Adds data to an item, and takes it back if the item is a manifest. */
export function attachUnlessSplit(
  engine: Engine,
  call: Call<boolean>,
  attachment: Attachment,
  commandFor: (receiver: Receiver<boolean>) => StorageCommand,
): void {
  const { key } = attachment;
  let isStored: boolean | undefined;
  let hasChunk: boolean | undefined;
  const goOn = () => {
    if (isStored === undefined || hasChunk === undefined) return;
    if (!isStored || !hasChunk) return call.resolve(isStored);
    detachIfSplit(engine, call, attachment, (refused) => {
      if (refused === undefined) call.resolve(true);
      else call.reject(refused);
    });
  };
  const item = new Told<boolean>(call, (stored) => {
    isStored = stored;
    goOn();
  });
  const tellChunk = (isThere: boolean) => {
    hasChunk = isThere;
    goOn();
  };
  const chunk = new Told<boolean>(call, tellChunk, (error) => {
    // The reply to the command may be lost, and this one's taken for it: then "not stored" may be wrong.
    if (error.sent === "maybe" && isStored === false) {
      call.reject(forCommand(error, attachment.name));
    } // If the chunk's server does not answer, a split value cannot be read; and that data was added is known.
    else tellChunk(false);
  });
  engine.send(call, key, commandFor(item));
  const first = chunkKey(key, 0);
  engine.sendForChunk(call, key, first, new ProbeCommand(first, chunk));
}

/** Data that was added to an item. */
export interface Attachment {
  readonly name: "append" | "prepend";
  readonly key: string;
  readonly data: Uint8Array | string;
}

/**
 * Takes data away from a manifest again. Its exptime is not known, so it gets none: the chunks end when they should.
 *
 * @param done Called with the error of the call if the item is a manifest.
 */
export function detachIfSplit(
  engine: Engine,
  call: AskingCall,
  attachment: Attachment,
  done: (refused: MemcachedError | undefined) => void,
  attempts = 3,
): void {
  const { name, key } = attachment;
  look(engine, call, key, (item) => {
    if (!isManifest(item)) return done(undefined);
    const refuse = () => done(refusal(engine, name, key));
    const again = () => detachIfSplit(engine, call, attachment, done, attempts - 1);
    if (attempts === 0) return refuse();
    const text = detached(item.text, attachment);
    // Somebody else has changed it meanwhile.
    if (text === undefined) return again();
    if (numberOfChunks(text) === 0) return done(undefined);
    const restored = { data: text, flags: item.flags };
    const options = { exptime: 0, noreply: false, cas: item.cas };
    const told = new Told<boolean>(call, (stored) => {
      if (stored) refuse();
      else again();
    }, refuse);
    engine.send(call, key, new StorageCommand("cas", key, restored, options, told));
  }, (error) => done(inPart(error)));
}

function detached(text: string, { name, data }: Attachment): string | undefined {
  const added = typeof data === "string" ? latin1(new TextEncoder().encode(data)) : latin1(data);
  if (name === "append") return text.endsWith(added) ? text.slice(0, -added.length) : undefined;
  return text.startsWith(added) ? text.slice(added.length) : undefined;
}

/** An item as text, one char a byte. */
interface ItemText {
  readonly text: string;
  readonly flags: number;
  readonly cas: bigint;
}

/** Asks for an item as it is. Of one that is no manifest the text is not needed. */
function look(
  engine: Engine,
  call: AskingCall,
  key: string,
  onItem: (item: ItemText | undefined) => void,
  onError?: (error: MemcachedError) => void,
): void {
  const receiver = new Told<ItemText | undefined>(call, onItem, onError);
  engine.send(call, key, new GetCommand(key, AS_TEXT, receiver, GETS));
}

function isManifest(item: ItemText | undefined): item is ItemText {
  return item !== undefined && (item.flags & FLAG_SPLIT) !== 0;
}

const AS_TEXT: ItemDecoder<ItemText> = {
  decode: (item) => ({
    text: (item.flags & FLAG_SPLIT) === 0 ? "" : latin1(item.copyData()),
    flags: item.flags,
    cas: item.hasCas ? item.cas() : 0n,
  }),
};

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function refusal(engine: Engine, name: string, key: string): CodecError {
  const message = `Cannot ${name} as the value is split over several items`;
  return new CodecError(message, { command: name, server: engine.serverOf(key), sent: "maybe" });
}

const GETS: Retrieval = { name: "gets" };
const WRAP = 2n ** 64n;
