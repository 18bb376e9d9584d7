import { setExchange } from "../participants/raw_socket.ts";
import { liveGroup, SIZES, sizeText } from "./live.ts";

for (const bytes of SIZES) {
  for (const keys of [10, 100, 1_000]) {
    if (bytes * keys > 10_000_000) continue;
    await liveGroup({
      name: `setMulti of ${keys} keys, ${sizeText(bytes)}`,
      bytes,
      keys,
      call: (session, items) => session.setMulti(items),
      exchange: setExchange,
    });
  }
}
