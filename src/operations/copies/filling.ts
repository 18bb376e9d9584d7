/** Fills copies with what the leading copy has, while nobody waits for it. */

import type { Engine } from "../../engine/engine.ts";
import type { MetaKey } from "../meta/options.ts";
import type { JobTurns } from "../job_turns.ts";
import { carry } from "../migration/carrier.ts";

/** The copies on their way of one client. */
export class Filling {
  readonly #engine: Engine;
  readonly #turns: JobTurns;
  /** By wire key and copy. */
  readonly #underWay = new Set<string>();

  constructor(engine: Engine, turns: JobTurns) {
    this.#engine = engine;
    this.#turns = turns;
  }

  /** Begins to copy an item, unless that is under way, or too much is. If it fails, a later read begins it again. */
  fill(key: MetaKey, from: Engine, to: Engine): void {
    const id = `${to.copy} ${to.route ?? ""} ${to.keys.any(key)}`;
    if (this.#underWay.has(id) || this.#underWay.size >= MOST) return;
    this.#underWay.add(id);
    const over = () => void this.#underWay.delete(id);
    const { deadlines } = this.#engine;
    const deadline = this.#engine.deadline();
    const within = <T>(_side: unknown, begin: () => T) => deadlines.within(deadline, begin);
    // A client that closes half way would leave a placeholder, and nobody could fill that copy for a while.
    this.#turns.holdOpen(carry({ from, to, key, within }, FILL).then(over, over));
  }
}

/** Most copies under way at once. */
const MOST = 1000;
/** An item whose server cannot say how long it lasts, as it has no meta commands, is kept for a minute. */
const FILL = { takesOver: false, unknownTtl: 60, failed: () => {} };
