/** The seam by which a retrieval decodes items. */

import type { ItemView } from "../protocol/item_view.ts";

/** Makes an owned value from a borrowed item. */
export interface ItemDecoder<T> {
  /**
   * @throws {CodecError} If the data does not fit its flags.
   */
  decode(item: ItemView): T;
}

/** What is decoded from an item that has no value, for a caller that wants its cas: a lease's placeholder. It is a miss. */
export class NoValue {
  readonly value = undefined;
  readonly cas: bigint;

  constructor(cas: bigint) {
    this.cas = cas;
  }
}
