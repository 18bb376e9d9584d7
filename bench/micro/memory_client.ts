/** A client without a network: on a transport that answers from memory, at once. */
import { Client, type ClientOptions, type Transport } from "@libmc/libmc";

/**
 * Gives the same reply to every request. The client asks now and then, ahead of a request, for a key that nobody stores, to
 * see that the replies are in their place: that one is a miss.
 */
export function clientFor(
  reply: string,
  command: string,
  options: ClientOptions = {},
): Client {
  const bytes = encoder.encode(reply);
  const afterMiss = encoder.encode("END\r\n" + reply);
  const begins = encoder.encode(command);
  const replyTo = (request: Uint8Array) =>
    begins.every((byte, i) => request[i] === byte) ? bytes : afterMiss;
  const due: Uint8Array[] = [];
  /** Gives as much of the next reply as there is room for. */
  const take = (into: Uint8Array): number => {
    const reply = due[0];
    if (reply.length <= into.length) {
      due.shift();
      into.set(reply);
      return reply.length;
    }
    into.set(reply.subarray(0, into.length));
    due[0] = reply.subarray(into.length);
    return into.length;
  };
  let room: Uint8Array = new Uint8Array(0);
  let wake: ((count: number | null) => void) | undefined;
  const transport: Transport = {
    read(into) {
      if (due.length > 0) return Promise.resolve(take(into));
      room = into;
      return new Promise((resolve) => wake = resolve);
    },
    write(request) {
      due.push(replyTo(request));
      wake?.(take(room));
      wake = undefined;
      return Promise.resolve(request.length);
    },
    close() {
      wake?.(null);
    },
  };
  return new Client("memory", {
    connect: () => Promise.resolve(transport),
    ...options,
  });
}

const encoder = new TextEncoder();
