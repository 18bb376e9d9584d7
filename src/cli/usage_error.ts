/** A mistake in the command line or in the set-up: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
  /** What to do instead, in one sentence. */
  readonly wayOut: string | undefined;

  /**
   * @param message What is wrong, without a full stop.
   * @param wayOut What to do instead.
   */
  constructor(message: string, wayOut?: string) {
    super(message);
    this.wayOut = wayOut;
  }
}
