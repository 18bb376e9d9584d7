import { getExchange } from "../participants/raw_socket.ts";
import { liveGroup, SIZES, sizeText } from "./live.ts";

for (const bytes of SIZES) {
  await liveGroup({
    name: `get, ${sizeText(bytes)}`,
    bytes,
    keys: 1,
    call: (session, _items, [key]) => session.get(key),
    exchange: getExchange,
  });
}
