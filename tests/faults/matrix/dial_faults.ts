/** Faults of the dial, and of the stream that it gives. */

import type { Connect, Transport } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { platformConnect } from "../../support/platform_connect.ts";
import type { MatrixFault } from "./scene.ts";

/** Faults of what dials. */
export const DIAL_FAULTS: readonly MatrixFault[] = [
  dialled("name that does not resolve", (_, signal) => {
    return platformConnect({ hostname: UNRESOLVABLE, port: 11211 }, signal);
  }),
  dialled("dial that fails", () => Promise.reject(new Error("no route"))),
  dialled("dial that throws", () => {
    throw new Error("no route");
  }),
  dialled("dial that never ends", () => new Promise(() => {})),
  stream("write that fails", () => ({ write: () => Promise.reject(new Error("broken pipe")) })),
  stream("write that never ends", () => ({ write: () => new Promise(() => {}) })),
  stream("write that takes one byte at a time", (transport) => ({
    write: (bytes) => transport.write(bytes.length > 1000 ? bytes : bytes.subarray(0, 1)),
  })),
  stream("read that fails", () => ({ read: () => Promise.reject(new Error("reset")) })),
  stream("read that ends", () => ({ read: () => Promise.resolve(null) })),
  stream("read that never ends", () => ({ read: () => new Promise(() => {}) })),
  stream("close that throws", (transport) => ({
    read: () => Promise.reject(new Error("reset")),
    close: () => {
      transport.close();
      throw new Error("not open");
    },
  })),
];

function dialled(name: string, dial: Connect): MatrixFault {
  return {
    name,
    async open() {
      const server = await MemcachedServer.start();
      let isWrong = true;
      return {
        address: server.address,
        seedAddress: server.address,
        isCold: true,
        dial: (endpoint, signal) =>
          isWrong ? dial(endpoint, signal) : platformConnect(endpoint, signal),
        heal: () => void (isWrong = false),
        carriedOut: (command) => server.commands.get(command) ?? 0,
        connections: () => server.connections,
        [Symbol.asyncDispose]: () => server.stop(),
      };
    },
  };
}

/** A dial that gives a transport of which a part is replaced. */
function stream(name: string, partOf: (transport: Transport) => Partial<Transport>): MatrixFault {
  return dialled(name, async (endpoint, signal) => {
    const transport = await platformConnect(endpoint, signal);
    return {
      read: (into) => transport.read(into),
      write: (bytes) => transport.write(bytes),
      close: () => transport.close(),
      ...partOf(transport),
    };
  });
}

/** A label of over 63 bytes: no server of names is asked, which on Node may go on for long after the call is over. */
const UNRESOLVABLE = `${"cache".repeat(20)}.invalid`;
