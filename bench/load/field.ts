/** Everyone in the field: the servers, and a process for each participant. All end with it. */
import { type Memcached, startMemcached } from "../../tests/support/memcached.ts";
import { LIBMC_PYTHON } from "../participants/names.ts";
import { denoProgram, MeasuredProcess, pythonProgram } from "./measured_process.ts";
import type { Greeting } from "./orders.ts";
import type { Progress } from "./progress.ts";
import type { Work } from "./work.ts";

export class Field implements AsyncDisposable {
  /** The servers, as clients are given them. */
  readonly addresses: readonly string[];
  /** The participants in the order in which they were named. */
  readonly players: readonly MeasuredProcess[];
  /** What each said of itself. */
  readonly greetings: ReadonlyMap<string, Greeting>;
  /** Processes of servers and participants. */
  readonly pids: readonly number[];
  readonly #resources: AsyncDisposableStack;

  /** Starts so many servers, then the participants; `python` runs libmc itself. */
  static async open(
    participants: readonly string[],
    servers: number,
    progress: Progress,
    python?: string,
  ): Promise<Field> {
    await using resources = new AsyncDisposableStack();
    const daemons: Memcached[] = [];
    for (let i = 0; i < servers; i++) {
      // One worker thread each: the machine's other cores are the client's.
      daemons.push(
        resources.use(await startMemcached({ args: ["-m", "1024", "-t", "1"] })),
      );
    }
    const addresses = daemons.map(({ address }) => address);
    const players: MeasuredProcess[] = [];
    const greetings = new Map<string, Greeting>();
    for (const name of participants) {
      progress.say(`starting ${name}`);
      const program = name === LIBMC_PYTHON && python !== undefined
        ? pythonProgram(python)
        : denoProgram(name);
      const [player, greeting] = await MeasuredProcess.start(name, program, addresses);
      players.push(resources.use(player));
      greetings.set(name, greeting);
    }
    const pids = [...daemons, ...players].map(({ pid }) => pid);
    return new Field(addresses, players, greetings, pids, resources.move());
  }

  private constructor(
    addresses: readonly string[],
    players: readonly MeasuredProcess[],
    greetings: ReadonlyMap<string, Greeting>,
    pids: readonly number[],
    resources: AsyncDisposableStack,
  ) {
    this.addresses = addresses;
    this.players = players;
    this.greetings = greetings;
    this.pids = pids;
    this.#resources = resources;
  }

  /** Those who can do a work. */
  ableTo(work: Work): MeasuredProcess[] {
    return this.players.filter(({ name }) => {
      const greeting = this.greetings.get(name);
      return (work.servers === 1 || greeting?.manyServers) &&
        (work.callers === 1 || greeting?.manyCallers);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
