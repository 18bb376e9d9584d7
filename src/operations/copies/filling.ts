/** Fills copies with what the leading copy has, while nobody waits for it. */

import type { Engine } from "../../engine/engine.ts";
import type { MetaKey } from "../meta/options.ts";
import { carry } from "../migration/carrier.ts";

/** The copies on their way of one client. */
export class Filling {
  readonly #engine: Engine;
  /** By wire key and copy. */
  readonly #underWay = new Set<string>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Begins to copy an item, unless that is under way, or too much is. If it fails, a later read begins it again. */
  fill(key: MetaKey, from: Engine, to: Engine): void {
    const id = `${to.copy} ${to.route ?? ""} ${to.keys.any(key)}`;
    if (this.#underWay.has(id) || this.#underWay.size >= MOST || this.#engine.isClosing) return;
    this.#underWay.add(id);
    const over = () => void this.#underWay.delete(id);
    const passage = { from, to, key, within: <T>(_side: unknown, begin: () => T) => begin() };
    const filled = carry(passage, FILL);
    this.#engine.holdOpen(filled.then(over, over));
  }
}

/** Most copies under way at once. */
const MOST = 1000;
/** An item whose server cannot say how long it lasts, as it has no meta commands, is kept for a minute. */
const FILL = { takesOver: false, unknownTtl: 60, failed: () => {} };
