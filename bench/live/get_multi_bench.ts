import { getMultiExchange } from "../participants/raw_socket.ts";
import { liveGroup, SIZES, sizeText } from "./live.ts";

for (const bytes of SIZES) {
  for (const keys of [10, 100, 1_000]) {
    // 1,000 values of 100 kB are 100 MB a call: that measures the machine's memory.
    if (bytes * keys > 10_000_000) continue;
    await liveGroup({
      name: `getMulti of ${keys} keys, ${sizeText(bytes)}`,
      bytes,
      keys,
      call: (session, _items, keys) => session.getMulti(keys),
      exchange: (items) => getMultiExchange(items),
    });
  }
}
