import { getExchange } from "../participants/raw_socket.ts";
import { liveGroup, SIZES, sizeText } from "./live.ts";

// The raw socket sends a `get` for each key in one write; a client may merge them into one line.
for (const bytes of SIZES) {
  await liveGroup({
    name: `64 concurrent gets, ${sizeText(bytes)}`,
    bytes,
    keys: 64,
    call: (session, _items, keys) => Promise.all(keys.map((key) => session.get(key))),
    exchange: getExchange,
  });
}
