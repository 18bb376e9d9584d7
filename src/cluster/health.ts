/**
 * Decides whether a server may be dialled: a pure state machine, with the time passed in.
 *
 *     alive --- dial failed, or silent too often ---> dead until t --- t reached: one dial ---> alive, or dead until a later t
 *
 * What is remembered is when it failed, not t: the retry timeout may change during the pause, and counts at once.
 *
 * The pause is up to a fifth shorter than the retry timeout, by chance, so that the clients of a fleet, which all saw the
 * server fail at one moment, do not all come back at one moment. libmc's is as uneven, as it counts whole seconds.
 *
 * As in libmc, a failed dial makes a server dead, and a lost connection does not. Silence does, where libmc has nothing: a
 * stopped process takes connections, as the kernel accepts them, and answers nothing. So after silence a dial proves
 * nothing either: the server is alive once it has answered something.
 */
export class Health {
  #failedAt: number | undefined;
  /** The part of the retry timeout that this pause lasts. */
  #part = 1;
  readonly #random: () => number;
  /** Silences in a row without a byte from the server; when the last one was noticed, and how many bytes had come by then. */
  #silences = 0;
  #silentAt = -Infinity;
  #bytesRead = 0;
  #mustAnswer = false;

  /** @param random Gives a number from 0 to 1, exclusive, by chance. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** True from a failed dial, or a silence too many, to the next dial that succeeds. */
  get dead(): boolean {
    return this.#failedAt !== undefined;
  }

  /** True if the server is dead from silence and has not answered since: then a new connection is asked something first. */
  get mustAnswer(): boolean {
    return this.#mustAnswer;
  }

  /** True unless the server is dead and its pause has not passed. */
  mayDial(now: number, retryTimeout: number): boolean {
    return this.#failedAt === undefined || now >= this.#failedAt + retryTimeout * this.#part;
  }

  /** Gives when the pause of a dead server ends; `undefined` for one that is alive. */
  deadUntil(retryTimeout: number): number | undefined {
    return this.#failedAt === undefined ? undefined : this.#failedAt + retryTimeout * this.#part;
  }

  /** Notes a failed dial. Returns true if the server was alive until now. */
  failed(now: number): boolean {
    const wasAlive = this.#failedAt === undefined;
    this.#failedAt = now;
    this.#part = 1 - JITTER * this.#random();
    return wasAlive;
  }

  /**
   * Notes that a connection was silent for the poll timeout while a reply was due. Connections that are silent at the same
   * time are one silence.
   *
   * @param bytesRead All bytes that the server has sent so far, on all connections.
   * @returns True if the server was alive until now and is dead.
   */
  silent(now: number, bytesRead: number, { deadAfter, pollTimeout }: SilenceSettings): boolean {
    if (bytesRead !== this.#bytesRead) this.#silences = 0;
    else if (now - this.#silentAt < pollTimeout) return false;
    this.#silences++;
    this.#silentAt = now;
    this.#bytesRead = bytesRead;
    if (deadAfter === 0 || this.#silences < deadAfter || this.dead) return false;
    this.#mustAnswer = true;
    return this.failed(now);
  }

  /** Notes that the server has answered, on a connection that is not in use yet. */
  answered(): void {
    this.#mustAnswer = false;
  }

  /** Notes a successful dial. Returns true if the server was dead until now. */
  succeeded(): boolean {
    const wasDead = this.#failedAt !== undefined;
    this.#failedAt = undefined;
    return wasDead;
  }
}

/** The part of the retry timeout by which a pause may be shorter. */
const JITTER = 0.2;

/** The settings that say when silence makes a server dead. */
export interface SilenceSettings {
  /** So many silences in a row; 0: never. */
  readonly deadAfter: number;
  /** Milliseconds after which a connection counts as silent. */
  readonly pollTimeout: number;
}
