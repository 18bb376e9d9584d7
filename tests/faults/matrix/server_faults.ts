/** Faults of the embedded server. */

import { type Fault, MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../../support/eventually.ts";
import { ALL_VERBS } from "../../support/verbs.ts";
import type { MatrixFault, Scene } from "./scene.ts";

type Timing = "before" | "cold" | "idle";

/** Faults that an embedded server has from the call on. */
export const SERVER_FAULTS: readonly MatrixFault[] = [
  ...[-3, 3, 5].map((by) => reply(`length wrong by ${by}`, { kind: "wrongLength", by })),
  ...(["continue", "close", "silence"] as const).flatMap((then) => [
    reply(`value cut, then ${then}`, { kind: "truncatedValue", keep: 3, then }),
    reply(`reply missing, then ${then}`, { kind: "missingReply", then }),
  ]),
  reply("another key", { kind: "wrongKey" }),
  reply("garbage", { kind: "garbageLine" }),
  reply("garbage like a value", { kind: "garbageLine", line: "VALUE k9 0 3\r\nabc\r\nEND" }),
  reply("garbage without an end", { kind: "garbageLine", line: "x".repeat(20_000) }),
  ...["STORED", "END", "VALUE k1 0 5\r\nwrong\r\nEND", "ERROR", "17"].map((line) =>
    reply(`extra reply ${line.split("\r")[0]}`, { kind: "extraReply", line })
  ),
  reply("SERVER_ERROR in place of it", { kind: "serverError" }),
  reply("SERVER_ERROR although carried out", { kind: "serverError", carriedOut: true }),
  reply("SERVER_ERROR, and closed a moment later", { kind: "serverError", closeAfterMs: 5 }, true),
  reply("ERROR in place of the reply", { kind: "garbageLine", line: "ERROR" }),
  reply("CLIENT_ERROR in place of the reply", {
    kind: "garbageLine",
    line: "CLIENT_ERROR bad command line format",
  }),
  reply("single bytes", { kind: "singleBytes" }),
  connection("full at once", { kind: "tooManyConnections" }, "cold"),
  connection("full a little later", { kind: "tooManyConnections", afterMs: 20 }, "cold"),
  connection("idle and kicked", { kind: "idleKick", afterMs: 30 }, "idle"),
  connection("slow to start", { kind: "slowStart", delayMs: 30 }, "cold"),
  connection("too slow to start", { kind: "slowStart", delayMs: 800 }, "cold"),
];

/** Where it cannot befall the command, nothing goes wrong. */
function reply(name: string, fault: Fault, isNextWhole = false): MatrixFault {
  return {
    name,
    leavesOut: fault.kind === "missingReply" && fault.then === "continue",
    open: async (command) => ({
      ...await open(
        befalls(fault, command) ? { ...fault, commands: [command] } as Fault : undefined,
      ),
      isNextWhole,
    }),
  };
}

function befalls({ kind }: Fault, command: string): boolean {
  if (command === "none") return false;
  if (kind === "missingReply" || kind === "singleBytes") return command !== "quit";
  const isOfValues = kind === "wrongLength" || kind === "truncatedValue" || kind === "wrongKey";
  return !isOfValues || RETRIEVALS.has(command);
}

const RETRIEVALS: ReadonlySet<string> = new Set(
  ALL_VERBS.filter(({ kind }) => kind === "retrieval").map(({ command }) => command),
);

function connection(name: string, fault: Fault, timing: Timing): MatrixFault {
  return { name, open: () => open(fault, timing) };
}

async function open(fault: Fault | undefined, timing: Timing = "before"): Promise<Scene> {
  const server = await MemcachedServer.start();
  const give = () => void (fault !== undefined && server.fault(fault));
  return {
    address: server.address,
    seedAddress: server.address,
    isCold: timing === "cold",
    seeded: () => {
      // A kick befalls connections from when they were made.
      if (timing === "idle") give();
    },
    strike: async () => {
      if (timing === "idle") {
        await eventually("the server has kicked all", () => server.connections === 0);
      } else give();
    },
    heal: () => server.clearFaults(),
    carriedOut: (command) => server.commands.get(command) ?? 0,
    connections: () => server.connections,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
