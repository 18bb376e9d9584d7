/** What libmc sent to memcached, call by call: 27 scenarios, each replayed with our client on memcached itself. */

import { assertEquals } from "@std/assert";
import { Client, type MemcachedError } from "@libmc/libmc";
import type { PythonValue } from "../codec/vectors.ts";
import { startMemcached } from "../support/memcached.ts";
import { Ledger } from "./ledger.ts";
import { callAsPython, optionsOf, plain, RAISED, resultOf } from "./python_calls.ts";
import { Recorder } from "./recording_connect.ts";
import { BESIDES_DIFFERENCES, STEP_DIFFERENCES } from "./wire_differences.ts";
import {
  bytesOf,
  type PythonCall,
  type Scenario,
  SCENARIOS,
  type ScenarioStep,
  visible,
} from "./wire_vectors.ts";

/** Scenarios that cannot be replayed, and why. */
const NOT_APPLICABLE: ReadonlyMap<string, string> = new Map([
  ["latin1 encoding of keys", "keys are UTF-8: there is no option for another encoding"],
]);

Deno.test("Client sends what libmc sends, and gives what it gives", async () => {
  await using servers = new AsyncDisposableStack();
  const ports: number[] = [];
  for (const _ of SERVERS) ports.push(servers.use(await startMemcached()).port!);

  const ledger = new Ledger(STEP_DIFFERENCES);
  const besides = new Ledger(BESIDES_DIFFERENCES);
  let steps = 0;
  for (const scenario of SCENARIOS.filter(({ name }) => !NOT_APPLICABLE.has(name))) {
    steps += scenario.steps.length;
    await replay(scenario, ports, ledger, besides);
  }
  assertEquals(ledger.surprises(), []);
  assertEquals(besides.surprises(), []);
  assertEquals(
    SCENARIOS.filter(({ name }) => NOT_APPLICABLE.has(name)).length,
    NOT_APPLICABLE.size,
  );
  console.log(
    `scenarios: ${SCENARIOS.length - NOT_APPLICABLE.size} of ${SCENARIOS.length}, ` +
      `${steps} calls, ${ledger.summary()}`,
  );
});

/** One after the other, as they share keys. */
async function replay(
  scenario: Scenario,
  ports: number[],
  ledger: Ledger,
  besides: Ledger,
): Promise<void> {
  const recorder = new Recorder();
  const servers = scenario.client.servers.map((server, i) =>
    server.replace(/:\d+/, `:${ports[i]}`)
  );
  const options = { ...optionsOf(scenario.client), connect: recorder.connect };
  await using client = new Client(servers, options);
  let failure: MemcachedError | undefined;
  client.addEventListener("failure", (event) => failure = event.error);
  const tokens = new CasTokens();
  const theirs = new WireCounter();

  for (const [i, step] of scenario.steps.entries()) {
    failure = undefined;
    const before = recorder.connections.map(({ sent }) => sent.length);
    const result = await callAsPython(client, tokens.ours(step));
    tokens.learn(step, result);
    const ours = recorder.connections.map(({ endpoint, sent }, connection) => ({
      server: "port" in endpoint ? ports.indexOf(endpoint.port) : -1,
      sent: tokens.theirsIn(sent.slice(before[connection] ?? 0)),
      isNew: before[connection] === undefined,
    })).filter(({ sent, isNew }) => isNew || sent !== "").sort((a, b) => a.server - b.server);
    const name = `${scenario.name} #${i} ${step.method}`;
    const asked = Array.from(
      new Set(ours.flatMap(({ sent }) => askedBesides(step.method, sent))),
      ([, what]) => what,
    );
    besides.compare(name, { besides: "nothing" }, { besides: asked[0] ?? "nothing" });
    ledger.compare(name, {
      result: plain(resultOf(step.result)),
      error: step.last_error,
      sent: sentOf(step),
      connects: theirs.connects(step),
    }, {
      result: plain(step.result.keys === undefined ? tokens.theirs(result) : namesOf(result)),
      error: (failure as MemcachedError | undefined)?.code ?? 0,
      sent: ours.map(({ server, sent }) => ({ server, rest: without(step.method, sent) }))
        .filter(({ rest }, i) => rest !== "" || ours[i].sent === "")
        .map(({ server, rest }) => `${server}: ${rest}`),
      connects: ours.filter(({ isNew }) => isNew).map(({ server }) => server),
    });
  }
}

/** What a call asks for besides, to know whether a value is split. */
function askedBesides(method: string, sent: string): [request: string, what: string][] {
  const chunk = sent.matchAll(
    /(?:cas ~\d+\S+\/0 0 0 0 18446744073709551615\r\n\r\n|touch ~\d+\S+\/0 \d+\r\n)/g,
  );
  const item = method === "incr" || method === "decr" ? sent.matchAll(/gets \S+?\r\n/g) : [];
  return [
    ...Array.from(chunk, ([request]) => [request, "the first chunk"] as [string, string]),
    ...Array.from(item, ([request]) => [request, "the item"] as [string, string]),
  ];
}

function without(method: string, sent: string): string {
  return askedBesides(method, sent).reduce((rest, [request]) => rest.replace(request, ""), sent);
}

function sentOf({ wire = [] }: ScenarioStep): string[] {
  return wire.map(({ server, sent }) => `${server}: ${visible(bytesOf(sent))}`);
}

/** Finds, in what libmc did, the connections that are used for the first time. */
class WireCounter {
  readonly #seen = new Set<string>();

  connects({ wire = [] }: ScenarioStep): number[] {
    const servers: number[] = [];
    for (const { server, connection } of wire) {
      const name = `${server} ${connection}`;
      if (!this.#seen.has(name)) servers.push(server);
      this.#seen.add(name);
    }
    return servers;
  }
}

/** cas tokens are memcached's: each of the vectors' stands for one of ours. */
class CasTokens {
  readonly #ours = new Map<string, bigint>();

  /** The call, with our token in place of theirs. */
  ours(step: ScenarioStep): PythonCall {
    const { method, args } = step;
    if (method !== "cas") return step;
    const token = this.#ours.get(args[3].value as string);
    if (token === undefined) return step;
    return { ...step, args: [...args.slice(0, 3), { type: "int", value: `${token}` }] };
  }

  learn({ method, result }: ScenarioStep, ours: unknown): void {
    if (method !== "gets" || result.type !== "tuple" || !Array.isArray(ours)) return;
    this.#ours.set((result.items as PythonValue[])[1].value as string, ours[1]);
  }

  /** A result of gets, with their token in place of ours. */
  theirs(result: unknown): unknown {
    if (!Array.isArray(result) || result.length !== 2 || typeof result[1] !== "bigint") {
      return result;
    }
    return [result[0], this.#theirToken(result[1])];
  }

  /** What was sent, with their token in place of ours. */
  theirsIn(sent: string): string {
    return sent.replace(
      /^(cas \S+ \d+ \S+ \d+ )(\d+)/,
      (_, head, token) => `${head}${this.#theirToken(BigInt(token))}`,
    );
  }

  #theirToken(token: bigint): bigint {
    for (const [theirs, ours] of this.#ours) {
      if (ours === token) return BigInt(theirs);
    }
    return token;
  }
}

function namesOf(stats: unknown): unknown {
  return stats === RAISED ? stats : (stats as [string, unknown][]).map(([name]) => name);
}

const SERVERS = [0, 1, 2];
