/** What a retrieval makes of the items it receives. */

import type { ItemView } from "../protocol/item_view.ts";

/** Makes something that may be kept out of an item that is borrowed. */
export interface ItemDecoder<T> {
  /**
   * @throws {CodecError} If the data does not fit its flags.
   */
  decode(item: ItemView): T;
}
