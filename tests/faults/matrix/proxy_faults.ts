/** Faults of the network, between the client and an embedded server. */

import { type FaultProxy, MemcachedServer, type ProxyFaults } from "@libmc/libmc/testing";
import { startProxy } from "../../support/some_port.ts";
import { type MatrixFault, moment, type Scene } from "./scene.ts";

/** Faults of a network. */
export const PROXY_FAULTS: readonly MatrixFault[] = [
  network("late", { delayMs: 20 }),
  network("too late", { delayMs: 400 }),
  network("stalled", { stall: true }),
  network("dropped before the reply", { dropAfter: 0 }),
  network("dropped in the reply", { dropAfter: 4 }),
  network("single bytes on the way", { singleBytes: true }),
  network("reset at the request", { reset: "request" }),
  network("reset at the reply", { reset: "reply" }),
  network("slow", { bytesPerSecond: 3000 }),
  network("refused", { refuse: true }, "cold"),
  during("reset meanwhile", (proxy) => proxy.reset()),
  during("closed meanwhile", (proxy) => proxy.disconnect()),
  during("stalled, then released", (proxy) => proxy.clear()),
];

function network(name: string, faults: ProxyFaults, timing: "warm" | "cold" = "warm"): MatrixFault {
  return { name, open: () => open(faults, timing === "cold") };
}

/** Something happens while the request is held up on its way. */
function during(name: string, strike: (proxy: FaultProxy) => Promise<void> | void): MatrixFault {
  return { name, open: () => open({ stall: true }, false, strike) };
}

async function open(
  faults: ProxyFaults,
  isCold: boolean,
  strikeLater?: (proxy: FaultProxy) => Promise<void> | void,
): Promise<Scene> {
  const server = await MemcachedServer.start();
  const proxy = await startProxy(server.address);
  return {
    address: proxy.address,
    seedAddress: server.address,
    isCold,
    strike: () => proxy.set(faults),
    strikeDuring: async () => {
      if (strikeLater === undefined) return;
      await moment(20);
      await strikeLater(proxy);
    },
    heal: () => proxy.clear(),
    carriedOut: (command) => server.commands.get(command) ?? 0,
    connections: () => proxy.connections,
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      await server.stop();
    },
  };
}
