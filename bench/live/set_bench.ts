import { setExchange } from "../participants/raw_socket.ts";
import { liveGroup, SIZES, sizeText } from "./live.ts";

for (const bytes of SIZES) {
  await liveGroup({
    name: `set, ${sizeText(bytes)}`,
    bytes,
    keys: 1,
    call: (session, [[key, value]]) => session.set(key, value),
    exchange: setExchange,
  });
}
