/** The seam by which a retrieval decodes items. */

import type { ItemView } from "../protocol/item_view.ts";

/** Makes an owned value from a borrowed item. */
export interface ItemDecoder<T> {
  /**
   * @throws {CodecError} If the data does not fit its flags.
   */
  decode(item: ItemView): T;
}
