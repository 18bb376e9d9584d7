/** Commands for many keys of one server. They can be divided if the keys have to go to other servers. */

import { type Command, SingleCommand } from "./command.ts";
import { type KeyGroup, type KeyRange, positionOf } from "./key_group.ts";
import type { PartReceiver } from "./receiver.ts";

/** A command for many keys that can be divided if these have to go to different servers. */
export interface Divisible extends Command {
  /**
   * Divides a command that is not over into one for each group. They take its place, with the same receivers.
   *
   * @param groups Its keys, each in one of the groups; their positions count within {@linkcode Command.keys}.
   */
  divide(groups: readonly KeyGroup[]): Command[];
}

/** A command for the keys `start` to `end` of a group. */
export abstract class GroupCommand<T> extends SingleCommand<T> implements Divisible {
  override readonly key = undefined;
  protected readonly group: KeyGroup;
  protected readonly start: number;
  protected readonly end: number;
  declare protected readonly receiver: PartReceiver<T>;

  constructor(group: KeyGroup, [start, end]: KeyRange, receiver: PartReceiver<T>) {
    super(receiver);
    this.group = group;
    this.start = start;
    this.end = end;
  }

  override get isRoutable(): boolean {
    return true;
  }

  override get keys(): readonly string[] {
    return this.group.keys.slice(this.start, this.end);
  }

  divide(groups: readonly KeyGroup[]): Command[] {
    this.receiver.expectParts(groups.length - 1);
    return groups.map(({ keys, positions }) => {
      const own = keys.map((_, i) => positionOf(this.group, this.start + (positions?.[i] ?? i)));
      const part = this.partFor({ keys, positions: own });
      part.route = this.route;
      part.copy = this.copy;
      part.deadline = this.deadline;
      part.ownResends = this.ownResends;
      part.bystanderResends = this.bystanderResends;
      return part;
    });
  }

  /** Makes the same command for all keys of another group, whose positions are the caller's. */
  protected abstract partFor(group: KeyGroup): GroupCommand<T>;
}
