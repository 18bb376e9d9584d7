/** How delivery treats a command, whatever it says. */

/** What is true of a kind of command. One frozen object serves all commands of the kind. */
export interface Traits {
  /**
   * Whether it is sent again after its connection was lost.
   *
   * - `"always"`: it only asks. It is asked once more where the loss was not its own fault, and otherwise up to
   *   `maxRetries` times.
   * - `"ifSafe"`: carrying it out twice does what carrying it out once does. It is sent again up to `maxRetries` times.
   * - `"never"`: it fails, as it may have been carried out.
   */
  readonly resend: "always" | "ifSafe" | "never";
  /** True if the request carries a data block, which the server may take for commands when it rejects the line. */
  readonly hasPayload: boolean;
  /** False: sent with noreply, and over once it has been written. */
  readonly expectsReply: boolean;
}

/** Of commands that only ask. */
export const ASKS: Traits = Object.freeze({
  resend: "always",
  hasPayload: false,
  expectsReply: true,
});

/** The traits of a command that changes something. */
export function changes(
  resend: "ifSafe" | "never",
  { hasPayload = false, noreply = false } = {},
): Traits {
  const found = CHANGES.find((traits) =>
    traits.resend === resend && traits.hasPayload === hasPayload && traits.expectsReply === !noreply
  );
  return found as Traits;
}

const CHANGES: readonly Traits[] = (["ifSafe", "never"] as const).flatMap((resend) =>
  [true, false].flatMap((hasPayload) =>
    [true, false].map((expectsReply) => Object.freeze({ resend, hasPayload, expectsReply }))
  )
);
