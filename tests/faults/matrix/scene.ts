/** Where a cell of the fault matrix plays: a server, what goes wrong with it, and how it is put right again. */

import type { Connect } from "@libmc/libmc";

/** A server with one fault. The steps are called in the order in which they stand here. */
export interface Scene extends AsyncDisposable {
  /** As the client is given it. */
  readonly address: string;
  /** Where items are put before anything goes wrong; undefined where nobody is there yet. */
  readonly seedAddress: string | undefined;
  /** How the client dials, if not as usual. */
  readonly dial?: Connect;
  /** The client has not connected when the fault strikes. */
  readonly isCold?: boolean;
  /** Called when the items are there, before the client connects. */
  seeded?(): Promise<void> | void;
  /** Lets it go wrong, before the call. */
  strike?(): Promise<void> | void;
  /** Lets it go wrong while the call is on its way. */
  strikeDuring?(): Promise<void> | void;
  /** The next call is made before anything is put right, and must not notice that something went wrong. */
  readonly isNextWhole?: boolean;
  /** Nothing goes wrong any more. */
  heal(): Promise<void> | void;
  /** How often a command was carried out, where the server counts. */
  carriedOut?(command: string): number;
  /** How many connections the server sees, where it counts. */
  connections?(): number;
}

/** One column of the matrix. */
export interface MatrixFault {
  readonly name: string;
  /** All methods share one scene, as it is costly; items may be lost, as one of the methods empties the server. */
  readonly isShared?: boolean;
  /** True if the server leaves a reply out and goes on as if nothing had happened. */
  readonly leavesOut?: boolean;
  /** @param command The command that it is to befall, where it befalls one. */
  open(command: string): Promise<Scene>;
}

/** Waits a moment. */
export function moment(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
