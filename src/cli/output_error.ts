/** The output could not be written: a full disk, or a reader that has left. No server is the reason. */
export class OutputError extends Error {
  override name = "OutputError";
  /** True if nobody reads any more, as with `| head`. */
  readonly isClosed: boolean;

  /** @param cause Why the write failed. */
  constructor(cause: unknown) {
    const { message = String(cause), code } = cause as { message?: string; code?: unknown };
    super(`cannot write the output: ${message}`, { cause });
    this.isClosed = code === "EPIPE";
  }
}

/** Waits for a write. What it fails with is known for a failure of the output from then on. */
export async function written(write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    throw new OutputError(error);
  }
}
