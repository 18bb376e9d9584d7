/** Decoders that also count the bytes of what they are given, by the group of its key: for clients with the option `group`. */

import type { Command } from "../commands/command.ts";
import type { ItemDecoder } from "../commands/item_decoder.ts";
import type { GroupCounts } from "../observe/group_counts.ts";
import type { ItemView } from "../protocol/item_view.ts";
import type { ItemDecoders } from "./item_decoders.ts";
import { ownerOfChunk } from "../codec/chunks.ts";
import type { Keys } from "./keys.ts";

/** What is used of the decoders of a client. */
export type Decoders = Pick<ItemDecoders, keyof ItemDecoders>;

/**
 * Gives a function that counts the bytes of the items that a command carries, and prepares it as another one does: that
 * one, if nothing is counted.
 */
export function countingCommands(
  groups: GroupCounts | undefined,
  keys: Keys,
  prepare: ((command: Command) => Command) | undefined,
): ((command: Command) => Command) | undefined {
  if (groups === undefined) return prepare;
  const count = (wireKey: string, bytes: number) =>
    groups.written(groupedKey(keys, wireKey), bytes);
  return (command) => {
    command.eachItem(count);
    return prepare === undefined ? command : prepare(command);
  };
}

/** Gives the caller's key of an item: of a chunk, that of its value. */
function groupedKey(keys: Keys, wireKey: string): string {
  const whole = ownerOfChunk(wireKey) ?? wireKey;
  return keys.ownOf(whole)?.key ?? whole;
}

/** Makes decoders that do as others do, and count, if anything is counted. */
export function countingDecoders(
  inner: ItemDecoders,
  groups: GroupCounts | undefined,
  keys: Keys,
): Decoders {
  if (groups === undefined) return inner;
  const counted = <D extends ItemDecoder<unknown>>(decoder: D): D => {
    const decode = (item: ItemView) => {
      // A reply to a meta command has no key.
      if (item.keyEnd > item.keyStart) groups.read(groupedKey(keys, item.key()), item.size);
      return decoder.decode(item);
    };
    return { ...decoder, decode };
  };
  // One for all calls: those that ask for one key in one tick share its item if they have the same decoder.
  const value = counted(inner.value<never>());
  const cas = counted(inner.cas<never>());
  const casOfAny = counted(inner.casOfAny<never>());
  return {
    value: () => value,
    cas: () => cas,
    casOfAny: () => casOfAny,
    raw: counted(inner.raw),
    bytes: counted(inner.bytes),
    manifest: counted(inner.manifest),
    chunk: counted(inner.chunk),
    decodeAs: (settings) => inner.decodeAs(settings),
  };
}
