/** Servers behind a scripted dialler, with a clock that stands still, and a record of what was heard of them. */

import { Turns } from "../../src/clock.ts";
import { Cluster } from "../../src/cluster/cluster.ts";
import type { Server } from "../../src/cluster/server.ts";
import type { ClusterSettings, ServerContext } from "../../src/cluster/server_context.ts";
import { awaitAnswer } from "../../src/engine/first_command.ts";
import { META_QUESTIONS } from "../../src/engine/meta_question.ts";
import { deleteAll } from "../../src/engine/invalidation.ts";
import { counting } from "../../src/observe/counters.ts";
import { parseAddress } from "../../src/placement/address.ts";
import { type HashFn, KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { libmcDistribution } from "../../src/placement/libmc.ts";
import type { Issued } from "../support/issued.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import type { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";

/** A cluster under test, of one server unless more are named. */
export class ClusterRig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly dialler = new ScriptedDialler();
  /** What comes up when something is left to chance. */
  chance = 0;
  /** The time of the day, in seconds. */
  unixTime = 1_800_000_000;
  readonly settings: ClusterSettings;
  #hashFn: HashFn = "md5";
  readonly cluster: Cluster;
  /** What happened to the servers, in order: `connect one`. */
  readonly changes: string[] = [];

  constructor(
    servers: readonly string[] = ["one:11211"],
    { hashFn = "md5", ...settings }: Partial<ClusterSettings> & { hashFn?: HashFn } = {},
    prepare?: ServerContext["prepare"],
  ) {
    this.settings = { ...SETTINGS, ...settings };
    this.#hashFn = hashFn;
    this.cluster = new Cluster(servers.map(parseAddress), {
      clock: this.clock,
      turns: new Turns(this.clock),
      random: () => this.chance,
      unixTime: () => this.unixTime,
      connect: this.dialler.connect,
      prepare,
      probe: awaitAnswer,
      deleteAll,
      metaQuestions: META_QUESTIONS,
      settings: this.settings,
      distribute: (placed) => libmcDistribution(placed, KEY_HASHES[this.#hashFn]),
      sweepPeriod: () => 10,
      attempts: {},
      happened: (happening) => {
        counting.happened?.(happening);
        const { what, server } = happening;
        if (CHANGES.has(what)) this.changes.push(`${what} ${server?.name}`);
      },
    });
  }

  /** Changes the hash of the keys. */
  hashBy(hashFn: HashFn): void {
    this.#hashFn = hashFn;
    this.cluster.rehash();
  }

  /** The first server. */
  get server(): Server {
    return this.cluster.servers[0];
  }

  /** The transport of the latest dial that ended well. */
  get transport(): ScriptedTransport {
    return this.dialler.transport;
  }

  /** Submits commands in one go, whatever their keys, to the first server. */
  async submit(...issued: Issued[]): Promise<void> {
    for (const { command } of issued) this.cluster.submitTo(this.server, command);
    await settle();
  }

  /** Connects the first server. */
  async connect(): Promise<ScriptedTransport> {
    this.server.dial(() => {});
    const transport = this.dialler.last.succeed();
    await settle();
    return transport;
  }

  /** Lets the latest transport's server say something. */
  async reply(...pieces: string[]): Promise<void> {
    this.transport.feed(...pieces);
    await settle();
  }

  /** Lets time pass. */
  async pass(milliseconds: number): Promise<void> {
    this.clock.advance(milliseconds);
    await settle();
  }

  /** Ends everything at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const transport of this.dialler.transports) if (!transport.closed) transport.end();
    await Promise.all(this.cluster.servers.map((server) => server.close()));
  }
}

/** Not the counts. */
const CHANGES = new Set(["connect", "disconnect", "dead", "alive"]);

/** The settings of a cluster under test, unless it says otherwise. */
export const SETTINGS: ClusterSettings = {
  pollTimeout: 300,
  connectTimeout: 100,
  retryTimeout: 5000,
  timeout: 5000,
  maxRetries: 0,
  deadAfter: 3,
  slow: 0,
  connections: 1,
  maxPending: 1000,
  failover: false,
  failoverExptime: 0,
  replayInvalidations: false,
};
