/** The facts by which delivery treats commands: may it be sent twice, does it carry data, is it answered? */

/** The facts of one kind of command. One frozen object serves all commands of the kind. */
export interface Traits {
  /**
   * Whether the command is sent again after its connection was lost.
   *
   * - `"always"`: it only reads. It is sent once more if the loss was not its own fault, and otherwise up to `maxRetries`
   *   times.
   * - `"ifSafe"`: carrying it out twice has the same effect as once. It is sent again up to `maxRetries` times.
   * - `"never"`: it fails, as it may have been carried out.
   */
  readonly resend: "always" | "ifSafe" | "never";
  /** True if the request carries a data block, which the server may take for commands when it rejects the line. */
  readonly hasPayload: boolean;
  /** True if the reply consists of items. */
  readonly isRetrieval: boolean;
  /** False if it is sent with noreply: then it is over once it has been written. */
  readonly expectsReply: boolean;
  /** True for a meta command, which goes only to servers that are known to speak them. */
  readonly isMeta: boolean;
  /** True for a classic command that is bound to a life of its server: see `Command.life`. */
  readonly isBound: boolean;
}

/** The traits of commands that only read. */
export const ASKS: Traits = Object.freeze({
  resend: "always",
  hasPayload: false,
  isRetrieval: false,
  expectsReply: true,
  isMeta: false,
  isBound: false,
});

/** The traits of commands that ask for items. A touch that goes with it may be carried out twice. */
export const RETRIEVES: Traits = Object.freeze({ ...ASKS, isRetrieval: true });

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

/** Gives the traits of a classic command that is treated like one with these, and bound to a life of its server. */
export function bound(traits: Traits): Traits {
  return Object.freeze({ ...traits, isBound: true });
}

/** Gives the traits of a meta command that is treated like a classic one with these. */
export function ofMeta(traits: Traits): Traits {
  return Object.freeze({ ...traits, isMeta: true });
}

const CHANGES: readonly Traits[] = (["ifSafe", "never"] as const).flatMap((resend) =>
  [true, false].flatMap((hasPayload) =>
    [true, false].map((expectsReply) =>
      Object.freeze({
        resend,
        hasPayload,
        isRetrieval: false,
        expectsReply,
        isMeta: false,
        isBound: false,
      })
    )
  )
);
